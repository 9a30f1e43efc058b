//! Temperature: how much of a lead in logits becomes a lead in probability. Chapter: *Softmax and sampling*.

use crate::Error;
use crate::softmax::{largest, minus_infinity, softmax};
use linalg::Real;

/// Checks a temperature: 0 (arg max) or an ordinary positive number.
pub(crate) fn check_temperature(t: f64) -> Result<(), Error> {
    if t >= 0.0 && t.is_finite() {
        Ok(())
    } else {
        Err(Error::Setting { name: "temperature", value: t, expected: "0 or a positive, finite number" })
    }
}

/// The index of the largest logit; of several equal ones the lowest.
///
/// ```
/// assert_eq!(probability::temperature::arg_max(&[1.0, 7.0, 7.0])?, 1);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// # Errors
/// No logits, a NaN, +∞, or −∞ alone.
pub fn arg_max<T: Real>(logits: &[T]) -> Result<usize, Error> {
    let max = largest(logits)?;
    if max == minus_infinity() {
        return Err(Error::AllMasked);
    }
    Ok(logits.iter().position(|&z| z == max).unwrap_or(0))
}

/// The probabilities softmax(z / t).
///
/// Two logits that differ by d have odds of e^(d/t): t < 1 sharpens, t > 1 flattens, and t → 0 leaves nothing but the
/// largest. At t = 0 that limit is returned; of several largest logits the lowest index takes all.
///
/// ```
/// use probability::temperature::temperature;
///
/// let z = [2.0, 1.0, 0.0];
/// assert_eq!(temperature(&z, 0.0)?, [1.0, 0.0, 0.0]);
/// let (cold, hot) = (temperature(&z, 0.5)?, temperature(&z, 2.0)?);
/// assert!((cold[0] / cold[1] - 2.0_f64.exp()).abs() < 1e-14);
/// assert!((hot[0] / hot[1] - 0.5_f64.exp()).abs() < 1e-15);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// # Errors
/// A temperature that is negative, NaN or infinite; no logits, a NaN, +∞, or −∞ alone.
// ANCHOR: temperature
pub fn temperature(z: &[f64], t: f64) -> Result<Vec<f64>, Error> {
    check_temperature(t)?;
    let top = arg_max(z)?;
    if t == 0.0 {
        let mut certain = vec![0.0; z.len()];
        certain[top] = 1.0;
        return Ok(certain);
    }
    // z / t may overflow; z - largest can only fall, to probability 0.
    let mut p: Vec<f64> = z.iter().map(|&zi| (zi - z[top]) / t).collect();
    softmax(&mut p)?;
    Ok(p)
}
// ANCHOR_END: temperature
