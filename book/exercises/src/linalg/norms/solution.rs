//! Three norms that hold at any size.

use exercises::linalg::norms::Norm;

/// The norm of `x` that `p` asks for.
pub fn norm(x: &[f64], p: Norm) -> f64 {
    match p {
        Norm::One => x.iter().map(|v| v.abs()).sum(),
        Norm::Two => length(x),
        Norm::Max => largest(x),
    }
}

/// The largest |x[i]|; NaN if there is one. `f64::max` alone would pass over it: its answer for NaN and 2 is 2.
fn largest(x: &[f64]) -> f64 {
    let mut largest = 0.0_f64;
    for v in x {
        if v.is_nan() {
            return f64::NAN;
        }
        largest = largest.max(v.abs());
    }
    largest
}

/// The length of x is that of x/m, times m. With m = max |x[i]| all squares lie between 0 and 1, and one of them is 1: none overflows, and
/// those that vanish are too small to matter.
fn length(x: &[f64]) -> f64 {
    let m = largest(x);
    if m == 0.0 || !m.is_finite() {
        return m; // nothing to divide by: only zeros, an infinity, or NaN
    }
    let sum: f64 = x.iter().map(|v| (v / m) * (v / m)).sum();
    m * sum.sqrt()
}
