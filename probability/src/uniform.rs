//! Uniform numbers from random bits. Chapter: *Softmax and sampling*.
//!
//! Everything random in this crate begins here: a word of 64 random bits becomes a number in [0, 1), or a whole number
//! below n. Both look like one division, and both divisions are wrong at the edge.

use rand::Rng;

/// A number in [0, 1) from 64 random bits: the upper 53 of them, times 2⁻⁵³.
///
/// An `f64` has 53 significant bits, so every result is exact, the steps are equal and 1 is out of reach. Dividing by
/// `u64::MAX` instead rounds the largest words to 1.0, and somebody's ln(1 − u) becomes −∞, once in 2⁵³ draws.
///
/// ```
/// use probability::uniform::unit;
///
/// assert_eq!(unit(0), 0.0);
/// assert_eq!(unit(1 << 63), 0.5);
/// assert_eq!(unit(u64::MAX), 1.0 - f64::EPSILON / 2.0); // the largest number below 1
/// ```
// ANCHOR: unit
#[inline]
pub fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}
// ANCHOR_END: unit

/// A number in [0, 1) in single precision from 64 random bits: the upper 24 of them, times 2⁻²⁴.
///
/// Rounding [`unit()`] to `f32` would not do: it gives 1.0 once in 2²⁵ draws.
///
/// ```
/// use probability::uniform::{unit, unit_f32};
///
/// assert!(unit_f32(u64::MAX) < 1.0);
/// assert_eq!(unit(u64::MAX) as f32, 1.0);
/// ```
#[inline]
pub fn unit_f32(bits: u64) -> f32 {
    (bits >> 40) as f32 * (1.0 / (1_u32 << 24) as f32)
}

/// A whole number in 0..n from 64 random bits, or `None` where these bits must be thrown away.
///
/// ⌊bits · n / 2⁶⁴⌋ maps 2⁶⁴ words onto n values, and unless n divides 2⁶⁴ some values get one word more than others. The
/// 2⁶⁴ mod n surplus words are those whose product has a lower half below 2⁶⁴ mod n; without them every value has equally
/// many. (`bits % n` has the same fault and no cure: for n = 3·2⁶² its small values come twice as often.)
///
/// ```
/// use probability::uniform::below;
///
/// assert_eq!(below(0, 6), None);              // 2⁶⁴ mod 6 = 4 words are one too many
/// assert_eq!(below(u64::MAX, 6), Some(5));
/// assert_eq!(below(u64::MAX / 2, 8), Some(3)); // 8 divides 2⁶⁴: never None
/// ```
///
/// # Panics
/// If n is 0: there is no number below 0.
///
/// Source: Lemire, *Fast random integer generation in an interval*, ACM TOMACS 29 (2019), section 4.
#[inline]
#[track_caller]
pub fn below(bits: u64, n: u64) -> Option<u64> {
    assert!(n > 0, "below: there is no whole number below 0");
    let product = u128::from(bits) * u128::from(n);
    let low = product as u64;
    // The remainder costs a division, and is smaller than n: nearly always the cheap comparison settles it.
    if low < n && low < n.wrapping_neg() % n {
        return None;
    }
    Some((product >> 64) as u64)
}

/// The next uniform number in [0, 1).
#[inline]
pub fn sample(rng: &mut impl Rng) -> f64 {
    unit(rng.next_u64())
}

/// The next whole number in 0..n, each with probability 1/n exactly.
///
/// ```
/// use probability::{random::stream, uniform};
///
/// let mut rng = stream(7, "dice", 0);
/// assert!((0..100).all(|_| uniform::sample_below(&mut rng, 6) < 6));
/// ```
///
/// Cost: fewer than two words on average, one unless n is near 2⁶⁴.
///
/// # Panics
/// If n is 0.
#[inline]
#[track_caller]
pub fn sample_below(rng: &mut impl Rng, n: u64) -> u64 {
    loop {
        // Ends: each turn succeeds with a probability of more than 1/2.
        if let Some(value) = below(rng.next_u64(), n) {
            return value;
        }
    }
}
