//! One evaluation at several numbers of workers, the error of sums as they get longer, a variance that turns negative, and what the
//! remedies cost. Prints the chapter's numbers and draws its figure.
//!
//!     cargo run --release -p linalg --example floating [-- --figures DIR]

#[path = "../../book/plot.rs"]
mod plot;
#[path = "../../book/record.rs"]
mod record;

use linalg::moments::{Moments, variance_textbook};
use linalg::sums::{exact, kahan, neumaier, pairwise, running};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

/// A way to add up.
type Sum = fn(&[f32]) -> f32;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut record =
        record::Record::new("linalg", "floating").seed(SEED).settings("20 million losses in f32, mean 2.3");
    let losses = losses(TOKENS);
    print_workers(&losses, &mut record);
    print_orders(&losses, &mut record);
    print_variances(&mut record);
    print_times(&losses, &mut record);
    plot::write_figures(&[("floating-errors.svg", error_figure(&losses))])?;
    record.write()?;
    Ok(())
}

const SEED: u64 = 11;
const TOKENS: usize = 20_000_000;

fn uniforms(seed: u64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(seed), |s| {
        Some(s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    })
    .skip(1)
    .map(|s| (s >> 11) as f64 / (1_u64 << 53) as f64)
}

/// What a language model might be charged for each token of a test set: most tokens are cheap, some are dear.
fn losses(n: usize) -> Vec<f32> {
    uniforms(SEED).take(n).map(|u| (-2.3 * (1.0 - u).ln()) as f32).collect()
}

fn mean_in_f64(x: &[f32]) -> f64 {
    x.iter().map(|&x| f64::from(x)).sum::<f64>() / x.len() as f64
}

// ANCHOR: mean_loss
/// The mean loss over a test set that is shared out among workers: each adds up its part, then the parts are added.
fn mean_loss(losses: &[f32], workers: usize, sum: fn(&[f32]) -> f32) -> f32 {
    let share = losses.len().div_ceil(workers);
    let parts: Vec<f32> = losses.chunks(share).map(sum).collect();
    sum(&parts) / losses.len() as f32
}
// ANCHOR_END: mean_loss

fn print_workers(losses: &[f32], record: &mut record::Record) {
    let mut out =
        format!("{:<12}{:>12}{:>12}{:>12}{:>12}\n", "workers", "running", "pairwise", "Kahan", "Neumaier");
    for workers in [1, 2, 4, 8, 64] {
        let [a, b, c, d] = [running, pairwise, kahan, neumaier].map(|sum| mean_loss(losses, workers, sum));
        let _ = writeln!(out, "{workers:<12}{a:12.6}{b:12.6}{c:12.6}{d:12.6}");
    }
    let truth = mean_in_f64(losses);
    let _ = writeln!(out, "{:<12}{truth:12.6}", "in f64");
    println!("mean loss of {TOKENS} tokens, in f32\n\n{out}");
    record.text("workers", &out, 1e-6);
    let (one, eight) = (f64::from(mean_loss(losses, 1, running)), f64::from(mean_loss(losses, 8, running)));
    record.value("one", one, 1e-6);
    record.value("eight", eight, 1e-6);
    record.value("truth", truth, 1e-9);
    record.value("perplexity_one", one.exp(), 1e-5);
    record.value("perplexity_eight", eight.exp(), 1e-5);
    record.value("perplexity_truth", truth.exp(), 1e-9);
    let sum = running(losses);
    let gap = f64::from(sum.next_up() - sum);
    record.value("sum", f64::from(sum), 1e-6);
    record.value("gap", gap, 0.0);
    println!("the running sum ends at {sum}, where the next f32 is {gap} further\n");
}

