//! Training steps as people write them.

use super::{Grads, Net, Spec};
use crate::spec::Accepted;
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

/// Where a step can go wrong, one place after the other.
#[allow(clippy::struct_excessive_bools)] // each a mistake that one makes or not
struct Way {
    /// From o − y, the number of samples and that of outputs to the gradient in o.
    d_o: fn(f64, f64, f64) -> f64,
    /// The loss, from the sum of squares, the samples and the outputs.
    loss: fn(f64, f64, f64) -> f64,
    /// The gradient in z, from that in a, and from z.
    gate: fn(f64, f64) -> f64,
    /// What w2 is multiplied with: from z.
    activation: fn(f64) -> f64,
    /// The gradient in a bias, from that in its layer and the number of samples.
    bias: fn(&Mat) -> Vec<f64>,
    /// What all gradients in weights are multiplied by, from the number of samples.
    factor: fn(f64) -> f64,
    /// What is subtracted from a weight, from the rate and the gradient.
    step: fn(f64, f64) -> f64,
    /// Whether biases move.
    biases_move: bool,
    /// Whether w2 moves before the gradient goes through it.
    early: bool,
    /// Whether the loss is that after the step.
    late: bool,
    /// The gradient in x goes past the gate.
    past_the_gate: bool,
    /// The gradient in b1 goes past the gate.
    bias_past_the_gate: bool,
    /// The gradient in x goes through w1 after that has moved.
    x_late: bool,
}

const RIGHT: Way = Way {
    d_o: |d, b, _| d / b,
    loss: |squares, b, _| squares / (2.0 * b),
    gate: |d, z| if z > 0.0 { d } else { 0.0 },
    activation: |z| z.max(0.0),
    bias: over_samples,
    factor: |_| 1.0,
    step: |rate, g| rate * g,
    biases_move: true,
    early: false,
    late: false,
    past_the_gate: false,
    bias_past_the_gate: false,
    x_late: false,
};

fn with_bias(mut m: Mat, b: &[f64]) -> Mat {
    for i in 0..m.rows() {
        m.row_mut(i).iter_mut().zip(b).for_each(|(m, b)| *m += b);
    }
    m
}

fn over_samples(m: &Mat) -> Vec<f64> {
    (0..m.cols()).map(|j| (0..m.rows()).map(|i| m[[i, j]]).sum()).collect()
}

fn forward(net: &Net, x: &Mat) -> (Mat, Mat) {
    let z = with_bias(x.matmul(&net.w1), &net.b1);
    let o = with_bias(z.map(|z| z.max(0.0)).matmul(&net.w2), &net.b2);
    (z, o)
}

fn go(way: &Way, net: &mut Net, x: &Mat, y: &Mat, rate: f64) -> Grads {
    let (samples, outputs) = (x.rows() as f64, y.cols() as f64);
    let squares = |o: &Mat| o.zip_with(y, |o, y| (o - y).powi(2)).data().iter().sum::<f64>();
    let (z, o) = forward(net, x);
    let mut loss = (way.loss)(squares(&o), samples, outputs);
    let d_o = o.zip_with(y, |o, y| (way.d_o)(o - y, samples, outputs));
    let scaled = |m: Mat| m.map(|g| g * (way.factor)(samples));
    let bias = |d: &Mat| (way.bias)(d).iter().map(|g| g * (way.factor)(samples)).collect::<Vec<_>>();
    let step = |w: &mut [f64], g: &[f64]| w.iter_mut().zip(g).for_each(|(w, g)| *w -= (way.step)(rate, *g));
    let w2 = scaled(z.map(way.activation).transpose().matmul(&d_o));
    if way.early {
        step(net.w2.data_mut(), w2.data());
    }
    let d_a = d_o.matmul(&net.w2.transpose());
    let d_z = d_a.zip_with(&z, way.gate);
    let back = if way.past_the_gate { &d_a } else { &d_z };
    let grads = Grads {
        loss: 0.0,
        b2: bias(&d_o),
        w1: scaled(x.transpose().matmul(&d_z)),
        b1: bias(if way.bias_past_the_gate { &d_a } else { &d_z }),
        x: back.matmul(&net.w1.transpose()),
        w2,
    };
    step(net.w1.data_mut(), grads.w1.data());
    if !way.early {
        step(net.w2.data_mut(), grads.w2.data());
    }
    if way.biases_move {
        step(&mut net.b1, &grads.b1);
        step(&mut net.b2, &grads.b2);
    }
    let x_grad = if way.x_late { back.matmul(&net.w1.transpose()) } else { grads.x.clone() };
    if way.late {
        loss = (way.loss)(squares(&forward(net, x).1), samples, outputs);
    }
    Grads { loss, x: x_grad, ..grads }
}

