//! Random projections: fewer axes, the same distances. Chapter: *High dimensions*.

use super::anisotropy::centred;
use crate::error::{Error, check_finite};
use crate::gemm::gemm;
use crate::householder::power_of_two_for;
use crate::kernels::axpy;
use crate::tensor::Mat;
use crate::view::View;

/// The number of axes that keeps all squared distances between `n` points within a factor 1 ± `eps`, except with probability `failure`.
///
/// The smallest k with n²·e^(−k·(ε²/2 − ε³/3)/2) ≤ failure. How many axes the points had to begin with does not occur in it.
///
/// ```
/// use linalg::dimensions::projection::dimensions;
///
/// assert_eq!(dimensions(1_000_000, 0.2, 0.01), 3_720);
/// assert_eq!(dimensions(1_000, 0.2, 0.01), 2_126); // a thousandth of the points: still more than half of the axes
/// assert_eq!(dimensions(1_000, 0.1, 0.01), 7_895); // half of the error: nearly four times as many
/// ```
///
/// It is a bound: what happens is usually twice as good.
///
/// Source: W. Johnson, J. Lindenstrauss, *Extensions of Lipschitz mappings into a Hilbert space* (1984); the constant is that of S. Dasgupta, A. Gupta,
/// *An elementary proof of a theorem of Johnson and Lindenstrauss*, Random Structures & Algorithms 22 (2003), with the union taken over all pairs.
///
/// # Panics
/// If ε is not in (0, 1) or the probability not in (0, 1).
// ANCHOR: dimensions
#[track_caller]
pub fn dimensions(n: usize, eps: f64, failure: f64) -> usize {
    assert!(eps > 0.0 && eps < 1.0, "dimensions: an error of {eps} is not between 0 and 1");
    assert!(failure > 0.0 && failure < 1.0, "dimensions: a probability of {failure} is not between 0 and 1");
    if n < 2 {
        return 1; // no distance to keep
    }
    let exponent = 2.0 * (n as f64).ln() - failure.ln();
    (2.0 * exponent / (eps * eps / 2.0 - eps * eps * eps / 3.0)).ceil() as usize
}
// ANCHOR_END: dimensions

/// A random linear map from d numbers to k that keeps lengths, on average exactly.
///
/// y = R·x, with entries of R that are independent, of mean 0 and variance 1/k: then the mean of ‖y‖² is ‖x‖², and its standard deviation about √(2/k)
/// of that. Nothing is learned, nothing looks at the data.
///
/// ```
/// use linalg::Mat;
/// use linalg::dimensions::Projection;
///
/// let mut normals = [0.6, -1.2, 0.3, 1.1, -0.4, 0.9].into_iter();
/// let map = Projection::gaussian(2, 3, || normals.next().unwrap());
/// let y = map.apply(Mat::from_rows(&[[1.0, 0.0, 0.0]]).view());
/// assert_eq!(y.data(), [0.6 / 2.0_f64.sqrt(), 1.1 / 2.0_f64.sqrt()]); // the first column of R
/// ```
#[derive(Clone, Debug)]
pub struct Projection {
    outputs: usize,
    inputs: usize,
    entries: Entries,
}

#[derive(Clone, Debug)]
enum Entries {
    /// R itself, (k, d).
    Dense(Mat),
    /// The entries of each row that are not 0: where, and what.
    Sparse(Vec<Vec<(usize, f64)>>),
}

impl Projection {
    /// Entries that are normal, with variance 1/k. Calls `normal` k·d times, row after row.
    ///
    /// # Panics
    /// If `outputs` is 0.
    // ANCHOR: gaussian
    #[track_caller]
    pub fn gaussian(outputs: usize, inputs: usize, mut normal: impl FnMut() -> f64) -> Self {
        assert!(outputs > 0, "Projection: no axis is left");
        let scale = 1.0 / (outputs as f64).sqrt();
        let r = Mat::from_fn(outputs, inputs, |_, _| scale * normal());
        Projection { outputs, inputs, entries: Entries::Dense(r) }
    }
    // ANCHOR_END: gaussian

    /// Entries that are 0 but for one in `sparsity`, and these ±√(sparsity/k) with equal chances: additions in place of multiplications.
    /// Calls `uniform` (numbers in [0, 1)) k·d times, row after row.
    ///
    /// With a sparsity of 3 the bound of [`dimensions`] holds as it is (Achlioptas). √d is much faster and nearly as good, as long as no few entries of a
    /// vector hold most of its length: what a row does not look at is lost to it (Li, Hastie and Church).
    ///
    /// Source: D. Achlioptas, *Database-friendly random projections*, J. Comput. Syst. Sci. 66 (2003); P. Li, T. Hastie, K. Church, *Very sparse random
    /// projections*, KDD 2006.
    ///
    /// # Panics
    /// If `outputs` is 0, or `sparsity` is less than 1 or NaN.
    #[track_caller]
    pub fn signs(outputs: usize, inputs: usize, sparsity: f64, mut uniform: impl FnMut() -> f64) -> Self {
        assert!(outputs > 0, "Projection: no axis is left");
        assert!(sparsity >= 1.0, "Projection: a sparsity of {sparsity} is less than 1");
        let (half, size) = (0.5 / sparsity, (sparsity / outputs as f64).sqrt());
        let mut entry = |j| match uniform() {
            u if u < half => Some((j, size)),
            u if u < 2.0 * half => Some((j, -size)),
            _ => None,
        };
        let rows = (0..outputs).map(|_| (0..inputs).filter_map(&mut entry).collect()).collect();
        Projection { outputs, inputs, entries: Entries::Sparse(rows) }
    }

