//! Optimisers against figures computed elsewhere, clipping at its edges, schedules at their joints.

mod optim {
    use calculus::optim::{
        Adam, AdamW, Constant, InverseSqrt, Momentum, Muon, Nesterov, RmsProp, Sgd, WarmupCosine,
        WarmupStableDecay, add_l2, clip_global_norm, decay_weights, global_norm,
    };
    use calculus::tape::{Grads, Params};
    use linalg::Tensor;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    /// Three parameters in two entries; the last does not decay.
    fn three() -> (Params<f64>, Grads<f64>) {
        let mut params = Params::new();
        params.add("w", Tensor::new([2], vec![0.5, -2.0]), true);
        params.add("b", Tensor::new([1], vec![0.25]), false);
        let grads = Grads::like(&params);
        (params, grads)
    }

    /// The gradient of step t, counted from 1.
    fn gradient(t: i32) -> [f64; 3] {
        [f64::from(t) / 4.0, 0.001 * (-1.0_f64).powi(t), 0.0]
    }

    fn close(actual: &[f64], expected: &[f64]) {
        assert_eq!(actual.len(), expected.len());
        for (a, e) in actual.iter().zip(expected) {
            assert!((a - e).abs() <= 1e-15, "{actual:?} instead of {expected:?}");
        }
    }

    /// The figures come from algorithm 2 of Loshchilov and Hutter (2019), typed line by line into Python's decimal
    /// arithmetic with 50 digits:
    ///
    /// ```text
    /// for t in 1..=5, for each i:
    ///     w -= lr·wd·w (i < 2);  m = b1·m + (1 − b1)·g;  v = b2·v + (1 − b2)·g²
    ///     w -= lr·m/(1 − b1^t) / (sqrt(v/(1 − b2^t)) + eps)
    /// ```
    #[test]
    fn adamw() {
        let (mut params, mut grads) = three();
        let mut adamw = AdamW::new(&params);
        (adamw.beta1, adamw.beta2, adamw.eps, adamw.weight_decay) = (0.9, 0.99, 1e-3, 0.1);
        for t in 1..=5 {
            grads.values_mut().copy_from_slice(&gradient(t));
            adamw.step(&mut params, &grads, 0.01);
        }
        close(params.values(), &[0.449_322_222_827_747_09, -1.982_867_528_279_043_23, 0.25]);
        close(adamw.moments().0, &[0.328_602_5, -0.000_083_71, 0.0]);
        close(adamw.moments().1, &[0.034_064_182_506_25, 0.000_000_049_009_950_1, 0.0]);
        assert_eq!(adamw.steps, 5);
    }

    #[test]
    fn adamw_resumes_with_the_same_bits() {
        let (mut params, mut grads) = three();
        let mut adamw = AdamW::new(&params);
        let mut step = |t, params: &mut Params<f64>, adamw: &mut AdamW<f64>| {
            grads.values_mut().copy_from_slice(&gradient(t));
            adamw.step(params, &grads, 0.01);
        };
        (1..=3).for_each(|t| step(t, &mut params, &mut adamw));
        // What a checkpoint holds: parameters, both moments, the number of steps.
        let mut restored = AdamW::new(&params);
        restored.moments_mut().0.copy_from_slice(adamw.moments().0);
        restored.moments_mut().1.copy_from_slice(adamw.moments().1);
        restored.steps = adamw.steps;
        let mut copy = params.clone();
        for t in 4..=6 {
            step(t, &mut params, &mut adamw);
            step(t, &mut copy, &mut restored);
        }
        assert_eq!(params, copy);
    }

