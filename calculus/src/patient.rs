//! A deep network that can be made ill at a place and in a step of one's choice. Chapter: *The gradient clinic*.

use crate::check::uniform;
use crate::clinic::{Action, Clinic, Settings, Trace};
use crate::optim::{Sgd, clip_global_norm};
use crate::tape::{Arena, Grads, ParamId, Params, Tape, Var};
use linalg::Tensor;

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Illness {
    /// Nothing.
    None,
    /// The biases of a layer fall to −50: its ReLUs are silent for every input.
    Dead,
    /// The weights of a layer are suddenly 30 times as large.
    Loud,
    /// The result of a layer goes on as plain numbers, `.detach()` as it is called elsewhere.
    Detached,
    /// A layer is not in the optimiser's list.
    Forgotten,
    /// The gradient buffer is not emptied any more.
    NotZeroed,
}

/// How many classes its clouds of points have.
const CLASSES: usize = 4;
/// How many coordinates a point has.
const INPUTS: usize = 8;
/// How many points a step sees.
const ROWS: usize = 32;

/// A chain of linear layers and ReLUs that learns to tell four clouds of points apart, watched by a clinic.
///
/// ```
/// use calculus::clinic::Fault;
/// use calculus::patient::{Illness, Patient};
///
/// let mut patient = Patient::new(6, 16, 1).ill(Illness::Dead, 3, 20);
/// for _ in 0..30 {
///     patient.step();
/// }
/// let alarm = &patient.clinic().alarms()[0];
/// assert_eq!((alarm.fault, alarm.place.as_str(), alarm.step), (Fault::DeadUnits, "layer 3", 20));
/// ```
#[derive(Debug)]
pub struct Patient {
    params: Params<f64>,
    layers: Vec<[ParamId; 2]>,
    arena: Arena<f64>,
    grads: Grads<f64>,
    clinic: Clinic<f64>,
    illness: (Illness, usize, u64),
    clip: f64,
    rate: f64,
    seed: u64,
    step: u64,
    /// In which step the way to the first layer is written down, and that way.
    trace: (Option<u64>, Option<Trace>),
}

impl Patient {
    /// A healthy network of so many layers, so many units wide. Weights begin with a deviation of √(2/inputs), as a
    /// ReLU wants it.
    pub fn new(depth: usize, width: usize, seed: u64) -> Self {
        let mut params = Params::new();
        let layers = (0..depth).map(|i| {
            let inputs = if i == 0 { INPUTS } else { width };
            let outputs = if i + 1 == depth { CLASSES } else { width };
            let bound = (6.0 / inputs as f64).sqrt(); // uniform in ±bound: a deviation of bound/√3
            let start = |j: usize| bound * uniform(seed, i as u64, j as u64);
            let weight = Tensor::new([outputs, inputs], (0..outputs * inputs).map(start).collect());
            let weight = params.add(format!("layer {i}/weight"), weight, true);
            [weight, params.add(format!("layer {i}/bias"), Tensor::zeros([outputs]), false)]
        });
        let layers: Vec<_> = layers.collect();
        let (grads, clinic) =
            (Grads::like(&params), Clinic::new(&params, Settings { every: 1, ..Settings::default() }));
        let illness = (Illness::None, 0, 0);
        Patient {
            params,
            layers,
            arena: Arena::new(),
            grads,
            clinic,
            illness,
            clip: 1.0,
            rate: 0.05,
            seed,
            step: 0,
            trace: (None, None),
        }
    }

    /// The same network, ill in one layer from a step on.
    #[must_use]
    pub fn ill(mut self, illness: Illness, layer: usize, step: u64) -> Self {
        self.illness = (illness, layer, step);
        self
    }

    /// The same network, with another limit on the gradient's norm; ∞ for none.
    #[must_use]
    pub fn clipped(mut self, longest: f64) -> Self {
        self.clip = longest;
        self
    }

    /// The same network, with another learning rate than 0.05.
    #[must_use]
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// The same network, which writes down the way of one step's gradient to the weights of the first layer.
    #[must_use]
    pub fn traced(mut self, step: u64) -> Self {
        self.trace.0 = Some(step);
        self
    }

    /// What it has written down.
    pub fn trace(&self) -> Option<&Trace> {
        self.trace.1.as_ref()
    }

