//! What a tape can do beside gradients: the curvature of a loss, with a fused loss that stands still and one that moves; what Hessians cost, in
//! counted operations; and what a chain of 1024 steps costs in little memory. Prints tables and draws the figures.
//!
//!     cargo run --release -p calculus --example wengert [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use calculus::checkpoint::{Schedule, backward};
use calculus::counted::{Counted, Operations, count};
use calculus::dual::{self, Dual};
use calculus::hvp::{hvp, products};
use calculus::hyper::HyperDual;
use calculus::moons::{self, Sample, WEIGHTS, plain_loss, random_weights, two_moons};
use calculus::scalar::{Tape, Var};
use calculus::vjp::{gradient, jacobian};
use linalg::Real;
use linalg::eigen::{Lanczos, Which};
use std::fmt::Write as _;

fn main() -> std::io::Result<()> {
    let settings = "f64; two moons of 40 points for the sharpness, of 100 for the costs";
    let mut record = record::Record::new("calculus", "wengert").seed(1).settings(settings);
    let sharpness = print_sharpness(&mut record);
    print_costs(&mut record);
    print_jacobians(&mut record);
    let memory = print_chain(&mut record);
    plot::write_figures(&[("wengert-sharpness.svg", sharpness), ("wengert-memory.svg", memory)])?;
    record.write()
}

// ---- a loss whose slope stands still

/// A head on ten fixed features; a network of eight hidden units with two inputs, a bias and an output each, and the last bias.
const SIZES: [usize; 2] = [10, 4 * 8 + 1];
/// The penalty's factor in front of Σw².
const PENALTY: f64 = 1e-4;
const RATE: f64 = 0.5;

/// The fused loss: ln(1 + eᶻ) as one node of the tape, from its value and its slope, which moves as z does.
// ANCHOR: fused
fn fused<T: Real>(z: Var<'_, T>) -> Var<'_, T> {
    z.unary(softplus(z.value()), sigmoid(z.value()))
}
// ANCHOR_END: fused

/// The same as it was: the slope is a plain number, which stands still.
// ANCHOR: still
fn still<T: Real>(z: Var<'_, T>) -> Var<'_, T> {
    let slope = sigmoid(z.value().to_f64());
    z.unary(softplus(z.value()), T::from_f64(slope))
}
// ANCHOR_END: still

/// ln(1 + eᶻ).
fn softplus<T: Real>(z: T) -> T {
    let half = z * T::from_f64(0.5);
    half + (half.exp() + (-half).exp()).ln()
}

/// 1/(1 + e⁻ᶻ), its slope.
fn sigmoid<T: Real>(z: T) -> T {
    T::from_f64(0.5) * (T::ONE + (z * T::from_f64(0.5)).tanh())
}

type Score<'t, T> = fn(&[Var<'t, T>], [f64; 2]) -> Var<'t, T>;

/// A score that is linear in its weights: all products of the coordinates up to the third degree.
fn head<'t, T: Real>(w: &[Var<'t, T>], [x, y]: [f64; 2]) -> Var<'t, T> {
    let features = [1.0, x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y];
    w.iter().zip(features).fold(w[0].tape().var(T::ZERO), |sum, (&w, feature)| sum + w * feature)
}

/// A score that is not: eight units with tanh.
fn network<'t, T: Real>(w: &[Var<'t, T>], [x, y]: [f64; 2]) -> Var<'t, T> {
    let unit = |u: &[Var<'t, T>]| u[3] * (u[0] * x + u[1] * y + u[2]).tanh();
    w.chunks_exact(4).fold(w[w.len() - 1], |sum, u| sum + unit(u))
}

/// Mean logistic loss of all points, and the penalty.
fn loss<'t, T: Real>(
    w: &[Var<'t, T>],
    data: &[Sample],
    score: Score<'t, T>,
    fused: fn(Var<'t, T>) -> Var<'t, T>,
) -> Var<'t, T> {
    let tape = w[0].tape();
    let mut sum = tape.var(T::ZERO);
    for sample in data {
        sum += fused(-sample.label * score(w, sample.x));
    }
    sum / data.len() as f64 + PENALTY * tape.dot(w, w)
}

