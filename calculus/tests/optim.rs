//! Optimisers against figures computed elsewhere, clipping at its edges, schedules at their joints.

mod optim {
    use calculus::optim::{AdamW, Momentum, Sgd, WarmupCosine, clip_global_norm, global_norm};
    use calculus::tape::{Grads, Params};
    use linalg::Tensor;

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
