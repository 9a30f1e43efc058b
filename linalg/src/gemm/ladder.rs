//! Six ways to multiply two matrices, one idea at a time. Chapter: *Tensors and matmul*.
//!
//! All compute C ← A·B, C\[i,j\] = Σₚ A\[i,p\]·B\[p,j\], with the same 2·m·k·n operations. What differs is the order of the
//! operations, and with it how far a number has to travel before it is used.
//!
//! | rung | the idea | what limits it then |
//! |---|---|---|
//! | [`naive`] | the definition | a column of B: a new cache line, often a new page, at every step |
//! | [`reordered`] | walk the rows of B instead; now vectors can be used | C is loaded and stored for every multiply-add |
//! | [`blocked`] | a block of B at a time, four of its rows for each visit of C | the same, a quarter as often |
//! | [`packed`] | copy the block so that it lies in one piece | the same; but now strides and page boundaries are gone |
//! | [`tiled`] | keep a tile of C in registers while p runs, fused multiply-add | one core's arithmetic |
//! | [`threaded`] | the same on all cores | the arithmetic of all of them |
//!
//! Blocking and packing alone gain little where caches are large and the processor guesses what is read next. They pay when the
//! register tile makes the arithmetic so fast that memory would be the limit: [`tiled_unpacked`] is rung 5 without rung 4, to
//! measure that. `cargo run --release -p linalg --example gemm` measures all rungs.

use super::{How, Tile, checked, gemm_on};
use crate::real::Real;
use crate::simd::vectorise;
use crate::tensor::Tensor;
use crate::view::{View, ViewMut};
use std::ops::Range;

/// Rows of the block of B that [`blocked`] and [`packed`] finish with before they go on.
const BLOCK_ROWS: usize = 64;
/// Columns of that block: with 64 rows 128 KiB of f32, 256 KiB of f64, which the second-level cache holds.
const BLOCK_COLS: usize = 512;

/// Rung 1: the definition, three loops, i outside j outside p.
///
/// ```
/// use linalg::{Tensor, gemm::ladder};
///
/// let a = Tensor::from_rows(&[[1.0, 2.0], [3.0, 4.0]]);
/// let mut c = Tensor::zeros([2, 2]);
/// ladder::naive(a.view(), a.view(), c.view_mut());
/// assert_eq!(c.data(), [7.0, 10.0, 15.0, 22.0]);
/// ```
///
/// # Panics
/// All rungs: if the shapes do not match.
#[track_caller]
pub fn naive<T: Real>(a: View<'_, T>, b: View<'_, T>, mut c: ViewMut<'_, T>) {
    let [m, k, n] = checked(&a, &b, &c);
    let (a, b) = (elements(&a), elements(&b));
    // ANCHOR: naive
    for i in 0..m {
        for j in 0..n {
            let mut sum = T::ZERO;
            for p in 0..k {
                sum += a(i, p) * b(p, j);
            }
            c[[i, j]] = sum;
        }
    }
    // ANCHOR_END: naive
}

/// Rung 2: the same three loops in another order, i outside p outside j.
///
/// The inner loop now walks along a row of B and a row of C: whole cache lines, and no sum that waits for its
/// predecessor, so that the compiler can use vectors: with [`vectorise`], the widest that this processor has.
#[track_caller]
pub fn reordered<T: Real>(a: View<'_, T>, b: View<'_, T>, c: ViewMut<'_, T>) {
    let [m, k, _] = checked(&a, &b, &c);
    let a = elements(&a);
    with_rows(
        b,
        c,
        #[inline(always)]
        |b, c| {
            // ANCHOR: reordered
            for i in 0..m {
                c.row(i).fill(T::ZERO);
                for p in 0..k {
                    add_row(a(i, p), b.row(p), c.row(i));
                }
            }
            // ANCHOR_END: reordered
        },
    );
}

