//! The first chapter, held to its word.

mod neuron {
    use nn::neuron::omissions::{STAGES, bias_frozen, frozen, ignores_upstream, mended, no_gate};
    use nn::neuron::{Backward, FrozenNeuron, Neuron, mean_loss, sensor, train};
    use probability::random::stream;
    use proptest::prelude::*;

    const START: (f64, f64) = (0.3, 0.2);

    #[test]
    fn the_frozen_neuron_does_not_move_by_one_bit() {
        for seed in 0..50 {
            let mut neuron = FrozenNeuron::random(3, &mut stream(seed, "neuron", 0));
            let before = (neuron.w.clone(), neuron.b);
            for step in 0..1000 {
                let t = f64::from(step % 7) - 3.0;
                let y = neuron.forward(&[1.0, -0.5, t]);
                neuron.backward(y - t, 0.1);
            }
            assert_eq!((neuron.w, neuron.b), before);
        }
    }

    #[test]
    fn the_mended_neuron_learns_from_every_start_that_is_not_dead() {
        let points = sensor(0.0);
        let mut learned = 0;
        for seed in 0..50 {
            let mut n = Neuron::random(1, &mut stream(seed, "neuron", 0));
            let dead = points.iter().all(|&(x, _)| n.w[0] * x + n.b <= 0.0);
            let before = mean_loss(n.w[0], n.b, &points);
            for _ in 0..2000 {
                for &(x, t) in &points {
                    let y = n.forward(&[x]);
                    n.backward(y - t, 0.05);
                }
            }
            let after = mean_loss(n.w[0], n.b, &points);
            if dead {
                assert_eq!(after, before, "seed {seed}: no gradient passes a ReLU that is shut everywhere");
            } else {
                assert!(after <= before, "seed {seed}: {before} -> {after}");
                learned += usize::from(after < 1e-12);
            }
        }
        assert!(learned >= 25, "only {learned} of 50 starts reached the hinge");
    }

    /// The oracle: central differences of ½(y − t)² in every weight and in the bias.
    fn gradient_by_differences(w: &[f64], b: f64, x: &[f64], dy_of: impl Fn(f64) -> f64) -> (Vec<f64>, f64) {
        let y = |w: &[f64], b: f64| (w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b).max(0.0);
        let dy = dy_of(y(w, b));
        let h = 1e-5;
        let at = |i: usize, step: f64| {
            let mut w = w.to_vec();
            w[i] += step;
            y(&w, b)
        };
        let d_w = (0..w.len()).map(|i| dy * (at(i, h) - at(i, -h)) / (2.0 * h)).collect();
        (d_w, dy * (y(w, b + h) - y(w, b - h)) / (2.0 * h))
    }

    proptest! {
        #[test]
        fn the_mended_step_is_the_gradient(
            w in prop::collection::vec(-2.0..2.0f64, 4),
            x in prop::collection::vec(-2.0..2.0f64, 4),
            b in -2.0..2.0f64,
            t in -3.0..3.0f64,
        ) {
            let z: f64 = w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>() + b;
            prop_assume!(z.abs() > 1e-3); // at the kink there is no derivative to compare with
            let mut n = Neuron::new(w.clone(), b);
            let y = n.forward(&x);
            n.backward(y - t, 1.0);
            let (d_w, d_b) = gradient_by_differences(&w, b, &x, |y| y - t);
            for i in 0..4 {
                prop_assert!(((w[i] - n.w[i]) - d_w[i]).abs() < 1e-8);
            }
            prop_assert!(((b - n.b) - d_b).abs() < 1e-8);
        }

        #[test]
        fn the_struct_and_the_function_agree(
            w in prop::collection::vec(-2.0..2.0f64, 3),
            x in prop::collection::vec(-2.0..2.0f64, 3),
            b in -2.0..2.0f64,
            dy in -3.0..3.0f64,
        ) {
            let mut n = Neuron::new(w.clone(), b);
            n.forward(&x);
            n.backward(dy, 0.05);
            let (mut w, mut b) = (w, b);
            mended(&mut w, &mut b, &x, dy, 0.05);
            prop_assert_eq!((n.w, n.b), (w, b));
        }
    }

