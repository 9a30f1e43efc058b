//! Where the first number that is not finite came from, and why. Chapter: *The gradient clinic*.

use super::alarm::Fault;
use super::summary::{Summary, short};
use super::trace::place;
use crate::tape::{NonFinite, Tape, Var};
use linalg::{Real, Shape};
use std::fmt::Write as _;

/// What made a value that is not finite: the fault, the numbers, the usual cause, and where to look.
pub(super) struct Diagnosis {
    pub(super) fault: Fault,
    pub(super) var: Var,
    pub(super) evidence: String,
    pub(super) cause: &'static str,
}

/// Explains what [`Tape::first_non_finite`] or its twin has found.
pub(super) fn explain<T: Real>(tape: &Tape<'_, T>, found: &NonFinite) -> Diagnosis {
    let (fault, what, cause) = if found.gradient_of.is_some() {
        backward(tape, found)
    } else if let Some((node, row)) = masked_row(tape, found) {
        let width = width(tape.shape(node));
        let what = format!("row {row}, {width} long, is masked throughout: its exponentials add up to 0");
        (
            Fault::MaskedRow,
            what,
            "A query that may look at nothing: padding, or a mask that ends one place too early",
        )
    } else {
        forward(tape, found)
    };
    let NonFinite { index, value, .. } = found;
    let which = if found.gradient_of.is_some() { "gradient element" } else { "element" };
    let mut evidence = format!("{what}; {which} {index} is {value}");
    for (i, &input) in tape.inputs(found.var).iter().enumerate() {
        let info = tape.info(input);
        let name = if info.param.is_some() { place(tape, input) } else { info.op.into() };
        let _ = write!(evidence, "; input {i}, {name} {}: {}", info.shape, Summary::of(tape.value(input)));
    }
    Diagnosis { fault, var: found.var, evidence, cause }
}

