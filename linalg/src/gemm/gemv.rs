//! Matrix-vector products: every element of the matrix is used once, so there is nothing to pack and nothing to keep.
//! What counts is to read the matrix in the order in which it lies.
//!
//! x·B is a sum of B's rows, weighted with x, and also a list of dot products, one for each column. Both need k·n
//! multiply-adds; the first reads B by rows, the second by columns. Chapter: *The matrix product as hardware sees it*.

use crate::par;
use crate::real::Real;
use crate::view::{View, ViewMut};

// ANCHOR: gemv
/// Elements of the matrix that each thread of a matrix-vector product must have: far fewer than a matrix product asks for, since each
/// costs not a multiplication but a trip to the cache or to memory.
pub const ELEMENTS_WORTH_A_THREAD: usize = 1 << 18;

/// The same while the other threads are kept awake: see [`par::awake`].
pub const ELEMENTS_WORTH_A_THREAD_AWAKE: usize = 1 << 14;

/// C ← alpha·x·B + beta·C for one row x.
///
/// Returns false, having done nothing, if an operand is not contiguous in a useful direction.
pub(super) fn row_times_matrix<T: Real>(
    threads: usize,
    alpha: T,
    x: View<'_, T>,
    b: View<'_, T>,
    beta: T,
    c: &mut ViewMut<'_, T>,
) -> bool {
    let (k, n) = (b.shape()[0], b.shape()[1]);
    let (b_row, b_col) = (b.strides()[0], b.strides()[1]);
    let by_rows = b_col == 1 || n == 1;
    if (x.strides()[1] != 1 && k > 1) || (c.strides()[1] != 1 && n > 1) || !(by_rows || b_row == 1) {
        return false;
    }
    let (x, b, c) = (&x.data()[..k], b.data(), &mut c.data_mut()[..n]);
    if beta == T::ZERO {
        c.fill(T::ZERO);
    } else if beta != T::ONE {
        for c in &mut *c {
            *c *= beta;
        }
    }
    let kernels = T::kernels();
    let worth = if par::is_awake() { ELEMENTS_WORTH_A_THREAD_AWAKE } else { ELEMENTS_WORTH_A_THREAD };
    let pieces = (k * n / worth).clamp(1, threads.min(n));
    let (parallel, width) = (pieces > 1, n.div_ceil(pieces));
    par::for_each_chunk(c, width, parallel, |i, c| {
        if by_rows {
            (kernels.add_rows)(alpha, x, &b[i * width..], b_row, c);
        } else {
            (kernels.add_dots)(alpha, x, &b[i * width * b_col..], b_col, c);
        }
    });
    true
}
// ANCHOR_END: gemv
