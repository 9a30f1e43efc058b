//! Gaussian elimination, kept: A = P·L·U. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! What school calls elimination subtracts multiples of one equation from the others. The multiples, written down, are a
//! lower triangle L; what is left of the equations is an upper one, U. Whoever keeps both can solve for a new right side at the
//! price of a matrix-vector product.

use crate::condition::{inverse_norm1, largest_column};
use crate::error::{Error, check_finite, check_square};
use crate::gemm::gemm;
use crate::householder::power_of_two_for;
use crate::norms::largest_finite;
use crate::par;
use crate::real::Real;
use crate::simd::vectorise;
use crate::tensor::{Mat, Tensor};
use crate::triangular::{Diagonal, solve_lower, solve_upper};
use crate::view::View;

/// P·A = L·U for a square matrix: rows reordered, ones on the diagonal of L, no entry of L beyond 1.
///
/// It exists for every finite matrix; a singular one has a zero on the diagonal of U, and only then [`Self::solve`] has no answer.
///
/// ```
/// use linalg::{Lu, Mat};
///
/// let a = Mat::from_rows(&[[0.0, 2.0], [4.0, 6.0]]); // elimination without exchange divides by 0 here
/// let lu = Lu::new(a.view())?;
/// let x = lu.solve(&Mat::from_rows(&[[2.0], [14.0]]))?;
/// assert_eq!(x.data(), [2.0, 1.0]);
/// assert_eq!(lu.det(), -8.0);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2n³/3 FLOP to decompose, nearly all of them in matrix products; 2n² to solve for one column.
///
/// Accuracy: L·U equals P·A up to a small multiple of n·2⁻⁵²·‖L‖·‖U‖. Row exchanges keep ‖L‖ small; ‖U‖ can grow by 2ⁿ⁻¹ on matrices
/// made for it, and does not on any others that anybody met.
///
/// Source: G. Golub, C. Van Loan, *Matrix Computations*, 4th ed., section 3.4; the recursion: S. Toledo, *Locality of Reference in LU
/// Decomposition with Partial Pivoting*, SIAM J. Matrix Anal. Appl. 18 (1997).
#[derive(Clone, Debug)]
pub struct Lu {
    /// Of scale·A.
    factors: Factors<f64>,
    /// A power of two, which brings the largest entry of A near 1.
    scale: f64,
    /// ‖scale·A‖₁, the largest sum of a column: what a condition number needs.
    norm: f64,
}

