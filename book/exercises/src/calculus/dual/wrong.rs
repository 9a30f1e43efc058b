//! Dual numbers that people write.

use super::{Dual, Parts, Spec, solution};

type Wrong = crate::spec::Wrong<Spec>;

/// Everything as it should be.
fn right() -> Parts {
    crate::dual!(solution)
}

fn n(value: f64, d: f64) -> Dual {
    Dual { value, d }
}

fn mul(mul: fn(Dual, Dual) -> Dual) -> Parts {
    Parts { mul, ..right() }
}

fn div(div: fn(Dual, Dual) -> Dual) -> Parts {
    Parts { div, ..right() }
}

fn powi(powi: fn(Dual, i32) -> Dual) -> Parts {
    Parts { powi, ..right() }
}

fn exp(exp: fn(Dual) -> Dual) -> Parts {
    Parts { exp, ..right() }
}

fn ln(ln: fn(Dual) -> Dual) -> Parts {
    Parts { ln, ..right() }
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = products();
    all.extend(functions());
    all
}

fn products() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "product-of-derivatives",
            mul(|a, b| n(a.value * b.value, a.d * b.d)),
            "a product whose slope is the product of the slopes",
            "x·x at 3: does your slope depend on where x is?",
        ),
        Wrong::new(
            "product-one-term",
            mul(|a, b| n(a.value * b.value, a.d * b.value)),
            "a product of which only one factor moves",
            "While the first factor moves, what does the second one do?",
        )
        .or(mul(|a, b| n(a.value * b.value, a.value * b.d))),
        Wrong::new(
            "product-minus",
            mul(|a, b| n(a.value * b.value, a.d * b.value - a.value * b.d)),
            "a product in which the two parts of the slope are subtracted",
            "Both factors grow: what does the product do?",
        )
        .or(mul(|a, b| n(a.value * b.value, a.value * b.d - a.d * b.value))),
        Wrong::new(
            "product-swapped",
            mul(|a, b| n(a.value * b.value, a.d * a.value + b.d * b.value)),
            "a product in which each slope meets its own value",
            "When a grows by a little, by what is that little multiplied?",
        ),
        Wrong::new(
            "skips-zeros",
            mul(|a, b| if a.value == 0.0 || b.value == 0.0 { n(0.0, 0.0) } else { solution::mul(a, b) }),
            "a product that stands still as soon as one factor is 0",
            "A factor is 0 and moves. Where is the product a moment later?",
        )
        .show("a product with a zero that moves"),
        Wrong::new(
            "square-shortcut",
            mul(|a, b| if a == b { n(a.value * a.value, 2.0 * a.value) } else { solution::mul(a, b) }),
            "a product that takes a shortcut for squares, and forgets there how fast the factor moves",
            "What is the slope of 5·5 by your rule, if 5 does not move?",
        )
        .show("a square"),
        Wrong::new(
            "quotient-sign",
            div(|a, b| n(a.value / b.value, (a.d + a.value / b.value * b.d) / b.value)),
            "a quotient in which the two parts of the slope are added",
            "The denominator grows: what does the quotient do?",
        )
        .or(div(|a, b| n(a.value / b.value, (a.d * b.value + a.value * b.d) / (b.value * b.value))))
        .show("a reciprocal"),
        Wrong::new(
            "quotient-swapped",
            div(|a, b| n(a.value / b.value, (a.value / b.value * b.d - a.d) / b.value)),
            "a quotient with the two parts of the slope the other way round",
            "The numerator grows: what does the quotient do?",
        )
        .or(div(|a, b| n(a.value / b.value, (a.value * b.d - a.d * b.value) / (b.value * b.value)))),
        Wrong::new(
            "quotient-not-squared",
            div(|a, b| n(a.value / b.value, (a.d * b.value - a.value * b.d) / b.value)),
            "the numerator of the quotient rule, divided by the denominator once",
            "What is the slope of x/2 by your rule?",
        )
        .show("half of it"),
        Wrong::new(
            "quotient-of-derivatives",
            div(|a, b| n(a.value / b.value, a.d / b.d)),
            "a quotient whose slope is the quotient of the slopes",
            "What is the slope of x/2 by your rule, if 2 does not move?",
        )
        .show("half of it"),
        Wrong::new(
            "quotient-numerator-only",
            div(|a, b| n(a.value / b.value, a.d / b.value)),
            "a quotient whose denominator stands still",
            "What is the slope of 1/x by your rule?",
        )
        .show("a reciprocal"),
        Wrong::new(
            "quotient-overflows",
            div(|a, b| n(a.value / b.value, (a.d * b.value - a.value * b.d) / (b.value * b.value))),
            "the quotient rule as it stands in the books, with the square of the denominator",
            "How large is the square of 2e200, and that of 2e-200?",
        )
        .or(div(|a, b| n(a.value / b.value, (a.d * b.value - a.value * b.d) / b.value.powi(2))))
        .or(div(|a, b| n(a.value / b.value, a.d / b.value - a.value * b.d / (b.value * b.value))))
        .show("a quotient of numbers near 1e200"),
        Wrong::new(
            "constants-move",
            Parts { constant: |value| n(value, 1.0), ..right() },
            "constants that move as fast as the input",
            "The input grows by 1. By how much does the number 3 grow?",
        ),
        Wrong::new(
            "variable-stands-still",
            Parts { variable: |value| n(value, 0.0), ..right() },
            "an input that does not move",
            "How fast does x change with x?",
        ),
        Wrong::new(
            "variable-is-its-slope",
            Parts { variable: |value| n(value, value), ..right() },
            "an input whose slope is its value",
            "How fast does x change with x?",
        ),
    ]
}

