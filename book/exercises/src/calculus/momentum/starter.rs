//! Momentum: descent with a memory, plain and as Nesterov has it.
//!
//! For every weight w with gradient g:
//!
//! ```text
//! v ← μ·v + g
//! w ← w − lr·v               plain
//! w ← w − lr·(g + μ·v)       with `nesterov`: by the v that another step like this one would give
//! ```
//!
//! v begins at 0 and has the units of a gradient: the learning rate does not go into it, and what v has gathered moves with whatever rate the
//! schedule says today. `new` makes an optimiser for n weights; `step` is called once a step, with a `Config` of lr, mu and nesterov,
//! which may be another one each time. Give the struct the fields that it needs.

use exercises::calculus::momentum::Config;

/// What the optimiser remembers from step to step.
pub struct Momentum {
    n: usize,
}

impl Momentum {
    /// An optimiser for `n` weights, at rest.
    pub fn new(n: usize) -> Self {
        Momentum { n }
    }

    /// One step: changes `w`, given its gradient `g`.
    pub fn step(&mut self, w: &mut [f64], g: &[f64], c: &Config) {
        todo!("the velocity first, then the weight")
    }
}