impl Lu {
    /// Decomposes a matrix.
    ///
    /// # Errors
    /// [`Error::NotSquare`]; [`Error::NotFinite`] for an entry that is infinite or NaN; [`Error::Overflow`] if the entries of U grow
    /// beyond `f64::MAX` (nobody has met such a matrix that was not built for it).
    #[track_caller]
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        check_square("lu", a)?;
        // The others wake up while one looks through the matrix.
        par::awake(a.shape()[0] >= par::LARGE, || {
            let (scaled, scale) = scaled_square("lu", a)?;
            let norm = largest_column(&scaled);
            let factors = Factors::new(scaled);
            if factors.packed.data().iter().any(|x| !x.is_finite()) {
                return Err(Error::Overflow { operation: "lu" });
            }
            Ok(Lu { factors, scale, norm })
        })
    }

    /// L: shape (n, n), ones on the diagonal, exact zeros above.
    pub fn l(&self) -> Mat {
        let one = |i, j| if i == j { 1.0 } else { 0.0 };
        Mat::from_fn(self.factors.rows.len(), self.factors.rows.len(), |i, j| {
            if i > j { self.factors.packed[[i, j]] } else { one(i, j) }
        })
    }

    /// U: shape (n, n), exact zeros below the diagonal. Infinite where an entry is beyond `f64::MAX`.
    pub fn u(&self) -> Mat {
        Mat::from_fn(self.factors.rows.len(), self.factors.rows.len(), |i, j| {
            if i <= j { self.factors.packed[[i, j]] / self.scale } else { 0.0 }
        })
    }

    /// Row i of P·A is this row of A.
    pub fn rows(&self) -> &[usize] {
        &self.factors.rows
    }

    /// X with A·X = B, for any number of right sides.
    ///
    /// Cost: 2n² FLOP a column of B.
    ///
    /// # Errors
    /// [`Error::Singular`] if a diagonal entry of U is 0. A matrix may be as good as singular without it: ask [`Self::condition`].
    ///
    /// # Panics
    /// If B is no matrix with n rows; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn solve(&self, b: &Mat) -> Result<Mat, Error> {
        let n = self.factors.rows.len();
        assert!(
            b.shape().rank() == 2 && b.rows() == n,
            "lu: an A of {} does not go with a right side of {}",
            self.factors.packed.shape(),
            b.shape()
        );
        let mut x = self.factors.solve(b)?;
        for x in x.data_mut() {
            *x *= self.scale;
        }
        Ok(x)
    }

    /// X with Aᵀ·X = B: Aᵀ = Uᵀ·Lᵀ·P, so the same triangles in the other order.
    ///
    /// # Errors
    /// As [`Self::solve`].
    ///
    /// # Panics
    /// As [`Self::solve`].
    #[track_caller]
    pub fn solve_transposed(&self, b: &Mat) -> Result<Mat, Error> {
        let n = self.factors.rows.len();
        assert!(
            b.shape().rank() == 2 && b.rows() == n,
            "lu: an A of {} does not go with a right side of {}",
            self.factors.packed.shape(),
            b.shape()
        );
        self.factors.check_pivots()?;
        let (mut y, t) = (b.clone(), self.factors.packed.view().transpose());
        solve_lower(t, Diagonal::Stored, y.view_mut())?;
        solve_upper(t, Diagonal::Ones, y.view_mut())?;
        let mut x = Mat::zeros([n, b.cols()]);
        for (i, &row) in self.factors.rows.iter().enumerate() {
            for j in 0..b.cols() {
                x[[row, j]] = y[[i, j]] * self.scale;
            }
        }
        Ok(x)
    }

    /// The determinant: the product of U's diagonal, with the sign of the row exchanges. It over- or underflows soon; see
    /// [`Self::ln_abs_det`].
    pub fn det(&self) -> f64 {
        let sign = if self.factors.odd { -1.0 } else { 1.0 };
        (0..self.factors.rows.len())
            .fold(sign, |product, k| product * (self.factors.packed[[k, k]] / self.scale))
    }

    /// ln |det A|: −∞ for a singular matrix.
    pub fn ln_abs_det(&self) -> f64 {
        let n = self.factors.rows.len();
        (0..n).map(|k| self.factors.packed[[k, k]].abs().ln()).sum::<f64>() - n as f64 * self.scale.ln()
    }

    /// An estimate of the condition number ‖A‖₁·‖A⁻¹‖₁: by how much a relative error in b may grow in x.
    ///
    /// With 2⁵²≈ 4.5e15, log₁₀ of it is how many of the sixteen digits of a solution are noise. Never above the true value but for
    /// rounding, and rarely below a third of it; ∞ for a singular matrix, 0 for one without entries.
    ///
    /// ```
    /// use linalg::{Lu, Mat};
    ///
    /// let hilbert = Mat::from_fn(8, 8, |i, j| 1.0 / (i + j + 1) as f64);
    /// let condition = Lu::new(hilbert.view())?.condition();
    /// assert!((3.38e10..3.39e10).contains(&condition)); // ten digits are gone
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// Cost: about ten solutions, 20n² FLOP; A⁻¹ itself would cost n times as much.
    ///
    /// Source: N. Higham, *FORTRAN codes for estimating the one-norm of a real or complex matrix*, ACM TOMS 14 (1988), after W. Hager.
    pub fn condition(&self) -> f64 {
        let n = self.factors.rows.len();
        if n == 0 {
            return 0.0;
        }
        let inverse = inverse_norm1(n, |b| self.solve(b).ok(), |b| self.solve_transposed(b).ok());
        let Some(inverse) = inverse else { return f64::INFINITY };
        // A·scale has the same condition number, and no norm of it overflows.
        (inverse / self.scale) * self.norm
    }
}

/// Up to so many columns are eliminated one by one.
const NARROW: usize = 8;

/// The factors of a matrix in one precision or another: U on and above the diagonal, L below (its ones are not stored).
#[derive(Clone, Debug)]
pub(crate) struct Factors<T> {
    packed: Tensor<T>,
    /// Row i of P·A is row `rows[i]` of A.
    rows: Vec<usize>,
    /// Whether the number of exchanges was odd.
    odd: bool,
}

impl<T: Real> Factors<T> {
    /// Decomposes a square matrix.
    pub(crate) fn new(a: Tensor<T>) -> Self {
        let n = a.rows();
        let mut factors = Factors { packed: a, rows: (0..n).collect(), odd: false };
        factors.factor(0, n);
        factors
    }

