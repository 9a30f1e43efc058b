//! Power iteration and Rayleigh-quotient iteration, stepped on the circle. Chapter: *Eigenvalues*.

use crate::{Figure, Input};
use linalg::{Lu, Mat, norm2};

/// A matrix with the eigenvalues 1 and λ₂, and a vector that is sent through it.
pub const FIGURE: Figure = Figure {
    name: "power",
    caption: "A unit vector after each step, numbered, on the circle. The matrix has the eigenvalue 1 along the dotted line that rises to the right, and the one that you set along the other.",
    question: "The start is 20° away from the dotted line of the eigenvalue 1, and the other eigenvalue is 0.8. Set the other one to −1: where does power iteration end?",
    answers: &[
        (
            "On the dotted line, as before, only later.",
            "Each step keeps the part along 1 and turns round the part along −1. Neither gets smaller.",
        ),
        (
            "Nowhere: it jumps between two places for ever.",
            "Yes. Both parts keep their size, one of them changes its sign: after two steps everything is as it was.",
        ),
        (
            "On the other dotted line.",
            "For that the part along 1 would have to shrink beside the other. Both keep their size.",
        ),
    ],
    inputs: &[
        Input {
            label: "the other eigenvalue",
            range: [-1.0, 1.0],
            step: 0.1,
            start: 0.8,
            recorded: &[-1.0, -0.9, -0.5, 0.0, 0.5, 0.8, 0.9],
            names: &[],
        },
        Input {
            label: "degrees between the start and the line of 1",
            range: [5.0, 90.0],
            step: 5.0,
            start: 20.0,
            recorded: &[5.0, 20.0, 60.0, 85.0, 90.0],
            names: &[],
        },
        Input {
            label: "steps",
            range: [0.0, 12.0],
            step: 1.0,
            start: 4.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 8.0, 12.0],
            names: &[],
        },
        Input {
            label: "a step is",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["power iteration", "Rayleigh-quotient iteration"],
        },
    ],
    compute,
};

/// Where the eigenvector of 1 points, in degrees.
const LINE: f64 = 30.0;

/// The most steps.
const STEPS: usize = 12;

/// For each of all steps, the start first: x, y, and the Rayleigh quotient. The page draws as many as are set.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[other, away, _, method] = inputs else { return Vec::new() };
    let (sin, cos) = LINE.to_radians().sin_cos();
    let a = Mat::from_rows(&[
        [cos * cos + other * sin * sin, (1.0 - other) * sin * cos],
        [(1.0 - other) * sin * cos, sin * sin + other * cos * cos],
    ]);
    let (sin, cos) = (LINE + away).to_radians().sin_cos();
    let mut v = Mat::from_rows(&[[cos], [sin]]);
    let mut numbers = Vec::new();
    for step in 0..=STEPS {
        let image = a.matmul(&v);
        let quotient = v.data()[0] * image.data()[0] + v.data()[1] * image.data()[1];
        numbers.extend([v.data()[0], v.data()[1], quotient]);
        if step == STEPS {
            break;
        }
        let next = if method < 0.5 { Some(image) } else { solve(&a, quotient, &v) };
        // Nothing came of it (an eigenvalue 0), or the shift is an eigenvalue: v is an eigenvector already.
        if let Some(next) = next.filter(|next| norm2(next.data()) > 1e-300) {
            let length = norm2(next.data());
            v = next.map(|x| x / length);
        }
    }
    numbers
}

/// (A − σ)⁻¹·v.
fn solve(a: &Mat, shift: f64, v: &Mat) -> Option<Mat> {
    let shifted = a.zip_with(&Mat::eye(2), |a, one| a - shift * one);
    let x = Lu::new(shifted.view()).and_then(|lu| lu.solve(v)).ok()?;
    x.data().iter().all(|x| x.is_finite()).then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn angle(numbers: &[f64], step: usize) -> f64 {
        let (x, y) = (numbers[3 * step], numbers[3 * step + 1]);
        (y.atan2(x).to_degrees() - LINE).rem_euclid(180.0)
    }

    #[test]
    fn power_shrinks_the_tangent_by_the_quotient_and_rayleigh_its_third_power() {
        let numbers = compute(&[0.8, 20.0, 4.0, 0.0]);
        for step in 0..=4 {
            let want = 20_f64.to_radians().tan() * 0.8_f64.powi(step as i32);
            assert!((angle(&numbers, step).to_radians().tan() - want).abs() < 1e-12);
        }
        let numbers = compute(&[0.5, 20.0, 2.0, 1.0]);
        let want = 20_f64.to_radians().tan().powi(3);
        let got = angle(&numbers, 1);
        assert!((got.min(180.0 - got).to_radians().tan() - want).abs() < 1e-12);
    }

    #[test]
    fn a_tie_jumps_and_nothing_is_ever_not_a_number() {
        let numbers = compute(&[-1.0, 20.0, 12.0, 0.0]);
        assert!((angle(&numbers, 12) - 20.0).abs() < 1e-9 && (angle(&numbers, 11) - 160.0).abs() < 1e-9);
        for other in [-1.0, -0.5, 0.0, 1.0] {
            for away in [0.0, 45.0, 90.0] {
                for method in [0.0, 1.0] {
                    let numbers = compute(&[other, away, 12.0, method]);
                    assert!(numbers.len() == 39 && numbers.iter().all(|x| x.is_finite()));
                }
            }
        }
    }
}
