//! The edge of stability: a small network, all of its data, a constant learning rate. Chapter: *Optimisers*.
//!
//! Theory for a fixed bowl says: a learning rate η bears a sharpness of up to 2/η. A network's sharpness is not fixed. Under full-batch gradient descent it
//! rises, until it is 2/η, and there it stays, while the loss goes on falling in an irregular way: the rate chooses the valley.
//!
//! Source: Cohen, Kaur, Li, Kolter and Talwalkar, *Gradient descent on neural networks typically occurs at the edge of stability*, ICLR 2021.

use super::{Curvature, Objective, Sgd};
use crate::tape::{Arena, Grads, ParamId, Params, Tape, Var};
use linalg::{Error, Real, Tensor};

/// How many points the curve is known at.
pub const POINTS: usize = 20;

/// A network 1 → width → width → 1 with tanh, fitted to points of a curve by its mean squared error.
#[derive(Clone, Debug)]
pub struct Curve {
    x: [f64; POINTS],
    y: [f64; POINTS],
    /// Weight and bias of each layer.
    layers: [[ParamId; 2]; 3],
}

impl Curve {
    /// [`POINTS`] points of the Chebyshev polynomial T₅ on [−1, 1], and a network with weights uniform within ±√(3/inputs) (a standard deviation of
    /// 1/√inputs), biases 0.
    pub fn new(width: usize, seed: u64) -> (Self, Params<f64>) {
        let x: [f64; POINTS] = std::array::from_fn(|i| (2 * i + 1) as f64 / POINTS as f64 - 1.0);
        let y = x.map(|x| 16.0 * x.powi(5) - 20.0 * x.powi(3) + 5.0 * x);
        let mut params = Params::new();
        let layers = [(1, width), (width, width), (width, 1)];
        let mut nth = 0;
        let layers = layers.map(|(inputs, outputs)| {
            nth += 1;
            let bound = (3.0 / inputs as f64).sqrt();
            let weight = (0..outputs * inputs).map(|i| bound * crate::check::uniform(seed, nth, i as u64));
            [
                params.add(
                    format!("layer {nth}/weight"),
                    Tensor::new([outputs, inputs], weight.collect()),
                    true,
                ),
                params.add(format!("layer {nth}/bias"), Tensor::zeros([outputs]), false),
            ]
        });
        (Curve { x, y, layers }, params)
    }
}

impl Objective for Curve {
    fn loss<T: Real>(&self, tape: &mut Tape<'_, T>) -> Var {
        let mut h = tape.constant([POINTS, 1], &self.x.map(T::from_f64));
        for (i, &[weight, bias]) in self.layers.iter().enumerate() {
            if i > 0 {
                h = tape.tanh(h);
            }
            let (weight, bias) = (tape.param(weight), tape.param(bias));
            h = tape.linear(h, weight, Some(bias));
        }
        let target = tape.constant([POINTS, 1], &self.y.map(T::from_f64));
        let off = tape.sub(h, target);
        let squares = tape.square(off);
        tape.mean(squares)
    }
}

/// What was seen at one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// How many steps had been made.
    pub step: usize,
    /// The loss.
    pub loss: f64,
    /// The largest eigenvalue of its Hessian.
    pub sharpness: f64,
}

/// Full-batch gradient descent with a constant rate; every `every` steps the sharpness.
///
/// # Errors
/// As [`Curvature::largest`]: a run that flies off ends there.
// ANCHOR: run
pub fn run(
    objective: &impl Objective,
    params: &mut Params<f64>,
    rate: f64,
    steps: usize,
    every: usize,
) -> Result<Vec<Seen>, Error> {
    let (mut arena, mut grads) = (Arena::new(), Grads::like(params));
    let (mut curvature, mut seen) = (Curvature::new(params), Vec::new());
    for step in 0..=steps {
        let loss = objective.gradient(params, &mut arena, &mut grads);
        if step % every == 0 {
            curvature.move_to(params);
            let sharpness = curvature.largest(objective, 1, 1e-4)?.values[0];
            seen.push(Seen { step, loss, sharpness });
        }
        Sgd.step(params, &grads, rate);
    }
    Ok(seen)
}
// ANCHOR_END: run
