//! Log-sum-exps that people write.

use super::Spec;

type Wrong = crate::spec::Wrong<Spec>;

const NEG: f64 = f64::NEG_INFINITY;

fn max(z: &[f64]) -> f64 {
    z.iter().copied().fold(NEG, f64::max)
}

/// The sum of the exponentials of what `shape` makes of the logits.
fn sum(z: &[f64], shape: impl Fn(f64) -> f64) -> f64 {
    z.iter().map(|&z| shape(z).exp()).sum()
}

/// Right, but for what is infinite: m + ln Σ e^(z − m).
fn unguarded(z: &[f64]) -> f64 {
    shifted(z, max(z))
}

fn shifted(z: &[f64], by: f64) -> f64 {
    by + sum(z, |z| z - by).ln()
}

/// The answers that need no sum.
fn edge(z: &[f64]) -> Option<f64> {
    let max = max(z);
    if z.iter().any(|z| z.is_nan()) {
        Some(f64::NAN)
    } else if max.is_infinite() {
        Some(max)
    } else {
        None
    }
}

fn right(z: &[f64]) -> f64 {
    edge(z).unwrap_or_else(|| unguarded(z))
}

/// Right, but for a NaN that `f64::max` lost.
fn half_guarded(z: &[f64]) -> f64 {
    if max(z).is_infinite() { max(z) } else { unguarded(z) }
}

fn naive(z: &[f64]) -> f64 {
    sum(z, |z| z).ln()
}

fn not_restored(z: &[f64]) -> f64 {
    let max = max(z);
    sum(z, |z| z - max).ln()
}

fn normalised(z: &[f64]) -> f64 {
    let max = max(z);
    let e: Vec<f64> = z.iter().map(|z| (z - max).exp()).collect();
    let sum: f64 = e.iter().sum();
    e.iter().map(|e| e / sum).sum::<f64>().ln()
}

fn abs_max(z: &[f64]) -> f64 {
    shifted(z, z.iter().fold(0.0, |m: f64, z| m.max(z.abs())))
}

fn mean(z: &[f64]) -> f64 {
    shifted(z, z.iter().sum::<f64>() / z.len() as f64)
}

fn min(z: &[f64]) -> f64 {
    shifted(z, z.iter().copied().fold(f64::INFINITY, f64::min))
}

fn from_zero(z: &[f64]) -> f64 {
    shifted(z, z.iter().copied().fold(0.0, f64::max))
}

fn log_mean(z: &[f64]) -> f64 {
    unguarded(z) - (z.len() as f64).ln()
}

fn inside(z: &[f64]) -> f64 {
    let max = max(z);
    (sum(z, |z| z - max) + max).ln()
}

fn sign(z: &[f64]) -> f64 {
    let max = max(z);
    sum(z, |z| z - max).ln() - max
}

fn times(z: &[f64]) -> f64 {
    let max = max(z);
    sum(z, |z| z - max).ln() * max
}

fn scale(z: &[f64]) -> f64 {
    let max = max(z);
    sum(z, |z| z / max).ln() * max
}

fn plus_one(z: &[f64]) -> f64 {
    let max = max(z);
    max + sum(z, |z| z - max).ln_1p()
}

/// ln(1 + Σ e^z): a running log-add-exp that starts from 0.
fn starts_from_zero(z: &[f64]) -> f64 {
    let mut all = z.to_vec();
    all.push(0.0);
    unguarded(&all)
}

fn ties_lost(z: &[f64]) -> f64 {
    let max = max(z);
    let others: f64 = z.iter().filter(|&&z| z != max).map(|z| (z - max).exp()).sum();
    max + others.ln_1p()
}

fn base_two(z: &[f64]) -> f64 {
    let max = max(z);
    max + z.iter().map(|z| (z - max).exp2()).sum::<f64>().log2()
}

fn other_logarithm(z: &[f64]) -> f64 {
    let max = max(z);
    max + sum(z, |z| z - max).log2()
}

