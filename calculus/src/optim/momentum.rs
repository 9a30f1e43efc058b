//! Gradient descent with momentum. Chapter: *A GPT in one sitting*.

use crate::tape::{Grads, Params};
use linalg::Real;

/// Momentum: v ← mu·v + g, w ← w − lr·v. Steps in a lasting direction add up (to 1/(1 − mu) times), steps that
/// alternate cancel.
///
/// PyTorch's `SGD(momentum=mu)`. Source: Polyak 1964.
///
/// ```
/// use calculus::optim::Momentum;
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("w", Tensor::full([1], 0.0), true);
/// let mut grads = Grads::like(&params);
/// grads.values_mut()[0] = 1.0;
/// let mut momentum = Momentum::new(&params, 0.5);
/// for _ in 0..3 {
///     momentum.step(&mut params, &grads, 1.0);
/// }
/// assert_eq!(params.values(), [-(1.0 + 1.5 + 1.75)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Momentum<T> {
    /// How much of the velocity survives a step.
    pub mu: f64,
    velocity: Vec<T>,
}

impl<T: Real> Momentum<T> {
    /// At rest.
    pub fn new(params: &Params<T>, mu: f64) -> Self {
        Momentum { mu, velocity: vec![T::ZERO; params.len()] }
    }

    /// One step.
    ///
    /// # Panics
    /// If `params` or `grads` has another length than the parameters this was made for.
    #[track_caller]
    pub fn step(&mut self, params: &mut Params<T>, grads: &Grads<T>, lr: f64) {
        super::adamw::same_length(params.len(), grads.values().len());
        super::adamw::same_length(params.len(), self.velocity.len());
        let (lr, mu) = (T::from_f64(lr), T::from_f64(self.mu));
        let grads = grads.values().iter();
        // ANCHOR: step
        for ((w, v), &g) in params.values_mut().iter_mut().zip(&mut self.velocity).zip(grads) {
            *v = mu * *v + g;
            *w -= lr * *v;
        }
        // ANCHOR_END: step
    }

    /// The velocity, for a checkpoint.
    pub fn velocity(&self) -> &[T] {
        &self.velocity
    }

    /// The velocity, from a checkpoint.
    pub fn velocity_mut(&mut self) -> &mut [T] {
        &mut self.velocity
    }
}
