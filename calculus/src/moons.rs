//! Two moons: a network of 337 weights, trained number by number. Chapter: *Reverse mode*.
//!
//! The data are two interleaved half circles, which no straight line separates. The network is a 2-16-16-1 perceptron with
//! ReLUs, its loss the hinge max(0, 1 − label·score), averaged over the points, plus a little of the squared weights. It is
//! the demonstration of Andrej Karpathy's *micrograd* (2020), so that its time for a step can be compared.
//!
//! All of it is written with the [scalar tape](crate::scalar): a step records the loss of all points, sweeps back once, and
//! moves the weights against the gradient.

use crate::scalar::{Gradients, Tape, Var};
use linalg::Real;
use std::f64::consts::{PI, TAU};

/// A point of the plane, and which of the moons it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Coordinates.
    pub x: [f64; 2],
    /// −1 for the upper moon, +1 for the lower one.
    pub label: f64,
}

/// `n` points of two moons by turns, with normal noise of the given standard deviation.
///
/// ```
/// use calculus::moons::two_moons;
///
/// let data = two_moons(100, 0.0, 1);
/// assert_eq!(data.iter().map(|s| s.label).sum::<f64>(), 0.0);
/// let upper = data[0].x; // without noise, on the unit circle
/// assert!((upper[0].hypot(upper[1]) - 1.0).abs() < 1e-15);
/// ```
pub fn two_moons(n: usize, noise: f64, seed: u64) -> Vec<Sample> {
    let mut random = Uniform(seed);
    (0..n)
        .map(|i| {
            let angle = PI * random.next();
            let (center, label) = if i % 2 == 0 {
                ([angle.cos(), angle.sin()], -1.0)
            } else {
                ([1.0 - angle.cos(), 0.5 - angle.sin()], 1.0)
            };
            // Box and Muller: a radius and a direction make two independent normal numbers.
            let radius = noise * (-2.0 * (1.0 - random.next()).ln()).sqrt();
            let direction = TAU * random.next();
            Sample { x: [center[0] + radius * direction.cos(), center[1] + radius * direction.sin()], label }
        })
        .collect()
}

const HIDDEN: usize = 16;
const LAYERS: [usize; 3] = [HIDDEN * (2 + 1), HIDDEN * (HIDDEN + 1), HIDDEN + 1];

/// How many weights the network has, biases included: 16·3 + 16·17 + 17.
pub const WEIGHTS: usize = LAYERS[0] + LAYERS[1] + LAYERS[2];

/// Weights before training: uniform in (−1, 1), biases 0, as in micrograd.
pub fn random_weights(seed: u64) -> Vec<f64> {
    let mut random = Uniform(seed);
    let inputs_of = |i: usize| if i < LAYERS[0] { 2 } else { HIDDEN };
    (0..WEIGHTS)
        .map(|i| {
            let in_layer = if i < LAYERS[0] { i } else { i - LAYERS[0] };
            let bias = in_layer % (inputs_of(i) + 1) == inputs_of(i);
            if bias { 0.0 } else { 2.0 * random.next() - 1.0 }
        })
        .collect()
}

