//! What top-k and top-p keep, found without sorting 50,000 tokens. Chapter: *Softmax and sampling*.
//!
//! Both filters keep the first so many tokens in one order: larger first, of equals the lower index first. Only the *last*
//! one kept has to be found; how the others are ordered, nobody asks. [`top_k`](crate::top_k) and [`top_p`](crate::top_p)
//! sort and are easy to read; a test holds these equal to them.

use crate::softmax::minus_infinity;
use linalg::Real;
use std::cmp::Ordering;

/// A value with its index.
pub(crate) type Candidate<T> = (T, usize);

/// Larger first; of equals the lower index first. There is no NaN here: the logits have been checked.
fn order<T: Real>(a: &Candidate<T>, b: &Candidate<T>) -> Ordering {
    b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal).then(a.1.cmp(&b.1))
}

/// How many values are compared with the floor at once, as one vectorised question.
const CHUNK: usize = 32;

/// Leaves the first k values in the order, for k ≥ 1, in the order of their indices; fewer if fewer are above −∞.
///
/// Scans once, with a list of up to 2k candidates. When it is full, the worse half is thrown away, and the worst that is
/// left becomes the floor: later values must exceed it, and after the first few hundred hardly any does.
///
/// Cost: n comparisons; k log(n/k) candidates on average if the values come in random order, n if they ascend.
// ANCHOR: k_largest
pub(crate) fn k_largest<T: Real>(values: &[T], k: usize, candidates: &mut Vec<Candidate<T>>) {
    candidates.clear();
    let mut floor = minus_infinity::<T>();
    for (c, chunk) in values.chunks(CHUNK).enumerate() {
        // Counting has no branch to leave by, so that it is done for many at once.
        if chunk.iter().filter(|v| **v > floor).count() == 0 {
            continue;
        }
        for (i, &v) in chunk.iter().enumerate() {
            // One equal to the floor has a higher index than those on the list, so it comes after them all.
            if v > floor {
                candidates.push((v, c * CHUNK + i));
                if candidates.len() == 2 * k {
                    candidates.select_nth_unstable_by(k - 1, order);
                    candidates.truncate(k);
                    floor = candidates[k - 1].0;
                }
            }
        }
    }
    if candidates.len() > k {
        candidates.select_nth_unstable_by(k - 1, order);
        candidates.truncate(k);
    }
    candidates.sort_unstable_by_key(|c| c.1);
}
// ANCHOR_END: k_largest

/// The last token that is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cut<T> {
    value: T,
    index: usize,
}

impl<T: Real> Cut<T> {
    /// Sets everything after the cut to zero. Two loops, so that neither compares indices.
    pub(crate) fn apply(self, weights: &mut [T]) {
        let (upto, after) = weights.split_at_mut(self.index + 1);
        for w in upto {
            *w = if *w >= self.value { *w } else { T::ZERO };
        }
        for w in after {
            *w = if *w > self.value { *w } else { T::ZERO };
        }
    }
}

/// How many steps of the histogram there are to a factor of two. (64, a power of two)
const STEPS_PER_OCTAVE_LOG2: u32 = 6;
/// 32 octaves below the largest weight: the last step also holds everything lighter than 2⁻³² of it.
const STEPS: usize = 32 << STEPS_PER_OCTAVE_LOG2;

/// The mass of the weights, sorted into steps of their size. (16 KiB: stays in the first-level cache)
pub(crate) type Histogram = [f64; STEPS];

/// The empty histogram.
pub(crate) const EMPTY: Histogram = [0.0; STEPS];

/// The step of a weight in [0, 1]: 0 for 1, growing as the weight falls.
///
/// The bits of a positive float, read as a whole number, are its exponent and then its mantissa. So they are in the same
/// order as the floats, and their upper bits are a coarse logarithm for the price of a shift.
#[inline]
// ANCHOR: step
fn step(weight: f64) -> usize {
    let below_one = 1.0_f64.to_bits().saturating_sub(weight.to_bits());
    ((below_one >> (52 - STEPS_PER_OCTAVE_LOG2)) as usize).min(STEPS - 1)
}
// ANCHOR_END: step

