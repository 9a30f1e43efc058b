//! One of n outcomes with given weights, by walking along their sums. Chapter: *Softmax and sampling*.
//!
//! Lay the weights end to end on a line as long as their sum and throw a dart at it. The walk costs n for every draw; the
//! [alias method](crate::alias) costs n once. A language model has new weights for every token: it walks.

use crate::Error;
use crate::information::check_weights;
use crate::uniform;
use linalg::{Real, kernels};
use rand::Rng;

/// Checks that u is in [0, 1).
pub(crate) fn check_uniform(u: f64) -> Result<(), Error> {
    if (0.0..1.0).contains(&u) {
        Ok(())
    } else {
        Err(Error::Setting { name: "u", value: u, expected: "in [0, 1)" })
    }
}

/// The outcome whose stretch of the line contains u · Σ w. Outcome i has probability wᵢ / Σ w.
///
/// An outcome of weight 0 is never chosen, not even where rounding leaves the target at the end of the line.
///
/// ```
/// use probability::categorical::from_uniform;
///
/// let weights = [1.0, 0.0, 3.0];
/// assert_eq!(from_uniform(&weights, 0.0)?, 0);
/// assert_eq!(from_uniform(&weights, 0.25)?, 2);
/// assert_eq!(from_uniform(&weights, 0.999)?, 2);
/// # Ok::<(), probability::Error>(())
/// ```
///
/// Cost: n additions, twice.
///
/// # Errors
/// No weights; a NaN or negative one; a sum of zero or infinity; u outside [0, 1).
// ANCHOR: categorical
pub fn from_uniform<T: Real>(weights: &[T], u: f64) -> Result<usize, Error> {
    check_uniform(u)?;
    let mut target = u * check_weights(weights)?;
    let mut last = 0;
    for (i, w) in weights.iter().enumerate() {
        let w = w.to_f64();
        if w > 0.0 {
            if target < w {
                return Ok(i);
            }
            target -= w;
            last = i;
        }
    }
    Ok(last)
}
// ANCHOR_END: categorical

/// The next outcome; see [`from_uniform`].
///
/// # Errors
/// Those of [`from_uniform`].
pub fn sample<T: Real>(weights: &[T], rng: &mut impl Rng) -> Result<usize, Error> {
    from_uniform(weights, uniform::sample(rng))
}

/// How many weights are added up at once: few enough to stay in the first-level cache and exact enough in `f32`, many
/// enough for the vectorised sum.
const BLOCK: usize = 1024;

/// Σ w: blocks by the vectorised kernel, their sums in `f64`.
pub(crate) fn total<T: Real>(weights: &[T]) -> f64 {
    weights.chunks(BLOCK).map(|block| kernels::sum(block).to_f64()).sum()
}

/// [`from_uniform`] in strides of a block at a time, for weights and u that are known to be sound.
pub(crate) fn stride<T: Real>(weights: &[T], u: f64) -> usize {
    let mut target = u * total(weights);
    let mut last = 0;
    for (b, block) in weights.chunks(BLOCK).enumerate() {
        let sum = kernels::sum(block).to_f64();
        if sum > 0.0 {
            if target < sum {
                return b * BLOCK + walk(block, target);
            }
            target -= sum;
            last = b;
        }
    }
    // Rounding left the target at the end of the line: the last outcome that is possible.
    last * BLOCK + walk(&weights[last * BLOCK..][..BLOCK.min(weights.len() - last * BLOCK)], f64::INFINITY)
}

/// The outcome at `target` on the line of these weights, or the last one that is possible.
fn walk<T: Real>(weights: &[T], mut target: f64) -> usize {
    let mut last = 0;
    for (i, w) in weights.iter().enumerate() {
        let w = w.to_f64();
        if w > 0.0 {
            if target < w {
                return i;
            }
            target -= w;
            last = i;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The walk and the strides agree except where the dart lies within rounding of a border.
    #[test]
    fn strides_agree_with_the_walk() {
        let mut rng = crate::random::stream(1, "strides", 0);
        for n in [1, 2, 1023, 1024, 1025, 5000] {
            let mut weights: Vec<f64> = (0..n).map(|_| crate::exponential::sample(&mut rng, 1.0)).collect();
            for i in 0..n / 3 {
                weights[(i * 7) % n] = 0.0;
            }
            weights[n / 2] = 1.0;
            for _ in 0..200 {
                let u = uniform::sample(&mut rng);
                let (walked, strode) = (from_uniform(&weights, u).unwrap(), stride(&weights, u));
                assert!(weights[strode] > 0.0);
                if walked != strode {
                    let border: f64 = weights[..walked.max(strode)].iter().sum();
                    assert!((border / weights.iter().sum::<f64>() - u).abs() < 1e-12, "n = {n}, u = {u}");
                }
            }
            let end = stride(&weights, 1.0 - f64::EPSILON / 2.0);
            assert!(weights[end] > 0.0);
        }
        // A whole block of impossible outcomes at the end is never entered.
        let mut weights = vec![0.0; 4096];
        weights[3] = 0.1;
        weights[1500] = 0.2;
        assert_eq!(stride(&weights, 1.0), 1500);
        assert_eq!(stride(&weights, 0.0), 3);
    }
}
