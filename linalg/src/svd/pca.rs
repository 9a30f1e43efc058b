//! Principal components: the directions in which data vary. Chapter: *The singular value decomposition*.
//!
//! Put the samples into rows, subtract their mean, decompose. The right singular vectors are directions in the space of features,
//! and σ²/(n − 1) is the variance of the data along each. The covariance matrix XᵀX/(n − 1) has the same eigenvectors, but to form it would
//! square the condition: this way never does.

use super::Svd;
use crate::error::Error;
use crate::gemm::gemm;
use crate::norms::norm2;
use crate::tensor::Mat;
use crate::view::View;

/// The k directions of largest variance.
///
/// ```
/// use linalg::Mat;
/// use linalg::svd::pca::Pca;
///
/// // Three points on the line (1, 1) + t·(3, 4)/5, at t = −5, 0 and 5.
/// let x = Mat::from_rows(&[[-2.0, -3.0], [1.0, 1.0], [4.0, 5.0]]);
/// let pca = Pca::new(x.view(), 1)?;
/// assert!((pca.directions[[0, 0]] - 0.6).abs() < 1e-15 && (pca.directions[[0, 1]] - 0.8).abs() < 1e-15);
/// assert!((pca.variances[0] - 25.0).abs() < 1e-13); // (25 + 0 + 25)/(3 − 1)
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: that of a decomposition of the data, 4·samples·features² FLOP and more.
///
/// Source: I. Jolliffe, *Principal Component Analysis*, 2nd ed. (2002), sections 1.1 and 3.5.
#[derive(Clone, Debug)]
pub struct Pca {
    /// The mean of every feature.
    pub mean: Vec<f64>,
    /// One direction a row, shape (k, features); unit length, orthogonal, the largest entry positive (see [`Svd`]).
    pub directions: Mat,
    /// The variance along each direction: σ²/(samples − 1), descending.
    pub variances: Vec<f64>,
    /// The variance along all directions, also those left out.
    pub total_variance: f64,
}

/// Which of the many ways to make features uncorrelated with variance 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whitening {
    /// Along the principal directions: feature i of the result is component i.
    Pca,
    /// Turned back afterwards: of all whitened data the nearest to the original (*zero-phase*). Shape as before.
    Zca,
}

impl Pca {
    /// The `k` directions of largest variance of the rows of `x`, shape (samples, features). A k beyond min(samples, features) gives all.
    ///
    /// # Errors
    /// [`Error::TooFewSamples`] for fewer than two: one sample does not vary. What [`Svd::new`] reports; [`Error::Overflow`] if a
    /// variance is beyond `f64::MAX`.
    ///
    /// # Panics
    /// If `x` is no matrix.
    // ANCHOR: pca
    #[track_caller]
    pub fn new(x: View<'_, f64>, k: usize) -> Result<Self, Error> {
        assert!(x.shape().rank() == 2, "pca: shape {} is not a matrix", x.shape());
        let (samples, features) = (x.shape()[0], x.shape()[1]);
        if samples < 2 {
            return Err(Error::TooFewSamples { operation: "pca", samples, needed: 2 });
        }
        let mean: Vec<f64> = (0..features).map(|j| mean(x.slice(1, j, j + 1))).collect();
        let centred = Mat::from_fn(samples, features, |i, j| x[[i, j]] - mean[j]);
        let svd = Svd::new(centred.view())?;
        let root = ((samples - 1) as f64).sqrt();
        let variance = |s: f64| (s / root) * (s / root);
        let variances: Vec<f64> = svd.s.iter().map(|&s| variance(s)).collect();
        let total_variance = variance(norm2(&svd.s));
        if !total_variance.is_finite() {
            return Err(Error::Overflow { operation: "pca" });
        }
        let kept = svd.first(k);
        Ok(Pca { mean, directions: kept.vt, variances: variances[..kept.s.len()].to_vec(), total_variance })
    }
    // ANCHOR_END: pca

    /// Where every sample lies along the directions: (x − mean)·Vᵀ, shape (samples, k).
    ///
    /// # Panics
    /// If `x` has not as many columns as there are features; the message names both shapes.
    #[track_caller]
    pub fn transform(&self, x: View<'_, f64>) -> Mat {
        let centred = self.centred("pca transform", x);
        let mut scores = Mat::zeros([centred.rows(), self.directions.rows()]);
        gemm(1.0, centred.view(), self.directions.view().transpose(), 0.0, scores.view_mut());
        scores
    }

    /// Samples from their places along the directions: scores·V + mean. The rest of each sample is lost.
    ///
    /// # Panics
    /// If `scores` has not as many columns as there are directions; the message names both shapes.
    #[track_caller]
    pub fn restore(&self, scores: View<'_, f64>) -> Mat {
        let (s, d) = (scores.shape(), self.directions.shape());
        assert!(s.rank() == 2 && s[1] == d[0], "pca restore: shape {s} does not fit directions of shape {d}");
        let mut x = Mat::zeros([s[0], d[1]]);
        gemm(1.0, scores, self.directions.view(), 0.0, x.view_mut());
        for i in 0..s[0] {
            for (x, mean) in x.row_mut(i).iter_mut().zip(&self.mean) {
                *x += mean;
            }
        }
        x
    }

    /// Data with covariance 1: every score divided by √(variance + ridge).
    ///
    /// The `ridge` keeps directions that hardly vary from being blown up to noise of size 1.
    ///
    /// # Errors
    /// [`Error::Singular`] if a direction has no variance (beside the largest, at the precision of the data) and the ridge is 0.
    ///
    /// # Panics
    /// If `x` has not as many columns as there are features, or the ridge is negative or NaN.
    #[track_caller]
    pub fn whiten(&self, x: View<'_, f64>, how: Whitening, ridge: f64) -> Result<Mat, Error> {
        assert!(ridge >= 0.0, "whiten: a ridge of {ridge} is not a number from 0 on");
        let mut scores = self.transform(x);
        let nothing =
            (self.mean.len() as f64 * f64::EPSILON).powi(2) * self.variances.first().unwrap_or(&0.0);
        if ridge == 0.0
            && let Some(pivot) = self.variances.iter().position(|&v| v <= nothing)
        {
            return Err(Error::Singular { operation: "whiten", pivot });
        }
        for i in 0..scores.rows() {
            for (score, variance) in scores.row_mut(i).iter_mut().zip(&self.variances) {
                *score /= (variance + ridge).sqrt();
            }
        }
        Ok(match how {
            Whitening::Pca => scores,
            Whitening::Zca => scores.matmul(&self.directions),
        })
    }

    #[track_caller]
    fn centred(&self, operation: &str, x: View<'_, f64>) -> Mat {
        let (shape, features) = (x.shape(), self.mean.len());
        assert!(
            shape.rank() == 2 && shape[1] == features,
            "{operation}: shape {shape} does not fit directions of shape {}",
            self.directions.shape()
        );
        Mat::from_fn(shape[0], features, |i, j| x[[i, j]] - self.mean[j])
    }
}

/// The mean of a column; twice, since the first has the rounding error of a long sum.
fn mean(x: View<'_, f64>) -> f64 {
    let n = x.shape()[0] as f64;
    let first: f64 = x.iter().map(|x| x / n).sum();
    first + x.iter().map(|x| (x - first) / n).sum::<f64>()
}
