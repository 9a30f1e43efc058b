//! The tensor tape: every operation against differences of itself, and the tape's own rules.

mod tape {
    use calculus::check::{Check, Report};
    use calculus::tape::{IGNORE, Params, Tape, Var};
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
            let (params, mut arena) = (Params::new(), calculus::tape::Arena::new());
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
        check(&[x.clone()], |t, x| t.sum(x[0]));
        check(&[x.clone()], |t, x| t.mean(x[0]));
        check(&[x.clone()], |t, x| {
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
        let x = random(&mut rng, &[6], 0.5, 2.0);
        check(&[x.clone()], |t, x| t.layernorm(x[0], x[0], Some(x[0]), 1e-5));
        check(&[x], |t, x| t.rmsnorm(x[0], x[0], 1e-5));
    }

    #[test]
    fn lookups_and_losses() {
        let mut rng = StdRng::seed_from_u64(6);
        let table = random(&mut rng, &[5, 3], -1.0, 1.0);
        check(&[table.clone()], |t, x| t.embedding(x[0], &[4, 0, 4, 4, 1]));
        check(&[table], |t, x| t.embedding(x[0], &[]));
        let logits = random(&mut rng, &[2, 3, 4], -3.0, 3.0);
        check(&[logits.clone()], |t, x| t.cross_entropy(x[0], &[0, 3, 1, 1, 2, 0]));
        check(&[logits.clone()], |t, x| t.cross_entropy(x[0], &[0, IGNORE, 1, 1, IGNORE, 0]));
        check(&[logits], |t, x| t.cross_entropy(x[0], &[IGNORE; 6]));
    }
}
