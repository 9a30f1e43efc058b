//! The natural logarithm. Chapter: *The tensor tape*.

use super::elementwise::{accumulate, map};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// ln x, element by element. −∞ at 0, NaN below: see [`Tape::first_non_finite`].
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2], &[1.0, 0.0]);
    /// let y = tape.ln(x);
    /// assert_eq!(tape.value(y), [0.0, f64::NEG_INFINITY]);
    /// ```
    #[track_caller]
    pub fn ln(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "ln", forward: forward::<T>, backward: backward::<T> } };
        self.push(op, &[x], self.shape(x), Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    map(f.out, f.input(0), T::ln);
}

fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, x) = (b.d_out(), b.input(0));
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, x, |d_y, x| d_y / x);
    }
}