    #[test]
    fn momentum_and_plain_descent() {
        let (mut params, mut grads) = three();
        let mut momentum = Momentum::new(&params, 0.9);
        for t in 1..=5 {
            grads.values_mut().copy_from_slice(&gradient(t));
            momentum.step(&mut params, &grads, 0.01);
        }
        // By hand: the velocities are 0.25, 0.725, 1.4025, 2.26225, 3.286025; w = 0.5 − 0.01·(their sum).
        close(&params.values()[..1], &[0.420_742_25]);
        close(&momentum.velocity()[..1], &[3.286_025]);

        // On x² with lr 0.25 plain descent halves x.
        let mut params = Params::new();
        params.add("x", Tensor::full([1], 1.0), true);
        let mut grads = Grads::like(&params);
        for _ in 0..10 {
            grads.values_mut()[0] = 2.0 * params.values()[0];
            Sgd.step(&mut params, &grads, 0.25);
        }
        assert_eq!(params.values(), [0.5_f64.powi(10)]);
    }

    fn grads(values: &[f32]) -> Grads<f32> {
        let mut params = Params::new();
        params.add("w", Tensor::new([values.len()], values.to_vec()), true);
        let mut grads = Grads::like(&params);
        grads.values_mut().copy_from_slice(values);
        grads
    }

    #[test]
    fn clipping() {
        // A longer gradient than the lanes of the sum, with a remainder: 3² of 100 numbers.
        let mut g = grads(&[3.0; 100]);
        assert_eq!(global_norm(&g), 30.0);
        assert_eq!(clip_global_norm(&mut g, 15.0), 30.0);
        assert_eq!(g.values(), [1.5; 100]);
        // Short enough: not a bit changes, and never is a gradient lengthened.
        assert_eq!(clip_global_norm(&mut g, 15.0), 15.0);
        assert_eq!(g.values(), [1.5; 100]);
        assert_eq!(clip_global_norm(&mut grads(&[]), 1.0), 0.0);
        assert_eq!(clip_global_norm(&mut grads(&[0.0; 3]), 1.0), 0.0);
        // Squares that an f32 cannot hold.
        let mut g = grads(&[3e30, -4e30]);
        assert!((clip_global_norm(&mut g, 5.0) / 5e30 - 1.0).abs() < 1e-6);
        assert!((g.values()[0] - 3.0).abs() < 1e-6 && (g.values()[1] + 4.0).abs() < 1e-6);
        // Nothing can mend these: left as they are, for the caller to see.
        for bad in [f32::NAN, f32::INFINITY] {
            let mut g = grads(&[1.0, bad]);
            assert!(!clip_global_norm(&mut g, 1.0).is_finite());
            assert_eq!(g.values()[0], 1.0);
        }
    }

    #[test]
    fn warmup_and_cosine() {
        let lr = WarmupCosine { peak: 1.0, floor: 0.1, warmup: 10, steps: 110 };
        assert_eq!(lr.at(0), 0.1);
        assert_eq!((lr.at(9), lr.at(10)), (1.0, 1.0));
        assert!((lr.at(60) - 0.55).abs() < 1e-15);
        assert_eq!((lr.at(110), lr.at(1000)), (0.1, 0.1));
        assert!((10..110).all(|t| lr.at(t + 1) < lr.at(t)));
        // No warm-up, and no time for a cosine.
        assert_eq!(WarmupCosine { warmup: 0, ..lr }.at(0), 1.0);
        assert_eq!(WarmupCosine { warmup: 5, steps: 5, ..lr }.at(5), 0.1);
    }

