//! The matrix product C = A·B, by its definition.

use linalg::Mat;

/// The product of `a` (m×k) and `b` (k×n): C\[i, j\] = Σₖ A\[i, k\]·B\[k, j\].
pub fn matmul(a: &Mat, b: &Mat) -> Mat {
    let mut c = Mat::zeros([a.rows(), b.cols()]);
    for i in 0..a.rows() {
        for j in 0..b.cols() {
            let mut sum = 0.0;
            for k in 0..a.cols() {
                sum += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = sum;
        }
    }
    c
}
