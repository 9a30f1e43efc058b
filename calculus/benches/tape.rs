//! One operation at a time, forward and backward, at the sizes of the book's GPT (batch 12, time 64, 128 wide), and one
//! training step of an MLP. `cargo bench -p calculus --bench tape`.

use calculus::optim::{AdamW, clip_global_norm};
use calculus::perceptron::Perceptron;
use calculus::tape::{Arena, Grads, Params, Tape, Var};
use criterion::{Criterion, criterion_group, criterion_main};
use linalg::Tensor;

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i as f32 * 0.7391).sin() * 2.0).collect()
}

fn tensor(rows: usize, cols: usize) -> Tensor<f32> {
    Tensor::new([rows, cols], numbers(rows * cols))
}

/// Forward on a tape that does not record, and forward and backward on one that does.
fn both(c: &mut Criterion, name: &str, shapes: &[&[usize]], op: impl Fn(&mut Tape<'_, f32>, &[Var]) -> Var) {
    let (params, mut arena) = (Params::new(), Arena::new());
    let mut grads = Grads::like(&params);
    let data: Vec<Vec<f32>> = shapes.iter().map(|s| numbers(s.iter().product())).collect();
    let inputs = |t: &mut Tape<'_, f32>| -> Vec<Var> {
        shapes.iter().zip(&data).map(|(&s, d)| t.input(s, d)).collect()
    };
    {
        // Inputs are made once: only the operation is measured. The tape grows, so measure in short rounds.
        c.bench_function(&format!("{name}/forward"), |b| {
            b.iter_custom(|rounds| {
                let mut total = std::time::Duration::ZERO;
                for _ in 0..rounds {
                    let mut t = Tape::infer(&params, &mut arena);
                    let vars = inputs(&mut t);
                    let start = std::time::Instant::now();
                    std::hint::black_box(op(&mut t, &vars));
                    total += start.elapsed();
                }
                total
            });
        });
    }
    c.bench_function(&format!("{name}/backward"), |b| {
        b.iter_custom(|rounds| {
            let mut t = Tape::record(&params, &mut arena);
            let vars = inputs(&mut t);
            let out = op(&mut t, &vars);
            let cotangent = numbers(t.value(out).len());
            let start = std::time::Instant::now();
            for _ in 0..rounds {
                t.backward_with(out, &cotangent, &mut grads);
            }
            start.elapsed()
        });
    });
}

fn operations(c: &mut Criterion) {
    let (narrow, wide, logits) = (&[768, 128][..], &[768, 512][..], &[768, 65][..]);
    both(c, "add", &[narrow, narrow], |t, x| t.add(x[0], x[1]));
    both(c, "add row", &[narrow, &[128]], |t, x| t.add(x[0], x[1]));
    both(c, "mul", &[narrow, narrow], |t, x| t.mul(x[0], x[1]));
    both(c, "relu", &[wide], |t, x| t.relu(x[0]));
    both(c, "gelu", &[wide], |t, x| t.gelu(x[0]));
    both(c, "silu", &[wide], |t, x| t.silu(x[0]));
    both(c, "tanh", &[wide], |t, x| t.tanh(x[0]));
    both(c, "layernorm", &[narrow, &[128]], |t, x| t.layernorm(x[0], x[1], None, 1e-5));
    both(c, "rmsnorm", &[narrow, &[128]], |t, x| t.rmsnorm(x[0], x[1], 1e-5));
    both(c, "softmax", &[&[48 * 64, 64]], |t, x| t.softmax(x[0]));
    both(c, "linear 128-128", &[narrow, &[128, 128]], |t, x| t.linear(x[0], x[1], None));
    both(c, "linear 128-512", &[narrow, &[512, 128]], |t, x| t.linear(x[0], x[1], None));
    both(c, "linear 512-128", &[wide, &[128, 512]], |t, x| t.linear(x[0], x[1], None));
    both(c, "linear 128-512 bias", &[narrow, &[512, 128], &[512]], |t, x| t.linear(x[0], x[1], Some(x[2])));
    let ids: Vec<u32> = (0..768).map(|i| i * 31 % 65).collect();
    both(c, "embedding", &[&[65, 128]], |t, x| t.embedding(x[0], &ids));
    both(c, "cross_entropy", &[logits], |t, x| t.cross_entropy(x[0], &ids));
}

/// What follows backward, for the GPT's 804,096 parameters.
fn optimiser(c: &mut Criterion) {
    let mut params = Params::new();
    params.add("all", tensor(6282, 128), true);
    let mut grads = Grads::like(&params);
    grads.values_mut().copy_from_slice(&numbers(804_096));
    let mut adamw = AdamW::new(&params);
    c.bench_function("adamw", |b| b.iter(|| adamw.step(&mut params, &grads, 1e-3)));
    c.bench_function("clip", |b| b.iter(|| clip_global_norm(&mut grads, 1e9)));
    c.bench_function("zero", |b| b.iter(|| grads.zero()));
}

/// One training step of 784-128-10, 64 rows.
fn perceptron(c: &mut Criterion) {
    let mut net = Perceptron::<f32>::new(&[784, 128, 10], 1);
    let (x, labels) = (numbers(64 * 784), (0..64).map(|i| i % 10).collect::<Vec<u32>>());
    c.bench_function("step mlp-784-128-10", |b| b.iter(|| net.step(&x, &labels, 1e-3)));
}

criterion_group! {
    name = tape;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(500));
    targets = operations, optimiser, perceptron
}
criterion_main!(tape);
