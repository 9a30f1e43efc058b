//! Two diagonals: A = Q·B·Pᵀ. Chapter: *The singular value decomposition*.
//!
//! A mirror from the left turns column k below the diagonal into zeros. A mirror from the right turns row k into zeros, from the second
//! entry beside the diagonal on (the first must stay: a mirror that touched column k would undo the left one's work). What is left has numbers
//! on the diagonal and just above it.

use super::rotations::Basis;
use crate::gemm::gemm;
use crate::householder::reflector;
use crate::kernels::{axpy, dot};
use crate::mirrors::{from_right, triangle};
use crate::tensor::Mat;
use crate::view::{View, ViewMut};

/// B, and what is needed to build Q and P.
pub(super) struct Bidiagonal {
    /// B\[i,i\].
    pub(super) diagonal: Vec<f64>,
    /// B\[i,i+1\]; one fewer.
    pub(super) above: Vec<f64>,
    /// Q = H₀·H₁⋯, shape (n, m).
    left: Mirrors,
    /// P = H₀·H₁⋯, shape (n, n).
    right: Mirrors,
}

/// Mirrors I − τ·v·vᵀ. Row k holds the vector of mirror k, zeros in front.
struct Mirrors {
    vectors: Mat,
    taus: Vec<f64>,
}

/// Mirrors that are collected before the rest of the matrix is brought up to date, by one product.
const BLOCK: usize = 32;

/// So few columns are not worth collecting.
const NARROW: usize = 48;

impl Bidiagonal {
    fn zeros(m: usize, n: usize) -> Self {
        let mirrors = |length| Mirrors { vectors: Mat::zeros([n, length]), taus: vec![0.0; n] };
        let above = vec![0.0; n.saturating_sub(1)];
        Bidiagonal { diagonal: vec![0.0; n], above, left: mirrors(m), right: mirrors(n) }
    }

    /// Qᵀ, its first n rows.
    pub(super) fn left_basis(&self) -> Basis {
        self.left.basis()
    }

    /// Pᵀ.
    pub(super) fn right_basis(&self) -> Basis {
        self.right.basis()
    }
}

/// Reduces a matrix with m ≥ n.
///
/// Cost: 4mn² − 4n³/3 FLOP, half of them in matrix-vector products, which cannot wait, half in matrix products, which can.
pub(super) fn reduce(mut a: Mat) -> Bidiagonal {
    let (m, n) = (a.rows(), a.cols());
    let mut b = Bidiagonal::zeros(m, n);
    let mut done = 0;
    while n - done > NARROW {
        collect(&mut a, done, done + BLOCK, &mut b);
        done += BLOCK;
    }
    one_by_one(&mut a, done, &mut b);
    b
}

// ANCHOR: one_by_one
/// The columns and rows from `from` on, each mirror applied to all that is left.
fn one_by_one(a: &mut Mat, from: usize, b: &mut Bidiagonal) {
    let (m, n) = (a.rows(), a.cols());
    let mut products = vec![0.0; n];
    for k in from..n {
        let v = &mut b.left.vectors.row_mut(k)[k..];
        for i in k..m {
            v[i - k] = a[[i, k]];
        }
        let (tau, beta) = reflector(v, 0);
        (b.left.taus[k], b.diagonal[k]) = (tau, beta);
        let p = &mut products[k + 1..]; // p = vᵀ·A, then A ← A − τ·v·p
        p.fill(0.0);
        for i in k..m {
            axpy(v[i - k], &a.row(i)[k + 1..], p);
        }
        for i in k..m {
            axpy(-tau * v[i - k], p, &mut a.row_mut(i)[k + 1..]);
        }
        if k + 1 == n {
            break;
        }
        let u = &mut b.right.vectors.row_mut(k)[k + 1..];
        u.copy_from_slice(&a.row(k)[k + 1..]);
        let (tau, beta) = reflector(u, 0);
        (b.right.taus[k], b.above[k]) = (tau, beta);
        for i in k + 1..m {
            let row = &mut a.row_mut(i)[k + 1..]; // A ← A − τ·(A·u)·uᵀ, row by row
            axpy(-tau * dot(row, u), u, row);
        }
    }
}
// ANCHOR_END: one_by_one

