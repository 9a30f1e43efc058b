//! Log-sum-exp: the logarithm of softmax's denominator.
//!
//! ```text
//! log_sum_exp(z) = ln(exp(z[0]) + exp(z[1]) + …)
//! ```
//!
//! The loss of a classifier is this minus one logit, so it has to be right where models are most sure of themselves:
//! 2000, −2000 and 1e308 are ordinary inputs, and `f64::exp(710.0)` is already infinite. Small terms count: beside a logit of 0, one
//! of −20 changes the answer in its ninth decimal.
//!
//! * A logit of −∞ is masked: it adds nothing to the sum. If all are masked, or if there are none at all, the sum is 0 and its
//!   logarithm −∞.
//! * If one or more logits are +∞, and none is NaN, the answer is +∞.
//! * If any logit is NaN, so is the answer, whatever the others are. (A NaN says that something broke earlier. Do not lose it.)

/// The logarithm of the sum of the exponentials of `z`.
pub fn log_sum_exp(z: &[f64]) -> f64 {
    todo!("a sum whose terms cannot overflow, and its logarithm")
}
