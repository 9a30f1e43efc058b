//! Dual numbers against central differences, algebraic identities and closed forms.

mod dual {
    use calculus::differences::{central, central_step, jacobian as difference_jacobian};
    use calculus::dual::{Dual, derivative, directional, gradient, jacobian};
    use linalg::{Real, Tensor, kernels};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    /// One function for all number types: closures cannot be generic, methods of a trait can.
    #[derive(Clone, Copy, Debug)]
    enum Fun {
        Abs,
        Sqrt,
        Exp,
        Ln,
        Tanh,
        Erf,
        Sin,
        Cos,
        Powi(i32),
        Neg,
        Square,
        Reciprocal,
        Quotient,
    }
    use Fun::*;

    const ALL: [Fun; 16] = [
        Abs,
        Sqrt,
        Exp,
        Ln,
        Tanh,
        Erf,
        Sin,
        Cos,
        Powi(0),
        Powi(1),
        Powi(5),
        Powi(-3),
        Neg,
        Square,
        Reciprocal,
        Quotient,
    ];

    impl Fun {
        fn of<T: Real>(self, x: T) -> T {
            match self {
                Abs => x.abs(),
                Sqrt => x.sqrt(),
                Exp => x.exp(),
                Ln => x.ln(),
                Tanh => x.tanh(),
                Erf => x.erf(),
                Sin => x.sin(),
                Cos => x.cos(),
                Powi(n) => x.powi(n),
                Neg => -x,
                Square => x * x,
                Reciprocal => T::ONE / x,
                Quotient => (x * x - T::ONE) / (x + T::from_f64(5.0)),
            }
        }
    }

    fn close(a: f64, b: f64, tolerance: f64) -> bool {
        // written so that NaN is not close to anything
        (a - b).abs() <= tolerance * (1.0 + b.abs())
    }

