//! Rotating the vectors: most of the time of a decomposition. Chapter: *The singular value decomposition*.
//!
//! A sweep turns rows 0 and 1 of Uᵀ, then 1 and 2, and so on down (or from the last row up). Row by row that would read and write the
//! whole matrix for each sweep. But columns do not mix. So sweeps are collected, and then a *panel* of [`PANEL`] columns at a time goes
//! through all of them: the panel stays in the nearest cache, and the row that two neighbouring rotations share in registers.

use crate::simd::vectorise;
use crate::tensor::Mat;
use crate::view::ViewMut;

/// Numbers in a line of the cache.
const LINE: usize = 8;

/// Columns that are rotated together: whole lines.
const PANEL: usize = 16;

/// Make the collected rotations when there are this many for each row: rarely enough to reuse a panel, often enough for a cache.
const COLLECT: usize = 16;

/// Orthonormal vectors, one a row, and the rotations that they have still to make.
pub(super) struct Basis {
    shape: [usize; 2],
    /// A row is padded to whole panels and by one line more: rows whose distance is a power of two would compete for the same few places
    /// of the cache.
    stride: usize,
    /// The first row begins at this place, where a line of the cache begins.
    start: usize,
    data: Vec<f64>,
    rotations: Vec<(f64, f64)>,
    walks: Vec<Walk>,
}

/// A chain of rotations: the first turns the rows `start` and its neighbour, the next that neighbour and the one after it.
#[derive(Clone, Copy)]
struct Walk {
    start: usize,
    down: bool,
    steps: usize,
}

impl Basis {
    /// The first rows of an identity matrix.
    pub(super) fn identity(rows: usize, cols: usize) -> Self {
        let stride = cols.next_multiple_of(PANEL) + LINE;
        let mut data = vec![0.0; rows * stride + LINE];
        let start = (data.as_ptr().addr() / size_of::<f64>()).wrapping_neg() % LINE;
        for i in 0..rows.min(cols) {
            data[start + i * stride + i] = 1.0;
        }
        Basis { shape: [rows, cols], stride, start, data, rotations: Vec::new(), walks: Vec::new() }
    }

    /// The rows without their padding.
    pub(super) fn view_mut(&mut self) -> ViewMut<'_, f64> {
        ViewMut::with_strides(&mut self.data[self.start..], self.shape, &[self.stride, 1])
    }

    /// Notes a chain of rotations. Rotation (c, s) takes rows x, y to c·x + s·y and c·y − s·x. The first has x = row `start` and y the row below it, or above.
    pub(super) fn rotate(&mut self, start: usize, down: bool, rotations: &[(f64, f64)]) {
        self.walks.push(Walk { start, down, steps: rotations.len() });
        self.rotations.extend_from_slice(rotations);
    }

    /// Whether it is time to make the rotations that were collected.
    pub(super) fn is_full(&self) -> bool {
        self.rotations.len() >= COLLECT * self.shape[0]
    }

    /// Makes all rotations that were collected.
    pub(super) fn finish(&mut self) {
        for panel in (0..self.shape[1]).step_by(PANEL) {
            let columns = &mut self.data[self.start + panel..];
            vectorise(
                #[inline(always)]
                || rotate_panel(columns, self.stride, &self.rotations, &self.walks),
            );
        }
        self.rotations.clear();
        self.walks.clear();
    }

    /// The rows in the given order.
    pub(super) fn rows(&self, order: &[usize]) -> Mat {
        let mut rows = Mat::zeros([order.len(), self.shape[1]]);
        for (i, &k) in order.iter().enumerate() {
            rows.row_mut(i).copy_from_slice(&self.data[self.start + k * self.stride..][..self.shape[1]]);
        }
        rows
    }

    /// The rows in the given order, as columns. Eight at a time: whole cache lines on both sides.
    pub(super) fn columns(&self, order: &[usize]) -> Mat {
        let mut columns = Mat::zeros([self.shape[1], order.len()]);
        for (block, order) in order.chunks(LINE).enumerate() {
            for i in 0..self.shape[1] {
                for (to, &k) in columns.row_mut(i)[LINE * block..].iter_mut().zip(order) {
                    *to = self.data[self.start + k * self.stride + i];
                }
            }
        }
        columns
    }
}

/// All walks for one panel: the first [`PANEL`] columns of `rows`.
#[inline(always)]
fn rotate_panel(rows: &mut [f64], stride: usize, mut rotations: &[(f64, f64)], walks: &[Walk]) {
    for walk in walks {
        let (these, rest) = rotations.split_at(walk.steps);
        rotations = rest;
        let mut at = walk.start;
        let mut x = *line(rows, at * stride);
        for &(c, s) in these {
            let next = if walk.down { at + 1 } else { at - 1 };
            let y = *line(rows, next * stride);
            let mut done = [0.0; PANEL];
            for k in 0..PANEL {
                done[k] = c * x[k] + s * y[k];
                x[k] = c * y[k] - s * x[k];
            }
            *line(rows, at * stride) = done;
            at = next;
        }
        *line(rows, at * stride) = x;
    }
}

#[inline(always)]
fn line(rows: &mut [f64], start: usize) -> &mut [f64; PANEL] {
    rows[start..].first_chunk_mut().expect("rows are padded to whole panels")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The readable twin: one rotation after the other, each over two whole rows.
    fn rotate_rows(rows: &mut Mat, start: usize, down: bool, rotations: &[(f64, f64)]) {
        let mut at = start;
        for &(c, s) in rotations {
            let next = if down { at + 1 } else { at - 1 };
            for j in 0..rows.cols() {
                let (x, y) = (rows[[at, j]], rows[[next, j]]);
                rows[[at, j]] = c * x + s * y;
                rows[[next, j]] = c * y - s * x;
            }
            at = next;
        }
    }

    #[test]
    fn panels_and_collected_walks_change_no_bit() {
        for (rows, cols) in [(1, 1), (1, 5), (2, 2), (7, 7), (16, 16), (17, 40), (40, 33)] {
            let mut basis = Basis::identity(rows, cols);
            let mut plain = Mat::from_fn(rows, cols, |i, j| f64::from(i == j));
            for walk in 0..60 {
                let (down, steps) = (walk % 3 > 0, (walk * 7) % rows);
                let start =
                    if down { (walk * 5) % (rows - steps) } else { rows - 1 - (walk * 5) % (rows - steps) };
                let angle = |k: usize| (walk * 100 + k) as f64;
                let rotations: Vec<_> = (0..steps).map(|k| (angle(k).cos(), angle(k).sin())).collect();
                basis.rotate(start, down, &rotations);
                rotate_rows(&mut plain, start, down, &rotations);
            }
            basis.finish();
            let order: Vec<usize> = (0..rows).rev().collect();
            let want = Mat::from_fn(rows, cols, |i, j| plain[[order[i], j]]);
            assert_eq!(basis.rows(&order), want);
            assert_eq!(basis.columns(&order), want.transpose());
        }
    }
}