fn decimal_logarithm(z: &[f64]) -> f64 {
    let max = max(z);
    max + sum(z, |z| z - max).log10()
}

fn no_logarithm(z: &[f64]) -> f64 {
    let max = max(z);
    max + sum(z, |z| z - max)
}

fn no_exponential(z: &[f64]) -> f64 {
    z.iter().sum::<f64>().ln()
}

fn epsilon(z: &[f64]) -> f64 {
    let max = max(z);
    max + (sum(z, |z| z - max) + 1e-8).ln()
}

fn larger_epsilon(z: &[f64]) -> f64 {
    let max = max(z);
    max + (sum(z, |z| z - max) + 1e-6).ln()
}

fn single(z: &[f64]) -> f64 {
    let z: Vec<f32> = z.iter().map(|&z| z as f32).collect();
    let max = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    f64::from(max + z.iter().map(|z| (z - max).exp()).sum::<f32>().ln())
}

/// One pass: a maximum so far, a sum so far.
fn running(z: &[f64], rescale: impl Fn(f64, f64) -> f64) -> f64 {
    let (mut max, mut sum) = (NEG, 0.0);
    for &z in z {
        let next = f64::max(max, z);
        sum = if max == NEG { 0.0 } else { sum * rescale(max, next) } + (z - next).exp();
        max = next;
    }
    max + sum.ln()
}

fn not_rescaled(z: &[f64]) -> f64 {
    running(z, |_, _| 1.0)
}

fn rescaled_backwards(z: &[f64]) -> f64 {
    running(z, |old, new| (new - old).exp())
}

fn first_masked(z: &[f64]) -> f64 {
    let (mut max, mut sum) = (NEG, 0.0);
    for &z in z {
        let next = f64::max(max, z);
        sum = sum * (max - next).exp() + (z - next).exp();
        max = next;
    }
    max + sum.ln()
}

/// ln(e^a + e^b) again and again, from the first logit on: for two that are −∞ it asks for −∞ − (−∞).
fn pairs(z: &[f64]) -> f64 {
    let add = |a: f64, &b: &f64| a.max(b) + (-(a - b).abs()).exp().ln_1p();
    z.split_first().map_or(NEG, |(first, others)| others.iter().fold(*first, add))
}

fn blocks(z: &[f64], size: usize) -> f64 {
    if z.is_empty() { NEG } else { z.chunks(size).map(right).sum() }
}

fn by_the_first(z: &[f64]) -> f64 {
    z.first().map_or(NEG, |&first| shifted(z, first))
}

fn finite(z: &[f64], least: f64) -> f64 {
    let z: Vec<f64> = z.iter().map(|z| if *z == NEG { least } else { *z }).collect();
    unguarded(&z)
}

/// Terms that single precision could not see beside the largest, or that somebody found too small.
fn pruned(z: &[f64], below: f64) -> f64 {
    let max = max(z);
    max + z.iter().filter(|&&z| z - max > -below).map(|z| (z - max).exp()).sum::<f64>().ln()
}

/// The last of those that no other exceeds. A NaN exceeds nobody, and nobody exceeds it.
fn max_by_comparison(z: &[f64]) -> f64 {
    z.iter().copied().reduce(|a, b| if a > b { a } else { b }).unwrap_or(NEG)
}

fn finite_ones(z: &[f64]) -> Vec<f64> {
    z.iter().copied().filter(|z| z.is_finite() || z.is_nan()).collect()
}

/// The first logit is the largest so far; without one there is nothing to index.
fn from_the_first(z: &[f64]) -> f64 {
    let max = z.iter().copied().fold(z[0], f64::max);
    if max.is_infinite() { max } else { shifted(z, max) }
}

