//! Francis' iteration: from Hessenberg to real Schur form. Chapter: *Eigenvalues without symmetry*.
//!
//! One *sweep* is a step of the QR algorithm with two shifts at once, σ and its conjugate, so that all numbers stay real. Neither
//! (H − σ)(H − σ̄) nor its QR decomposition is ever computed. Its first column has three numbers, from which a mirror follows; that mirror
//! makes a bulge in the zeros below the diagonals, and the mirrors that chase the bulge down and out are the rest of the step.

use super::block::{Standard, eigenvalues, standardise};
use super::square::Square;
use crate::complex::Complex;
use crate::error::Error;
use crate::householder::power_of_two_for;
use crate::simd::vectorise;

/// Sweeps allowed for each eigenvalue, on average. Two to three are usual; LAPACK's `dlahqr` has the same cap.
const SWEEPS: usize = 30;

/// After so many sweeps without an eigenvalue, a shift from elsewhere: a cyclic permutation, for one, is a fixed point of the others.
const PATIENCE: usize = 10;

/// Nothing at all, in a matrix that is scaled to numbers near 1.
pub(super) const NOTHING: f64 = 1e-290;

/// How much of the matrix has to be right at the end.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Goal {
    /// All of it: real Schur form.
    Schur,
    /// The diagonal blocks alone: eigenvalues. Half of the work.
    Eigenvalues,
}

/// Makes the Hessenberg matrix `h` quasi-triangular, with standard 2×2 blocks; multiplies `qt` by the same mirrors from the left.
///
/// Cost: about 10n³ FLOP for the Schur form and as many for `qt`; 5n³ for eigenvalues alone.
// ANCHOR: iterate
pub(super) fn iterate(h: &mut Square, mut qt: Option<&mut Square>, goal: Goal) -> Result<(), Error> {
    let cap = SWEEPS * h.n().max(10);
    let (mut total, mut since) = (0_usize, 0_usize);
    let mut end = h.n(); // rows end.. are done
    while end > 0 {
        let start = start_of_block(h, end);
        if start > 0 {
            h[[start, start - 1]] = 0.0;
        }
        if end - start <= 2 {
            if end - start == 2 {
                standard_block(h, qt.as_deref_mut(), start);
            }
            (end, since) = (start, 0);
            continue;
        }
        if total == cap {
            return Err(Error::NoConvergence { operation: "schur", iterations: total, missing: end });
        }
        (total, since) = (total + 1, since + 1);
        let shifts = shifts(h, start, end, since);
        sweep(h, qt.as_deref_mut(), [start, end], shifts, goal);
    }
    Ok(())
}
// ANCHOR_END: iterate

/// The block `start..end` stands alone at the bottom of what is left: the entry before it is nothing beside its neighbours.
///
/// Nothing is what changes no eigenvalue by more than rounding, not what is small beside the diagonal alone: in graded matrices an entry
/// below the diagonal can be as tiny as what it is multiplied with is large.
///
/// Source: M. Ahues, F. Tisseur, *A new deflation criterion for the QR algorithm*, LAPACK Working Note 122 (1997).
pub(super) fn start_of_block(h: &Square, end: usize) -> usize {
    for k in (1..end).rev() {
        let below = h[[k, k - 1]].abs();
        if below <= NOTHING {
            return k;
        }
        let (first, second) = (h[[k - 1, k - 1]], h[[k, k]]);
        let mut sum = first.abs() + second.abs();
        if sum == 0.0 {
            let left = if k >= 2 { h[[k - 1, k - 2]].abs() } else { 0.0 };
            let right = if k + 1 < h.n() { h[[k + 1, k]].abs() } else { 0.0 };
            sum = left + right;
        }
        if below > f64::EPSILON * sum {
            continue;
        }
        let above = h[[k - 1, k]].abs();
        let apart = (first - second).abs();
        let (large, small) = (below.max(above), below.min(above));
        let (far, near) = (second.abs().max(apart), second.abs().min(apart));
        let size = far + large;
        if small * (large / size) <= f64::EPSILON * (near * (far / size)).max(NOTHING) {
            return k;
        }
    }
    0
}

/// The two shifts: the eigenvalues of the last 2×2 block, a real one twice. Where that has not worked for a while, something else.
fn shifts(h: &Square, start: usize, end: usize, since: usize) -> [Complex; 2] {
    if since.is_multiple_of(PATIENCE) {
        return elsewhere(h, start, end, since.is_multiple_of(2 * PATIENCE));
    }
    let i = end - 1;
    let last = h[[i, i]];
    let found = eigenvalues(standardise([h[[i - 1, i - 1]], h[[i - 1, i]], h[[i, i - 1]], last]).form);
    if found[0].im != 0.0 {
        return found;
    }
    // of two real ones the one nearer to the last entry, twice
    let nearer = if (found[0].re - last).abs() <= (found[1].re - last).abs() { found[0] } else { found[1] };
    [nearer; 2]
}

