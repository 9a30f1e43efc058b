//! Two networks without training, at any width. Chapter: *Universal approximation*.

use crate::{Figure, Input};
use approximation::bumps::SigmoidNet;
use approximation::hats::ReluNet;
use approximation::measure::sup_error;

/// A function, and a network of a width that the reader sets.
pub const FIGURE: Figure = Figure {
    name: "hats",
    caption: "A function, and a network whose weights were written down: a broken line of ReLUs, or a staircase of steep sigmoids.",
    question: "A broken line with 16 units follows the square root on the interval from 0 to 1. Where is it furthest away?",
    answers: &[
        (
            "In every piece by as much.",
            "So it would be for a parabola, whose curvature is the same everywhere.",
        ),
        (
            "In the last piece.",
            "There the square root is nearly straight, and a straight piece meets it best.",
        ),
        (
            "In the first piece.",
            "Yes: there the square root starts out vertically. More units make that piece shorter, and its gap only by the root of that.",
        ),
    ],
    inputs: &[
        Input {
            label: "hidden units",
            range: [1.0, 64.0],
            step: 1.0,
            start: 8.0,
            recorded: &[1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0],
            names: &[],
        },
        Input {
            label: "network",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["broken line", "staircase"],
        },
        Input {
            label: "function",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["sine", "square root"],
        },
    ],
    compute,
};

/// Places at which both are drawn.
const POINTS: usize = 161;

/// The largest error; the two ends of the interval; then the function and the network at evenly spaced places.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[width, network, function] = inputs else { return Vec::new() };
    let (f, lo, hi): (fn(f64) -> f64, f64, f64) =
        if function < 0.5 { (f64::sin, 0.0, 6.0) } else { (f64::sqrt, 0.0, 1.0) };
    let width = width as usize;
    let net: Box<dyn Fn(f64) -> f64> = if network < 0.5 {
        let net = ReluNet::interpolating(f, lo, hi, width);
        Box::new(move |x| net.at(x))
    } else {
        let net = SigmoidNet::staircase(f, lo, hi, width);
        Box::new(move |x| net.at(x))
    };
    let mut numbers = vec![sup_error(f, &net, lo, hi, 4999), lo, hi];
    for i in 0..POINTS {
        let x = lo + (hi - lo) * i as f64 / (POINTS - 1) as f64;
        numbers.extend([f(x), net(x)]);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_errors_are_those_of_the_chapter() {
        for (width, network, want) in [(8.0, 0.0, 6.86e-2), (64.0, 0.0, 1.10e-3), (8.0, 1.0, 3.27e-1)] {
            let error = compute(&[width, network, 0.0])[0];
            assert!((error / want - 1.0).abs() < 0.01, "{width} units: {error}");
        }
    }
}
