//! A picture by its singular values. Chapter: *The singular value decomposition*.

use crate::picture::picture;
use crate::{Figure, Input};
use linalg::Svd;

/// The nearest picture of a rank that the reader sets.
pub const FIGURE: Figure = Figure {
    name: "ranks",
    caption: "A picture of 32 × 40 grey values, and the nearest one of a lower rank.",
    question: "The picture has a straight fence in front of wavy hills and a round sun. Which of the three is still missing when the other two can be recognised?",
    answers: &[
        (
            "The fence.",
            "Look at rank 2. A fence is one row of numbers, repeated downwards: nearly a single outer product.",
        ),
        (
            "The hills.",
            "They are flat enough to be there early, as a dark band. Compare their edge with the sun's.",
        ),
        (
            "The sun.",
            "Yes. No row of a disc is a multiple of another. What is round or slanted costs rank, what runs along the rows or columns is cheap.",
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
