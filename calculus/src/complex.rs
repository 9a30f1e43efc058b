//! Complex numbers, for the complex step: a slope without a subtraction. Chapter: *Derivatives by differences*.
//!
//! Move the input *sideways*, into the imaginary direction, and look at the imaginary part of what comes out. Taylor's theorem, with
//! i² = −1:
//!
//! ```text
//! f(x + ih) = f(x) + ih·f′(x) − h²/2·f″(x) − i·h³/6·f‴(x) + …
//! Im f(x + ih) / h = f′(x) − h²/6·f‴(x) + …
//! ```
//!
//! Nothing was subtracted, so nothing cancels: rounding does not grow as h shrinks, and h = 1e-20 makes the remainder vanish. All digits
//! are left. The price: `f` must be written over any number type, and it must be *analytic*. A modulus |z|, a conjugate, a comparison of
//! imaginary parts end the calculation with a wrong number and without a word. So this type takes the analytic choice wherever there are
//! two: [`abs`](Real::abs) is z or −z, and two numbers compare as their real parts do. It is a number to differentiate with, not one to
//! do signal processing with.
//!
//! With h so small that h² is nothing, this *is* the dual number of [`crate::dual`], and i plays the part of ε.
//!
//! Source: Squire and Trapp, *Using complex variables to estimate derivatives of real functions*, SIAM Review 40, 1998; Martins, Sturdza
//! and Alonso, *The complex-step derivative approximation*, ACM TOMS 29, 2003, section 3 (which functions to redefine, and how).

use linalg::Real;
use linalg::kernels::Kernels;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// re + im·i.
///
/// ```
/// use calculus::complex::Complex;
/// use linalg::Real;
///
/// let z = Complex::new(3.0, 4.0);
/// assert_eq!(z * z, Complex::new(-7.0, 24.0)); // compares the real parts
/// assert_eq!((z * z).im, 24.0);
/// assert_eq!(z.sqrt().im, 1.0); // 2 + i
/// ```
///
/// Accuracy: each operation is right to a few ε relative to |z|, and the imaginary part is right to a few ε *of itself* where it is
/// tiny: there the complex step lives. [`erf`](Real::erf) knows only its first two terms in `im`, an error of about im³.
#[derive(Clone, Copy, Debug, Default)]
pub struct Complex<T> {
    /// The real part.
    pub re: T,
    /// The imaginary part.
    pub im: T,
}

impl<T: Real> Complex<T> {
    /// re + im·i.
    pub fn new(re: T, im: T) -> Self {
        Complex { re, im }
    }

    /// Multiplied by a real number.
    #[inline(always)]
    fn scale(self, by: T) -> Self {
        Complex { re: self.re * by, im: self.im * by }
    }
}

/// The slope of `f` at `x` by the complex step: Im f(x + ih) / h.
///
/// ```
/// use calculus::complex::complex_step;
/// use linalg::Real;
///
/// let slope = complex_step(|x| x.exp() * x.sin(), 1.0, 1e-20);
/// assert!((slope - 1.0_f64.exp() * (1.0_f64.sin() + 1.0_f64.cos())).abs() < 1e-15);
/// ```
///
/// `h` can be anything that is small against x and against the distance to the next singularity; 1e-20 suits everything of ordinary size, in
/// `f32` too.
///
/// Cost: one call of `f`, at two to four times the price of plain numbers. Accuracy: that of `f` itself. NaN where `f` is; 0 at the kink of
/// |x|. What no type can repair is an `f` that looks at [`Real::to_f64`] in between: its slope is lost.
// ANCHOR: complex_step
pub fn complex_step<T: Real>(f: impl FnOnce(Complex<T>) -> Complex<T>, x: T, h: T) -> T {
    f(Complex::new(x, h)).im / h
}
// ANCHOR_END: complex_step

// ANCHOR: mul
impl<T: Real> Mul for Complex<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Complex { re: self.re * other.re - self.im * other.im, im: self.im * other.re + self.re * other.im }
    }
}
// ANCHOR_END: mul

impl<T: Real> Div for Complex<T> {
    type Output = Self;
    /// Smith's way (Algorithm 116, CACM 1962): no square of the denominator, which would overflow from 1e154 on.
    #[inline]
    fn div(self, other: Self) -> Self {
        if other.re.abs() >= other.im.abs() {
            let r = other.im / other.re;
            let d = other.re + other.im * r;
            Complex { re: (self.re + self.im * r) / d, im: (self.im - self.re * r) / d }
        } else {
            let r = other.re / other.im;
            let d = other.re * r + other.im;
            Complex { re: (self.re * r + self.im) / d, im: (self.im * r - self.re) / d }
        }
    }
}

impl<T: Real> Add for Complex<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }
}

impl<T: Real> Sub for Complex<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }
}

impl<T: Real> Neg for Complex<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Complex { re: -self.re, im: -self.im }
    }
}