/// The columns and rows `from..to`. What their mirrors do to the rest of A is collected and done at the end.
///
/// A mirror from the left subtracts a matrix of rank one, v·yᵀ with y = τ·Aᵀ·v; one from the right x·uᵀ with x = τ·A·u. So the matrix
/// *as it would be* is A − W·Zᵀ, where every mirror has added one column to W (v or x) and one to Z (y or u). The next column, the next row and
/// both matrix-vector products are had from that without touching A.
///
/// Source: J. Dongarra, S. Hammarling, D. Sorensen, *Block Reduction of Matrices to Condensed Forms for Eigenvalue Computations*, J. Comput.
/// Appl. Math. 27 (1989); LAPACK's `dlabrd`.
fn collect(a: &mut Mat, from: usize, to: usize, b: &mut Bidiagonal) {
    let (m, n) = (a.rows(), a.cols());
    // Transposed, one pair a row, and counted like A's rows and columns; so Wᵀ and Zᵀ have unused places in front.
    let (mut w, mut z) = (Mat::zeros([2 * (to - from), m]), Mat::zeros([2 * (to - from), n]));
    let mut weights = vec![0.0; 2 * (to - from)];
    for k in from..to {
        let pairs = 2 * (k - from);
        let v = &mut b.left.vectors.row_mut(k)[k..];
        for i in k..m {
            v[i - k] = a[[i, k]];
        }
        for p in 0..pairs {
            axpy(-z[[p, k]], &w.row(p)[k..], v);
        }
        let (tau, beta) = reflector(v, 0);
        (b.left.taus[k], b.diagonal[k]) = (tau, beta);
        w.row_mut(pairs)[k..].copy_from_slice(v);
        let rest = a.view().slice(0, k, m).slice(1, k + 1, n);
        product(tau, v, rest, (&w, &mut z), pairs, (k, k + 1), &mut weights);

        let u = &mut b.right.vectors.row_mut(k)[k + 1..];
        u.copy_from_slice(&a.row(k)[k + 1..]);
        for p in 0..=pairs {
            axpy(-w[[p, k]], &z.row(p)[k + 1..], u);
        }
        let (tau, beta) = reflector(u, 0);
        (b.right.taus[k], b.above[k]) = (tau, beta);
        z.row_mut(pairs + 1)[k + 1..].copy_from_slice(u);
        let rest = a.view().slice(0, k + 1, m).slice(1, k + 1, n).transpose();
        product(tau, u, rest, (&z, &mut w), pairs + 1, (k + 1, k + 1), &mut weights);
    }
    let (w, z) = (w.view().slice(1, to, m), z.view().slice(1, to, n));
    gemm(-1.0, w.transpose(), z, 1.0, a.view_mut().slice(0, to, m).slice(1, to, n));
}

/// Row `pairs` of `out` ← τ·xᵀ·(M − W·Zᵀ), where W and Z are the first `pairs` rows of `along` and `out`, which begin at the places `starts`.
fn product(
    tau: f64,
    x: &[f64],
    m: View<'_, f64>,
    (along, out): (&Mat, &mut Mat),
    pairs: usize,
    starts: (usize, usize),
    weights: &mut [f64],
) {
    let (length, width) = (along.cols(), out.cols());
    let (known, target) = out.data_mut().split_at_mut(pairs * width);
    let target = &mut target[starts.1..width];
    let row = |x: &mut [f64]| -> [usize; 2] { [1, x.len()] };
    let x = View::new(x, [1, x.len()]);
    let shape = row(target);
    gemm(tau, x, m, 0.0, ViewMut::new(target, shape));
    if pairs > 0 {
        let w = along.view().slice(0, 0, pairs).slice(1, starts.0, length);
        let z = View::new(known, [pairs, width]).slice(1, starts.1, width);
        let weights = &mut weights[..pairs];
        gemm(1.0, x, w.transpose(), 0.0, ViewMut::new(weights, [1, pairs]));
        gemm(-tau, View::new(weights, [1, pairs]), z, 1.0, ViewMut::new(target, shape));
    }
}

impl Mirrors {
    /// The first n rows of (H₀·H₁⋯)ᵀ.
    ///
    /// The last mirror comes first: then rows and columns left of it are still those of the identity. [`BLOCK`] mirrors are applied together:
    /// see [`crate::mirrors`].
    fn basis(&self) -> Basis {
        let (n, length) = (self.vectors.rows(), self.vectors.cols());
        let mut basis = Basis::identity(n, length);
        for from in (0..n).step_by(BLOCK).rev() {
            let to = n.min(from + BLOCK);
            let v = self.vectors.view().slice(0, from, to).slice(1, from, length);
            let t = triangle(v, &self.taus[from..to]);
            from_right(v, t.view().transpose(), basis.view_mut().slice(0, from, n).slice(1, from, length));
        }
        basis
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(m: usize, n: usize) -> Mat {
        let mut seed = 7_u64;
        Mat::from_fn(m, n, |_, _| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        })
    }

    /// Q·B·Pᵀ is A, Q and P are orthogonal, and collecting the mirrors changes nothing but rounding.
    #[test]
    fn two_diagonals_whichever_way() {
        for (m, n) in
            [(0, 0), (1, 1), (5, 1), (2, 2), (7, 4), (48, 48), (49, 49), (80, 60), (130, 130), (200, 100)]
        {
            let a = random(m, n);
            let mut plain = Bidiagonal::zeros(m, n);
            one_by_one(&mut a.clone(), 0, &mut plain);
            let b = reduce(a.clone());
            let order: Vec<usize> = (0..n).collect();
            let (qt, pt) = (b.left_basis().rows(&order), b.right_basis().rows(&order));
            let both = Mat::from_fn(n, n, |i, j| match j.wrapping_sub(i) {
                0 => b.diagonal[i],
                1 => b.above[i],
                _ => 0.0,
            });
            let back = qt.transpose().matmul(&both).matmul(&pt);
            let apart =
                |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(apart(back.data(), a.data()) < 1e-13, "{m}×{n}: {:e}", apart(back.data(), a.data()));
            for q in [qt, pt] {
                let error = apart(q.matmul(&q.transpose()).data(), Mat::eye(n).data());
                assert!(error < 1e-14, "{m}×{n}: {error:e}");
            }
            // B itself is sensitive: a rounding error in one row is stretched by all that follow, in whichever order they are made.
            let error = apart(&b.diagonal, &plain.diagonal).max(apart(&b.above, &plain.above));
            assert!(error < 1e-10, "{m}×{n}: {error:e}");
        }
    }
}
