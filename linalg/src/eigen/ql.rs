//! Implicit QL: rotations that drive the subdiagonal to zero. Chapter: *Eigenvalues*.

use super::NAME;
use super::rotations::Basis;
use crate::error::Error;
use crate::norms::norm_inf;

/// Sweeps allowed for each eigenvalue, on average. Two are usual; LAPACK's `dsteqr` has the same cap.
const SWEEPS: usize = 30;

/// After so many, what is nothing beside the *largest* number of all is nothing: where a large entry sits among many tiny ones and zeros
/// on the diagonal, rounding keeps the tiny ones from ever settling beside each other.
const PATIENT: usize = 10;

/// Nothing at all in a matrix that is scaled to numbers near 1. Rotations computed from such numbers would not be orthogonal,
/// since those near the end of the range have few digits.
const NOTHING: f64 = 1e-290;

/// Makes the symmetric tridiagonal matrix with `d` on the diagonal and `e` beside it diagonal. At the end `d` holds the
/// eigenvalues in no particular order, and `basis` has been turned along.
///
/// One *sweep* is one QL step with a shift σ: T − σ = Q·L, T' = L·Q + σ, which is QᵀTQ. It is never computed like that: the first
/// rotation of Q puts one number outside the three diagonals, and each of the next chases it one row up, until it falls out at the top
/// (the "implicit Q theorem" says that the result must be the same). With the shift at an eigenvalue of the top 2×2 block,
/// e\[l\] shrinks cubically: about two sweeps an eigenvalue.
///
/// Cost: about 1.7·n sweeps of up to n rotations, each 6n FLOP for the basis.
pub(super) fn diagonalise(d: &mut [f64], e: &mut [f64], basis: &mut Basis) -> Result<(), Error> {
    let n = d.len();
    let small = f64::EPSILON * norm_inf(d).max(norm_inf(e));
    let mut sweeps = 0;
    let mut rotations = Vec::with_capacity(n);
    for l in 0..n {
        // The block l..=m stands alone: e[m] is nothing beside its neighbours. Done when it is a single number.
        while let m = end_of_block(d, e, l, if sweeps > PATIENT * n { small } else { NOTHING })
            && m > l
        {
            if sweeps == SWEEPS * n {
                return Err(Error::NoConvergence { operation: NAME, iterations: sweeps, missing: n - l });
            }
            sweeps += 1;
            rotations.clear();
            sweep(d, e, l, m, &mut rotations);
            basis.rotate(m, &rotations);
        }
    }
    basis.finish();
    Ok(())
}

fn end_of_block(d: &[f64], e: &[f64], l: usize, nothing: f64) -> usize {
    (l..e.len()).find(|&m| e[m].abs() < nothing || negligible(d, e, m)).unwrap_or(e.len())
}

/// Whether e\[m\] is nothing beside its neighbours on the diagonal.
pub(super) fn negligible(d: &[f64], e: &[f64], m: usize) -> bool {
    e[m].abs() <= f64::EPSILON * (d[m].abs() + d[m + 1].abs()) || e[m].abs() < NOTHING
}

/// One sweep over the block `l..=m`. Appends the rotations, (c, s) for the rows m−1 and m, then m−2 and m−1, and so on.
// ANCHOR: sweep
fn sweep(d: &mut [f64], e: &mut [f64], l: usize, m: usize, rotations: &mut Vec<(f64, f64)>) {
    if let Some(negligible) = e.get_mut(m) {
        *negligible = 0.0;
    }
    // Wilkinson's shift: the eigenvalue of the top 2×2 block that is nearer to d[l].
    let half = (d[l + 1] - d[l]) / (2.0 * e[l]);
    let shift = d[l] - e[l] / (half + length(half, 1.0).copysign(half));
    let mut g = d[m] - shift;
    let (mut c, mut s, mut p) = (1.0, 1.0, 0.0);
    for i in (l..m).rev() {
        let (bulge, b) = (s * e[i], c * e[i]); // the number outside the three diagonals
        let r = length(bulge, g);
        if i + 1 < m {
            e[i + 1] = r;
        }
        if r == 0.0 {
            // The block has come apart by itself: this rotation is not needed, nor is any after it.
            d[i + 1] -= p;
            return;
        }
        (s, c) = (bulge / r, g / r);
        rotations.push((c, s));
        g = d[i + 1] - p;
        let t = (d[i] - g) * s + 2.0 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
    }
    d[l] -= p;
    e[l] = g;
}
// ANCHOR_END: sweep

/// √(x² + y²); the matrix is scaled to numbers near 1, so only small squares can get lost.
fn length(x: f64, y: f64) -> f64 {
    let squares = x * x + y * y;
    if squares > 1e-280 { squares.sqrt() } else { x.hypot(y) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eigen::padded::Padded;

    /// No finite matrix is known that needs the cap; NaN, which never gets here, would need it.
    #[test]
    fn the_iteration_ends_whatever_comes() {
        let (mut d, mut e) = ([f64::NAN; 4], [f64::NAN; 3]);
        let outcome = diagonalise(&mut d, &mut e, &mut Basis::new(Padded::identity(4)));
        assert_eq!(outcome, Err(Error::NoConvergence { operation: NAME, iterations: 30 * 4, missing: 4 }));
    }
}
