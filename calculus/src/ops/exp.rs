//! The exponential. Chapter: *Reverse mode*.

use super::elementwise::{accumulate, map_slice};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};

impl<T: Real> Tape<'_, T> {
    /// eˣ, element by element.
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
