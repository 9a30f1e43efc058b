//! The nearest matrix of rank k.

use linalg::{Mat, Svd};

/// The matrix of rank `k` that is nearest to `a`.
pub fn rank_k(a: &Mat, k: usize) -> Mat {
    let Svd { u, s, vt } = Svd::new(a.view()).expect("finite numbers");
    let mut sum = Mat::zeros([a.rows(), a.cols()]);
    for p in 0..k.min(s.len()) {
        for i in 0..a.rows() {
            for j in 0..a.cols() {
                sum[[i, j]] += s[p] * u[[i, p]] * vt[[p, j]];
            }
        }
    }
    sum
}
