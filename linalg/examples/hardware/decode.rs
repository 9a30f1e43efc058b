//! A token: one row through a stack of matrices that no cache holds.

use crate::record::Record;
use crate::roofline::Point;
use crate::{Machine, noise, product, quick};
use linalg::gemm::{gemm_with, ladder};
use linalg::kernels::Kernels;
use linalg::roofline::{Roof, Work};
use linalg::{View, ViewMut};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

/// The width of the model.
const WIDTH: usize = 2048;
/// Tokens of a prompt, which are read at once.
const PROMPT: usize = 256;

// ANCHOR: stack
/// The weights of a model without everything that is not a product: square layers, each handing its rows to the next.
struct Stack {
    layers: Vec<Vec<f32>>,
    /// The rows before and after a layer.
    rows: [Vec<f32>; 2],
}

impl Stack {
    /// As many layers as `bytes` hold, for up to `batch` rows.
    fn new(bytes: usize, batch: usize) -> Stack {
        // scaled so that rows neither grow nor shrink from layer to layer
        let scale = (12.0 / WIDTH as f32).sqrt();
        let layer = |l| noise(WIDTH * WIDTH, 97 * l).into_iter().map(|x| scale * x).collect();
        let layers = (0..bytes / (4 * WIDTH * WIDTH)).map(layer).collect();
        Stack { layers, rows: [noise(batch * WIDTH, 5), vec![0.0; batch * WIDTH]] }
    }

    /// One step for m conversations at a time: each layer's weights are fetched once, for all of them.
    fn step(&mut self, m: usize) {
        let [x, y] = &mut self.rows;
        for weights in &self.layers {
            product([m, WIDTH, WIDTH], &x[..m * WIDTH], weights, &mut y[..m * WIDTH]);
            std::mem::swap(x, y);
        }
        black_box(&self.rows);
    }

    /// What a step asks for. The rows stay in a cache; the weights come from memory.
    fn work(&self, m: usize) -> Work {
        let layer = Work::product([m, WIDTH, WIDTH], 4);
        let weights = 4 * self.layers.len() * WIDTH * WIDTH;
        Work { flop: self.layers.len() as f64 * layer.flop, bytes: weights as f64 }
    }
}
// ANCHOR_END: stack

impl Stack {
    /// The same step with the walk through the weights that pays for many rows.
    fn step_as_many(&mut self, m: usize) {
        let [x, y] = &mut self.rows;
        for weights in &self.layers {
            let (x_now, y_now) = (&x[..m * WIDTH], &mut y[..m * WIDTH]);
            ladder::tiled(
                View::new(x_now, [m, WIDTH]),
                View::new(weights, [WIDTH, WIDTH]),
                ViewMut::new(y_now, [m, WIDTH]),
            );
            std::mem::swap(x, y);
        }
        black_box(&self.rows);
    }

    /// The same step with one table of kernels, whose vectors are of one width, on one core.
    fn step_with(&mut self, kernels: &Kernels<f32>, m: usize) {
        let [x, y] = &mut self.rows;
        for weights in &self.layers {
            let (x_now, y_now) = (&x[..m * WIDTH], &mut y[..m * WIDTH]);
            if m == 1 {
                y_now.fill(0.0);
                (kernels.add_rows)(1.0, x_now, weights, WIDTH, y_now);
            } else {
                gemm_with(
                    kernels.tile,
                    1.0,
                    View::new(x_now, [m, WIDTH]),
                    View::new(weights, [WIDTH, WIDTH]),
                    0.0,
                    ViewMut::new(y_now, [m, WIDTH]),
                );
            }
            std::mem::swap(x, y);
        }
        black_box(&self.rows);
    }
}

