//! Gradient norms that people write.

use super::{Activation, Norms, Spec, Weights, solution};
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;

/// A wrong pair of functions, of which only the second one is wrong.
fn norms(f: Norms) -> (Weights, Norms) {
    (solution::weights, f)
}

/// Only the first one is wrong.
fn weights(f: Weights) -> (Weights, Norms) {
    (f, solution::grad_norms)
}

fn value(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Linear => z,
        Activation::Relu => z.max(0.0),
        Activation::Tanh => z.tanh(),
    }
}

fn slope(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Linear => 1.0,
        Activation::Relu => f64::from(u8::from(z > 0.0)),
        Activation::Tanh => 1.0 - z.tanh().powi(2),
    }
}

fn length(g: &[f64]) -> f64 {
    linalg::norm2(g)
}

fn times(w: &Mat, x: &[f64]) -> Vec<f64> {
    (0..w.rows()).map(|i| w.row(i).iter().zip(x).map(|(w, x)| w * x).sum()).collect()
}

fn transposed_times(w: &Mat, d: &[f64]) -> Vec<f64> {
    let mut g = vec![0.0; w.cols()];
    for i in 0..w.rows() {
        g.iter_mut().zip(w.row(i)).for_each(|(g, w)| *g += d[i] * w);
    }
    g
}

/// What a forward pass leaves: h in front of each layer and behind the last, and the sums of each.
struct Forward {
    h: Vec<Vec<f64>>,
    z: Vec<Vec<f64>>,
}

fn forward(layers: &[Mat], activation: Activation, x: &[f64]) -> Forward {
    let mut all = Forward { h: vec![x.to_vec()], z: vec![] };
    for (l, w) in layers.iter().enumerate() {
        let z = times(w, &all.h[l]);
        all.h.push(z.iter().map(|&z| value(activation, z)).collect());
        all.z.push(z);
    }
    all
}

/// The gradients in front of each layer and behind the last, if `through` is what a layer does to a gradient on its way back: layer, W, g.
fn back(
    layers: &[Mat],
    cotangent: &[f64],
    through: impl Fn(usize, &Mat, &[f64]) -> Vec<f64>,
) -> Vec<Vec<f64>> {
    let mut all = vec![cotangent.to_vec()];
    for (l, w) in layers.iter().enumerate().rev() {
        let g = through(l, w, &all[all.len() - 1]);
        all.push(g);
    }
    all.reverse();
    all
}

/// The right way back, but for what is multiplied on at unit i of layer l.
fn with_slopes(layers: &[Mat], cotangent: &[f64], slope: impl Fn(usize, usize, f64) -> f64) -> Vec<Vec<f64>> {
    back(layers, cotangent, |l, w, g| {
        let d: Vec<f64> = g.iter().enumerate().map(|(i, &g)| g * slope(l, i, g)).collect();
        transposed_times(w, &d)
    })
}

fn right(layers: &[Mat], activation: Activation, x: &[f64], cotangent: &[f64]) -> Vec<Vec<f64>> {
    let f = forward(layers, activation, x);
    with_slopes(layers, cotangent, |l, i, _| slope(activation, f.z[l][i]))
}

fn lengths(all: &[Vec<f64>]) -> Vec<f64> {
    all.iter().map(|g| length(g)).collect()
}

/// The gradients of the sums: one vector a layer.
fn of_sums(layers: &[Mat], activation: Activation, x: &[f64], cotangent: &[f64]) -> Vec<Vec<f64>> {
    let (f, all) = (forward(layers, activation, x), right(layers, activation, x, cotangent));
    (0..layers.len())
        .map(|l| f.z[l].iter().zip(&all[l + 1]).map(|(&z, g)| g * slope(activation, z)).collect())
        .collect()
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = starts();
    all.extend(what_is_measured());
    all.extend(ways_back());
    all
}

