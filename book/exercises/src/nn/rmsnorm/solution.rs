//! RMSNorm, token by token.

use exercises::Mat;

/// Normalises each row of `x` by the root of its mean square, and multiplies column j by `gain[j]`.
///
/// Where x is large against √eps, a token that is twice as large gives the same result: only the direction passes.
pub fn rmsnorm(x: &Mat, gain: &[f64], eps: f64) -> Mat {
    let mut y = x.clone();
    for t in 0..x.rows() {
        let row = y.row_mut(t);
        let mean_square = row.iter().map(|v| v * v).sum::<f64>() / row.len() as f64;
        let rms = (mean_square + eps).sqrt(); // at least √eps: zeros stay zeros
        for (v, g) in row.iter_mut().zip(gain) {
            *v *= g / rms;
        }
    }
    y
}
