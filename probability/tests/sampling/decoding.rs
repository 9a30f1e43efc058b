//! Temperature, top-k, top-p, and the decoder that does all three fast: properties, hard cases, and the sorted twin.

use super::law::{ALPHA, chi_square};
use probability::random::stream;
use probability::temperature::{arg_max, temperature};
use probability::top_k::top_k;
use probability::top_p::top_p;
use probability::{Decoder, Decoding, Error, entropy, normal, softmax, uniform};
use proptest::prelude::*;

const NONE: f64 = f64::NEG_INFINITY;

#[test]
fn zero_temperature_is_arg_max() {
    assert_eq!(temperature(&[1.0, 3.0, 3.0], 0.0).unwrap(), [0.0, 1.0, 0.0]);
    assert_eq!(arg_max(&[-0.0, 0.0]), Ok(0));
    // Approached, not jumped to: at 1e-3 nothing but the largest is left either, without an overflow on the way.
    assert_eq!(temperature(&[1e5, 1e5 - 1.0], 1e-3).unwrap(), [1.0, 0.0]);
    assert_eq!(temperature(&[1e308, -1e308], 1e-308).unwrap(), [1.0, 0.0]);
    assert_eq!(temperature(&[5.0, NONE], 1e300).unwrap(), [1.0, 0.0]);
}

#[test]
fn top_k_hard_cases() {
    let z = [1.0, 5.0, -9.0, 5.0, 5.0];
    assert_eq!(top_k(&z, 1).unwrap(), [NONE, 5.0, NONE, NONE, NONE]); // ties: the lowest index
    assert_eq!(top_k(&z, 2).unwrap(), [NONE, 5.0, NONE, 5.0, NONE]);
    assert_eq!(top_k(&z, 4).unwrap(), [1.0, 5.0, NONE, 5.0, 5.0]);
    for k in [5, 6, usize::MAX] {
        assert_eq!(top_k(&z, k).unwrap(), z);
    }
    assert_eq!(top_k(&[NONE, 2.0, NONE], 2).unwrap(), [NONE, 2.0, NONE]);
    assert!(matches!(top_k(&z, 0), Err(Error::Setting { name: "top_k", .. })));
    assert_eq!(top_k(&[], 1), Err(Error::Empty));
    assert_eq!(top_k(&[0.0, f64::NAN], 1), Err(Error::NotANumber { index: 1 }));
}

#[test]
fn top_p_hard_cases() {
    let p = [0.25, 0.5, 0.125, 0.125];
    assert_eq!(top_p(&p, 0.5).unwrap(), [0.0, 1.0, 0.0, 0.0]); // 0.5 reaches 0.5
    assert_eq!(top_p(&p, 0.51).unwrap(), [1.0 / 3.0, 2.0 / 3.0, 0.0, 0.0]); // the crossing token belongs
    assert_eq!(top_p(&p, 0.8).unwrap(), [2.0 / 7.0, 4.0 / 7.0, 1.0 / 7.0, 0.0]); // ties: the lowest index
    assert_eq!(top_p(&p, 0.05).unwrap(), [0.0, 1.0, 0.0, 0.0]); // never empty
    assert_eq!(top_p(&p, 0.0).unwrap(), [0.0, 1.0, 0.0, 0.0]);
    assert_eq!(top_p(&p, 1.0).unwrap(), p);
    assert_eq!(top_p(&[1.0], 0.3).unwrap(), [1.0]);
    for threshold in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(top_p(&p, threshold), Err(Error::Setting { name: "top_p", .. })));
    }
    assert_eq!(top_p(&[0.3, 0.3], 0.5), Err(Error::NotNormalised { sum: 0.6 }));
    assert_eq!(top_p(&[], 0.5), Err(Error::Empty));
}

