//! Dual numbers: value + d·ε, with ε² = 0. Arithmetic on them is arithmetic and its derivative at once.
//!
//! ```text
//! (a + a′·ε)·(b + b′·ε) = …          drop what has ε²
//! f(a + a′·ε) = f(a) + f′(a)·a′·ε    for every function f
//! ```
//!
//! The numbers may be of any size: a quotient of two numbers near 1e200 is ordinary. A power may have the exponent 0 or a negative one,
//! and x⁰ is 1 everywhere, also at 0.

use exercises::calculus::dual::Dual;

/// A number that does not move when the input does.
pub fn constant(value: f64) -> Dual {
    todo!("a number that stands still")
}

/// The input itself.
pub fn variable(value: f64) -> Dual {
    todo!("a number that moves as the input does")
}

/// a·b.
pub fn mul(a: Dual, b: Dual) -> Dual {
    todo!("multiply out, drop ε²")
}

/// a/b.
pub fn div(a: Dual, b: Dual) -> Dual {
    todo!("which number times b gives a?")
}

/// eᵃ.
pub fn exp(a: Dual) -> Dual {
    todo!("value, slope, chain rule")
}

/// The natural logarithm.
pub fn ln(a: Dual) -> Dual {
    todo!("value, slope, chain rule")
}

/// aⁿ.
pub fn powi(a: Dual, n: i32) -> Dual {
    todo!("value, slope, chain rule")
}
