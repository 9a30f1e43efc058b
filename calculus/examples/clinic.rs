//! The clinic at work: a mask that turns into NaN, a training loop that explodes, and what it costs to look. Prints
//! tables and draws the figure.
//!
//!     cargo run --release -p calculus --example clinic [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use calculus::check::uniform;
use calculus::clinic::{Action, Alarm, Clinic, Fault, Settings};
use calculus::optim::{AdamW, Sgd, clip_global_norm};
use calculus::patient::Patient;
use calculus::tape::{Arena, Grads, ParamId, Params, Tape, Var};
use linalg::Tensor;
use std::fmt::Write as _;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut record = record::Record::new("calculus", "clinic").settings("steps are counted from 0");
    mask(&mut record);
    let figure = explosion(&mut record);
    cost(&mut record);
    plot::write_figures(&[("clinic-flow.svg", figure)])?;
    record.write()
}

// ---- A search in which one person may see nothing

/// People who search, documents, and coordinates of each.
const PEOPLE: usize = 32;
const DOCUMENTS: usize = 12;
const WIDTH: usize = 8;
const KINDS: usize = 4;
/// The step whose batch holds somebody without any document, and that person's row.
const ODD: (u64, usize) = (37, 19);

struct Search {
    query: ParamId,
    keys: ParamId,
    values: ParamId,
    out: ParamId,
}

impl Search {
    fn new(params: &mut Params<f32>, seed: u64) -> Self {
        let mut add = |name: &str, rows: usize| {
            let purpose = name.len() as u64;
            let start = |i: usize| (0.6 * uniform(seed, purpose, i as u64)) as f32;
            params.add(name, Tensor::new([rows, WIDTH], (0..rows * WIDTH).map(start).collect()), true)
        };
        Search {
            query: add("search/query", WIDTH),
            keys: add("keys", DOCUMENTS),
            values: add("values", DOCUMENTS),
            out: add("out", KINDS),
        }
    }

    fn loss(&self, t: &mut Tape<'_, f32>, step: u64, by_hand: bool) -> Var {
        let kind = |row: usize| (row * 7 + step as usize) % KINDS;
        let x: Vec<f32> = (0..PEOPLE * WIDTH)
            .map(|i| {
                uniform(5, 0, (kind(i / WIDTH) * WIDTH + i % WIDTH) as u64)
                    + 0.5 * uniform(5, 1 + step, i as u64)
            })
            .map(|x| x as f32)
            .collect();
        let labels: Vec<u32> = (0..PEOPLE).map(|row| kind(row) as u32).collect();
        // Who may see what: about half of everything.
        let hidden = |i: usize| (step, i / DOCUMENTS) == ODD || uniform(6, step, i as u64) > 0.0;
        let mask: Vec<f32> =
            (0..PEOPLE * DOCUMENTS).map(|i| if hidden(i) { f32::NEG_INFINITY } else { 0.0 }).collect();

        t.enter("search");
        let x = t.constant([PEOPLE, WIDTH], &x);
        let query = t.param(self.query);
        let query = t.linear(x, query, None);
        let keys = t.param(self.keys);
        let scores = t.linear(query, keys, None); // (people, documents)
        let mask = t.constant([PEOPLE, DOCUMENTS], &mask);
        let scores = t.add(scores, mask);
        let weights = if by_hand { softmax(t, scores) } else { t.softmax(scores) };
        let values = t.param(self.values);
        let found = t.matmul(weights, values);
        t.leave();
        let out = t.param(self.out);
        let logits = t.linear(found, out, None);
        t.cross_entropy(logits, &labels)
    }
}

// ANCHOR: softmax
/// eˢ over the sum of its row, written by hand.
fn softmax(t: &mut Tape<'_, f32>, scores: Var) -> Var {
    let e = t.exp(scores);
    let ones = t.constant([DOCUMENTS, 1], &[1.0; DOCUMENTS]);
    let sums = t.matmul(e, ones);
    t.div(e, sums)
}
// ANCHOR_END: softmax

