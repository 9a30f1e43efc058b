//! The assembled model against the tape's own operations, and with the reference solutions in place of a learner's.

mod assembled {
    use ::assembled::model::CONTEXT;
    use ::assembled::train::{Settings, Training};
    use ::assembled::{Parts, ops, show, speak};
    use calculus::check::Check;
    use calculus::tape::{Arena, Params, Tape};
    use exercises::spec::Judged;
    use linalg::Tensor;

    /// Every part is the reference solution of its exercise.
    fn solved() -> Parts {
        use exercises::{approximation, calculus, linalg, nn, probability};
        Parts {
            matmul: Some(linalg::matmul::Spec::solution()),
            norms: Some(linalg::norms::Spec::solution()),
            strides: Some(linalg::strides::Spec::solution()),
            softmax: Some(probability::softmax::Spec::solution()),
            log_sum_exp: Some(probability::log_sum_exp::Spec::solution()),
            temperature: Some(probability::temperature::Spec::solution()),
            top_k: Some(probability::top_k::Spec::solution()),
            top_p: Some(probability::top_p::Spec::solution()),
            tape: Some(calculus::tape::Spec::solution()),
            gradcheck: Some(calculus::gradcheck::Spec::solution()),
            relu_net: Some(approximation::relu_net::Spec::solution()),
            xent: Some(calculus::xent::Spec::solution()),
            adamw: Some(nn::adamw::Spec::solution()),
            rmsnorm: Some(nn::rmsnorm::Spec::solution()),
            rope: Some(nn::rope::Spec::solution()),
            attention: Some(nn::attention::Spec::solution()),
            kv_cache: Some(nn::kv_cache::Spec::solution()),
        }
    }

    fn short(steps: usize) -> Settings {
        Settings { steps, batch: 2, report: steps, sample: 40, ..Settings::default() }
    }

    #[test]
    fn every_operation_has_the_right_gradient() {
        let numbers = |rows: usize, cols: usize, seed: usize| {
            Tensor::from_fn(rows, cols, |i, j| ((i * 7 + j * 3 + seed) % 11) as f64 / 5.0 - 1.0)
        };
        let check = Check { h: 1e-5, tolerance: 1e-7, seed: 5 };
        for parts in [Parts::default(), solved()] {
            parts.install();
            let none = Params::new();
            let linear = [numbers(4, 3, 0), numbers(5, 3, 2)];
            check.gradients(&none, &linear, |t, v| ops::linear(t, v[0], v[1])).unwrap();
            let norm = [numbers(3, 5, 1), Tensor::new([5], vec![1.0, -0.5, 2.0, 0.3, 1.0])];
            check.gradients(&none, &norm, |t, v| ops::rmsnorm(t, v[0], v[1])).unwrap();
            // Two sequences of three, two heads of two.
            let qkv = [numbers(6, 12, 4)];
            check.gradients(&none, &qkv, |t, v| ops::attention(t, v[0], 3, 2)).unwrap();
            check
                .gradients(&none, &[numbers(3, 4, 0)], |t, v| ops::cross_entropy(t, v[0], &[3, 0, 2]))
                .unwrap();
        }
    }

    #[test]
    fn the_operations_agree_with_those_of_the_tape() {
        Parts::default().install();
        let mut params = Params::new();
        let weights = params.add("w", Tensor::from_fn(5, 3, |i, j| (i * 3 + j) as f64 / 7.0 - 1.0), true);
        let mut arena = Arena::new();
        let mut tape = Tape::infer(&params, &mut arena);
        let x = tape.constant([2, 3], &[1.0, -2.0, 0.5, 0.0, 3.0, 4.0]);
        let gain = tape.constant([3], &[1.0, 2.0, -1.0]);
        let w = tape.param(weights);
        let ours = [ops::linear(&mut tape, x, w), ops::rmsnorm(&mut tape, x, gain)];
        let theirs = [tape.linear(x, w, None), tape.rmsnorm(x, gain, 1e-5)];
        for (a, b) in ours.into_iter().zip(theirs) {
            let (a, b) = (tape.value(a).to_vec(), tape.value(b).to_vec());
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?} {b:?}");
        }
        let loss = ops::cross_entropy(&mut tape, ours[0], &[4, 0]);
        let same = tape.cross_entropy(ours[0], &[4, 0]);
        assert!((tape.item(loss) - tape.item(same)).abs() < 1e-12);
    }

    #[test]
    fn speaking_reads_the_text_as_training_does() {
        for parts in [Parts::default(), solved()] {
            parts.install();
            let mut training = Training::new(&short(4));
            (0..4).for_each(|step| {
                training.step(step);
            });
            let ids: Vec<u32> = (0..CONTEXT as u32).map(|i| (i * 5 + 1) % 60).collect();
            let mut arena = Arena::new();
            let mut tape = Tape::infer(&training.params, &mut arena);
            let logits = training.model.logits(&mut tape, &ids, CONTEXT);
            let n = training.alphabet().len();
            let last = &tape.value(logits)[(CONTEXT - 1) * n..];
            let cached = speak::scores(&training, &ids);
            assert!(last.iter().zip(&cached).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }

    #[test]
    fn the_reference_solutions_train_the_same_model() {
        let losses = |parts: Parts| {
            parts.install();
            let mut training = Training::new(&short(6));
            let losses: Vec<_> = (0..6).map(|step| training.step(step)).collect();
            (losses, speak::speak(&training, "The ", 60, 3))
        };
        let ((open, text), (solved, same)) = (losses(Parts::default()), losses(solved()));
        assert_eq!(text, same);
        assert!(open.iter().zip(&solved).all(|(a, b)| (a - b).abs() < 1e-8), "{open:?} {solved:?}");
        assert!(open[5] < open[0]);
    }

    #[test]
    fn the_whole_performance() {
        let mut out = Vec::new();
        show(solved(), &short(10), &mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        assert!(
            said.contains("parameters") && said.contains("held out") && said.contains("  | The "),
            "{said}"
        );
        assert!(said.lines().all(|l| l.chars().count() <= 78 || l.starts_with("  | ")), "{said}");
        // A gradient check that believes nothing stops it.
        let never = Parts { gradcheck: Some(|_, _, _| false), ..solved() };
        assert!(show(never, &short(1), &mut Vec::new()).is_err());
    }
}
