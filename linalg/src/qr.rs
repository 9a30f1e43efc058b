//! QR decomposition: any matrix is a rotation of a triangular one. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! One mirror for each column turns what is below the diagonal into zeros; the mirrors together are Q. They are kept as the vectors they
//! are, in blocks, and Q is only multiplied out on request. [`Qr::one_by_one`] is the definition, to be read; [`Qr::new`] does the same
//! in panels, and most of its work in matrix products.

use crate::condition::inverse_norm1;
use crate::error::{Error, check_finite};
use crate::householder::{power_of_two_for, reflector};
use crate::mirrors::BlockReflector;
use crate::norms::norm_inf;
use crate::par;
use crate::simd::vectorise;
use crate::tensor::Mat;
use crate::triangular::{Diagonal, solve_lower, solve_upper};
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
/// Cost: 2k²(max(m, n) − k/3) FLOP to decompose, up to twice as many more for Q; nearly all of them in matrix products.
///
/// Accuracy: ‖QᵀQ − I‖ and, column by column, ‖A − QR‖/‖A‖ are a small multiple of 2⁻⁵², also where entries are near
/// 1e±300: columns are scaled by powers of two, which changes R by the same powers and Q not at all.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., sections 5.2.2 and 5.2.3.
#[derive(Clone, Debug)]
pub struct Qr {
    /// R, exact zeros below the diagonal: shape (k, n).
    r: Mat,
    /// Q as a product of blocks of mirrors, with the row in which each of them begins.
    blocks: Vec<(usize, BlockReflector)>,
    /// The number of rows of A.
    m: usize,
}

/// Columns of a panel: its mirrors are found one by one and applied to all other columns together.
const PANEL: usize = 32;

