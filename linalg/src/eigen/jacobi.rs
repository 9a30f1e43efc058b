//! Jacobi's method: make one pair of entries zero, and again, until nothing is left beside the diagonal. Chapter: *Eigenvalues*.

use super::{SymmetricEigen, checked};
use crate::error::Error;
use crate::tensor::Mat;
use crate::view::View;

const NAME: &str = "Jacobi's method";

/// Sweeps allowed. Six to ten are usual, whatever the size.
const SWEEPS: usize = 60;

/// A = V·Λ·Vᵀ for a symmetric A, by Jacobi's method of 1846: the shortest way that gives every digit.
///
/// A rotation in the plane of the axes p and q makes A\[p,q\] zero, and spoils zeros that were made before. But it moves 2·A\[p,q\]²
/// of the sum of squares from beside the diagonal onto it, so what is left shrinks, in the end quadratically. Result and shapes as of
/// [`SymmetricEigen::new`].
///
/// ```
/// use linalg::{Mat, eigen::jacobi};
///
/// // Condition 1e32. Its smallest eigenvalue is 0.9999·1e-32 to all digits; SymmetricEigen::new promises only ±1e-16.
/// let a = Mat::from_rows(&[[1.0, 1e-18], [1e-18, 1e-32]]);
/// let e = jacobi(a.view())?;
/// assert!((e.values[0] / 0.9999e-32 - 1.0).abs() < 1e-15);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: about 6n³ FLOP a sweep, with the vectors, entry by entry: fifty to a hundred times [`SymmetricEigen::new`] at
/// n = 100.
///
/// Accuracy: as [`SymmetricEigen::new`]; and where A is positive definite, *small* eigenvalues have as many right digits as the
/// matrix determines (its condition after its diagonal has been scaled to ones).
///
/// # Errors
/// As [`SymmetricEigen::new`].
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 8.5; J. Demmel, K. Veselić, *Jacobi's method is more accurate than
/// QR*, SIAM J. Matrix Anal. Appl. 13 (1992), for when to stop.
pub fn jacobi(a: View<'_, f64>) -> Result<SymmetricEigen, Error> {
    let scale = checked(NAME, a)?;
    let n = a.shape()[0];
    let mut a = Mat::from_fn(n, n, |i, j| 0.5 * (a[[i, j]] * scale + a[[j, i]] * scale));
    let mut rows = Mat::eye(n); // Vᵀ: what is rotated lies together
    for _ in 0..SWEEPS {
        if !sweep(&mut a, &mut rows) {
            let values = (0..n).map(|k| a[[k, k]] / scale).collect();
            return SymmetricEigen::sorted(NAME, values, |k| rows.row(k));
        }
    }
    Err(Error::NoConvergence { operation: NAME, iterations: SWEEPS, missing: n })
}

/// Each pair (p, q) once. Returns whether there was anything to do.
// ANCHOR: sweep
fn sweep(a: &mut Mat, vectors: &mut Mat) -> bool {
    let n = a.rows();
    let mut moved = false;
    for p in 0..n {
        for q in p + 1..n {
            let (app, aqq, apq) = (a[[p, p]], a[[q, q]], a[[p, q]]);
            // Small beside *both* its diagonal entries, not beside the largest of all: that keeps small eigenvalues exact.
            if apq.abs() <= f64::EPSILON * (app.abs().sqrt() * aqq.abs().sqrt()) || apq.abs() < 1e-300 {
                continue;
            }
            moved = true;
            // t is the tangent of the smaller of the two angles that make the entry zero: t² + 2θt − 1 = 0.
            let theta = (aqq - app) / (2.0 * apq);
            let t = (1.0 / (theta.abs() + theta.hypot(1.0))).copysign(theta);
            let c = 1.0 / t.hypot(1.0);
            let s = t * c;
            for k in 0..n {
                if k != p && k != q {
                    let (x, y) = (a[[k, p]], a[[k, q]]);
                    (a[[k, p]], a[[k, q]]) = (c * x - s * y, s * x + c * y);
                    (a[[p, k]], a[[q, k]]) = (a[[k, p]], a[[k, q]]);
                }
                let (x, y) = (vectors[[p, k]], vectors[[q, k]]);
                (vectors[[p, k]], vectors[[q, k]]) = (c * x - s * y, s * x + c * y);
            }
            (a[[p, p]], a[[q, q]]) = (app - t * apq, aqq + t * apq);
            (a[[p, q]], a[[q, p]]) = (0.0, 0.0);
        }
    }
    moved
}
// ANCHOR_END: sweep
