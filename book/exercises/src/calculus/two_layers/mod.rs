//! **two_layers**: all gradients of a two-layer network, and a step along them. Chapter: *Reverse mode: the tape, read whole*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! two_layers {
    ($file:ident) => {
        $file::train_step
    };
}

/// The exercise.
pub struct Spec;

/// A network with n inputs, h hidden units and m outputs.
#[derive(Clone, Debug)]
pub struct Net {
    /// \[n, h\].
    pub w1: Mat,
    /// h.
    pub b1: Vec<f64>,
    /// \[h, m\].
    pub w2: Mat,
    /// m.
    pub b2: Vec<f64>,
}

/// The loss, and its gradients.
#[derive(Clone, Debug)]
pub struct Grads {
    /// The loss itself.
    pub loss: f64,
    /// \[n, h\].
    pub w1: Mat,
    /// h.
    pub b1: Vec<f64>,
    /// \[h, m\].
    pub w2: Mat,
    /// m.
    pub b2: Vec<f64>,
    /// \[B, n\]: for whatever lies before the network.
    pub x: Mat,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Step {
    net: Net,
    x: Mat,
    y: Mat,
    rate: f64,
}

/// B samples, n inputs, h hidden units, m outputs.
fn random([b, n, h, m]: [usize; 4], rate: f64, seed: u64) -> Step {
    let mut numbers = Numbers::new(seed);
    let net = Net {
        w1: numbers.matrix(n, h),
        b1: numbers.vector(h),
        w2: numbers.matrix(h, m),
        b2: numbers.vector(m),
    };
    Step { net, x: numbers.matrix(b, n), y: numbers.matrix(b, m), rate }
}

/// One sample, one input, one output, and hidden units with these sums before the gate.
fn by_hand(z: &[f64], w2: &[f64], y: f64, rate: f64) -> Step {
    let net = Net {
        w1: Mat::from_rows(&[z.iter().map(|z| z - 0.5).collect::<Vec<_>>()]),
        b1: z.iter().map(|z| z - (z - 0.5) * 2.0).collect(),
        w2: Mat::from_fn(w2.len(), 1, |i, _| w2[i]),
        b2: vec![0.25],
    };
    Step { net, x: Mat::from_rows(&[[2.0]]), y: Mat::from_rows(&[[y]]), rate }
}

impl Exercise for Spec {
    type Subject = fn(&mut Net, &Mat, &Mat, f64) -> Grads;
    type Input = Step;

    fn probes() -> Vec<Probe<Step>> {
        let batch = &["there is more than one sample"];
        let several = &["there is more than one sample", "there is more than one output"];
        let outputs = &["there is more than one output"];
        let closed = &["a hidden unit is closed"];
        let mut far = random([2, 3, 4, 2], 1e-6, 9);
        far.x = far.x.map(|x| 1000.0 * x);
        let mut blank = random([3, 2, 4, 2], 0.1, 10);
        blank.x = Mat::zeros([3, 2]);
        let mut fits = random([2, 3, 2, 2], 0.5, 11);
        fits.net.w2 = Mat::zeros([2, 2]);
        fits.y = Mat::from_fn(2, 2, |_, j| fits.net.b2[j]);
        vec![
            Probe::new("one of everything", by_hand(&[1.75], &[2.0], 0.75, 0.5)),
            Probe::new("one unit open, one closed", by_hand(&[1.75, -0.75], &[2.0, -1.5], 0.75, 0.5))
                .tags(closed),
            Probe::new("all units closed", by_hand(&[-1.5, -0.75], &[2.0, -1.5], 0.75, 0.5)).tags(closed),
            Probe::new("a unit exactly at its gate", by_hand(&[1.75, 0.0], &[2.0, -1.5], 0.75, 0.5)),
            Probe::new("one sample, two outputs", random([1, 3, 4, 2], 0.25, 1)).tags(outputs),
            Probe::new("two samples, one output", random([2, 3, 4, 1], 0.25, 2)).tags(batch),
            Probe::new("three samples, two outputs", random([3, 4, 5, 2], 0.25, 3)).tags(several),
            Probe::new("five samples, three outputs", random([5, 2, 7, 3], 0.1, 4)).tags(several),
            Probe::new("as many of everything", random([3, 3, 3, 3], 0.3, 5)).tags(several),
            Probe::new("one hidden unit", random([4, 3, 1, 2], 0.2, 6)).tags(several),
            Probe::new("a rate of 0", random([2, 3, 4, 2], 0.0, 7)).tags(several),
            Probe::new("a rate of 2", random([2, 3, 4, 2], 2.0, 8)).tags(several),
            Probe::new("inputs near 3000", far).tags(several).magnitude(3000.0),
            Probe::new("inputs of 0", blank).tags(several),
            Probe::new("a network that fits already", fits).tags(several),
        ]
    }

    fn observe(train_step: &Self::Subject, Step { net, x, y, rate }: &Step, out: &mut Observer) {
        out.given("w1", &net.w1);
        out.given("b1", &net.b1);
        out.given("w2", &net.w2);
        out.given("b2", &net.b2);
        out.given("x", x);
        out.given("y", y);
        out.given("rate", *rate);
        let mut net = net.clone();
        let grads = train_step(&mut net, x, y, *rate);
        out.see("loss", grads.loss);
        out.see("gradient in w2", &grads.w2);
        out.see("gradient in b2", &grads.b2);
        out.see("gradient in w1", &grads.w1);
        out.see("gradient in b1", &grads.b1);
        out.see("gradient in x", &grads.x);
        out.see("w1 after the step", &net.w1);
        out.see("b1 after the step", &net.b1);
        out.see("w2 after the step", &net.w2);
        out.see("b2 after the step", &net.b2);
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
        crate::two_layers!(starter)
    }
    fn solution() -> Self::Subject {
        crate::two_layers!(solution)
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
