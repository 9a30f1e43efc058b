//! A learning rate that one more column breaks, and the eigenvalue that says so; how many products it takes to find it; and what all
//! eigenvalues cost. Prints the chapter's numbers and draws its figures.
//!
//!     cargo run --release -p linalg --example eigen [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use linalg::eigen::{Lanczos, Which, discs, jacobi, power};
use linalg::{Mat, SymmetricEigen, kernels};
use plot::{Axis, Line};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use record::Record;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

/// Examples, and features of each. The Hessian has 20,000² entries: 3.2 GB, which nobody stores.
const EXAMPLES: usize = 200;
const FEATURES: usize = 20_000;

/// The learning rate that has worked so far.
const RATE: f64 = 1.0;
const STEPS: usize = 800;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record =
        Record::new("linalg", "eigen").seed(1).settings("200 examples, 20,000 features, learning rate 1");
    let before = Data::new(false);
    let after = Data::new(true);
    let sharpness = training(&before, &after, &mut record)?;
    let counts = products(&before, &mut record)?;
    ten_pairs(&before, &mut record)?;
    bounds(&mut record)?;
    whole(&mut record);
    plot::write_figures(&[
        ("eigen-loss.svg", loss_figure(&before, &after, sharpness)),
        ("eigen-products.svg", products_figure(&counts)),
    ])?;
    record.write()?;
    Ok(())
}

// ---- a regression

/// Features X, by examples, and targets y.
struct Data {
    x: Mat,
    y: Vec<f64>,
}

impl Data {
    /// Columns of falling size; if `with_age`, the last one is the age of an account, in units that nobody looked at. It says nothing
    /// about y.
    fn new(with_age: bool) -> Self {
        let mut rng = SmallRng::seed_from_u64(1);
        let truth: Vec<f64> = (0..FEATURES - 1).map(|_| rng.random_range(-0.5..0.5)).collect();
        let mut x = Mat::from_fn(EXAMPLES, FEATURES, |_, j| {
            rng.random_range(-0.5..0.5) / (1.0 + 0.2 * j as f64).sqrt()
        });
        let mut y: Vec<f64> =
            (0..EXAMPLES).map(|i| kernels::dot(&x.row(i)[..FEATURES - 1], &truth)).collect();
        let mean = kernels::sum(&y) / EXAMPLES as f64;
        for y in &mut y {
            *y -= mean;
        }
        for i in 0..EXAMPLES {
            let age = 0.9659 * (1.32 + rng.random_range(-0.9..0.9));
            x[[i, FEATURES - 1]] = if with_age { age } else { 0.0 };
        }
        Data { x, y }
    }

    // ANCHOR: hessian
    /// H·v for the Hessian H = XᵀX/N of the loss: two walks over the data, and no H.
    fn hessian(&self, v: &[f64], hv: &mut [f64]) {
        hv.fill(0.0);
        for i in 0..EXAMPLES {
            let row = self.x.row(i);
            kernels::axpy(kernels::dot(row, v) / EXAMPLES as f64, row, hv);
        }
    }
    // ANCHOR_END: hessian

    /// The loss ‖X·w − y‖²/2N, step by step, of gradient descent from w = 0.
    fn descend(&self, rate: f64) -> Vec<f64> {
        let (mut w, mut losses) = (vec![0.0; FEATURES], Vec::new());
        for _ in 0..=STEPS {
            let mut gradient = vec![0.0; FEATURES];
            let mut loss = 0.0;
            for i in 0..EXAMPLES {
                let row = self.x.row(i);
                let off = kernels::dot(row, &w) - self.y[i];
                loss += off * off / (2 * EXAMPLES) as f64;
                kernels::axpy(off / EXAMPLES as f64, row, &mut gradient);
            }
            losses.push(loss);
            kernels::axpy(-rate, &gradient, &mut w);
        }
        losses
    }
}

fn start() -> Vec<f64> {
    let mut rng = SmallRng::seed_from_u64(2);
    (0..FEATURES).map(|_| rng.random_range(-0.5..0.5)).collect()
}

