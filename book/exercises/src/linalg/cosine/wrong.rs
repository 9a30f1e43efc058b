//! Similarities that people write.

use super::Spec;
use super::solution::{cosine, nearest};

type Wrong = crate::spec::Wrong<Spec>;
type Store<'a> = &'a [Vec<f64>];

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

fn length(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// The length, right at any size.
fn safe_length(x: &[f64]) -> f64 {
    let m = largest(x);
    m * x.iter().map(|v| (v / m) * (v / m)).sum::<f64>().sqrt()
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m: f64, v| m.max(v.abs()))
}

/// Whether there is a direction: what the reference asks before it answers.
fn points(x: &[f64]) -> bool {
    x.iter().all(|v| v.is_finite()) && x.iter().any(|&v| v != 0.0)
}

/// `what` where both vectors point somewhere, and nothing elsewhere.
fn guarded(x: &[f64], y: &[f64], what: impl Fn(&[f64], &[f64]) -> f64) -> Option<f64> {
    (points(x) && points(y)).then(|| what(x, y))
}

/// The first row with the largest score; rows without one are passed over.
fn by(store: Store<'_>, query: &[f64], score: impl Fn(&[f64], &[f64]) -> Option<f64>) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (i, row) in store.iter().enumerate() {
        if let Some(s) = score(row, query)
            && best.is_none_or(|(_, most)| s > most)
        {
            best = Some((i, s));
        }
    }
    best.map(|(i, _)| i)
}

/// A cosine of one's own, and a search by it.
macro_rules! both {
    ($score:expr) => {
        (|x, y| $score(x, y), |store, query| by(store, query, $score))
    };
}

fn plain(x: &[f64], y: &[f64]) -> f64 {
    (dot(x, y) / (length(x) * length(y))).clamp(-1.0, 1.0)
}

/// The formula, with a look at its result.
fn plain_checked(x: &[f64], y: &[f64]) -> Option<f64> {
    Some(plain(x, y)).filter(|c| c.is_finite())
}

fn plain_if_lengths(x: &[f64], y: &[f64]) -> Option<f64> {
    let (a, b) = (length(x), length(y));
    if a == 0.0 || b == 0.0 || !a.is_finite() || !b.is_finite() { None } else { Some(plain(x, y)) }
}

fn plain_guarded(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, plain)
}

fn product_of_squares(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| (dot(x, y) / (dot(x, x) * dot(y, y)).sqrt()).clamp(-1.0, 1.0))
}

fn dots(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, dot)
}

fn one_length(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| dot(x, y) / safe_length(y))
}

fn other_length(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| dot(x, y) / safe_length(x))
}

fn squared(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| dot(x, y) / (dot(x, x) * dot(y, y)))
}

fn sizes(x: &[f64], y: &[f64]) -> Option<f64> {
    let sum = |x: &[f64]| x.iter().map(|v| v.abs()).sum::<f64>();
    guarded(x, y, |x, y| unit_by(x, sum(x)).iter().zip(unit_by(y, sum(y))).map(|(a, b)| a * b).sum())
}

fn maxima(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| dot(&unit_by(x, largest(x)), &unit_by(y, largest(y))))
}

fn unit_by(x: &[f64], by: f64) -> Vec<f64> {
    x.iter().map(|v| v / by).collect()
}

fn absolute(x: &[f64], y: &[f64]) -> Option<f64> {
    cosine(x, y).map(f64::abs)
}

fn never_negative(x: &[f64], y: &[f64]) -> Option<f64> {
    cosine(x, y).map(|c| c.max(0.0))
}

fn common_entries(x: &[f64], y: &[f64]) -> Option<f64> {
    let (x, y): (Vec<f64>, Vec<f64>) = x.iter().zip(y).filter(|(a, b)| **a != 0.0 && **b != 0.0).unzip();
    cosine(&x, &y)
}

fn centred(x: &[f64], y: &[f64]) -> Option<f64> {
    let shift = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|v| v - mean).collect::<Vec<_>>()
    };
    cosine(&shift(x), &shift(y))
}

#[allow(clippy::unnecessary_wraps)] // the form of a subject
fn zero(x: &[f64], y: &[f64]) -> Option<f64> {
    Some(cosine(x, y).unwrap_or(0.0))
}

