//! The Gaussian error linear unit, GPT's activation. Chapter: *A GPT in one sitting*.

use super::elementwise::{PARALLEL_COSTLY, accumulate, map_slice};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels, par};

impl<T: Real> Tape<'_, T> {
    /// The exact GELU, x·Φ(x), element by element, with Φ the distribution function of the standard normal.
    ///
    /// Φ(x) = (1 + erf(x/√2))/2. PyTorch's `gelu` with its default `approximate='none'`; GPT-2's own code used a tanh
    /// that differs by up to 5e-4. Source: Hendrycks and Gimpel 2016.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([3], &[-100.0, 1.0, 100.0]);
    /// let y = tape.gelu(x);
    /// assert!((tape.value(y)[1] - 0.841_344_746_068_543).abs() < 1e-14); // Φ(1)
    /// assert_eq!(tape.value(y)[2], 100.0);
    /// ```
    #[track_caller]
    pub fn gelu(&mut self, x: Var) -> Var {
        let op = const { &Op { name: "gelu", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(x);
        self.push(op, &[x], shape, Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    map_slice(f.out, f.input(0), kernels::gelu);
}

// (x·Φ)' = Φ + x·φ, with the density φ(x) = e^(−x²/2)/√(2π). Φ is computed again: to keep it would take a write and a read of memory, and
// those last longer than an erf.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, x) = (b.d_out(), b.input(0));
    let Some((d_x, beta)) = b.d_input(0) else { return };
    let parallel = x.len() >= PARALLEL_COSTLY;
    par::for_each_chunk(d_x, PIECE, parallel, |i, d_x| {
        let at = i * PIECE..i * PIECE + d_x.len();
        let mut slope = [T::ZERO; PIECE];
        let slope = &mut slope[..d_x.len()];
        slope.copy_from_slice(&x[at.clone()]);
        kernels::gelu_slope(slope);
        accumulate((d_x, beta), &d_y[at], slope, |d_y, slope| d_y * slope);
    });
}

/// How many numbers backward handles at a time, on the stack.
const PIECE: usize = 1024;