fn training(before: &Data, after: &Data, record: &mut Record) -> Result<f64, linalg::Error> {
    let (old, new) = (before.descend(RATE), after.descend(RATE));
    let mut table = format!("{:>6}{:>16}{:>16}\n", "step", "before", "with the column");
    for step in [0, 50, 100, 150, 200, 400, 600, 800] {
        let _ = writeln!(table, "{step:6}{:16.6}{:16.6}", old[step], new[step]);
    }
    println!("loss at a learning rate of {RATE}\n\n{table}");
    record.text("loss", &table, 1e-3);
    // ANCHOR: sharpness
    let largest = |data: &Data| power(|v, hv| data.hessian(v, hv), &start(), 1e-6, 2000);
    let (calm, sharp) = (largest(before)?, largest(after)?);
    // ANCHOR_END: sharpness
    println!(
        "largest eigenvalue of the Hessian before {:.4}, with the column {:.4}",
        calm.value, sharp.value
    );
    println!(
        "largest learning rate         before {:.4}, with the column {:.4}",
        2.0 / calm.value,
        2.0 / sharp.value
    );
    println!("products                      before {}, with the column {}\n", calm.steps, sharp.steps);
    record.value("calm", calm.value, 1e-8);
    record.value("sharp", sharp.value, 1e-8);
    record.value("calm_rate", 2.0 / calm.value, 1e-8);
    record.value("sharp_rate", 2.0 / sharp.value, 1e-8);
    record.value("sharp_steps", sharp.steps as f64, 0.3);
    record.value("calm_steps", calm.steps as f64, 0.1);
    record.value("lowest_step", lowest(&new) as f64, 0.05);
    record.value("growth", (1.0 - RATE * sharp.value).abs(), 1e-8);
    Ok(sharp.value)
}

fn lowest(losses: &[f64]) -> usize {
    (0..losses.len()).min_by(|&i, &j| losses[i].total_cmp(&losses[j])).unwrap_or(0)
}

// ---- how many products

/// (exponent of the tolerance, products of power iteration, of Lanczos), for the largest eigenvalue.
fn products(data: &Data, record: &mut Record) -> Result<Vec<(f64, f64, f64)>, linalg::Error> {
    let mut counts = Vec::new();
    println!("products until ‖H·v − λ·v‖ ≤ tolerance·λ, for the largest eigenvalue of the Hessian before\n");
    let mut table = format!("{:>10}{:>10}{:>10}\n", "tolerance", "power", "Lanczos");
    for exponent in [-1, -2, -3, -4, -6, -8, -10] {
        let tolerance = 10_f64.powi(exponent);
        let slow = power(|v, hv| data.hessian(v, hv), &start(), tolerance, 5000)?.steps;
        let fast = fewest(data, tolerance);
        let _ = writeln!(table, "{:>10}{slow:>10}{fast:>10}", format!("1e{exponent}"));
        counts.push((f64::from(exponent), slow as f64, fast as f64));
    }
    println!("{table}");
    record.text("products", &table, 0.1);
    Ok(counts)
}

/// The smallest basis that is enough without a restart.
fn fewest(data: &Data, tolerance: f64) -> usize {
    let enough = |size: usize| {
        let lanczos = Lanczos { pairs: 1, which: Which::Largest, tolerance, cap: size, basis: Some(size) };
        lanczos.run(|v, hv| data.hessian(v, hv), &start()).is_ok()
    };
    let (mut low, mut high) = (1, 128); // not enough, enough
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if enough(middle) { high = middle } else { low = middle }
    }
    high
}

fn ten_pairs(data: &Data, record: &mut Record) -> Result<(), linalg::Error> {
    let lanczos = Lanczos { pairs: 10, which: Which::Largest, tolerance: 1e-8, cap: 1000, basis: None };
    let begin = Instant::now();
    let found = lanczos.run(|v, hv| data.hessian(v, hv), &start())?;
    let seconds = begin.elapsed().as_secs_f64();
    let list: Vec<String> = found.values.iter().map(|x| format!("{x:.4}")).collect();
    println!(
        "ten leading eigenvalues in {} products and {seconds:.2} s: {}\n",
        found.products,
        list.join(" ")
    );
    record.value("ten_products", found.products as f64, 0.2);
    record.timing("ten_seconds", seconds);
    record.value("first", found.values[0], 1e-8);
    record.value("second", found.values[1], 1e-8);
    Ok(())
}

