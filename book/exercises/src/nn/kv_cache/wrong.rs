//! Caches that people write.

use super::{Extend, Spec, rope};
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;

/// A cache with its habits: each field is one decision that can go wrong.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // each is a habit of its own
struct Habits {
    /// The position of a token, from the tokens before this piece, its place in the piece, and the pieces so far.
    position: fn(past: usize, place: usize, pieces: usize) -> usize,
    /// Whether the token number `t` of the sequence, in a piece that began at `start`, sees number `s`.
    sees: fn(t: usize, s: usize, start: usize) -> bool,
    /// Whether the piece before is forgotten when the next comes.
    forgets: bool,
    /// Whether values are turned, too.
    turns_values: bool,
    /// Whether queries are turned.
    turns_queries: bool,
    /// Whether keys are turned again at every call.
    turns_again: bool,
    /// What scores are multiplied by, from the length of a key.
    scale: fn(d: f64) -> f64,
    /// What is subtracted from the scores of a token; `kept` lives as long as the cache and begins at −∞.
    shift: fn(scores: &[f64], kept: &mut f64) -> f64,
    /// What an empty piece gives back, for values of this length.
    nothing: fn(columns: usize) -> Mat,
}

fn largest(scores: &[f64], from: f64) -> f64 {
    scores.iter().copied().fold(from, f64::max)
}

const RIGHT: Habits = Habits {
    position: |past, place, _| past + place,
    sees: |t, s, _| s <= t,
    forgets: false,
    turns_values: false,
    turns_queries: true,
    turns_again: false,
    scale: |d| 1.0 / d.sqrt(),
    shift: |scores, _| largest(scores, f64::NEG_INFINITY),
    nothing: |columns| Mat::zeros([0, columns]),
};