/// A subject from what differs.
macro_rules! way {
    ($($field:ident: $value:expr),*) => {
        |net, x, y, rate| {
            const WAY: Way = Way { $($field: $value,)* ..RIGHT };
            go(&WAY, net, x, y, rate)
        }
    };
}

const ALL_OPEN: fn(f64, f64) -> f64 = |d, _| d;

fn mean_over_samples(m: &Mat) -> Vec<f64> {
    over_samples(m).iter().map(|g| g / m.rows() as f64).collect()
}

fn last_sample(m: &Mat) -> Vec<f64> {
    m.row(m.rows() - 1).to_vec()
}

fn first_sample(m: &Mat) -> Vec<f64> {
    m.row(0).to_vec()
}

pub(super) fn accepted() -> Vec<Accepted<Spec>> {
    vec![Accepted {
        slug: "open-at-zero",
        note: "A unit whose sum is exactly 0 is open in your network; here it is closed. Every slope from 0 to 1 is as good at a kink.",
        subject: way!(gate: |d, z| if z >= 0.0 { d } else { 0.0 }),
    }]
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("activation-skipped", "sum-not-mean", way!(gate: ALL_OPEN, d_o: |d, _, _| d)),
        Pair::new("activation-skipped", "uses-updated-weights", way!(gate: ALL_OPEN, early: true)),
        Pair::new("activation-skipped", "bias-of-one-sample", way!(gate: ALL_OPEN, bias: last_sample)),
        Pair::new("sum-not-mean", "uphill", way!(d_o: |d, _, _| d, step: |rate, g| -rate * g)),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = gradients();
    all.extend(steps());
    all
}