/// Weights.
fn starts() -> Vec<Wrong> {
    /// Weights with the standard deviation that `std` gives for outputs, inputs, gain.
    macro_rules! with_std {
        ($std:expr) => {
            weights(|outputs, inputs, gain, normals| {
                let std: fn(f64, f64, f64) -> f64 = $std;
                let std = std(outputs as f64, inputs as f64, gain);
                Mat::from_fn(outputs, inputs, |i, j| std * normals[i * inputs + j])
            })
        };
    }
    vec![
        Wrong::new(
            "std-is-variance",
            with_std!(|_, inputs, gain| gain / inputs),
            "weights of standard deviation gain/inputs",
            "The variance of a sum of n terms is n times that of one. What is its standard deviation?",
        )
        .or(with_std!(|_, inputs, gain| gain * gain / inputs)),
        Wrong::new(
            "counts-outputs",
            with_std!(|outputs, _, gain| gain / outputs.sqrt()),
            "weights whose size is set by the number of outputs",
            "How many terms has one of the sums z?",
        )
        .show("weights: 7×25, gain 1.25"),
        Wrong::new(
            "both-fans",
            with_std!(|outputs, inputs, gain| gain * (2.0 / (outputs + inputs)).sqrt()),
            "weights whose size is set by the mean of inputs and outputs",
            "Which of the two numbers does the task name?",
        )
        .show("weights: 7×25, gain 1.25"),
        Wrong::new(
            "not-divided",
            with_std!(|_, _, gain| gain),
            "weights of standard deviation gain, whatever the width",
            "A sum of 25 normal numbers, a sum of 2500: are they of the same size?",
        ),
        Wrong::new(
            "gain-forgotten",
            with_std!(|_, inputs, _| 1.0 / inputs.sqrt()),
            "weights that do not depend on the gain",
            "What changes in your matrix when the gain doubles?",
        )
        .show("weights: 3×2, gain 1.5"),
        Wrong::new(
            "gain-under-the-root",
            with_std!(|_, inputs, gain| (gain / inputs).sqrt()),
            "weights with the gain under the root",
            "When the gain doubles, by what should a weight grow?",
        )
        .show("weights: 4×4, gain 2"),
        Wrong::new(
            "kaiming",
            with_std!(|_, inputs, gain| gain * (2.0 / inputs).sqrt()),
            "weights with a factor of √2 on top of the gain",
            "Which activation does your factor belong to, and who has chosen it?",
        ),
        Wrong::new(
            "times-root-three",
            with_std!(|_, inputs, gain| gain * (3.0 / inputs).sqrt()),
            "weights with a factor of √3 on top of the gain",
            "Which numbers have the standard deviation 1/√3, and are yours of that kind?",
        ),
        Wrong::new(
            "column-after-column",
            weights(|outputs, inputs, gain, normals| {
                let std = gain / (inputs as f64).sqrt();
                Mat::from_fn(outputs, inputs, |i, j| std * normals[j * outputs + i])
            }),
            "the right numbers, column after column",
            "Which element of W lies beside W[0, 0]?",
        ),
    ]
}

