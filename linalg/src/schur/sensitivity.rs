//! How far an eigenvalue moves when the matrix does. Chapter: *Eigenvalues without symmetry*.
//!
//! A change of A by E moves a simple eigenvalue by uᴴ·E·v/(uᴴ·v), with v its eigenvector and u the one of the other side. Both have length 1, so
//! the move is at most ‖E‖/|uᴴ·v|, up to what is quadratic in E. If u and v point the same way, as for a symmetric matrix, it is at
//! most ‖E‖. If they are nearly at right angles, eigenvalues are easily moved.

use super::square::Square;
use super::{GeneralEigen, Sides, balance, conjugates, prepare, sides, unscaled, worst_residual};
use crate::complex::Complex;
use crate::error::Error;
use crate::norms::frobenius;
use crate::tensor::Mat;
use crate::view::View;

/// Eigenvalues, the eigenvectors of both sides, and by how much each eigenvalue can be moved: A·vₖ = λₖ·vₖ, uₖᴴ·A = λₖ·uₖᴴ.
///
/// Shapes: A (n, n), n eigenvalues and conditions, both sets of vectors (n, n), packed as in [`GeneralEigen`].
///
/// ```
/// use linalg::{Mat, Sensitivity};
///
/// let a = Mat::from_rows(&[[0.9, 5.0], [0.0, 0.8]]);
/// let s = Sensitivity::new(a.view())?;
/// // The eigenvectors (1, 0) and (-50, 1) nearly coincide: a change of 0.001 may move 0.9 by 0.05.
/// assert!((s.conditions[0] - 2501_f64.sqrt()).abs() < 1e-9);
/// let moved = linalg::eigenvalues(Mat::from_rows(&[[0.9, 5.0], [0.0005, 0.8]]).view())?;
/// assert!(moved.iter().any(|z| (z.re - 0.9).abs() > 0.02));
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: as [`GeneralEigen`], and up to 4n³ FLOP for the other side.
///
/// Accuracy: ‖A·v − λ·v‖/‖A‖ and ‖Aᵀ·u − λ̄·u‖/‖A‖ are a small multiple of n·2⁻⁵². A condition c is known to about c²·n·2⁻⁵², relative to the
/// distance of its eigenvalue from the others: a large one tells its size and no digits.
///
/// Source: J. Wilkinson, *The Algebraic Eigenvalue Problem* (1965), ch. 2; Golub & Van Loan, *Matrix Computations*, 4th ed., section 7.2.2; LAPACK's
/// `dtrsna`.
#[derive(Clone, Debug)]
pub struct Sensitivity {
    /// Eigenvalues, and the vectors v.
    pub eigen: GeneralEigen,
    /// The vectors u, one or two columns each.
    pub left: Mat,
    /// 1/|uₖᴴ·vₖ|, at least 1: how many times ‖E‖ the eigenvalue λₖ moves at most, for small E. Where eigenvectors are missing it is
    /// about 10¹⁶ or infinite.
    pub conditions: Vec<f64>,
}

impl Sensitivity {
    /// Decomposes a matrix.
    ///
    /// # Errors
    /// As [`Schur::new`](super::Schur::new).
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        let (a, scale) = prepare("sensitivity", a)?;
        let mut balanced = a.clone();
        let units = balance::balance(&mut balanced);
        let mut found = sides(balanced, &units, true)?;
        if units.iter().any(|&unit| unit != 1.0) {
            let whole = [0, a.n()];
            let allowed = 25.0 * a.n() as f64 * f64::EPSILON * frobenius(a.part(whole, whole));
            if worst_of_both(&a, &found) > allowed {
                let ones = vec![1.0; units.len()];
                found = sides(a, &ones, true)?;
            }
        }
        let Sides { values, right, left } = found;
        let conditions = conditions(&values, &right, &left);
        let values = unscaled("sensitivity", values, scale)?;
        Ok(Sensitivity {
            eigen: GeneralEigen { values, vectors: right.transpose() },
            left: left.transpose(),
            conditions,
        })
    }

    /// Real and imaginary part of u for `eigen.values[k]`.
    ///
    /// # Panics
    /// If there is no eigenvalue k.
    #[track_caller]
    pub fn left_vector(&self, k: usize) -> (Vec<f64>, Vec<f64>) {
        super::vector(&self.eigen.values, &self.left, k)
    }
}

/// The largest residual on either side.
fn worst_of_both(a: &Square, found: &Sides) -> f64 {
    let whole = [0, a.n()];
    let transposed = Square::scaled(a.part(whole, whole).transpose(), 1.0);
    // Aᵀ·u = λ̄·u
    let left = worst_residual(&transposed, &conjugates(&found.values), &found.left);
    worst_residual(a, &found.values, &found.right).max(left)
}

/// 1/|uᴴ·v|, from vectors by rows.
// ANCHOR: conditions
fn conditions(values: &[Complex], right: &Mat, left: &Mat) -> Vec<f64> {
    let dot = |i: usize, j: usize| crate::dot(left.row(i), right.row(j));
    let mut conditions = Vec::with_capacity(values.len());
    while let Some(value) = values.get(conditions.len()) {
        let k = conditions.len();
        if value.im == 0.0 {
            conditions.push(1.0 / dot(k, k).abs());
        } else {
            // uᴴ·v of (p − iq)ᵀ·(x + iy)
            let product = Complex::new(dot(k, k) + dot(k + 1, k + 1), dot(k, k + 1) - dot(k + 1, k));
            conditions.extend([1.0 / product.abs(); 2]); // a pair moves together
        }
    }
    conditions.into_iter().map(|c| c.max(1.0)).collect()
}
// ANCHOR_END: conditions