impl Qr {
    /// Decomposes a matrix, a panel of columns at a time.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for an entry that is infinite or NaN; [`Error::Overflow`] if an entry of R is beyond
    /// `f64::MAX` (a column of length 1e308·√m and more).
    ///
    /// # Panics
    /// If `a` is no matrix.
    // ANCHOR: blocked
    #[track_caller]
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        let (mut a, scales) = checked("qr", a)?;
        let (m, n) = (a.rows(), a.cols());
        let k = m.min(n);
        let mut blocks = Vec::with_capacity(k.div_ceil(PANEL));
        par::awake(k >= par::LARGE, || {
            for from in (0..k).step_by(PANEL) {
                let to = k.min(from + PANEL);
                let block = panel(&mut a, from, to);
                block.apply_transposed(a.view_mut().slice(0, from, m).slice(1, to, n));
                blocks.push((from, block));
            }
        });
        Self::assemble(a, blocks, &scales)
    }
    // ANCHOR_END: blocked

    /// The definition: one mirror for each column, applied to all columns that follow. The same result as [`Self::new`] up to
    /// rounding, and much slower; it is here to be read, and as a referee.
    ///
    /// # Errors
    /// As [`Self::new`].
    ///
    /// # Panics
    /// As [`Self::new`].
    // ANCHOR: one_by_one
    #[track_caller]
    pub fn one_by_one(a: View<'_, f64>) -> Result<Self, Error> {
        let (mut a, scales) = checked("qr", a)?;
        let (m, n) = (a.rows(), a.cols());
        let mut blocks = Vec::with_capacity(m.min(n));
        for k in 0..m.min(n) {
            let mut v: Vec<f64> = (k..m).map(|i| a[[i, k]]).collect();
            let (tau, beta) = reflector(&mut v, 0);
            a[[k, k]] = beta; // below it there would be zeros
            reflect(&v, tau, &mut a, k, k + 1);
            let mut block = BlockReflector::new(m - k, 1);
            block.push(&v, tau);
            blocks.push((k, block));
        }
        Self::assemble(a, blocks, &scales)
    }
    // ANCHOR_END: one_by_one

    /// Makes R of what the factorisation has left of A, in the same memory.
    fn assemble(a: Mat, blocks: Vec<(usize, BlockReflector)>, scales: &[f64]) -> Result<Self, Error> {
        let (m, n) = (a.rows(), a.cols());
        let k = m.min(n);
        let mut r = a.into_data();
        r.truncate(k * n);
        r.shrink_to_fit();
        let mut r = Mat::new([k, n], r);
        for i in 0..k {
            let (below, row) = r.row_mut(i).split_at_mut(i);
            below.fill(0.0);
            for (r, scale) in row.iter_mut().zip(&scales[i..]) {
                *r /= scale;
            }
        }
        if r.data().iter().any(|x| !x.is_finite()) {
            return Err(Error::Overflow { operation: "qr" });
        }
        Ok(Qr { r, blocks, m })
    }

    /// From parts that another decomposition has computed.
    pub(crate) fn from_parts(r: Mat, blocks: Vec<(usize, BlockReflector)>, m: usize) -> Self {
        Qr { r, blocks, m }
    }

    /// R: shape (k, n), exact zeros below the diagonal.
    pub fn r(&self) -> Mat {
        self.r.clone()
    }

    /// R, borrowed.
    pub fn r_view(&self) -> View<'_, f64> {
        self.r.view()
    }

    /// The thin Q: shape (m, k), orthonormal columns.
    pub fn q(&self) -> Mat {
        self.first_columns_of_q(self.r.rows())
    }

    /// The full Q: shape (m, m), an orthogonal matrix whose first k columns are the thin Q.
    pub fn q_full(&self) -> Mat {
        self.first_columns_of_q(self.m)
    }

    /// Q = H₀·H₁⋯ applied to the first columns of the identity, last block first: then the columns that a block
    /// cannot change yet (those left of its own) need not be touched.
    fn first_columns_of_q(&self, columns: usize) -> Mat {
        // Written here, not got as memory that is known to be zero: the system would map such memory to one page of zeros when it is read,
        // to another page when it is written, and tell all cores.
        let mut q = Vec::with_capacity(self.m * columns);
        q.resize(self.m * columns, 0.0);
        let mut q = Mat::new([self.m, columns], q);
        for i in 0..columns {
            q[[i, i]] = 1.0;
        }
        par::awake(columns >= par::LARGE, || {
            for (from, block) in self.blocks.iter().rev() {
                block.apply(q.view_mut().slice(0, *from, self.m).slice(1, *from, columns));
            }
        });
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
        for (from, block) in &self.blocks {
            block.apply_transposed(b.view_mut().slice(0, *from, self.m));
        }
    }

    /// B ← Q·B with the full Q, which is never formed. The inverse of [`Self::apply_qt`].
    ///
    /// # Panics
    /// If B is no matrix with m rows; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn apply_q(&self, b: &mut Mat) {
        self.check_rows("apply_q", b);
        for (from, block) in self.blocks.iter().rev() {
            block.apply(b.view_mut().slice(0, *from, self.m));
        }
    }

    #[track_caller]
    fn check_rows(&self, operation: &str, b: &Mat) {
        let (m, n, b) = (self.m, self.r.cols(), b.shape());
        assert!(b.rank() == 2 && b[0] == m, "{operation}: a Q of [{m}, {n}] does not multiply {b}");
    }

    /// An estimate of ‖R‖₁·‖R⁻¹‖₁ for a matrix with full column rank: ∞ if a diagonal entry of R is 0 or if n > m, 0 for n = 0.
    ///
    /// A and R have the same singular values, so that this is the condition of A itself but for the choice of norm (a factor of n at
    /// most). Never above the true value but for rounding, rarely below a third of it.
    ///
    /// ```
    /// use linalg::{Mat, Qr};
    ///
    /// let almost = Mat::from_rows(&[[1.0, 1.0], [0.0, 1e-8], [0.0, 0.0]]); // two columns, nearly one
    /// let condition = Qr::new(almost.view())?.condition();
    /// assert!((1e8..5e8).contains(&condition));
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// Cost: about ten triangular solutions, 10n² FLOP.
    ///
    /// Source: as for [`crate::Lu::condition`].
    pub fn condition(&self) -> f64 {
        triangle_condition(&self.r)
    }
}

