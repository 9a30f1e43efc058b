//! A strip of memory, walked under one label after the other. Chapter: *Tensor mechanics*.

use crate::{Figure, Input};
use linalg::View;
use linalg::mechanics::LineCache;

/// Six rows of eight numbers, one line of memory a row.
const ROWS: usize = 6;
const LINE: usize = 8;

/// A matrix in memory, read through a label that the reader chooses, number after number.
pub const FIGURE: Figure = Figure {
    name: "walk",
    caption: "48 places of memory, broken into the six lines in which it is delivered. Filled: places that have been read. A thick frame: lines that are held at this moment.",
    question: "A matrix of 6 rows and 8 columns; every row fills one line of memory exactly, and 4 lines can be held at a time. It is read column after column. How many lines have to be delivered?",
    answers: &[
        (
            "6: there are no more.",
            "That needs a place for all six. When row 4 is asked for, row 0 is dropped, and column 1 begins with row 0.",
        ),
        (
            "12: the four that are held serve most of the columns.",
            "Which four are held when a column begins? The last four of the one before, and it begins with the first.",
        ),
        (
            "48: one for every number.",
            "Yes. The line that is needed next is always the one that was dropped last but one. Give it six places, and 6 will do.",
        ),
    ],
    inputs: &[
        Input {
            label: "label",
            range: [0.0, 6.0],
            step: 1.0,
            start: 1.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            names: &[
                "row after row",
                "transposed",
                "columns 2 to 4",
                "columns 2 to 4, transposed",
                "every fourth column",
                "the diagonal",
                "row 1, shown six times",
            ],
        },
        Input {
            label: "numbers read",
            range: [0.0, 48.0],
            step: 1.0,
            start: 12.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0, 24.0, 36.0, 48.0],
            names: &[],
        },
        Input {
            label: "lines held",
            range: [1.0, 6.0],
            step: 1.0,
            start: 4.0,
            recorded: &[1.0, 2.0, 4.0, 5.0, 6.0],
            names: &[],
        },
    ],
    compute,
};

fn label(strip: &[f64], which: usize) -> View<'_, f64> {
    let a = View::new(strip, [ROWS, LINE]);
    match which {
        0 => a,
        1 => a.transpose(),
        2 => a.slice(1, 2, 5),
        3 => a.slice(1, 2, 5).transpose(),
        4 => a.step(1, 4),
        5 => a.diagonal(0, 1),
        _ => a.slice(0, 1, 2).broadcast_to([ROWS, LINE]),
    }
}

/// Numbers in all, numbers read, lines delivered for them, for all of them, the place read last (−1 before the first), the two strides,
/// then for every place how often it was read, then for every line whether it is held.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[which, step, kept] = inputs else { return Vec::new() };
    let strip: Vec<f64> = (0..ROWS * LINE).map(|place| place as f64).collect();
    let view = label(&strip, which as usize);
    // Each number is its place: the walk, seen from the beginning of the strip.
    let walk: Vec<usize> = view.iter().map(|&place| place as usize).collect();
    let read = &walk[..walk.len().min(step as usize)];
    let after = |places: &[usize]| {
        let mut cache = LineCache::new(LINE, kept as usize);
        let delivered = places.iter().filter(|&&place| cache.read(place)).count();
        (delivered as f64, cache)
    };
    let ((loads, cache), (all, _)) = (after(read), after(&walk));
    let strides = [view.strides()[0], view.strides().get(1).copied().unwrap_or(0)];
    let last = read.last().map_or(-1.0, |&place| place as f64);
    let mut numbers = vec![walk.len() as f64, read.len() as f64, loads, all, last];
    numbers.extend(strides.map(|s| s as f64));
    numbers.extend((0..ROWS * LINE).map(|place| read.iter().filter(|&&at| at == place).count() as f64));
    numbers.extend((0..ROWS).map(|line| if cache.held().contains(&line) { 1.0 } else { 0.0 }));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_answered_by_the_figure() {
        assert_eq!(compute(&[1.0, 48.0, 4.0])[2], 48.0);
        assert_eq!(compute(&[1.0, 48.0, 6.0])[2], 6.0);
        assert_eq!(compute(&[0.0, 48.0, 1.0])[2], 6.0);
        assert_eq!(compute(&[6.0, 48.0, 1.0])[2], 1.0);
        let start = compute(&[1.0, 0.0, 4.0]);
        assert_eq!((start[2], start[4], start.len()), (0.0, -1.0, 7 + 48 + 6));
    }
}
