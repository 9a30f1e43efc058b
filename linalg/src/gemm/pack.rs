//! Packing: copying a block of a matrix into the order in which the micro-kernel reads it.
//!
//! A block of B becomes panels, each as wide as the register tile, so that step p of the micro-kernel reads the p-th line
//! of a panel: B\[p, j₀..j₀+cols\]. The copy costs O(k·n) against the product's O(m·k·n), and buys three things: every
//! stride, and with it every transpose, disappears; the cache sees one stream instead of one line (and one page) a row;
//! and the ragged edge is filled up with zeros once.
#![allow(unsafe_code)]

use std::cell::Cell;

/// A matrix somewhere in memory: element (i, j) lies at `ptr + i·row + j·col`.
pub(crate) struct Source<T> {
    pub(crate) ptr: *const T,
    pub(crate) row: usize,
    pub(crate) col: usize,
}

impl<T> Clone for Source<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Source<T> {}

impl<T> Source<T> {
    /// The part that begins at (i, j).
    ///
    /// Safety: (i, j) is inside the matrix.
    #[inline(always)]
    pub(crate) unsafe fn from(self, i: usize, j: usize) -> Self {
        // SAFETY: the caller's.
        Source { ptr: unsafe { self.ptr.add(i * self.row + j * self.col) }, ..self }
    }

    /// Rows exchanged with columns.
    #[inline(always)]
    pub(crate) fn transpose(self) -> Self {
        Source { ptr: self.ptr, row: self.col, col: self.row }
    }
}

/// Rows that are packed together.
const STRIP: usize = 8;

/// Packs a k×n block into panels of LINE columns: panel after panel, each of k lines; the last is filled up with zeros.
///
/// SQUARE×SQUARE squares are transposed by `transpose` (source, its column stride, destination, LINE) where the source is
/// contiguous along k.
///
/// Safety: `src` covers k×n elements; `dst` has room for k times n rounded up to LINE.
#[inline(always)]
pub(crate) unsafe fn pack<T: Copy + Default, const LINE: usize, const SQUARE: usize>(
    src: Source<T>,
    k: usize,
    n: usize,
    dst: *mut T,
    transpose: impl Fn(*const T, usize, *mut T, usize),
) {
    // Rows that are contiguous: a few of them at a time through all panels, so that the source is read as it lies.
    let whole = if src.col == 1 { n / LINE * LINE } else { 0 };
    if whole > 0 {
        for p0 in (0..k).step_by(STRIP) {
            for j in (0..whole).step_by(LINE) {
                for p in p0..k.min(p0 + STRIP) {
                    // SAFETY: as below.
                    unsafe {
                        let line: [T; LINE] = src.from(p, j).ptr.cast::<[T; LINE]>().read_unaligned();
                        dst.add(j * k + p * LINE).cast::<[T; LINE]>().write_unaligned(line);
                    }
                }
            }
        }
    }
    for j in (whole..n).step_by(LINE) {
        let width = LINE.min(n - j);
        // SAFETY: every element read is (p, j + jj) with p < k and jj < width ≤ n − j; every element written is
        // p·LINE + jj of panel j/LINE, of which there are ⌈n/LINE⌉.
        unsafe {
            let (from, to) = (src.from(0, j), dst.add(j * k));
            // whole squares first, then what is left below and beside them
            let (pp, jj) =
                if from.row == 1 { (k / SQUARE * SQUARE, width / SQUARE * SQUARE) } else { (0, 0) };
            for j in (0..jj).step_by(SQUARE) {
                for p in (0..pp).step_by(SQUARE) {
                    transpose(from.from(p, j).ptr, from.col, to.add(p * LINE + j), LINE);
                }
            }
            for p in 0..k {
                for j in if p < pp { jj } else { 0 }..width {
                    *to.add(p * LINE + j) = *from.from(p, j).ptr;
                }
                for j in width..LINE {
                    *to.add(p * LINE + j) = T::default();
                }
            }
        }
    }
}

/// The portable transposition of a square.
///
/// Safety: SQUARE columns of SQUARE elements at `src`, SQUARE lines at `dst`.
#[inline(always)]
pub(crate) unsafe fn transpose<T: Copy, const SQUARE: usize>(
    src: *const T,
    stride: usize,
    dst: *mut T,
    line: usize,
) {
    for p in 0..SQUARE {
        for j in 0..SQUARE {
            // SAFETY: j, p < SQUARE.
            unsafe { *dst.add(p * line + j) = *src.add(j * stride + p) };
        }
    }
}

/// One cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

thread_local! {
    static SCRATCH: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

/// Lends the thread's packing buffer, at least `len` elements, aligned to a cache line. Its contents are arbitrary.
///
/// The buffer grows to the largest block asked for and then stays: no allocation in steady state. It is taken out while
/// it is lent, so that a nested loan gets a new one instead of the same.
pub(crate) fn with_scratch<T: Copy, R>(len: usize, f: impl FnOnce(*mut T) -> R) -> R {
    const { assert!(align_of::<T>() <= align_of::<Line>()) };
    SCRATCH.with(|cell| {
        let mut lines = cell.take();
        let want = (len * size_of::<T>()).div_ceil(size_of::<Line>());
        if lines.len() < want {
            lines.resize(want, Line([0; 64]));
        }
        let result = f(lines.as_mut_ptr().cast());
        cell.set(lines);
        result
    })
}
