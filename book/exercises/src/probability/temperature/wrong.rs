//! Temperatures that people write.

use super::Spec;
use crate::spec::Accepted;

type Wrong = crate::spec::Wrong<Spec>;

const NEG: f64 = f64::NEG_INFINITY;

fn max(z: &[f64]) -> f64 {
    z.iter().copied().fold(NEG, f64::max)
}

/// Exponentials of whatever `shape` makes of the logits, divided by their sum.
fn normalised(z: &[f64], shape: impl Fn(f64) -> f64) -> Vec<f64> {
    scaled(&z.iter().map(|&z| shape(z).exp()).collect::<Vec<_>>())
}

fn scaled(e: &[f64]) -> Vec<f64> {
    let sum: f64 = e.iter().sum();
    e.iter().map(|e| e / sum).collect()
}

/// The formula with its shift, for t > 0.
fn formula(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| (z - max) / t)
}

fn softmax(z: &[f64]) -> Vec<f64> {
    formula(z, 1.0)
}

fn zeros(z: &[f64]) -> Vec<f64> {
    vec![0.0; z.len()]
}

fn masked(z: &[f64]) -> bool {
    max(z) == NEG
}

/// 1 at one index, if there is one.
fn only(z: &[f64], index: Option<usize>) -> Vec<f64> {
    let mut p = zeros(z);
    if let Some(index) = index {
        p[index] = 1.0;
    }
    p
}

fn first_largest(z: &[f64]) -> Vec<f64> {
    only(z, z.iter().position(|&x| x == max(z)))
}

fn last_largest(z: &[f64]) -> Vec<f64> {
    only(z, z.iter().rposition(|&x| x == max(z)))
}

fn all_largest(z: &[f64]) -> Vec<f64> {
    z.iter().map(|&x| if x == max(z) { 1.0 } else { 0.0 }).collect()
}

/// Right for t > 0; what a temperature of 0 gives is up to `cold`.
fn with(z: &[f64], t: f64, cold: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    if masked(z) {
        zeros(z)
    } else if t == 0.0 {
        cold(z)
    } else {
        formula(z, t)
    }
}

/// The same by somebody who forgot the row where everything is masked.
fn careless(z: &[f64], t: f64, cold: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    if t == 0.0 { cold(z) } else { formula(z, t) }
}

fn multiplies(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| (z - max) * t)
}

fn multiplies_first(z: &[f64], t: f64) -> Vec<f64> {
    softmax(&z.iter().map(|z| z * t).collect::<Vec<_>>())
}

fn power_of_t(z: &[f64], t: f64) -> Vec<f64> {
    scaled(&softmax(z).iter().map(|p| p.powf(t)).collect::<Vec<_>>())
}

fn power(z: &[f64], t: f64) -> Vec<f64> {
    scaled(&softmax(z).iter().map(|p| p.powf(1.0 / t)).collect::<Vec<_>>())
}

fn ignores(z: &[f64], _: f64) -> Vec<f64> {
    softmax(z)
}

fn scaled_probabilities(z: &[f64], t: f64) -> Vec<f64> {
    softmax(z).iter().map(|p| p / t).collect()
}

fn softmax_of_probabilities(z: &[f64], t: f64) -> Vec<f64> {
    formula(&softmax(z), t)
}

fn naive(z: &[f64], t: f64) -> Vec<f64> {
    normalised(z, |z| z / t)
}

fn divides_first(z: &[f64], t: f64) -> Vec<f64> {
    softmax(&z.iter().map(|z| z / t).collect::<Vec<_>>())
}

fn by_the_first(z: &[f64], t: f64) -> Vec<f64> {
    normalised(z, |x| (x - z[0]) / t)
}

fn unscaled_shift(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| z / t - max)
}

fn reciprocal(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    let beta = 1.0 / t;
    normalised(z, |z| (z - max) * beta)
}

fn squared(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| (z - max) / t / t)
}

fn root(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| (z - max) / t.sqrt())
}

fn scaled_logits(z: &[f64], t: f64) -> Vec<f64> {
    z.iter().map(|z| z / t).collect()
}

fn not_normalised(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    z.iter().map(|z| ((z - max) / t).exp()).collect()
}

