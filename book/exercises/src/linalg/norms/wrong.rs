//! Norms that people write.

use super::{Norm, Spec};

type Wrong = crate::spec::Wrong<Spec>;
type Part = fn(&[f64]) -> f64;

fn one(x: &[f64]) -> f64 {
    x.iter().map(|v| v.abs()).sum()
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m: f64, v| if v.is_nan() || m.is_nan() { f64::NAN } else { m.max(v.abs()) })
}

/// `m·√Σ(x/m)²`, with any `m`, divided without a look at it.
fn scaled(x: &[f64], m: f64) -> f64 {
    m * x.iter().map(|v| (v / m) * (v / m)).sum::<f64>().sqrt()
}

fn two(x: &[f64]) -> f64 {
    let m = largest(x);
    if m == 0.0 || !m.is_finite() { m } else { scaled(x, m) }
}

fn squares(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum()
}

fn plain_two(x: &[f64]) -> f64 {
    squares(x).sqrt()
}

/// As most people write it first: `f64::max` answers NaN and 2 with 2.
fn plain_max(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m, v| m.max(v.abs()))
}

/// As a loop from the first element: a NaN there stays, any other is passed over.
fn max_from_first(x: &[f64]) -> f64 {
    let mut m = x.first().map_or(0.0, |v| v.abs());
    for v in x {
        if v.abs() > m {
            m = v.abs();
        }
    }
    m
}

/// The largest number with its sign.
fn signed_max(x: &[f64]) -> f64 {
    if x.iter().any(|v| v.is_nan()) {
        return f64::NAN;
    }
    x.iter().copied().reduce(f64::max).unwrap_or(0.0)
}

/// A scale that grows on the way (LAPACK's dlassq before 3.10): `earlier` says what becomes of the sum when it does.
fn running(x: &[f64], earlier: fn(f64) -> f64) -> f64 {
    let (mut scale, mut sum) = (0.0_f64, 1.0_f64);
    for a in x.iter().map(|v| v.abs()).filter(|&a| a != 0.0) {
        if scale < a {
            sum = 1.0 + sum * earlier(scale / a);
            scale = a;
        } else {
            sum += (a / scale) * (a / scale);
        }
    }
    scale * sum.sqrt()
}

fn nan_by_sum(x: &[f64], otherwise: Part) -> f64 {
    if x.iter().sum::<f64>().is_nan() { f64::NAN } else { otherwise(x) }
}

/// The numbers that fill whole blocks.
fn blocks(x: &[f64], of: usize) -> &[f64] {
    &x[..x.len() / of * of]
}

fn pick(x: &[f64], p: Norm, [one, two, max]: [Part; 3]) -> f64 {
    match p {
        Norm::One => one(x),
        Norm::Two => two(x),
        Norm::Max => max(x),
    }
}

/// All right but one.
fn with_one(x: &[f64], p: Norm, wrong: Part) -> f64 {
    pick(x, p, [wrong, two, largest])
}
fn with_two(x: &[f64], p: Norm, wrong: Part) -> f64 {
    pick(x, p, [one, wrong, largest])
}
fn with_max(x: &[f64], p: Norm, wrong: Part) -> f64 {
    pick(x, p, [one, two, wrong])
}

