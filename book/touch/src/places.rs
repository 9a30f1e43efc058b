//! Where the gradients of a walk lie, node by node. Chapter: *The tensor tape*.

use crate::{Figure, Input};
use calculus::tape::{Arena, Params, Place, Tape};
use linalg::Tensor;

/// Two residual blocks between an embedding and a loss: the plan of their gradients, and a step of the walk.
pub const FIGURE: Figure = Figure {
    name: "places",
    caption: "The buffer of gradients from left to right, the walk back from top to bottom. A bar is one gradient: it begins where it is stored first and ends at its own operation, which reads it. Filled: what is alive at this step.",
    question: "Two blocks, 13 gradients, 781 numbers in all. The plan fits them into a buffer of 365. How long a buffer would twenty blocks need?",
    answers: &[
        (
            "Ten times as long: 3,650.",
            "Ten times as many values, yes: all of them wait for the walk. But which gradients of block 1 are alive while block 20 is walked?",
        ),
        (
            "365, as two.",
            "Yes. When a block is done, nothing is left of it but the gradient of what it read. The next one finds the buffer as the last one did. (No more than 288 numbers are alive at once. The rest are gaps: places are given to whoever comes first, and nobody moves afterwards.)",
        ),
        (
            "128: as many as the longest gradient has.",
            "An operation reads one gradient while it stores another, and around each block a third one waits for the addition at its beginning.",
        ),
    ],
    inputs: &[
        Input {
            label: "places",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["shared", "one for each"],
        },
        Input {
            label: "step of the walk",
            range: [0.0, 13.0],
            step: 1.0,
            start: 4.0,
            recorded: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0],
            names: &[],
        },
    ],
    compute,
};

/// What the drawing calls the operations, by their numbers.
const NAMES: [&str; 6] = ["embedding", "layernorm", "linear", "gelu", "add", "cross_entropy"];

const ROWS: usize = 4;
const WIDTH: usize = 8;

/// The plan for two blocks, in the order of the walk.
fn plan() -> Vec<Place> {
    let mut params = Params::<f64>::new();
    let zeros = |rows: usize, cols: usize| Tensor::zeros([rows, cols]);
    let table = params.add("table", zeros(11, WIDTH), true);
    let gain = params.add("gain", Tensor::zeros([WIDTH]), false);
    let up = params.add("up", zeros(4 * WIDTH, WIDTH), true);
    let down = params.add("down", zeros(WIDTH, 4 * WIDTH), true);
    let mut arena = Arena::new();
    let mut tape = Tape::rehearse(&params, &mut arena);
    let [table, gain, up, down] = [table, gain, up, down].map(|id| tape.param(id));
    let mut x = tape.embedding(table, &[0; ROWS]);
    for _ in 0..2 {
        let y = tape.layernorm(x, gain, None, 1e-5);
        let y = tape.linear(y, up, None);
        let y = tape.gelu(y);
        let y = tape.linear(y, down, None);
        x = tape.add(x, y);
    }
    let logits = tape.linear(x, table, None);
    let loss = tape.cross_entropy(logits, &[0; ROWS]);
    let mut places = tape.places(loss);
    places.reverse();
    places
}

/// For each gradient, in the order of the walk: its operation, where it lies, how long it is, at which step it is born and at which it
/// dies. Before that, how many numbers the buffer has, and how many it would have if nothing were shared.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[mode, _] = inputs else { return Vec::new() };
    let places = plan();
    let step = |node: usize| places.iter().position(|p| p.var.index() == node).unwrap_or(0);
    let apart: usize = places.iter().map(|p| p.len).sum();
    let shared = places.iter().map(|p| p.start + p.len).max().unwrap_or(0);
    let mut numbers = vec![if mode == 0.0 { shared } else { apart } as f64, apart as f64];
    let mut next = 0;
    for place in &places {
        let start = if mode == 0.0 { place.start } else { next };
        next += place.len;
        let op = NAMES.iter().position(|&name| name == place.op).unwrap_or(0);
        let dies = place.dies.unwrap_or(0);
        numbers.extend([op, start, place.len, step(place.born), step(dies)].map(|n| n as f64));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the question says, and what the drawing takes for granted.
    #[test]
    fn two_blocks_fit_into_365_places() {
        let numbers = compute(&[0.0, 0.0]);
        assert_eq!(numbers[..2], [365.0, 781.0]);
        assert_eq!(compute(&[1.0, 0.0])[..2], [781.0, 781.0]);
        let (places, []) = numbers[2..].as_chunks::<5>() else { panic!("five numbers a gradient") };
        assert_eq!(places.len(), 13);
        let names = places.iter().map(|p| NAMES[p[0] as usize]);
        let block = ["add", "linear", "gelu", "linear", "layernorm"];
        let walk = ["cross_entropy", "linear"].into_iter().chain(block).chain(block).chain(["embedding"]);
        assert!(names.eq(walk));
        for (i, place) in places.iter().enumerate() {
            assert!(place[4] == i as f64 && place[3] <= place[4]);
        }
    }
}
