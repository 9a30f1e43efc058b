//! A picture by its singular values. Chapter: *The singular value decomposition*.

use crate::picture::picture;
use crate::{Figure, Input};
use linalg::Svd;

/// The nearest picture of a rank that the reader sets.
pub const FIGURE: Figure = Figure {
    name: "ranks",
    caption: "A picture of 32 × 40 grey values, and the nearest one of a lower rank.",
    question: "The picture has a round sun over a hill, and a fence of straight posts and rails. Which of the three is sharp first?",
    answers: &[
        (
            "The sun.",
            "At rank 4 it is still a square. No row of a disc is a multiple of another: what is round costs rank.",
        ),
        (
            "The hill.",
            "Its slope comes out at rank 6 or so. What is slanted costs rank, nearly one for each step of a staircase.",
        ),
        (
            "The fence.",
            "Yes, at rank 2. It has only two kinds of rows, one with rails and one with posts. What runs along rows and columns is cheap.",
        ),
    ],
    inputs: &[Input {
        label: "rank",
        range: [0.0, 18.0],
        step: 1.0,
        start: 1.0,
        recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0],
        names: &[],
    }],
    compute,
};

/// Rows, columns, the numbers that the factors take, the error relative to the picture; then the grey values row by row, with two
/// decimals.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[rank] = inputs else { return Vec::new() };
    let (a, k) = (picture(), rank as usize);
    let Ok(svd) = Svd::new(a.view()) else { return Vec::new() };
    let (m, n) = (a.rows(), a.cols());
    let mut numbers =
        vec![m as f64, n as f64, (k * (m + n)) as f64, svd.rank_k_error(k) / svd.rank_k_error(0)];
    numbers.extend(svd.rank_k(k).data().iter().map(|x| (100.0 * x).round() / 100.0));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_falls_from_all_to_little() {
        let error = |rank: f64| compute(&[rank])[3];
        assert_eq!(error(0.0), 1.0);
        assert!(error(1.0) < 0.35 && error(8.0) < 0.1 && error(18.0) < error(8.0));
        assert_eq!(compute(&[1.0]).len(), 4 + 32 * 40);
        assert_eq!(compute(&[18.0])[2], 1296.0);
    }
}
