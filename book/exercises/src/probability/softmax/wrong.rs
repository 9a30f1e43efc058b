//! Softmaxes that people write.

use super::{Spec, solution};

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

fn max(z: &[f64]) -> f64 {
    z.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// Exponentials of whatever `shape` makes of the logits, divided by their sum.
fn normalised(z: &[f64], shape: impl Fn(f64) -> f64) -> Vec<f64> {
    let e: Vec<f64> = z.iter().map(|&z| shape(z).exp()).collect();
    let sum: f64 = e.iter().sum();
    e.iter().map(|e| e / sum).collect()
}

fn naive(z: &[f64]) -> Vec<f64> {
    normalised(z, |z| z)
}

fn subtracts_mean(z: &[f64]) -> Vec<f64> {
    let mean = z.iter().sum::<f64>() / z.len() as f64;
    normalised(z, |z| z - mean)
}

fn subtracts_min(z: &[f64]) -> Vec<f64> {
    let min = z.iter().copied().fold(f64::INFINITY, f64::min);
    normalised(z, |z| z - min)
}

fn divides_by_max(z: &[f64]) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| z / max)
}

fn max_from_zero(z: &[f64]) -> Vec<f64> {
    let max = z.iter().copied().fold(0.0, f64::max);
    normalised(z, |z| z - max)
}

/// "Minus infinity", as many code bases write it.
fn max_from(least: f64, z: &[f64]) -> Vec<f64> {
    let max = z.iter().copied().fold(least, f64::max);
    normalised(z, |z| z - max)
}

fn max_from_1e9(z: &[f64]) -> Vec<f64> {
    max_from(-1e9, z)
}

fn max_from_1e30(z: &[f64]) -> Vec<f64> {
    max_from(-1e30, z)
}

fn max_from_f32(z: &[f64]) -> Vec<f64> {
    max_from(f64::from(f32::MIN), z)
}

/// Divides by the sum unless it is 0.
fn max_from_1e9_sum_looked_at(z: &[f64]) -> Vec<f64> {
    let max = z.iter().copied().fold(-1e9, f64::max);
    let e: Vec<f64> = z.iter().map(|z| (z - max).exp()).collect();
    let sum: f64 = e.iter().sum();
    if sum > 0.0 { e.iter().map(|e| e / sum).collect() } else { e }
}

fn largest_size(z: &[f64]) -> Vec<f64> {
    let size = z.iter().copied().fold(0.0, |m: f64, z| m.max(z.abs()));
    normalised(z, |z| z - size)
}

fn clamps(z: &[f64]) -> Vec<f64> {
    normalised(z, |z| z.clamp(-500.0, 500.0))
}

fn unshifted_sum(z: &[f64]) -> Vec<f64> {
    let max = max(z);
    let sum: f64 = z.iter().map(|z| z.exp()).sum();
    z.iter().map(|z| (z - max).exp() / sum).collect()
}

fn not_normalised(z: &[f64]) -> Vec<f64> {
    let max = max(z);
    z.iter().map(|z| (z - max).exp()).collect()
}

fn log_softmax(z: &[f64]) -> Vec<f64> {
    let max = max(z);
    let lse = max + z.iter().map(|z| (z - max).exp()).sum::<f64>().ln();
    z.iter().map(|z| z - lse).collect()
}

fn base_two(z: &[f64]) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| (z - max) * std::f64::consts::LN_2)
}

fn no_exponential(z: &[f64]) -> Vec<f64> {
    let sum: f64 = z.iter().sum();
    z.iter().map(|z| z / sum).collect()
}

