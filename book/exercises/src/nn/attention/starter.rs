//! Causal attention, one head (Vaswani et al., 2017, section 3.2.1).
//!
//! Row t of `q`, `k` and `v` belongs to token t; queries and keys have length d, values may have another length. Token t looks at the tokens
//! 0, 1, …, t, itself included, and at none after it:
//!
//! ```text
//! score[t, s]  = q[t] · k[s] / √d                    for s ≤ t
//! weight[t, ·] = softmax of score[t, 0..=t]
//! out[t]       = Σ over s ≤ t of weight[t, s] · v[s]
//! ```
//!
//! Scores of 1000 are ordinary inputs. No tokens, no rows.
//!
//! `Mat` is a matrix of f64, `linalg::Tensor<f64>`. `Mat::zeros([rows, cols])` makes one (the brackets belong to it), `q.rows()` and `q.cols()`
//! are its size, `q.row(t)` is row t as a slice, `out.row_mut(t)` the same to write to, `q[[t, j]]` one number.

use linalg::Mat;

/// What each token gathers from itself and those before it: as many rows as `q`, as many columns as `v`.
pub fn attention(q: &Mat, k: &Mat, v: &Mat) -> Mat {
    todo!("for each token: scores, softmax, a weighted mean of values")
}
