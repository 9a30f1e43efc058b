//! Optimisers that people write for momentum.

use super::{Config, Spec, Step};

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

/// What one weight knows when it moves.
struct At {
    w: f64,
    g: f64,
    /// The velocity before this step, and after it.
    old: f64,
    v: f64,
    /// How many steps there were, this one included.
    t: i32,
}

fn fading(v: f64, g: f64, c: &Config) -> f64 {
    c.mu * v + g
}

fn averaging(v: f64, g: f64, c: &Config) -> f64 {
    c.mu * v + (1.0 - c.mu) * g
}

fn rated(v: f64, g: f64, c: &Config) -> f64 {
    c.mu * v + c.lr * g
}

/// The direction of the right step.
fn along(x: &At, c: &Config) -> f64 {
    if c.nesterov { x.g + c.mu * x.v } else { x.v }
}

/// The right step.
fn go(x: &At, c: &Config) -> f64 {
    x.w - c.lr * along(x, c)
}

/// A velocity that becomes `next(v, g, config)`, and a weight that then moves to `to`.
fn moving(n: usize, next: fn(f64, f64, &Config) -> f64, to: fn(&At, &Config) -> f64) -> Step {
    let (mut v, mut t) = (vec![0.0; n], 0);
    Box::new(move |w, g, c| {
        t += 1;
        for i in 0..w.len() {
            let old = v[i];
            v[i] = next(old, g[i], c);
            w[i] = to(&At { w: w[i], g: g[i], old, v: v[i], t }, c);
        }
    })
}

