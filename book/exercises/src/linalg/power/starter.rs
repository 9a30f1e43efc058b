//! Power iteration: the eigenvalue that is largest in size, and its vector.
//!
//! ```text
//! v ← A·v / ‖A·v‖        again and again
//! λ = vᵀ·A·v             for a v of length 1
//! ```
//!
//! `a` is symmetric, with n rows (at least one). Choose a start vector yourself, make `steps` steps, return λ with its sign and v with length 1
//! (L2). In all tests `steps` is large enough to settle, but only if the start has a part along the answer. Diagonal matrices, and matrices
//! whose answer is (1, −1) or (1, 1), are ordinary inputs.
//!
//! * The sign of v is your choice. Where several vectors belong to λ, any of them.
//! * If A·v is zero, stop: λ is 0 and v its vector.
//! * Entries may be of any size, 1e200 or 1e-200. `linalg::norm2` knows how to measure such vectors; their squares do not exist.
//!
//! `a.rows()` is n, `a.row(i)` is row i as a slice, `a[[i, j]]` an entry.

use linalg::{Mat, norm2};

/// (λ, v) of the eigenvalue of `a` that is largest in size.
pub fn power(a: &Mat, steps: usize) -> (f64, Vec<f64>) {
    todo!("a start, and `steps` products, each normalised by {:?}", norm2(&[1.0]))
}