/// The token at which the mass of the weights, in the order, reaches a share p < 1 of the whole. The largest weight is 1.
///
/// One scan adds every weight to the step of a histogram. From the top down, the steps are added up until the line is
/// crossed. Only the tokens in *that* step, a few dozen of 50,000, have to be sorted to find the one that crosses it.
///
/// Cost: two scans of n, and m log m for m tokens in the crossing step.
// ANCHOR: nucleus
pub(crate) fn nucleus<T: Real>(
    weights: &[T],
    p: f64,
    histogram: &mut Histogram,
    candidates: &mut Vec<Candidate<T>>,
) -> Cut<T> {
    // ANCHOR: walk
    *histogram = EMPTY;
    for w in weights {
        let w = w.to_f64();
        histogram[step(w)] += w;
    }
    let mut needed = p * histogram.iter().sum::<f64>();
    let mut crossing = 0;
    for (s, &mass) in histogram.iter().enumerate() {
        if mass > 0.0 {
            crossing = s;
            if mass >= needed {
                break;
            }
            needed -= mass;
        }
    }
    // ANCHOR_END: walk
    candidates.clear();
    for (i, &w) in weights.iter().enumerate() {
        if step(w.to_f64()) == crossing {
            candidates.push((w, i));
        }
    }
    candidates.sort_unstable_by(order);
    let mut last = 0;
    for (c, &(w, _)) in candidates.iter().enumerate() {
        last = c;
        needed -= w.to_f64();
        if needed <= 0.0 {
            break;
        }
    }
    let (value, index) = candidates[last];
    Cut { value, index }
}
// ANCHOR_END: nucleus

#[cfg(test)]
mod tests {
    use super::*;

    /// Binary fractions, so that every sum is exact and the threshold can be *met*, not only crossed.
    #[test]
    fn the_nucleus_ends_where_the_threshold_is_met() {
        let weights = [0.25, 1.0, 0.5, 0.25]; // 1/8, 1/2, 1/4, 1/8 of the mass
        let mut scratch = (Box::new(EMPTY), Vec::new());
        let mut last = |p| nucleus(&weights, p, &mut scratch.0, &mut scratch.1).index;
        assert_eq!([0.1, 0.5, 0.51, 0.75, 0.76, 0.875, 0.9].map(&mut last), [1, 1, 2, 2, 0, 0, 3]);
    }

    /// The upper bits of a float are in the order of the floats, across octaves and down to zero.
    #[test]
    fn steps_follow_the_order_of_the_weights() {
        assert_eq!(
            (step(1.0), step(1.0 + f64::EPSILON), step(0.0), step(1e-300)),
            (0, 0, STEPS - 1, STEPS - 1)
        );
        let mut weight = 1.0;
        while weight > 1e-12 {
            let lighter = weight * 0.999;
            assert!(step(lighter) >= step(weight));
            assert!(step(weight * 0.98) > step(weight) || step(weight) == STEPS - 1);
            weight = lighter;
        }
    }

    /// Of equal values the lowest indices stay, whenever they were found.
    #[test]
    fn k_largest_keeps_the_first_of_equals() {
        let mut kept = Vec::new();
        let mut values = vec![1.0_f32; 200];
        values[150] = 2.0;
        values[7] = f32::NEG_INFINITY;
        k_largest(&values, 5, &mut kept);
        assert_eq!(kept, [(1.0, 0), (1.0, 1), (1.0, 2), (1.0, 3), (2.0, 150)]);
        k_largest(&[f32::NEG_INFINITY, 3.0], 1, &mut kept);
        assert_eq!(kept, [(3.0, 1)]);
    }
}
