//! One training step of a network with two layers, all gradients by hand. B samples are the rows of `x`:
//!
//! ```text
//! z = x·w1 + b1        [B, h]     b1 is added to every row
//! a = max(0, z)        [B, h]     its slope at 0 is 0
//! o = a·w2 + b2        [B, m]
//! L = 1/(2B) · Σ (o − y)²         over all samples and all outputs
//! ```
//!
//! Return the loss and its gradients, all of them at the weights as they came in. Then move the weights: w ← w − rate · gradient.
//! Sizes differ, and a batch of one is ordinary.

use exercises::calculus::two_layers::{Grads, Net};
use linalg::Mat;

/// One step of gradient descent; `x` has the shape \[B, n\], `y` \[B, m\].
pub fn train_step(net: &mut Net, x: &Mat, y: &Mat, rate: f64) -> Grads {
    todo!("forward, backward, and only then the step")
}
