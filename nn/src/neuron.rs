//! One neuron, twice: as it is often taught, and as it has to be. Chapter: *The neuron that cannot learn*.
//!
//! [`FrozenNeuron`] is a faithful port of a dozen lines of Python that look right, run without an error, and can never
//! learn. [`Neuron`] is the same neuron mended. [`omissions`] holds the four half-way houses: each forgets exactly one of
//! the four things that the first version forgets all at once.

pub mod omissions;

use linalg::Real;
use linalg::kernels::{axpy, dot};
use probability::normal;
use rand::Rng;

/// The neuron of the first chapter's Python listing, line for line.
///
/// y = max(0, w·x + b). Its `backward` subtracts a gradient that nobody computes: `grad_w` is zero from the first
/// line to the last, so no number of steps moves the loss by a single bit.
///
/// ```
/// use nn::neuron::FrozenNeuron;
///
/// let mut neuron = FrozenNeuron::new(vec![0.5, -1.0], 0.25);
/// let before = neuron.forward(&[3.0, 1.0]);
/// neuron.backward(before - 7.0, 0.01); // the answer should have been 7
/// assert_eq!(neuron.forward(&[3.0, 1.0]), before); // ... and it still is not
/// ```
#[derive(Clone, Debug)]
pub struct FrozenNeuron {
    /// One weight an input.
    pub w: Vec<f64>,
    /// The bias.
    pub b: f64,
    grad_w: Vec<f64>,
    out: f64,
}

// ANCHOR: frozen
impl FrozenNeuron {
    /// A neuron with the given weights and bias, and a gradient of zeros.
    pub fn new(w: Vec<f64>, b: f64) -> Self {
        let grad_w = vec![0.0; w.len()];
        FrozenNeuron { w, b, grad_w, out: 0.0 }
    }

    /// y = max(0, w·x + b).
    pub fn forward(&mut self, x: &[f64]) -> f64 {
        self.out = dot(&self.w, x) + self.b;
        self.out.max(0.0)
    }

    /// "Gradient descent": w ← w − lr·grad_w.
    pub fn backward(&mut self, _grad_out: f64, lr: f64) {
        axpy(-lr, &self.grad_w, &mut self.w);
    }
}
// ANCHOR_END: frozen

impl FrozenNeuron {
    /// Weights and bias drawn from the standard normal law, as in the Python original.
    pub fn random(n_inputs: usize, rng: &mut impl Rng) -> Self {
        let w = (0..n_inputs).map(|_| normal::sample(rng)).collect();
        FrozenNeuron::new(w, normal::sample(rng))
    }
}

/// The neuron, mended.
///
/// y = max(0, z) with z = w·x + b. If the loss changes by dL/dy when y does, then by the chain rule
///
/// dL/dz = dL/dy · \[z > 0\],  dL/dw = dL/dz · x,  dL/db = dL/dz.
///
/// At z = 0 the derivative is taken to be 0, as PyTorch and JAX do.
///
/// ```
/// use nn::neuron::Neuron;
///
/// let mut neuron = Neuron::new(vec![0.5, -1.0], 0.25);
/// for _ in 0..100 {
///     let y = neuron.forward(&[3.0, 1.0]);
///     neuron.backward(y - 7.0, 0.01);
/// }
/// assert!((neuron.forward(&[3.0, 1.0]) - 7.0).abs() < 1e-3);
/// ```
///
/// Cost of a step: 4n + O(1) floating-point operations for n inputs, 2n of them in `forward`.
#[derive(Clone, Debug)]
pub struct Neuron {
    /// One weight an input.
    pub w: Vec<f64>,
    /// The bias.
    pub b: f64,
    x: Vec<f64>,
    z: f64,
}

impl Neuron {
    /// A neuron with the given weights and bias.
    pub fn new(w: Vec<f64>, b: f64) -> Self {
        let x = vec![0.0; w.len()];
        Neuron { w, b, x, z: 0.0 }
    }

    // ANCHOR: forward
    /// y = max(0, w·x + b). Keeps x and z: the backward pass needs both.
    pub fn forward(&mut self, x: &[f64]) -> f64 {
        self.x.copy_from_slice(x);
        self.z = dot(&self.w, x) + self.b;
        // A NaN stays a NaN. f64::max, like Python's max(0, z), would return 0.
        self.z.max_nan(0.0)
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    /// One step of gradient descent, given dL/dy in `grad_out`.
    pub fn backward(&mut self, grad_out: f64, lr: f64) {
        let gate = if self.z > 0.0 { 1.0 } else { 0.0 };
        let d_z = grad_out * gate;
        axpy(-lr * d_z, &self.x, &mut self.w); // dL/dw = d_z · x
        self.b -= lr * d_z; //                    dL/db = d_z
    }
    // ANCHOR_END: backward
}

impl Neuron {
    /// Weights and bias drawn from the standard normal law.
    pub fn random(n_inputs: usize, rng: &mut impl Rng) -> Self {
        let w = (0..n_inputs).map(|_| normal::sample(rng)).collect();
        Neuron::new(w, normal::sample(rng))
    }
}

/// One update of a neuron's weights and bias for one input and one dL/dy: the signature of the first exercise.
pub type Backward = fn(w: &mut [f64], b: &mut f64, x: &[f64], dy: f64, lr: f64);

/// The task of the first chapter: 32 readings of a sensor, x from −1 to 2, on the hinge max(0, 2x − 1).
///
/// The six readings left of x = −½ are `offset` instead of 0: a badly calibrated sensor. No output of a ReLU is
/// negative, so with a negative offset these six can never be matched, and a good backward pass leaves them alone.
pub fn sensor(offset: f64) -> Vec<(f64, f64)> {
    (0..32)
        .map(|i| {
            let x = -1.0 + 3.0 * i as f64 / 31.0;
            (x, if x < -0.5 { offset } else { (2.0 * x - 1.0).max(0.0) })
        })
        .collect()
}

/// The mean of ½(y − target)² over all points, for the neuron y = max(0, wx + b).
pub fn mean_loss(w: f64, b: f64, points: &[(f64, f64)]) -> f64 {
    let total: f64 =
        points.iter().map(|&(x, target)| 0.5 * ((w * x + b).max_nan(0.0) - target).powi(2)).sum();
    total / points.len() as f64
}

/// What training did: the loss before each sweep and after the last, and where the neuron ended.
#[derive(Clone, Debug)]
pub struct Run {
    /// `losses[s]` is the mean loss after s sweeps over the points.
    pub losses: Vec<f64>,
    /// The weight at the end.
    pub w: f64,
    /// The bias at the end.
    pub b: f64,
}

/// Trains a neuron with one input on `points`, one after the other, `sweeps` times over.
///
/// The loss of one point is ½(y − target)², so dL/dy = y − target.
pub fn train(backward: Backward, points: &[(f64, f64)], start: (f64, f64), lr: f64, sweeps: usize) -> Run {
    // ANCHOR: train
    let (mut w, mut b) = ([start.0], start.1);
    let mut losses = vec![mean_loss(w[0], b, points)];
    for _ in 0..sweeps {
        for &(x, target) in points {
            let y = (w[0] * x + b).max_nan(0.0);
            backward(&mut w, &mut b, &[x], y - target, lr);
        }
        losses.push(mean_loss(w[0], b, points));
    }
    // ANCHOR_END: train
    Run { losses, w: w[0], b }
}
