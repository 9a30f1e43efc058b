//! The logistic function. Chapter: *The tensor tape*.

use super::elementwise::{accumulate, map_slice, vectorise};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};

impl<T: Real> Tape<'_, T> {
    /// 1/(1 + e^(−x)), element by element. Computed as (1 + tanh(x/2))/2, which cannot overflow.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([3], &[-1000.0, 0.0, 1000.0]);
    /// let y = tape.sigmoid(x);
    /// assert_eq!(tape.value(y), [0.0, 0.5, 1.0]);
    /// ```
    #[track_caller]
    pub fn sigmoid(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "sigmoid", forward: forward::<T>, backward: backward::<T> } };
        self.push(op, &[x], self.shape(x), Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    map_slice(f.out, f.input(0), sigmoid);
}

/// x ← σ(x), element by element.
pub(super) fn sigmoid<T: Real>(x: &mut [T]) {
    let half = T::from_f64(0.5);
    vectorise!(x.iter_mut().for_each(|x| *x *= half));
    kernels::tanh(x);
    vectorise!(x.iter_mut().for_each(|x| *x = half * (T::ONE + *x)));
}

// σ' = σ·(1 − σ): from the output.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, y) = (b.d_out(), b.out());
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, y, |d_y, y| d_y * y * (T::ONE - y));
    }
}