/// The right way back, and another number reported.
fn what_is_measured() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "measures-activations",
            norms(|layers, a, x, _| lengths(&forward(layers, a, x).h)),
            "the lengths of the activations, forward",
            "Do your numbers change when the cotangent does?",
        ),
        Wrong::new(
            "reversed",
            norms(|layers, a, x, c| {
                let mut all = lengths(&right(layers, a, x, c));
                all.reverse();
                all
            }),
            "the right lengths, the last layer first",
            "Which of your numbers should be the length of the cotangent itself?",
        ),
        Wrong::new(
            "squared",
            norms(|layers, a, x, c| {
                right(layers, a, x, c).iter().map(|g| g.iter().map(|g| g * g).sum()).collect()
            }),
            "the squares of the lengths",
            "If the cotangent doubles, by what does your number grow?",
        ),
        Wrong::new(
            "root-mean-square",
            norms(|layers, a, x, c| {
                right(layers, a, x, c).iter().map(|g| length(g) / (g.len() as f64).sqrt()).collect()
            }),
            "the root of the mean of the squares",
            "The vector [3, 4]: what is its length?",
        ),
        Wrong::new(
            "another-norm",
            norms(|layers, a, x, c| right(layers, a, x, c).iter().map(|g| linalg::norm1(g)).collect()),
            "the sums of the sizes, or the largest of them",
            "The vector [3, 4]: what is its length?",
        )
        .or(norms(|layers, a, x, c| right(layers, a, x, c).iter().map(|g| linalg::norm_inf(g)).collect())),
        Wrong::new(
            "one-missing",
            norms(|layers, a, x, c| lengths(&right(layers, a, x, c)[1..])),
            "the right lengths, one place too few",
            "L layers: how many places are there in front of, between and behind them?",
        )
        .or(norms(|layers, a, x, c| lengths(&right(layers, a, x, c)[..layers.len()]))),
        Wrong::new(
            "gradient-of-the-sums",
            norms(|layers, a, x, c| {
                let mut all = lengths(&of_sums(layers, a, x, c));
                all.push(length(c));
                all
            }),
            "the lengths of ∂loss/∂z, in front of the activations",
            "Between the matrix of a layer and the output of the one before it: where have you stopped to measure?",
        )
        .or(norms(|layers, a, x, c| lengths(&of_sums(layers, a, x, c))))
        .show("two tanh layers"),
        Wrong::new(
            "gradient-of-the-weights",
            norms(|layers, a, x, c| {
                let (h, d) = (forward(layers, a, x).h, of_sums(layers, a, x, c));
                let mut all: Vec<f64> = d.iter().zip(&h).map(|(d, h)| length(d) * length(h)).collect();
                all.push(length(c));
                all
            }),
            "the lengths of ∂loss/∂W",
            "If all inputs of a layer double and its gradient ∂loss/∂h does not: what do your numbers do?",
        )
        .or(norms(|layers, a, x, c| {
            let (h, d) = (forward(layers, a, x).h, of_sums(layers, a, x, c));
            d.iter().zip(&h).map(|(d, h)| length(d) * length(h)).collect()
        }))
        .show("two linear layers"),
        Wrong::new(
            "relative",
            norms(|layers, a, x, c| {
                let all = lengths(&right(layers, a, x, c));
                all.iter().map(|n| n / all[all.len() - 1]).collect()
            }),
            "lengths divided by that of the cotangent",
            "If the cotangent doubles, what do your numbers do, and what should they do?",
        )
        .or(norms(|layers, a, x, c| {
            let all = lengths(&right(layers, a, x, c));
            all.iter().map(|n| n / all[0]).collect()
        })),
        Wrong::new(
            "logarithms",
            norms(|layers, a, x, c| right(layers, a, x, c).iter().map(|g| length(g).ln()).collect()),
            "the logarithms of the lengths",
            "The cotangent is [3, 4]: which number should stand at the end?",
        )
        .or(norms(|layers, a, x, c| right(layers, a, x, c).iter().map(|g| length(g).log10()).collect())),
        Wrong::new(
            "everything-behind",
            norms(|layers, a, x, c| {
                let mut all = lengths(&right(layers, a, x, c));
                for l in (0..layers.len()).rev() {
                    all[l] = all[l].hypot(all[l + 1]);
                }
                all
            }),
            "the length of all gradients from here to the end, taken together",
            "Where does your sum of squares begin anew?",
        ),
        Wrong::new(
            "a-bound",
            norms(|layers, _, _, c| {
                let mut all = vec![length(c)];
                for w in layers.iter().rev() {
                    all.push(all[all.len() - 1] * linalg::frobenius(w.view()));
                }
                all.reverse();
                all
            }),
            "products of the norms of the matrices: a bound",
            "Must a matrix stretch this gradient by as much as it stretches the one that it likes best?",
        ),
        Wrong::new(
            "squares-vanish",
            norms(|layers, a, x, c| {
                let plain = |g: &Vec<f64>| g.iter().map(|g| g * g).sum::<f64>().sqrt();
                right(layers, a, x, c).iter().map(plain).collect()
            }),
            "lengths through squares that leave the range of f64",
            "What is the square of 1e-200, and the root of that?",
        )
        .show("a cotangent near 1e-200"),
    ]
}

