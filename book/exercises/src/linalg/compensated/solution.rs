//! compensated: the task.

/// What the function returns.
pub fn compensated(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| 2.0 * x).collect()
}
