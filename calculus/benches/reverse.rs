//! What the scalar tape costs: a training step of the two moons, its parts, and the same step without `dot`.

use calculus::moons::{Classifier, WEIGHTS, loss, plain_loss, random_weights, two_moons};
use calculus::scalar::{Gradients, Tape, Var};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

/// The network of [`calculus::moons`] as micrograd writes it: each product and each sum a node of its own.
fn loss_by_operators<'t>(tape: &'t Tape, weights: &[Var<'t>], data: &[calculus::moons::Sample]) -> Var<'t> {
    fn layer<'t>(weights: &[Var<'t>], x: &[Var<'t>]) -> Vec<Var<'t>> {
        let neuron = |row: &[Var<'t>]| {
            let mut sum = row[x.len()];
            for (&w, &x) in row.iter().zip(x) {
                sum += w * x;
            }
            sum
        };
        weights.chunks(x.len() + 1).map(neuron).collect()
    }
    let relu = |x: Vec<Var<'t>>| x.into_iter().map(Var::relu).collect::<Vec<_>>();
    let mut hinges = tape.var(0.0);
    for sample in data {
        let x = sample.x.map(|x| tape.var(x));
        let hidden = relu(layer(&weights[..48], &x));
        let hidden = relu(layer(&weights[48..320], &hidden));
        let score = layer(&weights[320..], &hidden)[0];
        hinges += (1.0 - sample.label * score).relu();
    }
    let mut squares = tape.var(0.0);
    for &w in weights {
        squares += w * w;
    }
    hinges / data.len() as f64 + 1e-4 * squares
}

fn moons(c: &mut Criterion) {
    let data = two_moons(100, 0.1, 1);
    let weights = random_weights(2);
    let mut group = c.benchmark_group("moons");

    let mut net = Classifier::new(2);
    group.bench_function("step", |b| b.iter(|| net.step(black_box(&data), 0.1)));

    group.bench_function("forward without a tape", |b| b.iter(|| plain_loss(black_box(&weights), &data)));

    let mut tape = Tape::new();
    group.bench_function("record", |b| {
        b.iter(|| {
            tape.clear();
            let vars: [Var<'_>; WEIGHTS] = std::array::from_fn(|i| tape.var(weights[i]));
            loss(&tape, &vars, &data).0.value()
        });
    });

    tape.clear();
    let vars: [Var<'_>; WEIGHTS] = std::array::from_fn(|i| tape.var(weights[i]));
    let (out, _) = loss(&tape, &vars, &data);
    let mut grads = Gradients::new();
    group.bench_function("sweep", |b| b.iter(|| out.backward_into(&mut grads)));

    let mut tape = Tape::new();
    group.bench_function("record and sweep, by operators", |b| {
        b.iter(|| {
            tape.clear();
            let vars: [Var<'_>; WEIGHTS] = std::array::from_fn(|i| tape.var(weights[i]));
            loss_by_operators(&tape, &vars, &data).backward_into(&mut grads);
        });
    });
    group.finish();
}

criterion_group!(benches, moons);
criterion_main!(benches);
