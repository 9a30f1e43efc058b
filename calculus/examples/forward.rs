//! Forward mode at work: a solver with a wrong derivative that nobody notices, a Taylor series in one pass, and what a Jacobian costs forwards
//! and backwards. Prints tables and draws the figures.
//!
//!     cargo run --release -p calculus --example forward [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use calculus::dual::{self, derivative};
use calculus::duals;
use calculus::jet::Jet;
use calculus::newton::path;
use calculus::scalar::{Tape, Var};
use linalg::Real;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut record = record::Record::new("calculus", "forward").settings("f64, one thread");
    print_newton(&mut record);
    print_series(&mut record);
    print_costs(&mut record);
    plot::write_figures(&[("forward-newton.svg", newton_figure())])?;
    record.write()
}

// ---- Newton with two derivatives

const ROOT: f64 = std::f64::consts::SQRT_2;

/// Newton's path to √2 by x² − 2, with the slope of dual numbers and with that of duals whose constants move.
fn paths(steps: usize) -> [Vec<f64>; 2] {
    let right = path(|x| (x * x - 2.0, derivative(|x| x * x - 2.0, x)), 1.0, steps);
    // d(x² − 2) = 2x − 1, if the 2 moves as x does
    let moving = |x: f64| {
        let x = dual::Dual::variable(x);
        (x * x - dual::Dual::variable(2.0)).d
    };
    let wrong = path(|x| (x * x - 2.0, moving(x)), 1.0, steps);
    [right, wrong]
}

/// How many steps until the error stays below 1e-12.
fn needed(path: &[f64]) -> usize {
    path.iter().rposition(|x| (x - ROOT).abs() > 1e-12).map_or(0, |last| last + 1)
}

fn print_newton(record: &mut record::Record) {
    let [right, wrong] = paths(80);
    let mut text = String::from("step      yesterday          today\n");
    for step in [0, 1, 2, 3, 4, 5, 10, 20, 40] {
        let _ = writeln!(text, "{step:4}{:15.10}{:15.10}", right[step], wrong[step]);
    }
    let (a, b) = (needed(&right), needed(&wrong));
    println!("{text}\n  12 digits after {a} and {b} steps");
    record.text("newton", &text, 1e-8);
    record.value("steps_right", a as f64, 0.0);
    record.value("steps_wrong", b as f64, 0.0);
    record.value("share", (wrong[21] - ROOT) / (wrong[20] - ROOT), 1e-3);
}

fn newton_figure() -> String {
    let [right, wrong] = paths(40);
    let line = |name: &str, path: &[f64], bold: bool| plot::Line {
        name: name.into(),
        points: path.iter().enumerate().map(|(k, x)| (k as f64, (x - ROOT).abs().max(1e-16))).collect(),
        bold,
        nudge: 0.0,
    };
    plot::chart(
        &plot::Axis { name: "step", ticks: &[0.0, 10.0, 20.0, 30.0, 40.0], log: false },
        &plot::Axis { name: "distance from the root", ticks: &[1e-16, 1e-12, 1e-8, 1e-4, 1.0], log: true },
        &[line("yesterday", &right[..7], true), line("today", &wrong, false)],
    )
}

// ---- a series

fn print_series(record: &mut record::Record) {
    let jet = Jet::<f64, 8>::variable(0.0).tanh();
    let text = format!("{jet:.4}");
    println!("\ntanh = {text}\n");
    record.text("tanh", &text, 1e-9);
}

// ---- what a Jacobian costs

/// m outputs of n inputs, each output a function of all inputs: yᵢ = tanh Σⱼ wᵢⱼ·xⱼ.
fn layer<T: Real>(x: &[T], m: usize) -> Vec<T> {
    let n = x.len();
    let output = |i: usize| {
        let terms = x.iter().enumerate().map(|(j, &x)| x * T::from_f64(weight(i * n + j)));
        terms.fold(T::ZERO, |sum, term| sum + term).tanh()
    };
    (0..m).map(output).collect()
}

fn weight(k: usize) -> f64 {
    (k as f64 * 0.618_033_988).fract() * 0.2 - 0.1
}

/// The same on the tape: one recording, a sweep for each output.
fn backwards(x: &[f64], m: usize) -> Vec<Vec<f64>> {
    let tape = Tape::new();
    let vars: Vec<Var<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let n = x.len();
    let outputs: Vec<Var<'_>> = (0..m)
        .map(|i| {
            let terms = vars.iter().enumerate().map(|(j, &x)| x * weight(i * n + j));
            terms.reduce(|sum, term| sum + term).unwrap_or_else(|| tape.var(0.0)).tanh()
        })
        .collect();
    outputs
        .iter()
        .map(|y| {
            let d = y.backward();
            vars.iter().map(|&x| d.wrt(x)).collect()
        })
        .collect()
}

/// The time of the fastest of many calls, in microseconds.
fn fastest<R>(mut f: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64()
    };
    1e6 * (0..15).map(once).fold(f64::INFINITY, f64::min)
}

fn print_costs(record: &mut record::Record) {
    let mut text = String::from("inputs  outputs   forward, µs   backward, µs\n");
    for (n, m) in [(1, 1024), (8, 128), (32, 32), (128, 8), (1024, 1)] {
        let x: Vec<f64> = (0..n).map(|i| weight(3 * i + 1)).collect();
        let forward = fastest(|| dual::jacobian(|x| layer(x, m), &x));
        let backward = fastest(|| backwards(&x, m));
        // they agree
        let (j, rows) = (dual::jacobian(|x| layer(x, m), &x), backwards(&x, m));
        let apart = (0..m)
            .flat_map(|i| (0..n).map(move |k| (i, k)))
            .map(|(i, k)| (j[[i, k]] - rows[i][k]).abs())
            .fold(0.0, f64::max);
        assert!(apart < 1e-12, "{n} inputs, {m} outputs: {apart:e} apart");
        let _ = writeln!(text, "{n:6}{m:9}{forward:14.0}{backward:15.0}");
    }
    println!("a Jacobian of 1024 slopes\n\n{text}");
    record.timed_text("costs", &text);
    // several directions a pass
    let x: Vec<f64> = (0..256).map(|i| weight(3 * i + 1)).collect();
    let f = |n: usize| match n {
        1 => fastest(|| duals::gradient::<f64, 1>(|x| layer(x, 1)[0], &x)),
        4 => fastest(|| duals::gradient::<f64, 4>(|x| layer(x, 1)[0], &x)),
        _ => fastest(|| duals::gradient::<f64, 16>(|x| layer(x, 1)[0], &x)),
    };
    println!(
        "a gradient of 256 inputs: {:.0} µs with 1 direction a pass, {:.0} with 4, {:.0} with 16",
        f(1),
        f(4),
        f(16)
    );
    record.timing("several", f(1) / f(16));
}
