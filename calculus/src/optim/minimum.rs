//! What a minimiser hands back, or why it has nothing to hand back. Chapter: *Optimisers*.

use std::fmt;

/// A place where the gradient is as small as was asked for. The place itself is in the caller's `x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum {
    /// f there.
    pub value: f64,
    /// The largest size of an entry of the gradient there.
    pub gradient: f64,
    /// How many steps were made.
    pub steps: usize,
    /// How often f and its gradient were computed.
    pub evaluations: usize,
}

/// Why there is no minimum to give. The caller's `x` holds the best place that was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NoMinimum {
    /// f, or an entry of its gradient or Hessian, is infinite or NaN where a step starts from.
    NotFinite {
        /// What was asked for.
        operation: &'static str,
        /// How many steps had been made.
        steps: usize,
        /// f there.
        value: f64,
    },
    /// No place along the direction is as much lower as its slope promises.
    LineSearch {
        /// What was asked for.
        operation: &'static str,
        /// How many steps had been made.
        steps: usize,
        /// The slope of f along the direction, at its start.
        slope: f64,
        /// The largest size of an entry of the gradient at its start.
        gradient: f64,
    },
    /// The gradient is still larger than the tolerance after as many steps as are allowed.
    TooManySteps {
        /// What was asked for.
        operation: &'static str,
        /// How many steps were made.
        steps: usize,
        /// The largest size of an entry of the gradient at the end.
        gradient: f64,
    },
}

impl fmt::Display for NoMinimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoMinimum::NotFinite { operation, steps, value } => write!(
                f,
                "{operation}: after {steps} steps f is {value}, and it or a derivative is not finite; start elsewhere, or keep f inside \
                 of where it is defined"
            ),
            NoMinimum::LineSearch { operation, steps, slope, gradient } => write!(
                f,
                "{operation}: after {steps} steps no lower place along a direction of slope {slope:.1e}; if the largest gradient, \
                 {gradient:.1e}, is at the level of rounding, ask for less, else check the gradient against differences"
            ),
            NoMinimum::TooManySteps { operation, steps, gradient } => write!(
                f,
                "{operation}: the largest gradient is still {gradient:.1e} after {steps} steps; allow more, or ask for less"
            ),
        }
    }
}

impl std::error::Error for NoMinimum {}
