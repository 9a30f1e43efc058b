//! Difference quotients that people write.

use super::Spec;

type Wrong = crate::spec::Wrong<Spec>;
type F<'a> = &'a dyn Fn(f64) -> f64;

/// A slope that is 0 where the points coincide.
fn or_zero(x: f64, h: f64, slope: f64) -> f64 {
    if x + h == x { 0.0 } else { slope }
}

fn right(f: F<'_>, x: f64, h: f64) -> f64 {
    let (left, right) = (x - h, x + h);
    (f(right) - f(left)) / (right - left)
}

fn extrapolated(f: F<'_>, x: f64, h: f64) -> f64 {
    (4.0 * right(f, x, h / 2.0) - right(f, x, h)) / 3.0
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "forward",
            |f, x, h| (f(x + h) - f(x)) / ((x + h) - x),
            "the forward difference, from x to x + h",
            "Which of your two points lies at the left of x?",
        )
        .or(|f, x, h| (f(x + h) - f(x)) / h)
        .show("a parabola"),
        Wrong::new(
            "backward",
            |f, x, h| (f(x) - f(x - h)) / (x - (x - h)),
            "the backward difference, from x − h to x",
            "Which of your two points lies at the right of x?",
        )
        .or(|f, x, h| (f(x) - f(x - h)) / h)
        .show("a parabola"),
        Wrong::new(
            "forgot-two",
            |f, x, h| (f(x + h) - f(x - h)) / ((x + h) - x),
            "a difference over two steps, divided by one",
            "How far apart are your two points?",
        )
        .or(|f, x, h| (f(x + h) - f(x - h)) / h),
        Wrong::new(
            "planned-step",
            |f, x, h| (f(x + h) - f(x - h)) / (2.0 * h),
            "a quotient with 2h below, the distance that was planned",
            "Near 1e9 only multiples of 1.19e-7 exist. How far apart are x + 1e-6 and x − 1e-6 there?",
        )
        .or(|f, x, h| or_zero(x, h, (f(x + h) - f(x - h)) / (2.0 * h)))
        .or(|f, x, h| if x + h == x { f64::NAN } else { (f(x + h) - f(x - h)) / (2.0 * h) })
        .or(|f, x, h| 0.5 * ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h))
        .show("x = 1e9, h = 1e-6"),
        Wrong::new(
            "twice-one-side",
            |f, x, h| (f(x + h) - f(x - h)) / (2.0 * ((x + h) - x)),
            "a quotient with twice the distance on the right below",
            "Is x − h rounded as far as x + h is?",
        )
        .or(|f, x, h| (f(x + h) - f(x - h)) / (2.0 * (x - (x - h))))
        .show("x = 1, h = 3e-16"),
        Wrong::new(
            "zero-when-stuck",
            |f, x, h| or_zero(x, h, right(f, x, h)),
            "a quotient that says 0 where the step does not move x",
            "You looked at one point only. What do you know about the slope there?",
        )
        .show("x = 1e9, h = 1e-9"),
        Wrong::new(
            "epsilon-guard",
            |f, x, h| if h.abs() < f64::EPSILON { f64::NAN } else { right(f, x, h) },
            "a quotient that refuses every step below 2.2e-16, wherever x is",
            "How far from 1e-5 is the next f64?",
        )
        .or(|f, x, h| {
            let distance = (x + h) - (x - h);
            if distance.abs() < f64::EPSILON { f64::NAN } else { right(f, x, h) }
        })
        .or(|f, x, h| if h.abs() < f64::EPSILON { 0.0 } else { right(f, x, h) })
        .or(|f, x, h| {
            let distance = (x + h) - (x - h);
            if distance.abs() < f64::EPSILON { 0.0 } else { right(f, x, h) }
        })
        .show("x = 1e-5, h = 1e-18"),
        Wrong::new(
            "single",
            |f, x, h| {
                let (x, h) = (x as f32, h as f32);
                let at = |x: f32| f(f64::from(x)) as f32;
                f64::from((at(x + h) - at(x - h)) / ((x + h) - (x - h)))
            },
            "a quotient of numbers with seven digits",
            "How many digits are left when two numbers of seven digits are subtracted?",
        )
        .show("a small step"),
        Wrong::new(
            "ignores-h",
            |f, x, _| right(f, x, 1e-5),
            "a quotient with a step of its own",
            "What does the caller want h for?",
        )
        .or(|f, x, _| right(f, x, 1e-6))
        .or(|f, x, _| right(f, x, 1e-4))
        .or(|f, x, _| right(f, x, 1e-3))
        .or(|f, x, _| right(f, x, f64::EPSILON.cbrt()))
        .or(|f, x, _| right(f, x, f64::EPSILON.cbrt() * x.abs().max(1.0)))
        .show("a cube"),
        Wrong::new(
            "scales-step",
            |f, x, h| right(f, x, h * x.abs().max(1.0)),
            "a quotient whose step grows with x although the caller has named one",
            "Which two points does the task name?",
        )
        .or(|f, x, h| right(f, x, h * x.abs()))
        .or(|f, x, h| right(f, x, h * (1.0 + x.abs())))
        .show("a cube"),
        Wrong::new(
            "step-floor",
            |f, x, h| right(f, x, h.abs().max(1e-8)),
            "a quotient that lengthens steps which it finds too short",
            "The caller asked for a step of 1e-15. Which step was measured?",
        )
        .or(|f, x, h| right(f, x, if h == 0.0 { 1e-8 } else { h }))
        .or(|f, x, h| right(f, x, h.abs().max(1e-6)))
        .or(|f, x, h| right(f, x, h.abs().max(f64::EPSILON)))
        .show("x = 1, h = 0"),
        Wrong::new(
            "half-steps",
            |f, x, h| right(f, x, h / 2.0),
            "a quotient over a half step on either side",
            "How far from x are your two points?",
        )
        .or(|f, x, h| (f(x + h / 2.0) - f(x - h / 2.0)) / h)
        .show("a cube"),
        Wrong::new(
            "double-steps",
            |f, x, h| right(f, x, 2.0 * h),
            "a quotient over two steps on either side",
            "How far from x are your two points?",
        )
        .show("a cube"),
        Wrong::new(
            "h-squared",
            |f, x, h| (f(x + h) - f(x - h)) / (h * h),
            "a first difference divided by h²",
            "If the step is halved, the difference above is about halved too. And what is below?",
        )
        .or(|f, x, h| (f(x + h) - f(x - h)) / (2.0 * h * h))
        .show("a cube"),
        Wrong::new(
            "second-derivative",
            |f, x, h| (f(x + h) - 2.0 * f(x) + f(x - h)) / (h * h),
            "the second difference, which measures how the slope changes",
            "What does your formula give for a straight line?",
        )
        .show("a straight line, falling"),
        Wrong::new(
            "sign-flipped",
            |f, x, h| -right(f, x, h),
            "the left value less the right one, over a positive distance",
            "Does your slope of a rising line rise?",
        )
        .or(|f, x, h| (f(x - h) - f(x + h)) / (2.0 * h)),
        Wrong::new(
            "not-divided",
            |f, x, h| f(x + h) - f(x - h),
            "the difference of the values alone",
            "What happens to your number if the step is halved, and what should happen?",
        )
        .show("a cube, a shorter step"),
        Wrong::new(
            "times-h",
            |f, x, h| (f(x + h) - f(x - h)) / 2.0 * h,
            "a quotient in which h stands above the line",
            "How does a machine read a / 2.0 * h?",
        )
        .show("a cube"),
        Wrong::new(
            "precedence",
            |f, x, h| f(x + h) - f(x - h) / ((x + h) - (x - h)),
            "a difference of which only the second value is divided",
            "Which operation does a machine do first, − or /?",
        )
        .or(|f, x, h| f(x + h) - f(x - h) / (2.0 * h)),
        Wrong::new(
            "sum",
            |f, x, h| (f(x + h) + f(x - h)) / ((x + h) - (x - h)),
            "the sum of the two values over their distance",
            "What is the slope of a constant by your formula?",
        )
        .or(|f, x, h| (f(x + h) + f(x - h)) / (2.0 * h))
        .show("a constant"),
        Wrong::new(
            "extrapolates",
            extrapolated,
            "an extrapolation of two central differences: closer to the derivative, and not what was asked for",
            "For x³ at 1.5 with h = 0.5, what is the slope of the chord?",
        )
        .show("exp, a long step"),
    ]
}

/// Careful people who write it differently.
#[cfg(test)]
mod tests {
    use super::super::solution;
    use super::*;
    use crate::judge::{Passing, apart};
    use crate::observe::trace;
    use crate::spec::Exercise;

    fn passes(what: &str, subject: <Spec as Exercise>::Subject) {
        let reference = trace::<Spec>(&(crate::central!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_quotients_pass() {
        passes("both signs turned", |f, x, h| (f(x - h) - f(x + h)) / ((x - h) - (x + h)));
        passes("a branch for NaN", |f, x, h| if x + h == x { f64::NAN } else { right(f, x, h) });
        passes("a step without a sign", |f, x, h| right(f, x, h.abs()));
        passes("each value divided", |f, x, h| {
            let d = (x + h) - (x - h);
            f(x + h) / d - f(x - h) / d
        });
    }
}
