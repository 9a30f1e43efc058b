//! Division. Chapter: *The tensor tape*.

use super::broadcast::{self, reduce, zip};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// a/b, element by element, with broadcasting.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let (a, b) = (tape.constant([2], &[6.0, 8.0]), tape.constant([], &[2.0]));
    /// let y = tape.div(a, b);
    /// assert_eq!(tape.value(y), [3.0, 4.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast; the message names both and the caller's line.
    #[track_caller]
    pub fn div(&mut self, a: Var, b: Var) -> Var {
        let op = const { &Op { name: "div", forward: forward::<T>, backward: backward::<T> } };
        let (sa, sb) = (self.shape(a), self.shape(b));
        let Some(out) = sa.broadcast(sb) else { broadcast::mismatch("div", sa, sb) };
        self.push(op, &[a, b], out, Attrs::default(), &[], out.len())
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let (shape, a, b) = (f.out_shape(), (f.input(0), f.shape(0)), (f.input(1), f.shape(1)));
    zip((f.out, shape), a, b, |a, b| a / b);
}

// With y = a/b: d_a = d_y/b and d_b = −d_y·y/b.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, shape, sa, sb) = (b.d_out(), b.out_shape(), b.shape(0), b.shape(1));
    let (y, vb, work) = (b.out(), b.input(1), b.scratch());
    if let Some(d_a) = b.d_input(0) {
        reduce(d_a, sa, (d_y, shape), (vb, sb), |d_y, b| d_y / b);
    }
    if b.wants(1) {
        zip((work, shape), (y, shape), (vb, sb), |y, b| -y / b);
        let d_b = b.d_input(1).expect("wanted");
        reduce(d_b, sb, (d_y, shape), (work, shape), |d_y, w| d_y * w);
    }
}
