//! Weight decay, in the gradient or beside it. Chapter: *Optimisers*.
//!
//! For plain descent the two are one: −lr·(g + λ·w) is −lr·g and then a factor 1 − lr·λ. As soon as a rule does something to the gradient,
//! a decay that went into it is treated likewise: Adam divides it by √v̂, so that weights with large gradients hardly decay.

use crate::tape::{Grads, Params};
use linalg::Real;

/// The coupled way ("L2"): g ← g + lambda·w, where [`Entry::decay`](crate::tape::Entry) says so. Call it before any rule's step.
///
/// PyTorch's `weight_decay` of `SGD`, `RMSprop` and `Adam`: the gradient of lambda/2·‖w‖².
///
/// ```
/// use calculus::optim::{Sgd, add_l2, decay_weights};
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("w", Tensor::full([1], 2.0), true);
/// params.add("b", Tensor::full([1], 2.0), false);
/// let mut grads = Grads::like(&params);
/// let mut other = params.clone();
///
/// add_l2(&params, &mut grads, 0.5);
/// assert_eq!(grads.values(), [1.0, 0.0]); // biases do not decay
/// Sgd.step(&mut params, &grads, 0.25);
///
/// grads.zero();
/// decay_weights(&mut other, 0.25, 0.5);
/// Sgd.step(&mut other, &grads, 0.25);
/// assert_eq!(params, other); // for plain descent, and only there
/// ```
///
/// Cost: reads 2 and writes 1 number a parameter that decays.
///
/// # Panics
/// If `grads` was made for other parameters.
#[track_caller]
pub fn add_l2<T: Real>(params: &Params<T>, grads: &mut Grads<T>, lambda: f64) {
    super::adamw::same_length(params.len(), grads.values().len());
    let lambda = T::from_f64(lambda);
    for entry in params.entries().iter().filter(|e| e.decay) {
        let w = &params.values()[entry.range.clone()];
        for (g, &w) in grads.values_mut()[entry.range.clone()].iter_mut().zip(w) {
            *g += lambda * w;
        }
    }
}

/// The decoupled way: w ← (1 − lr·lambda)·w, where [`Entry::decay`](crate::tape::Entry) says so. Call it before any rule's step.
///
/// [`AdamW`](super::AdamW) is this followed by [`Adam`](super::Adam). Source: Loshchilov and Hutter 2019, section 2.
///
/// Cost: reads and writes 1 number a parameter that decays.
pub fn decay_weights<T: Real>(params: &mut Params<T>, lr: f64, lambda: f64) {
    let keep = T::from_f64(1.0 - lr * lambda);
    let (values, entries) = params.split_mut();
    for entry in entries.iter().filter(|e| e.decay) {
        for w in &mut values[entry.range.clone()] {
            *w *= keep;
        }
    }
}
