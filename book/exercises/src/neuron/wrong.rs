//! Backward passes that people write, and one that is right by another convention.

use super::Spec;
use crate::spec::Accepted;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

fn dot(w: &[f64], x: &[f64]) -> f64 {
    w.iter().zip(x).map(|(w, x)| w * x).sum()
}

/// One step along −dz·x and −dz.
fn descend(w: &mut [f64], b: &mut f64, x: &[f64], dz: f64, lr: f64) {
    for (w, x) in w.iter_mut().zip(x) {
        *w -= lr * dz * x;
    }
    *b -= lr * dz;
}

pub(super) fn accepted() -> Vec<Accepted<Spec>> {
    vec![Accepted {
        slug: "open-at-zero",
        note: "(You let the gradient through where w·x + b is exactly 0: a valid subgradient, though PyTorch takes 0.)",
        subject: |w, b, x, dy, lr| {
            let dz = if dot(w, x) + *b >= 0.0 { dy } else { 0.0 };
            descend(w, b, x, dz, lr);
        },
    }]
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("no-gate", "bias-frozen", |w, b, x, dy, lr| descend(w, &mut b.clone(), x, dy, lr)),
        Pair::new("no-gate", "ignores-upstream", |w, b, x, _, lr| descend(w, b, x, 1.0, lr)),
        Pair::new("no-gate", "ascends", |w, b, x, dy, lr| descend(w, b, x, -dy, lr)),
        Pair::new("no-gate", "no-rate", |w, b, x, dy, _| descend(w, b, x, dy, 1.0)),
        Pair::new("ignores-upstream", "bias-frozen", |w, b, x, _, lr| {
            let dz = if dot(w, x) + *b > 0.0 { 1.0 } else { 0.0 };
            descend(w, &mut b.clone(), x, dz, lr);
        }),
        Pair::new("ascends", "bias-frozen", |w, b, x, dy, lr| {
            let dz = if dot(w, x) + *b > 0.0 { -dy } else { 0.0 };
            descend(w, &mut b.clone(), x, dz, lr);
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "frozen",
            |_, _, _, _, _| {},
            "a step by a gradient that is always zero: after 1,000 steps the loss has not moved by one bit",
            "Who computes the gradient?",
        )
        .show("1,000 steps"),
        Wrong::new(
            "ignores-upstream",
            |w, b, x, _, lr| {
                let dz = if dot(w, x) + *b > 0.0 { 1.0 } else { 0.0 };
                descend(w, b, x, dz, lr);
            },
            "a step that is the same for dy = 1 and for dy = −3",
            "What does the rest of the network ask for?",
        )
        .show("dy = −3"),
        Wrong::new(
            "no-gate",
            descend,
            "a step that also moves the weights where the output was 0",
            "There, could a small change of w have changed the output?",
        )
        .show("a closed gate"),
        Wrong::new(
            "bias-frozen",
            |w, b, x, dy, lr| {
                let mut b = *b;
                let dz = if dot(w, x) + b > 0.0 { dy } else { 0.0 };
                descend(w, &mut b, x, dz, lr);
            },
            "a step whose weights learn while the bias stays where it began",
            "If b grows a little, what happens to w·x + b?",
        ),
        Wrong::new(
            "ascends",
            |w, b, x, dy, lr| {
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                descend(w, b, x, -dz, lr);
            },
            "a step with the opposite sign: the loss rises every time",
            "The gradient points to where the loss grows. Where do you want to go?",
        )
        .show("three weights"),
        Wrong::new(
            "no-input",
            |w, b, x, dy, lr| {
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                let ones = vec![1.0; w.len()];
                descend(w, b, &ones, dz, lr);
            },
            "a step that moves every weight by the same amount",
            "If x[1] is 0, what can w[1] do about the loss?",
        )
        .show("three weights"),
        Wrong::new(
            "no-rate",
            |w, b, x, dy, _| {
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                descend(w, b, x, dz, 1.0);
            },
            "a step of full length, whatever the learning rate",
            "How long should a step be when lr is 0?",
        ),
        Wrong::new(
            "gate-on-upstream",
            |w, b, x, dy, lr| descend(w, b, x, dy.max(0.0), lr),
            "a step whose gate looks at dy instead of the neuron's own sum",
            "Which number did the forward pass compare with 0?",
        )
        .show("dy = −3"),
        Wrong::new(
            "gate-without-bias",
            |w, b, x, dy, lr| {
                let dz = if dot(w, x) > 0.0 { dy } else { 0.0 };
                descend(w, b, x, dz, lr);
            },
            "a step whose gate opens and shuts, but not where the neuron's output leaves 0",
            "Which number did the forward pass compare with 0?",
        )
        .show("only the bias opens the gate"),
        Wrong::new(
            "gate-moved",
            |w, b, x, dy, lr| {
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                for (w, x) in w.iter_mut().zip(x) {
                    *w -= lr * dz * x;
                }
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                *b -= lr * dz;
            },
            "a step that asks for the gate again after the weights have moved",
            "At which weights was the output computed that dy speaks of?",
        )
        .show("the step itself closes the gate"),
        Wrong::new(
            "scales-by-output",
            |w, b, x, dy, lr| {
                let y = (dot(w, x) + *b).max(0.0);
                descend(w, b, x, dy * y, lr);
            },
            "a step multiplied by the neuron's output",
            "How much does max(0, z) grow when z grows from 3 to 3.1? And from 30 to 30.1?",
        ),
        Wrong::new(
            "weights-for-inputs",
            |w, b, x, dy, lr| {
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                for w in w.iter_mut() {
                    *w -= lr * dz * *w;
                }
                *b -= lr * dz;
            },
            "a step along w instead of along x",
            "In w·x, which number multiplies w[0]?",
        )
        .show("three weights"),
        Wrong::new(
            "bias-ungated",
            |w, b, x, dy, lr| {
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                for (w, x) in w.iter_mut().zip(x) {
                    *w -= lr * dz * x;
                }
                *b -= lr * dy;
            },
            "a step that moves the bias where the output was 0, and the weights not",
            "There, could a small change of b have changed the output?",
        )
        .show("a closed gate"),
        Wrong::new(
            "gate-with-slack",
            |w, b, x, dy, lr| {
                let dz = if dot(w, x) + *b > f64::EPSILON { dy } else { 0.0 };
                descend(w, b, x, dz, lr);
            },
            "a step whose gate is still closed where the neuron's sum is positive and very small",
            "With weights of 1e-20 and inputs of 2, what is the output, and what is its slope?",
        )
        .or(|w, b, x, dy, lr| {
            let dz = if dot(w, x) + *b > 1e-12 { dy } else { 0.0 };
            descend(w, b, x, dz, lr);
        })
        .or(|w, b, x, dy, lr| {
            let dz = if dot(w, x) + *b > 1e-8 { dy } else { 0.0 };
            descend(w, b, x, dz, lr);
        })
        .show("open by a hair"),
        Wrong::new(
            "bias-for-every-weight",
            |w, b, x, dy, lr| {
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                for (w, x) in w.iter_mut().zip(x) {
                    *w -= lr * dz * x;
                    *b -= lr * dz;
                }
            },
            "a step that moves the bias once for every weight",
            "How often does b stand in w·x + b?",
        )
        .or(|w, b, x, dy, lr| {
            for i in 0..w.len() {
                let dz = if dot(w, x) + *b > 0.0 { dy } else { 0.0 };
                w[i] -= lr * dz * x[i];
                *b -= lr * dz;
            }
        })
        .show("three weights"),
    ]
}
