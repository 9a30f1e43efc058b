//! Embeddings that all point the same way: how to see it, and how to mend it. Chapter: *High dimensions*.
//!
//! The vectors of a trained model hardly ever fill their space. They share a direction, so that any two of them have a large cosine; and a few further
//! directions hold most of what is left. Both are read off the covariance, and both can be taken away.

use super::cosine::units;
use crate::eigen::SymmetricEigen;
use crate::error::{Error, check_finite};
use crate::gemm::gemm;
use crate::householder::power_of_two_for;
use crate::kernels::{axpy, dot};
use crate::tensor::Mat;
use crate::view::View;

/// The mean cosine over all pairs of different rows: 0 if they point anywhere, 1 if all point the same way.
///
/// No pair is looked at: with u the unit rows, Σᵢⱼ uᵢ·uⱼ = ‖Σᵢ uᵢ‖², and n of these terms are the rows with themselves. Shape: (n, d).
///
/// ```
/// use linalg::{Mat, dimensions::mean_cosine};
///
/// assert!((mean_cosine(Mat::from_rows(&[[1.0, 0.0], [0.0, 2.0], [0.0, 3.0]]).view())? - 1.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 4nd FLOP, where the pairs would cost n²d.
///
/// # Errors
/// [`Error::NoDirection`], [`Error::NotFinite`].
///
/// # Panics
/// If there are fewer than two rows.
// ANCHOR: mean_cosine
#[track_caller]
pub fn mean_cosine(x: View<'_, f64>) -> Result<f64, Error> {
    let (unit, n) = (units(x)?, x.shape()[0]);
    assert!(n >= 2, "mean_cosine: {n} rows make no pair");
    let mut sum = vec![0.0; unit.cols()];
    for i in 0..n {
        axpy(1.0, unit.row(i), &mut sum);
    }
    let n = n as f64;
    Ok((dot(&sum, &sum) - n) / (n * (n - 1.0)))
}
// ANCHOR_END: mean_cosine

/// The matrix without the mean of its rows, and that mean.
pub(super) fn centred(x: &Mat) -> (Mat, Vec<f64>) {
    let (mut x, n) = (x.clone(), x.rows() as f64);
    let mut mean = vec![0.0; x.cols()];
    for i in 0..x.rows() {
        axpy(1.0 / n, x.row(i), &mut mean);
    }
    for i in 0..x.rows() {
        axpy(-1.0, &mean, x.row_mut(i));
    }
    (x, mean)
}

const NAME: &str = "principal directions";

/// How the rows of a matrix scatter about their mean: orthogonal directions, the widest first, and the variance along each.
///
/// The eigenvectors and eigenvalues of the covariance (X − mean)ᵀ(X − mean)/(n − 1). Shapes: X (n, d), variances d numbers in descending order, directions
/// (d, d), one row a direction.
///
/// ```
/// use linalg::{Mat, dimensions::anisotropy::Scatter};
///
/// let x = Mat::from_rows(&[[10.0, 1.0], [13.0, 5.0], [7.0, -3.0]]); // along (3, 4), about (10, 1)
/// let scatter = Scatter::of(x.view())?;
/// assert_eq!(scatter.mean, [10.0, 1.0]);
/// assert!((scatter.variances[0] - 25.0).abs() < 1e-13 && scatter.variances[1] < 1e-13);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2nd² FLOP for the covariance, 8d³ for its eigenvectors.
///
/// Accuracy: variances up to d·2⁻⁵² of the largest; smaller ones are noise. (A singular value decomposition of X itself would reach the square root of that.)
#[derive(Clone, Debug)]
pub struct Scatter {
    /// The mean of the rows.
    pub mean: Vec<f64>,
    /// The variance along each direction, descending.
    pub variances: Vec<f64>,
    /// One row a direction, orthonormal.
    pub directions: Mat,
}

