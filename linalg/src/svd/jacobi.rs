//! One-sided Jacobi: pairs of columns, turned until all stand at right angles. Chapter: *The singular value decomposition*.
//!
//! If V turns A so that the columns of A·V are orthogonal, their lengths are σ, and divided by these they are U. Two columns can always
//! be turned against one another until they are orthogonal; that spoils others, but less than it mends, and a few rounds over all pairs
//! suffice. Nothing is squared, nothing is reduced to another form first: a small column is never mixed with the rounding errors of a
//! large one.

use super::{NAME, Svd};
use crate::error::Error;
use crate::householder::power_of_two_for;
use crate::kernels::dot;
use crate::norms::norm2;
use crate::tensor::Mat;

/// Rounds over all pairs. Five to ten are usual.
const ROUNDS: usize = 60;

/// Columns shorter than this, in a matrix scaled to numbers near 1, are zero: below 10⁻³⁰⁸ numbers have few digits.
const NOTHING: f64 = 1e-290;

/// Decomposes a matrix with m ≥ n, scaled to numbers near 1.
pub(super) fn jacobi(a: &Mat) -> Result<Svd, Error> {
    let (m, n) = (a.rows(), a.cols());
    let mut columns = a.transpose(); // row j is column j of A, then of A·V
    let mut vt = Mat::eye(n);
    let mut lengths: Vec<f64> = (0..n).map(|j| norm2(columns.row(j))).collect();
    turn_pairs(&mut columns, &mut vt, &mut lengths)?;

    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let mut ut = Mat::zeros([n, m]);
    let mut rank = 0;
    for &j in &order {
        if lengths[j] > NOTHING {
            let scale = power_of_two_for(lengths[j]);
            for (u, x) in ut.row_mut(rank).iter_mut().zip(columns.row(j)) {
                *u = x * scale / (lengths[j] * scale);
            }
            rank += 1;
        }
    }
    complete(&mut ut, rank);
    let s = order.iter().map(|&j| if lengths[j] > NOTHING { lengths[j] } else { 0.0 }).collect();
    let vt = Mat::from_fn(n, n, |i, j| vt[[order[i], j]]);
    Ok(Svd { u: ut.transpose(), s, vt })
}

// ANCHOR: turn_pairs
fn turn_pairs(columns: &mut Mat, vt: &mut Mat, lengths: &mut [f64]) -> Result<(), Error> {
    let (n, m) = (columns.rows(), columns.cols());
    let orthogonal = (m as f64).sqrt() * f64::EPSILON; // no cosine can be computed better
    let mut turned = n; // more than 0
    for _ in 0..ROUNDS {
        if turned == 0 {
            return Ok(());
        }
        turned = 0;
        for i in 0..n {
            for j in i + 1..n {
                // The longer one first: that converges faster, and sorts on the way.
                if lengths[j] > lengths[i] {
                    swap_rows(columns, i, j);
                    swap_rows(vt, i, j);
                    lengths.swap(i, j);
                }
                if lengths[j] <= NOTHING {
                    continue;
                }
                let cosine = cosine(columns.row(i), lengths[i], columns.row(j), lengths[j]);
                if cosine.abs() <= orthogonal {
                    continue;
                }
                turned += 1;
                // tan of the angle that makes xᵢ·xⱼ = 0: the smaller root of t² + 2ζt = 1. It makes the longer one longer.
                let ratio = lengths[j] / lengths[i];
                let zeta = (1.0 / ratio - ratio) / (2.0 * cosine.abs());
                let t = -cosine.signum() / (zeta + zeta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                rotate(columns, i, j, c, t);
                rotate(vt, i, j, c, t);
                lengths[i] = norm2(columns.row(i));
                lengths[j] = norm2(columns.row(j));
            }
        }
    }
    Err(Error::NoConvergence { operation: NAME, iterations: ROUNDS, missing: turned })
}

/// xᵢ ← c·(xᵢ − t·xⱼ), xⱼ ← c·(xⱼ + t·xᵢ).
fn rotate(rows: &mut Mat, i: usize, j: usize, c: f64, t: f64) {
    let (x, y) = two_rows(rows, i, j);
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (c * (*x - t * *y), c * (*y + t * *x));
    }
}
// ANCHOR_END: turn_pairs

/// The cosine of the angle between two columns of any length: powers of two bring both near 1 first where their product would be lost.
fn cosine(x: &[f64], x_length: f64, y: &[f64], y_length: f64) -> f64 {
    if y_length > 1e-140 {
        return dot(x, y) / x_length / y_length;
    }
    let (p, q) = (power_of_two_for(x_length), power_of_two_for(y_length));
    let sum: f64 = x.iter().zip(y).map(|(x, y)| (x * p) * (y * q)).sum();
    sum / (x_length * p) / (y_length * q)
}

/// Rows i < j.
fn two_rows(rows: &mut Mat, i: usize, j: usize) -> (&mut [f64], &mut [f64]) {
    let cols = rows.cols();
    let (above, below) = rows.data_mut().split_at_mut(j * cols);
    (&mut above[i * cols..][..cols], &mut below[..cols])
}

fn swap_rows(rows: &mut Mat, i: usize, j: usize) {
    let (x, y) = two_rows(rows, i, j);
    x.swap_with_slice(y);
}

/// Rows that are missing from an orthonormal set: of the axes, the one that the set contains least of, made orthogonal to it. Twice,
/// since the first time cancels digits.
fn complete(rows: &mut Mat, from: usize) {
    let (n, m) = (rows.rows(), rows.cols());
    let mut contained = vec![0.0; m]; // of axis p: Σ rowᵢ[p]²
    for i in 0..n {
        if i >= from {
            let axis = (0..m).fold(0, |best, p| if contained[p] < contained[best] { p } else { best });
            let mut new = vec![0.0; m];
            new[axis] = 1.0;
            for _ in 0..2 {
                for k in 0..i {
                    let share = dot(rows.row(k), &new);
                    crate::kernels::axpy(-share, rows.row(k), &mut new);
                }
            }
            let length = norm2(&new);
            for (to, x) in rows.row_mut(i).iter_mut().zip(&new) {
                *to = x / length;
            }
        }
        for (sum, x) in contained.iter_mut().zip(rows.row(i)) {
            *sum += x * x;
        }
    }
}
