//! The chapter *Universal approximation*, held to its word.

mod approximation {
    use approximation::bumps::{SigmoidNet, bump, sigmoid};
    use approximation::gain::{Activation, critical, critical_backward, grad_norms};
    use approximation::hats::{ReluNet, hat, relu};
    use approximation::init::{fan_in_std, normal, residual_std};
    use approximation::measure::{rate, sup_error};
    use proptest::prelude::*;

    const WIDTHS: [usize; 6] = [8, 16, 32, 64, 128, 256];

    fn errors(
        net: impl Fn(usize) -> Box<dyn Fn(f64) -> f64>,
        f: fn(f64) -> f64,
        lo: f64,
        hi: f64,
    ) -> Vec<f64> {
        WIDTHS.iter().map(|&w| sup_error(f, net(w), lo, hi, 40_000)).collect()
    }

    fn line(f: fn(f64) -> f64, lo: f64, hi: f64) -> Vec<f64> {
        let net = |w| {
            let net = ReluNet::interpolating(f, lo, hi, w);
            Box::new(move |x| net.at(x)) as Box<dyn Fn(f64) -> f64>
        };
        errors(net, f, lo, hi)
    }

    fn stairs(f: fn(f64) -> f64, lo: f64, hi: f64) -> Vec<f64> {
        let net = |w| {
            let net = SigmoidNet::staircase(f, lo, hi, w);
            Box::new(move |x| net.at(x)) as Box<dyn Fn(f64) -> f64>
        };
        errors(net, f, lo, hi)
    }

    #[test]
    fn the_broken_line_errs_with_the_square_of_the_width() {
        let e = line(f64::sin, 0.0, 6.0);
        assert!((rate(&WIDTHS, &e) + 2.0).abs() < 0.05, "slope {}", rate(&WIDTHS, &e));
        for (w, e) in WIDTHS.iter().zip(&e) {
            let h = 6.0 / *w as f64;
            let bound = h * h / 8.0; // |sin″| ≤ 1
            assert!(*e <= bound * (1.0 + 1e-9), "width {w}: {e} above the bound {bound}");
            assert!(*e >= 0.8 * bound, "width {w}: {e} is too good to be measured between the knots");
        }
    }

    #[test]
    fn the_staircase_errs_with_the_width_itself() {
        let e = stairs(f64::sin, 0.0, 6.0);
        assert!((rate(&WIDTHS, &e) + 1.0).abs() < 0.05, "slope {}", rate(&WIDTHS, &e));
        for (w, e) in WIDTHS.iter().zip(&e) {
            let bound = 6.0 / (*w + 1) as f64 / 2.0; // |cos| ≤ 1, half a bar
            assert!(*e <= bound, "width {w}: {e} above the bound {bound}");
        }
    }

    /// The theorem's rate is for smooth functions. Where the slope is infinite, it is the root that rules.
    #[test]
    fn a_function_without_a_slope_pays_for_it() {
        let slope = rate(&WIDTHS, &line(f64::sqrt, 0.0, 1.0));
        assert!((slope + 0.5).abs() < 0.02, "slope {slope}");
    }

    #[test]
    fn at_the_knots_there_is_nothing_to_measure() {
        let net = ReluNet::interpolating(f64::sin, 0.0, 6.0, 32);
        let at_knots = (0..=32).map(|i| 6.0 * f64::from(i) / 32.0).map(|x| (net.at(x) - x.sin()).abs());
        assert!(at_knots.fold(0.0, f64::max) < 1e-13);
        assert!(sup_error(f64::sin, |x| net.at(x), 0.0, 6.0, 40_000) > 1e-3);
    }

    #[test]
    fn of_the_test_points_only_the_left_end_is_a_knot() {
        let knots = std::cell::Cell::new(0);
        let count = |x: f64| {
            knots.set(knots.get() + u32::from((x * 256.0).fract() == 0.0));
            x
        };
        sup_error(count, |x| x, 0.0, 1.0, 40_000);
        assert_eq!(knots.get(), 1);
    }

