//! Principal components: the directions in which data vary most.
//!
//! ```text
//! x (samples, features), one sample a row        C = (x − mean)ᵀ·(x − mean) / (samples − 1)
//! directions (k, features): the k eigenvectors of C with the largest eigenvalues, one a row, of length 1
//! variances (k): these eigenvalues, descending
//! ```
//!
//! `k` is at most min(samples, features), and there are two samples or more. Signs are yours. The data may lie 1e7 away from the origin and vary
//! by 1.
//!
//! What you have: `Svd::new(a.view())`, which gives `u`, `s` (descending) and `vt` (one right singular vector a row), and
//! `Mat::from_fn(rows, cols, |i, j| …)`. Do not write to `x`.

use linalg::{Mat, Svd};

/// The `k` directions of largest variance, one a row, and the variances along them.
pub fn pca(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let _ = Svd::new(x.view());
    todo!("directions and variances")
}