/// The losses of a run, and what the clinic says.
fn search(seed: u64, rate: f64, clip: f64, by_hand: bool) -> (Vec<f32>, Vec<Alarm>) {
    let mut params = Params::new();
    let model = Search::new(&mut params, seed);
    let (mut arena, mut grads, mut adamw) = (Arena::new(), Grads::like(&params), AdamW::new(&params));
    let on_broken = Action::Report; // go on, as a loop without a clinic would
    let mut clinic = Clinic::new(&params, Settings { every: 1, on_broken, ..Settings::default() });
    let mut losses = vec![];
    for step in 0..200 {
        grads.zero();
        let mut t = Tape::record(&params, &mut arena);
        let loss = model.loss(&mut t, step, by_hand);
        losses.push(t.item(loss));
        clinic.backward(step, &mut t, loss, &mut grads);
        let norm = clip_global_norm(&mut grads, clip);
        clinic.judge(&mut t, &grads, norm);
        adamw.step(&mut params, &grads, rate);
        clinic.updated(&params);
    }
    (losses, clinic.alarms().to_vec())
}

/// An alarm in lines of a page's width: what and where, the numbers, the cause.
fn lines(alarm: &Alarm) -> String {
    let text = alarm.to_string().replace("calculus/examples/", "");
    text.replace("; ", ";\n  ").replace(". ", ".\n  ") + "\n"
}

fn mask(record: &mut record::Record) {
    let mut text = String::from("seed   rate   limit   first NaN\n");
    for (seed, rate, clip) in [(1, 1e-2, 1.0), (2, 1e-2, 1.0), (1, 1e-3, 1.0), (1, 1e-2, 0.01)] {
        let (losses, _) = search(seed, rate, clip, true);
        let nan =
            losses.iter().position(|l| l.is_nan()).map_or("never".into(), |step| format!("step {step}"));
        let _ = writeln!(text, "{seed:4}{rate:7}{clip:8}{nan:>12}");
    }
    println!("{text}");
    record.text("runs", &text, 0.0);
    let (losses, alarms) = search(1, 1e-2, 1.0, true);
    let said = lines(&alarms[0]);
    println!("{said}");
    record.text("mask", &said, 0.05);
    record.value("before", f64::from(losses[ODD.0 as usize - 1]), 1e-2);
    let (losses, alarms) = search(1, 1e-2, 1.0, false);
    let said = lines(&alarms[0]);
    println!("{said}  and at the end a loss of {:.3}\n", losses[199]);
    record.text("mended", &said, 0.05);
    record.value("after", f64::from(losses[199]), 0.1);
}

// ---- A loop without a limit

/// Ten layers of 32, a learning rate that is bold and works for fifty steps.
fn bold(clip: f64) -> Patient {
    Patient::new(10, 32, 7).rate(0.3).clipped(clip)
}

fn explosion(record: &mut record::Record) -> String {
    let mut ill = bold(f64::INFINITY);
    let (mut losses, mut flow) = (vec![], vec![]);
    while let Some(loss) = ill.step() {
        losses.push(loss);
        flow.push(ill.gradients());
        assert!(losses.len() < 300, "this was to explode");
    }
    let number = |x: f64| if x < 1e4 { format!("{x:.3}") } else { format!("{x:.0e}") };
    let mut text = String::from("step      loss   gradient of layer 0   of layer 9\n");
    for step in (0..losses.len()).filter(|&s| s % 10 == 0 || s + 7 > losses.len()) {
        let (loss, norms) = (losses[step], &flow[step]);
        let _ =
            writeln!(text, "{step:4}{:>10}{:>22}{:>13}", number(loss), number(norms[0]), number(norms[9]));
    }
    println!("{text}");
    record.text("cliff", &text, 0.05);
    record.value("last", losses.len() as f64, 0.0);
    let alarms = ill.clinic().alarms();
    for alarm in alarms {
        println!("{alarm}\n");
    }
    let first = &alarms[0];
    record.text("first", &lines(first), 0.05);
    if let Some(leap) = alarms.iter().find(|a| a.fault == Fault::UpdateTooLarge) {
        record.text("leap", &lines(leap), 0.05);
    }
    record.value("noticed", first.noticed as f64, 0.0);

    // Once more, with a look at the way of the gradient in that step, and in a quiet one.
    for (name, step) in [("quiet", 50), ("trace", first.noticed)] {
        let mut again = bold(f64::INFINITY).traced(step);
        for _ in 0..=step {
            again.step();
        }
        let Some(trace) = again.trace() else { continue };
        let text = trace.to_string();
        // From the last layer's linear map to the first's: nine layers and their ReLUs.
        let lengths: Vec<f64> =
            trace.frames.iter().filter(|f| f.op == "linear").filter_map(|f| f.grad).collect();
        let total = lengths[lengths.len() - 1] / lengths[0];
        println!("step {step}: {total:.2} times in all\n{text}");
        record.text(name, &text, 0.05);
        record.value(&format!("{name}_total"), total, 0.02);
        record.value(&format!("{name}_each"), total.powf(1.0 / (lengths.len() - 1) as f64), 0.02);
    }

    let mut well = bold(1.0);
    let losses_well: Vec<f64> = (0..200).map_while(|_| well.step()).collect();
    println!("with a limit: {} steps, {:?}", losses_well.len(), losses_well.last());
    well.clinic().alarms().iter().for_each(|alarm| println!("{alarm}\n"));
    let tail = &losses_well[losses_well.len() - 20..];
    record.value("limited", tail.iter().sum::<f64>() / 20.0, 0.2);

    let line = |name: &str, layer: usize, bold: bool, nudge: f64| plot::Line {
        name: name.into(),
        points: flow
            .iter()
            .enumerate()
            .map(|(step, norms)| (step as f64, norms[layer].clamp(1e-2, 1e6)))
            .collect(),
        bold,
        nudge,
    };
    plot::chart(
        &plot::Axis { name: "step", ticks: &[0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0], log: false },
        &plot::Axis { name: "gradient norm of a layer", ticks: &[1e-2, 1.0, 1e2, 1e4, 1e6], log: true },
        &[line("layer 0", 0, true, -10.0), line("layer 4", 4, false, 6.0), line("layer 9", 9, false, 22.0)],
    )
}