#[test]
fn settings_are_checked_when_the_decoder_is_made() {
    let d = Decoding::default();
    for t in [-1.0, f64::NAN, f64::INFINITY] {
        let e = Decoder::<f32>::new(Decoding { temperature: t, ..d }).unwrap_err();
        assert!(matches!(e, Error::Setting { name: "temperature", .. }));
    }
    assert!(Decoder::<f32>::new(Decoding { top_k: Some(0), ..d }).is_err());
    assert!(Decoder::<f32>::new(Decoding { top_p: 1.5, ..d }).is_err());
    let message = Decoder::<f32>::new(Decoding { top_p: f64::NAN, ..d }).unwrap_err().to_string();
    assert_eq!(message, "top_p is NaN: it must be between 0 and 1");
}

/// All settings that take different paths through the decoder.
fn paths() -> Vec<Decoding> {
    let mut paths = Vec::new();
    for temperature in [0.0, 1e-300, 0.7, 1.0, 3.0, 1e300] {
        for top_k in [None, Some(1), Some(2), Some(3), Some(1000)] {
            for top_p in [0.0, 0.05, 0.5, 0.9, 1.0] {
                paths.push(Decoding { temperature, top_k, top_p });
            }
        }
    }
    paths
}

#[test]
fn bad_logits_are_typed_errors_on_every_path() {
    let inf = f32::INFINITY;
    for settings in paths() {
        let mut d = Decoder::<f32>::new(settings).unwrap();
        assert_eq!(d.sample(&[], 0.5), Err(Error::Empty));
        assert_eq!(d.sample(&[0.0, f32::NAN, 1.0], 0.5), Err(Error::NotANumber { index: 1 }));
        assert_eq!(d.sample(&[0.0, 1.0, 2.0, inf], 0.5), Err(Error::Infinite { index: 3 }));
        assert_eq!(d.sample(&[-inf; 4], 0.5), Err(Error::AllMasked));
        assert_eq!(d.probabilities(&[-inf; 4]).map(<[f32]>::len), Err(Error::AllMasked));
        for u in [1.0, -0.5, f64::NAN] {
            assert!(matches!(d.sample(&[0.0], u), Err(Error::Setting { name: "u", .. })));
        }
        // And after an error it works on.
        assert_eq!(d.sample(&[7.0], 0.999), Ok(0));
        assert_eq!(d.sample(&[-inf, -3.0, -inf], 0.0), Ok(1));
        // The difference of these overflows; at a temperature of 1e300 the larger still wins by 6.8e8 temperatures.
        assert_eq!(d.sample(&[f32::MIN, f32::MAX, -inf], 0.0), Ok(1));
        assert_eq!(d.probabilities(&[-inf, -3.0]).unwrap(), [0.0, 1.0]);
    }
}

/// The paths on which a sort of probabilities can tell tokens apart: at a temperature of 1e300 all round to the same, and the
/// lower index wins there, while the decoder knows the logits.
fn distinguishable() -> Vec<Decoding> {
    paths().into_iter().filter(|s| s.temperature < 1e100 || s.top_p == 1.0).collect()
}

/// The fast decoder equals the sorted twin, for every path and vocabulary sizes around its blocks.
#[test]
fn decoder_equals_its_readable_twin() {
    let mut rng = stream(1, "twin", 0);
    for n in [1_usize, 2, 3, 31, 32, 33, 700, 1025, 3000] {
        for (round, mut settings) in distinguishable().into_iter().enumerate() {
            if round % 3 == 2 {
                settings.top_k = settings.top_k.map(|k| k * n.div_ceil(10));
            }
            let mut z = vec![0.0_f64; n];
            normal::fill(&mut rng, 0.0, 3.0, &mut z);
            match round % 5 {
                // With ties (coarse logits), with masks, ascending, descending.
                0 => z.iter_mut().for_each(|z| *z = z.round()),
                1 => (1..n).step_by(3).for_each(|i| z[i] = NONE),
                2 => z.sort_by(f64::total_cmp),
                3 => z.sort_by(|a, b| b.total_cmp(a)),
                _ => {}
            }
            let expected = settings.distribution(&z).unwrap();
            let mut decoder = Decoder::<f64>::new(settings).unwrap();
            let p = decoder.probabilities(&z).unwrap();
            for i in 0..n {
                assert!(
                    (p[i] - expected[i]).abs() < 1e-12,
                    "{settings:?}, n = {n}, token {i}: {} but {}",
                    p[i],
                    expected[i]
                );
            }
            // The draw is the one that the readable distribution gives for the same u, but for rounding at a border.
            let u = uniform::sample(&mut rng);
            let token = decoder.sample(&z, u).unwrap();
            let before: f64 = expected[..token].iter().sum();
            assert!(expected[token] > 0.0 && before <= u + 1e-12 && u <= before + expected[token] + 1e-12);
        }
    }
}

