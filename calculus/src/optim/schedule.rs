//! The learning rate over a run. Chapters: *A GPT in one sitting*, *Optimisers*.
//!
//! | schedule | rises | then | must know its end |
//! |---|---|---|---|
//! | [`Constant`] | over `warmup` steps | stays | no |
//! | [`WarmupCosine`] | the same | falls from the first step on, along half a cosine | yes |
//! | [`InverseSqrt`] | the same | falls as 1/√step | no |
//! | [`WarmupStableDecay`] | the same | stays, and falls at the end | when the fall begins |
//!
//! All of them count steps from 0, and none of them returns 0 at step 0: that step would be computed for nothing.

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
    // ANCHOR: cosine
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup {
            return rise(self.peak, step, self.warmup);
        }
        if step >= self.steps {
            return self.floor;
        }
        let progress = (step - self.warmup) as f64 / (self.steps - self.warmup) as f64;
        self.floor + (self.peak - self.floor) * 0.5 * (1.0 + (PI * progress).cos())
    }
    // ANCHOR_END: cosine
}

/// The way up: a share 1/warmup of the peak at step 0, all of it at step warmup − 1.
fn rise(peak: f64, step: u64, warmup: u64) -> f64 {
    peak * (step + 1) as f64 / warmup as f64
}

/// A linear rise over `warmup` steps to `peak`, which stays. What a fine-tune of a few hundred steps needs, and what theory is about.
///
/// ```
/// use calculus::optim::Constant;
///
/// let lr = Constant { peak: 0.1, warmup: 4 };
/// assert_eq!([lr.at(0), lr.at(3), lr.at(4), lr.at(1_000_000)], [0.025, 0.1, 0.1, 0.1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant {
    /// The learning rate.
    pub peak: f64,
    /// How many steps the rise takes.
    pub warmup: u64,
}

impl Constant {
    /// The learning rate of a step, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup { rise(self.peak, step, self.warmup) } else { self.peak }
    }
}

/// A linear rise over `warmup` steps to `peak`, then peak·√(warmup/(step + 1)): a run that nobody has given an end.
///
/// Source: Vaswani et al. 2017, section 5.3. Their formula, width^−0.5 · min(step^−0.5, step · warmup^−1.5) with steps counted from 1, is this one with
/// peak = (width · warmup)^−0.5.
///
/// ```
/// use calculus::optim::InverseSqrt;
///
/// let lr = InverseSqrt { peak: 1e-3, warmup: 100 };
/// assert_eq!(lr.at(0), 1e-5);
/// assert_eq!(lr.at(99), 1e-3);
/// assert_eq!(lr.at(399), 0.5e-3); // four times the warm-up, half the rate
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseSqrt {
    /// The highest learning rate.
    pub peak: f64,
    /// How many steps the rise takes; 0 is treated as 1.
    pub warmup: u64,
}

impl InverseSqrt {
    /// The learning rate of a step, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup {
            return rise(self.peak, step, self.warmup);
        }
        self.peak * (self.warmup.max(1) as f64 / (step + 1) as f64).sqrt()
    }
}

/// A linear rise over `warmup` steps to `peak`, which stays up to the last `decay` steps, and then a line down to `floor` at step `steps` ("WSD").
///
/// A checkpoint of the long middle can be finished at any time: copy it, decay one copy, go on with the other. A cosine has its end built in, and
/// a run that is made longer has to be run again. Sources: Hu et al., *MiniCPM*, 2024, section 4; Hägele et al., *Scaling Laws and
/// Compute-Optimal Training Beyond Fixed Training Durations*, 2024.
///
/// ```
/// use calculus::optim::WarmupStableDecay;
///
/// let lr = WarmupStableDecay { peak: 1e-3, floor: 0.0, warmup: 100, decay: 200, steps: 1000 };
/// assert_eq!([lr.at(0), lr.at(99), lr.at(500), lr.at(800)], [1e-5, 1e-3, 1e-3, 1e-3]);
/// assert_eq!([lr.at(900), lr.at(1000)], [0.5e-3, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmupStableDecay {
    /// The highest learning rate.
    pub peak: f64,
    /// The last learning rate.
    pub floor: f64,
    /// How many steps the rise takes.
    pub warmup: u64,
    /// How many steps the fall takes.
    pub decay: u64,
    /// How many steps the run has.
    pub steps: u64,
}

impl WarmupStableDecay {
    /// The learning rate of a step, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        if step < self.warmup {
            return rise(self.peak, step, self.warmup);
        }
        if step >= self.steps {
            return self.floor;
        }
        // how much of the fall is still to come: 1 in the middle of the run
        let left = ((self.steps - step) as f64 / self.decay.max(1) as f64).min(1.0);
        self.floor + (self.peak - self.floor) * left
    }
}
