//! A square matrix with room to spare. Chapter: *Eigenvalues*.

use crate::view::{View, ViewMut};

/// Numbers a cache line: what the loops of this module take at a time.
pub(super) const LINE: usize = 8;

/// Columns that are rotated together; see [`super::rotations`]. Rows are padded to whole panels.
pub(super) const PANEL: usize = 16;

/// An n×n matrix by rows whose rows and columns are padded with zeros, so that loops need no special case for the last few.
///
/// A row is padded to whole panels and by one line more, so that it has an odd number of cache lines: rows whose distance is
/// a power of two would compete for the same few places of the cache.
pub(super) struct Padded {
    n: usize,
    stride: usize,
    data: Vec<f64>,
}

impl Padded {
    /// All zeros.
    pub(super) fn zeros(n: usize) -> Self {
        let stride = n.next_multiple_of(PANEL) + LINE;
        Padded { n, stride, data: vec![0.0; n.next_multiple_of(4) * stride] }
    }

    pub(super) fn identity(n: usize) -> Self {
        let mut eye = Padded::zeros(n);
        for i in 0..n {
            eye.row_mut(i)[i] = 1.0;
        }
        eye
    }

    /// The number of rows without the padding, n.
    pub(super) fn rows(&self) -> usize {
        self.n
    }

    /// The distance of two rows.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// Row i with its padding.
    #[inline(always)]
    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.stride..][..self.stride]
    }

    /// Row i with its padding.
    #[inline(always)]
    pub(super) fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * self.stride..][..self.stride]
    }

    /// The first columns of some rows, for a product.
    pub(super) fn view(&self, rows: std::ops::Range<usize>, cols: usize) -> View<'_, f64> {
        View::with_strides(&self.data[rows.start * self.stride..], [rows.len(), cols], &[self.stride, 1])
    }

    /// The same, to be written.
    pub(super) fn view_mut(&mut self, rows: std::ops::Range<usize>, cols: usize) -> ViewMut<'_, f64> {
        let shape = [rows.len(), cols];
        ViewMut::with_strides(&mut self.data[rows.start * self.stride..], shape, &[self.stride, 1])
    }

    /// The rows before row i, and row i, each with its padding.
    pub(super) fn split_at_row(&mut self, i: usize) -> (&mut [f64], &mut [f64]) {
        let (above, row) = self.data.split_at_mut(i * self.stride);
        (above, &mut row[..self.stride])
    }

    /// All rows; a whole number of four.
    pub(super) fn data_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }
}
