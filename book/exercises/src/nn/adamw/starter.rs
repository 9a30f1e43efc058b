//! AdamW (Loshchilov and Hutter, 2019): Adam with decoupled weight decay.
//!
//! Step t = 1, 2, 3, … for every weight w with gradient g:
//!
//! ```text
//! m ← β₁·m + (1 − β₁)·g            the mean gradient
//! v ← β₂·v + (1 − β₂)·g²           the mean squared gradient
//! m̂ = m / (1 − β₁ᵗ)                both began at 0: undo that bias
//! v̂ = v / (1 − β₂ᵗ)
//! w ← w − lr·( m̂ / (√v̂ + ε) + weight_decay·w )
//! ```
//!
//! `new` makes an optimiser for n weights; `step` is called once a step, with a `Config` of lr, beta1, beta2, eps and weight_decay, all f64.
//! Give the struct the fields that it needs.

use exercises::nn::adamw::Config;

/// What the optimiser remembers from step to step.
pub struct AdamW {
    n: usize,
}

impl AdamW {
    /// An optimiser for `n` weights that has taken no step yet.
    pub fn new(n: usize) -> Self {
        AdamW { n }
    }

    /// One step: changes `w`, given its gradient `g`.
    pub fn step(&mut self, w: &mut [f64], g: &[f64], c: &Config) {
        todo!("the five lines above, for every weight")
    }
}
