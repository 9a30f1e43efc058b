//! The Gaussian error linear unit, GPT's activation. Chapter: *A GPT in one sitting*.

use super::elementwise::accumulate;
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

impl<T: Real> Tape<'_, T> {
    /// The exact GELU, x·Φ(x), element by element, with Φ the distribution function of the standard normal.
    ///
    /// Φ(x) = (1 + erf(x/√2))/2. PyTorch's `gelu` with its default `approximate='none'`; GPT-2's own code used a tanh
    /// that differs by up to 5e-4. Source: Hendrycks and Gimpel 2016.
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
    // Φ(x) stays in scratch: with it, backward needs no second erf.
    for (p, &x) in f.scratch.iter_mut().zip(x) {
        *p = x * scale;
    }
    kernels::erf(f.scratch);
    for ((y, p), &x) in f.out.iter_mut().zip(f.scratch.iter_mut()).zip(x) {
        *p = half * (T::ONE + *p);
        *y = x * *p;
    }
}

// (x·Φ)' = Φ + x·φ, with the density φ(x) = e^(−x²/2)/√(2π).
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d_y, x, cdf) = (b.d_out(), b.input(0), b.scratch());
    let Some((d_x, beta)) = b.d_input(0) else { return };
    const BLOCK: usize = 256;
    let mut slope = [T::ZERO; BLOCK];
    let (minus_half, norm) = (T::from_f64(-0.5), T::from_f64(1.0 / (2.0 * PI).sqrt()));
    for start in (0..x.len()).step_by(BLOCK) {
        let n = BLOCK.min(x.len() - start);
        let x = &x[start..][..n];
        let slope = &mut slope[..n];
        for (s, &x) in slope.iter_mut().zip(x) {
            *s = minus_half * x * x;
        }
        kernels::exp(slope);
        for ((s, &x), &p) in slope.iter_mut().zip(x).zip(&cdf[start..][..n]) {
            *s = p + x * norm * *s;
        }
        accumulate((&mut d_x[start..][..n], beta), &d_y[start..][..n], slope, |d_y, s| d_y * s);
    }
}