/// Two shifts that have nothing to do with the last block but its size. The numbers are arbitrary: EISPACK's, which have served for fifty years.
pub(super) fn elsewhere(h: &Square, start: usize, end: usize, bottom: bool) -> [Complex; 2] {
    let (at, size) = if bottom {
        (end - 1, h[[end - 1, end - 2]].abs() + h[[end - 2, end - 3]].abs())
    } else {
        (start, h[[start + 1, start]].abs() + h[[start + 2, start + 1]].abs())
    };
    let diagonal = 0.75 * size + h[[at, at]];
    eigenvalues(standardise([diagonal, -0.4375 * size, size, diagonal]).form)
}

/// The first column of (H − σ₁)(H − σ₂) for the part of H that begins at row m, up to a factor: three numbers.
pub(super) fn first_column(h: &Square, m: usize, [s1, s2]: [Complex; 2]) -> [f64; 3] {
    let (a, d, below) = (h[[m, m]], h[[m + 1, m + 1]], h[[m + 1, m]]);
    let size = (a - s2.re).abs() + s2.im.abs() + below.abs();
    if size == 0.0 {
        return [1.0, 0.0, 0.0];
    }
    let ratio = below / size;
    let v = [
        ratio * h[[m, m + 1]] + (a - s1.re) * ((a - s2.re) / size) - s1.im * (s2.im / size),
        ratio * (a + d - s1.re - s2.re),
        ratio * h[[m + 2, m + 1]],
    ];
    let sum = v[0].abs() + v[1].abs() + v[2].abs();
    if sum == 0.0 { [1.0, 0.0, 0.0] } else { v.map(|x| x / sum) }
}

/// One sweep over the block `start..end`.
// ANCHOR: sweep
fn sweep(
    h: &mut Square,
    mut qt: Option<&mut Square>,
    [start, end]: [usize; 2],
    shifts: [Complex; 2],
    goal: Goal,
) {
    let n = h.n();
    let (left, right) = if goal == Goal::Schur { (0, n) } else { (start, end) };
    let (first, mut v) = where_to_begin(h, start, end, shifts);
    for k in first..end - 1 {
        let size = 3.min(end - k); // the last mirror has two rows
        if k > first {
            v = [h[[k, k - 1]], h[[k + 1, k - 1]], if size == 3 { h[[k + 2, k - 1]] } else { 0.0 }];
        }
        let mirror = Mirror::new(v);
        if k > first {
            h[[k, k - 1]] = mirror.beta;
            h[[k + 1, k - 1]] = 0.0;
            if size == 3 {
                h[[k + 2, k - 1]] = 0.0;
            }
        } else if k > start {
            h[[k, k - 1]] *= 1.0 - mirror.tau; // the sweep begins below a small entry, which the mirror flips
        }
        mirror.rows(h, k, size, k, right);
        mirror.columns(h, k, size, left, (k + 4).min(end));
        if let Some(qt) = qt.as_deref_mut() {
            mirror.rows(qt, k, size, 0, n);
        }
    }
}
// ANCHOR_END: sweep

/// A sweep may begin below two small entries in a row, whose product is nothing.
fn where_to_begin(h: &Square, start: usize, end: usize, shifts: [Complex; 2]) -> (usize, [f64; 3]) {
    let mut m = end - 3;
    loop {
        let v = first_column(h, m, shifts);
        if m == start {
            return (m, v);
        }
        let around = h[[m - 1, m - 1]].abs() + h[[m, m]].abs() + h[[m + 1, m + 1]].abs();
        if h[[m, m - 1]].abs() * (v[1].abs() + v[2].abs()) <= f64::EPSILON * v[0].abs() * around {
            return (m, v);
        }
        m -= 1;
    }
}

/// I − τ·v·vᵀ on three neighbouring axes (on two, where the third of v is 0), with v₀ = 1.
#[derive(Clone, Copy)]
pub(super) struct Mirror {
    pub(super) tau: f64,
    pub(super) beta: f64,
    v1: f64,
    v2: f64,
}

