//! Witnesses that can be deceived, and witnesses that accuse the innocent.
//!
//! Most come twice: by somebody who thought of kinks, and by somebody who compares with the central difference.

use super::Spec;

type Wrong = crate::spec::Wrong<Spec>;
type Function<'a> = &'a dyn Fn(&[f64]) -> f64;

/// What was measured for one element.
#[derive(Clone, Copy)]
struct Slope {
    left: f64,
    right: f64,
    /// What counts as right reaches from `low` to `high`: one number, the central difference, for those who know no kinks.
    low: f64,
    high: f64,
    /// What rounding can do.
    noise: f64,
}

impl Slope {
    fn size(&self) -> f64 {
        self.left.abs() + self.right.abs()
    }
    fn central(&self) -> f64 {
        f64::midpoint(self.left, self.right)
    }
    /// How far outside a claim lies; negative or 0 inside.
    fn off(&self, claim: f64) -> f64 {
        (self.low - claim).max(claim - self.high)
    }
    fn tolerance(&self) -> f64 {
        1e-4 * self.size() + self.noise
    }
    fn fits(&self, claim: f64) -> bool {
        self.off(claim) <= self.tolerance() && self.tolerance().is_finite()
    }
}

fn slope<const KINKS: bool>(f: Function<'_>, x: &[f64], i: usize, h: f64) -> Slope {
    let here = f(x);
    let at = |to: f64| {
        let mut moved = x.to_vec();
        moved[i] = to;
        f(&moved)
    };
    let (left, right) = ((here - at(x[i] - h)) / h, (at(x[i] + h) - here) / h);
    let central = f64::midpoint(left, right);
    let (low, high) = if KINKS { (left.min(right), left.max(right)) } else { (central, central) };
    Slope { left, right, low, high, noise: 1e-14 * here.abs() / h }
}

fn step(x: f64) -> f64 {
    1e-6 * x.abs().max(1.0)
}

fn slopes<const KINKS: bool>(f: Function<'_>, x: &[f64]) -> Vec<Slope> {
    (0..x.len()).map(|i| slope::<KINKS>(f, x, i, step(x[i]))).collect()
}

/// Decides element by element; all have to fit.
fn all<const KINKS: bool>(
    f: Function<'_>,
    x: &[f64],
    grad: &[f64],
    fits: impl Fn(Slope, f64) -> bool,
) -> bool {
    x.len() == grad.len() && slopes::<KINKS>(f, x).into_iter().zip(grad).all(|(s, &g)| fits(s, g))
}

/// The right decision, with another step.
fn stepping<const KINKS: bool>(f: Function<'_>, x: &[f64], grad: &[f64], h: impl Fn(f64) -> f64) -> bool {
    let fits = |i: usize| slope::<KINKS>(f, x, i, h(x[i])).fits(grad[i]);
    x.len() == grad.len() && (0..x.len()).all(fits)
}

/// The same without a word about rounding.
fn stepping_bare<const KINKS: bool>(
    f: Function<'_>,
    x: &[f64],
    grad: &[f64],
    h: impl Fn(f64) -> f64,
) -> bool {
    let fits = |i: usize| {
        let s = slope::<KINKS>(f, x, i, h(x[i]));
        s.off(grad[i]) <= 1e-4 * s.size() && s.size().is_finite()
    };
    x.len() == grad.len() && (0..x.len()).all(fits)
}

fn length(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// One step for all elements.
fn one_step<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    let h = x.iter().map(|&x| step(x)).fold(step(0.0), f64::max);
    stepping::<K>(f, x, grad, |_| h)
}

fn nan_passes<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| {
        let wrong = s.off(g) > s.tolerance();
        !wrong
    })
}

fn nan_slope<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    grad.iter().all(|g| g.is_finite()) && nan_passes::<K>(f, x, grad)
}

fn infinity_passes<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| s.off(g) <= 1e-4 * s.size().max(g.abs()) + s.noise)
}

fn at_index<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64], i: Option<usize>) -> bool {
    let fits = |i| slope::<K>(f, x, i, step(x[i])).fits(grad[i]);
    x.len() == grad.len() && i.is_none_or(fits)
}

fn first_index<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    at_index::<K>(f, x, grad, (!x.is_empty()).then_some(0))
}

