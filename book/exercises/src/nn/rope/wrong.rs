//! Rotations that people write.

use super::Spec;

type Wrong = crate::spec::Wrong<Spec>;

/// Turns pair i, which lies at `places(i, d)`, by `angle(i, d)`.
fn turn(x: &mut [f64], places: fn(usize, usize) -> (usize, usize), angle: impl Fn(f64, f64) -> f64) {
    let d = x.len();
    let old = x.to_vec();
    for i in 0..d / 2 {
        let (sin, cos) = angle(i as f64, d as f64).sin_cos();
        let (a, b) = places(i, d);
        x[a] = old[a] * cos - old[b] * sin;
        x[b] = old[a] * sin + old[b] * cos;
    }
}

fn neighbours(i: usize, _: usize) -> (usize, usize) {
    (2 * i, 2 * i + 1)
}

fn halves(i: usize, d: usize) -> (usize, usize) {
    (i, i + d / 2)
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "other-layout",
            |x, p, base| turn(x, halves, |i, d| p as f64 * base.powf(-2.0 * i / d)),
            "a rotation that pairs x[i] with x[i + d/2]: the layout of other models",
            "Weights that were trained with one layout and are run with the other: would you notice at position 0?",
        )
        .show("two pairs, position 1"),
        Wrong::new(
            "mixed-layout",
            |x, p, base| {
                let d = x.len();
                let old = x.to_vec();
                for i in 0..d / 2 {
                    let (sin, cos) = (p as f64 * base.powf(-2.0 * i as f64 / d as f64)).sin_cos();
                    let (u, v) = (old[2 * i], old[2 * i + 1]);
                    x[i] = u * cos - v * sin;
                    x[i + d / 2] = u * sin + v * cos;
                }
            },
            "pairs read as neighbours and written to two halves",
            "At position 0 every angle is 0: should the vector come back as it was?",
        )
        .show("position 0"),
        Wrong::new(
            "exponent",
            |x, p, base| turn(x, neighbours, |i, d| p as f64 * base.powf(-i / d)),
            "angles of position · base^(−i/d)",
            "For the last pair, how close does the exponent come to −1?",
        ),
        Wrong::new(
            "wrong-dimension",
            |x, p, base| turn(x, neighbours, |i, d| p as f64 * base.powf(-4.0 * i / d)),
            "angles whose exponent runs to −2 instead of −1",
            "Is your d the number of numbers or the number of pairs?",
        ),
        Wrong::new(
            "exponent-sign",
            |x, p, base| turn(x, neighbours, |i, d| p as f64 * base.powf(2.0 * i / d)),
            "angles that grow from pair to pair",
            "Should the last pair turn faster or slower than the first?",
        ),
        Wrong::new(
            "one-speed",
            |x, p, _| turn(x, neighbours, |_, _| p as f64),
            "all pairs turned by the same angle",
            "With one speed for all, how would positions 0 and 2π·1000 differ?",
        ),
        Wrong::new(
            "clockwise",
            |x, p, base| turn(x, neighbours, |i, d| -(p as f64) * base.powf(-2.0 * i / d)),
            "a rotation in the other direction",
            "Where does (1, 0) go, up or down?",
        ),
        Wrong::new(
            "overwrites",
            |x, p, base| {
                let d = x.len();
                for i in 0..d / 2 {
                    let (sin, cos) = (p as f64 * base.powf(-2.0 * i as f64 / d as f64)).sin_cos();
                    x[2 * i] = x[2 * i] * cos - x[2 * i + 1] * sin;
                    x[2 * i + 1] = x[2 * i] * sin + x[2 * i + 1] * cos;
                }
            },
            "a second number made from the first one's new value",
            "When you compute the second number of a pair, is the old first one still there?",
        ),
        Wrong::new(
            "ignores-position",
            |x, _, base| turn(x, neighbours, |i, d| base.powf(-2.0 * i / d)),
            "the angles of position 1, everywhere",
            "Which argument does your angle not depend on?",
        )
        .show("position 0"),
        Wrong::new(
            "counts-from-one",
            |x, p, base| turn(x, neighbours, |i, d| (p + 1) as f64 * base.powf(-2.0 * i / d)),
            "the angles of the next position",
            "By how much should a vector at position 0 be turned?",
        )
        .show("position 0"),
        Wrong::new(
            "stretches",
            |x, p, base| {
                let d = x.len();
                let old = x.to_vec();
                for i in 0..d / 2 {
                    let (sin, cos) = (p as f64 * base.powf(-2.0 * i as f64 / d as f64)).sin_cos();
                    let (u, v) = (old[2 * i], old[2 * i + 1]);
                    x[2 * i] = u * cos + v * sin;
                    x[2 * i + 1] = u * sin + v * cos;
                }
            },
            "two plus signs: a map that changes lengths",
            "How long was the pair before, and how long is it after?",
        ),
        Wrong::new(
            "skips-the-first",
            |x, p, base| turn(x, neighbours, |i, d| p as f64 * base.powf(-2.0 * (i + 1.0) / d)),
            "angles that begin with the second pair's",
            "What is base to the power of 0?",
        ),
        Wrong::new(
            "fixed-base",
            |x, p, _| turn(x, neighbours, |i, d| p as f64 * 10_000_f64.powf(-2.0 * i / d)),
            "the angles of base 10,000, whatever base was asked for",
            "Which argument does your angle not depend on?",
        )
        .show("two pairs, position 2, base 100"),
        Wrong::new(
            "whole-fours",
            |x, p, base| {
                let d = x.len() as f64;
                let angle = |i: usize| p as f64 * base.powf(-2.0 * i as f64 / d);
                for (n, four) in x.chunks_exact_mut(4).enumerate() {
                    for (half, pair) in four.chunks_exact_mut(2).enumerate() {
                        turn(pair, neighbours, |_, _| angle(2 * n + half));
                    }
                }
            },
            "a rotation of two pairs at a time, in which an odd one out stays where it was",
            "Six numbers in groups of four: who turns the other two?",
        )
        .show("three pairs"),
    ]
}