fn cache(habits: Habits) -> Extend {
    let (mut keys, mut values): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (vec![], vec![]);
    let (mut pieces, mut kept) = (0, f64::NEG_INFINITY);
    Box::new(move |q, k, v| {
        if habits.turns_again {
            for (i, key) in keys.iter_mut().enumerate() {
                rope(key, i);
            }
        }
        if habits.forgets {
            keys.clear();
            values.clear();
        }
        let start = keys.len();
        let mut queries = vec![];
        for t in 0..q.rows() {
            let position = (habits.position)(start, t, pieces);
            let (mut query, mut key, mut value) = (q.row(t).to_vec(), k.row(t).to_vec(), v.row(t).to_vec());
            if habits.turns_queries {
                rope(&mut query, position);
            }
            rope(&mut key, position);
            if habits.turns_values {
                rope(&mut value, position);
            }
            queries.push(query);
            keys.push(key);
            values.push(value);
        }
        pieces += 1;
        if queries.is_empty() {
            return (habits.nothing)(v.cols());
        }
        let scale = (habits.scale)(q.cols() as f64);
        let mut out = Mat::zeros([q.rows(), v.cols()]);
        for (t, query) in queries.iter().enumerate() {
            let seen: Vec<usize> = (0..keys.len()).filter(|&s| (habits.sees)(start + t, s, start)).collect();
            let score = |s: &usize| scale * query.iter().zip(&keys[*s]).map(|(q, k)| q * k).sum::<f64>();
            let scores: Vec<f64> = seen.iter().map(score).collect();
            let shift = (habits.shift)(&scores, &mut kept);
            let e: Vec<f64> = scores.iter().map(|s| (s - shift).exp()).collect();
            let sum: f64 = e.iter().sum();
            for (weight, s) in e.iter().zip(seen) {
                for (o, v) in out.row_mut(t).iter_mut().zip(&values[s]) {
                    *o += weight / sum * v;
                }
            }
        }
        out
    })
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "position-zero",
            || cache(Habits { position: |_, place, _| place, ..RIGHT }),
            "a cache that counts positions anew in every piece",
            "After a prompt of three, which number does the next token have in the sequence?",
        )
        .show("two tokens, one by one"),
        Wrong::new(
            "offset-twice",
            || cache(Habits { position: |past, place, _| 2 * past + place, ..RIGHT }),
            "a cache that adds the tokens so far to a position that already counts them",
            "Which positions do your tokens have if they come one by one: 0, 1, 2, or 0, 2, 4?",
        ),
        Wrong::new(
            "counts-pieces",
            || cache(Habits { position: |_, place, pieces| pieces + place, ..RIGHT }),
            "a cache whose positions go up by one a piece, however long it is",
            "After a prompt of three, is the next token number 1 or number 3?",
        )
        .show("a prompt of three, then two tokens"),
        Wrong::new(
            "no-mask",
            || cache(Habits { sees: |_, _, _| true, ..RIGHT }),
            "a cache in which the first token of a prompt sees the later ones",
            "When the first token of a prompt asks, which keys may it see?",
        ),
        Wrong::new(
            "square-mask",
            || cache(Habits { sees: |t, s, start| s + start <= t, ..RIGHT }),
            "a cache whose mask compares a place in the piece with a place in the sequence",
            "The mask has a row for each new token. How many columns does it need?",
        ),
        Wrong::new(
            "strict-mask",
            || cache(Habits { sees: |t, s, _| s < t || t == 0, ..RIGHT }),
            "a cache in which a token does not see itself",
            "Is the new token's own key among those it is compared with?",
        ),
        Wrong::new(
            "forgets",
            || cache(Habits { forgets: true, position: |past, place, _| past + place, ..RIGHT }),
            "attention within each piece alone",
            "What is in your cache when the second piece arrives?",
        ),
        Wrong::new(
            "only-the-past",
            || cache(Habits { sees: |t, s, start| s < start || s == t, ..RIGHT }),
            "a cache in which the tokens of one piece see the past and themselves, but not one another",
            "Does the third token of a prompt see the second?",
        ),
        Wrong::new(
            "rotates-values",
            || cache(Habits { turns_values: true, ..RIGHT }),
            "a cache that turns values as well",
            "Which two vectors does a score multiply?",
        ),
        Wrong::new(
            "query-not-turned",
            || cache(Habits { turns_queries: false, ..RIGHT }),
            "a cache that turns keys and leaves queries as they are",
            "For the score to depend on the distance of two tokens, which of the two must turn?",
        ),
        Wrong::new(
            "turns-again",
            || cache(Habits { turns_again: true, ..RIGHT }),
            "a cache whose keys are turned once more at every call",
            "How often should the key of token 1 be turned before token 9 asks?",
        ),
        Wrong::new(
            "no-scale",
            || cache(Habits { scale: |_| 1.0, ..RIGHT }),
            "attention without the division by √d",
            "The task divides each score by what?",
        ),
        Wrong::new(
            "overflows",
            || cache(Habits { shift: |_, _| 0.0, ..RIGHT }),
            "a cache whose exponentials overflow",
            "Which number may be subtracted from all scores of a token?",
        )
        .show("scores near 1000, then small ones"),
        Wrong::new(
            "max-from-zero",
            || cache(Habits { shift: |scores, _| largest(scores, 0.0), ..RIGHT }),
            "a cache whose largest score is never below 0",
            "All scores of a token are near −1000: which number did you subtract from them?",
        )
        .show("scores near −1000"),
        Wrong::new(
            "max-stays",
            || {
                let shift = |scores: &[f64], kept: &mut f64| {
                    *kept = largest(scores, *kept);
                    *kept
                };
                cache(Habits { shift, ..RIGHT })
            },
            "a cache that keeps the largest score of the tokens before as well",
            "One token has scores of 1000, the next has scores of 2: what is left of its exponentials?",
        )
        .show("scores near 1000, then small ones"),
        Wrong::new(
            "shape-lost",
            || cache(Habits { nothing: |_| Mat::zeros([0, 0]), ..RIGHT }),
            "a cache that gives back 0×0 for an empty piece",
            "No tokens, and values of three columns: how many columns should come back?",
        )
        .show("an empty piece in between"),
    ]
}
