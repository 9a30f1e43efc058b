//! What a matrix does when it is applied again and again. Chapter: *Eigenvalues without symmetry*.
//!
//! A state that is multiplied by A at every step (a recurrent network without its bend, an error that is fed back, a residual stream) has
//! gone through Aᵏ after k of them. In the end only the largest eigenvalue counts, ‖Aᵏ‖^(1/k) → ρ. Until then the norm counts, and between
//! the two there is room for a factor of millions.

use crate::complex::Complex;
use crate::error::{Error, check_finite, check_square};
use crate::gemm::gemm;
use crate::householder::power_of_two_for;
use crate::norms::norm_inf;
use crate::tensor::Mat;
use crate::view::View;
use crate::{Lu, SymmetricEigen, eigenvalues};

/// The *spectral radius* ρ(A): the largest |λ| of the eigenvalues.
///
/// ```
/// use linalg::{Mat, powers::spectral_radius};
///
/// // Turns by 90° and shrinks: the eigenvalues are ±0.9i, and no entry on the diagonal says so.
/// let a = Mat::from_rows(&[[0.0, -0.9], [0.9, 0.0]]);
/// assert!((spectral_radius(a.view())? - 0.9).abs() < 1e-15);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: about 10n³ FLOP.
///
/// Accuracy: that of [`eigenvalues`]. Of a matrix far from normal it may be off in the first digit, although the eigenvalues are exact for a
/// matrix that differs by rounding; [`resolvent_norm`] tells where that has to be expected.
///
/// # Errors
/// As [`eigenvalues`].
// ANCHOR: radius
pub fn spectral_radius(a: View<'_, f64>) -> Result<f64, Error> {
    Ok(eigenvalues(a)?.into_iter().map(Complex::abs).fold(0.0, f64::max))
}
// ANCHOR_END: radius

/// ‖A‖₂: by how much A lengthens a vector at most, √(the largest eigenvalue of AᵀA).
///
/// ```
/// use linalg::{Mat, powers::spectral_norm};
///
/// let shear = Mat::from_rows(&[[1.0, 1.0], [0.0, 1.0]]); // both eigenvalues are 1
/// assert!((spectral_norm(shear.view())? - 1.618).abs() < 1e-3);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2mn² FLOP for the product, and a symmetric eigen-decomposition of AᵀA.
///
/// Accuracy: a few units in the last place times n, at any scale of the entries.
///
/// # Errors
/// [`Error::NotFinite`]; [`Error::Overflow`].
///
/// # Panics
/// If A is no matrix.
#[track_caller]
pub fn spectral_norm(a: View<'_, f64>) -> Result<f64, Error> {
    assert!(a.shape().rank() == 2, "spectral norm: shape {} is not a matrix", a.shape());
    check_finite("spectral norm", a)?;
    let mut a = a.to_tensor();
    let largest = norm_inf(a.data());
    if largest == 0.0 {
        return Ok(0.0);
    }
    let scale = power_of_two_for(largest);
    a.data_mut().iter_mut().for_each(|x| *x *= scale);
    let mut product = Mat::zeros([a.cols(), a.cols()]);
    gemm(1.0, a.view().transpose(), a.view(), 0.0, product.view_mut());
    let norm = SymmetricEigen::new(product.view())?.values.last().map_or(0.0, |x| x.max(0.0).sqrt()) / scale;
    if norm.is_finite() { Ok(norm) } else { Err(Error::Overflow { operation: "spectral norm" }) }
}

