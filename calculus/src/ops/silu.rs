//! The SiLU or swish, Llama's activation. Chapter: *Reverse mode*.

use super::elementwise::{accumulate, map};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::Real;

impl<T: Real> Tape<'_, T> {
    /// x·σ(x), element by element (Elfwing et al. 2018, Ramachandran et al. 2017).
    #[track_caller]
    pub fn silu(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "silu", forward: forward::<T>, backward: backward::<T> } };
        self.push(op, &[x], self.shape(x), Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    map(f.out, f.input(0), |x| x * sigmoid(x));
}

fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, x) = (b.d_out(), b.input(0));
    if let Some(d_x) = b.d_input(0) {
        accumulate(d_x, d_y, x, |d_y, x| {
            let s = sigmoid(x);
            d_y * s * (T::ONE + x * (T::ONE - s))
        });
    }
}

fn sigmoid<T: Real>(x: T) -> T {
    let half = T::from_f64(0.5);
    half * (T::ONE + (half * x).tanh())
}
