//! Francis' iteration for large matrices: many bulges, and a look at the corner. Chapter: *Eigenvalues without symmetry*.
//!
//! Two changes to `francis.rs`, both of which leave the mathematics as it was. *Many bulges at once*: a chain of sweeps, three rows apart, goes
//! down together. While it passes a window of some dozens of rows, only the window is changed; the mirrors are collected in one small
//! orthogonal matrix, and the rest of the matrix sees them as two products. *Early deflation*: the Schur form of the last rows alone shows which
//! eigenvalues have converged long before the entries below the diagonal do, and the others are good shifts.
//!
//! Source: K. Braman, R. Byers, R. Mathias, *The multishift QR algorithm*, parts I and II, SIAM J. Matrix Anal. Appl. 23 (2002); LAPACK's
//! `dlaqr0`, `dlaqr2` and `dlaqr5`.

use super::francis::{self, Goal, Mirror, NOTHING, first_column, start_of_block};
use super::reorder::{exchange, reflect_columns, reflect_rows, size_at, value_at};
use super::square::Square;
use crate::complex::Complex;
use crate::error::Error;
use crate::gemm::gemm;
use crate::householder::reflector;
use crate::tensor::Mat;

/// Blocks of up to so many rows go to `francis.rs`.
pub(super) const SMALL: usize = 96;

/// Rounds without an eigenvalue before something else is tried.
const PATIENCE: usize = 6;

/// Rounds for each eigenvalue, on average. A few for every window are usual.
const ROUNDS: usize = 30;

/// As [`francis::iterate`].
pub(super) fn iterate(h: &mut Square, mut qt: Option<&mut Square>, goal: Goal) -> Result<(), Error> {
    let n = h.n();
    let (mut total, mut since, mut end) = (0_usize, 0_usize, n);
    while end > 0 {
        let start = start_of_block(h, end);
        if start > 0 {
            h[[start, start - 1]] = 0.0;
        }
        let size = end - start;
        if size <= SMALL {
            let mut local = window(h, start, end);
            let mut ut = Square::identity(size);
            francis::iterate(&mut local, Some(&mut ut), Goal::Schur)?;
            put(h, start, &local);
            spread(h, qt.as_deref_mut(), start, &ut, reach(goal, n, start, end));
            (end, since) = (start, 0);
            continue;
        }
        if total == ROUNDS * n {
            return Err(Error::NoConvergence { operation: "schur", iterations: total, missing: end });
        }
        (total, since) = (total + 1, since + 1);
        if since.is_multiple_of(PATIENCE) {
            let shifts = francis::elsewhere(h, start, end, since.is_multiple_of(2 * PATIENCE));
            chase(h, qt.as_deref_mut(), [start, end], &[shifts], goal);
            continue;
        }
        let corner = corner_size(size);
        let (found, shifts) = deflate(h, qt.as_deref_mut(), [start, end], corner, goal)?;
        end -= found;
        if found > 0 {
            since = 0;
        }
        // Many at once: look again before the next chain.
        if 7 * found <= corner && end - start > SMALL {
            chase(h, qt.as_deref_mut(), [start, end], &shifts, goal);
        }
    }
    Ok(())
}

/// How many of the last rows are looked at, and about how many shifts a chain has.
fn corner_size(size: usize) -> usize {
    match size {
        0..150 => 16,
        150..350 => 32,
        _ => 48,
    }
}

/// The columns and rows that have to be right at the end.
fn reach(goal: Goal, n: usize, start: usize, end: usize) -> [usize; 2] {
    if goal == Goal::Schur { [0, n] } else { [start, end] }
}

fn window(h: &Square, from: usize, to: usize) -> Square {
    let mut local = Square::zeros(to - from);
    for i in from..to {
        local.row_mut(i - from).copy_from_slice(&h.row(i)[from..to]);
    }
    local
}

