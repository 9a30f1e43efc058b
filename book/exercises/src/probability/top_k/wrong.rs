//! Top-k's that people write.

use super::Spec;

type Wrong = crate::spec::Wrong<Spec>;

const NEG: f64 = f64::NEG_INFINITY;

fn max(z: &[f64]) -> f64 {
    z.iter().copied().fold(NEG, f64::max)
}

fn zeros(z: &[f64]) -> Vec<f64> {
    vec![0.0; z.len()]
}

/// A softmax as it should be, all masked included.
fn softmax(z: &[f64]) -> Vec<f64> {
    if max(z) == NEG { zeros(z) } else { careless(z) }
}

/// A softmax that is NaN if all is masked.
fn careless(z: &[f64]) -> Vec<f64> {
    let max = max(z);
    normalised(z, |z| z - max)
}

/// Exponentials of whatever `shape` makes of the logits, divided by their sum.
fn normalised(z: &[f64], shape: impl Fn(f64) -> f64) -> Vec<f64> {
    scaled(&z.iter().map(|&z| shape(z).exp()).collect::<Vec<_>>())
}

fn scaled(e: &[f64]) -> Vec<f64> {
    let sum: f64 = e.iter().sum();
    e.iter().map(|e| e / sum).collect()
}

/// Divides by the sum unless there is none.
fn scaled_or_zeros(e: &[f64]) -> Vec<f64> {
    if e.iter().all(|&x| x == 0.0) { e.to_vec() } else { scaled(e) }
}

/// Token numbers by what is first in `key`; among equals the lower number.
fn by(z: &[f64], key: impl Fn(f64) -> f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..z.len()).collect();
    order.sort_by(|&i, &j| key(z[j]).total_cmp(&key(z[i])));
    order
}

/// The first k of a list of tokens.
fn first(mut order: Vec<usize>, k: usize) -> Vec<usize> {
    order.truncate(k);
    order
}

/// The tokens that should be kept.
fn best(z: &[f64], k: usize) -> Vec<usize> {
    first(by(z, |z| z), k)
}

/// The k-th largest logit, or the nearest there is.
fn kth(z: &[f64], k: usize) -> f64 {
    best(z, k).last().map_or(f64::INFINITY, |&i| z[i])
}

/// All but these tokens get another logit.
fn only_with(z: &[f64], tokens: &[usize], other: f64) -> Vec<f64> {
    let mut kept = vec![other; z.len()];
    for &i in tokens {
        kept[i] = z[i];
    }
    kept
}

fn only(z: &[f64], tokens: &[usize]) -> Vec<f64> {
    only_with(z, tokens, NEG)
}

fn those(z: &[f64], keep: impl Fn(f64) -> bool) -> Vec<usize> {
    (0..z.len()).filter(|&i| keep(z[i])).collect()
}

fn from(z: &[f64], least: f64) -> Vec<usize> {
    those(z, |x| x >= least)
}

fn above(z: &[f64], least: f64) -> Vec<usize> {
    those(z, |x| x > least)
}

/// k times the largest, which then becomes −∞. So does its probability, if it is found once more.
fn one_by_one(z: &[f64], k: usize) -> Vec<f64> {
    let (top, mut rest, mut p) = (max(z), z.to_vec(), zeros(z));
    for _ in 0..k.min(z.len()) {
        let largest = max(&rest);
        if let Some(i) = rest.iter().position(|&z| z == largest) {
            p[i] = (rest[i] - top).exp();
            rest[i] = NEG;
        }
    }
    scaled_or_zeros(&p)
}

/// The same mistake with a softmax that knows of the row where all is masked, and with one that does not.
macro_rules! chosen {
    ($slug:literal, $tokens:expr, $equals:literal, $question:literal) => {
        Wrong::new($slug, |z, k| softmax(&only(z, &$tokens(z, k))), $equals, $question)
            .or(|z, k| careless(&only(z, &$tokens(z, k))))
            .or(|z, k| if k == 0 { zeros(z) } else { softmax(&only(z, &$tokens(z, k))) })
            .or(|z, k| if k == 0 { zeros(z) } else { careless(&only(z, &$tokens(z, k))) })
    };
}