/// Rung 3: block by block, so that a block of B stays in the cache while all rows of A use it, and four rows of it at a
/// time, so that a number of C that was loaded is used four times.
// ANCHOR: blocked
#[track_caller]
pub fn blocked<T: Real>(a: View<'_, T>, b: View<'_, T>, c: ViewMut<'_, T>) {
    let [m, k, n] = checked(&a, &b, &c);
    let a = elements(&a);
    with_rows(
        b,
        c,
        #[inline(always)]
        |b, c| {
            for i in 0..m {
                c.row(i).fill(T::ZERO);
            }
            for j in (0..n).step_by(BLOCK_COLS) {
                let end = n.min(j + BLOCK_COLS);
                for p0 in (0..k).step_by(BLOCK_ROWS) {
                    let p1 = k.min(p0 + BLOCK_ROWS);
                    for i in 0..m {
                        add_rows(p0..p1, |p| a(i, p), |p| &b.row(p)[j..end], &mut c.row(i)[j..end]);
                    }
                }
            }
        },
    );
}
// ANCHOR_END: blocked

/// Rung 4: the block of B is first copied into one piece.
///
/// Whatever the strides of B were, Bᵀ or not, the inner loop reads one stream; and a row length that is a power of two
/// no longer puts all rows of the block into the same few sets of the cache.
// ANCHOR: packed
#[track_caller]
pub fn packed<T: Real>(a: View<'_, T>, b: View<'_, T>, c: ViewMut<'_, T>) {
    let [m, k, n] = checked(&a, &b, &c);
    let (a, b) = (elements(&a), elements(&b));
    let mut block = Tensor::zeros([BLOCK_ROWS, BLOCK_COLS]).into_data();
    with_rows_of(
        c,
        #[inline(always)]
        |c| {
            for i in 0..m {
                c.row(i).fill(T::ZERO);
            }
            for j in (0..n).step_by(BLOCK_COLS) {
                let width = BLOCK_COLS.min(n - j);
                for p0 in (0..k).step_by(BLOCK_ROWS) {
                    let height = BLOCK_ROWS.min(k - p0);
                    for (p, line) in block.chunks_mut(width).take(height).enumerate() {
                        for (jj, x) in line.iter_mut().enumerate() {
                            *x = b(p0 + p, j + jj);
                        }
                    }
                    for i in 0..m {
                        let line = |p| &block[p * width..][..width];
                        add_rows(0..height, |p| a(i, p0 + p), line, &mut c.row(i)[j..j + width]);
                    }
                }
            }
        },
    );
}
// ANCHOR_END: packed

/// Rung 5: a tile of C in registers, with the processor's fused multiply-add; one thread.
///
/// The portable tile is the readable version: `gemm/tile.rs`. Few rows are treated like many, which [`gemm`](mod@super) knows better.
#[track_caller]
pub fn tiled<T: Real>(a: View<'_, T>, b: View<'_, T>, c: ViewMut<'_, T>) {
    tiled_with(T::kernels().tile, a, b, c);
}

/// Rung 5 with a micro-kernel of one's choice.
#[track_caller]
pub fn tiled_with<T: Real>(tile: Tile<T>, a: View<'_, T>, b: View<'_, T>, c: ViewMut<'_, T>) {
    gemm_on(How { threads: 1, tile, pack: true, few_rows: false }, T::ONE, a, b, T::ZERO, c);
}

/// Rung 5 without rung 4, for comparison: the tile reads A and B where they lie.
///
/// What no tile can read is packed all the same: columns beyond the last whole tile, and a B whose rows are not contiguous.
#[track_caller]
pub fn tiled_unpacked<T: Real>(a: View<'_, T>, b: View<'_, T>, c: ViewMut<'_, T>) {
    let tile = T::kernels().tile;
    gemm_on(How { threads: 1, tile, pack: false, few_rows: false }, T::ONE, a, b, T::ZERO, c);
}

