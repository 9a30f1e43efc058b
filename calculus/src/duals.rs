//! Duals with several directions: N slopes in one pass. Chapter: *Forward mode: dual numbers*.
//!
//! The value of a number is the same whichever input moves; what differs is only its slope. So compute the value once and carry N slopes, one
//! for each direction: `exp`, branches and memory traffic are paid once instead of N times, and N slopes side by side are what a
//! processor multiplies in one instruction. A gradient over n inputs costs ⌈n/N⌉ passes.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd edition, section 3.1 (vector forward mode); Revels, Lubin and Papamarkou,
//! *Forward-mode automatic differentiation in Julia*, 2016 (chunks).

use linalg::Real;
use linalg::kernels::Kernels;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// value + d₁·ε₁ + … + d_N·ε_N, where every product of two ε is 0.
///
/// ```
/// use calculus::duals::Duals;
/// use linalg::Real;
///
/// let x = Duals { value: 3.0, d: [1.0, 0.0] };
/// let y = Duals { value: 5.0, d: [0.0, 1.0] };
/// assert_eq!((x * y).d, [5.0, 3.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Duals<T, const N: usize> {
    /// The number itself.
    pub value: T,
    /// How fast it changes along each direction.
    pub d: [T; N],
}

impl<T: Real, const N: usize> Default for Duals<T, N> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<T: Real, const N: usize> Duals<T, N> {
    /// A number that does not move.
    pub fn constant(value: T) -> Self {
        Duals { value, d: [T::ZERO; N] }
    }

    /// The chain rule, once for all functions of one number.
    #[inline(always)]
    fn chain(self, value: T, slope: T) -> Self {
        Duals { value, d: self.d.map(|d| slope * d) }
    }

    /// Both values and both slopes, combined.
    #[inline(always)]
    fn with(self, other: Self, value: T, slope: impl Fn(T, T) -> T) -> Self {
        let mut d = self.d;
        for (a, b) in d.iter_mut().zip(other.d) {
            *a = slope(*a, b);
        }
        Duals { value, d }
    }
}

/// The gradient, ∂f/∂xᵢ for each i, N of them a pass.
///
/// ```
/// use calculus::duals::gradient;
///
/// let g = gradient::<f64, 2>(|x| x[0] * x[1] + x[2] * x[2], &[3.0, 5.0, 7.0]);
/// assert_eq!(g, [5.0, 3.0, 14.0]);
/// ```
///
/// Cost: ⌈n/N⌉ evaluations of `f` for n inputs, each at about 1 + N times the price of plain numbers in multiplications, and once in
/// exponentials.
// ANCHOR: gradient
pub fn gradient<T: Real, const N: usize>(
    mut f: impl FnMut(&[Duals<T, N>]) -> Duals<T, N>,
    x: &[T],
) -> Vec<T> {
    let mut point: Vec<_> = x.iter().map(|&x| Duals::constant(x)).collect();
    let mut all = Vec::with_capacity(x.len());
    while all.len() < x.len() {
        let start = all.len();
        let several = start..(start + N).min(x.len());
        for i in several.clone() {
            point[i].d[i - start] = T::ONE;
        }
        let slopes = f(&point).d;
        for i in several {
            point[i].d[i - start] = T::ZERO;
            all.push(slopes[i - start]);
        }
    }
    all
}
// ANCHOR_END: gradient

impl<T: Real, const N: usize> Mul for Duals<T, N> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl)] // the rule of Leibniz
    fn mul(self, o: Self) -> Self {
        self.with(o, self.value * o.value, |a, b| a * o.value + self.value * b)
    }
}

impl<T: Real, const N: usize> Div for Duals<T, N> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl)] // the rule of Leibniz
    fn div(self, o: Self) -> Self {
        let value = self.value / o.value;
        self.with(o, value, |a, b| (a - value * b) / o.value)
    }
}

impl<T: Real, const N: usize> Add for Duals<T, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self.with(o, self.value + o.value, |a, b| a + b)
    }
}

impl<T: Real, const N: usize> Sub for Duals<T, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self.with(o, self.value - o.value, |a, b| a - b)
    }
}

impl<T: Real, const N: usize> Neg for Duals<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Duals { value: -self.value, d: self.d.map(|d| -d) }
    }
}

/// `x op= y`.
macro_rules! assigning {
    ($($op:ident $method:ident $op_assign:ident $method_assign:ident),*) => {$(
        impl<T: Real, const N: usize> $op_assign for Duals<T, N> {
            #[inline(always)]
            fn $method_assign(&mut self, other: Self) {
                *self = (*self).$method(other);
            }
        }
    )*};
}
assigning!(Add add AddAssign add_assign, Sub sub SubAssign sub_assign);
assigning!(Mul mul MulAssign mul_assign, Div div DivAssign div_assign);

impl<T: Real, const N: usize> PartialEq for Duals<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Real, const N: usize> PartialOrd for Duals<T, N> {
    /// As the values: a program takes the branches that it takes on plain numbers.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: fmt::Display, const N: usize> fmt::Display for Duals<T, N> {
    /// `value + d·ε1 + d·ε2 …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)?;
        for (i, d) in self.d.iter().enumerate() {
            f.write_str(" + ")?;
            d.fmt(f)?;
            write!(f, "·ε{}", i + 1)?;
        }
        Ok(())
    }
}

/// Value and slope of every function come from [`crate::dual::Dual`], started at x + 1·ε: one table of derivatives for both types.
macro_rules! functions {
    ($($name:ident)*) => {$(
        #[inline]
        fn $name(self) -> Self {
            let y = crate::dual::Dual::variable(self.value).$name();
            self.chain(y.value, y.d)
        }
    )*};
}

impl<T: Real, const N: usize> Real for Duals<T, N> {
    const ZERO: Self = Duals { value: T::ZERO, d: [T::ZERO; N] };
    const ONE: Self = Duals { value: T::ONE, d: [T::ZERO; N] };
    const EPSILON: Self = Duals { value: T::EPSILON, d: [T::ZERO; N] };

    fn from_f64(x: f64) -> Self {
        Self::constant(T::from_f64(x))
    }
    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }
    functions!(abs sqrt exp ln tanh erf sin cos);
    fn powi(self, n: i32) -> Self {
        let y = crate::dual::Dual::variable(self.value).powi(n);
        self.chain(y.value, y.d)
    }
    fn is_finite(self) -> bool {
        self.value.is_finite() && self.d.iter().all(|d| d.is_finite())
    }
    fn is_zero(self) -> bool {
        self.value.is_zero() && self.d.iter().all(|d| d.is_zero())
    }
    fn kernels() -> &'static Kernels<Self> {
        const { &Kernels::<Self>::PORTABLE }
    }
}
