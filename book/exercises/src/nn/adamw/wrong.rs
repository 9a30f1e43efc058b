//! Optimisers that people write for AdamW.

use super::{Config, Spec, Step};
use crate::spec::Accepted;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

/// What one weight knows when it moves.
struct At {
    w: f64,
    g: f64,
    m: f64,
    v: f64,
    t: i32,
}

impl At {
    fn m_hat(&self, c: &Config) -> f64 {
        self.m / (1.0 - c.beta1.powi(self.t))
    }
    fn v_hat(&self, c: &Config) -> f64 {
        self.v / (1.0 - c.beta2.powi(self.t))
    }
    /// The step of Adam, without decay.
    fn adam(&self, c: &Config) -> f64 {
        self.m_hat(c) / (self.v_hat(c).sqrt() + c.eps)
    }
}

/// An optimiser with the right means that moves each weight to `to`.
fn moving(n: usize, to: fn(&At, &Config) -> f64) -> Step {
    seeing(n, |g, _, _| g, to)
}

/// The same, where the means see another gradient than the one given: `seen(g, w, config)`.
fn seeing(n: usize, seen: fn(f64, f64, &Config) -> f64, to: fn(&At, &Config) -> f64) -> Step {
    let (mut m, mut v, mut t) = (vec![0.0; n], vec![0.0; n], 0);
    Box::new(move |w, g, c| {
        t += 1;
        for i in 0..w.len() {
            let g = seen(g[i], w[i], c);
            m[i] = c.beta1 * m[i] + (1.0 - c.beta1) * g;
            v[i] = c.beta2 * v[i] + (1.0 - c.beta2) * g * g;
            w[i] = to(&At { w: w[i], g, m: m[i], v: v[i], t }, c);
        }
    })
}

/// The right steps, but none for a weight with a gradient of 0. Its means fade, or they do not.
fn skipping(n: usize, fade: bool) -> Step {
    let (mut m, mut v, mut t) = (vec![0.0; n], vec![0.0; n], 0);
    Box::new(move |w, g, c| {
        t += 1;
        for i in 0..w.len() {
            if fade || g[i] != 0.0 {
                m[i] = c.beta1 * m[i] + (1.0 - c.beta1) * g[i];
                v[i] = c.beta2 * v[i] + (1.0 - c.beta2) * g[i] * g[i];
            }
            if g[i] != 0.0 {
                let x = At { w: w[i], g: g[i], m: m[i], v: v[i], t };
                w[i] = go(&x, c, x.adam(c));
            }
        }
    })
}

/// The right steps, but none where all gradients are 0.
fn skipping_all(n: usize) -> Step {
    let mut step = moving(n, |x, c| go(x, c, x.adam(c)));
    Box::new(move |w, g, c| {
        if g.iter().any(|g| *g != 0.0) {
            step(w, g, c);
        }
    })
}

/// The right step, given Adam's part of it.
fn go(x: &At, c: &Config, adam: f64) -> f64 {
    x.w - c.lr * (adam + c.weight_decay * x.w)
}

