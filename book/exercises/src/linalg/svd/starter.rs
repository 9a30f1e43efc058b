//! The singular value decomposition A = U·Σ·Vᵀ, by the eigenvectors of AᵀA.
//!
//! ```text
//! AᵀA = V·Σ²·Vᵀ        A·vᵢ = σᵢ·uᵢ        U (m, k), σ (k), Vᵀ (k, n),  k = min(m, n)
//! ```
//!
//! The columns of U and the rows of Vᵀ are orthonormal; the singular values are positive here and come in descending order. Any shape is
//! allowed, wide ones too; every matrix that comes has k singular values well away from 0 and from one another. Its numbers may be of any
//! size: 1e170 and 1e−170 are ordinary inputs, and their squares do not exist in f64. Signs are yours: each uᵢ and vᵢ may be turned around
//! together.
//!
//! What you have: `SymmetricEigen::new(b.view())`, whose `values` ascend and whose `vectors` hold one eigenvector a column; `a.matmul(&b)`,
//! `a.transpose()`, `a.map(|x| …)`, `Mat::from_fn(rows, cols, |i, j| …)`. `Svd::new` would rather spoil it.

use linalg::{Mat, Svd, SymmetricEigen};

/// The thin factors of `a`: `Svd { u, s, vt }`.
pub fn svd(a: &Mat) -> Svd {
    let _ = SymmetricEigen::new(a.view());
    todo!("eigenvectors of AᵀA, then U")
}
