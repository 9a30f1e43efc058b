//! AdamW: Adam with decoupled weight decay.

use exercises::nn::adamw::Config;

/// What the optimiser remembers from step to step: two means a weight, and how often it was called.
pub struct AdamW {
    m: Vec<f64>,
    v: Vec<f64>,
    t: i32,
}

impl AdamW {
    /// An optimiser for `n` weights that has taken no step yet.
    pub fn new(n: usize) -> Self {
        AdamW { m: vec![0.0; n], v: vec![0.0; n], t: 0 }
    }

    /// One step: changes `w`, given its gradient `g`.
    pub fn step(&mut self, w: &mut [f64], g: &[f64], c: &Config) {
        self.t += 1;
        // The means began at 0 and are too small by these factors: on step 1 by a factor of ten and more.
        let (bias1, bias2) = (1.0 - c.beta1.powi(self.t), 1.0 - c.beta2.powi(self.t));
        for i in 0..w.len() {
            self.m[i] = c.beta1 * self.m[i] + (1.0 - c.beta1) * g[i];
            self.v[i] = c.beta2 * self.v[i] + (1.0 - c.beta2) * g[i] * g[i];
            let (m_hat, v_hat) = (self.m[i] / bias1, self.v[i] / bias2);
            // Decoupled: the decay does not pass through m and v, so the division cannot weaken it.
            w[i] -= c.lr * (m_hat / (v_hat.sqrt() + c.eps) + c.weight_decay * w[i]);
        }
    }
}
