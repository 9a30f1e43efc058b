//! **layernorm_backward**: what comes back through a layer normalisation. Chapter: *The tensor tape*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! layernorm_backward {
    ($file:ident) => {
        $file::layernorm_backward
    };
}

/// The exercise.
pub struct Spec;

/// The gradients in x, in gamma and in beta.
pub type Gradients = (Mat, Vec<f64>, Vec<f64>);

/// Tokens, gains, and the gradient that arrives.
#[derive(Clone, Debug)]
pub struct Input {
    x: Mat,
    gamma: Vec<f64>,
    dy: Mat,
    eps: f64,
    /// How many digits can be asked for.
    within: f64,
}

fn random(tokens: usize, channels: usize, eps: f64, seed: u64) -> Input {
    let mut n = Numbers::new(seed);
    let (x, gamma) = (n.matrix(tokens, channels), n.vector(channels));
    Input { x, gamma, dy: n.matrix(tokens, channels), eps, within: 1e-9 }
}

fn given(rows: &[&[f64]], gamma: &[f64], dy: &[&[f64]], eps: f64) -> Input {
    Input { x: Mat::from_rows(rows), gamma: gamma.to_vec(), dy: Mat::from_rows(dy), eps, within: 1e-9 }
}

impl Exercise for Spec {
    type Subject = fn(&Mat, &[f64], &Mat, f64) -> Gradients;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let many = &["there is more than one token"];
        let felt = &["eps is not small against the variance"];
        let felt_by_many = &["eps is not small against the variance", "there is more than one token"];
        let far = Input { within: 1e-7, ..random(2, 5, 1e-5, 10) };
        vec![
            Probe::new("one token, two channels", given(&[&[0.5, 2.0]], &[2.0, 0.5], &[&[1.5, -0.75]], 0.25))
                .tags(felt),
            Probe::new("one token, three channels", random(1, 3, 1e-5, 1)),
            Probe::new("one token, gains of 1", Input { gamma: vec![1.0; 4], ..random(1, 4, 1e-5, 2) }),
            Probe::new("2×3", random(2, 3, 1e-5, 3)).tags(many),
            Probe::new("3×2", random(3, 2, 1e-5, 4)).tags(many),
            Probe::new("4×4", random(4, 4, 1e-5, 5)).tags(many),
            Probe::new("5×4, gains of 1", Input { gamma: vec![1.0; 4], ..random(5, 4, 1e-5, 6) }).tags(many),
            Probe::new("a large eps", random(3, 5, 0.5, 7)).tags(felt_by_many),
            Probe::new("a gradient that is the same everywhere", {
                let x = random(2, 4, 1e-5, 8);
                Input { dy: x.dy.map(|_| 0.5), ..x }
            })
            .tags(many),
            Probe::new(
                "a constant token",
                given(&[&[2.5, 2.5, 2.5]], &[0.5, -1.5, 2.0], &[&[0.5, 2.0, -0.75]], 0.25),
            )
            .tags(felt),
            Probe::new("one channel", random(3, 1, 0.25, 9)).tags(felt_by_many),
            Probe::new("tokens near 1e6", Input { x: far.x.map(|x| x + 1e6), ..far })
                .tags(many)
                .magnitude(1e6),
            Probe::new("tokens near 1e−4", {
                let x = random(2, 4, 1e-5, 11);
                Input { x: x.x.map(|x| x * 1e-4), ..x }
            })
            .tags(felt_by_many),
            Probe::new("7×19", random(7, 19, 1e-5, 12)).tags(many),
            Probe::new("no tokens", random(0, 3, 1e-5, 13)),
        ]
    }

    fn observe(backward: &Self::Subject, Input { x, gamma, dy, eps, within }: &Input, out: &mut Observer) {
        out.given("x", x);
        out.given("gamma", gamma);
        out.given("dy", dy);
        out.given("eps", *eps);
        let (dx, dgamma, dbeta) = backward(x, gamma, dy, *eps);
        out.see("dx", &dx).within(*within, 1e-3 * within);
        out.see("dgamma", &dgamma).within(*within, 1e-3 * within);
        out.see("dbeta", &dbeta).within(1e-9, 1e-12);
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
        crate::layernorm_backward!(starter)
    }
    fn solution() -> Self::Subject {
        crate::layernorm_backward!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
