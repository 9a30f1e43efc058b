//! The largest singular values of a matrix too large for all of them. Chapter: *The singular value decomposition*.
//!
//! Multiply A by a few random vectors. What comes out lies mostly along the directions that A stretches most. An orthonormal basis Q of it
//! therefore holds nearly all of A, and QᵀA is a matrix of a few rows, whose decomposition is cheap. Nothing else of A is needed than
//! products with vectors: it may be a function.

use super::Svd;
use crate::error::{Error, check_finite};
use crate::qr::Qr;
use crate::tensor::Mat;

/// What can be multiplied with, from both sides: a matrix, or a function that behaves like one.
pub trait Operator {
    /// (m, n).
    fn shape(&self) -> [usize; 2];
    /// A·X, for X of shape (n, any).
    fn times(&self, x: &Mat) -> Mat;
    /// Aᵀ·X, for X of shape (m, any).
    fn transposed_times(&self, x: &Mat) -> Mat;
}

impl Operator for Mat {
    fn shape(&self) -> [usize; 2] {
        [self.rows(), self.cols()]
    }

    fn times(&self, x: &Mat) -> Mat {
        self.matmul(x)
    }

    fn transposed_times(&self, x: &Mat) -> Mat {
        let mut product = Mat::zeros([self.cols(), x.cols()]);
        crate::gemm(1.0, self.view().transpose(), x.view(), 0.0, product.view_mut());
        product
    }
}

/// How much work a sketch is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Random vectors beyond those asked for: a few make it improbable that a wanted direction was missed.
    pub oversampling: usize,
    /// Multiplications with A·Aᵀ more: each makes σᵢ/σ₀ in the sketch its own cube, so that a slow decay becomes a steep one.
    pub powers: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Effort { oversampling: 10, powers: 2 }
    }
}

/// The k largest singular values and their vectors, nearly: U (m, k), σ, Vᵀ (k, n).
///
/// `normal` is asked for n·(k + oversampling) independent numbers, normally distributed or nearly so (uniform in ±1 will do). The same
/// numbers give the same bits.
///
/// ```
/// use linalg::Mat;
/// use linalg::svd::randomised::{Effort, randomised};
///
/// // Rank 1, with 200 × 300 entries.
/// let a = Mat::from_fn(200, 300, |i, j| ((i + 1) * (j + 2)) as f64);
/// let mut seed = 1_u32;
/// let noise = || {
///     seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
///     f64::from(seed) / f64::from(1 << 31) - 1.0
/// };
/// let svd = randomised(&a, 1, Effort::default(), noise)?;
/// assert!((svd.s[0] / linalg::frobenius(a.view()) - 1.0).abs() < 1e-14);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2·powers + 2 products of A with l = k + oversampling vectors (2mnl FLOP each if A is a matrix), and O((m + n)·l²) more.
///
/// Accuracy: the expected ‖A − QQᵀA‖ without powers is at most (1 + √(k/(p − 1)))·√(Σ_{i>k} σᵢ²), p = oversampling ≥ 2 (Frobenius norm), and
/// each power brings the spectral error nearer to σ_k. On a matrix whose σ do not decay nothing can be had from a sketch.
///
/// # Errors
/// [`Error::NotFinite`] if a random number, or a product with A, is infinite or NaN; what [`Svd::new`] reports.
///
/// # Panics
/// If the operator returns another shape than it promised.
///
/// Source: N. Halko, P.-G. Martinsson, J. Tropp, *Finding Structure with Randomness*, SIAM Review 53 (2011): algorithms 4.4 and 5.1,
/// theorem 10.5.
// ANCHOR: randomised
#[track_caller]
pub fn randomised(
    a: &impl Operator,
    k: usize,
    effort: Effort,
    mut normal: impl FnMut() -> f64,
) -> Result<Svd, Error> {
    let [m, n] = a.shape();
    let width = k.saturating_add(effort.oversampling).min(m).min(n);
    let sketch = Mat::from_fn(n, width, |_, _| normal());
    let mut q = basis(&sketch)?; // also refuses NaN
    q = basis(&checked(a.times(&q), [m, width]))?;
    for _ in 0..effort.powers {
        // A basis after every product: otherwise all columns would end up along the first singular vector, and the rest in rounding.
        q = basis(&checked(a.transposed_times(&q), [n, width]))?;
        q = basis(&checked(a.times(&q), [m, width]))?;
    }
    let small = checked(a.transposed_times(&q), [n, width]); // (QᵀA)ᵀ
    let svd = Svd::new(small.view().transpose())?;
    let kept = Svd { u: q.matmul(&svd.u), ..svd };
    Ok(kept.first(k))
}
// ANCHOR_END: randomised

/// Orthonormal columns that span the columns of a tall matrix.
fn basis(a: &Mat) -> Result<Mat, Error> {
    check_finite("randomised svd", a.view())?;
    Ok(Qr::new(a.view())?.q())
}

#[track_caller]
fn checked(product: Mat, want: [usize; 2]) -> Mat {
    let got = product.shape();
    assert!(
        got.dims() == want,
        "randomised svd: a product of shape {got}, where shape {want:?} was promised"
    );
    product
}

impl Svd {
    /// The first k triples alone (all, if there are fewer).
    #[must_use]
    pub fn first(&self, k: usize) -> Svd {
        let k = k.min(self.s.len());
        Svd {
            u: self.u.view().slice(1, 0, k).to_tensor(),
            s: self.s[..k].to_vec(),
            vt: self.vt.view().slice(0, 0, k).to_tensor(),
        }
    }
}
