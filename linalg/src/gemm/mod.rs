//! Matrix multiplication. Chapters: *Tensors and matmul*, *The matrix product as hardware sees it*.
//!
//! | file | what it holds |
//! |---|---|
//! | [`ladder`] | six ways to multiply, from the definition to all cores, to be read |
//! | `tile.rs` | the register tile, portable; `x86.rs`: the same in AVX2 and AVX-512 instructions |
//! | `pack.rs`, `squares.rs` | copying blocks into the order in which the tile reads them |
//! | `blocks.rs` | the loops around the tile: what is in which cache |
//! | `split.rs` | threads |
//! | `gemv.rs` | matrix-vector products |

mod blocks;
mod gemv;
pub mod ladder;
mod pack;
mod split;
#[cfg(target_arch = "x86_64")]
mod squares;
mod tile;
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

use crate::par;
use crate::real::Real;
use crate::view::{View, ViewMut};
use blocks::Product;
pub use blocks::{A_BYTES, B_BYTES, FEW_ROWS, FEW_ROWS_STRIP, FEW_ROWS_SUM, LONGEST_SUM};
pub use gemv::{ELEMENTS_WORTH_A_THREAD, ELEMENTS_WORTH_A_THREAD_AWAKE};
use pack::Source;
pub use split::{
    MULTIPLICATIONS_WORTH_A_THREAD, MULTIPLICATIONS_WORTH_A_THREAD_AWAKE, MULTIPLICATIONS_WORTH_THE_WAY,
    pieces,
};
pub use tile::Tile;

/// C ← alpha·A·B + beta·C, for matrices seen through any strides: Aᵀ and Bᵀ are views like any other.
///
/// C\[i,j\] = alpha·Σₖ A\[i,k\]·B\[k,j\] + beta·C\[i,j\], shapes (m, k)·(k, n) → (m, n). With `beta` = 0 the old content
/// of C is never read (it may be NaN): the first write is a store. NaN and ∞ in A and B always reach C, even with
/// `alpha` = 0.
///
/// ```
/// use linalg::{Tensor, gemm};
///
/// let a = Tensor::from_rows(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
/// let mut c = Tensor::full([2, 2], f64::NAN);
/// gemm(1.0, a.view().transpose(), a.view(), 0.0, c.view_mut()); // AᵀA
/// assert_eq!(c.data(), [35.0, 44.0, 44.0, 56.0]);
/// ```
///
/// Cost: 2·m·k·n floating-point operations, at most of what one core can do from 128×128×128 on, and at less of it where the
/// matrices leave its caches (`cargo xtask bench gemm` says how much). It uses the threads
/// of the current pool from about eight million multiplications on, a thread outside of the pool from four times as many; the result has the same bits at any number of threads. No
/// allocation once the thread's packing buffer has grown to its size.
///
/// # Panics
/// If the shapes do not match; the message names all three and the caller's line.
#[track_caller]
pub fn gemm<T: Real>(alpha: T, a: View<'_, T>, b: View<'_, T>, beta: T, c: ViewMut<'_, T>) {
    gemm_with(T::kernels().tile, alpha, a, b, beta, c);
}

/// [`gemm`] with a micro-kernel of one's choice: for tests and measurements.
///
/// # Panics
/// As [`gemm`].
#[track_caller]
pub fn gemm_with<T: Real>(
    tile: Tile<T>,
    alpha: T,
    a: View<'_, T>,
    b: View<'_, T>,
    beta: T,
    c: ViewMut<'_, T>,
) {
    gemm_on(How { threads: par::threads(), tile, pack: true, few_rows: true }, alpha, a, b, beta, c);
}

/// The dimensions m, k, n of a product.
#[track_caller]
fn checked<T>(a: &View<'_, T>, b: &View<'_, T>, c: &ViewMut<'_, T>) -> [usize; 3] {
    let (sa, sb, sc) = (a.shape(), b.shape(), c.shape());
    assert!(
        sa.rank() == 2
            && sb.rank() == 2
            && sc.rank() == 2
            && sa[1] == sb[0]
            && sc[0] == sa[0]
            && sc[1] == sb[1],
        "gemm: shapes {sa} and {sb} do not multiply into {sc}"
    );
    [sa[0], sa[1], sb[1]]
}

/// How a product is computed, whatever its numbers.
#[derive(Clone, Copy)]
struct How<T> {
    /// At most so many threads.
    threads: usize,
    /// The micro-kernel.
    tile: Tile<T>,
    /// Whether to copy blocks of A and B where that should pay.
    pack: bool,
    /// Whether to walk through B another way where rows are few.
    few_rows: bool,
}

/// [`gemm`], one way or another.
#[track_caller]
#[allow(unsafe_code)]
fn gemm_on<T: Real>(how: How<T>, alpha: T, a: View<'_, T>, b: View<'_, T>, beta: T, mut c: ViewMut<'_, T>) {
    let [m, k, n] = checked(&a, &b, &c);
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 {
        return scale(beta, &mut c);
    }
    // An axis of length 1 has no stride worth the name: call it contiguous.
    let (c_row, c_col) = (c.strides()[0], if n == 1 { 1 } else { c.strides()[1] });
    if c_row == 1 && (c_col != 1 || n == 1) && m > 1 {
        // The columns of C are contiguous: compute Cᵀ = Bᵀ·Aᵀ, whose rows are.
        return gemm_on(how, alpha, b.transpose(), a.transpose(), beta, c.transpose());
    }
    if m == 1 && gemv::row_times_matrix(how.threads, alpha, a, b, beta, &mut c) {
        return;
    }
    // Asked before the product is cut for threads: where sums are rounded must not depend on how many there are.
    let few_rows = how.few_rows
        && m <= FEW_ROWS
        && b.strides()[1] == 1
        && k.saturating_mul(n) > B_BYTES / size_of::<T>();
    let source = |x: View<'_, T>| Source { ptr: x.data().as_ptr(), row: x.strides()[0], col: x.strides()[1] };
    let (a, b, c) = (source(a), source(b), c.data_mut().as_mut_ptr());
    let product = Product { m, n, k, alpha, a, b, beta, c, c_row, c_col, few_rows, pack: how.pack };
    // SAFETY: a view covers every element that its shape and strides name, C is borrowed exclusively and so overlaps
    // neither A nor B, no two of its elements share an address, and a `Tile` can only be had from tables that were
    // chosen after asking the processor.
    unsafe { split::multiply(how.threads, how.tile, &product) };
}

/// C ← beta·C: the product of matrices whose inner dimension is 0.
fn scale<T: Real>(beta: T, c: &mut ViewMut<'_, T>) {
    for i in 0..c.shape()[0] {
        for j in 0..c.shape()[1] {
            c[[i, j]] = if beta == T::ZERO { T::ZERO } else { beta * c[[i, j]] };
        }
    }
}
