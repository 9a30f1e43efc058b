//! Gradient descent in a narrow valley, and the largest learning rate that it bears. Chapter: *The neuron that cannot learn*.

use crate::{Figure, Input};
use calculus::optim::Momentum;
use calculus::scalar::Tape;
use calculus::tape::{Grads, Params};
use linalg::{Mat, SymmetricEigen, Tensor};

/// The valley (x² + κy²)/2 from a fixed start; the reader sets the learning rate, κ, the momentum and the number of steps.
pub const FIGURE: Figure = Figure {
    name: "descent",
    caption: "Left: level lines of a valley, and the path of the steps from the ring down to the cross in the middle. Right: the loss after each step; the axis is logarithmic, and each line is a factor of 100.",
    question: "At the start the valley is 10 times as curved across as along, and a learning rate of 0.19 zigzags home. You make it 0.21. What happens?",
    answers: &[
        (
            "It arrives a little sooner: the steps are longer.",
            "Along the valley, yes. Across it a step at 0.21 lands at 1 − 0.21 · 10 = −1.1 times the distance it began with.",
        ),
        (
            "It circles for ever at the same distance.",
            "That is what it does at exactly 0.2: there 1 − 0.2 · 10 = −1, and every step across ends as far away as it began.",
        ),
        (
            "It moves away, further with every step.",
            "Yes. Across the valley each step multiplies the distance by 1 − 0.21 · 10 = −1.1. At 0.19 it was −0.9: the border is 2/10.",
        ),
    ],
    inputs: &[
        Input {
            label: "learning rate",
            range: [0.01, 1.1],
            step: 0.01,
            start: 0.19,
            recorded: &[0.02, 0.05, 0.09, 0.1, 0.11, 0.19, 0.2, 0.21, 0.5, 0.99],
            names: &[],
        },
        Input {
            label: "how many times as curved across",
            range: [1.0, 20.0],
            step: 1.0,
            start: 10.0,
            recorded: &[2.0, 10.0, 20.0],
            names: &[],
        },
        Input {
            label: "momentum",
            range: [0.0, 0.95],
            step: 0.05,
            start: 0.0,
            recorded: &[0.0, 0.5, 0.9],
            names: &[],
        },
        Input {
            label: "steps",
            range: [1.0, 40.0],
            step: 1.0,
            start: 20.0,
            recorded: &[1.0, 8.0, 20.0, 40.0],
            names: &[],
        },
    ],
    compute,
};

/// Where every path starts.
const START: [f64; 2] = [-2.6, 1.0];
/// The most steps that are made, and the loss at which a path is given up.
const STEPS: usize = 40;
const LOST: f64 = 1e8;

/// The loss at a place and its two slopes, from the tape.
fn loss(at: &[f64], kappa: f64) -> (f64, [f64; 2]) {
    let tape = Tape::new();
    let (x, y) = (tape.var(at[0]), tape.var(at[1]));
    let loss = (x * x + kappa * (y * y)) * 0.5;
    let d = loss.backward();
    (loss.value(), [d.wrt(x), d.wrt(y)])
}

/// The two curvatures, the smaller one first: the eigenvalues of the matrix of second derivatives. In a quadratic valley its columns
/// are the slopes one unit along each axis, less those at the bottom, which are 0.
fn curvatures(kappa: f64) -> Option<[f64; 2]> {
    let (along, across) = (loss(&[1.0, 0.0], kappa).1, loss(&[0.0, 1.0], kappa).1);
    let hessian = Mat::from_rows(&[[along[0], across[0]], [along[1], across[1]]]);
    let eigen = SymmetricEigen::new(hessian.view()).ok()?;
    Some([eigen.values[0], eigen.values[1]])
}

/// The two curvatures; how many steps were made until the end or until the loss was out of all bounds; then for the start and for each of these
/// steps x, y and log₁₀ of the loss, and zeros up to forty steps.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[step, kappa, mu, steps] = inputs else { return Vec::new() };
    let Some([flat, steep]) = curvatures(kappa) else { return Vec::new() };
    let mut params = Params::new();
    let place = params.add("place", Tensor::new([2], START.to_vec()), false);
    let (mut grads, mut momentum) = (Grads::like(&params), Momentum::new(&params, mu));
    let mut path = Vec::with_capacity(3 * (STEPS + 1));
    let mut made = 0;
    loop {
        let at = params.get_mut(place);
        let (loss, slopes) = loss(at, kappa);
        // to a thousandth: a page shows no more
        path.extend([at[0], at[1], loss.max(1e-8).log10()].map(|v| (v * 1000.0).round() / 1000.0 + 0.0));
        if made == (steps as usize).min(STEPS) || loss > LOST {
            break;
        }
        grads.values_mut().copy_from_slice(&slopes);
        momentum.step(&mut params, &grads, step);
        made += 1;
    }
    path.resize(3 * (STEPS + 1), 0.0);
    [&[flat, steep, made as f64], &path[..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(inputs: [f64; 4]) -> [f64; 3] {
        let numbers = compute(&inputs);
        let last = 3 + 3 * numbers[2] as usize;
        [numbers[last], numbers[last + 1], numbers[last + 2]]
    }

    #[test]
    fn each_direction_has_its_own_factor() {
        let [x, y, _] = after([0.19, 10.0, 0.0, 20.0]);
        assert!((x - START[0] * 0.81_f64.powi(20)).abs() < 1e-3, "{x}");
        assert!((y - START[1] * 0.9_f64.powi(20)).abs() < 1e-3, "{y}");
    }

    /// Below 2(1 + μ)/κ a path comes home, above it none does. Source: Polyak 1964, section 2.
    #[test]
    fn the_border_is_where_the_figure_says() {
        for kappa in [2.0, 5.0, 10.0, 20.0] {
            assert_eq!(curvatures(kappa), Some([1.0, kappa]));
            for mu in [0.0, 0.5, 0.9] {
                let border = 2.0 * (1.0 + mu) / kappa;
                let grown = |step| after([step, kappa, mu, 40.0])[1].abs() / START[1];
                assert!(grown(0.95 * border) < 1.0 && grown(1.05 * border) > 1.5, "{kappa}, {mu}");
            }
        }
    }

    #[test]
    fn a_path_that_flies_off_is_given_up() {
        let numbers = compute(&[1.1, 20.0, 0.95, 40.0]);
        assert!(numbers[2] < 40.0 && numbers.iter().all(|x| x.is_finite()));
        assert_eq!(numbers.len(), 3 + 3 * 41);
    }
}
