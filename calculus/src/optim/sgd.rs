//! Plain gradient descent. Chapter: *A GPT in one sitting*.

use crate::tape::{Grads, Params};
use linalg::Real;

/// Gradient descent: w ← w − lr·g. It has no state.
///
/// ```
/// use calculus::optim::Sgd;
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("w", Tensor::from_rows(&[[1.0, 2.0]]), true);
/// let mut grads = Grads::like(&params);
/// grads.values_mut().copy_from_slice(&[10.0, -10.0]);
/// Sgd.step(&mut params, &grads, 0.1);
/// assert_eq!(params.values(), [0.0, 3.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sgd;

impl Sgd {
    /// One step.
    ///
    /// # Panics
    /// If `grads` was made for other parameters.
    #[track_caller]
    pub fn step<T: Real>(self, params: &mut Params<T>, grads: &Grads<T>, lr: f64) {
        super::adamw::same_length(params.len(), grads.values().len());
        let lr = T::from_f64(lr);
        for (w, &g) in params.values_mut().iter_mut().zip(grads.values()) {
            *w -= lr * g;
        }
    }
}