fn last_index<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    at_index::<K>(f, x, grad, x.len().checked_sub(1))
}

fn any_element<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    x.len() == grad.len() && slopes::<K>(f, x).iter().zip(grad).any(|(s, &g)| s.fits(g))
}

/// One number for all elements.
fn in_one(f: Function<'_>, x: &[f64], grad: &[f64], number: impl Fn(&[f64]) -> f64) -> bool {
    let slopes = slopes::<false>(f, x);
    let measured: Vec<f64> = slopes.iter().map(Slope::central).collect();
    let (expected, claimed) = (number(&measured), number(grad));
    let noise: f64 = slopes.iter().map(|s| s.noise).sum();
    x.len() == grad.len() && (expected - claimed).abs() <= 1e-4 * expected.abs() + noise
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn direction_only(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    let measured: Vec<f64> = slopes::<false>(f, x).iter().map(Slope::central).collect();
    let product: f64 = measured.iter().zip(grad).map(|(m, g)| m * g).sum();
    x.len() == grad.len() && (x.is_empty() || product / (norm(&measured) * norm(grad)) > 1.0 - 1e-8)
}

fn absolute_only<const K: bool, const DIGITS: i32>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| s.off(g) <= 10.0_f64.powi(-DIGITS))
}

fn at_least_one<const K: bool, const DIGITS: i32>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| s.off(g) <= 10.0_f64.powi(-DIGITS) * (s.size() / 2.0).max(1.0))
}

fn relative_only<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| s.off(g) / s.size() <= 1e-4)
}

fn relative_product<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| s.off(g) <= 1e-4 * s.size() && s.size().is_finite())
}

fn relative_to_largest<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    let largest = slopes::<K>(f, x).iter().map(Slope::size).fold(0.0, f64::max);
    all::<K>(f, x, grad, |s, g| s.off(g) <= 1e-4 * largest + s.noise && s.tolerance().is_finite())
}

fn relative_to_norm(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    let measured: Vec<f64> = slopes::<false>(f, x).iter().map(Slope::central).collect();
    let difference: Vec<f64> = measured.iter().zip(grad).map(|(m, g)| m - g).collect();
    x.len() == grad.len() && norm(&difference) <= 1e-4 * (norm(&measured) + norm(grad))
}

fn mean_error<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    let slopes = slopes::<K>(f, x);
    let errors = slopes.iter().zip(grad).map(|(s, &g)| s.off(g).max(0.0) / s.tolerance());
    let bad = slopes.iter().zip(grad).any(|(s, g)| !g.is_finite() || !s.tolerance().is_finite());
    let n = x.len().max(1) as f64;
    x.len() == grad.len() && !bad && errors.filter(|e| !e.is_nan()).sum::<f64>() / n <= 1.0
}

fn skips_zeros<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| g == 0.0 || s.fits(g))
}

fn any_length<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    slopes::<K>(f, x).into_iter().zip(grad).all(|(s, &g)| s.fits(g))
}

fn magnitudes<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| s.fits(g) || s.fits(-g))
}

fn only_too_large<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| g - s.high <= s.tolerance() && s.tolerance().is_finite())
}

fn only_too_small<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    all::<K>(f, x, grad, |s, g| s.low - g <= s.tolerance() && s.tolerance().is_finite())
}

fn fixed_step<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    stepping::<K>(f, x, grad, |_| 1e-6)
}

fn step_of_x<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    stepping::<K>(f, x, grad, |x| 1e-6 * x.abs())
}

fn long_step<const K: bool, const DIGITS: i32>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    stepping::<K>(f, x, grad, |x| 10.0_f64.powi(-DIGITS) * x.abs().max(1.0))
}

/// Short steps, by somebody who does not know what they do to the tolerance.
fn short_step<const K: bool, const DIGITS: i32>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    let fits = |i: usize| {
        let mut s = slope::<K>(f, x, i, 10.0_f64.powi(-DIGITS) * x[i].abs().max(1.0));
        s.noise = 1e-8 * f(x).abs();
        s.fits(grad[i])
    };
    x.len() == grad.len() && (0..x.len()).all(fits)
}

