//! Dual numbers: forward mode. Chapter: *Forward mode: dual numbers*.
//!
//! A dual number a + b·ε carries a value a and a derivative b, with ε² = 0: a step so small that its square is nothing.
//! Arithmetic with that one rule *is* the differential calculus. The product shows it:
//!
//! ```text
//! (a + b·ε)(c + d·ε) = ac + (ad + bc)·ε + bd·ε²  = ac + (ad + bc)·ε
//! ```
//!
//! The second part is the product rule. So a program that computes f(x) with duals, started at x + 1·ε, ends with
//! f(x) + f′(x)·ε: exact to rounding, no step to choose, whatever loops and branches it took. Because [`Dual`] is a
//! [`Real`], it goes through every tensor and every tape; and because `Dual<Dual<f64>>` is one too, so do second derivatives.
//!
//! Several directions in a pass: [`crate::duals`]. Second derivatives by name: [`crate::hyper`]. All orders: [`crate::jet`].
//!
//! One pass carries one direction. A gradient over n inputs costs n passes: fine for three, hopeless for a network, and the
//! reason for the reverse mode of [`crate::scalar`].
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd edition, section 3.1.

use linalg::kernels::Kernels;
use linalg::{Real, Tensor};
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A number with its derivative: value + d·ε, where ε² = 0.
///
/// Two duals compare as their values do: a program on duals takes the branches that it takes on plain numbers, and what comes
/// out is the derivative of the path taken. The price: `x == T::ZERO` is also true of a 0 that *moves* (d ≠ 0), so
/// code must not skip zeros as "no effect" if it is to be differentiated. [`Real::is_zero`] asks for both parts.
///
/// ```
/// use calculus::dual::Dual;
/// use linalg::Real;
///
/// let x = Dual::variable(3.0); // 3 + 1·ε
/// let y = x * x + 2.0 * x.ln();
/// assert_eq!(y.value, 9.0 + 2.0 * 3.0_f64.ln());
/// assert_eq!(y.d, 6.0 + 2.0 / 3.0); // 2x + 2/x
/// ```
///
/// At the edge of a domain and at kinks:
///
/// | at | derivative | why |
/// |---|---|---|
/// | \|x\|, x = 0 | 0 | the middle of all slopes from −1 to 1; PyTorch's choice too |
/// | √x, x = 0 | ±∞, or NaN where d = 0 | the slope 1/(2√x) is infinite, and 0·∞ has no answer |
/// | ln x, x = 0 | ±∞, or NaN where d = 0 | the same |
/// | any, x = NaN | NaN | a NaN is never hidden |
#[derive(Clone, Copy, Debug, Default)]
pub struct Dual<T> {
    /// The number itself.
    pub value: T,
    /// How fast it changes when the input does.
    pub d: T,
}

impl<T: Real> Dual<T> {
    /// A number and its derivative.
    pub fn new(value: T, d: T) -> Self {
        Dual { value, d }
    }

    /// A number that does not move: x + 0·ε.
    pub fn constant(value: T) -> Self {
        Dual { value, d: T::ZERO }
    }

    /// The number with respect to which one differentiates: x + 1·ε.
    pub fn variable(value: T) -> Self {
        Dual { value, d: T::ONE }
    }

    /// The chain rule, once for all functions of one number: f(value) + f′(value)·d·ε.
    #[inline(always)]
    fn chain(self, value: T, slope: T) -> Self {
        Dual { value, d: slope * self.d }
    }
}

// ANCHOR: dual
impl<T: Real> Mul for Dual<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Dual { value: self.value * other.value, d: self.d * other.value + self.value * other.d }
    }
}
// ANCHOR_END: dual

impl<T: Real> Div for Dual<T> {
    type Output = Self;
    /// (a/b)′ = (a′ − (a/b)·b′) / b: the quotient rule without b², which would overflow for b > 1e154.
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Dual { value, d: (self.d - value * other.d) / other.value }
    }
}

impl<T: Real> Add for Dual<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Dual { value: self.value + other.value, d: self.d + other.d }
    }
}

impl<T: Real> Sub for Dual<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Dual { value: self.value - other.value, d: self.d - other.d }
    }
}

