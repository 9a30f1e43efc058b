//! The loops around the register tile: which block of A and B is in which cache while it is used.
//!
//! From the outside in (the names are those of the BLIS papers):
//!
//! | loop | over | keeps |
//! |---|---|---|
//! | `jc` | columns of C, NC at a time | a KC×NC block of B, packed, in the last-level cache |
//! | `pc` | the sums, KC at a time | |
//! | `ic` | rows of C, MC at a time | an MC×KC block of A in the second-level cache |
//! | `jr` | a tile's columns | a KC×cols panel of B as near as it fits |
//! | `ir` | a tile's rows | a block of C in registers |
//!
//! Packing is a means, not an end. At 128×128×128 it costs 8 % of the time and gains nothing, since everything is in the
//! second-level cache anyway; at 1024×1024×1024 going without makes it slower ([`super::ladder::tiled_unpacked`] measures by how much). So small operands are read where they lie.
//!
//! Source: F. Van Zee, R. van de Geijn, *BLIS: A Framework for Rapidly Instantiating BLAS Functionality*, ACM TOMS 41 (2015);
//! K. Goto, R. van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, ACM TOMS 34 (2008).
#![allow(unsafe_code)]

use super::pack::{Source, with_scratch};
use super::tile::{Job, MAX_TILE, Tile, finish};
use crate::kernels::{LINE, before_a_line};
use crate::real::Real;
use crate::simd::prefetch;

/// Bytes of A that stay in the second-level cache while one panel of B after another passes. The cache would hold more (256 KiB to 2 MiB on
/// the processors of the last ten years); the first-level translation buffers do not: 128 KiB are 32 pages, half of their entries.
pub const A_BYTES: usize = 128 * 1024;
/// Bytes of B that stay in the second- or last-level cache.
pub const B_BYTES: usize = 1024 * 1024;
/// How far apart the first and the last row of a block of B may lie to be read unpacked: 64 pages of 4 KiB, which is what
/// the first-level translation buffers hold; four times as far if hardly anything would be gained by packing.
const NEAR: usize = 256 * 1024;
/// Rows of A that lie so far apart (bytes) fall on few sets of the first-level cache, and columns soon on new pages: pack A.
const FAR_ROWS: usize = 4096;
const FAR_COLUMNS: usize = 2048;

/// Length of the sums between two visits of C. The same for all kernels and any number of threads, since it decides
/// where sums are rounded.
pub const LONGEST_SUM: usize = 384;

/// So many rows are few. Memory is then what they wait for, once B does not fit into [`B_BYTES`], and B is read as memory likes it best:
/// [`FEW_ROWS_SUM`] rows at a time, each as far as [`FEW_ROWS_STRIP`], instead of 384 rows of a tile's width, each on another page. C,
/// small as it is, is visited all the more often.
pub const FEW_ROWS: usize = 16;
/// Length of the sums between two visits of C for few rows: as many streams as a core's prefetchers can follow.
pub const FEW_ROWS_SUM: usize = 16;
/// Bytes of a row of B that few rows go through before they come to the next rows.
pub const FEW_ROWS_STRIP: usize = 16 * 1024;

/// So many tiles before it is needed, a part of B is asked for: the tile walks down a column of lines, which no prefetcher expects to go on to
/// the right.
const FEW_ROWS_AHEAD: usize = 2;

/// The factors and shapes of one product, or of one thread's part of it.
pub(crate) struct Product<T> {
    pub(crate) m: usize,
    pub(crate) n: usize,
    pub(crate) k: usize,
    pub(crate) alpha: T,
    pub(crate) a: Source<T>,
    pub(crate) b: Source<T>,
    pub(crate) beta: T,
    pub(crate) c: *mut T,
    pub(crate) c_row: usize,
    pub(crate) c_col: usize,
    /// Whether it is bound by memory: few rows, and a large B that can be read where it lies.
    pub(crate) few_rows: bool,
    /// Whether to copy where that should pay; without, only what the kernel cannot read where it lies.
    pub(crate) pack: bool,
}

