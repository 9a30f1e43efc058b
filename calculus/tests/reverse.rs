//! The scalar tape against duals, differences and closed forms; and the network that it trains.

mod reverse {
    use calculus::differences::{self, central, central_step};
    use calculus::dual::{self, Dual, derivative};
    use calculus::moons::{Classifier, Sample, WEIGHTS, loss, plain_loss, random_weights, rate, two_moons};
    use calculus::scalar::{Gradients, Tape, Var};
    use linalg::Real;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn close(a: f64, b: f64, tolerance: f64) -> bool {
        // written so that NaN is not close to anything
        (a - b).abs() <= tolerance * (1.0 + b.abs())
    }

    /// Every function of one number, on the tape, on duals and on plain numbers.
    type Function = (&'static str, fn(Var<'_>) -> Var<'_>, fn(Dual<f64>) -> Dual<f64>, fn(f64) -> f64);

    fn dual_relu<T: Real>(x: T) -> T {
        if x > T::ZERO { x } else { T::ZERO }
    }

    const FUNCTIONS: [Function; 19] = [
        ("relu", |x| x.relu(), dual_relu, dual_relu),
        ("abs", |x| x.abs(), Real::abs, f64::abs),
        ("neg", |x| -x, |x| -x, |x| -x),
        ("tanh", |x| x.tanh(), Real::tanh, f64::tanh),
        ("exp", |x| x.exp(), Real::exp, f64::exp),
        ("ln", |x| x.ln(), Real::ln, f64::ln),
        ("sqrt", |x| x.sqrt(), Real::sqrt, f64::sqrt),
        ("sin", |x| x.sin(), Real::sin, f64::sin),
        ("cos", |x| x.cos(), Real::cos, f64::cos),
        ("powi 0", |x| x.powi(0), |x| x.powi(0), |x| x.powi(0)),
        ("powi 5", |x| x.powi(5), |x| x.powi(5), |x| x.powi(5)),
        ("powi -3", |x| x.powi(-3), |x| x.powi(-3), |x| x.powi(-3)),
        ("x + c", |x| x + 2.5, |x| x + 2.5, |x| x + 2.5),
        ("x - c", |x| x - 2.5, |x| x - 2.5, |x| x - 2.5),
        ("c - x", |x| 2.5 - x, |x| 2.5 - x, |x| 2.5 - x),
        ("x * c", |x| x * 2.5, |x| x * 2.5, |x| x * 2.5),
        ("c * x + c", |x| 0.5 + 2.5 * x, |x| 0.5 + 2.5 * x, |x| 0.5 + 2.5 * x),
        ("x / c", |x| x / 2.5, |x| x / 2.5, |x| x / 2.5),
        ("c / x", |x| 2.5 / x, |x| 2.5 / x, |x| 2.5 / x),
    ];

