//! The square root. Chapter: *The tensor tape*.

use super::elementwise::{accumulate, map};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// √x, element by element. Its gradient at 0 is infinite, as the slope is.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2], &[4.0, 9.0]);
    /// let y = tape.sqrt(x);
    /// assert_eq!(tape.value(y), [2.0, 3.0]);
    /// ```
    #[track_caller]
    pub fn sqrt(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "sqrt", forward: forward::<T>, backward: backward::<T> } };
        self.push(op, &[x], self.shape(x), Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    map(f.out, f.input(0), T::sqrt);
}

// (√x)' = 1/(2√x): from the output.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, y) = (b.d_out(), b.out());
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, y, |d_y, y| d_y / (y + y));
    }
}
