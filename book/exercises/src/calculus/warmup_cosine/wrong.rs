//! Schedules that people write.

use super::{Schedule, Spec};
use std::f64::consts::PI;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

/// The right way up.
fn up(step: u64, s: &Schedule) -> f64 {
    s.peak * (step + 1) as f64 / s.warmup as f64
}

/// The right share of the way down.
fn progress(step: u64, s: &Schedule) -> f64 {
    (step - s.warmup) as f64 / (s.steps - s.warmup) as f64
}

fn between(s: &Schedule, share: f64) -> f64 {
    s.floor + (s.peak - s.floor) * share
}

fn cosine(progress: f64) -> f64 {
    0.5 * (1.0 + (PI * progress).cos())
}

fn right_down(step: u64, s: &Schedule) -> f64 {
    between(s, cosine(progress(step, s)))
}

/// The right three pieces, with these two in them.
fn pieces(step: u64, s: &Schedule, up: fn(u64, &Schedule) -> f64, down: fn(u64, &Schedule) -> f64) -> f64 {
    if step < s.warmup {
        up(step, s)
    } else if step >= s.steps {
        s.floor
    } else {
        down(step, s)
    }
}

/// The right way up and the right end, with this way down.
fn descending(step: u64, s: &Schedule, down: fn(u64, &Schedule) -> f64) -> f64 {
    pieces(step, s, up, down)
}

/// The right way down and the right end, with this way up.
fn rising(step: u64, s: &Schedule, up: fn(u64, &Schedule) -> f64) -> f64 {
    pieces(step, s, up, right_down)
}

/// The right thing, in numbers that can be negative, for steps of any kind.
fn loose(step: f64, s: &Schedule) -> f64 {
    let (warmup, steps) = (s.warmup as f64, s.steps as f64);
    if step < warmup {
        s.peak * (step + 1.0) / warmup
    } else if step >= steps {
        s.floor
    } else {
        between(s, cosine((step - warmup) / (steps - warmup)))
    }
}

fn from_zero(step: u64, s: &Schedule) -> f64 {
    s.peak * step as f64 / s.warmup as f64
}

fn without_floor(step: u64, s: &Schedule) -> f64 {
    s.peak * cosine(progress(step, s))
}

fn of_the_whole_run(step: u64, s: &Schedule) -> f64 {
    between(s, cosine(step as f64 / s.steps as f64))
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("from-zero", "no-floor", |step, s| {
            if step >= s.steps.max(s.warmup) { 0.0 } else { pieces(step, s, from_zero, without_floor) }
        }),
        Pair::new("from-zero", "whole-run", |step, s| pieces(step, s, from_zero, of_the_whole_run)),
        Pair::new("from-zero", "quarter-circle", |step, s| {
            pieces(step, s, from_zero, |step, s| between(s, (PI / 2.0 * progress(step, s)).cos()))
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = ways_up();
    all.extend(ways_down());
    all.extend(ends());
    all
}

fn ways_up() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "from-zero",
            |step, s| rising(step, s, from_zero),
            "a schedule whose first step has a rate of 0",
            "What does a training step with a rate of 0 change?",
        )
        .or(|step, s| {
            if step <= s.warmup && s.warmup > 0 { from_zero(step, s) } else { rising(step, s, from_zero) }
        }),
        Wrong::new(
            "late-peak",
            |step, s| rising(step, s, |step, s| s.peak * (step + 1) as f64 / (s.warmup + 1) as f64),
            "a schedule whose way up has one step more than the warm-up",
            "With a warm-up of 4, how many rates below the peak should there be?",
        )
        .show("over the top"),
        Wrong::new(
            "over-the-peak",
            |step, s| if step <= s.warmup && s.warmup > 0 { up(step, s) } else { rising(step, s, up) },
            "a schedule that takes one step up too many",
            "What is the rate of step `warmup`, and is it above the peak?",
        )
        .or(|step, s| if step <= s.warmup { up(step, s) } else { rising(step, s, up) })
        .show("over the top"),
        Wrong::new(
            "rises-from-floor",
            |step, s| rising(step, s, |step, s| between(s, (step + 1) as f64 / s.warmup as f64)),
            "a schedule that begins its way up at the floor",
            "Of which number is the first rate a share?",
        )
        .or(|step, s| rising(step, s, |step, s| between(s, step as f64 / s.warmup as f64)))
        .or(|step, s| rising(step, s, |step, s| up(step, s).max(s.floor))),
        Wrong::new(
            "whole-numbers-up",
            |step, s| rising(step, s, |step, s| s.peak * ((step + 1) / s.warmup) as f64),
            "a schedule that divides whole numbers on the way up",
            "What is 1 / 4 in whole numbers?",
        )
        .or(|step, s| rising(step, s, |step, s| s.peak * (step / s.warmup) as f64)),
        Wrong::new(
            "no-way-up",
            |step, s| {
                if step < s.warmup { s.peak } else { rising(step, s, up) }
            },
            "a schedule that begins at the peak",
            "What is the warm-up for?",
        )
        .or(|step, s| if step >= s.steps { s.floor } else { of_the_whole_run(step, s) }),
        Wrong::new(
            "cosine-up",
            |step, s| rising(step, s, |step, s| s.peak * cosine(1.0 - (step + 1) as f64 / s.warmup as f64)),
            "a schedule that rises along a cosine, too",
            "By how much should each step of the warm-up raise the rate?",
        )
        .show("the way up"),
        Wrong::new(
            "both-at-once",
            |step, s| {
                let share = if step < s.warmup { (step + 1) as f64 / s.warmup as f64 } else { 1.0 };
                share * if step >= s.steps { s.floor } else { of_the_whole_run(step, s) }
            },
            "a cosine over the whole run, times the warm-up's share",
            "What is the rate at the end of the warm-up, and is it the peak?",
        ),
    ]
}

