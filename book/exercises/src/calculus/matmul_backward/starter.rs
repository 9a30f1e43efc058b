//! The backward pass of a matrix product, where a language model spends two thirds of its training.
//!
//! ```text
//! C = A·B        A is (m, k), B is (k, n), C is (m, n)
//! ```
//!
//! Somewhere above, C becomes a loss, one number L. `dc` holds dL/dC, in the shape of C. Return dL/dA in the shape of A, and dL/dB in the
//! shape of B.
//!
//! `Mat` is a matrix of f64: `a[[i, k]]` is an entry, `a.rows()` and `a.cols()` are its size, `Mat::zeros([m, k])` makes one,
//! `a.transpose()` is another matrix, `a.matmul(&b)` a product.

use linalg::Mat;

/// dL/dA and dL/dB, from A, B and dL/dC.
pub fn matmul_backward(a: &Mat, b: &Mat, dc: &Mat) -> (Mat, Mat) {
    todo!("two products")
}
