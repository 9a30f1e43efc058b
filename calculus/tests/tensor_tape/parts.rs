//! Fused operations from their parts: what the tape would record if it had only the simple ones.

use calculus::tape::{IGNORE, Tape, Var};
use linalg::{Real, Shape};

pub(crate) fn constant<T: Real>(t: &mut Tape<'_, T>, x: f64) -> Var {
    t.constant([], &[T::from_f64(x)])
}

/// Σ over the last axis, which stays with length 1: a product with a column of ones.
pub(crate) fn row_sum<T: Real>(t: &mut Tape<'_, T>, x: Var) -> Var {
    let n = *t.shape(x).last().unwrap();
    let ones = t.constant([n, 1], &vec![T::ONE; n]);
    t.matmul(x, ones)
}

pub(crate) fn row_mean<T: Real>(t: &mut Tape<'_, T>, x: Var) -> Var {
    let n = *t.shape(x).last().unwrap();
    let sum = row_sum(t, x);
    t.scale(sum, T::from_f64(1.0 / n as f64))
}

pub(crate) fn softmax<T: Real>(t: &mut Tape<'_, T>, x: Var) -> Var {
    let e = t.exp(x);
    let sum = row_sum(t, e);
    t.div(e, sum)
}

pub(crate) fn cross_entropy<T: Real>(t: &mut Tape<'_, T>, x: Var, targets: &[u32]) -> Var {
    let n = *t.shape(x).last().unwrap();
    let counted = targets.iter().filter(|&&t| t != IGNORE).count().max(1) as f64;
    let truth: Vec<T> = targets
        .iter()
        .flat_map(|&target| {
            (0..n).map(move |j| if target == j as u32 { T::from_f64(-1.0 / counted) } else { T::ZERO })
        })
        .collect();
    let p = softmax(t, x);
    let log = t.ln(p);
    let truth = t.constant(t.shape(x), &truth);
    let picked = t.mul(log, truth);
    t.sum(picked)
}

pub(crate) fn divided_by_deviation<T: Real>(t: &mut Tape<'_, T>, x: Var, gain: Var, eps: f64) -> Var {
    let square = t.square(x);
    let mean = row_mean(t, square);
    let eps = constant(t, eps);
    let variance = t.add(mean, eps);
    let deviation = t.sqrt(variance);
    let normal = t.div(x, deviation);
    t.mul(normal, gain)
}

pub(crate) fn layernorm<T: Real>(t: &mut Tape<'_, T>, x: Var, gain: Var, bias: Option<Var>, eps: f64) -> Var {
    let mean = row_mean(t, x);
    let centred = t.sub(x, mean);
    let y = divided_by_deviation(t, centred, gain, eps);
    bias.map_or(y, |bias| t.add(y, bias))
}

pub(crate) fn sigmoid<T: Real>(t: &mut Tape<'_, T>, x: Var) -> Var {
    let one = constant(t, 1.0);
    let minus = t.scale(x, -T::ONE);
    let e = t.exp(minus);
    let below = t.add(one, e);
    t.div(one, below)
}

pub(crate) fn silu<T: Real>(t: &mut Tape<'_, T>, x: Var) -> Var {
    let gate = sigmoid(t, x);
    t.mul(x, gate)
}

/// y\[r, o\] = Σᵢ x\[r, i\]·w\[o, i\]: every pair of rows, multiplied element by element.
pub(crate) fn linear<T: Real>(t: &mut Tape<'_, T>, x: Var, w: Var, bias: Option<Var>) -> Var {
    let (sx, [outputs, n]) = (t.shape(x), [t.shape(w)[0], t.shape(w)[1]]);
    let rows = sx[..sx.rank() - 1].iter().product();
    let x = t.reshape(x, [rows, 1, n]);
    let pairs = t.mul(x, w);
    let y = row_sum(t, pairs);
    let mut dims = sx[..sx.rank() - 1].to_vec();
    dims.push(outputs);
    let y = t.reshape(y, Shape::new(&dims));
    bias.map_or(y, |bias| t.add(y, bias))
}
