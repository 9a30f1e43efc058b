//! Attention as people write it.

use super::Spec;
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

const MASKED: f64 = f64::NEG_INFINITY;

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A softmax; zeros where everything is masked.
fn softmax(z: &[f64]) -> Vec<f64> {
    let max = z.iter().copied().fold(MASKED, f64::max);
    if max == MASKED {
        return vec![0.0; z.len()];
    }
    let e: Vec<f64> = z.iter().map(|z| (z - max).exp()).collect();
    let sum: f64 = e.iter().sum();
    e.iter().map(|e| e / sum).collect()
}

/// The scores q·k, scaled by `scale(q, v)`, where `seen(t, s)`; masked elsewhere.
fn scores(q: &Mat, k: &Mat, scale: f64, seen: fn(usize, usize) -> bool) -> Mat {
    Mat::from_fn(q.rows(), k.rows(), |t, s| if seen(t, s) { scale * dot(q.row(t), k.row(s)) } else { MASKED })
}

fn softmax_rows(z: &Mat) -> Mat {
    let rows: Vec<Vec<f64>> = (0..z.rows()).map(|t| softmax(z.row(t))).collect();
    Mat::from_fn(z.rows(), z.cols(), |t, s| rows[t][s])
}

fn root(q: &Mat) -> f64 {
    1.0 / (q.cols() as f64).sqrt()
}

fn causal(t: usize, s: usize) -> bool {
    s <= t
}

/// Attention with another scale and another mask.
fn with(q: &Mat, k: &Mat, v: &Mat, scale: f64, seen: fn(usize, usize) -> bool) -> Mat {
    softmax_rows(&scores(q, k, scale, seen)).matmul(v)
}

/// Every row of scores shifted by what `shift(row, t)` says; the mask comes with the exponentials.
fn shifted(q: &Mat, k: &Mat, v: &Mat, shift: fn(&[f64], usize) -> f64) -> Mat {
    let z = scores(q, k, root(q), |_, _| true);
    let e =
        Mat::from_fn(
            z.rows(),
            z.cols(),
            |t, s| {
                if s <= t { (z[[t, s]] - shift(z.row(t), t)).exp() } else { 0.0 }
            },
        );
    Mat::from_fn(e.rows(), e.cols(), |t, s| e[[t, s]] / e.row(t).iter().sum::<f64>()).matmul(v)
}

