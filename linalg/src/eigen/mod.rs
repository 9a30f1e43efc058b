//! Symmetric matrices: the directions they only stretch. Chapter: *Tensors and matmul*.
//!
//! Two steps, each of which keeps the eigenvalues: mirrors bring the matrix to three diagonals in one pass
//! (`tridiagonal.rs`), then rotations drive the two outer ones to zero, eigenvalue by eigenvalue (`ql.rs`). The vectors follow
//! every move: nine tenths of the time goes into that, so it is done in an order that the cache likes (`rotations.rs`).

mod padded;
mod ql;
mod rotations;
mod tridiagonal;

use crate::error::{Error, check_finite, check_symmetric};
use crate::householder::power_of_two_for;
use crate::tensor::Mat;
use crate::view::View;
use padded::Padded;
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
/// Cost: 4n³/3 FLOP for the three diagonals, 4n³/3 for their basis, about 5n³ for the rotations; 2n² numbers of memory.
///
/// Accuracy: ‖A·V − V·Λ‖/‖A‖ and ‖VᵀV − I‖ are a small multiple of n·2⁻⁵², at any scale of the entries. Eigenvalues much
/// smaller than the largest have that *absolute* error, so their leading digits may be all they have.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., sections 8.3.1 and 8.3.4; Parlett, *The Symmetric Eigenvalue
/// Problem*, chapter 8; EISPACK's `tred2` and `tql2`.
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
        let mut t = tridiagonal::reduce(a);
        let mut basis = Basis::new(t.basis());
        ql::diagonalise(&mut t.diagonal, &mut t.beside, &mut basis)?;

        let mut order: Vec<usize> = (0..t.diagonal.len()).collect();
        order.sort_by(|&i, &j| t.diagonal[i].total_cmp(&t.diagonal[j]));
        let values: Vec<f64> = order.iter().map(|&k| t.diagonal[k] / scale).collect();
        if values.iter().any(|x| !x.is_finite()) {
            return Err(Error::Overflow { operation: NAME });
        }
        Ok(SymmetricEigen { values, vectors: basis.columns(&order) })
    }
}

/// The lower triangle of a checked copy, scaled by a power of two to numbers near 1, and that power.
fn prepare(a: View<'_, f64>) -> Result<(Padded, f64), Error> {
    let shape = a.shape();
    if shape.rank() != 2 || shape[0] != shape[1] {
        return Err(Error::NotSquare { operation: NAME, shape });
    }
    check_finite(NAME, a)?;
    check_symmetric(NAME, a)?;
    let n = shape[0];
    let largest = a.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
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
