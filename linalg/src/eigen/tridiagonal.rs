//! Three diagonals in one pass: A = Q·T·Qᵀ. Chapter: *Eigenvalues*.
//!
//! Row by row from the last one up, a mirror turns everything left of the subdiagonal into zeros. Applied from both sides it
//! keeps the matrix symmetric, so only the lower triangle is kept; the mirrors' vectors go where the zeros would be.

use super::padded::{LINE, Padded};
use crate::householder::reflector;
use crate::mirrors::{from_right, triangle};
use crate::simd::vectorise;
use crate::tensor::Mat;

/// T, and what is needed to build Q = H₍ₙ₋₁₎⋯H₂·H₁.
pub(super) struct Tridiagonal {
    /// T\[i,i\].
    pub(super) diagonal: Vec<f64>,
    /// T\[i+1,i\] = T\[i,i+1\]; one fewer.
    pub(super) beside: Vec<f64>,
    /// Row i holds the vector of mirror i in its first i places, zeros from there on.
    pub(super) mirrors: Padded,
    /// τ of mirror i, which acts on the rows and columns 0..i.
    pub(super) taus: Vec<f64>,
}

/// Reduces the symmetric matrix whose lower triangle is in `a`.
///
/// With H = I − τ·v·vᵀ, the product H·A·H is A − v·wᵀ − w·vᵀ, where w = p − (τ/2)(pᵀv)·v and p = τ·A·v: one matrix-vector
/// product and one update of rank two for each row. Done one after the other they would read the triangle twice; so the
/// update waits, and is made row by row on the way through the *next* row's matrix-vector product.
///
/// Cost: 4n³/3 FLOP; the triangle is read and written once for each of its rows.
pub(super) fn reduce(a: Padded) -> Tridiagonal {
    let n = a.rows();
    let mut t = Tridiagonal::new(a);
    reduce_rows(&mut t, n);
    t
}

/// The same for the first n rows, if those below are done.
pub(super) fn reduce_rows(t: &mut Tridiagonal, n: usize) {
    let Tridiagonal { diagonal, beside, mirrors: a, taus } = t;
    let (mut v, mut w) = (vec![0.0; n], vec![0.0; n]); // of the update that still waits: none so far
    let mut p = vec![0.0; n];
    for i in (0..n).rev() {
        let stride = a.stride();
        let (above, row) = a.split_at_row(i);
        for (k, x) in row[..=i].iter_mut().enumerate() {
            *x -= v[i] * w[k] + w[i] * v[k];
        }
        diagonal[i] = row[i];
        row[i..].fill(0.0);
        if i == 0 {
            break;
        }
        let mirror = &mut row[..i];
        (taus[i], beside[i - 1]) = reflector(mirror, i - 1);
        let (tau, mirror, p) = (taus[i], &*mirror, &mut p[..i]);
        update_and_multiply(above, stride, (&v, &w), mirror, p);
        let pv: f64 = tau * p.iter().zip(mirror).map(|(p, v)| p * v).sum::<f64>();
        for k in 0..i {
            w[k] = tau * (p[k] - 0.5 * pv * mirror[k]);
        }
        v[..i].copy_from_slice(mirror);
    }
}

/// A ← A − v·wᵀ − w·vᵀ, then p ← A·x, in one pass over the lower triangle of A, which has as many rows as x.
fn update_and_multiply(a: &mut [f64], stride: usize, vw: (&[f64], &[f64]), x: &[f64], p: &mut [f64]) {
    vectorise(
        #[inline(always)]
        || {
            p.fill(0.0);
            let fours = x.len() / 4 * 4;
            for (block, rows) in a[..fours * stride].chunks_exact_mut(4 * stride).enumerate() {
                update_and_multiply_rows::<4>(rows, stride, 4 * block, vw, x, p);
            }
            for (j, row) in a[fours * stride..].chunks_exact_mut(stride).enumerate() {
                update_and_multiply_rows::<1>(row, stride, fours + j, vw, x, p);
            }
        },
    );
}

