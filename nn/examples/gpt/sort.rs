//! A small GPT learns to sort six digits, from examples alone, and shows how it does it.

use calculus::optim::{AdamW, WarmupCosine, clip_global_norm};
use calculus::tape::{Arena, Grads, IGNORE, Params, Tape};
use linalg::View;
use nn::generate::Generator;
use nn::gpt::{Config, Gpt};
use probability::Decoding;
use probability::random::stream;
use probability::uniform::sample_below;
use std::fmt::Write as _;

/// Six digits, an arrow, the same digits in order: `4 0 4 7 1 9 > 0 1 4 4 7 9`.
pub(crate) const DIGITS: usize = 6;
const ARROW: u32 = 10;
const CONFIG: Config = Config { vocab: 11, context: 2 * DIGITS, blocks: 1, heads: 1, width: 32 };
/// A multiple of 200.
const STEPS: u64 = 600;
const BATCH: usize = 16;
const SHOWN: [u32; DIGITS] = [4, 0, 4, 7, 1, 9];

/// The digits, the arrow, the sorted digits.
pub(crate) fn example(digits: &[u32]) -> Vec<u32> {
    let mut sorted = digits.to_vec();
    sorted.sort_unstable();
    [digits, &[ARROW], &sorted].concat()
}

fn random_digits(purpose: &str, step: u64, n: usize) -> Vec<Vec<u32>> {
    let mut random = stream(1, purpose, step);
    let mut one = || (0..DIGITS).map(|_| sample_below(&mut random, 10) as u32).collect();
    (0..n).map(|_| one()).collect()
}

/// In f64, where another processor's rounding cannot change the picture.
pub(crate) struct Sorter {
    pub(crate) gpt: Gpt,
    pub(crate) params: Params<f64>,
}

impl Sorter {
    /// Trains one on examples alone. `look` is shown it after every step, with the step's number and loss.
    pub(crate) fn train(config: Config, steps: u64, mut look: impl FnMut(&Sorter, u64, f64)) -> Self {
        let (gpt, params) = Gpt::new(config, 1);
        let mut sorter = Sorter { gpt, params };
        let mut adamw = AdamW::new(&sorter.params);
        let (mut grads, mut arena) = (Grads::like(&sorter.params), Arena::new());
        let schedule = WarmupCosine { peak: 1e-2, floor: 1e-3, warmup: 50, steps };
        for step in 0..steps {
            let (mut ids, mut targets) = (Vec::new(), Vec::new());
            for digits in random_digits("practice", step, BATCH) {
                let example = example(&digits);
                ids.extend_from_slice(&example[..2 * DIGITS]);
                // Random digits cannot be foretold: only what comes after the arrow counts.
                targets.extend((0..DIGITS).map(|_| IGNORE));
                targets.extend_from_slice(&example[DIGITS + 1..]);
            }
            grads.zero();
            let mut tape = Tape::record(&sorter.params, &mut arena);
            let loss = sorter.gpt.loss(&mut tape, &ids, &targets, BATCH);
            tape.backward(loss, &mut grads);
            let loss = tape.item(loss);
            clip_global_norm(&mut grads, 1.0);
            adamw.step(&mut sorter.params, &grads, schedule.at(step));
            look(&sorter, step, loss);
        }
        sorter
    }

    fn write(&self, digits: &[u32]) -> Vec<u32> {
        let prompt = &example(digits)[..=DIGITS];
        let mut generator =
            Generator::new(&self.gpt, &self.params, prompt, Decoding::greedy(), 0).expect("a short prompt");
        (0..DIGITS).map(|_| generator.next_token().expect("finite logits")).collect()
    }

    /// How many of 200 new examples it sorts right.
    pub(crate) fn right(&self) -> usize {
        let good = |digits: &Vec<u32>| self.write(digits) == example(digits)[DIGITS + 1..];
        random_digits("examination", 0, 200).iter().filter(|d| good(d)).count()
    }
}

