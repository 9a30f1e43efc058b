//! The numbers: one small trait that `f64` (to think and check in), `f32` (to train in) and dual numbers
//! (to differentiate with) all satisfy. Chapter: *Tensors and matmul*.

use crate::kernels::Kernels;
use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A real number as the algorithms of this workspace need it.
///
/// It is small on purpose. Whatever implements it flows through every tensor, every matrix product and every tape:
/// `calculus::Dual<f64>` implements it, and a reverse tape over duals is a Hessian-vector product for free.
///
/// ```
/// use linalg::Real;
///
/// fn hypotenuse<T: Real>(a: T, b: T) -> T {
///     (a * a + b * b).sqrt()
/// }
/// assert_eq!(hypotenuse(3.0_f64, 4.0), 5.0);
/// assert_eq!(hypotenuse(3.0_f32, 4.0), 5.0);
/// ```
pub trait Real:
    Copy
    + Default
    + PartialEq
    + PartialOrd
    + Debug
    + Display
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// The neutral element of addition.
    const ZERO: Self;
    /// The neutral element of multiplication.
    const ONE: Self;
    /// The distance from 1 to the next larger number: 2⁻⁵² for `f64`, 2⁻²³ for `f32`.
    const EPSILON: Self;

    /// The nearest number to `x`.
    #[must_use]
    fn from_f64(x: f64) -> Self;
    /// The value as an `f64` (of a dual number: its value, without the derivative).
    fn to_f64(self) -> f64;
    /// Absolute value.
    #[must_use]
    fn abs(self) -> Self;
    /// Square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// eˣ.
    #[must_use]
    fn exp(self) -> Self;
    /// Natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// Hyperbolic tangent.
    #[must_use]
    fn tanh(self) -> Self;
    /// The error function, erf(x) = 2/√π ∫₀ˣ e^(−t²) dt.
    #[must_use]
    fn erf(self) -> Self;
    /// Sine (argument in radians).
    #[must_use]
    fn sin(self) -> Self;
    /// Cosine (argument in radians).
    #[must_use]
    fn cos(self) -> Self;
    /// xⁿ for a whole n.
    #[must_use]
    fn powi(self, n: i32) -> Self;
    /// self·a + b, with one rounding where the target guarantees the instruction, two elsewhere.
    #[must_use]
    #[inline(always)]
    fn madd(self, a: Self, b: Self) -> Self {
        self * a + b
    }
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Zero, and at rest: 0 in the value and in every derivative that the number carries. `x == T::ZERO` asks for the value alone, and
    /// is no reason to skip a number that may move.
    fn is_zero(self) -> bool;

    /// The loops over slices of this type that this machine runs best; see [`kernels`](crate::kernels).
    #[must_use]
    fn kernels() -> &'static Kernels<Self>;

    /// The larger of two numbers; NaN if either is NaN, so that a maximum never hides one (unlike [`f64::max`]).
    #[must_use]
    fn max_nan(self, other: Self) -> Self {
        // Written so that an unordered comparison falls through to the operand that is NaN.
        if self > other || self.partial_cmp(&self).is_none() { self } else { other }
    }
}

/// Whether the compilation target guarantees a fused multiply-add; elsewhere `mul_add` would be a slow library call.
pub(crate) const FMA: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

macro_rules! float {
    ($t:ident, $kernels:expr) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = $t::EPSILON;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $t::abs(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $t::sqrt(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                $t::exp(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                $t::ln(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                $t::tanh(self)
            }
            #[inline(always)]
            fn erf(self) -> Self {
                crate::kernels::erf_of::<$t, FMA>(self)
            }
            #[inline(always)]
            fn sin(self) -> Self {
                $t::sin(self)
            }
            #[inline(always)]
            fn cos(self) -> Self {
                $t::cos(self)
            }
            #[inline(always)]
            fn powi(self, n: i32) -> Self {
                $t::powi(self, n)
            }
            #[inline(always)]
            fn madd(self, a: Self, b: Self) -> Self {
                if FMA { $t::mul_add(self, a, b) } else { self * a + b }
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $t::is_finite(self)
            }
            #[inline(always)]
            fn is_zero(self) -> bool {
                self == 0.0
            }
            #[inline(always)]
            fn kernels() -> &'static Kernels<Self> {
                $kernels
            }
        }
    };
}

float!(f64, crate::kernels::best_f64());
float!(f32, crate::kernels::best_f32());
