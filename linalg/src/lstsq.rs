//! Least squares: the coefficients whose predictions are nearest. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! More equations than unknowns have no solution, and a nearest one: Q rotates b so that its first n entries are what the columns
//! of A can reach, and the rest is what they cannot. The first are a triangular system; the rest is the error, and nothing can be done
//! about it.

use crate::condition::largest_column;
use crate::error::{Error, check_finite};
use crate::householder::power_of_two_for;
use crate::norms::{norm_inf, norm2};
use crate::pivoted::PivotedQr;
use crate::qr::{Qr, scale_columns, triangle_condition};
use crate::tensor::Mat;
use crate::triangular::{Diagonal, solve_lower, solve_upper};
use crate::view::View;

/// Coefficients, and what they leave unexplained.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares {
    /// The coefficients, a column for each right side: shape (n, columns of B).
    pub x: Mat,
    /// ‖A·x − b‖₂ for each right side.
    pub residuals: Vec<f64>,
    /// How many columns of A are independent to working precision.
    pub rank: usize,
    /// The condition (estimated, in the 1-norm) of the columns that are, each scaled to length near 1.
    pub condition: f64,
}

/// The x that makes ‖A·x − b‖₂ smallest, by QR, for every column b of B.
///
/// A has shape (m, n), m ≥ n, with independent columns; B has shape (m, right sides).
///
/// ```
/// use linalg::{Mat, lstsq};
///
/// // The line a + b·t nearest to three points.
/// let a = Mat::from_rows(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
/// let fit = lstsq(a.view(), &Mat::from_rows(&[[1.0], [2.0], [4.0]]))?;
/// assert!((fit.x[[0, 0]] - 5.0 / 6.0).abs() < 1e-15 && (fit.x[[1, 0]] - 1.5).abs() < 1e-15);
/// assert!((fit.residuals[0].powi(2) - 1.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2n²(m − n/3) FLOP, and 4mn for each right side.
///
/// Accuracy: x solves exactly a problem that differs from this one in the last digits of A and b; so its error is about
/// 2⁻⁵²·κ where the fit is good, 2⁻⁵²·κ² times the relative residual where it is not. Units do not matter: a column in metres and the same
/// column in millimetres give the same fit, to the bit if the factor is a power of two.
///
/// # Errors
/// [`Error::NotFinite`]; [`Error::RankDeficient`] if n > m, or if the condition of the columns, each scaled to length near 1, reaches
/// 2⁵²/max(m, n): then some combination of columns is rounding error, and so would be its coefficient. [`Error::Overflow`] if a coefficient
/// is beyond `f64::MAX`.
///
/// # Panics
/// If A is no matrix or B has not as many rows; the message names both shapes and the caller's line.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 5.3.2; N. Higham, *Accuracy and Stability of Numerical Algorithms*,
/// 2nd ed., sections 20.1 and 20.2.
// ANCHOR: lstsq
#[track_caller]
pub fn lstsq(a: View<'_, f64>, b: &Mat) -> Result<LeastSquares, Error> {
    let (mut a, mut c, scales) = prepared("lstsq", a, b)?;
    let (m, n) = (a.rows(), a.cols());
    // A column's length is its unit, not its information.
    let units = scale_columns(&mut a);
    if n > m {
        return Err(Error::RankDeficient { operation: "lstsq", condition: f64::INFINITY });
    }
    let qr = Qr::new(a.view())?;
    let condition = qr.condition();
    if condition * m.max(n) as f64 * f64::EPSILON >= 1.0 {
        return Err(Error::RankDeficient { operation: "lstsq", condition });
    }
    qr.apply_qt(&mut c); // the first n rows: what A can reach; the others: what it cannot
    let residuals = residuals(&c, n, &scales);
    let mut x = c.view().slice(0, 0, n).to_tensor();
    solve_upper(qr.r_view(), Diagonal::Stored, x.view_mut())?;
    for i in 0..n {
        for (x, scale) in x.row_mut(i).iter_mut().zip(&scales) {
            *x = back(*x, units[i], *scale);
        }
    }
    finished("lstsq", LeastSquares { x, residuals, rank: n, condition })
}
// ANCHOR_END: lstsq

