//! What can be wrong with the numbers handed to this crate.

use std::fmt;

/// Why a distribution could not be formed or sampled. Each message says what was wrong and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// No outcome at all: an empty slice.
    Empty,
    /// A NaN among the inputs.
    NotANumber {
        /// Where the first one is.
        index: usize,
    },
    /// A logit of +∞.
    Infinite {
        /// Where the first one is.
        index: usize,
    },
    /// Every logit is −∞: all outcomes are masked.
    AllMasked,
    /// A negative probability or weight.
    Negative {
        /// Where the first one is.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// Weights whose sum is zero or infinite.
    Sum {
        /// What they add up to.
        sum: f64,
    },
    /// Probabilities that do not add up to 1.
    NotNormalised {
        /// What they add up to.
        sum: f64,
    },
    /// Two distributions over different numbers of outcomes.
    Lengths {
        /// Outcomes of the first.
        left: usize,
        /// Outcomes of the second.
        right: usize,
    },
    /// A setting outside its range.
    Setting {
        /// Its name.
        name: &'static str,
        /// What was asked for.
        value: f64,
        /// What is possible.
        expected: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Empty => write!(f, "there is nothing to choose from: the slice is empty"),
            Error::NotANumber { index } => {
                write!(f, "element {index} is NaN: look for the operation that made it, upstream of here")
            }
            Error::Infinite { index } => {
                write!(f, "logit {index} is +inf: an overflow upstream (in half precision, above 65504)?")
            }
            Error::AllMasked => write!(f, "every logit is -inf: the mask leaves nothing to choose from"),
            Error::Negative { index, value } => {
                write!(f, "element {index} is {value}: a probability is never negative (are these logits?)")
            }
            Error::Sum { sum } => {
                write!(f, "the weights add up to {sum}: the sum must be positive and finite")
            }
            Error::NotNormalised { sum } => {
                write!(f, "the probabilities add up to {sum}, not 1: normalise them first")
            }
            Error::Lengths { left, right } => {
                write!(f, "distributions over {left} and {right} outcomes cannot be compared")
            }
            Error::Setting { name, value, expected } => write!(f, "{name} is {value}: it must be {expected}"),
        }
    }
}

impl std::error::Error for Error {}
