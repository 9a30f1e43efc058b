//! Three diagonals, sixteen rows at a time: the twin of [`tridiagonal::reduce`] for large matrices. Chapter: *Eigenvalues*.
//!
//! One row at a time, the whole triangle is read *and written* for each. Here the updates of a panel of rows are only noted down, as vectors
//! v and w, and made all at once: that is a matrix product. What cannot wait is the product of the triangle with each mirror, so half of the
//! work stays a walk through memory, and the gain is a fifth at n = 512.

use super::padded::{LINE, Padded};
use super::tridiagonal::{self, Tridiagonal, chunk};
use crate::gemm::gemm;
use crate::householder::reflector;
use crate::kernels::axpy;
use crate::par;
use crate::simd::vectorise;
use crate::tensor::Mat;
use crate::view::{View, ViewMut};

/// Rows that are reduced before the rest of the matrix is brought up to date.
const PANEL: usize = 16;

/// With fewer rows than this left, one at a time is quicker: their triangle stays in the cache.
pub(super) const FEW: usize = 160;

/// From so many rows on, the product of the triangle with a mirror is made in two parts: 80,000 numbers, some 20 µs. That is worth a second
/// thread, if it is awake.
const SHARED: usize = 400;

/// Rows that are updated by one product. What it computes above the diagonal is wasted.
const BLOCK: usize = 64;

/// Reduces the symmetric matrix whose lower triangle is in `a`; the same mirrors as [`tridiagonal::reduce`], up to rounding.
///
/// Cost: 4n³/3 FLOP, half of them in products.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 8.3.1; LAPACK's `dlatrd` and `dsytrd`.
pub(super) fn reduce(a: Padded) -> Tridiagonal {
    let mut t = Tridiagonal::new(a);
    let mut end = t.mirrors.rows();
    while end > FEW {
        let start = end - PANEL;
        let notes = panel(&mut t, start, end);
        update(&mut t.mirrors, start, &notes);
        end = start;
    }
    tridiagonal::reduce_rows(&mut t, end);
    t
}

/// Reduces the rows `start..end`, from the last one up. Returns v₀, w₀, v₁, w₁, … as rows: A is out of date by Σ v·wᵀ + w·vᵀ.
// ANCHOR: panel
fn panel(t: &mut Tridiagonal, start: usize, end: usize) -> Mat {
    let mut notes = Mat::zeros([2 * (end - start), end]);
    let (mut p, mut more) = (vec![0.0; end], vec![0.0; end]);
    for (count, i) in (start..end).rev().enumerate() {
        // This row is needed now: bring it up to date.
        let stride = t.mirrors.stride();
        let (above, row) = t.mirrors.split_at_row(i);
        let factors: Vec<f64> = (0..2 * count).map(|c| notes[[c ^ 1, i]]).collect(); // w₀[i], v₀[i], …
        subtract(&factors, &notes, &mut row[..=i]);
        t.diagonal[i] = row[i];
        row[i..].fill(0.0);
        let mirror = &mut row[..i];
        (t.taus[i], t.beside[i - 1]) = reflector(mirror, i - 1);
        let (tau, mirror, p) = (t.taus[i], &*mirror, &mut p[..i]);
        // p = A·v, of the A that is out of date, and what the notes say is missing
        multiply(above, stride, mirror, p, &mut more);
        let dots = products(&notes, 2 * count, mirror);
        let factors: Vec<f64> = (0..2 * count).map(|c| dots[c ^ 1]).collect();
        subtract(&factors, &notes, p);
        let pv: f64 = tau * p.iter().zip(mirror).map(|(p, v)| p * v).sum::<f64>();
        for k in 0..i {
            notes[[2 * count, k]] = mirror[k];
            notes[[2 * count + 1, k]] = tau * (p[k] - 0.5 * pv * mirror[k]);
        }
    }
    notes
}
// ANCHOR_END: panel

/// x ← x − Σ factorᵢ·(row i of the notes), as far as x goes.
fn subtract(factors: &[f64], notes: &Mat, x: &mut [f64]) {
    let (count, n) = (factors.len(), x.len());
    let rows = notes.view().slice(0, 0, count).slice(1, 0, n);
    gemm(-1.0, View::new(factors, [1, count]), rows, 1.0, ViewMut::new(x, [1, n]));
}

/// The dot products of x with the first rows of the notes.
fn products(notes: &Mat, count: usize, x: &[f64]) -> Vec<f64> {
    let mut dots = vec![0.0; count];
    let rows = notes.view().slice(0, 0, count).slice(1, 0, x.len());
    gemm(1.0, View::new(x, [1, x.len()]), rows.transpose(), 0.0, ViewMut::new(&mut dots, [1, count]));
    dots
}

/// A ← A − Σ v·wᵀ + w·vᵀ for the rows before `start`, block by block along the diagonal.
fn update(a: &mut Padded, start: usize, notes: &Mat) {
    let count = notes.rows();
    let exchanged = Mat::from_fn(count, start, |c, k| notes[[c ^ 1, k]]);
    for from in (0..start).step_by(BLOCK) {
        let to = start.min(from + BLOCK);
        let left = notes.view().slice(1, from, to).transpose();
        gemm(-1.0, left, exchanged.view().slice(1, 0, to), 1.0, a.view_mut(from..to, to));
    }
}

