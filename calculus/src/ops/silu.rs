//! The SiLU or swish, Llama's activation. Chapter: *The tensor tape*.

use super::elementwise::{CHUNK, PARALLEL, PARALLEL_COSTLY, vectorise};
use super::layernorm::add_row;
use super::sigmoid::sigmoid;
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, par};

impl<T: Real> Tape<'_, T> {
    /// x·σ(x), element by element (Elfwing et al. 2018, Ramachandran et al. 2017).
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([3], &[-1000.0, 0.0, 1000.0]);
    /// let y = tape.silu(x);
    /// assert_eq!(tape.value(y), [0.0, 0.0, 1000.0]);
    /// ```
    #[track_caller]
    pub fn silu(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "silu", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(x);
        self.push(op, &[x], shape, Attrs::default(), &[], shape.len())
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let x = f.input(0);
    // σ(x) stays in scratch, for backward.
    let parallel = x.len() >= PARALLEL_COSTLY;
    par::for_each_chunks([&mut *f.out, &mut *f.scratch], [CHUNK; 2], parallel, |i, [y, s]| {
        let x = &x[i * CHUNK..][..y.len()];
        s.copy_from_slice(x);
        sigmoid(s);
        vectorise!({
            for ((y, &s), &x) in y.iter_mut().zip(&*s).zip(x) {
                *y = x * s;
            }
        });
    });
}

// (x·σ)' = σ + x·σ·(1 − σ).
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, x, s) = (b.d_out(), b.input(0), &*b.scratch());
    let Some((d_x, beta)) = b.d_input(0) else { return };
    let parallel = x.len() >= PARALLEL;
    par::for_each_chunk(d_x, CHUNK, parallel, |i, d_x| {
        let at = i * CHUNK..i * CHUNK + d_x.len();
        let slope = |x, s| s + x * s * (T::ONE - s);
        let (x, d_y, s) = (&x[at.clone()], &d_y[at.clone()], &s[at]);
        vectorise!(add_row((d_x, beta), x, d_y, s, |x, d_y, s| d_y * slope(x, s)));
    });
}
