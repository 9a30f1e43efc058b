//! Activations as people differentiate them.

use super::Kind::{self, Gelu, Relu, Sigmoid, Tanh};
use super::Spec;
use super::solution::act_backward as right;
use crate::spec::Accepted;
use linalg::Real;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

/// Φ.
fn below(x: f64) -> f64 {
    0.5 * (1.0 + Real::erf(x * FRAC_1_SQRT_2))
}

/// φ.
fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn step(x: f64) -> f64 {
    if x > 0.0 { 1.0 } else { 0.0 }
}

/// The slope of the tanh approximation of GELU.
fn approximate(x: f64) -> f64 {
    let c = (2.0 / PI).sqrt();
    let t = (c * (x + 0.044_715 * x.powi(3))).tanh();
    let inner = (1.0 - t * t) * c * (1.0 + 3.0 * 0.044_715 * x * x);
    0.5 * (1.0 + t) + if t.abs() == 1.0 { 0.0 } else { 0.5 * x * inner }
}

pub(super) fn accepted() -> Vec<Accepted<Spec>> {
    vec![Accepted {
        slug: "open-at-zero",
        note: "Your ReLU has the slope 1 at 0; here it has 0. Every number from 0 to 1 is as good there, since a kink has no slope.",
        subject: |kind, x, y, dy| if kind == Relu && x == 0.0 { dy } else { right(kind, x, y, dy) },
    }]
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("sigmoid-from-input", "gelu-as-relu", |kind, x, y, dy| match kind {
            Sigmoid => x * (1.0 - x) * dy,
            Gelu => step(x) * dy,
            _ => right(kind, x, y, dy),
        }),
        Pair::new("tanh-not-squared", "gelu-one-term", |kind, x, y, dy| match kind {
            Tanh => (1.0 - y) * dy,
            Gelu => below(x) * dy,
            _ => right(kind, x, y, dy),
        }),
        Pair::new("relu-no-gate", "gelu-one-term", |kind, x, y, dy| match kind {
            Relu => dy,
            Gelu => below(x) * dy,
            _ => right(kind, x, y, dy),
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = all_kinds();
    all.extend(from_output());
    all.extend(relu());
    all.extend(gelu());
    all
}

fn all_kinds() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "ignores-upstream",
            |kind, x, y, _| right(kind, x, y, 1.0),
            "a backward that returns the slope of the activation and nothing else",
            "The rest of the network asks for twice as much: what changes in your answer?",
        )
        .show("sigmoid at 0.5, dy = 2"),
        Wrong::new(
            "adds-upstream",
            |kind, x, y, dy| right(kind, x, y, 1.0) + dy,
            "a backward that adds the slope to what comes from above",
            "Where an activation is flat, how much of dy should get through?",
        ),
        Wrong::new(
            "input-for-output",
            |kind, x, y, dy| match kind {
                Sigmoid => x * (1.0 - x) * dy,
                Tanh => (1.0 - x * x) * dy,
                _ => right(kind, x, y, dy),
            },
            "y·(1 − y) and 1 − y² with the input where the output belongs",
            "How steep is a sigmoid at x = −800, and what does your formula say?",
        ),
        Wrong::new(
            "activates-twice",
            |kind, x, y, dy| match kind {
                Sigmoid => sigmoid(y) * (1.0 - sigmoid(y)) * dy,
                Tanh => (1.0 - y.tanh().powi(2)) * dy,
                _ => right(kind, x, y, dy),
            },
            "slopes of sigmoid and tanh at y, as if y had still to be activated",
            "What is y already?",
        ),
        Wrong::new(
            "forward",
            |_, _, y, dy| y * dy,
            "a backward that multiplies by the output of the activation",
            "A saturated tanh has the output 1. How far does it move when x does?",
        ),
    ]
}

