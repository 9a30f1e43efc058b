//! Adam: momentum over a step length of one's own. Chapter: *Optimisers*.

use crate::tape::{Grads, Params};
use linalg::Real;

/// Adam: the mean gradient, divided by the root of the mean squared gradient.
///
/// It is [`AdamW`](super::AdamW) with `weight_decay` 0, written to be read: one loop, no chunks, no threads, the correction of the bias on
/// lines of its own. A test holds the two equal. Train with the other one.
///
/// Both means begin at 0. After t steps with a constant gradient g, m is (1 − beta1ᵗ)·g and v is (1 − beta2ᵗ)·g²: too small by factors that
/// are known, and divided out. What that correction is worth is seen when t is wrong: see the chapter.
///
/// PyTorch's `Adam`, without its `weight_decay` (which is [`add_l2`](super::add_l2)). Source: Kingma and Ba 2015, algorithm 1 and section 3.
///
/// ```
/// use calculus::optim::Adam;
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("w", Tensor::full([1], 0.0_f64), true);
/// let mut grads = Grads::like(&params);
/// grads.values_mut()[0] = 7.0;
/// let mut adam = Adam::new(&params);
/// for _ in 0..5 {
///     adam.step(&mut params, &grads, 0.1);
/// }
/// // A constant gradient makes steps of lr from the first one on, whatever its size.
/// assert!((params.values()[0] + 0.5).abs() < 1e-8);
/// ```
///
/// Cost: reads 4 and writes 3 numbers a parameter; two divisions and a root.
#[derive(Clone, Debug, PartialEq)]
pub struct Adam<T> {
    /// How much of the mean gradient survives a step.
    pub beta1: f64,
    /// How much of the mean squared gradient survives a step.
    pub beta2: f64,
    /// Keeps the division finite where the gradient was always 0.
    pub eps: f64,
    /// How many steps were made.
    pub steps: u64,
    m: Vec<T>,
    v: Vec<T>,
}

impl<T: Real> Adam<T> {
    /// The paper's and PyTorch's defaults: beta 0.9 and 0.999, eps 1e-8.
    pub fn new(params: &Params<T>) -> Self {
        let zeros = vec![T::ZERO; params.len()];
        Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8, steps: 0, m: zeros.clone(), v: zeros }
    }

    // ANCHOR: step
    /// One step.
    ///
    /// # Panics
    /// If `params` or `grads` has another length than the parameters this was made for.
    #[track_caller]
    pub fn step(&mut self, params: &mut Params<T>, grads: &Grads<T>, lr: f64) {
        super::adamw::same_length(params.len(), grads.values().len());
        super::adamw::same_length(params.len(), self.m.len());
        self.steps += 1;
        let (lr, eps) = (T::from_f64(lr), T::from_f64(self.eps));
        let [b1, b2] = [self.beta1, self.beta2].map(T::from_f64);
        let [a1, a2] = [self.beta1, self.beta2].map(|b| T::from_f64(1.0 - b));
        // How much of a full mean m and v hold by now.
        let share = |beta: f64| 1.0 - beta.powf(self.steps as f64);
        let [share1, share2] = [share(self.beta1), share(self.beta2)].map(T::from_f64);
        let state = self.m.iter_mut().zip(&mut self.v);
        for ((w, (m, v)), &g) in params.values_mut().iter_mut().zip(state).zip(grads.values()) {
            *m = b1 * *m + a1 * g;
            *v = b2 * *v + a2 * g * g;
            let (m_hat, v_hat) = (*m / share1, *v / share2);
            *w -= lr * m_hat / (v_hat.sqrt() + eps);
        }
    }
    // ANCHOR_END: step

    /// The mean gradient and the mean squared gradient, for a checkpoint (with [`Self::steps`]).
    pub fn moments(&self) -> (&[T], &[T]) {
        (&self.m, &self.v)
    }

    /// The mean gradient and the mean squared gradient, from a checkpoint.
    pub fn moments_mut(&mut self) -> (&mut [T], &mut [T]) {
        (&mut self.m, &mut self.v)
    }
}
