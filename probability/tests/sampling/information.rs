//! Entropy, cross-entropy and KL: against statrs, by their inequalities, and at their infinities.

use probability::{Error, cross_entropy, entropy, kl, softmax};
use proptest::prelude::*;
use statrs::distribution::Categorical;
use statrs::statistics::Distribution;

const LN_2: f64 = std::f64::consts::LN_2;

#[test]
fn entropy_agrees_with_statrs() {
    for p in [vec![1.0], vec![0.5, 0.5], vec![0.1, 0.2, 0.7], vec![0.25; 4], vec![0.01, 0.98, 0.01]] {
        let referee = Categorical::new(&p).unwrap().entropy().unwrap();
        assert!((entropy(&p).unwrap() - referee).abs() < 1e-15, "{p:?}");
    }
}

/// Cover and Thomas, *Elements of Information Theory*, 2nd edition: examples 2.1.1 (7/4 bits) and 2.3.1.
#[test]
fn textbook_values() {
    let h = entropy(&[0.5, 0.25, 0.125, 0.125]).unwrap() / LN_2;
    assert_eq!(h, 1.75);
    let (p, q) = ([0.5, 0.5], [0.75, 0.25]);
    assert!((kl(&p, &q).unwrap() / LN_2 - 0.2075).abs() < 5e-5);
    assert!((kl(&q, &p).unwrap() / LN_2 - 0.1887).abs() < 5e-5);
}

#[test]
fn infinities_and_zeros_are_information() {
    let (sure, unsure) = ([1.0, 0.0], [0.5, 0.5]);
    assert_eq!(entropy(&sure), Ok(0.0));
    assert!(entropy(&sure).unwrap().is_sign_positive());
    assert_eq!(kl(&unsure, &sure), Ok(f64::INFINITY));
    assert_eq!(cross_entropy(&unsure, &sure), Ok(f64::INFINITY));
    assert_eq!(kl(&sure, &unsure), Ok(LN_2));
    assert_eq!(kl(&sure, &sure), Ok(0.0)); // 0·ln(0/0) counts as 0
    assert_eq!(cross_entropy(&sure, &sure), Ok(0.0));
    // Tiny is not zero: 1/1e-310 overflows, ln 1 − ln 1e-310 does not.
    let tiny = [1e-310, 1.0];
    assert!((kl(&sure, &tiny).unwrap() - 310.0 * 10.0_f64.ln()).abs() < 1e-9);
}

#[test]
fn errors() {
    assert_eq!(entropy::<f64>(&[]), Err(Error::Empty));
    assert_eq!(entropy(&[0.5, 0.6]), Err(Error::NotNormalised { sum: 1.1 }));
    assert_eq!(entropy(&[1.5, -0.5]), Err(Error::Negative { index: 1, value: -0.5 }));
    assert_eq!(entropy(&[0.5, f64::NAN]), Err(Error::NotANumber { index: 1 }));
    assert_eq!(entropy(&[0.0, 0.0]), Err(Error::Sum { sum: 0.0 }));
    assert_eq!(entropy(&[f64::INFINITY]), Err(Error::Sum { sum: f64::INFINITY }));
    assert_eq!(kl(&[1.0], &[0.5, 0.5]), Err(Error::Lengths { left: 1, right: 2 }));
    assert_eq!(kl(&[0.5, 0.5], &[0.5, 0.4]), Err(Error::NotNormalised { sum: 0.9 }));
    assert_eq!(cross_entropy(&[0.5, 0.5], &[f64::NAN, 0.4]), Err(Error::NotANumber { index: 0 }));
}

fn pair() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    (1_usize..30).prop_flat_map(|n| {
        let logits = prop::collection::vec(prop_oneof![6 => -8.0..8.0, 1 => Just(-800.0)], n);
        let distribution = logits.prop_map(|mut z| {
            softmax(&mut z).unwrap();
            z
        });
        (distribution.clone(), distribution)
    })
}

proptest! {
    #![proptest_config(super::law::cases())]

    #[test]
    fn inequalities_hold((p, q) in pair()) {
        let (h, cross, divergence) = (entropy(&p).unwrap(), cross_entropy(&p, &q).unwrap(), kl(&p, &q).unwrap());
        prop_assert!(h >= 0.0 && h <= (p.len() as f64).ln() + 1e-14);
        prop_assert!(divergence >= 0.0); // Gibbs
        prop_assert!(cross.is_infinite() == divergence.is_infinite());
        prop_assert!(cross.is_infinite() || (cross - h - divergence).abs() < 1e-11 * cross.max(1.0));
        prop_assert!(kl(&p, &p).unwrap() == 0.0);
        // Pinsker: the total variation is at most √(KL/2).
        let variation = 0.5 * p.iter().zip(&q).map(|(p, q)| (p - q).abs()).sum::<f64>();
        prop_assert!(variation <= (divergence / 2.0).sqrt() + 1e-12);
    }

    #[test]
    fn mixing_raises_entropy((p, q) in pair(), t in 0.0..1.0) {
        let mixed: Vec<f64> = p.iter().zip(&q).map(|(p, q)| t * p + (1.0 - t) * q).collect();
        let separate = t * entropy(&p).unwrap() + (1.0 - t) * entropy(&q).unwrap();
        prop_assert!(entropy(&mixed).unwrap() >= separate - 1e-13);
    }
}
