//! A symmetric matrix as a map of the plane. Chapter: *Tensors and matmul*.

use crate::{Figure, Input};
use linalg::{Mat, SymmetricEigen};

const ENTRIES: &[f64] = &[-0.9, 0.0, 0.5, 0.7, 0.9];

const fn entry(label: &'static str, start: f64) -> Input {
    Input { label, range: [-1.2, 1.2], step: 0.05, start, recorded: ENTRIES, names: &[] }
}

/// The circle, where a matrix takes it, and the two directions that stay.
pub const FIGURE: Figure = Figure {
    name: "ellipse",
    caption: "The unit circle (dashed), where the matrix takes it when it is applied again and again, and its two eigenvectors (dotted), each as long as its eigenvalue to that power.",
    question: "The matrix at the start has the eigenvalues 1.31 and 0.29. Apply it three times: what will the circle look like?",
    answers: &[
        (
            "An ellipse of the same shape, three times as large.",
            "Neither: each direction has its own factor, and they are multiplied, not added.",
        ),
        (
            "A needle: longer and thinner every time.",
            "Yes. 1.31³ is 2.2 and 0.29³ is 0.024: what is left points along one direction.",
        ),
        (
            "It turns a little further each time.",
            "A symmetric matrix has two directions that do not turn, and the ellipse keeps its axes there.",
        ),
    ],
    inputs: &[
        entry("upper left entry", 0.9),
        entry("both entries beside the diagonal", 0.5),
        entry("lower right entry", 0.7),
        Input {
            label: "how often it is applied",
            range: [1.0, 6.0],
            step: 1.0,
            start: 1.0,
            recorded: &[1.0, 3.0],
            names: &[],
        },
    ],
    compute,
};

/// Points on the circle, the last one again the first.
const POINTS: usize = 49;

/// Eigenvalue and eigenvector (x, y), twice, the smaller eigenvalue first; then the images of the points (x, y).
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[a, b, d, times] = inputs else { return Vec::new() };
    let matrix = Mat::from_rows(&[[a, b], [b, d]]);
    let Ok(eigen) = SymmetricEigen::new(matrix.view()) else { return Vec::new() };
    let mut numbers = Vec::with_capacity(6 + 2 * POINTS);
    for k in 0..2 {
        numbers.extend([eigen.values[k], eigen.vectors[[0, k]], eigen.vectors[[1, k]]]);
    }
    for i in 0..POINTS {
        let (sin, cos) = (i as f64 * std::f64::consts::TAU / (POINTS - 1) as f64).sin_cos();
        let mut v = Mat::from_rows(&[[cos], [sin]]);
        for _ in 0..times as usize {
            v = matrix.matmul(&v);
        }
        numbers.extend(v.data());
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chapters_matrix_has_the_chapters_eigenvalues() {
        let numbers = compute(&[0.9, 0.5, 0.7, 2.0]);
        assert!((numbers[0] - 0.290).abs() < 1e-3 && (numbers[3] - 1.310).abs() < 1e-3);
        // (1, 0) twice through the matrix
        let once = [0.9, 0.5];
        let twice = [0.9 * once[0] + 0.5 * once[1], 0.5 * once[0] + 0.7 * once[1]];
        assert!((numbers[6] - twice[0]).abs() + (numbers[7] - twice[1]).abs() < 1e-15);
    }
}