/// The same mistake by somebody who did think of the row where everything is masked.
macro_rules! careful {
    ($softmax:ident) => {
        |z| if max(z) == f64::NEG_INFINITY { vec![0.0; z.len()] } else { $softmax(z) }
    };
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("naive", "not-normalised", |z| z.iter().map(|z| z.exp()).collect()),
        Pair::new("naive", "base-two", |z| normalised(z, |z| z * std::f64::consts::LN_2)).or(|z| {
            if max(z) == f64::NEG_INFINITY {
                return vec![0.0; z.len()];
            }
            normalised(z, |z| z * std::f64::consts::LN_2)
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "naive",
            naive,
            "the formula as it stands: infinity over infinity for large logits, 0 over 0 for very negative ones",
            "Which number may one subtract from all logits without changing a single probability?",
        )
        .or(careful!(naive))
        .show("near 1000"),
        Wrong::new(
            "subtracts-mean",
            subtracts_mean,
            "a softmax shifted by the mean of the logits: fine until one of them stands out",
            "After your shift, how large can the largest logit still be?",
        )
        .or(careful!(subtracts_mean))
        .show("[0, 0, 2000]"),
        Wrong::new(
            "subtracts-min",
            subtracts_min,
            "a softmax shifted by the smallest logit",
            "After your shift, how large can the largest logit still be?",
        )
        .or(careful!(subtracts_min))
        .show("[0, 0, 2000]"),
        Wrong::new(
            "divides-by-max",
            divides_by_max,
            "a softmax of z / max z",
            "Probabilities survive a shift of the logits. Do they survive a change of scale?",
        )
        .or(careful!(divides_by_max)),
        Wrong::new(
            "max-from-zero",
            max_from_zero,
            "a softmax whose maximum is never below 0",
            "Your search for the largest logit starts from which number?",
        )
        .or(careful!(max_from_zero))
        .show("near −1000"),
        Wrong::new(
            "max-from-finite",
            max_from_1e9,
            "a softmax whose maximum is never below some large negative number",
            "Can all logits be smaller than the number from which your search starts?",
        )
        .or(careful!(max_from_1e9))
        .or(max_from_1e9_sum_looked_at)
        .or(max_from_1e30)
        .or(careful!(max_from_1e30))
        .or(max_from_f32)
        .or(careful!(max_from_f32))
        .show("−1e300 twice"),
        Wrong::new(
            "largest-size",
            largest_size,
            "a softmax shifted by the largest |z|",
            "Of −1000 and 0, which one should land at 0?",
        )
        .or(careful!(largest_size))
        .show("[−1000, 0]"),
        Wrong::new(
            "clamps",
            clamps,
            "a softmax of logits cut off at ±500: beyond it, different logits become equal",
            "Which is more probable, a logit of 1000 or one of 1001.5?",
        )
        .or(careful!(clamps))
        .or(|z| normalised(z, |z| z.clamp(-700.0, 700.0)))
        .or(|z| normalised(z, |z| z.clamp(-50.0, 50.0)))
        .or(|z| normalised(z, |z| z.clamp(-100.0, 100.0)))
        .or(|z| normalised(z, |z| z.min(700.0)))
        .show("near 1000"),
        Wrong::new(
            "unshifted-sum",
            unshifted_sum,
            "shifted exponentials divided by a sum that was not shifted",
            "You multiplied the numerator by e^(−m). And the denominator?",
        )
        .or(careful!(unshifted_sum)),
        Wrong::new(
            "all-masked",
            |z| {
                let max = max(z);
                normalised(z, |z| z - max)
            },
            "a softmax that is right until every logit is −∞, and NaN there",
            "What is −∞ minus −∞?",
        )
        .show("all masked"),
        Wrong::new(
            "one-is-certain",
            |z| {
                if z.len() == 1 {
                    return vec![1.0];
                }
                solution::softmax(z)
            },
            "a softmax that calls a single logit certain, a masked one too",
            "There is one choice, and it is forbidden: what is its probability?",
        )
        .show("one logit, masked"),
        Wrong::new(
            "not-normalised",
            not_normalised,
            "the exponentials alone",
            "What do your numbers sum to?",
        )
        .or(careful!(not_normalised)),
        Wrong::new(
            "log-softmax",
            log_softmax,
            "the logarithms of the probabilities",
            "Can a probability be negative?",
        )
        .or(careful!(log_softmax))
        .or(|z| if max(z) == f64::NEG_INFINITY { z.to_vec() } else { log_softmax(z) }),
        Wrong::new(
            "base-two",
            base_two,
            "powers of 2, normalised",
            "A logit grows by 1: by which factor do its odds grow?",
        )
        .or(careful!(base_two)),
        Wrong::new(
            "no-exponential",
            no_exponential,
            "the logits divided by their sum",
            "What do you do with a negative logit?",
        )
        .or(careful!(no_exponential)),
    ]
}
