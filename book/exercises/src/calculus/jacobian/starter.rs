//! The Jacobian: every slope of a function with many inputs and many outputs.
//!
//! ```text
//! J[i, j] = how fast output i changes with input j      (a row for each output, a column for each input)
//! ```
//!
//! All you can do is call f. Choose your own step, so that every slope is right to six digits or so; the inputs may be 0, and they may be 1e10.
//! A function without inputs still has outputs, and one without outputs still has inputs: the shape of J says so.

use linalg::Mat;

/// The Jacobian of `f` at `x`, shape (outputs, inputs).
pub fn jacobian(f: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Mat {
    todo!("one column for each input: Mat::zeros([m, n]), then j[[row, column]] = …")
}
