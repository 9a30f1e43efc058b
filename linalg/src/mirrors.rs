//! Many mirrors at once: H₀·H₁⋯H_b₋₁ = I − V·T·Vᵀ. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! One mirror costs a pass over the matrix for every column: each number is fetched, used twice, and put back. But a product of
//! mirrors has the form of a mirror again, with a matrix V of all their vectors and a small triangle T in place of τ. To apply it is
//! to multiply matrices, and matrices can be multiplied at the hardware's speed.

use crate::gemm::gemm;
use crate::real::Real;
use crate::tensor::Mat;
use crate::view::{View, ViewMut};

/// The product H₀·H₁⋯H_b₋₁ of mirrors Hⱼ = I − τⱼ·vⱼ·vⱼᵀ of m dimensions, as I − V·T·Vᵀ.
///
/// V has shape (m, b), its columns are the vectors vⱼ; T has shape (b, b) and is upper triangular. ("Compact WY" is its name in the
/// literature.)
///
/// ```
/// use linalg::{Mat, mirrors::BlockReflector};
///
/// let mut h = BlockReflector::new(3, 2); // room for two mirrors of three dimensions
/// h.push(&[1.0, 2.0, 2.0], 2.0 / 9.0);
/// h.push(&[0.0, 1.0, -3.0], 2.0 / 10.0);
/// let mut x = Mat::from_rows(&[[1.0], [2.0], [3.0]]);
/// h.apply(x.view_mut());
/// assert!((linalg::norm2(x.data()) - 14_f64.sqrt()).abs() < 1e-14); // mirrors keep lengths
/// h.apply_transposed(x.view_mut());
/// assert!((x[[2, 0]] - 3.0).abs() < 1e-14); // and the other way round is the way back
/// ```
///
/// Cost: 2mb FLOP for each mirror pushed; 4mb FLOP for each column it is applied to.
///
/// Accuracy: as if the mirrors were applied one by one.
///
/// Source: R. Schreiber, C. Van Loan, *A Storage-Efficient WY Representation for Products of Householder Transformations*, SIAM J.
/// Sci. Stat. Comput. 10 (1989); G. Golub, C. Van Loan, *Matrix Computations*, 4th ed., section 5.1.7.
#[derive(Clone, Debug)]
pub struct BlockReflector {
    /// vⱼ is row j: shape (capacity, m), so that a vector is contiguous.
    v: Mat,
    /// T, zeros below its diagonal: shape (capacity, capacity).
    t: Mat,
    /// How many mirrors there are.
    count: usize,
}

impl BlockReflector {
    /// No mirrors yet, room for `capacity` of them in m dimensions: the identity.
    pub fn new(m: usize, capacity: usize) -> Self {
        BlockReflector { v: Mat::zeros([capacity, m]), t: Mat::zeros([capacity, capacity]), count: 0 }
    }

    /// The number of mirrors, b.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether this is the identity.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of dimensions, m.
    pub fn dimensions(&self) -> usize {
        self.v.cols()
    }

    // ANCHOR: push
    /// Multiplies by one more mirror from the right: (I − V·T·Vᵀ)·(I − τ·v·vᵀ).
    ///
    /// Multiplied out, the new V is [V v], and the new column of T is −τ·T·(Vᵀ·v) above τ.
    ///
    /// # Panics
    /// If v has not m entries, or there is no room left.
    #[track_caller]
    pub fn push(&mut self, v: &[f64], tau: f64) {
        let (b, m) = (self.count, self.v.cols());
        assert!(
            v.len() == m && b < self.v.rows(),
            "push: no room for {} numbers in {}",
            v.len(),
            self.v.shape()
        );
        let mut products = vec![0.0; b];
        self.products(v, &mut products); // Vᵀ·v
        extend(&mut self.t, &products, tau);
        self.v.row_mut(b).copy_from_slice(v);
        self.count += 1;
    }
    // ANCHOR_END: push

    /// Vᵀ·x.
    fn products(&self, x: &[f64], products: &mut [f64]) {
        if !products.is_empty() {
            (f64::kernels().add_dots)(1.0, x, self.v.data(), self.v.cols(), products);
        }
    }

