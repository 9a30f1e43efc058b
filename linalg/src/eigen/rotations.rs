//! Rotating the basis: nine tenths of an eigen-decomposition. Chapter: *Eigenvalues*.
//!
//! A sweep rotates rows m−1 and m of Vᵀ, then m−2 and m−1, up to l. Every row is read and written twice, and with 256 columns
//! that is half a megabyte a sweep, four hundred times. But columns do not mix. So the sweeps are collected, and then a *panel*
//! of [`PANEL`] columns at a time goes through all of them: the panel stays in the first-level cache, and the row that two
//! neighbouring rotations share stays in registers.

use super::padded::{PANEL, Padded};
use crate::simd::vectorise;

/// Apply the collected rotations when there are this many for each row: often enough that they fit in the cache too.
const COLLECT: usize = 8;

/// Vᵀ, one eigenvector a row, and the rotations that it has still to make.
pub(super) struct Basis {
    rows: Padded,
    rotations: Vec<(f64, f64)>,
    /// (lowest row m, number of rotations) of each collected sweep.
    sweeps: Vec<(usize, usize)>,
}

impl Basis {
    /// The basis to start from, one vector a row.
    pub(super) fn new(rows: Padded) -> Self {
        Basis { rows, rotations: Vec::new(), sweeps: Vec::new() }
    }

    /// One sweep: rotation (c, s) number k turns the rows m−1−k and m−k.
    pub(super) fn rotate(&mut self, m: usize, rotations: &[(f64, f64)]) {
        self.sweeps.push((m, rotations.len()));
        self.rotations.extend_from_slice(rotations);
        if self.rotations.len() >= COLLECT * self.rows.rows() {
            self.finish();
        }
    }

    /// Makes all rotations that were collected.
    pub(super) fn finish(&mut self) {
        let stride = self.rows.stride();
        for panel in (0..self.rows.rows()).step_by(PANEL) {
            let columns = &mut self.rows.data_mut()[panel..];
            vectorise(
                #[inline(always)]
                || rotate_panel(columns, stride, &self.rotations, &self.sweeps),
            );
        }
        self.rotations.clear();
        self.sweeps.clear();
    }

    /// Vector k, the row k of Vᵀ. To be asked for after [`Self::finish`].
    pub(super) fn row(&self, k: usize) -> &[f64] {
        &self.rows.row(k)[..self.rows.rows()]
    }
}

/// All sweeps for one panel: the first [`PANEL`] columns of `rows`.
#[inline(always)]
fn rotate_panel(rows: &mut [f64], stride: usize, mut rotations: &[(f64, f64)], sweeps: &[(usize, usize)]) {
    for &(m, count) in sweeps {
        let (sweep, rest) = rotations.split_at(count);
        rotations = rest;
        let mut low = *line(rows, m * stride);
        let mut at = m;
        for &(c, s) in sweep {
            let high = *line(rows, (at - 1) * stride);
            let mut done = [0.0; PANEL];
            for k in 0..PANEL {
                done[k] = s * high[k] + c * low[k];
                low[k] = c * high[k] - s * low[k];
            }
            *line(rows, at * stride) = done;
            at -= 1;
        }
        *line(rows, at * stride) = low;
    }
}

#[inline(always)]
fn line(rows: &mut [f64], start: usize) -> &mut [f64; PANEL] {
    rows[start..].first_chunk_mut().expect("rows are padded to whole panels")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Mat;

    /// The readable twin: one rotation after the other, each over two whole rows.
    fn rotate_rows(rows: &mut Mat, m: usize, rotations: &[(f64, f64)]) {
        for (k, &(c, s)) in rotations.iter().enumerate() {
            for j in 0..rows.cols() {
                let (high, low) = (rows[[m - 1 - k, j]], rows[[m - k, j]]);
                rows[[m - k, j]] = s * high + c * low;
                rows[[m - 1 - k, j]] = c * high - s * low;
            }
        }
    }

    #[test]
    fn panels_and_collected_sweeps_change_no_bit() {
        for n in [1, 2, 7, 16, 17, 40] {
            let (mut basis, mut plain) = (Basis::new(Padded::identity(n)), Mat::eye(n));
            for sweep in 0..30 {
                let m = n - 1 - sweep % n.div_ceil(2);
                let angle = |k: usize| (sweep * 100 + k) as f64;
                let rotations: Vec<_> = (0..m).map(|k| (angle(k).cos(), angle(k).sin())).collect();
                basis.rotate(m, &rotations);
                rotate_rows(&mut plain, m, &rotations);
            }
            basis.finish();
            for k in 0..n {
                assert_eq!(basis.row(k), plain.row(k));
            }
        }
    }
}
