//! What can be wrong with a matrix that one asks something of.

use crate::shape::Shape;
use std::fmt;

/// Why a decomposition has no answer. Every variant names the operation; the message says what to do about it.
///
/// A *shape* that does not fit is a mistake in the program and panics at the caller's line. A *matrix* without an answer
/// comes from data, and data is handled:
///
/// ```
/// use linalg::{Error, Mat, SymmetricEigen};
///
/// let a = Mat::from_rows(&[[1.0, 2.0], [3.0, 4.0]]);
/// let error = SymmetricEigen::new(a.view()).unwrap_err();
/// assert!(matches!(error, Error::NotSymmetric { row: 1, col: 0, .. }));
/// assert!(error.to_string().contains("pass (A + Aᵀ)/2"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The operation exists only for square matrices.
    NotSquare {
        /// What was asked for.
        operation: &'static str,
        /// The shape that came.
        shape: Shape,
    },
    /// An entry differs from its mirror image by more than rounding explains.
    NotSymmetric {
        /// What was asked for.
        operation: &'static str,
        /// Row of the entry (below the diagonal).
        row: usize,
        /// Column of the entry.
        col: usize,
        /// The entry.
        entry: f64,
        /// The entry at (col, row).
        mirror: f64,
    },
    /// An entry is infinite or NaN.
    NotFinite {
        /// What was asked for.
        operation: &'static str,
        /// Row of the entry.
        row: usize,
        /// Column of the entry.
        col: usize,
        /// The entry.
        entry: f64,
    },
    /// The matrix is fine, but the result has a number beyond `f64::MAX`.
    Overflow {
        /// What was asked for.
        operation: &'static str,
    },
    /// The iteration reached its cap.
    NoConvergence {
        /// What was asked for.
        operation: &'static str,
        /// The number of iterations that were made.
        iterations: usize,
        /// How many of the results are still missing.
        missing: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotSquare { operation, shape } => {
                write!(f, "{operation}: shape {shape} is not a square matrix; pass one of shape [n, n]")
            }
            Error::NotSymmetric { operation, row, col, entry, mirror } => write!(
                f,
                "{operation}: not symmetric: entry ({row}, {col}) is {entry:e}, entry ({col}, {row}) is {mirror:e}; \
                 if the difference is noise, pass (A + Aᵀ)/2"
            ),
            Error::NotFinite { operation, row, col, entry } => write!(
                f,
                "{operation}: entry ({row}, {col}) is {entry}; find out where it was computed before decomposing"
            ),
            Error::Overflow { operation } => {
                write!(f, "{operation}: the result exceeds f64::MAX; divide the matrix by its largest entry")
            }
            Error::NoConvergence { operation, iterations, missing } => write!(
                f,
                "{operation}: {missing} results still missing after {iterations} iterations; \
                 no known matrix does this: please report it"
            ),
        }
    }
}

impl std::error::Error for Error {}

/// The first entry that is infinite or NaN, as an error.
pub(crate) fn check_finite(operation: &'static str, a: crate::View<'_, f64>) -> Result<(), Error> {
    if a.as_slice().is_some_and(|all| all.iter().all(|x| x.is_finite())) {
        return Ok(()); // quicker than the search for a culprit
    }
    let cols = a.shape()[1];
    match a.iter().enumerate().find(|(_, x)| !x.is_finite()) {
        Some((at, &entry)) => Err(Error::NotFinite { operation, row: at / cols, col: at % cols, entry }),
        None => Ok(()),
    }
}