fn from_output() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "sigmoid-from-input",
            |kind, x, y, dy| if kind == Sigmoid { x * (1.0 - x) * dy } else { right(kind, x, y, dy) },
            "a sigmoid whose slope is x·(1 − x)",
            "How steep is a sigmoid at x = −800, and what does your formula say?",
        ),
        Wrong::new(
            "sigmoid-one-factor",
            |kind, x, y, dy| if kind == Sigmoid { (1.0 - y) * dy } else { right(kind, x, y, dy) },
            "a sigmoid that is flat at one end only",
            "How steep is a sigmoid at x = −30, and how steep at 30?",
        )
        .or(|kind, x, y, dy| if kind == Sigmoid { y * dy } else { right(kind, x, y, dy) }),
        Wrong::new(
            "sigmoid-overflows",
            |kind, x, y, dy| {
                if kind == Sigmoid {
                    let e = (-x).exp();
                    e / ((1.0 + e) * (1.0 + e)) * dy
                } else {
                    right(kind, x, y, dy)
                }
            },
            "a sigmoid differentiated as e⁻ˣ/(1 + e⁻ˣ)², which is NaN far to the left",
            "How large is e⁻ˣ at x = −800?",
        )
        .show("sigmoid at -800, dy = 1.5"),
        Wrong::new(
            "sigmoid-as-tanh",
            |kind, x, y, dy| if kind == Sigmoid { (1.0 - y * y) * dy } else { right(kind, x, y, dy) },
            "a sigmoid with the slope of a tanh",
            "A sigmoid is steepest at 0. How steep is yours there?",
        )
        .show("sigmoid at 0, dy = 0.75"),
        Wrong::new(
            "tanh-from-input",
            |kind, x, y, dy| if kind == Tanh { (1.0 - x * x) * dy } else { right(kind, x, y, dy) },
            "a tanh whose slope is 1 − x²",
            "Does a tanh ever fall, and what does your slope say at x = 2.5?",
        )
        .show("tanh at 2.5, dy = 1"),
        Wrong::new(
            "tanh-not-squared",
            |kind, x, y, dy| if kind == Tanh { (1.0 - y) * dy } else { right(kind, x, y, dy) },
            "a tanh whose slope is 1 − y",
            "A tanh is as steep at −1.75 as at 1.75. Is yours?",
        )
        .or(|kind, x, y, dy| if kind == Tanh { (1.0 - y.abs()) * dy } else { right(kind, x, y, dy) })
        .show("tanh at -1.75, dy = -1.5"),
        Wrong::new(
            "tanh-as-sigmoid",
            |kind, x, y, dy| if kind == Tanh { y * (1.0 - y) * dy } else { right(kind, x, y, dy) },
            "a tanh with the slope of a sigmoid",
            "How steep is a tanh at 0, where its output is 0?",
        )
        .show("tanh at 0, dy = 0.75"),
        Wrong::new(
            "tanh-plus",
            |kind, x, y, dy| if kind == Tanh { (1.0 + y * y) * dy } else { right(kind, x, y, dy) },
            "a tanh that gets steeper as it saturates",
            "Where is a tanh flat?",
        )
        .or(|kind, x, y, dy| if kind == Tanh { (y * y - 1.0) * dy } else { right(kind, x, y, dy) })
        .show("tanh at 20, dy = 1.5"),
    ]
}

fn relu() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "relu-no-gate",
            |kind, x, y, dy| if kind == Relu { dy } else { right(kind, x, y, dy) },
            "a ReLU that hands everything back, whether it was open or closed",
            "x = −0.75 gave y = 0. If x were a little larger, what would y be?",
        )
        .show("ReLU at -0.75, dy = 2.5"),
        Wrong::new(
            "relu-gated-by-gradient",
            |kind, x, y, dy| if kind == Relu { dy.max(0.0) } else { right(kind, x, y, dy) },
            "a ReLU of the gradient",
            "Which number decides whether the gate is open: the one that came in, or the one that comes back?",
        )
        .or(|kind, x, y, dy| if kind == Relu { step(x) * dy.max(0.0) } else { right(kind, x, y, dy) })
        .show("ReLU at 2.25, dy = -1.5"),
        Wrong::new(
            "relu-leaks",
            |kind, x, y, dy| {
                if kind == Relu && x < 0.0 { 0.01 * dy } else { right(kind, x, y, dy) }
            },
            "a leaky ReLU, with the slope 0.01 to the left of 0",
            "By how much does y = max(0, x) change when x goes from −0.75 to −0.74?",
        )
        .or(|kind, x, y, dy| {
            if kind == Relu && x <= 0.0 { 0.01 * dy } else { right(kind, x, y, dy) }
        })
        .show("ReLU at -0.75, dy = 2.5"),
        Wrong::new(
            "relu-times-output",
            |kind, x, y, dy| if kind == Relu { y * dy } else { right(kind, x, y, dy) },
            "a ReLU that multiplies by its output where it should only let through",
            "x goes from 2.25 to 2.26: by how much does y change?",
        )
        .show("ReLU at 2.25, dy = -1.5"),
    ]
}

