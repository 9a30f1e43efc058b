//! Implicit QR on two diagonals: rotations that drive the upper one to zero. Chapter: *The singular value decomposition*.
//!
//! The eigenvalues of BᵀB are the squares of what is looked for. A QR step on BᵀB, with a shift near one of them, makes its last
//! off-diagonal entry shrink cubically; but whoever computes BᵀB has lost all σ below 10⁻⁸ of the largest. So the step is done without it:
//! its first rotation is applied to B, from the right; that puts one number below the diagonal; and alternately from the left and
//! from the right this *bulge* is chased along the diagonals until it falls out at the end.

use super::NAME;
use super::rotations::Basis;
use crate::error::Error;
use crate::par;

/// Sweeps allowed for each singular value, on average. Two are usual.
const SWEEPS: usize = 30;

/// An entry that changes no singular value by more than this, relative to itself, is dropped.
const TOLERANCE: f64 = 8.0 * f64::EPSILON;

/// Nothing at all in a matrix that is scaled to numbers near 1. Rotations computed from such numbers would not be orthogonal.
const NOTHING: f64 = 1e-290;

/// Makes the bidiagonal matrix with `d` on the diagonal and `e` above it diagonal. At the end `d` holds the singular values, with any
/// sign and in any order; the bases (Uᵀ and Vᵀ, one vector a row) have been turned along.
///
/// Cost: about 2n sweeps of up to n rotations on both sides, each 6 FLOP for every column of the bases.
pub(super) fn diagonalise(
    d: &mut [f64],
    e: &mut [f64],
    left: &mut Basis,
    right: &mut Basis,
) -> Result<(), Error> {
    let n = d.len();
    let (mut sweeps, mut end) = (0, n);
    let mut turns = Turns { left: Vec::with_capacity(n), right: Vec::with_capacity(n) };
    while end > 1 {
        // The block first..end stands alone: nothing above its first and last entry on the diagonal.
        let (first, smallest) = block(d, e, end);
        if first + 1 == end {
            end -= 1;
            continue;
        }
        if sweeps == SWEEPS * n {
            return Err(Error::NoConvergence { operation: NAME, iterations: sweeps, missing: end });
        }
        sweeps += 1;
        let (d, e) = (&mut d[first..end], &mut e[first..end - 1]);
        // Small numbers gather where the chase ends: let that be where they are already. Up is down in the mirror image, in which
        // rows and columns, left and right, change places.
        let down = d[0].abs() >= d[d.len() - 1].abs();
        if !down {
            d.reverse();
            e.reverse();
        }
        turns.left.clear();
        turns.right.clear();
        chase(d, e, smallest, &mut turns);
        if down {
            left.rotate(first, true, &turns.left);
            right.rotate(first, true, &turns.right);
        } else {
            d.reverse();
            e.reverse();
            left.rotate(end - 1, false, &turns.right);
            right.rotate(end - 1, false, &turns.left);
        }
        if left.is_full() || right.is_full() {
            finish(left, right);
        }
    }
    finish(left, right);
    Ok(())
}

/// Turns both bases. Neither knows of the other: work for two threads, without a word between them.
fn finish(left: &mut Basis, right: &mut Basis) {
    par::join(par::is_awake(), || left.finish(), || right.finish());
}

/// The rotations (c, s) of one sweep, in order.
struct Turns {
    left: Vec<(f64, f64)>,
    right: Vec<(f64, f64)>,
}

/// Where the last block before `end` begins, and what its smallest singular value is at least (but for a factor of √n).
///
/// What is negligible is set to 0. Walking along the diagonals, μ bounds the singular values of what was passed so far from below; an entry
/// above the diagonal may go if it is small beside μ, however small *that* is.
///
/// Source: Demmel & Kahan (1990), section 4.
fn block(d: &mut [f64], e: &mut [f64], end: usize) -> (usize, f64) {
    for x in d[..end].iter_mut().chain(&mut e[..end - 1]) {
        if x.abs() < NOTHING {
            *x = 0.0;
        }
    }
    let (mut first, mut mu) = (0, d[0].abs());
    let mut smallest = mu;
    for i in 0..end - 1 {
        if e[i].abs() <= TOLERANCE * mu {
            e[i] = 0.0;
            first = i + 1;
            mu = d[first].abs();
            smallest = mu;
        } else {
            mu = d[i + 1].abs() * (mu / (mu + e[i].abs()));
            smallest = smallest.min(mu);
        }
    }
    let mut mu = d[end - 1].abs();
    for i in (first..end - 1).rev() {
        if e[i].abs() <= TOLERANCE * mu {
            e[i] = 0.0;
            return block(d, e, end); // shorter by at least one now
        }
        mu = d[i].abs() * (mu / (mu + e[i].abs()));
    }
    (first, smallest)
}

/// One sweep over a whole block, downwards.
fn chase(d: &mut [f64], e: &mut [f64], smallest: f64, turns: &mut Turns) {
    let n = d.len();
    let largest = d.iter().chain(e.iter()).fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let shift = smaller_of_two(d[n - 2], e[n - 2], d[n - 1]);
    // A shift costs σ that are tiny beside it their digits: not where they would be lost, nor where it would change nothing.
    if 100.0 * n as f64 * smallest <= largest || (shift / d[0]).powi(2) < f64::EPSILON {
        without_shift(d, e, turns);
    } else {
        with_shift(d, e, shift, turns);
    }
}