    /// R, as a matrix of shape (k, d).
    pub fn matrix(&self) -> Mat {
        match &self.entries {
            Entries::Dense(r) => r.clone(),
            Entries::Sparse(rows) => {
                let mut r = Mat::zeros([self.outputs, self.inputs]);
                for (i, row) in rows.iter().enumerate() {
                    for &(j, entry) in row {
                        r[[i, j]] = entry;
                    }
                }
                r
            }
        }
    }

    /// Every row of `x` through the map: X·Rᵀ. Shapes: (n, d) → (n, k).
    ///
    /// Cost: 2ndk FLOP at the speed of a matrix product; of signs nnz additions a row, ndk/sparsity in all.
    ///
    /// # Panics
    /// If `x` is no matrix of d columns.
    #[track_caller]
    pub fn apply(&self, x: View<'_, f64>) -> Mat {
        let shape = x.shape();
        assert!(
            shape.rank() == 2 && shape[1] == self.inputs,
            "Projection: shape {shape} does not fit a map of shape [{}, {}]",
            self.outputs,
            self.inputs
        );
        let n = shape[0];
        match &self.entries {
            Entries::Dense(r) => {
                let mut y = Mat::zeros([n, self.outputs]);
                gemm(1.0, x, r.view().transpose(), 0.0, y.view_mut());
                y
            }
            Entries::Sparse(rows) => {
                // Transposed: an entry of R then adds a whole row to a whole row.
                let (inputs, mut y) = (x.transpose().to_tensor(), Mat::zeros([self.outputs, n]));
                for (i, row) in rows.iter().enumerate() {
                    for &(j, entry) in row {
                        axpy(entry, inputs.row(j), y.row_mut(i));
                    }
                }
                y.transpose()
            }
        }
    }
}

/// By which factors the squared distances between the rows of `x` changed on the way to the rows of `y`: the smallest and the largest, over all pairs.
///
/// Pairs that coincide in `x` are left out; `None` if no pair remains. Shapes: (n, d), (n, k).
///
/// ```
/// use linalg::{Mat, dimensions::projection::distortion};
///
/// let x = Mat::from_rows(&[[0.0, 0.0], [3.0, 4.0], [0.0, 2.0]]);
/// let first_axis = Mat::from_rows(&[[0.0], [3.0], [0.0]]);
/// assert_eq!(distortion(x.view(), first_axis.view())?, Some((0.0, 9.0 / 13.0)));
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2n²(d + k) FLOP in two matrix products: ‖a − b‖² = ‖a‖² + ‖b‖² − 2a·b, after the mean is taken away.
///
/// Accuracy: that difference loses the digits of pairs much closer than the rest; those below 10⁻⁶ of the longest are computed directly.
///
/// # Errors
/// [`Error::NotFinite`].
///
/// # Panics
/// If they are no matrices with as many rows.
#[track_caller]
pub fn distortion(x: View<'_, f64>, y: View<'_, f64>) -> Result<Option<(f64, f64)>, Error> {
    let (s, t) = (x.shape(), y.shape());
    assert!(
        s.rank() == 2 && t.rank() == 2 && s[0] == t[0],
        "distortion: shapes {s} and {t} differ in their rows"
    );
    check_finite("distortion", x)?;
    check_finite("distortion", y)?;
    // Each at a scale where no square overflows or vanishes.
    let scaled = |x: View<'_, f64>| {
        let largest = x.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
        (squared_distances(x.to_tensor().map(|x| x * scale).view()), scale)
    };
    let ((before, p), (after, q)) = (scaled(x), scaled(y));
    let mut range: Option<(f64, f64)> = None;
    for i in 0..s[0] {
        for j in 0..i {
            if before[[i, j]] > 0.0 {
                let factor = after[[i, j]] / before[[i, j]] * (p / q) * (p / q);
                range = Some(range.map_or((factor, factor), |(lo, hi)| (lo.min(factor), hi.max(factor))));
            }
        }
    }
    Ok(range)
}

/// All squared distances between rows, (n, n).
fn squared_distances(x: View<'_, f64>) -> Mat {
    let n = x.shape()[0];
    let centred = centred(&x.to_tensor()).0;
    let mut gram = Mat::zeros([n, n]);
    gemm(1.0, centred.view(), centred.view().transpose(), 0.0, gram.view_mut());
    let squares: Vec<f64> = (0..n).map(|i| gram[[i, i]]).collect();
    let longest = squares.iter().fold(0.0_f64, |m, &s| m.max(s));
    for i in 0..n {
        for j in 0..n {
            let expanded = squares[i] + squares[j] - 2.0 * gram[[i, j]];
            gram[[i, j]] = if expanded > 1e-6 * longest {
                expanded
            } else {
                centred.row(i).iter().zip(centred.row(j)).map(|(a, b)| (a - b) * (a - b)).sum()
            };
        }
    }
    gram
}
