//! **adamw**: the optimiser that trains language models, one step at a time. Chapter: *A GPT in one sitting*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// The settings of AdamW.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// The learning rate.
    pub lr: f64,
    /// How much of the mean gradient survives a step.
    pub beta1: f64,
    /// How much of the mean squared gradient survives a step.
    pub beta2: f64,
    /// Added to the root, so that it cannot be zero.
    pub eps: f64,
    /// How fast weights decay, in units of the learning rate.
    pub weight_decay: f64,
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! adamw {
    ($file:ident) => {
        |n| {
            let mut state = $file::AdamW::new(n);
            Box::new(move |w: &mut [f64], g: &[f64], c: &$crate::nn::adamw::Config| state.step(w, g, c))
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
    config: Config,
    w: Vec<f64>,
    gradients: Vec<Vec<f64>>,
}

const PLAIN: Config = Config { lr: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0 };
const GPT: Config = Config { lr: 0.02, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.1 };

fn steps(config: Config, w: &[f64], gradients: &[&[f64]]) -> Input {
    Input { config, w: w.to_vec(), gradients: gradients.iter().map(|g| g.to_vec()).collect() }
}

fn random(config: Config, n: usize, count: usize, seed: u64) -> Input {
    let mut numbers = Numbers::new(seed);
    Input { config, w: numbers.vector(n), gradients: (0..count).map(|_| numbers.vector(n)).collect() }
}

impl Exercise for Spec {
    type Subject = fn(usize) -> Step;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let later = &["there is a second step"];
        let decay = &["the weight decay is not 0"];
        let both = &["there is a second step", "the weight decay is not 0"];
        let strong = Config { weight_decay: 0.5, lr: 0.3, ..GPT };
        vec![
            Probe::new("one weight, one step", steps(PLAIN, &[0.5], &[&[2.0]])),
            Probe::new("three weights, one step", steps(PLAIN, &[0.5, -1.5, 2.5], &[&[0.3, -0.02, 5.0]])),
            Probe::new("a second step", steps(PLAIN, &[0.5, -1.5], &[&[0.3, -2.0], &[-0.7, 0.4]]))
                .tags(later),
            Probe::new("the third gradient is large", steps(PLAIN, &[0.5], &[&[0.1], &[-0.2], &[8.0]]))
                .tags(later),
            Probe::new("weight decay, one step", steps(GPT, &[1.5, -2.5], &[&[0.3, 0.8]])).tags(decay),
            Probe::new("weight decay, four steps", random(strong, 3, 4, 5)).tags(both),
            Probe::new("thirty steps", random(GPT, 2, 30, 6)).tags(both),
            Probe::new("other betas", random(Config { beta1: 0.7, beta2: 0.8, ..GPT }, 4, 6, 7)).tags(both),
            Probe::new("a large eps", random(Config { eps: 0.5, ..PLAIN }, 3, 3, 8)).tags(later),
            Probe::new("gradients near 1e-5", steps(PLAIN, &[0.5, 0.25], &[&[2e-5, -3e-5], &[1e-5, 1e-5]]))
                .tags(later),
            Probe::new("a gradient of zero", steps(PLAIN, &[0.5, -0.75], &[&[0.0, 1.5], &[0.0, -0.5]]))
                .tags(later),
            Probe::new(
                "gradients that become zero",
                steps(GPT, &[1.5, -0.75], &[&[0.3, -0.8], &[0.0, 0.5], &[0.0, 0.0], &[0.4, -0.2]]),
            )
            .tags(both),
            Probe::new("gradients near 1e6", steps(PLAIN, &[0.5], &[&[2e6], &[-1e6]]))
                .tags(later)
                .magnitude(2e6),
        ]
    }

    fn observe(new: &Self::Subject, Input { config, w, gradients }: &Input, out: &mut Observer) {
        let Config { lr, beta1, beta2, eps, weight_decay } = *config;
        out.given("lr", lr);
        out.given("beta1", beta1);
        out.given("beta2", beta2);
        out.given("eps", eps);
        out.given("weight_decay", weight_decay);
        out.given("w", w);
        let (mut w, mut step) = (w.clone(), new(w.len()));
        for (t, g) in gradients.iter().enumerate() {
            if t < 4 {
                out.given(format!("gradient {}", t + 1), g);
            }
            step(&mut w, g, config);
            if t < 4 || t + 1 == gradients.len() {
                out.see(format!("w after step {}", t + 1), &w).within(1e-9, 1e-12);
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
        crate::adamw!(starter)
    }
    fn solution() -> Self::Subject {
        crate::adamw!(solution)
    }
    fn accepted() -> Vec<crate::spec::Accepted<Self>> {
        wrong::accepted()
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