/// The same for the `R` rows from row `top` on: what is loaded of v, w, x and p serves them all.
///
/// Element (j, k) of the triangle serves twice, as A\[j,k\] in p\[j\] and as A\[k,j\] in p\[k\].
#[inline(always)]
fn update_and_multiply_rows<const R: usize>(
    rows: &mut [f64],
    stride: usize,
    top: usize,
    (v, w): (&[f64], &[f64]),
    x: &[f64],
    p: &mut [f64],
) {
    let rows: [&mut [f64]; R] = split(rows, stride);
    let at = |x: &[f64]| -> [f64; R] { std::array::from_fn(|r| x[top + r]) };
    let (vj, wj, xj) = (at(v), at(w), at(x));
    let mut sums = [[0.0; 4]; R];
    let whole = top / 4 * 4;
    for k in (0..whole).step_by(4) {
        let (v4, w4, x4): ([f64; 4], [f64; 4], [f64; 4]) = (chunk(v, k), chunk(w, k), chunk(x, k));
        let mut p4: [f64; 4] = chunk(p, k);
        for r in 0..R {
            let mut a: [f64; 4] = chunk(rows[r], k);
            for l in 0..4 {
                a[l] -= vj[r] * w4[l] + wj[r] * v4[l];
                sums[r][l] += a[l] * x4[l];
                p4[l] += a[l] * xj[r];
            }
            rows[r][k..k + 4].copy_from_slice(&a);
        }
        p[k..k + 4].copy_from_slice(&p4);
    }
    // What is left of the rows: up to three elements before the diagonal blocks, and the blocks themselves.
    for r in 0..R {
        let j = top + r;
        let mut sum = (sums[r][0] + sums[r][1]) + (sums[r][2] + sums[r][3]);
        for k in whole..j {
            let a = rows[r][k] - (vj[r] * w[k] + wj[r] * v[k]);
            rows[r][k] = a;
            sum += a * x[k];
            p[k] += a * xj[r];
        }
        rows[r][j] -= 2.0 * vj[r] * wj[r];
        p[j] += sum + rows[r][j] * xj[r];
    }
}

impl Tridiagonal {
    /// Nothing reduced yet: room for T, and the matrix where the mirrors will be.
    pub(super) fn new(a: Padded) -> Self {
        let n = a.rows();
        let (diagonal, beside) = (vec![0.0; n], vec![0.0; n.saturating_sub(1)]);
        Tridiagonal { diagonal, beside, mirrors: a, taus: vec![0.0; n] }
    }

    /// Qᵀ.
    ///
    /// Row j of it is eⱼᵀ·H₁·H₂⋯: every row goes through the mirrors on its own, and the first j of them cannot see it. Four rows go
    /// together, so that each mirror is read once for four rows.
    ///
    /// Cost: 4n³/3 FLOP.
    pub(super) fn basis(&self) -> Padded {
        let mut basis = Padded::identity(self.taus.len());
        let stride = basis.stride();
        for (block, rows) in basis.data_mut().chunks_exact_mut(4 * stride).enumerate() {
            vectorise(
                #[inline(always)]
                || {
                    for i in 4 * block + 1..self.taus.len() {
                        // From place i on the mirror has zeros, so whole lines may be taken.
                        let v = &self.mirrors.row(i)[..i.next_multiple_of(LINE)];
                        reflect_rows(v, self.taus[i], &mut split(rows, stride));
                    }
                },
            );
        }
        basis
    }
}

/// Mirrors that are applied together.
const TOGETHER: usize = 32;

