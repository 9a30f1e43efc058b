//! Clip a gradient by its global norm (Pascanu, Mikolov and Bengio, 2013).
//!
//! The gradient of a model lies in several tensors. Together they are one long vector g:
//!
//! ```text
//! norm = √( Σ g[i]² )          over all numbers of all tensors
//! g ← g · max / norm           where norm > max; otherwise g stays as it is
//! ```
//!
//! All numbers are multiplied by the same factor, so that the step becomes shorter and keeps its direction. The function returns the norm *before*
//! clipping: it is what one plots.
//!
//! * max is positive.
//! * A gradient that is already short is not touched, and neither is one of zeros.
//! * If the norm is NaN or infinite, no factor mends it. The gradient is left as it is, for the caller to look at, and the norm is returned.
//! * There may be empty tensors, or none.

/// Shortens `grads` to norm `max` if it is longer. Returns its norm before.
pub fn clip(grads: &mut [Vec<f64>], max: f64) -> f64 {
    todo!("one norm of all tensors, one factor for all numbers")
}
