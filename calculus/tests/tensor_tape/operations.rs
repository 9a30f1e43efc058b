//! Every operation of the tape, as something that can be asked for inputs of random shapes and built on a tape of any numbers.

use calculus::tape::{IGNORE, Tape, Var};
use linalg::{Real, Shape, Tensor};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// An operation, or one of its forms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operation {
    Add,
    Sub,
    Mul,
    Div,
    Scale,
    Relu,
    Gelu,
    Silu,
    Tanh,
    Sigmoid,
    Exp,
    Ln,
    Sin,
    Sqrt,
    Square,
    Softmax,
    Layernorm,
    LayernormBias,
    Rmsnorm,
    Sum,
    Mean,
    CrossEntropy,
    Embedding,
    Reshape,
    Matmul,
    Linear,
    LinearBias,
    LinearOnto,
}
use Operation::*;

pub(super) const ALL: [Operation; 28] = [
    Add,
    Sub,
    Mul,
    Div,
    Scale,
    Relu,
    Gelu,
    Silu,
    Tanh,
    Sigmoid,
    Exp,
    Ln,
    Sin,
    Sqrt,
    Square,
    Softmax,
    Layernorm,
    LayernormBias,
    Rmsnorm,
    Sum,
    Mean,
    CrossEntropy,
    Embedding,
    Reshape,
    Matmul,
    Linear,
    LinearBias,
    LinearOnto,
];

/// A generator for the i-th round of an operation.
pub(super) fn random(op: Operation, round: u64) -> StdRng {
    StdRng::seed_from_u64(1000 * round + op as u64)
}

/// Numbers in (lo, hi).
pub(super) fn numbers(rng: &mut StdRng, shape: &[usize], lo: f64, hi: f64) -> Tensor<f64> {
    let n = Shape::new(shape).len();
    Tensor::new(Shape::new(shape), (0..n).map(|_| rng.random_range(lo..hi)).collect())
}

/// Up to four axes, each up to four long, now and then 0 or 1.
fn shape(rng: &mut StdRng) -> Vec<usize> {
    (0..rng.random_range(0..5)).map(|_| rng.random_range(0..5)).collect()
}

/// The same with a last axis of n.
fn rows(rng: &mut StdRng, n: usize) -> Vec<usize> {
    let mut dims: Vec<usize> = (0..rng.random_range(0..4)).map(|_| rng.random_range(0..5)).collect();
    dims.push(n);
    dims
}

impl Operation {
    /// Inputs of random shapes: broadcast in both directions where the operation broadcasts, and away from kinks and poles.
    pub(super) fn inputs(self, rng: &mut StdRng) -> Vec<Tensor<f64>> {
        match self {
            Add | Sub | Mul | Div => {
                let full = shape(rng);
                let mut side = |lo, hi| {
                    let skip = if rng.random_bool(0.5) { 0 } else { rng.random_range(0..=full.len()) };
                    let dims = full[skip..].iter();
                    let dims: Vec<usize> = dims.map(|&n| if rng.random_bool(0.3) { 1 } else { n }).collect();
                    numbers(rng, &dims, lo, hi)
                };
                vec![side(-2.0, 2.0), side(0.5, 2.0)]
            }
            Ln | Sqrt => {
                let dims = shape(rng);
                vec![numbers(rng, &dims, 0.3, 3.0)]
            }
            Relu => {
                let dims = shape(rng);
                vec![numbers(rng, &dims, -2.0, 2.0).map(|x| x + 0.1 * f64::signum(x))]
            }
            Softmax | CrossEntropy => {
                let n = rng.random_range(1..6);
                let dims = rows(rng, n);
                vec![numbers(rng, &dims, -3.0, 3.0)]
            }
            Layernorm | LayernormBias | Rmsnorm => {
                let n = rng.random_range(0..20);
                let dims = rows(rng, n);
                let mut all = vec![numbers(rng, &dims, -2.0, 2.0), numbers(rng, &[n], 0.5, 2.0)];
                if self == LayernormBias {
                    all.push(numbers(rng, &[n], -1.0, 1.0));
                }
                all
            }
            Mean => {
                let dims: Vec<usize> = shape(rng).iter().map(|&n| n.max(1)).collect();
                vec![numbers(rng, &dims, -2.0, 2.0)]
            }
            Embedding => {
                let (rows, d) = (rng.random_range(1..6), rng.random_range(0..5));
                vec![numbers(rng, &[rows, d], -1.0, 1.0)]
            }
            Matmul | Linear | LinearBias | LinearOnto => {
                let (k, n) = (rng.random_range(0..6), rng.random_range(0..6));
                let dims = rows(rng, k);
                let w = if self == Matmul { [k, n] } else { [n, k] };
                let mut all = vec![numbers(rng, &dims, -1.0, 1.0), numbers(rng, &w, -1.0, 1.0)];
                if self == LinearBias {
                    all.push(numbers(rng, &[n], -1.0, 1.0));
                }
                if self == LinearOnto {
                    let stream = [&dims[..dims.len() - 1], &[n]].concat();
                    all.push(numbers(rng, &stream, -1.0, 1.0));
                }
                all
            }
            Scale | Gelu | Silu | Tanh | Sigmoid | Exp | Sin | Square | Sum | Reshape => {
                let dims = shape(rng);
                vec![numbers(rng, &dims, -2.0, 2.0)]
            }
        }
    }

