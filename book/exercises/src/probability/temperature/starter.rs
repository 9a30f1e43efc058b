//! Temperature: how bold a sampler is.
//!
//! ```text
//! p[i] = exp(z[i] / t) / Σⱼ exp(z[j] / t)
//! ```
//!
//! `z` holds the logits and `t` is 0 or a positive, finite number. Return a probability for each logit. It has to work for
//! logits up to ±1e300 and for any such `t`, 1e-310 and 1e300 too.
//!
//! * A logit of −∞ is masked: its probability is 0 at every temperature. If all are masked, return zeros, also for `t = 0`.
//! * `t = 0` means the limit: the largest logit gets 1 and the others 0. Of several largest ones, the lowest index gets the 1.
//! * No logits, no probabilities.
//! * No logit is NaN or +∞.

/// The probabilities of the logits `z` at temperature `t`.
pub fn temperature(z: &[f64], t: f64) -> Vec<f64> {
    todo!("a softmax with a knob")
}
