//! Forward mode in all its forms, against closed forms, against one another, and against extrapolated differences.

mod forward {
    use calculus::dual::{self, Dual, derivative};
    use calculus::duals;
    use calculus::hyper::{HyperDual, hessian};
    use calculus::jet::Jet;
    use calculus::newton::{NoRoot, path, root};
    use calculus::richardson::richardson;
    use linalg::Real;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    /// All functions of `Real`, composed, smooth for x > 0.
    fn everything<T: Real>(x: T) -> T {
        let y = (x * x + T::ONE).sqrt() / (x.exp() + x.ln());
        y.tanh() * x.sin() - y.erf().powi(3) * x.cos() + x.powi(-2) - (-x).abs()
    }

    /// Three inputs, mixed.
    fn mixed<T: Real>(x: &[T]) -> T {
        (x[0] * x[1]).sin() * x[2].exp() + x[0] / (x[1] * x[1] + T::ONE) - (x[2] * x[0]).tanh()
    }

    proptest! {
        #![proptest_config(config())]

        /// Duals, duals of duals, hyper-duals, jets and a difference agree about f, f′ and f″.
        #[test]
        fn all_forms_agree(x in 0.4..2.5_f64) {
            let nested = everything(Dual::new(Dual::variable(x), Dual::constant(1.0)));
            let hyper = everything(HyperDual { value: x, d1: 1.0, d2: 1.0, d12: 0.0 });
            let jet = everything(Jet::<f64, 4>::variable(x)).derivatives();
            let many = everything(duals::Duals { value: x, d: [1.0, -2.0, 0.0] });
            let size = nested.d.d.abs().max(1.0);
            prop_assert!((hyper.value - nested.value.value).abs() < 1e-13 && (jet[0] - nested.value.value).abs() < 1e-13);
            for slope in [hyper.d1, hyper.d2, jet[1], many.d[0], many.d[1] / -2.0] {
                prop_assert!((slope - nested.d.value).abs() < 1e-12 * size, "{slope} for {}", nested.d.value);
            }
            prop_assert_eq!(many.d[2], 0.0);
            for curvature in [hyper.d12, jet[2]] {
                prop_assert!((curvature - nested.d.d).abs() < 1e-11 * size, "{curvature} for {}", nested.d.d);
            }
            // the third derivative, measured on the second
            let measured = richardson(|x| everything(Jet::<f64, 3>::variable(x)).derivatives()[2], x, 0.05);
            prop_assert!((jet[3] - measured.slope).abs() <= measured.error * 100.0 + 1e-7 * measured.slope.abs().max(1.0), "{} for {measured:?}", jet[3]);
        }

        /// A Hessian is the Jacobian of a gradient, and symmetric.
        #[test]
        fn a_hessian_is_the_slope_of_a_gradient(x in prop::collection::vec(-1.5..1.5_f64, 3)) {
            let h = hessian(mixed, &x);
            let j = calculus::differences::jacobian(|x| dual::gradient(mixed, x), &x);
            for i in 0..3 {
                for k in 0..3 {
                    prop_assert!((h[[i, k]] - j[[i, k]]).abs() < 1e-7, "[{i}, {k}]");
                    prop_assert_eq!(h[[i, k]], h[[k, i]]);
                }
            }
        }

        /// Any number of directions gives the gradient that one direction gives, the last chunk included.
        #[test]
        fn chunks_do_not_matter(x in prop::collection::vec(-1.5..1.5_f64, 3)) {
            let one = dual::gradient(mixed, &x);
            for several in [duals::gradient::<f64, 1>(mixed, &x), duals::gradient::<f64, 2>(mixed, &x), duals::gradient::<f64, 3>(mixed, &x), duals::gradient::<f64, 8>(mixed, &x)] {
                for (a, b) in several.iter().zip(&one) {
                    prop_assert!((a - b).abs() <= 1e-14 * b.abs().max(1.0));
                }
            }
        }

        /// Newton in a bracket finds the root of any increasing function, and the quadratic one's in few steps.
        #[test]
        fn a_bracketed_root_is_found(a in -20.0..20.0_f64) {
            // x³ + x = a has one root, and |x| ≤ |a| + 1
            let r = root(|x| x * x * x + x - a, -25.0, 25.0, 1e-14).unwrap();
            prop_assert!((r.x * r.x * r.x + r.x - a).abs() < 1e-12 * a.abs().max(1.0));
            prop_assert!(r.steps < 30, "{}", r.steps);
        }
    }

