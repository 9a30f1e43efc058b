//! A multi-layer perceptron on the tensor tape: a whole training step on one page. Chapter: *The tensor tape*.
//!
//! [`crate::moons`] trains such a network number by number. Here a layer is three operations of the tape, whatever its
//! width, and the model owns names of parameters, not numbers. Everything larger, up to the GPT, has this form.

use crate::check::uniform;
use crate::optim::{AdamW, clip_global_norm};
use crate::tape::{Arena, Grads, ParamId, Params, Tape, Var};
use linalg::{Real, Tensor};

/// Linear layers with ReLUs between them, a cross-entropy loss, and AdamW.
///
/// ```
/// use calculus::perceptron::Perceptron;
///
/// // Exclusive or: which no single layer can learn.
/// let (x, labels) = ([0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], [0, 1, 1, 0]);
/// let mut net = Perceptron::<f64>::new(&[2, 8, 2], 1);
/// let before = net.step(&x, &labels, 0.05);
/// let after = (0..200).map(|_| net.step(&x, &labels, 0.05)).last().unwrap();
/// assert!(before > 0.5 && after < 0.01, "{before} {after}");
/// assert_eq!(net.classify(&x), labels);
/// ```
#[derive(Debug)]
pub struct Perceptron<T: 'static> {
    params: Params<T>,
    /// Weight and bias of each layer.
    layers: Vec<[ParamId; 2]>,
    arena: Arena<T>,
    grads: Grads<T>,
    adamw: AdamW<T>,
}

impl<T: Real> Perceptron<T> {
    /// A network with layers of the given widths, inputs first, classes last.
    ///
    /// Weights and biases start uniformly within ±1/√inputs, as PyTorch's `nn.Linear` does.
    ///
    /// # Panics
    /// If there are fewer than two widths.
    #[track_caller]
    pub fn new(widths: &[usize], seed: u64) -> Self {
        assert!(
            widths.len() >= 2,
            "a perceptron needs the widths of its inputs and of its classes, got {widths:?}"
        );
        let mut params = Params::new();
        let layers: Vec<_> = (0..widths.len() - 1)
            .map(|i| {
                let (inputs, outputs) = (widths[i], widths[i + 1]);
                let bound = 1.0 / (inputs as f64).sqrt();
                let start = |n: usize, purpose: usize| -> Vec<T> {
                    (0..n as u64).map(|j| T::from_f64(bound * uniform(seed, purpose as u64, j))).collect()
                };
                let weight = Tensor::new([outputs, inputs], start(outputs * inputs, 2 * i));
                let bias = Tensor::new([outputs], start(outputs, 2 * i + 1));
                [
                    params.add(format!("layer {i}/weight"), weight, true),
                    params.add(format!("layer {i}/bias"), bias, false),
                ]
            })
            .collect();
        let (grads, adamw) = (Grads::like(&params), AdamW::new(&params));
        Perceptron { params, layers, arena: Arena::new(), grads, adamw }
    }

    // ANCHOR: forward
    /// (rows, inputs) → (rows, classes).
    fn logits(layers: &[[ParamId; 2]], tape: &mut Tape<'_, T>, x: Var) -> Var {
        let mut y = x;
        for (i, &[weight, bias]) in layers.iter().enumerate() {
            if i > 0 {
                y = tape.relu(y);
            }
            let (weight, bias) = (tape.param(weight), tape.param(bias));
            y = tape.linear(y, weight, Some(bias));
        }
        y
    }
    // ANCHOR_END: forward

    // ANCHOR: step
    /// One training step on a batch of rows; returns the loss before it.
    ///
    /// # Panics
    /// If `x` does not hold one row for each label, or a label is no class.
    #[track_caller]
    pub fn step(&mut self, x: &[T], labels: &[u32], lr: f64) -> f64 {
        let inputs = self.params.view(self.layers[0][0]).shape()[1];
        let mut tape = Tape::record(&self.params, &mut self.arena);
        let x = tape.constant([labels.len(), inputs], x);
        let logits = Self::logits(&self.layers, &mut tape, x);
        let loss = tape.cross_entropy(logits, labels);
        let value = tape.item(loss).to_f64();

        self.grads.zero();
        tape.backward(loss, &mut self.grads);
        clip_global_norm(&mut self.grads, 1.0);
        self.adamw.step(&mut self.params, &self.grads, lr);
        value
    }
    // ANCHOR_END: step

    /// The most probable class of each row.
    pub fn classify(&mut self, x: &[T]) -> Vec<u32> {
        let inputs = self.params.view(self.layers[0][0]).shape()[1];
        let mut tape = Tape::infer(&self.params, &mut self.arena);
        let x = tape.constant([x.len() / inputs.max(1), inputs], x);
        let logits = Self::logits(&self.layers, &mut tape, x);
        let classes = tape.shape(logits)[1];
        let best = |row: &[T]| (0..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best });
        tape.value(logits).chunks(classes.max(1)).map(|row| best(row) as u32).collect()
    }

    /// The parameters.
    pub fn params(&self) -> &Params<T> {
        &self.params
    }
}
