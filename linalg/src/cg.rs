//! Conjugate gradients: solving with nothing but products. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! A factorisation wants the entries of A. A Hessian of a million parameters has none that anybody could store, and yet its product with a
//! vector costs two passes through the model. If A is symmetric and positive definite, such products are enough.

use crate::error::{Error, check_finite};
use crate::householder::power_of_two_for;
use crate::kernels::{axpy, dot};
use crate::norms::{norm_inf, norm2};
use crate::view::View;

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// At ‖b − A·x‖₂ ≤ `tolerance`·‖b‖₂.
    pub tolerance: f64,
    /// After so many products with A, one way or the other.
    pub cap: usize,
}

/// Solves A·x = b for a symmetric positive definite A that is known only by its products: `product(v, out)` writes A·v.
///
/// `x` holds a first guess (zeros, or the solution of yesterday), and the solution afterwards; on an error, the best that there was.
/// Returns ‖b − A·x‖₂/‖b‖₂ as it went from step to step, the first guess first.
///
/// Each step goes along a direction p that is *conjugate* to all before it, pᵀ·A·q = 0, so that no step spoils what an
/// earlier one has gained: after n steps nothing is left but rounding, and long before that, little.
///
/// ```
/// use linalg::cg::{Stop, conjugate_gradient};
///
/// // −1, 2, −1 in each row of a matrix that is never stored: the second difference.
/// let product = |v: &[f64], out: &mut [f64]| {
///     for i in 0..v.len() {
///         let (left, right) = (if i > 0 { v[i - 1] } else { 0.0 }, v.get(i + 1).unwrap_or(&0.0));
///         out[i] = 2.0 * v[i] - left - right;
///     }
/// };
/// let mut x = [0.0; 4];
/// let trace = conjugate_gradient(product, &[1.0; 4], &mut x, Stop { tolerance: 1e-12, cap: 10 })?;
/// assert!(x.iter().zip([2.0, 3.0, 3.0, 2.0]).all(|(x, want)| (x - want).abs() < 1e-12));
/// assert_eq!(trace.len(), 3); // two steps: this b has only two different numbers to be found
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: one product and 10n FLOP a step; four vectors of memory. About ½·√κ·ln(2/tolerance) steps are enough, fewer where the eigenvalues
/// come in clusters.
///
/// # Errors
/// [`Error::NotFinite`] for b, x or a product (the row is the element); [`Error::NotPositiveDefinite`] if a direction shows that A is not
/// (`pivot` is the step, `entry` is pᵀ·A·p); [`Error::NotReached`] at the cap.
///
/// # Panics
/// If b and x differ in length; the message names both and the caller's line.
///
/// Source: M. Hestenes, E. Stiefel, *Methods of Conjugate Gradients for Solving Linear Systems*, J. Res. Natl. Bur. Stand. 49 (1952); Golub & Van
/// Loan, *Matrix Computations*, 4th ed., section 11.3.
#[track_caller]
pub fn conjugate_gradient(
    product: impl FnMut(&[f64], &mut [f64]),
    b: &[f64],
    x: &mut [f64],
    stop: Stop,
) -> Result<Vec<f64>, Error> {
    preconditioned(product, |r, z| z.copy_from_slice(r), b, x, stop)
}

/// [`conjugate_gradient`] with a preconditioner: `approximate(r, z)` writes z ≈ A⁻¹·r, as a positive definite map of r. The better
/// it is, the fewer the steps; division by A's diagonal (Jacobi) costs nothing, and mends columns of different units.
///
/// ```
/// use linalg::cg::{Stop, preconditioned};
///
/// let diagonal = [1.0, 1e3, 1e6];
/// let product = |v: &[f64], out: &mut [f64]| (0..3).for_each(|i| out[i] = diagonal[i] * v[i]);
/// let jacobi = |r: &[f64], z: &mut [f64]| (0..3).for_each(|i| z[i] = r[i] / diagonal[i]);
/// let mut x = [0.0; 3];
/// let trace = preconditioned(product, jacobi, &[1.0; 3], &mut x, Stop { tolerance: 1e-12, cap: 9 })?;
/// assert_eq!(trace.len(), 2); // one step
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// # Errors
/// As [`conjugate_gradient`].
///
/// # Panics
/// As [`conjugate_gradient`].
#[track_caller]
pub fn preconditioned(
    mut product: impl FnMut(&[f64], &mut [f64]),
    mut approximate: impl FnMut(&[f64], &mut [f64]),
    b: &[f64],
    x: &mut [f64],
    stop: Stop,
) -> Result<Vec<f64>, Error> {
    const NAME: &str = "conjugate_gradient";
    let n = b.len();
    assert!(x.len() == n, "{NAME}: {n} equations do not go with {} unknowns", x.len());
    check_finite(NAME, View::new(b, [n, 1]))?;
    check_finite(NAME, View::new(x, [n, 1]))?;
    // Numbers near 1, so that no square of a length over- or underflows; x is scaled back at the end.
    let largest = norm_inf(b);
    if largest == 0.0 {
        x.fill(0.0);
        return Ok(vec![0.0]);
    }
    let scale = power_of_two_for(largest);
    let b: Vec<f64> = b.iter().map(|b| b * scale).collect();
    for x in &mut *x {
        *x *= scale;
    }
    let result = iterate(&mut product, &mut approximate, &b, x, stop);
    for x in &mut *x {
        *x /= scale;
    }
    result
}

fn iterate(
    product: &mut impl FnMut(&[f64], &mut [f64]),
    approximate: &mut impl FnMut(&[f64], &mut [f64]),
    b: &[f64],
    x: &mut [f64],
    stop: Stop,
) -> Result<Vec<f64>, Error> {
    const NAME: &str = "conjugate_gradient";
    let (n, size) = (b.len(), norm2(b));
    let (mut r, mut z, mut ap) = (b.to_vec(), vec![0.0; n], vec![0.0; n]);
    if x.iter().any(|&x| x != 0.0) {
        product(x, &mut ap);
        check_finite(NAME, View::new(&ap, [n, 1]))?;
        axpy(-1.0, &ap, &mut r);
    }
    let mut trace = vec![norm2(&r) / size];
    approximate(&r, &mut z);
    let mut p = z.clone();
    let mut rz = dot(&r, &z);
    for step in 0..stop.cap {
        if trace[step] <= stop.tolerance {
            return Ok(trace);
        }
        product(&p, &mut ap);
        check_finite(NAME, View::new(&ap, [n, 1]))?;
        let curvature = dot(&p, &ap);
        if curvature.is_nan() || curvature <= 0.0 || rz.is_nan() || rz <= 0.0 {
            let entry = if rz > 0.0 { curvature } else { rz };
            return Err(Error::NotPositiveDefinite { operation: NAME, pivot: step, entry });
        }
        let along = rz / curvature; // as far as the error falls
        axpy(along, &p, x);
        axpy(-along, &ap, &mut r);
        trace.push(norm2(&r) / size);
        approximate(&r, &mut z);
        let new = dot(&r, &z);
        let keep = new / rz; // of the old direction, so that the new one is conjugate to it, and to all before
        p.iter_mut().zip(&z).for_each(|(p, z)| *p = z + keep * *p);
        rz = new;
    }
    let residual = trace[trace.len() - 1];
    if residual <= stop.tolerance {
        return Ok(trace);
    }
    Err(Error::NotReached { operation: NAME, iterations: stop.cap, residual })
}
