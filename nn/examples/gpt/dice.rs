//! A text that nobody can foretell, and a model that foretells it: its mask is off by one.
//!
//! The text is throws of a die. Whatever is learned from it, the next throw costs ln 6 nats. A loss below that is proof that
//! the model sees what it should foretell.

use super::plot;
use calculus::optim::{AdamW, clip_global_norm};
use calculus::tape::{Arena, Grads, IGNORE, Params, Tape, Var};
use nn::embedding::Embedding;
use nn::init::Builder;
use nn::linear::Linear;
use probability::random::stream;
use probability::uniform::sample_below;
use std::ops::Range;

const FACES: usize = 6;
const TIME: usize = 16;
const WIDTH: usize = 24;
const BATCH: usize = 8;
const STEPS: u64 = 600;

/// One head of attention from operations of the tape, and nothing else between reading a token and naming the next.
struct Model {
    tokens: Embedding,
    positions: Embedding,
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    head: Linear,
    /// How many tokens too many each query sees. It should be 0.
    leak: usize,
}

impl Model {
    fn new(leak: usize) -> (Self, Params<f64>) {
        let mut b = Builder::new(1);
        let linear = |b: &mut Builder<f64>, name, outputs| Linear::new(b, name, WIDTH, outputs, false, 0.1);
        let model = Model {
            tokens: Embedding::new(&mut b, "tokens", FACES, WIDTH),
            positions: Embedding::new(&mut b, "positions", TIME, WIDTH),
            query: linear(&mut b, "query", WIDTH),
            key: linear(&mut b, "key", WIDTH),
            value: linear(&mut b, "value", WIDTH),
            out: linear(&mut b, "out", WIDTH),
            head: linear(&mut b, "head", FACES),
            leak,
        };
        (model, b.finish())
    }

    /// The logits (time, faces) of one sequence.
    fn forward(&self, tape: &mut Tape<'_, f64>, ids: &[u32]) -> Var {
        let n = ids.len();
        let places: Vec<u32> = (0..n as u32).collect();
        // The mistake, if `leak` is 1: the mask begins one place too late.
        let hidden = |i: usize, j: usize| j > i + self.leak;
        let mask: Vec<f64> =
            (0..n * n).map(|at| if hidden(at / n, at % n) { f64::NEG_INFINITY } else { 0.0 }).collect();

        let (tokens, positions) = (self.tokens.forward(tape, ids), self.positions.forward(tape, &places));
        let x = tape.add(tokens, positions);
        let (q, k, v) = (self.query.forward(tape, x), self.key.forward(tape, x), self.value.forward(tape, x));
        let scores = tape.linear(q, k, None); // q·kᵀ
        let scores = tape.scale(scores, 1.0 / (WIDTH as f64).sqrt());
        let mask = tape.constant([n, n], &mask);
        let scores = tape.add(scores, mask);
        let weights = tape.softmax(scores);
        let heard = tape.matmul(weights, v);
        let heard = self.out.forward(tape, heard);
        let x = tape.add(x, heard);
        self.head.forward(tape, x)
    }

    /// The mean loss of some sequences: what a training script reports, if it counts all places.
    fn loss(&self, tape: &mut Tape<'_, f64>, sequences: &[Vec<u32>], places: Range<usize>) -> Var {
        let mut sum = None;
        for throws in sequences {
            let logits = self.forward(tape, &throws[..TIME]);
            let counted = |t| if places.contains(&t) { throws[t + 1] } else { IGNORE };
            let targets: Vec<u32> = (0..TIME).map(counted).collect();
            let loss = tape.cross_entropy(logits, &targets);
            sum = Some(sum.map_or(loss, |sum| tape.add(sum, loss)));
        }
        tape.scale(sum.expect("a sequence"), 1.0 / sequences.len() as f64)
    }

    /// The mean loss when each throw is foretold from those before it alone, as when the model writes.
    fn loss_when_writing(&self, params: &Params<f64>, arena: &mut Arena<f64>, sequences: &[Vec<u32>]) -> f64 {
        let mut sum = 0.0;
        for throws in sequences {
            for t in 1..=TIME {
                let mut tape = Tape::infer(params, arena);
                let logits = self.forward(&mut tape, &throws[..t]);
                let last = tape.value(logits)[(t - 1) * FACES..].to_vec();
                let last = tape.constant([1, FACES], &last);
                let loss = tape.cross_entropy(last, &throws[t..=t]);
                sum += tape.item(loss);
            }
        }
        sum / (TIME * sequences.len()) as f64
    }
}

fn throws(purpose: &str, step: u64, sequences: usize) -> Vec<Vec<u32>> {
    let mut random = stream(1, purpose, step);
    let mut sequence = || (0..=TIME).map(|_| sample_below(&mut random, FACES as u64) as u32).collect();
    (0..sequences).map(|_| sequence()).collect()
}

/// Trains with a mask that is right and with one that is not, prints, and draws the held-out losses. Also tells, for each
/// mask, the loss that is reported, that of all places but the last, that of the last, and the loss when the model writes.
pub(crate) fn show() -> (String, Vec<[f64; 4]>) {
    println!("Foretelling a die: no model can be better than ln 6 = {:.4} nats a throw\n", 6_f64.ln());
    println!(
        "  {:12} {:>14} {:>11} {:>10} {:>15}",
        "mask", "held-out loss", "places 1-15", "place 16", "when it writes"
    );
    let (mut lines, mut losses) = (Vec::new(), Vec::new());
    for (leak, name) in [(0, "j ≤ i"), (1, "j ≤ i + 1")] {
        let (model, mut params) = Model::new(leak);
        let (mut adamw, mut grads, mut arena) = (AdamW::new(&params), Grads::like(&params), Arena::new());
        let held_out = throws("held out", 0, 64);
        let mut points = Vec::new();
        for step in 0..=STEPS {
            if step % 20 == 0 {
                let mut tape = Tape::infer(&params, &mut arena);
                let loss = model.loss(&mut tape, &held_out, 0..TIME);
                points.push((step as f64, tape.item(loss)));
            }
            grads.zero();
            let mut tape = Tape::record(&params, &mut arena);
            let loss = model.loss(&mut tape, &throws("practice", step, BATCH), 0..TIME);
            tape.backward(loss, &mut grads);
            clip_global_norm(&mut grads, 1.0);
            adamw.step(&mut params, &grads, 5e-3);
        }
        let reported = points.last().map_or(f64::NAN, |p| p.1);
        let writing = model.loss_when_writing(&params, &mut arena, &held_out);
        let mut at = |places| {
            let mut tape = Tape::infer(&params, &mut arena);
            let loss = model.loss(&mut tape, &held_out, places);
            tape.item(loss)
        };
        let (sighted, last) = (at(0..TIME - 1), at(TIME - 1..TIME));
        println!("  {name:12} {reported:14.3} {sighted:11.3} {last:10.3} {writing:15.3}");
        losses.push([reported, sighted, last, writing]);
        lines.push(plot::Line {
            name: name.into(),
            points,
            bold: leak == 1,
            nudge: if leak == 0 { -8.0 } else { 0.0 },
        });
    }
    println!();
    let floor = vec![(0.0, 6_f64.ln()), (STEPS as f64, 6_f64.ln())];
    lines.push(plot::Line { name: "ln 6".into(), points: floor, bold: false, nudge: 12.0 });
    let chart = plot::chart(
        &plot::Axis { name: "steps", ticks: &[0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0], log: false },
        &plot::Axis { name: "held-out loss", ticks: &[0.0, 0.5, 1.0, 1.5, 2.0], log: false },
        &lines,
    );
    (chart, losses)
}
