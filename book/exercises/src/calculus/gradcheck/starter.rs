//! The gradient check: an independent witness that needs nothing but the function itself.
//!
//! Somebody claims that `grad` is the gradient of f at `x`. Say `true` if it is and `false` if it is not. All you can do is
//! call f: move x by a little, see what happens, divide.
//!
//! * A right gradient is right in *every* element, to twelve digits. A wrong one is wrong by a thousandth or more in at least
//!   one. In between lies your tolerance. The slopes may be of any size: 1e-7 and 1e9 are ordinary. A slope may also be 0.
//! * f is computed in floating point. The rounding error of f, about 1e-16·|f|, divided by your step, is no mistake of the
//!   gradient. The elements of x may be of any size too: 0 and 1e12 are ordinary.
//! * At a kink, as that of max(0, x) at 0, the slope to the left is not the slope to the right. Every number from the one to the
//!   other is right there, and nothing else.
//! * What is not finite is never right, be it an element of `grad` or f itself. Nor is a gradient of another length than x. Where
//!   there is nothing to be checked, nothing is wrong.

/// Whether `grad` is the gradient of `f` at `x`.
pub fn gradcheck(f: impl Fn(&[f64]) -> f64, x: &[f64], grad: &[f64]) -> bool {
    todo!("two slopes for each element, and a decision")
}
