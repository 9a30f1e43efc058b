//! Softmax, log-softmax and log-sum-exp: identities, neighbours of overflow, and typed errors.

use probability::softmax::softmax_naive;
use probability::{Error, log_softmax, log_sum_exp, softmax};
use proptest::prelude::*;

const NONE: f64 = f64::NEG_INFINITY;

fn probabilities(z: &[f64]) -> Vec<f64> {
    let mut p = z.to_vec();
    softmax(&mut p).unwrap();
    p
}

/// Values computed with 50 decimal digits (Python's `decimal`), rounded to doubles.
#[test]
fn agrees_with_fifty_digits() {
    let z = [0.5, -1.25, 3.0, 0.0];
    let exact = [0.07161888037172126, 0.012445495267699684, 0.8724965776008388, 0.043439046759740266];
    for (p, exact) in probabilities(&z).iter().zip(exact) {
        assert!((p / exact - 1.0_f64).abs() < 4.0 * f64::EPSILON, "{p} {exact}");
    }
    assert!((log_sum_exp(&z).unwrap() - 3.1363965474337765).abs() < 1e-15);
}

#[test]
fn extremes() {
    assert_eq!(probabilities(&[0.0]), [1.0]);
    assert_eq!(probabilities(&[1e308, -1e308]), [1.0, 0.0]);
    assert_eq!(probabilities(&[-1e308, -1e308]), [0.5, 0.5]);
    assert_eq!(probabilities(&[f64::MAX, f64::MIN, f64::MAX]), [0.5, 0.0, 0.5]);
    assert_eq!(probabilities(&[NONE, 3.0, NONE]), [0.0, 1.0, 0.0]);
    assert_eq!(probabilities(&[NONE, NONE]), [0.0, 0.0]); // decided: zeros
    assert_eq!(probabilities(&[-0.0, 0.0]), [0.5, 0.5]);

    assert_eq!(log_sum_exp(&[1e308, 1e308]).unwrap(), 1e308);
    assert_eq!(log_sum_exp(&[NONE, NONE]).unwrap(), NONE);
    assert_eq!(log_sum_exp(&[NONE, -4.0]).unwrap(), -4.0);
    assert_eq!(log_sum_exp(&[7.5]).unwrap(), 7.5);

    let mut z = [1e9, 1e9, NONE];
    log_softmax(&mut z).unwrap();
    assert_eq!(z, [-(2.0_f64.ln()), -(2.0_f64.ln()), NONE]);
    let mut z = [NONE, NONE];
    log_softmax(&mut z).unwrap();
    assert_eq!(z, [NONE, NONE]);
}

#[test]
fn errors_say_where_and_leave_the_input_alone() {
    let nan = [1.0, f64::NAN, 2.0];
    let inf = [1.0, 2.0, f64::INFINITY];
    for f in [softmax::<f64>, log_softmax::<f64>] {
        assert_eq!(f(&mut []), Err(Error::Empty));
        let mut z = nan;
        assert_eq!(f(&mut z), Err(Error::NotANumber { index: 1 }));
        assert!(z[0] == 1.0 && z[2] == 2.0);
        let mut z = inf;
        assert_eq!(f(&mut z), Err(Error::Infinite { index: 2 }));
        assert_eq!(z, inf);
    }
    assert_eq!(log_sum_exp(&nan), Err(Error::NotANumber { index: 1 }));
    assert_eq!(log_sum_exp(&inf), Err(Error::Infinite { index: 2 }));
    assert_eq!(log_sum_exp::<f64>(&[]), Ok(NONE));
    // A NaN is not hidden behind a larger logit, in either order, nor in a long slice.
    assert_eq!(softmax(&mut [f64::NAN, f64::INFINITY]), Err(Error::NotANumber { index: 0 }));
    assert_eq!(softmax(&mut [NONE, f64::NAN]), Err(Error::NotANumber { index: 1 }));
    for at in [0, 1, 500, 998, 999] {
        let mut z = vec![0.5_f32; 1000];
        z[at] = f32::NAN;
        assert_eq!(softmax(&mut z), Err(Error::NotANumber { index: at }));
    }
    assert!(Error::NotANumber { index: 3 }.to_string().contains("element 3 is NaN"));
}