/// How far the claim may be off, relative to the slope.
fn within<const K: bool>(f: Function<'_>, x: &[f64], grad: &[f64], part: f64, noise: f64) -> bool {
    all::<K>(f, x, grad, |s, g| s.off(g) <= part * s.size() + noise * s.noise && s.tolerance().is_finite())
}

/// From one side, with a step that is good enough elsewhere.
fn one_side(f: Function<'_>, x: &[f64], grad: &[f64], side: impl Fn(&Slope) -> f64, h: f64) -> bool {
    let fits = |i: usize| {
        let s = slope::<false>(f, x, i, h * x[i].abs().max(1.0));
        (side(&s) - grad[i]).abs() <= s.tolerance() && s.tolerance().is_finite()
    };
    x.len() == grad.len() && (0..x.len()).all(fits)
}

/// The slope along one vector of mixed numbers, against the same mixture of the claims.
fn one_direction<const KINKS: bool>(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    let way: Vec<f64> = (0..x.len()).map(|i| ((i * 7 + 3) % 11) as f64 / 5.0 - 0.9).collect();
    let along = |t: &[f64]| f(&x.iter().zip(&way).map(|(x, w)| x + t[0] * w).collect::<Vec<_>>());
    let longest = x.iter().fold(1.0, |max: f64, x| max.max(x.abs()));
    let claimed: f64 = grad.iter().zip(&way).map(|(g, w)| g * w).sum();
    x.len() == grad.len() && slope::<KINKS>(&along, &[0.0], 0, 1e-6 * longest).fits(claimed)
}

fn round_to<const DECIMALS: i32>(x: f64) -> f64 {
    (x * 10.0_f64.powi(DECIMALS)).round()
}

fn not_restored(f: Function<'_>, x: &[f64], grad: &[f64]) -> bool {
    let here = f(x);
    let mut moved = x.to_vec();
    x.len() == grad.len()
        && (0..x.len()).all(|i| {
            let h = step(x[i]) / 10.0;
            moved[i] += h;
            let slope = (f(&moved) - here) / h;
            (slope - grad[i]).abs() <= 1e-4 * slope.abs() + 1e-14 * here.abs() / h && slope.is_finite()
        })
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = deceived();
    all.extend(too_strict());
    all
}