    /// X with A·X = B.
    pub(crate) fn solve(&self, b: &Tensor<T>) -> Result<Tensor<T>, Error> {
        self.check_pivots()?;
        let mut x = Tensor::from_fn(self.rows.len(), b.cols(), |i, j| b[[self.rows[i], j]]);
        solve_lower(self.packed.view(), Diagonal::Ones, x.view_mut())?;
        solve_upper(self.packed.view(), Diagonal::Stored, x.view_mut())?;
        Ok(x)
    }

    fn check_pivots(&self) -> Result<(), Error> {
        let zero = (0..self.rows.len()).find(|&k| self.packed[[k, k]] == T::ZERO);
        zero.map_or(Ok(()), |pivot| Err(Error::Singular { operation: "lu", pivot }))
    }

    // ANCHOR: factor
    /// Decomposes the columns `from..to`, whose earlier neighbours are done.
    ///
    /// Half of the columns first; then the other half is brought up to date by one triangular solution and one product, which is
    /// where the time goes; then the other half. No block size to be chosen: the recursion has all of them.
    fn factor(&mut self, from: usize, to: usize) {
        if to - from <= NARROW {
            return self.eliminate(from, to);
        }
        let (n, middle) = (self.rows.len(), from + (to - from) / 2);
        self.factor(from, middle);
        let left = self.packed.view().slice(0, from, n).slice(1, from, middle).to_tensor();
        let (l, below) =
            (left.view().slice(0, 0, middle - from), left.view().slice(0, middle - from, n - from));
        let right = self.packed.view_mut().slice(0, from, n).slice(1, middle, to);
        let (mut right, rest) = right.split_rows(middle - from);
        solve_lower(l, Diagonal::Ones, right.reborrow()).expect("a diagonal of ones has no zero");
        gemm(-T::ONE, below, right.as_view(), T::ONE, rest);
        self.factor(middle, to);
    }

    /// The definition, for a few columns. They are copied, so that all passes over them find them next to one another.
    fn eliminate(&mut self, from: usize, to: usize) {
        let width = to - from;
        let mut rows: Vec<[T; NARROW]> = vec![[T::ZERO; NARROW]; self.rows.len() - from];
        for (i, row) in rows.iter_mut().enumerate() {
            row[..width].copy_from_slice(&self.packed.row(from + i)[from..to]);
        }
        for k in 0..width {
            // The largest entry becomes the divisor, so that no factor is beyond 1 and no rounding error grows.
            let mut pivot = k;
            for (i, row) in rows.iter().enumerate().skip(k + 1) {
                if row[k].abs() > rows[pivot][k].abs() {
                    pivot = i;
                }
            }
            if rows[pivot][k] == T::ZERO {
                continue; // nothing to eliminate, and a zero on the diagonal of U
            }
            rows.swap(k, pivot);
            self.exchange(from + k, from + pivot);
            let (above, below) = rows.split_at_mut(k + 1);
            let (divisor, mut first) = (above[k][k], above[k]);
            first[..=k].fill(T::ZERO); // all entries alike are one vector; those up to k stay as they are
            vectorise(
                #[inline(always)]
                || {
                    for row in below {
                        let factor = row[k] / divisor;
                        for (x, first) in row.iter_mut().zip(first) {
                            *x -= factor * first;
                        }
                        row[k] = factor;
                    }
                },
            );
        }
        for (i, row) in rows.iter().enumerate() {
            self.packed.row_mut(from + i)[from..to].copy_from_slice(&row[..width]);
        }
    }
    // ANCHOR_END: factor

    /// Exchanges two rows, of L as well: the factors belong to their equations.
    fn exchange(&mut self, i: usize, j: usize) {
        if i != j {
            let n = self.rows.len();
            let (first, second) = self.packed.data_mut().split_at_mut(i.max(j) * n);
            first[i.min(j) * n..][..n].swap_with_slice(&mut second[..n]);
            self.rows.swap(i, j);
            self.odd = !self.odd;
        }
    }
}

/// A copy of a square matrix times a power of two that brings its largest entry near 1, and that power.
pub(crate) fn scaled_square(operation: &'static str, a: View<'_, f64>) -> Result<(Mat, f64), Error> {
    check_square(operation, a)?;
    check_finite(operation, a)?;
    let mut copy = a.to_tensor();
    let largest = largest_finite(copy.data());
    let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
    for x in copy.data_mut() {
        *x *= scale;
    }
    Ok((copy, scale))
}
