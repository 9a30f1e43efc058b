//! The complex numbers of the complex step against num-complex (by way of nalgebra), and their slopes against closed forms.

mod differences {
    use calculus::complex::{Complex, complex_step};
    use calculus::dual::derivative;
    use linalg::Real;
    use nalgebra::Complex as Oracle;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    /// Within 50 ε of the oracle, relative to its modulus.
    fn close(got: Complex<f64>, oracle: Oracle<f64>) -> bool {
        let distance = (got.re - oracle.re).hypot(got.im - oracle.im);
        distance <= 50.0 * f64::EPSILON * oracle.norm().max(1e-300)
    }

    proptest! {
        #![proptest_config(config())]

        /// Every operation on numbers of ordinary size, both parts.
        #[test]
        fn complex_arithmetic_is_that_of_num_complex(a in -3.0..3.0_f64, b in -3.0..3.0_f64, c in -3.0..3.0_f64, d in -3.0..3.0_f64, n in -9..9_i32) {
            let (z, w) = (Complex::new(a, b), Complex::new(c, d));
            let (oz, ow) = (Oracle::new(a, b), Oracle::new(c, d));
            for (name, got, oracle) in [
                ("add", z + w, oz + ow),
                ("sub", z - w, oz - ow),
                ("mul", z * w, oz * ow),
                ("div", z / w, oz / ow),
                ("neg", -z, -oz),
                ("sqrt", z.sqrt(), oz.sqrt()),
                ("exp", z.exp(), oz.exp()),
                ("sin", z.sin(), oz.sin()),
                ("cos", z.cos(), oz.cos()),
                ("powi", z.powi(n), oz.powi(n)),
            ] {
                let (got_sum, oracle_sum) = if matches!(name, "add" | "sub") { (got + Complex::new(8.0, 8.0), oracle + Oracle::new(8.0, 8.0)) } else { (got, oracle) };
                prop_assert!(close(got_sum, oracle_sum), "{name}: {got} for {oracle}");
            }
            // tanh has poles on the imaginary axis: compared relative to the distance from them
            if oz.cosh().norm() > 0.1 {
                prop_assert!(close(z.tanh(), oz.sinh() / oz.cosh()) || (oz.sinh() / oz.cosh()).norm() < 1e-3, "tanh of {z}");
            }
            if a > 0.0 {
                // near 1 the logarithm is small and its real part has an absolute error
                let (got, oracle) = (z.ln(), oz.ln());
                prop_assert!((got.re - oracle.re).abs() < 1e-14 && (got.im - oracle.im).abs() < 1e-15 * 4.0);
            }
        }

        /// A slope by the complex step is that of dual numbers, to the last digits: over compositions of all functions.
        #[test]
        fn the_complex_step_is_a_dual_number(x in 0.1..3.0_f64) {
            fn f<T: Real>(x: T) -> T {
                let y = (x * x + T::ONE).sqrt() / (x.exp() + x.ln().abs());
                y.tanh() * x.sin() - y.erf().powi(3) * x.cos() + x.powi(-2)
            }
            let (step, dual) = (complex_step(f, x, 1e-20), derivative(f, x));
            prop_assert!((step - dual).abs() <= 50.0 * f64::EPSILON * dual.abs().max(1.0), "{step} for {dual}");
        }

        /// The same in f32, where no difference has more than five digits.
        #[test]
        fn the_complex_step_keeps_all_digits_of_f32(x in -2.0..2.0_f32) {
            let step = complex_step(|x| x.exp() * x.sin(), x, 1e-20_f32);
            let exact = x.to_f64().exp() * (x.to_f64().sin() + x.to_f64().cos());
            prop_assert!((step.to_f64() - exact).abs() < 1e-6 * exact.abs().max(1.0));
        }
    }

    /// An absolute value has a slope. A modulus has none: with it the answer would be 0, without a word.
    #[test]
    fn the_slope_of_an_absolute_value_is_its_sign() {
        for (x, slope) in [(3.0, 1.0), (-3.0, -1.0), (1e-300, 1.0), (0.0, 0.0)] {
            assert_eq!(complex_step(Real::abs, x, 1e-320), slope, "at {x}");
        }
        assert!(complex_step(Real::abs, f64::NAN, 1e-20).is_nan());
        // and a branch is taken by the real part
        let relu = |z: Complex<f64>| if z > Complex::ZERO { z } else { Complex::ZERO };
        assert_eq!([complex_step(relu, 2.0, 1e-20), complex_step(relu, -2.0, 1e-20)], [1.0, 0.0]);
    }

    #[test]
    fn complex_hard_cases() {
        // no overflow on the way to a quotient that is none
        let z = Complex::new(1e300, 1e300) / Complex::new(1e300, 1e300);
        assert_eq!((z.re, z.im), (1.0, 0.0));
        // tiny imaginary parts survive every function
        let tiny = Complex::new(0.7, 1e-200);
        for (got, slope) in [
            (tiny.sqrt(), 0.5 / 0.7_f64.sqrt()),
            (tiny.exp(), 0.7_f64.exp()),
            (tiny.ln(), 1.0 / 0.7),
            (tiny.tanh(), 1.0 / 0.7_f64.cosh().powi(2)),
            (tiny.sin(), 0.7_f64.cos()),
            (tiny.cos(), -(0.7_f64.sin())),
            (tiny.powi(5), 5.0 * 0.7_f64.powi(4)),
            (Complex::ONE / tiny, -1.0 / 0.49),
        ] {
            assert!((got.im / 1e-200 - slope).abs() < 1e-14 * slope.abs(), "{got}: {slope}");
        }
        // saturated: the slope of tanh at 30 is 4e-26, and 1 − t² would be 0
        let slope = complex_step(Real::tanh, 30.0, 1e-20);
        assert!((slope / (4.0 * (-60.0_f64).exp()) - 1.0).abs() < 1e-12);
        assert_eq!(complex_step(Real::tanh, 1000.0, 1e-20), 0.0);
        // outside of the domain
        assert!(complex_step(Real::ln, -1.0_f64, 1e-20).is_nan());
        assert!(complex_step(Real::exp, f64::NAN, 1e-20).is_nan());
        // the root's branch: Re ≥ 0, the sign of the imaginary part kept
        let root = Complex::new(-4.0, -0.0_f64).sqrt();
        assert_eq!((root.re, root.im), (0.0, -2.0));
    }
}
