//! The nearest matrix of rank k (Eckart and Young).
//!
//! ```text
//! A = Σᵢ σᵢ · uᵢ · vᵢᵀ  over all i        Aₖ = the same sum over the k largest σ
//! ```
//!
//! Of all matrices of rank k or less it is the one with the smallest sum of squared differences from A. A `k` of 0 leaves zeros; a `k`
//! of min(m, n) or more leaves A.
//!
//! What you have: `Svd::new(a.view())`, which gives `u` (one uᵢ a column), `s` (descending) and `vt` (one vᵢ a row); `Mat::zeros([m, n])`,
//! `c[[i, j]] += …`. `Svd::rank_k` would rather spoil it.

use linalg::{Mat, Svd};

/// The matrix of rank `k` that is nearest to `a`.
pub fn rank_k(a: &Mat, k: usize) -> Mat {
    let _ = Svd::new(a.view());
    todo!("a sum of k outer products")
}
