//! Four ways to be nearly right: each function forgets one thing. Chapter: *The neuron that cannot learn*.
//!
//! All have the signature [`Backward`] and update `w` and `b` in place for one input `x` and one dL/dy.

use super::Backward;
use linalg::kernels::{axpy, dot};

/// Every stage of the chapter, from the frozen neuron to the mended one, with the name it has there.
pub const STAGES: [(&str, Backward); 5] = [
    ("frozen", frozen),
    ("ignores upstream", ignores_upstream),
    ("no gate", no_gate),
    ("bias frozen", bias_frozen),
    ("mended", mended),
];

fn gate(w: &[f64], b: f64, x: &[f64]) -> f64 {
    if dot(w, x) + b > 0.0 { 1.0 } else { 0.0 }
}

/// All four at once: the original. The gradient is a vector of zeros.
pub fn frozen(w: &mut [f64], _b: &mut f64, _x: &[f64], _dy: f64, lr: f64) {
    for w in w {
        let grad = 0.0;
        *w -= lr * grad;
    }
}

/// Computes dy/dw and forgets dL/dy: it climbs down its own output instead of the loss.
pub fn ignores_upstream(w: &mut [f64], b: &mut f64, x: &[f64], _dy: f64, lr: f64) {
    let d_z = gate(w, *b, x);
    axpy(-lr * d_z, x, w);
    *b -= lr * d_z;
}

/// Forgets that where the ReLU is shut, no small change of w can change y.
pub fn no_gate(w: &mut [f64], b: &mut f64, x: &[f64], dy: f64, lr: f64) {
    axpy(-lr * dy, x, w);
    *b -= lr * dy;
}

/// Forgets the bias.
pub fn bias_frozen(w: &mut [f64], b: &mut f64, x: &[f64], dy: f64, lr: f64) {
    let d_z = dy * gate(w, *b, x);
    axpy(-lr * d_z, x, w);
}

/// Forgets nothing.
pub fn mended(w: &mut [f64], b: &mut f64, x: &[f64], dy: f64, lr: f64) {
    let d_z = dy * gate(w, *b, x);
    axpy(-lr * d_z, x, w);
    *b -= lr * d_z;
}
