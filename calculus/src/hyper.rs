//! Hyper-dual numbers: exact second derivatives. Chapter: *Forward mode: dual numbers*.
//!
//! Two infinitesimals instead of one, ε₁² = ε₂² = 0, but ε₁ε₂ is kept: a + b·ε₁ + c·ε₂ + d·ε₁ε₂. What a function does to it,
//!
//! ```text
//! f(a) + f′(a)·(b·ε₁ + c·ε₂) + (f′(a)·d + f″(a)·b·c)·ε₁ε₂
//! ```
//!
//! carries the second derivative in the last part. With ε₁ along input i and ε₂ along input j it is ∂²f/∂xᵢ∂xⱼ, without a difference of
//! differences. It is the dual of a dual, `Dual<Dual<T>>`, with the nesting written out: one formula a function, and f″ by its name.
//!
//! Source: Fike and Alonso, *The development of hyper-dual numbers for exact second-derivative calculations*, AIAA 2011-886.

use linalg::Real;
use linalg::Tensor;
use linalg::kernels::Kernels;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// value + d1·ε₁ + d2·ε₂ + d12·ε₁ε₂.
///
/// ```
/// use calculus::hyper::HyperDual;
/// use linalg::Real;
///
/// let x = HyperDual { value: 2.0, d1: 1.0, d2: 1.0, d12: 0.0 };
/// let y = x * x * x;
/// assert_eq!((y.value, y.d1, y.d12), (8.0, 12.0, 12.0)); // x³, 3x², 6x
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperDual<T> {
    /// The number itself.
    pub value: T,
    /// How fast it changes along the first direction.
    pub d1: T,
    /// How fast it changes along the second direction.
    pub d2: T,
    /// How fast the one changes along the other.
    pub d12: T,
}

impl<T: Real> HyperDual<T> {
    /// A number that does not move.
    pub fn constant(value: T) -> Self {
        HyperDual { value, d1: T::ZERO, d2: T::ZERO, d12: T::ZERO }
    }

    /// The chain rule to second order, once for all functions of one number, from f, f′ and f″.
    // ANCHOR: chain
    #[inline(always)]
    fn chain(self, f: T, slope: T, curvature: T) -> Self {
        HyperDual {
            value: f,
            d1: slope * self.d1,
            d2: slope * self.d2,
            d12: slope * self.d12 + curvature * self.d1 * self.d2,
        }
    }
    // ANCHOR_END: chain

    /// 1/x: f′ = −1/x², f″ = 2/x³.
    fn recip(self) -> Self {
        let r = T::ONE / self.value;
        let slope = -r * r;
        self.chain(r, slope, -(slope + slope) * r)
    }
}

/// The second derivatives of `f` at `x`, H\[i,j\] = ∂²f/∂xᵢ∂xⱼ, shape (n, n).
///
/// ```
/// use calculus::hyper::hessian;
///
/// let h = hessian(|x| x[0] * x[0] * x[1], &[3.0, 5.0]);
/// assert_eq!(h.data(), [10.0, 6.0, 6.0, 0.0]); // 2y, 2x, 2x, 0
/// ```
///
/// Cost: n(n+1)/2 evaluations of `f` for n inputs, each at three to six times the price of plain numbers. Exact to rounding.
pub fn hessian<T: Real>(mut f: impl FnMut(&[HyperDual<T>]) -> HyperDual<T>, x: &[T]) -> Tensor<T> {
    let n = x.len();
    let mut point: Vec<_> = x.iter().map(|&x| HyperDual::constant(x)).collect();
    let mut h = Tensor::zeros([n, n]);
    for i in 0..n {
        point[i].d1 = T::ONE;
        for j in i..n {
            point[j].d2 = T::ONE;
            let second = f(&point).d12;
            point[j].d2 = T::ZERO;
            h[[i, j]] = second;
            h[[j, i]] = second; // Schwarz: the order does not matter
        }
        point[i].d1 = T::ZERO;
    }
    h
}

impl<T: Real> Mul for HyperDual<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        HyperDual {
            value: self.value * o.value,
            d1: self.d1 * o.value + self.value * o.d1,
            d2: self.d2 * o.value + self.value * o.d2,
            d12: self.d12 * o.value + self.d1 * o.d2 + self.d2 * o.d1 + self.value * o.d12,
        }
    }
}

impl<T: Real> Div for HyperDual<T> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl)] // a/b = a·(1/b)
    fn div(self, other: Self) -> Self {
        self * other.recip()
    }
}

impl<T: Real> Add for HyperDual<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        HyperDual {
            value: self.value + o.value,
            d1: self.d1 + o.d1,
            d2: self.d2 + o.d2,
            d12: self.d12 + o.d12,
        }
    }
}