pub(super) fn accepted() -> Vec<Accepted<Spec>> {
    vec![Accepted {
        slug: "decays-last",
        note: "(You shrink the weight after the step instead of before it: the two differ by lr² only.)",
        subject: |n| moving(n, |x, c| (x.w - c.lr * x.adam(c)) * (1.0 - c.lr * c.weight_decay)),
    }]
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("no-bias-correction", "no-decay", |n| {
            moving(n, |x, c| x.w - c.lr * x.m / (x.v.sqrt() + c.eps))
        }),
        Pair::new("no-bias-correction", "eps-inside-root", |n| {
            moving(n, |x, c| go(x, c, x.m / (x.v + c.eps).sqrt()))
        }),
        Pair::new("no-bias-correction", "l2-not-decoupled", |n| {
            seeing(n, |g, w, c| g + c.weight_decay * w, |x, c| x.w - c.lr * x.m / (x.v.sqrt() + c.eps))
        }),
        Pair::new("eps-inside-root", "no-decay", |n| {
            moving(n, |x, c| x.w - c.lr * x.m_hat(c) / (x.v_hat(c) + c.eps).sqrt())
        }),
        Pair::new("eps-inside-root", "l2-not-decoupled", |n| {
            let to = |x: &At, c: &Config| x.w - c.lr * x.m_hat(c) / (x.v_hat(c) + c.eps).sqrt();
            seeing(n, |g, w, c| g + c.weight_decay * w, to)
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "no-bias-correction",
            |n| moving(n, |x, c| go(x, c, x.m / (x.v.sqrt() + c.eps))),
            "an optimiser that uses m and v as they are",
            "Both begin at 0. After one step with gradient 2, what should the mean gradient be, and what is m?",
        ),
        Wrong::new(
            "corrects-one-mean",
            |n| moving(n, |x, c| go(x, c, x.m_hat(c) / (x.v.sqrt() + c.eps))),
            "an optimiser that corrects m for its beginning at 0, but not v",
            "How many of the two means begin at 0?",
        )
        .or(|n| moving(n, |x, c| go(x, c, x.m / (x.v_hat(c).sqrt() + c.eps)))),
        Wrong::new(
            "t-from-zero",
            |n| {
                moving(n, |x, c| {
                    let x = At { t: x.t - 1, ..*x };
                    go(&x, c, x.adam(c))
                })
            },
            "an optimiser whose first step is number 0",
            "What is 1 − β⁰?",
        ),
        Wrong::new(
            "t-stuck",
            |n| {
                moving(n, |x, c| {
                    let x = At { t: 1, ..*x };
                    go(&x, c, x.adam(c))
                })
            },
            "an optimiser that corrects every step as if it were the first",
            "Which number has to change between the first call and the second?",
        ),
        Wrong::new(
            "eps-inside-root",
            |n| moving(n, |x, c| go(x, c, x.m_hat(c) / (x.v_hat(c) + c.eps).sqrt())),
            "an optimiser that adds ε under the root",
            "With ε = 1e-8 and a gradient of 1e-5, which of √(v̂ + ε) and √v̂ + ε is close to 1e-5?",
        )
        .show("gradients near 1e-5"),
        Wrong::new(
            "no-eps",
            |n| moving(n, |x, c| go(x, c, x.m_hat(c) / x.v_hat(c).sqrt())),
            "an optimiser without ε",
            "What happens to a weight whose gradient has always been 0?",
        )
        .show("a gradient of zero"),
        Wrong::new(
            "l2-not-decoupled",
            |n| seeing(n, |g, w, c| g + c.weight_decay * w, |x, c| x.w - c.lr * x.adam(c)),
            "Adam on a gradient that has the decay added to it",
            "If the decay passes through m and v, what does the division by √v̂ do to it?",
        )
        .show("weight decay, one step"),
        Wrong::new(
            "decay-without-lr",
            |n| moving(n, |x, c| x.w - c.lr * x.adam(c) - c.weight_decay * x.w),
            "an optimiser whose decay is not multiplied by the learning rate",
            "During the warm-up lr is nearly 0: how fast should weights decay then?",
        ),
        Wrong::new(
            "no-decay",
            |n| moving(n, |x, c| x.w - c.lr * x.adam(c)),
            "Adam without the W",
            "Which of the settings does your step never read?",
        ),
        Wrong::new(
            "decay-grows",
            |n| moving(n, |x, c| x.w - c.lr * (x.adam(c) - c.weight_decay * x.w)),
            "an optimiser whose decay makes weights larger",
            "With a gradient of 0, should a weight of 2.5 move towards 0 or away from it?",
        ),
        Wrong::new(
            "ascends",
            |n| moving(n, |x, c| go(x, c, -x.adam(c))),
            "an optimiser that walks up the gradient",
            "A positive gradient says that the loss grows with w. Which way down?",
        ),
        Wrong::new(
            "no-root",
            |n| moving(n, |x, c| go(x, c, x.m_hat(c) / (x.v_hat(c) + c.eps))),
            "an optimiser that divides by v̂ instead of its root",
            "If all gradients were ten times as large, by which factor would your step change?",
        ),
        Wrong::new(
            "betas-swapped",
            |n| {
                let (mut m, mut v, mut t) = (vec![0.0; n], vec![0.0; n], 0);
                Box::new(move |w, g, c| {
                    t += 1;
                    let swapped = Config { beta1: c.beta2, beta2: c.beta1, ..*c };
                    for i in 0..w.len() {
                        m[i] = c.beta2 * m[i] + (1.0 - c.beta2) * g[i];
                        v[i] = c.beta1 * v[i] + (1.0 - c.beta1) * g[i] * g[i];
                        let x = At { w: w[i], g: g[i], m: m[i], v: v[i], t };
                        w[i] = go(&x, c, x.adam(&swapped));
                    }
                })
            },
            "an optimiser with β₁ and β₂ exchanged",
            "Which of the two means should have the longer memory?",
        ),
        Wrong::new(
            "no-momentum",
            |n| moving(n, |x, c| go(x, c, x.g / (x.v_hat(c).sqrt() + c.eps))),
            "an optimiser that uses the latest gradient where the mean one belongs",
            "Which of your fields is written in every step and never read?",
        ),
        Wrong::new(
            "forgets",
            |n| {
                moving(n, |x, c| {
                    let fresh = At { m: (1.0 - c.beta1) * x.g, v: (1.0 - c.beta2) * x.g * x.g, t: 1, ..*x };
                    go(&fresh, c, fresh.adam(c))
                })
            },
            "an optimiser that begins anew in every call",
            "Where are m and v between two calls?",
        ),
        Wrong::new(
            "eps-uncorrected",
            |n| {
                moving(n, |x, c| {
                    let both = (1.0 - c.beta2.powi(x.t)).sqrt() / (1.0 - c.beta1.powi(x.t));
                    go(x, c, both * x.m / (x.v.sqrt() + c.eps))
                })
            },
            "an optimiser that corrects the finished quotient: ε stands beside √v instead of √v̂",
            "On step 1, how many times as large as √v is √v̂, and which of the two did you add ε to?",
        )
        .show("a large eps"),
        Wrong::new(
            "rests-at-zero",
            |n| skipping(n, false),
            "an optimiser that leaves a weight alone in a step where its gradient is 0",
            "In which of the five lines does a gradient of 0 leave nothing to do?",
        )
        .or(|n| skipping(n, true))
        .or(skipping_all)
        .show("gradients that become zero"),
    ]
}