    /// Series from any table: the coefficients of functions at 0 and at 1.
    #[test]
    fn jets_are_the_series_of_the_books() {
        type J = Jet<f64, 8>;
        let t = J::variable(0.0);
        let check = |name: &str, jet: J, series: [f64; 8]| {
            for (k, (c, s)) in jet.coefficients.iter().zip(series).enumerate() {
                assert!((c - s).abs() < 1e-15, "{name}, t^{k}: {c} for {s}");
            }
        };
        check("sin", t.sin(), [0.0, 1.0, 0.0, -1.0 / 6.0, 0.0, 1.0 / 120.0, 0.0, -1.0 / 5040.0]);
        check("cos", t.cos(), [1.0, 0.0, -0.5, 0.0, 1.0 / 24.0, 0.0, -1.0 / 720.0, 0.0]);
        check("tanh", t.tanh(), [0.0, 1.0, 0.0, -1.0 / 3.0, 0.0, 2.0 / 15.0, 0.0, -17.0 / 315.0]);
        let c = std::f64::consts::FRAC_2_SQRT_PI;
        check("erf", t.erf(), [0.0, c, 0.0, -c / 3.0, 0.0, c / 10.0, 0.0, -c / 42.0]);
        let one = J::ONE + t;
        check("ln(1+t)", one.ln(), [0.0, 1.0, -0.5, 1.0 / 3.0, -0.25, 0.2, -1.0 / 6.0, 1.0 / 7.0]);
        check("1/(1+t)", J::ONE / one, [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]);
        let root = [1.0, 0.5, -0.125, 0.0625, -5.0 / 128.0, 7.0 / 256.0, -21.0 / 1024.0, 33.0 / 2048.0];
        check("√(1+t)", one.sqrt(), root);
        check("(1+t)^0.5", one.powf(0.5), root);
        check("t⁵", t.powi(5), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        // 20 derivatives of exp are exp, to the last digits
        let d = Jet::<f64, 21>::variable(1.0).exp().derivatives();
        assert!(d.iter().all(|d| (d / 1.0_f64.exp() - 1.0).abs() < 1e-14));
    }

    #[test]
    fn forward_hard_cases() {
        // powers at 0, where n·xⁿ⁻¹ must not become 0·∞
        assert_eq!(Jet::<f64, 3>::variable(0.0).powi(0).coefficients, [1.0, 0.0, 0.0]);
        let x = HyperDual { value: 0.0, d1: 1.0, d2: 1.0, d12: 0.0 };
        assert_eq!((x.powi(2).d12, x.powi(1).d1, x.powi(0).d1), (2.0, 1.0, 0.0));
        // a jet of one term is a plain number, nothing to differentiate is nothing
        assert_eq!(Jet::<f64, 1>::variable(2.0).exp().coefficients, [2.0_f64.exp()]);
        assert!(duals::gradient::<f64, 4>(|_| duals::Duals::constant(1.0), &[]).is_empty());
        assert_eq!(hessian(|_| HyperDual::<f64>::constant(1.0), &[]).shape().dims(), [0, 0]);
        // NaN is never hidden
        assert!(Jet::<f64, 3>::variable(f64::NAN).abs().coefficients.iter().all(|c| c.is_nan()));
        assert!(HyperDual::constant(-1.0_f64).ln().value.is_nan());
        // kinks: as for duals
        assert_eq!(Jet::<f64, 2>::variable(0.0).abs().coefficients, [0.0, 0.0]);
        // f32 and jets over duals
        assert_eq!(Jet::<f32, 3>::variable(2.0).powi(2).derivatives(), [4.0, 4.0, 2.0]);
        assert_eq!(derivative(|x| Jet::<Dual<f64>, 2>::variable(x).powi(3).derivatives()[1], 2.0), 12.0);
    }

    #[test]
    fn roots_hard_cases() {
        // the ends themselves
        assert_eq!(root(|x| x - 1.0, 1.0, 2.0, 1e-12).unwrap().steps, 0);
        assert_eq!(root(|x| x - 2.0, 1.0, 2.0, 1e-12).unwrap().x, 2.0);
        // turned around, falling
        assert!((root(|x| 1.0 - x * x, 3.0, 0.0, 1e-14).unwrap().x - 1.0).abs() < 1e-14);
        // a slope of 0 on the way, a triple root, a jump, a cliff where plain Newton runs away
        assert!((root(|x| x * x * x - 1.0, -1.0, 1.5, 1e-14).unwrap().x - 1.0).abs() < 1e-14);
        assert!(root(|x| (x - 0.3).powi(3), -1.0, 2.0, 1e-12).unwrap().x - 0.3 < 1e-5);
        assert!(
            (root(|x| if x.value < 0.7 { x - 9.0 } else { x }, 0.0, 2.0, 1e-12).unwrap().x - 0.7).abs()
                < 1e-11
        );
        assert!(root(|x| (x * 40.0).tanh(), -1.0, 3.0, 1e-14).unwrap().x.abs() < 1e-14);
        assert!(root(|x| x * 1e-300, -1.0, 3.0, 1e-14).unwrap().x.abs() < 1e-14);
        // what has no answer
        assert!(matches!(root(|x| x * x + 1.0, -1.0, 1.0, 1e-9), Err(NoRoot::SameSign { .. })));
        assert!(matches!(root(Real::ln, -1.0, 2.0, 1e-9), Err(NoRoot::NotANumber { x: -1.0 })));
        assert!(root(|x| x, f64::NAN, 1.0, 1e-9).is_err());
    }

    /// With the right slope digits double; with one that is off by a share q, the error shrinks by q a step. To the same root.
    #[test]
    fn a_wrong_slope_costs_steps_and_not_the_root() {
        let root = 2.0_f64.sqrt();
        let exact = path(|x| (x * x - 2.0, derivative(|x| x * x - 2.0, x)), 1.0, 6);
        assert!((exact[6] - root).abs() < 1e-15 && (exact[3] - root).abs() > 1e-6);
        let wrong = path(|x| (x * x - 2.0, 2.0 * x - 1.0), 1.0, 80);
        assert!((wrong[80] - root).abs() < 1e-14 && (wrong[20] - root).abs() > 1e-8);
        let q = (wrong[21] - root) / (wrong[20] - root);
        assert!((q - (1.0 - 2.0 * root / (2.0 * root - 1.0))).abs() < 1e-3, "{q}");
    }

    /// A constant stands still: the derivative of 3·x is 3, and of x² − 2 it is 2x.
    #[test]
    fn constants_stand_still() {
        assert_eq!(derivative(|x| 3.0 * x, 5.0), 3.0);
        assert_eq!(derivative(|x| x * x - 2.0, 5.0), 10.0);
        assert_eq!(Dual::<f64>::from_f64(7.0).d, 0.0);
    }
}
