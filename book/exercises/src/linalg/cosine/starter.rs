//! Cosine similarity, and the nearest vector of a store.
//!
//! ```text
//! cosine(x, y) = Σ x[i]·y[i] / ( L2(x)·L2(y) )        L2 = √( Σ x[i]² )
//! ```
//!
//! It measures the direction alone: 1 for vectors that point the same way, 0 at a right angle, −1 for opposite ones. A store asks it millions of
//! times, so every edge will come:
//!
//! * A vector of zeros, or of no numbers at all, points nowhere: there is no cosine, and the answer is `None`. So it is for a vector that holds a NaN or
//!   an infinity.
//! * The numbers may have any size. The cosine of [3e200, 4e200] and [4e-200, 3e-200] is 0.96, though no square of these is a number.
//! * Rounding must not lead beyond 1 or −1: someone will take the arc cosine.
//!
//! `nearest` gives the number of the row with the largest cosine to the query. Rows that point nowhere are passed over, and keep their number; of
//! equal cosines (to the last bit) the first row counts. `None` if the query points nowhere, or every row does, or there is none.
//!
//! All vectors of one call have the same length.

/// The cosine of the angle between `x` and `y`.
pub fn cosine(x: &[f64], y: &[f64]) -> Option<f64> {
    todo!("lengths that hold at any size, and what points nowhere")
}

/// The row of `store` that points most nearly the way `query` does.
pub fn nearest(store: &[Vec<f64>], query: &[f64]) -> Option<usize> {
    todo!("the largest cosine, and where it was")
}
