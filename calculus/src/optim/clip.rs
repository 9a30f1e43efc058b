//! Clipping the gradient by its global norm. Chapter: *A GPT in one sitting*.

use crate::ops::elementwise::{CHUNK, LANES, PARALLEL, vectorise};
use crate::tape::Grads;
use linalg::{Real, par};

/// √Σ g² over all parameters, summed in f64, so that no square of an f32 overflows.
pub fn global_norm<T: Real>(grads: &Grads<T>) -> f64 {
    // A fixed number of parts, whatever the number of threads, added in order: always the same bits.
    const PARTS: usize = 64;
    let g = grads.values();
    let size = g.len().div_ceil(PARTS).max(1);
    let mut sums = [0.0; PARTS];
    par::for_each_chunk(&mut sums, 1, g.len() >= PARALLEL, |i, sum| {
        let part = &g[(i * size).min(g.len())..((i + 1) * size).min(g.len())];
        sum[0] = vectorise!(sum_of_squares(part));
    });
    sums.iter().sum::<f64>().sqrt()
}

#[inline(always)]
pub(crate) fn sum_of_squares<T: Real>(x: &[T]) -> f64 {
    let (chunks, rest) = x.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for x in chunks {
        for l in 0..LANES {
            lanes[l] += x[l].to_f64() * x[l].to_f64();
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|x| x.to_f64() * x.to_f64()).sum::<f64>()
}

/// Shortens the gradient to norm `max` if it is longer, keeping its direction. Returns the norm before.
///
/// All parameters are scaled by the same factor: one bad batch makes a short step, not a wrong one. A norm that is not finite
/// is returned and the gradient left as it is: no factor can mend it, so skip that step and look at
/// [`Tape::first_non_finite`](crate::tape::Tape::first_non_finite). Source: Pascanu, Mikolov and Bengio 2013, algorithm 1.
///
/// ```
/// use calculus::optim::clip_global_norm;
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("a", Tensor::full([1], 0.0), true);
/// params.add("b", Tensor::full([1], 0.0), true);
/// let mut grads = Grads::like(&params);
/// grads.values_mut().copy_from_slice(&[3.0, 4.0]);
/// assert_eq!(clip_global_norm(&mut grads, 1.0), 5.0);
/// assert!((grads.values()[0] - 0.6_f64).abs() < 1e-15 && (grads.values()[1] - 0.8).abs() < 1e-15);
/// ```
pub fn clip_global_norm<T: Real>(grads: &mut Grads<T>, max: f64) -> f64 {
    let norm = global_norm(grads);
    if norm.is_finite() && norm > max {
        let factor = T::from_f64(max / norm);
        let parallel = grads.values().len() >= PARALLEL;
        par::for_each_chunk(grads.values_mut(), CHUNK, parallel, |_, g| {
            vectorise!(g.iter_mut().for_each(|g| *g *= factor));
        });
    }
    norm
}
