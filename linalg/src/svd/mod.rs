//! The singular value decomposition: what any matrix does, as turn, stretch, turn. Chapter: *The singular value decomposition*.
//!
//! | file | what it holds |
//! |---|---|
//! | `jacobi.rs` | turn pairs of columns until all stand at right angles: the shortest way, and the most accurate |
//! | `bidiagonal.rs` | mirrors from both sides leave two diagonals |
//! | `sweeps.rs` | rotations drive one of them to zero |
//! | `rotations.rs` | the same rotations on the vectors, in an order that the cache likes |
//! | `uses.rs` | rank, pseudo-inverse, the best matrix of lower rank |
//! | [`randomised`] | the few largest singular values of a matrix too large for all of them |
//! | [`pca`] | the same decomposition of centred data: principal components, whitening |

mod bidiagonal;
mod jacobi;
pub mod pca;
pub mod randomised;
mod rotations;
mod sweeps;
mod uses;

use crate::error::{Error, check_finite};
use crate::householder::power_of_two_for;
use crate::par;
use crate::qr::Qr;
use crate::tensor::Mat;
use crate::view::View;

/// A = U·Σ·Vᵀ with orthonormal columns in U and V and Σ diagonal, not negative, descending.
///
/// A·vᵢ = σᵢ·uᵢ. A has shape (m, n), k = min(m, n). These are the *thin* factors: U (m, k), σ k numbers, Vᵀ (k, n), row i of it vᵢ; as
/// NumPy's `svd(a, full_matrices=False)`. It exists for every finite matrix. σ is unique. Each pair (uᵢ, vᵢ) is determined up to a sign,
/// those of equal σ up to a rotation among themselves; the sign is chosen here so that in vᵢ the largest entry is positive (the first of
/// them, where several are equal up to rounding).
///
/// ```
/// use linalg::{Mat, Svd};
///
/// // Stretches (1, 1)/√2 by 4 and turns it to (1, 0); shrinks (1, −1)/√2 to 2 and turns it to (0, 1).
/// let h = 0.5_f64.sqrt();
/// let a = Mat::from_rows(&[[4.0 * h, 4.0 * h], [2.0 * h, -2.0 * h]]);
/// let svd = Svd::new(a.view())?;
/// assert!((svd.s[0] - 4.0).abs() < 1e-15 && (svd.s[1] - 2.0).abs() < 1e-15);
/// assert!((svd.vt[[0, 1]] - h).abs() < 1e-15 && (svd.u[[0, 0]] - 1.0).abs() < 1e-15);
/// # Ok::<(), linalg::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Svd {
    /// U: one column a left singular vector.
    pub u: Mat,
    /// σ, descending.
    pub s: Vec<f64>,
    /// Vᵀ: one row a right singular vector.
    pub vt: Mat,
}

const NAME: &str = "svd";

/// From so many times more rows than columns on, a QR decomposition first makes the matrix square.
const TALL: f64 = 1.5;

