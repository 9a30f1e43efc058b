//! Matrix multiplication. Chapter: *Tensors and matmul*.

use crate::real::Real;
use crate::view::{View, ViewMut};

/// C ← alpha·A·B + beta·C, for matrices seen through any strides: Aᵀ and Bᵀ are views like any other.
///
/// C\[i,j\] = alpha·Σₖ A\[i,k\]·B\[k,j\] + beta·C\[i,j\], shapes (m, k)·(k, n) → (m, n). With `beta` = 0 the old content
/// of C is never read (it may be NaN): the first write is a store.
///
/// # Panics
/// If the shapes do not match; the message names all three and the caller's line.
#[track_caller]
pub fn gemm<T: Real>(alpha: T, a: View<'_, T>, b: View<'_, T>, beta: T, mut c: ViewMut<'_, T>) {
    let (sa, sb, sc) = (a.shape(), b.shape(), c.shape());
    assert!(
        sa.rank() == 2
            && sb.rank() == 2
            && sc.rank() == 2
            && sa[1] == sb[0]
            && sc[0] == sa[0]
            && sc[1] == sb[1],
        "gemm: shapes {sa} and {sb} do not multiply into {sc}"
    );
    for i in 0..sa[0] {
        for j in 0..sb[1] {
            let mut s = T::ZERO;
            for k in 0..sa[1] {
                s += a[[i, k]] * b[[k, j]];
            }
            let old = if beta == T::ZERO { T::ZERO } else { beta * c[[i, j]] };
            c[[i, j]] = alpha * s + old;
        }
    }
}