/// Of all x that make ‖A·x − b‖₂ smallest, the one with the smallest ‖x‖₂: an answer for every matrix, of any shape and rank.
///
/// Where columns are dependent, they can be traded for one another without changing a prediction; the shortest x shares
/// the weight among them. `tolerance` says from which size on, relative to the largest diagonal entry of R, a column counts as independent
/// (default: max(m, n)·2⁻⁵²).
///
/// ```
/// use linalg::{Mat, lstsq_min_norm};
///
/// // The same feature twice: either could have all of the weight 3, and the shortest answer shares it.
/// let a = Mat::from_rows(&[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]);
/// let fit = lstsq_min_norm(a.view(), &Mat::from_rows(&[[3.0], [6.0], [9.0]]), None)?;
/// assert_eq!(fit.rank, 1);
/// assert!((fit.x[[0, 0]] - 1.5).abs() < 1e-14 && (fit.x[[1, 0]] - 1.5).abs() < 1e-14);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Method: A·P = Q·R with column exchanges shows the rank r; R's first r rows, transposed, are decomposed once more, Z·L; then x = P·Z·L⁻ᵀ·c
/// with the first r entries c of Qᵀ·b. (A "complete orthogonal decomposition".)
///
/// Cost: that of [`PivotedQr`], and 2r²n for the second decomposition.
///
/// # Errors
/// [`Error::NotFinite`]; [`Error::Overflow`] if a coefficient is beyond `f64::MAX`.
///
/// # Panics
/// If A is no matrix or B has not as many rows; the message names both shapes and the caller's line.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 5.5.2.
#[track_caller]
pub fn lstsq_min_norm(a: View<'_, f64>, b: &Mat, tolerance: Option<f64>) -> Result<LeastSquares, Error> {
    let (mut a, mut c, scales) = prepared("lstsq_min_norm", a, b)?;
    let n = a.cols();
    // One factor for all columns: which x is the shortest depends on their units.
    let largest = norm_inf(a.data());
    let unit = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
    for x in a.data_mut() {
        *x *= unit;
    }
    let pivoted = PivotedQr::new(a.view())?;
    let rank = pivoted.rank(tolerance);
    pivoted.qr().apply_qt(&mut c);
    let residuals = residuals(&c, rank, &scales);
    let rows = pivoted.qr().r_view().slice(0, 0, rank);
    let again = Qr::new(rows.transpose())?;
    let mut z = Mat::zeros([n, c.cols()]);
    z.view_mut().slice(0, 0, rank).assign(c.view().slice(0, 0, rank));
    solve_lower(again.r_view().transpose(), Diagonal::Stored, z.view_mut().slice(0, 0, rank))?;
    again.apply_q(&mut z);
    let mut x = Mat::zeros([n, c.cols()]);
    for (j, &column) in pivoted.columns().iter().enumerate() {
        for ((x, z), &scale) in x.row_mut(column).iter_mut().zip(z.row(j)).zip(&scales) {
            *x = back(*z, unit, scale);
        }
    }
    let square = rows.slice(1, 0, rank).to_tensor();
    debug_assert!(largest_column(&square).is_finite());
    finished("lstsq_min_norm", LeastSquares { x, residuals, rank, condition: triangle_condition(&square) })
}

/// A and B as they can be worked with: finite, and the columns of B near 1.
#[track_caller]
fn prepared(operation: &'static str, a: View<'_, f64>, b: &Mat) -> Result<(Mat, Mat, Vec<f64>), Error> {
    let (sa, sb) = (a.shape(), b.shape());
    assert!(
        sa.rank() == 2 && sb.rank() == 2 && sa[0] == sb[0],
        "{operation}: an A of {sa} does not go with a right side of {sb}"
    );
    check_finite(operation, a)?;
    check_finite(operation, b.view())?;
    let mut c = b.clone();
    let scales = scale_columns(&mut c);
    Ok((a.to_tensor(), c, scales))
}

/// x·unit/scale, in the order that cannot overflow on the way to a number that exists.
fn back(x: f64, unit: f64, scale: f64) -> f64 {
    if (unit > 1.0) == (scale > 1.0) { x * (unit / scale) } else { x * unit / scale }
}

/// The length of what is left of each right side below row `from`.
fn residuals(c: &Mat, from: usize, scales: &[f64]) -> Vec<f64> {
    let rest = |j: usize| (from..c.rows()).map(|i| c[[i, j]]).collect::<Vec<f64>>();
    scales.iter().enumerate().map(|(j, scale)| norm2(&rest(j)) / scale).collect()
}

fn finished(operation: &'static str, fit: LeastSquares) -> Result<LeastSquares, Error> {
    if norm_inf(fit.x.data()).is_finite() { Ok(fit) } else { Err(Error::Overflow { operation }) }
}
