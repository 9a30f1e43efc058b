//! The rectifier. Chapter: *The tensor tape*.

use super::elementwise::{accumulate, map};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// max(0, x), element by element. Its derivative at 0 is taken as 0, as everywhere in the field. NaN stays NaN.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([3], &[-1.0, 0.0, 2.0]);
    /// let y = tape.relu(x);
    /// assert_eq!(tape.value(y), [0.0, 0.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn relu(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "relu", forward: forward::<T>, backward: backward::<T> } };
        self.push(op, &[x], self.shape(x), Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    map(f.out, f.input(0), |x| if x <= T::ZERO { T::ZERO } else { x });
}

// The gate: open where x was positive.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, x) = (b.d_out(), b.input(0));
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, x, |d_y, x| if x <= T::ZERO { T::ZERO } else { d_y });
    }
}
