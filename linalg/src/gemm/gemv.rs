//! Matrix-vector products: every element of the matrix is used once, so there is nothing to pack and nothing to keep.
//! What counts is to read the matrix in the order in which it lies.

use crate::real::Real;
use crate::view::{View, ViewMut};

/// The product of one row with a matrix whose columns are contiguous (x·Wᵀ with W in rows): one dot product a column.
///
/// Returns whether the operands were of this kind.
pub(super) fn row_times_columns<T: Real>(
    alpha: T,
    x: View<'_, T>,
    b: View<'_, T>,
    beta: T,
    c: &mut ViewMut<'_, T>,
) -> bool {
    let (k, n) = (b.shape()[0], b.shape()[1]);
    let (x_contiguous, b_contiguous) = (x.strides()[1] == 1 || k == 1, b.strides()[0] == 1 || k == 1);
    if !(x_contiguous && b_contiguous) || b.strides()[1] == 1 {
        return false;
    }
    let (x, dot) = (&x.data()[..k], T::kernels().dot);
    for j in 0..n {
        let sum = alpha * dot(x, &b.data()[j * b.strides()[1]..][..k]);
        c[[0, j]] = if beta == T::ZERO { sum } else { sum + beta * c[[0, j]] };
    }
    true
}
