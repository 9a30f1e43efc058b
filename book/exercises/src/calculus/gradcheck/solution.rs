//! The gradient check: an independent witness that needs nothing but the function itself.

/// Whether `grad` is the gradient of `f` at `x`.
pub fn gradcheck(f: impl Fn(&[f64]) -> f64, x: &[f64], grad: &[f64]) -> bool {
    if grad.len() != x.len() {
        return false;
    }
    let here = f(x);
    let mut moved = x.to_vec();
    for i in 0..x.len() {
        // Relative to x, or x + h would round to x; but never 0.
        let h = 1e-6 * x[i].abs().max(1.0);
        moved[i] = x[i] + h;
        let right = (f(&moved) - here) / h;
        moved[i] = x[i] - h;
        let left = (here - f(&moved)) / h;
        moved[i] = x[i];

        // Relative to the slope, since slopes have all sizes; and what rounding alone can do, since a slope may be 0.
        let tolerance = 1e-4 * (left.abs() + right.abs()) + 1e-14 * here.abs() / h;
        // Where f is smooth the two slopes are nearly one. At a kink they are the ends of what is right.
        let fits = left.min(right) - tolerance <= grad[i] && grad[i] <= left.max(right) + tolerance;
        // Asked so that NaN says no.
        if !(fits && tolerance.is_finite()) {
            return false;
        }
    }
    true
}
