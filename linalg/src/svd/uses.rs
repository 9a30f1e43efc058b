//! What singular values are good for: rank, inverse, the nearest matrix of lower rank. Chapter: *The singular value decomposition*.

use super::Svd;
use crate::gemm::gemm;
use crate::norms::norm2;
use crate::tensor::Mat;

impl Svd {
    /// The product U·Σ·Vᵀ: A again, up to rounding.
    pub fn product(&self) -> Mat {
        self.rank_k(self.s.len())
    }

    /// How many directions the matrix has: the number of σ above `tolerance`·σ₀.
    ///
    /// A computed matrix has full rank nearly always: what should be 0 is 10⁻¹⁶ of the largest. So a rank is a decision about what is still
    /// noise. [`Svd::tolerance`] is the usual one.
    ///
    /// ```
    /// use linalg::{Mat, Svd};
    ///
    /// // 0.1 + 0.2 is not 0.3, so the second row is no multiple of the first: but nearly.
    /// let a = Mat::from_rows(&[[0.3, 1.0], [0.1 + 0.2, 1.0]]);
    /// let svd = Svd::new(a.view())?;
    /// assert_eq!((svd.rank(0.0), svd.rank(svd.tolerance())), (2, 1));
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the tolerance is negative or NaN.
    #[track_caller]
    pub fn rank(&self, tolerance: f64) -> usize {
        assert!(tolerance >= 0.0, "rank: a tolerance of {tolerance} is not a number from 0 on");
        let largest = self.s.first().copied().unwrap_or(0.0);
        self.s.iter().take_while(|&&s| s > 0.0 && s > tolerance * largest).count()
    }

    /// max(m, n)·2⁻⁵²: what rounding alone does to a σ, relative to σ₀. As NumPy's `matrix_rank` has it.
    pub fn tolerance(&self) -> f64 {
        self.u.rows().max(self.vt.cols()) as f64 * f64::EPSILON
    }

    /// The pseudo-inverse A⁺ = Σ vᵢ·uᵢᵀ/σᵢ over the σ above `tolerance`·σ₀: shape (n, m).
    ///
    /// A⁺·b is, of all x that bring A·x nearest to b, the shortest. For an invertible A it is the inverse.
    ///
    /// ```
    /// use linalg::{Mat, Svd};
    ///
    /// // One equation, two unknowns: of all x + y = 4 the shortest.
    /// let a = Mat::from_rows(&[[1.0, 1.0]]);
    /// let svd = Svd::new(a.view())?;
    /// let x = svd.pseudo_inverse(svd.tolerance()).matmul(&Mat::from_rows(&[[4.0]]));
    /// assert!((x[[0, 0]] - 2.0).abs() < 1e-15 && (x[[1, 0]] - 2.0).abs() < 1e-15);
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// Cost: 2mnr FLOP for rank r. An entry is infinite where 1/σ is.
    ///
    /// # Panics
    /// If the tolerance is negative or NaN.
    #[track_caller]
    pub fn pseudo_inverse(&self, tolerance: f64) -> Mat {
        let rank = self.rank(tolerance);
        self.weighted(rank, |s| 1.0 / s).transpose()
    }

    // ANCHOR: rank_k
    /// Aₖ = Σ σᵢ·uᵢ·vᵢᵀ over the first k: no matrix of rank k is nearer to A, neither in the Frobenius norm nor in the spectral one.
    ///
    /// Stored as its factors it takes k·(m + n) numbers instead of m·n.
    ///
    /// ```
    /// use linalg::{Mat, Svd};
    ///
    /// let a = Mat::from_rows(&[[3.0, 0.0], [0.0, 1.0]]);
    /// assert_eq!(Svd::new(a.view())?.rank_k(1).data(), [3.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// Cost: 2mnk FLOP. A k beyond min(m, n) gives A.
    ///
    /// Source: C. Eckart, G. Young, *The Approximation of One Matrix by Another of Lower Rank*, Psychometrika 1 (1936); all unitarily
    /// invariant norms: L. Mirsky (1960).
    pub fn rank_k(&self, k: usize) -> Mat {
        self.weighted(k.min(self.s.len()), |s| s)
    }

    /// ‖A − Aₖ‖_F = √(Σ σᵢ²) over the σ that were left out: the error of [`Svd::rank_k`], without computing it.
    pub fn rank_k_error(&self, k: usize) -> f64 {
        norm2(&self.s[k.min(self.s.len())..])
    }
    // ANCHOR_END: rank_k

    /// Σ w(σᵢ)·uᵢ·vᵢᵀ over the first k.
    fn weighted(&self, k: usize, weight: impl Fn(f64) -> f64) -> Mat {
        let scaled = Mat::from_fn(k, self.vt.cols(), |i, j| weight(self.s[i]) * self.vt[[i, j]]);
        let mut product = Mat::zeros([self.u.rows(), self.vt.cols()]);
        let u = self.u.view().slice(1, 0, k);
        gemm(1.0, u, scaled.view(), 0.0, product.view_mut());
        product
    }
}
