//! Taylor jets: all derivatives up to an order, in one pass. Chapter: *Forward mode: dual numbers*.
//!
//! A dual number keeps a + b·ε and throws ε² away. A jet keeps K terms of the series in t and throws the rest away:
//!
//! ```text
//! x(t) = c₀ + c₁·t + c₂·t² + … + c_{K−1}·t^{K−1},     c_k = (k-th derivative) / k!
//! ```
//!
//! Sums add term by term, products multiply like polynomials. A function follows from the differential equation that it satisfies: y = exp x
//! means y′ = y·x′, and comparing the powers of t gives k·y_k = Σ j·x_j·y_{k−j}, each coefficient out of earlier ones. Duals of duals of duals
//! would give the same derivatives, with 2^(K−1) numbers instead of K.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd edition, chapter 13, tables 13.1 and 13.2.

use linalg::Real;
use linalg::kernels::Kernels;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// K coefficients of a Taylor series: a value and its first K − 1 derivatives, each divided by its factorial.
///
/// ```
/// use calculus::jet::Jet;
/// use linalg::Real;
///
/// let x = Jet::<f64, 5>::variable(0.0);
/// let c = x.exp().coefficients; // 1 + t + t²/2 + t³/6 + t⁴/24
/// assert_eq!(c, [1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0]);
/// assert_eq!((x * x * x).derivatives(), [0.0, 0.0, 0.0, 6.0, 0.0]);
/// ```
///
/// Cost: K for a sum, about K²/2 for a product and K² for a function. K must be at least 1.
#[derive(Clone, Copy, Debug)]
pub struct Jet<T, const K: usize> {
    /// c₀, c₁, …
    pub coefficients: [T; K],
}

impl<T: Real, const K: usize> Default for Jet<T, K> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<T: Real, const K: usize> Jet<T, K> {
    /// A number that does not move.
    pub fn constant(value: T) -> Self {
        Self::from_fn(|k, _| if k == 0 { value } else { T::ZERO })
    }

    /// The number with respect to which one differentiates: x + t.
    pub fn variable(value: T) -> Self {
        Self::from_fn(|k, _| match k {
            0 => value,
            1 => T::ONE,
            _ => T::ZERO,
        })
    }

    /// The value and its derivatives: coefficient k times k!.
    pub fn derivatives(self) -> [T; K] {
        let mut factorial = T::ONE;
        let mut all = self.coefficients;
        for (k, c) in all.iter_mut().enumerate().skip(1) {
            factorial *= T::from_f64(k as f64);
            *c *= factorial;
        }
        all
    }

    /// xʳ for any real r, and x > 0: from x·y′ = r·y·x′.
    #[must_use]
    pub fn powf(self, r: f64) -> Self {
        let x = &self.coefficients;
        let first = (x[0].ln() * T::from_f64(r)).exp();
        Self::from_fn(|k, y| {
            if k == 0 {
                return first;
            }
            let terms = sum(1..=k, |j| T::from_f64(j as f64 * (r + 1.0) - k as f64) * x[j] * y[k - j]);
            terms / (T::from_f64(k as f64) * x[0])
        })
    }

    /// Each coefficient from its index and those before it.
    #[inline]
    fn from_fn(mut coefficient: impl FnMut(usize, &[T; K]) -> T) -> Self {
        let mut c = [T::ZERO; K];
        for k in 0..K {
            c[k] = coefficient(k, &c);
        }
        Jet { coefficients: c }
    }

    /// y with y(0) = `first` and y′ = slope(t)·x′(t): k·y_k = Σ j·x_j·slope_{k−j}. `slope(m, y)` may use y₀ … y_m.
    // ANCHOR: follow
    fn follow(self, first: T, mut slope: impl FnMut(usize, &[T; K]) -> T) -> Self {
        let x = &self.coefficients;
        let mut slopes = [T::ZERO; K];
        Self::from_fn(|k, y| {
            if k == 0 {
                return first;
            }
            slopes[k - 1] = slope(k - 1, y);
            sum(1..=k, |j| T::from_f64(j as f64) * x[j] * slopes[k - j]) / T::from_f64(k as f64)
        })
    }
    // ANCHOR_END: follow

    /// Sine and cosine, each of which is the other's slope.
    fn sin_cos(self) -> (Self, Self) {
        let x = &self.coefficients;
        let (mut s, mut c) = ([T::ZERO; K], [T::ZERO; K]);
        (s[0], c[0]) = (x[0].sin(), x[0].cos());
        for k in 1..K {
            let weighted = |of: &[T; K]| {
                sum(1..=k, |j| T::from_f64(j as f64) * x[j] * of[k - j]) / T::from_f64(k as f64)
            };
            (s[k], c[k]) = (weighted(&c), -weighted(&s));
        }
        (Jet { coefficients: s }, Jet { coefficients: c })
    }
}

fn sum<T: Real>(of: impl Iterator<Item = usize>, term: impl Fn(usize) -> T) -> T {
    of.map(term).fold(T::ZERO, |sum, x| sum + x)
}

// ANCHOR: mul
impl<T: Real, const K: usize> Mul for Jet<T, K> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let (a, b) = (&self.coefficients, &other.coefficients);
        Self::from_fn(|k, _| sum(0..=k, |j| a[j] * b[k - j]))
    }
}
// ANCHOR_END: mul

