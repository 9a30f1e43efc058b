//! Balancing: a change of units before the eigenvalues. Chapter: *Eigenvalues without symmetry*.
//!
//! D⁻¹·A·D with a diagonal D has the eigenvalues of A, as a change of units does. Rounding errors are relative to the largest entries, so a
//! matrix that is 1e10 above its diagonal and 1e−10 below loses digits that no later step brings back.

use super::square::Square;
use crate::norms::norm2;

/// A row and its column are called balanced when scaling would not shorten them by more than 5 %.
const GAIN: f64 = 0.95;

/// Passes over all rows at most. Two or three are usual.
const PASSES: usize = 30;

/// No factor beyond 2^±`RANGE`: a matrix that falls apart into blocks could be scaled for ever.
const RANGE: i32 = 400;

/// A ← D⁻¹·A·D so that row i and column i have about the same length, for every i. Returns the diagonal of D: powers of two, so that no
/// digit of A changes.
///
/// Source: E. Osborne, *On pre-conditioning of matrices*, Journal of the ACM 7 (1960); with the diagonal in both lengths, so that entries are
/// not scaled up for nothing: R. James, J. Langou, B. Lowery, *On matrix balancing and eigenvector computation*, arXiv:1401.5766 (2014).
// ANCHOR: balance
pub(super) fn balance(a: &mut Square) -> Vec<f64> {
    let n = a.n();
    let mut exponents = vec![0_i32; n];
    let mut column = vec![0.0; n];
    for _ in 0..PASSES {
        let mut settled = true;
        for i in 0..n {
            for (j, c) in column.iter_mut().enumerate() {
                *c = a[[j, i]];
            }
            let (c, r) = (norm2(&column), norm2(a.row(i)));
            if c == 0.0 || r == 0.0 {
                continue;
            }
            // D multiplies column i by f = 2^e and divides row i: equal lengths at f² = r/c.
            let e = (0.5 * (r / c).log2()).round() as i32;
            let e = e.clamp(-RANGE - exponents[i], RANGE - exponents[i]);
            let f = 2_f64.powi(e);
            if e == 0 || (c * f).hypot(r / f) >= GAIN * c.hypot(r) {
                continue;
            }
            settled = false;
            exponents[i] += e;
            for j in 0..n {
                if j != i {
                    a[[j, i]] *= f;
                    a[[i, j]] /= f;
                }
            }
        }
        if settled {
            break;
        }
    }
    exponents.into_iter().map(|e| 2_f64.powi(e)).collect()
}
// ANCHOR_END: balance
