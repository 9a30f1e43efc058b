//! Subtraction. Chapter: *The tensor tape*.

use super::broadcast::{self, reduce, zip};
use crate::tape::{Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// a − b, element by element, with broadcasting.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let (a, b) = (tape.constant([2], &[5.0, 7.0]), tape.constant([1], &[2.0]));
    /// let y = tape.sub(a, b);
    /// assert_eq!(tape.value(y), [3.0, 5.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast; the message names both and the caller's line.
    #[track_caller]
    pub fn sub(&mut self, a: Var, b: Var) -> Var {
        let op = const { &Op { name: "sub", forward: forward::<T>, backward: backward::<T> } };
        broadcast::push(self, op, a, b)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let (shape, a, b) = (f.out_shape(), (f.input(0), f.shape(0)), (f.input(1), f.shape(1)));
    zip((f.out, shape), a, b, |a, b| a - b);
}

// As addition, with the sign of b's gradient turned.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, sa, sb) = ((b.d_out(), b.out_shape()), b.shape(0), b.shape(1));
    let (va, vb) = (b.input(0), b.input(1));
    if let Some(d_a) = b.d_input(0) {
        reduce(d_a, sa, d_y, (vb, sb), |d_y, _| d_y);
    }
    if let Some(d_b) = b.d_input(1) {
        reduce(d_b, sb, d_y, (va, sa), |d_y, _| -d_y);
    }
}