impl<T: Real> Neg for Dual<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Dual { value: -self.value, d: -self.d }
    }
}

/// `x op= y` for duals, and both orders of `dual op f64`, where the `f64` is a constant.
macro_rules! operators {
    ($($op:ident $method:ident $op_assign:ident $method_assign:ident),*) => {$(
        impl<T: Real> $op_assign for Dual<T> {
            #[inline(always)]
            fn $method_assign(&mut self, other: Self) {
                *self = (*self).$method(other);
            }
        }
        impl<T: Real> $op<f64> for Dual<T> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                self.$method(Self::from_f64(other))
            }
        }
        impl<T: Real> $op<Dual<T>> for f64 {
            type Output = Dual<T>;
            #[inline(always)]
            fn $method(self, other: Dual<T>) -> Dual<T> {
                Dual::from_f64(self).$method(other)
            }
        }
    )*};
}
operators!(Add add AddAssign add_assign, Sub sub SubAssign sub_assign);
operators!(Mul mul MulAssign mul_assign, Div div DivAssign div_assign);

impl<T: PartialEq> PartialEq for Dual<T> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: PartialOrd> PartialOrd for Dual<T> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: fmt::Display> fmt::Display for Dual<T> {
    /// `value + d·ε`; a format such as `{:.3}` applies to both parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)?;
        f.write_str(" + ")?;
        self.d.fmt(f)?;
        f.write_str("·ε")
    }
}

impl<T: Real> Real for Dual<T> {
    const ZERO: Self = Dual { value: T::ZERO, d: T::ZERO };
    const ONE: Self = Dual { value: T::ONE, d: T::ZERO };
    const EPSILON: Self = Dual { value: T::EPSILON, d: T::ZERO };

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        Dual::constant(T::from_f64(x))
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.value.to_f64()
    }
    /// The slope is the sign, and 0 at 0 (see the table at [`Dual`]).
    #[inline]
    fn abs(self) -> Self {
        let slope = match self.value.partial_cmp(&T::ZERO) {
            Some(Ordering::Greater) => T::ONE,
            Some(Ordering::Less) => -T::ONE,
            Some(Ordering::Equal) => T::ZERO,
            None => self.value, // NaN
        };
        self.chain(self.value.abs(), slope)
    }
    #[inline]
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        Dual { value: root, d: self.d / (root + root) }
    }
    #[inline]
    fn exp(self) -> Self {
        let e = self.value.exp();
        self.chain(e, e)
    }
    #[inline]
    fn ln(self) -> Self {
        Dual { value: self.value.ln(), d: self.d / self.value }
    }
    #[inline]
    fn tanh(self) -> Self {
        let t = self.value.tanh();
        self.chain(t, T::ONE - t * t)
    }
    #[inline]
    fn erf(self) -> Self {
        let slope = T::from_f64(std::f64::consts::FRAC_2_SQRT_PI) * (-self.value * self.value).exp();
        self.chain(self.value.erf(), slope)
    }
    #[inline]
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }
    #[inline]
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }
    /// d/dx xⁿ = n·xⁿ⁻¹, and 0 for n = 0 even at x = 0, where the formula alone would say 0·∞.
    #[inline]
    fn powi(self, n: i32) -> Self {
        let value = self.value.powi(n);
        // For n < 0, xⁿ/x is xⁿ⁻¹ and cannot overflow the exponent, as i32::MIN − 1 would.
        let slope = match n {
            0 => T::ZERO,
            1.. => T::from_f64(f64::from(n)) * self.value.powi(n - 1),
            _ => T::from_f64(f64::from(n)) * value / self.value,
        };
        self.chain(value, slope)
    }
    /// Whether value *and* derivative are: a hunt for the first NaN should find one in either.
    #[inline]
    fn is_finite(self) -> bool {
        self.value.is_finite() && self.d.is_finite()
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        self.value.is_zero() && self.d.is_zero()
    }
    fn kernels() -> &'static Kernels<Self> {
        const { &Kernels::<Self>::PORTABLE }
    }
}

