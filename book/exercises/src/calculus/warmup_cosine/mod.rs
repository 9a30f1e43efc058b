//! **warmup_cosine**: the learning rate over a run. Chapter: *Optimisers*.

use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// A schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// The highest learning rate.
    pub peak: f64,
    /// The last learning rate.
    pub floor: f64,
    /// How many steps the rise takes.
    pub warmup: u64,
    /// How many steps the run has.
    pub steps: u64,
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! warmup_cosine {
    ($file:ident) => {
        $file::learning_rate
    };
}

/// The exercise.
pub struct Spec;

/// A schedule, and the steps that are asked for.
#[derive(Clone, Debug)]
pub struct Input {
    schedule: Schedule,
    at: Vec<u64>,
}

const SMALL: Schedule = Schedule { peak: 8.0, floor: 2.0, warmup: 4, steps: 12 };
const LONG: Schedule = Schedule { peak: 0.0006, floor: 0.00006, warmup: 2_000, steps: 600_000 };

fn at(schedule: Schedule, at: &[u64]) -> Input {
    Input { schedule, at: at.to_vec() }
}

impl Exercise for Spec {
    type Subject = fn(u64, &Schedule) -> f64;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let up = &["the step is on the way up"];
        let down = &["the step is on the way down"];
        let end = &["the step is at the end or behind it"];
        let short = &["the run is no longer than its warm-up"];
        vec![
            Probe::new("the first step", at(SMALL, &[0])).tags(up),
            Probe::new("the way up", at(SMALL, &[0, 1, 2, 3])).tags(up),
            Probe::new("over the top", at(SMALL, &[3, 4])),
            Probe::new("half way down", at(SMALL, &[8])).tags(down),
            Probe::new("the way down", at(SMALL, &[4, 5, 6, 7, 8, 9, 10, 11])).tags(down),
            Probe::new("the last steps", at(SMALL, &[10, 11, 12])).tags(down),
            Probe::new("at the end", at(SMALL, &[12])).tags(end),
            Probe::new("behind the end", at(SMALL, &[13, 16, 20, 1000])).tags(end),
            Probe::new("no floor", at(Schedule { floor: 0.0, ..SMALL }, &[0, 3, 4, 6, 9, 11, 12, 15])),
            Probe::new("no warm-up", at(Schedule { warmup: 0, ..SMALL }, &[0, 1, 3, 6, 9, 11, 12]))
                .tags(down),
            Probe::new("a warm-up of one step", at(Schedule { warmup: 1, ..SMALL }, &[0, 1, 2, 7, 11, 12])),
            Probe::new(
                "a run as long as its warm-up",
                at(Schedule { steps: 4, ..SMALL }, &[0, 2, 3, 4, 5, 9]),
            )
            .tags(short),
            Probe::new(
                "a run shorter than its warm-up",
                at(Schedule { warmup: 10, steps: 3, ..SMALL }, &[0, 2, 3, 5, 9, 10, 11, 30]),
            )
            .tags(short),
            Probe::new("one step of descent", at(Schedule { steps: 5, ..SMALL }, &[3, 4, 5, 6])),
            Probe::new("no steps at all", at(Schedule { warmup: 0, steps: 0, ..SMALL }, &[0, 1])).tags(short),
            Probe::new("the floor is the peak", at(Schedule { floor: 8.0, ..SMALL }, &[0, 3, 4, 8, 12, 13])),
            Probe::new("600,000 steps, the way up", at(LONG, &[0, 1, 999, 1_998, 1_999, 2_000])).tags(up),
            Probe::new(
                "600,000 steps, the way down",
                at(LONG, &[2_001, 151_500, 301_000, 450_500, 599_999, 600_000, 600_001]),
            )
            .tags(down),
            Probe::new(
                "an odd schedule",
                at(
                    Schedule { peak: 0.37, floor: 0.021, warmup: 7, steps: 31 },
                    &[0, 3, 6, 7, 8, 13, 19, 24, 30, 31, 55],
                ),
            ),
        ]
    }

    fn observe(learning_rate: &Self::Subject, Input { schedule, at }: &Input, out: &mut Observer) {
        let Schedule { peak, floor, warmup, steps } = *schedule;
        out.given("peak", peak);
        out.given("floor", floor);
        out.given("warmup", warmup as usize);
        out.given("steps", steps as usize);
        for &step in at {
            // Near the end of a long run the distance from the floor is small: judge against the size of the peak.
            out.see(format!("rate at step {step}"), learning_rate(step, schedule)).within(1e-9, 1e-13 * peak);
        }
    }
}

#[cfg(feature = "judge")]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables, dead_code)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::warmup_cosine!(starter)
    }
    fn solution() -> Self::Subject {
        crate::warmup_cosine!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
