//! The square. Chapter: *The tensor tape*.

use super::elementwise::{accumulate, map};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// x², element by element.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2], &[-2.0, 3.0]);
    /// let y = tape.square(x);
    /// assert_eq!(tape.value(y), [4.0, 9.0]);
    /// ```
    #[track_caller]
    pub fn square(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "square", forward: forward::<T>, backward: backward::<T> } };
        self.push(op, &[x], self.shape(x), Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    map(f.out, f.input(0), |x| x * x);
}

fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, x) = (b.d_out(), b.input(0));
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, x, |d_y, x| d_y * (x + x));
    }
}
