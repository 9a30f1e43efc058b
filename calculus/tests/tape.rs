//! The rules of the tensor tape: who is stored and who is added to, what is shared.

mod tape {
    use calculus::check::Check;
    use calculus::dual::Dual;
    use calculus::tape::{Arena, Attrs, Backward, Forward, Grads, Op, ParamId, Params, Tape, Var};
    use calculus::{moons, scalar};
    use linalg::{Real, Tensor};
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};
    use std::cell::RefCell;

    fn random(rng: &mut StdRng, shape: [usize; 2]) -> Tensor<f64> {
        Tensor::from_fn(shape[0], shape[1], |_, _| rng.random_range(-1.0..1.0))
    }

    /// A language model in miniature: tied embeddings, a residual connection, both norms, a loss.
    struct Mini {
        table: ParamId,
        gain: ParamId,
        bias: ParamId,
        up: ParamId,
        down: ParamId,
    }

    impl Mini {
        fn new(rng: &mut StdRng, params: &mut Params<f64>) -> Self {
            Mini {
                table: params.add("table", random(rng, [7, 4]), true),
                gain: params.add("gain", random(rng, [1, 4]).reshape([4]), false),
                bias: params.add("bias", random(rng, [1, 6]).reshape([6]), false),
                up: params.add("up", random(rng, [6, 4]), true),
                down: params.add("down", random(rng, [4, 6]), true),
            }
        }

        fn loss<T: Real>(&self, t: &mut Tape<'_, T>, ids: &[u32], targets: &[u32]) -> Var {
            let table = t.param(self.table);
            let x = t.embedding(table, ids);
            let y = t.scope("mlp", |t| {
                let (gain, bias) = (t.param(self.gain), t.param(self.bias));
                let (up, down) = (t.param(self.up), t.param(self.down));
                let y = t.layernorm(x, gain, None, 1e-5);
                let y = t.linear(y, up, Some(bias));
                let y = t.gelu(y);
                t.linear(y, down, None)
            });
            let x = t.add(x, y);
            let gain = t.param(self.gain); // the same gain twice: two nodes, one parameter
            let x = t.rmsnorm(x, gain, 1e-5);
            let table = t.param(self.table); // tied: the table reads and writes
            let logits = t.linear(x, table, None);
            t.cross_entropy(logits, targets)
        }
    }

    const IDS: [u32; 5] = [3, 1, 3, 0, 6];
    const TARGETS: [u32; 5] = [1, 3, 0, 6, 2];

    #[test]
    fn a_model_with_shared_parameters_has_the_right_gradient() {
        let mut params = Params::new();
        let model = Mini::new(&mut StdRng::seed_from_u64(1), &mut params);
        let report = Check::default().gradients(&params, &[], |t, _| model.loss(t, &IDS, &TARGETS)).unwrap();
        assert_eq!(report.checked, params.len());
    }

    #[test]
    fn a_wrong_gradient_is_found() {
        // y = x² with the gradient of x·|x|: wrong only where x < 0, in one element.
        fn forward(f: &mut Forward<'_, f64>) {
            let x = f.input(0);
            f.out.iter_mut().zip(x).for_each(|(y, x)| *y = x * x);
        }
        fn backward(b: &mut Backward<'_, f64>) {
            let (x, d_y) = (b.input(0), b.d_out());
            let (d_x, beta) = b.d_input(0).unwrap();
            assert_eq!(beta, 0.0);
            (0..x.len()).for_each(|i| d_x[i] = 2.0 * x[i].abs() * d_y[i]);
        }
        static WRONG: Op<f64> = Op { name: "wrong", forward, backward };
        let x = Tensor::new([3], vec![1.0, 2.0, -3.0]);
        let found = Check::default()
            .gradients(&Params::new(), &[x], |t, x| t.push(&WRONG, x, [3], Attrs::default(), &[], 0))
            .unwrap_err();
        assert_eq!((found.name.as_str(), found.index), ("input 0", 2));
        assert!((found.tape + found.differences).abs() < 1e-6, "{found}");
    }

    #[test]
    fn hessian_vector_products_are_a_tape_of_duals() {
        let rng = &mut StdRng::seed_from_u64(2);
        let mut params = Params::new();
        let model = Mini::new(rng, &mut params);
        let v: Vec<f64> = (0..params.len()).map(|_| rng.random_range(-1.0..1.0)).collect();

        // Parameters that move along v; the gradient then moves along H·v.
        let moving = params.map(|i, w| Dual::new(w, v[i]));
        let (mut arena, mut grads) = (Arena::new(), Grads::like(&moving));
        let mut t = Tape::record(&moving, &mut arena);
        let loss = model.loss(&mut t, &IDS, &TARGETS);
        t.backward(loss, &mut grads);

        let gradient = |sign: f64| {
            let h = 1e-5 * sign;
            let shifted = params.map(|i, w| w + h * v[i]);
            let (mut arena, mut grads) = (Arena::new(), Grads::like(&shifted));
            let mut t = Tape::record(&shifted, &mut arena);
            let loss = model.loss(&mut t, &IDS, &TARGETS);
            t.backward(loss, &mut grads);
            grads
        };
        let (above, below) = (gradient(1.0), gradient(-1.0));
        let mut largest: f64 = 0.0;
        for (i, g) in grads.values().iter().enumerate() {
            let differences = (above.values()[i] - below.values()[i]) / 2e-5;
            assert!((g.d - differences).abs() < 1e-7, "{i}: {} and {differences}", g.d);
            largest = largest.max(g.d.abs());
        }
        assert!(largest > 0.1);
    }

    #[test]
    fn the_two_tapes_agree() {
        // The two-moons network of the scalar tape, once more on tensors: a layer's rows are weights and then the bias.
        let data = moons::two_moons(20, 0.1, 1);
        let weights = moons::random_weights(2);
        let scalar_tape = scalar::Tape::new();
        let vars = std::array::from_fn(|i| scalar_tape.var(weights[i]));
        let (expected, _) = moons::loss(&scalar_tape, &vars, &data);
        let expected_grads = expected.backward();

        let (mut params, mut at) = (Params::new(), 0);
        let mut layers = vec![];
        let mut place = vec![]; // of each number of the flat buffer among the scalar tape's weights
        for (i, [inputs, outputs]) in [[2, 16], [16, 16], [16, 1]].into_iter().enumerate() {
            let rows = Tensor::new([outputs, inputs + 1], weights[at..][..outputs * (inputs + 1)].to_vec());
            let weight = Tensor::from_fn(outputs, inputs, |r, c| rows[[r, c]]);
            let bias = Tensor::new([outputs], (0..outputs).map(|r| rows[[r, inputs]]).collect());
            place.extend((0..outputs * inputs).map(|k| at + k / inputs * (inputs + 1) + k % inputs));
            place.extend((0..outputs).map(|r| at + r * (inputs + 1) + inputs));
            at += outputs * (inputs + 1);
            layers.push([
                params.add(format!("weight {i}"), weight, true),
                params.add(format!("bias {i}"), bias, false),
            ]);
        }
        let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
        let mut t = Tape::record(&params, &mut arena);
        let x: Vec<f64> = data.iter().flat_map(|s| s.x).collect();
        let labels: Vec<f64> = data.iter().map(|s| s.label).collect();
        let mut y = t.constant([20, 2], &x);
        let mut squares = t.constant([], &[0.0]);
        for (i, layer) in layers.into_iter().enumerate() {
            let [weight, bias] = layer.map(|id| t.param(id));
            if i > 0 {
                y = t.relu(y);
            }
            y = t.linear(y, weight, Some(bias));
            for v in [weight, bias] {
                let square = t.square(v);
                let sum = t.sum(square);
                squares = t.add(squares, sum);
            }
        }
        let labels = t.constant([20, 1], &labels);
        let margin = t.mul(labels, y);
        let one = t.constant([], &[1.0]);
        let hinge = t.sub(one, margin);
        let hinge = t.relu(hinge);
        let (hinge, decay) = (t.mean(hinge), t.scale(squares, 1e-4));
        let loss = t.add(hinge, decay);
        t.backward(loss, &mut grads);

        assert!((t.item(loss) - expected.value()).abs() < 1e-14);
        for (k, &at) in place.iter().enumerate() {
            let (tensor, scalar) = (grads.values()[k], expected_grads.wrt(vars[at]));
            assert!((tensor - scalar).abs() < 1e-14, "{k}: {tensor} and {scalar}");
        }
    }

    #[test]
    fn the_first_gradient_is_stored_and_later_ones_are_added() {
        // An operation that only notes its beta.
        thread_local! { static BETAS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) } }
        fn forward(f: &mut Forward<'_, f64>) {
            f.out.fill(1.0);
        }
        fn backward(b: &mut Backward<'_, f64>) {
            for i in 0..b.arity() {
                let Some((d, beta)) = b.d_input(i) else { continue };
                BETAS.with_borrow_mut(|betas| betas.push(beta));
                d[0] = 1.0 + if beta == 0.0 { 0.0 } else { d[0] };
            }
        }
        static NOTE: Op<f64> = Op { name: "note", forward, backward };
        let mut params = Params::new();
        let w = params.add("w", Tensor::full([1], 1.0), true);
        let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
        for _step in 0..2 {
            let mut t = Tape::record(&params, &mut arena);
            let (x, c, w) = (t.input([1], &[1.0]), t.constant([1], &[1.0]), t.param(w));
            let y = t.push(&NOTE, &[x, x, c, w], [1], Attrs::default(), &[], 0);
            let z = t.push(&NOTE, &[x, y], [1], Attrs::default(), &[], 0);
            for _again in 0..2 {
                BETAS.with_borrow_mut(Vec::clear);
                t.backward_with(z, &[1.0], &mut grads);
                // z: x first (store), y first (store); y: x twice more (add), the constant never, the parameter always adds.
                BETAS.with_borrow(|betas| assert_eq!(betas[..], [0.0, 0.0, 1.0, 1.0, 1.0]));
                assert_eq!(t.grad(x), [3.0]);
            }
        }
        assert_eq!(grads.values(), [4.0]); // added up over steps and walks
    }

    #[test]
    fn what_the_loss_does_not_use_has_gradient_zero() {
        let (params, mut arena) = (Params::new(), Arena::new());
        for _step in 0..2 {
            let mut t = Tape::record(&params, &mut arena);
            let (x, unused) = (t.input([2], &[1.0, 2.0]), t.input([2], &[3.0, 4.0]));
            let dead_end = t.exp(x);
            let loss = t.sum(x);
            let after = t.square(loss);
            t.retain(dead_end);
            t.retain(after);
            t.backward(loss, &mut Grads::like(&params));
            assert_eq!(t.grad(x), [1.0, 1.0]);
            assert_eq!(t.grad(unused), [0.0, 0.0]);
            assert_eq!(t.grad(dead_end), [0.0, 0.0]);
            assert_eq!(t.grad(after), [0.0]);
        }
    }

    #[test]
    fn gradients_of_reshaped_values_are_their_own() {
        // x is used under both shapes; each has the gradient of its own use, and x the sum.
        let (params, mut arena) = (Params::new(), Arena::new());
        let mut t = Tape::record(&params, &mut arena);
        let x = t.input([2], &[1.0, 2.0]);
        let r = t.reshape(x, [2, 1]);
        t.retain(r);
        let (a, b) = (t.scale(x, 10.0), t.scale(r, 1.0));
        let (a, b) = (t.sum(a), t.sum(b));
        let loss = t.add(a, b);
        t.backward(loss, &mut Grads::like(&params));
        assert_eq!((t.grad(x), t.grad(r)), (&[11.0, 11.0][..], &[1.0, 1.0][..]));
        assert_eq!(t.value(x).as_ptr(), t.value(r).as_ptr());
    }

    /// A random graph on vectors of different lengths, and its gradients: of the input, of the parameter, of what is
    /// retained.
    fn random_graph(
        seed: u64,
        retain: impl Fn(usize) -> bool,
    ) -> (Vec<f64>, Vec<f64>, Vec<Option<Vec<f64>>>) {
        let rng = &mut StdRng::seed_from_u64(seed);
        let mut params = Params::new();
        let w = params.add("w", random(rng, [3, 1]).reshape([3]), true);
        let x: Vec<f64> = (0..3).map(|_| rng.random_range(-1.0..1.0)).collect();
        let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
        let mut t = Tape::record(&params, &mut arena);
        let x = t.input([3], &x);
        let mut vars = vec![x, t.param(w), t.constant([], &[0.7])];
        for _ in 0..40 {
            let mut pick = || vars[rng.random_range(0..vars.len())];
            let (a, b) = (pick(), pick());
            let v = match rng.random_range(0..7) {
                0 => t.tanh(a),
                1 => t.mean(a),
                2 => t.reshape(a, t.shape(a)),
                3 => t.add(a, b),
                4 => t.softmax(x),
                5 if t.shape(a).rank() == 1 => t.softmax(a),
                6 => {
                    let column = t.shape(a).len();
                    let column = t.reshape(a, [column, 1]);
                    let row = t.shape(b).len();
                    let row = t.reshape(b, [row]);
                    let outer = t.mul(column, row); // up to 9 numbers
                    t.mean(outer)
                }
                _ => t.sub(b, a),
            };
            vars.push(v);
        }
        // Not all of them lead to the loss.
        let (a, b) = (vars[30], vars[38]);
        let (a, b) = (t.mean(a), t.mean(b));
        let loss = t.add(a, b);
        vars.iter().enumerate().filter(|(i, _)| retain(*i)).for_each(|(_, &v)| t.retain(v));
        t.backward(loss, &mut grads);
        let wanted = |i: usize| i > 2 && retain(i);
        // Functions of the constant alone have no gradient.
        let kept = vars.iter().enumerate();
        let kept =
            kept.map(|(i, &v)| (wanted(i) && t.requires_grad(v)).then(|| t.grad(v).to_vec())).collect();
        (t.grad(x).to_vec(), grads.values().to_vec(), kept)
    }

    #[test]
    fn sharing_memory_changes_no_gradient() {
        let mut compared = 0;
        for seed in 0..200 {
            // Where everything is retained, nothing is shared.
            let (d_x, d_w, all) = random_graph(seed, |_| true);
            let (d_x_shared, d_w_shared, none) = random_graph(seed, |_| false);
            assert!(none.iter().all(Option::is_none));
            assert_eq!((&d_x_shared, &d_w_shared), (&d_x, &d_w), "seed {seed}");
            let (_, _, some) = random_graph(seed, |i| i % 3 == 0);
            for (some, all) in some.iter().zip(&all).filter(|(some, _)| some.is_some()) {
                assert_eq!(some, all, "seed {seed}");
                compared += 1;
            }
        }
        assert!(compared > 1000, "{compared}");
    }

    #[test]
    fn a_deep_chain_needs_the_gradients_of_two_nodes() {
        let (params, mut arena) = (Params::new(), Arena::new());
        let mut needs = |backward: bool| {
            let mut t = Tape::record(&params, &mut arena);
            let (x, one) = (t.constant([1000], &[0.5; 1000]), t.input([], &[1.0]));
            let mut x = t.mul(x, one);
            for _ in 0..50 {
                x = t.tanh(x);
            }
            if backward {
                t.backward_with(x, &[1.0; 1000], &mut Grads::like(&params));
            }
            arena.capacity()
        };
        let forward = needs(false);
        assert_eq!(forward, 52 * 1000 + 1);
        assert_eq!(needs(true) - forward, 2 * 1000);
    }

    #[test]
    fn a_jacobian_is_one_walk_a_row() {
        let (params, mut arena) = (Params::new(), Arena::new());
        let mut t = Tape::record(&params, &mut arena);
        let x = t.input([3], &[0.5, -1.0, 2.0]);
        let y = t.softmax(x);
        let p = t.value(y).to_vec();
        for i in 0..3 {
            let unit: Vec<f64> = (0..3).map(|j| f64::from(u8::from(i == j))).collect();
            t.backward_with(y, &unit, &mut Grads::like(&params));
            for j in 0..3 {
                let exact = p[i] * (unit[j] - p[j]);
                assert!((t.grad(x)[j] - exact).abs() < 1e-16);
            }
        }
    }

    #[test]
    fn a_loss_may_be_a_parameter_or_a_constant() {
        let mut params = Params::new();
        let w = params.add("w", Tensor::full([1], 3.0), true);
        let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
        let mut t = Tape::record(&params, &mut arena);
        let (w, c) = (t.param(w), t.constant([], &[1.0]));
        t.backward(w, &mut grads);
        t.backward(c, &mut grads);
        assert_eq!(grads.values(), [1.0]);
    }

    #[test]
    fn inference_computes_the_same_values() {
        let mut params = Params::new();
        let model = Mini::new(&mut StdRng::seed_from_u64(3), &mut params);
        let mut arena = Arena::new();
        let mut t = Tape::record(&params, &mut arena);
        let loss = model.loss(&mut t, &IDS, &TARGETS);
        let recorded = t.item(loss);
        let mut arena = Arena::new();
        let mut t = Tape::infer(&params, &mut arena);
        assert!(!t.recording());
        let loss = model.loss(&mut t, &IDS, &TARGETS);
        assert_eq!(t.item(loss), recorded);
        let doubled = t.compute([2], |values, out| out.fill(2.0 * values.value(loss)[0]));
        assert_eq!(t.value(doubled), [2.0 * recorded; 2]);
    }

    #[test]
    fn the_culprit_of_a_nan_is_named() {
        let mut params = Params::new();
        let model = Mini::new(&mut StdRng::seed_from_u64(4), &mut params);
        let mut arena = Arena::new();
        let mut t = Tape::record(&params, &mut arena);
        model.loss(&mut t, &IDS, &TARGETS);
        assert!(t.first_non_finite().is_none());

        // A weight explodes: the product overflows, in the scope where it is.
        params.get_mut(model.up).fill(1e308);
        params.get_mut(model.gain).fill(1e3);
        let mut t = Tape::record(&params, &mut arena);
        model.loss(&mut t, &IDS, &TARGETS);
        let found = t.first_non_finite().unwrap();
        assert_eq!((found.op, found.scope.as_str()), ("linear", "mlp"));
        assert!(found.location.file().ends_with("tape.rs") && found.shape.dims() == [5, 6]);
        assert!(found.to_string().contains("linear in \"mlp\" at ") && found.to_string().contains("[5, 6]"));

        // A parameter that is NaN already is named by its own name.
        params.get_mut(model.gain)[2] = f64::NAN;
        let mut t = Tape::record(&params, &mut arena);
        model.loss(&mut t, &IDS, &TARGETS);
        let found = t.first_non_finite().unwrap();
        assert_eq!((found.op, found.scope.as_str(), found.index), ("param", "gain", 2));
    }

    #[test]
    fn a_mask_is_no_culprit() {
        let (params, mut arena) = (Params::new(), Arena::new());
        let mut t = Tape::record(&params, &mut arena);
        let (x, mask) = (t.input([2], &[1.0, 2.0]), t.constant([2], &[0.0, f64::NEG_INFINITY]));
        let x = t.add(x, mask);
        t.softmax(x);
        assert!(t.first_non_finite().is_none());
        t.constant([1], &[f64::NAN]);
        assert_eq!(t.first_non_finite().unwrap().op, "constant");
    }

    #[test]
    fn scopes_nest_and_are_remembered() {
        let (params, mut arena) = (Params::new(), Arena::new());
        for _step in 0..2 {
            let mut t = Tape::record(&params, &mut arena);
            t.enter_nth("block", 3);
            t.enter("attention");
            t.input([1], &[f64::NAN]);
            t.leave();
            t.leave();
            assert_eq!(t.first_non_finite().unwrap().scope, "block 3/attention");
        }
    }
}
