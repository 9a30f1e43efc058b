//! A = Q·R: orthonormal columns times an upper triangle.
//!
//! `a` has m rows and n ≤ m columns. Return Q of shape (m, n) with QᵀQ = I, and R of shape (n, n) with zeros below its
//! diagonal. Signs are yours to choose: a column of Q and its row of R may both be negative.
//!
//! QᵀQ = I is wanted to the last digits for *every* matrix: where columns are nearly dependent, where one of them is zero, and
//! where their squares are too large or too small for an f64. (A column of Q that nothing determines may be any that is
//! orthogonal to the others.)

use exercises::Mat;

/// Q and R.
pub fn qr(a: &Mat) -> (Mat, Mat) {
    let (m, n) = (a.rows(), a.cols());
    todo!("one mirror for each column")
}