/// The largest eigenvalue of the Hessian, by products with it.
fn sharpness(product: impl FnMut(&[f64], &mut [f64]), n: usize) -> f64 {
    let lanczos = Lanczos { pairs: 1, which: Which::Largest, tolerance: 1e-6, cap: 200, basis: None };
    let start: Vec<f64> = (0..n).map(|i| 1.0 + (i as f64).sin()).collect();
    lanczos.run(product, &start).map_or(f64::NAN, |found| found.values[0])
}

/// Gradient descent; step, loss, the sharpness that differences of gradients measure, and that of the slope that stands still. A macro,
/// since the score is needed on tapes of two kinds.
macro_rules! train {
    ($score:ident, $n:expr, $data:expr, $steps:expr, $every:expr) => {{
        let mut w: Vec<f64> = random_weights(4)[..$n].to_vec();
        let mut seen = vec![];
        for step in 0..=$steps {
            if step % $every == 0 {
                let value = plainly(&w, |w| loss(w, $data, $score, fused));
                let right = sharpness(products(|w| loss(w, $data, $score, fused), &w), $n);
                let wrong = sharpness(products(|w| loss(w, $data, $score, still), &w), $n);
                // the curvature that the gradients of the wrong one have: nudge all weights along v, both ways
                let moved = |v: &[f64], h: f64| w.iter().zip(v).map(|(w, v)| w + h * v).collect::<Vec<_>>();
                let differences = |v: &[f64], hv: &mut [f64]| {
                    let [up, down] =
                        [1e-4, -1e-4].map(|h| gradient(|w| loss(w, $data, $score, still), &moved(v, h)));
                    hv.iter_mut().zip(up.iter().zip(down)).for_each(|(hv, (up, down))| *hv = (up - down) / 2e-4);
                };
                let measured = sharpness(differences, $n);
                assert!((measured / right - 1.0).abs() < 1e-4, "{measured}, and by dual numbers {right}");
                seen.push([f64::from(step), value, measured, wrong]);
            }
            let g = gradient(|w| loss(w, $data, $score, still), &w);
            let h = gradient(|w| loss(w, $data, $score, fused), &w);
            assert_eq!(g, h, "the gradients are the same, to the bit");
            for (w, g) in w.iter_mut().zip(g) {
                *w -= RATE * g;
            }
        }
        seen
    }};
}

fn plainly(w: &[f64], f: impl for<'t> FnOnce(&[Var<'t>]) -> Var<'t>) -> f64 {
    let tape = Tape::new();
    let w: Vec<_> = w.iter().map(|&w| tape.var(w)).collect();
    f(&w).value()
}

fn print_sharpness(record: &mut record::Record) -> String {
    let data = two_moons(40, 0.1, 1);
    let seen = train!(head, SIZES[0], &data, 2000, 100);
    let mut text = String::from("step      loss   reported   measured\n");
    for row in seen.iter().filter(|row| [0.0, 100.0, 500.0, 1000.0, 2000.0].contains(&row[0])) {
        let _ = writeln!(text, "{:4}{:10.4}{:11.4}{:11.4}", row[0], row[1], row[3], row[2]);
    }
    println!("{text}");
    record.text("sharpness", &text, 1e-3);
    record.value("penalty", seen[0][3], 1e-6);
    let seen = train!(network, SIZES[1], &data, 4000, 50);
    let (first, last) = (seen[0], seen[seen.len() - 1]);
    for (name, value) in
        [("right_first", first[2]), ("wrong_first", first[3]), ("right", last[2]), ("wrong", last[3])]
    {
        println!("{name}: {value:.5}");
        record.value(name, value, 1e-3);
    }
    record.value("apart_first", first[2] / first[3], 1e-3);
    record.value("apart", last[2] / last[3], 1e-3);
    record.value("apart_most", seen.iter().map(|row| row[2] / row[3]).fold(0.0, f64::max), 1e-3);
    let line = |name: &str, at: usize, bold: bool| plot::Line {
        name: name.into(),
        points: seen.iter().map(|row| (row[0], row[at])).collect(),
        bold,
        nudge: 0.0,
    };
    plot::chart(
        &plot::Axis { name: "step", ticks: &[0.0, 1000.0, 2000.0, 3000.0, 4000.0], log: false },
        &plot::Axis { name: "largest eigenvalue", ticks: &[0.01, 0.1, 1.0], log: true },
        &[line("true", 2, true), line("reported", 3, false)],
    )
}

