//! The exponential distribution, and with it the inverse transform. Chapter: *Softmax and sampling*.
//!
//! A distribution function F maps a draw to how much of the mass lies below it, and that is uniform. Read backwards, F⁻¹(u)
//! turns a uniform number into a draw. Here F(x) = 1 − e^(−λx), so F⁻¹(u) = −ln(1 − u)/λ.

use crate::uniform;
use rand::Rng;

/// The density λ e^(−λx) for x ≥ 0.
pub fn pdf(x: f64, rate: f64) -> f64 {
    if x < 0.0 { 0.0 } else { rate * (-rate * x).exp() }
}

/// The distribution function P(X ≤ x) = 1 − e^(−λx) for x ≥ 0.
pub fn cdf(x: f64, rate: f64) -> f64 {
    if x < 0.0 { 0.0 } else { -(-rate * x).exp_m1() }
}

/// An exponential number with rate λ from a uniform one in [0, 1): −ln(1 − u)/λ.
///
/// It is 1 − u because u may be 0; and it is `ln_1p(-u)`, which keeps the digits of a small u.
///
/// ```
/// use probability::exponential::{cdf, from_uniform};
///
/// assert_eq!(from_uniform(0.0, 2.0), 0.0);
/// assert_eq!(from_uniform(0.5, 2.0), 2.0_f64.ln() / 2.0);
/// assert!((cdf(from_uniform(0.9, 3.0), 3.0) - 0.9).abs() < 1e-15);
/// ```
///
/// Source: Devroye, *Non-Uniform Random Variate Generation* (1986), section II.2.
#[inline]
pub fn from_uniform(u: f64, rate: f64) -> f64 {
    -(-u).ln_1p() / rate
}

/// The next exponential number with rate λ, mean 1/λ.
#[inline]
pub fn sample(rng: &mut impl Rng, rate: f64) -> f64 {
    from_uniform(uniform::sample(rng), rate)
}
