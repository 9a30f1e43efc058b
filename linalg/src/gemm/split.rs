//! Threads: C is cut into rectangles, and every rectangle is a product of its own.
//!
//! No sum is ever cut. Each element is the same chain of additions whoever computes it, so that the result has the same
//! bits at any number of threads. Chapter: *The matrix product as hardware sees it*.
#![allow(unsafe_code)]

use super::blocks::{Product, multiply as multiply_here};
use super::tile::Tile;
use crate::par;
use crate::real::Real;

// ANCHOR: pieces
/// Multiplications that each piece of a product must have before a second thread is woken for it. Waking one that sleeps takes 10 µs, in a
/// virtual machine 60; with the widest vectors a core needs 45 µs for so many in f32, 90 in f64.
///
/// A constant, and not measured when the program starts: what a program computes, and how, shall not depend on the day.
pub const MULTIPLICATIONS_WORTH_A_THREAD: usize = 1 << 22;

/// The same while the other threads are kept awake: see [`par::awake`]. What is left then is the way of the numbers from one core's cache to
/// the other's.
pub const MULTIPLICATIONS_WORTH_A_THREAD_AWAKE: usize = 1 << 20;

/// Into how many pieces a product is cut, for at most `threads` threads: as many as have enough to do.
///
/// ```
/// assert_eq!(linalg::gemm::pieces([64, 64, 64], 16), 1);
/// assert_eq!(linalg::gemm::pieces([1024, 1024, 1024], 16), 16);
/// ```
pub fn pieces([m, k, n]: [usize; 3], threads: usize) -> usize {
    let worth =
        if par::is_awake() { MULTIPLICATIONS_WORTH_A_THREAD_AWAKE } else { MULTIPLICATIONS_WORTH_A_THREAD };
    let multiplications = m.saturating_mul(k).saturating_mul(n);
    (multiplications / worth).clamp(1, threads.max(1))
}
// ANCHOR_END: pieces

/// Multiplications that a whole product must have before a thread outside of the pool has it shared: three have to wake for that, itself at the
/// end. See [`par::inside`].
pub const MULTIPLICATIONS_WORTH_THE_WAY: usize = 1 << 25;

/// C ← alpha·A·B + beta·C, on at most `threads` threads, fewer if there is not enough to do.
///
/// Safety: as for [`multiply_here`].
pub(super) unsafe fn multiply<T: Real>(threads: usize, tile: Tile<T>, x: &Product<T>) {
    let shared =
        par::is_inside() || x.m.saturating_mul(x.k).saturating_mul(x.n) >= MULTIPLICATIONS_WORTH_THE_WAY;
    let pieces = pieces([x.m, x.k, x.n], if shared { threads } else { 1 });
    if pieces < 2 {
        // SAFETY: the caller's.
        return unsafe { multiply_here(&tile, x) };
    }
    // One direction first, the other when that one runs out. Columns, unless there are few: products that follow one another, as in a
    // decomposition, then find in the cache of each core what it has computed itself, whatever their heights.
    let (most_rows, most_cols) = (x.m.div_ceil(4 * tile.rows), x.n.div_ceil(2 * tile.cols));
    let (rows, cols) = if 2 * x.n >= x.m {
        let cols = pieces.min(most_cols);
        ((pieces / cols).clamp(1, most_rows), cols)
    } else {
        let rows = pieces.min(most_rows);
        (rows, (pieces / rows).clamp(1, most_cols))
    };
    let height = x.m.div_ceil(rows).next_multiple_of(tile.rows);
    let width = x.n.div_ceil(cols).next_multiple_of(tile.cols);
    let (rows, cols) = (x.m.div_ceil(height), x.n.div_ceil(width));
    let shared = Shared(x);
    par::for_each(rows * cols, true, |piece| {
        let x = shared.product();
        let (i, j) = (piece / cols * height, piece % cols * width);
        // SAFETY: i < m and j < n; no two pieces have an element of C in common.
        unsafe {
            let part = Product {
                m: height.min(x.m - i),
                n: width.min(x.n - j),
                a: x.a.from(i, 0),
                b: x.b.from(0, j),
                c: x.c.add(i * x.c_row + j * x.c_col),
                ..*x
            };
            multiply_here(&tile, &part);
        }
    });
}

/// A product whose pointers may cross to other threads.
struct Shared<'a, T>(&'a Product<T>);

impl<T> Shared<'_, T> {
    fn product(&self) -> &Product<T> {
        self.0
    }
}

// SAFETY: A and B are only read; every thread writes its own rectangle of C; the caller of `multiply` holds the borrows
// until all are done; and `Real` is `Send + Sync`.
unsafe impl<T: Real> Sync for Shared<'_, T> {}
