//! The loops over slices: every table that this machine can run.
//!
//! `cargo bench -p linalg --bench kernels`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use linalg::Real;
use linalg::kernels::Kernels;
use std::hint::black_box;

fn functions<T: Real>(c: &mut Criterion, dtype: &str, tables: &[&'static Kernels<T>]) {
    for n in [64, 4096] {
        let x: Vec<T> = (0..n).map(|i| T::from_f64((i * 37 % 101) as f64 / 101.0 * 6.0 - 3.0)).collect();
        let mut group = c.benchmark_group(format!("{dtype}, {n} elements"));
        group.sample_size(20).throughput(Throughput::Elements(n as u64));
        for table in tables {
            let mut y = x.clone();
            // the input is restored before every call: a copy of n elements is part of the time
            for (name, f) in
                [("exp", table.exp), ("tanh", table.tanh), ("erf", table.erf), ("softmax", table.softmax)]
            {
                group.bench_function(format!("{name} {}", table.name), |bench| {
                    bench.iter(|| {
                        y.copy_from_slice(&x);
                        f(black_box(&mut y));
                    });
                });
            }
            group.bench_function(format!("dot {}", table.name), |bench| {
                bench.iter(|| (table.dot)(black_box(&x), black_box(&x)));
            });
            group.bench_function(format!("max {}", table.name), |bench| {
                bench.iter(|| (table.max)(black_box(&x)));
            });
        }
    }
}

fn all(c: &mut Criterion) {
    functions(c, "f32", &Kernels::<f32>::available());
    functions(c, "f64", &Kernels::<f64>::available());
}

criterion_group!(benches, all);
criterion_main!(benches);
