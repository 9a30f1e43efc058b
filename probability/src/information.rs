//! How surprising a distribution is, and how wrong another one is about it: entropy, cross-entropy, KL divergence.
//! Chapter: *Softmax and sampling*.
//!
//! All in nats (natural logarithms; divide by ln 2 for bits). An infinity is a result here, not an accident: a model that
//! gives probability 0 to what happens is infinitely surprised, and clipping hides that.

use crate::Error;
use linalg::Real;

/// Checks that these are probabilities: none negative, none NaN, and a sum of 1 within √ε of the number type.
pub(crate) fn check_distribution<T: Real>(p: &[T]) -> Result<(), Error> {
    let sum = check_weights(p)?;
    if (sum - 1.0).abs() > T::EPSILON.to_f64().sqrt() {
        return Err(Error::NotNormalised { sum });
    }
    Ok(())
}

/// Checks that these are weights (none negative, none NaN, some positive, a finite sum) and adds them up.
pub(crate) fn check_weights<T: Real>(weights: &[T]) -> Result<f64, Error> {
    if weights.is_empty() {
        return Err(Error::Empty);
    }
    let mut sum = 0.0;
    for (index, &w) in weights.iter().enumerate() {
        let w = w.to_f64();
        if w.is_nan() {
            return Err(Error::NotANumber { index });
        }
        if w < 0.0 {
            return Err(Error::Negative { index, value: w });
        }
        sum += w;
    }
    if sum > 0.0 && sum.is_finite() { Ok(sum) } else { Err(Error::Sum { sum }) }
}

fn check_pair<T: Real>(p: &[T], q: &[T]) -> Result<(), Error> {
    if p.len() != q.len() {
        return Err(Error::Lengths { left: p.len(), right: q.len() });
    }
    check_distribution(p)?;
    check_distribution(q)
}

/// The entropy H(p) = −Σ pᵢ ln pᵢ: the mean surprise of draws from p, in nats.
///
/// Between 0 (one outcome is certain) and ln n (all n are equally likely). An outcome with p = 0 never surprises anybody:
/// it adds 0, the limit of p ln p. e^H, the *perplexity*, is the number of equally likely outcomes that would be as
/// surprising.
///
/// ```
/// use probability::entropy;
///
/// assert_eq!(entropy(&[0.5, 0.5, 0.0])?, 2.0_f64.ln());
/// # Ok::<(), probability::Error>(())
/// ```
///
/// # Errors
/// If p is no distribution.
// ANCHOR: entropy
pub fn entropy<T: Real>(p: &[T]) -> Result<f64, Error> {
    check_distribution(p)?;
    Ok(p.iter().map(|p| surprise(p.to_f64(), p.to_f64())).sum::<f64>().max(0.0))
}
// ANCHOR_END: entropy

/// −p ln q, and 0 where p = 0 whatever q is.
#[inline]
fn surprise(p: f64, q: f64) -> f64 {
    if p == 0.0 { 0.0 } else { -p * q.ln() }
}

/// The cross-entropy H(p, q) = −Σ pᵢ ln qᵢ: the mean surprise of one who expects q while draws come from p, in nats.
///
/// With p certain of one token it is −ln q of that token: the loss of a language model. +∞ where q excludes what p allows.
///
/// ```
/// use probability::{cross_entropy, entropy};
///
/// let p = [0.5, 0.5];
/// assert_eq!(cross_entropy(&p, &p)?, entropy(&p)?);
/// assert_eq!(cross_entropy(&p, &[1.0, 0.0])?, f64::INFINITY);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// # Errors
/// If p or q is no distribution, or they differ in length.
pub fn cross_entropy<T: Real>(p: &[T], q: &[T]) -> Result<f64, Error> {
    check_pair(p, q)?;
    Ok(p.iter().zip(q).map(|(p, q)| surprise(p.to_f64(), q.to_f64())).sum::<f64>().max(0.0))
}

/// The Kullback-Leibler divergence KL(p‖q) = Σ pᵢ ln(pᵢ/qᵢ) = H(p, q) − H(p): what it costs to expect q where p is true.
///
/// Never negative, 0 only for p = q, not symmetric. +∞ where q excludes what p allows.
///
/// ```
/// use probability::kl;
///
/// let (sure, unsure) = ([1.0, 0.0], [0.5, 0.5]);
/// assert_eq!(kl(&sure, &unsure)?, 2.0_f64.ln());
/// assert_eq!(kl(&unsure, &sure)?, f64::INFINITY);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// # Errors
/// If p or q is no distribution, or they differ in length.
// ANCHOR: kl
pub fn kl<T: Real>(p: &[T], q: &[T]) -> Result<f64, Error> {
    check_pair(p, q)?;
    let sum: f64 = p
        .iter()
        .zip(q)
        .map(|(p, q)| (p.to_f64(), q.to_f64()))
        // ln p − ln q, not ln(p/q): the quotient of 1 and 1e-310 overflows, and would be a wrong infinity.
        .map(|(p, q)| if p == 0.0 { 0.0 } else { p * (p.ln() - q.ln()) })
        .sum();
    Ok(sum.max(0.0)) // rounding may leave −1e-17 where p and q nearly agree
}
// ANCHOR_END: kl
