//! Triangular systems: the only ones that are solved by reading. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! In a triangular system one equation has one unknown; with that known, another one has one left, and so on. All ways of
//! solving A·x = b end here: they turn A into triangles first.

use crate::error::Error;
use crate::gemm::gemm;
use crate::par;
use crate::real::Real;
use crate::view::{View, ViewMut};

/// What stands on the diagonal of a triangular matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagonal {
    /// The matrix's own entries.
    Stored,
    /// Ones, whatever is stored there: where two triangles share one matrix, only one of them has room for its diagonal.
    Ones,
}

/// Up to so many unknowns are found one by one; more are halved, and most of the work becomes a matrix product.
const FEW: usize = 32;

/// B ← L⁻¹·B: forward substitution, for all columns of B at once.
///
/// xᵢ = (bᵢ − Σⱼ L\[i,j\]·xⱼ, j < i) / L\[i,i\]. L has shape (n, n); what lies above its diagonal is not read. B has shape (n, m).
///
/// ```
/// use linalg::{Mat, triangular::{Diagonal, solve_lower}};
///
/// let l = Mat::from_rows(&[[2.0, 0.0], [1.0, 4.0]]);
/// let mut x = Mat::from_rows(&[[6.0], [11.0]]);
/// solve_lower(l.view(), Diagonal::Stored, x.view_mut())?;
/// assert_eq!(x.data(), [3.0, 2.0]);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: n²·m FLOP, as matrix products from n = 32 on.
///
/// Accuracy: each column solves (L + E)·x = b exactly with |E| ≤ n·2⁻⁵³·|L|, entry by entry: triangular systems are solved
/// better than their condition number promises.
///
/// # Errors
/// [`Error::Singular`] for a zero on the diagonal; B is then as it was.
///
/// # Panics
/// If the shapes do not fit; the message names both and the caller's line.
///
/// Source: N. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., section 8.1.
#[track_caller]
pub fn solve_lower<T: Real>(l: View<'_, T>, diagonal: Diagonal, b: ViewMut<'_, T>) -> Result<(), Error> {
    check("solve_lower", l, diagonal, &b)?;
    par::awake(is_large(&b), || with_rows(b, |b| forward(l, diagonal, b)));
    Ok(())
}

/// B ← U⁻¹·B: back substitution, for all columns of B at once.
///
/// xᵢ = (bᵢ − Σⱼ U\[i,j\]·xⱼ, j > i) / U\[i,i\], from the last to the first. What lies below U's diagonal is not read. A transposed
/// view turns a lower triangle into an upper one: `solve_upper(l.view().transpose(), ..)` is B ← L⁻ᵀ·B.
///
/// ```
/// use linalg::{Mat, triangular::{Diagonal, solve_upper}};
///
/// let u = Mat::from_rows(&[[2.0, 1.0], [0.0, 4.0]]);
/// let mut x = Mat::from_rows(&[[8.0], [8.0]]);
/// solve_upper(u.view(), Diagonal::Stored, x.view_mut())?;
/// assert_eq!(x.data(), [3.0, 2.0]);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost, accuracy and source: as for [`solve_lower`].
///
/// # Errors
/// [`Error::Singular`] for a zero on the diagonal; B is then as it was.
///
/// # Panics
/// If the shapes do not fit; the message names both and the caller's line.
#[track_caller]
pub fn solve_upper<T: Real>(u: View<'_, T>, diagonal: Diagonal, b: ViewMut<'_, T>) -> Result<(), Error> {
    check("solve_upper", u, diagonal, &b)?;
    par::awake(is_large(&b), || with_rows(b, |b| backward(u, diagonal, b)));
    Ok(())
}

#[track_caller]
fn check<T: Real>(
    operation: &'static str,
    t: View<'_, T>,
    diagonal: Diagonal,
    b: &ViewMut<'_, T>,
) -> Result<(), Error> {
    let (s, r) = (t.shape(), b.shape());
    assert!(
        s.rank() == 2 && s[0] == s[1] && r.rank() == 2 && r[0] == s[0],
        "{operation}: a triangle of shape {s} does not go with a right side of shape {r}"
    );
    let zero = (0..s[0]).find(|&i| diagonal == Diagonal::Stored && t[[i, i]] == T::ZERO);
    zero.map_or(Ok(()), |pivot| Err(Error::Singular { operation, pivot }))
}

