//! The memory of a training step: what is kept, what shares a place, what a fused operation saves, and what happens to a program that keeps
//! its graphs. Prints tables and draws the figure.
//!
//!     cargo run --release -p calculus --example tensor_tape [-- --figures DIR]

#[path = "../tests/tensor_tape/parts.rs"]
#[allow(dead_code)]
mod parts;
#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use calculus::ops::elementwise::accumulate;
use calculus::tape::{Arena, Grads, Memory, ParamId, Params, Tape, Var};
use linalg::{Tensor, kernels};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut record = record::Record::new("calculus", "tensor_tape")
        .settings("f32; 12 sequences of 64 tokens, 128 wide, 4 blocks of a GPT without their attention");
    let staircase = print_staircase(&mut record);
    print_memory(&mut record);
    print_fused(&mut record);
    print_stores(&mut record);
    print_errors(&mut record);
    plot::write_figures(&[("tensor_tape-staircase.svg", staircase)])?;
    record.write()
}

// ---- a model

const ROWS: usize = 12 * 64;
const WIDTH: usize = 128;
const VOCAB: usize = 65;

fn numbers(n: usize, size: f32) -> Vec<f32> {
    (0..n).map(|i| (i as f32 * 0.7391).sin() * size).collect()
}

/// The half of a GPT that calculus knows: norms, the small networks between them, residual additions, one table for both ends.
struct Model {
    params: Params<f32>,
    table: ParamId,
    blocks: Vec<[ParamId; 3]>,
    ids: Vec<u32>,
}

impl Model {
    fn new(depth: usize) -> Self {
        let mut params = Params::new();
        let add = |params: &mut Params<f32>, name: String, shape: &[usize]| {
            let shape = linalg::Shape::new(shape);
            params.add(name, Tensor::new(shape, numbers(shape.len(), 0.1)), true)
        };
        let table = add(&mut params, "table".into(), &[VOCAB, WIDTH]);
        let mut block = |i| {
            [
                add(&mut params, format!("gain {i}"), &[WIDTH]),
                add(&mut params, format!("up {i}"), &[4 * WIDTH, WIDTH]),
                add(&mut params, format!("down {i}"), &[WIDTH, 4 * WIDTH]),
            ]
        };
        let blocks = (0..depth).map(&mut block).collect();
        Model { params, table, blocks, ids: (0..ROWS as u32).map(|i| i * 31 % VOCAB as u32).collect() }
    }

    fn loss(&self, t: &mut Tape<'_, f32>) -> Var {
        let table = t.param(self.table);
        let mut x = t.embedding(table, &self.ids);
        for &block in &self.blocks {
            let [gain, up, down] = block.map(|id| t.param(id));
            let y = t.layernorm(x, gain, None, 1e-5);
            let y = t.linear(y, up, None);
            let y = t.gelu(y);
            let y = t.linear(y, down, None);
            x = t.add(x, y);
        }
        let logits = t.linear(x, table, None);
        t.cross_entropy(logits, &self.ids)
    }

