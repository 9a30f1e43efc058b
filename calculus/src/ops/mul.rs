//! Multiplication. Chapter: *The tensor tape*.

use super::broadcast::{self, reduce, zip};
use crate::tape::{Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// a·b, element by element, with broadcasting: a gate, a mask. `mul(a, a)` works: both gradients add up.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let (a, b) = (tape.constant([2, 1], &[1.0, 2.0]), tape.constant([3], &[1.0, 10.0, 100.0]));
    /// let y = tape.mul(a, b); // an outer product, by broadcasting
    /// assert_eq!(tape.value(y), [1.0, 10.0, 100.0, 2.0, 20.0, 200.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast; the message names both and the caller's line.
    #[track_caller]
    pub fn mul(&mut self, a: Var, b: Var) -> Var {
        let op = const { &Op { name: "mul", forward: forward::<T>, backward: backward::<T> } };
        broadcast::push(self, op, a, b)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let (shape, a, b) = (f.out_shape(), (f.input(0), f.shape(0)), (f.input(1), f.shape(1)));
    zip((f.out, shape), a, b, |a, b| a * b);
}

// Each factor's gradient is the other factor.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, sa, sb) = ((b.d_out(), b.out_shape()), b.shape(0), b.shape(1));
    let (va, vb) = (b.input(0), b.input(1));
    if let Some(d_a) = b.d_input(0) {
        reduce(d_a, sa, d_y, (vb, sb), |d_y, b| d_y * b);
    }
    if let Some(d_b) = b.d_input(1) {
        reduce(d_b, sb, d_y, (va, sa), |d_y, a| d_y * a);
    }
}