    fn step(f: Backward, w: f64, b: f64, x: f64, dy: f64) -> (f64, f64) {
        let (mut w, mut b) = ([w], b);
        f(&mut w, &mut b, &[x], dy, 0.1);
        (w[0], b)
    }

    #[test]
    fn each_omission_is_what_its_name_says() {
        assert_eq!(step(frozen, 1.0, 1.0, 2.0, 3.0), (1.0, 1.0));
        assert_eq!(step(ignores_upstream, 1.0, 1.0, 2.0, 1.0), step(ignores_upstream, 1.0, 1.0, 2.0, -3.0));
        assert_ne!(step(no_gate, 1.0, -9.0, 2.0, 3.0), (1.0, -9.0), "z < 0, and it moved");
        assert_eq!(step(mended, 1.0, -9.0, 2.0, 3.0), (1.0, -9.0), "z < 0: nothing to gain");
        assert_eq!(step(bias_frozen, 1.0, 1.0, 2.0, 3.0).1, 1.0);
    }

    #[test]
    fn exact_readings_teach_both_functions_the_same() {
        let clean = sensor(0.0);
        let a = train(no_gate, &clean, START, 0.05, 1000);
        let b = train(mended, &clean, START, 0.05, 1000);
        assert_eq!(a.losses, b.losses, "bit for bit");
        let dirty = sensor(-0.5);
        let a = train(no_gate, &dirty, START, 0.05, 1000);
        let b = train(mended, &dirty, START, 0.05, 1000);
        assert!(a.losses[10] < b.losses[10], "the wrong one leads at first");
        assert!(a.losses[1000] > a.losses[0] && b.losses[1000] < 0.06 * b.losses[0]);
    }

    /// The figures printed in the chapter.
    #[test]
    fn the_chapter_tells_the_truth() {
        let near = |a: f64, b: f64, digits: i32| (a - b).abs() < 0.5 * 10f64.powi(-digits);
        // loss after 10 and after 1,000 sweeps, weight, bias
        let ends = [
            (0.4092, 0.4092, 0.300, 0.200),
            (0.8218, 0.8218, 0.173, -0.350),
            (0.0261, 0.4360, 12.106, -19.031),
            (0.0904, 0.0904, 1.250, 0.200),
            (0.0385, 0.0234, 2.000, -1.000),
        ];
        for ((name, f), (at_10, at_1000, w, b)) in STAGES.iter().zip(ends) {
            let run = train(*f, &sensor(-0.5), START, 0.05, 1000);
            assert!(near(run.losses[0], 0.4092, 4), "{name}: {}", run.losses[0]);
            assert!(near(run.losses[10], at_10, 4), "{name}: {}", run.losses[10]);
            assert!(near(run.losses[1000], at_1000, 4), "{name}: {}", run.losses[1000]);
            assert!(near(run.w, w, 3) && near(run.b, b, 3), "{name}: {} {}", run.w, run.b);
        }
        // Without the gate it drifts for a long time, and then it stops, in the wrong place.
        for sweeps in [10_000, 100_000] {
            let run = train(no_gate, &sensor(-0.5), START, 0.05, sweeps);
            assert!(near(run.losses[sweeps], 0.4614, 4), "{}", run.losses[sweeps]);
            assert!(near(run.w, 12.96, 2) && near(run.b, -20.59, 2), "{} {}", run.w, run.b);
        }
        // From a start where every gate is shut, only the neuron without a gate gets away.
        for (name, f) in STAGES {
            let run = train(f, &sensor(-0.5), (0.3, -2.0), 0.05, 1000);
            let (at_10, at_1000) = if name == "no gate" { (0.049, 0.436) } else { (0.822, 0.822) };
            assert!(near(run.losses[10], at_10, 3), "{name}: {}", run.losses[10]);
            assert!(near(run.losses[1000], at_1000, 3), "{name}: {}", run.losses[1000]);
        }
    }

    #[test]
    fn a_nan_is_not_swallowed() {
        let mut n = Neuron::new(vec![1.0], 0.0);
        assert!(n.forward(&[f64::NAN]).is_nan());
        let mut frozen = FrozenNeuron::new(vec![1.0], 0.0);
        assert_eq!(frozen.forward(&[f64::NAN]), 0.0, "max(0, nan) is 0 in the original, too");
    }
}
