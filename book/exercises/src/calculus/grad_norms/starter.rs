//! How long the gradient is at every layer of a deep network: the first thing to look at when the first layers do not learn.
//!
//! ```text
//! z = W·h,  h ← φ(z)                  each of L layers, the last one too
//! loss = cotangent · h                behind the last layer
//! norms = ‖∂loss/∂h‖ in front of layer 0, in front of layer 1, … and behind the last: L + 1 numbers
//! ```
//!
//! * ‖…‖ is the length, √Σg². Gradients near 1e-200 and near 1e200 occur, and their lengths are numbers, too.
//! * The slope of a ReLU at exactly 0 is 0.
//! * With no layers there is one number.
//!
//! And the weights that such a network begins with: normal numbers of standard deviation `gain` over the root of the number of inputs. The
//! normal numbers (of standard deviation 1) are given, row after row.
//!
//! φ is `Activation::Linear`, `Relu` or `Tanh`. Of a `Mat` you need `w.rows()`, `w.cols()`, `w.row(i)` and `w[[i, j]]`.

use exercises::Mat;
use exercises::calculus::grad_norms::Activation;

/// The matrix of one layer, shape (outputs, inputs).
pub fn weights(outputs: usize, inputs: usize, gain: f64, normals: &[f64]) -> Mat {
    todo!("Mat::from_fn(outputs, inputs, |i, j| …)")
}

/// ‖∂loss/∂h‖ in front of each layer, first layer first, and behind the last.
pub fn grad_norms(layers: &[Mat], activation: Activation, x: &[f64], cotangent: &[f64]) -> Vec<f64> {
    todo!("forward, and remember; then back")
}
