//! **activations**: the backward of four activations, from what the forward left behind. Chapter: *Reverse mode: the tape, read whole*.

use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Real;
use std::f64::consts::FRAC_1_SQRT_2;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! activations {
    ($file:ident) => {
        $file::act_backward
    };
}

/// The exercise.
pub struct Spec;

/// Which activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 1/(1 + e⁻ˣ).
    Sigmoid,
    /// tanh x.
    Tanh,
    /// max(0, x).
    Relu,
    /// x·Φ(x), with the normal distribution Φ(x) = ½·(1 + erf(x/√2)).
    Gelu,
}

impl Kind {
    /// What the forward pass computed.
    fn forward(self, x: f64) -> f64 {
        match self {
            Kind::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Kind::Tanh => x.tanh(),
            Kind::Relu => x.max(0.0),
            Kind::Gelu => x * 0.5 * (1.0 + Real::erf(x * FRAC_1_SQRT_2)),
        }
    }
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    kind: Kind,
    x: f64,
    dy: f64,
}

fn probe(kind: Kind, x: f64, dy: f64) -> Probe<Call> {
    let name = match kind {
        Kind::Sigmoid => "sigmoid",
        Kind::Tanh => "tanh",
        Kind::Relu => "ReLU",
        Kind::Gelu => "GELU",
    };
    let tags: &'static [&'static str] = match (kind, x == 0.0) {
        (Kind::Sigmoid, _) => &["it is a sigmoid"],
        (Kind::Tanh, _) => &["it is a tanh"],
        (Kind::Relu, false) => &["it is a ReLU"],
        (Kind::Relu, true) => &["it is a ReLU", "a ReLU is at its kink"],
        (Kind::Gelu, false) => &["it is a GELU"],
        (Kind::Gelu, true) => &["it is a GELU", "a GELU is at 0"],
    };
    Probe::new(format!("{name} at {x}, dy = {dy}"), Call { kind, x, dy }).tags(tags).magnitude(x.abs())
}

impl Exercise for Spec {
    type Subject = fn(Kind, f64, f64, f64) -> f64;
    type Input = Call;

    fn probes() -> Vec<Probe<Call>> {
        use Kind::{Gelu, Relu, Sigmoid, Tanh};
        vec![
            probe(Sigmoid, 0.5, 2.0),
            probe(Tanh, 0.5, 2.0),
            probe(Relu, 1.5, 2.5),
            probe(Relu, -0.75, 2.5),
            probe(Gelu, 0.75, 2.0),
            probe(Gelu, -1.25, 2.0),
            probe(Sigmoid, -2.25, -1.5),
            probe(Sigmoid, 0.0, 0.75),
            probe(Sigmoid, 1.75, 1.0),
            probe(Tanh, -1.75, -1.5),
            probe(Tanh, 0.0, 0.75),
            probe(Tanh, 2.5, 1.0),
            probe(Relu, 2.25, -1.5),
            probe(Relu, -2.25, -1.5),
            probe(Relu, 0.25, 0.5),
            probe(Relu, 0.0, 1.5),
            probe(Gelu, -0.5, -1.5),
            probe(Gelu, -2.75, 1.25),
            probe(Gelu, 2.25, -0.75),
            probe(Gelu, 0.0, 1.5),
            probe(Sigmoid, 30.0, 1.5),
            probe(Sigmoid, -800.0, 1.5),
            probe(Sigmoid, 800.0, 1.5),
            probe(Tanh, 20.0, 1.5),
            probe(Tanh, -800.0, 1.5),
            probe(Relu, 800.0, 1.5),
            probe(Gelu, 40.0, 1.5),
            probe(Gelu, -40.0, 1.5),
            probe(Gelu, 1e200, 1.5),
        ]
    }

    fn observe(act_backward: &Self::Subject, &Call { kind, x, dy }: &Call, out: &mut Observer) {
        let y = kind.forward(x);
        out.given("x", x);
        out.given("y", y);
        out.given("dy", dy);
        out.see("dx", act_backward(kind, x, y, dy));
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
        crate::activations!(starter)
    }
    fn solution() -> Self::Subject {
        crate::activations!(solution)
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