fn ways_down() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "whole-run",
            |step, s| descending(step, s, of_the_whole_run),
            "a schedule whose cosine counts from the first step of the run",
            "Which progress has step `warmup` made on its way down?",
        )
        .show("over the top"),
        Wrong::new(
            "divides-by-whole-run",
            |step, s| {
                descending(step, s, |step, s| between(s, cosine((step - s.warmup) as f64 / s.steps as f64)))
            },
            "a schedule whose way down is as long as the whole run",
            "What is progress in the last step before the end?",
        )
        .show("the last steps"),
        Wrong::new(
            "one-ahead",
            |step, s| {
                descending(step, s, |step, s| {
                    between(s, cosine((step + 1 - s.warmup) as f64 / (s.steps - s.warmup) as f64))
                })
            },
            "a schedule that is one step ahead on its way down",
            "What is the rate of step `warmup`?",
        )
        .show("over the top"),
        Wrong::new(
            "arrives-early",
            |step, s| {
                descending(step, s, |step, s| {
                    between(
                        s,
                        cosine(
                            (step - s.warmup) as f64 / (s.steps - s.warmup).saturating_sub(1).max(1) as f64,
                        ),
                    )
                })
            },
            "a schedule that reaches the floor one step before the end",
            "Which step has the floor, by the task?",
        )
        .show("the last steps"),
        Wrong::new(
            "whole-numbers-down",
            |step, s| {
                descending(step, s, |step, s| {
                    between(s, cosine(((step - s.warmup) / (s.steps - s.warmup)) as f64))
                })
            },
            "a schedule that divides whole numbers on the way down",
            "What is 3 / 8 in whole numbers?",
        )
        .or(|step, s| {
            if step < s.warmup {
                up(step, s)
            } else if step < s.steps {
                s.peak
            } else {
                s.floor
            }
        }),
        Wrong::new(
            "no-floor",
            |step, s| {
                if step < s.warmup {
                    up(step, s)
                } else if step >= s.steps {
                    0.0
                } else {
                    without_floor(step, s)
                }
            },
            "a schedule that goes down to 0",
            "Which of the schedule's four numbers does your way down never read?",
        ),
        Wrong::new(
            "falls-on-floor",
            |step, s| descending(step, s, |step, s| without_floor(step, s).max(s.floor)),
            "a cosine down to 0, cut off at the floor",
            "Half way down, how far is the rate from the peak and from the floor?",
        )
        .show("half way down"),
        Wrong::new(
            "no-floor-but-end",
            |step, s| descending(step, s, without_floor),
            "a cosine down to 0, and a jump up to the floor behind it",
            "What are the rates of the last step and of the one after it?",
        )
        .show("the last steps"),
        Wrong::new(
            "on-top-of-floor",
            |step, s| descending(step, s, |step, s| s.floor + without_floor(step, s)),
            "a whole cosine on top of the floor",
            "What is the rate of step `warmup`, and is it the peak?",
        )
        .show("over the top"),
        Wrong::new(
            "floor-as-share",
            |step, s| {
                let s = Schedule { floor: s.floor * s.peak, ..*s };
                pieces(step, &s, up, right_down)
            },
            "a schedule that takes the floor for a share of the peak",
            "In which units is the floor given?",
        )
        .show("at the end"),
        Wrong::new(
            "quarter-circle",
            |step, s| descending(step, s, |step, s| between(s, (PI / 2.0 * progress(step, s)).cos())),
            "a schedule that follows a quarter of the circle and arrives at full speed",
            "How steep is your curve at the end, and how steep is half a cosine there?",
        )
        .show("half way down"),
        Wrong::new(
            "full-circle",
            |step, s| descending(step, s, |step, s| between(s, cosine(2.0 * progress(step, s)))),
            "a schedule that goes all the way round and arrives at the peak",
            "What is the cosine of 2π?",
        )
        .show("the last steps"),
        Wrong::new(
            "degrees",
            |step, s| {
                descending(step, s, |step, s| between(s, 0.5 * (1.0 + (180.0 * progress(step, s)).cos())))
            },
            "a cosine of degrees",
            "In which unit does `cos` take its angle?",
        )
        .or(|step, s| descending(step, s, |step, s| between(s, cosine(progress(step, s) / 180.0))))
        .show("half way down"),
        Wrong::new(
            "sine",
            |step, s| descending(step, s, |step, s| between(s, 0.5 * (1.0 + (PI * progress(step, s)).sin()))),
            "half a sine",
            "What is sin 0, and what is the rate there?",
        )
        .or(|step, s| descending(step, s, |step, s| between(s, (PI * progress(step, s)).sin())))
        .show("over the top"),
        Wrong::new(
            "not-shifted",
            |step, s| descending(step, s, |step, s| between(s, (PI * progress(step, s)).cos())),
            "a cosine that was not lifted above 0",
            "Between which two numbers does a cosine run?",
        )
        .show("the last steps"),
        Wrong::new(
            "not-halved",
            |step, s| descending(step, s, |step, s| between(s, 1.0 + (PI * progress(step, s)).cos())),
            "a schedule that goes down from twice the height",
            "What is 1 + cos 0?",
        )
        .show("over the top"),
        Wrong::new(
            "turned",
            |step, s| descending(step, s, |step, s| between(s, 1.0 - cosine(progress(step, s)))),
            "a schedule that falls to the floor at once and climbs",
            "What is the rate of step `warmup`?",
        )
        .show("over the top"),
        Wrong::new(
            "straight-down",
            |step, s| descending(step, s, |step, s| between(s, 1.0 - progress(step, s))),
            "a straight way down",
            "A quarter of the way down, how much of the height should be left?",
        )
        .show("the way down"),
        Wrong::new(
            "stays",
            |step, s| if step < s.warmup { up(step, s) } else { s.peak },
            "a schedule that stays at the peak",
            "What happens after the warm-up?",
        ),
    ]
}

