//! The eigenvalues of a Schur form in another order. Chapter: *Eigenvalues without symmetry*.
//!
//! Any order of the eigenvalues has its own Schur form. Exchanging two neighbours is enough, as in sorting by bubbles: the directions that
//! belong to the lower block come first, and a rotation into these directions does the rest.

use super::block::eigenvalues;
use super::francis::standard_block;
use super::square::Square;
use crate::complex::Complex;
use crate::householder::reflector;

/// Entries that must become zero may be so many roundings away from it, or the blocks stay where they are.
const SLACK: f64 = 50.0;

/// 2 where a block of two begins at row k, else 1.
pub(super) fn size_at(t: &Square, k: usize) -> usize {
    if k + 1 < t.n() && t[[k + 1, k]] != 0.0 { 2 } else { 1 }
}

/// The eigenvalue of the block at row k, with positive imaginary part if it has one.
pub(super) fn value_at(t: &Square, k: usize) -> Complex {
    if size_at(t, k) == 1 {
        return Complex::real(t[[k, k]]);
    }
    eigenvalues([t[[k, k]], t[[k, k + 1]], t[[k + 1, k]], t[[k + 1, k + 1]]])[0]
}

/// Sorts the blocks so that `key` falls from the top to the bottom. Blocks that are too alike to be exchanged without loss stay.
///
/// Cost: 12n FLOP for each exchange of two numbers, up to n²/2 of them.
pub(super) fn sort(t: &mut Square, qt: &mut Square, key: &dyn Fn(Complex) -> f64) {
    let n = t.n();
    let mut done = 0; // the blocks above are in their places
    while done < n {
        let (mut best, mut at, mut k) = (f64::NEG_INFINITY, done, done);
        while k < n {
            let here = key(value_at(t, k));
            if here > best {
                (best, at) = (here, k);
            }
            k += size_at(t, k);
        }
        while at > done {
            let above = if at >= done + 2 && t[[at - 1, at - 2]] != 0.0 { 2 } else { 1 };
            if !exchange(t, qt, at - above) {
                break;
            }
            at -= above;
        }
        done += size_at(t, done);
    }
}

/// Exchanges the block at row k with the one below it. `false`, and nothing changed, if that would cost accuracy.
///
/// \[\[A, B\], \[0, C\]\]: the columns of \[−X; I\] with A·X − X·C = B span what belongs to C. A mirror for each of them brings them to the
/// front.
///
/// Source: Z. Bai, J. Demmel, *On swapping diagonal blocks in real Schur form*, Linear Algebra and its Applications 186 (1993).
// ANCHOR: exchange
pub(super) fn exchange(t: &mut Square, qt: &mut Square, k: usize) -> bool {
    let (p, n) = (size_at(t, k), t.n());
    let q = size_at(t, k + p);
    let size = p + q;
    let Some(x) = sylvester(t, k, p, q) else { return false };
    // [-X; I], one column after the other; what is tried is tried on a copy
    let mut columns: Vec<Vec<f64>> = (0..q)
        .map(|j| (0..size).map(|i| if i < p { -x[i][j] } else { f64::from(u8::from(i - p == j)) }).collect())
        .collect();
    let mut mirrors = Vec::with_capacity(q);
    for j in 0..q {
        let mut v = vec![0.0; size];
        v[j..].copy_from_slice(&columns[j][j..]);
        let (tau, _) = reflector(&mut v[j..], 0);
        for column in &mut columns[j + 1..] {
            let sum: f64 = v.iter().zip(&*column).map(|(v, x)| v * x).sum();
            column.iter_mut().zip(&v).for_each(|(x, v)| *x -= tau * sum * v);
        }
        mirrors.push((tau, v));
    }
    let mut local = Square::zeros(size);
    for i in 0..size {
        local.row_mut(i).copy_from_slice(&t.row(k + i)[k..k + size]);
    }
    let largest = (0..size).flat_map(|i| local.row(i).to_vec()).fold(0.0, |m: f64, x| m.max(x.abs()));
    for (tau, v) in &mirrors {
        reflect_rows(&mut local, 0, *tau, v, 0, size);
        reflect_columns(&mut local, 0, *tau, v, 0, size);
    }
    let below = (q..size).flat_map(|i| local.row(i)[..q].to_vec()).fold(0.0, |m: f64, x| m.max(x.abs()));
    if below > SLACK * f64::EPSILON * largest {
        return false;
    }
    for (tau, v) in &mirrors {
        reflect_rows(t, k, *tau, v, k, n);
        reflect_columns(t, k, *tau, v, 0, k + size);
        reflect_rows(qt, k, *tau, v, 0, n);
    }
    for i in q..size {
        t.row_mut(k + i)[k..k + q].fill(0.0);
    }
    for (size, at) in [(q, k), (p, k + q)] {
        if size == 2 {
            standard_block(t, Some(qt), at);
        } else if at + 1 < n && at + 1 < k + p + q {
            t[[at + 1, at]] = 0.0;
        }
    }
    true
}
// ANCHOR_END: exchange

