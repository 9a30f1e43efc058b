//! What is measured.

use calculus::moons::{Classifier, two_moons};
use calculus::perceptron::Perceptron;
use linalg::{Qr, Real, SymmetricEigen, Tensor, View, ViewMut, gemm};
use nn::data::{Dataset, Split};
use nn::preset;
use nn::train::{Recipe, Trainer};
use probability::random::stream;
use rand::RngExt as _;
use std::hint::black_box;

/// The groups, in the order of the book. (`sampling` is measured by its own crate, and `roofline` has a table of its own.)
pub(crate) const GROUPS: [&str; 7] = ["gemm", "qr", "eigen", "tape", "step", "sampling", "roofline"];

/// One thing to run again and again.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) dtype: &'static str,
    /// Floating-point operations in one run, where their number is known.
    pub(crate) flop: Option<f64>,
    /// How many things one run makes: steps, samples.
    pub(crate) items: Option<f64>,
    pub(crate) run: Box<dyn FnMut()>,
}

/// The cases of a group; with `quick`, the small ones.
pub(crate) fn of(group: &str, quick: bool) -> Vec<Case> {
    let size = |n: usize| !quick || n <= 256;
    match group {
        "gemm" => [64, 128, 256, 512, 1024]
            .into_iter()
            .filter(|&n| size(n))
            .flat_map(|n| [product::<f32>("f32", [n; 3]), product::<f64>("f64", [n; 3])])
            .chain(
                [[768, 128, 512], [768, 512, 128], [1, 512, 512]].map(|shape| product::<f32>("f32", shape)),
            )
            .collect(),
        "qr" => [64, 128, 256, 512].into_iter().filter(|&n| size(n)).map(factor).collect(),
        "eigen" => [64, 128, 256, 512].into_iter().filter(|&n| size(n)).map(eigen).collect(),
        "tape" => vec![moons()],
        "step" => {
            let mut cases = vec![mlp(), gpt("nanogpt-cpu")];
            if !quick {
                cases.push(gpt("gpt-10m"));
            }
            cases
        }
        _ => vec![],
    }
}

/// Numbers between −0.5 and 0.5.
pub(crate) fn numbers<T: Real>(n: usize, seed: u64) -> Vec<T> {
    let mut rng = stream(seed, "bench", 0);
    (0..n).map(|_| T::from_f64(rng.random::<f64>() - 0.5)).collect()
}

fn product<T: Real>(dtype: &'static str, [m, k, n]: [usize; 3]) -> Case {
    let (a, b, mut c) = (numbers::<T>(m * k, 1), numbers::<T>(k * n, 2), vec![T::ZERO; m * n]);
    Case {
        name: format!("{m}x{k}x{n}"),
        dtype,
        flop: Some(2.0 * (m * k * n) as f64),
        items: None,
        run: Box::new(move || {
            gemm(T::ONE, View::new(&a, [m, k]), View::new(&b, [k, n]), T::ZERO, ViewMut::new(&mut c, [m, n]));
            black_box(&c);
        }),
    }
}

/// Q and R, both formed.
fn factor(n: usize) -> Case {
    let a = Tensor::new([n, n], numbers::<f64>(n * n, 3));
    Case {
        name: format!("{n}x{n}"),
        dtype: "f64",
        flop: None,
        items: None,
        run: Box::new(move || {
            let qr = Qr::new(a.view()).expect("random numbers are finite");
            black_box((qr.q(), qr.r()));
        }),
    }
}

/// All eigenvalues and eigenvectors of a random symmetric matrix.
fn eigen(n: usize) -> Case {
    let g = Tensor::new([n, n], numbers::<f64>(n * n, 4));
    let a = Tensor::from_fn(n, n, |i, j| 0.5 * (g[[i, j]] + g[[j, i]]));
    Case {
        name: format!("{n}x{n}"),
        dtype: "f64",
        flop: None,
        items: None,
        run: Box::new(move || {
            black_box(SymmetricEigen::new(a.view()).expect("a symmetric matrix of finite numbers"));
        }),
    }
}

/// A full-batch step of a 2-16-16-1 network on two moons, on the scalar tape.
fn moons() -> Case {
    let (data, mut net) = (two_moons(100, 0.1, 1), Classifier::new(2));
    Case {
        name: "moons".into(),
        dtype: "f64",
        flop: None,
        items: Some(1.0),
        run: Box::new(move || {
            black_box(net.step(&data, 0.1));
        }),
    }
}

/// A step of a 784-128-10 network with ReLU: 64 random images, cross-entropy, clipping, AdamW.
fn mlp() -> Case {
    let mut net = Perceptron::<f32>::new(&[784, 128, 10], 1);
    let (images, labels) = (numbers::<f32>(64 * 784, 9), (0..64).map(|i| i % 10).collect::<Vec<u32>>());
    Case {
        name: "mlp-784-128-10".into(),
        dtype: "f32",
        flop: None,
        items: Some(1.0),
        run: Box::new(move || {
            black_box(net.step(&images, &labels, 1e-3));
        }),
    }
}

/// A training step of a preset's model, whole: batch, forward, backward, clipping, AdamW.
fn gpt(name: &str) -> Case {
    let preset = preset::find(name).expect("a preset of this crate");
    let ids: Vec<u32> = numbers::<f64>(100_000, 5).iter().map(|x| ((x + 0.5) * 65.0) as u32).collect();
    let data = Dataset::new(ids, Split::Tail, preset.model.context).expect("long enough");
    let recipe = Recipe { steps: u64::MAX / 2, ..preset.recipe };
    let mut trainer = Trainer::new(preset.model, recipe, 1).expect("a preset of this crate");
    Case {
        name: name.to_owned(),
        dtype: "f32",
        flop: None,
        items: Some(1.0),
        run: Box::new(move || {
            black_box(trainer.step(&data).expect("a finite loss"));
        }),
    }
}