// ---- What it costs

/// Layers of 512, f32: most of the time goes into matrix products, as in any network worth training.
struct Wide {
    params: Params<f32>,
    layers: Vec<ParamId>,
    arena: Arena<f32>,
    grads: Grads<f32>,
    clinic: Clinic<f32>,
    x: Vec<f32>,
    steps: u64,
}

impl Wide {
    const WIDTH: usize = 512;
    const ROWS: usize = 256;

    fn new(every: u64) -> Self {
        let mut params = Params::new();
        let n = Wide::WIDTH;
        let layers = (0..6_u64).map(|i| {
            let start = |j: usize| (uniform(1, i, j as u64) * (6.0 / n as f64).sqrt()) as f32;
            params.add(format!("layer {i}"), Tensor::new([n, n], (0..n * n).map(start).collect()), true)
        });
        let layers = layers.collect();
        let grads = Grads::like(&params);
        let clinic = Clinic::new(&params, Settings { every, ..Settings::default() });
        let x = (0..Wide::ROWS * n).map(|i| uniform(2, 0, i as u64) as f32).collect();
        Wide { params, layers, arena: Arena::new(), grads, clinic, x, steps: 0 }
    }

    fn step(&mut self) {
        self.grads.zero();
        let mut t = Tape::record(&self.params, &mut self.arena);
        let mut y = t.constant([Wide::ROWS, Wide::WIDTH], &self.x);
        for (i, &layer) in self.layers.iter().enumerate() {
            t.enter_nth("layer", i);
            let w = t.param(layer);
            y = t.linear(y, w, None);
            y = t.relu(y);
            t.leave();
        }
        let labels: Vec<u32> = (0..Wide::ROWS as u32).collect();
        let loss = t.cross_entropy(y, &labels);
        self.clinic.backward(self.steps, &mut t, loss, &mut self.grads);
        let norm = clip_global_norm(&mut self.grads, 1.0);
        self.clinic.judge(&mut t, &self.grads, norm);
        Sgd.step(&mut self.params, &self.grads, 0.01);
        self.clinic.updated(&self.params);
        self.steps += 1;
    }
}

/// Steps without a clinic, with one that looks at every twentieth, and with one that looks at all, taking turns.
fn cost(record: &mut record::Record) {
    let (rounds, steps) = if record::untimed() { (1, 1) } else { (15, 20) };
    let mut kinds = [0, 20, 1].map(|every| (every, Wide::new(every), Vec::new()));
    for round in 0..=rounds {
        for (_, net, times) in &mut kinds {
            let start = Instant::now();
            (0..steps).for_each(|_| net.step());
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3 / f64::from(steps)); // the first round warms up
            }
        }
    }
    let [off, sampled, all] = kinds.map(|(_, _, mut times)| {
        times.sort_unstable_by(f64::total_cmp);
        times[rounds / 2]
    });
    println!("a step: {off:.2} ms; every twentieth examined {sampled:.2} ms; all {all:.2} ms");
    record.timing("step_ms", off);
    record.timing("sampled", sampled / off - 1.0);
    record.timing("all", all / off - 1.0);
}