/// p ← A·x for the symmetric matrix whose lower triangle is given by rows; it has as many rows as x.
///
/// A large triangle is cut into a smaller one and a trapezium of as many numbers, for two threads. Each part has sums of its own, also where one
/// thread computes both, so that the result does not depend on who does.
fn multiply(a: &[f64], stride: usize, x: &[f64], p: &mut [f64], more: &mut [f64]) {
    let n = x.len();
    if n < SHARED {
        return multiply_part(a, stride, 0, x, p);
    }
    let cut = ((n as f64 * std::f64::consts::FRAC_1_SQRT_2) as usize).next_multiple_of(LINE);
    let (upper, lower) = a.split_at(cut * stride);
    let (p, after) = p.split_at_mut(cut);
    let more = &mut more[..n];
    par::join(
        par::is_awake(),
        || multiply_part(upper, stride, 0, &x[..cut], p),
        || multiply_part(lower, stride, cut, x, more),
    );
    axpy(1.0, &more[..cut], p);
    after.copy_from_slice(&more[cut..]);
}

/// What the rows from number `first` on contribute to p = A·x.
fn multiply_part(a: &[f64], stride: usize, first: usize, x: &[f64], p: &mut [f64]) {
    vectorise(
        #[inline(always)]
        || {
            p.fill(0.0);
            let fours = (x.len() - first) / 4 * 4;
            for (block, rows) in a[..fours * stride].chunks_exact(4 * stride).enumerate() {
                multiply_rows::<4>(rows, stride, first + 4 * block, x, p);
            }
            for (j, row) in a[fours * stride..].chunks_exact(stride).enumerate() {
                multiply_rows::<1>(row, stride, first + fours + j, x, p);
            }
        },
    );
}

/// Element (j, k) of the triangle serves twice, as A\[j,k\] in p\[j\] and as A\[k,j\] in p\[k\]: every one is read once.
#[inline(always)]
fn multiply_rows<const R: usize>(rows: &[f64], stride: usize, top: usize, x: &[f64], p: &mut [f64]) {
    let rows: [&[f64]; R] = std::array::from_fn(|r| &rows[r * stride..][..stride]);
    let xj: [f64; R] = std::array::from_fn(|r| x[top + r]);
    let mut sums = [[0.0; LINE]; R];
    let whole = top / LINE * LINE;
    for k in (0..whole).step_by(LINE) {
        let x: [f64; LINE] = chunk(x, k);
        let mut q: [f64; LINE] = chunk(p, k);
        for r in 0..R {
            let a: [f64; LINE] = chunk(rows[r], k);
            for l in 0..LINE {
                sums[r][l] += a[l] * x[l];
                q[l] += a[l] * xj[r];
            }
        }
        p[k..k + LINE].copy_from_slice(&q);
    }
    for r in 0..R {
        let j = top + r;
        let mut sum: f64 = sums[r].iter().sum();
        for k in whole..j {
            sum += rows[r][k] * x[k];
            p[k] += rows[r][k] * xj[r];
        }
        p[j] += sum + rows[r][j] * xj[r];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same diagonals as one row at a time, and the same mirrors.
    #[test]
    fn panels_agree_with_single_rows() {
        for n in [1, 64, FEW, FEW + 1, FEW + 33, SHARED + 30] {
            let entry = |i: usize, j: usize| f64::from(((i + j) * (i * j + 3)) as u32 % 17) / 8.0 - 1.0;
            let lower = || {
                let mut a = Padded::zeros(n);
                for i in 0..n {
                    for j in 0..=i {
                        a.row_mut(i)[j] = entry(i, j);
                    }
                }
                a
            };
            let (fast, plain) = (reduce(lower()), tridiagonal::reduce(lower()));
            let near = |x: &[f64], y: &[f64]| x.iter().zip(y).all(|(x, y)| (x - y).abs() < 1e-9);
            // Rounding grows along the way, as in any similarity: the spectrum is what both share to the last digits, the rows
            // near the end of the matrix what they share entry by entry.
            let rows = n.saturating_sub(12)..n;
            assert!(near(&fast.diagonal[rows.clone()], &plain.diagonal[rows.clone()]), "n = {n}");
            assert!(near(
                &fast.beside[rows.start.saturating_sub(1)..],
                &plain.beside[rows.start.saturating_sub(1)..]
            ));
            // Q·T·Qᵀ, multiplied out, is A.
            let mut qt = Mat::eye(n);
            fast.apply_to(&mut qt);
            let t = Mat::from_fn(n, n, |i, j| match i.abs_diff(j) {
                0 => fast.diagonal[i],
                1 => fast.beside[i.min(j)],
                _ => 0.0,
            });
            let back = qt.transpose().matmul(&t).matmul(&qt);
            for i in 0..n {
                assert!(
                    fast.mirrors.row(i)[i..].iter().all(|&x| x == 0.0),
                    "the upper triangle was left behind"
                );
                for j in 0..=i {
                    assert!((back[[i, j]] - entry(i, j)).abs() < 1e-12, "n = {n}: ({i}, {j})");
                }
            }
        }
    }
}
