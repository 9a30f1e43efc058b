//! What can be wrong with a matrix that one asks something of.

use crate::householder::power_of_two_for;
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
    /// A pivot is zero: some combination of rows gives nothing, and a system with this matrix has no solution or too many.
    Singular {
        /// What was asked for.
        operation: &'static str,
        /// The row, counted after all exchanges, in which nothing is left to divide by.
        pivot: usize,
    },
    /// A pivot is not positive: some direction is not stretched by a positive factor.
    NotPositiveDefinite {
        /// What was asked for.
        operation: &'static str,
        /// The row of the pivot.
        pivot: usize,
        /// What is left of its diagonal entry.
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
            Error::Singular { operation, pivot } => write!(
                f,
                "{operation}: the matrix is singular: pivot {pivot} is zero; a least-squares solution by `Qr`, or a multiple of \
                 the identity added to A, may be what you want"
            ),
            Error::NotPositiveDefinite { operation, pivot, entry } => write!(
                f,
                "{operation}: not positive definite: {entry:e} is left of diagonal entry {pivot}; if the matrix should be, add a \
                 small multiple of the identity, else use `Lu`"
            ),
            Error::Overflow { operation } => {
                write!(f, "{operation}: the result exceeds f64::MAX; divide the matrix by its largest entry")
            }
            Error::NoConvergence { operation, iterations, missing } => write!(
                f,
                "{operation}: {missing} results still missing after {iterations} iterations; \
                 where the cap is yours, raise it or ask for less: eigenvalues of the same size never part"
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

/// Entries that differ from their mirror image by more than this, relative to the largest of all, are no rounding errors.
const SYMMETRY: f64 = 1e-12;

/// The first entry that differs from its mirror image by more than rounding explains (as in a computed XᵀX), as an error.
pub(crate) fn check_symmetric(operation: &'static str, a: crate::View<'_, f64>) -> Result<(), Error> {
    let largest = a.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    // scaled before they are subtracted: a difference cannot overflow, nor its bound vanish
    let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
    for row in 0..a.shape()[0] {
        for col in 0..row {
            let (entry, mirror) = (a[[row, col]], a[[col, row]]);
            if (entry * scale - mirror * scale).abs() > SYMMETRY * (largest * scale) {
                return Err(Error::NotSymmetric { operation, row, col, entry, mirror });
            }
        }
    }
    Ok(())
}