/// The right steps with another setting: `setting(first, now)`.
fn setting(n: usize, setting: fn(&Config, &Config) -> Config) -> Step {
    let (mut step, mut first) = (moving(n, fading, go), None);
    Box::new(move |w, g, c| {
        let first: &Config = first.get_or_insert(*c);
        step(w, g, &setting(first, c));
    })
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("averages", "no-look-ahead", |n| moving(n, averaging, |x, c| x.w - c.lr * x.v)),
        Pair::new("rate-in-velocity", "no-look-ahead", |n| moving(n, rated, |x, _| x.w - x.v)),
        Pair::new("averages", "rate-in-velocity", |n| {
            let next = |v, g, c: &Config| c.mu * v + c.lr * (1.0 - c.mu) * g;
            moving(n, next, |x, c| {
                x.w - if c.nesterov { c.lr * (1.0 - c.mu) * x.g + c.mu * x.v } else { x.v }
            })
        })
        .or(|n| {
            let next = |v, g, c: &Config| c.mu * v + c.lr * (1.0 - c.mu) * g;
            moving(n, next, |x, c| x.w - if c.nesterov { c.lr * x.g + c.mu * x.v } else { x.v })
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = velocities();
    all.extend(steps());
    all
}

/// What becomes of the velocity.
fn velocities() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "no-memory",
            |n| moving(n, |_, g, _| g, go),
            "an optimiser that begins every step at rest",
            "When the second call begins, where is what the first one has gathered?",
        )
        .or(|n| moving(n, |_, g, _| g, |x, c| x.w - c.lr * x.g))
        .show("the same gradient four times"),
        Wrong::new(
            "averages",
            |n| moving(n, averaging, go),
            "an optimiser whose velocity is a mean of gradients: 1 − μ times as long",
            "After a hundred steps with gradient 1 and μ = 0.9, how large is v by the task's line, and how large by yours?",
        )
        .or(|n| {
            moving(n, averaging, |x, c| {
                x.w - c.lr * if c.nesterov { (1.0 - c.mu) * x.g + c.mu * x.v } else { x.v }
            })
        }),
        Wrong::new(
            "averages-unbiased",
            |n| {
                moving(n, averaging, |x, c| {
                    let hat = if c.mu == 0.0 { x.v } else { x.v / (1.0 - c.mu.powi(x.t)) };
                    x.w - c.lr * if c.nesterov { x.g + c.mu * hat } else { hat }
                })
            },
            "an optimiser that takes Adam's corrected mean for the velocity",
            "How long is the step after many equal gradients g: lr·g, or more?",
        )
        .show("the same gradient four times"),
        Wrong::new(
            "dampened",
            |n| {
                let (mut v, mut first) = (vec![0.0; n], true);
                Box::new(move |w, g, c| {
                    for i in 0..w.len() {
                        v[i] = if first { g[i] } else { averaging(v[i], g[i], c) };
                        w[i] = go(&At { w: w[i], g: g[i], old: 0.0, v: v[i], t: 0 }, c);
                    }
                    first = false;
                })
            },
            "an optimiser that adds the first gradient whole and all others faded (PyTorch's `dampening`)",
            "Which factor stands before g in the task's first line, in the second step?",
        )
        .show("the same gradient four times"),
        Wrong::new(
            "rate-in-velocity",
            |n| moving(n, rated, |x, c| x.w - if c.nesterov { c.lr * x.g + c.mu * x.v } else { x.v }),
            "an optimiser whose velocity has the learning rate in it: the same, until the rate changes",
            "The schedule halves the rate. By how much does the part of the step change that was gathered before?",
        )
        .show("the rate is halved"),
        Wrong::new(
            "rate-twice",
            |n| moving(n, rated, |x, c| x.w - c.lr * if c.nesterov { c.lr * x.g + c.mu * x.v } else { x.v }),
            "an optimiser that multiplies by the learning rate on the way into the velocity and again on the way out",
            "How many times does lr stand in the task's lines for one step?",
        )
        .or(|n| moving(n, rated, go)),
        Wrong::new(
            "no-friction",
            |n| moving(n, |v, g, _| v + g, go),
            "an optimiser whose velocity never fades",
            "After the gradient has become 0, what should happen to the velocity?",
        )
        .show("the gradient becomes 0"),
        Wrong::new(
            "mu-swapped",
            |n| moving(n, |v, g, c| (1.0 - c.mu) * v + c.mu * g, go),
            "an optimiser that keeps 1 − μ of the velocity",
            "With μ = 0.9, how much of the velocity should survive a step?",
        )
        .or(|n| moving(n, |v, g, c| (1.0 - c.mu) * v + g, go)),
        Wrong::new(
            "mu-on-both",
            |n| moving(n, |v, g, c| c.mu * (v + g), go),
            "an optimiser whose new gradient fades before it is used",
            "After the first step with gradient 2, what is v?",
        ),
        Wrong::new(
            "stops-at-zero",
            |n| {
                let mut v = vec![0.0; n];
                Box::new(move |w, g, c| {
                    for i in 0..w.len() {
                        if g[i] != 0.0 {
                            v[i] = fading(v[i], g[i], c);
                            w[i] = go(&At { w: w[i], g: g[i], old: 0.0, v: v[i], t: 0 }, c);
                        }
                    }
                })
            },
            "an optimiser that does not move a weight whose gradient is 0",
            "A ball rolls onto level ground. Does it stop at once?",
        )
        .or(|n| moving(n, |v, g, c| if g == 0.0 { 0.0 } else { fading(v, g, c) }, go))
        .or(|n| moving(n, fading, |x, c| if x.g == 0.0 { x.w } else { go(x, c) }))
        .show("the gradient becomes 0"),
        Wrong::new(
            "stops-at-turns",
            |n| moving(n, |v, g, c| if v * g < 0.0 { g } else { fading(v, g, c) }, go),
            "an optimiser that forgets its velocity where the gradient turns",
            "Which line of the task looks at a sign?",
        )
        .or(|n| moving(n, |v, g, c| if v * g < 0.0 { 0.0 } else { fading(v, g, c) }, go))
        .show("the gradient turns"),
        Wrong::new(
            "shared-velocity",
            |n| {
                let (mut v, _) = (0.0, n);
                Box::new(move |w, g, c| {
                    for i in 0..w.len() {
                        v = fading(v, g[i], c);
                        w[i] = go(&At { w: w[i], g: g[i], old: 0.0, v, t: 0 }, c);
                    }
                })
            },
            "an optimiser with one velocity for all weights",
            "Two weights have gradients 1 and −1. What is the velocity of each?",
        )
        .show("three weights, two steps"),
        Wrong::new(
            "keeps-look-ahead",
            |n| {
                let mut v = vec![0.0; n];
                Box::new(move |w, g, c| {
                    for i in 0..w.len() {
                        v[i] = fading(v[i], g[i], c);
                        if c.nesterov {
                            v[i] = g[i] + c.mu * v[i];
                        }
                        w[i] -= c.lr * v[i];
                    }
                })
            },
            "an optimiser that keeps the look ahead as its velocity",
            "How often does v change in one step of the task?",
        )
        .show("a second step, looking ahead"),
        Wrong::new(
            "single",
            |n| {
                let mut v = vec![0.0_f32; n];
                Box::new(move |w, g, c| {
                    for i in 0..w.len() {
                        v[i] = c.mu as f32 * v[i] + g[i] as f32;
                        let along = if c.nesterov { g[i] as f32 + c.mu as f32 * v[i] } else { v[i] };
                        w[i] -= c.lr * f64::from(along);
                    }
                })
            },
            "an optimiser whose velocity has seven digits",
            "Which type has your velocity?",
        ),
    ]
}

