//! The learning rate over a run: a straight way up, half a cosine down.

use exercises::calculus::warmup_cosine::Schedule;

/// The learning rate of step `step`. The schedule `s` has peak and floor (f64), warmup and steps (u64).
pub fn learning_rate(step: u64, s: &Schedule) -> f64 {
    if step < s.warmup {
        // + 1: a rate of 0 at step 0 would make that step for nothing.
        return s.peak * (step + 1) as f64 / s.warmup as f64;
    }
    if step >= s.steps {
        return s.floor;
    }
    // Here warmup ≤ step < steps: neither difference is below 0, and the second is not 0.
    let progress = (step - s.warmup) as f64 / (s.steps - s.warmup) as f64;
    s.floor + (s.peak - s.floor) * (1.0 + (std::f64::consts::PI * progress).cos()) / 2.0
}
