//! Symmetric matrices: the directions they only stretch. Chapter: *Eigenvalues*.
//!
//! All of them: two steps, each of which keeps the eigenvalues. Mirrors bring the matrix to three diagonals in one pass
//! (`tridiagonal.rs`), then rotations drive the two outer ones to zero, eigenvalue by eigenvalue (`ql.rs`). The vectors follow
//! every move: nine tenths of the time goes into that, so it is done in an order that the cache likes (`rotations.rs`). Larger
//! matrices are cut in halves instead, which turns the second step into matrix products (`divide.rs`, `secular.rs`); and their
//! mirrors are made in panels (`panels.rs`), which does that for half of the first.
//!
//! One, or a few: [`power`], [`inverse`], [`rayleigh`], [`Lanczos`]. The shortest: [`jacobi`]. None, but a bound: [`discs`].

mod divide;
mod gershgorin;
mod jacobi;
mod lanczos;
mod padded;
mod panels;
mod power;
mod ql;
mod rotations;
mod secular;
mod tridiagonal;

pub use gershgorin::{Disc, discs};
pub use jacobi::jacobi;
pub use lanczos::{Lanczos, Ritz, Which};
pub use power::{Pair, inverse, power, rayleigh};

use crate::error::{Error, check_finite, check_square, check_symmetric};
use crate::householder::power_of_two_for;
use crate::par;
use crate::tensor::Mat;
use crate::view::View;
use padded::{LINE, Padded};
use rotations::Basis;

/// A = V·Λ·Vᵀ for a symmetric A: real eigenvalues, orthonormal eigenvectors.
///
/// A·vₖ = λₖ·vₖ. Shapes: A and V (n, n), λ n numbers in ascending order; column k of V belongs to λₖ, as in NumPy's `eigh`.
/// Each vector is determined up to its sign; those of equal eigenvalues up to a rotation among themselves.
///
/// ```
/// use linalg::{Mat, SymmetricEigen};
///
/// // Stretches the diagonal direction (1, 1) by 3, and leaves the other, (1, −1), alone.
/// let a = Mat::from_rows(&[[2.0, 1.0], [1.0, 2.0]]);
/// let SymmetricEigen { values, vectors } = SymmetricEigen::new(a.view())?;
/// assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15);
/// assert!((vectors[[0, 1]] - vectors[[1, 1]]).abs() < 1e-15); // second column: (1, 1)/√2, or its opposite
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 4n³/3 FLOP for the three diagonals, at most 4n³/3 for the halves, 2n³ to take their vectors back (the last two as matrix
/// products); 4n² numbers of memory. Up to n = 32, and by [`Self::by_ql`]: 4n³/3 for the basis and about 5n³ for rotations instead.
///
/// Accuracy: ‖A·V − V·Λ‖/‖A‖ and ‖VᵀV − I‖ are a small multiple of n·2⁻⁵², at any scale of the entries. Eigenvalues much
/// smaller than the largest have that *absolute* error, so their leading digits may be all they have.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., sections 8.3.1 and 8.3.4; Parlett, *The Symmetric Eigenvalue
/// Problem*, chapter 8; EISPACK's `tred2` and `tql2`; for the halves M. Gu, S. Eisenstat, SIAM J. Matrix Anal. Appl. 16 (1995).
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// λ, ascending.
    pub values: Vec<f64>,
    /// V, one column an eigenvector.
    pub vectors: Mat,
}

const NAME: &str = "symmetric eigen-decomposition";

impl SymmetricEigen {
    /// Decomposes a symmetric matrix. Where an entry and its mirror image differ by rounding (up to 10⁻¹² of the largest
    /// entry, as in a computed XᵀX), their mean is used.
    ///
    /// # Errors
    /// [`Error::NotSquare`], [`Error::NotFinite`], [`Error::NotSymmetric`]; [`Error::Overflow`] if an eigenvalue is beyond
    /// `f64::MAX`; [`Error::NoConvergence`] if the rotations reach their cap, which no known matrix does.
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        let (a, scale) = prepare(a)?;
        par::awake(a.rows() >= par::LARGE, || Self::divide_and_conquer(a, scale))
    }

    fn divide_and_conquer(a: Padded, scale: f64) -> Result<Self, Error> {
        let mut t = panels::reduce(a);
        if t.diagonal.len() <= divide::SMALL {
            return Self::finish_by_ql(t, scale);
        }
        let mut part = divide::decompose(&mut t.diagonal, &t.beside)?;
        t.apply_to(&mut part.rows);
        Self::sorted(NAME, part.values.iter().map(|x| x / scale).collect(), |k| part.rows.row(k))
    }

    /// The same by QL alone: the way to read first. Slower from n = 100 on, and as exact.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn by_ql(a: View<'_, f64>) -> Result<Self, Error> {
        let (a, scale) = prepare(a)?;
        Self::finish_by_ql(tridiagonal::reduce(a), scale)
    }

    // ANCHOR: ql
    fn finish_by_ql(mut t: tridiagonal::Tridiagonal, scale: f64) -> Result<Self, Error> {
        let mut basis = Basis::new(t.basis());
        ql::diagonalise(&mut t.diagonal, &mut t.beside, &mut basis)?;
        Self::sorted(NAME, t.diagonal.iter().map(|x| x / scale).collect(), |k| basis.row(k))
    }
    // ANCHOR_END: ql

    /// Pairs in ascending order, from eigenvalues in any order and their vectors.
    fn sorted<'a>(
        operation: &'static str,
        mut values: Vec<f64>,
        vector: impl Fn(usize) -> &'a [f64],
    ) -> Result<Self, Error> {
        let n = values.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
        values.sort_by(f64::total_cmp);
        if values.iter().any(|x| !x.is_finite()) {
            return Err(Error::Overflow { operation });
        }
        let mut vectors = Mat::zeros([n, n]);
        // Eight columns at a time: whole cache lines on both sides.
        for (block, order) in order.chunks(LINE).enumerate() {
            let rows: Vec<&[f64]> = order.iter().map(|&k| vector(k)).collect();
            for i in 0..n {
                for (to, row) in vectors.row_mut(i)[block * LINE..].iter_mut().zip(&rows) {
                    *to = row[i];
                }
            }
        }
        Ok(SymmetricEigen { values, vectors })
    }
}

/// Whether a matrix is square, finite and symmetric; and a power of two that brings its largest entry near 1.
fn checked(operation: &'static str, a: View<'_, f64>) -> Result<f64, Error> {
    check_square(operation, a)?;
    check_finite(operation, a)?;
    let largest = check_symmetric(operation, a)?;
    Ok(if largest == 0.0 { 1.0 } else { power_of_two_for(largest) })
}

/// The lower triangle of a checked copy, scaled by a power of two to numbers near 1, and that power.
fn prepare(a: View<'_, f64>) -> Result<(Padded, f64), Error> {
    let scale = checked(NAME, a)?;
    let n = a.shape()[0];
    let mut lower = Padded::zeros(n);
    for row in 0..n {
        for col in 0..=row {
            // scaled before they are added: the sum cannot overflow
            let (x, y) = (a[[row, col]] * scale, a[[col, row]] * scale);
            lower.row_mut(row)[col] = 0.5 * (x + y);
        }
    }
    Ok((lower, scale))
}
