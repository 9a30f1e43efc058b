//! Newton's method, with a slope that is exact. Chapter: *Forward mode: dual numbers*.
//!
//! ```text
//! x ← x − f(x)/f′(x)
//! ```
//!
//! Follow the tangent to where it is 0. Near a simple root each step doubles the number of right digits, *if the slope is right*. With a slope
//! that is off by a share q the error shrinks by the factor q a step instead: the root that comes out is the same, and only the number
//! of steps tells. So a wrong derivative hides in a solver for years.
//!
//! Source: Nocedal and Wright, *Numerical Optimization*, 2nd edition, section 11.1; Press et al., *Numerical Recipes*, 3rd edition, section 9.4
//! (Newton within a bracket).

use crate::dual::Dual;
use std::fmt;

/// A root that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Root {
    /// Where f is 0, to within the tolerance.
    pub x: f64,
    /// How many steps it took.
    pub steps: usize,
}

/// Why there is no root to give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoRoot {
    /// f has the same sign at both ends.
    SameSign {
        /// f at the left end.
        left: f64,
        /// f at the right end.
        right: f64,
    },
    /// f is NaN at this place.
    NotANumber {
        /// The place.
        x: f64,
    },
    /// The last step was still larger than the tolerance after as many steps as are allowed.
    TooManySteps {
        /// Where the last one ended.
        x: f64,
    },
}

impl fmt::Display for NoRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoRoot::SameSign { left, right } => {
                write!(f, "f has the same sign at both ends: {left} and {right}")
            }
            NoRoot::NotANumber { x } => write!(f, "f is NaN at {x}"),
            NoRoot::TooManySteps { x } => write!(f, "still moving at {x} after {MOST} steps"),
        }
    }
}

impl std::error::Error for NoRoot {}

/// The most steps: 60 halvings exhaust an `f64`, and a Newton step may stand between any two.
const MOST: usize = 130;

/// The root of `f` between `left` and `right`, at which `f` has different signs.
///
/// A Newton step is taken where it stays inside of the bracket and halves what the last step left; otherwise the bracket is halved. Thus it is as fast
/// as Newton's method near the root and as safe as bisection far from it.
///
/// ```
/// use calculus::newton::root;
///
/// let r = root(|x| x * x - 2.0, 0.0, 2.0, 1e-15).unwrap();
/// assert!((r.x - 2.0_f64.sqrt()).abs() < 1e-15 && r.steps < 10);
/// assert!(root(|x| x * x + 1.0, -1.0, 1.0, 1e-12).is_err());
/// ```
///
/// `tolerance` is the length of the last step, relative to max(1, |x|). One below 2e-16 is treated as 2e-16.
///
/// Cost: one call of `f` a step, plus two.
///
/// # Errors
/// [`NoRoot`].
pub fn root(
    mut f: impl FnMut(Dual<f64>) -> Dual<f64>,
    left: f64,
    right: f64,
    tolerance: f64,
) -> Result<Root, NoRoot> {
    let mut at = |x: f64| {
        let y = f(Dual::variable(x));
        if y.value.is_nan() { Err(NoRoot::NotANumber { x }) } else { Ok(y) }
    };
    let (at_left, at_right) = (at(left)?.value, at(right)?.value);
    for (x, y) in [(left, at_left), (right, at_right)] {
        if y == 0.0 {
            return Ok(Root { x, steps: 0 });
        }
    }
    if (at_left > 0.0) == (at_right > 0.0) {
        return Err(NoRoot::SameSign { left: at_left, right: at_right });
    }
    // f < 0 at `low`, > 0 at `high`, whichever is which
    let (mut low, mut high) = if at_left < 0.0 { (left, right) } else { (right, left) };
    let mut x = f64::midpoint(low, high);
    let mut last = (high - low).abs();
    for steps in 1..=MOST {
        let y = at(x)?;
        if y.value == 0.0 {
            return Ok(Root { x, steps });
        }
        if y.value < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = x - y.value / y.d;
        let close = |next: f64| (next - x).abs() <= tolerance.max(f64::EPSILON) * x.abs().max(1.0);
        // Asked first: a step of less than a rounding error ends on x, which is now an end of the bracket and not inside of it.
        if y.d.is_finite() && close(newton) {
            return Ok(Root { x: newton, steps });
        }
        let inside = (newton - low) * (newton - high) < 0.0; // false for NaN and ±∞, when y.d is 0
        let next = if inside && 2.0 * (newton - x).abs() <= last { newton } else { f64::midpoint(low, high) };
        if close(next) {
            return Ok(Root { x: next, steps });
        }
        last = (next - x).abs();
        x = next;
    }
    Err(NoRoot::TooManySteps { x })
}

/// Every place that plain Newton visits from `start`, `steps` of them, with a slope of the caller's: `f` gives value and slope.
///
/// ```
/// use calculus::newton::path;
///
/// let path = path(|x| (x * x - 2.0, 2.0 * x), 1.0, 5);
/// assert_eq!(path[1], 1.5);
/// assert!((path[5] - 2.0_f64.sqrt()).abs() < 1e-15);
/// ```
///
/// Nothing holds it back: it may run away, and NaN is what follows a slope of 0.
// ANCHOR: path
pub fn path(mut f: impl FnMut(f64) -> (f64, f64), start: f64, steps: usize) -> Vec<f64> {
    let mut all = vec![start];
    let mut x = start;
    for _ in 0..steps {
        let (value, slope) = f(x);
        x -= value / slope;
        all.push(x);
    }
    all
}
// ANCHOR_END: path