#[allow(clippy::unnecessary_wraps)] // the form of a subject
fn nan(x: &[f64], y: &[f64]) -> Option<f64> {
    Some(cosine(x, y).unwrap_or(f64::NAN))
}

fn plus_epsilon(x: &[f64], y: &[f64], eps: f64) -> f64 {
    let (a, b) = (safe_length_or_zero(x), safe_length_or_zero(y));
    dot(x, y) / (a * b + eps)
}

fn at_least_epsilon(x: &[f64], y: &[f64], eps: f64) -> f64 {
    let (a, b) = (safe_length_or_zero(x), safe_length_or_zero(y));
    dot(&unit_by(x, a.max(eps)), &unit_by(y, b.max(eps)))
}

fn safe_length_or_zero(x: &[f64]) -> f64 {
    if largest(x) == 0.0 { 0.0 } else { safe_length(x) }
}

fn small_is_nothing(x: &[f64], y: &[f64], least: f64) -> Option<f64> {
    let nothing = |x: &[f64]| safe_length_or_zero(x) < least;
    if nothing(x) || nothing(y) { None } else { cosine(x, y) }
}

/// Without the clamp: directions at length 1 as in the solution, and their dot product.
fn unclamped(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| {
        let unit = |x: &[f64]| {
            let scaled = unit_by(x, largest(x));
            unit_by(&scaled, length(&scaled))
        };
        dot(&unit(x), &unit(y))
    })
}

/// The same by a quotient of sums.
fn unclamped_quotient(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| {
        let (u, v) = (unit_by(x, largest(x)), unit_by(y, largest(y)));
        dot(&u, &v) / (length(&u) * length(&v))
    })
}

fn distance(x: &[f64], y: &[f64]) -> f64 {
    let m = largest(x).max(largest(y)).max(f64::MIN_POSITIVE);
    safe_length_or_zero(&x.iter().zip(y).map(|(a, b)| a / m - b / m).collect::<Vec<_>>()) * m
}

fn tanimoto(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| {
        let m = largest(x).max(largest(y));
        let (x, y) = (unit_by(x, m), unit_by(y, m));
        let xy = dot(&x, &y);
        xy / (dot(&x, &x) + dot(&y, &y) - xy)
    })
}

fn dice(x: &[f64], y: &[f64]) -> Option<f64> {
    guarded(x, y, |x, y| {
        let m = largest(x).max(largest(y));
        let (x, y) = (unit_by(x, m), unit_by(y, m));
        2.0 * dot(&x, &y) / (dot(&x, &x) + dot(&y, &y))
    })
}

/// Rows that point nowhere get `instead` in place of a score.
fn with_default(store: Store<'_>, query: &[f64], instead: f64) -> Option<usize> {
    by(store, query, |row, query| Some(cosine(row, query).unwrap_or(instead)))
}