// ANCHOR: with_shift
/// One QR step on BᵀB − shift², without BᵀB.
fn with_shift(d: &mut [f64], e: &mut [f64], shift: f64, turns: &mut Turns) {
    let last = d.len() - 1;
    // The first column of BᵀB − shift² is (d₀² − shift², d₀·e₀, 0, …). Divided by d₀, and without a square:
    let mut x = (d[0].abs() - shift) * (1.0_f64.copysign(d[0]) + shift / d[0]);
    let mut y = e[0];
    for i in 0..last {
        // From the right: columns i and i + 1. The bulge goes below the diagonal.
        let (c, s, r) = rotation(x, y);
        turns.right.push((c, s));
        if i > 0 {
            e[i - 1] = r;
        }
        (x, e[i]) = (c * d[i] + s * e[i], c * e[i] - s * d[i]);
        (y, d[i + 1]) = (s * d[i + 1], c * d[i + 1]);
        // From the left: rows i and i + 1. The bulge goes above the two diagonals.
        let (c, s, r) = rotation(x, y);
        turns.left.push((c, s));
        d[i] = r;
        (x, d[i + 1]) = (c * e[i] + s * d[i + 1], c * d[i + 1] - s * e[i]);
        if i + 1 < last {
            (y, e[i + 1]) = (s * e[i + 1], c * e[i + 1]);
        }
    }
    e[last - 1] = x;
}
// ANCHOR_END: with_shift

/// One QR step on BᵀB, without BᵀB and without a single subtraction: every number keeps its digits, however small.
///
/// Source: Demmel & Kahan (1990), section 3.
fn without_shift(d: &mut [f64], e: &mut [f64], turns: &mut Turns) {
    let last = d.len() - 1;
    let (mut c, mut c_before, mut s_before) = (1.0, 1.0, 0.0);
    for i in 0..last {
        let (c_right, s_right, r) = rotation(d[i] * c, e[i]);
        if i > 0 {
            e[i - 1] = s_before * r;
        }
        let (c_left, s_left, r) = rotation(c_before * r, d[i + 1] * s_right);
        d[i] = r;
        turns.right.push((c_right, s_right));
        turns.left.push((c_left, s_left));
        (c, c_before, s_before) = (c_right, c_left, s_left);
    }
    let rest = d[last] * c;
    e[last - 1] = rest * s_before;
    d[last] = rest * c_before;
}

/// (c, s, r) with c·x + s·y = r and c·y − s·x = 0.
fn rotation(x: f64, y: f64) -> (f64, f64, f64) {
    if y == 0.0 || x.abs().max(y.abs()) < NOTHING {
        return (1.0, 0.0, x);
    }
    let squares = x * x + y * y;
    let r = if squares > 1e-280 { squares.sqrt() } else { x.hypot(y) };
    (x / r, y / r, r)
}

/// The smaller singular value of \[a b; 0 c\], to nearly all digits.
///
/// σ₁·σ₀ = |a·c| and σ₁ + σ₀ = √((|a| + |c|)² + b²), σ₀ − σ₁ = √((|a| − |c|)² + b²): sums of squares, and a division at the end.
fn smaller_of_two(a: f64, b: f64, c: f64) -> f64 {
    let (a, b, c) = (a.abs(), b.abs(), c.abs());
    let largest = 0.5 * ((a + c).hypot(b) + (a - c).hypot(b));
    if largest == 0.0 { 0.0 } else { a.min(c) * (a.max(c) / largest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No finite matrix is known that needs the cap; NaN, which never gets here, would need it.
    #[test]
    fn the_iteration_ends_whatever_comes() {
        let (mut d, mut e) = ([f64::NAN; 4], [f64::NAN; 3]);
        let basis = || Basis::identity(4, 4);
        let outcome = diagonalise(&mut d, &mut e, &mut basis(), &mut basis());
        assert_eq!(outcome, Err(Error::NoConvergence { operation: NAME, iterations: 30 * 4, missing: 4 }));
    }

    /// [1 x; 0 y] with |y| ≪ 1 has the singular values √(1 + x²) and y/√(1 + x²), up to y².
    #[test]
    fn tiny_singular_values_of_two_diagonals_keep_their_digits() {
        for tiny in [1e-20, 1e-100, 1e-250] {
            let (mut d, mut e) = ([1.0, tiny], [1.0]);
            let basis = || Basis::identity(2, 2);
            diagonalise(&mut d, &mut e, &mut basis(), &mut basis()).unwrap();
            let mut s = d.map(f64::abs);
            s.sort_by(f64::total_cmp);
            assert!((s[0] / (tiny * 0.5_f64.sqrt()) - 1.0).abs() < 1e-15, "{s:?}");
            assert!((s[1] / 2_f64.sqrt() - 1.0).abs() < 1e-15, "{s:?}");
        }
    }
}
