//! The exponential. Chapter: *The tensor tape*.

use super::elementwise::{accumulate, map_slice};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};

impl<T: Real> Tape<'_, T> {
    /// eˣ, element by element.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2], &[0.0, f64::ln(3.0)]);
    /// let y = tape.exp(x);
    /// assert!((tape.value(y)[1] - 3.0).abs() < 1e-15);
    /// ```
    #[track_caller]
    pub fn exp(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "exp", forward: forward::<T>, backward: backward::<T> } };
        self.push(op, &[x], self.shape(x), Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    map_slice(f.out, f.input(0), kernels::exp);
}

// Its own derivative, so the output is all that backward needs.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, y) = (b.d_out(), b.out());
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, y, |d_y, y| d_y * y);
    }
}
