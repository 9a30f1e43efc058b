//! The Gaussian error linear unit, GPT's activation. Chapter: *A GPT in one sitting*.

use super::elementwise::{CHUNK, PARALLEL_COSTLY, accumulate, vectorise};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels, par};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

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
        self.push(op, &[x], shape, Attrs::default(), &[], shape.len())
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let x = f.input(0);
    let (half, scale) = (T::from_f64(0.5), T::from_f64(FRAC_1_SQRT_2));
    let parallel = x.len() >= PARALLEL_COSTLY;
    // Φ(x) stays in scratch: with it, backward needs no second erf.
    par::for_each_chunks([&mut *f.out, &mut *f.scratch], [CHUNK; 2], parallel, |i, [y, cdf]| {
        let x = &x[i * CHUNK..][..y.len()];
        vectorise!({
            for (p, &x) in cdf.iter_mut().zip(x) {
                *p = x * scale;
            }
        });
        kernels::erf(cdf);
        vectorise!({
            for ((y, p), &x) in y.iter_mut().zip(cdf).zip(x) {
                *p = half * (T::ONE + *p);
                *y = x * *p;
            }
        });
    });
}

// (x·Φ)' = Φ + x·φ, with the density φ(x) = e^(−x²/2)/√(2π).
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, x, cdf) = (b.d_out(), b.input(0), &*b.scratch());
    let Some((d_x, beta)) = b.d_input(0) else { return };
    let (minus_half, norm) = (T::from_f64(-0.5), T::from_f64(1.0 / (2.0 * PI).sqrt()));
    let parallel = x.len() >= PARALLEL_COSTLY;
    par::for_each_chunk(d_x, PIECE, parallel, |i, d_x| {
        let at = i * PIECE..i * PIECE + d_x.len();
        let (x, d_y, cdf) = (&x[at.clone()], &d_y[at.clone()], &cdf[at]);
        let mut density = [T::ZERO; PIECE];
        let density = &mut density[..x.len()];
        vectorise!({
            for (s, &x) in density.iter_mut().zip(x) {
                *s = minus_half * x * x;
            }
        });
        kernels::exp(density);
        vectorise!({
            for ((s, &x), &p) in density.iter_mut().zip(x).zip(cdf) {
                *s = p + x * norm * *s;
            }
        });
        accumulate((d_x, beta), d_y, density, |d_y, slope| d_y * slope);
    });
}

/// How many numbers backward handles at a time, on the stack.
const PIECE: usize = 1024;
