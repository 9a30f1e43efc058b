//! Hessenberg form: all zeros that mirrors can make in one pass. Chapter: *Eigenvalues without symmetry*.
//!
//! A mirror applied from the left makes zeros in a column; to keep the eigenvalues it must also be applied from the right, and that mixes
//! columns. A mirror that leaves row k alone leaves column k alone too, so the zeros below row k+1 survive. That is as far as a finite
//! number of steps can go: one diagonal below the main one remains. (Zeros there as well would be the eigenvalues, which have no formula.)

use super::square::Square;
use crate::error::{Error, check_finite, check_square};
use crate::gemm::gemm;
use crate::householder::{power_of_two_for, reflector};
use crate::kernels::{axpy, dot};
use crate::mirrors::{extend, from_right};
use crate::norms::norm_inf;
use crate::par;
use crate::real::Real;
use crate::tensor::Mat;
use crate::view::View;

/// Mirrors that are collected before the rest of the matrix sees them.
const BLOCK: usize = 24;

/// A = Q·H·Qᵀ with an orthogonal Q, and zeros in H below the first diagonal under the main one.
///
/// Shapes: all (n, n). H has the eigenvalues of A. For a symmetric A it is tridiagonal up to rounding.
///
/// ```
/// use linalg::{Hessenberg, Mat};
///
/// let a = Mat::from_rows(&[[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [4.0, 3.0, 1.0]]);
/// let Hessenberg { q, h } = Hessenberg::new(a.view())?;
/// assert_eq!(h[[2, 0]], 0.0);
/// assert!((h[[1, 0]].abs() - 5.0).abs() < 1e-14); // the length of what was below the diagonal: (3, 4)
/// let back = q.matmul(&h).matmul(&q.transpose());
/// assert!(a.data().iter().zip(back.data()).all(|(x, y)| (x - y).abs() < 1e-14));
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 10n³/3 FLOP, and 4n³/3 for Q; four fifths of both in matrix products.
///
/// Accuracy: ‖A − QHQᵀ‖/‖A‖ and ‖QᵀQ − I‖ are a small multiple of n·2⁻⁵², at any scale of the entries.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 7.4.2; the blocks: LAPACK's `dgehrd` and `dlahr2`, after G.
/// Quintana-Ortí, R. van de Geijn, *Improving the performance of reduction to Hessenberg form*, ACM TOMS 32 (2006).
#[derive(Clone, Debug)]
pub struct Hessenberg {
    /// Q, orthogonal.
    pub q: Mat,
    /// H, with exact zeros below its first subdiagonal.
    pub h: Mat,
}

impl Hessenberg {
    /// Reduces a matrix.
    ///
    /// # Errors
    /// [`Error::NotSquare`]; [`Error::NotFinite`]; [`Error::Overflow`] if an entry of H is beyond `f64::MAX`.
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        let (a, scale) = super::prepare("hessenberg", a)?;
        let (h, qt) = par::awake(a.n() >= par::LARGE, || reduce(a));
        let h = h.to_mat().map(|x| x / scale);
        if h.data().iter().any(|x| !x.is_finite()) {
            return Err(Error::Overflow { operation: "hessenberg" });
        }
        Ok(Hessenberg { q: qt.to_transposed(), h })
    }

    /// The same, mirror by mirror: to be read. [`Self::new`] gives the same up to rounding, and sooner.
    ///
    /// # Errors
    /// As [`Self::new`].
    // ANCHOR: plain
    pub fn plain(a: View<'_, f64>) -> Result<Self, Error> {
        check_square("hessenberg", a)?;
        check_finite("hessenberg", a)?;
        let n = a.shape()[0];
        let (mut h, mut q) = (a.to_tensor(), Mat::eye(n));
        for k in 0..n.saturating_sub(2) {
            // The mirror that sends what is below the diagonal of column k to its first entry.
            let mut v: Vec<f64> = (k + 1..n).map(|i| h[[i, k]]).collect();
            let (tau, beta) = reflector(&mut v, 0);
            for i in k + 1..n {
                h[[i, k]] = if i == k + 1 { beta } else { 0.0 };
            }
            // From the left: it mixes the rows below k ...
            let mut sums = vec![0.0; n];
            for i in k + 1..n {
                axpy(v[i - k - 1], &h.row(i)[k + 1..], &mut sums[k + 1..]);
            }
            for i in k + 1..n {
                axpy(-tau * v[i - k - 1], &sums[k + 1..], &mut h.row_mut(i)[k + 1..]);
            }
            // ... and from the right: the columns behind k, in every row. Column k, with its new zeros, is none of them.
            for i in 0..n {
                for m in [&mut h, &mut q] {
                    let row = &mut m.row_mut(i)[k + 1..];
                    let sum = dot(&v, row);
                    axpy(-tau * sum, &v, row);
                }
            }
        }
        if h.data().iter().any(|x| !x.is_finite()) {
            return Err(Error::Overflow { operation: "hessenberg" });
        }
        Ok(Hessenberg { q, h })
    }
    // ANCHOR_END: plain
}

/// From so many rows on a product A·v is worth two threads that are awake.
const SHARED: usize = 256;

/// Some mirrors at once: H_p·H_{p+1}⋯ = I − V·T·Vᵀ, on the axes from `top` on. T is upper triangular.
struct Block {
    top: usize,
    v: Mat,
    t: Mat,
}

