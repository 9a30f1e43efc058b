//! How far off, and how fast it gets better: the two numbers of an approximation. Chapter: *Universal approximation*.

use linalg::Real;

/// The largest |f(x) − g(x)| over `samples` points of \[lo, hi\].
///
/// The points are lo + (hi − lo)·frac(i·golden) for i = 0, 1, 2, ... with the golden ratio, which is irrational: after the
/// first, which is `lo`, none of them falls on a knot of an even grid. That matters: an interpolant is exact *at* its
/// knots, so test points that are all knots measure zero.
///
/// NaN in either function makes the result NaN.
///
/// ```
/// use approximation::measure::sup_error;
///
/// let e = sup_error(|x| x * x, |x| x, 0.0, 1.0, 10_000);
/// assert!((e - 0.25).abs() < 1e-6); // the parabola and its chord are furthest apart in the middle
/// ```
///
/// Cost: `samples` evaluations of each function.
// ANCHOR: sup_error
pub fn sup_error<F, G>(f: F, g: G, lo: f64, hi: f64, samples: usize) -> f64
where
    F: Fn(f64) -> f64,
    G: Fn(f64) -> f64,
{
    let golden = f64::midpoint(1.0, 5.0_f64.sqrt());
    (0..samples)
        .map(|i| lo + (hi - lo) * (i as f64 * golden).fract())
        .fold(0.0, |worst: f64, x| worst.max_nan((f(x) - g(x)).abs()))
}
// ANCHOR_END: sup_error

// ANCHOR: rate
/// The exponent p in error ≈ C·widthᵖ: the slope of the least-squares line through (ln width, ln error).
///
/// The base of the logarithm cancels as long as both axes have the same.
///
/// ```
/// use approximation::measure::rate;
///
/// assert!((rate(&[10, 20, 40], &[0.3, 0.075, 0.01875]) + 2.0).abs() < 1e-12);
/// ```
///
/// # Panics
/// If there are fewer than two widths or the lengths differ.
#[track_caller]
pub fn rate(widths: &[usize], errors: &[f64]) -> f64 {
    assert!(widths.len() == errors.len() && widths.len() >= 2, "rate: wanted two or more pairs");
    let n = widths.len() as f64;
    let x: Vec<f64> = widths.iter().map(|&w| (w as f64).ln()).collect();
    let y: Vec<f64> = errors.iter().map(|e| e.ln()).collect();
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let xy: f64 = x.iter().zip(&y).map(|(x, y)| (x - mx) * (y - my)).sum();
    let xx: f64 = x.iter().map(|x| (x - mx) * (x - mx)).sum();
    xy / xx
}
// ANCHOR_END: rate
