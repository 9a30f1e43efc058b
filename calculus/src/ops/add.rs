//! Addition. Chapter: *The tensor tape*.

use super::broadcast::{self, reduce, zip};
use crate::tape::{Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// a + b, element by element, with broadcasting ([`linalg::Shape::broadcast`]): a residual connection, a bias.
    ///
    /// ```
    /// use calculus::tape::{Arena, Grads, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.input([2, 2], &[1.0, 2.0, 3.0, 4.0]);
    /// let bias = tape.input([2], &[10.0, 20.0]);
    /// let y = tape.add(x, bias);
    /// assert_eq!(tape.value(y), [11.0, 22.0, 13.0, 24.0]);
    /// let loss = tape.sum(y);
    /// tape.backward(loss, &mut Grads::like(&params));
    /// assert_eq!(tape.grad(bias), [2.0, 2.0]); // read twice, so summed over both rows
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast; the message names both and the caller's line.
    #[track_caller]
    pub fn add(&mut self, a: Var, b: Var) -> Var {
        let op = const { &Op { name: "add", forward: forward::<T>, backward: backward::<T> } };
        broadcast::push(self, op, a, b)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let (shape, a, b) = (f.out_shape(), (f.input(0), f.shape(0)), (f.input(1), f.shape(1)));
    zip((f.out, shape), a, b, |a, b| a + b);
}

// A sum passes its gradient on unchanged, to both.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, sa, sb) = ((b.d_out(), b.out_shape()), b.shape(0), b.shape(1));
    let (va, vb) = (b.input(0), b.input(1));
    if let Some(d_a) = b.d_input(0) {
        reduce(d_a, sa, d_y, (vb, sb), |d_y, _| d_y);
    }
    if let Some(d_b) = b.d_input(1) {
        reduce(d_b, sb, d_y, (va, sa), |d_y, _| d_y);
    }
}
