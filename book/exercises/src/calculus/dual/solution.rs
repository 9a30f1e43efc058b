//! Dual numbers.

use exercises::calculus::dual::Dual;

/// A number that does not move when the input does.
pub fn constant(value: f64) -> Dual {
    Dual { value, d: 0.0 }
}

/// The input itself.
pub fn variable(value: f64) -> Dual {
    Dual { value, d: 1.0 }
}

/// a·b. The term a′·b′·ε² is dropped.
pub fn mul(a: Dual, b: Dual) -> Dual {
    Dual { value: a.value * b.value, d: a.d * b.value + a.value * b.d }
}

/// a/b. From q·b = a: q′·b + q·b′ = a′, solved for q′. Without b², which would overflow.
pub fn div(a: Dual, b: Dual) -> Dual {
    let value = a.value / b.value;
    Dual { value, d: (a.d - value * b.d) / b.value }
}

/// eᵃ.
pub fn exp(a: Dual) -> Dual {
    let value = a.value.exp();
    Dual { value, d: value * a.d }
}

/// The natural logarithm.
pub fn ln(a: Dual) -> Dual {
    Dual { value: a.value.ln(), d: a.d / a.value }
}

/// aⁿ. For n = 0 the slope is 0 everywhere; at 0 the formula alone would say 0·∞.
pub fn powi(a: Dual, n: i32) -> Dual {
    let slope = if n == 0 { 0.0 } else { f64::from(n) * a.value.powi(n - 1) };
    Dual { value: a.value.powi(n), d: slope * a.d }
}