/// Whether there is work for threads that are kept awake.
fn is_large<T>(b: &ViewMut<'_, T>) -> bool {
    b.shape()[0].min(b.shape()[1]) >= par::LARGE
}

/// Calls `f` with B, or with a copy of it, such that its rows are contiguous.
fn with_rows<T: Real>(mut b: ViewMut<'_, T>, f: impl FnOnce(ViewMut<'_, T>)) {
    if b.strides()[1] == 1 || b.shape()[1] == 1 {
        return f(b);
    }
    let mut copy = b.as_view().to_tensor();
    f(copy.view_mut());
    b.assign(copy.view());
}

// ANCHOR: forward
fn forward<T: Real>(l: View<'_, T>, diagonal: Diagonal, mut b: ViewMut<'_, T>) {
    let n = l.shape()[0];
    if n > FEW {
        // The first half is a smaller problem of the same kind. What it contributes to the second is a product.
        let half = n / 2;
        let (top, bottom) = (l.slice(0, 0, half), l.slice(0, half, n));
        let (mut known, mut rest) = b.split_rows(half);
        forward(top.slice(1, 0, half), diagonal, known.reborrow());
        gemm(-T::ONE, bottom.slice(1, 0, half), known.as_view(), T::ONE, rest.reborrow());
        return forward(bottom.slice(1, half, n), diagonal, rest);
    }
    let mut factors = Vec::with_capacity(FEW);
    for i in 0..n {
        factors.clear();
        factors.extend(l.at(i).slice(0, 0, i).iter());
        subtract_rows(&mut b, i, &factors, 0);
        if diagonal == Diagonal::Stored {
            divide_row(&mut b, i, l[[i, i]]);
        }
    }
}
// ANCHOR_END: forward

fn backward<T: Real>(u: View<'_, T>, diagonal: Diagonal, mut b: ViewMut<'_, T>) {
    let n = u.shape()[0];
    if n > FEW {
        let half = n / 2;
        let (top, bottom) = (u.slice(0, 0, half), u.slice(0, half, n));
        let (mut rest, mut known) = b.split_rows(half);
        backward(bottom.slice(1, half, n), diagonal, known.reborrow());
        gemm(-T::ONE, top.slice(1, half, n), known.as_view(), T::ONE, rest.reborrow());
        return backward(top.slice(1, 0, half), diagonal, rest);
    }
    let mut factors = Vec::with_capacity(FEW);
    for i in (0..n).rev() {
        factors.clear();
        factors.extend(u.at(i).slice(0, i + 1, n).iter());
        subtract_rows(&mut b, i, &factors, i + 1);
        if diagonal == Diagonal::Stored {
            divide_row(&mut b, i, u[[i, i]]);
        }
    }
}

/// Row i ← row i − Σⱼ factor j · row (from + j): all of them in one pass over row i. They lie before it, or behind.
fn subtract_rows<T: Real>(b: &mut ViewMut<'_, T>, i: usize, factors: &[T], from: usize) {
    let (stride, cols) = (b.strides()[0], b.shape()[1]);
    if cols == 0 || factors.is_empty() {
        return;
    }
    let (row, known) = if from > i {
        let (first, second) = b.data_mut().split_at_mut(from * stride);
        (&mut first[i * stride..][..cols], &*second)
    } else {
        let (first, second) = b.data_mut().split_at_mut(i * stride);
        (&mut second[..cols], &first[from * stride..])
    };
    (T::kernels().add_rows)(-T::ONE, factors, known, stride, row);
}

/// Row i ← row i / divisor. A true division: a product with 1/divisor would round twice.
fn divide_row<T: Real>(b: &mut ViewMut<'_, T>, i: usize, divisor: T) {
    let (stride, cols) = (b.strides()[0], b.shape()[1]);
    if cols > 0 {
        b.data_mut()[i * stride..][..cols].iter_mut().for_each(|x| *x /= divisor);
    }
}
