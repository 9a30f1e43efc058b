//! A training run that is stopped and resumed, with three kinds of checkpoint.

use super::plot::{self, Axis, Line};
use super::record::Record;
use calculus::moons::{Sample, two_moons};
use calculus::optim::AdamW;
use calculus::tape::{Arena, Grads, ParamId, Params, Tape, Var};
use linalg::Tensor;
use std::fmt::Write as _;

const WIDTH: usize = 64;
const BATCH: usize = 64;
const STEPS: usize = 3000;
const RATE: f64 = 0.001;
/// Where the machine was taken away.
const STOPS: [usize; 4] = [1400, 1800, 2200, 2600];

/// What a checkpoint holds, beside the weights.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Everything,
    Nothing,
    Counter,
}

struct Net {
    params: Params<f64>,
    layers: [[ParamId; 2]; 3],
    data: Vec<Sample>,
}

impl Net {
    fn new() -> Self {
        let mut params = Params::new();
        let mut nth = 0_u64;
        let layers = [(2, WIDTH), (WIDTH, WIDTH), (WIDTH, 2)].map(|(inputs, outputs)| {
            nth += 1;
            let bound = (3.0 / inputs as f64).sqrt();
            let w: Vec<f64> = (0..inputs * outputs).map(|i| bound * uniform(nth, i as u64)).collect();
            [
                params.add(format!("w{nth}"), Tensor::new([outputs, inputs], w), true),
                params.add(format!("b{nth}"), Tensor::zeros([outputs]), false),
            ]
        });
        Net { params, layers, data: two_moons(512, 0.1, 1) }
    }

    fn loss(&self, tape: &mut Tape<'_, f64>, rows: &[usize]) -> Var {
        let x: Vec<f64> = rows.iter().flat_map(|&i| self.data[i].x).collect();
        let labels: Vec<u32> = rows.iter().map(|&i| u32::from(self.data[i].label > 0.0)).collect();
        let mut h = tape.constant([rows.len(), 2], &x);
        for (i, [w, b]) in self.layers.into_iter().enumerate() {
            if i > 0 {
                h = tape.tanh(h);
            }
            let (w, b) = (tape.param(w), tape.param(b));
            h = tape.linear(h, w, Some(b));
        }
        tape.cross_entropy(h, &labels)
    }
}

/// The loss over all data before each step; the network; and how long the last step was, as a share of the learning rate, on average over the weights.
fn train(kept: Kept) -> (Vec<f64>, Net, f64) {
    let mut net = Net::new();
    let mut adamw = AdamW::new(&net.params);
    let (mut arena, mut grads) = (Arena::new(), Grads::like(&net.params));
    let all: Vec<usize> = (0..net.data.len()).collect();
    let mut losses = Vec::new();
    for step in 0..STEPS {
        if STOPS.contains(&step) && kept != Kept::Everything {
            let steps = adamw.steps;
            adamw = AdamW::new(&net.params);
            if kept == Kept::Counter {
                adamw.steps = steps;
            }
        }
        let mut tape = Tape::infer(&net.params, &mut arena);
        let loss = net.loss(&mut tape, &all);
        losses.push(tape.item(loss));
        let batch: Vec<usize> = (0..BATCH)
            .map(|i| (0.5 * (1.0 + uniform(100, (step * BATCH + i) as u64)) * all.len() as f64) as usize)
            .collect();
        let mut tape = Tape::record(&net.params, &mut arena);
        let loss = net.loss(&mut tape, &batch);
        grads.zero();
        tape.backward(loss, &mut grads);
        adamw.step(&mut net.params, &grads, RATE);
    }
    let (m, v) = adamw.moments();
    let t = adamw.steps as f64;
    let root = ((1.0 - adamw.beta2.powf(t)).sqrt(), 1.0 - adamw.beta1.powf(t));
    let share = m.iter().zip(v).map(|(m, v)| m.abs() / root.1 / (v.sqrt() / root.0 + adamw.eps)).sum::<f64>();
    (losses, net, share / m.len() as f64)
}

