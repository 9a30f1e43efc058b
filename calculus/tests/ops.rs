//! The operations of the tensor tape, each against differences of itself, and where it can go wrong.

mod ops {
    use calculus::check::{Check, Report};
    use calculus::tape::{Arena, Grads, IGNORE, Params, Tape, Var};
    use linalg::{Shape, Tensor};
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    /// Numbers in (lo, hi).
    fn random(rng: &mut StdRng, shape: &[usize], lo: f64, hi: f64) -> Tensor<f64> {
        let n = Shape::new(shape).len();
        Tensor::new(Shape::new(shape), (0..n).map(|_| rng.random_range(lo..hi)).collect())
    }

    fn check(inputs: &[Tensor<f64>], build: impl Fn(&mut Tape<'_, f64>, &[Var]) -> Var) -> Report {
        Check::default().gradients(&Params::new(), inputs, build).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn element_wise_operations() {
        let mut rng = StdRng::seed_from_u64(1);
        type Unary = fn(&mut Tape<'_, f64>, Var) -> Var;
        let ops: [(Unary, f64, f64); 11] = [
            (|t, x| t.relu(x), 0.1, 2.0),
            (|t, x| t.relu(x), -2.0, -0.1),
            (|t, x| t.tanh(x), -2.0, 2.0),
            (|t, x| t.sigmoid(x), -3.0, 3.0),
            (|t, x| t.silu(x), -3.0, 3.0),
            (|t, x| t.gelu(x), -3.0, 3.0),
            (|t, x| t.exp(x), -2.0, 2.0),
            (|t, x| t.ln(x), 0.3, 3.0),
            (|t, x| t.sin(x), -3.0, 3.0),
            (|t, x| t.sqrt(x), 0.3, 3.0),
            (|t, x| t.square(x), -2.0, 2.0),
        ];
        for (op, lo, hi) in ops {
            for shape in [&[][..], &[1], &[0], &[3, 5], &[2, 3, 300]] {
                let x = random(&mut rng, shape, lo, hi);
                let n = x.data().len();
                assert_eq!(check(&[x], |t, x| op(t, x[0])).checked, n);
            }
        }
        let x = random(&mut rng, &[3, 4], -2.0, 2.0);
        check(&[x], |t, x| t.scale(x[0], -1.7));
    }

    /// Two shapes that broadcast: axes left out, or of length 1, on either side.
    fn broadcast_pair(rng: &mut StdRng) -> (Vec<usize>, Vec<usize>) {
        let full: Vec<usize> = (0..rng.random_range(0..5)).map(|_| rng.random_range(0..5)).collect();
        let mut side = || {
            let skip = rng.random_range(0..=full.len());
            let skip = if rng.random_bool(0.5) { 0 } else { skip };
            full[skip..].iter().map(|&n| if rng.random_bool(0.3) { 1 } else { n }).collect::<Vec<_>>()
        };
        (side(), side())
    }

    #[test]
    fn operations_that_broadcast() {
        let mut rng = StdRng::seed_from_u64(2);
        for _ in 0..150 {
            let (sa, sb) = broadcast_pair(&mut rng);
            let (a, b) = (random(&mut rng, &sa, -2.0, 2.0), random(&mut rng, &sb, 0.5, 2.0));
            let inputs = [a.clone(), b.clone()];
            check(&inputs, |t, x| t.add(x[0], x[1]));
            check(&inputs, |t, x| t.sub(x[0], x[1]));
            check(&inputs, |t, x| t.mul(x[0], x[1]));
            check(&inputs, |t, x| t.div(x[0], x[1]));
            // The values too, against the tensor's own broadcasting.
            let (params, mut arena) = (Params::new(), Arena::new());
            let mut t = Tape::record(&params, &mut arena);
            let (va, vb) = (t.constant(a.shape(), a.data()), t.constant(b.shape(), b.data()));
            let y = t.sub(va, vb);
            assert_eq!(t.view(y).to_tensor(), a.zip_with(&b, |a, b| a - b), "{sa:?} {sb:?}");
        }
    }

    #[test]
    fn matrix_products() {
        let mut rng = StdRng::seed_from_u64(3);
        for (lead, k, n) in
            [(&[2, 3][..], 4, 5), (&[7], 1, 1), (&[], 3, 2), (&[0], 3, 2), (&[3], 0, 2), (&[3], 2, 0)]
        {
            let sx = [lead, &[k]].concat();
            let (x, w) = (random(&mut rng, &sx, -1.0, 1.0), random(&mut rng, &[n, k], -1.0, 1.0));
            let bias = random(&mut rng, &[n], -1.0, 1.0);
            check(&[x.clone(), w.transpose()], |t, x| t.matmul(x[0], x[1]));
            check(&[x.clone(), w.clone()], |t, x| t.linear(x[0], x[1], None));
            check(&[x, w, bias], |t, x| t.linear(x[0], x[1], Some(x[2])));
        }
        let a = random(&mut rng, &[4, 4], -1.0, 1.0);
        check(&[a], |t, x| t.matmul(x[0], x[0])); // A·A: both gradients meet in one value
    }

    #[test]
    fn reductions_and_shapes() {
        let mut rng = StdRng::seed_from_u64(4);
        let x = random(&mut rng, &[3, 4, 5], -2.0, 2.0);
        let x = [x];
        check(&x, |t, x| t.sum(x[0]));
        check(&x, |t, x| t.mean(x[0]));
        check(&x, |t, x| {
            let flat = t.reshape(x[0], [60]);
            let y = t.square(flat);
            let again = t.reshape(y, [5, 4, 3]);
            t.add(again, again)
        });
        check(&[random(&mut rng, &[0, 3], 0.0, 1.0)], |t, x| t.sum(x[0]));
    }

    #[test]
    fn normalisations() {
        let mut rng = StdRng::seed_from_u64(5);
        for shape in [&[2, 3, 7][..], &[5], &[1, 1], &[0, 4], &[3, 0]] {
            let n = shape[shape.len() - 1];
            let x = random(&mut rng, shape, -2.0, 2.0);
            let (gain, bias) = (random(&mut rng, &[n], 0.5, 2.0), random(&mut rng, &[n], -1.0, 1.0));
            check(&[x.clone(), gain.clone(), bias], |t, x| t.layernorm(x[0], x[1], Some(x[2]), 1e-5));
            check(&[x.clone(), gain.clone()], |t, x| t.layernorm(x[0], x[1], None, 1e-5));
            check(&[x.clone(), gain], |t, x| t.rmsnorm(x[0], x[1], 1e-5));
            check(&[x], |t, x| t.softmax(x[0]));
        }
        // One value as input and gain, and gain and bias the same.
        let x = [random(&mut rng, &[6], 0.5, 2.0)];
        check(&x, |t, x| t.layernorm(x[0], x[0], Some(x[0]), 1e-5));
        check(&x, |t, x| t.rmsnorm(x[0], x[0], 1e-5));
    }

    #[test]
    fn lookups_and_losses() {
        let mut rng = StdRng::seed_from_u64(6);
        let table = [random(&mut rng, &[5, 3], -1.0, 1.0)];
        check(&table, |t, x| t.embedding(x[0], &[4, 0, 4, 4, 1]));
        check(&table, |t, x| t.embedding(x[0], &[]));
        let logits = [random(&mut rng, &[2, 3, 4], -3.0, 3.0)];
        check(&logits, |t, x| t.cross_entropy(x[0], &[0, 3, 1, 1, 2, 0]));
        check(&logits, |t, x| t.cross_entropy(x[0], &[0, IGNORE, 1, 1, IGNORE, 0]));
        check(&logits, |t, x| t.cross_entropy(x[0], &[IGNORE; 6]));
    }
    /// Runs `build` on one constant and returns the value and the gradient of its sum.
    fn run(x: &Tensor<f64>, build: impl Fn(&mut Tape<'_, f64>, Var) -> Var) -> (Vec<f64>, Vec<f64>) {
        let (params, mut arena) = (Params::new(), Arena::new());
        let mut t = Tape::record(&params, &mut arena);
        let v = t.input(x.shape(), x.data());
        let y = build(&mut t, v);
        let ones = vec![1.0; t.value(y).len()];
        t.backward_with(y, &ones, &mut Grads::like(&params));
        (t.value(y).to_vec(), t.grad(v).to_vec())
    }

    #[test]
    fn values_in_closed_form() {
        let x = Tensor::new([3], vec![-1.0, 0.0, 2.0]);
        // Φ(2) to 16 digits: Abramowitz and Stegun, table 26.1, 0.97724 98680 51821; φ(2) = e⁻²/√(2π) = 0.05399 09665 13188.
        let (y, d) = run(&x, |t, x| t.gelu(x));
        assert!((y[2] - 2.0 * 0.977_249_868_051_821).abs() < 1e-14 && y[1] == 0.0);
        assert!((d[2] - (0.977_249_868_051_821 + 2.0 * 0.053_990_966_513_188)).abs() < 1e-14 && d[1] == 0.5);
        assert_eq!(run(&x, |t, x| t.relu(x)), (vec![0.0, 0.0, 2.0], vec![0.0, 0.0, 1.0]));
        let (y, d) = run(&x, |t, x| t.sigmoid(x));
        assert!(y[1] == 0.5 && d[1] == 0.25 && (y[0] - 1.0 / (1.0 + 1.0_f64.exp())).abs() < 1e-16);
        // A row (−1, 0, 1)·√(3/2) is normalised already.
        let row = Tensor::new([3], vec![-(1.5_f64.sqrt()), 0.0, 1.5_f64.sqrt()]);
        let (y, _) = run(&row, |t, x| {
            let gain = t.constant([3], &[1.0, 2.0, 3.0]);
            let bias = t.constant([3], &[10.0, 20.0, 30.0]);
            t.layernorm(x, gain, Some(bias), 0.0)
        });
        for (y, expected) in y.iter().zip([10.0 - 1.5_f64.sqrt(), 20.0, 30.0 + 3.0 * 1.5_f64.sqrt()]) {
            assert!((y - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn a_layernorm_far_from_zero_keeps_its_digits() {
        // With Σx² − n·mean² as the variance this row would give 0 or worse.
        let far = Tensor::new([3], vec![1e9 - 1.0, 1e9, 1e9 + 1.0]);
        let (y, _) = run(&far, |t, x| {
            let gain = t.constant([3], &[1.0; 3]);
            t.layernorm(x, gain, None, 0.0)
        });
        assert!((y[2] - 1.5_f64.sqrt()).abs() < 1e-12 && y[1] == 0.0);
    }

    #[test]
    fn extremes_stay_finite() {
        let huge = Tensor::new([4], vec![1e4, -1e4, 1e300, -1e300]);
        for (y, d) in [
            run(&huge, |t, x| t.sigmoid(x)),
            run(&huge, |t, x| t.tanh(x)),
            run(&huge, |t, x| t.gelu(x)),
            run(&huge, |t, x| t.softmax(x)),
        ] {
            assert!(y.iter().chain(&d).all(|x| x.is_finite()), "{y:?} {d:?}");
        }
        // gelu: x·0 far left (not −∞·0), x far right.
        let (y, d) = run(&huge, |t, x| t.gelu(x));
        assert_eq!((y[0], y[1], d[0], d[1]), (1e4, -0.0, 1.0, 0.0));
        // A certain row costs nothing, a certain mistake costs the margin.
        let sure = Tensor::new([2, 2], vec![1e4, -1e4, 1e4, -1e4]);
        let (loss, d) = run(&sure, |t, x| t.cross_entropy(x, &[0, 1]));
        assert_eq!(loss, [1e4]);
        assert_eq!(d, [0.0, 0.0, 0.5, -0.5]);
    }

    #[test]
    fn masks() {
        let none = f64::NEG_INFINITY;
        let x = Tensor::new([2, 3], vec![none, none, none, 0.0, none, 0.0]);
        // Against a random cotangent: the sum of a softmax is always 1, so its gradient is 0 whatever one computes.
        let (params, mut arena) = (Params::new(), Arena::new());
        let mut t = Tape::record(&params, &mut arena);
        let v = t.input(x.shape(), x.data());
        let y = t.softmax(v);
        assert_eq!(t.value(y), [0.0, 0.0, 0.0, 0.5, 0.0, 0.5]);
        t.backward_with(y, &[3.0, 1.0, 4.0, 1.0, 5.0, 9.0], &mut Grads::like(&params));
        assert_eq!(t.grad(v), [0.0, 0.0, 0.0, -2.0, 0.0, 2.0]);
        // A class that is masked cannot be the answer: an infinite loss, not a NaN. One that is not costs as if it were absent.
        let row = Tensor::new([1, 3], vec![0.0, none, 0.0]);
        assert_eq!(run(&row, |t, x| t.cross_entropy(x, &[1])).0, [f64::INFINITY]);
        let (loss, d) = run(&row, |t, x| t.cross_entropy(x, &[0]));
        assert!((loss[0] - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(d, [-0.5, 0.0, 0.5]);
    }

    #[test]
    fn ignored_rows_do_not_count() {
        let z = Tensor::new([3, 2], vec![0.3, -1.0, f64::NAN, 7.0, 2.0, 1.0]);
        let (some, d) = run(&z, |t, x| t.cross_entropy(x, &[0, IGNORE, 1]));
        let two = Tensor::new([2, 2], vec![0.3, -1.0, 2.0, 1.0]);
        let (both, d_both) = run(&two, |t, x| t.cross_entropy(x, &[0, 1]));
        assert_eq!(some, both);
        assert_eq!(d[..2], d_both[..2]);
        assert_eq!(d[2..4], [0.0, 0.0]);
        assert_eq!(d[4..], d_both[2..]);
        assert_eq!(run(&z, |t, x| t.cross_entropy(x, &[IGNORE; 3])), (vec![0.0], vec![0.0; 6]));
    }

    #[test]
    fn nan_goes_through_every_operation() {
        type Unary = fn(&mut Tape<'_, f64>, Var) -> Var;
        let ops: [Unary; 14] = [
            |t, x| t.relu(x),
            |t, x| t.tanh(x),
            |t, x| t.sigmoid(x),
            |t, x| t.silu(x),
            |t, x| t.gelu(x),
            |t, x| t.exp(x),
            |t, x| t.ln(x),
            |t, x| t.sin(x),
            |t, x| t.sqrt(x),
            |t, x| t.square(x),
            |t, x| t.sum(x),
            |t, x| t.softmax(x),
            |t, x| t.cross_entropy(x, &[0]),
            |t, x| {
                let gain = t.constant([3], &[1.0; 3]);
                t.layernorm(x, gain, None, 1e-5)
            },
        ];
        let x = Tensor::new([1, 3], vec![1.0, f64::NAN, 0.5]);
        for (i, op) in ops.into_iter().enumerate() {
            let (y, _) = run(&x, op);
            let at = usize::from(y.len() > 1);
            assert!(y[at].is_nan(), "operation {i} hides a NaN: {y:?}");
        }
    }
}
