//! The eigenvalues of a 2×2 matrix.
//!
//! ```text
//! [a  b]     λ = (a + d)/2 ± √( ((a − d)/2)² + b·c )
//! [c  d]
//! ```
//!
//! Below the root is a number that decides. If it is not negative, there are two real eigenvalues; return them as `[[λ₁, 0], [λ₂, 0]]`, the
//! larger *number* first (2 before −5). If it is negative, the matrix turns, and they are a pair re ± im·i; return `[[re, im], [re, −im]]`
//! with im > 0 first.
//!
//! Every part must have nine right digits. Entries may be near 1e200 or 1e−200, although their squares are no f64; and of two eigenvalues one
//! may be 1e18 times as large as the other.

/// The eigenvalues of `[[a, b], [c, d]]`, each as real and imaginary part.
pub fn eigenvalues([[a, b], [c, d]]: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    todo!("two real numbers, or a pair")
}
