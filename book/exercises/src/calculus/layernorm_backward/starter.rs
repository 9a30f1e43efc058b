//! The backward pass of layer normalisation (Ba, Kiros and Hinton, 2016).
//!
//! Each row of `x` is a token with n channels, normalised by itself:
//!
//! ```text
//! mean = (1/n) Σ x          variance = (1/n) Σ (x − mean)²        σ = √(variance + eps)
//! x̂   = (x − mean)/σ        y = gamma·x̂ + beta                   element by element
//! ```
//!
//! `dy` holds dL/dy, in the shape of `x`. Return dL/dx in the shape of `x`, and dL/dgamma and dL/dbeta with n numbers each. `beta` itself is
//! not needed. A row that is far from 0 is an ordinary row: 1,000,000.5 beside 1,000,001.25.
//!
//! Of a `Mat` you need `x.rows()`, `x.cols()`, `x.row(i)`, `x[[i, j]]` and, for the result, `Mat::zeros([rows, cols])` and `m.row_mut(i)`.

use linalg::Mat;

/// dL/dx, dL/dgamma and dL/dbeta.
pub fn layernorm_backward(x: &Mat, gamma: &[f64], dy: &Mat, eps: f64) -> (Mat, Vec<f64>, Vec<f64>) {
    todo!("row by row; mean and variance depend on x, too")
}