// ---- what derivatives cost

fn total(operations: Operations) -> f64 {
    operations.total() as f64
}

fn print_costs(record: &mut record::Record) {
    let data = two_moons(100, 0.1, 1);
    let plain: Vec<f64> = random_weights(2);
    let w: Vec<Counted> = plain.iter().map(|&w| Counted(w)).collect();
    let v: Vec<Counted> = plain.iter().map(|&w| Counted(w + 0.1)).collect();
    fn net<'t, T: Real>(w: &[Var<'t, T>], data: &[Sample]) -> Var<'t, T> {
        moons::loss(w[0].tape(), w.try_into().expect("all weights"), data).0
    }
    let (_, value) = count(|| plain_loss(&w, &data));
    let (_, first) = count(|| gradient(|w| net(w, &data), &w));
    let (_, second) = count(|| hvp(|w| net(w, &data), &w, &v));
    let point: Vec<_> = w
        .iter()
        .map(|&w| HyperDual { value: w, d1: Counted(1.0), d2: Counted(1.0), d12: Counted(0.0) })
        .collect();
    let (_, hyper) = count(|| plain_loss(&point, &data));
    let n = WEIGHTS as f64;
    let rows = [
        ("the loss", 1.0, total(value)),
        ("gradient, reverse", 1.0, total(first)),
        ("H·v, forward over reverse", 1.0, total(second)),
        ("H by products", n, total(second)),
        ("H by hyper-duals", n * (n + 1.0) / 2.0, total(hyper)),
        ("H by differences of gradients", 2.0 * n, total(first)),
    ];
    let mut text = String::from("                                 runs   operations each   losses in all\n");
    for (name, runs, each) in rows {
        let _ = writeln!(text, "{name:30}{runs:7}{each:18}{:16.1}", runs * each / total(value));
    }
    println!("{text}");
    record.text("costs", &text, 1e-9);
    record.value("gradient", total(first) / total(value), 1e-9);
    record.value("product", total(second) / total(first), 1e-9);
    record.value("whole", total(hyper) * (n + 1.0) / 2.0 / total(second), 1e-9);
}

// ---- Jacobians by rows and by columns

/// Sixteen units between n inputs and m outputs, y = tanh(W₂·tanh(W₁·x)); on a tape, and on plain numbers.
macro_rules! layers {
    ($x:expr, $m:expr, $times:expr) => {{
        let mut x = $x.to_vec();
        for (layer, units) in [16, $m].into_iter().enumerate() {
            let unit = |i: usize| {
                let terms = x.iter().enumerate().map(|(j, &x)| $times(x, weight(1000 * layer + 16 * i + j)));
                terms.reduce(|sum, term| sum + term).expect("an input").tanh()
            };
            x = (0..units).map(unit).collect();
        }
        x
    }};
}

fn weight(k: usize) -> f64 {
    (k as f64 * 0.618_033_988).fract() * 0.2 - 0.1
}

