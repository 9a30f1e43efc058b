//! Strides: a matrix is a way of reading numbers that lie in one long row.
//!
//! A `Layout` says where the element (i, j) of a matrix lies in a slice:
//!
//! ```text
//! data[offset + i · strides[0] + j · strides[1]]        for i < shape[0], j < shape[1]
//! ```
//!
//! Everything below is a few operations on these five numbers, and no element of `data` is ever moved or copied: that is how
//! `a.T` and `a[2:5]` of NumPy cost nothing. A layout may be anything: transposed, a part of a larger matrix, a matrix whose
//! stride of 0 shows the same row many times.

use exercises::linalg::strides::Layout;

/// The layout of a fresh matrix, as C and NumPy write it: row after row from the beginning of the slice, without gaps.
///
/// An axis of length 0 or 1 makes no difference to the rule for the strides.
pub fn row_major(rows: usize, cols: usize) -> Layout {
    todo!("two strides")
}

/// The element (i, j), or `None` if the matrix `v` has no such element.
pub fn at(data: &[f64], v: Layout, i: usize, j: usize) -> Option<f64> {
    todo!("the formula above, for indices that are inside")
}

/// The same numbers with rows and columns exchanged: element (i, j) of the result is element (j, i) of `v`.
pub fn transpose(v: Layout) -> Layout {
    todo!("another way to read the same numbers")
}

/// The rows `from`, `from + 1`, … up to but without `to`, with row `from` as row 0. It holds that from ≤ to ≤ the number of rows.
pub fn rows(v: Layout, from: usize, to: usize) -> Layout {
    todo!("fewer rows, beginning further on")
}

/// The sum of all elements of the matrix `v`, read where they lie, without a copy.
pub fn sum(data: &[f64], v: Layout) -> f64 {
    todo!("each element (i, j) once")
}