// ANCHOR: network
/// A layer, W·x + b. Each row of `weights` ends with its bias: shape (OUT, IN + 1).
fn layer<'t, T: Real, const IN: usize, const OUT: usize>(
    weights: &[Var<'t, T>],
    x: &[Var<'t, T>; IN],
) -> [Var<'t, T>; OUT] {
    std::array::from_fn(|out| {
        let row = &weights[out * (IN + 1)..][..=IN];
        row[IN] + row[0].tape().dot(&row[..IN], x)
    })
}

/// The score of one point: negative for the upper moon, positive for the lower one.
pub fn score<'t, T: Real>(weights: &[Var<'t, T>; WEIGHTS], x: [Var<'t, T>; 2]) -> Var<'t, T> {
    let (first, rest) = weights.split_at(LAYERS[0]);
    let (second, last) = rest.split_at(LAYERS[1]);
    let hidden: [_; HIDDEN] = layer(first, &x).map(Var::relu);
    let hidden: [_; HIDDEN] = layer(second, &hidden).map(Var::relu);
    let [score] = layer(last, &hidden);
    score
}

/// The loss of all samples: mean hinge loss + 1e-4·Σw². Returns it with the number of samples on the right side.
pub fn loss<'t, T: Real>(
    tape: &'t Tape<T>,
    weights: &[Var<'t, T>; WEIGHTS],
    data: &[Sample],
) -> (Var<'t, T>, usize) {
    let mut correct = 0;
    let mut hinges = tape.var(T::ZERO);
    for sample in data {
        let score = score(weights, sample.x.map(|x| tape.var(T::from_f64(x))));
        hinges += (1.0 - sample.label * score).relu();
        correct += usize::from(score.value().to_f64() * sample.label > 0.0);
    }
    (hinges / data.len() as f64 + 1e-4 * tape.dot(weights, weights), correct)
}
// ANCHOR_END: network

/// [`loss`] once more without a tape, for any kind of number: the referee, on duals, and what a forward pass alone costs.
///
/// # Panics
/// If there are not [`WEIGHTS`] weights.
pub fn plain_loss<T: Real>(weights: &[T], data: &[Sample]) -> T {
    assert!(weights.len() == WEIGHTS, "{} weights for a network of {WEIGHTS}", weights.len());
    fn layer<T: Real>(weights: &[T], x: &[T], y: &mut [T]) {
        for (row, y) in weights.chunks(x.len() + 1).zip(y) {
            *y = row[..x.len()].iter().zip(x).fold(row[x.len()], |sum, (&w, &x)| sum + w * x);
        }
    }
    let relu = |x: T| if x > T::ZERO { x } else { T::ZERO };
    let (first, rest) = weights.split_at(LAYERS[0]);
    let (second, last) = rest.split_at(LAYERS[1]);
    let (mut a, mut b, mut score) = ([T::ZERO; HIDDEN], [T::ZERO; HIDDEN], [T::ZERO]);
    let mut hinges = T::ZERO;
    for sample in data {
        layer(first, &sample.x.map(T::from_f64), &mut a);
        layer(second, &a.map(relu), &mut b);
        layer(last, &b.map(relu), &mut score);
        hinges += relu(T::ONE - T::from_f64(sample.label) * score[0]);
    }
    let squares = weights.iter().fold(T::ZERO, |sum, &w| sum + w * w);
    hinges / T::from_f64(data.len() as f64) + T::from_f64(1e-4) * squares
}

/// The network in training: its weights, and the memory that its steps use again and again.
pub struct Classifier {
    /// All weights, layer by layer, row by row, each row followed by its bias.
    pub weights: Vec<f64>,
    tape: Tape,
    grads: Gradients,
}

impl Classifier {
    /// An untrained network.
    pub fn new(seed: u64) -> Self {
        Classifier { weights: random_weights(seed), tape: Tape::new(), grads: Gradients::new() }
    }

    /// One step of gradient descent on all samples: record, sweep back, move.
    ///
    /// Returns the loss before the move, and how many samples were on the right side.
    // ANCHOR: step
    pub fn step(&mut self, data: &[Sample], rate: f64) -> (f64, usize) {
        self.tape.clear();
        let weights = std::array::from_fn(|i| self.tape.var(self.weights[i]));
        let (loss, correct) = loss(&self.tape, &weights, data);
        loss.backward_into(&mut self.grads);
        for (w, var) in self.weights.iter_mut().zip(weights) {
            *w -= rate * self.grads.wrt(var);
        }
        (loss.value(), correct)
    }
    // ANCHOR_END: step

    /// The score of one point; see [`score`].
    pub fn score(&mut self, x: [f64; 2]) -> f64 {
        self.tape.clear();
        let weights = std::array::from_fn(|i| self.tape.var(self.weights[i]));
        score(&weights, x.map(|x| self.tape.var(x))).value()
    }

    /// How many nodes and edges the last step (or score) recorded.
    pub fn recorded(&self) -> (usize, usize) {
        self.tape.size()
    }
}

/// micrograd's learning rate: from 1.0 down to 0.1 along a line.
pub fn rate(step: usize, steps: usize) -> f64 {
    1.0 - 0.9 * step as f64 / steps as f64
}

/// The median time of one training step in seconds: 100 points, full batch, `steps` steps after three to warm up.
///
/// # Panics
/// If `steps` is 0.
#[cfg(feature = "native")]
pub fn seconds_per_step(steps: usize) -> f64 {
    assert!(steps > 0, "no step, no median");
    let data = two_moons(100, 0.1, 1);
    let mut net = Classifier::new(2);
    let mut seconds: Vec<f64> = (0..steps + 3)
        .map(|_| {
            let start = std::time::Instant::now();
            std::hint::black_box(net.step(&data, 0.1));
            start.elapsed().as_secs_f64()
        })
        .skip(3)
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[steps / 2]
}

/// SplitMix64, enough randomness for a picture: Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014.
struct Uniform(u64);

impl Uniform {
    /// A number in [0, 1).
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
