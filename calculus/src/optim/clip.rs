//! Clipping the gradient by its global norm. Chapter: *A GPT in one sitting*.

use crate::tape::Grads;
use linalg::Real;

/// √Σ g² over all parameters, summed in f64, so that no square of an f32 overflows.
pub fn global_norm<T: Real>(grads: &Grads<T>) -> f64 {
    // Independent lanes: the order of summation depends on the length alone, and the loop can be vectorised.
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let (chunks, rest) = grads.values().as_chunks::<LANES>();
    for chunk in chunks {
        for (s, g) in sums.iter_mut().zip(chunk) {
            *s += g.to_f64() * g.to_f64();
        }
    }
    let rest: f64 = rest.iter().map(|g| g.to_f64() * g.to_f64()).sum();
    (sums.iter().sum::<f64>() + rest).sqrt()
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
        grads.values_mut().iter_mut().for_each(|g| *g *= factor);
    }
    norm
}