/// The right tokens, whose removed companions get a large negative logit.
macro_rules! masked_by {
    ($other:expr) => {
        |z, k| careless(&only_with(z, &best(z, k), $other))
    };
}

/// At most so many tokens.
macro_rules! capped {
    ($most:expr) => {
        |z, k| softmax(&only(z, &best(z, k.min($most))))
    };
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "zero-not-neg-inf",
            |z, k| softmax(&only_with(z, &best(z, k), 0.0)),
            "a softmax in which removed tokens have a logit of 0",
            "What is e⁰?",
        )
        .or(|z, k| if k == 0 { zeros(z) } else { softmax(&only_with(z, &best(z, k), 0.0)) })
        .or(|z, k| {
            if k == 0 || max(z) == NEG { zeros(z) } else { softmax(&only_with(z, &best(z, k), 0.0)) }
        }),
        Wrong::new(
            "finite-mask",
            masked_by!(-1e9),
            "a softmax in which removed tokens have a large negative logit: there are larger negative ones",
            "If the kept logits are near −1e12, or masked, who is the most likely token then?",
        )
        .or(masked_by!(-1e4))
        .or(masked_by!(-1e5))
        .or(masked_by!(-1e6))
        .or(masked_by!(-1e8))
        .or(masked_by!(-1e10))
        .or(masked_by!(-1e30))
        .or(masked_by!(f64::MIN))
        .or(|z, k| if k == 0 { zeros(z) } else { careless(&only_with(z, &best(z, k), -1e9)) })
        .or(|z, k| if k == 0 { zeros(z) } else { careless(&only_with(z, &best(z, k), f64::MIN)) })
        .or(|z, k| {
            if k == 0 || max(z) == NEG { zeros(z) } else { careless(&only_with(z, &best(z, k), -1e9)) }
        })
        .show("all masked, k = 2"),
        Wrong::new(
            "not-renormalised",
            |z, k| {
                let p = softmax(z);
                only_with(&p, &best(z, k), 0.0)
            },
            "the right tokens with the probabilities that they had among all",
            "What do your numbers sum to?",
        )
        .or(|z, k| {
            let p = careless(z);
            only_with(&p, &best(z, k), 0.0)
        }),
        chosen!(
            "by-magnitude",
            |z, k| first(by(z, f64::abs), k),
            "a choice of the k largest |z|",
            "Of −9 and 0.5, which token is the likelier one?"
        )
        .show("a large negative logit, k = 2"),
        chosen!(
            "ties-stay",
            |z: &[f64], k| if k == 0 { vec![] } else { from(z, kth(z, k)) },
            "a choice of every logit that is at least as large as the k-th: more than k where it is a tie",
            "How many tokens can be drawn from your answer, and how many were asked for?"
        )
        .show("a tie at place k"),
        chosen!(
            "ties-go",
            |z: &[f64], k: usize| if k < z.len() { above(z, kth(z, k + 1)) } else { best(z, k) },
            "a choice of every logit that is larger than the one after the k-th: fewer than k where those two are equal",
            "How many tokens can be drawn from your answer, and how many were asked for?"
        )
        .show("a tie at place k"),
        chosen!(
            "above-the-kth",
            |z: &[f64], k| if k == 0 { vec![] } else { above(z, kth(z, k)) },
            "a choice of every logit that is larger than the k-th",
            "Is the k-th largest itself among the k largest?"
        )
        .or(|z, k| {
            if k >= z.len() { softmax(z) } else { softmax(&only(z, &above(z, kth(z, k)))) }
        })
        .or(|z, k| {
            if k >= z.len() { careless(z) } else { careless(&only(z, &above(z, kth(z, k)))) }
        }),
        chosen!(
            "one-more",
            |z: &[f64], k: usize| best(z, k.saturating_add(1)),
            "the k + 1 largest",
            "How many tokens can be drawn from your answer, and how many were asked for?"
        )
        .show("four tokens, k = 1"),
        chosen!(
            "one-less",
            |z: &[f64], k: usize| best(z, k.saturating_sub(1)),
            "the k − 1 largest",
            "How many tokens can be drawn from your answer, and how many were asked for?"
        )
        .show("four tokens, k = 1"),
        chosen!(
            "one-more-and-its-equals",
            |z: &[f64], k: usize| from(z, kth(z, k.saturating_add(1))),
            "a choice of every logit that is at least as large as the one after the k-th",
            "Counting from 0, at which place of a sorted list is the k-th largest?"
        )
        .show("four tokens, k = 2"),
        chosen!(
            "highest-index",
            |z: &[f64], k| {
                let mut order: Vec<usize> = (0..z.len()).collect();
                order.sort_by(|&i, &j| z[i].total_cmp(&z[j]));
                order.reverse();
                first(order, k)
            },
            "a choice that takes the higher index of two equal logits",
            "Your sort leaves equals in one order. What has become of that order when you are done?"
        )
        .show("all tied"),
        chosen!(
            "unstable-sort",
            |z: &[f64], k| {
                let mut order: Vec<usize> = (0..z.len()).collect();
                order.sort_unstable_by(|&i, &j| z[j].total_cmp(&z[i]));
                first(order, k)
            },
            "a choice by `sort_unstable`, which is right on short lists and shuffles equals in long ones",
            "Does your sort promise anything about the order of equal logits?"
        )
        .show("300 tokens, many ties, k = 47"),
        Wrong::new(
            "caps-k",
            capped!(64),
            "a choice that never keeps more than a fixed number of tokens, whatever k",
            "If the caller asks for 1100 tokens, how many can be drawn from your answer?",
        )
        .or(capped!(32))
        .or(capped!(40))
        .or(capped!(50))
        .or(capped!(100))
        .or(capped!(128))
        .or(capped!(256))
        .or(capped!(512))
        .or(capped!(1000))
        .or(capped!(1024))
        .show("2100 tokens, k = 1100"),
        chosen!(
            "first-come",
            |z: &[f64], k: usize| if k == 0 { vec![] } else { first(from(z, kth(z, k)), k) },
            "a choice of the first k tokens that are at least as large as the k-th: a tie may come before a larger one",
            "You stop after k tokens. Has the largest logit been seen by then?"
        )
        .show("a tie at place k"),
        Wrong::new(
            "taken-again",
            one_by_one,
            "a search for the largest logit, k times, that can find a token again which it has already taken",
            "You overwrite a taken logit with −∞. Who is the largest when only masked tokens are left?",
        )
        .or(|z, k| if k == 0 { zeros(z) } else { one_by_one(z, k) })
        .or(|z, k| if k == 0 || max(z) == NEG { zeros(z) } else { one_by_one(z, k) })
        .show("fewer unmasked than k"),
        chosen!(
            "smallest",
            |z: &[f64], k| first(by(z, |z| -z), k),
            "a choice of the k smallest logits",
            "With which token should your order begin?"
        )
        .or(|z, k| {
            let mut order = by(z, |z| z);
            order.reverse();
            softmax(&only(z, &first(order, k)))
        })
        .or(|z, k| {
            let mut order = by(z, |z| z);
            order.reverse();
            careless(&only(z, &first(order, k)))
        }),
        chosen!(
            "removes-k",
            |z: &[f64], k| best(z, z.len().saturating_sub(k)),
            "a choice that removes the k smallest logits, and keeps the others",
            "Does k say how many go, or how many stay?"
        ),
        chosen!(
            "first-k",
            |z: &[f64], k| first((0..z.len()).collect(), k),
            "a choice of the first k tokens of the vocabulary",
            "Is token 0 the likeliest one?"
        ),
        chosen!(
            "counts-values",
            |z: &[f64], k: usize| {
                let mut values: Vec<f64> = best(z, z.len()).iter().map(|&i| z[i]).collect();
                values.dedup();
                values.truncate(k);
                those(z, |x| values.contains(&x))
            },
            "a choice of the k largest values, each with all tokens that have it",
            "If all logits are equal and k is 3, how many tokens should be left?"
        )
        .show("a tie among the kept"),
        chosen!(
            "looks-up-by-value",
            |z: &[f64], k| {
                best(z, k).iter().map(|&i| z.iter().position(|&x| x == z[i]).unwrap_or(i)).collect::<Vec<_>>()
            },
            "a choice that finds its tokens again by their logit: of equal ones, the first stands for all",
            "How many tokens have a logit of 1.5?"
        )
        .show("a tie among the kept"),
        chosen!(
            "zero-logit-lost",
            |z: &[f64], k| best(z, k).into_iter().filter(|&i| z[i] != 0.0).collect::<Vec<_>>(),
            "a choice that drops every logit of 0",
            "Is a logit of 0 a small one?"
        )
        .or(|z, k| {
            let (max, kept) = (max(z), only_with(z, &best(z, k), 0.0));
            scaled_or_zeros(&kept.iter().map(|&x| if x == 0.0 { 0.0 } else { (x - max).exp() }).collect::<Vec<_>>())
        })
        .show("a logit of 0 is the largest"),
        Wrong::new(
            "zero-is-off",
            |z, k| softmax(&only(z, &best(z, if k == 0 { z.len() } else { k }))),
            "a choice that takes a k of 0 to mean all tokens",
            "How many tokens did the caller ask for?",
        )
        .or(|z, k| careless(&only(z, &best(z, if k == 0 { z.len() } else { k }))))
        .show("k = 0"),
        Wrong::new(
            "zero-keeps-one",
            |z, k| softmax(&only(z, &best(z, k.max(1)))),
            "a choice that keeps at least one token",
            "How many tokens did the caller ask for?",
        )
        .or(|z, k| careless(&only(z, &best(z, k.max(1)))))
        .show("k = 0"),
        Wrong::new(
            "ids-permuted",
            |z, k| {
                let mut sorted = zeros(z);
                let kept: Vec<f64> = best(z, k).iter().map(|&i| z[i]).collect();
                for (rank, p) in softmax(&kept).into_iter().enumerate() {
                    sorted[rank] = p;
                }
                sorted
            },
            "the right probabilities on the wrong tokens: they stand in sorted order",
            "After sorting, how do you know which token a probability belongs to?",
        )
        .or(|z, k| {
            let mut sorted = zeros(z);
            let kept: Vec<f64> = best(z, k).iter().map(|&i| z[i]).collect();
            for (rank, p) in careless(&kept).into_iter().enumerate() {
                sorted[rank] = p;
            }
            sorted
        }),
        Wrong::new(
            "leaves-them-out",
            |z, k| {
                let mut tokens = best(z, k);
                tokens.sort_unstable();
                softmax(&tokens.iter().map(|&i| z[i]).collect::<Vec<_>>())
            },
            "the kept probabilities alone, without the zeros between them",
            "If a sampler draws place 1 of your vector, which token is that?",
        )
        .or(|z, k| {
            let mut tokens = best(z, k);
            tokens.sort_unstable();
            careless(&tokens.iter().map(|&i| z[i]).collect::<Vec<_>>())
        })
        .or(|z, k| softmax(&best(z, k).iter().map(|&i| z[i]).collect::<Vec<_>>()))
        .or(|z, k| careless(&best(z, k).iter().map(|&i| z[i]).collect::<Vec<_>>())),
        Wrong::new(
            "logits-only",
            |z, k| only(z, &best(z, k)),
            "the kept logits and −∞, and no softmax of them",
            "Can a probability be −∞?",
        )
        .or(|z, k| only_with(z, &best(z, k), 0.0)),
        Wrong::new(
            "logits-normalised",
            |z, k| scaled(&only_with(z, &best(z, k), 0.0)),
            "the kept logits, divided by their sum",
            "What do you do with a negative logit?",
        )
        .or(|z, k| scaled_or_zeros(&only_with(z, &best(z, k), 0.0)))
        .or(|z, k| if k == 0 { zeros(z) } else { scaled(&only_with(z, &best(z, k), 0.0)) }),
        Wrong::new(
            "softmax-twice",
            |z, k| {
                let p = softmax(z);
                softmax(&only(&p, &best(z, k)))
            },
            "a softmax of the kept probabilities",
            "Two kept logits are 1 apart. What is the ratio of their probabilities in your answer?",
        )
        .or(|z, k| {
            let p = careless(z);
            careless(&only(&p, &best(z, k)))
        })
        .or(|z, k| {
            let p = softmax(z);
            careless(&only(&p, &best(z, k)))
        }),
        Wrong::new(
            "uniform",
            |z, k| {
                let tokens = best(z, k);
                only_with(&vec![1.0 / tokens.len() as f64; z.len()], &tokens, 0.0)
            },
            "the right tokens, all equally likely",
            "Two kept logits are 1 apart. What is the ratio of their probabilities in your answer?",
        )
        .or(|z, k| {
            if max(z) == NEG {
                return zeros(z);
            }
            let tokens: Vec<usize> = best(z, k).into_iter().filter(|&i| z[i] != NEG).collect();
            only_with(&vec![1.0 / tokens.len() as f64; z.len()], &tokens, 0.0)
        })
        .or(|z, k| only_with(&vec![1.0 / k as f64; z.len()], &best(z, k), 0.0)),
        Wrong::new(
            "not-normalised",
            |z, k| {
                let max = max(z);
                only(z, &best(z, k)).iter().map(|z| (z - max).exp()).collect()
            },
            "the exponentials alone",
            "What do your numbers sum to?",
        )
        .or(|z, k| only(z, &best(z, k)).iter().map(|z| z.exp()).collect())
        .or(|z, k| {
            let max = max(z);
            if max == NEG { zeros(z) } else { only(z, &best(z, k)).iter().map(|z| (z - max).exp()).collect() }
        }),
        Wrong::new(
            "naive",
            |z, k| normalised(&only(z, &best(z, k)), |z| z),
            "the right tokens in a softmax without a shift: infinity over infinity for large logits",
            "Which number may one subtract from all logits without changing a single probability?",
        )
        .or(|z, k| scaled_or_zeros(&only(z, &best(z, k)).iter().map(|z| z.exp()).collect::<Vec<_>>()))
        .or(|z, k| {
            if k == 0 || max(z) == NEG { zeros(z) } else { normalised(&only(z, &best(z, k)), |z| z) }
        })
        .or(|z, k| if k == 0 { zeros(z) } else { normalised(&only(z, &best(z, k)), |z| z) })
        .show("near 1000, k = 2"),
        Wrong::new(
            "max-from-zero",
            |z, k| {
                let max = z.iter().copied().fold(0.0, f64::max);
                normalised(&only(z, &best(z, k)), |z| z - max)
            },
            "a softmax whose maximum is never below 0",
            "Your search for the largest logit starts from which number?",
        )
        .or(|z, k| {
            let max = z.iter().copied().fold(0.0, f64::max);
            scaled_or_zeros(&only(z, &best(z, k)).iter().map(|z| (z - max).exp()).collect::<Vec<_>>())
        })
        .or(|z, k| {
            let max = z.iter().copied().fold(0.0, f64::max);
            if k == 0 { zeros(z) } else { normalised(&only(z, &best(z, k)), |z| z - max) }
        })
        .show("near −1000, k = 2"),
        Wrong::new(
            "all-masked",
            |z, k| if k == 0 { zeros(z) } else { careless(&only(z, &best(z, k))) },
            "a choice that is right until every logit is −∞, and NaN there",
            "What is −∞ minus −∞?",
        )
        .show("all masked, k = 2"),
        Wrong::new(
            "nobody-kept",
            |z, k| careless(&only(z, &best(z, k))),
            "a choice that is right until nobody can be drawn, and NaN there",
            "If no token is left, what is the sum that you divide by?",
        )
        .or(|z, k| if max(z) == NEG { zeros(z) } else { careless(&only(z, &best(z, k))) })
        .show("k = 0"),
        Wrong::new(
            "past-the-end",
            |z, k| softmax(&only(z, &by(z, |z| z)[..k])),
            "a choice that panics if k is larger than the number of tokens",
            "How long is the list that you take k tokens from?",
        )
        .or(|z, k| careless(&only(z, &by(z, |z| z)[..k])))
        .or(|z, k| if k == 0 { zeros(z) } else { careless(&only(z, &by(z, |z| z)[..k])) })
        .or(|z, k| if k == 0 || z.is_empty() { zeros(z) } else { softmax(&only(z, &by(z, |z| z)[..k])) })
        .or(|z, k| if k == 0 || z.is_empty() { zeros(z) } else { careless(&only(z, &by(z, |z| z)[..k])) })
        .show("more than there are"),
        Wrong::new(
            "no-kth-logit",
            |z, k| {
                let order = by(z, |z| z);
                let least = z[order[k - 1]];
                softmax(&only(z, &those(z, |x| x >= least)))
            },
            "a threshold at the k-th logit, which panics if there is none",
            "Which logit is the k-th if k is 0, or larger than the number of tokens?",
        )
        .or(|z, k| {
            let order = by(z, |z| z);
            let least = z[order[k - 1]];
            careless(&only(z, &those(z, |x| x >= least)))
        })
        .or(|z, k| {
            let order = by(z, |z| z);
            let least = z[order[k.min(z.len()) - 1]];
            careless(&only(z, &those(z, |x| x >= least)))
        })
        .or(|z, k| {
            let order = by(z, |z| z);
            let least = z[order[k.min(z.len()) - 1]];
            softmax(&only(z, &those(z, |x| x >= least)))
        })
        .or(|z, k| {
            if k >= z.len() {
                return softmax(z);
            }
            let least = z[by(z, |z| z)[k - 1]];
            softmax(&only(z, &those(z, |x| x >= least)))
        })
        .show("k = 0"),
        Wrong::new(
            "ignores-k",
            |z, _| softmax(z),
            "a softmax of all logits",
            "Which argument does your answer not depend on?",
        )
        .or(|z, _| careless(z)),
        Wrong::new(
            "logarithms",
            |z, k| {
                let max = max(z);
                let kept = only(z, &best(z, k));
                let sum: f64 = kept.iter().map(|z| (z - max).exp()).sum();
                kept.iter().map(|z| z - max - sum.ln()).collect()
            },
            "the logarithms of the probabilities",
            "Can a probability be negative?",
        ),
        Wrong::new(
            "single-precision",
            |z, k| {
                let z: Vec<f64> = z.iter().map(|&z| f64::from(z as f32)).collect();
                let p = softmax(&only(&z, &best(&z, k)));
                p.iter().map(|&p| f64::from(p as f32)).collect()
            },
            "a top-k in single precision: logits that differ become equal",
            "How many digits does an f32 hold?",
        )
        .show("near −1e12, k = 2"),
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
        let reference = trace::<Spec>(&(crate::top_k!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_ones_pass() {
        passes("−∞ for the others, then a softmax", |z, k| softmax(&only(z, &best(z, k))));
        passes("an unstable sort by logit and number", |z, k| {
            let mut order: Vec<usize> = (0..z.len()).collect();
            order.sort_unstable_by(|&i, &j| z[j].total_cmp(&z[i]).then(i.cmp(&j)));
            softmax(&only(z, &first(order, k)))
        });
        passes("no sort, only the k-th", |z, k| {
            let mut order: Vec<usize> = (0..z.len()).collect();
            if 0 < k && k < z.len() {
                order.select_nth_unstable_by(k - 1, |&i, &j| z[j].total_cmp(&z[i]).then(i.cmp(&j)));
            }
            softmax(&only(z, &first(order, k)))
        });
        passes("a threshold, and its ties from the left", |z, k| {
            if k == 0 {
                return zeros(z);
            }
            let least = kth(z, k);
            let mut tokens = above(z, least);
            tokens.extend(those(z, |x| x == least));
            softmax(&only(z, &first(tokens, k)))
        });
        passes("the kept probabilities among all, divided by their sum", |z, k| {
            // While no probability among all underflows to nothing.
            let kept = best(z, k);
            let shift = kept.first().map_or(0.0, |&i| z[i]);
            let e: Vec<f64> = z.iter().map(|&z| if z == NEG { 0.0 } else { (z - shift).exp() }).collect();
            scaled_or_zeros(&only_with(&e, &kept, 0.0))
        });
        passes("one by one, the taken ones remembered", |z, k| {
            let (mut order, mut taken) = (vec![], vec![false; z.len()]);
            while order.len() < k.min(z.len()) {
                let rest = those(z, |_| true).into_iter().filter(|&i| !taken[i]);
                let best = rest.reduce(|best, i| if z[i] > z[best] { i } else { best }).unwrap_or(0);
                taken[best] = true;
                order.push(best);
            }
            softmax(&only(z, &order))
        });
    }
}
