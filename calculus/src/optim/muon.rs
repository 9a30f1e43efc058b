//! Momentum, orthogonalised: every direction of a matrix gets a step of the same length. Chapter: *Optimisers*.

use super::NewtonSchulz;
use crate::tape::{Entry, Grads, Params};
use linalg::{Real, View};

/// Muon: momentum for matrices, with all singular values of the step brought to about 1.
///
/// ```text
/// V ← mu·V + G                     the velocity, a matrix as W and its gradient G
/// D = G + mu·V                     looking ahead, as Nesterov does (D = V without)
/// O = U·Vᵀ of D                    about: five steps of Newton-Schulz
/// W ← (1 − lr·weight_decay)·W − lr·√max(1, rows/cols)·O
/// ```
///
/// Adam gives every *entry* its step length, Muon every *direction*: the few large singular values, which all examples push at, no longer drown the
/// rest. A matrix is needed for that, so it moves entries of rank 2 alone. Embeddings, the output layer, gains and biases are
/// [`AdamW`](super::AdamW)'s, by the advice of its author: choose with [`Self::step_where`] and
/// [`AdamW::step_where`](super::AdamW::step_where).
///
/// PyTorch's `Muon` with `adjust_lr_fn="original"`, but for a factor 1 − mu in V, which orthogonalisation takes out again, and for its
/// products in bf16. Source: Keller Jordan and others, *Muon: an optimizer for hidden layers in neural networks*, 2024.
///
/// ```
/// use calculus::optim::Muon;
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("w", Tensor::zeros([2, 2]), true);
/// let mut grads = Grads::like(&params);
/// // One direction a hundred times as steep as the other:
/// grads.values_mut().copy_from_slice(&[1.0, 0.0, 0.0, 0.01]);
/// let mut muon = Muon::<f64>::new(&params, 0.95);
/// muon.step(&mut params, &grads, 0.1);
/// // both move by about 0.1
/// assert!(params.values()[0] < -0.06 && params.values()[3] < -0.06);
/// ```
#[derive(Clone, Debug)]
pub struct Muon<T> {
    /// How much of the velocity survives a step.
    pub mu: f64,
    /// Whether to look ahead.
    pub nesterov: bool,
    /// How fast weights decay, in units of the learning rate; where [`Entry::decay`] says so.
    pub weight_decay: f64,
    /// What makes all singular values about 1.
    pub schulz: NewtonSchulz<T>,
    velocity: Vec<T>,
    ahead: Vec<T>,
}

impl<T: Real> Muon<T> {
    /// At rest, looking ahead, without decay, five steps of Newton-Schulz with Jordan's coefficients. Jordan trains with mu 0.95.
    pub fn new(params: &Params<T>, mu: f64) -> Self {
        let schulz = NewtonSchulz::new(NewtonSchulz::<T>::MUON, 5);
        let velocity = vec![T::ZERO; params.len()];
        Muon { mu, nesterov: true, weight_decay: 0.0, schulz, velocity, ahead: vec![] }
    }

    /// One step of every matrix. All other entries stay as they are.
    ///
    /// # Panics
    /// As [`Self::step_where`].
    #[track_caller]
    pub fn step(&mut self, params: &mut Params<T>, grads: &Grads<T>, lr: f64) {
        self.step_where(params, grads, lr, |_| true);
    }

    /// One step of every matrix that is `chosen`.
    ///
    /// Cost: that of [`NewtonSchulz::orthogonalise`] for each, about 20·rows·cols·min(rows, cols) + 10·min³ FLOP. For a square n × n layer that saw
    /// a batch of B tokens, next to the 6·B·n² of forward and backward, a share of 5n/B.
    ///
    /// # Panics
    /// If `params` or `grads` has another length than the parameters this was made for.
    #[track_caller]
    pub fn step_where(
        &mut self,
        params: &mut Params<T>,
        grads: &Grads<T>,
        lr: f64,
        mut chosen: impl FnMut(&Entry) -> bool,
    ) {
        super::adamw::same_length(params.len(), grads.values().len());
        super::adamw::same_length(params.len(), self.velocity.len());
        let mu = T::from_f64(self.mu);
        let (values, entries) = params.split_mut();
        for entry in entries.iter().filter(|e| e.shape.rank() == 2) {
            if !chosen(entry) {
                continue;
            }
            let g = &grads.values()[entry.range.clone()];
            let v = &mut self.velocity[entry.range.clone()];
            self.ahead.resize(g.len(), T::ZERO);
            for ((ahead, v), &g) in self.ahead.iter_mut().zip(v).zip(g) {
                *v = mu * *v + g;
                *ahead = if self.nesterov { g + mu * *v } else { *v };
            }
            let (rows, cols) = (entry.shape[0], entry.shape[1]);
            let turned = self.schulz.orthogonalise(View::new(&self.ahead, entry.shape));
            // An orthogonal n × m matrix with n > m has entries of √(1/n): a tall layer's outputs move as far as a square one's.
            let step = T::from_f64(lr * (rows as f64 / cols as f64).max(1.0).sqrt());
            let keep = T::from_f64(if entry.decay { 1.0 - lr * self.weight_decay } else { 1.0 });
            for (w, &o) in values[entry.range.clone()].iter_mut().zip(turned.iter()) {
                *w = *w * keep - step * o;
            }
        }
    }

    /// The velocity, for a checkpoint: laid out as the parameters, 0 where nothing was chosen.
    pub fn velocity(&self) -> &[T] {
        &self.velocity
    }

    /// The velocity, from a checkpoint.
    pub fn velocity_mut(&mut self) -> &mut [T] {
        &mut self.velocity
    }
}
