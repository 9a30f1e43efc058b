//! Products of Jacobians: by hand against the tape, against exact formulas, against products with known singular values.

mod flow {
    use calculus::flow::{
        Activation, Norm, Product, Stack, Start, Tower, exponents, gaussian_exponents, lyapunov, multiplied,
        pulled_back, rings,
    };
    use calculus::optim::clip_global_norm;
    use calculus::tape::{Grads, Params};
    use linalg::powers::{spectral_norm, spectral_radius};
    use linalg::{Error, Mat, Qr, Svd, Tensor, norm2};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig {
            cases: 48,
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..ProptestConfig::default()
        }
    }

    /// Every kind of stack.
    fn kinds() -> Vec<Stack> {
        let mut all = vec![];
        for activation in Activation::ALL {
            for norm in [Norm::None, Norm::Layer, Norm::Rms] {
                for residual in [None, Some(1.0), Some(0.3)] {
                    let stack = Stack {
                        depth: 7,
                        width: 6,
                        gain: 1.2,
                        activation,
                        norm,
                        residual,
                        ..Stack::default()
                    };
                    all.push(stack);
                    all.push(Stack { shared: true, seed: 2, ..stack });
                }
            }
        }
        all
    }

    /// Every element, in front of every layer, under a random cotangent.
    #[test]
    fn by_hand_is_what_the_tape_says() {
        for stack in kinds() {
            let by_hand = pulled_back(&stack.jacobians(), &stack.cotangent());
            let by_tape = stack.gradients::<f64>(1.0);
            assert_eq!((by_hand.len(), by_tape.len()), (8, 8));
            for (layer, (hand, tape)) in by_hand.iter().zip(&by_tape).enumerate() {
                let size = norm2(hand) + 1e-3 * norm2(&by_hand[7]); // where nothing arrives, rounding does
                for (a, b) in hand.iter().zip(tape) {
                    assert!(
                        (a - b).abs() <= 1e-12 * size,
                        "{stack:?}, layer {layer}: {a} by hand, {b} by tape"
                    );
                }
            }
        }
    }

    /// A gradient is never longer than the largest singular value allows, nor shorter than the smallest.
    #[test]
    fn a_gradient_lies_between_the_singular_values() {
        for stack in kinds() {
            let (mut product, jacobians) = (Product::new(stack.width), stack.jacobians());
            for j in &jacobians {
                product.push(j).unwrap();
            }
            let ln = product.ln_singular_values().unwrap();
            let norm = spectral_norm(multiplied(&jacobians).view()).unwrap();
            assert!((ln[0].exp() - norm).abs() < 1e-9 * norm + 1e-12, "{stack:?}: {ln:?}, {norm}");
            if norm < 1e-9 {
                continue; // all units are shut, and what arrives is rounding
            }
            let norms = stack.gradient_norms::<f64>();
            let stretch = (norms[0] / norms[stack.depth]).ln();
            assert!(
                stretch <= ln[0] + 1e-9 && stretch >= ln[stack.width - 1] - 1e-9,
                "{stack:?}: {ln:?}, {stretch}"
            );
        }
    }

    proptest! {
        #![proptest_config(config())]

        /// Multiplied out or not: the same singular values, for any shapes that fit.
        #[test]
        fn a_shallow_product_is_the_product(widths in prop::collection::vec(1..7_usize, 2..5), seed in 0..1000_u64) {
            let numbers = |layer: usize, i: usize| (0.37 * (seed as f64 + 1.0) * (17 * layer + i + 1) as f64).sin();
            let matrices: Vec<Mat> = widths.windows(2).enumerate()
                .map(|(layer, w)| Mat::from_fn(w[1], w[0], |i, j| numbers(layer, i * 7 + j)))
                .collect();
            let mut product = Product::new(widths[0]);
            for m in &matrices {
                product.push(m).unwrap();
            }
            let want = Svd::jacobi(multiplied(&matrices).view()).unwrap().s;
            let got = product.ln_singular_values().unwrap();
            prop_assert_eq!(got.len(), want.len());
            for (ln, s) in got.iter().zip(&want) {
                prop_assert!((ln.exp() - s).abs() <= 1e-11 * want[0], "{:?} for {:?}", got, want);
            }
        }

        /// However far apart: J = U·diag(s)·U₀ᵀ, with the next layer beginning where this one ends, so that σ = sᴸ is known.
        #[test]
        fn known_singular_values_at_any_depth(depth in 1..120_usize, seed in 0..100_u64) {
            let s = [1.7, 1.1, 0.6, 0.2];
            let turn = |layer: usize| {
                let a = Mat::from_fn(4, 4, |i, j| (1.3 * (seed as f64 + 2.0) * (16 * layer + 4 * i + j + 1) as f64).sin());
                Qr::new(a.view()).unwrap().q()
            };
            let mut product = Product::new(4);
            for layer in 0..depth {
                let stretched = Mat::from_fn(4, 4, |i, j| turn(layer + 1)[[i, j]] * s[j]);
                product.push(&stretched.matmul(&turn(layer).transpose())).unwrap();
            }
            let ln = product.ln_singular_values().unwrap();
            for (ln, s) in ln.iter().zip(s) {
                let want = depth as f64 * f64::ln(s);
                prop_assert!((ln - want).abs() < 1e-13 * (depth * depth + 100) as f64, "{ln} for {want}");
            }
        }

        /// The sum over all directions is ln |det|, whatever the directions are.
        #[test]
        fn all_stretches_together_are_the_determinant(depth in 1..30_usize, gain in 0.2..3.0_f64, seed in 1..50_u64) {
            let stack = Stack { depth, width: 5, gain, seed, activation: Activation::Tanh, ..Stack::default() };
            let jacobians = stack.jacobians();
            let want: f64 = jacobians.iter().map(|j| nalgebra::DMatrix::from_row_slice(5, 5, j.data()).determinant().abs().ln()).sum();
            let sums = lyapunov(&jacobians, 5).unwrap();
            let got: f64 = sums[depth].iter().sum();
            prop_assert!((got - want).abs() < 1e-9 * (depth as f64), "{got} for {want}");
            let mut product = Product::new(5);
            for j in &jacobians {
                product.push(j).unwrap();
            }
            let also: f64 = product.ln_singular_values().unwrap().iter().sum();
            prop_assert!((also - want).abs() < 1e-9 * (depth as f64), "{also} for {want}");
        }
    }

    /// Newman's formula for Gaussian matrices, every exponent within four standard deviations of the mean of ln χ over the layers counted.
    #[test]
    fn gaussian_products_grow_as_newman_says() {
        let stack = Stack { depth: 800, width: 16, gain: 1.3, ..Stack::default() };
        let jacobians = stack.jacobians();
        let sums = lyapunov(&jacobians, 16).unwrap();
        let (got, want) = (exponents(&sums), gaussian_exponents(16, 1.3));
        for (i, (got, want)) in got.iter().zip(&want).enumerate() {
            let x = (16 - i) as f64 / 2.0;
            let variance = (1.0 / x + 0.5 / (x * x) + 1.0 / (6.0 * x.powi(3))) / 4.0; // ψ′(x)/4
            let off = 4.0 * (variance / 600.0).sqrt();
            assert!((got - want).abs() < off, "exponent {i}: {got} for {want} ± {off}");
        }
        // the singular values of the product itself grow at the same rates; no number of f64 could hold the product
        let mut product = Product::new(16);
        for j in &jacobians[..200] {
            product.push(j).unwrap();
        }
        let ln = product.ln_singular_values().unwrap();
        assert!(ln[0] - ln[15] > 300.0, "{ln:?}"); // 130 powers of ten apart
        for (ln, want) in ln.iter().zip(&want) {
            assert!((ln / 200.0 - want).abs() < 0.2, "{} for {want}", ln / 200.0);
        }
    }

    /// ψ by its definition, a difference of ln Γ: Γ at halves and whole numbers, by products.
    #[test]
    fn newmans_formula_for_one_and_for_two() {
        // n = 1: E ln |z| = −(γ + ln 2)/2
        let euler = 0.577_215_664_901_532_9;
        assert!((gaussian_exponents(1, 1.0)[0] + 0.5 * (euler + 2.0_f64.ln())).abs() < 1e-15);
        // n = 2: E ln √((z₁² + z₂²)/2) with z₁² + z₂² exponential of mean 2: −γ/2
        assert!((gaussian_exponents(2, 1.0)[0] + 0.5 * euler).abs() < 1e-15);
        // the gain is a summand
        let (one, two) = (gaussian_exponents(9, 1.0), gaussian_exponents(9, 2.0));
        assert!(one.iter().zip(&two).all(|(a, b)| (b - a - 2.0_f64.ln()).abs() < 1e-14));
    }

    /// The same matrix again and again: the slope is ln of the spectral radius, which is what the chapter on powers measures.
    #[test]
    fn a_recurrent_network_grows_by_its_spectral_radius() {
        let stack = Stack { depth: 2000, width: 12, shared: true, ..Stack::default() };
        let gamma = exponents(&lyapunov(&stack.jacobians(), 4).unwrap())[0];
        let radius = spectral_radius(stack.weights(0).view()).unwrap();
        assert!((gamma - radius.ln()).abs() < 2e-3, "{gamma} for {}", radius.ln());
        // different matrices of the same law grow otherwise
        let other = Stack { shared: false, ..stack };
        let other = exponents(&lyapunov(&other.jacobians(), 4).unwrap())[0];
        assert!((other - gaussian_exponents(12, 1.0)[0]).abs() < 0.03, "{other}");
    }

    /// A norm in front of each matrix divides out what the layer before has multiplied in: of 48 gains, one is left.
    #[test]
    fn a_norm_makes_the_gain_irrelevant() {
        let at = |gain, norm| {
            let stack = Stack { gain, norm, activation: Activation::Relu, ..Stack::default() };
            stack.gradient_norms::<f64>()[0]
        };
        for norm in [Norm::Rms, Norm::Layer] {
            let ratio = at(4.0, norm) / at(2.0, norm);
            assert!((ratio - 2.0).abs() < 1e-2, "{norm:?}: {ratio}");
        }
        assert!((at(4.0, Norm::None) / at(2.0, Norm::None)).log2() > 47.9);
    }

    /// Added to its input, a layer of size 1/√depth leaves every direction alive; alone, it leaves one.
    #[test]
    fn a_residual_connection_keeps_all_directions() {
        let spread = |stack: Stack| {
            let mut product = Product::new(stack.width);
            for j in &stack.jacobians() {
                product.push(j).unwrap();
            }
            let ln = product.ln_singular_values().unwrap();
            (ln[0], ln[stack.width - 1])
        };
        let plain = Stack::default();
        let (top, bottom) = spread(Stack { residual: Some(1.0 / 48_f64.sqrt()), ..plain });
        assert!(top < 3.0 && bottom > -3.0, "{top} {bottom}");
        let (top, bottom) = spread(plain);
        assert!(top - bottom > 100.0, "{top} {bottom}");
        // multiplied out, nobody can tell: what an SVD finds is rounding, thirty powers of ten too large
        let seen = Svd::new(multiplied(&plain.jacobians()).view()).unwrap().s[31].ln();
        assert!(seen > bottom + 50.0, "{seen} for {bottom}");
        // and a branch as large as the way around it doubles the square of the length at every layer
        let norms = Stack { residual: Some(1.0), ..plain }.gradient_norms::<f64>();
        let by_layer = (norms[0] / norms[48]).powf(2.0 / 48.0);
        assert!((1.8..2.2).contains(&by_layer), "{by_layer}");
    }

    /// What f32 loses is 0 for good; a power of two in front of the walk back saves it, to the last bits.
    #[test]
    fn a_loss_scale_moves_the_window() {
        let stack = Stack { depth: 80, activation: Activation::Sigmoid, ..Stack::default() };
        let exact = stack.gradient_norms::<f64>();
        assert!(exact[0] > 0.0 && exact[0] < 1e-46, "{}", exact[0]);
        let lost = stack.gradients::<f32>(1.0);
        assert!(lost[0].iter().all(|&g| g == 0.0) && lost[80].iter().all(|&g| g != 0.0));
        let saved = stack.gradients::<f32>(2.0_f64.powi(100));
        let doubles = stack.gradients::<f64>(1.0);
        for (saved, exact) in saved[0].iter().zip(&doubles[0]) {
            let saved = f64::from(*saved) * 2.0_f64.powi(-100);
            assert!((saved / exact - 1.0).abs() < 1e-2, "{saved:e} for {exact:e}");
        }
    }

    /// One factor for all: a clipped gradient has the length that was asked for and the tilt that it had.
    #[test]
    fn clipping_keeps_the_tilt() {
        let norms = Stack { gain: 1.4, ..Stack::default() }.gradient_norms::<f64>();
        let mut params = Params::new();
        for i in 0..norms.len() {
            params.add(format!("layer {i}"), Tensor::full([1], 0.0), true);
        }
        let mut grads = Grads::like(&params);
        grads.values_mut().copy_from_slice(&norms);
        assert!(clip_global_norm(&mut grads, 1.0) > 1e6);
        assert!((norm2(grads.values()) - 1.0).abs() < 1e-12);
        for (clipped, norm) in grads.values().windows(2).zip(norms.windows(2)) {
            assert!((clipped[0] / clipped[1] / (norm[0] / norm[1]) - 1.0).abs() < 1e-12);
        }
    }

    /// The failure of the chapter's first page, and what mends it.
    #[test]
    fn the_first_layers_never_move_and_the_loss_falls() {
        let data = rings::<f32>(200, 1);
        let run = |start, residual| {
            let mut tower = Tower::new(48, 16, start, residual, 1);
            let first = tower.step(&data, 0.05);
            let last = (0..150).map(|_| tower.step(&data, 0.05)).last().unwrap();
            (first, last, tower.unmoved(), tower.moved())
        };
        let (first, last, unmoved, moved) = run(Start::Torch, None);
        assert!(
            first > last + 0.05 && (last - data.entropy()).abs() < 5e-3,
            "{first} {last} {}",
            data.entropy()
        );
        assert!(unmoved > 20, "{unmoved}");
        assert!(moved[..20].iter().all(|&m| m == 0.0) && moved[49] > 1e-3);
        let (_, last, unmoved, _) = run(Start::Torch, Some(1.0));
        assert!(last < 0.7 * data.entropy() && unmoved == 0, "{last} {unmoved}");
    }

    #[test]
    fn flow_hard_cases() {
        // no layers: the gradient is the cotangent, the product the identity
        let none = Stack { depth: 0, width: 3, ..Stack::default() };
        assert_eq!(pulled_back(&none.jacobians(), &none.cotangent()), none.gradients::<f64>(1.0));
        assert_eq!(Product::new(3).ln_singular_values().unwrap(), [0.0; 3]);
        assert_eq!(lyapunov(&[], 2).unwrap(), [[0.0, 0.0]]);
        assert_eq!(multiplied(&[]).shape().dims(), [0, 0]);
        assert!(exponents(&[]).is_empty() && gaussian_exponents(0, 1.0).is_empty());
        // one unit
        let one = Stack { depth: 3, width: 1, norm: Norm::Rms, ..Stack::default() };
        assert_eq!(pulled_back(&one.jacobians(), &[1.0]).len(), 4);
        // a direction that dies, and all of them
        let mut product = Product::new(2);
        product.push(&Mat::from_rows(&[[3.0, 0.0], [0.0, 0.0]])).unwrap();
        let ln = product.ln_singular_values().unwrap();
        assert!((ln[0] - 3.0_f64.ln()).abs() < 1e-15 && ln[1] == f64::NEG_INFINITY);
        product.push(&Mat::zeros([2, 2])).unwrap();
        assert_eq!(product.ln_singular_values().unwrap(), [f64::NEG_INFINITY; 2]);
        let sums = lyapunov(&vec![Mat::from_rows(&[[1.0, 1.0], [1.0, 1.0]]); 8], 2).unwrap();
        assert!(
            (exponents(&sums)[0] - 2.0_f64.ln()).abs() < 1e-12 && exponents(&sums)[1] == f64::NEG_INFINITY
        );
        // a row that repeats another one up to rounding is no direction
        let mut product = Product::new(2);
        product.push(&Mat::from_rows(&[[0.1, 0.3], [0.1 * 3.0, 0.3 * 3.0]])).unwrap();
        assert_eq!(product.ln_singular_values().unwrap()[1], f64::NEG_INFINITY);
        // huge and tiny entries: nothing overflows on the way
        let mut product = Product::new(2);
        for _ in 0..4 {
            product.push(&Mat::from_rows(&[[1e200, 0.0], [0.0, 2e200]])).unwrap();
            product.push(&Mat::from_rows(&[[1e-200, 0.0], [0.0, 1e-200]])).unwrap();
        }
        let ln = product.ln_singular_values().unwrap();
        assert!((ln[0] - 4.0 * 2.0_f64.ln()).abs() < 1e-11 && ln[1].abs() < 1e-11, "{ln:?}");
        // NaN is named
        let ill = Mat::from_rows(&[[1.0, f64::NAN], [0.0, 1.0]]);
        let error = Product::new(2).push(&ill).unwrap_err();
        assert!(matches!(error, Error::NotFinite { row: 0, col: 1, .. }), "{error}");
        assert!(lyapunov(&[ill], 1).is_err());
    }

    #[test]
    #[should_panic(expected = "product: [2, 3] times [2, 2] does not fit")]
    fn shapes_that_do_not_fit() {
        let _ = Product::new(2).push(&Mat::zeros([2, 3]));
    }

    #[test]
    #[should_panic(expected = "layer 1 of shape [1, 2] has no room for 2 directions")]
    fn too_many_directions() {
        let _ = lyapunov(&[Mat::eye(2), Mat::zeros([1, 2])], 2);
    }
}
