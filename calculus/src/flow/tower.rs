//! A classifier of many layers, in training, and how far each layer has moved. Chapter: *The flow of gradients*.
//!
//! The data are points of a square and three rings of it as classes, most of the points in the outermost. A model that ignores its input
//! and has learned how frequent the classes are reaches the entropy of the labels, and its loss has fallen on the way. That is all a deep
//! tower can do whose first layers hear nothing.

use super::stack::normal;
use crate::check::uniform;
use crate::optim::{Momentum, clip_global_norm};
use crate::tape::{Arena, Grads, ParamId, Params, Tape, Var};
use linalg::{Mat, Real, Tensor, norm2};

/// Points of the plane and their classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Data<T> {
    /// Coordinates, two a point.
    pub x: Vec<T>,
    /// One a point.
    pub labels: Vec<u32>,
}

/// Classes of [`rings`].
const CLASSES: usize = 3;

/// `n` points of the square [−1, 1]²: class 2 within a disc that covers a tenth of it, class 1 in a ring around that which covers two tenths,
/// class 0 outside.
///
/// ```
/// let data = calculus::flow::rings::<f32>(1000, 1);
/// let outside = data.labels.iter().filter(|&&label| label == 0).count();
/// assert!((650..750).contains(&outside));
/// ```
pub fn rings<T: Real>(n: usize, seed: u64) -> Data<T> {
    let x: Vec<f64> = (0..2 * n as u64).map(|i| uniform(seed, 0x51, i)).collect();
    let square = |r: f64| std::f64::consts::PI * r / 4.0; // the share of a disc of squared radius r
    let label = |p: &[f64]| match square(p[0] * p[0] + p[1] * p[1]) {
        share if share < 0.1 => 2,
        share if share < 0.3 => 1,
        _ => 0,
    };
    let labels = x.chunks(2).map(label).collect();
    Data { x: x.into_iter().map(T::from_f64).collect(), labels }
}

impl<T> Data<T> {
    /// The entropy of the labels in nats: the loss of the best model that does not look at its input.
    pub fn entropy(&self) -> f64 {
        let n = self.labels.len() as f64;
        (0..CLASSES as u32)
            .map(|class| self.labels.iter().filter(|&&label| label == class).count() as f64 / n)
            .filter(|&p| p > 0.0)
            .map(|p| -p * p.ln())
            .sum()
    }
}

/// The weights that a tower begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Weights and biases uniform within ±1/√inputs: what PyTorch's `nn.Linear` does by itself.
    Torch,
    /// Weights normal with standard deviation √(2/inputs), biases 0: He et al. 2015, for ReLUs.
    He,
}

/// A point, `depth` layers of ReLUs, three logits; trained with momentum on all data at once.
///
/// ```
/// use calculus::flow::{Start, Tower, rings};
///
/// let data = rings::<f32>(200, 1);
/// let mut tower = Tower::new(4, 16, Start::Torch, Some(0.5), 1);
/// let before = tower.step(&data, 0.05);
/// let after = (0..100).map(|_| tower.step(&data, 0.05)).last().unwrap();
/// assert!(after < before && tower.unmoved() == 0);
/// ```
#[derive(Debug)]
pub struct Tower<T: 'static> {
    params: Params<T>,
    start: Vec<T>,
    /// Weight and bias: of the first layer, of all in between, of the last.
    layers: Vec<[ParamId; 2]>,
    residual: Option<f64>,
    arena: Arena<T>,
    grads: Grads<T>,
    momentum: Momentum<T>,
}

impl<T: Real> Tower<T> {
    /// An untrained tower: a layer from the plane to `width`, `depth` layers of that width, a layer to the logits.
    ///
    /// `residual` as in [`Stack`](super::Stack): with `Some(s)` each of the `depth` layers in between is s times as much, and added to its input.
    pub fn new(depth: usize, width: usize, start: Start, residual: Option<f64>, seed: u64) -> Self {
        let mut params = Params::new();
        let mut layer = |name: String, nth: u64, inputs: usize, outputs: usize| {
            let at = |purpose: u64, i: usize| match start {
                Start::Torch => uniform(seed, purpose, i as u64) / (inputs as f64).sqrt(),
                Start::He if purpose % 2 == 1 => 0.0, // a bias
                Start::He => normal(seed, purpose, i as u64) * (2.0 / inputs as f64).sqrt(),
            };
            let w = Mat::from_fn(outputs, inputs, |i, j| at(2 * nth, i * inputs + j)).map(T::from_f64);
            let b =
                Tensor::new([outputs], (0..outputs).map(|i| at(2 * nth + 1, i)).map(T::from_f64).collect());
            [params.add(format!("{name}/weight"), w, true), params.add(format!("{name}/bias"), b, false)]
        };
        let mut layers = vec![layer("first".into(), 0, 2, width)];
        layers.extend((1..=depth).map(|i| layer(format!("layer {i}"), i as u64, width, width)));
        layers.push(layer("last".into(), 1 + depth as u64, width, CLASSES));
        let (grads, momentum) = (Grads::like(&params), Momentum::new(&params, 0.9));
        Tower {
            start: params.values().to_vec(),
            params,
            layers,
            residual,
            arena: Arena::new(),
            grads,
            momentum,
        }
    }

