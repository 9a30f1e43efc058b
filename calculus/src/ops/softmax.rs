//! Softmax over the last axis. Chapter: *The tensor tape*.

use super::elementwise::{PARALLEL, PARALLEL_COSTLY, sum_of, vectorise};
use super::layernorm::add_row;
use super::matmul::flat;
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels, par};

impl<T: Real> Tape<'_, T> {
    /// e^(xᵢ)/Σ e^(xⱼ) over the last axis. A row of −∞ alone (all masked) gives zeros, and zero gradient.
    ///
    /// As the last layer before a loss use [`Tape::cross_entropy`] on the logits instead: it is stable and cheaper.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2, 2], &[1000.0, 1000.0, 0.0, f64::NEG_INFINITY]);
    /// let y = tape.softmax(x);
    /// assert_eq!(tape.value(y), [0.5, 0.5, 1.0, 0.0]);
    /// ```
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

/// How many rows one thread takes at a time.
const BLOCK: usize = 16;

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let [_, n] = flat(f.out_shape());
    let x = f.input(0);
    if n == 0 {
        return;
    }
    par::for_each_chunk(f.out, BLOCK * n, x.len() >= PARALLEL_COSTLY, |i, y| {
        y.copy_from_slice(&x[i * BLOCK * n..][..y.len()]);
        y.chunks_exact_mut(n).for_each(kernels::softmax);
    });
}

// The Jacobian is diag(y) − y·yᵀ, so d_x = y·(d_y − Σ d_y·y): one dot product a row, never the n×n matrix.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let [_, n] = flat(b.out_shape());
    let (y, d_y) = (b.out(), b.d_out());
    let Some((d_x, beta)) = b.d_input(0) else { return };
    if n == 0 {
        return;
    }
    par::for_each_chunk(d_x, BLOCK * n, y.len() >= PARALLEL, |i, d_x| {
        let at = i * BLOCK * n..i * BLOCK * n + d_x.len();
        let rows = y[at.clone()].chunks_exact(n).zip(d_y[at].chunks_exact(n));
        vectorise!({
            for ((y, d_y), d_x) in rows.zip(d_x.chunks_exact_mut(n)) {
                let mean = sum_of(y, d_y, |y, d_y| y * d_y);
                add_row((d_x, beta), y, d_y, y, |y, d_y, _| y * (d_y - mean));
            }
        });
    });
}
