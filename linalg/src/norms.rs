//! Norms: how large a vector or a matrix is. Chapter: *Tensors and matmul*.
//!
//! | norm | formula | PyTorch |
//! |---|---|---|
//! | [`norm1`] | Σ\|xᵢ\| | `x.norm(1)` |
//! | [`norm2`] | √Σxᵢ² | `x.norm()` |
//! | [`norm_inf`] | max\|xᵢ\| | `x.norm(inf)` |
//! | [`frobenius`] | √ΣΣaᵢⱼ² | `a.norm()` |
//!
//! NaN anywhere gives NaN everywhere: a norm is what one looks at to find out whether something blew up.

use crate::kernels;
use crate::real::Real;
use crate::simd::vectorise;
use crate::view::View;

/// ‖x‖₁ = Σ|xᵢ|, the sum of sizes; 0 of an empty slice.
///
/// ```
/// assert_eq!(linalg::norm1(&[3.0, -4.0]), 7.0);
/// ```
///
/// Cost: n additions.
pub fn norm1<T: Real>(x: &[T]) -> T {
    x.iter().fold(T::ZERO, |sum, x| sum + x.abs())
}

/// ‖x‖∞ = max|xᵢ|, the largest size; 0 of an empty slice.
///
/// ```
/// assert_eq!(linalg::norm_inf(&[3.0, -4.0]), 4.0);
/// assert!(linalg::norm_inf(&[1.0, f64::NAN, 2.0]).is_nan());
/// ```
///
/// Cost: n comparisons.
pub fn norm_inf<T: Real>(x: &[T]) -> T {
    x.iter().fold(T::ZERO, |largest, x| largest.max_nan(x.abs()))
}

/// Whether every number is finite: 0·x is 0 then, and NaN otherwise, in lanes that the compiler can vectorise.
pub(crate) fn all_finite(x: &[f64]) -> bool {
    vectorise(
        #[inline(always)]
        || {
            let (chunks, end) = x.as_chunks::<16>();
            let mut lanes = [0.0_f64; 16];
            for chunk in chunks {
                for (lane, x) in lanes.iter_mut().zip(chunk) {
                    *lane += 0.0 * x;
                }
            }
            lanes.iter().chain(end).all(|x| x.is_finite())
        },
    )
}

/// max|xᵢ| of numbers that are known to be finite: [`norm_inf`] without its care for NaN, in lanes that the compiler can vectorise.
pub(crate) fn largest_finite(x: &[f64]) -> f64 {
    vectorise(
        #[inline(always)]
        || {
            let (chunks, end) = x.as_chunks::<16>();
            let mut lanes = [0.0_f64; 16];
            for chunk in chunks {
                for (lane, x) in lanes.iter_mut().zip(chunk) {
                    *lane = if x.abs() > *lane { x.abs() } else { *lane };
                }
            }
            lanes.iter().chain(end).fold(0.0, |largest: f64, x| largest.max(x.abs()))
        },
    )
}

/// ‖x‖₂ = √Σxᵢ², the length; 0 of an empty slice.
///
/// The squares of 1e200 and of 1e−200 do not exist in f64, but their lengths do:
///
/// ```
/// use linalg::norm2;
///
/// assert_eq!(norm2(&[3.0, -4.0]), 5.0);
/// assert!((norm2(&[3e200_f64, -4e200]) / 5e200 - 1.0).abs() < 1e-15);
/// assert!((norm2(&[3e-200_f64, -4e-200]) / 5e-200 - 1.0).abs() < 1e-15);
/// ```
///
/// Cost: 2n FLOP in one pass; three times that where the squares are too large or too small.
///
/// Source: J. L. Blue, "A portable Fortran program to find the Euclidean norm of a vector", ACM TOMS 4 (1978), for the
/// idea to scale only when it is necessary.
// ANCHOR: norm2
pub fn norm2<T: Real>(x: &[T]) -> T {
    length(kernels::dot(x, x), || x.iter())
}

/// √Σxᵢ², given the sum of squares as it came out.
fn length<'a, T: Real, I: Iterator<Item = &'a T>>(squares: T, elements: impl Fn() -> I) -> T {
    // From 1e−20 on, squares that were lost to underflow cannot have mattered, neither in f32 nor in f64.
    if squares.is_finite() && squares.to_f64() >= 1e-20 {
        return squares.sqrt();
    }
    let largest = elements().fold(T::ZERO, |largest, x| largest.max_nan(x.abs()));
    if largest == T::ZERO || !largest.is_finite() {
        return largest; // nothing but zeros; an infinity; or a NaN
    }
    let scaled = elements().fold(T::ZERO, |sum, &x| sum + (x / largest) * (x / largest));
    largest * scaled.sqrt()
}
// ANCHOR_END: norm2

/// ‖A‖_F = √ΣΣaᵢⱼ²: the length of all elements, whatever the shape and the strides.
///
/// ```
/// use linalg::{Tensor, frobenius};
///
/// let a = Tensor::from_rows(&[[1.0, 2.0], [2.0, 4.0]]);
/// assert_eq!(frobenius(a.view()), 5.0);
/// ```
///
/// Cost: as [`norm2`].
pub fn frobenius<T: Real>(a: View<'_, T>) -> T {
    match a.as_slice() {
        Some(slice) => norm2(slice),
        None => length(a.iter().fold(T::ZERO, |sum, &x| sum + x * x), || a.iter()),
    }
}
