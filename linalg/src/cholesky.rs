//! The square root of a positive definite matrix: A = L·Lᵀ. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! Covariances, kernel matrices and AᵀA are symmetric and stretch every direction by a positive factor. For them elimination needs no
//! row exchange, the two triangles are mirror images, and half of the work is enough. Where a pivot is not positive the matrix was
//! not such a one: there is no cheaper test.

use crate::condition::inverse_norm1;
use crate::error::{Error, check_finite, check_square, check_symmetric};
use crate::gemm::{MULTIPLICATIONS_WORTH_A_THREAD_AWAKE, gemm};
use crate::householder::power_of_two_for;
use crate::norms::norm_inf;
use crate::par;
use crate::real::Real;
use crate::simd::vectorise;
use crate::tensor::Mat;
use crate::triangular::{Diagonal, solve_lower, solve_upper};
use crate::view::{View, ViewMut};

/// A = L·Lᵀ with a lower triangular L of positive diagonal.
///
/// ```
/// use linalg::{Cholesky, Error, Mat};
///
/// let covariance = Mat::from_rows(&[[4.0, 2.0], [2.0, 10.0]]);
/// let cholesky = Cholesky::new(covariance.view())?;
/// assert_eq!(cholesky.l().data(), [2.0, 0.0, 1.0, 3.0]);
/// assert!((cholesky.ln_det() - 36.0_f64.ln()).abs() < 1e-15);
///
/// let no_covariance = Mat::from_rows(&[[1.0, 2.0], [2.0, 1.0]]); // a correlation of 2
/// assert!(matches!(Cholesky::new(no_covariance.view()), Err(Error::NotPositiveDefinite { pivot: 1, .. })));
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: n³/3 FLOP are needed, half of what [`crate::Lu`] takes; 2n² to solve for one column. (The products here compute a little
/// more than one half of their symmetric results.)
///
/// Accuracy: L·Lᵀ equals A up to a small multiple of n·2⁻⁵²·‖A‖, always: no entry of L is larger than the root of A's largest, so nothing
/// can grow.
///
/// Source: G. Golub, C. Van Loan, *Matrix Computations*, 4th ed., section 4.2; N. Higham, *Accuracy and Stability of Numerical Algorithms*,
/// 2nd ed., theorem 10.3.
#[derive(Clone, Debug)]
pub struct Cholesky {
    /// Lᵀ of scale·A; exact zeros below the diagonal. A row of it is a column of L, and contiguous.
    u: Mat,
    /// A power of four, so that its root is a power of two; brings the largest entry of A near 1.
    scale: f64,
    /// ‖scale·A‖₁: what a condition number needs.
    norm: f64,
}

impl Cholesky {
    /// Decomposes a matrix.
    ///
    /// # Errors
    /// [`Error::NotSquare`], [`Error::NotFinite`], [`Error::NotSymmetric`] (beyond rounding); [`Error::NotPositiveDefinite`] where a pivot is
    /// zero, negative, or lost in rounding: then some direction is not stretched by a positive factor.
    #[track_caller]
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        check_square("cholesky", a)?;
        // The others wake up while one looks through the matrix.
        par::awake(a.shape()[0] >= par::LARGE, || Self::decompose(a))
    }

    fn decompose(a: View<'_, f64>) -> Result<Self, Error> {
        check_finite("cholesky", a)?;
        let largest = check_symmetric("cholesky", a)?;
        let mut u = a.to_tensor();
        let n = u.rows();
        let scale = power_of_four_for(largest);
        let norm = scale_and_measure(&mut u, scale);
        factor(&mut u, 0, n).map_err(|pivot| Error::NotPositiveDefinite {
            operation: "cholesky",
            pivot,
            entry: u[[pivot, pivot]] / scale,
        })?;
        for i in 0..n {
            u.row_mut(i)[..i].fill(0.0);
        }
        Ok(Cholesky { u, scale, norm })
    }

    /// L: shape (n, n), exact zeros above the diagonal.
    pub fn l(&self) -> Mat {
        let root = self.scale.sqrt();
        self.u.transpose().map(|x| x / root)
    }

    /// X with A·X = B, for any number of right sides.
    ///
    /// Cost: 2n² FLOP a column of B.
    ///
    /// # Panics
    /// If B is no matrix with n rows; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn solve(&self, b: &Mat) -> Mat {
        assert!(
            b.shape().rank() == 2 && b.rows() == self.u.rows(),
            "cholesky: an A of {} does not go with a right side of {}",
            self.u.shape(),
            b.shape()
        );
        let mut x = b.clone();
        let positive = "the diagonal of L is positive";
        solve_lower(self.u.view().transpose(), Diagonal::Stored, x.view_mut()).expect(positive);
        solve_upper(self.u.view(), Diagonal::Stored, x.view_mut()).expect(positive);
        for x in x.data_mut() {
            *x *= self.scale;
        }
        x
    }

    /// An estimate of the condition number ‖A‖₁·‖A⁻¹‖₁: by how much a relative error in b may grow in x.
    ///
    /// Never above the true value but for rounding, and rarely below a third of it; 0 for a matrix without entries.
    ///
    /// ```
    /// use linalg::{Cholesky, Mat};
    ///
    /// let a = Mat::from_rows(&[[4.0, 0.0], [0.0, 1e-6]]);
    /// assert!((Cholesky::new(a.view())?.condition() / 4e6 - 1.0).abs() < 1e-12);
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// Cost: about ten solutions, 20n² FLOP.
    ///
    /// Source: as for [`crate::Lu::condition`].
    pub fn condition(&self) -> f64 {
        let n = self.u.rows();
        let solve = |b: &Mat| Some(self.solve(b)); // A is its own transpose
        let inverse = inverse_norm1(n, solve, solve).unwrap_or(f64::INFINITY);
        // A·scale has the same condition number, and no norm of it overflows.
        (inverse / self.scale) * self.norm
    }

    /// ln det A = 2·Σ ln L\[i,i\]: what the density of a normal distribution asks for.
    pub fn ln_det(&self) -> f64 {
        let n = self.u.rows();
        2.0 * (0..n).map(|i| self.u[[i, i]].ln()).sum::<f64>() - n as f64 * self.scale.ln()
    }
}

