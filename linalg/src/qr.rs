//! QR decomposition: any matrix is a rotation of a triangular one. Chapter: *Tensors and matmul*.
//!
//! One mirror for each column turns what is below the diagonal into zeros; the mirrors together are Q. They are kept as
//! the vectors they are, below the diagonal where the zeros would be, and Q is only multiplied out on request.

use crate::error::{Error, check_finite};
use crate::householder::{power_of_two_for, reflector};
use crate::norms::norm_inf;
use crate::simd::vectorise;
use crate::tensor::Mat;
use crate::view::View;

/// A = Q·R with orthonormal columns in Q and zeros below the diagonal of R.
///
/// A has shape (m, n), k = min(m, n). The *thin* factors are Q (m, k) and R (k, n); [`Self::q_full`] completes Q to a
/// basis of all m dimensions. It exists for every finite matrix, of any shape and rank. Where A has full column rank it
/// is unique up to the signs of R's rows; here, as in LAPACK, these are whatever cancels nothing.
///
/// ```
/// use linalg::{Mat, Qr};
///
/// let a = Mat::from_rows(&[[3.0, 1.0], [4.0, 2.0], [0.0, 2.0]]);
/// let qr = Qr::new(a.view())?;
/// let (q, r) = (qr.q(), qr.r());
/// assert_eq!((q.shape().dims(), r.shape().dims()), (&[3, 2][..], &[2, 2][..]));
/// assert!((r[[0, 0]].abs() - 5.0).abs() < 1e-15); // the length of the first column
/// assert_eq!(r[[1, 0]], 0.0);
///
/// let back = q.matmul(&r);
/// assert!(a.data().iter().zip(back.data()).all(|(x, y)| (x - y).abs() < 1e-15));
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2k²(max(m, n) − k/3) FLOP to decompose, up to twice as many more for Q.
///
/// Accuracy: ‖QᵀQ − I‖ and, column by column, ‖A − QR‖/‖A‖ are a small multiple of 2⁻⁵², also where entries are near
/// 1e±300: columns are scaled by powers of two, which changes R by the same powers and Q not at all.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 5.2.
#[derive(Clone, Debug)]
pub struct Qr {
    /// R on and above the diagonal, the mirrors' vectors v below (their first entry, 1, is not stored).
    packed: Mat,
    /// τ of each mirror I − τ·v·vᵀ.
    taus: Vec<f64>,
}