    /// The same cases in every run.
    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(config())]

        /// First derivatives against central differences; the value must be the plain value, bit for bit.
        #[test]
        fn every_function_agrees_with_differences(x in 0.2..3.0_f64, negative in any::<bool>()) {
            for f in ALL {
                let x = if negative && !matches!(f, Sqrt | Ln) { -x } else { x };
                let y = f.of(Dual::variable(x));
                prop_assert_eq!(y.value, f.of(x));
                // a smaller step than usual keeps x ± h clear of the poles at 0; the functions are tame enough
                let expected = central(|x| f.of(x), x, central_step(x));
                prop_assert!(close(y.d, expected, 1e-7), "{f:?} at {x}: {} for {expected}", y.d);
            }
        }

        /// Second derivatives, duals of duals, against central differences of first derivatives.
        #[test]
        fn duals_nest(x in 0.2..3.0_f64, negative in any::<bool>()) {
            for f in ALL {
                let x = if negative && !matches!(f, Sqrt | Ln) { -x } else { x };
                let second = derivative(|x| derivative(|y| f.of(y), x), x);
                let expected = central(|x| derivative(|y| f.of(y), x), x, central_step(x));
                prop_assert!(close(second, expected, 1e-6), "{f:?} at {x}: {second} for {expected}");
            }
        }

        /// The chain rule: d f(g(x)) = f′(g(x))·g′(x), for all pairs whose domains meet.
        #[test]
        fn functions_compose(x in 0.2..1.5_f64) {
            for f in ALL {
                for g in ALL {
                    let inner = g.of(x);
                    if matches!(f, Sqrt | Ln) && inner <= 0.0 { continue; }
                    let whole = derivative(|x| f.of(g.of(x)), x);
                    let parts = derivative(|y| f.of(y), inner) * derivative(|x| g.of(x), x);
                    prop_assert!(whole == parts || close(whole, parts, 1e-12), "{f:?} of {g:?} at {x}: {whole}, {parts}");
                }
            }
        }

        /// Identities hold for the derivative part too, whatever the numbers.
        #[test]
        fn identities(a in -3.0..3.0_f64, da in -3.0..3.0_f64, b in 0.3..3.0_f64, db in -3.0..3.0_f64) {
            let (x, y) = (Dual::new(a, da), Dual::new(b, db));
            let same = |l: Dual<f64>, r: Dual<f64>| close(l.value, r.value, 1e-12) && close(l.d, r.d, 1e-11);
            prop_assert!(same((x * y) / y, x));
            prop_assert!(same((x + y) * (x - y), x * x - y * y));
            prop_assert!(same(y.ln().exp(), y));
            prop_assert!(same(y.sqrt() * y.sqrt(), y));
            prop_assert!(same(x.sin().powi(2) + x.cos().powi(2), Dual::constant(1.0)));
            prop_assert!(same(x.tanh(), (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())));
            prop_assert!(same(y.powi(-3), 1.0 / (y * y * y)));
            prop_assert!(same(x.erf(), -((-x).erf())));
            prop_assert!(same(x.abs() * x.abs(), x * x));
            prop_assert!(same(2.0 * x - x, x) && same(x * 0.5 + 0.5 * x, x) && same(1.0 - (1.0 - x), x));
            prop_assert!(same(6.0 / y, 12.0 / (y + y)) && same(x / 4.0, x * 0.25) && same(x + 1.0 - 1.0, x));
            let mut z = x;
            z += y;
            z *= y;
            z -= x;
            z /= y;
            prop_assert!(same(z, ((x + y) * y - x) / y));
        }

        /// A Jacobian with 3 outputs and 4 inputs, every entry, against differences; and its product with a direction.
        #[test]
        fn jacobian_and_direction(x in prop::collection::vec(-2.0..2.0_f64, 4), v in prop::collection::vec(-2.0..2.0_f64, 4)) {
            fn map<T: Real>(p: &[T]) -> Vec<T> {
                vec![p[0] * p[1] + p[3].sin(), (p[1] * p[2]).tanh(), p[0].exp() / (p[3] * p[3] + T::ONE)]
            }
            let j = jacobian(map, &x);
            let differences = difference_jacobian(map, &x);
            prop_assert_eq!(j.shape(), differences.shape());
            for (a, b) in j.data().iter().zip(differences.data()) {
                prop_assert!(close(*a, *b, 1e-7), "{a} for {b}");
            }
            let moved = directional(map, &x, &v);
            for i in 0..3 {
                let expected: f64 = (0..4).map(|k| j[[i, k]] * v[k]).sum();
                prop_assert!(close(moved[i], expected, 1e-12));
            }
            // one output's gradient is that row
            let row = gradient(|p| map(p)[2], &x);
            for k in 0..4 {
                prop_assert_eq!(row[k], j[[2, k]]);
            }
        }

        /// Through the tensors: d(A·B) = dA·B + A·dB, with all dimensions distinct.
        #[test]
        fn matrices_of_duals_obey_the_product_rule(seed in prop::collection::vec(-2.0..2.0_f64, 2 * (2 * 3 + 3 * 4))) {
            let (a, rest) = seed.split_at(6);
            let (da, rest) = rest.split_at(6);
            let (b, db) = rest.split_at(12);
            let pack = |v: &[f64], d: &[f64], shape| {
                Tensor::new(shape, v.iter().zip(d).map(|(&v, &d)| Dual::new(v, d)).collect::<Vec<_>>())
            };
            let plain = |v: &[f64], shape: [usize; 2]| Tensor::new(shape, v.to_vec());
            let c = pack(a, da, [2, 3]).matmul(&pack(b, db, [3, 4]));
            let value = plain(a, [2, 3]).matmul(&plain(b, [3, 4]));
            let (left, right) = (plain(da, [2, 3]).matmul(&plain(b, [3, 4])), plain(a, [2, 3]).matmul(&plain(db, [3, 4])));
            for i in 0..8 {
                prop_assert!(close(c.data()[i].value, value.data()[i], 1e-14));
                prop_assert!(close(c.data()[i].d, left.data()[i] + right.data()[i], 1e-13));
            }
        }

        /// Through the kernels: the derivative of softmax is p·(dz − Σ p·dz).
        #[test]
        fn softmax_of_duals(z in prop::collection::vec(-5.0..5.0_f64, 5), dz in prop::collection::vec(-5.0..5.0_f64, 5)) {
            let mut p: Vec<_> = z.iter().zip(&dz).map(|(&z, &d)| Dual::new(z, d)).collect();
            kernels::softmax(&mut p);
            let mean: f64 = p.iter().zip(&dz).map(|(p, dz)| p.value * dz).sum();
            for i in 0..5 {
                prop_assert!(close(p[i].d, p[i].value * (dz[i] - mean), 1e-12));
            }
        }
    }

    /// Closed forms, to the last digits: no difference quotient could check these 15.
    #[test]
    fn closed_forms() {
        let d = |f: Fun, x: f64| derivative(|x| f.of(x), x);
        assert_eq!(d(Tanh, 0.0), 1.0);
        assert!(close(d(Erf, 0.0), 2.0 / std::f64::consts::PI.sqrt(), 1e-15));
        assert!(close(d(Erf, 1.0), 2.0 / std::f64::consts::PI.sqrt() / 1.0_f64.exp(), 1e-15));
        assert_eq!(d(Sqrt, 4.0), 0.25);
        assert_eq!(d(Ln, 0.125), 8.0);
        assert_eq!(d(Reciprocal, 4.0), -0.0625);
        assert_eq!(d(Powi(-3), 2.0), -3.0 / 16.0);
        // third derivative of x⁵ at 2: 60·4
        assert_eq!(derivative(|x| derivative(|y| derivative(|z| z.powi(5), y), x), 2.0), 240.0);
        // f32 duals train, f64 duals check
        assert_eq!(derivative(|x: Dual<f32>| x * x, 3.0_f32), 6.0);
    }

    #[test]
    fn kinks_and_edges() {
        let at = |x: f64, d: f64| Dual::new(x, d);
        for zero in [0.0, -0.0] {
            assert_eq!(at(zero, 1.0).abs().d, 0.0);
        }
        assert_eq!(at(-2.0, 3.0).abs().d, -3.0);
        // the slope of √ at 0 is infinite, and a 0 that does not move has no answer there
        assert_eq!(at(0.0, 1.0).sqrt().d, f64::INFINITY);
        assert_eq!(at(0.0, -1.0).sqrt().d, f64::NEG_INFINITY);
        assert!(at(0.0, 0.0).sqrt().d.is_nan());
        assert_eq!((at(0.0, 1.0).ln().value, at(0.0, 1.0).ln().d), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(at(-1.0, 1.0).sqrt().value.is_nan() && at(-1.0, 1.0).sqrt().d.is_nan());
        // x⁰ is the constant 1, also at 0; x¹ has slope 1 there, x² slope 0, 1/x an infinite one
        assert_eq!((at(0.0, 1.0).powi(0).value, at(0.0, 1.0).powi(0).d), (1.0, 0.0));
        assert_eq!(at(0.0, 1.0).powi(1).d, 1.0);
        assert_eq!(at(0.0, 1.0).powi(2).d, 0.0);
        assert_eq!(at(0.0, 1.0).powi(-1).d, f64::NEG_INFINITY);
        assert_eq!((at(1.0, 1.0) / at(0.0, 1.0)).d, f64::NEG_INFINITY);
        // exponents at the ends of their range
        assert_eq!(at(1.0, 1.0).powi(i32::MIN).d, f64::from(i32::MIN));
        assert_eq!(at(1.0, 1.0).powi(i32::MAX).d, f64::from(i32::MAX));
        assert_eq!(at(-1.0, 1.0).powi(i32::MIN).d, -f64::from(i32::MIN));
        // a denominator whose square overflows, and one whose square underflows
        assert_eq!((at(1e200, 0.0) / at(1e200, 1e200)).d, -1.0);
        assert_eq!((at(1e-200, 0.0) / at(1e-200, 1e-200)).d, -1.0);
        // saturated functions stop moving; no NaN comes out of infinity
        for f in [Tanh, Erf] {
            for x in [f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300] {
                let y = f.of(at(x, 1.0));
                assert_eq!((y.value, y.d), (1.0_f64.copysign(x), 0.0), "{f:?} at {x}");
            }
        }
        assert_eq!(at(f64::NEG_INFINITY, 1.0).exp().d, 0.0);
        assert_eq!(at(f64::INFINITY, 1.0).sqrt().d, 0.0);
    }

    #[test]
    fn nan_is_never_hidden() {
        for f in ALL {
            let y = f.of(Dual::new(f64::NAN, 1.0));
            if matches!(f, Powi(0)) {
                assert_eq!(y.value, 1.0); // IEEE 754: NaN⁰ is 1, a constant
                continue;
            }
            assert!(y.value.is_nan(), "{f:?} of NaN has the value {}", y.value);
            let slope_needs_x = !matches!(f, Powi(1) | Neg);
            assert!(!slope_needs_x || y.d.is_nan(), "{f:?} of NaN has the derivative {}", y.d);
        }
        for f in ALL {
            let moved = f.of(Dual::new(0.7, f64::NAN)).d;
            assert!(moved.is_nan(), "{f:?} turned a NaN derivative into {moved}");
        }
        assert!(!Dual::new(1.0, f64::NAN).is_finite());
        assert!(!Dual::new(f64::INFINITY, 0.0).is_finite());
        assert!(Dual::new(1.0, 0.0).is_finite());
        let nan = Dual::new(f64::NAN, 0.0);
        assert!(nan.max_nan(Dual::ONE).value.is_nan() && Dual::ONE.max_nan(nan).value.is_nan());
    }

    /// Branches are taken as on plain numbers, and the derivative is that of the path taken.
    #[test]
    fn comparisons_look_at_values() {
        assert!(Dual::new(1.0, 9.0) < Dual::new(2.0, 0.0));
        assert!(Dual::new(1.0, 9.0) == Dual::new(1.0, -9.0));
        assert!(Dual::<f64>::ZERO >= Dual::new(0.0, 1.0));
        let path = |x: Dual<f64>| if x > Dual::ZERO { x * x } else { -x };
        assert_eq!(derivative(path, 3.0), 6.0);
        assert_eq!(derivative(path, -3.0), -1.0);
        assert_eq!(derivative(path, 0.0), -1.0);
    }

    #[test]
    fn prints_both_parts() {
        assert_eq!(Dual::new(1.5, -2.0).to_string(), "1.5 + -2·ε");
        assert_eq!(format!("{:.2}", Dual::new(1.5, -2.0)), "1.50 + -2.00·ε");
    }

    #[test]
    fn nothing_to_differentiate() {
        assert!(gradient(|_| Dual::new(1.0, 0.0), &[]).is_empty());
        assert_eq!(jacobian(|_| vec![Dual::new(1.0, 0.0); 2], &[]).shape().dims(), [2, 0]);
        assert_eq!(jacobian::<f64>(|_| vec![], &[1.0]).shape().dims(), [0, 1]);
    }

    #[test]
    #[should_panic(expected = "a point of 2 numbers, a direction of 1")]
    fn a_direction_of_another_length_is_refused() {
        directional(<[Dual<f64>]>::to_vec, &[1.0, 2.0], &[1.0]);
    }
}
