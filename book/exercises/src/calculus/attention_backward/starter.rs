//! The backward pass of attention, one head (Vaswani et al., 2017, section 3.2.1).
//!
//! ```text
//! S = Q·Kᵀ/√d              (queries, keys)       d is the length of a query
//! P = softmax of each row of S, over the keys that this query may see; 0 for the others
//! out = P·V                (queries, length of a value)
//! ```
//!
//! `p` is what forward computed: take it as it is. The mask can be any, and it is in there: masked weights are 0, and a query that may
//! see nothing has a row of zeros. `dout` holds dL/dout. Return dL/dq, dL/dk and dL/dv, in the shapes of `q`, `k` and `v`.
//!
//! There may be more keys than queries, and values of another length than queries. No tokens, no rows.

use linalg::Mat;

/// dL/dq, dL/dk and dL/dv.
pub fn attention_backward(q: &Mat, k: &Mat, v: &Mat, p: &Mat, dout: &Mat) -> (Mat, Mat, Mat) {
    todo!("three lines forward, three steps back")
}
