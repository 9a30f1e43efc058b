//! Rotary position embedding, neighbours as pairs.

/// Turns the pairs of `x`, in place, by the angles that belong to `position`.
///
/// The first pair turns by one radian a position, the last one almost not at all: fast hands and slow hands of a clock.
pub fn rope(x: &mut [f64], position: usize, base: f64) {
    let d = x.len();
    for i in 0..d / 2 {
        let angle = position as f64 * base.powf(-2.0 * i as f64 / d as f64);
        let (sin, cos) = angle.sin_cos();
        let (u, v) = (x[2 * i], x[2 * i + 1]); // both, before either is overwritten
        x[2 * i] = u * cos - v * sin;
        x[2 * i + 1] = u * sin + v * cos;
    }
}