impl Svd {
    /// Decomposes a matrix: mirrors to two diagonals, then rotations (Golub and Kahan).
    ///
    /// Cost, n ≤ m: 4mn² − 4n³/3 FLOP for the two diagonals, as many for the vectors, about 12n³ for the rotations; three copies of A. A
    /// matrix with m ≥ 1.5n goes through a QR decomposition first.
    ///
    /// Accuracy: ‖A − UΣVᵀ‖/‖A‖, ‖UᵀU − I‖ and ‖VᵀV − I‖ are a small multiple of n·2⁻⁵², at any scale of the entries. Every σ has that
    /// error *relative to the largest*, so one of 10⁻¹⁶·σ₀ has no right digit. [`Svd::jacobi`] does better where that is possible.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for an entry that is infinite or NaN; [`Error::Overflow`] if a singular value is beyond `f64::MAX`;
    /// [`Error::NoConvergence`] if the rotations reach their cap, which no known matrix does.
    ///
    /// # Panics
    /// If `a` is no matrix.
    ///
    /// Source: G. Golub, C. Van Loan, *Matrix Computations*, 4th ed., sections 5.4.8 and 8.6; J. Demmel, W. Kahan, *Accurate Singular Values
    /// of Bidiagonal Matrices*, SIAM J. Sci. Stat. Comput. 11 (1990), for the step without shift.
    #[track_caller]
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        decompose(a, |a| {
            if (a.rows() as f64) < TALL * a.cols() as f64 {
                return golub_kahan(a);
            }
            let qr = Qr::new(a.view())?;
            let svd = golub_kahan(qr.r())?;
            Ok(Svd { u: qr.q().matmul(&svd.u), ..svd })
        })
    }

    /// Decomposes a matrix by rotating pairs of columns (Jacobi): slower, shorter, and better for small singular values.
    ///
    /// Write A = B·D, where D is diagonal and holds the lengths of A's columns (rows, if A is wide). Then every σ, the smallest too, has a
    /// small *relative* error as long as B is well conditioned, whatever D does; [`Svd::new`] offers that only for the largest.
    ///
    /// ```
    /// use linalg::{Mat, Svd};
    ///
    /// // Columns of sizes 1 and 1e-30, at 45 degrees: σ is √2·(1 + …) and 1e-30/√2·(1 + …).
    /// let a = Mat::from_rows(&[[1.0, 1e-30], [1.0, 0.0]]);
    /// let svd = Svd::jacobi(a.view())?;
    /// assert!((svd.s[1] / (1e-30 * 0.5_f64.sqrt()) - 1.0).abs() < 1e-15);
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// Cost: about 5 to 10 sweeps of n²/2 pairs, each 6m + 6n FLOP to turn and 6m to look, n ≤ m.
    ///
    /// Accuracy: residual and orthogonality as [`Svd::new`]. Columns below 10⁻²⁹⁰ of the largest entry count as zero.
    ///
    /// # Errors
    /// As [`Svd::new`].
    ///
    /// # Panics
    /// If `a` is no matrix.
    ///
    /// Source: Golub & Van Loan, section 8.6.4; the accuracy: J. Demmel, K. Veselić, *Jacobi's Method is More Accurate than QR*, SIAM J.
    /// Matrix Anal. Appl. 13 (1992).
    #[track_caller]
    pub fn jacobi(a: View<'_, f64>) -> Result<Self, Error> {
        decompose(a, |a| jacobi::jacobi(&a))
    }
}

/// What both ways share: checks, the scale, wide matrices by transposition, signs.
#[track_caller]
fn decompose(a: View<'_, f64>, tall: impl FnOnce(Mat) -> Result<Svd, Error> + Send) -> Result<Svd, Error> {
    let shape = a.shape();
    assert!(shape.rank() == 2, "{NAME}: shape {shape} is not a matrix");
    check_finite(NAME, a)?;
    let wide = shape[0] < shape[1];
    let mut copy = if wide { a.transpose() } else { a }.to_tensor();
    let largest = crate::norms::norm_inf(copy.data());
    let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
    copy.data_mut().iter_mut().for_each(|x| *x *= scale);

    let mut svd = par::awake(copy.cols() >= par::LARGE, || tall(copy))?;
    if wide {
        // A = (U·Σ·Vᵀ)ᵀ = V·Σ·Uᵀ
        svd = Svd { u: svd.vt.transpose(), s: svd.s, vt: svd.u.transpose() };
    }
    svd.s.iter_mut().for_each(|s| *s /= scale);
    if svd.s.iter().any(|s| !s.is_finite()) {
        return Err(Error::Overflow { operation: NAME });
    }
    svd.fix_signs();
    Ok(svd)
}

fn golub_kahan(a: Mat) -> Result<Svd, Error> {
    let n = a.cols();
    let mut b = bidiagonal::reduce(a);
    let (mut left, mut right) = (b.left_basis(), b.right_basis());
    sweeps::diagonalise(&mut b.diagonal, &mut b.above, &mut left, &mut right)?;

    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| b.diagonal[j].abs().total_cmp(&b.diagonal[i].abs()));
    let mut vt = right.rows(&order);
    for (i, &k) in order.iter().enumerate() {
        if b.diagonal[k] < 0.0 {
            vt.row_mut(i).iter_mut().for_each(|v| *v = -*v);
        }
    }
    Ok(Svd { u: left.columns(&order), s: order.iter().map(|&k| b.diagonal[k].abs()).collect(), vt })
}

/// Entries that differ by less than this from the largest are as large.
const AS_LARGE: f64 = 1.0 - 1e-8;

impl Svd {
    /// Both vectors of a pair change sign together, or the product would change.
    fn fix_signs(&mut self) {
        let mut negative = vec![false; self.s.len()];
        for (i, negative) in negative.iter_mut().enumerate() {
            let v = self.vt.row_mut(i);
            let largest = v.iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
            *negative = v.iter().find(|v| v.abs() >= AS_LARGE * largest).is_some_and(|&v| v < 0.0);
            if *negative {
                for v in v {
                    *v = -*v;
                }
            }
        }
        if !negative.contains(&true) {
            return;
        }
        for i in 0..self.u.rows() {
            for (u, &negative) in self.u.row_mut(i).iter_mut().zip(&negative) {
                *u = if negative { -*u } else { *u };
            }
        }
    }
}