    fn memory(&self) -> Memory {
        let mut arena = Arena::new();
        let mut t = Tape::rehearse(&self.params, &mut arena);
        let loss = self.loss(&mut t);
        t.memory(loss)
    }
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

// ---- a program that keeps its graphs

/// An evaluation every so many steps, on so many batches; each puts its loss into a list.
const EVERY: usize = 100;
const BATCHES: usize = 9;
const LIMIT: usize = 2_000_000_000;

fn print_staircase(record: &mut record::Record) -> String {
    let model = Model::new(4);
    let memory = model.memory();
    // What one loss keeps alive: all values, scratch and workspace of its forward pass. It was never walked back, so nothing was freed.
    let graph = memory.values + memory.scratch + memory.workspace;
    // Not taken on trust: three of them, really recorded and really kept.
    let kept: Vec<Arena<f32>> = (0..3)
        .map(|_| {
            let mut arena = Arena::new();
            model.loss(&mut Tape::record(&model.params, &mut arena));
            arena
        })
        .collect();
    let really: usize = kept.iter().map(|arena| size_of::<f32>() * arena.capacity()).sum();
    assert_eq!(really, 3 * graph);

    let training = 4 * size_of::<f32>() * model.params.len() + memory.peak();
    let keeps = |step: usize| training + step / EVERY * BATCHES * graph;
    let killed = (0..1_000_000).find(|&step| keeps(step) > LIMIT).unwrap_or(0);
    println!("one graph: {:.1} MB; a training step: {:.1} MB", megabytes(graph), megabytes(training));
    println!(
        "an evaluation that keeps {BATCHES} of them: {:.0} MB; above 2 GB at step {killed}\n",
        megabytes(BATCHES * graph)
    );
    record.value("graph", megabytes(graph), 0.0);
    record.value("stair", megabytes(BATCHES * graph), 0.0);
    record.value("training", megabytes(training), 0.0);
    record.value("killed", killed as f64, 0.0);
    record.value("entries", (killed / EVERY) as f64, 0.0);
    record.value("kept", megabytes(killed / EVERY * BATCHES * graph), 0.0);

    let line = |name: &str, bold: bool, at: &dyn Fn(usize) -> usize| plot::Line {
        name: name.into(),
        points: (0..=killed)
            .filter(|step| step % EVERY < 2 || step % EVERY == EVERY - 1)
            .map(|step| (step as f64, megabytes(at(step))))
            .collect(),
        bold,
        nudge: 0.0,
    };
    plot::chart(
        &plot::Axis { name: "step", ticks: &[0.0, 200.0, 400.0, 600.0, 800.0, 1000.0], log: false },
        &plot::Axis { name: "memory, MB", ticks: &[0.0, 500.0, 1000.0, 1500.0, 2000.0], log: false },
        &[line("keeps losses", true, &keeps), line("keeps numbers", false, &|_| training)],
    )
}

// ---- the plan

fn print_memory(record: &mut record::Record) {
    let memory = Model::new(4).memory();
    println!("{memory}\n");
    record.text("memory", &format!("{memory}\n"), 1e-9);
    record.value("apart", megabytes(memory.apart), 0.0);
    record.value("gradients", megabytes(memory.gradients), 0.0);
    record.value("peak", megabytes(memory.peak()), 0.0);
    record.value("share", memory.apart as f64 / memory.gradients as f64, 1e-6);
    let mut text = String::from("blocks   values, MB   gradients apart   in the plan   alive at once\n");
    for depth in [1, 2, 4, 8, 16, 32] {
        let Memory { values, apart, gradients, alive, .. } = Model::new(depth).memory();
        let [values, apart, gradients, alive] = [values, apart, gradients, alive].map(megabytes);
        let _ = writeln!(text, "{depth:6}{values:13.1}{apart:18.1}{gradients:14.2}{alive:16.2}");
    }
    println!("{text}");
    record.text("depth", &text, 1e-9);
    let model = Model::new(4);
    let seconds = fastest(|| model.memory());
    println!("a rehearsal of this step takes {:.0} µs\n", seconds * 1e6);
    record.timing("rehearsal", seconds * 1e6);
}

// ---- fused operations

/// The time of the fastest of many calls, in seconds.
fn fastest<R>(mut f: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64()
    };
    (0..15).map(once).fold(f64::INFINITY, f64::min)
}

type Build = fn(&mut Tape<'_, f32>, &[Var], &[u32]) -> Var;

/// Nodes, megabytes of values, scratch and gradients, and milliseconds forward and back.
fn cost(shapes: &[&[usize]], build: Build) -> (usize, f64, f64) {
    let params = Params::new();
    let (mut arena, mut grads) = (Arena::new(), Grads::like(&params));
    let data: Vec<Vec<f32>> = shapes.iter().map(|s| numbers(s.iter().product(), 2.0)).collect();
    let ids: Vec<u32> = (0..shapes[0][0] as u32).map(|i| i % 7).collect();
    let mut inputs = 0;
    let mut record = |t: &mut Tape<'_, f32>| {
        let vars: Vec<Var> = shapes.iter().zip(&data).map(|(&s, d)| t.input(s, d)).collect();
        inputs = data.iter().map(Vec::len).sum();
        build(t, &vars, &ids)
    };
    let memory = {
        let mut t = Tape::rehearse(&params, &mut arena);
        let out = record(&mut t);
        t.memory(out)
    };
    let seconds = fastest(|| {
        let mut t = Tape::record(&params, &mut arena);
        let out = record(&mut t);
        let cotangent = numbers(t.value(out).len(), 1.0);
        t.backward_with(out, &cotangent, &mut grads);
    });
    // The inputs and their gradients are there in any case.
    let bytes = memory.peak() - 2 * size_of::<f32>() * inputs;
    (memory.nodes - shapes.len(), megabytes(bytes), seconds * 1e3)
}

