//! Softmax at a temperature.

/// The probabilities of the logits `z` at temperature `t`.
///
/// The largest logit is subtracted *before* anything is divided: z/t may overflow for a small t, and ∞ − ∞ is NaN. A difference to
/// the largest is 0 or negative. Divided by t it can only fall, at worst to −∞, and e^(−∞) is 0.
pub fn temperature(z: &[f64], t: f64) -> Vec<f64> {
    let max = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut p = vec![0.0; z.len()];
    if max == f64::NEG_INFINITY {
        return p; // nothing to choose from
    }
    if t == 0.0 {
        if let Some(first) = z.iter().position(|&z| z == max) {
            p[first] = 1.0;
        }
        return p;
    }
    for (p, z) in p.iter_mut().zip(z) {
        *p = ((z - max) / t).exp();
    }
    let sum: f64 = p.iter().sum();
    for p in &mut p {
        *p /= sum;
    }
    p
}
