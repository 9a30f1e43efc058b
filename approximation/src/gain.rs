//! Depth times gain: what happens to a gradient on its way through many layers. Chapter: *Universal approximation*.
//!
//! A layer h ← φ(W·h) with weights of standard deviation g/√width multiplies the length of what flows through it by about the
//! same factor every time. Through 50 layers a factor of 0.9 is 0.005, and one of 1.1 is 117. There is one gain at which the factor
//! is 1, it depends on the activation alone, and it can be computed before anything is trained.

use calculus::tape::{Arena, Grads, Params, Tape, Var};
use linalg::Tensor;
use probability::normal;
use probability::random::stream;

/// What stands between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// max(0, z).
    Relu,
    /// tanh z.
    Tanh,
    /// z·Φ(z).
    Gelu,
}

impl Activation {
    fn on(self, tape: &mut Tape<'_, f64>, z: Var) -> Var {
        match self {
            Activation::Linear => z,
            Activation::Relu => tape.relu(z),
            Activation::Tanh => tape.tanh(z),
            Activation::Gelu => tape.gelu(z),
        }
    }

    /// φ(z) of one number.
    pub fn value(self, z: f64) -> f64 {
        use linalg::Real;
        match self {
            Activation::Linear => z,
            Activation::Relu => z.max_nan(0.0),
            Activation::Tanh => z.tanh(),
            Activation::Gelu => z * normal::cdf(z),
        }
    }
}

// ANCHOR: critical
/// The gain g at which a layer of std g/√fan_in passes on the mean square of a standard normal signal: 1/√E\[φ(z)²\].
///
/// Derivation: if the inputs of a layer are φ(z) with z standard normal, the sum of fan_in products of independent weights and
/// inputs has the variance fan_in · (g²/fan_in) · E\[φ(z)²\]. Setting it to 1 gives g. ReLU keeps one half of a symmetric
/// square, so g = √2.
///
/// ```
/// use approximation::gain::{Activation, critical};
///
/// assert!((critical(Activation::Linear) - 1.0).abs() < 1e-9);
/// assert!((critical(Activation::Relu) - 2.0_f64.sqrt()).abs() < 1e-9);
/// ```
///
/// The expectation is a sum over 2,001 even steps on \[−10, 10\], which for smooth functions under a normal density is
/// exact to rounding (and for ReLU, too, whose kink lies on the grid, where its square is smooth enough).
///
/// Source: He et al., *Delving Deep into Rectifiers*, 2015, section 2.2.
pub fn critical(activation: Activation) -> f64 {
    let step = 0.01;
    let mean_square: f64 = (-1000..=1000)
        .map(|i| {
            let z = f64::from(i) * step;
            let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
            activation.value(z).powi(2) * density * step
        })
        .sum();
    1.0 / mean_square.sqrt()
}
// ANCHOR_END: critical

// ANCHOR: grad_norms
/// The length of dL/dh after each of `depth` layers h ← φ(W·h), from the first to the last, in a network at its start.
///
/// All layers are `width` wide with weights of standard deviation `gain`/√`width`; the input is standard normal and L is the sum of the
/// last layer's outputs, each times a standard normal number (a random cotangent). Deterministic in `seed`.
///
/// Cost: about 6·depth·width² floating-point operations.
pub fn grad_norms(depth: usize, width: usize, gain: f64, activation: Activation, seed: u64) -> Vec<f64> {
    let mut params = Params::new();
    let layers: Vec<_> = (0..depth)
        .map(|i| {
            let mut rng = stream(seed, "gain/weights", i as u64);
            let std = gain / (width as f64).sqrt();
            let w = Tensor::from_fn(width, width, |_, _| std * normal::sample(&mut rng));
            params.add(format!("layer {i}"), w, true)
        })
        .collect();
    let mut rng = stream(seed, "gain/signal", 0);
    let mut random = || -> Vec<f64> { (0..width).map(|_| normal::sample(&mut rng)).collect() };
    let (signal, cotangent) = (random(), random());

    let mut arena = Arena::new();
    let mut tape = Tape::record(&params, &mut arena);
    let mut h = tape.input([1, width], &signal);
    let mut after_each = vec![];
    for id in layers {
        let w = tape.param(id);
        let z = tape.linear(h, w, None);
        h = activation.on(&mut tape, z);
        tape.retain(h); // gradients of values in between are not kept otherwise
        after_each.push(h);
    }
    tape.backward_with(h, &cotangent, &mut Grads::like(&params));
    after_each.iter().map(|&h| linalg::norms::norm2(tape.grad(h))).collect()
}
// ANCHOR_END: grad_norms
