//! The neuron: y = max(0, w·x + b).
//!
//! Training calls `backward` after each forward pass. `dy` is what the rest of the network reports back: dL/dy, how the
//! loss changes if y grows a little. `backward` takes one step of gradient descent with learning rate `lr`:
//!
//! ```text
//! w ← w − lr · dL/dw        b ← b − lr · dL/db
//! ```
//!
//! * `w: &mut [f64]`: the weights, one an input. Change them in place: `w[i] -= …`.
//! * `b: &mut f64`: the bias. `*b` is the number itself: `*b -= …`.
//! * `x: &[f64]`: the input of the forward pass, as long as `w`.
//! * `dy: f64`, `lr: f64`: two plain numbers.
//!
//! The code below compiles and runs, and no training loop complains about it. It can never learn. Find out why and mend
//! it. Where w·x + b is exactly 0, take the derivative of max(0, ·) as 0.

/// One step of gradient descent on the weights `w` and the bias `b`.
pub fn backward(w: &mut [f64], b: &mut f64, x: &[f64], dy: f64, lr: f64) {
    let dw = vec![0.0; w.len()];
    for i in 0..w.len() {
        w[i] -= lr * dw[i];
    }
}