fn print_orders(losses: &[f32], record: &mut record::Record) {
    let some = &losses[..100_000];
    let mut ascending = some.to_vec();
    ascending.sort_by(f32::total_cmp);
    let descending: Vec<f32> = ascending.iter().rev().copied().collect();
    let wide = |x: &[f32]| exact(&x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
    let mut out = format!(
        "{:<12}{:>14}{:>14}{:>14}{:>16}\n",
        "order", "running", "pairwise", "Neumaier", "exact, in f64"
    );
    for (name, x) in [("as it came", some), ("ascending", &ascending), ("descending", &descending)] {
        let [a, b, c] = [running, pairwise, neumaier].map(|sum| sum(x));
        let _ = writeln!(out, "{name:<12}{a:14.3}{b:14.3}{c:14.3}{:16.5}", wide(x));
    }
    println!("100,000 of them, in three orders\n\n{out}");
    record.text("orders", &out, 1e-6);
}

fn print_variances(record: &mut record::Record) {
    let mut out = format!("{:>8}{:>18}{:>14}\n", "mean", "E[x²] − E[x]²", "Welford");
    for offset in [1.0_f32, 10.0, 100.0, 1000.0, 10_000.0] {
        // deviations of ±1/8: exact beside every mean, variance 1/64
        let x: Vec<f32> = (0..1000).map(|i| offset + if i % 2 == 0 { 0.125 } else { -0.125 }).collect();
        let _ = writeln!(out, "{offset:8}{:18.6}{:14.6}", variance_textbook(&x), Moments::of(&x).variance());
    }
    println!("variance of 1000 numbers, mean ± 1/8, in f32: it is {}\n\n{out}", 1.0 / 64.0);
    record.text("variances", &out, 1e-6);
}

fn print_times(losses: &[f32], record: &mut record::Record) {
    let x = &losses[..4096];
    println!("nanoseconds a number, 4096 numbers in f32");
    let sums: [(&str, Sum); 5] = [
        ("running", running),
        ("pairwise", pairwise),
        ("kahan", kahan),
        ("neumaier", neumaier),
        ("lanes", |x| linalg::kernels::sum(x)),
    ];
    for (name, sum) in sums {
        let mut best = f64::INFINITY;
        for _ in 0..2000 {
            let start = Instant::now();
            black_box(sum(black_box(x)));
            best = best.min(start.elapsed().as_secs_f64());
        }
        let ns = best * 1e9 / x.len() as f64;
        println!("  {name:<10}{ns:8.3}");
        record.timing(&format!("ns_{name}"), ns);
    }
    println!();
}

/// The relative error of sums of 2ᵏ losses: the largest of up to 16 disjoint stretches.
fn error_figure(losses: &[f32]) -> String {
    let sums: [(&str, Sum, f64); 3] =
        [("running", running, 0.0), ("pairwise", pairwise, -8.0), ("Kahan", kahan, 10.0)];
    let mut lines: Vec<plot::Line> = Vec::new();
    for (name, sum, nudge) in sums {
        let mut points = Vec::new();
        for k in (4..=24).step_by(2) {
            let worst = losses
                .chunks_exact(1 << k)
                .take(16)
                .map(|x| {
                    let truth = mean_in_f64(x) * x.len() as f64;
                    (f64::from(sum(x)) / truth - 1.0).abs()
                })
                .fold(0.0, f64::max);
            points.push((f64::from(1 << k), worst));
        }
        lines.push(plot::Line { name: name.into(), points, bold: name == "running", nudge });
    }
    let bound =
        (4..=24).step_by(2).map(|k| (f64::from(1 << k), f64::from(1 << k) * 2_f64.powi(-24))).collect();
    lines.push(plot::Line { name: "(n − 1)·u".into(), points: bound, bold: false, nudge: 0.0 });
    let x = plot::Axis {
        name: "numbers in the sum",
        ticks: &[16.0, 256.0, 4096.0, 65536.0, 1_048_576.0, 16_777_216.0],
        log: true,
    };
    let y = plot::Axis {
        name: "relative error",
        ticks: &[1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0],
        log: true,
    };
    plot::chart(&x, &y, &lines)
}