/// The length, with nothing where the largest size is below `least`.
fn zero_below(x: &[f64], least: f64) -> f64 {
    if largest(x) < least { 0.0 } else { two(x) }
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "textbook",
            |x, p| pick(x, p, [one, plain_two, plain_max]),
            "the formulas as they stand: squares that overflow or vanish, and a maximum that passes over NaN",
            "What is 1e200 squared, and what is `f64::max` of NaN and 2?",
        )
        .or(|x, p| pick(x, p, [one, plain_two, max_from_first]))
        .show("near 1e200"),
        Wrong::new(
            "squares-overflow",
            |x, p| with_two(x, p, plain_two),
            "the formula as it stands: beyond 1e154 a square is infinite, below 1e−154 it begins to vanish",
            "If all numbers were divided by the largest size, how large could a square still be?",
        )
        .show("near 1e200"),
        Wrong::new(
            "squares-vanish",
            |x, p| with_two(x, p, |x| if largest(x) > 1.0 { two(x) } else { plain_two(x) }),
            "an L2 that is safe for large numbers and loses the small ones",
            "What is 1e-200 squared?",
        )
        .or(|x, p| with_two(x, p, |x| if plain_two(x).is_infinite() { two(x) } else { plain_two(x) }))
        .show("near 1e−300"),
        Wrong::new(
            "safe-only-when-small",
            |x, p| with_two(x, p, |x| if largest(x) < 1.0 { two(x) } else { plain_two(x) }),
            "an L2 that is safe for small numbers and overflows for the large ones",
            "What is 1e200 squared?",
        )
        .show("near 1e200"),
        Wrong::new(
            "half-lost",
            |x, p| {
                with_two(x, p, |x| {
                    let plain = plain_two(x);
                    if plain == 0.0 || plain.is_infinite() { two(x) } else { plain }
                })
            },
            "an L2 that is careful once the squares are 0 or infinite, and not when they have lost most of their digits",
            "How many digits has the square of 3e-161?",
        )
        .show("near 1e−161"),
        Wrong::new(
            "tiny-is-zero",
            |x, p| with_two(x, p, |x| zero_below(x, f64::EPSILON)),
            "an L2 that calls small vectors zero",
            "Is a vector with a size of 1e-320 the zero vector?",
        )
        .or(|x, p| with_two(x, p, |x| zero_below(x, 1e-12)))
        .or(|x, p| with_two(x, p, |x| zero_below(x, 1e-10)))
        .or(|x, p| with_two(x, p, |x| zero_below(x, 1e-300)))
        .or(|x, p| with_two(x, p, |x| zero_below(x, f64::MIN_POSITIVE))),
        Wrong::new(
            "reciprocal",
            |x, p| {
                with_two(x, p, |x| {
                    let m = largest(x);
                    if m == 0.0 || !m.is_finite() {
                        return m;
                    }
                    let r = 1.0 / m;
                    m * x.iter().map(|v| (v * r) * (v * r)).sum::<f64>().sqrt()
                })
            },
            "an L2 whose numbers are multiplied by 1/m instead of divided by m",
            "What is 1.0 / 1e-320?",
        )
        .show("near 1e−320"),
        Wrong::new(
            "zero-by-zero",
            |x, p| with_two(x, p, |x| if largest(x).is_infinite() { f64::INFINITY } else { scaled(x, largest(x)) }),
            "a scaled L2 that is NaN for zeros",
            "By what do you divide when all numbers are 0?",
        )
        .show("zeros"),
        Wrong::new(
            "infinite-by-infinite",
            |x, p| with_two(x, p, |x| if largest(x) == 0.0 { 0.0 } else { scaled(x, largest(x)) }),
            "a scaled L2 that is NaN where a number is infinite",
            "What is ∞ divided by ∞?",
        )
        .show("−∞ among others"),
        Wrong::new(
            "divides-unseen",
            |x, p| with_two(x, p, |x| scaled(x, largest(x))),
            "a scaled L2 that never looks at what it divides by: NaN for zeros and for infinities",
            "For which vectors can nothing be divided by the largest size?",
        )
        .show("zeros"),
        Wrong::new(
            "hides-nan",
            |x, p| with_max(x, p, plain_max),
            "a maximum that passes over NaN",
            "What is `f64::max` of NaN and 2?",
        )
        .or(|x, p| with_max(x, p, max_from_first))
        .or(|x, p| {
            // L2 is scaled by the same maximum: NaN among zeros disappears there as well
            let two: Part = |x| {
                let m = plain_max(x);
                if m == 0.0 || m.is_infinite() { m } else { scaled(x, m) }
            };
            pick(x, p, [one, two, plain_max])
        })
        .show("NaN in the middle"),
        Wrong::new(
            "skips-nan",
            |x, p| {
                let x: Vec<f64> = x.iter().copied().filter(|v| !v.is_nan()).collect();
                pick(&x, p, [one, two, largest])
            },
            "norms of the numbers that are not NaN",
            "A gradient holds a NaN: who should hear of it?",
        ),
        Wrong::new(
            "cannot-compare-nan",
            |x, p| {
                with_max(x, p, |x| {
                    x.iter().map(|v| v.abs()).max_by(|a, b| a.partial_cmp(b).unwrap()).unwrap_or(0.0)
                })
            },
            "a maximum that panics as soon as it has to compare a NaN",
            "What does `partial_cmp` say of NaN and 2?",
        )
        .show("NaN in the middle"),
        Wrong::new(
            "empty",
            |x, p| with_max(x, p, |x| if x.is_empty() { f64::NEG_INFINITY } else { largest(x) }),
            "norms that are right until there are no numbers",
            "What is the norm of a vector without numbers, and from which number does your maximum start?",
        )
        .or(|x, p| with_max(x, p, |x| if x.is_empty() { f64::NAN } else { largest(x) }))
        .or(|x, p| if x.is_empty() { f64::NAN } else { pick(x, p, [one, two, largest]) })
        .or(|x, p| with_max(x, p, |x| largest(x).max(x[0].abs() * 0.0)))
        .show("nothing"),
        Wrong::new(
            "forgot-sqrt",
            |x, p| with_two(x, p, squares),
            "an L2 without its root",
            "If x is measured in metres, in what is your answer measured?",
        )
        .or(|x, p| with_two(x, p, |x| two(x) * two(x)))
        .or(|x, p| pick(x, p, [one, squares, plain_max])),
        Wrong::new(
            "forgot-square",
            |x, p| with_two(x, p, |x| one(x).sqrt()),
            "the root of L1",
            "What do you add up before you take the root?",
        )
        .or(|x, p| pick(x, p, [one, |x| one(x).sqrt(), plain_max])),
        Wrong::new(
            "root-of-each",
            |x, p| with_two(x, p, one),
            "the root of each square, added up",
            "Three steps to the east and four to the north: how far are you from where you began?",
        )
        .or(|x, p| pick(x, p, [one, one, plain_max])),
        Wrong::new(
            "no-abs",
            |x, p| with_one(x, p, |x| x.iter().sum()),
            "an L1 that adds up the numbers with their signs",
            "Is [1, −1] as large as nothing?",
        )
        .or(|x, p| pick(x, p, [|x| x.iter().sum(), plain_two, plain_max]))
        .or(|x, p| pick(x, p, [|x| x.iter().sum(), two, plain_max]))
        .show("[1, −1]"),
        Wrong::new(
            "abs-of-sum",
            |x, p| with_one(x, p, |x| x.iter().sum::<f64>().abs()),
            "an L1 that adds up first and takes the size afterwards",
            "Is [1, −1] as large as nothing?",
        )
        .or(|x, p| pick(x, p, [|x| x.iter().sum::<f64>().abs(), plain_two, plain_max]))
        .show("[1, −1]"),
        Wrong::new(
            "max-not-absmax",
            |x, p| with_max(x, p, signed_max),
            "an L∞ that compares the numbers with their signs",
            "Of −5 and 2, which one is larger in size?",
        )
        .or(|x, p| with_max(x, p, |x| signed_max(x).abs()))
        .or(|x, p| with_max(x, p, |x| x.iter().copied().fold(0.0, f64::max)))
        .or(|x, p| with_max(x, p, |x| x.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
        .or(|x, p| pick(x, p, [one, plain_two, |x| x.iter().copied().fold(0.0, f64::max)]))
        .or(|x, p| pick(x, p, [one, plain_two, |x| x.iter().copied().fold(f64::NEG_INFINITY, f64::max)]))
        .show("[−5, 2]"),
        Wrong::new(
            "signs-kept",
            |x, p| pick(x, p, [|x| x.iter().sum(), two, signed_max]),
            "an L1 and an L∞ that both look at numbers with their signs",
            "Is −5 smaller than 2 if you ask for the size?",
        )
        .or(|x, p| pick(x, p, [|x| x.iter().sum(), plain_two, |x| x.iter().copied().fold(0.0, f64::max)]))
        .or(|x, p| pick(x, p, [|x| x.iter().sum(), plain_two, |x| x.iter().copied().fold(f64::MIN, f64::max)])),
        Wrong::new(
            "smallest",
            |x, p| {
                with_max(x, p, |x| {
                    if largest(x).is_nan() { f64::NAN } else { x.iter().map(|v| v.abs()).reduce(f64::min).unwrap_or(0.0) }
                })
            },
            "the smallest size",
            "Of [3, −4], is it 3 or 4 that L∞ asks for?",
        ),
        Wrong::new(
            "range",
            |x, p| with_max(x, p, |x| signed_max(x) + signed_max(&x.iter().map(|v| -v).collect::<Vec<_>>())),
            "the distance from the smallest number to the largest",
            "If 1 is added to every number, should L∞ stay the same?",
        ),
        Wrong::new(
            "rms",
            |x, p| with_two(x, p, |x| if x.is_empty() { 0.0 } else { two(x) / (x.len() as f64).sqrt() }),
            "an L2 divided by √n: the root of a mean",
            "If the same vector came twice, one behind the other: should its length stay the same?",
        )
        .or(|x, p| with_two(x, p, |x| two(x) / (x.len() as f64).sqrt()))
        .or(|x, p| pick(x, p, [one, |x| (squares(x) / x.len() as f64).sqrt(), plain_max]))
        .show("[3, −4]"),
        Wrong::new(
            "mean",
            |x, p| with_one(x, p, |x| if x.is_empty() { 0.0 } else { one(x) / x.len() as f64 }),
            "an L1 divided by n: a mean size",
            "Where in the formula of L1 does n occur?",
        )
        .or(|x, p| with_one(x, p, |x| one(x) / x.len() as f64))
        .or(|x, p| pick(x, p, [|x| one(x) / x.len() as f64, plain_two, plain_max])),
        Wrong::new(
            "all-means",
            |x, p| {
                let n = x.len().max(1) as f64;
                match p {
                    Norm::One => one(x) / n,
                    Norm::Two => two(x) / n.sqrt(),
                    Norm::Max => largest(x),
                }
            },
            "means in the place of the sums, in L1 and in L2",
            "If the same vector came twice, one behind the other: which norms should grow?",
        )
        .or(|x, p| {
            pick(x, p, [|x| one(x) / x.len() as f64, |x| (squares(x) / x.len() as f64).sqrt(), plain_max])
        }),
        Wrong::new(
            "scale-lost",
            |x, p| {
                with_two(x, p, |x| {
                    let m = largest(x);
                    if m == 0.0 || !m.is_finite() { m } else { scaled(x, m) / m }
                })
            },
            "the length of x / m",
            "You divided every number by m. What does that do to the length?",
        ),
        Wrong::new(
            "scale-inside",
            |x, p| {
                with_two(x, p, |x| {
                    let m = largest(x);
                    if m == 0.0 || !m.is_finite() { m } else { scaled(x, m) / m.sqrt() }
                })
            },
            "a scaled L2 whose m came back under the root",
            "To which power does a number under a root come out of it?",
        ),
        Wrong::new(
            "scale-signed",
            |x, p| {
                with_two(x, p, |x| {
                    let m = signed_max(x);
                    if m == 0.0 || !m.is_finite() { m } else { scaled(x, m) }
                })
            },
            "an L2 scaled by the largest number, with its sign",
            "What is the largest number of [−0.5, −2.5], and can a length have its sign?",
        ),
        Wrong::new(
            "one-and-max",
            |x, p| pick(x, p, [largest, two, one]),
            "L1 and L∞ in each other's place",
            "Which of the two can never be smaller than the other?",
        ),
        Wrong::new(
            "one-and-two",
            |x, p| pick(x, p, [two, one, largest]),
            "L1 and L2 in each other's place",
            "Which of the two has a root?",
        ),
        Wrong::new(
            "large-p",
            |x, p| with_max(x, p, |x| x.iter().map(|v| v.abs().powf(100.0)).sum::<f64>().powf(0.01)),
            "the 100th root of a sum of 100th powers: near L∞, and not it",
            "How large is a hundredth power of 1000 or of 0.001, and what do ties do to the sum?",
        )
        .or(|x, p| with_max(x, p, |x| x.iter().map(|v| v.abs().powf(64.0)).sum::<f64>().powf(1.0 / 64.0))),
        Wrong::new(
            "running-scale",
            |x, p| with_two(x, p, |x| running(x, |_| 1.0)),
            "an L2 whose scale grows on the way, while the squares added before keep the old one",
            "In which unit were the squares measured that you added before the scale grew?",
        )
        .or(|x, p| with_two(x, p, |x| running(x, |r| r))),
        Wrong::new(
            "two-infinities",
            |x, p| with_two(x, p, |x| running(x, |r| r * r)),
            "an L2 with a running scale: right until a second number is infinite",
            "By what do you divide the second infinity?",
        ),
        Wrong::new(
            "nan-by-sum",
            |x, p| with_max(x, p, |x| nan_by_sum(x, plain_max)),
            "norms that look for a NaN in the sum of the numbers",
            "What is ∞ + (−∞)?",
        )
        .or(|x, p| pick(x, p, [one, |x| nan_by_sum(x, two), |x| nan_by_sum(x, plain_max)]))
        .or(|x, p| if x.iter().sum::<f64>().is_nan() { f64::NAN } else { pick(x, p, [one, two, plain_max]) })
        .show("∞ and −∞"),
        Wrong::new(
            "largest-with-sign",
            |x, p| with_max(x, p, |x| x.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0)),
            "the number of the largest size, with its sign",
            "Can a size be negative?",
        )
        .show("[−5, 2]"),
        Wrong::new(
            "fixed-scales",
            |x, p| {
                with_two(x, p, |x| {
                    let m = largest(x);
                    let c = if m > 1e150 {
                        1e-160
                    } else if m < 1e-150 {
                        1e160
                    } else {
                        1.0
                    };
                    if m.is_finite() { x.iter().map(|v| (v * c) * (v * c)).sum::<f64>().sqrt() / c } else { m }
                })
            },
            "an L2 with a fixed scale for small numbers: the smallest of all are still lost",
            "What is the square of 5e-324 times your scale?",
        ),
        Wrong::new(
            "whole-blocks",
            |x, p| pick(blocks(x, 4), p, [one, two, largest]),
            "norms of those numbers that fill whole blocks",
            "Seven numbers in blocks of four: who looks at the other three?",
        )
        .or(|x, p| pick(blocks(x, 2), p, [one, two, largest]))
        .or(|x, p| pick(blocks(x, 8), p, [one, two, largest]))
        .show("257 numbers"),
        Wrong::new(
            "scaled-by-sum",
            |x, p| {
                with_two(x, p, |x| {
                    let s = one(x);
                    if s == 0.0 || !s.is_finite() { s } else { scaled(x, s) }
                })
            },
            "an L2 scaled by L1, which may be infinite where L2 is not",
            "What are L1 and L2 of [1e308, 1e308]?",
        )
        .show("1e308 twice"),
        Wrong::new(
            "single-as-it-is",
            |x, p| if let [v] = x { *v } else { pick(x, p, [one, two, largest]) },
            "norms with a shortcut: a single number comes back as it is, with its sign",
            "How far is −3.5 from 0?",
        )
        .or(|x, p| with_two(x, p, |x| if let [v] = x { *v } else { two(x) }))
        .or(|x, p| with_max(x, p, |x| if let [v] = x { *v } else { largest(x) }))
        .show("one negative number"),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::solution::{self, norm};
    use super::*;
    use crate::judge::{Passing, apart};
    use crate::observe::trace;
    use crate::spec::Exercise;

    fn passes(what: &str, subject: <Spec as Exercise>::Subject) {
        let reference = trace::<Spec>(&(crate::norms!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_norms_pass() {
        passes("hypot along the vector", |x, p| {
            with_two(x, p, |x| x.iter().fold(0.0, |h: f64, v| h.hypot(*v)))
        });
        passes("a running scale that knows infinity", |x, p| {
            with_two(x, p, |x| {
                if x.iter().any(|v| v.is_infinite()) { f64::INFINITY } else { running(x, |r| r * r) }
            })
        });
        passes("the squares where they are safe", |x, p| {
            with_two(x, p, |x| {
                let s = squares(x);
                if s.is_finite() && s >= 1e-20 { s.sqrt() } else { two(x) }
            })
        });
        passes("a scale that is a power of two", |x, p| {
            with_two(x, p, |x| {
                let m = largest(x);
                if m == 0.0 || !m.is_finite() {
                    return m;
                }
                let half = f64::powi(2.0, (m.log2().floor() / 2.0) as i32); // 2^e may not exist, its root does
                half * half * x.iter().map(|v| (v / half / half).powi(2)).sum::<f64>().sqrt()
            })
        });
        passes("three sums", |x, p| {
            // Blue 1978: small, ordinary and large numbers apart; here added up again by hypot
            with_two(x, p, |x| {
                let part = |from: f64, to: f64, c: f64| {
                    let inside = x.iter().filter(|v| from <= v.abs() && v.abs() < to);
                    inside.map(|v| (v * c) * (v * c)).sum::<f64>().sqrt() / c
                };
                if largest(x).is_infinite() || largest(x).is_nan() {
                    return largest(x);
                }
                let small = part(0.0, 1e-140, f64::powi(2.0, 600));
                small.hypot(part(1e-140, 1e140, 1.0)).hypot(part(1e140, f64::INFINITY, f64::powi(2.0, -600)))
            })
        });
        passes("a maximum by total order", |x, p| {
            with_max(x, p, |x| x.iter().map(|v| v.abs()).max_by(f64::total_cmp).unwrap_or(0.0))
        });
        passes("signs turned by hand", |x, p| {
            with_one(x, p, |x| x.iter().rev().map(|v| if *v < 0.0 { -v } else { *v }).sum())
        });
        passes("from the other end", |x, p| norm(&x.iter().rev().copied().collect::<Vec<_>>(), p));
    }
}