/// The textbook formula is the oracle where it works, and does not work where the chapter says.
#[test]
fn the_textbook_formula_agrees_until_it_overflows() {
    let mut naive = [88.0_f32, 87.0];
    softmax_naive(&mut naive);
    let mut stable = [88.0_f32, 87.0];
    softmax(&mut stable).unwrap();
    assert!((naive[0] - stable[0]).abs() < 1e-6);

    let mut naive = [88.6_f32, 87.6];
    softmax_naive(&mut naive);
    assert_eq!(naive, [0.0, 0.0], "only the sum is infinite: wrong, and no NaN to find it by");
    let mut naive = [89.0_f32, 88.0];
    softmax_naive(&mut naive);
    assert!(naive[0].is_nan());
    let mut naive = [-104.0_f32, -105.0];
    softmax_naive(&mut naive);
    assert!(naive[0].is_nan(), "0/0 is the other end of the same fault");
    let mut naive = [710.0_f64, 709.0];
    softmax_naive(&mut naive);
    assert!(naive[0].is_nan());
}

/// The readable loop here and linalg's fast kernel are the same function.
#[test]
fn the_kernel_agrees() {
    let mut rng = probability::random::stream(5, "kernel", 0);
    for n in [1, 2, 7, 8, 9, 31, 64, 100, 1000] {
        let mut z = vec![0.0_f32; n];
        probability::normal::fill(&mut rng, 3.0, 10.0, &mut z);
        let mut fast = z.clone();
        linalg::kernels::softmax(&mut fast);
        softmax(&mut z).unwrap();
        for (a, b) in z.iter().zip(&fast) {
            assert!((a - b).abs() <= 1e-6 * a.max(1e-30) + 1e-35, "{a} {b}");
        }
    }
    let mut masked = [f32::NEG_INFINITY; 5];
    linalg::kernels::softmax(&mut masked);
    assert_eq!(masked, [0.0; 5]);
}

fn logits() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![4 => -50.0..50.0, 1 => -1e6..1e6, 1 => Just(NONE)], 1..40)
        .prop_filter("something to choose", |z| z.iter().any(|&z| z > NONE))
}

proptest! {
    #![proptest_config(super::law::cases())]

    #[test]
    fn sums_to_one_and_keeps_the_order(z in logits()) {
        let p = probabilities(&z);
        prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        for i in 0..z.len() {
            for j in 0..z.len() {
                prop_assert!(z[i] < z[j] || p[i] >= p[j]);
            }
        }
    }

    #[test]
    fn a_common_shift_changes_nothing(z in logits(), shift in -1e3..1e3) {
        let moved: Vec<f64> = z.iter().map(|z| z + shift).collect();
        // The shift itself rounds z to 1e-13 or so (for |z| up to 1e6: to 1e-10).
        for (p, q) in probabilities(&z).iter().zip(probabilities(&moved)) {
            prop_assert!((p - q).abs() < 1e-9);
        }
        let (a, b) = (log_sum_exp(&z).unwrap(), log_sum_exp(&moved).unwrap());
        prop_assert!(f64::abs(a + shift - b) < 1e-9);
    }

    #[test]
    fn a_permutation_of_logits_permutes_probabilities(z in logits(), by in 0_usize..40) {
        let by = by % z.len();
        let mut turned = z.clone();
        turned.rotate_left(by);
        let mut p = probabilities(&z);
        p.rotate_left(by);
        for (p, q) in p.iter().zip(probabilities(&turned)) {
            prop_assert!((p - q).abs() < 1e-15);
        }
    }

    #[test]
    fn logarithms_agree(z in logits()) {
        let p = probabilities(&z);
        let mut log_p = z.clone();
        log_softmax(&mut log_p).unwrap();
        let lse = log_sum_exp(&z).unwrap();
        let max = z.iter().copied().fold(NONE, f64::max);
        prop_assert!(lse >= max && lse <= max + (z.len() as f64).ln() + 1e-9);
        for i in 0..z.len() {
            prop_assert!((log_p[i].exp() - p[i]).abs() < 1e-14);
            prop_assert!(z[i] == NONE || (log_p[i] - (z[i] - lse)).abs() < 1e-9);
        }
    }
}
