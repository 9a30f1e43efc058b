//! The eigenvalues of a random matrix, and the law that they obey. Chapter: *High dimensions*.

use crate::{Figure, Input};
use linalg::dimensions::{MarchenkoPastur, Semicircle};
use linalg::{Mat, SymmetricEigen};
use probability::normal;
use probability::random::stream;

/// One random matrix of a size that the reader sets.
pub const FIGURE: Figure = Figure {
    name: "spectrum",
    caption: "Bars: the eigenvalues of one symmetric random matrix, or the singular values of one square one. Line: the law for large matrices. Nobody chose an entry, and yet the heap ends at an edge.",
    question: "The entries of a symmetric 40 × 40 matrix have the standard deviation 0.1, and its eigenvalues end at about ±1.26. Make it four times as large and keep the entries as they are. Where do they end?",
    answers: &[
        (
            "At 1.26: no entry has become larger.",
            "Each entry is as small as before, but a row now has four times as many of them.",
        ),
        (
            "At about 2.5.",
            "Yes: the edge is 2 · 0.1 · √n. Four times as many entries in a row, twice the edge. Divide the entries by √n, and it stays at 2.",
        ),
        (
            "At about 5.",
            "That would be so if all entries of a row pushed the same way. Of random signs only the root of their number is left.",
        ),
    ],
    inputs: &[
        Input {
            label: "n",
            range: [10.0, 160.0],
            step: 1.0,
            start: 40.0,
            recorded: &[10.0, 20.0, 40.0, 80.0, 120.0, 160.0],
            names: &[],
        },
        Input {
            label: "standard deviation of an entry",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["0.1", "1/√n"],
        },
        Input {
            label: "values",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["eigenvalues, symmetric", "singular values"],
        },
    ],
    compute,
};

/// Bars between −3 and 3.
const BARS: usize = 60;

/// The edge of the law and the largest value; then the density in each bar, and the law at its middle.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[n, entries, kind] = inputs else { return Vec::new() };
    let n = n as usize;
    let std = if entries < 0.5 { 0.1 } else { 1.0 / (n as f64).sqrt() };
    let mut rng = stream(7, "spectrum", 0);
    let g = Mat::from_fn(n, n, |_, _| std * normal::sample(&mut rng));
    let symmetric = kind < 0.5;
    let a = if symmetric {
        Mat::from_fn(n, n, |i, j| if i >= j { g[[i, j]] } else { g[[j, i]] })
    } else {
        g.transpose().matmul(&g)
    };
    let Ok(eigen) = SymmetricEigen::new(a.view()) else { return Vec::new() };
    let values: Vec<f64> =
        if symmetric { eigen.values } else { eigen.values.iter().map(|v| v.max(0.0).sqrt()).collect() };
    let edge = 2.0 * std * (n as f64).sqrt();
    let circle = Semicircle { radius: edge };
    let squares = MarchenkoPastur { ratio: 1.0, variance: std * std * n as f64 };
    // the share of the law in each bar
    let cdf = |x: f64| {
        if symmetric {
            circle.cdf(x)
        } else if x <= 0.0 {
            0.0
        } else {
            squares.cdf(x * x)
        }
    };
    let (width, mut bars) = (6.0 / BARS as f64, vec![0.0; BARS]);
    for v in &values {
        let at = ((v + 3.0) / width) as usize;
        bars[at.min(BARS - 1)] += 1.0 / (values.len() as f64 * width);
    }
    let law = (0..BARS).map(|k| {
        let left = width * k as f64 - 3.0;
        (cdf(left + width) - cdf(left)) / width
    });
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    [edge, largest].into_iter().chain(bars).chain(law).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_is_twice_the_deviation_times_the_root_of_n() {
        assert!((compute(&[40.0, 0.0, 0.0])[0] - 1.265).abs() < 1e-3);
        assert!((compute(&[160.0, 0.0, 0.0])[0] - 2.530).abs() < 1e-3);
        for kind in [0.0, 1.0] {
            let numbers = compute(&[160.0, 1.0, kind]);
            assert!(
                (numbers[0] - 2.0).abs() < 1e-12 && (numbers[1] - 2.0).abs() < 0.1,
                "{:?}",
                &numbers[..2]
            );
            for side in [&numbers[2..2 + BARS], &numbers[2 + BARS..]] {
                assert!((side.iter().sum::<f64>() * 0.1 - 1.0).abs() < 1e-9);
            }
        }
    }
}