/// Witnesses that accept what is wrong.
fn deceived() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "nan-passes",
            nan_passes::<true>,
            "a checker that refuses when the error is larger than the tolerance: NaN is not",
            "Is `NaN > 0.001` true?",
        )
        .or(nan_passes::<false>)
        .show("element 1 is NaN"),
        Wrong::new(
            "nan-slope",
            nan_slope::<true>,
            "a checker that looks for NaN in the gradient and not in the function",
            "If f itself is NaN, what have you measured?",
        )
        .or(nan_slope::<false>)
        .show("f is NaN"),
        Wrong::new(
            "infinity-passes",
            infinity_passes::<true>,
            "a checker whose tolerance grows with the claim: a claim of ∞ gets a tolerance of ∞",
            "Is ∞ ≤ 0.0001·∞?",
        )
        .or(infinity_passes::<false>)
        .show("element 1 is ∞"),
        Wrong::new(
            "one-index",
            first_index::<true>,
            "a checker that looks at one element and trusts the others",
            "How many elements can be wrong without your noticing?",
        )
        .or(first_index::<false>)
        .or(last_index::<true>)
        .or(last_index::<false>),
        Wrong::new(
            "any-element",
            any_element::<true>,
            "a checker that is content with one right element",
            "Of three elements, how many have to be right?",
        )
        .or(any_element::<false>)
        .or(|f, x, g| x.is_empty() && g.is_empty() || any_element::<true>(f, x, g))
        .or(|f, x, g| x.is_empty() && g.is_empty() || any_element::<false>(f, x, g))
        .show("only element 0 is right"),
        Wrong::new(
            "sum-only",
            |f, x, g| in_one(f, x, g, |v| v.iter().sum()),
            "a checker that compares the sum of the elements: one slope, in the direction of all ones",
            "Two elements exchange their places. What happens to their sum?",
        )
        .show("two elements exchanged"),
        Wrong::new(
            "norm-only",
            |f, x, g| in_one(f, x, g, norm),
            "a checker that compares lengths",
            "How long is the gradient with the opposite sign?",
        )
        .show("the opposite sign"),
        Wrong::new(
            "direction-only",
            direction_only,
            "a checker that compares directions (a cosine near 1)",
            "Which direction has a gradient that is twice as large?",
        )
        .or(|f, x, g| direction_only(f, x, g) || x.len() == g.len() && norm(g) == 0.0)
        .show("twice as large"),
        Wrong::new(
            "magnitudes",
            magnitudes::<true>,
            "a checker that compares absolute values",
            "Does a step along the gradient with the opposite sign go up or down?",
        )
        .or(magnitudes::<false>)
        .show("the opposite sign"),
        Wrong::new(
            "signed-error",
            only_too_large::<true>,
            "a checker that takes an error of the other sign for a very small one",
            "Is −6 ≤ 0.001?",
        )
        .or(only_too_large::<false>)
        .or(only_too_small::<true>)
        .or(only_too_small::<false>),
        Wrong::new(
            "skips-zeros",
            skips_zeros::<true>,
            "a checker that passes over the elements that are claimed to be 0",
            "What does a backward pass leave behind that was forgotten for one parameter?",
        )
        .or(skips_zeros::<false>)
        .show("element 0 was forgotten"),
        Wrong::new(
            "any-length",
            any_length::<true>,
            "a checker that compares as many elements as both have",
            "When does `zip` end?",
        )
        .or(any_length::<false>)
        .show("one element is missing"),
        Wrong::new(
            "relative-to-largest",
            relative_to_largest::<true>,
            "a checker that measures all errors against the largest slope",
            "If one slope is 10,000 and another one 4, which error of the small one do you notice?",
        )
        .or(relative_to_largest::<false>)
        .or(relative_to_norm)
        .show("a large and a small slope, the small one is wrong"),
        Wrong::new(
            "mean-error",
            mean_error::<true>,
            "a checker that takes the mean of the errors",
            "One element of 41 is wrong. How much of its error is left in the mean?",
        )
        .or(mean_error::<false>)
        .show("41 elements, element 38 is 0.3 % too large"),
        Wrong::new(
            "skips-kinks",
            |f, x, g| all::<true>(f, x, g, |s, g| (s.left - s.right).abs() > 1e-3 * s.size() || s.fits(g)),
            "a checker that looks away where the two slopes differ",
            "Between which two numbers must a claim lie at a kink?",
        )
        .show("a kink, above both slopes"),
        Wrong::new(
            "too-loose",
            |f, x, g| within::<true>(f, x, g, 1e-2, 1.0),
            "a checker that lets an error of one part in a hundred pass, or more",
            "How large is the smallest mistake that it has to find?",
        )
        .or(|f, x, g| within::<false>(f, x, g, 1e-2, 1.0))
        .or(|f, x, g| within::<true>(f, x, g, 5e-2, 1.0))
        .or(|f, x, g| within::<false>(f, x, g, 5e-2, 1.0))
        .show("0.2 % too large"),
        Wrong::new(
            "one-direction",
            one_direction::<true>,
            "a checker that takes one step in a direction of its own, all elements at once",
            "One slope is 10,000 and another one 4. Which of them do you hear along your direction?",
        )
        .or(one_direction::<false>)
        .show("a large and a small slope, the small one is wrong"),
        Wrong::new(
            "relative-to-value",
            |f, x, g| all::<true>(f, x, g, |s, g| s.off(g) <= 1e-4 * f(x).abs() && s.size().is_finite()),
            "a checker that measures the error against the value of f",
            "Does a function that is large have to be steep?",
        )
        .or(|f, x, g| all::<false>(f, x, g, |s, g| s.off(g) <= 1e-4 * f(x).abs() && s.size().is_finite())),
        Wrong::new(
            "one-step-for-all",
            one_step::<true>,
            "a checker whose one step fits the largest element of x, and no smaller one",
            "By how much do you move an element of 0.5 if its neighbour is 1e6?",
        )
        .or(one_step::<false>)
        .or(|f, x, g| stepping::<true>(f, x, g, |_| 1e-6 * (1.0 + length(x))))
        .or(|f, x, g| stepping::<false>(f, x, g, |_| 1e-6 * (1.0 + length(x)))),
        Wrong::new(
            "whole-gap",
            |f, x, g| {
                all::<false>(f, x, g, |s, g| {
                    let gap = (s.right - s.left).abs();
                    (s.central() - g).abs() <= gap + s.tolerance() && s.tolerance().is_finite()
                })
            },
            "a checker that lets a claim at a kink miss the central slope by as much as the two sides differ",
            "How far is the central slope from either side?",
        )
        .show("a kink, above both slopes"),
    ]
}