/// A search from a best score of `start` on.
fn from(store: Store<'_>, query: &[f64], start: f64, nobody: Option<usize>) -> Option<usize> {
    let (mut best, mut most) = (nobody, start);
    for (i, row) in store.iter().enumerate() {
        if let Some(s) = cosine(row, query)
            && s > most
        {
            (best, most) = (Some(i), s);
        }
    }
    best
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "dot-product",
            both!(dots),
            "a dot product: twice as long a vector, twice as similar",
            "What should happen to a similarity of directions when one of the vectors is doubled?",
        )
        .or((dots, nearest)),
        Wrong::new(
            "one-length",
            both!(one_length),
            "a dot product over the length of one of the two vectors",
            "Double x, then double y: do both leave your number alone?",
        )
        .or(both!(other_length))
        .or((one_length, |store, query| by(store, query, other_length)))
        .or((other_length, |store, query| by(store, query, one_length)))
        .or((one_length, nearest))
        .or((other_length, nearest)),
        Wrong::new(
            "squared-lengths",
            both!(squared),
            "a dot product over both squared lengths",
            "What is the unit of a dot product of two vectors in metres, and what is the unit of what you divide by?",
        )
        .or((squared, nearest))
        .or((
            |x, y| guarded(x, y, |x, y| plain(x, y) / (length(x) * length(y))),
            |s, q| by(s, q, |x, y| guarded(x, y, |x, y| plain(x, y) / (length(x) * length(y)))),
        )),
        Wrong::new(
            "sums-of-sizes",
            both!(sizes),
            "a dot product of vectors whose sizes were made to sum to 1",
            "Which of the norms of [3, 4] is its length?",
        )
        .or((sizes, nearest)),
        Wrong::new(
            "largest-size",
            both!(maxima),
            "a dot product of vectors divided by their largest size, and left at that",
            "How long is [3, 4] after a division by its largest number?",
        )
        .or((maxima, nearest)),
        Wrong::new(
            "textbook",
            both!(plain_guarded),
            "the formula as it stands, whose squares overflow beyond 1e154 and vanish below 1e−154",
            "What are the squares of 3e200 and of 3e-200, as an `f64` has them?",
        )
        .or(both!(plain_checked))
        .or(both!(plain_if_lengths))
        .or((plain_guarded, nearest))
        .or((plain_checked, nearest))
        .or((plain_if_lengths, nearest))
        .show("near 1e200"),
        Wrong::new(
            "one-root",
            both!(product_of_squares),
            "one root over the product of both sums of squares, which overflows long before the lengths do",
            "How large is the product under your root for vectors near 1e100?",
        )
        .or((product_of_squares, nearest))
        .show("near 1e100"),
        Wrong::new(
            "not-a-number",
            (nan, nearest),
            "a cosine that is NaN where a vector points nowhere",
            "Where would a NaN stand in a list sorted by score?",
        )
        .or((
            |x, y| if points(x) && points(y) { cosine(x, y) } else { Some(f64::NAN) },
            |store, query| {
                let score = |row: &Vec<f64>| nan(row, query).unwrap_or(0.0);
                (0..store.len()).max_by(|&i, &j| score(&store[i]).total_cmp(&score(&store[j])).then(j.cmp(&i)))
            },
        ))
        .or((nan, |store, query| from(store, query, f64::NEG_INFINITY, None))),
        Wrong::new(
            "right-angle-to-nothing",
            (zero, nearest),
            "a cosine of 0 where a vector points nowhere",
            "Which better rows does a row of zeros beat when its score is 0?",
        )
        .or(both!(zero))
        .or((
            |x, y| if x.iter().chain(y).all(|v| v.is_finite()) { zero(x, y) } else { None },
            |store, query| with_default(store, query, 0.0),
        ))
        .or((|x, y| if x.iter().chain(y).all(|v| v.is_finite()) { zero(x, y) } else { None }, nearest))
        .show("[3, 4] and zeros"),
        Wrong::new(
            "epsilon",
            both!(|x: &[f64], y: &[f64]| guarded(x, y, |x, y| plus_epsilon(x, y, 1e-8))),
            "a small number added to what is divided by",
            "How large is the product of two lengths of 5e-5, next to your small number?",
        )
        .or(both!(|x: &[f64], y: &[f64]| guarded(x, y, |x, y| plus_epsilon(x, y, 1e-12))))
        .or(both!(|x: &[f64], y: &[f64]| Some(plus_epsilon(x, y, 1e-8))))
        .or(both!(|x: &[f64], y: &[f64]| guarded(x, y, |x, y| at_least_epsilon(x, y, 1e-8))))
        .or(both!(|x: &[f64], y: &[f64]| guarded(x, y, |x, y| at_least_epsilon(x, y, 1e-12))))
        .or(both!(|x: &[f64], y: &[f64]| Some(at_least_epsilon(x, y, 1e-8))))
        .or((|x, y| guarded(x, y, |x, y| plus_epsilon(x, y, 1e-8)), nearest))
        .show("near 1e−13"),
        Wrong::new(
            "small-is-nothing",
            both!(|x: &[f64], y: &[f64]| small_is_nothing(x, y, 1e-8)),
            "a cosine that takes short vectors for vectors of zeros",
            "Which way does [3e-13, −4e-13] point?",
        )
        .or(both!(|x: &[f64], y: &[f64]| small_is_nothing(x, y, 1e-12)))
        .or(both!(|x: &[f64], y: &[f64]| small_is_nothing(x, y, f64::EPSILON)))
        .or(both!(|x: &[f64], y: &[f64]| small_is_nothing(x, y, 1e-300)))
        .or((|x, y| small_is_nothing(x, y, 1e-12), nearest))
        .show("near 1e−320"),
        Wrong::new(
            "absolute",
            both!(absolute),
            "the size of the cosine, without its sign",
            "What is the cosine of a vector and its opposite?",
        )
        .or((absolute, nearest))
        .show("[3, 4] and [−6, −8]"),
        Wrong::new(
            "never-negative",
            (|x, y| cosine(x, y).map(|c| c.max(0.0)), nearest),
            "a cosine that is cut off at 0",
            "Which cosines lie between a right angle and the opposite direction?",
        )
        .or((never_negative, |store, query| by(store, query, never_negative)))
        .show("[3, 4] and [−6, −8]"),
        Wrong::new(
            "common-entries",
            both!(common_entries),
            "a cosine of those entries alone that are not 0 in either vector",
            "How long is [3, 4] in the eyes of [0, 2]?",
        )
        .or((common_entries, nearest))
        .show("one axis and another"),
        Wrong::new(
            "distance-not-similarity",
            (|x, y| cosine(x, y).map(|c| 1.0 - c), nearest),
            "1 minus the cosine: a distance, 0 for the same direction",
            "What should two vectors get that point the same way?",
        )
        .or((
            |x, y| cosine(x, y).map(|c| 1.0 - c),
            |store, query| by(store, query, |x, y| cosine(x, y).map(|c| 1.0 - c)),
        )),
        Wrong::new(
            "angle",
            (|x, y| cosine(x, y).map(f64::acos), nearest),
            "the angle in place of its cosine",
            "What should two vectors at a right angle get?",
        )
        .or((
            |x, y| cosine(x, y).map(f64::acos),
            |store, query| by(store, query, |x, y| cosine(x, y).map(f64::acos)),
        ))
        .or((|x, y| cosine(x, y).map(|c| c.acos().to_degrees()), nearest)),
        Wrong::new(
            "half-and-half",
            (|x, y| cosine(x, y).map(|c| 0.5 * (1.0 + c)), nearest),
            "a cosine moved into the range from 0 to 1",
            "What should two opposite vectors get?",
        ),
        Wrong::new(
            "correlation",
            both!(centred),
            "a correlation: the mean of each vector's own numbers is taken away first",
            "What is left of [2, 2, 2] without the mean of its numbers, and did it point nowhere before?",
        )
        .or((centred, nearest))
        .show("equal numbers"),
        Wrong::new(
            "shared-numbers",
            both!(tanimoto),
            "a dot product over the squares of both minus itself, as sets are compared",
            "What should [2.5] and [7] get, and what do you give them?",
        )
        .or(both!(dice))
        .or((tanimoto, nearest))
        .or((dice, nearest))
        .show("[2.5] and [7]"),
        Wrong::new(
            "beyond-one",
            both!(unclamped),
            "a cosine that rounding takes beyond 1",
            "What is the arc cosine of 1.0000000000000002?",
        )
        .or(both!(unclamped_quotient)),
        Wrong::new(
            "overlooks-nan",
            (
                |x, y| if largest(x) == 0.0 || largest(y) == 0.0 { None } else { unclamped(x, y).or(Some(f64::NAN)) },
                nearest,
            ),
            "a look for zeros alone: what comes out for a NaN or an infinity is NaN",
            "Which comparisons with NaN are true?",
        )
        .or((
            |x, y| {
                if largest(x) == 0.0 || largest(y) == 0.0 {
                    None
                } else {
                    Some(cosine(x, y).unwrap_or(f64::NAN))
                }
            },
            nearest,
        ))
        .show("a NaN in x"),
        Wrong::new(
            "nearest-by-dot",
            (cosine, |store, query| by(store, query, dots)),
            "a right cosine, and a search by dot products",
            "Does a row become a better answer when it is multiplied by ten?",
        )
        .or((cosine, |store, query| {
            by(store, query, |x, y| Some(dot(x, y)).filter(|_| !query.iter().all(|&v| v == 0.0)))
        })),
        Wrong::new(
            "nearest-by-distance",
            (cosine, |store, query| by(store, query, |x, y| guarded(x, y, |x, y| -distance(x, y)))),
            "a right cosine, and a search for the row at the smallest distance",
            "Of [2, 3.5] and [20, 31], which points more nearly the way of [2, 3]?",
        )
        .show("a near row, and a better one"),
        Wrong::new(
            "farthest",
            (cosine, |store, query| by(store, query, |x, y| cosine(x, y).map(|c| -c))),
            "a right cosine, and a search for the smallest",
            "Which cosine belongs to the same direction, the largest or the smallest?",
        ),
        Wrong::new(
            "opposite-counts",
            (cosine, |store, query| by(store, query, absolute)),
            "a right cosine, and a search that takes an opposite row for a near one",
            "Is a row with the cosine −0.99 nearer than one with 0.9?",
        ),
        Wrong::new(
            "starts-at-zero",
            (cosine, |store, query| from(store, query, 0.0, None)),
            "a search whose best score starts at 0",
            "Which row is found if every cosine is negative?",
        )
        .or((cosine, |store, query| {
            let first = store.iter().position(|row| points(row)).filter(|_| points(query));
            from(store, query, 0.0, first)
        }))
        .or((cosine, |store, query| from(store, query, 0.0, (!store.is_empty()).then_some(0))))
        .or((cosine, |store, query| from(store, query, f64::MIN_POSITIVE, None)))
        .show("all rows point away"),
        Wrong::new(
            "row-zero-for-nothing",
            (cosine, |store, query| from(store, query, f64::NEG_INFINITY, Some(0))),
            "a search that answers with row 0 where there is nothing to find",
            "Which row is the nearest of a store without rows?",
        )
        .or((cosine, |store, query| {
            from(store, query, f64::NEG_INFINITY, (!store.is_empty()).then_some(0))
        }))
        .show("only zeros"),
        Wrong::new(
            "last-of-equals",
            (cosine, |store, query| {
                let score = |i: &usize| cosine(&store[*i], query);
                (0..store.len()).filter(|i| score(i).is_some()).max_by(|i, j| score(i).partial_cmp(&score(j)).unwrap())
            }),
            "a search that keeps the last of equal rows",
            "Which of two equal elements does your search keep: `max_by`, or a comparison with `>=`?",
        )
        .show("ties"),
        Wrong::new(
            "gives-up",
            (cosine, |store, query| {
                let scores: Option<Vec<f64>> = store.iter().map(|row| cosine(row, query)).collect();
                scores.and_then(|s| (0..s.len()).reduce(|b, i| if s[i] > s[b] { i } else { b }))
            }),
            "a search that finds nothing as soon as one row points nowhere",
            "What does `?` do with the rows that have not been looked at?",
        )
        .or((cosine, |store, query| {
            let mut best: Option<(usize, f64)> = None;
            for (i, row) in store.iter().enumerate() {
                let Some(s) = cosine(row, query) else { break };
                if best.is_none_or(|(_, most)| s > most) {
                    best = Some((i, s));
                }
            }
            best.map(|(i, _)| i)
        }))
        .show("rows of zeros between"),
        Wrong::new(
            "nan-in-a-sort",
            (cosine, |store, query| {
                let score = |i: usize| cosine(&store[i], query).unwrap_or(f64::NAN);
                let mut order: Vec<usize> = (0..store.len()).collect();
                order.sort_by(|&i, &j| score(j).partial_cmp(&score(i)).unwrap_or(std::cmp::Ordering::Equal));
                order.first().copied()
            }),
            "a sort in which a row that points nowhere equals every other",
            "If a row equals both the best and the worst, where may a sort leave it?",
        )
        .or((cosine, |store, query| {
            let score = |i: usize| cosine(&store[i], query).unwrap_or(f64::NAN);
            (0..store.len())
                .reduce(|b, i| if score(i) > score(b) { i } else { b })
        })),
        Wrong::new(
            "zero-row-scores-zero",
            (cosine, |store, query| with_default(store, query, 0.0)),
            "a search in which a row that points nowhere scores 0",
            "Which rows does a row of zeros beat?",
        )
        .or((cosine, |store, query| if points(query) { with_default(store, query, 0.0) } else { None })),
        Wrong::new(
            "numbers-after-filter",
            (cosine, |store, query| {
                let kept: Vec<Vec<f64>> = store.iter().filter(|row| points(row)).cloned().collect();
                nearest(&kept, query)
            }),
            "a search that numbers the rows after it has dropped some",
            "Which number has the last row of the store, once the first is dropped?",
        )
        .show("rows of zeros between"),
    ]
}
