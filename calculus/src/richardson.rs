//! Richardson's extrapolation: two bad answers make a good one, and their distance says how good. Chapter: *Derivatives by differences*.
//!
//! The error of a central difference is not any error. It is a series in h² with fixed coefficients:
//!
//! ```text
//! D(h)   = f′ + a·h²   + b·h⁴    + …
//! D(h/2) = f′ + a·h²/4 + b·h⁴/16 + …
//! ```
//!
//! Two equations, two unknowns: four times the second less the first has no h² left, and (4·D(h/2) − D(h))/3 = f′ − b·h⁴/4 + …. The same
//! again with three steps removes h⁴, and so on: a triangle of which each row halves the step and each column removes a power. Since it
//! reaches sixteen digits with steps near 0.1, rounding is divided by 0.1 and not by 1e-6. That is the whole gain.
//!
//! Source: Richardson, *The approximate arithmetical solution by finite differences*, Philosophical Transactions A 210, 1911; Ridders,
//! *Accurate computation of F′(x) and F′(x)F″(x)*, Advances in Engineering Software 4, 1982 (the stopping rule).

use crate::differences::central;

/// A slope, and how far off it may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// f′(x).
    pub slope: f64,
    /// A bound on its error, as far as values of f can tell: see [`richardson`].
    pub error: f64,
    /// How often f was called.
    pub calls: usize,
}

/// The most rows of the triangle. Each halves the step: the last is 4096 times as short as the first.
const ROWS: usize = 13;

/// One step of extrapolation: (4·D(h/2) − D(h)) / 3, with D the central difference.
///
/// The truncation error is −h⁴/480 · f⁗′: exact for polynomials up to degree 4.
///
/// ```
/// use calculus::differences::central;
/// use calculus::richardson::extrapolated;
///
/// let error = |slope: f64| (slope - 1.0_f64.exp()).abs();
/// assert!(error(central(f64::exp, 1.0, 1e-2)) > 4e-5);
/// assert!(error(extrapolated(f64::exp, 1.0, 1e-2)) < 1e-10);
/// ```
///
/// Cost: four calls of `f`. NaN where [`central`] is.
// ANCHOR: extrapolated
pub fn extrapolated(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> f64 {
    let wide = central(&mut f, x, h);
    let narrow = central(&mut f, x, h / 2.0);
    (4.0 * narrow - wide) / 3.0
}
// ANCHOR_END: extrapolated

/// f′(x) from values of f alone, to thirteen digits or so, with a bound on its error.
///
/// `h` is where the triangle begins: a step on whose length f clearly changes, and not much larger than the distance to the next
/// singularity; 0.1 suits functions that change on a scale of 1. Rows in which f is not finite are left out, so a step that reaches beyond
/// the domain of ln costs calls and nothing else.
///
/// The bound has two parts. How far the best entry is from its two elders in the triangle, which is what truncation can still do; and what
/// rounding can do, 4ε·(max|f| + |x·f′|)/h for the step h of its row, if f is computed to its last digits. Both are honest about smooth functions and say nothing about others: all
/// central differences of |x| at 0 are 0, they agree to the last bit, and the bound is one of rounding at a place that has no slope.
///
/// ```
/// use calculus::richardson::richardson;
///
/// let e = richardson(f64::exp, 1.0, 0.5);
/// let error = (e.slope - 1.0_f64.exp()).abs();
/// assert!(error <= e.error && e.error < 1e-12);
/// // ln is not defined at −0.1: the first rows are left out
/// let e = richardson(f64::ln, 0.1, 0.2);
/// assert!((e.slope - 10.0).abs() <= e.error && e.error < 1e-9);
/// ```
///
/// Cost: two calls of `f` a row, at most 26; usually 8 to 14. NaN with an infinite bound where no row is finite.
// ANCHOR: richardson
pub fn richardson(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> Estimate {
    let mut best = Estimate { slope: f64::NAN, error: f64::INFINITY, calls: 0 };
    let mut above: Vec<f64> = Vec::new(); // the row before this one
    for halvings in 0..ROWS {
        let h = h * 0.5_f64.powi(halvings as i32);
        let mut size = 0.0_f64;
        let mut watched = |x: f64| {
            let y = f(x);
            size = size.max(y.abs());
            y
        };
        let mut row = vec![central(&mut watched, x, h)];
        best.calls += 2;
        if !row[0].is_finite() {
            above.clear(); // outside of the domain, or no step at all: begin again, closer
            continue;
        }
        // The last digit of f, and that of its argument.
        let rounding = 4.0 * f64::EPSILON * (size + (x * row[0]).abs()) / h;
        let mut power = 1.0;
        for column in 0..above.len() {
            power *= 4.0; // 4, 16, 64: h², h⁴, h⁶ when h is halved
            let (left, upper) = (row[column], above[column]);
            let new = left + (left - upper) / (power - 1.0);
            let error = (new - left).abs().max((new - upper).abs()) + rounding;
            if error <= best.error {
                best = Estimate { slope: new, error, ..best };
            }
            row.push(new);
        }
        // Rounding grows from row to row. Once it exceeds what is gained, shorter steps only do harm.
        if rounding > best.error {
            break;
        }
        above = row;
    }
    best
}
// ANCHOR_END: richardson