fn put(h: &mut Square, from: usize, local: &Square) {
    for i in 0..local.n() {
        h.row_mut(from + i)[from..from + local.n()].copy_from_slice(local.row(i));
    }
}

/// What a window at `at` has gone through, H ← UᵀHU, for everything beside the window: above, to the right, and Qᵀ.
fn spread(h: &mut Square, qt: Option<&mut Square>, at: usize, ut: &Square, [left, right]: [usize; 2]) {
    let (w, to) = (ut.n(), at + ut.n());
    let u = ut.part([0, w], [0, w]);
    if at > left {
        let above: Mat = h.part([left, at], [at, to]).to_tensor();
        gemm(1.0, above.view(), u.transpose(), 0.0, h.part_mut([left, at], [at, to]));
    }
    if right > to {
        let beside: Mat = h.part([at, to], [to, right]).to_tensor();
        gemm(1.0, u, beside.view(), 0.0, h.part_mut([at, to], [to, right]));
    }
    if let Some(qt) = qt {
        let n = qt.n();
        let rows: Mat = qt.part([at, to], [0, n]).to_tensor();
        gemm(1.0, u, rows.view(), 0.0, qt.part_mut([at, to], [0, n]));
    }
}

/// Early deflation in the last `size` rows of the block. Returns how many eigenvalues are done, and shifts from the others.
///
/// In the Schur form of the corner, what ties it to the rest is no single entry any more but a *spike*: a column, the entry times the
/// first row of the corner's basis. Where the spike is nothing, an eigenvalue is done.
// ANCHOR: deflate
fn deflate(
    h: &mut Square,
    qt: Option<&mut Square>,
    [start, end]: [usize; 2],
    size: usize,
    goal: Goal,
) -> Result<(usize, Vec<[Complex; 2]>), Error> {
    let top = end - size;
    let tie = h[[top, top - 1]];
    let mut t = window(h, top, end);
    let mut vt = Square::identity(size);
    francis::iterate(&mut t, Some(&mut vt), Goal::Schur)?;
    let (mut left, mut kept) = (size, 0); // the rows left.. are done, those before `kept` are known not to be
    while kept < left {
        let pair = left >= 2 && t[[left - 1, left - 2]] != 0.0;
        let block = if pair { 2 } else { 1 };
        let (spike, own) = if pair {
            let turn = t[[left - 1, left - 2]].abs().sqrt() * t[[left - 2, left - 1]].abs().sqrt();
            let spike = vt[[left - 1, 0]].abs().max(vt[[left - 2, 0]].abs());
            (spike, t[[left - 1, left - 1]].abs() + turn)
        } else {
            (vt[[left - 1, 0]].abs(), t[[left - 1, left - 1]].abs())
        };
        let own = if own == 0.0 { tie.abs() } else { own };
        if (tie * spike).abs() <= (f64::EPSILON * own).max(NOTHING) {
            left -= block;
            continue;
        }
        // Not yet: out of the way, to the top, so that the next one can be looked at.
        let mut at = left - block;
        while at > kept {
            let above = if at >= kept + 2 && t[[at - 1, at - 2]] != 0.0 { 2 } else { 1 };
            if !exchange(&mut t, &mut vt, at - above) {
                break;
            }
            at -= above;
        }
        if at > kept {
            break; // two that are too alike to change places
        }
        kept += size_at(&t, kept);
    }
    let shifts = shifts(&t, if left == 0 { size } else { left });
    if left == size {
        return Ok((0, shifts));
    }
    if left == 0 {
        h[[top, top - 1]] = 0.0;
    } else {
        // What is left of the spike becomes one entry again, and the corner Hessenberg.
        let mut spike: Vec<f64> = (0..left).map(|i| tie * vt[[i, 0]]).collect();
        let (tau, beta) = reflector(&mut spike, 0);
        h[[top, top - 1]] = beta;
        mirror(&mut t, &mut vt, 0, tau, &spike, left);
        for k in 0..left.saturating_sub(2) {
            let mut v: Vec<f64> = (k + 1..left).map(|i| t[[i, k]]).collect();
            let (tau, beta) = reflector(&mut v, 0);
            mirror(&mut t, &mut vt, k + 1, tau, &v, left);
            t[[k + 1, k]] = beta;
            for i in k + 2..left {
                t[[i, k]] = 0.0;
            }
        }
    }
    put(h, top, &t);
    spread(h, qt, top, &vt, reach(goal, h.n(), start, end));
    Ok((size - left, shifts))
}
// ANCHOR_END: deflate

