//! Nuclei that people cut.

use super::Spec;

type Wrong = crate::spec::Wrong<Spec>;

/// Token numbers, most probable first; among equals the lower number.
fn order(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[j].total_cmp(&p[i]));
    order
}

/// Walks along `order` until the mass is `enough`, and says whom it met.
fn take(p: &[f64], order: &[usize], enough: impl Fn(f64) -> bool) -> Vec<usize> {
    let mut mass = 0.0;
    let mut taken = Vec::new();
    for &i in order {
        taken.push(i);
        mass += p[i];
        if enough(mass) {
            break;
        }
    }
    taken
}

/// The nucleus, as token numbers.
fn nucleus(p: &[f64], threshold: f64) -> Vec<usize> {
    take(p, &order(p), |mass| mass >= threshold && threshold < 1.0)
}

/// Everybody else becomes 0.
fn only(p: &[f64], tokens: &[usize]) -> Vec<f64> {
    let mut kept = vec![0.0; p.len()];
    for &i in tokens {
        kept[i] = p[i];
    }
    kept
}

fn scaled(kept: &[f64]) -> Vec<f64> {
    let mass: f64 = kept.iter().sum();
    kept.iter().map(|x| x / mass).collect()
}

/// Divides by the mass unless there is none.
fn scaled_or_zeros(kept: &[f64]) -> Vec<f64> {
    if kept.iter().all(|&x| x == 0.0) { kept.to_vec() } else { scaled(kept) }
}

/// As many as fit below the threshold.
fn below(p: &[f64], threshold: f64) -> Vec<usize> {
    let mut mass = 0.0;
    let mut taken = Vec::new();
    for i in order(p) {
        mass += p[i];
        if mass > threshold {
            break;
        }
        taken.push(i);
    }
    taken
}

fn those(p: &[f64], keep: impl Fn(f64) -> bool) -> Vec<usize> {
    (0..p.len()).filter(|&i| keep(p[i])).collect()
}

fn largest(p: &[f64]) -> f64 {
    p.iter().copied().fold(0.0, f64::max)
}

fn least_kept(p: &[f64], threshold: f64) -> f64 {
    nucleus(p, threshold).iter().map(|&i| p[i]).fold(f64::INFINITY, f64::min)
}