/// The median of five calls, in seconds, after one to warm up.
fn time(mut f: impl FnMut()) -> f64 {
    f();
    let mut times: Vec<f64> = (0..if quick() { 1 } else { 5 })
        .map(|_| {
            let start = Instant::now();
            f();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A pool of so many threads, and `f` in it.
pub(crate) fn within<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    pool.install(f)
}

const BATCHES: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

pub(crate) fn all(machine: &Machine, record: &mut Record) -> Vec<Point> {
    let set = machine.levels[machine.levels.len() - 1].set;
    let mut stack = Stack::new(set, BATCHES[BATCHES.len() - 1]);
    record.timing("stack_mb", stack.work(1).bytes / 1e6);
    record.timing("stack_layers", stack.layers.len() as f64);
    twice(&mut stack, record);
    let points = within(1, || batches(machine, &mut stack, record));
    more_cores(machine, &mut stack, record);
    points
}

/// The opening: vectors twice as wide, twice the operations a second. What do a prompt and a token make of it?
fn twice(stack: &mut Stack, record: &mut Record) {
    let tables = Kernels::<f32>::available();
    // the best, and the one below it that has vectors of its own; elsewhere than on x86-64 the portable loops must do
    let (wide, narrow) = (tables[0], tables[1]);
    let (mut peaks, mut times) = ([0.0; 2], [[0.0; 2]; 2]);
    within(1, || {
        for (i, table) in [narrow, wide].into_iter().enumerate() {
            peaks[i] = in_the_caches(table);
            times[0][i] = time(|| stack.step_with(table, PROMPT));
            times[1][i] = time(|| stack.step_with(table, 1));
        }
    });
    let mut text = format!("{:34}{:>10}{:>10}{:>14}\n", "", "before", "after", "times as fast");
    let _ = writeln!(
        text,
        "{:34}{:10.0}{:10.0}{:14.2}",
        "GFLOP/s, a product in the caches",
        peaks[0] / 1e9,
        peaks[1] / 1e9,
        peaks[1] / peaks[0]
    );
    let what = [("read a prompt, tokens/s", PROMPT as f64), ("write an answer, tokens/s", 1.0)];
    for ((what, tokens), times) in what.into_iter().zip(times) {
        let _ = writeln!(
            text,
            "{what:34}{:10.1}{:10.1}{:14.2}",
            tokens / times[0],
            tokens / times[1],
            times[0] / times[1]
        );
    }
    println!("{} and {}\n\n{text}", narrow.name, wide.name);
    record.timed_text("twice", &text);
    record.timing("twice_flops", peaks[1] / peaks[0]);
    record.timing("twice_prompt", times[0][0] / times[0][1]);
    record.timing("twice_token", times[1][0] / times[1][1]);
}

/// The rate of a product that fits into the caches: what these instructions can do when nothing else is in the way.
fn in_the_caches(table: &Kernels<f32>) -> f64 {
    let n = 384;
    let (a, b, mut c) = (noise(n * n, 1), noise(n * n, 2), vec![0.0; n * n]);
    let seconds = crate::median(|| {
        let (a, b) = (View::new(&a, [n, n]), View::new(&b, [n, n]));
        gemm_with(table.tile, 1.0, a, b, 0.0, ViewMut::new(&mut c, [n, n]));
        black_box(&c);
    });
    2.0 * (n as f64).powi(3) / seconds
}

/// One step by batch: predicted from two numbers of the machine, then measured.
fn batches(machine: &Machine, stack: &mut Stack, record: &mut Record) -> Vec<Point> {
    let roof = machine.roof("memory");
    let mut points = Vec::new();
    let mut table = format!(
        "{:>6}{:>12}{:>15}{:>14}{:>16}{:>12}\n",
        "batch", "FLOP/byte", "predicted ms", "measured ms", "ms per token", "tokens/s"
    );
    let mut first = 0.0;
    for m in BATCHES {
        let (work, seconds) = (stack.work(m), time(|| stack.step(m)));
        let predicted = roof.seconds(&work);
        let _ = writeln!(
            table,
            "{m:6}{:12.1}{:15.1}{:14.1}{:16.2}{:12.1}",
            work.intensity(),
            predicted * 1e3,
            seconds * 1e3,
            seconds * 1e3 / m as f64,
            m as f64 / seconds
        );
        if m == 1 {
            first = seconds;
            record.timing("token_predicted_ms", predicted * 1e3);
            record.timing("token_ms", seconds * 1e3);
            record.timing("token_share", predicted / seconds);
            record.timing("token_of_peak", work.flop / seconds / machine.flops);
        }
        record.timing(&format!("step_{m}"), seconds / first);
        record.timing(&format!("throughput_{m}"), first * m as f64 / seconds);
        if [1, 4, 16, 64, 256].contains(&m) {
            points.push(Point {
                name: if m == 1 { "a token".to_owned() } else { format!("batch {m}") },
                intensity: work.intensity(),
                rate: work.flop / seconds,
                full: false,
            });
        }
    }
    println!("one step of {} layers, one core\n\n{table}", stack.layers.len());
    record.timing("step_2_as_many", time(|| stack.step_as_many(2)) / first);
    record.timed_text("batches", &table);
    points
}

/// A second core brings a second set of vector units. Whether it brings bandwidth is another question.
fn more_cores(machine: &Machine, stack: &mut Stack, record: &mut Record) {
    let one = [1, 256].map(|m| within(1, || time(|| stack.step(m))));
    let all = [1, 256].map(|m| within(machine.cores, || time(|| stack.step(m))));
    let roof = Roof { flops: machine.all_flops, bandwidth: machine.all_bandwidth };
    let predicted =
        [1, 256].map(|m| machine.roof("memory").seconds(&stack.work(m)) / roof.seconds(&stack.work(m)));
    println!(
        "{} cores: a token {:.2} times as fast (predicted {:.2}), a batch of 256 {:.2} times ({:.2})\n",
        machine.cores,
        one[0] / all[0],
        predicted[0],
        one[1] / all[1],
        predicted[1]
    );
    record.timing("cores_token_gain", one[0] / all[0]);
    record.timing("cores_batch_gain", one[1] / all[1]);
    record.timing("cores_token_predicted", predicted[0]);
}
