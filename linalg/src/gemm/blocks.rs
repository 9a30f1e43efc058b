//! The loops around the register tile: which block of A and B is in which cache while it is used.
//!
//! From the outside in (the names are those of the BLIS papers):
//!
//! | loop | over | keeps |
//! |---|---|---|
//! | `jc` | columns of C, NC at a time | a KC×NC block of B, packed, in the last-level cache |
//! | `pc` | the sums, KC at a time | |
//! | `ic` | rows of C, MC at a time | an MC×KC block of A in the second-level cache |
//! | `jr` | a tile's columns | a KC×cols panel of B in the first-level cache |
//! | `ir` | a tile's rows | a block of C in registers |
//!
//! Source: F. Van Zee, R. van de Geijn, *BLIS: A Framework for Rapidly Instantiating BLAS Functionality*, ACM TOMS 41 (2015).
#![allow(unsafe_code)]

use super::pack::{PackedA, Source, a_room, copy_a, with_scratch};
use super::tile::{Job, MAX_TILE, Tile, finish};
use crate::real::Real;

/// Length of the sums between two visits of C. A constant for all kernels, since it decides where sums are rounded.
pub(crate) const KC: usize = 256;

/// Bytes of A that may stay in the second-level cache.
const A_BYTES: usize = 256 * 1024;
/// Bytes of B that may stay in the last-level cache.
const B_BYTES: usize = 2 * 1024 * 1024;

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
}

/// C ← alpha·A·B + beta·C on one thread.
///
/// Safety: the pointers cover the matrices that shapes and strides describe, C overlaps neither A nor B, and the
/// processor has the features of the tile's kernel.
pub(crate) unsafe fn multiply<T: Real>(tile: &Tile<T>, x: &Product<T>) {
    let (m, n, k) = (x.m, x.n, x.k);
    let kc_max = KC.min(k);
    let bytes = size_of::<T>();
    let pack_a = n > 4 * tile.cols && (x.a.row * bytes >= 4096 || x.a.col * bytes >= 2048);
    let direct_b =
        x.b.col == 1 && (m <= 2 * tile.rows || (m <= 256 && kc_max * x.b.row * bytes <= 256 * 1024));
    let mc = (A_BYTES / (kc_max.max(1) * size_of::<T>()) / tile.rows * tile.rows)
        .max(tile.rows)
        .min(m.next_multiple_of(tile.rows));
    let nc = (B_BYTES / (kc_max.max(1) * size_of::<T>()) / tile.cols * tile.cols)
        .max(tile.cols)
        .min(n.next_multiple_of(tile.cols));
    let a_room = if pack_a { a_room(mc, kc_max, tile.rows).next_multiple_of(64) } else { 0 };
    let b_room = if direct_b { tile.cols } else { nc } * kc_max;
    with_scratch(a_room + b_room, |scratch: *mut T| {
        // SAFETY: all indices stay below m, n and k; the packed blocks fit into the room computed above.
        unsafe {
            let (a_packed, b_packed) = (scratch, scratch.add(a_room));
            for jc in (0..n).step_by(nc) {
                let nc = nc.min(n - jc);
                // columns of B that are read where they are
                let direct = if direct_b { nc / tile.cols * tile.cols } else { 0 };
                for pc in (0..k.max(1)).step_by(KC) {
                    let kc = KC.min(k - pc);
                    let beta = if pc == 0 { x.beta } else { T::ONE };
                    let b = x.b.from(pc, jc);
                    if direct < nc {
                        (tile.pack_b)(b.from(0, direct), kc, nc - direct, b_packed);
                    }
                    for ic in (0..m).step_by(mc) {
                        let mc = mc.min(m - ic);
                        let a = x.a.from(ic, pc);
                        let a = if pack_a {
                            copy_a(a, mc, kc, tile.rows, a_packed)
                        } else {
                            PackedA { ptr: a.ptr, panel: tile.rows * a.row, row: a.row, col: a.col }
                        };
                        for jr in (0..nc).step_by(tile.cols) {
                            let (b, b_row) = if jr < direct {
                                (b.from(0, jr).ptr, b.row)
                            } else {
                                (b_packed.add((jr - direct) * kc).cast_const(), tile.cols)
                            };
                            for ir in (0..mc).step_by(tile.rows) {
                                let job = Job {
                                    k: kc,
                                    a: a.ptr.add(ir / tile.rows * a.panel),
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
