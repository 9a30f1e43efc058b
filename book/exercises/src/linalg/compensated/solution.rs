//! A sum that keeps what its additions lose.

/// The sum of the numbers; its error is at most one unit in the last digit of the result, as long as the numbers are not thirty digits
/// larger than their sum.
///
/// The losses are added up on their own, where they are not small beside the sum, and meet it at the end.
pub fn sum(x: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for &x in x {
        let next = sum + x;
        let (large, small) = if sum.abs() >= x.abs() { (sum, x) } else { (x, sum) };
        lost += small - (next - large);
        sum = next;
    }
    sum + lost
}