    /// Five steps of every rule, from PyTorch 2.15.0 in float64:
    ///
    /// ```text
    /// import torch; torch.set_default_dtype(torch.float64); O = torch.optim
    /// def go(make):
    ///     w = torch.tensor([0.5, -2.0, 0.25], requires_grad=True); opt = make([w])
    ///     for t in range(1, 6):
    ///         w.grad = torch.tensor([t / 4.0, 0.001 * (-1.0)**t, 0.0]); opt.step()
    ///     print(w.tolist())
    /// go(lambda p: O.SGD(p, lr=0.01));  go(lambda p: O.SGD(p, lr=0.01, weight_decay=0.1))
    /// go(lambda p: O.SGD(p, lr=0.01, momentum=0.9));  go(lambda p: O.SGD(p, lr=0.01, momentum=0.9, nesterov=True))
    /// go(lambda p: O.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.1))
    /// go(lambda p: O.RMSprop(p, lr=0.01, alpha=0.95, eps=1e-3))
    /// go(lambda p: O.Adam(p, lr=0.01, betas=(0.9, 0.99), eps=1e-3))
    /// go(lambda p: O.Adam(p, lr=0.01, betas=(0.9, 0.99), eps=1e-3, weight_decay=0.1))
    /// go(lambda p: O.AdamW(p, lr=0.01, betas=(0.9, 0.99), eps=1e-3, weight_decay=0.1))
    /// ```
    #[test]
    fn five_steps_of_pytorch() {
        let mut start = Params::new();
        start.add("w", Tensor::new([3], vec![0.5, -2.0, 0.25]), true);
        let check = |decay: f64, step: &mut dyn FnMut(&mut Params<f64>, &Grads<f64>), expected: [f64; 3]| {
            let (mut params, mut grads) = (start.clone(), Grads::like(&start));
            for t in 1..=5 {
                grads.values_mut().copy_from_slice(&gradient(t));
                add_l2(&params, &mut grads, decay);
                step(&mut params, &grads);
            }
            close(params.values(), &expected);
        };
        let momentum = || Momentum::new(&start, 0.9);
        let nesterov = || Nesterov::new(&start, 0.9);
        let adam = || {
            let mut adam = Adam::new(&start);
            (adam.beta2, adam.eps) = (0.99, 1e-3);
            adam
        };
        let mut sgd = |p: &mut Params<f64>, g: &Grads<f64>| Sgd.step(p, g, 0.01);
        check(0.0, &mut sgd, [0.4625, -1.99999, 0.25]);
        check(0.1, &mut sgd, [0.460_054_957_517_497_03, -1.990_009_999_970_028_3, 0.248_752_497_501_249_75]);
        let mut rule = momentum();
        check(0.0, &mut |p, g| rule.step(p, g, 0.01), [0.420_742_25, -1.999_975_339, 0.25]);
        let mut rule = nesterov();
        check(0.0, &mut |p, g| rule.step(p, g, 0.01), [0.391_168_025, -1.999_967_805_1, 0.25]);
        let mut rule = nesterov();
        check(
            0.1,
            &mut |p, g| rule.step(p, g, 0.01),
            [0.383_087_885_614_286_97, -1.966_445_440_965_696_2, 0.245_809_678_958_329_72],
        );
        let mut rule = RmsProp::new(&start);
        (rule.alpha, rule.eps) = (0.95, 1e-3);
        let expected = [0.316_250_445_687_747_74, -1.992_402_085_419_101, 0.25];
        check(0.0, &mut |p, g| rule.step(p, g, 0.01), expected);
        let mut rule = adam();
        let expected = [0.451_720_012_237_910_4, -1.992_825_273_836_806, 0.25];
        check(0.0, &mut |p, g| rule.step(p, g, 0.01), expected);
        let mut rule = adam();
        let expected = [0.451_366_486_795_066_25, -1.950_275_012_032_343_8, 0.202_185_994_487_026_26];
        check(0.1, &mut |p, g| rule.step(p, g, 0.01), expected);
        let mut rule = AdamW::new(&start);
        (rule.beta2, rule.eps, rule.weight_decay) = (0.99, 1e-3, 0.1);
        let expected = [0.449_322_222_827_747_1, -1.982_867_528_279_043_1, 0.248_752_497_501_249_75];
        check(0.0, &mut |p, g| rule.step(p, g, 0.01), expected);
    }