/// Top-p 0 is the most likely token even where the temperature makes all probabilities round to the same.
#[test]
fn top_p_zero_is_arg_max_at_any_temperature() {
    let hot = Decoding { temperature: 1e300, top_k: None, top_p: 0.0 };
    let mut decoder = Decoder::<f64>::new(hot).unwrap();
    assert_eq!(decoder.sample(&[0.0, 1.0], 0.5), Ok(1));
    assert_eq!(decoder.probabilities(&[0.0, 1.0]).unwrap(), [0.0, 1.0]);
}

/// f32 does what f64 does, within its precision.
#[test]
fn single_precision_agrees() {
    let mut rng = stream(2, "single", 0);
    for settings in distinguishable() {
        let mut z = vec![0.0_f32; 500];
        normal::fill(&mut rng, 0.0, 3.0, &mut z);
        let wide: Vec<f64> = z.iter().map(|&z| f64::from(z)).collect();
        let expected = settings.distribution(&wide).unwrap();
        let mut decoder = Decoder::<f32>::new(settings).unwrap();
        let p = decoder.probabilities(&z).unwrap();
        // A token at the border of the nucleus may fall on either side of it.
        let off = p.iter().zip(&expected).filter(|(p, e)| (f64::from(**p) - **e).abs() > 1e-5).count();
        assert!(off == 0, "{settings:?}: {off} tokens differ");
    }
}

#[test]
fn the_decoder_follows_the_law() {
    let z = [0.0, 1.0, -1.0, 2.0, 0.5, 1.5, -3.0, 0.25];
    for (step, settings) in [
        Decoding::default(),
        Decoding { temperature: 0.6, top_k: None, top_p: 0.9 },
        Decoding { temperature: 1.7, top_k: Some(5), top_p: 1.0 },
        Decoding { temperature: 1.2, top_k: Some(6), top_p: 0.8 },
    ]
    .into_iter()
    .enumerate()
    {
        let mut decoder = Decoder::<f64>::new(settings).unwrap();
        let mut rng = stream(3, "decoder", step as u64);
        let mut counts = [0; 8];
        for _ in 0..100_000 {
            counts[decoder.sample_with(&z, &mut rng).unwrap()] += 1;
        }
        let p = chi_square(&counts, &settings.distribution(&z).unwrap());
        assert!(p > ALPHA, "{settings:?}: {counts:?}");
    }
}

/// The whole vocabulary is reachable, from the first token to the last, and nothing past it.
#[test]
fn the_ends_of_the_line() {
    for n in [1, 1023, 1024, 1025, 50_257] {
        let mut decoder = Decoder::<f32>::new(Decoding::default()).unwrap();
        let z = vec![0.25_f32; n];
        assert_eq!(decoder.sample(&z, 0.0), Ok(0));
        assert_eq!(decoder.sample(&z, uniform::unit(u64::MAX)), Ok(n - 1));
        let middle = decoder.sample(&z, 0.5).unwrap();
        assert!(middle.abs_diff(n / 2) <= 1);
        let mut half = Decoder::<f32>::new(Decoding { top_p: 0.5, ..Decoding::default() }).unwrap();
        let kept = half.probabilities(&z).unwrap().iter().filter(|p| **p > 0.0).count();
        assert_eq!(kept, n.div_ceil(2), "of {n} equal tokens half are the nucleus");
        assert!(half.sample(&z, uniform::unit(u64::MAX)).unwrap() < n.div_ceil(2), "of equals the lowest");
    }
}

