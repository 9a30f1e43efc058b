//! The register tile: the innermost loop of a matrix product, and its portable version.
//!
//! A tile is a small block of C, `rows`×`cols`, whose sums stay in registers while k runs. Every step of k reads one
//! element of A a row and one vector of B, and uses each of them several times: that is where the arithmetic gets
//! ahead of the memory. Every element is one chain of additions in the order of k, whatever the tile's size, so that a
//! result does not depend on how C was cut into tiles, nor on the width of the vectors.
#![allow(unsafe_code)]

use super::pack::{Source, pack, transpose};
use crate::real::Real;

/// One block of C to be computed: C\[i,j\] ← alpha·Σₚ A\[i,p\]·B\[p,j\] + beta·C\[i,j\].
pub(crate) struct Job<T> {
    /// Length of the sums.
    pub(crate) k: usize,
    /// A\[i,p\] lies at `a + i·a_row + p·a_col`.
    pub(crate) a: *const T,
    /// Distance of two rows of A.
    pub(crate) a_row: usize,
    /// Distance of two columns of A.
    pub(crate) a_col: usize,
    /// B\[p,j\] lies at `b + p·b_row + j`; `cols` rounded up to whole vectors may be read.
    pub(crate) b: *const T,
    /// Distance of two rows of B.
    pub(crate) b_row: usize,
    /// C\[i,j\] lies at `c + i·c_row + j`.
    pub(crate) c: *mut T,
    /// Distance of two rows of C.
    pub(crate) c_row: usize,
    /// Rows of the block, 1 to [`Tile::rows`].
    pub(crate) rows: usize,
    /// Columns of the block, 1 to [`Tile::cols`].
    pub(crate) cols: usize,
    /// Factor of the sums.
    pub(crate) alpha: T,
    /// Factor of the old C; 0 means that it is not read.
    pub(crate) beta: T,
}

/// A micro-kernel, the size of the block of C that it computes, and the packing that it wants.
#[derive(Clone, Copy)]
pub struct Tile<T> {
    /// What it is built from.
    pub(crate) name: &'static str,
    /// Rows of C that it can hold in registers.
    pub(crate) rows: usize,
    /// Columns of C that it can hold in registers.
    pub(crate) cols: usize,
    /// The micro-kernel.
    ///
    /// Safety: the pointers of the job cover the elements that its comments name, and the processor has the features that
    /// the kernel was compiled for.
    pub(crate) kernel: unsafe fn(&Job<T>),
    /// Packs k×m elements of Aᵀ into panels of [`Self::rows`] columns: `pack_a(block, k, m, destination)`.
    ///
    /// Safety: as for [`super::pack::pack`], and the processor has the features.
    pub(crate) pack_a: unsafe fn(Source<T>, usize, usize, *mut T),
    /// Packs a k×n block of B into panels of [`Self::cols`] columns: `pack_b(block, k, n, destination)`.
    ///
    /// Safety: as for [`super::pack::pack`], and the processor has the features.
    pub(crate) pack_b: unsafe fn(Source<T>, usize, usize, *mut T),
}

/// The largest tile of any kernel, in elements: room for a tile whose place in C is not contiguous.
pub(crate) const MAX_TILE: usize = 12 * 32;

/// Rows of the portable tile. With two vectors of columns it needs 8 of the 16 registers of SSE2 for sums, 16 of NEON's 32.
const ROWS: usize = if cfg!(target_arch = "aarch64") { 8 } else { 4 };

impl<T: Real> Tile<T> {
    /// The portable micro-kernel, for any real number.
    pub const PORTABLE: Tile<T> =
        if size_of::<T>() <= 4 { Tile::portable::<8>() } else { Tile::portable::<4>() };

    /// A tile of `COLS` columns.
    const fn portable<const COLS: usize>() -> Tile<T> {
        Tile {
            name: "portable",
            rows: ROWS,
            cols: COLS,
            kernel: portable::<T, COLS>,
            pack_a: pack_portable::<T, ROWS>,
            pack_b: pack_portable::<T, COLS>,
        }
    }
}

impl<T> Tile<T> {
    /// What it is built from: `portable`, `avx2`, `avx512`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Rows and columns of the block of C that it keeps in registers.
    pub fn size(&self) -> [usize; 2] {
        [self.rows, self.cols]
    }
}

unsafe fn pack_portable<T: Real, const LINE: usize>(block: Source<T>, k: usize, n: usize, dst: *mut T) {
    // SAFETY: the caller's.
    unsafe {
        pack::<T, LINE, 4>(block, k, n, dst, |s, stride, d, line| transpose::<T, 4>(s, stride, d, line));
    }
}

// ANCHOR: tile
/// The portable twin: arrays for registers, and the compiler vectorises the loops over j.
unsafe fn portable<T: Real, const COLS: usize>(job: &Job<T>) {
    // SAFETY: the caller's; (i, j) is inside the block of C.
    unsafe {
        let sums = sums::<T, COLS>(job);
        for i in 0..job.rows {
            let c = job.c.add(i * job.c_row);
            if job.cols == COLS && job.beta == T::ZERO {
                for j in 0..COLS {
                    *c.add(j) = job.alpha * sums[i][j];
                }
            } else {
                for j in 0..job.cols {
                    finish(c.add(j), sums[i][j], job.alpha, job.beta);
                }
            }
        }
    }
}

/// A\[i,:\]·B\[:,j\] for every element of the tile.
///
/// A function of its own: its result passes through memory once, so that inside the loop, where every index is a
/// constant, all sums can be registers.
#[inline(never)]
unsafe fn sums<T: Real, const COLS: usize>(job: &Job<T>) -> [[T; COLS]; ROWS] {
    let mut sums = [[T::ZERO; COLS]; ROWS];
    // Rows that do not exist read the last one again: the inner loops keep their constant length.
    // SAFETY: `rows` ≥ 1, so every address computed below is one that the job covers.
    let row: [*const T; ROWS] =
        std::array::from_fn(|i| unsafe { job.a.add(i.min(job.rows - 1) * job.a_row) });
    for p in 0..job.k {
        // SAFETY: p < k, and B may be read up to `cols` rounded up to COLS.
        let b: [T; COLS] = unsafe { job.b.add(p * job.b_row).cast::<[T; COLS]>().read_unaligned() };
        for i in 0..ROWS {
            // SAFETY: p < k.
            let a = unsafe { *row[i].add(p * job.a_col) };
            for j in 0..COLS {
                sums[i][j] = a.madd(b[j], sums[i][j]);
            }
        }
    }
    sums
}
// ANCHOR_END: tile

/// c ← alpha·sum + beta·c, without reading c if beta is 0.
#[inline(always)]
pub(crate) unsafe fn finish<T: Real>(c: *mut T, sum: T, alpha: T, beta: T) {
    let new = alpha * sum;
    // SAFETY: the caller's.
    unsafe { *c = if beta == T::ZERO { new } else { (beta * *c) + new } };
}