    /// Inputs so large that the work is shared among threads.
    pub(super) fn large(self, rng: &mut StdRng) -> Vec<Tensor<f64>> {
        const ROWS: usize = 600;
        const D: usize = 512; // 600·512 is above `elementwise::PARALLEL`
        let x = numbers(rng, &[ROWS, D], 0.5, 2.0);
        match self {
            Add | Sub | Mul | Div => vec![x.clone(), x],
            Layernorm | Rmsnorm => vec![x, numbers(rng, &[D], 0.5, 2.0)],
            LayernormBias => vec![x, numbers(rng, &[D], 0.5, 2.0), numbers(rng, &[D], 0.5, 2.0)],
            Matmul | Linear => vec![x, numbers(rng, &[D, D], -1.0, 1.0)],
            LinearBias => vec![x, numbers(rng, &[D, D], -1.0, 1.0), numbers(rng, &[D], -1.0, 1.0)],
            LinearOnto => vec![x.clone(), numbers(rng, &[D, D], -1.0, 1.0), x],
            _ => vec![x],
        }
    }

    /// The operation on the tape.
    pub(super) fn build<T: Real>(self, t: &mut Tape<'_, T>, x: &[Var]) -> Var {
        match self {
            Add => t.add(x[0], x[1]),
            Sub => t.sub(x[0], x[1]),
            Mul => t.mul(x[0], x[1]),
            Div => t.div(x[0], x[1]),
            Scale => t.scale(x[0], T::from_f64(-1.7)),
            Relu => t.relu(x[0]),
            Gelu => t.gelu(x[0]),
            Silu => t.silu(x[0]),
            Tanh => t.tanh(x[0]),
            Sigmoid => t.sigmoid(x[0]),
            Exp => t.exp(x[0]),
            Ln => t.ln(x[0]),
            Sin => t.sin(x[0]),
            Sqrt => t.sqrt(x[0]),
            Square => t.square(x[0]),
            Softmax => t.softmax(x[0]),
            Layernorm => t.layernorm(x[0], x[1], None, EPS),
            LayernormBias => t.layernorm(x[0], x[1], Some(x[2]), EPS),
            Rmsnorm => t.rmsnorm(x[0], x[1], EPS),
            Sum => t.sum(x[0]),
            Mean => t.mean(x[0]),
            CrossEntropy => {
                let targets = targets(t.shape(x[0]));
                t.cross_entropy(x[0], &targets)
            }
            Embedding => {
                let rows = t.shape(x[0])[0] as u32;
                let ids: Vec<u32> = (0..7).map(|i| (i * i + 2) % rows).collect(); // some rows twice, some never
                t.embedding(x[0], &ids)
            }
            Reshape => {
                let n = t.shape(x[0]).len();
                t.reshape(x[0], [n, 1])
            }
            Matmul => t.matmul(x[0], x[1]),
            Linear => t.linear(x[0], x[1], None),
            LinearBias => t.linear(x[0], x[1], Some(x[2])),
            LinearOnto => t.linear_onto(x[2], x[0], x[1]),
        }
    }

    /// What the operation calls itself.
    pub(super) fn name(self) -> &'static str {
        match self {
            Add => "add",
            Sub => "sub",
            Mul => "mul",
            Div => "div",
            Scale => "scale",
            Relu => "relu",
            Gelu => "gelu",
            Silu => "silu",
            Tanh => "tanh",
            Sigmoid => "sigmoid",
            Exp => "exp",
            Ln => "ln",
            Sin => "sin",
            Sqrt => "sqrt",
            Square => "square",
            Softmax => "softmax",
            Layernorm | LayernormBias => "layernorm",
            Rmsnorm => "rmsnorm",
            Sum => "sum",
            Mean => "mean",
            CrossEntropy => "cross_entropy",
            Embedding => "embedding",
            Reshape => "reshape",
            Matmul => "matmul",
            Linear | LinearBias => "linear",
            LinearOnto => "linear_onto",
        }
    }
}

/// Large enough for rows whose numbers happen to be nearly equal: their curvature is no matter for a difference quotient.
pub(super) const EPS: f64 = 1e-2;

/// A class for each row, and for every fourth none.
pub(super) fn targets(logits: Shape) -> Vec<u32> {
    let (classes, rows) = logits.split_last().unwrap();
    let rows: usize = rows.iter().product();
    (0..rows).map(|i| if i % 4 == 3 { IGNORE } else { ((3 * i + 1) % classes) as u32 }).collect()
}