impl Tridiagonal {
    /// X ← X·Qᵀ: takes eigenvectors of T, one a row, to those of A.
    ///
    /// Mirrors are taken by the dozen, as [`crate::mirrors`] tells. That takes two large products, where single mirrors would read X twice
    /// each.
    ///
    /// Cost: 2n³ FLOP for n rows, as products.
    ///
    /// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 5.1.7; LAPACK's `dlarft` and `dlarfb`.
    // ANCHOR: apply
    pub(super) fn apply_to(&self, x: &mut Mat) {
        let n = self.taus.len();
        for from in (1..n).step_by(TOGETHER) {
            let to = n.min(from + TOGETHER);
            let cols = to - 1; // mirror i has i entries
            let y = self.mirrors.view(from..to, cols);
            let t = triangle(y, &self.taus[from..to]);
            from_right(y, t.view(), x.view_mut().slice(1, 0, cols));
        }
    }
    // ANCHOR_END: apply
}

/// zᵀ ← zᵀ·(I − τ·v·vᵀ) for four rows z.
#[inline(always)]
fn reflect_rows(v: &[f64], tau: f64, rows: &mut [&mut [f64]; 4]) {
    let mut sums = [[0.0; LINE]; 4];
    for k in (0..v.len()).step_by(LINE) {
        let v: [f64; LINE] = chunk(v, k);
        for r in 0..4 {
            let z: [f64; LINE] = chunk(rows[r], k);
            for l in 0..LINE {
                sums[r][l] += z[l] * v[l];
            }
        }
    }
    let factors = sums.map(|s| tau * (((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))));
    for k in (0..v.len()).step_by(LINE) {
        let v: [f64; LINE] = chunk(v, k);
        for r in 0..4 {
            let mut z: [f64; LINE] = chunk(rows[r], k);
            for l in 0..LINE {
                z[l] -= factors[r] * v[l];
            }
            rows[r][k..k + LINE].copy_from_slice(&z);
        }
    }
}

#[inline(always)]
fn split<const R: usize>(rows: &mut [f64], stride: usize) -> [&mut [f64]; R] {
    let mut rows = rows.chunks_exact_mut(stride);
    std::array::from_fn(|_| rows.next().expect("R rows"))
}

/// `N` numbers by value: the compiler need not fear that a store to one slice changes another.
#[inline(always)]
pub(super) fn chunk<const N: usize>(x: &[f64], k: usize) -> [f64; N] {
    *x[k..].first_chunk().expect("whole chunks")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Q·T·Qᵀ, multiplied out by the plain definition, is A; and Q is orthogonal.
    #[test]
    fn the_mirrors_of_any_size_give_three_diagonals() {
        for n in (0..20).chain([33, 34, 70]) {
            let a = Mat::from_fn(n, n, |i, j| f64::from(((i + j) * (i * j + 3)) as u32 % 17) - 8.0);
            let mut lower = Padded::zeros(n);
            for i in 0..n {
                lower.row_mut(i)[..=i].copy_from_slice(&a.row(i)[..=i]);
            }
            let reduced = reduce(lower);
            let basis = reduced.basis();
            let qt = Mat::from_fn(n, n, |i, j| basis.row(i)[j]);
            let t = Mat::from_fn(n, n, |i, j| match i.abs_diff(j) {
                0 => reduced.diagonal[i],
                1 => reduced.beside[i.min(j)],
                _ => 0.0,
            });
            let back = qt.transpose().matmul(&t).matmul(&qt);
            let eye = qt.matmul(&qt.transpose());
            for i in 0..n {
                for j in 0..n {
                    assert!((back[[i, j]] - a[[i, j]]).abs() < 1e-12, "n = {n}");
                    assert!((eye[[i, j]] - f64::from(i == j)).abs() < 1e-14, "n = {n}");
                }
                assert!(basis.row(i)[n..].iter().all(|&x| x == 0.0), "the padding was written");
            }
            let mut together = Mat::eye(n);
            reduced.apply_to(&mut together);
            let most = qt.zip_with(&together, |x, y| (x - y).abs());
            assert!(most.data().iter().all(|&x| x < 1e-14), "n = {n}");
        }
    }
}
