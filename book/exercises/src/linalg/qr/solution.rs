//! A = Q·R: orthonormal columns times an upper triangle.

use exercises::Mat;

/// Q and R.
///
/// Mirror k sends what column k has from row k on to a multiple of one axis. Mirrors are orthogonal whatever the matrix is, and
/// so is their product.
pub fn qr(a: &Mat) -> (Mat, Mat) {
    let (m, n) = (a.rows(), a.cols());
    let mut r = a.clone();
    let mut mirrors: Vec<Vec<f64>> = Vec::new();
    for k in 0..n {
        let mut v: Vec<f64> = (k..m).map(|i| r[[i, k]]).collect();
        let largest = v.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
        if largest > 0.0 {
            // numbers near 1: their squares exist
            for x in &mut v {
                *x /= largest;
            }
            let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
            v[0] += length.copysign(v[0]); // away from 0: nothing cancels
            let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
            for x in &mut v {
                *x /= length;
            }
        }
        reflect(&v, &mut r, k);
        mirrors.push(v);
    }
    let mut q = Mat::from_fn(m, n, |i, j| if i == j { 1.0 } else { 0.0 });
    for k in (0..n).rev() {
        reflect(&mirrors[k], &mut q, k);
    }
    (q, Mat::from_fn(n, n, |i, j| if i <= j { r[[i, j]] } else { 0.0 }))
}

/// B ← B − 2·v·(vᵀ·B) for the rows of B from `top` on.
fn reflect(v: &[f64], b: &mut Mat, top: usize) {
    for j in 0..b.cols() {
        let product: f64 = (0..v.len()).map(|i| v[i] * b[[top + i, j]]).sum();
        for i in 0..v.len() {
            b[[top + i, j]] -= 2.0 * product * v[i];
        }
    }
}
