//! The singular values of a product of Jacobians, layer by layer. Chapter: *The flow of gradients*.

use crate::{Figure, Input};
use calculus::flow::{Activation, Norm, Product, Stack};

/// Thirty-two layers at their start: gain, activation and what stands around the layer are the reader's.
pub const FIGURE: Figure = Figure {
    name: "flow",
    caption: "How much the first 1, 2, … 32 layers together, 16 wide, stretch a small change of their input: the direction that fares best, the middle one, the worst. The bold line is a random direction. The axis is logarithmic, and what lies below it is drawn at its edge.",
    question: "Linear layers of gain 1: the best direction stays about level. What will the worst one do?",
    answers: &[
        (
            "Stay level too: the gain is critical.",
            "The gain keeps the mean of the squares. A mean says nothing about the least.",
        ),
        (
            "Shrink by the same factor at every layer.",
            "Yes, by about 8 a layer. At no gain do the best and the worst stay together: the gain moves all lines by the same slope.",
        ),
        (
            "Shrink at first, then settle.",
            "Each layer is another random matrix, and each costs this direction about the same factor. Nothing settles.",
        ),
    ],
    inputs: &[
        Input {
            label: "gain",
            range: [0.5, 6.0],
            step: 0.05,
            start: 1.0,
            recorded: &[0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.6, 2.0, 3.0, 4.0, 6.0],
            names: &[],
        },
        Input {
            label: "activation",
            range: [0.0, 3.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0, 2.0, 3.0],
            names: &["none", "ReLU", "tanh", "sigmoid"],
        },
        Input {
            label: "a layer is",
            range: [0.0, 4.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0],
            names: &["f(h)", "f(norm h)", "h + f(h)", "h + f(h)/√32", "h + f(norm h)"],
        },
    ],
    compute,
};

const DEPTH: usize = 32;
const WIDTH: usize = 16;

/// What is drawn for 0, in powers of ten.
const FLOOR: f64 = -40.0;

/// After 0, 1, … 32 layers: log₁₀ of the largest, the middle and the smallest singular value, and of the root of the mean of their squares.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[gain, activation, kind] = inputs else { return Vec::new() };
    let kind = kind.round() as usize;
    let stack = Stack {
        depth: DEPTH,
        width: WIDTH,
        gain,
        activation: Activation::ALL[(activation.round() as usize).min(3)],
        norm: if kind == 1 || kind == 4 { Norm::Rms } else { Norm::None },
        residual: [None, None, Some(1.0), Some(1.0 / (DEPTH as f64).sqrt()), Some(1.0)][kind.min(4)],
        ..Stack::default()
    };
    let mut product = Product::new(WIDTH);
    let mut numbers = vec![0.0; 4];
    for j in stack.jacobians() {
        let ln = product.push(&j).and_then(|()| product.ln_singular_values());
        let Ok(ln) = ln else { return Vec::new() };
        let log10 = |ln: f64| (ln / std::f64::consts::LN_10).max(FLOOR);
        let squares: f64 = ln.iter().map(|l| (2.0 * (l - ln[0])).exp()).sum();
        let random =
            if ln[0] == f64::NEG_INFINITY { ln[0] } else { ln[0] + 0.5 * (squares / WIDTH as f64).ln() };
        numbers.extend([ln[0], ln[WIDTH / 2], ln[WIDTH - 1], random].map(log10));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_layers_of_gain_one_part_and_scaled_residuals_do_not() {
        let last = |kind: f64| compute(&[1.0, 0.0, kind])[4 * DEPTH..].to_vec();
        let plain = last(0.0);
        assert!(plain[0].abs() < 3.0 && plain[2] < -20.0, "{plain:?}");
        let scaled = last(3.0);
        assert!(scaled[0] < 1.0 && scaled[2] > -1.0, "{scaled:?}");
        // the gain of a linear layer is a slope and nothing else
        let wide = compute(&[2.0, 0.0, 0.0]);
        for (k, (a, b)) in wide.iter().zip(compute(&[1.0, 0.0, 0.0])).enumerate() {
            assert!((a - b - (k / 4) as f64 * 2_f64.log10()).abs() < 1e-9 || b <= FLOOR);
        }
    }
}
