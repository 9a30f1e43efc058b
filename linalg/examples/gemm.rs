//! Climbs the ladder of matrix products: each rung timed, with its share of what the machine can do.
//!
//! `cargo run --release -p linalg --example gemm [n]`

use linalg::gemm::ladder;
use linalg::{Tensor, View, ViewMut, par, peak};
use std::hint::black_box;
use std::time::Instant;

type Rung = fn(View<'_, f32>, View<'_, f32>, ViewMut<'_, f32>);

const RUNGS: [(&str, Rung); 7] = [
    ("naive: i, j, p", ladder::naive),
    ("reordered: i, p, j", ladder::reordered),
    ("blocked", ladder::blocked),
    ("packed", ladder::packed),
    ("tiled, without packing", ladder::tiled_unpacked),
    ("tiled, one thread", ladder::tiled),
    ("threaded", ladder::threaded),
];

/// The shortest time of one call, in seconds: calls until a quarter of a second is over, but at least three.
fn fastest(mut f: impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut best = f64::INFINITY;
    let mut calls = 0;
    while calls < 3 || begin.elapsed().as_secs_f64() < 0.25 {
        let start = Instant::now();
        f();
        best = best.min(start.elapsed().as_secs_f64());
        calls += 1;
    }
    best
}

fn main() {
    let n = std::env::args().nth(1).map_or(512, |n| n.parse().expect("n is a whole number, such as 512"));
    let a = Tensor::from_fn(n, n, |i, j| ((i * 31 + j * 17) % 101) as f32 / 101.0 - 0.5);
    let b = Tensor::from_fn(n, n, |i, j| ((i * 13 + j * 29) % 103) as f32 / 103.0 - 0.5);
    let ceiling = peak::flops::<f32>(1);
    println!("C = A·B, f32, {n}×{n}; one core can do {:.1} GFLOP/s\n", ceiling / 1e9);
    println!("{:22} {:>10} {:>9} {:>7} {:>14}", "rung", "ms", "GFLOP/s", "times", "of one core");
    let mut first = 0.0;
    let mut want: Option<Tensor<f32>> = None;
    for (name, multiply) in RUNGS {
        let mut c = Tensor::zeros([n, n]);
        let seconds = fastest(|| {
            multiply(black_box(a.view()), black_box(b.view()), c.view_mut());
            black_box(c.data());
        });
        if first == 0.0 {
            first = seconds;
        }
        let rate = 2.0 * (n as f64).powi(3) / seconds;
        println!(
            "{name:22} {:10.3} {:9.2} {:6.1}x {:13.1}%",
            seconds * 1e3,
            rate / 1e9,
            first / seconds,
            100.0 * rate / ceiling
        );
        if let Some(want) = &want {
            let off = c.data().iter().zip(want.data()).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
            assert!(off < 1e-4, "{name} differs from the definition by {off}");
        }
        want.get_or_insert(c);
    }
    println!("\nThreads: {}. Every rung computed the same matrix.", par::threads());
}