    /// x ← Hᵀ·x for one vector: what a left-looking factorisation asks for, without a product of matrices.
    pub(crate) fn reflect_vector(&self, x: &mut [f64]) {
        let b = self.count;
        if b == 0 {
            return;
        }
        let mut w = vec![0.0; 2 * b];
        let (products, weights) = w.split_at_mut(b);
        self.products(x, products);
        for (i, &p) in products.iter().enumerate() {
            for (weight, t) in weights[i..].iter_mut().zip(&self.t.row(i)[i..b]) {
                *weight += t * p; // Tᵀ·(Vᵀ·x), row after row of T
            }
        }
        (f64::kernels().add_rows)(-1.0, weights, self.v.data(), self.v.cols(), x);
    }

    /// B ← H₀·H₁⋯H_b₋₁·B = B − V·(T·(Vᵀ·B)).
    ///
    /// # Panics
    /// If B is no matrix with m rows; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn apply(&self, b: ViewMut<'_, f64>) {
        self.multiply(self.triangle(), b);
    }

    /// B ← H_b₋₁⋯H₁·H₀·B = B − V·(Tᵀ·(Vᵀ·B)): the mirrors in the other order, the inverse of [`Self::apply`].
    ///
    /// # Panics
    /// If B is no matrix with m rows; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn apply_transposed(&self, b: ViewMut<'_, f64>) {
        self.multiply(self.triangle().transpose(), b);
    }

    fn triangle(&self) -> View<'_, f64> {
        self.t.view().slice(0, 0, self.count).slice(1, 0, self.count)
    }

    // ANCHOR: multiply
    #[track_caller]
    fn multiply(&self, t: View<'_, f64>, mut b: ViewMut<'_, f64>) {
        let (k, m, shape) = (self.count, self.v.cols(), b.shape());
        assert!(
            shape.rank() == 2 && shape[0] == m,
            "apply: mirrors of {m} dimensions do not reflect a matrix of shape {shape}"
        );
        if k == 0 || m == 0 || shape[1] == 0 {
            return;
        }
        let vt = self.v.view().slice(0, 0, k);
        let (mut products, mut weights) = (Mat::zeros([k, shape[1]]), Mat::zeros([k, shape[1]]));
        gemm(1.0, vt, b.as_view(), 0.0, products.view_mut()); // Vᵀ·B
        gemm(1.0, t, products.view(), 0.0, weights.view_mut()); // T·(Vᵀ·B)
        gemm(-1.0, vt.transpose(), weights.view(), 1.0, b.reborrow()); // B − V·(T·(Vᵀ·B))
    }
    // ANCHOR_END: multiply
}

// ANCHOR: extend
/// T for one mirror more, of which Vᵀ·v and τ are known: a column, −τ·T·(Vᵀ·v) above τ.
pub(crate) fn extend(t: &mut Mat, products: &[f64], tau: f64) {
    let b = products.len();
    for i in 0..b {
        let row = t.row_mut(i);
        let sum: f64 = row[i..b].iter().zip(&products[i..]).map(|(t, p)| t * p).sum();
        row[b] = -tau * sum;
    }
    t[[b, b]] = tau;
}
// ANCHOR_END: extend

/// T for mirrors that are all known already, their vectors the rows of `vt`.
///
/// Cost: 2mb² FLOP for b mirrors of m dimensions, as one product.
pub(crate) fn triangle(vt: View<'_, f64>, taus: &[f64]) -> Mat {
    let b = taus.len();
    let (mut products, mut t) = (Mat::zeros([b, b]), Mat::zeros([b, b]));
    gemm(1.0, vt, vt.transpose(), 0.0, products.view_mut());
    for (j, &tau) in taus.iter().enumerate() {
        extend(&mut t, &products.row(j)[..j], tau);
    }
    t
}

// ANCHOR: from_right
/// X ← X − ((X·V)·T)·Vᵀ, the vectors being the rows of `vt`: the rows of X reflected. With T this multiplies by H₀·H₁⋯ from the right, with
/// Tᵀ by ⋯H₁·H₀.
pub(crate) fn from_right(vt: View<'_, f64>, t: View<'_, f64>, mut x: ViewMut<'_, f64>) {
    let (rows, b) = (x.shape()[0], vt.shape()[0]);
    let (mut products, mut weights) = (Mat::zeros([rows, b]), Mat::zeros([rows, b]));
    gemm(1.0, x.as_view(), vt.transpose(), 0.0, products.view_mut());
    gemm(1.0, products.view(), t, 0.0, weights.view_mut());
    gemm(-1.0, weights.view(), vt, 1.0, x.reborrow());
}
// ANCHOR_END: from_right