/// The nucleus of somebody who is content with a little less.
fn with_slack(p: &[f64], threshold: f64, slack: f64) -> Vec<f64> {
    scaled(&only(p, &take(p, &order(p), |mass| mass >= threshold - slack && threshold < 1.0)))
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "drops-crossing",
            |p, t| scaled(&only(p, &below(p, t))),
            "a nucleus that ends before the token that crosses the threshold: its mass stays below",
            "What is the mass of the tokens that you kept?",
        )
        .or(|p, t| scaled_or_zeros(&only(p, &below(p, t))))
        .or(|p, t| {
            let mut tokens = below(p, t);
            if tokens.is_empty() {
                tokens.extend(order(p).first());
            }
            scaled(&only(p, &tokens))
        })
        .show("one token of 0.95, 0.9"),
        Wrong::new(
            "empty-nucleus",
            |p, t| if t <= 0.0 { scaled(&vec![0.0; p.len()]) } else { scaled(&only(p, &nucleus(p, t))) },
            "a nucleus that is right until the threshold is 0, and empty there",
            "From what can a sampler choose, if nothing is left?",
        )
        .or(|p, t| if t <= 0.0 { vec![0.0; p.len()] } else { scaled(&only(p, &nucleus(p, t))) })
        .show("a threshold of 0"),
        Wrong::new(
            "keeps-one-more",
            |p, t| scaled(&only(p, &take(p, &order(p), |mass| mass > t && t < 1.0))),
            "a nucleus with one token more than it needs, where the mass meets the threshold exactly",
            "Tokens with a mass of 0.5 and 0.25 are in, and the threshold is 0.75: what is missing?",
        )
        .show("exactly 0.75"),
        Wrong::new(
            "unsorted",
            |p, t| {
                let in_order: Vec<usize> = (0..p.len()).collect();
                scaled(&only(p, &take(p, &in_order, |mass| mass >= t && t < 1.0)))
            },
            "a nucleus gathered in the order of the vocabulary",
            "Is token 0 the most probable one?",
        ),
        Wrong::new(
            "rarest-first",
            |p, t| {
                let mut rarest: Vec<usize> = (0..p.len()).collect();
                rarest.sort_by(|&i, &j| p[i].total_cmp(&p[j]));
                scaled(&only(p, &take(p, &rarest, |mass| mass >= t && t < 1.0)))
            },
            "a nucleus gathered from the least probable token upwards",
            "With which token should the nucleus begin?",
        )
        .or(|p, t| {
            let mut rarest = order(p);
            rarest.reverse();
            scaled(&only(p, &take(p, &rarest, |mass| mass >= t && t < 1.0)))
        }),
        Wrong::new(
            "ids-permuted",
            |p, t| {
                let mut kept = vec![0.0; p.len()];
                for (rank, i) in nucleus(p, t).into_iter().enumerate() {
                    kept[rank] = p[i];
                }
                scaled(&kept)
            },
            "the right probabilities on the wrong tokens: they stand in sorted order",
            "After sorting, how do you know which token a probability belongs to?",
        ),
        Wrong::new(
            "leaves-them-out",
            |p, t| {
                let mut tokens = nucleus(p, t);
                tokens.sort_unstable();
                scaled(&tokens.iter().map(|&i| p[i]).collect::<Vec<_>>())
            },
            "the kept probabilities alone, without the zeros between them",
            "If a sampler draws place 1 of your vector, which token is that?",
        )
        .or(|p, t| scaled(&nucleus(p, t).iter().map(|&i| p[i]).collect::<Vec<_>>())),
        Wrong::new(
            "not-renormalised",
            |p, t| only(p, &nucleus(p, t)),
            "the right tokens with the probabilities that they had before",
            "What do your numbers sum to?",
        ),
        Wrong::new(
            "divides-by-threshold",
            |p, t| {
                let kept = only(p, &nucleus(p, t));
                kept.iter().map(|x| x / t).collect()
            },
            "the right tokens, divided by the threshold",
            "The nucleus may hold more mass than the threshold: what do your numbers sum to then?",
        )
        .or(|p, t| {
            let kept = only(p, &nucleus(p, t));
            let t = if t > 0.0 { t.min(1.0) } else { 1.0 };
            kept.iter().map(|x| x / t).collect()
        }),
        Wrong::new(
            "softmax-again",
            |p, t| {
                let mut e = vec![0.0; p.len()];
                for i in nucleus(p, t) {
                    e[i] = p[i].exp();
                }
                scaled(&e)
            },
            "a softmax of the kept probabilities",
            "Two kept tokens had probabilities of 0.5 and 0.25. What is their ratio in your answer?",
        )
        .or(|p, t| scaled(&only(p, &nucleus(p, t)).iter().map(|x| x.exp()).collect::<Vec<_>>())),
        Wrong::new(
            "each-above",
            |p, t| scaled(&only(p, &those(p, |x| x >= t))),
            "a choice of those tokens that reach the threshold alone",
            "Whose mass is compared with the threshold: one token's, or the set's?",
        )
        .or(|p, t| scaled_or_zeros(&only(p, &those(p, |x| x >= t))))
        .or(|p, t| scaled(&only(p, &those(p, |x| x >= t.min(largest(p)))))),
        Wrong::new(
            "min-p",
            |p, t| scaled(&only(p, &those(p, |x| x >= t * largest(p)))),
            "min-p, another sampler: whoever has at least that share of the most probable token's probability",
            "If a hundred tokens are all equally likely and the threshold is 0.5, how many should stay?",
        )
        .or(|p, t| scaled(&only(p, &those(p, |x| x >= t.min(1.0) * largest(p))))),
        Wrong::new(
            "top-k",
            |p, t| {
                let k = (t * p.len() as f64).ceil() as usize;
                scaled(&only(p, &order(p)[..k.clamp(1.min(p.len()), p.len())]))
            },
            "top-k: that share of the tokens, whatever their mass",
            "One token has a probability of 0.99. How many do you keep at a threshold of 0.9?",
        )
        .or(|p, t| {
            let k = (t * p.len() as f64).round() as usize;
            scaled(&only(p, &order(p)[..k.clamp(1.min(p.len()), p.len())]))
        })
        .or(|p, t| {
            let k = (t * p.len() as f64) as usize;
            scaled(&only(p, &order(p)[..k.clamp(1.min(p.len()), p.len())]))
        })
        .show("five tokens, 0.8"),
        Wrong::new(
            "ties-stay",
            |p, t| {
                let least = least_kept(p, t);
                scaled(&only(p, &those(p, |x| x >= least)))
            },
            "a nucleus that also keeps all tokens as probable as its last one",
            "Could you leave one token out and still reach the threshold?",
        )
        .show("all tied"),
        Wrong::new(
            "ties-go",
            |p, t| {
                let least = least_kept(p, t);
                let tokens = if t >= 1.0 { order(p) } else { those(p, |x| x > least) };
                scaled(&only(p, &tokens))
            },
            "a nucleus without its last token and all that are as probable",
            "What is the mass of the tokens that you kept?",
        )
        .or(|p, t| {
            let least = least_kept(p, t);
            scaled(&only(p, &those(p, |x| x > least)))
        }),
        Wrong::new(
            "highest-index",
            |p, t| {
                let mut order: Vec<usize> = (0..p.len()).collect();
                order.sort_by(|&i, &j| p[i].total_cmp(&p[j]));
                order.reverse();
                scaled(&only(p, &take(p, &order, |mass| mass >= t && t < 1.0)))
            },
            "a nucleus that takes the higher index of two equal probabilities",
            "Your sort leaves equals in one order. What has become of that order when you are done?",
        )
        .show("all tied"),
        Wrong::new(
            "tail-lost",
            |p, t| scaled(&only(p, &take(p, &order(p), |mass| mass >= t))),
            "a nucleus that is right until the threshold is 1: there the smallest tokens are gone",
            "In floating point, what is 0.75 + 0.25 + 1e-20?",
        )
        .show("a threshold of 1 and a tail of 1e-20"),
        Wrong::new(
            "looks-up-by-value",
            |p, t| {
                let mut kept = vec![0.0; p.len()];
                for i in nucleus(p, t) {
                    let token = p.iter().position(|&x| x == p[i]).unwrap_or(i);
                    kept[token] = p[token];
                }
                scaled(&kept)
            },
            "a nucleus that finds its tokens again by their probability: of equal ones, the first stands for all",
            "How many tokens have a probability of 0.25?",
        )
        .show("a tie at the threshold"),
        Wrong::new(
            "one-minus",
            |p, t| {
                let share = 1.0 - t;
                scaled(&only(p, &take(p, &order(p), |mass| mass >= share && t > 0.0)))
            },
            "a nucleus that reaches 1 − threshold",
            "Should a larger threshold keep more tokens or fewer?",
        )
        .or(|p, t| scaled(&only(p, &take(p, &order(p), |mass| mass >= 1.0 - t)))),
        Wrong::new(
            "sorts-again",
            |p, t| {
                let order = order(p);
                let mut sorted = vec![0.0; p.len()];
                for (rank, i) in nucleus(p, t).into_iter().enumerate() {
                    sorted[rank] = p[i];
                }
                scaled(&order.iter().map(|&i| sorted[i]).collect::<Vec<_>>())
            },
            "the right probabilities on the wrong tokens: the sort was applied a second time instead of undone",
            "`order[0]` is a token number. Of which token does it say something: of token 0, or of the most probable one?",
        ),
        Wrong::new(
            "slack",
            |p, t| with_slack(p, t, 1e-6),
            "a nucleus that is content if the mass misses the threshold by very little",
            "Which token is the last one if the mass has come to the threshold but for one bit?",
        )
        .or(|p, t| with_slack(p, t, 1e-9))
        .or(|p, t| with_slack(p, t, 1e-12))
        .or(|p, t| with_slack(p, t, f64::EPSILON))
        .show("0.75 and one bit more"),
        Wrong::new(
            "unstable-sort",
            |p, t| {
                let mut order: Vec<usize> = (0..p.len()).collect();
                order.sort_unstable_by(|&i, &j| p[j].total_cmp(&p[i]));
                scaled(&only(p, &take(p, &order, |mass| mass >= t && t < 1.0)))
            },
            "a nucleus whose equal tokens were shuffled by the sort",
            "What does your sort promise about two tokens that compare as equal?",
        )
        .show("sixty-four tokens of four sizes, 0.6"),
    ]
}