    /// Five steps of PyTorch 2.15.0's Muon, whose products are in bf16: three digits of a step.
    ///
    /// ```text
    /// for shape in ((3, 2), (2, 3)):
    ///     w = (torch.arange(6.0) / 4 - 0.5).reshape(shape).clone().requires_grad_(True)
    ///     opt = O.Muon([w], lr=0.02, weight_decay=0.1, momentum=0.95, nesterov=True)
    ///     for t in range(1, 6):
    ///         w.grad = torch.sin(torch.arange(6.0) * 1.3 + t).reshape(shape); opt.step()
    ///     print(w.flatten().tolist())
    /// ```
    #[test]
    fn five_steps_of_pytorchs_muon() {
        let tall = [-0.523_148_6, -0.196_244_5, 0.032_211_8, 0.239_666_5, 0.468_478_2, 0.704_605_1];
        let wide = [-0.529_194_1, -0.251_287_9, 0.032_175_0, 0.226_310_5, 0.451_841_6, 0.740_779_5];
        for (shape, expected) in [([3, 2], tall), ([2, 3], wide)] {
            let mut params = Params::new();
            params.add("w", Tensor::new(shape, (0..6).map(|i| f64::from(i) / 4.0 - 0.5).collect()), true);
            let (mut grads, mut muon) = (Grads::like(&params), Muon::new(&params, 0.95));
            muon.weight_decay = 0.1;
            for t in 1..=5 {
                for (i, g) in grads.values_mut().iter_mut().enumerate() {
                    *g = (i as f64 * 1.3 + f64::from(t)).sin();
                }
                muon.step(&mut params, &grads, 0.02);
            }
            for (w, e) in params.values().iter().zip(expected) {
                assert!((w - e).abs() < 1e-3, "{:?} for {expected:?}", params.values());
            }
        }
    }

    /// The rules of PyTorch's documentation (`torch.optim`, the algorithm boxes), for one number, from the whole history of its gradients.
    ///
    /// Nothing is carried from step to step: a velocity is a sum over all gradients so far, a mean is a weighted sum. So whatever the
    /// optimisers carry is checked against its closed form.
    mod by_definition {
        /// Σ decayᵗ⁻ⁱ·xᵢ
        fn faded(x: impl DoubleEndedIterator<Item = f64>, decay: f64) -> f64 {
            x.rev().fold((0.0, 1.0), |(sum, weight), x| (sum + weight * x, weight * decay)).0
        }
        pub(super) fn momentum(g: &[f64], mu: f64) -> f64 {
            faded(g.iter().copied(), mu)
        }
        pub(super) fn nesterov(g: &[f64], mu: f64) -> f64 {
            g[g.len() - 1] + mu * momentum(g, mu)
        }
        pub(super) fn rmsprop(g: &[f64], alpha: f64, eps: f64) -> f64 {
            let v = (1.0 - alpha) * faded(g.iter().map(|g| g * g), alpha);
            g[g.len() - 1] / (v.sqrt() + eps)
        }
        pub(super) fn adam(g: &[f64], [b1, b2]: [f64; 2], eps: f64) -> f64 {
            // (1 − β)·Σ βᵗ⁻ⁱ·xᵢ / (1 − βᵗ) is a mean whose weights are βᵗ⁻ⁱ: divide by the sum of the weights.
            let mean = |x: Vec<f64>, b: f64| {
                let weights = faded(x.iter().map(|_| 1.0), b);
                faded(x.into_iter(), b) / weights
            };
            mean(g.to_vec(), b1) / (mean(g.iter().map(|g| g * g).collect(), b2).sqrt() + eps)
        }
    }

