//! Strides: a matrix is a way of reading numbers that lie in one long row.

use exercises::linalg::strides::Layout;

/// The layout of a fresh matrix, as C and NumPy write it: one row further is `cols` numbers further, one column further is the next number.
pub fn row_major(rows: usize, cols: usize) -> Layout {
    Layout { shape: [rows, cols], strides: [cols, 1], offset: 0 }
}

/// The element (i, j), or `None` if the matrix `v` has no such element.
///
/// The shape decides, not the slice: beyond the end of a row lies the next one, a valid address and the wrong number.
pub fn at(data: &[f64], v: Layout, i: usize, j: usize) -> Option<f64> {
    (i < v.shape[0] && j < v.shape[1]).then(|| data[v.offset + i * v.strides[0] + j * v.strides[1]])
}

/// The same numbers with rows and columns exchanged.
pub fn transpose(v: Layout) -> Layout {
    Layout { shape: [v.shape[1], v.shape[0]], strides: [v.strides[1], v.strides[0]], offset: v.offset }
}

/// The rows `from`, `from + 1`, … up to but without `to`, with row `from` as row 0.
///
/// Row `from` begins `from` steps of the row stride after row 0, wherever row 0 begins. How to step on does not change.
pub fn rows(v: Layout, from: usize, to: usize) -> Layout {
    Layout { shape: [to - from, v.shape[1]], offset: v.offset + from * v.strides[0], ..v }
}

/// The sum of all elements of the matrix `v`, read where they lie, without a copy.
///
/// Over indices, not over memory: what lies between the elements does not belong to the matrix, and an element may be met twice.
pub fn sum(data: &[f64], v: Layout) -> f64 {
    let mut sum = 0.0;
    for i in 0..v.shape[0] {
        for j in 0..v.shape[1] {
            sum += data[v.offset + i * v.strides[0] + j * v.strides[1]];
        }
    }
    sum
}
