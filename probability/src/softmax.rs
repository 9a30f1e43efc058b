//! Softmax, its logarithm, and log-sum-exp: from any scores to probabilities, without overflow.
//! Chapter: *Softmax and sampling*.
//!
//! All three subtract the largest score first. That changes nothing in exact arithmetic, since softmax ignores a common
//! shift, and everything in floating point: the largest exponent is then 0, so nothing overflows, and the sum is at
//! least 1, so nothing is divided by zero.

use crate::Error;
use linalg::{Real, kernels};

/// Where the first NaN is, as an error.
pub(crate) fn not_a_number<T: Real>(x: &[T]) -> Error {
    let index = x.iter().position(|x| x.partial_cmp(x).is_none()).unwrap_or(0);
    Error::NotANumber { index }
}

/// The largest logit; an error unless it is an ordinary number or −∞.
pub(crate) fn largest<T: Real>(logits: &[T]) -> Result<T, Error> {
    if logits.is_empty() {
        return Err(Error::Empty);
    }
    let max = kernels::max(logits); // NaN if there is one
    if max.is_finite() || max == minus_infinity() {
        Ok(max)
    } else if max > T::ZERO {
        Err(Error::Infinite { index: logits.iter().position(|&z| z == max).unwrap_or(0) })
    } else {
        Err(not_a_number(logits))
    }
}

#[inline]
pub(crate) fn minus_infinity<T: Real>() -> T {
    T::from_f64(f64::NEG_INFINITY)
}

/// Logits become probabilities, in place: pᵢ = e^(zᵢ − m) / Σⱼ e^(zⱼ − m), with m the largest logit.
///
/// Only differences of logits matter. A logit of −∞ is an outcome that cannot happen. Where *all* are −∞ the result is
/// all zeros, as for a token that may attend to nothing; it is no distribution, and sampling from it is an error.
///
/// ```
/// use probability::softmax;
///
/// let mut z = [1000.0, 1000.0, 999.0, f64::NEG_INFINITY];
/// softmax(&mut z)?;
/// let e = std::f64::consts::E;
/// assert!((z[0] - e / (2.0 * e + 1.0)).abs() < 1e-15);
/// assert_eq!(z[3], 0.0);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// Cost: three passes; n exponentials dominate.
///
/// # Errors
/// No logits, a NaN, or +∞: nothing has been written then.
// ANCHOR: softmax
pub fn softmax<T: Real>(z: &mut [T]) -> Result<(), Error> {
    let max = largest(z)?;
    if max == minus_infinity() {
        z.fill(T::ZERO);
        return Ok(());
    }
    let mut sum = T::ZERO;
    for z in &mut *z {
        *z = (*z - max).exp();
        sum += *z;
    }
    for z in z {
        *z /= sum;
    }
    Ok(())
}
// ANCHOR_END: softmax

/// The formula as it stands in the textbook: pᵢ = e^zᵢ / Σⱼ e^zⱼ. **Do not use it**: from z = 89 on in `f32`
/// (12 in half precision) e^z is ∞ and ∞/∞ is NaN. A little below, only the sum is ∞, and the probabilities are all 0. The
/// chapter measures where.
// ANCHOR: naive
pub fn softmax_naive<T: Real>(z: &mut [T]) {
    let mut sum = T::ZERO;
    for z in &mut *z {
        *z = z.exp();
        sum += *z;
    }
    for z in z {
        *z /= sum;
    }
}
// ANCHOR_END: naive

/// ln Σᵢ e^zᵢ = m + ln Σᵢ e^(zᵢ − m): the smooth maximum, between m and m + ln n.
///
/// It is the normalising constant of softmax, in logarithms: ln pᵢ = zᵢ − log_sum_exp(z). The sum over nothing (no logits,
/// or −∞ alone) is 0, its logarithm −∞.
///
/// ```
/// use probability::log_sum_exp;
///
/// assert_eq!(log_sum_exp(&[-1000.0, -1000.0])?, -1000.0 + 2.0_f64.ln());
/// assert_eq!(log_sum_exp::<f64>(&[])?, f64::NEG_INFINITY);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// # Errors
/// A NaN, or +∞.
pub fn log_sum_exp<T: Real>(z: &[T]) -> Result<T, Error> {
    if z.is_empty() {
        return Ok(minus_infinity());
    }
    let max = largest(z)?;
    if max == minus_infinity() {
        return Ok(max);
    }
    let sum = z.iter().fold(T::ZERO, |sum, &z| sum + (z - max).exp());
    Ok(max + sum.ln())
}

/// Logits become log-probabilities, in place: zᵢ − log_sum_exp(z).
///
/// Not the logarithm of [`softmax`]: where a probability underflows to 0 its logarithm would be −∞ and the loss of a
/// rare token infinite, while z − log_sum_exp(z) is still an ordinary number.
///
/// ```
/// use probability::log_softmax;
///
/// let mut z = [0.0, -2000.0];
/// log_softmax(&mut z)?;
/// assert_eq!(z, [0.0, -2000.0]); // the probability e⁻²⁰⁰⁰ is 0 in an f64; its logarithm is not
/// # Ok::<(), probability::Error>(())
/// ```
///
/// # Errors
/// No logits, a NaN, or +∞: nothing has been written then. Where all are −∞ they stay so.
pub fn log_softmax<T: Real>(z: &mut [T]) -> Result<(), Error> {
    let max = largest(z)?;
    if max == minus_infinity() {
        return Ok(());
    }
    // In two steps, (z − m) − ln Σ: at |z| = 1e9 the sum m + ln Σ would lose the digits of ln Σ.
    let sum = z.iter().fold(T::ZERO, |sum, &z| sum + (z - max).exp());
    let log_sum = sum.ln();
    for z in z {
        *z = (*z - max) - log_sum;
    }
    Ok(())
}