    /// Runs a rule over a table of gradients, and compares every parameter after every step with −Σ lr·(the step by definition).
    fn follows(
        gradients: &[[f64; 3]],
        rates: &[f64],
        mut step: impl FnMut(&mut Params<f64>, &Grads<f64>, f64),
        by_definition: impl Fn(&[f64]) -> f64,
    ) -> Result<(), TestCaseError> {
        let (mut params, mut grads) = three();
        let mut expected = params.values().to_vec();
        for (t, g) in gradients.iter().enumerate() {
            grads.values_mut().copy_from_slice(g);
            step(&mut params, &grads, rates[t]);
            for i in 0..3 {
                let history: Vec<f64> = gradients[..=t].iter().map(|g| g[i]).collect();
                expected[i] -= rates[t] * by_definition(&history);
                let error = (params.values()[i] - expected[i]).abs();
                prop_assert!(
                    error <= 1e-12 * expected[i].abs().max(1.0),
                    "step {t}, parameter {i}: off by {error:e}"
                );
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn every_rule_is_its_definition(
            gradients in prop::collection::vec(prop::array::uniform3(-3.0..3.0_f64), 1..25),
            rates in prop::collection::vec(0.001..0.1_f64, 25),
            mu in 0.0..0.99_f64,
            beta2 in 0.5..0.9999_f64,
            eps in 1e-10..1e-2_f64,
        ) {
            let (start, _) = three();
            follows(&gradients, &rates, |p, g, lr| Sgd.step(p, g, lr), |g| g[g.len() - 1])?;
            let mut rule = Momentum::new(&start, mu);
            follows(&gradients, &rates, |p, g, lr| rule.step(p, g, lr), |g| by_definition::momentum(g, mu))?;
            let mut rule = Nesterov::new(&start, mu);
            follows(&gradients, &rates, |p, g, lr| rule.step(p, g, lr), |g| by_definition::nesterov(g, mu))?;
            let mut rule = RmsProp::new(&start);
            (rule.alpha, rule.eps) = (beta2, eps);
            follows(&gradients, &rates, |p, g, lr| rule.step(p, g, lr), |g| by_definition::rmsprop(g, beta2, eps))?;
            let mut rule = Adam::new(&start);
            (rule.beta1, rule.beta2, rule.eps) = (mu, beta2, eps);
            follows(&gradients, &rates, |p, g, lr| rule.step(p, g, lr), |g| by_definition::adam(g, [mu, beta2], eps))?;
        }

        /// AdamW is decay beside the gradient, then Adam. Adam alone is AdamW without decay.
        #[test]
        fn adamw_is_decay_and_adam(gradients in prop::collection::vec(prop::array::uniform3(-3.0..3.0_f64), 1..25), lambda in 0.0..0.5_f64) {
            let (mut one, mut grads) = three();
            let mut two = one.clone();
            let (mut adamw, mut adam) = (AdamW::new(&one), Adam::new(&one));
            adamw.weight_decay = lambda;
            for g in &gradients {
                grads.values_mut().copy_from_slice(g);
                adamw.step(&mut one, &grads, 0.01);
                decay_weights(&mut two, 0.01, lambda);
                adam.step(&mut two, &grads, 0.01);
                for (a, b) in one.values().iter().zip(two.values()) {
                    prop_assert!((a - b).abs() < 1e-13, "{a} {b}");
                }
            }
            prop_assert_eq!(adamw.moments(), adam.moments());
        }
    }

    /// What a decay through the gradient does to Adam: weights with large gradients keep their size, and those with small ones lose it.
    #[test]
    fn coupled_decay_depends_on_the_gradient() {
        let shrunk = |coupled: bool| {
            let mut params = Params::new();
            params.add("w", Tensor::full([2], 1.0_f64), true);
            let mut grads = Grads::like(&params);
            let mut adam = Adam::new(&params);
            for t in 0..200 {
                // gradients of size 10 and 0.001 that say nothing
                let sign = if t % 2 == 0 { 1.0 } else { -1.0 };
                grads.values_mut().copy_from_slice(&[10.0 * sign, 0.001 * sign]);
                if coupled {
                    add_l2(&params, &mut grads, 0.1);
                } else {
                    decay_weights(&mut params, 0.01, 0.1);
                }
                adam.step(&mut params, &grads, 0.01);
            }
            [params.values()[0], params.values()[1]]
        };
        let [large, small] = shrunk(false);
        assert!(
            (large - small).abs() < 1e-3 && (large - 0.999_f64.powi(200)).abs() < 0.02,
            "{large} {small}"
        );
        let [large, small] = shrunk(true);
        assert!(large > 0.95 && small < 0.3, "{large} {small}");
    }

    /// What the chapter's opening is about. In units of lr: a first step is 1 long; one whose t was kept and whose means were not, (1 − β₁)/√(1 − β₂).
    #[test]
    fn the_first_step_after_a_resume() {
        let step = |steps: u64, gradient: f64| {
            let mut params = Params::new();
            params.add("w", Tensor::full([1], 0.0_f64), true);
            let mut grads = Grads::like(&params);
            grads.values_mut()[0] = gradient;
            let mut adam = Adam::new(&params);
            adam.steps = steps;
            adam.step(&mut params, &grads, 1.0);
            -params.values()[0]
        };
        for gradient in [1e-3, 1.0, 1e3] {
            assert!((step(0, gradient) - 1.0).abs() < 1e-4);
            assert!(
                (step(100_000, gradient) - 0.1 / 0.001_f64.sqrt()).abs() < 1e-2,
                "{}",
                step(100_000, gradient)
            );
        }
    }

    /// Every rule goes on with the same bits from what it hands out for a checkpoint.
    #[test]
    fn every_rule_resumes_with_the_same_bits() {
        fn halves<R: Clone>(
            new: impl Fn(&Params<f64>) -> R,
            step: impl Fn(&mut R, &mut Params<f64>, &Grads<f64>),
            restore: impl Fn(&R, &mut R),
        ) {
            let mut params = Params::new();
            params.add("w", Tensor::from_rows(&[[0.5, -2.0], [1.5, 0.25], [1.0, 1.0]]), true);
            let mut grads = Grads::like(&params);
            let mut rule = new(&params);
            let mut go = |t: u32, rule: &mut R, params: &mut Params<f64>| {
                for (i, g) in grads.values_mut().iter_mut().enumerate() {
                    *g = f64::from(t * 7 + i as u32 * 13).sin();
                }
                step(rule, params, &grads);
            };
            (0..4).for_each(|t| go(t, &mut rule, &mut params));
            let mut copy = params.clone();
            let mut restored = new(&params);
            restore(&rule, &mut restored);
            for t in 4..8 {
                go(t, &mut rule, &mut params);
                go(t, &mut restored, &mut copy);
            }
            assert_eq!(params, copy);
        }
        halves(
            |p| Nesterov::new(p, 0.9),
            |r, p, g| r.step(p, g, 0.01),
            |r, to| to.velocity_mut().copy_from_slice(r.velocity()),
        );
        halves(
            RmsProp::new,
            |r, p, g| r.step(p, g, 0.01),
            |r, to| to.mean_square_mut().copy_from_slice(r.mean_square()),
        );
        halves(
            Adam::new,
            |r, p, g| r.step(p, g, 0.01),
            |r, to| {
                to.moments_mut().0.copy_from_slice(r.moments().0);
                to.moments_mut().1.copy_from_slice(r.moments().1);
                to.steps = r.steps;
            },
        );
        halves(
            |p| Muon::new(p, 0.95),
            |r, p, g| r.step(p, g, 0.01),
            |r, to| to.velocity_mut().copy_from_slice(r.velocity()),
        );
    }

    #[test]
    fn two_optimisers_share_a_model() {
        let (mut params, mut grads) = three();
        grads.values_mut().copy_from_slice(&[1.0, -2.0, 3.0]);
        let before = params.values().to_vec();
        let mut adamw = AdamW::new(&params);
        adamw.step_where(&mut params, &grads, 0.1, |e| e.name == "b");
        assert_eq!(params.values()[..2], before[..2]);
        assert!(params.values()[2] < before[2]);
        assert_eq!(adamw.moments().0[..2], [0.0, 0.0]);
        // Muon leaves what is no matrix
        let after = params.values().to_vec();
        Muon::new(&params, 0.95).step(&mut params, &grads, 0.1);
        assert_eq!(params.values(), after);
    }

    #[test]
    fn rules_bear_nothing_and_pass_on_nan() {
        let empty = Params::<f64>::new();
        let grads = Grads::like(&empty);
        let mut params = empty.clone();
        Nesterov::new(&empty, 0.9).step(&mut params, &grads, 0.1);
        RmsProp::new(&empty).step(&mut params, &grads, 0.1);
        Adam::new(&empty).step(&mut params, &grads, 0.1);
        Muon::new(&empty, 0.9).step(&mut params, &grads, 0.1);
        // A NaN reaches its own weight, so that it is seen, and no other.
        let (start, mut grads) = three();
        grads.values_mut().copy_from_slice(&[f64::NAN, 1.0, 0.0]);
        type Rule<'a> = &'a mut dyn FnMut(&mut Params<f64>);
        let rules: [Rule<'_>; 3] = [
            &mut |p| Nesterov::new(&start, 0.9).step(p, &grads, 0.1),
            &mut |p| RmsProp::new(&start).step(p, &grads, 0.1),
            &mut |p| Adam::new(&start).step(p, &grads, 0.1),
        ];
        for rule in rules {
            let mut params = start.clone();
            rule(&mut params);
            let w = params.values();
            assert!(w[0].is_nan() && w[1] < -2.0 && w[2] == 0.25, "{w:?}");
        }
    }

    #[test]
    fn other_schedules() {
        let constant = Constant { peak: 0.5, warmup: 0 };
        assert_eq!((constant.at(0), constant.at(u64::MAX)), (0.5, 0.5));

        // Vaswani et al. 2017, equation 3, for a width of 512 and 4,000 steps of warm-up; its steps are counted from 1
        let paper = |step: f64| 512.0_f64.powf(-0.5) * step.powf(-0.5).min(step * 4000.0_f64.powf(-1.5));
        let lr = InverseSqrt { peak: (512.0 * 4000.0_f64).powf(-0.5), warmup: 4000 };
        for step in [0, 1, 1000, 3998, 3999, 4000, 4001, 100_000] {
            assert!((lr.at(step) / paper((step + 1) as f64) - 1.0).abs() < 1e-12, "{step}");
        }
        assert_eq!(InverseSqrt { peak: 1.0, warmup: 0 }.at(3), 0.5);

        let lr = WarmupStableDecay { peak: 1.0, floor: 0.25, warmup: 10, decay: 20, steps: 100 };
        assert_eq!((lr.at(0), lr.at(9), lr.at(10), lr.at(80)), (0.1, 1.0, 1.0, 1.0));
        assert_eq!((lr.at(90), lr.at(100), lr.at(1000)), (0.625, 0.25, 0.25));
        assert!((80..100).all(|t| lr.at(t + 1) < lr.at(t)));
        // a decay longer than what the warm-up leaves begins part of the way down; none is a cliff at the end
        assert_eq!(WarmupStableDecay { decay: 200, ..lr }.at(10), 0.25 + 0.75 * 90.0 / 200.0);
        assert_eq!(WarmupStableDecay { decay: 0, ..lr }.at(99), 1.0);
        assert_eq!(WarmupStableDecay { warmup: 200, ..lr }.at(150), 151.0 / 200.0);
    }

    #[test]
    #[should_panic(expected = "2 parameters, but gradients or state for 3")]
    fn state_of_another_model_is_refused() {
        let (params, grads) = three();
        let mut adamw = AdamW::new(&params);
        let mut other = Params::new();
        other.add("w", Tensor::full([2], 1.0), true);
        adamw.step(&mut other, &grads, 0.1);
    }
}