/// How the weight moves, with the right velocity.
fn steps() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "uphill",
            |n| moving(n, fading, |x, c| x.w + c.lr * along(x, c)),
            "an optimiser that climbs",
            "A positive gradient says that the loss rises with w. Which way should w go?",
        ),
        Wrong::new(
            "sign-of-velocity",
            |n| {
                moving(n, fading, |x, c| {
                    x.w - c.lr * if along(x, c) == 0.0 { 0.0 } else { along(x, c).signum() }
                })
            },
            "an optimiser that steps by the sign alone",
            "If all gradients were twice as large, by how much longer should a step be?",
        ),
        Wrong::new(
            "old-velocity",
            |n| moving(n, fading, |x, c| x.w - c.lr * if c.nesterov { x.g + c.mu * x.old } else { x.old }),
            "an optimiser that moves first and learns of the gradient afterwards",
            "How far does your first step go, and how far should it?",
        )
        .or(|n| moving(n, fading, |x, c| x.w - c.lr * if c.nesterov { x.g + c.mu * x.v } else { x.old })),
        Wrong::new(
            "no-look-ahead",
            |n| moving(n, fading, |x, c| x.w - c.lr * x.v),
            "plain momentum, also where a look ahead was asked for",
            "Multiply out g + μ·(the v from before this step). Which v do you get?",
        )
        .show("one step, looking ahead"),
        Wrong::new(
            "always-looks-ahead",
            |n| moving(n, fading, |x, c| x.w - c.lr * (x.g + c.mu * x.v)),
            "Nesterov's momentum, also where the plain one was asked for",
            "Which of the settings does your step never read?",
        ),
        Wrong::new(
            "flag-turned",
            |n| setting(n, |_, c| Config { nesterov: !c.nesterov, ..*c }),
            "an optimiser that looks ahead exactly when it was told not to",
            "Which branch runs when `nesterov` is false?",
        ),
        Wrong::new(
            "look-ahead-without-mu",
            |n| moving(n, fading, |x, c| x.w - c.lr * if c.nesterov { x.g + x.v } else { x.v }),
            "an optimiser whose look ahead adds the whole velocity",
            "What will be left of v when the next step has faded it?",
        ),
        Wrong::new(
            "look-ahead-without-gradient",
            |n| moving(n, fading, |x, c| x.w - c.lr * if c.nesterov { c.mu * x.v } else { x.v }),
            "an optimiser whose look ahead has no new gradient in it",
            "If the next gradient is g again, what will v be?",
        ),
        Wrong::new(
            "two-look-aheads",
            |n| moving(n, fading, |x, c| x.w - c.lr * if c.nesterov { x.v + c.mu * x.v } else { x.v }),
            "an optimiser that adds the faded velocity to the velocity and not to the gradient",
            "Of the two things that the task adds, which one is not v?",
        ),
        Wrong::new(
            "fades-weights",
            |n| moving(n, fading, |x, c| c.mu * x.w - c.lr * along(x, c)),
            "an optimiser whose weights fade, too",
            "With a gradient of 0 from the first step on, should a weight move?",
        )
        .or(|n| moving(n, |_, g, _| g, |x, c| c.mu * x.w - c.lr * x.g)),
        Wrong::new(
            "own-mu",
            |n| setting(n, |_, c| Config { mu: 0.9, ..*c }),
            "an optimiser with a momentum of 0.9, whatever was asked for",
            "Where does your step read mu?",
        )
        .show("the momentum rises"),
        Wrong::new(
            "first-settings",
            |n| setting(n, |first, _| *first),
            "an optimiser that keeps the settings of its first call",
            "A schedule changes lr from step to step. Which one does your second step use?",
        )
        .or(|n| setting(n, |first, c| Config { lr: first.lr, ..*c }))
        .or(|n| setting(n, |first, c| Config { mu: first.mu, ..*c }))
        .show("the rate is halved"),
    ]
}
