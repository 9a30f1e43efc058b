//! Finite differences against functions whose derivatives are known in closed form.

mod differences {
    use calculus::differences::{
        central, central_step, forward, forward_step, gradient, jacobian, second, second_step, u_curve,
    };
    use calculus::formulas::{Formula, Function, errors};
    use calculus::richardson::{extrapolated, richardson};
    use linalg::Real;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    const EPS: f64 = f64::EPSILON;

    /// The same cases in every run.
    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(config())]

        /// The module's derivation as a bound: truncation plus rounding. |sin| and all its derivatives are at most 1.
        #[test]
        fn stay_within_the_derived_error(x in -10.0..10.0_f64, exponent in -12.0..0.0_f64) {
            let h = 10_f64.powf(exponent);
            let error = (forward(f64::sin, x, h) - x.cos()).abs();
            prop_assert!(error <= h / 2.0 + 2.0 * EPS / h + EPS, "forward: {error:e} at h = {h:e}");
            let error = (central(f64::sin, x, h) - x.cos()).abs();
            prop_assert!(error <= h * h / 6.0 + EPS / h + EPS, "central: {error:e} at h = {h:e}");
        }

        /// On a line both are exact up to rounding, on a parabola the central one still is: no truncation at all.
        #[test]
        fn are_exact_where_no_term_is_left(a in -3.0..3.0_f64, b in -3.0..3.0_f64, x in -3.0..3.0_f64) {
            // A step of 1/4 leaves rounding nothing to amplify.
            prop_assert!((forward(|x| a * x + b, x, 0.25) - a).abs() < 1e-13);
            prop_assert!((central(|x| (a * x + b) * x, x, 0.25) - (2.0 * a * x + b)).abs() < 1e-13);
        }

        /// The relative error with the recommended steps, over ten orders of magnitude of x.
        #[test]
        fn recommended_steps_keep_their_digits(exponent in -2.0..8.0_f64, negative in any::<bool>()) {
            let x = if negative { -10_f64.powf(exponent) } else { 10_f64.powf(exponent) };
            let exact = 3.0 * x * x;
            let scale = exact.max(1e-3);
            let cube = |x: f64| x * x * x;
            prop_assert!((forward(cube, x, forward_step(x)) - exact).abs() < 1e-5 * scale);
            prop_assert!((central(cube, x, central_step(x)) - exact).abs() < 1e-7 * scale);
        }

        /// A quadratic form: ∇(xᵀAx) = (A + Aᵀ)x, every component.
        #[test]
        fn gradient_of_a_quadratic_form(a in prop::collection::vec(-2.0..2.0_f64, 25), x in prop::collection::vec(-2.0..2.0_f64, 5)) {
            let form = |x: &[f64]| -> f64 {
                (0..5).map(|i| (0..5).map(|j| x[i] * a[5 * i + j] * x[j]).sum::<f64>()).sum()
            };
            let g = gradient(form, &x);
            prop_assert_eq!(g.len(), 5);
            for i in 0..5 {
                let exact: f64 = (0..5).map(|j| (a[5 * i + j] + a[5 * j + i]) * x[j]).sum();
                prop_assert!((g[i] - exact).abs() < 1e-8, "{} for {exact} at {i}", g[i]);
            }
        }

        /// A linear map is its own Jacobian: 3 outputs, 4 inputs, and no column may leak into the next one.
        #[test]
        fn jacobian_of_a_linear_map(a in prop::collection::vec(-2.0..2.0_f64, 12), x in prop::collection::vec(-2.0..2.0_f64, 4)) {
            let map = |x: &[f64]| (0..3).map(|i| (0..4).map(|j| a[4 * i + j] * x[j]).sum()).collect::<Vec<f64>>();
            let j = jacobian(map, &x);
            prop_assert_eq!(j.shape(), [3, 4].into());
            for (got, exact) in j.data().iter().zip(&a) {
                prop_assert!((got - exact).abs() < 1e-9);
            }
        }
    }

    /// A function with its first, second, third and fifth derivatives, all of which are sines and cosines.
    struct Sine;
    impl Function for Sine {
        fn at<T: Real>(&self, x: T) -> T {
            x.sin()
        }
    }

    proptest! {
        #![proptest_config(config())]

        /// The bound that comes with an extrapolated slope holds, and is not idle: functions with all derivatives, at all places.
        #[test]
        fn richardson_knows_its_error(x in -3.0..3.0_f64, scale in 0.3..3.0_f64, h in 0.05..0.6_f64) {
            for (name, e, exact) in [
                ("exp", richardson(|x| (scale * x).exp(), x, h), scale * (scale * x).exp()),
                ("sin", richardson(|x| (scale * x).sin(), x, h), scale * (scale * x).cos()),
                ("1/(1+x²)", richardson(|x| 1.0 / (1.0 + x * x), x, h), -2.0 * x / (1.0 + x * x).powi(2)),
                ("tanh", richardson(f64::tanh, x, h), 1.0 / x.cosh().powi(2)),
            ] {
                let error = (e.slope - exact).abs();
                prop_assert!(error <= e.error + 2.0 * EPS * exact.abs(), "{name}: {error:e}, but said {:e}", e.error);
                prop_assert!(e.error < 1e-10 * exact.abs().max(1.0), "{name}: an idle bound of {:e}", e.error);
                prop_assert!(e.calls <= 26);
            }
        }

        /// Truncation plus rounding bounds all four formulas, at every step: the table of `formulas` as a test.
        #[test]
        fn four_formulas_stay_within_their_two_errors(x in -3.0..3.0_f64, exponent in -15.0..0.0_f64) {
            let h = 10_f64.powf(exponent);
            for formula in Formula::ALL {
                let error = (formula.slope(&Sine, x, h) - x.cos()).abs();
                // The points x ± h are rounded too: one unit of x, times a slope of at most 1.
                let noise = EPS * (1.0 + x.abs());
                let bound = formula.truncation(h, 1.0) * 1.2 + formula.rounding(h, noise) + 4.0 * EPS;
                prop_assert!(error <= bound, "{formula:?}: {error:e} at h = {h:e}, bound {bound:e}");
            }
        }
    }

    /// The derived step is the best one, as far as noise allows: no step of the curve is much better than the predicted sum.
    #[test]
    fn the_derived_step_is_near_the_best_one() {
        let e = 1.0_f64.exp();
        struct Exp;
        impl Function for Exp {
            fn at<T: Real>(&self, x: T) -> T {
                x.exp()
            }
        }
        for formula in [Formula::Forward, Formula::Central, Formula::Extrapolated] {
            let derived = formula.best_step(EPS * e, e);
            let promised = formula.truncation(derived, e) + formula.rounding(derived, EPS * e);
            let curve = errors::<f64>(formula, &Exp, 1.0, e, 14, 4);
            let at_derived =
                curve.iter().min_by(|a, b| (a.0 / derived).ln().abs().total_cmp(&(b.0 / derived).ln().abs()));
            assert!(
                at_derived.is_some_and(|p| p.1 <= 2.0 * promised),
                "{formula:?}: {at_derived:?}, promised {promised:e}"
            );
            // a hundred times longer or shorter is clearly worse
            for (far, name) in [(derived * 100.0, "longer"), (derived / 1000.0, "shorter")] {
                let worst =
                    curve.iter().filter(|p| (p.0 / far).ln().abs() < 1.5).map(|p| p.1).fold(0.0, f64::max);
                assert!(worst > 5.0 * promised, "{formula:?}, {name}: {worst:e}");
            }
        }
        assert_eq!(Formula::Complex.best_step(EPS, 1.0), 0.0);
        assert_eq!(Formula::Central.best_step(EPS, 0.0), f64::INFINITY);
    }

    /// On logarithmic axes the truncation of one extrapolation has slope 4.
    #[test]
    fn an_extrapolation_is_of_fourth_order() {
        let error = |h: f64| (extrapolated(f64::exp, 1.0, h) - 1.0_f64.exp()).abs();
        let ratio = error(0.2) / error(0.02);
        assert!((ratio.log10() - 4.0).abs() < 0.05, "falls by {ratio}");
        assert!(
            (error(0.2) / (0.2_f64.powi(4) / 480.0 * 1.0_f64.exp()) - 1.0).abs() < 0.05,
            "the constant is 1/480"
        );
        // exact up to degree 4
        let quartic = |x: f64| ((2.0 * x - 1.0) * x + 3.0) * x * x;
        assert!((extrapolated(quartic, 1.5, 0.5) - (8.0 * 3.375 - 3.0 * 2.25 + 9.0)).abs() < 1e-12);
    }

    #[test]
    fn richardson_hard_cases() {
        // beyond the domain at first: the rows that have no value are left out
        let e = richardson(f64::ln, 0.01, 1.0);
        assert!((e.slope - 100.0).abs() <= e.error && e.error < 1e-5, "{e:?}");
        // nothing to be measured at all
        for e in [
            richardson(|_| f64::NAN, 1.0, 0.1),
            richardson(f64::exp, f64::NAN, 0.1),
            richardson(f64::exp, 1.0, 0.0),
        ] {
            assert!(e.slope.is_nan() && e.error == f64::INFINITY && e.calls <= 26, "{e:?}");
        }
        // What it cannot see, as its documentation says: both sides of a kink agree on their mean.
        assert_eq!(richardson(f64::abs, 0.0, 0.1).slope, 0.0);
        // a jump: the quotients grow without end, and so does the bound
        let e = richardson(|x| if x < 0.0 { 0.0 } else { 1.0 }, 0.0, 0.1);
        assert!(e.error > 1.0, "{e:?}");
        // far from 1: the step belongs to the scale of x
        for scale in [1e-150, 1e150] {
            let e = richardson(|x| (x / scale).sin(), 0.5 * scale, 0.1 * scale);
            assert!((e.slope * scale - 0.5_f64.cos()).abs() < 1e-12, "{e:?}");
        }
        // A constant: exactly 0, and a bound that is only rounding.
        let e = richardson(|_| 7.0, 1.0, 0.1);
        assert!(e.slope == 0.0 && e.error < 1e-12);
    }

    /// A second derivative has a step of its own: with that of the first one it has five digits, and with 1e-12 none.
    #[test]
    fn a_second_difference_wants_a_longer_step() {
        let error = |h: f64| (second(f64::exp, 1.0, h) - 1.0_f64.exp()).abs();
        assert!(error(second_step(1.0)) < 1e-7, "{:e}", error(second_step(1.0)));
        assert!(error(central_step(1.0)) > 1e-6 && error(1e-12) > 1.0);
        assert!((second(|x| x * x * x, 2.0, 0.25) - 12.0).abs() < 1e-12);
        assert!(second(|x| x, 1.0, 1e-17).is_nan());
    }

    /// Both halves of the U have the slopes that the derivation promises, on logarithmic axes.
    #[test]
    fn the_u_has_the_promised_slopes() {
        let curve = u_curve(f64::exp, 1.0, 1.0_f64.exp());
        assert_eq!(curve.len(), 61);
        let at = |exponent: f64| {
            curve.iter().find(|e| (e.h.log10() - exponent).abs() < 1e-9).expect("a step of the curve")
        };
        // truncation: a hundred times shorter, a hundred (ten thousand) times closer
        let ratio = at(-2.0).forward / at(-4.0).forward;
        assert!((ratio.log10() - 2.0).abs() < 0.05, "forward falls by {ratio}");
        let ratio = at(-1.0).central / at(-3.0).central;
        assert!((ratio.log10() - 4.0).abs() < 0.05, "central falls by {ratio}");
        // rounding: noisy, so only its size, between ε·|f|/h and a thousandth of it
        for e in curve.iter().filter(|e| e.h < 1e-9) {
            assert!(e.central <= 3.0 * EPS / e.h, "central error {:e} at h = {:e}", e.central, e.h);
        }
        let worst = curve.iter().filter(|e| e.h < 1e-13).map(|e| e.central).fold(0.0, f64::max);
        assert!(worst > 1e-4, "rounding should have eaten the digits, yet the worst error is {worst:e}");
    }

    /// The input vector is as it was after each column: a function that remembers its calls sees one coordinate moved.
    #[test]
    fn only_one_coordinate_moves_at_a_time() {
        let x = [0.1, -0.7, 1e6, 0.3];
        let mut calls = Vec::new();
        gradient(
            |p| {
                calls.push(p.to_vec());
                0.0
            },
            &x,
        );
        assert_eq!(calls.len(), 8);
        for (call, point) in calls.iter().enumerate() {
            for i in 0..4 {
                assert_eq!(point[i] != x[i], i == call / 2, "call {call}, coordinate {i}");
            }
        }
    }

    #[test]
    fn hard_cases() {
        // A step too small to move x is no slope of zero: it is no answer.
        assert!(forward(|x| x, 1e9, 1e-9).is_nan());
        assert!(central(|x| x, 1.0, 1e-17).is_nan());
        assert!(central(|x| x, 1.0, 0.0).is_nan());
        // outside the domain, at infinity
        assert!(central(f64::ln, 0.0, 1e-5).is_nan());
        assert!(central(|x| x, f64::INFINITY, central_step(f64::INFINITY)).is_nan());
        assert!(central(|x| x, f64::NAN, central_step(f64::NAN)).is_nan());
        // at a kink the central difference sees the mean of both sides, the forward one only the right
        assert_eq!(central(|x| x.max(0.0), 0.0, 1e-5), 0.5);
        assert_eq!(forward(|x| x.max(0.0), 0.0, 1e-5), 1.0);
        // nothing to differentiate
        assert!(gradient(|_| 1.0, &[]).is_empty());
        assert_eq!(jacobian(|_| vec![1.0, 2.0], &[]).shape().dims(), [2, 0]);
        assert_eq!(jacobian(|_| vec![], &[1.0]).shape().dims(), [0, 1]);
    }

    #[test]
    #[should_panic(expected = "f returned 2 outputs at first")]
    fn a_changing_number_of_outputs_is_refused() {
        let mut outputs = vec![1.0];
        jacobian(
            |_| {
                outputs.push(1.0);
                outputs.clone()
            },
            &[1.0],
        );
    }
}