/// Another way back.
fn ways_back() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "no-slope",
            norms(|layers, _, _, c| lengths(&with_slopes(layers, c, |_, _, _| 1.0))),
            "a way back through the matrices alone",
            "A unit of a ReLU is shut. What does the loss do when its sum changes a little?",
        )
        .show("one ReLU layer"),
        Wrong::new(
            "slope-at-the-output",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                lengths(&with_slopes(layers, c, |l, i, _| slope(a, f.h[l + 1][i])))
            }),
            "a way back with slopes taken at h, the activation's result",
            "At which number does the forward pass evaluate the activation: at z or at φ(z)?",
        )
        .show("one tanh layer"),
        Wrong::new(
            "one-minus-z-squared",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                let slope = |l: usize, i: usize| match a {
                    Activation::Tanh => 1.0 - f.z[l][i] * f.z[l][i],
                    _ => slope(a, f.z[l][i]),
                };
                lengths(&with_slopes(layers, c, |l, i, _| slope(l, i)))
            }),
            "a way back with 1 − z² for the slope of tanh z",
            "The slope of a tanh is never negative. What is yours at z = 2?",
        )
        .show("one tanh layer"),
        Wrong::new(
            "one-minus-tanh",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                let slope = |l: usize, i: usize| match a {
                    Activation::Tanh => 1.0 - f.h[l + 1][i],
                    _ => slope(a, f.z[l][i]),
                };
                lengths(&with_slopes(layers, c, |l, i, _| slope(l, i)))
            }),
            "a way back with 1 − tanh z for the slope of tanh z",
            "tanh is as steep at −1 as at 1. Is your slope?",
        )
        .show("one tanh layer"),
        Wrong::new(
            "sigmoid-slope",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                let slope = |l: usize, i: usize| match a {
                    Activation::Tanh => f.h[l + 1][i] * (1.0 - f.h[l + 1][i]),
                    _ => slope(a, f.z[l][i]),
                };
                lengths(&with_slopes(layers, c, |l, i, _| slope(l, i)))
            }),
            "a way back with y·(1 − y) for the slope of tanh",
            "What is the slope of tanh at 0, and what is yours?",
        )
        .show("one tanh layer"),
        Wrong::new(
            "value-for-slope",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                lengths(&with_slopes(layers, c, |l, i, _| f.h[l + 1][i]))
            }),
            "a way back that multiplies by the activations where their slopes belong",
            "A unit's output is 2, and it has no activation. By what does its gradient change on the way through?",
        ),
        Wrong::new(
            "kink-open",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                let open = |z: f64| if a == Activation::Relu && z == 0.0 { 1.0 } else { slope(a, z) };
                lengths(&with_slopes(layers, c, |l, i, _| open(f.z[l][i])))
            }),
            "a way back on which a ReLU is open at exactly 0",
            "What does the task say about the slope at 0?",
        )
        .show("a sum of exactly 0"),
        Wrong::new(
            "leaks",
            norms(|layers, a, x, c| {
                let leaky = |z: f64| if z > 0.0 { z } else { 0.01 * z };
                let mut f = Forward { h: vec![x.to_vec()], z: vec![] };
                for (l, w) in layers.iter().enumerate() {
                    let z = times(w, &f.h[l]);
                    let of = |&z: &f64| if a == Activation::Relu { leaky(z) } else { value(a, z) };
                    f.h.push(z.iter().map(of).collect());
                    f.z.push(z);
                }
                let slope = |z: f64| match a {
                    Activation::Relu if z > 0.0 => 1.0,
                    Activation::Relu => 0.01,
                    _ => slope(a, z),
                };
                lengths(&with_slopes(layers, c, |l, i, _| slope(f.z[l][i])))
            }),
            "a network of leaky ReLUs, with a slope of 0.01 below 0",
            "What is max(0, −2)?",
        )
        .or(norms(|layers, a, x, c| {
            let f = forward(layers, a, x);
            let slope = |z: f64| if a == Activation::Relu && z <= 0.0 { 0.01 } else { slope(a, z) };
            lengths(&with_slopes(layers, c, |l, i, _| slope(f.z[l][i])))
        }))
        .show("one ReLU layer"),
        Wrong::new(
            "matrix-before-slope",
            norms(|layers, a, x, c| {
                // Wᵀ·g first, then the slopes of the units in front: those of the inputs themselves at the end
                let f = forward(layers, a, x);
                lengths(&back(layers, c, |l, w, g| {
                    let z = if l == 0 { &f.h[0] } else { &f.z[l - 1] };
                    transposed_times(w, g).iter().zip(z).map(|(g, &z)| g * slope(a, z)).collect()
                }))
            }),
            "a way back through each matrix first, and then through the activation in front of it",
            "Your gradient has just left the loss. What does it meet first: a matrix or an activation?",
        )
        .show("one tanh layer"),
        Wrong::new(
            "gate-on-the-gradient",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                let gate = |l: usize, i: usize, g: f64| match a {
                    Activation::Relu => f64::from(u8::from(g > 0.0)),
                    _ => slope(a, f.z[l][i]),
                };
                lengths(&with_slopes(layers, c, gate))
            }),
            "a way back that lets positive gradients through a ReLU, and no others",
            "What opens the gate of a unit: the sum that came from below, or the gradient that comes from above?",
        )
        .or(norms(|layers, a, x, c| {
            let f = forward(layers, a, x);
            let gate = |l: usize, i: usize, g: f64| match a {
                Activation::Relu => f64::from(u8::from(g > 0.0 && f.z[l][i] > 0.0)),
                _ => slope(a, f.z[l][i]),
            };
            lengths(&with_slopes(layers, c, gate))
        }))
        .show("one ReLU layer"),
        Wrong::new(
            "untransposed",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                lengths(&back(layers, c, |l, w, g| {
                    assert!(w.cols() == g.len(), "a matrix of {} columns times {} numbers", w.cols(), g.len());
                    let d: Vec<f64> = g.iter().zip(&f.z[l]).map(|(g, &z)| g * slope(a, z)).collect();
                    times(w, &d)
                }))
            }),
            "a way back through W itself",
            "W has a row for each output. On the way back, what goes in and what comes out?",
        )
        .or(norms(|layers, a, x, c| {
            let f = forward(layers, a, x);
            lengths(&back(layers, c, |l, w, g| {
                let d: Vec<f64> = g.iter().zip(&f.z[l]).map(|(g, &z)| g * slope(a, z)).collect();
                times(w, &d)
            }))
        }))
        .or(norms(|layers, a, x, c| {
            let f = forward(layers, a, x);
            lengths(&back(layers, c, |l, w, g| {
                if w.rows() != w.cols() {
                    let d: Vec<f64> = g.iter().zip(&f.z[l]).map(|(g, &z)| g * slope(a, z)).collect();
                    return transposed_times(w, &d);
                }
                let d: Vec<f64> = g.iter().zip(&f.z[l]).map(|(g, &z)| g * slope(a, z)).collect();
                times(w, &d)
            }))
        }))
        .show("three square linear layers"),
        Wrong::new(
            "first-matrix-first",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                let mut all = vec![c.to_vec()];
                for (w, z) in layers.iter().zip(&f.z) {
                    let g = &all[all.len() - 1];
                    assert!(w.rows() == g.len(), "a transposed matrix of {} rows times {} numbers", w.rows(), g.len());
                    let d: Vec<f64> = g.iter().zip(z).map(|(g, &z)| g * slope(a, z)).collect();
                    all.push(transposed_times(w, &d));
                }
                all.reverse();
                lengths(&all)
            }),
            "a way back that meets the first layer first",
            "The loss stands behind the last layer. Which layer does its gradient meet first?",
        )
        .show("three square linear layers"),
        Wrong::new(
            "last-activation-skipped",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                let last = layers.len().saturating_sub(1);
                lengths(&with_slopes(layers, c, |l, i, _| if l == last { 1.0 } else { slope(a, f.z[l][i]) }))
            }),
            "a way back that begins at the last matrix",
            "What stands between the cotangent and the last matrix?",
        )
        .show("one tanh layer"),
        Wrong::new(
            "ones",
            norms(|layers, a, x, c| lengths(&right(layers, a, x, &vec![1.0; c.len()]))),
            "the gradient of the sum of all outputs",
            "Do your numbers change when the cotangent does?",
        )
        .or(norms(|layers, a, x, c| {
            let mut all = lengths(&right(layers, a, x, &vec![1.0; c.len()]));
            if let Some(last) = all.last_mut() {
                *last = length(c);
            }
            all
        })),
        Wrong::new(
            "linear-forward",
            norms(|layers, a, x, c| {
                // the sums without any activation in between, the slopes of the right one
                let f = forward(layers, Activation::Linear, x);
                lengths(&with_slopes(layers, c, |l, i, _| slope(a, f.z[l][i])))
            }),
            "slopes taken at sums that no activation has touched on the way",
            "What does the second layer get from the first: z or φ(z)?",
        )
        .show("two tanh layers"),
    ]
}

