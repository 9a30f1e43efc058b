//! Medians of repeated runs: a single timing on a busy machine says little.

use std::time::{Duration, Instant};

/// How long to measure one case.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    samples: usize,
    /// After this long no further sample is begun (but there are at least three).
    cap: Duration,
}

impl Effort {
    pub(crate) const FULL: Effort = Effort { samples: 25, cap: Duration::from_secs(3) };
    pub(crate) const QUICK: Effort = Effort { samples: 7, cap: Duration::from_millis(300) };
}

/// Seconds a run: the median and the quartiles of the samples.
pub(crate) struct Time {
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
    pub(crate) samples: usize,
}

/// Two runs to warm up, then samples of at least a millisecond each.
pub(crate) fn measure(run: &mut dyn FnMut(), effort: Effort) -> Time {
    run();
    let start = Instant::now();
    run();
    let once = start.elapsed().as_secs_f64().max(1e-9);
    let inner = (1e-3 / once).ceil().clamp(1.0, 1e7) as usize;
    let begin = Instant::now();
    let mut samples = Vec::with_capacity(effort.samples);
    while samples.len() < 3 || (samples.len() < effort.samples && begin.elapsed() < effort.cap) {
        let start = Instant::now();
        for _ in 0..inner {
            run();
        }
        samples.push(start.elapsed().as_secs_f64() / inner as f64);
    }
    samples.sort_by(f64::total_cmp);
    let n = samples.len();
    Time { lower: samples[n / 4], median: samples[n / 2], upper: samples[(3 * n / 4).min(n - 1)], samples: n }
}
