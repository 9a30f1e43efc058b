//! Fused operations against what they are made of: the same values and gradients, from operations that know nothing of each other.
//! (Attention is nn's, and so is its test: `values_and_gradients_equal_those_of_primitive_operations`.)

use super::operations::{EPS, Operation, numbers, random, targets};
use super::parts::{cross_entropy, divided_by_deviation, layernorm, linear, sigmoid, silu, softmax};
use calculus::tape::{Arena, Attrs, Backward, Forward, Grads, Op, Params, Tape, Var};
use linalg::{Real, Tensor};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

type Tape64<'a> = Tape<'a, f64>;

/// The error function, which the tape has only inside of its GELU.
fn erf(t: &mut Tape64<'_>, x: Var) -> Var {
    fn forward(f: &mut Forward<'_, f64>) {
        let x = f.input(0);
        f.out.iter_mut().zip(x).for_each(|(y, &x)| *y = Real::erf(x));
    }
    fn backward(b: &mut Backward<'_, f64>) {
        let (x, d_y) = (b.input(0), b.d_out());
        let Some((d_x, beta)) = b.d_input(0) else { return };
        for i in 0..x.len() {
            let d = FRAC_2_SQRT_PI * (-x[i] * x[i]).exp() * d_y[i];
            d_x[i] = if beta == 0.0 { d } else { d + d_x[i] };
        }
    }
    static ERF: Op<f64> = Op { name: "erf", forward, backward };
    t.push(&ERF, &[x], t.shape(x), Attrs::default(), &[], 0)
}

fn gelu(t: &mut Tape64<'_>, x: Var) -> Var {
    let scaled = t.scale(x, FRAC_1_SQRT_2);
    let erf = erf(t, scaled);
    let one = t.constant([], &[1.0]);
    let above = t.add(one, erf);
    let cdf = t.scale(above, 0.5);
    t.mul(x, cdf)
}

fn composed(op: Operation, t: &mut Tape64<'_>, x: &[Var]) -> Var {
    match op {
        Operation::Softmax => softmax(t, x[0]),
        Operation::CrossEntropy => {
            let targets = targets(t.shape(x[0]));
            cross_entropy(t, x[0], &targets)
        }
        Operation::Layernorm => layernorm(t, x[0], x[1], None, EPS),
        Operation::LayernormBias => layernorm(t, x[0], x[1], Some(x[2]), EPS),
        Operation::Rmsnorm => divided_by_deviation(t, x[0], x[1], EPS),
        Operation::Sigmoid => sigmoid(t, x[0]),
        Operation::Silu => silu(t, x[0]),
        Operation::Gelu => gelu(t, x[0]),
        Operation::Linear => linear(t, x[0], x[1], None),
        Operation::LinearBias => linear(t, x[0], x[1], Some(x[2])),
        Operation::LinearOnto => {
            let y = linear(t, x[0], x[1], None);
            t.add(x[2], y)
        }
        Operation::Mean => {
            let (n, sum) = (t.shape(x[0]).len(), t.sum(x[0]));
            t.scale(sum, 1.0 / n as f64)
        }
        _ => panic!("{op:?} is no fused operation"),
    }
}

/// The value of a graph and its gradients in all inputs.
fn run(
    inputs: &[Tensor<f64>],
    cotangent: &[f64],
    build: impl Fn(&mut Tape64<'_>, &[Var]) -> Var,
) -> (Vec<f64>, Vec<f64>) {
    let (params, mut arena) = (Params::new(), Arena::new());
    let mut t = Tape::record(&params, &mut arena);
    let vars: Vec<Var> = inputs.iter().map(|x| t.input(x.shape(), x.data())).collect();
    let y = build(&mut t, &vars);
    let cotangent = &cotangent[..t.value(y).len()];
    t.backward_with(y, cotangent, &mut Grads::like(&params));
    (t.value(y).to_vec(), vars.iter().flat_map(|&v| t.grad(v).to_vec()).collect())
}

/// A test for each fused operation, at random shapes.
macro_rules! equals_its_composition {
    ($($test:ident: $op:ident),* $(,)?) => {$(
        #[test]
        fn $test() {
            let op = Operation::$op;
            let mut compared = 0;
            for round in 200..320 {
                let rng = &mut random(op, round);
                let inputs = op.inputs(rng);
                let cotangent = numbers(rng, &[2000], -1.0, 1.0).into_data();
                let (y, d) = run(&inputs, &cotangent, |t, x| op.build(t, x));
                let (want_y, want_d) = run(&inputs, &cotangent, |t, x| composed(op, t, x));
                assert_eq!((y.len(), d.len()), (want_y.len(), want_d.len()));
                for (got, want) in y.iter().zip(&want_y).chain(d.iter().zip(&want_d)) {
                    let error = (got - want).abs();
                    assert!(error <= 1e-12 * want.abs().max(1.0), "{op:?}, round {round}: {got}, not {want}");
                    compared += 1;
                }
            }
            assert!(compared > 500, "{compared}");
        }
    )*};
}

equals_its_composition! {
    softmax_is_its_composition: Softmax,
    cross_entropy_is_its_composition: CrossEntropy,
    layernorm_is_its_composition: Layernorm,
    layernorm_with_a_bias_is_its_composition: LayernormBias,
    rmsnorm_is_its_composition: Rmsnorm,
    gelu_is_its_composition: Gelu,
    silu_is_its_composition: Silu,
    sigmoid_is_its_composition: Sigmoid,
    linear_is_its_composition: Linear,
    linear_with_a_bias_is_its_composition: LinearBias,
    linear_onto_a_stream_is_its_composition: LinearOnto,
    mean_is_its_composition: Mean,
}

/// Where the parts overflow, the whole does not: the other reason to fuse.
#[test]
fn fused_operations_survive_where_their_parts_do_not() {
    let logits = [Tensor::new([1, 3], vec![1000.0, 999.0, 0.0])];
    let (p, _) = run(&logits, &[1.0, -1.0, 0.5], |t, x| t.softmax(x[0]));
    let (parts, _) = run(&logits, &[1.0, -1.0, 0.5], |t, x| softmax(t, x[0]));
    assert!((p[0] - 1.0 / (1.0 + (-1_f64).exp())).abs() < 1e-15 && parts[0].is_nan());
    let (loss, d) = run(&logits, &[1.0], |t, x| t.cross_entropy(x[0], &[2]));
    let (parts, _) = run(&logits, &[1.0], |t, x| cross_entropy(t, x[0], &[2]));
    assert!((loss[0] - 1000.3132616875182).abs() < 1e-9 && d[2] == -1.0 && parts[0].is_nan());
    // A probability of e⁻⁸⁰⁰ is 0, and its logarithm lost; the difference of the logits is not.
    let unlikely = [Tensor::new([1, 2], vec![400.0, -400.0])];
    let (loss, _) = run(&unlikely, &[1.0], |t, x| t.cross_entropy(x[0], &[1]));
    let (parts, _) = run(&unlikely, &[1.0], |t, x| cross_entropy(t, x[0], &[1]));
    assert_eq!((loss[0], parts[0]), (800.0, f64::INFINITY));
    let far = [Tensor::new([2], vec![-1000.0, 1000.0])];
    let (y, d) = run(&far, &[1.0, 1.0], |t, x| t.silu(x[0]));
    let (_, parts) = run(&far, &[1.0, 1.0], |t, x| composed(Operation::Silu, t, x));
    assert_eq!((y[0], y[1], d[0], d[1]), (-0.0, 1000.0, 0.0, 1.0));
    assert!(parts[0].is_nan());
}