/// ln ‖Aᵏ‖₂ for k = 0, 1, …, `steps`: how far k steps can lengthen a state, in powers of e.
///
/// Logarithms, since a power leaves the range of f64 sooner than one thinks; −∞ where a power is 0.
///
/// ```
/// use linalg::{Mat, powers::ln_power_norms};
///
/// let a = Mat::from_rows(&[[0.9, 4.0], [0.0, 0.9]]);
/// let norms = ln_power_norms(a.view(), 200)?;
/// assert!(norms[0].abs() < 1e-15);
/// assert!(norms[10].exp() > 15.0); // first it grows, ...
/// assert!(norms[200].exp() < 1e-5); // ... then it does what 0.9 promised
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: `steps` products of 2n³ FLOP and as many norms.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::NotFinite`].
// ANCHOR: norms
pub fn ln_power_norms(a: View<'_, f64>, steps: usize) -> Result<Vec<f64>, Error> {
    check_square("power norms", a)?;
    check_finite("power norms", a)?;
    let mut ln_scale = 0.0; // the power is e^ln_scale · power, with entries of `power` near 1
    let n = a.shape()[0];
    let mut power = Mat::eye(n);
    let mut norms = Vec::with_capacity(steps + 1);
    for k in 0..=steps {
        if k > 0 {
            // A is scaled too: the product of two matrices with entries near 1 has entries that f64 can hold
            let mut next = Mat::zeros([n, n]);
            let (near_one, ln) = near_one(a.to_tensor());
            gemm(1.0, near_one.view(), power.view(), 0.0, next.view_mut());
            let (next, ln_next) = self::near_one(next);
            ln_scale += ln + ln_next;
            power = next;
        }
        norms.push(spectral_norm(power.view())?.ln() + ln_scale);
    }
    Ok(norms)
}
// ANCHOR_END: norms

/// A matrix divided by a power of two so that its largest entry is near 1, and the logarithm of that power.
fn near_one(mut a: Mat) -> (Mat, f64) {
    let largest = norm_inf(a.data());
    if largest == 0.0 {
        return (a, 0.0);
    }
    let scale = power_of_two_for(largest);
    a.data_mut().iter_mut().for_each(|x| *x *= scale);
    (a, -scale.ln())
}

/// ‖(z − A)⁻¹‖₂: how close z is to being an eigenvalue, as A sees it. ∞ at an eigenvalue.
///
/// Its reciprocal is the size of the smallest change of A that makes z an eigenvalue. For a normal matrix that is the distance to the
/// nearest one. For others it can be 10⁻¹⁶ in places where no eigenvalue is near: there rounding alone can put one. The set where the
/// norm is beyond 1/ε is the *ε-pseudospectrum*.
///
/// ```
/// use linalg::{Complex, Mat, powers::resolvent_norm};
///
/// let a = Mat::from_rows(&[[0.5, 100.0], [0.0, 0.5]]);
/// let norm = resolvent_norm(a.view(), Complex::real(1.0))?;
/// assert!(norm > 400.0); // a change of A by 1/400 puts an eigenvalue at 1, although both are at 0.5
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: one LU decomposition of shape (2n, 2n), 16n³/3 FLOP, and some twenty solutions.
///
/// Accuracy: a lower bound that is within 10⁻³ where the largest singular value of (z − A)⁻¹ stands out a little from the next one.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::NotFinite`], [`Error::Overflow`].
///
/// Source: L. N. Trefethen, M. Embree, *Spectra and Pseudospectra* (2005), chapters 2 and 39.
pub fn resolvent_norm(a: View<'_, f64>, z: Complex) -> Result<f64, Error> {
    check_square("resolvent", a)?;
    check_finite("resolvent", a)?;
    let n = a.shape()[0];
    if n == 0 {
        return Ok(0.0);
    }
    // (x + iy) ↦ (z − A)(x + iy), written out for real and imaginary part
    let m = Mat::from_fn(2 * n, 2 * n, |i, j| {
        let same = if i % n == j % n { 1.0 } else { 0.0 };
        match (i < n, j < n) {
            (true, true) | (false, false) => z.re * same - a[[i % n, j % n]],
            (true, false) => -z.im * same,
            (false, true) => z.im * same,
        }
    });
    let lu = Lu::new(m.view())?;
    if !lu.condition().is_finite() {
        return Ok(f64::INFINITY);
    }
    // Power iteration with M⁻ᵀM⁻¹, from a start that no symmetry annihilates.
    let mut x = Mat::from_fn(2 * n, 1, |i, _| 1.0 + 0.5 * (1.7 * i as f64).sin());
    let mut norm = 0.0;
    for _ in 0..60 {
        let length = crate::norm2(x.data());
        x.data_mut().iter_mut().for_each(|v| *v /= length);
        let y = lu.solve(&x)?;
        let next = crate::norm2(y.data());
        if !next.is_finite() {
            return Ok(f64::INFINITY);
        }
        let settled = (next - norm).abs() <= 1e-6 * next;
        norm = norm.max(next);
        if settled {
            break;
        }
        x = lu.solve_transposed(&y.map(|v| v / next))?;
        if x.data().iter().any(|v| !v.is_finite()) {
            return Ok(f64::INFINITY);
        }
    }
    Ok(norm)
}
