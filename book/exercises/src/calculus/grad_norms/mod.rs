//! **grad_norms**: how long the gradient is at every layer. Chapter: *The flow of gradients*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! grad_norms {
    ($file:ident) => {
        ($file::weights, $file::grad_norms)
    };
}

/// The exercise.
pub struct Spec;

/// What stands behind each matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Nothing: φ(z) = z.
    Linear,
    /// max(0, z).
    Relu,
    /// tanh z.
    Tanh,
}

/// `weights`.
pub type Weights = fn(usize, usize, f64, &[f64]) -> Mat;

/// `grad_norms`.
pub type Norms = fn(&[Mat], Activation, &[f64], &[f64]) -> Vec<f64>;

/// One call.
pub enum Task {
    /// `weights(outputs, inputs, gain, normals)`.
    Weights(usize, usize, f64, Vec<f64>),
    /// `grad_norms(layers, activation, x, cotangent)`.
    Norms(Vec<Mat>, Activation, Vec<f64>, Vec<f64>),
}

/// Layers of the given widths, inputs first, with weights of some `size`; every z stays where tanh still bends.
fn network(widths: &[usize], activation: Activation, size: f64, seed: u64) -> Task {
    let mut n = Numbers::new(seed);
    let layers = widths.windows(2).map(|w| n.matrix(w[1], w[0]).map(|x| x * size)).collect();
    let last = widths[widths.len() - 1];
    Task::Norms(layers, activation, n.vector(widths[0]), n.vector(last))
}

/// The same, with the cotangent multiplied.
fn scaled(task: Task, by: f64) -> Task {
    match task {
        Task::Norms(layers, activation, x, c) => {
            Task::Norms(layers, activation, x, c.iter().map(|c| c * by).collect())
        }
        Task::Weights(..) => task,
    }
}

impl Exercise for Spec {
    type Subject = (Weights, Norms);
    type Input = Task;

    fn probes() -> Vec<Probe<Task>> {
        use Activation::{Linear, Relu, Tanh};
        let weights = |name: &str, outputs, inputs, gain| {
            let seed = (10 * outputs + inputs) as u64;
            Probe::new(
                name,
                Task::Weights(outputs, inputs, gain, Numbers::new(seed).vector(outputs * inputs)),
            )
        };
        let deep = &["there are many layers"];
        let bent = &["the activation is tanh"];
        let gated = &["the activation is a ReLU"];
        let edge = &["a sum is exactly 0", "the activation is a ReLU"];
        let tiny = &["the cotangent is near 1e-200"];
        let huge = &["the cotangent is near 1e200"];
        let shut = Task::Norms(
            vec![Mat::from_rows(&[[-1.5, -0.5], [-2.0, -0.25], [-0.5, -2.5]]), Numbers::new(31).matrix(2, 3)],
            Relu,
            vec![0.5, 1.5],
            vec![2.5, -0.75],
        );
        let kink = Task::Norms(
            vec![
                Mat::from_rows(&[[1.5, -0.5], [2.0, 0.25], [-0.5, 2.5]]),
                Numbers::new(32).matrix(2, 3).map(f64::abs),
            ],
            Relu,
            vec![0.5, 1.5],
            vec![2.5, -0.75],
        );
        vec![
            weights("weights: 2×3, gain 1", 2, 3, 1.0),
            weights("weights: 3×2, gain 1.5", 3, 2, 1.5),
            weights("weights: 5×1, gain 0.5", 5, 1, 0.5),
            weights("weights: 4×4, gain 2", 4, 4, 2.0),
            weights("weights: 7×25, gain 1.25", 7, 25, 1.25),
            weights("weights: no inputs", 3, 0, 1.5),
            Probe::new("one linear layer", network(&[3, 2], Linear, 1.0, 1)),
            Probe::new("one tanh layer", network(&[2, 3], Tanh, 0.3, 2)).tags(bent),
            Probe::new("one ReLU layer", network(&[2, 5], Relu, 1.0, 3)).tags(gated),
            Probe::new("two linear layers", network(&[3, 4, 2], Linear, 0.5, 4)),
            Probe::new("two tanh layers", network(&[3, 4, 2], Tanh, 0.3, 5)).tags(bent),
            Probe::new("three ReLU layers", network(&[2, 6, 5, 3], Relu, 0.7, 6)).tags(gated),
            Probe::new("three square tanh layers", network(&[3, 3, 3, 3], Tanh, 0.3, 7)).tags(bent),
            Probe::new("three square linear layers", network(&[3, 3, 3, 3], Linear, 0.5, 8)),
            Probe::new("five tanh layers", network(&[2, 4, 3, 6, 5, 1], Tanh, 0.25, 9)).tags(bent),
            Probe::new("a sum of exactly 0", kink).tags(edge),
            Probe::new("a layer whose units are all shut", shut).tags(gated),
            Probe::new("no layers", network(&[4], Tanh, 1.0, 10)).tags(bent),
            Probe::new("a cotangent of zeros", scaled(network(&[2, 3, 4], Tanh, 0.3, 11), 0.0)).tags(bent),
            Probe::new("a cotangent near 1e-200", scaled(network(&[3, 4, 2], Tanh, 0.3, 12), 1e-200))
                .tags(tiny),
            Probe::new("a cotangent near 1e200", scaled(network(&[3, 2, 5], Linear, 0.5, 13), 1e200))
                .tags(huge)
                .magnitude(3e200),
            Probe::new("sixty layers that shrink", network(&[4; 61], Tanh, 0.05, 14)).tags(deep),
            Probe::new("sixty layers that grow", network(&[3; 61], Linear, 2.0, 15)).tags(deep),
            Probe::new("four hundred layers that shrink", network(&[3; 401], Linear, 0.05, 16)).tags(deep),
        ]
    }

    fn observe((weights, norms): &Self::Subject, task: &Task, out: &mut Observer) {
        match task {
            Task::Weights(outputs, inputs, gain, normals) => {
                out.given("outputs", *outputs);
                out.given("inputs", *inputs);
                out.given("gain", *gain);
                out.given("normals", normals);
                let w = weights(*outputs, *inputs, *gain, normals);
                out.see("shape", w.shape().dims()).exactly();
                out.see("W", &w);
            }
            Task::Norms(layers, activation, x, cotangent) => {
                for (l, w) in layers.iter().enumerate().take(3) {
                    out.given(format!("W of layer {l}"), w);
                }
                out.given("activation", format!("{activation:?}").as_str());
                out.given("x", x);
                out.given("cotangent", cotangent);
                out.see("norms", &norms(layers, *activation, x, cotangent)).within(1e-9, 1e-318);
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
        crate::grad_norms!(starter)
    }
    fn solution() -> Self::Subject {
        crate::grad_norms!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