/// A·X − X·C = B for blocks of one or two: at most four equations.
fn sylvester(t: &Square, k: usize, p: usize, q: usize) -> Option<[[f64; 2]; 2]> {
    let count = p * q;
    let mut m = [[0.0; 5]; 4]; // the equations with their right side
    for i in 0..p {
        for j in 0..q {
            let row = &mut m[i * q + j];
            for l in 0..p {
                row[l * q + j] += t[[k + i, k + l]];
            }
            for l in 0..q {
                row[i * q + l] -= t[[k + p + l, k + p + j]];
            }
            row[4] = t[[k + i, k + p + j]];
        }
    }
    let mut order = [0, 1, 2, 3];
    for step in 0..count {
        // the largest of what is left, in any row and column
        let candidates = (step..count).flat_map(|i| (step..count).map(move |j| (i, j)));
        let (i, j) = candidates.max_by(|&(a, b), &(c, d)| m[a][b].abs().total_cmp(&m[c][d].abs()))?;
        m.swap(step, i);
        for row in &mut m {
            row.swap(step, j);
        }
        order.swap(step, j);
        let pivot = m[step];
        if pivot[step].abs() < super::francis::NOTHING {
            return None;
        }
        for row in &mut m[step + 1..count] {
            let factor = row[step] / pivot[step];
            for (x, y) in row.iter_mut().zip(pivot) {
                *x -= factor * y;
            }
        }
    }
    let mut x = [0.0; 4];
    for step in (0..count).rev() {
        let known: f64 = (step + 1..count).map(|j| m[step][j] * x[order[j]]).sum();
        x[order[step]] = (m[step][4] - known) / m[step][step];
    }
    let mut result = [[0.0; 2]; 2];
    for i in 0..p {
        result[i][..q].copy_from_slice(&x[i * q..(i + 1) * q]);
    }
    x[..count].iter().all(|x| x.is_finite()).then_some(result)
}

pub(super) fn reflect_rows(a: &mut Square, k: usize, tau: f64, v: &[f64], from: usize, to: usize) {
    for j in from..to {
        let sum: f64 = v.iter().enumerate().map(|(i, v)| v * a[[k + i, j]]).sum();
        for (i, v) in v.iter().enumerate() {
            a[[k + i, j]] -= tau * sum * v;
        }
    }
}

pub(super) fn reflect_columns(a: &mut Square, k: usize, tau: f64, v: &[f64], from: usize, to: usize) {
    for i in from..to {
        let row = &mut a.row_mut(i)[k..k + v.len()];
        let sum: f64 = v.iter().zip(&*row).map(|(v, x)| v * x).sum();
        row.iter_mut().zip(v).for_each(|(x, v)| *x -= tau * sum * v);
    }
}
