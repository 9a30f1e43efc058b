//! The central difference, with the distance that is there.

/// The slope of `f` at `x`, measured at `x + h` and `x − h`.
///
/// The two points are computed first, rounding and all; what separates them is their difference, which is exact for neighbours. If they
/// coincide it is 0/0, and that is NaN without a branch.
pub fn central(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    let (left, right) = (x - h, x + h);
    (f(right) - f(left)) / (right - left)
}
