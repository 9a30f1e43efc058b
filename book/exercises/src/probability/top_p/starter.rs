//! Top-p, or nucleus sampling: cut the tail of a distribution before a token is drawn from it.
//!
//! `p` holds a probability for each token, and they sum to 1. Keep the *smallest* set of *most probable* tokens whose mass
//! reaches `threshold`, and return a vector as long as `p`, in the same order: the kept probabilities, scaled so that they sum
//! to 1, and 0 for everybody else.
//!
//! * Reaching the threshold exactly is enough.
//! * Of equal probabilities, the lower index counts as the more probable one.
//! * At least one token is kept, however small the threshold. A threshold of 1 or more keeps all tokens, the smallest too.
//! * No tokens, no probabilities.

/// The distribution `p`, cut to its nucleus.
pub fn top_p(p: &[f64], threshold: f64) -> Vec<f64> {
    todo!("which tokens, and scaled by what")
}