    /// Whether a layer has an illness now.
    fn has(&self, illness: Illness, layer: usize) -> bool {
        self.illness.0 == illness && self.illness.1 == layer && self.step >= self.illness.2
    }

    /// One step of training. Returns the loss before it, or `None` if the clinic says stop.
    pub fn step(&mut self) -> Option<f64> {
        self.fall_ill();
        let (points, labels) = clouds(self.seed, self.step);
        let ill = self.illness.0 == Illness::NotZeroed && self.step >= self.illness.2;
        if !ill {
            self.grads.zero();
        }
        let detached = (0..self.layers.len()).find(|&i| self.has(Illness::Detached, i));
        // ANCHOR: loop
        let mut tape = Tape::record(&self.params, &mut self.arena);
        let loss = forward(&mut tape, &self.layers, &points, &labels, detached);
        self.clinic.backward(self.step, &mut tape, loss, &mut self.grads); // in place of tape.backward
        let value = tape.item(loss);
        let norm = clip_global_norm(&mut self.grads, self.clip);
        if self.clinic.judge(&mut tape, &self.grads, norm) == Action::Stop {
            return None;
        }
        // ANCHOR_END: loop
        if self.trace.0 == Some(self.step) {
            self.trace.1 = self.clinic.trace(&tape, self.layers[0][0]);
        }
        // ANCHOR: update
        self.update(); // the optimiser's step
        self.clinic.updated(&self.params);
        // ANCHOR_END: update
        self.step += 1;
        Some(value)
    }

    fn update(&mut self) {
        let forgotten = (0..self.layers.len()).find(|&i| self.has(Illness::Forgotten, i));
        let kept = forgotten.map(|i| self.layers[i].map(|id| (id, self.params.get_mut(id).to_vec())));
        Sgd.step(&mut self.params, &self.grads, self.rate);
        for (id, old) in kept.into_iter().flatten() {
            self.params.get_mut(id).copy_from_slice(&old);
        }
    }

    /// What happens to the weights in the step in which it begins.
    fn fall_ill(&mut self) {
        let (illness, layer, step) = self.illness;
        let Some(&[weight, bias]) = self.layers.get(layer).filter(|_| step == self.step) else { return };
        match illness {
            Illness::Dead => self.params.get_mut(bias).fill(-50.0),
            Illness::Loud => self.params.get_mut(weight).iter_mut().for_each(|w| *w *= 30.0),
            _ => {}
        }
    }

    /// What watches it.
    pub fn clinic(&self) -> &Clinic<f64> {
        &self.clinic
    }

    /// The norms of the weights' gradients, layer by layer, in the last step: before clipping.
    pub fn gradients(&self) -> Vec<f64> {
        let flow = self.clinic.flow();
        let of = |id: ParamId| {
            let node = flow.sites().iter().rposition(|site| site.param == Some(id));
            node.and_then(|node| flow.grad(node)).unwrap_or(0.0)
        };
        self.layers.iter().map(|[weight, _]| of(*weight)).collect()
    }
}

fn forward(
    tape: &mut Tape<'_, f64>,
    layers: &[[ParamId; 2]],
    points: &[f64],
    labels: &[u32],
    detached: Option<usize>,
) -> Var {
    let mut y = tape.constant([labels.len(), INPUTS], points);
    for (i, layer) in layers.iter().enumerate() {
        tape.enter_nth("layer", i);
        let [weight, bias] = layer.map(|id| tape.param(id));
        y = tape.linear(y, weight, Some(bias));
        if i + 1 < layers.len() {
            y = tape.relu(y);
        }
        if detached == Some(i) {
            let numbers = tape.value(y).to_vec();
            y = tape.constant(tape.shape(y), &numbers);
        }
        tape.leave();
    }
    tape.enter("loss");
    let loss = tape.cross_entropy(y, labels);
    tape.leave();
    loss
}

/// Points around four centres, and which centre each belongs to.
fn clouds(seed: u64, step: u64) -> (Vec<f64>, Vec<u32>) {
    let labels: Vec<u32> = (0..ROWS as u32).map(|row| (row * 7 + step as u32) % CLASSES as u32).collect();
    let coordinate = |at: usize| {
        let centre = labels[at / INPUTS] as usize * INPUTS + at % INPUTS;
        1.7 * uniform(seed, 900, centre as u64) + 1.2 * uniform(seed, 1000 + step, at as u64)
    };
    ((0..ROWS * INPUTS).map(coordinate).collect(), labels)
}
