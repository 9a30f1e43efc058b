//! Sum and mean over all elements. Chapter: *The tensor tape*.

use super::elementwise::accumulate;
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};

impl<T: Real> Tape<'_, T> {
    /// Σ xᵢ over all elements: a single number, of shape `[]`. 0 of nothing.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2, 2], &[1.0, 2.0, 3.0, 4.0]);
    /// let y = tape.sum(x);
    /// assert_eq!((tape.item(y), tape.shape(y).rank()), (10.0, 0));
    /// ```
    #[track_caller]
    pub fn sum(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "sum", forward: forward::<T>, backward: backward::<T> } };
        self.push(op, &[x], [], Attrs { f: [1.0, 0.0], ..Attrs::default() }, &[], 0)
    }

    /// The mean of all elements: a single number, of shape `[]`.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([2, 2], &[1.0, 2.0, 3.0, 4.0]);
    /// let y = tape.mean(x);
    /// assert_eq!(tape.item(y), 2.5);
    /// ```
    ///
    /// # Panics
    /// If there is no element: the mean of nothing is not a number, and silently making one costs a day.
    #[track_caller]
    pub fn mean(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "mean", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(x);
        let n = shape.len();
        assert!(n > 0, "mean: shape {shape} has no elements");
        self.push(op, &[x], [], Attrs { f: [1.0 / n as f64, 0.0], ..Attrs::default() }, &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    f.out[0] = T::from_f64(f.attrs.f[0]) * kernels::sum(f.input(0));
}

// Every element has the same influence.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (x, d) = (b.input(0), T::from_f64(b.attrs.f[0]) * b.d_out()[0]);
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, x, x, |_, _| d);
    }
}