/// Witnesses that refuse what is right (and may also accept what is wrong).
fn too_strict() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "tests-at-kink",
            |f, x, g| all::<false>(f, x, g, |s, g| s.fits(g)),
            "a checker that knows one slope for each element, the central one: at a kink that is the mean of two",
            "At 0, what does max(0, x) do to the left, what to the right, and which of the two did you measure?",
        )
        .show("a kink, 0 claimed"),
        Wrong::new(
            "one-side",
            |f, x, g| one_side(f, x, g, |s| s.right, 1e-7),
            "a checker that looks to one side only",
            "At a kink, what would you have seen on the other side?",
        )
        .or(|f, x, g| one_side(f, x, g, |s| s.left, 1e-7))
        .or(|f, x, g| one_side(f, x, g, |s| s.right, 1e-8))
        .or(|f, x, g| one_side(f, x, g, |s| s.left, 1e-8))
        .show("a kink, a number between"),
        Wrong::new(
            "one-side-far",
            |f, x, g| one_side(f, x, g, |s| s.right, 1e-3),
            "a checker that looks to one side, and so far that it measures the chord",
            "By how much does the slope itself change on the length of your step?",
        )
        .or(|f, x, g| one_side(f, x, g, |s| s.left, 1e-3))
        .or(|f, x, g| one_side(f, x, g, |s| s.right, 1e-2))
        .or(|f, x, g| one_side(f, x, g, |s| s.right, 1e-4))
        .or(|f, x, g| one_side(f, x, g, |s| s.right, 1e-5))
        .show("strongly curved, right"),
        Wrong::new(
            "assumes-convex",
            |f, x, g| {
                all::<true>(f, x, g, |s, g| {
                    let t = s.tolerance();
                    s.left - t <= g && g <= s.right + t && t.is_finite()
                })
            },
            "a checker for kinks that open upwards",
            "For −|x| at 0, which of the two slopes is the smaller one?",
        )
        .show("a kink downwards, 0 claimed"),
        Wrong::new(
            "absolute-only",
            absolute_only::<true, 5>,
            "a checker with one tolerance for slopes of every size",
            "Which claims pass for a slope of 1e-7, and how many digits of a slope of 1e9 can you measure?",
        )
        .or(absolute_only::<false, 5>)
        .or(absolute_only::<true, 3>)
        .or(absolute_only::<false, 3>)
        .or(absolute_only::<true, 4>)
        .or(absolute_only::<false, 4>)
        .or(absolute_only::<true, 6>)
        .or(absolute_only::<false, 6>)
        .or(|f, x, g| all::<false>(f, x, g, |s, g| round_to::<3>(s.central()) == round_to::<3>(g)))
        .or(|f, x, g| all::<false>(f, x, g, |s, g| round_to::<5>(s.central()) == round_to::<5>(g)))
        .show("slopes near 1e-7, zeros claimed"),
        Wrong::new(
            "never-below-one",
            at_least_one::<true, 4>,
            "a checker whose tolerance shrinks with the slope only down to a slope of 1",
            "Which claims pass for a slope of 1e-7?",
        )
        .or(at_least_one::<false, 4>)
        .or(at_least_one::<true, 5>)
        .or(at_least_one::<false, 5>)
        .or(at_least_one::<true, 6>)
        .or(at_least_one::<false, 6>)
        .show("slopes near 1e-7, zeros claimed"),
        Wrong::new(
            "relative-only",
            relative_only::<true>,
            "a checker whose tolerance is 0 where the slope is 0",
            "f was rounded before you divided by the step. How large can a measured slope be, if the true one is 0?",
        )
        .or(relative_only::<false>)
        .or(relative_product::<true>)
        .or(relative_product::<false>)
        .show("slopes of 0 and rounding, right"),
        Wrong::new(
            "too-tight",
            |f, x, g| within::<true>(f, x, g, 1e-12, 0.0),
            "a checker that asks for more digits than a difference of two rounded numbers has",
            "How many digits are left when two numbers that agree in the first six are subtracted?",
        )
        .or(|f, x, g| within::<false>(f, x, g, 1e-12, 0.0)),
        Wrong::new(
            "fixed-step",
            fixed_step::<true>,
            "a checker whose step is the same for all x",
            "In floating point, what is 1e12 + 1e-6?",
        )
        .or(fixed_step::<false>)
        .or(|f, x, g| stepping_bare::<true>(f, x, g, |_| 1e-6))
        .or(|f, x, g| stepping_bare::<false>(f, x, g, |_| 1e-6))
        ,
        Wrong::new(
            "no-step-at-zero",
            step_of_x::<true>,
            "a checker whose step is a part of x",
            "How long is your step if x is 0?",
        )
        .or(step_of_x::<false>)
        .show("x = 0, right"),
        Wrong::new(
            "long-step",
            long_step::<true, 2>,
            "a checker whose step is so long that the slope changes on the way",
            "By how much does the slope itself change on the length of your step?",
        )
        .or(long_step::<false, 2>)
        .or(long_step::<true, 3>)
        .show("strongly curved, 0.2 % too large"),
        Wrong::new(
            "short-step",
            short_step::<true, 14>,
            "a checker whose step is so short that rounding is all it measures",
            "f has an error of 1e-16. By what do you divide it?",
        )
        .or(short_step::<false, 14>)
        .or(short_step::<true, 13>)
        .or(short_step::<false, 13>)
        .or(short_step::<true, 12>)
        .or(short_step::<false, 12>),
        Wrong::new(
            "not-restored",
            not_restored,
            "a checker that leaves each element moved while it measures the next ones",
            "When element 1 is measured, where is element 0?",
        ),
        Wrong::new(
            "forgot-two",
            |f, x, g| {
                all::<false>(f, x, g, |s, g| {
                    (2.0 * s.central() - g).abs() <= 2.0 * s.tolerance() && s.tolerance().is_finite()
                })
            },
            "a checker that divides the difference between x + h and x − h by h",
            "How far apart are your two points?",
        )
        .show("twice as large"),
        Wrong::new(
            "ends-only",
            |f, x, g| {
                all::<true>(f, x, g, |s, g| {
                    let near = |slope: f64| (slope - g).abs() <= s.tolerance();
                    (near(s.left) || near(s.right)) && s.tolerance().is_finite()
                })
            },
            "a checker that accepts the slope on the left and that on the right, and nothing between",
            "Which slopes have the lines through the kink that touch the function and do not cross it?",
        )
        .show("a kink, a number between"),
    ]
}