fn other_sum(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    let sum: f64 = z.iter().map(|z| (z - max).exp()).sum();
    z.iter().map(|z| ((z - max) / t).exp() / sum).collect()
}

fn logarithms(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    let sum: f64 = z.iter().map(|z| ((z - max) / t).exp()).sum();
    z.iter().map(|z| (z - max) / t - sum.ln()).collect()
}

fn max_from_zero(z: &[f64], t: f64) -> Vec<f64> {
    let max = z.iter().copied().fold(0.0, f64::max);
    normalised(z, |z| (z - max) / t)
}

fn single(z: &[f64], t: f64) -> Vec<f64> {
    let (max, t) = (max(z) as f32, t as f32);
    let e: Vec<f32> = z.iter().map(|&z| ((z as f32 - max) / t).exp()).collect();
    let sum: f32 = e.iter().sum();
    e.iter().map(|e| f64::from(e / sum)).collect()
}

fn nan_to_zero(z: &[f64], t: f64) -> Vec<f64> {
    formula(z, t).into_iter().map(|p| if p.is_nan() { 0.0 } else { p }).collect()
}

fn floored_exponent(z: &[f64], t: f64) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| ((z - max) / t).max(-700.0))
}

fn floored(z: &[f64], t: f64, least: f64) -> Vec<f64> {
    with(z, t, first_largest).into_iter().map(|p| p.max(least)).collect()
}

pub(super) fn accepted() -> Vec<Accepted<Spec>> {
    vec![Accepted {
        slug: "shares-ties",
        note: "(At t = 0, your largest logits share the 1. That is the formula's limit, but the task gives it to the lowest index.)",
        subject: |z, t| with(z, t, |z| scaled(&all_largest(z))),
    }]
}

/// A mistake, alone and together with what a person may have done about the edges.
macro_rules! wrong {
    ($slug:literal, $f:expr, $equals:literal, $question:literal) => {
        Wrong::new($slug, $f, $equals, $question)
            .or(|z, t| if masked(z) { zeros(z) } else { $f(z, t) })
            .or(|z, t| if t == 0.0 { first_largest(z) } else { $f(z, t) })
            .or(|z, t| if t == 0.0 { last_largest(z) } else { $f(z, t) })
            .or(|z, t| match t {
                _ if masked(z) => zeros(z),
                0.0 => first_largest(z),
                _ => $f(z, t),
            })
            .or(|z, t| match t {
                _ if masked(z) => zeros(z),
                0.0 => scaled(&all_largest(z)),
                _ => $f(z, t),
            })
            .or(|z, t| match t {
                _ if masked(z) => zeros(z),
                0.0 => last_largest(z),
                _ => $f(z, t),
            })
    };
}

/// A softmax at a temperature that never gets colder than some limit.
macro_rules! clamped {
    ($least:expr) => {
        |z, t| if masked(z) { zeros(z) } else { formula(z, t.max($least)) }
    };
}

/// Arg max from some limit on.
macro_rules! early {
    ($least:expr) => {
        |z, t| with(z, if t < $least { 0.0 } else { t }, first_largest)
    };
}

