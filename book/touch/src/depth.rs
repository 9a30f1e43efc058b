//! The length of a gradient on its way back through fifty layers. Chapter: *Universal approximation*.

use crate::{Figure, Input};
use approximation::gain::{Activation, critical_backward, grad_norms};

/// Fifty layers at their start, under a gain that the reader sets.
pub const FIGURE: Figure = Figure {
    name: "depth",
    caption: "The length of the gradient behind each of fifty layers, 64 wide, before any training, over its length behind the last one. The axis is logarithmic: each line is a factor of 100.",
    question: "At 0.9 times the critical gain the gradient has shrunk by a factor of about 100 when it arrives at the first layer. And at 0.8 times?",
    answers: &[
        (
            "By about 200.",
            "That would be a straight line in the gain. Each of 49 layers multiplies: 0.8⁴⁹, not 49 · 0.2.",
        ),
        (
            "By about 10,000.",
            "Closer. But 0.8 is a little more than two steps of 0.9: 0.9² is 0.81, and that little counts 49 times.",
        ),
        ("By more than 30,000.", "Yes: 0.8⁴⁹ is 1/56,000, times the luck of the seed."),
    ],
    inputs: &[
        Input {
            label: "gain / critical gain",
            range: [0.7, 1.3],
            step: 0.01,
            start: 0.9,
            recorded: &[0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3],
            names: &[],
        },
        Input {
            label: "activation",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["ReLU", "tanh"],
        },
    ],
    compute,
};

/// log₁₀ of the gradient's length behind each layer, over that behind the last.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[ratio, activation] = inputs else { return Vec::new() };
    let activation = if activation < 0.5 { Activation::Relu } else { Activation::Tanh };
    let lengths = grad_norms(50, 64, ratio * critical_backward(activation), activation, 1);
    let last = lengths[lengths.len() - 1];
    lengths.iter().map(|length| (length / last).log10()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relu_passes_factors_on() {
        let at = |ratio: f64| compute(&[ratio, 0.0]);
        let (critical, small) = (at(1.0), at(0.8));
        for (layer, (c, s)) in critical.iter().zip(&small).enumerate() {
            let want = (49 - layer) as f64 * 0.8_f64.log10();
            assert!((s - c - want).abs() < 1e-9, "layer {layer}");
        }
    }
}
