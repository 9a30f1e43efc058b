//! Top-k: only the k most likely tokens may be drawn.
//!
//! `z` holds a logit for each token. Keep the `k` largest logits, and return a vector as long as `z`, in the same order: the softmax of the
//! kept logits, which sums to 1, and 0 for everybody else.
//!
//! * Of equal logits, the lower index counts as the larger one. So exactly `k` tokens are kept.
//! * If there are fewer than `k` tokens, all are kept.
//! * A logit of −∞ is masked: its probability is 0, kept or not. If all are masked, return zeros.
//! * `k = 0` keeps nobody: return zeros. (Some programs take 0 for "off". Here, to keep all you ask for all.)
//! * Logits may be of any size: 2000 and −1e12 are ordinary inputs. None is NaN, +∞ or −0.0.
//! * No tokens, no probabilities.

/// The probabilities of the logits `z`, if only the `k` largest may be drawn.
pub fn top_k(z: &[f64], k: usize) -> Vec<f64> {
    todo!("which tokens stay, and a softmax of those")
}