fn print_fused(record: &mut record::Record) {
    let cases: [(&str, &[&[usize]], Build, Build); 4] = [
        ("softmax", &[&[48 * 64, 64]], |t, x, _| parts::softmax(t, x[0]), |t, x, _| t.softmax(x[0])),
        (
            "cross-entropy",
            &[&[ROWS, VOCAB]],
            |t, x, ids| parts::cross_entropy(t, x[0], ids),
            |t, x, ids| t.cross_entropy(x[0], ids),
        ),
        (
            "layernorm",
            &[&[ROWS, WIDTH], &[WIDTH]],
            |t, x, _| parts::layernorm(t, x[0], x[1], None, 1e-5),
            |t, x, _| t.layernorm(x[0], x[1], None, 1e-5),
        ),
        ("silu", &[&[ROWS, 4 * WIDTH]], |t, x, _| parts::silu(t, x[0]), |t, x, _| t.silu(x[0])),
    ];
    let mut memory = String::from("                nodes in parts    fused    MB in parts    fused\n");
    let mut times = String::from("                ms in parts    fused\n");
    for (name, shapes, composed, fused) in cases {
        let ((n, mb, ms), (n_fused, mb_fused, ms_fused)) = (cost(shapes, composed), cost(shapes, fused));
        let _ = writeln!(memory, "{name:15}{n:15}{n_fused:9}{mb:15.2}{mb_fused:9.2}");
        let _ = writeln!(times, "{name:15}{ms:12.2}{ms_fused:9.2}");
        record.timing(&format!("faster_{}", name.replace('-', "_")), ms / ms_fused);
    }
    println!("{memory}\n{times}");
    record.text("fused", &memory, 1e-9);
    record.timed_text("fused_times", &times);
}

// ---- the first gradient is stored

fn print_stores(record: &mut record::Record) {
    // As many numbers as all gradients of the step, if each had its own place.
    let n = Model::new(4).memory().apart / size_of::<f32>();
    let (upstream, x, mut d) = (numbers(n, 1.0), numbers(n, 2.0), vec![0.0; n]);
    let added = fastest(|| {
        d.fill(0.0);
        accumulate((&mut d, 1.0), &upstream, &x, |up, x| up * x);
    });
    let stored = fastest(|| accumulate((&mut d, 0.0), &upstream, &x, |up, x| up * x));
    println!("{n} gradients: zeroed and added to {:.2} ms, stored {:.2} ms\n", added * 1e3, stored * 1e3);
    record.timing("zeroed_over_stored", added / stored);
}

// ---- exp, tanh, erf

/// erf by a series without cancellation; Abramowitz and Stegun 7.1.6.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.5 {
        return x.signum();
    }
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while f64::abs(term) > 1e-18 * f64::abs(sum) {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// The distance from the exact value in units in the last place of an f32.
fn ulps(got: f32, want: f64) -> f64 {
    let rounded = want as f32;
    if !rounded.is_finite() {
        return 0.0;
    }
    let exponent = (rounded.abs().max(f32::MIN_POSITIVE).to_bits() >> 23) as i32 - 127;
    (f64::from(got) - want).abs() / 2.0_f64.powi(exponent - 23)
}

fn print_errors(record: &mut record::Record) {
    // Numbers of every sign and size, by their bits.
    let all: Vec<f32> = (0..=u32::MAX).step_by(9973).map(f32::from_bits).filter(|x| x.is_finite()).collect();
    type Case = (&'static str, fn(&mut [f32]), fn(f64) -> f64);
    let cases: [Case; 3] =
        [("exp", kernels::exp, f64::exp), ("tanh", kernels::tanh, f64::tanh), ("erf", kernels::erf, erf)];
    for (name, fast, exact) in cases {
        let mut y = all.clone();
        fast(&mut y);
        let worst = all.iter().zip(&y).map(|(&x, &y)| ulps(y, exact(f64::from(x)))).fold(0.0, f64::max);
        println!("{name:5} of {} numbers: at most {worst:.2} units in the last place", all.len());
        record.value(&format!("ulps_{name}"), worst, 0.3);
    }
}