fn gradients() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "activation-skipped",
            way!(gate: ALL_OPEN),
            "gradients that pass a hidden unit whether it was open or closed",
            "A closed unit hands on 0, whatever its weights are: what is the slope of the loss in those weights?",
        )
        .show("one unit open, one closed"),
        Wrong::new(
            "gated-by-gradient",
            way!(gate: |d, _| d.max(0.0)),
            "gradients that are cut off at 0 themselves",
            "Which number decides whether a unit is open: the one that went in, or the one that comes back?",
        )
        .or(way!(gate: |d, z| if z > 0.0 { d.max(0.0) } else { 0.0 })),
        Wrong::new(
            "activation-for-slope",
            way!(gate: |d, z| d * z.max(0.0)),
            "gradients multiplied by what a unit put out, instead of by how steep it is",
            "z goes from 1.75 to 1.76: by how much does max(0, z) change?",
        ),
        Wrong::new(
            "uses-updated-weights",
            way!(early: true),
            "a backward pass that goes through the second layer after that has been moved",
            "With which w2 was the loss computed whose gradient you want?",
        ),
        Wrong::new(
            "sum-not-mean",
            way!(d_o: |d, _, _| d),
            "gradients of a sum over the samples, with a loss that is their mean",
            "Twice the same batch, one below the other: what should the gradient in w1 do, and what does yours?",
        )
        .show("two samples, one output"),
        Wrong::new(
            "mean-twice",
            way!(factor: |b| 1.0 / b),
            "gradients in weights and biases that are divided by the number of samples twice",
            "Where did each sample's share of the mean get its 1/B already?",
        )
        .or(way!(d_o: |d, b, _| d / (b * b)))
        .show("two samples, one output"),
        Wrong::new(
            "mean-over-outputs",
            way!(d_o: |d, b, m| d / (b * m)),
            "gradients of a mean over samples and outputs",
            "What does the formula of the loss divide by?",
        )
        .or(way!(d_o: |d, b, m| d / (b * m), loss: |squares, b, m| squares / (2.0 * b * m)))
        .show("one sample, two outputs"),
        Wrong::new(
            "twice-as-steep",
            way!(d_o: |d, b, _| 2.0 * d / b),
            "the gradients of a loss without the ½",
            "What is the derivative of ½·d² in d?",
        )
        .or(way!(d_o: |d, b, _| 2.0 * d / b, loss: |squares, b, _| squares / b)),
        Wrong::new(
            "sign-flipped",
            way!(d_o: |d, b, _| -d / b),
            "gradients of y − o where the loss has o − y: all signs are the other way round",
            "An output that is too large: should the gradient in it be positive or negative?",
        )
        .or(way!(d_o: |d, b, _| -d / b, step: |rate, g| -rate * g)),
        Wrong::new(
            "before-the-gate",
            way!(activation: |z| z),
            "a gradient in w2 made from z",
            "What did the second layer multiply w2 with?",
        )
        .show("one unit open, one closed"),
        Wrong::new(
            "bias-of-one-sample",
            way!(bias: last_sample),
            "gradients of biases that hear from one sample only",
            "To how many rows was the bias added?",
        )
        .or(way!(bias: first_sample))
        .show("two samples, one output"),
        Wrong::new(
            "bias-mean",
            way!(bias: mean_over_samples),
            "gradients of biases that are divided by the number of samples once more than those of weights",
            "A bias is a weight whose input is always 1. What would your rule for weights give it?",
        )
        .show("two samples, one output"),
        Wrong::new(
            "x-past-the-gate",
            way!(past_the_gate: true),
            "a gradient in x that went past the gates, while that in w1 did not",
            "A closed unit hands on 0: what can the input change through it?",
        )
        .show("one unit open, one closed"),
        Wrong::new(
            "bias-past-the-gate",
            way!(bias_past_the_gate: true),
            "a gradient in b1 that went past the gates, while that in w1 did not",
            "A bias is a weight whose input is always 1. Which gradient would your rule for weights give it?",
        )
        .show("one unit open, one closed"),
        Wrong::new(
            "x-through-moved-weights",
            way!(x_late: true),
            "a gradient in x that goes through the first layer after that has been moved",
            "With which w1 was the loss computed whose gradient you want?",
        ),
    ]
}

fn steps() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "uphill",
            way!(step: |rate, g| -rate * g),
            "right gradients, and a step along them instead of against them",
            "Does the loss grow or shrink along its gradient?",
        ),
        Wrong::new(
            "rate-forgotten",
            way!(step: |_, g| g),
            "right gradients, and a step that is as long as they are, at any rate",
            "With a rate of 0, what should the weights do?",
        )
        .show("a rate of 0"),
        Wrong::new(
            "never-moves",
            way!(step: |_, _| 0.0),
            "right gradients, and weights that stay where they are",
            "What will the loss be after a thousand calls?",
        ),
        Wrong::new(
            "biases-stay",
            way!(biases_move: false),
            "right gradients, and biases that never move",
            "Which of your four gradients is used by no step?",
        ),
        Wrong::new(
            "loss-after",
            way!(late: true),
            "the loss after the step, with the gradients before it",
            "At which weights should loss and gradients be taken?",
        ),
        Wrong::new(
            "loss-not-halved",
            way!(loss: |squares, b, _| squares / b),
            "right gradients, and a loss that is twice as large as the one they belong to",
            "Nudge a weight by 0.001: does your loss change by 0.001 times your gradient?",
        )
        .or(way!(loss: |squares, _, _| squares / 2.0))
        .or(way!(loss: |squares, b, m| squares / (2.0 * b * m))),
    ]
}
