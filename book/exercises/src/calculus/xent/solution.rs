//! The gradient of the mean cross-entropy in the logits.

use linalg::Mat;

/// dL/dz of the mean cross-entropy of softmax(z) with the labels `y`: (p − one-hot(y))/B.
///
/// ln p\[y\] = z\[y\] − ln Σ exp z. The derivative of the first term in z\[j\] is 1 for j = y, else 0; that of the second is p\[j\].
/// Every row sums to 0: a shift of all logits changes nothing.
pub fn xent_backward(z: &Mat, y: &[usize]) -> Mat {
    let mut dz = z.clone();
    let samples = z.rows() as f64;
    for n in 0..z.rows() {
        let row = dz.row_mut(n);
        let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for z in row.iter_mut() {
            *z = (*z - max).exp();
        }
        let sum: f64 = row.iter().sum();
        for (j, p) in row.iter_mut().enumerate() {
            let target = if j == y[n] { 1.0 } else { 0.0 };
            *p = (*p / sum - target) / samples;
        }
    }
    dz
}
