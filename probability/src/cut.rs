//! What top-k and top-p keep, found without sorting 50,000 tokens. Chapter: *Softmax and sampling*.
//!
//! Both filters keep the first so many tokens in one order: larger first, of equals the lower index first. Only the *last*
//! one kept has to be found; how the others are ordered, nobody asks. [`top_k`](crate::top_k) and [`top_p`](crate::top_p)
//! sort and are easy to read; a test holds these equal to them.

use crate::categorical::total;
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

// ANCHOR: k_largest
/// Leaves the first k values in the order, for k ≥ 1, in the order of their indices; fewer if fewer are above −∞.
///
/// Scans once, with a list of up to 2k candidates. When it is full, the worse half is thrown away, and the worst that is
/// left becomes the floor: later values must exceed it, and after the first few hundred hardly any does.
///
/// Cost: n comparisons; k log(n/k) candidates on average if the values come in random order, n if they ascend.
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

// ANCHOR: nucleus
/// The token at which the mass of the weights, in the order, reaches a share p < 1 of the whole.
///
/// First the crumbs go: tokens below (1 − p)·Σ/n weigh less than (1 − p)·Σ together, so the nucleus lies among the others.
/// Then a search by halves: partition the candidates around their middle, weigh the upper half, and go on in the half in
/// which the line is crossed.
///
/// Cost: two scans of n, and about 2m steps on average for m candidates.
///
/// Source of the first step: Karpathy, llama2.c, `sample_topp`.
pub(crate) fn nucleus<T: Real>(weights: &[T], p: f64, candidates: &mut Vec<Candidate<T>>) -> Cut<T> {
    let sum = total(weights);
    // A thousandth less, so that no rounding of the sum takes a token of the nucleus for a crumb.
    let crumb = T::from_f64(0.999 * (1.0 - p) * sum / weights.len() as f64);
    candidates.clear();
    candidates.extend(weights.iter().enumerate().filter(|(_, w)| **w >= crumb).map(|(i, w)| (*w, i)));
    let (mut from, mut to) = (0, candidates.len());
    let mut needed = p * sum;
    while to - from > 1 {
        let middle = usize::midpoint(from, to);
        candidates[from..to].select_nth_unstable_by(middle - from, order);
        let upper: f64 = candidates[from..middle].iter().map(|c| c.0.to_f64()).sum();
        if upper >= needed {
            to = middle;
        } else {
            needed -= upper;
            from = middle;
        }
    }
    let (value, index) = candidates[from];
    Cut { value, index }
}
// ANCHOR_END: nucleus
