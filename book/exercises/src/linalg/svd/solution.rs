//! The singular value decomposition by the eigenvectors of AᵀA.

use linalg::{Mat, Svd, SymmetricEigen};

/// The thin factors of `a`: `Svd { u, s, vt }`.
pub fn svd(a: &Mat) -> Svd {
    let (m, n) = (a.rows(), a.cols());
    if m < n {
        // A = (U·Σ·Vᵀ)ᵀ = V·Σ·Uᵀ
        let Svd { u, s, vt } = svd(&a.transpose());
        return Svd { u: vt.transpose(), s, vt: u.transpose() };
    }
    // Squares of numbers near 1 exist.
    let size = a.data().iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    let unit = a.map(|x| x / size);
    let squared = unit.transpose().matmul(&unit);
    let eigen = SymmetricEigen::new(squared.view()).expect("AᵀA is symmetric");
    let v = Mat::from_fn(n, n, |i, j| eigen.vectors[[i, n - 1 - j]]); // the largest first
    let s: Vec<f64> = eigen.values.iter().rev().map(|value| value.sqrt()).collect();
    // U follows from V, so that the signs agree.
    let av = unit.matmul(&v);
    let u = Mat::from_fn(m, n, |i, j| av[[i, j]] / s[j]);
    Svd { u, s: s.iter().map(|s| s * size).collect(), vt: v.transpose() }
}
