//! Momentum that looks ahead. Chapter: *Optimisers*.

use crate::tape::{Grads, Params};
use linalg::Real;

/// Nesterov's momentum: v ← mu·v + g, w ← w − lr·(g + mu·v).
///
/// [`Momentum`](super::Momentum) steps by v. This steps by what v will be after one more step of the same gradient, so that a velocity
/// that has become too long is noticed one step sooner. On a quadratic the same `mu` then bears a stretched valley better: see
/// [`quadratic`](super::quadratic).
///
/// PyTorch's `SGD(momentum=mu, nesterov=True)`. Sources: Nesterov 1983; in this form, with the parameters kept where the gradient is taken:
/// Sutskever, Martens, Dahl and Hinton 2013, section 2 and appendix.
///
/// ```
/// use calculus::optim::Nesterov;
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("w", Tensor::full([1], 0.0), true);
/// let mut grads = Grads::like(&params);
/// grads.values_mut()[0] = 1.0;
/// let mut nesterov = Nesterov::new(&params, 0.5);
/// nesterov.step(&mut params, &grads, 1.0); // v = 1
/// nesterov.step(&mut params, &grads, 1.0); // v = 1.5
/// assert_eq!(params.values(), [-(1.0 + 0.5 * 1.0) - (1.0 + 0.5 * 1.5)]);
/// ```
///
/// Cost: reads 3 and writes 2 numbers a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Nesterov<T> {
    /// How much of the velocity survives a step.
    pub mu: f64,
    velocity: Vec<T>,
}

impl<T: Real> Nesterov<T> {
    /// At rest.
    pub fn new(params: &Params<T>, mu: f64) -> Self {
        Nesterov { mu, velocity: vec![T::ZERO; params.len()] }
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
        for ((w, v), &g) in params.values_mut().iter_mut().zip(&mut self.velocity).zip(grads) {
            *v = mu * *v + g;
            *w -= lr * (g + mu * *v);
        }
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