fn ends() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "swings-up-again",
            |step, s| {
                if step < s.warmup {
                    up(step, s)
                } else if step == s.steps || s.steps <= s.warmup {
                    s.floor
                } else {
                    right_down(step, s)
                }
            },
            "a schedule that swings up again behind the end",
            "What is the cosine of an angle beyond π?",
        )
        .or(|step, s| if step < s.warmup { up(step, s) } else { right_down(step, s) })
        .or(|step, s| {
            let length = s.steps as f64 - s.warmup as f64;
            if step < s.warmup { up(step, s) } else { between(s, cosine((step - s.warmup) as f64 / length)) }
        })
        .show("behind the end"),
        Wrong::new(
            "restarts",
            |step, s| {
                if step < s.warmup {
                    up(step, s)
                } else if s.steps <= s.warmup {
                    s.floor
                } else {
                    between(s, cosine(progress(step, s).fract()))
                }
            },
            "a schedule that begins again at the peak behind the end",
            "Does the task say what comes after the floor?",
        )
        .show("behind the end"),
        Wrong::new(
            "end-moves",
            |step, s| {
                let s = Schedule { steps: s.warmup + s.steps, ..*s };
                pieces(step, &s, up, right_down)
            },
            "a schedule that is longer than the run by its warm-up",
            "Which step is the last of the run: number `steps`, or `warmup` more?",
        )
        .show("at the end"),
        Wrong::new(
            "zero-behind-end",
            |step, s| if step >= s.steps && step >= s.warmup { 0.0 } else { loose(step as f64, s) },
            "a schedule with a rate of 0 behind its end",
            "And there it stays: where?",
        )
        .or(|step, s| if step > s.steps && step >= s.warmup { 0.0 } else { loose(step as f64, s) })
        .show("behind the end"),
        Wrong::new(
            "end-first",
            |step, s| if step >= s.steps { s.floor } else { loose(step as f64, s) },
            "a schedule that is at its end before it is up",
            "Somebody tries 3 steps of a run with a warm-up of 10. Which rate has step 5?",
        )
        .show("a run shorter than its warm-up"),
        Wrong::new(
            "empty-descent",
            |step, s| {
                if step < s.warmup {
                    return up(step, s);
                }
                between(s, cosine(progress(step, s).clamp(0.0, 1.0)))
            },
            "a schedule that divides by the length of a way down that is not there",
            "If the run is as long as its warm-up, what is steps − warmup?",
        )
        .or(|step, s| {
            if step < s.warmup {
                return up(step, s);
            }
            between(s, cosine(progress(step, s).min(1.0)))
        })
        .or(|step, s| {
            if step < s.warmup {
                return up(step, s);
            }
            let length = s.steps as f64 - s.warmup as f64;
            between(s, cosine(((step - s.warmup) as f64 / length).clamp(0.0, 1.0)))
        })
        .or(|step, s| {
            if step < s.warmup {
                return up(step, s);
            }
            let length = s.steps as f64 - s.warmup as f64;
            between(s, cosine(((step - s.warmup) as f64 / length).min(1.0)))
        })
        .or(|step, s| {
            if step < s.warmup {
                return up(step, s);
            }
            let length = s.steps.saturating_sub(s.warmup).max(1) as f64;
            between(s, cosine(((step - s.warmup) as f64 / length).min(1.0)))
        })
        .show("a run as long as its warm-up"),
        Wrong::new(
            "never-ends",
            |step, s| if step == s.steps { s.peak } else { loose(step as f64, s) },
            "a schedule that is at the peak in its last step",
            "What is the rate at step `steps`?",
        )
        .or(|step, s| if step >= s.steps && step >= s.warmup { s.peak } else { loose(step as f64, s) })
        .show("at the end"),
        Wrong::new(
            "single",
            |step, s| {
                let (peak, floor) = (s.peak as f32, s.floor as f32);
                let rate = if step < s.warmup {
                    peak * (step + 1) as f32 / s.warmup as f32
                } else if step >= s.steps {
                    floor
                } else {
                    let progress = (step - s.warmup) as f32 / (s.steps - s.warmup) as f32;
                    floor + (peak - floor) * (1.0 + (std::f32::consts::PI * progress).cos()) / 2.0
                };
                f64::from(rate)
            },
            "a schedule with seven digits",
            "How many digits has the peak, and how many has your rate?",
        ),
        Wrong::new(
            "counts-from-one",
            |step, s| loose(step as f64 - 1.0, s),
            "a schedule that is one step late everywhere",
            "Which number has the first step?",
        )
        .or(|step, s| loose((step as f64 - 1.0).max(0.0), s)),
        Wrong::new(
            "one-step-early",
            |step, s| loose(step as f64 + 1.0, s),
            "a schedule that is one step early everywhere",
            "What is the rate of step 0?",
        ),
    ]
}