impl Scatter {
    /// Measures the rows of a matrix.
    ///
    /// # Errors
    /// [`Error::NotFinite`]; [`Error::Overflow`] if a variance is beyond `f64::MAX`.
    ///
    /// # Panics
    /// If there are fewer than two rows.
    #[track_caller]
    pub fn of(x: View<'_, f64>) -> Result<Self, Error> {
        let shape = x.shape();
        assert!(shape.rank() == 2 && shape[0] >= 2, "Scatter: shape {shape} has no two rows");
        check_finite(NAME, x)?;
        let largest = x.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
        let (x, mean) = centred(&x.to_tensor().map(|x| x * scale));
        let (n, d) = (shape[0], shape[1]);
        let mut covariance = Mat::zeros([d, d]);
        gemm(1.0 / (n as f64 - 1.0), x.view().transpose(), x.view(), 0.0, covariance.view_mut());
        let eigen = SymmetricEigen::new(covariance.view())?;
        // No variance is negative; rounding may leave −1e−17.
        let variances: Vec<f64> = eigen.values.iter().rev().map(|v| v.max(0.0) / scale / scale).collect();
        if variances.iter().any(|v| !v.is_finite()) {
            return Err(Error::Overflow { operation: NAME });
        }
        let directions = Mat::from_fn(d, d, |k, j| eigen.vectors[[j, d - 1 - k]]);
        Ok(Scatter { mean: mean.iter().map(|m| m / scale).collect(), variances, directions })
    }

    /// The rows of `x` without the mean and without their part along the first `top` directions.
    ///
    /// What a direction holds is gone for all vectors alike, queries included: whoever removes it from the store removes it from the query, with the
    /// *same* mean and directions. Shapes: (n, d) → (n, d).
    ///
    /// Cost: 4nd·top FLOP.
    ///
    /// Source: J. Mu, P. Viswanath, *All-but-the-top: simple and effective postprocessing for word representations*, ICLR 2018.
    ///
    /// # Panics
    /// If `x` has another number of columns, or there are not that many directions.
    // ANCHOR: all_but_the_top
    #[track_caller]
    pub fn all_but_the_top(&self, x: View<'_, f64>, top: usize) -> Mat {
        let d = self.variances.len();
        assert!(top <= d, "all_but_the_top: {top} of {d} directions");
        let mut x = self.without_mean(x);
        for i in 0..x.rows() {
            for k in 0..top {
                let direction = self.directions.row(k);
                let along = dot(x.row(i), direction);
                axpy(-along, direction, x.row_mut(i));
            }
        }
        x
    }
    // ANCHOR_END: all_but_the_top

    #[track_caller]
    fn without_mean(&self, x: View<'_, f64>) -> Mat {
        let (shape, d) = (x.shape(), self.mean.len());
        assert!(shape.rank() == 2 && shape[1] == d, "shape {shape} does not fit a scatter of {d} columns");
        let mut x = x.to_tensor();
        for i in 0..x.rows() {
            axpy(-1.0, &self.mean, x.row_mut(i));
        }
        x
    }
}

/// Coordinates in which a cloud of points is round: as wide in every direction.
///
/// y = Λ^(−½)·V·(x − mean) with the `rank` widest directions V and their variances Λ. Over the rows that it was fitted to, y has mean 0 and the identity as
/// covariance. Narrow directions are blown up by 1/√λ, noise included: `rank` says how many are signal.
///
/// ```
/// use linalg::{Mat, dimensions::Whitening};
///
/// let x = Mat::from_rows(&[[9.0, 1.0], [9.0, -1.0], [1.0, 1.0], [1.0, -1.0]]);
/// let y = Whitening::fit(x.view(), 2)?.apply(x.view());
/// assert!(y.data().iter().all(|y| (y.abs() - 0.75_f64.sqrt()).abs() < 1e-15)); // a square
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: that of a [`Scatter`], then 2nd·rank FLOP.
///
/// Source: I. Jolliffe, *Principal Component Analysis*, 2nd ed., section 2.1; J. Su, J. Cao, W. Liu, Y. Ou, *Whitening sentence representations for better
/// semantics and faster retrieval* (2021).
#[derive(Clone, Debug)]
pub struct Whitening {
    mean: Vec<f64>,
    /// (rank, d): a direction over its standard deviation.
    map: Mat,
}

