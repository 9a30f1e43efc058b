//! The learning rate over a run. Chapter: *A GPT in one sitting*.

use std::f64::consts::PI;

/// A linear rise over `warmup` steps to `peak`, then half a cosine down to `floor` at step `steps`.
///
/// Warm-up: AdamW's first estimates of the gradient's size come from a handful of batches. Cosine: nearly constant at
/// first, then slowly to a stop. Sources: Goyal et al. 2017, section 2.2; Loshchilov and Hutter 2017.
///
/// ```
/// use calculus::optim::WarmupCosine;
///
/// let lr = WarmupCosine { peak: 1e-3, floor: 1e-4, warmup: 100, steps: 2000 };
/// assert_eq!(lr.at(0), 1e-5); // not 0: the first step counts
/// assert_eq!(lr.at(99), 1e-3);
/// assert!((lr.at(1050) - 0.55e-3).abs() < 1e-9); // half way down
/// assert_eq!(lr.at(2000), 1e-4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmupCosine {
    /// The highest learning rate.
    pub peak: f64,
    /// The last learning rate.
    pub floor: f64,
    /// How many steps the rise takes.
    pub warmup: u64,
    /// How many steps the run has.
    pub steps: u64,
}

impl WarmupCosine {
    /// The learning rate of a step, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.peak * (step + 1) as f64 / self.warmup as f64;
        }
        if step >= self.steps {
            return self.floor;
        }
        let progress = (step - self.warmup) as f64 / (self.steps - self.warmup) as f64;
        self.floor + (self.peak - self.floor) * 0.5 * (1.0 + (PI * progress).cos())
    }
}
