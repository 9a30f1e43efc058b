//! The Jacobian by central differences.

use linalg::Mat;

/// The Jacobian of `f` at `x`, shape (outputs, inputs).
///
/// One input moves at a time, up and down, and every output is looked at: that is a column. The step is ∛ε, relative to the size of
/// the input, and never 0. The first call, at x itself, is there to learn how many outputs there are.
pub fn jacobian(f: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Mat {
    let mut point = x.to_vec();
    let mut j = Mat::zeros([f(x).len(), x.len()]);
    for column in 0..x.len() {
        let h = f64::EPSILON.cbrt() * x[column].abs().max(1.0);
        let (left, right) = (x[column] - h, x[column] + h);
        point[column] = right;
        let above = f(&point);
        point[column] = left;
        let below = f(&point);
        point[column] = x[column];
        for (row, (a, b)) in above.iter().zip(&below).enumerate() {
            j[[row, column]] = (a - b) / (right - left);
        }
    }
    j
}
