//! Where the heads of a trained model look. Chapter: *A GPT in one sitting*.

use crate::{Figure, Input};
use calculus::tape::{Arena, Params, Tape};
use nn::gpt::{Config, Gpt};

/// A model that sorts six digits, with two layers of two heads; the reader chooses the digits, the head and how far it has read.
pub const FIGURE: Figure = Figure {
    name: "attention",
    caption: "The weights of one head, in a sorter with two layers of two heads (6,592 parameters, trained by `cargo run --release -p nn --example gpt -- --weights FILE`). Each row is a token that has been read; it looks at itself and at what came before, and the crossed squares at its right are the future. The framed row is the chosen one.",
    question: "This sorter has two heads in its first layer. It has read `404719>` and written `01447`, so only the 9 is left to write. Where do the two heads look?",
    answers: &[
        ("Both at the 9.", "One of them does. If both did, what would the second one be good for?"),
        (
            "One at the 9, the other at the arrow.",
            "Yes, with nine tenths of their weight each. A softmax adds up to 1, so a head must look somewhere, and in the last row this one looks at the arrow for other digits, too.",
        ),
        (
            "One at the 9, the other at all digits alike.",
            "The second one did so in the rows above. In the last row it turns elsewhere: its weights must add up to 1, wherever they go.",
        ),
    ],
    inputs: &[
        Input {
            label: "digits",
            range: [0.0, 3.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0, 2.0, 3.0],
            names: &["404719", "983210", "012345", "555555"],
        },
        Input {
            label: "head",
            range: [0.0, 3.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0, 2.0, 3.0],
            names: &[
                "layer 1, first head",
                "layer 1, second head",
                "layer 2, first head",
                "layer 2, second head",
            ],
        },
        Input {
            label: "tokens read",
            range: [1.0, 12.0],
            step: 1.0,
            start: 7.0,
            recorded: &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0],
            names: &[],
        },
    ],
    compute,
};

/// The model of `nn/examples/gpt/heads.rs`, and the weights that it wrote.
const CONFIG: Config = Config { vocab: 11, context: 12, blocks: 2, heads: 2, width: 16 };
const WEIGHTS: &[u8] = include_bytes!("../../../nn/examples/gpt/sorter.f32");
const ARROW: u32 = 10;

fn model() -> Option<(Gpt, Params<f64>)> {
    let (gpt, mut params) = Gpt::new(CONFIG, 1);
    let (numbers, rest) = WEIGHTS.as_chunks::<4>();
    if numbers.len() != params.len() || !rest.is_empty() {
        return None;
    }
    for (weight, &bytes) in params.values_mut().iter_mut().zip(numbers) {
        *weight = f64::from(f32::from_le_bytes(bytes));
    }
    Some((gpt, params))
}

/// The thirteen tokens; what the model would write after the chosen one; then all weights of the head, a row for each token that was read.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[digits, head, read] = inputs else { return Vec::new() };
    let (Some(name), Some((gpt, params))) = (FIGURE.inputs[0].names.get(digits as usize), model()) else {
        return Vec::new();
    };
    let digits: Vec<u32> = name.bytes().map(|b| u32::from(b - b'0')).collect();
    let mut sorted = digits.clone();
    sorted.sort_unstable();
    let tokens = [&digits[..], &[ARROW], &sorted].concat();

    let (mut arena, mut cache) = (Arena::new(), gpt.cache());
    let mut tape = Tape::infer(&params, &mut arena);
    let logits = gpt.forward(&mut tape, &tokens[..CONFIG.context], 1, Some(&mut cache));
    let last = &tape.value(logits)[(read as usize - 1) * CONFIG.vocab..][..CONFIG.vocab];
    let next = (0..CONFIG.vocab).max_by(|&a, &b| last[a].total_cmp(&last[b])).unwrap_or(0);
    let head = head as usize;
    let weights = cache.weights(head / CONFIG.heads, head % CONFIG.heads);

    let mut numbers: Vec<f64> = tokens.iter().map(|&token| f64::from(token)).collect();
    numbers.push(next as f64);
    // to a thousandth: a page shows no more
    numbers.extend(weights.iter().map(|w| (w * 1000.0).round() / 1000.0));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row of a head after so many tokens.
    fn row(digits: usize, head: usize, read: usize) -> Vec<f64> {
        let numbers = compute(&[digits as f64, head as f64, read as f64]);
        numbers[14 + 12 * (read - 1)..][..12].to_vec()
    }

    #[test]
    fn it_sorts() {
        for digits in 0..4 {
            let numbers = compute(&[digits as f64, 0.0, 7.0]);
            for read in 7..13 {
                assert_eq!(
                    compute(&[digits as f64, 0.0, read as f64])[13],
                    numbers[read],
                    "{digits}, {read}"
                );
            }
        }
    }

    #[test]
    fn nobody_looks_ahead_and_rows_add_up() {
        for head in 0..4 {
            for read in 1..13 {
                let row = row(0, head, read);
                assert!(row[read..].iter().all(|&w| w == 0.0));
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 0.01);
            }
        }
    }

    /// What the question asks: nine tenths each, and the arrow for other digits too.
    #[test]
    fn the_answer_is_the_one_that_is_called_right() {
        assert!(row(0, 0, 12)[5] > 0.85 && row(0, 1, 12)[6] > 0.85);
        for digits in 1..4 {
            let row = row(digits, 1, 12);
            assert!(row.iter().all(|&w| w <= row[6]) && row[6] > 0.5, "{row:?}");
        }
    }
}
