//! The neuron: y = max(0, w·x + b), and one step of gradient descent through it.

/// One step of gradient descent on the weights `w` and the bias `b`.
///
/// With z = w·x + b and y = max(0, z), the chain rule reads dL/dz = dL/dy · \[z > 0\], and z depends on wᵢ through xᵢ and
/// on b directly: dL/dwᵢ = dL/dz · xᵢ, dL/db = dL/dz.
pub fn backward(w: &mut [f64], b: &mut f64, x: &[f64], dy: f64, lr: f64) {
    let mut z = *b;
    for i in 0..w.len() {
        z += w[i] * x[i];
    }
    // The gate: where the output was cut to 0, no small change of w or b could have changed it.
    let dz = if z > 0.0 { dy } else { 0.0 };
    for i in 0..w.len() {
        w[i] -= lr * dz * x[i];
    }
    *b -= lr * dz;
}
