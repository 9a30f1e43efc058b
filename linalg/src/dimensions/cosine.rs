//! Cosine similarity: how much two vectors point the same way, whatever their lengths. Chapter: *High dimensions*.

use crate::error::Error;
use crate::gemm::gemm;
use crate::householder::power_of_two_for;
use crate::kernels::dot;
use crate::norms::{norm_inf, norm2};
use crate::tensor::Mat;
use crate::view::View;

/// The cosine of the angle between two vectors: 1 the same direction, 0 a right angle, −1 opposite.
///
/// cos(x, y) = x·y / (‖x‖·‖y‖), a number without unit in [−1, 1]. Shapes: two slices of one length.
///
/// The zero vector has no direction, so there is no cosine to return. PyTorch says 0 here, SciPy NaN; 0 claims a right angle that
/// nobody measured, and NaN sorts to the top of a ranking. Here it is an error that says which vector it was:
///
/// ```
/// use linalg::Error;
/// use linalg::dimensions::cosine;
///
/// assert_eq!(cosine(&[3.0, 4.0], &[4.0, 3.0])?, 24.0 / 25.0);
/// assert!((cosine(&[3e200, 4e200], &[4e-200, 3e-200])? - 0.96).abs() < 1e-15);
/// assert!(matches!(cosine(&[3.0, 4.0], &[0.0, 0.0]), Err(Error::NoDirection { row: 1, .. })));
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 6n FLOP in three passes; twice that where a square would overflow or vanish.
///
/// Accuracy: an *absolute* error of about n·2⁻⁵², at any size of the numbers. It is never beyond ±1, so that `acos` of it is never NaN.
///
/// # Errors
/// [`Error::NoDirection`] if x (row 0) or y (row 1) is zero or empty, [`Error::NotFinite`] if one of their numbers is.
///
/// # Panics
/// If the lengths differ.
// ANCHOR: cosine
#[track_caller]
pub fn cosine(x: &[f64], y: &[f64]) -> Result<f64, Error> {
    let (n, m) = (x.len(), y.len());
    assert!(n == m, "cosine: lengths {n} and {m} differ");
    let (xx, yy) = (dot(x, x), dot(y, y));
    // where no square that matters can have vanished, and none has overflowed
    let safe = 1e-200..1e200;
    let cosine = if safe.contains(&xx) && safe.contains(&yy) {
        dot(x, y) / (xx.sqrt() * yy.sqrt())
    } else {
        dot(&unit(x, 0)?, &unit(y, 1)?)
    };
    Ok(cosine.clamp(-1.0, 1.0)) // rounding may leave 1.0000000000000002
}
// ANCHOR_END: cosine

const NAME: &str = "cosine";

/// x / ‖x‖. The scale goes first, so that the length is that of numbers near 1.
fn unit(x: &[f64], row: usize) -> Result<Vec<f64>, Error> {
    if let Some(col) = x.iter().position(|x| !x.is_finite()) {
        return Err(Error::NotFinite { operation: NAME, row, col, entry: x[col] });
    }
    let largest = norm_inf(x);
    if largest == 0.0 {
        return Err(Error::NoDirection { operation: NAME, row });
    }
    let scale = power_of_two_for(largest);
    let mut unit: Vec<f64> = x.iter().map(|x| x * scale).collect();
    let length = norm2(&unit);
    for x in &mut unit {
        *x /= length;
    }
    Ok(unit)
}

/// Every row divided by its length: after that, a dot product is a cosine.
///
/// Shapes: (n, d) → (n, d).
///
/// ```
/// use linalg::{Mat, dimensions::cosine::units};
///
/// assert_eq!(units(Mat::from_rows(&[[3.0, 4.0], [0.0, -2.0]]).view())?.data(), [0.6, 0.8, 0.0, -1.0]);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 3nd FLOP.
///
/// # Errors
/// [`Error::NoDirection`] and [`Error::NotFinite`], with the row.
///
/// # Panics
/// If this is no matrix.
#[track_caller]
pub fn units(x: View<'_, f64>) -> Result<Mat, Error> {
    let shape = x.shape();
    assert!(shape.rank() == 2, "units: shape {shape} is not a matrix");
    let mut data = Vec::with_capacity(shape.len());
    for i in 0..shape[0] {
        data.extend(unit(&x.at(i).iter().copied().collect::<Vec<_>>(), i)?);
    }
    Ok(Mat::new([shape[0], shape[1]], data))
}

/// The cosine of each row of `x` with each row of `y`: one matrix product of unit rows.
///
/// Shapes: (m, d), (n, d) → (m, n).
///
/// ```
/// use linalg::{Mat, dimensions::cosines};
///
/// let axes = Mat::from_rows(&[[1.0, 0.0], [0.0, 1.0]]);
/// assert_eq!(cosines(axes.view(), Mat::from_rows(&[[6.0, -8.0]]).view())?.data(), [0.6, -0.8]);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2mnd FLOP at the speed of [`gemm`](mod@crate::gemm), and copies of both matrices.
///
/// # Errors
/// As [`units`].
///
/// # Panics
/// If they are no matrices with as many columns.
#[track_caller]
pub fn cosines(x: View<'_, f64>, y: View<'_, f64>) -> Result<Mat, Error> {
    let (s, t) = (x.shape(), y.shape());
    assert!(
        s.rank() == 2 && t.rank() == 2 && s[1] == t[1],
        "cosines: shapes {s} and {t} have no common axis"
    );
    let (x, y) = (units(x)?, units(y)?);
    let mut all = Mat::zeros([s[0], t[0]]);
    gemm(1.0, x.view(), y.view().transpose(), 0.0, all.view_mut());
    Ok(all.map(|c| c.clamp(-1.0, 1.0)))
}

/// The `k` rows of a store that point most nearly the way `query` does: their numbers and cosines, the best first.
///
/// Of equal cosines the earlier row comes first; if the store has fewer than `k` rows, all are returned. Shapes: (n, d), d → at most k.
///
/// ```
/// use linalg::{Mat, dimensions::nearest};
///
/// let store = Mat::from_rows(&[[0.0, 9.0], [1.0, 1.0], [0.5, 0.0]]);
/// let best = nearest(store.view(), &[2.0, 1.0], 2)?;
/// assert_eq!((best[0].0, best[1].0), (1, 2)); // not row 0, although its dot product is by far the largest
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 6nd FLOP, then n + k log k comparisons.
///
/// # Errors
/// [`Error::NoDirection`] and [`Error::NotFinite`]; the row is that of the store, or n for the query.
///
/// # Panics
/// If the query has another length than the rows.
#[track_caller]
pub fn nearest(store: View<'_, f64>, query: &[f64], k: usize) -> Result<Vec<(usize, f64)>, Error> {
    let shape = store.shape();
    assert!(
        shape.rank() == 2 && shape[1] == query.len(),
        "nearest: a store of shape {shape}, a query of length {}",
        query.len()
    );
    let query = unit(query, shape[0])?;
    let mut found = Vec::with_capacity(shape[0]);
    for i in 0..shape[0] {
        let row: Vec<f64> = store.at(i).iter().copied().collect();
        found.push((i, dot(&unit(&row, i)?, &query).clamp(-1.0, 1.0)));
    }
    let better = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if k < found.len() {
        found.select_nth_unstable_by(k, better); // the best k to the front, in any order
        found.truncate(k);
    }
    found.sort_unstable_by(better);
    Ok(found)
}