/// Rung 6: on all threads of the pool, if there is enough to do.
#[track_caller]
pub fn threaded<T: Real>(a: View<'_, T>, b: View<'_, T>, c: ViewMut<'_, T>) {
    super::gemm(T::ONE, a, b, T::ZERO, c);
}

/// y ← y + a·x.
#[inline(always)]
// ANCHOR: add_row
fn add_row<T: Real>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}
// ANCHOR_END: add_row

/// y ← y + Σₚ a(p)·x(p), four rows for each visit of y: three quarters of the loads and stores of y are saved.
#[inline(always)]
fn add_rows<'x, T: Real>(p: Range<usize>, a: impl Fn(usize) -> T, x: impl Fn(usize) -> &'x [T], y: &mut [T]) {
    let n = y.len();
    let fours = p.start + p.len() / 4 * 4;
    for p in (p.start..fours).step_by(4) {
        let (a0, a1, a2, a3) = (a(p), a(p + 1), a(p + 2), a(p + 3));
        let (x0, x1, x2, x3) = (&x(p)[..n], &x(p + 1)[..n], &x(p + 2)[..n], &x(p + 3)[..n]);
        for j in 0..n {
            y[j] += a0 * x0[j] + a1 * x1[j] + (a2 * x2[j] + a3 * x3[j]);
        }
    }
    for p in fours..p.end {
        add_row(a(p), x(p), y);
    }
}

/// The elements of a matrix as a function of their indices, without the checks of [`View`]'s own index, which would cost
/// more than the arithmetic.
#[inline(always)]
fn elements<'a, T: Real>(x: &View<'a, T>) -> impl Fn(usize, usize) -> T + use<'a, T> {
    let (data, row, col) = (x.data(), x.strides()[0], x.strides()[1]);
    move |i, j| data[i * row + j * col]
}

/// A matrix whose rows are slices.
struct Rows<D> {
    data: D,
    stride: usize,
    cols: usize,
}

impl<T> Rows<&[T]> {
    #[inline(always)]
    fn row(&self, i: usize) -> &[T] {
        &self.data[i * self.stride..][..self.cols]
    }
}

impl<T> Rows<&mut [T]> {
    #[inline(always)]
    fn row(&mut self, i: usize) -> &mut [T] {
        &mut self.data[i * self.stride..][..self.cols]
    }
}

/// Calls `f`, vectorised, with C as a matrix whose rows are slices: C itself where that is possible, a copy elsewhere.
fn with_rows_of<T: Real>(mut c: ViewMut<'_, T>, f: impl FnOnce(&mut Rows<&mut [T]>)) {
    let (shape, stride) = (c.shape(), c.strides()[0]);
    let cols = shape[1];
    if shape.is_empty() {
        return;
    }
    if c.strides()[1] == 1 || cols == 1 {
        let mut rows = Rows { data: c.data_mut(), stride, cols };
        return vectorise(
            #[inline(always)]
            || f(&mut rows),
        );
    }
    let mut copy = Tensor::zeros(shape);
    let mut rows = Rows { data: copy.data_mut(), stride: cols, cols };
    vectorise(
        #[inline(always)]
        || f(&mut rows),
    );
    for i in 0..shape[0] {
        for j in 0..cols {
            c[[i, j]] = copy[[i, j]];
        }
    }
}

/// The same for B and C.
fn with_rows<T: Real>(b: View<'_, T>, c: ViewMut<'_, T>, f: impl FnOnce(Rows<&[T]>, &mut Rows<&mut [T]>)) {
    let (stride, cols) = (b.strides()[0], b.shape()[1]);
    if b.strides()[1] == 1 || cols <= 1 {
        return with_rows_of(
            c,
            #[inline(always)]
            |c| f(Rows { data: b.data(), stride, cols }, c),
        );
    }
    let copy = b.to_tensor();
    with_rows_of(
        c,
        #[inline(always)]
        |c| f(Rows { data: copy.data(), stride: cols, cols }, c),
    );
}
