//! Clip a gradient by its global norm.

/// Shortens `grads` to norm `max` if it is longer. Returns its norm before.
pub fn clip(grads: &mut [Vec<f64>], max: f64) -> f64 {
    let norm = grads.iter().flatten().map(|g| g * g).sum::<f64>().sqrt();
    // A NaN is not larger than anything, and an infinite norm has no factor: both are the caller's to see.
    if norm > max && norm.is_finite() {
        let factor = max / norm;
        grads.iter_mut().flatten().for_each(|g| *g *= factor);
    }
    norm
}
