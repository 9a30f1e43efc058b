//! Momentum: descent with a memory, plain and as Nesterov has it.

use exercises::calculus::momentum::Config;

/// What the optimiser remembers from step to step: a velocity for each weight.
pub struct Momentum {
    v: Vec<f64>,
}

impl Momentum {
    /// An optimiser for `n` weights, at rest.
    pub fn new(n: usize) -> Self {
        Momentum { v: vec![0.0; n] }
    }

    /// One step: changes `w`, given its gradient `g`.
    pub fn step(&mut self, w: &mut [f64], g: &[f64], c: &Config) {
        for i in 0..w.len() {
            self.v[i] = c.mu * self.v[i] + g[i];
            // Looking ahead takes the new velocity: with the old one it would be the plain step again.
            let along = if c.nesterov { g[i] + c.mu * self.v[i] } else { self.v[i] };
            w[i] -= c.lr * along;
        }
    }
}