/// No division near t = 1.
macro_rules! near_one {
    ($close:expr) => {
        |z, t| with(z, if (t - 1.0).abs() < $close { 1.0 } else { t }, first_largest)
    };
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        wrong!(
            "multiplies",
            multiplies,
            "a softmax of z · t: hotter makes it sharper",
            "At a higher temperature, should the likeliest token become more or less likely?"
        )
        .or(multiplies_first)
        .or(power_of_t)
        .or(|z, t| if masked(z) { zeros(z) } else { power_of_t(z, t) })
        .or(|z, t| if masked(z) || t == 0.0 { with(z, t, first_largest) } else { multiplies_first(z, t) })
        .or(|z, t| if masked(z) || t == 0.0 { with(z, t, first_largest) } else { power_of_t(z, t) }),
        wrong!(
            "ignores-the-temperature",
            ignores,
            "a softmax at t = 1, whatever the temperature",
            "If all probabilities are divided by t and then by their sum, what has become of t?"
        )
        .show("three logits, t = 0.5"),
        wrong!(
            "divides-probabilities",
            scaled_probabilities,
            "the probabilities at t = 1, divided by t",
            "What do your numbers sum to?"
        )
        .show("three logits, t = 0.5"),
        wrong!(
            "softmax-twice",
            softmax_of_probabilities,
            "a second softmax, taken of probabilities",
            "At t = 1, what should come out, and of what is your last exponential taken?"
        ),
        wrong!(
            "power-of-probabilities",
            power,
            "powers of the probabilities at t = 1: right until one of them has already become 0",
            "How probable is 0 beside 2000 at t = 1, and can a power bring it back?"
        )
        .show("[0, 0, 2000], t = 1000"),
        wrong!(
            "naive",
            naive,
            "the formula as it stands, without a shift",
            "Which number may one subtract from all logits without changing a single probability?"
        )
        .show("near 1000, t = 0.5"),
        wrong!(
            "divides-first",
            divides_first,
            "logits that are divided before they are shifted: right until z / t is infinite",
            "What is 1000 / 1e-306, and what is that minus itself?"
        )
        .show("near 1000, t = 1e-306"),
        wrong!(
            "shifted-by-the-first",
            by_the_first,
            "a softmax shifted by the first logit: fine until another one stands out",
            "After your shift, how large can the largest logit still be?"
        )
        .show("[0, 900, 0], t = 0.5"),
        wrong!(
            "shift-in-another-unit",
            unscaled_shift,
            "logits divided by t, with a shift that is not",
            "After your shift, where does the largest logit land?"
        )
        .show("near 1000, t = 0.5"),
        wrong!(
            "inverts-first",
            reciprocal,
            "a multiplication by 1/t: right until 1/t is infinite",
            "What is 1 / 1e-310, and what is 0 times that?"
        )
        .show("t = 1e-310"),
        wrong!("squares-t", squared, "a softmax of z / t²", "At t = 2, what becomes of a lead of 4?"),
        wrong!("square-root-of-t", root, "a softmax of z / √t", "At t = 4, what becomes of a lead of 4?"),
        wrong!(
            "logits-only",
            scaled_logits,
            "the logits divided by t, and no softmax of them",
            "What do your numbers sum to?"
        ),
        wrong!("not-normalised", not_normalised, "the exponentials alone", "What do your numbers sum to?"),
        wrong!(
            "another-sum",
            other_sum,
            "exponentials at temperature t, divided by the sum at t = 1",
            "What do your numbers sum to?"
        )
        .show("three logits, t = 0.5"),
        wrong!(
            "logarithms",
            logarithms,
            "the logarithms of the probabilities",
            "Can a probability be negative?"
        ),
        wrong!(
            "max-from-zero",
            max_from_zero,
            "a softmax whose maximum is never below 0",
            "Your search for the largest logit starts from which number?"
        )
        .show("near −1000, t = 0.5"),
        wrong!(
            "single-precision",
            single,
            "a softmax in single precision",
            "How many digits does an f32 hold, and what is the smallest number it knows?"
        ),
        wrong!(
            "never-impossible",
            floored_exponent,
            "a softmax that leaves the impossible a tiny probability",
            "A token is masked. Over a billion draws, how often may it come?"
        )
        .or(|z, t| floored(z, t, f64::MIN_POSITIVE))
        .or(|z, t| floored(z, t, 1e-300))
        .or(|z, t| floored(z, t, 1e-30))
        .or(|z, t| floored(z, t, 1e-12))
        .or(|z, t| floored(z, t, 1e-10))
        .or(|z, t| floored(z, t, 1e-8))
        .show("one masked, t = 2"),
        Wrong::new(
            "t-in-single-precision",
            |z, t| with(z, f64::from(t as f32), first_largest),
            "a softmax in double precision, at a temperature that has been through an f32",
            "How many digits of 0.7 arrive at your division?",
        )
        .or(|z, t| with(z, f64::from(t as f32), last_largest))
        .or(|z, t| careless(z, f64::from(t as f32), first_largest))
        .show("nine logits, t = 0.7"),
        Wrong::new(
            "zero-temperature",
            |z, t| if masked(z) { zeros(z) } else { formula(z, t) },
            "a softmax that is right until t = 0, and NaN there",
            "As t goes to 0, towards what does each probability go?",
        )
        .or(formula)
        .show("three logits, t = 0"),
        Wrong::new(
            "nan-to-zero",
            nan_to_zero,
            "a softmax that puts 0 where the formula gives NaN",
            "At t = 0, who is left to be drawn?",
        )
        .or(|z, t| if t == 0.0 { zeros(z) } else { with(z, t, zeros) })
        .or(|z, t| if t == 0.0 { zeros(z) } else { formula(z, t) })
        .show("three logits, t = 0"),
        Wrong::new(
            "zero-is-off",
            |z, t| with(z, t, softmax),
            "a sampler that takes a temperature of 0 to mean none",
            "At t = 0.01 nearly everything is on one token. Should 0 be so different?",
        )
        .or(|z, t| careless(z, t, softmax))
        .show("three logits, t = 0"),
        Wrong::new(
            "zero-is-uniform",
            |z, t| with(z, t, |z| vec![1.0 / z.len() as f64; z.len()]),
            "a sampler that finds all tokens equally likely at a temperature of 0",
            "At t = 0.01 nearly everything is on one token. Should 0 be so different?",
        )
        .or(|z, t| careless(z, t, |z| vec![1.0 / z.len() as f64; z.len()]))
        .show("three logits, t = 0"),
        Wrong::new(
            "clamped",
            clamped!(1e-8),
            "a temperature that never falls below some small number",
            "Two logits are 2e-300 apart and t is 2e-300: what are their odds?",
        )
        .or(clamped!(1e-10))
        .or(clamped!(1e-9))
        .or(clamped!(1e-6))
        .or(clamped!(1e-5))
        .or(clamped!(1e-4))
        .or(clamped!(1e-3))
        .or(clamped!(1e-12))
        .or(clamped!(f64::EPSILON))
        .or(|z, t| formula(z, t.max(1e-8)))
        .or(|z, t| formula(z, t.max(1e-6)))
        .or(|z, t| formula(z, t.max(f64::EPSILON)))
        .or(|z, t| with(z, if t > 0.0 { t.max(1e-6) } else { t }, first_largest))
        .show("tiny logits, t = 2e-300"),
        Wrong::new(
            "adds-epsilon",
            |z, t| if masked(z) { zeros(z) } else { formula(z, t + 1e-8) },
            "a temperature with a small constant added, against a division by 0",
            "Is the temperature that you divide by the one that was asked for?",
        )
        .or(|z, t| if masked(z) { zeros(z) } else { formula(z, t + 1e-6) })
        .or(|z, t| formula(z, t + 1e-8))
        .or(|z, t| formula(z, t + 1e-6))
        .show("three logits, t = 0.5"),
        Wrong::new(
            "cold-too-early",
            early!(1e-8),
            "a sampler that takes every small temperature for 0",
            "Two logits are 2e-300 apart and t is 2e-300: what are their odds?",
        )
        .or(early!(1e-10))
        .or(early!(1e-9))
        .or(early!(1e-6))
        .or(early!(1e-5))
        .or(early!(1e-4))
        .or(early!(1e-3))
        .or(early!(f64::EPSILON))
        .or(early!(f64::MIN_POSITIVE * 1e10))
        .or(|z, t| careless(z, if t < 1e-6 { 0.0 } else { t }, first_largest))
        .show("tiny logits, t = 2e-300"),
        Wrong::new(
            "near-one-is-off",
            near_one!(1e-3),
            "a sampler that takes a temperature close to 1 for 1",
            "Two logits are 2000 apart. By which factor do their odds change from t = 1 to t = 1.000001?",
        )
        .or(near_one!(1e-2))
        .or(near_one!(1e-4))
        .or(near_one!(1e-5))
        .or(near_one!(2e-6))
        .show("three logits, t = 1.000001"),
        Wrong::new(
            "colder-than-one",
            |z, t| with(z, if t < 1.0 { 0.0 } else { t }, first_largest),
            "a sampler that takes every temperature below 1 for 0",
            "At t = 0.5, what happens to odds of 3 to 1?",
        )
        .or(|z, t| careless(z, t.floor(), first_largest))
        .or(|z, t| with(z, t.floor(), first_largest)),
        Wrong::new(
            "last-of-ties",
            |z, t| with(z, t, last_largest),
            "an arg max that gives the 1 to the last of several largest logits",
            "Of several equal maxima, which one does your search return?",
        )
        .or(|z, t| careless(z, t, last_largest))
        .show("ties, t = 0"),
        Wrong::new(
            "each-tie-gets-one",
            |z, t| with(z, t, all_largest),
            "an arg max that gives a 1 to each of the largest logits",
            "What do your numbers sum to?",
        )
        .or(|z, t| careless(z, t, all_largest))
        .show("ties, t = 0"),
        Wrong::new(
            "arg-max-from-zero",
            |z, t| {
                with(z, t, |z| {
                    let (mut best, mut most) = (0, 0.0);
                    for (i, &x) in z.iter().enumerate() {
                        if x > most {
                            (best, most) = (i, x);
                        }
                    }
                    only(z, (!z.is_empty()).then_some(best))
                })
            },
            "an arg max that no negative logit can win, unless it is the first",
            "Your search for the largest logit starts from which number?",
        )
        .or(|z, t| {
            with(z, t, |z| only(z, z.iter().position(|&x| x == z.iter().copied().fold(0.0, f64::max))))
        })
        .show("four negative logits, t = 0"),
        Wrong::new(
            "largest-size",
            |z, t| {
                with(z, t, |z| {
                    let size = z.iter().filter(|z| z.is_finite()).fold(0.0, |m: f64, z| m.max(z.abs()));
                    only(z, z.iter().position(|x| x.abs() == size))
                })
            },
            "an arg max of |z|",
            "Of −3.5 and −0.5, which is the larger?",
        )
        .show("four negative logits, t = 0"),
        Wrong::new(
            "all-masked-is-chosen",
            |z, t| if t == 0.0 { first_largest(z) } else { with(z, t, zeros) },
            "an arg max that chooses a token although all are masked",
            "If every logit is −∞, which of the tokens may be drawn?",
        )
        .or(|z, t| if t == 0.0 { last_largest(z) } else { with(z, t, zeros) })
        .or(|z, t| if t == 0.0 && !z.is_empty() { scaled(&all_largest(z)) } else { with(z, t, zeros) })
        .or(|z, t| if t == 0.0 { all_largest(z) } else { with(z, t, zeros) })
        .show("all masked, t = 0"),
        Wrong::new(
            "all-masked",
            |z, t| if t == 0.0 { with(z, t, first_largest) } else { formula(z, t) },
            "a softmax that is right until every logit is −∞, and NaN there",
            "What is −∞ minus −∞?",
        )
        .or(|z, t| careless(z, t, first_largest))
        .or(|z, t| careless(z, t, |z| scaled(&all_largest(z))))
        .show("all masked, t = 0.5"),
        Wrong::new(
            "empty-panics",
            |z, t| with(z, if z.is_empty() { panic!("no first logit") } else { t }, first_largest),
            "a sampler that is right until there are no logits, and panics there",
            "Which line of yours relies on a first logit?",
        )
        .or(|z, t| {
            assert!(t > 0.0 || !z.is_empty(), "no first logit");
            with(z, t, first_largest)
        })
        .or(|z, t| {
            assert!(t > 0.0 || !z.is_empty(), "no first logit");
            careless(z, t, first_largest)
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::solution;
    use super::*;
    use crate::judge::{Passing, apart};
    use crate::observe::trace;
    use crate::spec::Exercise;

    fn passes(what: &str, subject: <Spec as Exercise>::Subject) {
        let reference = trace::<Spec>(&(crate::temperature!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_ones_pass() {
        passes("differences first, then a softmax of them", |z, t| {
            let max = max(z);
            if masked(z) || t == 0.0 {
                return with(z, t, first_largest);
            }
            softmax(&z.iter().map(|z| (z - max) / t).collect::<Vec<_>>())
        });
        passes("the exponential of log-softmax", |z, t| {
            if masked(z) || t == 0.0 {
                return with(z, t, first_largest);
            }
            logarithms(z, t).into_iter().map(f64::exp).collect()
        });
        passes("a product with 1/t while there is one", |z, t| {
            if t > 1e-300 && !masked(z) { reciprocal(z, t) } else { with(z, t, first_largest) }
        });
        passes("an arg max by a loop", |z, t| {
            with(z, t, |z| {
                let mut best = 0;
                for i in 1..z.len() {
                    if z[i] > z[best] {
                        best = i;
                    }
                }
                only(z, Some(best))
            })
        });
    }
}
