//! For developers: `cargo bench -p probability`. Readers use `cargo xtask bench sampling`.
#![allow(missing_docs)] // criterion's macros

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use probability::bench::{VOCABULARY, logits};
use probability::random::stream;
use probability::{Decoder, Decoding, alias::Alias, normal, softmax, uniform};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use std::hint::black_box;

fn numbers(c: &mut Criterion) {
    let mut group = c.benchmark_group("numbers");
    group.throughput(Throughput::Elements(1));
    let mut rng = stream(1, "criterion", 0);
    group.bench_function("word", |b| b.iter(|| rng.next_u64()));
    group.bench_function("uniform", |b| b.iter(|| uniform::sample(&mut rng)));
    group.bench_function("below 1000", |b| b.iter(|| uniform::sample_below(&mut rng, 1000)));
    group.bench_function("box-muller pair", |b| b.iter(|| normal::sample_pair(&mut rng)));
    group.bench_function("ziggurat", |b| b.iter(|| normal::sample(&mut rng)));
    group.bench_function("ziggurat of rand_distr", |b| {
        b.iter(|| -> f64 { StandardNormal.sample(&mut rng) });
    });
    group.finish();
}

fn tokens(c: &mut Criterion) {
    let mut group = c.benchmark_group("tokens");
    let z = logits(VOCABULARY);
    let mut rng = stream(1, "criterion", 1);
    for (name, temperature, top_k, top_p) in [
        ("greedy", 0.0, None, 1.0),
        ("plain", 1.0, None, 1.0),
        ("top-k 50", 1.0, Some(50), 1.0),
        ("top-p 0.9", 1.0, None, 0.9),
        ("top-p 0.99", 1.0, None, 0.99),
        ("hot top-p 0.99", 10.0, None, 0.99),
        ("cold top-p 0.9", 0.5, None, 0.9),
    ] {
        let mut decoder = Decoder::new(Decoding { temperature, top_k, top_p }).expect("sound settings");
        group.bench_function(name, |b| b.iter(|| decoder.sample_with(&z, &mut rng)));
    }
    let wide: Vec<f64> = z.iter().map(|&z| f64::from(z)).collect();
    let readable = Decoding { top_p: 0.9, ..Decoding::default() };
    group.bench_function("top-p 0.9 by sorting", |b| b.iter(|| readable.distribution(&wide)));
    let mut work = z.clone();
    group.bench_function("softmax alone", |b| {
        b.iter(|| {
            work.copy_from_slice(&z);
            softmax(black_box(&mut work))
        });
    });
    let weights: Vec<f32> = z.iter().map(|z| z.exp()).collect();
    group.bench_function("filling an alias table", |b| b.iter(|| Alias::new(&weights)));
    group.finish();
}

criterion_group!(benches, numbers, tokens);
criterion_main!(benches);
