//! Root-mean-square normalisation. Chapter: *A GPT in one sitting*.

use super::layernorm::check_gain;
use super::matmul::flat;
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};

impl<T: Real> Tape<'_, T> {
    /// Root-mean-square normalisation over the last axis: y = gain·x/√(mean(x²) + eps).
    ///
    /// Layer normalisation without the mean; Llama's. Source: Zhang and Sennrich 2019.
    ///
    /// # Panics
    /// If `gain` is not a vector as long as the last axis; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn rmsnorm(&mut self, x: Var, gain: Var, eps: f64) -> Var {
        let op = const { &Op { name: "rmsnorm", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(x);
        check_gain("rmsnorm", shape, self.shape(gain));
        let [rows, n] = flat(shape);
        self.push(op, &[x, gain], shape, Attrs { f: [eps, 0.0], ..Attrs::default() }, &[], rows + n)
    }
}

// Scratch: 1/rms of each row, then room for backward's sum over rows.
fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let [_, n] = flat(f.shape(0));
    if n == 0 {
        return;
    }
    let (x, gain) = (f.input(0), f.input(1));
    let (per_n, eps) = (T::from_f64(1.0 / n as f64), T::from_f64(f.attrs.f[0]));
    for (r, (x, y)) in x.chunks_exact(n).zip(f.out.chunks_exact_mut(n)).enumerate() {
        let inverse = T::ONE / (kernels::dot(x, x) * per_n + eps).sqrt();
        f.scratch[r] = inverse;
        for j in 0..n {
            y[j] = x[j] * inverse * gain[j];
        }
    }
}

// With x̂ = x/rms and ŷ = gain·d_y: d_x = (ŷ − x̂·mean(ŷ·x̂))/rms.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let [rows, n] = flat(b.shape(0));
    if n == 0 {
        return;
    }
    let (x, gain, d_y) = (b.input(0), b.input(1), b.d_out());
    let per_n = T::from_f64(1.0 / n as f64);
    let (inverses, d_gain) = b.scratch().split_at_mut(rows);
    d_gain.fill(T::ZERO);
    let mut d_x = b.d_input(0);
    for r in 0..rows {
        let (x, d_y, inverse) = (&x[r * n..][..n], &d_y[r * n..][..n], inverses[r]);
        let mut along_x = T::ZERO;
        for j in 0..n {
            let normal = x[j] * inverse;
            d_gain[j] += d_y[j] * normal;
            along_x += d_y[j] * gain[j] * normal;
        }
        if let Some((d_x, beta)) = &mut d_x {
            let d_x = &mut d_x[r * n..][..n];
            let c = along_x * per_n;
            for j in 0..n {
                let d = (d_y[j] * gain[j] - x[j] * inverse * c) * inverse;
                d_x[j] = if *beta == T::ZERO { d } else { d + *beta * d_x[j] };
            }
        }
    }
    if let Some(d) = b.d_input(1) {
        super::elementwise::accumulate(d, d_gain, d_gain, |s, _| s);
    }
}