impl Mirror {
    /// The mirror that sends x to (β, 0, 0).
    #[inline(always)]
    pub(super) fn new(x: [f64; 3]) -> Self {
        let largest = x[0].abs().max(x[1].abs()).max(x[2].abs());
        if x[1] == 0.0 && x[2] == 0.0 {
            return Mirror { tau: 0.0, beta: x[0], v1: 0.0, v2: 0.0 };
        }
        // squares of what is smaller get lost
        let scale = if largest < 1e-140 { power_of_two_for(largest) } else { 1.0 };
        let [x0, x1, x2] = x.map(|x| x * scale);
        let beta = -(x0 * x0 + x1 * x1 + x2 * x2).sqrt().copysign(x0);
        let v0 = x0 - beta;
        Mirror { tau: -v0 / beta, beta: beta / scale, v1: x1 / v0, v2: x2 / v0 }
    }

    /// From the left, on the rows k, k+1, (k+2) and the columns `from..to`.
    #[inline(always)]
    pub(super) fn rows(&self, a: &mut Square, k: usize, size: usize, from: usize, to: usize) {
        let stride = a.stride();
        let &Mirror { tau, v1, v2, .. } = self;
        let (r0, rest) = a.data_mut()[k * stride..].split_at_mut(stride);
        let (r1, r2) = rest.split_at_mut(stride);
        let (r0, r1) = (&mut r0[from..to], &mut r1[from..to]);
        if size == 3 {
            let r2 = &mut r2[from..to];
            vectorise(
                #[inline(always)]
                || {
                    for ((x, y), z) in r0.iter_mut().zip(r1).zip(r2) {
                        let sum = tau * (*x + v1 * *y + v2 * *z);
                        *x -= sum;
                        *y -= sum * v1;
                        *z -= sum * v2;
                    }
                },
            );
        } else {
            vectorise(
                #[inline(always)]
                || {
                    for (x, y) in r0.iter_mut().zip(r1) {
                        let sum = tau * (*x + v1 * *y);
                        *x -= sum;
                        *y -= sum * v1;
                    }
                },
            );
        }
    }

    /// From the right, on the columns k, k+1, (k+2) and the rows `from..to`.
    #[inline(always)]
    pub(super) fn columns(&self, a: &mut Square, k: usize, size: usize, from: usize, to: usize) {
        let stride = a.stride();
        let &Mirror { tau, v1, v2, .. } = self;
        let (t1, t2) = (tau * v1, tau * v2);
        let rows = a.data_mut()[from * stride..].chunks_exact_mut(stride).take(to - from);
        if size == 3 {
            for row in rows {
                let [x, y, z] = &mut row[k..k + 3] else { continue };
                let sum = *x + v1 * *y + v2 * *z;
                *x -= sum * tau;
                *y -= sum * t1;
                *z -= sum * t2;
            }
        } else {
            for row in rows {
                let [x, y] = &mut row[k..k + 2] else { continue };
                let sum = *x + v1 * *y;
                *x -= sum * tau;
                *y -= sum * t1;
            }
        }
    }
}

/// Brings the 2×2 block at `k` to standard form, and turns everything else along.
pub(super) fn standard_block(h: &mut Square, qt: Option<&mut Square>, k: usize) {
    let Standard { c, s, form } = standardise([h[[k, k]], h[[k, k + 1]], h[[k + 1, k]], h[[k + 1, k + 1]]]);
    let n = h.n();
    rotate_rows(h, k, [c, s], k + 2, n);
    rotate_columns(h, k, [c, s], 0, k);
    [h[[k, k]], h[[k, k + 1]], h[[k + 1, k]], h[[k + 1, k + 1]]] = form;
    if let Some(qt) = qt {
        rotate_rows(qt, k, [c, s], 0, n);
    }
}

pub(super) fn rotate_rows(a: &mut Square, k: usize, [c, s]: [f64; 2], from: usize, to: usize) {
    for j in from..to {
        let (x, y) = (a[[k, j]], a[[k + 1, j]]);
        a[[k, j]] = c * x + s * y;
        a[[k + 1, j]] = c * y - s * x;
    }
}

pub(super) fn rotate_columns(a: &mut Square, k: usize, [c, s]: [f64; 2], from: usize, to: usize) {
    for i in from..to {
        let (x, y) = (a[[i, k]], a[[i, k + 1]]);
        a[[i, k]] = c * x + s * y;
        a[[i, k + 1]] = c * y - s * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No finite matrix is known that needs the cap; NaN, which never gets here, would need it.
    #[test]
    fn the_iteration_ends_whatever_comes() {
        let mut h = Square::identity(4);
        for i in 0..4 {
            for j in 0..4 {
                h[[i, j]] = f64::NAN;
            }
        }
        let outcome = iterate(&mut h, None, Goal::Schur);
        assert_eq!(outcome, Err(Error::NoConvergence { operation: "schur", iterations: 300, missing: 4 }));
    }
}
