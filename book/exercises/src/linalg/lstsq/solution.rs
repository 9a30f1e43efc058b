//! Least squares: the x that makes ‖A·x − b‖₂ smallest.

use exercises::Mat;

/// The coefficients.
///
/// Mirrors keep lengths, so A and b may both be reflected until A is a triangle: its equations can be solved, and the rest of b is what no x
/// explains. AᵀA is never formed, and Q neither.
pub fn lstsq(a: &Mat, b: &[f64]) -> Vec<f64> {
    let (m, n) = (a.rows(), a.cols());
    let (mut r, mut x) = (a.clone(), b.to_vec());
    for k in 0..n {
        let mut v: Vec<f64> = (k..m).map(|i| r[[i, k]]).collect();
        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v[0] += length.copysign(v[0]);
        let square: f64 = v.iter().map(|x| x * x).sum();
        for j in k..n {
            let factor = 2.0 * (0..m - k).map(|i| v[i] * r[[k + i, j]]).sum::<f64>() / square;
            for i in 0..m - k {
                r[[k + i, j]] -= factor * v[i];
            }
        }
        let factor = 2.0 * (0..m - k).map(|i| v[i] * x[k + i]).sum::<f64>() / square;
        for i in 0..m - k {
            x[k + i] -= factor * v[i];
        }
    }
    for i in (0..n).rev() {
        for j in i + 1..n {
            x[i] -= r[[i, j]] * x[j];
        }
        x[i] /= r[[i, i]];
    }
    x.truncate(n);
    x
}
