//! Softmax that cannot overflow.

/// The probabilities that belong to the logits `z`; zeros if all of them are −∞.
///
/// Subtracting the same number m from every logit multiplies numerator and denominator by e^(−m) and changes nothing. With
/// m = max z the largest exponent is 0: nothing overflows, and the sum is at least 1.
pub fn softmax(z: &[f64]) -> Vec<f64> {
    let max = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return vec![0.0; z.len()];
    }
    let exps: Vec<f64> = z.iter().map(|z| (z - max).exp()).collect();
    let sum: f64 = exps.iter().sum();
    exps.iter().map(|e| e / sum).collect()
}