impl<T: Real> Sub for HyperDual<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        HyperDual {
            value: self.value - o.value,
            d1: self.d1 - o.d1,
            d2: self.d2 - o.d2,
            d12: self.d12 - o.d12,
        }
    }
}

impl<T: Real> Neg for HyperDual<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        HyperDual { value: -self.value, d1: -self.d1, d2: -self.d2, d12: -self.d12 }
    }
}

/// `x op= y`.
macro_rules! assigning {
    ($($op:ident $method:ident $op_assign:ident $method_assign:ident),*) => {$(
        impl<T: Real> $op_assign for HyperDual<T> {
            #[inline(always)]
            fn $method_assign(&mut self, other: Self) {
                *self = (*self).$method(other);
            }
        }
    )*};
}
assigning!(Add add AddAssign add_assign, Sub sub SubAssign sub_assign);
assigning!(Mul mul MulAssign mul_assign, Div div DivAssign div_assign);

impl<T: Real> PartialEq for HyperDual<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Real> PartialOrd for HyperDual<T> {
    /// As the values: a program takes the branches that it takes on plain numbers.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: fmt::Display> fmt::Display for HyperDual<T> {
    /// `value + d1·ε₁ + d2·ε₂ + d12·ε₁ε₂`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)?;
        for (part, unit) in [(&self.d1, "·ε₁"), (&self.d2, "·ε₂"), (&self.d12, "·ε₁ε₂")] {
            f.write_str(" + ")?;
            part.fmt(f)?;
            f.write_str(unit)?;
        }
        Ok(())
    }
}

impl<T: Real> Real for HyperDual<T> {
    const ZERO: Self = HyperDual { value: T::ZERO, d1: T::ZERO, d2: T::ZERO, d12: T::ZERO };
    const ONE: Self = HyperDual { value: T::ONE, d1: T::ZERO, d2: T::ZERO, d12: T::ZERO };
    const EPSILON: Self = HyperDual { value: T::EPSILON, d1: T::ZERO, d2: T::ZERO, d12: T::ZERO };

    fn from_f64(x: f64) -> Self {
        Self::constant(T::from_f64(x))
    }
    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }
    /// The slope is the sign, and 0 at 0, as that of [`crate::dual::Dual`] is.
    fn abs(self) -> Self {
        let slope = match self.value.partial_cmp(&T::ZERO) {
            Some(Ordering::Greater) => T::ONE,
            Some(Ordering::Less) => -T::ONE,
            Some(Ordering::Equal) => T::ZERO,
            None => self.value, // NaN
        };
        self.chain(self.value.abs(), slope, T::ZERO)
    }
    /// f′ = 1/(2√x), f″ = −f′/(2x).
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        let slope = T::ONE / (root + root);
        self.chain(root, slope, -slope / (self.value + self.value))
    }
    fn exp(self) -> Self {
        let e = self.value.exp();
        self.chain(e, e, e)
    }
    fn ln(self) -> Self {
        let r = T::ONE / self.value;
        self.chain(self.value.ln(), r, -r * r)
    }
    /// f′ = 1 − t², f″ = −2t·f′.
    fn tanh(self) -> Self {
        let t = self.value.tanh();
        let slope = T::ONE - t * t;
        self.chain(t, slope, -(t + t) * slope)
    }
    /// f′ = 2/√π·exp(−x²), f″ = −2x·f′.
    fn erf(self) -> Self {
        let x = self.value;
        let slope = T::from_f64(std::f64::consts::FRAC_2_SQRT_PI) * (-x * x).exp();
        self.chain(x.erf(), slope, -(x + x) * slope)
    }
    fn sin(self) -> Self {
        let (sin, cos) = (self.value.sin(), self.value.cos());
        self.chain(sin, cos, -sin)
    }
    fn cos(self) -> Self {
        let (sin, cos) = (self.value.sin(), self.value.cos());
        self.chain(cos, -sin, -cos)
    }
    /// By squaring and multiplying, so that it is right at 0 too.
    fn powi(self, n: i32) -> Self {
        let (mut power, mut square, mut left) = (Self::ONE, self, n.unsigned_abs());
        while left > 0 {
            if left % 2 == 1 {
                power *= square;
            }
            left /= 2;
            if left > 0 {
                square *= square;
            }
        }
        if n < 0 { power.recip() } else { power }
    }
    fn is_finite(self) -> bool {
        [self.value, self.d1, self.d2, self.d12].iter().all(|x| x.is_finite())
    }
    fn is_zero(self) -> bool {
        [self.value, self.d1, self.d2, self.d12].iter().all(|x| x.is_zero())
    }
    fn kernels() -> &'static Kernels<Self> {
        const { &Kernels::<Self>::PORTABLE }
    }
}
