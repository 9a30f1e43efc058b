//! Least squares: the x that makes ‖A·x − b‖₂ smallest.
//!
//! `a` has m rows and n ≤ m columns, which are independent: dependent columns are not asked for, nearly dependent ones are. `b` has m
//! entries. Where the condition of A is κ, the coefficients are wanted to about 16 − log₁₀ κ digits, and the predictions A·x to ten.
//!
//! What you wrote for `qr` is most of the work. Does b take part in it?

use exercises::Mat;

/// The coefficients.
pub fn lstsq(a: &Mat, b: &[f64]) -> Vec<f64> {
    let (m, n) = (a.rows(), a.cols());
    todo!("through Q and R")
}
