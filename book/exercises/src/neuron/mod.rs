//! **neuron**: the backward pass of one neuron, y = max(0, w·x + b). Chapter: *The neuron that cannot learn*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! neuron {
    ($file:ident) => {
        $file::backward
    };
}

/// The exercise.
pub struct Spec;

/// What one probe asks for.
#[derive(Clone, Debug)]
pub enum Input {
    /// One call.
    Step {
        /// Weights.
        w: Vec<f64>,
        /// Bias.
        b: f64,
        /// Input.
        x: Vec<f64>,
        /// The gradient that comes from above, dL/dy.
        dy: f64,
        /// The learning rate.
        lr: f64,
    },
    /// A thousand calls, on five points of a function that such a neuron can represent.
    Training,
}

fn step(w: &[f64], b: f64, x: &[f64], dy: f64, lr: f64) -> Input {
    Input::Step { w: w.to_vec(), b, x: x.to_vec(), dy, lr }
}

/// Points and what a neuron with weights 1.5 and −0.5 and bias 0.75 answers; three of the five start with a closed gate.
const POINTS: [([f64; 2], f64); 5] = [
    ([0.5, 0.25], 1.375),
    ([1.0, -0.5], 2.5),
    ([0.25, 1.25], 0.5),
    ([-0.25, 0.5], 0.125),
    ([0.75, 1.5], 1.125),
];

fn forward(w: &[f64], b: f64, x: &[f64]) -> f64 {
    (w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b).max(0.0)
}

fn loss(w: &[f64], b: f64) -> f64 {
    POINTS.iter().map(|(x, t)| (forward(w, b, x) - t).powi(2) / 2.0).sum::<f64>() / POINTS.len() as f64
}

impl Exercise for Spec {
    type Subject = fn(&mut [f64], &mut f64, &[f64], f64, f64);
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let gate_closed = &["the gate is closed"];
        vec![
            Probe::new("one weight", step(&[0.5], 0.25, &[2.0], 1.0, 0.1)),
            Probe::new("three weights", step(&[0.5, -1.25, 2.0], 0.3, &[1.5, 0.5, 0.75], 1.0, 0.1)),
            Probe::new("dy = −3", step(&[0.5, -1.25, 2.0], 0.3, &[1.5, 0.5, 0.75], -3.0, 0.1)),
            Probe::new("dy = 0.7, lr = 0.02", step(&[0.8, 0.6], -0.2, &[0.9, 1.3], 0.7, 0.02)),
            Probe::new("a closed gate", step(&[0.5, -1.25, 2.0], -0.4, &[-1.5, 0.5, 0.25], 2.0, 0.1))
                .tags(gate_closed),
            Probe::new("a closed gate, dy < 0", step(&[-0.6, 0.4], 0.1, &[1.5, -0.75], -1.5, 0.3))
                .tags(gate_closed),
            Probe::new("only the bias opens the gate", step(&[0.5, -0.5], 1.5, &[0.5, 2.0], -0.8, 0.25)),
            Probe::new("only the bias closes the gate", step(&[0.5, 0.5], -2.5, &[0.5, 2.0], 0.8, 0.25))
                .tags(gate_closed),
            Probe::new("the step itself closes the gate", step(&[0.5, 0.25], 0.1, &[2.0, -1.0], 4.0, 0.5)),
            Probe::new("the step itself opens the gate", step(&[-0.5, 0.25], -0.1, &[2.0, 1.0], -4.0, 0.5))
                .tags(gate_closed),
            Probe::new("exactly on the edge", step(&[0.5, -0.25], -0.5, &[2.0, 2.0], 1.5, 0.1))
                .tags(gate_closed),
            Probe::new("open by a hair", step(&[3e-20], -2e-20, &[2.0], 1.5, 0.1)),
            Probe::new("an input of zeros", step(&[0.5, 0.25], 0.5, &[0.0, 0.0], 1.5, 0.1)),
            Probe::new("twenty weights", {
                let mut n = Numbers::new(1);
                let (w, x) = (n.vector(20), n.vector(20));
                let z: f64 = w.iter().zip(&x).map(|(w, x)| w * x).sum();
                step(&w, 1.5 - z.round(), &x, -0.7, 0.05)
            }),
            Probe::new("numbers near 1e8", step(&[3e4, -2e3], 1e7, &[2e3, 1e4], 5e3, 1e-3)).magnitude(1e8),
            Probe::new("1,000 steps", Input::Training),
        ]
    }

    fn observe(backward: &Self::Subject, input: &Input, out: &mut Observer) {
        match input {
            Input::Step { w, b, x, dy, lr } => {
                out.given("w", w);
                out.given("b", *b);
                out.given("x", x);
                out.given("dy", *dy);
                out.given("lr", *lr);
                out.given("w·x + b", w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b);
                let (mut w, mut b) = (w.clone(), *b);
                backward(&mut w, &mut b, x, *dy, *lr);
                out.see("w", &w);
                out.see("b", b);
            }
            Input::Training => {
                let (mut w, mut b) = (vec![0.25, -0.5], -0.25);
                out.given("w", &w);
                out.given("b", b);
                out.given("loss before", loss(&w, b));
                for i in 0..1000 {
                    let (x, target) = &POINTS[i % POINTS.len()];
                    let dy = forward(&w, b, x) - target;
                    backward(&mut w, &mut b, x, dy, 0.1);
                }
                // Thousand roundings, thousand chances to add in another order: six digits are enough.
                out.see("loss after", loss(&w, b)).within(1e-6, 1e-9);
            }
        }
    }
}

#[cfg(feature = "judge")]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::neuron!(starter)
    }
    fn solution() -> Self::Subject {
        crate::neuron!(solution)
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