/// Up to so many rows are done one by one.
const NARROW: usize = 8;
/// A square of a symmetric result is halved until it has so many rows; then all of it is computed, in one product.
const SMALL: usize = 32;

// ANCHOR: factor
/// Finds rows `from..to` of U, from which all rows above them have been subtracted; the error is the pivot that is not positive.
///
/// ```text
/// ⎡ A₁₁  A₁₂ ⎤   ⎡ U₁₁ᵀ       ⎤ ⎡ U₁₁  U₁₂ ⎤      the rows above: U₁₁ and U₁₂ from A₁₁ and A₁₂,
/// ⎣  ·   A₂₂ ⎦ = ⎣ U₁₂ᵀ  U₂₂ᵀ ⎦ ⎣      U₂₂ ⎦      the rows below: U₂₂ from A₂₂ − U₁₂ᵀ·U₁₂
/// ```
fn factor(a: &mut Mat, from: usize, to: usize) -> Result<(), usize> {
    if to - from <= NARROW {
        return by_definition(a, from, to);
    }
    let n = a.cols();
    let middle = from + ((to - from) / 2).next_multiple_of(NARROW);
    factor(a, from, middle)?;
    let (above, below) = a.data_mut().split_at_mut(middle * n);
    let u12 = View::new(&above[from * n..], [middle - from, n]).slice(1, middle, n);
    let a22 = ViewMut::new(&mut below[..(to - middle) * n], [to - middle, n]).slice(1, middle, n);
    subtract_product(u12, a22);
    factor(a, middle, to)
}

/// C ← C − Uᵀ·U, of whose rows only the first few are there, and of those only what is not below the diagonal: cut in two, down to
/// squares that are small enough to be computed whole. Two large parts are for two threads, and of one area.
fn subtract_product(u: View<'_, f64>, c: ViewMut<'_, f64>) {
    let (m, n) = (c.shape()[0], c.shape()[1]);
    if m <= SMALL {
        return gemm(-1.0, u.slice(1, 0, m).transpose(), u, 1.0, c);
    }
    let area = m * n - m * m / 2;
    let shared = area * u.shape()[0] >= 2 * MULTIPLICATIONS_WORTH_A_THREAD_AWAKE;
    // r rows have the area r·n − r²/2; it is one half of all for this r.
    let r = if shared { n - ((n * n - area) as f64).sqrt() as usize } else { m / 2 };
    let (above, below) = c.split_rows(r);
    par::join(
        shared && par::is_awake(),
        || subtract_product(u, above),
        || subtract_product(u.slice(1, r, n), below.slice(1, r, n)),
    );
}

/// U\[i,j\] = (A\[i,j\] − Σₖ U\[k,i\]·U\[k,j\]) / U\[i,i\] and U\[i,i\] = √(A\[i,i\] − Σₖ U\[k,i\]²), row by row, k from `from` on.
fn by_definition(a: &mut Mat, from: usize, to: usize) -> Result<(), usize> {
    let n = a.cols();
    let mut column = [0.0; NARROW];
    for i in from..to {
        let (above, row) = a.data_mut().split_at_mut(i * n);
        let column = &mut column[..i - from];
        for (k, x) in column.iter_mut().enumerate() {
            *x = above[(from + k) * n + i];
        }
        let row = &mut row[i..n];
        if i > from {
            (f64::kernels().add_rows)(-1.0, column, &above[from * n + i..], n, row);
        }
        let pivot = row[0];
        // NaN, from an overflow, is not positive either
        if pivot.is_nan() || pivot <= 0.0 {
            return Err(i);
        }
        let root = pivot.sqrt();
        let inverse = 1.0 / root; // one division, not one for each number
        for x in &mut *row {
            *x *= inverse;
        }
        row[0] = root;
    }
    Ok(())
}
// ANCHOR_END: factor

/// A ← scale·A, and ‖A‖₁ of the result: one pass over the matrix for both.
fn scale_and_measure(a: &mut Mat, scale: f64) -> f64 {
    let n = a.cols().max(1);
    let mut sums = vec![0.0; n];
    vectorise(
        #[inline(always)]
        || {
            for row in a.data_mut().chunks_exact_mut(n) {
                for (x, sum) in row.iter_mut().zip(&mut sums) {
                    *x *= scale;
                    *sum += x.abs();
                }
            }
        },
    );
    norm_inf(&sums)
}

/// A power of four near 1/x, or 1 for 0: exact to multiply by, and so is its root.
fn power_of_four_for(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let two = power_of_two_for(x);
    if (two.log2() / 2.0).fract() == 0.0 { two } else { two / 2.0 }
}
