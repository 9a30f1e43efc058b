//! Climbs the ladder of matrix products: each rung timed, with its share of what the machine can do.
//!
//! `cargo run --release -p linalg --example gemm [n ...] [-- --values FILE]`; without n, 512. For the book it climbs twice, with 512 and 2048.
// figures: slow

#[path = "../../book/record.rs"]
mod record;

use linalg::gemm::ladder;
use linalg::{Tensor, View, ViewMut, par, peak};
use record::Record;
use std::hint::black_box;
use std::time::Instant;

type Rung = fn(View<'_, f32>, View<'_, f32>, ViewMut<'_, f32>);

const RUNGS: [(&str, &str, Rung); 7] = [
    ("naive", "naive: i, j, p", ladder::naive),
    ("reordered", "reordered: i, p, j", ladder::reordered),
    ("blocked", "blocked", ladder::blocked),
    ("packed", "packed", ladder::packed),
    ("unpacked", "tiled, without packing", ladder::tiled_unpacked),
    ("tiled", "tiled, one thread", ladder::tiled),
    ("threaded", "threaded", ladder::threaded),
];

/// The shortest time of one call, in seconds: calls until a quarter of a second is over, but at least three, unless that takes minutes.
fn fastest(mut f: impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut best = f64::INFINITY;
    let mut calls = 0;
    while calls < 3 && begin.elapsed().as_secs_f64() < 20.0 || begin.elapsed().as_secs_f64() < 0.25 {
        let start = Instant::now();
        f();
        best = best.min(start.elapsed().as_secs_f64());
        calls += 1;
    }
    best
}

fn main() -> std::io::Result<()> {
    let ceiling = peak::flops::<f32>(1);
    let mut record = Record::new("linalg", "gemm").settings("C = A·B, f32, n × n");
    record.timing("peak", ceiling / 1e9);
    record.timing("threads", par::threads() as f64);
    let mut sizes: Vec<usize> = std::env::args()
        .skip(1)
        .map_while(|n| (!n.starts_with('-')).then(|| n.parse().expect("n is a whole number, such as 512")))
        .collect();
    if sizes.is_empty() {
        let for_the_book = std::env::args().any(|arg| arg == "--values");
        sizes = if for_the_book { vec![512, 2048] } else { vec![512] };
    }
    for n in sizes {
        climb(n, ceiling, &mut record);
    }
    record.write()
}

/// All rungs on matrices of one size.
fn climb(n: usize, ceiling: f64, record: &mut Record) {
    let a = Tensor::from_fn(n, n, |i, j| ((i * 31 + j * 17) % 101) as f32 / 101.0 - 0.5);
    let b = Tensor::from_fn(n, n, |i, j| ((i * 13 + j * 29) % 103) as f32 / 103.0 - 0.5);
    println!("C = A·B, f32, {n}×{n}; one core can do {:.1} GFLOP/s\n", ceiling / 1e9);
    println!("{:22} {:>10} {:>9} {:>7} {:>14}", "rung", "ms", "GFLOP/s", "times", "of one core");
    let mut first = 0.0;
    let mut want: Option<Tensor<f32>> = None;
    let mut rates = std::collections::BTreeMap::new();
    for (key, name, multiply) in RUNGS {
        let mut c = Tensor::zeros([n, n]);
        let seconds = fastest(|| {
            multiply(black_box(a.view()), black_box(b.view()), c.view_mut());
            black_box(c.data());
        });
        if first == 0.0 {
            first = seconds;
        }
        let rate = 2.0 * (n as f64).powi(3) / seconds;
        record.timing(&format!("{key}_{n}"), rate / 1e9);
        record.timing(&format!("{key}_ms_{n}"), seconds * 1e3);
        record.timing(&format!("{key}_gain_{n}"), first / seconds);
        rates.insert(key, rate);
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
    // the tile over the loop below it, and what it loses without packing
    record.timing(&format!("tile_{n}"), rates["tiled"] / rates["packed"]);
    record.timing(&format!("lost_{n}"), 1.0 - rates["unpacked"] / rates["tiled"]);
    println!("\nThreads: {}. Every rung computed the same matrix.\n", par::threads());
}
