//! A step length for each parameter, from the size of its gradient. Chapter: *Optimisers*.

use crate::tape::{Grads, Params};
use linalg::Real;

/// RMSProp: v ← alpha·v + (1 − alpha)·g², w ← w − lr·g/(√v + eps).
///
/// √v is the root of the mean square of a parameter's own gradients. Divided by it, gradients of all sizes make steps of about `lr`. v starts
/// at 0 and is not corrected for that, so the first steps are longer, up to 1/√(1 − alpha) times `lr`; [`Adam`](super::Adam) corrects it.
///
/// PyTorch's `RMSprop`. Source: Tieleman and Hinton 2012, lecture 6.5 of their course.
///
/// ```
/// use calculus::optim::RmsProp;
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("w", Tensor::full([2], 0.0_f64), true);
/// let mut grads = Grads::like(&params);
/// grads.values_mut().copy_from_slice(&[1e-3, -1e3]);
/// let mut rmsprop = RmsProp::new(&params);
/// rmsprop.step(&mut params, &grads, 0.01);
/// // Gradients a million apart, steps of one length: lr/√(1 − alpha), ten times lr.
/// assert!((params.values()[0] + 0.1).abs() < 1e-5 && (params.values()[1] - 0.1).abs() < 1e-5);
/// ```
///
/// Cost: reads 3 and writes 2 numbers a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct RmsProp<T> {
    /// How much of the mean squared gradient survives a step.
    pub alpha: f64,
    /// Keeps the division finite where the gradient was always 0.
    pub eps: f64,
    mean_square: Vec<T>,
}

impl<T: Real> RmsProp<T> {
    /// PyTorch's defaults: alpha 0.99, eps 1e-8. Change the fields as you like.
    pub fn new(params: &Params<T>) -> Self {
        RmsProp { alpha: 0.99, eps: 1e-8, mean_square: vec![T::ZERO; params.len()] }
    }

    /// One step.
    ///
    /// # Panics
    /// If `params` or `grads` has another length than the parameters this was made for.
    #[track_caller]
    pub fn step(&mut self, params: &mut Params<T>, grads: &Grads<T>, lr: f64) {
        super::adamw::same_length(params.len(), grads.values().len());
        super::adamw::same_length(params.len(), self.mean_square.len());
        let (lr, eps) = (T::from_f64(lr), T::from_f64(self.eps));
        let (old, new) = (T::from_f64(self.alpha), T::from_f64(1.0 - self.alpha));
        let grads = grads.values().iter();
        for ((w, v), &g) in params.values_mut().iter_mut().zip(&mut self.mean_square).zip(grads) {
            *v = old * *v + new * g * g;
            *w -= lr * g / (v.sqrt() + eps);
        }
    }

    /// The mean squared gradient, for a checkpoint.
    pub fn mean_square(&self) -> &[T] {
        &self.mean_square
    }

    /// The mean squared gradient, from a checkpoint.
    pub fn mean_square_mut(&mut self) -> &mut [T] {
        &mut self.mean_square
    }
}
