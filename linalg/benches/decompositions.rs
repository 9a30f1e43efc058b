//! QR, the symmetric eigen-decomposition, Schur form and the SVD beside nalgebra's: `cargo bench -p linalg --bench decompositions`.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use linalg::{GeneralEigen, Mat, Qr, Schur, Svd, SymmetricEigen};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::hint::black_box;

fn random(n: usize) -> Mat {
    let mut rng = SmallRng::seed_from_u64(1);
    Mat::from_fn(n, n, |_, _| rng.random_range(-0.5..0.5))
}

fn symmetric_eigen(c: &mut Criterion) {
    let mut group = c.benchmark_group("symmetric eigen");
    for n in [16, 64, 256] {
        let a = random(n);
        let a = a.zip_with(&a.transpose(), |x, y| x + y);
        let m = a.to_dmatrix();
        group.bench_function(BenchmarkId::new("linalg", n), |b| {
            b.iter(|| SymmetricEigen::new(black_box(&a).view()));
        });
        group.bench_function(BenchmarkId::new("nalgebra", n), |b| {
            b.iter(|| nalgebra::SymmetricEigen::new(black_box(&m).clone()));
        });
    }
}

fn qr(c: &mut Criterion) {
    let mut group = c.benchmark_group("qr with q");
    for n in [16, 64, 256] {
        let a = random(n);
        let m = a.to_dmatrix();
        group.bench_function(BenchmarkId::new("linalg", n), |b| {
            b.iter(|| Qr::new(black_box(&a).view()).map(|qr| (qr.q(), qr.r())));
        });
        group.bench_function(BenchmarkId::new("nalgebra", n), |b| {
            b.iter(|| {
                let qr = nalgebra::QR::new(black_box(&m).clone());
                (qr.q(), qr.r())
            });
        });
    }
}

fn schur(c: &mut Criterion) {
    let mut group = c.benchmark_group("schur");
    for n in [64, 128, 256] {
        let a = random(n);
        let m = a.to_dmatrix();
        group.bench_function(BenchmarkId::new("linalg", n), |b| {
            b.iter(|| Schur::new(black_box(&a).view()));
        });
        group.bench_function(BenchmarkId::new("nalgebra", n), |b| {
            b.iter(|| nalgebra::Schur::new(black_box(&m).clone()));
        });
        group.bench_function(BenchmarkId::new("linalg, with eigenvectors", n), |b| {
            b.iter(|| GeneralEigen::new(black_box(&a).view()));
        });
    }
}

fn svd(c: &mut Criterion) {
    let mut group = c.benchmark_group("svd");
    for n in [16, 64, 256] {
        let a = random(n);
        let m = a.to_dmatrix();
        group.bench_function(BenchmarkId::new("linalg", n), |b| {
            b.iter(|| Svd::new(black_box(&a).view()));
        });
        group.bench_function(BenchmarkId::new("nalgebra", n), |b| {
            b.iter(|| nalgebra::SVD::new(black_box(&m).clone(), true, true));
        });
    }
}

criterion_group!(benches, symmetric_eigen, qr, schur, svd);
criterion_main!(benches);
