//! Softmax over the last axis. Chapter: *Softmax and sampling*.

use super::matmul::flat;
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};

impl<T: Real> Tape<'_, T> {
    /// e^(xᵢ)/Σ e^(xⱼ) over the last axis. A row of −∞ alone (all masked) gives zeros, and zero gradient.
    ///
    /// As the last layer before a loss use [`Tape::cross_entropy`] on the logits instead: it is stable and cheaper.
    ///
    /// # Panics
    /// If `x` is a single number without an axis.
    #[track_caller]
    pub fn softmax(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "softmax", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(x);
        assert!(shape.rank() >= 1, "softmax: shape {shape} has no axis to normalise over");
        self.push(op, &[x], shape, Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let [_, n] = flat(f.out_shape());
    f.out.copy_from_slice(f.input(0));
    if n > 0 {
        f.out.chunks_exact_mut(n).for_each(kernels::softmax);
    }
}

// The Jacobian is diag(y) − y·yᵀ, so d_x = y·(d_y − Σ d_y·y): one dot product a row, never the n×n matrix.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let [_, n] = flat(b.out_shape());
    let (y, d_y) = (b.out(), b.d_out());
    let Some((d_x, beta)) = b.d_input(0) else { return };
    if n == 0 {
        return;
    }
    for ((y, d_y), d_x) in y.chunks_exact(n).zip(d_y.chunks_exact(n)).zip(d_x.chunks_exact_mut(n)) {
        let mean = kernels::dot(y, d_y);
        super::elementwise::accumulate((d_x, beta), d_y, y, |d_y, y| y * (d_y - mean));
    }
}
