//! Gershgorin's discs: where eigenvalues can be, read off the rows. Chapter: *Eigenvalues*.

use crate::error::{Error, check_finite, check_square};
use crate::norms::norm1;
use crate::view::View;

/// A disc of the complex plane with its centre on the real line; of a symmetric matrix's eigenvalues, an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disc {
    /// The diagonal entry of the row.
    pub center: f64,
    /// The sum of the sizes of the row's other entries.
    pub radius: f64,
}

impl Disc {
    /// Whether a real number is inside or on the edge.
    pub fn contains(&self, x: f64) -> bool {
        (x - self.center).abs() <= self.radius
    }
}

/// One disc for each row: |z − A\[i,i\]| ≤ Σⱼ |A\[i,j\]|, j ≠ i. Every eigenvalue lies in at least one of them.
///
/// Take an eigenvector, and in it the entry i that is largest in size: in row i of A·v = λ·v all the others together cannot
/// outweigh the radius. A group of k discs that touches no other holds exactly k eigenvalues.
///
/// ```
/// use linalg::{Mat, eigen::discs};
///
/// let a = Mat::from_rows(&[[4.0, 1.0, 0.0], [1.0, 3.0, -0.5], [0.0, -0.5, -2.0]]);
/// let discs = discs(a.view())?;
/// assert_eq!((discs[2].center, discs[2].radius), (-2.0, 0.5)); // one eigenvalue is between −2.5 and −1.5
/// assert_eq!(discs.iter().map(|d| d.center + d.radius).fold(f64::MIN, f64::max), 5.0); // none is larger than 5
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: n² additions. For the largest eigenvalue of a Hessian that is a bound, and usually a poor one: √n too large where signs are
/// mixed.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::NotFinite`]; [`Error::Overflow`] if a radius is beyond `f64::MAX`.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., theorem 7.2.1; Horn & Johnson, *Matrix Analysis*, 2nd ed., section 6.1.
// ANCHOR: discs
pub fn discs(a: View<'_, f64>) -> Result<Vec<Disc>, Error> {
    const NAME: &str = "Gershgorin discs";
    check_square(NAME, a)?;
    check_finite(NAME, a)?;
    let disc = |i| {
        let mut others: Vec<f64> = a.at(i).iter().copied().collect();
        let center = std::mem::take(&mut others[i]);
        let radius = norm1(&others);
        if radius.is_finite() {
            Ok(Disc { center, radius })
        } else {
            Err(Error::Overflow { operation: NAME })
        }
    };
    (0..a.shape()[0]).map(disc).collect()
}
// ANCHOR_END: discs
