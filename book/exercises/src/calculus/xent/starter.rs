//! The gradient with which every classifier, and every language model, begins its backward pass.
//!
//! `z` holds the logits, one row a sample, one column a class; `y` holds the right class of each sample. The loss is the mean over
//! the B samples of −ln p[y], where p is the softmax of the sample's row:
//!
//! ```text
//! L = −(1/B) Σₙ ln( exp(z[n, y[n]]) / Σⱼ exp(z[n, j]) )
//! ```
//!
//! Return dL/dz, in the shape of `z`. Logits of 1000 are ordinary inputs.

use linalg::Mat;

/// dL/dz of the mean cross-entropy of softmax(z) with the labels `y`.
pub fn xent_backward(z: &Mat, y: &[usize]) -> Mat {
    todo!("one row of the gradient for each sample")
}