impl Qr {
    /// Decomposes a matrix.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for an entry that is infinite or NaN; [`Error::Overflow`] if an entry of R is beyond
    /// `f64::MAX` (a column of length 1e308·√m and more).
    ///
    /// # Panics
    /// If `a` is no matrix.
    #[track_caller]
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        assert!(a.shape().rank() == 2, "qr: shape {} is not a matrix", a.shape());
        check_finite("qr", a)?;
        let mut packed = a.to_tensor();
        let (m, n) = (packed.rows(), packed.cols());
        let scales = scale_columns(&mut packed);
        let mut taus = Vec::with_capacity(m.min(n));
        let (mut column, mut products) = (vec![0.0; m], vec![0.0; n]);
        for k in 0..m.min(n) {
            let v = &mut column[k..];
            for i in k..m {
                v[i - k] = packed[[i, k]];
            }
            let (tau, beta) = reflector(v, 0);
            packed[[k, k]] = beta;
            for i in k + 1..m {
                packed[[i, k]] = v[i - k];
            }
            reflect(v, tau, &mut packed, k, k + 1, &mut products);
            taus.push(tau);
        }
        for i in 0..m.min(n) {
            for j in i..n {
                packed[[i, j]] /= scales[j];
                if !packed[[i, j]].is_finite() {
                    return Err(Error::Overflow { operation: "qr" });
                }
            }
        }
        Ok(Qr { packed, taus })
    }

    /// R: shape (k, n), exact zeros below the diagonal.
    pub fn r(&self) -> Mat {
        let (k, n) = (self.taus.len(), self.packed.cols());
        Mat::from_fn(k, n, |i, j| if i <= j { self.packed[[i, j]] } else { 0.0 })
    }

    /// The thin Q: shape (m, k), orthonormal columns.
    pub fn q(&self) -> Mat {
        self.first_columns_of_q(self.taus.len())
    }

    /// The full Q: shape (m, m), an orthogonal matrix whose first k columns are the thin Q.
    pub fn q_full(&self) -> Mat {
        self.first_columns_of_q(self.packed.rows())
    }

    /// Q = H₀·H₁⋯ applied to the first columns of the identity, last mirror first: then the columns that a mirror
    /// cannot change yet (those left of its own) need not be touched.
    fn first_columns_of_q(&self, columns: usize) -> Mat {
        let m = self.packed.rows();
        let mut q = Mat::from_fn(m, columns, |i, j| if i == j { 1.0 } else { 0.0 });
        let (mut v, mut products) = (vec![0.0; m], vec![0.0; columns]);
        for k in (0..self.taus.len()).rev() {
            reflect(self.mirror(k, &mut v), self.taus[k], &mut q, k, k, &mut products);
        }
        q
    }

    /// B ← Qᵀ·B with the full Q, which is never formed: what a least-squares solution needs.
    ///
    /// ```
    /// use linalg::{Mat, Qr};
    ///
    /// // The line a + b·t nearest to three points: R·(a, b) = the first two entries of Qᵀ·y.
    /// let a = Mat::from_rows(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
    /// let mut y = Mat::from_rows(&[[1.0], [2.0], [4.0]]);
    /// let qr = Qr::new(a.view())?;
    /// qr.apply_qt(&mut y);
    /// let (r, c) = (qr.r(), y.data());
    /// let slope = c[1] / r[[1, 1]];
    /// let start = (c[0] - r[[0, 1]] * slope) / r[[0, 0]];
    /// assert!((slope - 1.5).abs() < 1e-14 && (start - 5.0 / 6.0).abs() < 1e-14);
    /// assert!((c[2].powi(2) - 1.0 / 6.0).abs() < 1e-14); // what no line explains: the squared residual
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// Cost: 4mk − 2k² FLOP a column of B.
    ///
    /// # Panics
    /// If B is no matrix with m rows; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn apply_qt(&self, b: &mut Mat) {
        self.check_rows("apply_qt", b);
        let (mut v, mut products) = (vec![0.0; self.packed.rows()], vec![0.0; b.cols()]);
        for k in 0..self.taus.len() {
            reflect(self.mirror(k, &mut v), self.taus[k], b, k, 0, &mut products);
        }
    }

    /// B ← Q·B with the full Q, which is never formed. The inverse of [`Self::apply_qt`].
    ///
    /// # Panics
    /// If B is no matrix with m rows; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn apply_q(&self, b: &mut Mat) {
        self.check_rows("apply_q", b);
        let (mut v, mut products) = (vec![0.0; self.packed.rows()], vec![0.0; b.cols()]);
        for k in (0..self.taus.len()).rev() {
            reflect(self.mirror(k, &mut v), self.taus[k], b, k, 0, &mut products);
        }
    }

    #[track_caller]
    fn check_rows(&self, operation: &str, b: &Mat) {
        let (a, b) = (self.packed.shape(), b.shape());
        assert!(b.rank() == 2 && b[0] == a[0], "{operation}: a Q of {a} does not multiply {b}");
    }

    /// Mirror k's vector, from row k on, gathered from its column.
    fn mirror<'v>(&self, k: usize, v: &'v mut [f64]) -> &'v [f64] {
        let v = &mut v[k..];
        v[0] = 1.0;
        for i in 1..v.len() {
            v[i] = self.packed[[k + i, k]];
        }
        v
    }
}

/// Brings the largest entry of every column near 1 and returns the factors.
fn scale_columns(a: &mut Mat) -> Vec<f64> {
    let (m, n) = (a.rows(), a.cols());
    let mut scales = vec![0.0_f64; n];
    for i in 0..m {
        for (largest, x) in scales.iter_mut().zip(a.row(i)) {
            *largest = largest.max(x.abs());
        }
    }
    debug_assert!(norm_inf(&scales).is_finite());
    for scale in &mut scales {
        *scale = if *scale == 0.0 { 1.0 } else { power_of_two_for(*scale) };
    }
    for i in 0..m {
        for (x, scale) in a.row_mut(i).iter_mut().zip(&scales) {
            *x *= scale;
        }
    }
    scales
}

/// B ← (I − τ·v·vᵀ)·B for the rows `top..` and the columns `left..` of B.
///
/// vᵀB is a sum of rows and v·(vᵀB) a multiple of one row for each row: both walk B in the order in which it lies in memory.
// ANCHOR: reflect
fn reflect(v: &[f64], tau: f64, b: &mut Mat, top: usize, left: usize, products: &mut [f64]) {
    let width = b.cols();
    if tau == 0.0 || left >= width {
        return;
    }
    let (rows, products) = (&mut b.data_mut()[top * width..], &mut products[left..width]);
    vectorise(
        #[inline(always)]
        || {
            products.fill(0.0);
            for (row, v) in rows.chunks_exact(width).zip(v) {
                for (p, b) in products.iter_mut().zip(&row[left..]) {
                    *p += v * b; // p = vᵀB
                }
            }
            for (row, v) in rows.chunks_exact_mut(width).zip(v) {
                let factor = tau * v;
                for (b, p) in row[left..].iter_mut().zip(&*products) {
                    *b -= factor * p; // B ← B − τ·v·p
                }
            }
        },
    );
}
// ANCHOR_END: reflect