/// ‖R‖₁·‖R⁻¹‖₁, estimated; ∞ for a triangle that is wider than high or has a zero on its diagonal.
pub(crate) fn triangle_condition(r: &Mat) -> f64 {
    let n = r.cols();
    if n == 0 {
        return 0.0;
    }
    let largest = norm_inf(r.data());
    if r.rows() < n || largest == 0.0 {
        return f64::INFINITY;
    }
    // The condition does not change with the scale of R, but what is computed on the way might overflow.
    let scale = power_of_two_for(largest);
    let r = r.map(|x| x * scale);
    let solve = |b: &Mat| {
        let mut x = b.clone();
        solve_upper(r.view(), Diagonal::Stored, x.view_mut()).ok().map(|()| x)
    };
    let solve_transposed = |b: &Mat| {
        let mut x = b.clone();
        solve_lower(r.view().transpose(), Diagonal::Stored, x.view_mut()).ok().map(|()| x)
    };
    let norm = crate::condition::largest_column(&r);
    inverse_norm1(n, solve, solve_transposed).map_or(f64::INFINITY, |inverse| inverse * norm)
}

/// A copy with every column scaled, and the scales.
#[track_caller]
fn checked(operation: &'static str, a: View<'_, f64>) -> Result<(Mat, Vec<f64>), Error> {
    assert!(a.shape().rank() == 2, "{operation}: shape {} is not a matrix", a.shape());
    check_finite(operation, a)?;
    let mut copy = a.to_tensor();
    let scales = scale_columns(&mut copy);
    Ok((copy, scales))
}

/// Brings the largest entry of every column near 1 and returns the factors.
pub(crate) fn scale_columns(a: &mut Mat) -> Vec<f64> {
    let (m, n) = (a.rows(), a.cols());
    let mut scales = vec![0.0_f64; n];
    for i in 0..m {
        for (largest, x) in scales.iter_mut().zip(a.row(i)) {
            *largest = if x.abs() > *largest { x.abs() } else { *largest };
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

// ANCHOR: panel
/// The mirrors of the columns `from..to`, from row `from` on. R's entries of these columns are left in A.
///
/// Left-looking: a column is reflected by all mirrors before it at once, and only when its turn has come. So every column is
/// fetched once, and T grows with V.
fn panel(a: &mut Mat, from: usize, to: usize) -> BlockReflector {
    let (m, width) = (a.rows(), a.cols());
    let mut block = BlockReflector::new(m - from, to - from);
    // The columns, each of them contiguous.
    let mut columns = a.view().slice(0, from, m).slice(1, from, to).transpose().to_tensor();
    for k in 0..to - from {
        let column = columns.row_mut(k);
        block.reflect_vector(column);
        let (tau, beta) = reflector(&mut column[k..], 0);
        let a = &mut a.data_mut()[from * width + from + k..];
        for i in 0..k {
            a[i * width] = std::mem::take(&mut column[i]);
        }
        a[k * width] = beta;
        block.push(column, tau);
    }
    block
}
// ANCHOR_END: panel

/// B ← (I − τ·v·vᵀ)·B for the rows `top..` and the columns `left..` of B.
///
/// vᵀB is a sum of rows and v·(vᵀB) a multiple of one row for each row: both walk B in the order in which it lies in memory.
// ANCHOR: reflect
pub(crate) fn reflect(v: &[f64], tau: f64, b: &mut Mat, top: usize, left: usize) {
    let width = b.cols();
    if tau == 0.0 || left >= width {
        return;
    }
    let mut products = vec![0.0; width - left];
    let rows = &mut b.data_mut()[top * width..];
    vectorise(
        #[inline(always)]
        || {
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