/// A number in (−1, 1) that depends on its place alone (SplitMix64).
fn uniform(purpose: u64, index: u64) -> f64 {
    let mut z = (purpose << 40 ^ index).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 * 2.0_f64.powi(-52) - 1.0
}

/// With the counter kept and the means lost: how long a step becomes at most, in learning rates, if the gradient stays as it is.
fn longest(record: &mut Record) {
    let mut params = Params::new();
    params.add("w", Tensor::full([1], 0.0), false);
    let (mut grads, mut adamw) = (Grads::like(&params), AdamW::new(&params));
    grads.values_mut()[0] = 1.0;
    adamw.steps = 1_000_000;
    let steps: Vec<f64> = (0..2000)
        .map(|_| {
            let before = params.values()[0];
            adamw.step(&mut params, &grads, 1.0);
            before - params.values()[0]
        })
        .collect();
    let at = (0..steps.len()).fold(0, |best, t| if steps[t] > steps[best] { t } else { best });
    println!(
        "with empty means and a full counter: {:.2}, at most {:.2} in step {}",
        steps[0],
        steps[at],
        at + 1
    );
    record.value("longest", steps[at], 1e-9);
    record.value("longest_at", (at + 1) as f64, 0.0);
    record.value("thousandth", steps[999], 1e-9);
}

/// Trains three times, prints what the stops did, and draws it.
pub(crate) fn run(record: &mut Record) -> String {
    let [(whole, net, share), (weights, ..), (counter, ..)] =
        [Kept::Everything, Kept::Nothing, Kept::Counter].map(train);
    let mut table = format!("{:>16}{:>14}{:>14}{:>14}\n", "", "everything", "weights alone", "and the step");
    for (label, after) in [
        ("before the stop", 0),
        ("1 step later", 1),
        ("3 steps later", 3),
        ("10 steps later", 10),
        ("30 steps later", 30),
        ("100 steps later", 100),
    ] {
        let at = STOPS[0] + after;
        let _ = writeln!(table, "{label:>16}{:14.4}{:14.4}{:14.4}", whole[at], weights[at], counter[at]);
    }
    let [a, b, c] = [&whole, &weights, &counter]
        .map(|losses| losses[STOPS[0]..STOPS[0] + 200].iter().copied().fold(0.0, f64::max));
    let _ = writeln!(table, "{:>16}{a:14.4}{b:14.4}{c:14.4}", "at most");
    println!("the loss around the first stop\n\n{table}");
    record.text("resume", &table, 0.1);
    let peak =
        |losses: &[f64]| STOPS.map(|s| losses[s..s + 200].iter().copied().fold(0.0, f64::max) / losses[s]);
    for (name, losses) in [("whole", &whole), ("weights", &weights), ("counter", &counter)] {
        let peaks = peak(losses);
        let mean = peaks.iter().sum::<f64>() / 4.0;
        println!("{name}: highest within 200 steps, over the loss before: {peaks:.2?}");
        record.value(&format!("{name}_tooth"), mean, 0.3);
    }
    longest(record);
    println!("a step without a stop, as a share of the learning rate: {share:.3}");
    record.value("share", share, 0.05);
    record.value("parameters", net.params.len() as f64, 0.0);
    let line = |name: &str, losses: &[f64], bold, nudge| Line {
        name: name.into(),
        points: (0..STEPS).step_by(4).map(|i| (i as f64, losses[i])).collect(),
        bold,
        nudge,
    };
    plot::chart(
        &Axis { name: "step", ticks: &[0.0, 500.0, 1000.0, 1500.0, 2000.0, 2500.0, 3000.0], log: false },
        &Axis { name: "loss, all data", ticks: &[0.00001, 0.0001, 0.001, 0.01, 0.1, 1.0], log: true },
        &[
            line("everything", &whole, false, 0.0),
            line("weights", &weights, true, -4.0),
            line("and the step", &counter, true, 12.0),
        ],
    )
}
