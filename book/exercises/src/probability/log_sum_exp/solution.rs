//! Log-sum-exp that cannot overflow.

/// The logarithm of the sum of the exponentials of `z`.
///
/// With m = max z the sum is e^m · Σ e^(z − m), and its logarithm m + ln Σ e^(z − m). Each term is at most 1, and the largest logit's
/// own is 1: nothing overflows, and the logarithm is never asked about 0.
pub fn log_sum_exp(z: &[f64]) -> f64 {
    // `f64::max` prefers a number to a NaN, so the maximum cannot tell.
    if z.iter().any(|z| z.is_nan()) {
        return f64::NAN;
    }
    let max = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max.is_infinite() {
        return max; // ∞ − ∞ is NaN; besides, the answer is known
    }
    let sum: f64 = z.iter().map(|z| (z - max).exp()).sum();
    max + sum.ln()
}
