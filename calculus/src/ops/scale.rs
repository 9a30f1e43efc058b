//! Multiplication by a fixed number. Chapter: *The tensor tape*.

use super::elementwise::{accumulate, map};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// s·x, element by element, for a number that wants no gradient.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2], &[1.0, -2.0]);
    /// let y = tape.scale(x, 10.0);
    /// assert_eq!(tape.value(y), [10.0, -20.0]);
    /// ```
    #[track_caller]
    pub fn scale(&mut self, x: Var, s: T) -> Var {
        let op = const { &Op { name: "scale", forward: forward::<T>, backward: backward::<T> } };
        // A value and not an attribute (which is an f64), so that a dual number keeps its derivative.
        let s = self.constant([], &[s]);
        self.push(op, &[x, s], self.shape(x), Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let s = f.input(1)[0];
    map(f.out, f.input(0), |x| s * x);
}

fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, s) = (b.d_out(), b.input(1)[0]);
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, d_y, |d_y, _| s * d_y);
    }
}
