//! A sum that keeps what its additions lose.
//!
//! Each addition rounds, and what the rounding takes away is itself a number that an `f64` holds exactly. If `a` is at least as large in
//! size as `b`, it comes out of what has arrived of `b`:
//!
//! ```text
//! sum  = a + b          rounded
//! lost = b − (sum − a)  exact
//! ```
//!
//! Write a sum that is as good as if it had been made with twice as many digits: the numbers in their order, all of them finite, both
//! signs, and any number may be larger in size than the sum before it. No numbers, no sum: 0.

/// The sum of the numbers; its error is at most one unit in the last digit of the result, as long as the numbers are not thirty digits
/// larger than their sum.
pub fn sum(x: &[f64]) -> f64 {
    todo!("a running sum, and beside it what it loses")
}
