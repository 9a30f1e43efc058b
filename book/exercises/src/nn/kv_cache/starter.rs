//! The cache that makes generation affordable.
//!
//! A sequence arrives in pieces: first the prompt, many tokens at once, then one token at a time. `extend` gets the queries, keys and
//! values of the *new* tokens alone, one row a token, and returns what causal attention gives for these tokens over the whole sequence so far.
//! The answers must equal those of one call with everything.
//!
//! Positions are rotations: the query and the key of the token with number p in the whole sequence (0, 1, 2, …) are turned by
//! `exercises::nn::kv_cache::rope(x, p)`, which is given. Values are not turned. A token sees itself and all before it; scores are divided
//! by √d, with d the length of a key. Scores of 1000 are ordinary inputs, and a piece may be empty.
//!
//! `Mat` is a matrix of f64: `Mat::zeros([rows, cols])`, `q.rows()`, `q.cols()`, the slices `q.row(t)` and `out.row_mut(t)`. `rope` turns a slice
//! of f64 in place, so copy a row first: `q.row(t).to_vec()`.

use linalg::Mat;

/// What is kept of the tokens so far.
pub struct Cache {
    keys: Vec<Vec<f64>>,
    values: Vec<Vec<f64>>,
}

impl Cache {
    /// A cache that has seen nothing.
    pub fn new() -> Self {
        Cache { keys: vec![], values: vec![] }
    }

    /// Appends the new tokens and returns the attention's output for them: as many rows as `q`, as many columns as `v`.
    pub fn extend(&mut self, q: &Mat, k: &Mat, v: &Mat) -> Mat {
        todo!("turn, append, attend")
    }
}