// ---- Gershgorin

/// A covariance of 40 features: a bound for its largest eigenvalue, and the eigenvalue.
fn bounds(record: &mut Record) -> Result<(), linalg::Error> {
    let mut rng = SmallRng::seed_from_u64(3);
    let x = Mat::from_fn(400, 40, |_, _| rng.random_range(-1.0..1.0));
    let covariance = x.transpose().matmul(&x).map(|x| x / 400.0);
    let bound = discs(covariance.view())?.iter().map(|d| d.center + d.radius).fold(0.0, f64::max);
    let largest = SymmetricEigen::new(covariance.view())?.values[39];
    println!("Gershgorin: at most {bound:.3}; largest eigenvalue {largest:.3}\n");
    record.value("bound", bound, 1e-8);
    record.value("bounded", largest, 1e-8);
    Ok(())
}

// ---- all of them

/// The time of the fastest of many calls, in milliseconds.
fn fastest<R>(calls: usize, mut f: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let begin = Instant::now();
        black_box(f());
        begin.elapsed().as_secs_f64() * 1e3
    };
    (0..calls).map(once).fold(f64::INFINITY, f64::min)
}

fn whole(record: &mut Record) {
    let mut rng = SmallRng::seed_from_u64(4);
    let mut table = format!("{:>6}{:>10}{:>10}{:>10}{:>10}\n", "n", "halves", "QL", "Jacobi", "nalgebra");
    for n in [64, 128, 256, 512] {
        let a = Mat::from_fn(n, n, |_, _| rng.random_range(-0.5..0.5));
        let a = a.zip_with(&a.transpose(), |x, y| x + y);
        let m = a.to_dmatrix();
        let calls = (1_000_000 / (n * n)).clamp(3, 30);
        let times = [
            fastest(calls, || SymmetricEigen::new(a.view())),
            fastest(calls, || SymmetricEigen::by_ql(a.view())),
            if n <= 256 { fastest(1, || jacobi(a.view())) } else { f64::NAN },
            fastest(calls.min(5), || nalgebra::SymmetricEigen::new(m.clone())),
        ];
        let _ = write!(table, "{n:6}");
        for time in times {
            let _ = if time.is_nan() { write!(table, "{:>10}", "–") } else { write!(table, "{time:10.2}") };
        }
        table.push('\n');
    }
    println!("all eigenvalues and vectors, milliseconds\n\n{table}");
    record.timed_text("whole", &table);
}

// ---- figures

fn loss_figure(before: &Data, after: &Data, sharpness: f64) -> String {
    let points = |losses: Vec<f64>| losses.iter().enumerate().map(|(i, &l)| (i as f64, l)).collect();
    let line = |name: &str, points, bold, nudge| Line { name: name.into(), points, bold, nudge };
    plot::chart(
        &Axis { name: "step", ticks: &[0.0, 200.0, 400.0, 600.0, 800.0], log: false },
        &Axis { name: "loss", ticks: &[1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0], log: true },
        &[
            line("before", points(before.descend(RATE)), false, 0.0),
            line("one column more", points(after.descend(RATE)), true, 0.0),
            line("1.9 / λ", points(after.descend(1.9 / sharpness)), false, -12.0),
        ],
    )
}

fn products_figure(counts: &[(f64, f64, f64)]) -> String {
    let curve = |pick: fn(&(f64, f64, f64)) -> f64| {
        counts.iter().map(|row| (pick(row), 10_f64.powf(row.0))).collect::<Vec<_>>()
    };
    plot::chart(
        &Axis { name: "products with H", ticks: &[0.0, 20.0, 40.0, 60.0, 80.0], log: false },
        &Axis { name: "tolerance", ticks: &[1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1.0], log: true },
        &[
            Line { name: "power".into(), points: curve(|c| c.1), bold: false, nudge: 0.0 },
            Line { name: "Lanczos".into(), points: curve(|c| c.2), bold: true, nudge: 0.0 },
        ],
    )
}
