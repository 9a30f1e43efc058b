//! The learning rate over a run: a straight way up, half a cosine down.
//!
//! Steps are counted from 0. The first `warmup` of them take the rate up in equal parts: peak/warmup at step 0, the peak itself at step
//! warmup − 1. Half a cosine then takes it from the peak at step `warmup` to `floor` at step `steps`, and there it stays:
//!
//! ```text
//! progress = (step − warmup) / (steps − warmup)
//! rate     = floor + (peak − floor) · (1 + cos(π · progress)) / 2
//! ```
//!
//! Two edges. With a warm-up of 0 there is no way up. And if the run is as short as its warm-up or shorter (somebody tries ten steps before the
//! real run), the way up is walked to its end all the same, and behind it there is the floor.

use exercises::calculus::warmup_cosine::Schedule;

/// The learning rate of step `step`. The schedule `s` has peak and floor (f64), warmup and steps (u64).
pub fn learning_rate(step: u64, s: &Schedule) -> f64 {
    todo!("up, down, or at the end?")
}
