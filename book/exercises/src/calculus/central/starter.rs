//! The central difference: how fast f changes at x, from one value on either side.
//!
//! ```text
//! (f(x + h) − f(x − h)) / distance
//! ```
//!
//! The distance between the two points is 2h on paper. In a machine x + h and x − h are rounded, and near x = 1e9 two neighbouring `f64` are
//! 1.2e-7 apart: divide by the distance between the points *where they really are*. If h is so small that nothing moves at all, the
//! answer is NaN: no slope was measured, not even a slope of 0. A negative h names the same two points.

/// The slope of `f` at `x`, measured at `x + h` and `x − h`.
pub fn central(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    todo!("two points, two values, one division")
}
