//! Matrix products: the rungs of the ladder, and the sizes that a small language model uses.
//!
//! `cargo bench -p linalg --bench gemm`

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use linalg::gemm::ladder;
use linalg::{Real, Tensor, View, ViewMut, gemm};
use std::hint::black_box;

fn noise<T: Real>(rows: usize, cols: usize) -> Tensor<T> {
    Tensor::from_fn(rows, cols, |i, j| T::from_f64(((i * 31 + j * 17) % 101) as f64 / 101.0 - 0.5))
}

type Rung<T> = fn(View<'_, T>, View<'_, T>, ViewMut<'_, T>);

fn rungs<T: Real>(c: &mut Criterion, dtype: &str) {
    let rungs: [(&str, Rung<T>); 7] = [
        ("naive", ladder::naive),
        ("reordered", ladder::reordered),
        ("blocked", ladder::blocked),
        ("packed", ladder::packed),
        ("tiled, unpacked", ladder::tiled_unpacked),
        ("tiled", ladder::tiled),
        ("threaded", ladder::threaded),
    ];
    let n = 256;
    let (a, b, mut y) = (noise::<T>(n, n), noise::<T>(n, n), Tensor::zeros([n, n]));
    let mut group = c.benchmark_group(format!("ladder {dtype} {n}x{n}x{n}"));
    group.sample_size(10).throughput(Throughput::Elements(2 * (n * n * n) as u64));
    for (name, rung) in rungs {
        group.bench_function(name, |bench| {
            bench.iter(|| rung(black_box(a.view()), black_box(b.view()), y.view_mut()));
        });
    }
}

fn sizes<T: Real>(c: &mut Criterion, dtype: &str) {
    let mut group = c.benchmark_group(format!("gemm {dtype}"));
    group.sample_size(20);
    for [m, k, n] in [
        [16, 16, 16],
        [64, 32, 64],
        [64, 64, 32],
        [128, 128, 128],
        [768, 128, 512],
        [768, 512, 128],
        [512, 512, 512],
        [1, 512, 512],
    ] {
        let (a, b, mut y) = (noise::<T>(m, k), noise::<T>(k, n), Tensor::zeros([m, n]));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("{m}x{k}x{n}")), |bench| {
            bench.iter(|| gemm(T::ONE, black_box(a.view()), black_box(b.view()), T::ZERO, y.view_mut()));
        });
    }
}

fn all(c: &mut Criterion) {
    rungs::<f32>(c, "f32");
    sizes::<f32>(c, "f32");
    sizes::<f64>(c, "f64");
}

criterion_group!(benches, all);
criterion_main!(benches);