    #[test]
    fn outside_its_knots_the_network_is_a_straight_line() {
        let net = ReluNet::interpolating(f64::sin, 0.0, 6.0, 64);
        let slope = net.at(8.0) - net.at(7.0);
        assert!((net.at(1000.0) - net.at(999.0) - slope).abs() < 1e-9);
        assert_eq!(net.at(-50.0), 0.0);
    }

    #[test]
    fn the_extremes_are_finite_and_a_nan_is_not_hidden() {
        assert_eq!(sigmoid(f64::NEG_INFINITY), 0.0);
        assert_eq!(sigmoid(f64::INFINITY), 1.0);
        assert_eq!(sigmoid(-800.0), 0.0);
        assert!(sigmoid(f64::NAN).is_nan() && relu(f64::NAN).is_nan());
        assert!(bump(0.5, 0.0, 1.0, 1e300).is_finite());
        assert!(sup_error(|x| if x > 0.5 { f64::NAN } else { x }, |x| x, 0.0, 1.0, 100).is_nan());
        assert_eq!(ReluNet::through(&[3.0], &[7.0]).at(100.0), 7.0); // one point: a constant
    }

    proptest! {
        #[test]
        fn the_line_goes_through_its_points(ys in prop::collection::vec(-5.0..5.0f64, 1..20), gaps in prop::collection::vec(0.1..3.0f64, 20)) {
            let xs: Vec<f64> = gaps.iter().scan(0.0, |x, g| { *x += g; Some(*x) }).take(ys.len()).collect();
            let net = ReluNet::through(&xs, &ys);
            prop_assert_eq!(net.width(), ys.len() - 1);
            for (x, y) in xs.iter().zip(&ys) {
                prop_assert!((net.at(*x) - y).abs() < 1e-9);
            }
            // and half way between two of them it is half way between the values
            for i in 1..xs.len() {
                let mid = net.at(f64::midpoint(xs[i - 1], xs[i]));
                prop_assert!((mid - f64::midpoint(ys[i - 1], ys[i])).abs() < 1e-9);
            }
        }

        #[test]
        fn hats_share_out_exactly_one(x in 0.0..1.0f64) {
            let n = 7.0;
            let total: f64 = (-1..=8).map(|i| { let b = f64::from(i) / n; hat(x, b - 1.0 / n, b, b + 1.0 / n) }).sum();
            prop_assert!((total - 1.0).abs() < 1e-12);
        }

        #[test]
        fn a_hat_is_the_minimum_of_its_two_slopes(x in -3.0..9.0f64, a in -2.0..0.0f64, up in 0.2..3.0f64, down in 0.2..3.0f64) {
            let (b, c) = (a + up, a + up + down);
            let expected = ((x - a) / up).min((c - x) / down).max(0.0);
            prop_assert!((hat(x, a, b, c) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn critical_gains_are_those_of_the_literature() {
        // He et al. 2015: √2. The others: tanh², gelu² and their slopes' squares under the normal density, to ten digits,
        // by the trapezoidal rule in NumPy (240,001 points).
        assert!((critical(Activation::Linear) - 1.0).abs() < 1e-9);
        assert!((critical(Activation::Relu) - std::f64::consts::SQRT_2).abs() < 1e-9);
        assert!((critical(Activation::Tanh) - TANH).abs() < 1e-9);
        assert!((critical(Activation::Gelu) - GELU).abs() < 1e-9);
        assert!((critical_backward(Activation::Linear) - 1.0).abs() < 1e-9);
        assert!((critical_backward(Activation::Relu) - std::f64::consts::SQRT_2).abs() < 1e-9);
        assert!((critical_backward(Activation::Tanh) - TANH_BACKWARD).abs() < 1e-9);
        assert!((critical_backward(Activation::Gelu) - GELU_BACKWARD).abs() < 1e-9);
    }

    /// The slopes are those of the values, by central differences.
    #[test]
    fn an_activation_has_the_slope_it_says() {
        for a in [Activation::Linear, Activation::Relu, Activation::Tanh, Activation::Gelu] {
            for z in [-3.1, -0.7, 0.2, 1.4, 2.9] {
                let measured = (a.value(z + 1e-5) - a.value(z - 1e-5)) / 2e-5;
                assert!((a.slope(z) - measured).abs() < 1e-8, "{a:?} at {z}: {measured}");
            }
        }
    }
    const TANH: f64 = 1.592_537_419_724_7;
    const GELU: f64 = 1.533_530_441_197_2;
    const TANH_BACKWARD: f64 = 1.467_413_591_632_5;
    const GELU_BACKWARD: f64 = 1.481_114_412_710_1;

    /// For ReLU the squared gradient changes by g²/2 a layer on average. Averaged over 20 networks, the logarithm of the change
    /// over 40 layers must agree with the theory up to the known downward bias of a product of random matrices.
    #[test]
    fn the_gradient_follows_the_gain() {
        let (depth, width) = (40, 64);
        for gain in [0.7, 1.0, 1.3] {
            let g = gain * critical(Activation::Relu);
            let mean: f64 = (0..20)
                .map(|seed| {
                    let n = grad_norms(depth, width, g, Activation::Relu, seed);
                    (n[0] / n[depth - 1]).ln() / (depth - 1) as f64
                })
                .sum::<f64>()
                / 20.0;
            // E ln is below ln E by half the variance of the log of one layer's factor: about (5/4)/width a layer.
            let expected = f64::ln(gain) - 1.25 / width as f64;
            assert!((mean - expected).abs() < 0.02, "gain {gain}: {mean} a layer, expected {expected}");
        }
    }

    /// The same for tanh, whose two gains differ: at the forward one the gradient grows by their ratio a layer.
    #[test]
    fn a_gain_that_keeps_the_signal_may_not_keep_the_gradient() {
        let (depth, width, seeds) = (40, 128, 20);
        let (forward, backward) = (critical(Activation::Tanh), critical_backward(Activation::Tanh));
        let mean: f64 = (0..seeds)
            .map(|seed| {
                let n = grad_norms(depth, width, forward, Activation::Tanh, seed);
                (n[0] / n[depth - 1]).ln() / (depth - 1) as f64
            })
            .sum::<f64>()
            / seeds as f64;
        assert!((mean - (forward / backward).ln()).abs() < 0.01, "{mean} a layer");
    }

    /// A ReLU passes a positive factor on, so a gain that is off by a factor is off by it once a layer: exactly.
    #[test]
    fn a_share_of_the_gain_comes_back_once_a_layer() {
        let ratio = |share: f64| {
            let n = grad_norms(50, 128, share * critical(Activation::Relu), Activation::Relu, 1);
            n[0] / n[49]
        };
        for share in [1.2, 1.1, 1.05, 0.95, 0.9, 0.8] {
            let factor = ratio(share) / ratio(1.0);
            assert!((factor / f64::powi(share, 49) - 1.0).abs() < 1e-9, "{share}: {factor}");
        }
    }

    #[test]
    fn initial_weights_have_the_std_they_were_asked_for() {
        // 40,000 normal numbers: the standard error of their std is 1/√80,000 = 0.35 %; five of them: a false alarm in 1.7 million.
        let w = normal::<f64>([200, 200], fan_in_std(1.5, 200), 3, "w");
        let std = (w.data().iter().map(|x| x * x).sum::<f64>() / 40_000.0).sqrt();
        assert!((std / (1.5 / 200.0_f64.sqrt()) - 1.0).abs() < 5.0 * 0.003_54, "std {std}");
        assert_eq!(residual_std(0.02, 0), 0.02);
    }
}