    /// Every operator between two numbers.
    type Operator = (&'static str, for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>, fn(&[Dual<f64>]) -> Dual<f64>);

    const OPERATORS: [Operator; 6] = [
        ("+", |a, b| a + b, |x| x[0] + x[1]),
        ("-", |a, b| a - b, |x| x[0] - x[1]),
        ("*", |a, b| a * b, |x| x[0] * x[1]),
        ("/", |a, b| a / b, |x| x[0] / x[1]),
        (
            "+=",
            |mut a, b| {
                a += b;
                a
            },
            |x| x[0] + x[1],
        ),
        ("dot", |a, b| a.tape().dot(&[a, b, a], &[b, b, a]), |x| x[0] * x[1] + x[1] * x[1] + x[0] * x[0]),
    ];

    /// The same cases in every run.
    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    /// A random program: each step reads earlier results. Whatever it computes stays small, so that all three ways to
    /// differentiate it keep their digits.
    #[derive(Clone, Copy, Debug)]
    struct Step {
        kind: u8,
        a: usize,
        b: usize,
    }

    fn programs() -> impl Strategy<Value = Vec<Step>> {
        let step = (0..12_u8, any::<usize>(), any::<usize>()).prop_map(|(kind, a, b)| Step { kind, a, b });
        prop::collection::vec(step, 1..60)
    }

    /// The results of all steps, the inputs first. A macro, because a `Var` is no `Real`.
    macro_rules! run {
        ($program:expr, $inputs:expr) => {{
            let mut results = $inputs;
            for step in $program {
                let (a, b) = (results[step.a % results.len()], results[step.b % results.len()]);
                results.push(match step.kind {
                    0 => (a + b) * 0.5,
                    1 => (a - b).sin(),
                    2 => a.tanh() * b,
                    3 => a / (1.5 + b * b),
                    4 => (a * b).cos() - 0.25,
                    5 => a.tanh().exp() / 3.0,
                    6 => (a * a + 0.3).ln().tanh(),
                    7 => (b.powi(2) + 0.2).sqrt().sin(),
                    8 => 1.0 - a.sin().powi(3),
                    9 => -b / 2.0 + a.sin() / 4.0,
                    10 => 0.7 / (a.cos() + 2.0),
                    _ => (2.0 * a.sin() - b.sin()).tanh(),
                });
            }
            results
        }};
    }

    proptest! {
        #![proptest_config(config())]

        /// Value for value and slope for slope, with a cotangent that is not 1.
        #[test]
        fn every_function_agrees_with_duals_and_differences(x in 0.1..3.0_f64, negative in any::<bool>(), up in -2.0..2.0_f64) {
            for (name, on_tape, on_duals, plain) in FUNCTIONS {
                let x = if negative && !matches!(name, "ln" | "sqrt") { -x } else { x };
                let tape = Tape::new();
                let input = tape.var(x);
                let y = on_tape(input);
                let d = (y * up).backward().wrt(input);
                prop_assert_eq!(y.value(), plain(x), "{}", name);
                let exact = up * derivative(on_duals, x);
                prop_assert!(close(d, exact, 1e-14), "{name} at {x}: {d}, duals say {exact}");
                let rough = up * central(plain, x, central_step(x));
                prop_assert!(close(d, rough, 1e-6), "{name} at {x}: {d}, differences say {rough}");
            }
        }

        #[test]
        fn every_operator_agrees_with_duals_and_differences(
            a in -3.0..3.0_f64, b in 0.2..3.0_f64, negative in any::<bool>(), up in -2.0..2.0_f64,
        ) {
            let b = if negative { -b } else { b };
            for (name, on_tape, on_duals) in OPERATORS {
                let tape = Tape::new();
                let (x, y) = (tape.var(a), tape.var(b));
                let grads = (up * on_tape(x, y)).backward();
                let exact = dual::gradient(on_duals, &[a, b]);
                let rough = differences::gradient(|x| on_duals(&[x[0], x[1]].map(Dual::constant)).value, &[a, b]);
                for (i, var) in [x, y].into_iter().enumerate() {
                    let d = grads.wrt(var);
                    prop_assert!(close(d, up * exact[i], 1e-13), "{name}, input {i}: {d}, duals say {}", up * exact[i]);
                    prop_assert!(close(d, up * rough[i], 1e-6), "{name}, input {i}: {d}, differences say {}", up * rough[i]);
                }
            }
        }

        /// Random graphs, shared results and all: the gradient of the last result, for every input.
        #[test]
        fn random_graphs_agree_with_duals_and_differences(
            program in programs(), inputs in prop::collection::vec(-2.0..2.0_f64, 1..5),
        ) {
            let tape = Tape::new();
            let vars: Vec<Var<'_>> = inputs.iter().map(|&x| tape.var(x)).collect();
            let results = run!(&program, vars.clone());
            let grads = results[results.len() - 1].backward();

            let last = |x: &[f64]| *run!(&program, x.to_vec()).last().expect("an input at least");
            prop_assert_eq!(results[results.len() - 1].value(), last(&inputs));
            let exact = dual::gradient(|x| *run!(&program, x.to_vec()).last().expect("an input at least"), &inputs);
            let rough = differences::gradient(last, &inputs);
            for (i, &var) in vars.iter().enumerate() {
                let d = grads.wrt(var);
                prop_assert!(close(d, exact[i], 1e-11), "input {i}: {d}, duals say {}", exact[i]);
                prop_assert!(close(d, rough[i], 1e-6), "input {i}: {d}, differences say {}", rough[i]);
            }
        }

        /// In between too: ∂out/∂m for a result m, and on from there to the inputs of m.
        #[test]
        fn gradients_of_intermediate_results(x in -2.0..2.0_f64, y in -2.0..2.0_f64) {
            let tape = Tape::new();
            let (a, b) = (tape.var(x), tape.var(y));
            let m = a * b;
            let out = m.tanh() + m * m;
            let grads = out.backward();
            let exact = derivative(|m| m.tanh() + m * m, x * y);
            prop_assert!(close(grads.wrt(m), exact, 1e-14));
            prop_assert!(close(grads.wrt(a), exact * y, 1e-14) && close(grads.wrt(b), exact * x, 1e-14));
        }
    }

    /// The test that turns red when `+=` in the sweep becomes `=`.
    #[test]
    fn a_shared_number_collects_from_all_its_uses() {
        let tape = Tape::new();
        let x = tape.var(3.0);
        assert_eq!((x * x).backward().wrt(x), 6.0);
        assert_eq!((x + x).backward().wrt(x), 2.0);
        assert_eq!((x - x).backward().wrt(x), 0.0);
        assert_eq!((x / x).backward().wrt(x), 0.0);
        assert_eq!(tape.dot(&[x, x], &[x, x]).backward().wrt(x), 12.0);
        // through different depths: x·(x + x·x)
        assert_eq!((x * (x + x * x)).backward().wrt(x), 2.0 * 3.0 + 3.0 * 9.0);
    }

    /// The chapter's weight that is used twice: w in front, and w again at the end.
    #[test]
    fn a_tied_weight_gets_both_parts() {
        let tape = Tape::new();
        let [w, x, b] = [2.0, 3.0, -1.0].map(|v| tape.var(v));
        let h = (w * x + b).relu();
        let loss = (w * h - 9.0).powi(2);
        let grads = loss.backward();
        assert_eq!(loss.value(), 1.0);
        assert_eq!((grads.wrt(w), grads.wrt(x), grads.wrt(b)), (22.0, 8.0, 4.0));
        assert_eq!((grads.wrt(h), grads.wrt(loss)), (4.0, 1.0));

        // The part that comes back last may have the wrong sign: 5 from the late use, −3 from the early one.
        let [w, b] = [-1.0, 8.0].map(|v| tape.var(v));
        let out = w * (w * x + b).relu();
        assert_eq!(out.backward().wrt(w), 5.0 - 3.0);
    }

    /// 2²⁵ paths, 26 nodes: the sweep visits nodes, not paths.
    #[test]
    fn sharing_is_linear() {
        let tape = Tape::new();
        let x = tape.var(1.0);
        let mut y = x;
        for _ in 0..25 {
            y += y;
        }
        assert_eq!(tape.size(), (26, 50));
        assert_eq!(y.backward().wrt(x), f64::from(1 << 25));
    }

    /// The test that turns red when the sweep does not clear what an earlier one left.
    #[test]
    fn a_second_sweep_starts_from_zeros() {
        let tape = Tape::new();
        let (x, y) = (tape.var(3.0), tape.var(5.0));
        let z = x * y + x.tanh();
        let once = z.backward();
        let mut grads = Gradients::new();
        for _ in 0..3 {
            z.backward_into(&mut grads);
            assert_eq!(grads.values(), once.values());
        }
        // Storage that held a longer sweep, and one from another tape, leaves nothing behind.
        (z * z * z).backward_into(&mut grads);
        z.backward_into(&mut grads);
        assert_eq!(grads.values(), once.values());
        let other = Tape::new();
        let w = other.var(1.0);
        (w * 2.0).backward_into(&mut grads);
        assert_eq!(grads.values(), [2.0, 1.0]);
    }

    /// A million operations in a row: a sweep that recursed would need a stack of as many frames.
    #[test]
    fn deep_chains_do_not_overflow_the_stack() {
        let tape = Tape::new();
        let x = tape.var(1.0);
        let mut y = x;
        for i in 0..1_000_000 {
            y = if i % 2 == 0 { y * 2.0 } else { y * 0.5 };
        }
        assert_eq!((y.value(), y.backward().wrt(x)), (1.0, 1.0));
        assert_eq!(tape.size().0, 1_000_001);
    }

    #[test]
    fn kinks_and_edges() {
        fn slope<'t>(tape: &'t Tape, f: impl FnOnce(Var<'t>) -> Var<'t>, x: f64) -> f64 {
            let input = tape.var(x);
            f(input).backward().wrt(input)
        }
        let tape = &Tape::new();
        // the same choices as the duals'
        for zero in [0.0, -0.0] {
            assert_eq!(slope(tape, Var::relu, zero), 0.0);
            assert_eq!(slope(tape, Var::abs, zero), 0.0);
        }
        assert_eq!(slope(tape, Var::relu, 1e-300), 1.0);
        assert_eq!(slope(tape, Var::sqrt, 0.0), f64::INFINITY);
        assert_eq!(slope(tape, Var::ln, 0.0), f64::INFINITY);
        assert_eq!(slope(tape, |x| 1.0 / x, 0.0), f64::NEG_INFINITY);
        assert_eq!(slope(tape, |x| x.powi(0), 0.0), 0.0);
        assert_eq!(slope(tape, |x| x.powi(i32::MIN), 1.0), f64::from(i32::MIN));
        assert_eq!(slope(tape, Var::tanh, f64::INFINITY), 0.0);
        // a denominator whose square overflows
        assert_eq!(slope(tape, |x| 1e200 / x, 1e200), -1e-200);
        // A product of nothing, and a number that is its own output.
        assert_eq!(tape.dot(&[], &[]).value(), 0.0);
        let x = tape.var(7.0);
        assert_eq!(x.backward().wrt(x), 1.0);
    }

    /// PyTorch's `where` makes NaN of this: 0 from the branch not taken, times the infinite slope behind it.
    #[test]
    fn a_branch_not_taken_sends_nothing() {
        let tape = Tape::new();
        let x = tape.var(0.0);
        let root = x.sqrt(); // slope ∞
        let chosen = if x.value() > 0.0 { root } else { x * 2.0 };
        let gated = (root - 1.0).relu(); // closed: −1
        assert_eq!((chosen + gated).backward().wrt(x), 2.0);
    }

    #[test]
    fn nan_is_never_hidden() {
        for (name, on_tape, _, _) in FUNCTIONS {
            let tape = Tape::new();
            let y = on_tape(tape.var(f64::NAN));
            assert!(y.value().is_nan() || name == "powi 0", "{name} of NaN has the value {}", y.value());
            // a NaN that comes from above reaches the input
            let x = tape.var(1.5);
            let d = (on_tape(x) * f64::NAN).backward().wrt(x);
            assert!(d.is_nan(), "{name} turned a NaN from above into {d}");
        }
    }

    #[test]
    fn what_came_later_has_no_part_in_it() {
        let tape = Tape::new();
        let x = tape.var(3.0);
        let y = x * 2.0;
        let later = x * 5.0;
        let grads = y.backward();
        assert_eq!((grads.wrt(x), grads.wrt(later)), (2.0, 0.0));
        assert_eq!(grads.values().len(), 2);
        assert_eq!(format!("{y:?}"), "v1 = 6");
        assert_eq!((tape.inputs(0), tape.inputs(y.index())), (vec![], vec![(0, 2.0)]));
    }

    #[test]
    #[should_panic(expected = "on different tapes")]
    fn tapes_do_not_mix() {
        let (one, two) = (Tape::new(), Tape::new());
        let _ = one.var(1.0) + two.var(2.0);
    }

    #[test]
    #[should_panic(expected = "on different tapes")]
    fn tapes_do_not_mix_in_dot() {
        let (one, two) = (Tape::new(), Tape::new());
        let _ = one.dot(&[one.var(1.0)], &[two.var(2.0)]);
    }

    #[test]
    #[should_panic(expected = "dot: lengths 1 and 2 differ")]
    fn dot_wants_equal_lengths() {
        let tape = Tape::new();
        let x = tape.var(1.0);
        let _ = tape.dot(&[x], &[x, x]);
    }

    /// All 337 elements of the network's gradient, against duals: an oracle that shares no line with the tape.
    #[test]
    fn the_network_s_gradient_is_right_in_every_element() {
        let data: Vec<Sample> = two_moons(12, 0.1, 5);
        let weights = random_weights(3);
        let tape = Tape::new();
        let vars: [Var<'_>; WEIGHTS] = std::array::from_fn(|i| tape.var(weights[i]));
        let (loss, _) = loss(&tape, &vars, &data);
        assert!(close(loss.value(), plain_loss(&weights, &data), 1e-14));
        let grads = loss.backward();
        let exact = dual::gradient(|w| plain_loss(w, &data), &weights);
        for i in 0..WEIGHTS {
            assert!(
                close(grads.wrt(vars[i]), exact[i], 1e-13),
                "weight {i}: {}, {}",
                grads.wrt(vars[i]),
                exact[i]
            );
        }
        assert!(
            exact.iter().filter(|d| d.abs() > 1e-3).count() > WEIGHTS / 2,
            "a gradient worth the comparison"
        );
    }

    #[test]
    fn the_moons_are_told_apart() {
        let data = two_moons(100, 0.1, 1);
        for seed in [1, 2, 3] {
            let mut net = Classifier::new(seed);
            let (first, _) = net.step(&data, rate(0, 100));
            let (mut last, mut correct) = (first, 0);
            for step in 1..100 {
                (last, correct) = net.step(&data, rate(step, 100));
            }
            assert!(
                last < 0.1 * first && correct >= 97,
                "seed {seed}: loss {first} to {last}, {correct} of 100"
            );
            // and the labels are not merely learnt by heart
            let fresh = two_moons(400, 0.1, 99);
            let right = fresh.iter().filter(|s| net.score(s.x) * s.label > 0.0).count();
            assert!(right > 380, "seed {seed}: {right} of 400 unseen points");
        }
    }

    /// The same bits in every run, and memory used again gives the same bits as fresh memory.
    #[test]
    fn training_is_deterministic() {
        let data = two_moons(20, 0.1, 1);
        let train =
            |net: &mut Classifier| (0..5).map(|_| net.step(&data, 0.1).0.to_bits()).collect::<Vec<_>>();
        let mut used = Classifier::new(9);
        used.step(&two_moons(50, 0.1, 2), 0.1);
        used.weights = random_weights(1);
        assert_eq!(train(&mut Classifier::new(1)), train(&mut used));
    }

    /// Each moon where it belongs, noise of the size asked for, and numbers that never change.
    #[test]
    fn the_data_are_two_half_circles() {
        for (i, s) in two_moons(200, 0.0, 7).iter().enumerate() {
            let [x, y] = s.x;
            let (center, half, label) =
                if i % 2 == 0 { ([0.0, 0.0], y, -1.0) } else { ([1.0, 0.5], 0.5 - y, 1.0) };
            assert!(
                close((x - center[0]).hypot(y - center[1]), 1.0, 1e-14) && half >= 0.0 && s.label == label
            );
        }
        let (clean, noisy) = (two_moons(5000, 0.0, 7), two_moons(5000, 0.1, 7));
        let squares = clean.iter().zip(&noisy).flat_map(|(c, n)| [n.x[0] - c.x[0], n.x[1] - c.x[1]]);
        let variance = squares.map(|d| d * d).sum::<f64>() / 10_000.0;
        // The mean of 10,000 squared normals: 0.01 ± 0.01·√(2/10,000). Five of these: a false alarm in 2 million.
        assert!((variance - 0.01).abs() < 5.0 * 0.01 * 0.0002_f64.sqrt(), "variance {variance}");
    }
}
