//! One of n outcomes: the walk and the alias table, at exact places and by their law.

use super::law::{ALPHA, chi_square};
use probability::alias::Alias;
use probability::random::stream;
use probability::{Error, categorical, uniform};
use proptest::prelude::*;

#[test]
fn the_walk_at_exact_places() {
    let pick = |u| categorical::from_uniform(&[0.25, 0.0, 0.5, 0.25], u).unwrap();
    assert_eq!([0.0, 0.24, 0.25, 0.74, 0.75, 0.99].map(pick), [0, 0, 2, 2, 3, 3]);
    assert_eq!(categorical::from_uniform(&[0.0, 0.0, 1e-300], 0.5), Ok(2));
    assert_eq!(categorical::from_uniform(&[3.0], uniform::unit(u64::MAX)), Ok(0));
    // Ten times 0.1 is less than 1, and the last outcome is impossible: the largest u must not fall off the end.
    let mut weights = [0.1; 11];
    weights[10] = 0.0;
    assert_eq!(categorical::from_uniform(&weights, uniform::unit(u64::MAX)), Ok(9));
}

#[test]
fn errors() {
    type Sampler = fn(&[f64]) -> Result<usize, Error>;
    let walk: Sampler = |w| categorical::from_uniform(w, 0.5);
    let table: Sampler = |w| Alias::new(w)?.from_uniform(0.5);
    for f in [walk, table] {
        assert_eq!(f(&[]), Err(Error::Empty));
        assert_eq!(f(&[0.0, 0.0]), Err(Error::Sum { sum: 0.0 }));
        assert_eq!(f(&[1e308, 1e308]), Err(Error::Sum { sum: f64::INFINITY }));
        assert_eq!(f(&[1.0, -0.1]), Err(Error::Negative { index: 1, value: -0.1 }));
        assert_eq!(f(&[f64::NAN, -0.1]), Err(Error::NotANumber { index: 0 }));
    }
    for u in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(categorical::from_uniform(&[1.0], u), Err(Error::Setting { name: "u", .. })));
        assert!(matches!(Alias::new(&[1.0]).unwrap().from_uniform(u), Err(Error::Setting { name: "u", .. })));
    }
}

#[test]
fn both_follow_the_law() {
    let weights = [5.0, 0.0, 1.0, 2.0, 0.5, 11.0, 0.25];
    let p: Vec<f64> = weights.iter().map(|w| w / 19.75).collect();
    let table = Alias::new(&weights).unwrap();
    let (mut walked, mut looked_up) = ([0; 7], [0; 7]);
    let mut rng = stream(1, "discrete", 0);
    for _ in 0..200_000 {
        walked[categorical::sample(&weights, &mut rng).unwrap()] += 1;
        looked_up[table.sample(&mut rng)] += 1;
    }
    assert!(chi_square(&walked, &p) > ALPHA, "{walked:?}");
    assert!(chi_square(&looked_up, &p) > ALPHA, "{looked_up:?}");
}

#[test]
fn cells_by_hand() {
    // Vose's own case: equal weights need no alias.
    let table = Alias::new(&[2.0_f32; 8]).unwrap();
    for i in 0..8 {
        assert_eq!(table.from_uniform((i as f64 + 0.99) / 8.0), Ok(i));
    }
    // The largest u lands in the last cell, whatever n: u·n never rounds up to n.
    for n in 1..3000 {
        let table = Alias::new(&vec![1.0; n]).unwrap();
        assert_eq!(table.from_uniform(uniform::unit(u64::MAX)), Ok(n - 1));
    }
    // At the very beginning of a cell whose outcome is impossible, the alias is chosen.
    let table = Alias::new(&[0.0, 7.0, 0.0]).unwrap();
    for u in [0.0, 0.1, 1.0 / 3.0, 0.5, 2.0 / 3.0, 0.9] {
        assert_eq!(table.from_uniform(u), Ok(1));
    }
}

fn weights() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![4 => 0.0..1.0, 2 => Just(0.0), 1 => 0.0..1e6, 1 => 0.0..1e-6], 1..60)
        .prop_filter("something to choose", |w| w.iter().sum::<f64>() > 0.0)
}

proptest! {
    #![proptest_config(super::law::cases())]

    /// The table is exact: read back, the cells hold the probabilities they were filled with.
    #[test]
    fn cells_hold_the_probabilities(w in weights()) {
        let sum: f64 = w.iter().sum();
        let table = Alias::new(&w).unwrap();
        for (p, w) in table.probabilities().iter().zip(&w) {
            prop_assert!((p - w / sum).abs() < 1e-14, "{p} {}", w / sum);
        }
    }

    #[test]
    fn the_impossible_never_happens(w in weights(), u in 0.0..1.0) {
        prop_assert!(w[categorical::from_uniform(&w, u).unwrap()] > 0.0);
        prop_assert!(w[Alias::new(&w).unwrap().from_uniform(u).unwrap()] > 0.0);
    }

    /// The walk is the inverse of the distribution function: the mass before the outcome is at most u, and with it more.
    #[test]
    fn the_walk_inverts_the_distribution_function(w in weights(), u in 0.0..1.0) {
        let i = categorical::from_uniform(&w, u).unwrap();
        let sum: f64 = w.iter().sum();
        prop_assert!(w[..i].iter().sum::<f64>() <= u * sum * (1.0 + 1e-12));
        prop_assert!(w[..=i].iter().sum::<f64>() >= u * sum * (1.0 - 1e-12));
    }
}
