//! Power iteration.

use linalg::{Mat, norm2};

/// (λ, v) of the eigenvalue of `a` that is largest in size.
///
/// Every step multiplies the part of v along eigenvector k by λₖ, so the largest in size wins. Dividing by the length keeps the
/// numbers near 1; it must be the length of A·v *before* it replaces v. The length never shows a sign: λ comes from vᵀ·A·v.
pub fn power(a: &Mat, steps: usize) -> (f64, Vec<f64>) {
    // No axis, not all alike: roots have no pattern that a matrix of everyday life would share.
    let mut v: Vec<f64> = (0..a.rows()).map(|i| (i as f64 + 1.0).sqrt()).collect();
    let length = norm2(&v);
    for x in &mut v {
        *x /= length;
    }
    for _ in 0..steps {
        let image = times(a, &v);
        let length = norm2(&image);
        if length == 0.0 {
            return (0.0, v);
        }
        v = image.iter().map(|x| x / length).collect();
    }
    (dot(&v, &times(a, &v)), v)
}

/// A·v.
fn times(a: &Mat, v: &[f64]) -> Vec<f64> {
    (0..a.rows()).map(|i| dot(a.row(i), v)).collect()
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
