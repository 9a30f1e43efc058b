//! Initial weights, derived from the gain. Chapter: *Universal approximation*; `nn` builds every model with these.

use linalg::{Real, Shape, Tensor};
use probability::normal as law;
use probability::random::stream;

/// The standard deviation of a layer's weights: gain/√fan_in.
///
/// With the activation's [critical](crate::gain::critical) gain, signals keep their size from layer to layer. For ReLU that is
/// He's √(2/fan_in).
///
/// ```
/// use approximation::gain::{Activation, critical};
/// use approximation::init::fan_in_std;
///
/// let he = fan_in_std(critical(Activation::Relu), 50);
/// assert!((he - (2.0_f64 / 50.0).sqrt()).abs() < 1e-9);
/// ```
///
/// # Panics
/// If `fan_in` is 0.
#[track_caller]
pub fn fan_in_std(gain: f64, fan_in: usize) -> f64 {
    assert!(fan_in > 0, "fan_in_std: a layer without inputs has no weights");
    gain / (fan_in as f64).sqrt()
}

/// The standard deviation of the last layer of each branch that is added to a residual stream: std/√branches.
///
/// A residual network does not multiply, it adds: x ← x + f(x). The variances of independent signals add up, so the input and
/// n branches of its own length make a stream √(n+1) times as long. With every branch scaled by 1/√n, the branches together are as
/// long as the input, and the stream ends √2 times as long, whatever n. A transformer block has two branches. Source: Radford et
/// al., *Language Models are Unsupervised Multitask Learners*, 2019, section 2.3.
///
/// ```
/// use approximation::init::residual_std;
///
/// assert!((residual_std(0.02, 2 * 4) - 0.00707).abs() < 1e-5);
/// ```
pub fn residual_std(std: f64, branches: usize) -> f64 {
    std / (branches.max(1) as f64).sqrt()
}

/// A tensor of independent normal numbers with mean 0, drawn from the stream of (seed, name).
///
/// Each parameter has a stream of its own, named after it: adding a layer does not change how the others begin.
///
/// ```
/// use approximation::init::normal;
///
/// let w = normal::<f32>([64, 32], 0.02, 7, "block 0/qkv");
/// assert_eq!(w, normal([64, 32], 0.02, 7, "block 0/qkv"));
/// assert_ne!(w, normal([64, 32], 0.02, 7, "block 1/qkv"));
/// ```
pub fn normal<T: Real>(shape: impl Into<Shape>, std: f64, seed: u64, name: &str) -> Tensor<T> {
    let shape = shape.into();
    let mut rng = stream(seed, name, 0);
    Tensor::new(shape, (0..shape.len()).map(|_| T::from_f64(std * law::sample(&mut rng))).collect())
}