fn gelu() -> Vec<Wrong> {
    fn only(kind: Kind, x: f64, y: f64, dy: f64, slope: f64) -> f64 {
        if kind == Gelu { slope * dy } else { right(kind, x, y, dy) }
    }
    vec![
        Wrong::new(
            "gelu-as-relu",
            |kind, x, y, dy| only(kind, x, y, dy, step(x)),
            "a GELU with the slope of a ReLU",
            "GELU is −0.13 at −1.25 and 0 far to the left: what sign has its slope in between?",
        )
        .show("GELU at -1.25, dy = 2"),
        Wrong::new(
            "gelu-one-term",
            |kind, x, y, dy| only(kind, x, y, dy, below(x)),
            "a GELU whose slope is Φ(x)",
            "In x·Φ(x), how many things move with x?",
        )
        .or(|kind, x, y, dy| only(kind, x, y, dy, x * density(x)))
        .show("GELU at -1.25, dy = 2"),
        Wrong::new(
            "gelu-no-product-rule",
            |kind, x, y, dy| only(kind, x, y, dy, density(x)),
            "a GELU whose slope is the product of the slopes of its factors",
            "Far to the right GELU is nearly x. How steep is that?",
        )
        .show("GELU at 2.25, dy = -0.75"),
        Wrong::new(
            "gelu-bell-alone",
            |kind, x, y, dy| only(kind, x, y, dy, below(x) + density(x)),
            "a GELU in whose second term the x is missing",
            "While Φ(x) grows, by what is it multiplied in x·Φ(x)?",
        ),
        Wrong::new(
            "gelu-wrong-bell",
            |kind, x, y, dy| only(kind, x, y, dy, below(x) + x * (-x * x).exp() / PI.sqrt()),
            "a GELU whose bell is that of erf, e^(−x²)/√π, where that of the normal distribution belongs",
            "Φ contains erf(x/√2): what does the √2 do to its slope?",
        )
        .or(|kind, x, y, dy| only(kind, x, y, dy, below(x) + x * (-0.5 * x * x).exp()))
        .or(|kind, x, y, dy| only(kind, x, y, dy, below(x) + x * 2.0 * (-x * x).exp() / PI.sqrt())),
        Wrong::new(
            "gelu-erf-unscaled",
            |kind, x, y, dy| only(kind, x, y, dy, 0.5 * (1.0 + Real::erf(x)) + x * density(x)),
            "a GELU with erf(x) where Φ has erf(x/√2)",
            "How much of a normal distribution lies below 1, and what is ½·(1 + erf 1)?",
        )
        .or(|kind, x, y, dy| {
            let bell = (-x * x).exp() / PI.sqrt();
            only(kind, x, y, dy, 0.5 * (1.0 + Real::erf(x)) + x * bell)
        }),
        Wrong::new(
            "gelu-at-output",
            |kind, x, y, dy| only(kind, x, y, dy, below(y) + y * density(y)),
            "a GELU whose slope is taken at its output",
            "At which number did the forward pass evaluate Φ?",
        ),
        Wrong::new(
            "gelu-nothing-at-zero",
            |kind, x, y, dy| only(kind, x, y, dy, y / x + x * density(x)),
            "a GELU that is right everywhere except at 0, where it is NaN",
            "Which quotient do you form at x = 0?",
        )
        .show("GELU at 0, dy = 1.5"),
        Wrong::new(
            "gelu-approximate",
            |kind, x, y, dy| only(kind, x, y, dy, approximate(x)),
            "the slope of the tanh approximation of GELU",
            "By which of the two formulas of GELU was this y computed?",
        )
        .or(|kind, x, y, dy| {
            let s = sigmoid(1.702 * x);
            only(kind, x, y, dy, s + if s == 1.0 { 0.0 } else { 1.702 * x * s * (1.0 - s) })
        }),
    ]
}