/// A mistake, alone and together with the usual care for what is infinite: none, half, almost all, all.
macro_rules! wrong {
    ($slug:literal, $f:expr, $equals:literal, $question:literal) => {
        Wrong::new($slug, $f, $equals, $question)
            .or(|z| if max(z) == NEG { NEG } else { $f(z) })
            .or(|z| if max(z).is_infinite() { max(z) } else { $f(z) })
            .or(|z| edge(z).unwrap_or_else(|| $f(z)))
    };
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        wrong!(
            "naive",
            naive,
            "the formula as it stands: infinity for large logits, the logarithm of 0 for very negative ones",
            "How large is e^1000, and do you need to know it to know its logarithm?"
        )
        .show("near 1000"),
        wrong!(
            "max-not-restored",
            not_restored,
            "the logarithm of the shifted sum: right, minus the largest logit",
            "If all logits grow by 1, what should happen to the answer, and what does yours do?"
        ),
        wrong!(
            "always-zero",
            normalised,
            "the logarithm of the sum of probabilities",
            "What do probabilities sum to, and what is its logarithm?"
        )
        .or(|z| if z.is_empty() { 0.0 } else { normalised(z) }),
        wrong!(
            "abs-max",
            abs_max,
            "a log-sum-exp shifted by the largest |z|",
            "Of −1000 and −998, which one should land at 0, and where do yours land?"
        )
        .show("near −1000"),
        wrong!(
            "max-from-zero",
            from_zero,
            "a log-sum-exp whose maximum is never below 0",
            "Your search for the largest logit starts from which number?"
        )
        .show("near −1000"),
        wrong!(
            "subtracts-mean",
            mean,
            "a log-sum-exp shifted by the mean of the logits: fine until one of them stands out",
            "After your shift, how large can the largest logit still be?"
        )
        .show("[0, 0, 2000]"),
        wrong!(
            "subtracts-min",
            min,
            "a log-sum-exp shifted by the smallest logit",
            "After your shift, how large can the largest logit still be?"
        )
        .show("[0, 0, 2000]"),
        wrong!(
            "shifted-by-the-first",
            by_the_first,
            "a log-sum-exp shifted by the first logit: fine until another one stands out",
            "After your shift, how large can the largest logit still be?"
        )
        .show("[0, 0, 2000]"),
        wrong!(
            "returns-max",
            max,
            "the largest logit alone",
            "Two logits are both 0.75. Is the answer 0.75 as well?"
        )
        .or(|z| z.iter().copied().fold(f64::MIN, f64::max))
        .or(|z| if z.is_empty() { 0.0 } else { max(z) })
        .show("ties"),
        wrong!(
            "log-mean-exp",
            log_mean,
            "the logarithm of the mean of the exponentials",
            "A thousand equal logits, or one: should the answer be the same?"
        )
        .show("1000 equal logits"),
        wrong!(
            "restored-inside",
            inside,
            "a largest logit that is added before the logarithm is taken",
            "You took a factor e^m out of the sum. What is the logarithm of a product?"
        ),
        wrong!(
            "sign-of-the-shift",
            sign,
            "a largest logit subtracted a second time",
            "If all logits grow by 1, what should happen to the answer, and what does yours do?"
        ),
        wrong!(
            "multiplied-back",
            times,
            "the logarithm of the shifted sum, times the largest logit",
            "You took a factor e^m out of the sum. What is the logarithm of a product?"
        ),
        wrong!(
            "divides-by-max",
            scale,
            "m · ln Σ e^(z/m), with m the largest logit",
            "e^(z − m) is e^z divided by e^m. Is e^(z/m)?"
        ),
        wrong!(
            "one-too-many",
            plus_one,
            "a sum with a 1 too many in it",
            "How many terms does the sum of one logit have, and how many does yours have?"
        )
        .show("one logit"),
        wrong!(
            "starts-from-zero",
            starts_from_zero,
            "a sum that already holds e^0 before the first logit comes",
            "The logarithm of which number is 0, and how much is in an empty sum?"
        )
        .or(|z| (1.0 + sum(z, |z| z)).ln())
        .show("one logit"),
        wrong!(
            "ties-lost",
            ties_lost,
            "a log-sum-exp that leaves out all logits as large as the largest, and counts 1 for them together",
            "How many of the logits [0.75, −1.25, 0.75, −1.25] are the largest?"
        )
        .show("ties"),
        wrong!(
            "base-two",
            base_two,
            "powers of 2 and a logarithm to base 2",
            "A logit grows by 1: by which factor should its term grow?"
        ),
        wrong!(
            "another-logarithm",
            other_logarithm,
            "exponentials to base e whose sum goes through another logarithm",
            "Which logarithm undoes `exp`?"
        )
        .or(decimal_logarithm)
        .or(|z| edge(z).unwrap_or_else(|| decimal_logarithm(z))),
        wrong!(
            "no-logarithm",
            no_logarithm,
            "the largest logit plus the shifted sum itself",
            "For a single logit z the answer is z. What is yours?"
        )
        .or(|z| sum(z, |z| z))
        .show("one logit"),
        wrong!(
            "no-exponential",
            no_exponential,
            "the logarithm of the sum of the logits",
            "What is the logarithm of a negative sum?"
        ),
        wrong!(
            "epsilon",
            epsilon,
            "a sum with a small constant added, against a logarithm of 0",
            "Once the largest logit is shifted to 0, how small can the sum still be?"
        )
        .or(larger_epsilon)
        .or(|z| edge(z).unwrap_or_else(|| larger_epsilon(z)))
        .or(|z| (sum(z, |z| z) + 1e-8).ln())
        .or(|z| (sum(z, |z| z) + 1e-10).ln())
        .or(|z| (sum(z, |z| z) + 1e-12).ln()),
        wrong!(
            "single-precision",
            single,
            "a log-sum-exp in single precision",
            "How many digits does an f32 hold?"
        ),
        wrong!(
            "small-terms-skipped",
            |z: &[f64]| pruned(z, 16.0),
            "a sum without the terms that are small beside the largest",
            "How far below the largest may a logit be, if twelve digits of the answer are to be right?"
        )
        .or(|z| edge(z).unwrap_or_else(|| pruned(z, 10.0)))
        .or(|z| edge(z).unwrap_or_else(|| pruned(z, 15.0)))
        .or(|z| edge(z).unwrap_or_else(|| pruned(z, 18.0)))
        .or(|z| edge(z).unwrap_or_else(|| pruned(z, 20.0)))
        .show("20 apart, near 0"),
        Wrong::new(
            "clamps",
            |z| sum(z, |z| z.clamp(-700.0, 700.0)).ln(),
            "the plain formula with logits cut off at some size: beyond it, different logits become equal",
            "What is the answer for a single logit of 1000, and what is yours?",
        )
        .or(|z| sum(z, |z| z.clamp(-500.0, 500.0)).ln())
        .or(|z| sum(z, |z| z.clamp(-100.0, 100.0)).ln())
        .or(|z| sum(z, |z| z.clamp(-50.0, 50.0)).ln())
        .or(|z| sum(z, |z| z.min(700.0)).ln())
        .or(|z| edge(z).unwrap_or_else(|| sum(z, |z| z.clamp(-700.0, 700.0)).ln()))
        .or(|z| edge(z).unwrap_or_else(|| sum(z, |z| z.min(700.0)).ln()))
        .show("near 1000"),
        wrong!(
            "not-rescaled",
            not_rescaled,
            "a sum in one pass, whose old terms keep the shift they were added with",
            "When a larger logit comes along, relative to which maximum is the sum that you already have?"
        )
        .show("ascending"),
        wrong!(
            "rescaled-backwards",
            rescaled_backwards,
            "a sum in one pass that grows when a larger maximum is found",
            "A new maximum divides all terms by more than before. Should the sum so far become larger or smaller?"
        )
        .show("ascending"),
        Wrong::new(
            "first-masked",
            first_masked,
            "a sum in one pass that is NaN if it begins with a masked logit",
            "Before the first real logit, what is your maximum, and what is it minus itself?",
        )
        .or(|z| if max(z) == NEG { NEG } else { first_masked(z) })
        .or(|z| if max(z).is_infinite() { max(z) } else { first_masked(z) })
        .or(|z| edge(z).unwrap_or_else(|| first_masked(z)))
        .show("the first masked"),
        Wrong::new(
            "masked-pair",
            pairs,
            "a sum of logit after logit that is NaN where two masked ones meet",
            "You take the difference of two logits. What if both are −∞?",
        )
        .or(|z| if max(z) == NEG { NEG } else { pairs(z) })
        .or(|z| if max(z).is_infinite() { max(z) } else { pairs(z) })
        .or(|z| edge(z).unwrap_or_else(|| pairs(z)))
        .show("the first two masked"),
        Wrong::new(
            "blocks-added",
            |z| blocks(z, 1024),
            "the log-sum-exps of blocks of the logits, added up",
            "What becomes of two sums when their logarithms are added?",
        )
        .or(|z| blocks(z, 2048))
        .or(|z| blocks(z, 512))
        .or(|z| blocks(z, 256))
        .or(|z| blocks(z, 128))
        .or(|z| blocks(z, 64))
        .or(|z| blocks(z, 32))
        .or(|z| blocks(z, 16))
        .or(|z| blocks(z, 8))
        .or(|z| blocks(z, 4))
        .show("2500 logits"),
        Wrong::new(
            "all-masked",
            unguarded,
            "a log-sum-exp that is right until every logit is −∞, and NaN there",
            "What is −∞ minus −∞?",
        )
        .or(|z| if max(z) == f64::INFINITY { max(z) } else { unguarded(z) })
        .or(|z| if z.is_empty() { 0.0 } else { unguarded(z) })
        .show("all masked"),
        Wrong::new(
            "all-masked-is-zero",
            |z| if max(z) == NEG { 0.0 } else { right(z) },
            "a log-sum-exp of 0 where there is nothing to sum",
            "If the answer is 0, what is the sum?",
        )
        .or(|z| if max(z) == NEG && !z.is_empty() { 0.0 } else { right(z) })
        .or(|z| if max(z) == NEG { 0.0 } else { unguarded(z) })
        .or(|z| if max(z).is_infinite() { 0.0 } else { unguarded(z) })
        .or(|z| if max(z) == NEG && !z.is_empty() { 0.0 } else { unguarded(z) })
        .show("all masked"),
        Wrong::new(
            "masked-is-finite",
            |z| finite(z, -1e9),
            "a log-sum-exp in which masked logits are large negative numbers: finite where all are masked",
            "Is a sum of nothing very small, or is it 0?",
        )
        .or(|z| finite(z, -1e4))
        .or(|z| finite(z, -1e30))
        .or(|z| finite(z, f64::MIN))
        .or(|z| if max(z) == NEG { f64::MIN } else { right(z) })
        .or(|z| shifted(z, z.iter().copied().fold(f64::MIN, f64::max)).max(f64::MIN))
        .show("all masked"),
        Wrong::new(
            "plus-infinity",
            |z| if max(z) == NEG { NEG } else { unguarded(z) },
            "a log-sum-exp that is right until a logit is +∞, and NaN there",
            "What is ∞ minus ∞?",
        )
        .or(|z| if z.iter().all(|&z| z == NEG) { NEG } else { unguarded(z) })
        .or(|z| shifted(z, z.iter().copied().fold(f64::MIN, f64::max)))
        .show("one +∞"),
        Wrong::new(
            "infinity-is-masked",
            |z| if z.iter().any(|z| z.is_nan()) { f64::NAN } else { right(&finite_ones(z)) },
            "a log-sum-exp that skips every logit that is not finite, +∞ too",
            "Which of the two infinities adds nothing to the sum?",
        )
        .or(|z| right(&finite_ones(z)))
        .or(|z| unguarded(&finite_ones(z)))
        .or(|z| if max(z).is_infinite() { NEG } else { unguarded(z) })
        .show("one +∞"),
        Wrong::new(
            "empty-is-zero",
            |z| if z.is_empty() { 0.0 } else { right(z) },
            "a log-sum-exp that is right until there are no logits, and 0 there",
            "What is the sum of no terms, and what is its logarithm?",
        )
        .or(|z| if z.is_empty() { 0.0 } else { half_guarded(z) })
        .show("no logits"),
        Wrong::new(
            "empty-panics",
            |z| if z.is_empty() { panic!("no first logit") } else { right(z) },
            "a log-sum-exp that is right until there are no logits, and panics there",
            "Which line of yours relies on a first logit?",
        )
        .or(from_the_first)
        .or(|z| if z.is_empty() { panic!("no first logit") } else { unguarded(z) })
        .or(|z| {
            assert!(!z.is_empty(), "no first logit");
            assert!(z.len() < 2 || z.iter().all(|z| !z.is_nan()), "partial_cmp().unwrap()");
            right(z)
        })
        .show("no logits"),
        Wrong::new(
            "nan-lost",
            half_guarded,
            "a log-sum-exp that loses a NaN where no other logit is finite",
            "What does `f64::max` return for a NaN and a number?",
        )
        .or(|z| if max(z) == NEG { right(z) } else { half_guarded(z) })
        .or(|z| if max(z) == f64::INFINITY { right(z) } else { half_guarded(z) })
        .show("a NaN among masked ones"),
        Wrong::new(
            "nan-is-equal",
            |z| {
                if z.iter().all(|&z| z == NEG) {
                    return NEG;
                }
                let max = max_by_comparison(z);
                if max == f64::INFINITY { max } else { shifted(z, max) }
            },
            "a log-sum-exp whose search for the largest logit takes a NaN for an equal: lost, if +∞ stands behind it",
            "`partial_cmp` gives `None` for a NaN. What did you make of it?",
        )
        .or(|z| {
            if z.is_empty() {
                return NEG;
            }
            let max = max_by_comparison(z);
            if max.is_infinite() { max } else { shifted(z, max) }
        })
        .show("+∞ behind a NaN"),
        Wrong::new(
            "nan-skipped",
            |z| right(&z.iter().copied().filter(|z| !z.is_nan()).collect::<Vec<_>>()),
            "a log-sum-exp of those logits that are not NaN",
            "If a layer below you breaks, who should hear of it?",
        )
        .or(|z| if z.iter().any(|z| z.is_nan()) { NEG } else { right(z) })
        .show("a NaN among numbers"),
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
        let reference = trace::<Spec>(&(crate::log_sum_exp!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_ones_pass() {
        passes("one pass, rescaled", |z| edge(z).unwrap_or_else(|| running(z, |old, new| (old - new).exp())));
        passes("in pairs, from −∞ on", |z| {
            edge(z).unwrap_or_else(|| {
                let finite: Vec<f64> = z.iter().copied().filter(|z| z.is_finite()).collect();
                pairs(&finite)
            })
        });
        passes("the largest last, by ln_1p", |z| {
            edge(z).unwrap_or_else(|| {
                let mut sorted = z.to_vec();
                sorted.sort_by(f64::total_cmp);
                let most = sorted.pop().unwrap_or(NEG);
                most + sum(&sorted, |z| z - most).ln_1p()
            })
        });
        passes("a NaN through the sum", |z| {
            if z.iter().all(|&z| z == NEG) {
                return NEG;
            }
            if max(z) == f64::INFINITY { z.iter().map(|z| z.abs()).sum() } else { unguarded(z) }
        });
        passes("terms below the last digit left out", |z| edge(z).unwrap_or_else(|| pruned(z, 40.0)));
        passes("blocks, joined by the same function", |z| {
            right(&z.chunks(64).map(right).collect::<Vec<_>>())
        });
    }
}
