//! Four formulas for one slope, and what is wrong with each at every step, in `f32` and in `f64`. Chapter: *Derivatives by differences*.
//!
//! | formula | calls | truncation | rounding | best step | error there, in `f64` |
//! |---|---|---|---|---|---|
//! | forward | 2 | h/2·f″ | 2ε·f/h | 2·√(ε·f/f″) | 1e-8 |
//! | central | 2 | h²/6·f‴ | ε·f/h | ∛(3ε·f/f‴) | 1e-10 |
//! | extrapolated | 4 | h⁴/480·f⁽⁵⁾ | 3ε·f/h | ⁵√(360ε·f/f⁽⁵⁾) | 1e-12 |
//! | complex step | 1 | h²/6·f‴ | none that grows | anything below √ε | 1e-16 |
//!
//! (f, f″ … are sizes, without signs; the errors are for functions whose derivatives are all near 1.) The pattern: a truncation error c·hᵖ
//! and a rounding error r/h are smallest together where p·c·hᵖ = r/h, at h = (r/(p·c))^(1/(p+1)), and the sum there is of size r^(p/(p+1)).
//! With p = 1 half of the digits are left, with p = 2 two thirds, with p = 4 four fifths.
//!
//! Source: Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, section 1.14 (cancellation); Nocedal and Wright,
//! *Numerical Optimization*, 2nd edition, section 8.1.

use crate::complex::{Complex, complex_step};
use linalg::Real;

/// A function that can be evaluated on any number: `f64`, `f32`, complex, dual.
pub trait Function {
    /// f(x).
    fn at<T: Real>(&self, x: T) -> T;
}

/// How a slope is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// (f(x+h) − f(x)) / h.
    Forward,
    /// (f(x+h) − f(x−h)) / 2h.
    Central,
    /// (4·D(h/2) − D(h)) / 3, with D the central difference: one step of Richardson's extrapolation.
    Extrapolated,
    /// Im f(x + ih) / h.
    Complex,
}

impl Formula {
    /// All four, from the oldest to the most exact.
    pub const ALL: [Formula; 4] =
        [Formula::Forward, Formula::Central, Formula::Extrapolated, Formula::Complex];

    /// The slope of `f` at `x` by this formula with step `h`, computed in `T` throughout.
    ///
    /// ```
    /// use calculus::formulas::{Formula, Function};
    /// use linalg::Real;
    ///
    /// struct Square;
    /// impl Function for Square {
    ///     fn at<T: Real>(&self, x: T) -> T {
    ///         x * x
    ///     }
    /// }
    /// assert_eq!(Formula::Forward.slope(&Square, 3.0, 0.25), 6.25); // 2x + h
    /// assert_eq!(Formula::Central.slope(&Square, 3.0, 0.25), 6.0);
    /// assert_eq!(Formula::Complex.slope(&Square, 3.0, 0.25), 6.0);
    /// assert_eq!(Formula::Central.slope(&Square, 3.0_f32, 1e-9), 0.0); // x + h = x
    /// ```
    ///
    /// It divides by h as it is written in textbooks (and not, as [`crate::differences`] does, by the distance of the two points as
    /// rounded), so that the whole error of the formula is there to be seen.
    ///
    /// Cost: one, two or four calls of `f`.
    pub fn slope<T: Real>(self, f: &impl Function, x: T, h: T) -> T
    where
        Complex<T>: Real,
    {
        let two = T::ONE + T::ONE;
        let central = |h: T| (f.at(x + h) - f.at(x - h)) / (two * h);
        match self {
            Formula::Forward => (f.at(x + h) - f.at(x)) / h,
            Formula::Central => central(h),
            Formula::Extrapolated => (T::from_f64(4.0) * central(h / two) - central(h)) / T::from_f64(3.0),
            Formula::Complex => complex_step(|z| f.at(z), x, h),
        }
    }

    /// The power p of h in the truncation error.
    pub fn order(self) -> i32 {
        match self {
            Formula::Forward => 1,
            Formula::Central | Formula::Complex => 2,
            Formula::Extrapolated => 4,
        }
    }

    /// What is lost because the step is long: c·hᵖ, with `derivative` the size of f″, f‴, f⁽⁵⁾, f‴ for the four.
    ///
    /// ```
    /// use calculus::formulas::Formula;
    ///
    /// assert_eq!(Formula::Central.truncation(0.1, 6.0), 0.1 * 0.1);
    /// ```
    pub fn truncation(self, h: f64, derivative: f64) -> f64 {
        let c = match self {
            Formula::Forward => 1.0 / 2.0,
            Formula::Central | Formula::Complex => 1.0 / 6.0,
            Formula::Extrapolated => 1.0 / 480.0,
        };
        c * derivative * h.powi(self.order())
    }

    /// What may be lost because the step is short: r/h, with `noise` the error of one value of f, ε·|f| at least. 0 for the complex step.
    pub fn rounding(self, h: f64, noise: f64) -> f64 {
        let r = match self {
            Formula::Forward => 2.0,
            Formula::Central => 1.0,
            Formula::Extrapolated => 3.0, // (4·1/(h/2) + 1/h) / 3
            Formula::Complex => 0.0,
        };
        r * noise / h
    }

    /// The step at which the sum of [`truncation`](Formula::truncation) and [`rounding`](Formula::rounding) is smallest:
    /// h = (r/(p·c))^(1/(p+1)). 0 for the complex step: the shorter, the better.
    ///
    /// ```
    /// use calculus::formulas::Formula;
    ///
    /// // exp at 1: f and all its derivatives are e
    /// let e = 1.0_f64.exp();
    /// let h = Formula::Central.best_step(f64::EPSILON * e, e);
    /// assert!((h - (3.0 * f64::EPSILON).cbrt()).abs() < 1e-15); // 9e-6
    /// ```
    ///
    /// Infinite where `derivative` is 0: there no step is too long.
    pub fn best_step(self, noise: f64, derivative: f64) -> f64 {
        let p = self.order();
        (self.rounding(1.0, noise) / (f64::from(p) * self.truncation(1.0, derivative)))
            .powf(1.0 / f64::from(p + 1))
    }
}

/// The error of a formula for steps of 10⁻ᵏ, from k = 0 to `decades`, `each` a decade: (step, |slope − exact|), computed in `T`.
///
/// ```
/// use calculus::formulas::{Formula, Function, errors};
/// use linalg::Real;
///
/// struct Exp;
/// impl Function for Exp {
///     fn at<T: Real>(&self, x: T) -> T {
///         x.exp()
///     }
/// }
/// let best = |formula| errors::<f64>(formula, &Exp, 1.0, 1.0_f64.exp(), 16, 4).iter().map(|e| e.1).fold(1.0, f64::min);
/// assert!(best(Formula::Forward) > 1e-10 && best(Formula::Complex) < 1e-15);
/// ```
///
/// A slope that is not finite (x + h = x, both 0: 0/0) counts as an error of its whole size, |exact|.
pub fn errors<T: Real>(
    formula: Formula,
    f: &impl Function,
    x: f64,
    exact: f64,
    decades: u32,
    each: u32,
) -> Vec<(f64, f64)>
where
    Complex<T>: Real,
{
    (0..=decades * each)
        .map(|k| {
            let h = 10_f64.powf(-f64::from(k) / f64::from(each));
            let slope = formula.slope::<T>(f, T::from_f64(x), T::from_f64(h)).to_f64();
            let error = if slope.is_finite() { (slope - exact).abs() } else { exact.abs() };
            (h, error)
        })
        .collect()
}