/// How many numbers it learns.
pub(crate) fn parameters() -> usize {
    CONFIG.parameters()
}

/// Trains, prints, and draws where it looks. Also tells how many of 200 new examples it sorts right in the end, and how much of
/// its attention is on the smallest digit when that is due.
pub(crate) fn show() -> (String, usize, f64) {
    println!("Sorting six digits: {} parameters, {BATCH} new examples a step\n", CONFIG.parameters());
    println!("  {:>5} {:>8} {:>12}   404719 > 014479", "step", "loss", "right of 200");
    let mut right = 0;
    let sorter = Sorter::train(CONFIG, STEPS, |sorter, step, loss| {
        if (step + 1) % 200 == 0 || step == 0 {
            let written: String = sorter.write(&SHOWN).iter().map(|d| letter(*d)).collect();
            right = sorter.right();
            println!("  {:5} {loss:8.4} {right:12}            {written}", step + 1);
        }
    });
    let (picture, smallest) = picture(&sorter);
    (picture, right, smallest)
}

fn letter(token: u32) -> char {
    if token == ARROW { '>' } else { char::from_digit(token, 10).unwrap_or('?') }
}

/// The attention weights, one row for each token that it has read: printed, and drawn. Also the weight of the one 0, from the arrow.
fn picture(sorter: &Sorter) -> (String, f64) {
    let example = example(&SHOWN);
    let (mut arena, mut cache) = (Arena::new(), sorter.gpt.cache());
    let mut tape = Tape::infer(&sorter.params, &mut arena);
    sorter.gpt.forward(&mut tape, &example[..2 * DIGITS], 1, Some(&mut cache));
    let weights = cache.weights(0, 0);

    println!("\n  Where it looks (columns, in %) before it writes the next digit (rows)\n");
    print!("       ");
    example[..2 * DIGITS].iter().for_each(|&token| print!("{:>4}", letter(token)));
    println!();
    for i in DIGITS..2 * DIGITS {
        print!("      {}", letter(example[i + 1]));
        (0..=i).for_each(|j| print!("{:4.0}", 100.0 * weights[[i, j]]));
        println!();
    }
    println!();
    (draw(&example, weights), weights[[DIGITS, 1]])
}

/// A triangle of squares, darker where more attention goes; at the right, what comes next.
fn draw(example: &[u32], weights: View<'_, f64>) -> String {
    const SIDE: f64 = 32.0;
    const LEFT: f64 = 120.0;
    const TOP: f64 = 60.0;
    let name = |token: u32| if token == ARROW { "&gt;".to_owned() } else { token.to_string() };
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 456\" fill=\"currentColor\" \
         font-family=\"inherit\" font-size=\"16\" text-anchor=\"middle\">\n",
    );
    let text = |svg: &mut String, x: f64, y: f64, what: &str| {
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\">{what}</text>");
    };
    text(&mut svg, LEFT + SIDE * DIGITS as f64, 20.0, "looks at");
    text(&mut svg, LEFT - 70.0, 45.0, "has read");
    text(&mut svg, LEFT + SIDE * (2 * DIGITS) as f64 + 64.0, 45.0, "writes");
    for (i, &token) in example[..2 * DIGITS].iter().enumerate() {
        let at = i as f64 * SIDE;
        text(&mut svg, LEFT + at + SIDE / 2.0, TOP - 12.0, &name(token));
        text(&mut svg, LEFT - 24.0, TOP + at + 22.0, &name(token));
        if i >= DIGITS {
            let x = LEFT + SIDE * (2 * DIGITS) as f64 + 64.0;
            text(&mut svg, x, TOP + at + 22.0, &name(example[i + 1]));
        }
        for j in 0..=i {
            let (x, y) = (LEFT + j as f64 * SIDE, TOP + at);
            // In steps of a twentieth: a picture, not a table.
            let shade = (weights[[i, j]] * 20.0).round() / 20.0;
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\" fill-opacity=\"{shade}\" \
                 stroke=\"currentColor\" stroke-opacity=\"0.25\"/>"
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}
