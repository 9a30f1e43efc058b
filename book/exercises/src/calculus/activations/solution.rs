//! The backward of four activations.

use exercises::calculus::activations::Kind;
use linalg::Real;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// dL/dx from dL/dy, for one element: the slope of the activation at x, times what comes from above.
///
/// The slopes of sigmoid and tanh are cheapest to say in terms of the output. That of x·Φ(x) has two terms, by the product rule.
pub fn act_backward(kind: Kind, x: f64, y: f64, dy: f64) -> f64 {
    let slope = match kind {
        Kind::Sigmoid => y * (1.0 - y),
        Kind::Tanh => 1.0 - y * y,
        Kind::Relu => {
            if x > 0.0 {
                1.0
            } else {
                0.0
            }
        }
        Kind::Gelu => {
            let below = 0.5 * (1.0 + Real::erf(x * FRAC_1_SQRT_2));
            let density = (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
            below + x * density
        }
    };
    slope * dy
}
