//! Layer normalisation. Chapter: *A GPT in one sitting*.

use super::matmul::flat;
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};

impl<T: Real> Tape<'_, T> {
    /// Layer normalisation over the last axis: y = gain·(x − mean)/√(variance + eps) + bias.
    ///
    /// The variance divides by n, not n − 1. Without `bias`, as nanoGPT has it, nothing is added. Source: Ba, Kiros and
    /// Hinton 2016.
    ///
    /// # Panics
    /// If `gain` or `bias` is not a vector as long as the last axis; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn layernorm(&mut self, x: Var, gain: Var, bias: Option<Var>, eps: f64) -> Var {
        let op = const { &Op { name: "layernorm", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(x);
        check_gain("layernorm", shape, self.shape(gain));
        let [rows, n] = flat(shape);
        let attrs = Attrs { f: [eps, 0.0], ..Attrs::default() };
        let scratch = 2 * rows + 2 * n;
        match bias {
            None => self.push(op, &[x, gain], shape, attrs, &[], scratch),
            Some(bias) => {
                check_gain("layernorm", shape, self.shape(bias));
                self.push(op, &[x, gain, bias], shape, attrs, &[], scratch)
            }
        }
    }
}

#[track_caller]
pub(super) fn check_gain(op: &str, shape: linalg::Shape, gain: linalg::Shape) {
    assert!(
        shape.rank() >= 1 && gain.dims() == &shape[shape.rank() - 1..],
        "{op}: shapes {shape} and {gain} do not match; wanted (…, n) and (n)"
    );
}

// Scratch: mean and 1/σ of each row, then room for backward's sums over rows.
fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let [rows, n] = flat(f.shape(0));
    if n == 0 {
        return;
    }
    let (x, gain) = (f.input(0), f.input(1));
    let bias = if f.arity() == 3 { f.input(2) } else { &[] };
    let (per_n, eps) = (T::from_f64(1.0 / n as f64), T::from_f64(f.attrs.f[0]));
    let (means, rest) = f.scratch.split_at_mut(rows);
    for (r, (x, y)) in x.chunks_exact(n).zip(f.out.chunks_exact_mut(n)).enumerate() {
        let mean = kernels::sum(x) * per_n;
        // In two passes: Σx² − n·mean² would lose all digits where the mean is large.
        for (y, &x) in y.iter_mut().zip(x) {
            *y = x - mean;
        }
        let variance = kernels::dot(y, y) * per_n;
        let inverse = T::ONE / (variance + eps).sqrt();
        (means[r], rest[r]) = (mean, inverse);
        for (y, &g) in y.iter_mut().zip(gain) {
            *y = *y * inverse * g;
        }
        if !bias.is_empty() {
            kernels::axpy(T::ONE, bias, y);
        }
    }
}

// With x̂ = (x − mean)/σ and ŷ = gain·d_y:
//     d_x = (ŷ − mean(ŷ) − x̂·mean(ŷ·x̂))/σ.
// The two means are what flows through the row's mean and its variance: d_x has no part along 1 and along x̂, the two
// directions that the normalisation takes out of x.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let [rows, n] = flat(b.shape(0));
    if n == 0 {
        return;
    }
    let (x, gain, d_y) = (b.input(0), b.input(1), b.d_out());
    let per_n = T::from_f64(1.0 / n as f64);
    let (means, rest) = b.scratch().split_at_mut(rows);
    let (inverses, sums) = rest.split_at_mut(rows);
    let (d_gain, d_bias) = sums.split_at_mut(n);
    d_gain.fill(T::ZERO);
    d_bias.fill(T::ZERO);
    let mut d_x = b.d_input(0);
    for r in 0..rows {
        let (x, d_y) = (&x[r * n..][..n], &d_y[r * n..][..n]);
        let (mean, inverse) = (means[r], inverses[r]);
        let (mut along_one, mut along_x) = (T::ZERO, T::ZERO);
        for j in 0..n {
            let normal = (x[j] - mean) * inverse;
            d_gain[j] += d_y[j] * normal;
            d_bias[j] += d_y[j];
            along_one += d_y[j] * gain[j];
            along_x += d_y[j] * gain[j] * normal;
        }
        if let Some((d_x, beta)) = &mut d_x {
            let d_x = &mut d_x[r * n..][..n];
            let (a, c) = (along_one * per_n, along_x * per_n);
            for j in 0..n {
                let normal = (x[j] - mean) * inverse;
                let d = (d_y[j] * gain[j] - a - normal * c) * inverse;
                d_x[j] = if *beta == T::ZERO { d } else { d + *beta * d_x[j] };
            }
        }
    }
    for (i, sums) in [(1, d_gain), (2, d_bias)] {
        if i < b.arity()
            && let Some((d, beta)) = b.d_input(i)
        {
            super::elementwise::accumulate((d, beta), sums, sums, |s, _| s);
        }
    }
}
