//! **momentum**: descent with a memory, plain and as Nesterov has it. Chapter: *Optimisers*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// The settings of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// The learning rate.
    pub lr: f64,
    /// How much of the velocity survives a step.
    pub mu: f64,
    /// Whether to look ahead.
    pub nesterov: bool,
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! momentum {
    ($file:ident) => {
        |n| {
            let mut state = $file::Momentum::new(n);
            Box::new(move |w: &mut [f64], g: &[f64], c: &$crate::calculus::momentum::Config| {
                state.step(w, g, c)
            })
        }
    };
}

/// A fresh optimiser: calling it takes a step.
pub type Step = Box<dyn FnMut(&mut [f64], &[f64], &Config)>;

/// The exercise.
pub struct Spec;

/// Some steps.
#[derive(Clone, Debug)]
pub struct Input {
    w: Vec<f64>,
    steps: Vec<(Config, Vec<f64>)>,
}

const PLAIN: Config = Config { lr: 0.1, mu: 0.9, nesterov: false };
const AHEAD: Config = Config { nesterov: true, ..PLAIN };

fn steps(c: Config, w: &[f64], gradients: &[&[f64]]) -> Input {
    Input { w: w.to_vec(), steps: gradients.iter().map(|g| (c, g.to_vec())).collect() }
}

/// One weight, one gradient a setting.
fn settings(w: f64, steps: &[(Config, f64)]) -> Input {
    Input { w: vec![w], steps: steps.iter().map(|&(c, g)| (c, vec![g])).collect() }
}

fn random(c: Config, n: usize, count: usize, seed: u64) -> Input {
    let mut numbers = Numbers::new(seed);
    Input { w: numbers.vector(n), steps: (0..count).map(|_| (c, numbers.vector(n))).collect() }
}

impl Exercise for Spec {
    type Subject = fn(usize) -> Step;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let later = &["there is a second step"];
        let ahead = &["it looks ahead"];
        let both = &["there is a second step", "it looks ahead"];
        let slow = |c: Config| Config { lr: 0.05, ..c };
        vec![
            Probe::new("one weight, one step", steps(PLAIN, &[0.5], &[&[2.0]])),
            Probe::new("one step, looking ahead", steps(AHEAD, &[0.5], &[&[2.0]])).tags(ahead),
            Probe::new("a second step", steps(PLAIN, &[0.5], &[&[2.0], &[-0.7]])).tags(later),
            Probe::new("a second step, looking ahead", steps(AHEAD, &[0.5], &[&[2.0], &[-0.7]])).tags(both),
            Probe::new(
                "three weights, two steps",
                steps(PLAIN, &[0.5, -1.5, 2.5], &[&[0.3, -0.02, 5.0], &[0.4, 0.6, -2.5]]),
            )
            .tags(later),
            Probe::new("three weights, looking ahead", random(Config { mu: 0.7, ..AHEAD }, 3, 4, 3))
                .tags(both),
            Probe::new("the same gradient four times", settings(1.5, &[(PLAIN, 0.75); 4])).tags(later),
            Probe::new(
                "the gradient becomes 0",
                settings(1.5, &[(PLAIN, 0.75), (PLAIN, 0.0), (PLAIN, 0.0), (PLAIN, 0.5)]),
            )
            .tags(later),
            Probe::new(
                "the gradient becomes 0, looking ahead",
                settings(1.5, &[(AHEAD, 0.75), (AHEAD, 0.0), (AHEAD, 0.0), (AHEAD, 0.5)]),
            )
            .tags(both),
            Probe::new("the gradient turns", settings(-0.5, &[(PLAIN, 2.5), (PLAIN, -0.25), (PLAIN, -0.25)]))
                .tags(later),
            Probe::new(
                "the rate is halved",
                settings(0.5, &[(PLAIN, 2.0), (slow(PLAIN), 1.5), (slow(PLAIN), -0.4)]),
            )
            .tags(later),
            Probe::new(
                "the rate is halved, looking ahead",
                settings(0.5, &[(AHEAD, 2.0), (slow(AHEAD), 1.5), (slow(AHEAD), -0.4)]),
            )
            .tags(both),
            Probe::new(
                "the momentum rises",
                settings(0.5, &[0.5, 0.7, 0.95].map(|mu| (Config { mu, ..PLAIN }, 1.5))),
            )
            .tags(later),
            Probe::new(
                "the momentum rises, looking ahead",
                settings(0.5, &[0.5, 0.7, 0.95].map(|mu| (Config { mu, ..AHEAD }, 1.5))),
            )
            .tags(both),
            Probe::new("no momentum", random(Config { mu: 0.0, ..PLAIN }, 2, 3, 5)).tags(later),
            Probe::new("no momentum, looking ahead", random(Config { mu: 0.0, ..AHEAD }, 2, 3, 6)).tags(both),
            Probe::new("thirty steps", random(Config { lr: 0.02, ..PLAIN }, 2, 30, 7)).tags(later),
            Probe::new(
                "thirty steps, looking ahead",
                random(Config { lr: 0.02, mu: 0.99, ..AHEAD }, 2, 30, 8),
            )
            .tags(both),
            Probe::new("no weights", random(PLAIN, 0, 2, 9)),
            Probe::new("gradients near 1e-9", settings(0.0, &[(AHEAD, 2e-9), (AHEAD, -3e-9), (PLAIN, 1e-9)]))
                .tags(both),
            Probe::new("gradients near 1e6", settings(0.5, &[(PLAIN, 2e6), (AHEAD, -1e6)]))
                .tags(both)
                .magnitude(2e6),
        ]
    }

    fn observe(new: &Self::Subject, Input { w, steps }: &Input, out: &mut Observer) {
        out.given("w", w);
        let (mut w, mut step) = (w.clone(), new(w.len()));
        for (t, (c, g)) in steps.iter().enumerate() {
            if t < 4 {
                let nesterov = if c.nesterov { ", nesterov" } else { "" };
                out.given(format!("gradient {} (lr {}, mu {}{nesterov})", t + 1, c.lr, c.mu), g);
            }
            step(&mut w, g, c);
            if t < 4 || t + 1 == steps.len() {
                out.see(format!("w after step {}", t + 1), &w).within(1e-9, 1e-18);
            }
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
        crate::momentum!(starter)
    }
    fn solution() -> Self::Subject {
        crate::momentum!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