fn print_jacobians(record: &mut record::Record) {
    let mut text = String::from("inputs  outputs   by columns   by rows\n");
    for (n, m) in [(4, 64), (8, 32), (16, 16), (32, 8), (64, 4)] {
        let x: Vec<Counted> = (0..n).map(|i| Counted(weight(3 * i + 1))).collect();
        let plain = |x: &[Dual<Counted>]| layers!(x, m, |x, w| x * Dual::from_f64(w));
        let (columns, forward) = count(|| dual::jacobian(plain, &x));
        let (rows, reverse) = count(|| jacobian(|x| layers!(x, m, |x, w| x * w), &x));
        assert!(columns.data().iter().zip(rows.data()).all(|(a, b)| (a.0 - b.0).abs() < 1e-14));
        let _ = writeln!(text, "{n:6}{m:9}{:13}{:10}", forward.total(), reverse.total());
    }
    println!("{text}");
    record.text("jacobians", &text, 1e-9);
}

// ---- a chain in little memory

const STEPS: usize = 1024;
const WIDTH: usize = 8;

/// A recurrent network, x ← tanh(W·x + b): 3 nodes a unit.
fn tick<'t, T: Real>(_: usize, w: &[Var<'t, T>], x: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
    w.chunks(WIDTH + 1).map(|row| (x[0].tape().dot(&row[..WIDTH], x) + row[WIDTH]).tanh()).collect()
}

fn print_chain(record: &mut record::Record) -> String {
    let w: Vec<Counted> = (0..WIDTH * (WIDTH + 1)).map(|k| Counted(7.0 * weight(k + 1))).collect();
    let (x, up) = (vec![Counted(0.1); WIDTH], vec![Counted(1.0); WIDTH]);
    let mut all = None;
    let mut run = |schedule: &Schedule| {
        let (sweep, operations) = count(|| backward(schedule, tick, &w, &x, &up));
        let (gradient, most) = all.get_or_insert((sweep.weights.clone(), total(operations)));
        let size = gradient.iter().map(|g| g.0.abs()).fold(0.0, f64::max);
        assert!(gradient.iter().zip(&sweep.weights).all(|(a, b)| (a.0 - b.0).abs() <= 1e-12 * size));
        (sweep.nodes as f64, total(operations) / *most)
    };
    let mut text = String::from("schedule                      nodes held   operations\n");
    let mut say = |name: String, (nodes, operations): (f64, f64)| {
        let _ = writeln!(text, "{name:30}{nodes:10}{operations:13.2}");
        (nodes, operations)
    };
    let whole = say("everything".into(), run(&Schedule::everything(STEPS)));
    let root = say("pieces of 32 steps".into(), run(&Schedule::segments(STEPS, 32)));
    let few: Vec<_> = [32, 16, 8, 4, 2]
        .map(|s| say(format!("binomial, {s} states"), run(&Schedule::binomial(STEPS, s))))
        .into();
    println!("{text}");
    record.text("chain", &text, 1e-9);
    record.value("everything", whole.0, 0.0);
    record.value("root_memory", whole.0 / root.0, 1e-9);
    record.value("root_time", root.1, 1e-9);
    record.value("eight_memory", whole.0 / few[2].0, 1e-9);
    record.value("eight_time", few[2].1, 1e-9);
    let pieces = [512, 256, 128, 64, 32].map(|length| run(&Schedule::segments(STEPS, length)));
    let states = [64, 48, 32, 24, 16, 12, 8, 6, 5, 4, 3, 2].map(|s| run(&Schedule::binomial(STEPS, s)));
    let line = |name: &str, points: Vec<(f64, f64)>, bold: bool, nudge: f64| plot::Line {
        name: name.into(),
        points,
        bold,
        nudge,
    };
    let mut equal = pieces.to_vec();
    equal.reverse();
    equal.push(whole);
    let mut best = states.to_vec();
    best.reverse();
    plot::chart(
        &plot::Axis { name: "nodes held at once", ticks: &[100.0, 1000.0, 10_000.0, 100_000.0], log: true },
        &plot::Axis { name: "operations, as a multiple", ticks: &[1.0, 2.0, 5.0, 10.0, 20.0], log: true },
        &[line("binomial", best, true, 0.0), line("equal pieces", equal, false, 0.0)],
    )
}
