//! The matrix product C = A·B.
//!
//! ```text
//! C[i, j] = Σₖ A[i, k] · B[k, j]        (m, k) · (k, n) → (m, n)
//! ```
//!
//! What you have: `a.rows()`, `a.cols()`, `a[[i, k]]`, `Mat::zeros([m, n])`, and `c[[i, j]] = …` to write. Three loops are
//! enough; `Tensor::matmul` would rather spoil it. An inner dimension of 0 is allowed: an empty sum is 0.
//! A NaN in A or B reaches every number that it is a term of: 0 · NaN is NaN.

use linalg::Mat;

/// The product of `a` (m×k) and `b` (k×n).
pub fn matmul(a: &Mat, b: &Mat) -> Mat {
    todo!("three loops")
}
