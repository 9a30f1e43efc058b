//! The backward pass of layer normalisation.

use linalg::Mat;

/// dL/dx, dL/dgamma and dL/dbeta.
///
/// With g = gamma·dy: dx = (g − mean(g) − x̂·mean(g·x̂))/σ. The two means are what flows through the row's mean and through its variance.
/// Gamma and beta are read by every row, so theirs are sums over rows.
pub fn layernorm_backward(x: &Mat, gamma: &[f64], dy: &Mat, eps: f64) -> (Mat, Vec<f64>, Vec<f64>) {
    let n = gamma.len();
    let (mut dx, mut dgamma, mut dbeta) = (Mat::zeros([x.rows(), n]), vec![0.0; n], vec![0.0; n]);
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n as f64;
    for t in 0..x.rows() {
        let (row, up) = (x.row(t), dy.row(t));
        let centre = mean(row);
        let centred: Vec<f64> = row.iter().map(|x| x - centre).collect();
        let deviation = (mean(&centred.iter().map(|c| c * c).collect::<Vec<_>>()) + eps).sqrt();
        let normal: Vec<f64> = centred.iter().map(|c| c / deviation).collect();
        let g: Vec<f64> = up.iter().zip(gamma).map(|(up, gain)| up * gain).collect();
        let along_one = mean(&g);
        let along_normal = mean(&g.iter().zip(&normal).map(|(g, n)| g * n).collect::<Vec<_>>());
        for j in 0..n {
            dx[[t, j]] = (g[j] - along_one - normal[j] * along_normal) / deviation;
            dgamma[j] += up[j] * normal[j];
            dbeta[j] += up[j];
        }
    }
    (dx, dgamma, dbeta)
}