fn logits() -> impl Strategy<Value = Vec<f64>> {
    let one = prop_oneof![6 => -6.0..6.0, 2 => (-3..3).prop_map(f64::from), 1 => Just(NONE)];
    prop::collection::vec(one, 1..80).prop_filter("something to choose", |z| z.iter().any(|&z| z > NONE))
}

proptest! {
    #![proptest_config(super::law::cases())]

    /// Kept mass reaches the line, without its least token it does not, and nothing outside is heavier than anything inside.
    #[test]
    fn the_nucleus_is_minimal(z in logits(), threshold in 0.0..1.0) {
        let p = temperature(&z, 1.0).unwrap();
        let kept = top_p(&p, threshold).unwrap();
        let inside = |i: &usize| kept[*i] > 0.0;
        let mass: f64 = (0..p.len()).filter(inside).map(|i| p[i]).sum();
        let least = (0..p.len()).filter(inside).map(|i| p[i]).fold(1.0, f64::min);
        prop_assert!(mass >= threshold - 1e-12);
        prop_assert!(mass - least < threshold + 1e-12);
        prop_assert!((0..p.len()).filter(|i| !inside(i)).all(|i| p[i] <= least));
        prop_assert!((kept.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        prop_assert!((0..p.len()).filter(inside).all(|i| (kept[i] - p[i] / mass).abs() < 1e-15));
    }

    #[test]
    fn top_k_keeps_k(z in logits(), k in 1_usize..90) {
        let kept = top_k(&z, k).unwrap();
        let finite = z.iter().filter(|z| **z > NONE).count();
        prop_assert_eq!(kept.iter().filter(|z| **z > NONE).count(), finite.min(k));
        let least = kept.iter().copied().filter(|&z| z > NONE).fold(f64::INFINITY, f64::min);
        for i in 0..z.len() {
            prop_assert!(kept[i] == z[i] || (kept[i] == NONE && z[i] <= least));
        }
    }

    /// Sampling commutes with renaming the tokens (without ties, where the index decides).
    #[test]
    fn renaming_tokens_renames_the_distribution(z in prop::collection::vec(-6.0..6.0, 1..40), by in 0_usize..40, top in 0.1..1.0) {
        let settings = Decoding { temperature: 0.8, top_k: Some(20), top_p: top };
        let by = by % z.len();
        let mut p = settings.distribution(&z).unwrap();
        p.rotate_left(by);
        let mut turned = z.clone();
        turned.rotate_left(by);
        let q = Decoder::<f64>::new(settings).unwrap().probabilities(&turned).unwrap().to_vec();
        for (p, q) in p.iter().zip(q) {
            prop_assert!((p - q).abs() < 1e-12);
        }
    }

    /// Hotter is flatter: the entropy never falls with the temperature.
    #[test]
    fn entropy_rises_with_temperature(z in logits(), t in 0.05..5.0, factor in 1.0..3.0) {
        let (cold, hot) = (temperature(&z, t).unwrap(), temperature(&z, t * factor).unwrap());
        prop_assert!(entropy(&hot).unwrap() >= entropy(&cold).unwrap() - 1e-12);
        let mut plain = z.clone();
        softmax(&mut plain).unwrap();
        for (a, b) in temperature(&z, 1.0).unwrap().iter().zip(&plain) {
            prop_assert!((a - b).abs() < 1e-15);
        }
    }
}