impl Whitening {
    /// From the rows of a matrix.
    ///
    /// # Errors
    /// As [`Scatter::of`]; and [`Error::Singular`] if the rows do not scatter in `rank` directions: the variance along one of them is rounding error.
    ///
    /// # Panics
    /// As [`Scatter::of`]; and if `rank` is more than the number of columns.
    #[track_caller]
    pub fn fit(x: View<'_, f64>, rank: usize) -> Result<Self, Error> {
        let Scatter { mean, variances, directions } = Scatter::of(x)?;
        let d = mean.len();
        assert!(rank <= d, "Whitening: {rank} directions of {d}");
        let noise = d as f64 * f64::EPSILON * variances.first().copied().unwrap_or(0.0);
        if let Some(pivot) = variances[..rank].iter().position(|&v| v <= noise) {
            return Err(Error::Singular { operation: "whitening", pivot });
        }
        let map = Mat::from_fn(rank, d, |k, j| directions[[k, j]] / variances[k].sqrt());
        Ok(Whitening { mean, map })
    }

    /// The rows of `x` in the round coordinates. Shapes: (n, d) → (n, rank).
    ///
    /// # Panics
    /// If `x` has another number of columns.
    #[track_caller]
    pub fn apply(&self, x: View<'_, f64>) -> Mat {
        let (shape, d) = (x.shape(), self.mean.len());
        assert!(shape.rank() == 2 && shape[1] == d, "shape {shape} does not fit a whitening of {d} columns");
        let mut x = x.to_tensor();
        for i in 0..x.rows() {
            axpy(-1.0, &self.mean, x.row_mut(i));
        }
        x.matmul(&self.map.transpose())
    }
}

/// How many directions share the variance: (Σλ)²/Σλ². n equal ones give n, one alone gives 1, none 0.
///
/// ```
/// use linalg::dimensions::participation_ratio;
///
/// assert_eq!(participation_ratio(&[2.0, 2.0, 2.0, 0.0]), 3.0);
/// assert!(participation_ratio(&[100.0, 1.0, 1.0, 1.0]) < 1.07);
/// ```
///
/// Negative numbers count as 0: as variances they are rounding errors. NaN gives NaN. Cost: 4n FLOP.
///
/// Source: R. Bell, P. Dean, *Atomic vibrations in vitreous silica*, Discuss. Faraday Soc. 50 (1970), for vibrations; the sum of squares is what
/// economists call the Herfindahl index.
pub fn participation_ratio(variances: &[f64]) -> f64 {
    let Some(shares) = shares(variances) else { return 0.0 };
    1.0 / shares.iter().map(|p| p * p).sum::<f64>()
}

/// The same question, answered by entropy: e^(−Σ pₖ ln pₖ) with the shares pₖ = λₖ/Σλ. At least the [`participation_ratio`]: it hears the tail.
///
/// ```
/// use linalg::dimensions::effective_rank;
///
/// assert!((effective_rank(&[2.0, 2.0, 2.0, 0.0]) - 3.0).abs() < 1e-14);
/// ```
///
/// Negative numbers count as 0, NaN gives NaN. Cost: n logarithms.
///
/// Source: O. Roy, M. Vetterli, *The effective rank: a measure of effective dimensionality*, EUSIPCO 2007 (of singular values there, of variances here).
pub fn effective_rank(variances: &[f64]) -> f64 {
    let Some(shares) = shares(variances) else { return 0.0 };
    let entropy: f64 = shares.iter().map(|&p| if p == 0.0 { 0.0 } else { -p * p.ln() }).sum();
    entropy.exp()
}

/// λ/Σλ, without overflow; `None` if there is nothing to share.
fn shares(variances: &[f64]) -> Option<Vec<f64>> {
    if variances.iter().any(|v| v.is_nan()) {
        return Some(vec![f64::NAN]);
    }
    let largest = variances.iter().fold(0.0_f64, |m, &v| m.max(v));
    if largest == 0.0 {
        return None;
    }
    let shares: Vec<f64> = variances.iter().map(|v| v.max(0.0) / largest).collect();
    let sum: f64 = shares.iter().sum();
    Some(shares.iter().map(|p| p / sum).collect())
}
