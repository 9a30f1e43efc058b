//! A product under the ceilings of the machine on which the book was measured. Chapter: *The matrix product as hardware sees it*.

use crate::{Figure, Input};
use linalg::roofline::{Roof, Work};

/// A product whose shape the reader sets, with the speed that was measured for it.
pub const FIGURE: Figure = Figure {
    name: "roofline",
    caption: "A product of an m × k with a k × n matrix of f32, on one core. The slopes are the levels of memory; the flat line is what the core can do. Cross: what the nearest level that holds all three matrices allows. Dot: what `gemm` reached there, as `cargo run --release -p linalg --example hardware` recorded it.",
    question: "One row times a matrix of 4096 × 4096, the weights of a layer. Now there are two rows, which is twice the work. How long does it take?",
    answers: &[
        (
            "Twice as long.",
            "If arithmetic decided, yes. But the weights are fetched once, for one row or for two.",
        ),
        (
            "About as long as one row.",
            "Yes: the time is that of fetching the weights. The second row rides along. Move m and see how far that goes.",
        ),
        ("Half as long.", "The weights still have to come. Half as long for each row, that is true."),
    ],
    inputs: &[
        Input {
            label: "m, rows",
            range: [0.0, 8.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
            names: &["1", "2", "4", "8", "16", "32", "64", "128", "512"],
        },
        Input {
            label: "k",
            range: [0.0, 3.0],
            step: 1.0,
            start: 3.0,
            recorded: &[0.0, 1.0, 2.0, 3.0],
            names: &["64", "256", "1024", "4096"],
        },
        Input {
            label: "n, columns",
            range: [0.0, 3.0],
            step: 1.0,
            start: 3.0,
            recorded: &[0.0, 1.0, 2.0, 3.0],
            names: &["64", "256", "1024", "4096"],
        },
    ],
    compute,
};

/// What `linalg/examples/hardware` wrote: ceilings, then a line for each shape.
const SPEEDS: &str = include_str!("../../results/hardware-speeds.txt");

/// The number that a choice stands for.
fn chosen(input: &Input, choice: f64) -> Option<usize> {
    input.names.get(choice as usize)?.parse().ok()
}

/// The lines of the recording that begin with a word, as numbers (a name among them is NaN).
fn lines(word: &str) -> impl Iterator<Item = Vec<f64>> {
    SPEEDS.lines().filter_map(move |line| {
        let mut words = line.split_whitespace();
        (words.next()? == word).then(|| words.map(|w| w.parse().unwrap_or(f64::NAN)).collect())
    })
}

/// Peak, operations, bytes, what is allowed and what was reached (both per second), which level decides; then the bandwidths of all levels.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let shape: Option<Vec<usize>> = FIGURE.inputs.iter().zip(inputs).map(|(i, &c)| chosen(i, c)).collect();
    let (Some(&[m, k, n]), Some(flops)) = (shape.as_deref(), lines("flops").next()) else {
        return Vec::new();
    };
    let flops = flops[0];
    let work = Work::product([m, k, n], 4);
    // name, capacity, bandwidth
    let levels: Vec<Vec<f64>> = lines("level").filter(|level| level.len() == 3).collect();
    let Some(last) = levels.len().checked_sub(1) else { return Vec::new() };
    let decides = levels.iter().position(|level| work.bytes <= level[1]).unwrap_or(last);
    let allowed = Roof { flops, bandwidth: levels[decides][2] }.reachable(work.intensity());
    let is_it = |line: &Vec<f64>| line.len() == 4 && line[..3] == [m, k, n].map(|x| x as f64);
    let Some(reached) = lines("speed").find(is_it) else { return Vec::new() };
    [flops, work.flop, work.bytes, allowed, reached[3], decides as f64]
        .into_iter()
        .chain(levels.iter().map(|level| level[2]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_bound_by_memory_and_many_rows_are_not() {
        let (row, rows) = (compute(&[0.0, 3.0, 3.0]), compute(&[8.0, 0.0, 0.0]));
        assert!(row[3] < 0.5 * row[0], "{row:?}");
        assert!((rows[3] - rows[0]).abs() < 1e-6 * rows[0], "{rows:?}");
        assert_eq!(rows[1], 2.0 * 512.0 * 64.0 * 64.0);
    }

    /// What the question below the figure is about: a second row costs hardly anything.
    #[test]
    fn two_rows_take_at_least_as_long_as_one_and_hardly_more() {
        let least = |m: f64| {
            let numbers = compute(&[m, 3.0, 3.0]);
            numbers[1] / numbers[3]
        };
        let ratio = least(1.0) / least(0.0);
        assert!((1.0..1.01).contains(&ratio), "{ratio}");
    }
}
