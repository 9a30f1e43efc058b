//! Solve A·x = b by elimination.

use exercises::Mat;
use exercises::linalg::solve::Singular;

/// x with A·x = b.
///
/// The largest entry divides, so no factor is beyond 1 and no rounding error is multiplied.
///
/// # Errors
/// [`Singular`] if in some column nothing but zeros is left to divide by.
pub fn solve(a: &Mat, b: &[f64]) -> Result<Vec<f64>, Singular> {
    let mut a = a.clone();
    let mut x = b.to_vec();
    let n = x.len();
    for k in 0..n {
        let mut pivot = k;
        for i in k + 1..n {
            if a[[i, k]].abs() > a[[pivot, k]].abs() {
                pivot = i;
            }
        }
        if a[[pivot, k]] == 0.0 {
            return Err(Singular);
        }
        for j in 0..n {
            (a[[k, j]], a[[pivot, j]]) = (a[[pivot, j]], a[[k, j]]);
        }
        x.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[[i, k]] / a[[k, k]];
            for j in k..n {
                let above = a[[k, j]];
                a[[i, j]] -= factor * above;
            }
            x[i] -= factor * x[k];
        }
    }
    for i in (0..n).rev() {
        for j in i + 1..n {
            x[i] -= a[[i, j]] * x[j];
        }
        x[i] /= a[[i, i]];
    }
    Ok(x)
}