impl<T: Real, const K: usize> Div for Jet<T, K> {
    type Output = Self;
    /// From q·b = a: q_k = (a_k − Σ b_j·q_{k−j}) / b₀.
    fn div(self, other: Self) -> Self {
        let (a, b) = (&self.coefficients, &other.coefficients);
        Self::from_fn(|k, q| (a[k] - sum(1..=k, |j| b[j] * q[k - j])) / b[0])
    }
}

impl<T: Real, const K: usize> Add for Jet<T, K> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::from_fn(|k, _| self.coefficients[k] + other.coefficients[k])
    }
}

impl<T: Real, const K: usize> Sub for Jet<T, K> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::from_fn(|k, _| self.coefficients[k] - other.coefficients[k])
    }
}

impl<T: Real, const K: usize> Neg for Jet<T, K> {
    type Output = Self;
    fn neg(self) -> Self {
        Self::from_fn(|k, _| -self.coefficients[k])
    }
}

/// `x op= y`.
macro_rules! assigning {
    ($($op:ident $method:ident $op_assign:ident $method_assign:ident),*) => {$(
        impl<T: Real, const K: usize> $op_assign for Jet<T, K> {
            fn $method_assign(&mut self, other: Self) {
                *self = (*self).$method(other);
            }
        }
    )*};
}
assigning!(Add add AddAssign add_assign, Sub sub SubAssign sub_assign);
assigning!(Mul mul MulAssign mul_assign, Div div DivAssign div_assign);

impl<T: Real, const K: usize> PartialEq for Jet<T, K> {
    fn eq(&self, other: &Self) -> bool {
        self.coefficients[0] == other.coefficients[0]
    }
}

impl<T: Real, const K: usize> PartialOrd for Jet<T, K> {
    /// As the values: a program takes the branches that it takes on plain numbers.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.coefficients[0].partial_cmp(&other.coefficients[0])
    }
}

impl<T: Real, const K: usize> fmt::Display for Jet<T, K> {
    /// `c₀ + c₁·t + c₂·t^2`; a format such as `{:.3}` applies to all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, c) in self.coefficients.iter().enumerate() {
            if k > 0 {
                f.write_str(" + ")?;
            }
            fmt::Display::fmt(c, f)?;
            match k {
                0 => {}
                1 => f.write_str("·t")?,
                _ => write!(f, "·t^{k}")?,
            }
        }
        Ok(())
    }
}

impl<T: Real, const K: usize> Real for Jet<T, K> {
    const ZERO: Self = Jet { coefficients: [T::ZERO; K] };
    const ONE: Self = {
        let mut coefficients = [T::ZERO; K];
        coefficients[0] = T::ONE;
        Jet { coefficients }
    };
    const EPSILON: Self = {
        let mut coefficients = [T::ZERO; K];
        coefficients[0] = T::EPSILON;
        Jet { coefficients }
    };

    fn from_f64(x: f64) -> Self {
        Self::constant(T::from_f64(x))
    }
    fn to_f64(self) -> f64 {
        self.coefficients[0].to_f64()
    }
    /// x or −x; all derivatives are 0 at 0, as those of [`crate::dual::Dual`] are.
    fn abs(self) -> Self {
        let value = self.coefficients[0];
        match value.partial_cmp(&T::ZERO) {
            Some(Ordering::Greater) => self,
            Some(Ordering::Less) => -self,
            Some(Ordering::Equal) => Self::ZERO,
            None => Self::from_fn(|_, _| value), // NaN
        }
    }
    /// From y·y = x: 2·y₀·y_k = x_k − Σ y_j·y_{k−j} over the j between.
    fn sqrt(self) -> Self {
        let x = &self.coefficients;
        Self::from_fn(|k, y| {
            if k == 0 { x[0].sqrt() } else { (x[k] - sum(1..k, |j| y[j] * y[k - j])) / (y[0] + y[0]) }
        })
    }
    // ANCHOR: exp
    /// y′ = y·x′.
    fn exp(self) -> Self {
        self.follow(self.coefficients[0].exp(), |m, y| y[m])
    }
    // ANCHOR_END: exp
    /// From x·y′ = x′.
    fn ln(self) -> Self {
        let x = &self.coefficients;
        Self::from_fn(|k, y| {
            if k == 0 {
                return x[0].ln();
            }
            let known = sum(1..k, |j| T::from_f64(j as f64) * y[j] * x[k - j]) / T::from_f64(k as f64);
            (x[k] - known) / x[0]
        })
    }
    /// y′ = (1 − y²)·x′.
    fn tanh(self) -> Self {
        self.follow(self.coefficients[0].tanh(), |m, y| {
            let square = sum(0..=m, |j| y[j] * y[m - j]);
            if m == 0 { T::ONE - square } else { -square }
        })
    }
    /// y′ = 2/√π·exp(−x²)·x′.
    fn erf(self) -> Self {
        let bell = (-(self * self)).exp().coefficients;
        let scale = T::from_f64(std::f64::consts::FRAC_2_SQRT_PI);
        self.follow(self.coefficients[0].erf(), |m, _| scale * bell[m])
    }
    fn sin(self) -> Self {
        self.sin_cos().0
    }
    fn cos(self) -> Self {
        self.sin_cos().1
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
        if n < 0 { Self::ONE / power } else { power }
    }
    fn is_finite(self) -> bool {
        self.coefficients.iter().all(|c| c.is_finite())
    }
    fn is_zero(self) -> bool {
        self.coefficients.iter().all(|c| c.is_zero())
    }
    fn kernels() -> &'static Kernels<Self> {
        const { &Kernels::<Self>::PORTABLE }
    }
}