/// Other careful people.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{Passing, apart};
    use crate::observe::trace;
    use crate::spec::Exercise;

    fn passes(what: &str, subject: <Spec as Exercise>::Subject) {
        let solved: <Spec as Exercise>::Subject = crate::grad_norms!(solution);
        let reference = trace::<Spec>(&solved);
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_norms_pass() {
        passes("the norm of a library", norms(|layers, a, x, c| lengths(&right(layers, a, x, c))));
        passes(
            "lengths by hypot",
            norms(|layers, a, x, c| {
                right(layers, a, x, c).iter().map(|g| g.iter().fold(0.0, |n: f64, g| n.hypot(*g))).collect()
            }),
        );
        passes(
            "whole Jacobians, multiplied from the left",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                lengths(&back(layers, c, |l, w, g| {
                    let j = Mat::from_fn(w.rows(), w.cols(), |i, k| slope(a, f.z[l][i]) * w[[i, k]]);
                    Mat::new([1, g.len()], g.to_vec()).matmul(&j).into_data()
                }))
            }),
        );
        passes(
            "the slope of tanh as 1/cosh²",
            norms(|layers, a, x, c| {
                let f = forward(layers, a, x);
                let slope = |l: usize, i: usize| match a {
                    Activation::Tanh => f.z[l][i].cosh().powi(-2),
                    _ => slope(a, f.z[l][i]),
                };
                lengths(&with_slopes(layers, c, |l, i, _| slope(l, i)))
            }),
        );
    }
}
