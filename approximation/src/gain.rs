//! Depth times gain: what happens to a gradient on its way through many layers. Chapter: *Universal approximation*.
//!
//! A layer h ← φ(W·h) with weights of standard deviation g/√width multiplies the length of what flows through it by about the
//! same factor every time. Through 50 layers a factor of 0.9 is 0.005, and one of 1.1 is 117. There is one gain at which the factor
//! is 1, it depends on the activation alone, and it can be computed before anything is trained. For ReLU it is the same forward
//! and backward; for tanh and GELU the two differ by a few percent.

use calculus::tape::{Arena, Grads, Params, Tape, Var};
use linalg::Tensor;
use linalg::norms::norm2;
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

    /// φ'(z), the slope at one number; 0 at the kink of the ReLU.
    pub fn slope(self, z: f64) -> f64 {
        match self {
            Activation::Linear => 1.0,
            Activation::Relu => f64::from(u8::from(z > 0.0)),
            Activation::Tanh => 1.0 - z.tanh().powi(2),
            Activation::Gelu => normal::cdf(z) + z * normal::pdf(z),
        }
    }
}

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
/// Source: He et al., *Delving Deep into Rectifiers*, 2015, section 2.2.
// ANCHOR: critical
pub fn critical(activation: Activation) -> f64 {
    1.0 / mean_square(|z| activation.value(z)).sqrt()
}
// ANCHOR_END: critical

/// The gain at which a layer of `width` inputs and outputs passes on the mean square of a *gradient*: 1/√E\[φ'(z)²\].
///
/// Derivation: one element of the gradient before a layer is a sum over the units behind it of weight times slope times gradient;
/// with all three independent its variance is width · (g²/width) · E\[φ'(z)²\] times that of the gradient behind. For ReLU
/// the slope is 0 or 1, each half of the time, and the gain is √2, as it is forward. For others it is not the forward one.
///
/// ```
/// use approximation::gain::{Activation, critical, critical_backward};
///
/// assert!((critical_backward(Activation::Relu) - 2.0_f64.sqrt()).abs() < 1e-9);
/// assert!(critical_backward(Activation::Tanh) < 0.93 * critical(Activation::Tanh));
/// ```
///
/// Source: He et al., *Delving Deep into Rectifiers*, 2015, section 2.2, backward propagation case; the independence is an
/// assumption, and the chapter's test measures how well it holds.
// ANCHOR: critical_backward
pub fn critical_backward(activation: Activation) -> f64 {
    1.0 / mean_square(|z| activation.slope(z)).sqrt()
}

/// The mean of f(z)² over a standard normal z: a sum over 2,000
/// midpoints of [−10, 10]. No midpoint is 0, where a ReLU has its kink.
fn mean_square(f: impl Fn(f64) -> f64) -> f64 {
    let step = 0.01;
    (-1000..1000)
        .map(|i| {
            let z = (f64::from(i) + 0.5) * step;
            f(z).powi(2) * normal::pdf(z) * step
        })
        .sum()
}
// ANCHOR_END: critical_backward

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

    // ANCHOR: grad_norms
    let mut arena = Arena::new();
    let mut tape = Tape::record(&params, &mut arena);
    let mut h = tape.input([1, width], &signal);
    let mut after_each = vec![];
    for id in layers {
        let w = tape.param(id);
        let z = tape.linear(h, w, None);
        h = activation.on(&mut tape, z);
        tape.retain(h); // else its gradient is not kept
        after_each.push(h);
    }
    tape.backward_with(h, &cotangent, &mut Grads::like(&params));
    after_each.iter().map(|&h| norm2(tape.grad(h))).collect()
    // ANCHOR_END: grad_norms
}
