//! A square matrix whose rows do not compete for the cache. Chapter: *Eigenvalues without symmetry*.

use crate::tensor::Mat;
use crate::view::{View, ViewMut};
use std::ops::{Index, IndexMut};

/// Numbers in a cache line.
const LINE: usize = 8;

/// An n×n matrix by rows. A row has an odd number of cache lines: a walk down a column at a distance of a power of two would find room
/// for a few lines only.
#[derive(Clone)]
pub(super) struct Square {
    n: usize,
    stride: usize,
    data: Vec<f64>,
}

impl Square {
    pub(super) fn zeros(n: usize) -> Self {
        let lines = n.div_ceil(LINE) | 1;
        Square { n, stride: lines * LINE, data: vec![0.0; n * lines * LINE] }
    }

    pub(super) fn identity(n: usize) -> Self {
        let mut eye = Square::zeros(n);
        for i in 0..n {
            eye[[i, i]] = 1.0;
        }
        eye
    }

    /// A copy of a square matrix, every entry multiplied by `scale`.
    pub(super) fn scaled(a: View<'_, f64>, scale: f64) -> Self {
        let n = a.shape()[0];
        let mut copy = Square::zeros(n);
        for i in 0..n {
            for j in 0..n {
                copy[[i, j]] = a[[i, j]] * scale;
            }
        }
        copy
    }

    pub(super) fn n(&self) -> usize {
        self.n
    }

    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn data_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }

    #[inline(always)]
    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.stride..][..self.n]
    }

    #[inline(always)]
    pub(super) fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * self.stride..][..self.n]
    }

    /// Rows and columns of it.
    pub(super) fn part(&self, rows: [usize; 2], cols: [usize; 2]) -> View<'_, f64> {
        View::new(&self.data, [self.n, self.stride]).slice(0, rows[0], rows[1]).slice(1, cols[0], cols[1])
    }

    /// Rows and columns of it, to be written.
    pub(super) fn part_mut(&mut self, rows: [usize; 2], cols: [usize; 2]) -> ViewMut<'_, f64> {
        let shape = [self.n, self.stride];
        ViewMut::new(&mut self.data, shape).slice(0, rows[0], rows[1]).slice(1, cols[0], cols[1])
    }

    pub(super) fn to_mat(&self) -> Mat {
        self.part([0, self.n], [0, self.n]).to_tensor()
    }

    pub(super) fn to_transposed(&self) -> Mat {
        self.part([0, self.n], [0, self.n]).transpose().to_tensor()
    }
}

impl Index<[usize; 2]> for Square {
    type Output = f64;
    #[inline(always)]
    fn index(&self, [i, j]: [usize; 2]) -> &f64 {
        &self.data[i * self.stride + j]
    }
}

impl IndexMut<[usize; 2]> for Square {
    #[inline(always)]
    fn index_mut(&mut self, [i, j]: [usize; 2]) -> &mut f64 {
        &mut self.data[i * self.stride + j]
    }
}