/// f′(x), exact to rounding.
///
/// ```
/// use calculus::dual::derivative;
/// use linalg::Real;
///
/// assert_eq!(derivative(|x| x * x * x, 2.0), 12.0);
/// // a derivative of a derivative: duals of duals
/// assert_eq!(derivative(|x| derivative(|y| y * y * y, x), 2.0), 12.0); // 6x
/// assert_eq!(derivative(|x| 1.0 / x + x.sin(), 2.0), -0.25 + 2.0_f64.cos());
/// ```
///
/// Cost: one evaluation of `f`, at two to four times the price of plain numbers.
pub fn derivative<T: Real>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> T {
    f(Dual::variable(x)).d
}

/// The derivative of `f` at `x` in one direction, J·v: how all outputs move when the inputs move along `v` (a *JVP*).
///
/// ```
/// use calculus::dual::directional;
///
/// let moved = directional(|p| vec![p[0] * p[1], p[0] + p[1]], &[3.0, 5.0], &[1.0, 2.0]);
/// assert_eq!(moved, [11.0, 3.0]); // (y·1 + x·2, 1 + 2)
/// ```
///
/// Cost: one evaluation of `f`, however many inputs and outputs there are.
///
/// # Panics
/// If `x` and `v` differ in length.
#[track_caller]
pub fn directional<T: Real>(f: impl FnOnce(&[Dual<T>]) -> Vec<Dual<T>>, x: &[T], v: &[T]) -> Vec<T> {
    assert!(x.len() == v.len(), "a point of {} numbers, a direction of {}", x.len(), v.len());
    let point: Vec<_> = x.iter().zip(v).map(|(&x, &v)| Dual::new(x, v)).collect();
    f(&point).into_iter().map(|y| y.d).collect()
}

/// The gradient, ∂f/∂xᵢ for each i, one pass an input.
///
/// ```
/// use calculus::dual::gradient;
/// use linalg::Real;
///
/// let g = gradient(|x| x[0] * x[1] + x[1].exp(), &[3.0, 0.0]);
/// assert_eq!(g, [0.0, 4.0]); // (y, x + eʸ)
/// ```
///
/// Cost: n evaluations of `f` for n inputs. The reverse mode does it in one: see [`crate::scalar`].
pub fn gradient<T: Real>(mut f: impl FnMut(&[Dual<T>]) -> Dual<T>, x: &[T]) -> Vec<T> {
    let mut point: Vec<_> = x.iter().map(|&x| Dual::constant(x)).collect();
    (0..x.len())
        .map(|i| {
            point[i].d = T::ONE;
            let slope = f(&point).d;
            point[i].d = T::ZERO;
            slope
        })
        .collect()
}

/// The Jacobian, J\[i,j\] = ∂fᵢ/∂xⱼ, shape (m outputs, n inputs): pass j gives column j.
///
/// ```
/// use calculus::dual::jacobian;
///
/// let j = jacobian(|p| vec![p[0] * p[1], p[0] + p[1], p[2] * 2.0], &[3.0, 5.0, 7.0]);
/// assert_eq!(j.data(), [5.0, 3.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 2.0]);
/// ```
///
/// Cost: n evaluations of `f` for n inputs, however many outputs there are (one more where n = 0, to learn m).
///
/// # Panics
/// If `f` does not always return the same number of outputs.
#[track_caller]
pub fn jacobian<T: Real>(mut f: impl FnMut(&[Dual<T>]) -> Vec<Dual<T>>, x: &[T]) -> Tensor<T> {
    let mut point: Vec<_> = x.iter().map(|&x| Dual::constant(x)).collect();
    let mut columns = Vec::with_capacity(x.len());
    for i in 0..x.len() {
        point[i].d = T::ONE;
        columns.push(f(&point));
        point[i].d = T::ZERO;
    }
    let m = columns.first().map_or_else(|| f(&point).len(), Vec::len);
    let mut j = Tensor::zeros([m, x.len()]);
    for (col, outputs) in columns.iter().enumerate() {
        assert!(
            outputs.len() == m,
            "jacobian: f returned {m} outputs in pass 0 and {} in pass {col}",
            outputs.len()
        );
        for (row, y) in outputs.iter().enumerate() {
            j[[row, col]] = y.d;
        }
    }
    j
}