/// Hessenberg form of a matrix with entries near 1, and Qᵀ.
///
/// The next mirror depends on its own column only, so just that column is brought up to date at once. The rest of the matrix sees
/// [`BLOCK`] mirrors together, as matrix products. What cannot wait is one product A·v a mirror: half of the work of the plain version.
pub(super) fn reduce(mut a: Square) -> (Square, Square) {
    let n = a.n();
    let mut blocks: Vec<Block> = Vec::new();
    let mut p = 0;
    while p + 2 < n {
        let width = BLOCK.min(n - 2 - p);
        let (block, y) = panel(&mut a, p, width);
        let Block { v, t, .. } = &block;
        let behind = p + width; // the first column that the panel has not finished
        // Rows that no mirror touches from the left, columns of the panel too.
        from_right(v.view().transpose(), t.view(), a.part_mut([0, p + 1], [p + 1, n]));
        // The others, behind the panel: from the right, then from the left.
        let later = v.view().slice(0, behind - p - 1, n - p - 1);
        gemm(-1.0, y.view(), later.transpose(), 1.0, a.part_mut([p + 1, n], [behind, n]));
        let va = product(v.view().transpose(), a.part([p + 1, n], [behind, n]));
        let tva = product(t.view().transpose(), va.view());
        gemm(-1.0, v.view(), tva.view(), 1.0, a.part_mut([p + 1, n], [behind, n]));
        blocks.push(block);
        p += width;
    }
    // Qᵀ, last block first: then what is left and above of `top` is still the identity.
    let mut qt = Square::identity(n);
    for Block { top, v, t } in blocks.iter().rev() {
        let corner = [*top, n];
        from_right(v.view().transpose(), t.view().transpose(), qt.part_mut(corner, corner));
    }
    (a, qt)
}

fn product(a: View<'_, f64>, b: View<'_, f64>) -> Mat {
    let mut c = Mat::zeros([a.shape()[0], b.shape()[1]]);
    gemm(1.0, a, b, 0.0, c.view_mut());
    c
}

/// Finds the mirrors for the columns `p..p + width`, and finishes the rows below p of these columns. Returns the mirrors and
/// Y = A·V·T for the rows below p.
fn panel(a: &mut Square, p: usize, width: usize) -> (Block, Mat) {
    let (n, top) = (a.n(), p + 1);
    let rows = n - top;
    let (mut v, mut y, mut t) =
        (Mat::zeros([rows, width]), Mat::zeros([rows, width]), Mat::zeros([width, width]));
    let (mut c, mut w, mut av) = (vec![0.0; rows], vec![0.0; width], vec![0.0; 2 * rows]);
    for j in 0..width {
        let k = p + j;
        for i in 0..rows {
            c[i] = a[[top + i, k]];
        }
        if j > 0 {
            // The mirrors so far, from the right ...
            for i in 0..rows {
                c[i] -= dot(&y.row(i)[..j], &v.row(j - 1)[..j]);
            }
            // ... and from the left: c ← c − V·Tᵀ·(Vᵀ·c).
            times_transposed(&v, &c, &mut w[..j]);
            for i in (0..j).rev() {
                w[i] = (0..=i).map(|l| t[[l, i]] * w[l]).sum();
            }
            for i in 0..rows {
                c[i] -= dot(&v.row(i)[..j], &w[..j]);
            }
        }
        let (tau, beta) = reflector(&mut c[j..], 0);
        for i in 0..rows {
            v[[i, j]] = if i < j { 0.0 } else { c[i] };
            if i >= j {
                a[[top + i, k]] = 0.0;
            }
        }
        a[[top + j, k]] = beta;
        for i in 0..j {
            a[[top + i, k]] = c[i];
        }
        // Y's new column, τ·(A·v − Y·(Vᵀ·v)), with the matrix as it was before this panel: columns behind k are.
        c[..j].fill(0.0);
        times_transposed(&v, &c, &mut w[..j]);
        multiply(a, top, &c, j, &mut av);
        for i in 0..rows {
            y[[i, j]] = tau * (av[i] - dot(&y.row(i)[..j], &w[..j]));
        }
        extend(&mut t, &w[..j], tau);
    }
    (Block { top, v, t }, y)
}

/// p ← A·v for the rows of A from `top` on, as many as v has entries, and the columns from `top + from` on; v is 0 before entry `from`. `p` has
/// twice as much room as the result.
///
/// In a large matrix the columns are cut in two, for two threads: the same ones that [`gemm`] gives them, so that each finds its own half in
/// its cache. One thread adds the same two parts.
fn multiply(a: &Square, top: usize, v: &[f64], from: usize, p: &mut [f64]) {
    let n = v.len();
    let (left, right) = p.split_at_mut(n);
    let part = |p: &mut [f64], from: usize, to: usize| {
        p.fill(0.0);
        let a = a.part([top, top + n], [top + from, top + to]);
        (f64::kernels().add_dots)(1.0, &v[from..to], a.data(), a.strides()[0], p);
    };
    if n < SHARED {
        return part(left, from, n);
    }
    let middle = from.midpoint(n);
    par::join(par::is_awake(), || part(left, from, middle), || part(right, middle, n));
    axpy(1.0, right, left);
}

/// w ← Vᵀ·c for the first columns of V.
fn times_transposed(v: &Mat, c: &[f64], w: &mut [f64]) {
    w.fill(0.0);
    for (i, c) in c.iter().enumerate() {
        for (w, v) in w.iter_mut().zip(v.row(i)) {
            *w += c * v;
        }
    }
}

/// A checked copy whose largest entry is near 1, and the power of two that brought it there.
pub(super) fn prepare(operation: &'static str, a: View<'_, f64>) -> Result<(Square, f64), Error> {
    check_square(operation, a)?;
    check_finite(operation, a)?;
    let largest = norm_inf(a.to_tensor().data());
    let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
    Ok((Square::scaled(a, scale), scale))
}
