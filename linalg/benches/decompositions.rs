//! QR, Cholesky, least squares, the symmetric eigen-decomposition, Schur form and the SVD beside nalgebra's:
//! `cargo bench -p linalg --bench decompositions`.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use linalg::{Cholesky, GeneralEigen, Mat, Qr, Schur, Svd, SymmetricEigen, lstsq, lstsq_min_norm};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::hint::black_box;

fn random(n: usize) -> Mat {
    let mut rng = SmallRng::seed_from_u64(1);
    Mat::from_fn(n, n, |_, _| rng.random_range(-0.5..0.5))
}

fn symmetric_eigen(c: &mut Criterion) {
    let mut group = c.benchmark_group("symmetric eigen");
    for n in [16, 64, 128, 256, 512] {
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
    for n in [16, 64, 128, 256, 512] {
        let a = random(n);
        let m = a.to_dmatrix();
        group.bench_function(BenchmarkId::new("mirror by mirror", n), |b| {
            b.iter(|| Qr::one_by_one(black_box(&a).view()).map(|qr| (qr.q(), qr.r())));
        });
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

fn cholesky(c: &mut Criterion) {
    let mut group = c.benchmark_group("cholesky");
    for n in [64, 128, 256, 512] {
        let a = random(n);
        let a = Mat::from_fn(n, n, |i, j| a[[i, j]] + a[[j, i]] + if i == j { n as f64 } else { 0.0 });
        let m = a.to_dmatrix();
        group.bench_function(BenchmarkId::new("linalg", n), |b| {
            b.iter(|| Cholesky::new(black_box(&a).view()));
        });
        group.bench_function(BenchmarkId::new("nalgebra", n), |b| {
            b.iter(|| black_box(&m).clone().cholesky());
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

fn fits(c: &mut Criterion) {
    let mut group = c.benchmark_group("least squares, 2000×40");
    let square = random(2000);
    let (a, b) = (square.view().slice(1, 0, 40).to_tensor(), square.view().slice(1, 40, 41).to_tensor());
    group.bench_function("lstsq", |bench| bench.iter(|| lstsq(black_box(&a).view(), &b)));
    group.bench_function("lstsq_min_norm", |bench| {
        bench.iter(|| lstsq_min_norm(black_box(&a).view(), &b, None));
    });
}

criterion_group!(benches, symmetric_eigen, qr, cholesky, fits, schur, svd);
criterion_main!(benches);
