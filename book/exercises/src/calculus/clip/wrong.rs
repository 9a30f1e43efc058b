//! Clippings that people write.

use super::Spec;
use crate::spec::Accepted;

type Wrong = crate::spec::Wrong<Spec>;

fn squares(g: &[f64]) -> f64 {
    g.iter().map(|g| g * g).sum()
}

fn norm_of(grads: &[Vec<f64>]) -> f64 {
    grads.iter().map(|g| squares(g)).sum::<f64>().sqrt()
}

fn scale(grads: &mut [Vec<f64>], factor: f64) {
    grads.iter_mut().flatten().for_each(|g| *g *= factor);
}

/// Clips with another idea of the norm: what is compared, divided by, and returned.
fn by(grads: &mut [Vec<f64>], max: f64, norm: f64) -> f64 {
    if norm > max && norm.is_finite() {
        scale(grads, max / norm);
    }
    norm
}

/// Clips as it should be, but with another factor.
fn with(grads: &mut [Vec<f64>], max: f64, factor: fn(f64, f64) -> f64) -> f64 {
    let norm = norm_of(grads);
    if norm > max && norm.is_finite() {
        scale(grads, factor(max, norm));
    }
    norm
}

pub(super) fn accepted() -> Vec<Accepted<Spec>> {
    vec![
        Accepted {
            slug: "pytorch-epsilon",
            note: "(You divide by norm + 1e-6, as PyTorch does: the result is shorter than max by a millionth or so.)",
            subject: |g, max| with(g, max, |max, norm| max / (norm + 1e-6)),
        },
        Accepted {
            slug: "pytorch-epsilon-at-max",
            note: "(You multiply by max/(norm + 1e-6) from norm = max on, as PyTorch does: a millionth shorter than it could be.)",
            subject: |g, max| {
                let norm = norm_of(g);
                if norm.is_finite() {
                    scale(g, (max / (norm + 1e-6)).min(1.0));
                }
                norm
            },
        },
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "each-tensor-alone",
            |grads, max| {
                let norm = norm_of(grads);
                for tensor in grads.iter_mut() {
                    let own = squares(tensor).sqrt();
                    if own > max && norm.is_finite() {
                        for g in tensor.iter_mut() {
 *g *= max / own;
 }
                    }
                }
                norm
            },
            "a clipping of each tensor by a norm of its own",
            "A layer with a long gradient beside one with a short gradient: what happens to the quotient of the two?",
        )
        .or(|grads, max| {
            for tensor in grads.iter_mut() {
                let own = squares(tensor).sqrt();
                if own > max && own.is_finite() {
                    for g in tensor.iter_mut() {
 *g *= max / own;
 }
                }
            }
            norm_of(grads)
        })
        .show("[3] and [4], max 3.5"),
        Wrong::new(
            "clips-values",
            |grads, max| {
                let norm = norm_of(grads);
                if norm.is_finite() {
                    grads.iter_mut().flatten().for_each(|g| *g = g.clamp(-max, max));
                }
                norm
            },
            "a clipping of each number by itself, between −max and max",
            "Draw the vector [3, 4] and what you make of it: do both point the same way?",
        )
        .or(|grads, max| {
            let norm = norm_of(grads);
            grads.iter_mut().flatten().for_each(|g| *g = g.clamp(-max, max));
            norm
        }),
        Wrong::new(
            "lengthens",
            |grads, max| {
                let norm = norm_of(grads);
                if norm > 0.0 && norm.is_finite() {
                    scale(grads, max / norm);
                }
                norm
            },
            "a scaling of every gradient to the length max, short ones too",
            "Near a minimum the gradient becomes short: how long should the last steps be?",
        )
        .or(|grads, max| {
            let norm = norm_of(grads);
            if norm.is_finite() {
                scale(grads, max / norm);
            }
            norm
        })
        .or(|grads, max| {
            let norm = norm_of(grads);
            scale(grads, max / norm);
            norm
        })
        .show("[3] and [4], max 8"),
        Wrong::new(
            "no-root",
            |grads, max| {
                let sum = grads.iter().map(|g| squares(g)).sum();
                by(grads, max, sum)
            },
            "a clipping by the sum of squares, without its root",
            "How long is the vector [3, 4]?",
        ),
        Wrong::new(
            "root-in-the-test-alone",
            |grads, max| with(grads, max, |max, norm| max / (norm * norm)),
            "a clipping that compares the norm with max, and divides by its square",
            "How long is your [3, 4] afterwards, and how long should it be?",
        ),
        Wrong::new(
            "sum-of-norms",
            |grads, max| {
                let sum = grads.iter().map(|g| squares(g).sqrt()).sum();
                by(grads, max, sum)
            },
            "a clipping by the sum of the tensors' norms",
            "One tensor [3, 4], or two tensors [3] and [4]: should it matter how the same numbers are packed?",
        )
        .show("two tensors, [3] and [4], max 2"),
        Wrong::new(
            "longest-tensor",
            |grads, max| {
                let longest = grads.iter().map(|g| squares(g).sqrt()).fold(0.0, f64::max);
                let finite = norm_of(grads).is_finite();
                if finite { by(grads, max, longest) } else { norm_of(grads) }
            },
            "a clipping by the norm of the longest tensor",
            "Two tensors of length 3 and 4: how long are they together?",
        ),
        Wrong::new(
            "largest-number",
            |grads, max| {
                let largest = grads.iter().flatten().fold(0.0_f64, |m, g| m.max(g.abs()));
                if norm_of(grads).is_finite() { by(grads, max, largest) } else { norm_of(grads) }
            },
            "a clipping by the largest number",
            "A million numbers of 0.5 each, and max 1: how long is that step?",
        ),
        Wrong::new(
            "sum-of-sizes",
            |grads, max| {
                let sum = grads.iter().flatten().map(|g| g.abs()).sum();
                by(grads, max, sum)
            },
            "a clipping by the sum of absolute values",
            "Which of the norms has a root in it?",
        ),
        Wrong::new(
            "mean-square",
            |grads, max| {
                let n = grads.iter().flatten().count().max(1) as f64;
                let rms = (grads.iter().map(|g| squares(g)).sum::<f64>() / n).sqrt();
                by(grads, max, rms)
            },
            "a clipping by the root of the *mean* square",
            "Twice as many weights with gradients of the same size: does the step become longer?",
        )
        .show("[3] and [4], max 3.5"),
        Wrong::new(
            "returns-the-new-norm",
            |grads, max| {
                with(grads, max, |max, norm| max / norm);
                norm_of(grads)
            },
            "a clipping that returns the norm afterwards",
            "If what you plot is never above max, how will you see an explosion coming?",
        )
        .or(|grads, max| {
            let norm = with(grads, max, |max, norm| max / norm);
            if norm.is_finite() { norm.min(max) } else { norm }
        }),
        Wrong::new(
            "only-the-first",
            |grads, max| {
                let norm = norm_of(grads);
                if norm > max && norm.is_finite() {
                    scale(&mut grads[..1], max / norm);
                }
                norm
            },
            "a clipping that shortens the first tensor alone",
            "Which tensors does the factor reach?",
        ),
        Wrong::new(
            "only-the-long-ones",
            |grads, max| {
                let norm = norm_of(grads);
                if norm > max && norm.is_finite() {
                    for tensor in grads.iter_mut().filter(|g| squares(g).sqrt() > max) {
                        for g in tensor.iter_mut() {
 *g *= max / norm;
 }
                    }
                }
                norm
            },
            "a clipping that leaves tensors alone which are shorter than max by themselves",
            "If only some of a vector's numbers shrink, does it keep its direction?",
        ),
        Wrong::new(
            "infinity-becomes-nan",
            |grads, max| {
                let norm = norm_of(grads);
                if norm > max {
                    scale(grads, max / norm);
                }
                norm
            },
            "a clipping that multiplies by max/∞, whatever stands there",
            "What is ∞ · 0, and what is left of the tensors that were fine?",
        )
        .or(|grads, max| {
            let norm = norm_of(grads);
            scale(grads, (max / norm).min(1.0));
            norm
        })
        .show("an infinity in the second tensor"),
        Wrong::new(
            "nan-spreads",
            |grads, max| {
                let norm = norm_of(grads);
                #[allow(clippy::neg_cmp_op_on_partial_ord)] // that is the mistake
                let fine = !(norm > max) && !norm.is_nan();
                if !fine {
                    scale(grads, max / norm);
                }
                norm
            },
            "a clipping that divides by a norm which is NaN",
            "One bad number among a million: how many are there after your multiplication?",
        )
        .or(|grads, max| {
            let norm = norm_of(grads);
            let factor = if norm <= max { 1.0 } else { max / norm };
            scale(grads, factor);
            norm
        })
        .show("a NaN in the second tensor"),
        Wrong::new(
            "hides-the-nan",
            |grads, max| {
                grads.iter_mut().flatten().filter(|g| !g.is_finite()).for_each(|g| *g = 0.0);
                with(grads, max, |max, norm| max / norm)
            },
            "a clipping that puts 0 where a number is NaN or infinite",
            "The gradient of this step is wrong: who will learn of it?",
        )
        .show("a NaN in the second tensor"),
        Wrong::new(
            "eps-under-the-root",
            |grads, max| {
                let norm = (grads.iter().map(|g| squares(g)).sum::<f64>() + 1e-6).sqrt();
                by(grads, max, norm)
            },
            "a clipping that adds 10⁻⁶ to the sum of squares",
            "With gradients near 1e-4, how large are their squares beside 1e-6?",
        )
        .show("numbers near 1e−4, max 1e−4"),
        Wrong::new(
            "eps-beside-max",
            |grads, max| with(grads, max, |max, norm| (max + 1e-6) / norm),
            "a clipping whose 10⁻⁶ stands above the line",
            "Is your gradient shorter or longer than max afterwards?",
        )
        .show("numbers near 1e−4, max 1e−4"),
        Wrong::new(
            "factor-upside-down",
            |grads, max| with(grads, max, |max, norm| norm / max),
            "a multiplication by norm/max",
            "A gradient of length 10 and a limit of 1: should the factor be above 1 or below?",
        ),
        Wrong::new(
            "mean-of-tensors",
            |grads, max| {
                let n = grads.len().max(1) as f64;
                let norm = (grads.iter().map(|g| squares(g)).sum::<f64>() / n).sqrt();
                by(grads, max, norm)
            },
            "a clipping by the root of the mean over *tensors*",
            "One tensor [3, 4], or two tensors [3] and [4]: should it matter how the same numbers are packed?",
        )
        .show("two tensors, [3] and [4], max 2"),
        Wrong::new(
            "sums-in-f32",
            |grads, max| {
                let norm = f64::from(grads.iter().flatten().map(|&g| g as f32 * g as f32).sum::<f32>().sqrt());
                by(grads, max, norm)
            },
            "a clipping whose squares are summed in f32",
            "How many digits does an f32 have, and how large may a square in it become?",
        )
        .show("numbers near 1e30, max 1"),
        Wrong::new(
            "measures-only",
            |grads, _| norm_of(grads),
            "a function that returns the norm and clips nothing",
            "Which line writes to the gradient?",
        ),
    ]
}
