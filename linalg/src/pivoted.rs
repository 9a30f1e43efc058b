//! QR with column exchanges: the rank shows on the diagonal. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! Plain QR takes the columns as they come, and a dependent one can be anywhere. Here every step takes the column of which most is left
//! once the earlier ones have been subtracted. What is left when nothing counts any more is the part that the others can express.

use crate::error::{Error, check_finite};
use crate::householder::{power_of_two_for, reflector};
use crate::mirrors::BlockReflector;
use crate::norms::{norm_inf, norm2};
use crate::qr::{Qr, reflect};
use crate::tensor::Mat;
use crate::view::View;

/// A·P = Q·R, where P orders the columns so that |R\[0,0\]| ≥ |R\[1,1\]| ≥ …
///
/// ```
/// use linalg::{Mat, PivotedQr};
///
/// // The third column is the sum of the others.
/// let a = Mat::from_rows(&[[1.0, 2.0, 3.0], [0.0, 1.0, 1.0], [2.0, 0.0, 2.0], [1.0, 1.0, 2.0]]);
/// let qr = PivotedQr::new(a.view())?;
/// assert_eq!(qr.columns()[0], 2); // the longest comes first
/// assert_eq!(qr.rank(None), 2);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: as [`Qr::one_by_one`]: which column comes next is known only when all have been reflected, so that there are no panels here.
///
/// Accuracy: Q is orthogonal and Q·R equals A·P to a small multiple of 2⁻⁵²·‖A‖. The diagonal shows the rank of every matrix that anybody met;
/// Kahan's matrices, made for it, deceive it by a factor that grows with n.
///
/// Source: P. Businger, G. Golub, *Linear Least Squares Solutions by Householder Transformations*, Numer. Math. 7 (1965); Golub & Van Loan,
/// *Matrix Computations*, 4th ed., section 5.4.2; when a length must be computed anew: Z. Drmač, Z. Bujanović, ACM TOMS 35 (2008).
#[derive(Clone, Debug)]
pub struct PivotedQr {
    qr: Qr,
    /// Column j of A·P is this column of A.
    columns: Vec<usize>,
    /// max(m, n)·2⁻⁵²
    noise: f64,
}

impl PivotedQr {
    /// Decomposes a matrix.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for an entry that is infinite or NaN; [`Error::Overflow`] if an entry of R is beyond `f64::MAX`.
    ///
    /// # Panics
    /// If `a` is no matrix.
    #[track_caller]
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        assert!(a.shape().rank() == 2, "pivoted qr: shape {} is not a matrix", a.shape());
        check_finite("pivoted qr", a)?;
        let (mut a, largest) = (a.to_tensor(), a.iter().fold(0.0_f64, |largest, x| largest.max(x.abs())));
        let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
        for x in a.data_mut() {
            *x *= scale;
        }
        let (m, n) = (a.rows(), a.cols());
        let below = |a: &Mat, k: usize, j: usize| (k..m).map(|i| a[[i, j]]).collect::<Vec<f64>>();
        let mut columns: Vec<usize> = (0..n).collect();
        // How long each column is from row k on, and how long it was when that was last computed from its entries.
        let mut left: Vec<f64> = (0..n).map(|j| norm2(&below(&a, 0, j))).collect();
        let mut known = left.clone();
        let mut blocks = Vec::with_capacity(m.min(n));
        for k in 0..m.min(n) {
            let longest = (k..n).fold(k, |best, j| if left[j] > left[best] { j } else { best });
            for row in a.data_mut().chunks_exact_mut(n) {
                row.swap(k, longest);
            }
            columns.swap(k, longest);
            left.swap(k, longest);
            known.swap(k, longest);

            let mut v = below(&a, k, k);
            let (tau, beta) = reflector(&mut v, 0);
            a[[k, k]] = beta;
            reflect(&v, tau, &mut a, k, k + 1);
            let mut block = BlockReflector::new(m - k, 1);
            block.push(&v, tau);
            blocks.push((k, block));

            for j in k + 1..n {
                // Pythagoras: a mirror keeps lengths, and row k of R is done with.
                let rest = (1.0 - (a[[k, j]] / left[j]).powi(2)).max(0.0);
                // Where little is left of what was known, the difference is rounding error.
                if left[j] == 0.0 || rest * (left[j] / known[j]).powi(2) <= f64::EPSILON.sqrt() {
                    left[j] = norm2(&below(&a, k + 1, j));
                    known[j] = left[j];
                } else {
                    left[j] *= rest.sqrt();
                }
            }
        }
        let r = Mat::from_fn(m.min(n), n, |i, j| if i <= j { a[[i, j]] / scale } else { 0.0 });
        if !norm_inf(r.data()).is_finite() {
            return Err(Error::Overflow { operation: "pivoted qr" });
        }
        let noise = m.max(n) as f64 * f64::EPSILON;
        Ok(PivotedQr { qr: Qr::from_parts(r, blocks, m), columns, noise })
    }

    /// Q and R, without the order of the columns.
    pub fn qr(&self) -> &Qr {
        &self.qr
    }

    /// Column j of A·P is this column of A.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// How many diagonal entries of R exceed `tolerance`·|R\[0,0\]|; by default the tolerance is max(m, n)·2⁻⁵², what rounding leaves of a
    /// zero.
    pub fn rank(&self, tolerance: Option<f64>) -> usize {
        let r = self.qr.r_view();
        let k = r.shape()[0].min(r.shape()[1]);
        if k == 0 {
            return 0;
        }
        let least = tolerance.unwrap_or(self.noise) * r[[0, 0]].abs();
        (0..k).take_while(|&i| r[[i, i]].abs() > least).count()
    }
}