type Found = (Fault, String, &'static str);

// ANCHOR: forward
fn forward<T: Real>(tape: &Tape<'_, T>, found: &NonFinite) -> Found {
    let input = |i: usize| {
        let v = tape.inputs(found.var).get(i).copied()?;
        let at = broadcast(tape.shape(v), tape.shape(found.var), found.index);
        tape.value(v).get(at).map(|x| x.to_f64())
    };
    let (a, b) = (input(0).unwrap_or(f64::NAN), input(1).unwrap_or(f64::NAN));
    match found.op {
        "constant" | "input" => (
            Fault::BadData,
            "the data came in like this".into(),
            "A missing value in the batch, or a broken file",
        ),
        "param" => {
            let cause = "An update of an earlier step, or the checkpoint it was loaded from";
            (Fault::BadParameter, "the weights were like this before the step".into(), cause)
        }
        "div" if b == 0.0 => {
            let cause =
                "A sum, a count or a deviation that can be 0: add an epsilon, or treat the empty case";
            (Fault::DivisionByZero, format!("{} / 0", short(a)), cause)
        }
        "ln" if a == 0.0 => {
            let cause =
                "A probability that has rounded to 0: work with logits, and let the loss take the logarithm";
            (Fault::LogOfZero, "ln 0".into(), cause)
        }
        "ln" if a < 0.0 => {
            (Fault::LogOfNegative, format!("ln {}", short(a)), "What should be a probability is none")
        }
        "sqrt" if a < 0.0 => {
            let cause = "A variance computed as a difference of squares, or a sign";
            (Fault::RootOfNegative, format!("the root of {}", short(a)), cause)
        }
        "exp" => {
            let cause = "Subtract the largest of the row first: a softmax does not change by that";
            (Fault::Overflow, format!("exp({})", short(a)), cause)
        }
        "layernorm" | "rmsnorm" if !found.value.is_infinite() || constant_row(tape, found) => {
            let cause = "A row without variance, and no epsilon under the root";
            (Fault::DivisionByZero, "the row's variance is 0".into(), cause)
        }
        _ if found.from_finite => {
            let cause = "Weights or activations have grown for many steps: look at their norms, and lower the learning rate";
            (Fault::Overflow, "the inputs are finite, the result exceeds the format".into(), cause)
        }
        "mul" => {
            let cause = "A mask of infinities is added to scores, never multiplied";
            (Fault::Indeterminate, format!("{a} times {b}"), cause)
        }
        _ => {
            let cause = "An infinity that was meant as a mask went into arithmetic";
            (Fault::Indeterminate, format!("{a} and {b} leave no number"), cause)
        }
    }
}
// ANCHOR_END: forward

fn backward<T: Real>(tape: &Tape<'_, T>, found: &NonFinite) -> Found {
    let value =
        found.gradient_of.and_then(|v| tape.value(v).get(found.index)).map_or(f64::NAN, |x| x.to_f64());
    match found.op {
        "sqrt" if value == 0.0 => {
            let cause =
                "The root is steep at 0: add an epsilon under it (the norm of a vector of zeros, say)";
            (Fault::InfiniteSlope, "the slope 1/(2√x) at x = 0".into(), cause)
        }
        "sqrt" | "ln" | "div" => {
            let cause = "A number near 0 where its reciprocal is the slope";
            (Fault::InfiniteSlope, format!("a slope at {}", short(value)), cause)
        }
        _ => {
            let cause = "The gradient outgrew the format on its way: look at the layers above, and clip";
            (
                Fault::Overflow,
                "the gradient that arrives is finite, what is passed on exceeds the format".into(),
                cause,
            )
        }
    }
}

/// From here on a score is a mask: −∞, or the −10⁹ that many write in its place.
pub(super) const MASKED: f64 = -1e8;

/// A row of −∞ alone (or of the −10⁹ that stands for it), at or before the place where a NaN was born.
fn masked_row<T: Real>(tape: &Tape<'_, T>, found: &NonFinite) -> Option<(Var, usize)> {
    if !found.value.is_nan() {
        return None;
    }
    let shape = tape.shape(found.var);
    let n = width(shape);
    let row = found.index.checked_div(n)?;
    let hidden = |v: Var| {
        let row = tape.value(v).get(row * n..(row + 1) * n);
        n > 0 && row.is_some_and(|row| row.iter().all(|x| x.to_f64() <= MASKED))
    };
    // Back along values of the same shape, a few steps: the exponential, the shift, the mask.
    let (mut at, mut hops) = (found.var, 0);
    while hops < 8 {
        let next = tape.inputs(at).iter().copied().find(|&v| tape.shape(v) == shape)?;
        if hidden(next) {
            return Some((next, row));
        }
        (at, hops) = (next, hops + 1);
    }
    None
}

/// Whether all numbers of the row with the bad element are the same.
fn constant_row<T: Real>(tape: &Tape<'_, T>, found: &NonFinite) -> bool {
    let Some(&x) = tape.inputs(found.var).first() else { return false };
    let n = width(tape.shape(x));
    let row = tape.value(x).chunks(n.max(1)).nth(found.index / n.max(1));
    row.is_some_and(|row| row.iter().all(|x| *x == row[0]))
}

/// The length of the last axis.
pub(super) fn width(shape: Shape) -> usize {
    shape.last().copied().unwrap_or(1)
}

/// Which element of an input of shape `from` went into element `index` of a result of shape `to`.
fn broadcast(from: Shape, to: Shape, mut index: usize) -> usize {
    let (mut at, mut stride) = (0, 1);
    for k in 0..to.rank() {
        let n = to[to.rank() - 1 - k].max(1);
        let (digit, rest) = (index % n, index / n);
        index = rest;
        if k < from.rank() {
            let m = from[from.rank() - 1 - k];
            at += stride * if m == 1 { 0 } else { digit };
            stride *= m;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_is_undone() {
        let to = Shape::new(&[2, 3, 4]);
        for (from, want) in [
            (Shape::new(&[2, 3, 4]), 23),
            (Shape::new(&[4]), 3),
            (Shape::new(&[3, 1]), 2),
            (Shape::new(&[2, 1, 4]), 7),
            (Shape::new(&[]), 0),
        ] {
            assert_eq!(broadcast(from, to, 23), want, "{from}");
        }
    }
}
