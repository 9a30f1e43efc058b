//! Networks that people build for a broken line.

use super::{Net, Spec};

type Wrong = crate::spec::Wrong<Spec>;

/// The slope of each straight piece.
fn slopes(xs: &[f64], ys: &[f64]) -> Vec<f64> {
    (1..xs.len()).map(|i| (ys[i] - ys[i - 1]) / (xs[i] - xs[i - 1])).collect()
}

/// What each slope adds to the one before.
fn changes(slopes: &[f64]) -> Vec<f64> {
    slopes.iter().enumerate().map(|(i, s)| if i == 0 { *s } else { s - slopes[i - 1] }).collect()
}

fn before_the_last(xs: &[f64]) -> Vec<f64> {
    xs[..xs.len() - 1].to_vec()
}

/// The first slope, then second differences of the values over `gap(xs, i)`.
fn bends(xs: &[f64], ys: &[f64], gap: fn(&[f64], usize) -> f64) -> Net {
    let second = |i: usize| (ys[i - 1] - 2.0 * ys[i] + ys[i + 1]) / gap(xs, i);
    let first = |(i, s)| if i == 0 { s } else { second(i) };
    let weights = slopes(xs, ys).into_iter().enumerate().map(first);
    Net { knots: before_the_last(xs), weights: weights.collect(), bias: ys[0] }
}

/// Only the units whose weight is larger than `least`.
fn bent_by(xs: &[f64], ys: &[f64], least: f64) -> Net {
    let changes = changes(&slopes(xs, ys));
    let units = before_the_last(xs).into_iter().zip(changes).filter(|(_, c)| c.abs() > least);
    let (knots, weights) = units.unzip();
    Net { knots, weights, bias: ys[0] }
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "slopes-not-changes",
            |xs, ys| Net { knots: before_the_last(xs), weights: slopes(xs, ys), bias: ys[0] },
            "a network whose weights are the slopes of the pieces",
            "When the second unit wakes, what is the first one doing?",
        )
        .show("up and down"),
        Wrong::new(
            "no-offset",
            |xs, ys| Net { knots: before_the_last(xs), weights: changes(&slopes(xs, ys)), bias: 0.0 },
            "a network with the right shape that begins at 0",
            "Left of the first point no unit is awake: which number is left over there?",
        ),
        Wrong::new(
            "extra-unit",
            |xs, ys| {
                let mut s = slopes(xs, ys);
                s.push(0.0);
                Net { knots: xs.to_vec(), weights: changes(&s), bias: ys[0] }
            },
            "a network with a unit at the last point, which makes it flat from there on",
            "How many straight pieces lie between n points, and what was asked for beyond the last?",
        ),
        Wrong::new(
            "idle-unit",
            |xs, ys| {
                let mut weights = changes(&slopes(xs, ys));
                weights.push(0.0);
                Net { knots: xs.to_vec(), weights, bias: ys[0] }
            },
            "the right function with one hidden unit more than it needs",
            "Which of your units could be removed without anybody noticing?",
        ),
        Wrong::new(
            "wakes-late",
            |xs, ys| Net { knots: xs[1..].to_vec(), weights: changes(&slopes(xs, ys)), bias: ys[0] },
            "a network whose units wake at the right end of their piece",
            "The slope of the piece from xs[0] to xs[1] has to be there from which point on?",
        ),
        Wrong::new(
            "ignores-gaps",
            |xs, ys| {
                let rises: Vec<f64> = ys.windows(2).map(|y| y[1] - y[0]).collect();
                Net { knots: before_the_last(xs), weights: changes(&rises), bias: ys[0] }
            },
            "a network that takes the rise of a piece for its slope: right only where the gaps are 1",
            "If a piece rises by 2 over a length of a half, how steep is it?",
        ),
        Wrong::new(
            "even-gaps",
            |xs, ys| {
                let gap = if xs.len() > 1 { xs[1] - xs[0] } else { 1.0 };
                let s: Vec<f64> = ys.windows(2).map(|y| (y[1] - y[0]) / gap).collect();
                Net { knots: before_the_last(xs), weights: changes(&s), bias: ys[0] }
            },
            "a network that divides every rise by the first gap",
            "How long is the second gap?",
        )
        .or(|xs, ys| {
            let gap = (xs[xs.len() - 1] - xs[0]) / (xs.len().max(2) - 1) as f64;
            let s: Vec<f64> = ys.windows(2).map(|y| (y[1] - y[0]) / gap).collect();
            Net { knots: before_the_last(xs), weights: changes(&s), bias: ys[0] }
        })
        .show("three points, uneven"),
        Wrong::new(
            "change-backwards",
            |xs, ys| {
                let weights = changes(&slopes(xs, ys))
                    .iter()
                    .enumerate()
                    .map(|(i, c)| if i == 0 { *c } else { -c })
                    .collect();
                Net { knots: before_the_last(xs), weights, bias: ys[0] }
            },
            "a network that adds the old slope minus the new one",
            "The line is to get steeper at a knot: is the weight there positive or negative?",
        ),
        Wrong::new(
            "first-slope-missing",
            |xs, ys| {
                let mut weights = changes(&slopes(xs, ys));
                if let Some(first) = weights.first_mut() {
                    *first = 0.0;
                }
                Net { knots: before_the_last(xs), weights, bias: ys[0] }
            },
            "a network that is flat until the second point",
            "Which slope does the line have before the first unit wakes, and which one after?",
        ),
        Wrong::new(
            "inverted-slope",
            |xs, ys| {
                let s: Vec<f64> = slopes(xs, ys).iter().map(|s| 1.0 / s).collect();
                Net { knots: before_the_last(xs), weights: changes(&s), bias: ys[0] }
            },
            "a network whose slopes are run over rise",
            "A slope says how far y moves for a step of 1 in which direction?",
        ),
        Wrong::new(
            "values-as-weights",
            |xs, ys| Net { knots: before_the_last(xs), weights: ys[..ys.len() - 1].to_vec(), bias: ys[0] },
            "a network whose weights are the values at the points",
            "A unit with weight v adds v for every step of 1 to the right: is that a height or a slope?",
        )
        .or(|xs, ys| Net { knots: before_the_last(xs), weights: ys[1..].to_vec(), bias: ys[0] }),
        Wrong::new(
            "second-difference",
            |xs, ys| bends(xs, ys, |xs, i| (xs[i + 1] - xs[i - 1]) / 2.0),
            "a network whose weights are second differences: right only where neighbouring gaps are equal",
            "In y[i − 1] − 2·y[i] + y[i + 1], how far apart are the three points?",
        )
        .or(|xs, ys| bends(xs, ys, |xs, i| xs[i + 1] - xs[i]))
        .or(|xs, ys| bends(xs, ys, |xs, i| xs[i] - xs[i - 1]))
        .show("three points, uneven"),
        Wrong::new(
            "small-is-straight",
            |xs, ys| bent_by(xs, ys, 1e-9),
            "a network without units where the slope changes by very little",
            "If y were measured in kilometres instead of millimetres, would the same line have fewer bends?",
        )
        .or(|xs, ys| bent_by(xs, ys, 1e-6))
        .or(|xs, ys| bent_by(xs, ys, 1e-12))
        .or(|xs, ys| bent_by(xs, ys, f64::EPSILON))
        .show("values near 1e−20"),
    ]
}