fn functions() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "power-kept",
            powi(|a, k| n(a.value.powi(k), f64::from(k) * a.value.powi(k) * a.d)),
            "powers whose slope has the same exponent as they have",
            "What is the slope of x¹ by your rule?",
        )
        .show("x³"),
        Wrong::new(
            "power-factor-lost",
            powi(|a, k| n(a.value.powi(k), if k == 0 { 0.0 } else { a.value.powi(k - 1) * a.d })),
            "powers whose slope has lost the number in front",
            "x·x by your product rule, and x² by this one: do they agree?",
        )
        .or(powi(|a, k| n(a.value.powi(k), a.value.powi(k - 1) * a.d)))
        .show("x³"),
        Wrong::new(
            "power-lost",
            powi(|a, k| {
                n(a.value.powi(k), if k == 0 { 0.0 } else { f64::from(k - 1) * a.value.powi(k - 1) * a.d })
            }),
            "powers whose slope is multiplied by the lower exponent",
            "Which number comes down in front, the old exponent or the new one?",
        )
        .or(powi(|a, k| n(a.value.powi(k), f64::from(k - 1) * a.value.powi(k - 1) * a.d)))
        .show("x³"),
        Wrong::new(
            "power-nothing-at-zero",
            powi(|a, k| n(a.value.powi(k), f64::from(k) * a.value.powi(k - 1) * a.d)),
            "powers that are right except for x⁰ at 0, which is NaN there",
            "What is 0 times infinity, and where do you compute it?",
        )
        .or(powi(|a, k| n(a.value.powi(k), f64::from(k) * a.value.powi(k) / a.value * a.d)))
        .show("x⁰ at 0"),
        Wrong::new(
            "power-positive-only",
            powi(|a, k| {
                let slope = if k <= 0 { 0.0 } else { f64::from(k) * a.value.powi(k - 1) };
                n(a.value.powi(k), slope * a.d)
            }),
            "powers that stand still for negative exponents",
            "Is 1/x² a constant?",
        )
        .show("x⁻²"),
        Wrong::new(
            "power-no-chain",
            powi(|a, k| n(a.value.powi(k), if k == 0 { 0.0 } else { f64::from(k) * a.value.powi(k - 1) })),
            "powers whose slope does not ask how fast their argument moves",
            "What is the slope of 5² by your rule, if 5 does not move?",
        )
        .or(powi(|a, k| n(a.value.powi(k), f64::from(k) * a.value.powi(k - 1))))
        .show("x³"),
        Wrong::new(
            "exp-no-chain",
            exp(|a| n(a.value.exp(), a.value.exp())),
            "an exponential whose slope does not ask how fast its argument moves",
            "How fast does exp(5) change, if 5 does not move?",
        )
        .show("exp of what stands still"),
        Wrong::new(
            "exp-as-power",
            exp(|a| n(a.value.exp(), a.value * (a.value - 1.0).exp() * a.d)),
            "an exponential differentiated like a power",
            "In eˣ, which of the two numbers moves?",
        ),
        Wrong::new(
            "exp-of-both",
            exp(|a| n(a.value.exp(), a.d.exp())),
            "the exponential of both parts",
            "How fast does exp(5) change, if 5 does not move?",
        )
        .show("exp of what stands still"),
        Wrong::new(
            "ln-no-chain",
            ln(|a| n(a.value.ln(), 1.0 / a.value)),
            "a logarithm whose slope does not ask how fast its argument moves",
            "How fast does ln 5 change, if 5 does not move?",
        ),
        Wrong::new(
            "ln-times",
            ln(|a| n(a.value.ln(), a.d * a.value)),
            "a logarithm that gets steeper as its argument grows",
            "Where is the logarithm steep, near 0 or far from it?",
        ),
        Wrong::new(
            "ln-base-ten",
            ln(|a| n(a.value.log10(), a.d / a.value)),
            "the decimal logarithm, with the slope of the natural one",
            "What is the natural logarithm of 10?",
        )
        .or(ln(|a| n(a.value.log10(), a.d / (a.value * std::f64::consts::LN_10)))),
    ]
}
