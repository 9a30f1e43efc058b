//! Another shape for the same numbers. Chapter: *Tensors and matmul*.

use super::elementwise::accumulate;
use crate::tape::{Backward, Forward, Op, Tape, Var};
use linalg::{Real, Shape};

impl<T: Real> Tape<'_, T> {
    /// The same numbers in the same order under another shape. Nothing is copied (except from a parameter, once).
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2, 2], &[1.0, 2.0, 3.0, 4.0]);
    /// let y = tape.reshape(x, [4]);
    /// assert_eq!(tape.value(y).as_ptr(), tape.value(x).as_ptr());
    /// ```
    ///
    /// # Panics
    /// If the number of elements would change.
    #[track_caller]
    pub fn reshape(&mut self, x: Var, shape: impl Into<Shape>) -> Var {
        let op = const { &Op { name: "reshape", forward: forward::<T>, backward: backward::<T> } };
        let (old, new) = (self.shape(x), shape.into());
        assert!(old.len() == new.len(), "reshape: cannot reshape {old} to {new}");
        self.push_alias(op, x, new)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    f.out.copy_from_slice(f.input(0));
}

fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let d_y = b.d_out();
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, d_y, |d_y, _| d_y);
    }
}
