//! Solve A·x = b by elimination.
//!
//! For each column k: among the rows k, k+1, … find the entry of the largest size in column k, exchange that row with row k (in
//! b as well), and subtract multiples of row k from all rows below, so that column k becomes 0 there. What is left is a triangle: its
//! last equation has one unknown.
//!
//! `a` is square, `b` has as many entries. If in some column nothing but exact zeros is left to choose from, the answer is
//! `Err(Singular)`; a small number is not a zero. No equations, no unknowns. (`a.clone()` and `b.to_vec()` are yours to change; the
//! entry in row i and column j is `a[[i, j]]`.)

use exercises::Mat;
use exercises::linalg::solve::Singular;

/// x with A·x = b.
///
/// # Errors
/// [`Singular`] if in some column nothing but zeros is left to divide by.
pub fn solve(a: &Mat, b: &[f64]) -> Result<Vec<f64>, Singular> {
    todo!("eliminate, then substitute back")
}
