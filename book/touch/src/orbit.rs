//! A state that a 2×2 matrix takes from step to step. Chapter: *Eigenvalues without symmetry, and powers that explode*.

use crate::{Figure, Input};
use linalg::Mat;
use linalg::powers::{spectral_norm, spectral_radius};

/// Forty steps of a turn, a stretch and a shear that the reader sets.
pub const FIGURE: Figure = Figure {
    name: "orbit",
    caption: "Left: the states that follow from the start (0, 1), each the last one sheared, turned and stretched. Right: how long they are, on a logarithmic axis: each line is a factor of 10.",
    question: "Stretch 0.9, shear 1, no turn: both eigenvalues are 0.9. The state begins with length 1. How long is it after ten steps?",
    answers: &[
        (
            "About a third: 0.9¹⁰.",
            "That would be so if there were two directions that are only stretched. A shear has one, and the start is not on it.",
        ),
        (
            "About 3.5: it has grown.",
            "Yes: each step adds 0.9 of the lower entry to the upper one. That makes 10 · 0.9¹⁰ = 3.5, and it is the peak. Now turn by 10°.",
        ),
        ("Beyond all bounds soon.", "In the end 0.9 wins: k · 0.9ᵏ goes to 0. Until then k wins."),
    ],
    inputs: &[
        Input {
            label: "turn, in degrees",
            range: [0.0, 90.0],
            step: 5.0,
            start: 0.0,
            recorded: &[0.0, 10.0, 30.0, 60.0, 90.0],
            names: &[],
        },
        Input {
            label: "stretch",
            range: [0.5, 1.1],
            step: 0.05,
            start: 0.9,
            recorded: &[0.7, 0.9, 1.0],
            names: &[],
        },
        Input {
            label: "shear",
            range: [0.0, 3.0],
            step: 0.25,
            start: 1.0,
            recorded: &[0.0, 0.5, 1.0, 2.0, 3.0],
            names: &[],
        },
        Input {
            label: "steps",
            range: [0.0, 40.0],
            step: 1.0,
            start: 5.0,
            recorded: &[1.0, 5.0, 10.0, 20.0, 40.0],
            names: &[],
        },
    ],
    compute,
};

/// All steps that the slider allows: the drawing takes as many as it needs.
const STEPS: usize = 40;

/// Spectral radius and norm of the matrix, then the states (x, y).
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[degrees, stretch, shear, _] = inputs else { return Vec::new() };
    let (sin, cos) = degrees.to_radians().sin_cos();
    let turn = Mat::from_rows(&[[stretch * cos, -stretch * sin], [stretch * sin, stretch * cos]]);
    let w = turn.matmul(&Mat::from_rows(&[[1.0, shear], [0.0, 1.0]]));
    let (Ok(radius), Ok(norm)) = (spectral_radius(w.view()), spectral_norm(w.view())) else {
        return Vec::new();
    };
    let mut numbers = vec![radius, norm];
    let mut h = Mat::from_rows(&[[0.0], [1.0]]);
    for step in 0..=STEPS {
        if step > 0 {
            h = w.matmul(&h);
        }
        numbers.extend(h.data());
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shear_grows_and_comes_back() {
        let numbers = compute(&[0.0, 0.9, 1.0, 10.0]);
        assert!((numbers[0] - 0.9).abs() < 1e-7);
        let length = |k: usize| numbers[2 + 2 * k].hypot(numbers[3 + 2 * k]);
        assert!((length(10) - 3.504).abs() < 1e-3, "{}", length(10));
        assert!(length(40) < length(10));
    }

    /// What the sentence below the figure and the chapter say: a turn makes a lasting growth out of a passing one.
    #[test]
    fn a_turn_feeds_the_growth_back() {
        let radius = |degrees: f64| compute(&[degrees, 0.9, 1.0, 1.0])[0];
        assert!(radius(10.0) > 1.2 && radius(30.0) > 1.4);
        assert!((radius(60.0) - 0.9).abs() < 1e-12); // too quick a turn carries it past
        assert!((compute(&[60.0, 0.9, 0.0, 1.0])[0] - 0.9).abs() < 1e-12);
    }
}
