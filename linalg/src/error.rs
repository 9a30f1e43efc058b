//! What can be wrong with a matrix that one asks something of.

use crate::householder::power_of_two_for;
use crate::norms::{all_finite, largest_finite};
use crate::shape::Shape;
use crate::simd::vectorise;
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
    /// A vector is zero: it points nowhere, and has no angle to anything.
    NoDirection {
        /// What was asked for.
        operation: &'static str,
        /// Which vector: the row of a matrix, or 0 for the first argument and 1 for the second.
        row: usize,
    },
    /// The columns are dependent, or so nearly that rounding errors decide what the coefficients are.
    RankDeficient {
        /// What was asked for.
        operation: &'static str,
        /// The condition of the columns, each scaled to length 1; infinite if there are more columns than rows.
        condition: f64,
    },
    /// The matrix is fine, but the result has a number beyond `f64::MAX`.
    Overflow {
        /// What was asked for.
        operation: &'static str,
    },
    /// An expression that names axes does not say what it should.
    Einsum {
        /// The expression as it was written.
        expression: String,
        /// The place of the first character that does not fit, counted in characters from 0.
        at: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// There are too few rows of data for what was asked.
    TooFewSamples {
        /// What was asked for.
        operation: &'static str,
        /// The rows that came.
        samples: usize,
        /// The rows that it takes.
        needed: usize,
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
    /// An iteration that approaches its answer did not come near enough within its cap.
    NotReached {
        /// What was asked for.
        operation: &'static str,
        /// The number of iterations that were made.
        iterations: usize,
        /// How near it came, relative to the right side (a residual) or to the answer (a correction).
        residual: f64,
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
            Error::NoDirection { operation, row } => write!(
                f,
                "{operation}: vector {row} is zero and points nowhere; find out why it is empty, or leave it out"
            ),
            Error::RankDeficient { operation, condition } => write!(
                f,
                "{operation}: the columns are dependent to working precision (condition {condition:.1e}); drop a column, or ask for \
                 the shortest of all solutions with `lstsq_min_norm`"
            ),
            Error::NotReached { operation, iterations, residual } => write!(
                f,
                "{operation}: still {residual:.1e} away after {iterations} iterations; allow more, ask for less, or find a better \
                 preconditioner or factorisation"
            ),
            Error::Overflow { operation } => {
                write!(f, "{operation}: the result exceeds f64::MAX; divide the matrix by its largest entry")
            }
            Error::Einsum { expression, at, problem } => {
                write!(f, "einsum \"{expression}\", character {}: {problem}", at + 1)
            }
            Error::TooFewSamples { operation, samples, needed } => {
                write!(
                    f,
                    "{operation}: {samples} samples, where at least {needed} are needed; one sample is one row"
                )
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

/// A matrix with as many rows as columns, or an error.
pub(crate) fn check_square(operation: &'static str, a: crate::View<'_, f64>) -> Result<(), Error> {
    let shape = a.shape();
    if shape.rank() == 2 && shape[0] == shape[1] {
        Ok(())
    } else {
        Err(Error::NotSquare { operation, shape })
    }
}

/// The first entry that is infinite or NaN, as an error.
pub(crate) fn check_finite(operation: &'static str, a: crate::View<'_, f64>) -> Result<(), Error> {
    if a.as_slice().is_some_and(all_finite) {
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

/// The first entry that differs from its mirror image by more than rounding explains (as in a computed XᵀX), as an error; else max|aᵢⱼ|.
pub(crate) fn check_symmetric(operation: &'static str, a: crate::View<'_, f64>) -> Result<f64, Error> {
    let largest = match a.as_slice() {
        Some(all) => largest_finite(all),
        None => a.iter().fold(0.0_f64, |largest, x| largest.max(x.abs())),
    };
    // scaled before they are subtracted: a difference cannot overflow, nor its bound vanish
    let scale = if largest == 0.0 { 1.0 } else { power_of_two_for(largest) };
    let (n, limit) = (a.shape()[0], SYMMETRY * (largest * scale));
    if a.as_slice().is_some_and(|all| symmetric(all, n, scale, limit)) {
        return Ok(largest); // quicker than the search for a culprit
    }
    for row in 0..n {
        for col in 0..row {
            let (entry, mirror) = (a[[row, col]], a[[col, row]]);
            if (entry * scale - mirror * scale).abs() > limit {
                return Err(Error::NotSymmetric { operation, row, col, entry, mirror });
            }
        }
    }
    Ok(largest)
}

/// Whether no entry of a row-major matrix is further than `limit` from its mirror image: squares of eight by eight entries, each beside the
/// one across the diagonal. A square has as many rows as columns and no branch, so that the compiler can keep it in vectors.
fn symmetric(a: &[f64], n: usize, scale: f64, limit: f64) -> bool {
    const SIDE: usize = 8;
    let whole = n / SIDE * SIDE;
    let squares = vectorise(
        #[inline(always)]
        || {
            let square = |row: usize, col: usize| {
                let mut square = [[0.0; SIDE]; SIDE];
                for (i, line) in square.iter_mut().enumerate() {
                    line.copy_from_slice(&a[(row + i) * n + col..(row + i) * n + col + SIDE]);
                }
                square
            };
            let mut same = true;
            for top in (0..whole).step_by(SIDE) {
                for left in (0..=top).step_by(SIDE) {
                    let (below, above) = (square(top, left), square(left, top));
                    let mut far = [0_u64; SIDE];
                    for i in 0..SIDE {
                        for j in 0..SIDE {
                            let near = (below[i][j] * scale - above[j][i] * scale).abs() <= limit;
                            far[j] |= u64::from(!near);
                        }
                    }
                    same &= far == [0; SIDE];
                }
            }
            same
        },
    );
    let near = |i: usize, j: usize| (a[i * n + j] * scale - a[j * n + i] * scale).abs() <= limit;
    squares && (whole..n).all(|i| (0..i).all(|j| near(i, j)))
}