fn largest(z: &[f64], from: f64) -> f64 {
    z.iter().copied().fold(from, f64::max)
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("no-scale", "no-mask", |q, k, v| with(q, k, v, 1.0, |_, _| true)),
        Pair::new("no-scale", "future-leak", |q, k, v| with(q, k, v, 1.0, |t, s| s <= t + 1)),
        Pair::new("no-scale", "mask-reversed", |q, k, v| with(q, k, v, 1.0, |t, s| s >= t)),
        Pair::new("wrong-scale", "no-mask", |q, k, v| with(q, k, v, 1.0 / q.cols() as f64, |_, _| true)),
        Pair::new("no-mask", "queries-and-keys-swapped", |q, k, v| with(k, q, v, root(q), |_, _| true)),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "no-scale",
            |q, k, v| with(q, k, v, 1.0, causal),
            "attention without the division by √d",
            "The product of two random vectors grows with d. What does a softmax of large scores look like?",
        ),
        Wrong::new(
            "wrong-scale",
            |q, k, v| with(q, k, v, 1.0 / q.cols() as f64, causal),
            "attention with scores divided by d",
            "If all d products have variance 1, how large is their sum, typically?",
        ),
        Wrong::new(
            "scale-of-values",
            |q, k, v| with(q, k, v, 1.0 / (v.cols() as f64).sqrt(), causal),
            "attention scaled by the length of the values",
            "Which vectors are multiplied in a score?",
        )
        .show("four tokens"),
        Wrong::new(
            "multiplies-by-root",
            |q, k, v| with(q, k, v, (q.cols() as f64).sqrt(), causal),
            "attention with scores multiplied by √d",
            "Should scores get larger or smaller as d grows?",
        ),
        Wrong::new(
            "no-mask",
            |q, k, v| with(q, k, v, root(q), |_, _| true),
            "attention in which every token sees all others, the later ones as well",
            "While generating, where would row 0 get the last token's value from?",
        ),
        Wrong::new(
            "future-leak",
            |q, k, v| with(q, k, v, root(q), |t, s| s <= t + 1),
            "attention in which token t sees token t + 1",
            "Token t is trained to predict token t + 1. What would its loss look like?",
        ),
        Wrong::new(
            "strict-mask",
            |q, k, v| with(q, k, v, root(q), |t, s| s < t),
            "attention in which no token sees itself",
            "What is left for token 0 to look at?",
        )
        .or(|q, k, v| {
            let z = scores(q, k, root(q), |t, s| s < t);
            let e = z.map(f64::exp);
            Mat::from_fn(e.rows(), e.cols(), |t, s| e[[t, s]] / e.row(t).iter().sum::<f64>()).matmul(v)
        }),
        Wrong::new(
            "mask-reversed",
            |q, k, v| with(q, k, v, root(q), |t, s| s >= t),
            "attention in which every token sees only itself and those after it",
            "Which triangle of the score matrix belongs to the past?",
        ),
        Wrong::new(
            "mask-after-softmax",
            |q, k, v| {
                let p = softmax_rows(&scores(q, k, root(q), |_, _| true));
                Mat::from_fn(p.rows(), p.cols(), |t, s| if s <= t { p[[t, s]] } else { 0.0 }).matmul(v)
            },
            "weights that were masked after the softmax",
            "What does a row of your weights sum to?",
        ),
        Wrong::new(
            "masked-with-zero",
            |q, k, v| {
                softmax_rows(&scores(q, k, root(q), causal).map(|z| if z == MASKED { 0.0 } else { z }))
                    .matmul(v)
            },
            "attention whose masked scores are 0",
            "What is e⁰?",
        ),
        Wrong::new(
            "softmax-over-queries",
            |q, k, v| softmax_rows(&scores(q, k, root(q), causal).transpose()).transpose().matmul(v),
            "a softmax down the columns",
            "The weights of one query over all keys should sum to 1. Which of your sums is 1?",
        ),
        Wrong::new(
            "overflows",
            |q, k, v| {
                let e = scores(q, k, root(q), causal).map(f64::exp);
                Mat::from_fn(e.rows(), e.cols(), |t, s| e[[t, s]] / e.row(t).iter().sum::<f64>()).matmul(v)
            },
            "attention whose exponentials overflow",
            "Which number may be subtracted from all scores of a row?",
        )
        .show("scores near 1000"),
        Wrong::new(
            "queries-and-keys-swapped",
            |q, k, v| with(k, q, v, root(q), causal),
            "attention in which the keys ask and the queries answer",
            "score[t, s] belongs to the query of which token?",
        ),
        Wrong::new(
            "mean-of-the-past",
            |q, k, v| with(q, k, v, 0.0, causal),
            "the plain mean of all values up to t",
            "Where do q and k enter your weights?",
        ),
        Wrong::new(
            "not-normalised",
            |q, k, v| {
                let z = scores(q, k, root(q), causal);
                let rows: Vec<f64> =
                    (0..z.rows()).map(|t| z.row(t).iter().copied().fold(MASKED, f64::max)).collect();
                Mat::from_fn(z.rows(), z.cols(), |t, s| (z[[t, s]] - rows[t]).exp()).matmul(v)
            },
            "weights that were exponentiated and not divided by their sum",
            "Can a weighted mean lie outside the values it is made of?",
        ),
        Wrong::new(
            "max-before-mask",
            |q, k, v| shifted(q, k, v, |z, _| largest(z, MASKED)),
            "attention whose scores are shifted by the largest of the row, be it masked or not",
            "If a later token has a score 1000 above all others, what is left of those that may be seen?",
        )
        .show("scores near 1000"),
        Wrong::new(
            "max-from-zero",
            |q, k, v| shifted(q, k, v, |z, t| largest(&z[..=t], 0.0)),
            "attention whose largest score is never below 0",
            "All scores of a row are near −1000: which number did you subtract from them?",
        )
        // a buffer of zeros for all rows: only the last one fills it
        .or(|q, k, v| shifted(q, k, v, |z, t| largest(&z[..=t], if t + 1 < z.len() { 0.0 } else { MASKED })))
        .show("scores near −1000"),
    ]
}
