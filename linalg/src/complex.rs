//! Pairs of real numbers that turn: what a real matrix has for eigenvalues when it rotates. Chapter: *Eigenvalues without symmetry*.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// re + im·i, in f64.
///
/// Multiplying by it stretches the plane by [`Self::abs`] and turns it by [`Self::angle`]: applied k times, by absᵏ and k·angle.
///
/// ```
/// use linalg::Complex;
///
/// let quarter = Complex::new(0.0, 1.0);
/// assert_eq!(quarter * quarter, Complex::real(-1.0)); // two quarter turns
/// assert_eq!(Complex::new(3.0, 4.0).abs(), 5.0);
/// assert_eq!(Complex::new(1.0, -2.0).to_string(), "1-2i");
/// ```
///
/// Accuracy: sums and products to a few units in the last place of the larger part; quotients too, without overflow on the way unless
/// an operand is within a factor of four of the end of the range.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// The real part.
    pub re: f64,
    /// The imaginary part.
    pub im: f64,
}

impl Complex {
    /// re + im·i.
    pub const fn new(re: f64, im: f64) -> Self {
        Complex { re, im }
    }

    /// A real number.
    pub const fn real(re: f64) -> Self {
        Complex { re, im: 0.0 }
    }

    /// √(re² + im²), without overflow on the way.
    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// The angle by which multiplication turns, in radians, from −π to π.
    pub fn angle(self) -> f64 {
        self.im.atan2(self.re)
    }

    /// The mirror image in the real axis. Eigenvalues of a real matrix that are not real come in such pairs.
    #[must_use]
    pub const fn conj(self) -> Self {
        Complex { re: self.re, im: -self.im }
    }

    /// Both parts times a real number.
    #[must_use]
    pub fn scale(self, factor: f64) -> Self {
        Complex { re: self.re * factor, im: self.im * factor }
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Neg for Complex {
    type Output = Self;
    fn neg(self) -> Self {
        Complex { re: -self.re, im: -self.im }
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Complex { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

/// Source: R. Smith, *Algorithm 116: Complex division*, Communications of the ACM 5 (1962): divide by the larger part first, so that no
/// square is formed.
impl Div for Complex {
    type Output = Self;
    fn div(self, by: Self) -> Self {
        if by.im.abs() <= by.re.abs() {
            let ratio = by.im / by.re;
            let whole = by.re + by.im * ratio;
            Complex { re: (self.re + self.im * ratio) / whole, im: (self.im - self.re * ratio) / whole }
        } else {
            let ratio = by.re / by.im;
            let whole = by.re * ratio + by.im;
            Complex { re: (self.re * ratio + self.im) / whole, im: (self.im * ratio - self.re) / whole }
        }
    }
}

impl fmt::Display for Complex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.re, f)?;
        if self.im != 0.0 {
            f.write_str(if self.im < 0.0 { "-" } else { "+" })?;
            fmt::Display::fmt(&self.im.abs(), f)?;
            f.write_str("i")?;
        }
        Ok(())
    }
}