/// `z op= w`.
macro_rules! assigning {
    ($($op:ident $method:ident $op_assign:ident $method_assign:ident),*) => {$(
        impl<T: Real> $op_assign for Complex<T> {
            #[inline(always)]
            fn $method_assign(&mut self, other: Self) {
                *self = (*self).$method(other);
            }
        }
    )*};
}
assigning!(Add add AddAssign add_assign, Sub sub SubAssign sub_assign);
assigning!(Mul mul MulAssign mul_assign, Div div DivAssign div_assign);

impl<T: PartialEq> PartialEq for Complex<T> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.re == other.re
    }
}

impl<T: PartialOrd> PartialOrd for Complex<T> {
    /// As the real parts: a program takes the branches that it takes on plain numbers.
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.re.partial_cmp(&other.re)
    }
}

impl<T: fmt::Display> fmt::Display for Complex<T> {
    /// `re + im·i`; a format such as `{:.3}` applies to both parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.re.fmt(f)?;
        f.write_str(" + ")?;
        self.im.fmt(f)?;
        f.write_str("·i")
    }
}

/// The functions need cosh, sinh, tan, atan2 and hypot of the parts, which [`Real`] does not have and every float does.
macro_rules! functions {
    ($($t:ident)*) => {$(
        impl Real for Complex<$t> {
            const ZERO: Self = Complex { re: 0.0, im: 0.0 };
            const ONE: Self = Complex { re: 1.0, im: 0.0 };
            const EPSILON: Self = Complex { re: $t::EPSILON, im: 0.0 };

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                Complex { re: x as $t, im: 0.0 }
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.re.to_f64()
            }
            /// z or −z, whichever lies at the right; 0 of a number on the imaginary axis. *Not* the modulus, which is real and has no slope.
            // ANCHOR: abs
            #[inline]
            fn abs(self) -> Self {
                let sign = match self.re.partial_cmp(&0.0) {
                    Some(Ordering::Greater) => 1.0,
                    Some(Ordering::Less) => -1.0,
                    Some(Ordering::Equal) => 0.0,
                    None => $t::NAN,
                };
                self.scale(sign)
            }
            // ANCHOR_END: abs
            /// The root with Re ≥ 0.
            #[inline]
            fn sqrt(self) -> Self {
                let Complex { re, im } = self;
                if im == 0.0 && re >= 0.0 {
                    return Complex { re: re.sqrt(), im };
                }
                // The larger part first: the smaller one would come out of a difference of nearly equal numbers.
                let large = ((re.abs() * 0.5) + re.hypot(im) * 0.5).sqrt();
                let small = im.abs() / (large + large);
                if re >= 0.0 {
                    Complex { re: large, im: small.copysign(im) }
                } else {
                    Complex { re: small, im: large.copysign(im) }
                }
            }
            #[inline]
            fn exp(self) -> Self {
                let e = Real::exp(self.re);
                if self.im == 0.0 {
                    return Complex { re: e, im: self.im };
                }
                Complex { re: e * self.im.cos(), im: e * self.im.sin() }
            }
            /// ln |z| + i·arg z, and NaN at the left of 0: there the real logarithm has no value, and a slope would pretend that it had.
            #[inline]
            fn ln(self) -> Self {
                if self.re < 0.0 {
                    return Complex { re: $t::NAN, im: $t::NAN };
                }
                Complex { re: Real::ln(self.re.hypot(self.im)), im: self.im.atan2(self.re) }
            }
            /// (t + is) / (1 + its), with t = tanh re and s = tan im.
            #[inline]
            fn tanh(self) -> Self {
                let (t, s) = (Real::tanh(self.re), self.im.tan());
                let scale = 1.0 + t * t * s * s;
                // 1 − t² = 1/cosh² as a product of small numbers: near ±1 the difference has no digits left
                let e = Real::exp(-self.re.abs());
                let sech = 2.0 * e / (1.0 + e * e);
                Complex { re: t * (1.0 + s * s) / scale, im: s * sech * sech / scale }
            }
            /// erf(re) + i·im·erf′(re) − im²/2·erf″(re): the first terms, and an error of about im³.
            #[inline]
            fn erf(self) -> Self {
                let (x, y) = (self.re, self.im);
                let slope = std::f64::consts::FRAC_2_SQRT_PI as $t * Real::exp(-x * x);
                Complex { re: Real::erf(x) + y * y * x * slope, im: y * slope }
            }
            #[inline]
            fn sin(self) -> Self {
                let (sin, cos) = self.re.sin_cos();
                Complex { re: sin * self.im.cosh(), im: cos * self.im.sinh() }
            }
            #[inline]
            fn cos(self) -> Self {
                let (sin, cos) = self.re.sin_cos();
                Complex { re: cos * self.im.cosh(), im: -sin * self.im.sinh() }
            }
            /// By squaring and multiplying: about 2·log₂ n products.
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
                if n < 0 { Self::ONE / power } else { power }
            }
            #[inline]
            fn is_finite(self) -> bool {
                self.re.is_finite() && self.im.is_finite()
            }
            #[inline]
            fn is_zero(self) -> bool {
                self.re == 0.0 && self.im == 0.0
            }
            fn kernels() -> &'static Kernels<Self> {
                const { &Kernels::<Self>::PORTABLE }
            }
        }
    )*};
}
functions!(f32 f64);
