//! The cosines of random vectors, with and without something in common. Chapter: *High dimensions*.

use crate::{Figure, Input};
use linalg::Mat;
use linalg::dimensions::anisotropy::Scatter;
use linalg::dimensions::concentration::cosine_tail;
use linalg::dimensions::cosines;
use probability::normal;
use probability::random::stream;

/// All pairs of a few dozen random vectors, under a number of axes and a common part that the reader sets.
pub const FIGURE: Figure = Figure {
    name: "angles",
    caption: "Bars: the cosines of all pairs of 60 random vectors, each with the same extra vector added. Line: the law of random directions in as many dimensions. (In two dimensions most pairs are nearly parallel or nearly opposite.)",
    question: "60 random vectors of 768 numbers: their cosines lie within about ±0.1. Add one and the same vector to each, as long as they are. Where do the cosines go?",
    answers: &[
        (
            "They stay near 0: one direction of 768 cannot matter.",
            "It is one direction, but all of them share it. It adds 1 to every dot product, and 1 to every squared length.",
        ),
        (
            "To 0.5, all of them.",
            "Yes: 1/(1 + 1). And the spread is no wider than before: everything is equally near.",
        ),
        (
            "They spread out evenly, from 0 to 1.",
            "The common part is the same for every pair. It shifts the heap and does not widen it.",
        ),
    ],
    inputs: &[
        Input {
            label: "numbers in a vector",
            range: [2.0, 768.0],
            step: 1.0,
            start: 768.0,
            recorded: &[2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 300.0, 768.0],
            names: &[],
        },
        Input {
            label: "length of the common part",
            range: [0.0, 3.0],
            step: 0.05,
            start: 0.0,
            recorded: &[0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0],
            names: &[],
        },
        Input {
            label: "vectors",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["as they come", "without their mean"],
        },
    ],
    compute,
};

const VECTORS: usize = 60;
/// Bars between −1 and 1.
const BARS: usize = 50;

/// The mean cosine, the smallest and the largest; then the density in each bar, and that of the law.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[d, common, mended] = inputs else { return Vec::new() };
    let d = d as usize;
    let mut rng = stream(7, "angles", 0);
    // of length about 1, so that the common part has the length that its control says
    let scale = 1.0 / (d as f64).sqrt();
    let extra = common * scale;
    let x = Mat::from_fn(VECTORS, d, |_, _| scale * normal::sample(&mut rng) + extra);
    let x = if mended < 0.5 {
        x
    } else {
        let Ok(scatter) = Scatter::of(x.view()) else { return Vec::new() };
        scatter.all_but_the_top(x.view(), 0)
    };
    let Ok(all) = cosines(x.view(), x.view()) else { return Vec::new() };
    let pairs: Vec<f64> =
        (0..VECTORS).flat_map(|i| (0..i).map(move |j| (i, j))).map(|at| all[[at.0, at.1]]).collect();
    let mut bars = vec![0.0; BARS];
    let weight = BARS as f64 / 2.0 / pairs.len() as f64;
    for c in &pairs {
        bars[(((c + 1.0) / 2.0 * BARS as f64) as usize).min(BARS - 1)] += weight;
    }
    let mean = pairs.iter().sum::<f64>() / pairs.len() as f64;
    let smallest = pairs.iter().copied().fold(1.0, f64::min);
    let largest = pairs.iter().copied().fold(-1.0, f64::max);
    // the share of the law in each bar, by its width
    let above = |k: usize| cosine_tail(d, 2.0 * k as f64 / BARS as f64 - 1.0);
    let law = (0..BARS).map(|k| (above(k) - above(k + 1)) * BARS as f64 / 2.0);
    [mean, smallest, largest].into_iter().chain(bars).chain(law).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_part_as_long_as_the_rest_makes_every_cosine_one_half() {
        let at = |common, mended| compute(&[768.0, common, mended]);
        assert!(at(0.0, 0.0)[0].abs() < 0.01 && at(0.0, 0.0)[2] < 0.16);
        let shared = at(1.0, 0.0);
        assert!((shared[0] - 0.5).abs() < 0.02 && shared[1] > 0.38 && shared[2] < 0.62, "{:?}", &shared[..3]);
        assert!((at(1.5, 0.0)[0] - 2.25 / 3.25).abs() < 0.02);
        // without the mean, what was added is gone to the last digit but one
        for (a, b) in at(0.0, 1.0).iter().zip(at(3.0, 1.0)).skip(1).take(2) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}