/// Other careful people: with another step, other tolerances, or with the kinks as a second thought.
#[cfg(test)]
mod tests {
    use super::super::solution;
    use super::*;
    use crate::judge::{Passing, apart};
    use crate::observe::trace;
    use crate::spec::Exercise;

    fn passes(what: &str, subject: <Spec as Exercise>::Subject) {
        let reference = trace::<Spec>(&(crate::gradcheck!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_checkers_pass() {
        passes("h = 1e-5", |f, x, g| stepping::<true>(f, x, g, |x| 1e-5 * x.abs().max(1.0)));
        passes("h = 1e-7", |f, x, g| stepping::<true>(f, x, g, |x| 1e-7 * x.abs().max(1.0)));
        passes("h = 1e-6 + 1e-6·|x|", |f, x, g| stepping::<true>(f, x, g, |x| 1e-6 + 1e-6 * x.abs()));
        passes("tighter", |f, x, g| within::<true>(f, x, g, 3e-6, 0.3));
        passes("looser", |f, x, g| within::<true>(f, x, g, 3e-4, 10.0));
        passes("first the central difference, then the kink", |f, x, g| {
            let kinks = slopes::<true>(f, x);
            let fits = |i: usize| {
                let s = slope::<false>(f, x, i, 6e-6 * x[i].abs().max(1.0));
                s.fits(g[i]) || kinks[i].fits(g[i])
            };
            x.len() == g.len() && (0..x.len()).all(fits)
        });
    }
}
