//! How much a solution trembles when its data do, estimated from solutions alone. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! κ(A) = ‖A‖·‖A⁻¹‖ wants the inverse, which costs more than any solution. But whoever can solve can multiply by A⁻¹, and a
//! handful of well-chosen products finds its norm, or nearly.

use crate::norms::{norm_inf, norm1};
use crate::simd::vectorise;
use crate::tensor::Mat;

/// A lower bound of ‖A⁻¹‖₁, rarely below a third of it, from at most eleven solutions with A and with Aᵀ of shape (n, 1).
///
/// Hager's search: ‖A⁻¹·x‖₁ is convex in x, so its largest value over ‖x‖₁ ≤ 1 is at a corner, a unit vector. Climb from corner to
/// corner, where the slope A⁻ᵀ·sign(A⁻¹·x) points.
///
/// `None` as soon as a solution does not exist: then the matrix is singular.
///
/// ```
/// use linalg::{Mat, condition::inverse_norm1};
///
/// // A = diag(4, 0.5): the inverse stretches by at most 2.
/// let solve = |b: &Mat| Some(Mat::from_rows(&[[b[[0, 0]] / 4.0], [b[[1, 0]] / 0.5]]));
/// assert_eq!(inverse_norm1(2, solve, solve), Some(2.0));
/// ```
///
/// Cost: at most eleven solutions.
///
/// Source: N. Higham, *FORTRAN codes for estimating the one-norm of a real or complex matrix*, ACM TOMS 14 (1988), after W. Hager.
pub fn inverse_norm1(
    n: usize,
    mut solve: impl FnMut(&Mat) -> Option<Mat>,
    mut solve_transposed: impl FnMut(&Mat) -> Option<Mat>,
) -> Option<f64> {
    if n == 0 {
        return Some(0.0);
    }
    let column = |f: &dyn Fn(usize) -> f64| Mat::from_fn(n, 1, |i, _| f(i));
    let mut x = column(&|_| 1.0 / n as f64);
    let mut best = 0.0_f64;
    for _ in 0..5 {
        let y = solve(&x)?;
        let size = norm1(y.data());
        if size.is_nan() || size <= best {
            break;
        }
        best = size;
        let slope = solve_transposed(&y.map(|y| if y < 0.0 { -1.0 } else { 1.0 }))?;
        let slope = slope.data();
        let corner = (0..n).max_by(|&i, &j| slope[i].abs().total_cmp(&slope[j].abs()))?;
        let here: f64 = slope.iter().zip(x.data()).map(|(s, x)| s * x).sum();
        if slope[corner].abs() <= here {
            break;
        }
        x = column(&|i| if i == corner { 1.0 } else { 0.0 });
    }
    // A vector that the climb rarely misses by much where it is fooled.
    let step = 1.0 / (n.max(2) - 1) as f64;
    let zigzag = column(&|i| if i % 2 == 0 { 1.0 + i as f64 * step } else { -1.0 - i as f64 * step });
    let other = 2.0 * norm1(solve(&zigzag)?.data()) / (3.0 * n as f64);
    Some(best.max(other))
}

/// ‖A‖₁, the largest sum of a column.
pub(crate) fn largest_column(a: &Mat) -> f64 {
    let mut sums = vec![0.0; a.cols()];
    vectorise(
        #[inline(always)]
        || {
            for row in a.data().chunks_exact(a.cols().max(1)) {
                for (sum, x) in sums.iter_mut().zip(row) {
                    *sum += x.abs();
                }
            }
        },
    );
    norm_inf(&sums)
}