    // ANCHOR: logits
    fn logits(layers: &[[ParamId; 2]], residual: Option<f64>, tape: &mut Tape<'_, T>, x: Var) -> Var {
        let mut h = x;
        for (i, &[w, b]) in layers.iter().enumerate() {
            let (w, b) = (tape.param(w), tape.param(b));
            let z = tape.linear(h, w, Some(b));
            if i + 1 == layers.len() {
                return z;
            }
            let branch = tape.relu(z);
            h = match residual {
                Some(s) if i > 0 => {
                    let branch = tape.scale(branch, T::from_f64(s));
                    tape.add(h, branch)
                }
                _ => branch,
            };
        }
        h
    }
    // ANCHOR_END: logits

    /// One step on all data, with gradients clipped to length 1. Returns the loss before it. Allocates nothing after the first.
    pub fn step(&mut self, data: &Data<T>, lr: f64) -> f64 {
        let loss = self.backward(data);
        clip_global_norm(&mut self.grads, 1.0);
        self.momentum.step(&mut self.params, &self.grads, lr);
        loss
    }

    fn backward(&mut self, data: &Data<T>) -> f64 {
        let mut tape = Tape::record(&self.params, &mut self.arena);
        let x = tape.constant([data.labels.len(), 2], &data.x);
        let logits = Self::logits(&self.layers, self.residual, &mut tape, x);
        let loss = tape.cross_entropy(logits, &data.labels);
        self.grads.zero();
        tape.backward(loss, &mut self.grads);
        tape.item(loss).to_f64()
    }

    /// The share of points that are classified right.
    pub fn accuracy(&mut self, data: &Data<T>) -> f64 {
        let mut tape = Tape::infer(&self.params, &mut self.arena);
        let x = tape.constant([data.labels.len(), 2], &data.x);
        let logits = Self::logits(&self.layers, self.residual, &mut tape, x);
        let best = |row: &[T]| (0..CLASSES).fold(0, |best, i| if row[i] > row[best] { i } else { best });
        let rows = tape.value(logits).chunks(CLASSES).zip(&data.labels);
        rows.filter(|&(row, &label)| best(row) as u32 == label).count() as f64 / data.labels.len() as f64
    }

    /// ‖∂loss/∂W‖ of each layer where the weights are now, first layer first; not clipped.
    pub fn gradient_norms(&mut self, data: &Data<T>) -> Vec<f64> {
        self.backward(data);
        let of =
            |&[w, _]: &[ParamId; 2]| norm2(&self.grads.values()[self.params.entry(w).range.clone()]).to_f64();
        self.layers.iter().map(of).collect()
    }

    /// Of how many layers not one bit of weight or bias differs from the start.
    // ANCHOR: unmoved
    pub fn unmoved(&self) -> usize {
        let same = |&id: &ParamId| {
            let range = self.params.entry(id).range.clone();
            self.params.values()[range.clone()] == self.start[range]
        };
        self.layers.iter().filter(|layer| layer.iter().all(same)).count()
    }
    // ANCHOR_END: unmoved

    /// ‖W − W₀‖/‖W₀‖ of each layer, first layer first.
    pub fn moved(&self) -> Vec<f64> {
        let of = |&[w, _]: &[ParamId; 2]| {
            let range = self.params.entry(w).range.clone();
            let (now, start) = (&self.params.values()[range.clone()], &self.start[range]);
            let change: Vec<f64> = now.iter().zip(start).map(|(&a, &b)| (a - b).to_f64()).collect();
            norm2(&change) / norm2(start).to_f64()
        };
        self.layers.iter().map(of).collect()
    }
}