/// A mirror on both sides of the corner, from row `at` on, and on its basis.
fn mirror(t: &mut Square, vt: &mut Square, at: usize, tau: f64, v: &[f64], left: usize) {
    if tau != 0.0 {
        let n = t.n();
        reflect_rows(t, at, tau, v, 0, n);
        reflect_columns(t, at, tau, v, 0, left);
        reflect_rows(vt, at, tau, v, 0, n);
    }
}

/// The eigenvalues of the first `left` rows in twos: pairs as they are, real ones as neighbours, a single one twice.
fn shifts(t: &Square, left: usize) -> Vec<[Complex; 2]> {
    let mut all = Vec::new();
    let mut single: Option<Complex> = None;
    let mut k = 0;
    while k < left {
        let value = value_at(t, k);
        if value.im != 0.0 {
            all.push([value, value.conj()]);
        } else if let Some(other) = single.take() {
            all.push([other, value]);
        } else {
            single = Some(value);
        }
        k += size_at(t, k);
    }
    if let (true, Some(value)) = (all.is_empty(), single) {
        all.push([value, value]);
    }
    all
}

/// A chain of sweeps over the block `start..end`, one for each two shifts, three rows behind one another.
// ANCHOR: chase
fn chase(
    h: &mut Square,
    mut qt: Option<&mut Square>,
    [start, end]: [usize; 2],
    shifts: &[[Complex; 2]],
    goal: Goal,
) {
    let n = h.n();
    let chain = 3 * (shifts.len() - 1); // how far the last bulge is behind the first
    let stride = (chain + 6).max(24); // steps before the rest of the matrix sees them
    let steps = end - 1 - start + chain;
    for from in (0..steps).step_by(stride) {
        let to = (from + stride).min(steps);
        let low = start + from.saturating_sub(chain);
        let high = end.min(start + to + 3);
        let mut ut = Square::identity(high - low);
        for step in from..to {
            // The first bulge first: it makes room for the next one.
            for (i, &pair) in shifts.iter().enumerate() {
                let Some(k) = (start + step).checked_sub(3 * i).filter(|k| (start..end - 1).contains(k))
                else {
                    continue;
                };
                advance(h, &mut ut, k, pair, [start, end], [low, high]);
            }
        }
        spread(h, qt.as_deref_mut(), low, &ut, reach(goal, n, start, end));
    }
}
// ANCHOR_END: chase

/// One mirror: a new bulge where k is the first row, else the next step of an old one. Only the window is changed.
fn advance(
    h: &mut Square,
    ut: &mut Square,
    k: usize,
    shifts: [Complex; 2],
    [start, end]: [usize; 2],
    [low, high]: [usize; 2],
) {
    let size = 3.min(end - k);
    let v = if k == start {
        first_column(h, k, shifts)
    } else {
        [h[[k, k - 1]], h[[k + 1, k - 1]], if size == 3 { h[[k + 2, k - 1]] } else { 0.0 }]
    };
    let mirror = Mirror::new(v);
    if k > start {
        h[[k, k - 1]] = mirror.beta;
        h[[k + 1, k - 1]] = 0.0;
        if size == 3 {
            h[[k + 2, k - 1]] = 0.0;
        }
    }
    mirror.rows(h, k, size, k, high);
    mirror.columns(h, k, size, low, (k + 4).min(end));
    let w = ut.n();
    mirror.rows(ut, k - low, size, 0, w);
}
