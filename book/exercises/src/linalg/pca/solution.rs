//! Principal components by the singular value decomposition.

use linalg::{Mat, Svd};

/// The `k` directions of largest variance, one a row, and the variances along them.
pub fn pca(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let (samples, features) = (x.rows(), x.cols());
    let mean: Vec<f64> =
        (0..features).map(|j| (0..samples).map(|i| x[[i, j]]).sum::<f64>() / samples as f64).collect();
    let centred = Mat::from_fn(samples, features, |i, j| x[[i, j]] - mean[j]);
    // C = XᵀX/(n − 1) and X = UΣVᵀ, so C = V·Σ²/(n − 1)·Vᵀ: without forming it, whose condition would be that of X, squared.
    let svd = Svd::new(centred.view()).expect("finite data");
    let directions = Mat::from_fn(k, features, |i, j| svd.vt[[i, j]]);
    let variances = svd.s[..k].iter().map(|s| s * s / (samples - 1) as f64).collect();
    (directions, variances)
}