/// C ← alpha·A·B + beta·C on one thread, for m, n, k ≥ 1.
///
/// Safety: the pointers cover the matrices that shapes and strides describe, C overlaps neither A nor B, and the
/// processor has the features of the tile's kernel.
pub(crate) unsafe fn multiply<T: Real>(tile: &Tile<T>, x: &Product<T>) {
    let (m, n, k) = (x.m, x.n, x.k);
    let bytes = size_of::<T>();
    let kc_max = even(k, if x.few_rows { FEW_ROWS_SUM } else { LONGEST_SUM }, 8);
    let pack_a =
        x.pack && n > 4 * tile.cols && (x.a.row * bytes >= FAR_ROWS || x.a.col * bytes >= FAR_COLUMNS);
    let span = kc_max * x.b.row * bytes;
    // A narrow tile reads a part of each cache line, and comes back for the rest when it is gone.
    let whole_lines = tile.cols * bytes >= 128;
    let barely_used = m <= 2 * tile.rows && span <= 4 * NEAR;
    let direct_b =
        x.b.col == 1 && (!x.pack || x.few_rows || barely_used || (whole_lines && m <= 256 && span <= NEAR));
    let mc_max = even(m, A_BYTES / (kc_max * bytes), tile.rows);
    let strip = if x.few_rows { FEW_ROWS_STRIP } else { B_BYTES / kc_max };
    let nc_max = even(n, strip / bytes, tile.cols);
    // Of few rows the first columns are done apart, so that the others begin where a line of the cache does: a vector of 64 bytes that lies on
    // two lines is two trips to memory.
    let head = if x.few_rows { before_a_line(x.b.ptr, x.b.row, n) } else { 0 };
    let a_room = if pack_a { (mc_max * kc_max).next_multiple_of(64) } else { 0 };
    let b_room = if direct_b { tile.cols } else { nc_max } * kc_max;
    with_scratch(a_room + b_room, |scratch: *mut T| {
        // SAFETY: all indices stay below m, n and k; the packed blocks fit into the room computed above.
        unsafe {
            let (a_packed, b_packed) = (scratch, scratch.add(a_room));
            let mut next = 0;
            while next < n {
                let jc = next;
                let nc = if jc < head { head } else { nc_max.min(n - jc) };
                next += nc;
                // columns of B that are read where they are: whole tiles, since the kernel reads whole vectors
                let direct = if direct_b { nc / tile.cols * tile.cols } else { 0 };
                for pc in (0..k).step_by(kc_max) {
                    let kc = kc_max.min(k - pc);
                    let beta = if pc == 0 { x.beta } else { T::ONE };
                    let b = x.b.from(pc, jc);
                    if direct < nc {
                        (tile.pack_b)(b.from(0, direct), kc, nc - direct, b_packed);
                    }
                    for ic in (0..m).step_by(mc_max) {
                        let mc = mc_max.min(m - ic);
                        let mut a = x.a.from(ic, pc);
                        let mut a_panel = tile.rows * a.row;
                        if pack_a {
                            (tile.pack_a)(a.transpose(), kc, mc, a_packed);
                            a = Source { ptr: a_packed, row: 1, col: tile.rows };
                            a_panel = tile.rows * kc;
                        }
                        for jr in (0..nc).step_by(tile.cols) {
                            let (b, b_row) = if jr < direct {
                                (b.from(0, jr).ptr, b.row)
                            } else {
                                (b_packed.add((jr - direct) * kc).cast_const(), tile.cols)
                            };
                            if x.few_rows {
                                fetch_ahead(tile, b.wrapping_add(FEW_ROWS_AHEAD * tile.cols), b_row, kc);
                            }
                            for ir in (0..mc).step_by(tile.rows) {
                                let job = Job {
                                    k: kc,
                                    a: a.ptr.add(ir / tile.rows * a_panel),
                                    a_row: a.row,
                                    a_col: a.col,
                                    b,
                                    b_row,
                                    c: x.c.add((ic + ir) * x.c_row + (jc + jr) * x.c_col),
                                    c_row: x.c_row,
                                    rows: tile.rows.min(mc - ir),
                                    cols: tile.cols.min(nc - jr),
                                    alpha: x.alpha,
                                    beta,
                                };
                                if x.c_col == 1 {
                                    (tile.kernel)(&job);
                                } else {
                                    scattered(tile, job, x.c_col);
                                }
                            }
                        }
                    }
                }
            }
        }
    });
}

/// Asks for the lines of k rows of B that one tile reads. What lies beyond B is asked for in vain.
#[inline(always)]
fn fetch_ahead<T>(tile: &Tile<T>, b: *const T, b_row: usize, k: usize) {
    for p in 0..k {
        for line in (0..tile.cols).step_by(LINE / size_of::<T>()) {
            prefetch(b.wrapping_add(p * b_row + line));
        }
    }
}

/// The length of a block: `total` in as few equal parts as `limit` allows, rounded up to a multiple of `step`.
///
/// Equal parts, because a last block of a few rows would move a whole panel of B for hardly any arithmetic.
fn even(total: usize, limit: usize, step: usize) -> usize {
    let parts = total.div_ceil(limit.max(step));
    total.div_ceil(parts).next_multiple_of(step)
}

/// A tile whose rows are not contiguous in C: computed aside, then put into place.
unsafe fn scattered<T: Real>(tile: &Tile<T>, mut job: Job<T>, c_col: usize) {
    let mut block = [T::ZERO; MAX_TILE];
    let (c, c_row, alpha, beta) = (job.c, job.c_row, job.alpha, job.beta);
    (job.c, job.c_row, job.alpha, job.beta) = (block.as_mut_ptr(), tile.cols, T::ONE, T::ZERO);
    // SAFETY: the block has room for rows·cols ≤ MAX_TILE elements; the rest is the caller's.
    unsafe {
        (tile.kernel)(&job);
        for i in 0..job.rows {
            for j in 0..job.cols {
                finish(c.add(i * c_row + j * c_col), block[i * tile.cols + j], alpha, beta);
            }
        }
    }
}
