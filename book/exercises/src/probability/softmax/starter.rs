//! Softmax: scores (logits) become probabilities.
//!
//! ```text
//! p[i] = exp(z[i]) / Σⱼ exp(z[j])
//! ```
//!
//! It has to work for logits of any size: 2000 and −2000 are ordinary inputs, and `f64::exp(710.0)` is already infinite. A
//! logit of −∞ is masked: its probability is 0. If all are masked, return zeros: there is nothing to choose from. No logits,
//! no probabilities.

/// The probabilities that belong to the logits `z`.
pub fn softmax(z: &[f64]) -> Vec<f64> {
    todo!("exponentials that cannot overflow")
}
