//! Loops over slices that are worth making fast: the vocabulary in which everything above is written.
//! Chapter: *Tensors and matmul*.
//!
//! | function | largest error, units in the last place | cost in f32, AVX-512 at 3.7 GHz |
//! |---|---|---|
//! | [`exp`] | 1 | 0.3 ns an element |
//! | [`tanh`] | 2.5 | 0.3 ns |
//! | [`erf`] | 1.5 | 0.6 ns |
//! | [`gelu`] | 3; below 0 a quarter of those of x besides | 0.6 ns |
//! | [`gelu_slope`] | 3 of those of 1, since the slope crosses 0 | 0.6 ns |
//! | [`softmax`] | 4 (of each result, for rows of up to 1,000) | 0.6 ns, and 40 ns a row |
//! | [`dot`], [`sum`] | summed in lanes: far below the n·ε/2 of a running sum | 0.05 ns in the first-level cache |
//!
//! The bounds hold in `f32` and in `f64`, for every table that [`Kernels::available`] lists. Tests keep them: `f32` at bit patterns of
//! every size (`tests/kernels.rs`), `f64` against a reference of 32 digits (`tests/kernels_exact.rs`).
//!
//! (The standard library's scalar `exp` costs 2.6 ns, its `tanh` 11 ns; at the size of the models in this book these would
//! cost as much as all matrix products.) The fast loops come from one source, compiled for AVX-512, for AVX2 with FMA
//! and for the target's baseline (SSE2, NEON); [`Kernels::available`] lists what this machine can run.

mod functions;
mod loops;
pub(crate) use loops::{LINE, before_a_line};
mod tables;

use crate::gemm::Tile;
use crate::real::Real;
use functions::DENSITY_AT_0;
use std::f64::consts::FRAC_1_SQRT_2;
pub(crate) use tables::{best_f32, best_f64};

/// The loops over slices of `T` that this machine runs best.
///
/// Every one of them also exists as a plain loop ([`Kernels::PORTABLE`]), which is its specification. The fast ones
/// sum in a fixed number of lanes, 32 for `f32` and 16 for `f64`, so that a result depends on the processor only through
/// fused multiply-add: AVX2 and AVX-512 agree to the bit.
#[derive(Clone, Copy)]
pub struct Kernels<T: 'static> {
    /// What it is built for: `avx512`, `avx2`, `baseline`, or `portable`.
    pub name: &'static str,
    /// Σ xᵢ·yᵢ.
    pub dot: fn(&[T], &[T]) -> T,
    /// Σ xᵢ.
    pub sum: fn(&[T]) -> T,
    /// The largest element; NaN if there is one, −∞ of an empty slice.
    pub max: fn(&[T]) -> T,
    /// y ← y + a·x.
    pub axpy: fn(T, &[T], &mut [T]),
    /// x ← eˣ, element by element.
    pub exp: fn(&mut [T]),
    /// x ← tanh x, element by element.
    pub tanh: fn(&mut [T]),
    /// x ← erf x, element by element.
    pub erf: fn(&mut [T]),
    /// x ← x·Φ(x), element by element; see [`gelu`].
    pub gelu: fn(&mut [T]),
    /// x ← Φ(x) + x·φ(x), element by element; see [`gelu_slope`].
    pub gelu_slope: fn(&mut [T]),
    /// x ← e^(x − m) for a given m; returns the sum of the results. The inner loop of a softmax.
    pub exp_sub_sum: fn(&mut [T], T) -> T,
    /// x ← softmax(x); see [`softmax`].
    pub softmax: fn(&mut [T]),
    /// y ← y + a·Σₚ xₚ·(row p of B), for a matrix whose rows begin `stride` elements apart:
    /// `add_rows(a, x, b, stride, y)`.
    pub add_rows: fn(T, &[T], &[T], usize, &mut [T]),
    /// yⱼ ← yⱼ + a·(x · column j of B), for a matrix whose columns are contiguous and begin `stride` elements apart:
    /// `add_dots(a, x, b, stride, y)`.
    pub add_dots: fn(T, &[T], &[T], usize, &mut [T]),
    /// The innermost loop of a matrix product; see [`gemm`](mod@crate::gemm).
    pub tile: Tile<T>,
}

impl<T: Real> Kernels<T> {
    /// One plain loop each, for any real number.
    pub const PORTABLE: Kernels<T> = Kernels {
        name: "portable",
        dot: |x, y| x.iter().zip(y).fold(T::ZERO, |s, (&a, &b)| s + a * b),
        sum: |x| x.iter().fold(T::ZERO, |s, &a| s + a),
        max: |x| x.iter().fold(T::from_f64(f64::NEG_INFINITY), |m, &a| m.max_nan(a)),
        axpy: |a, x, y| y.iter_mut().zip(x).for_each(|(y, &x)| *y += a * x),
        exp: |x| x.iter_mut().for_each(|x| *x = x.exp()),
        tanh: |x| x.iter_mut().for_each(|x| *x = x.tanh()),
        erf: |x| x.iter_mut().for_each(|x| *x = x.erf()),
        gelu: |x| x.iter_mut().for_each(|x| *x *= below(*x)),
        gelu_slope: |x| {
            let (minus_half, norm) = (T::from_f64(-0.5), T::from_f64(DENSITY_AT_0));
            for x in x {
                *x = below(*x) + *x * norm * (minus_half * *x * *x).exp();
            }
        },
        exp_sub_sum,
        softmax: |x| {
            let m = x.iter().fold(T::from_f64(f64::NEG_INFINITY), |m, &a| m.max_nan(a));
            if m == T::from_f64(f64::NEG_INFINITY) {
                return x.fill(T::ZERO);
            }
            let sum = exp_sub_sum(x, m);
            for x in x {
                *x /= sum;
            }
        },
        add_rows: |a, x, b, stride, y| {
            for (p, &x) in x.iter().enumerate() {
                let x = a * x;
                y.iter_mut().zip(&b[p * stride..]).for_each(|(y, &b)| *y += x * b);
            }
        },
        add_dots: |a, x, b, stride, y| {
            if x.is_empty() {
                return;
            }
            for (j, y) in y.iter_mut().enumerate() {
                *y += a * x.iter().zip(&b[j * stride..]).fold(T::ZERO, |s, (&x, &b)| s + x * b);
            }
        },
        tile: Tile::PORTABLE,
    };
}

/// Φ(x) = (1 + erf(x/√2))/2: how likely a normal number is below x.
fn below<T: Real>(x: T) -> T {
    T::from_f64(0.5) * (T::ONE + (x * T::from_f64(FRAC_1_SQRT_2)).erf())
}

fn exp_sub_sum<T: Real>(x: &mut [T], m: T) -> T {
    let mut sum = T::ZERO;
    for x in x {
        *x = (*x - m).exp();
        sum += *x;
    }
    sum
}

/// Σ xᵢ·yᵢ.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn dot<T: Real>(x: &[T], y: &[T]) -> T {
    assert!(x.len() == y.len(), "dot: lengths {} and {} differ", x.len(), y.len());
    (T::kernels().dot)(x, y)
}

/// Σ xᵢ.
pub fn sum<T: Real>(x: &[T]) -> T {
    (T::kernels().sum)(x)
}

/// The largest element; NaN if there is one, −∞ of an empty slice.
pub fn max<T: Real>(x: &[T]) -> T {
    (T::kernels().max)(x)
}

/// y ← y + a·x.
///
/// # Panics
/// If the lengths differ.
#[track_caller]
pub fn axpy<T: Real>(a: T, x: &[T], y: &mut [T]) {
    assert!(x.len() == y.len(), "axpy: lengths {} and {} differ", x.len(), y.len());
    (T::kernels().axpy)(a, x, y);
}

/// x ← eˣ, element by element, to 1 unit in the last place.
///
/// Overflows to ∞ and underflows through the subnormal numbers to 0 where the exact value does; NaN stays NaN.
///
/// ```
/// let mut x = [0.0_f32, 1.0, f32::NEG_INFINITY];
/// linalg::kernels::exp(&mut x);
/// assert_eq!(x, [1.0, std::f32::consts::E, 0.0]);
/// ```
///
/// Method: x = n·ln 2 + r, eˣ = 2ⁿ·eʳ, a polynomial for eʳ. Source: Muller, *Elementary Functions* (2016), ch. 11.
pub fn exp<T: Real>(x: &mut [T]) {
    (T::kernels().exp)(x);
}

/// x ← tanh x, element by element, to 2.5 units in the last place. tanh(±0) = ±0, tanh(±∞) = ±1; NaN stays NaN.
///
/// Method: tanh x = (e²ˣ − 1)/(e²ˣ + 1), with e²ˣ − 1 computed without cancellation.
pub fn tanh<T: Real>(x: &mut [T]) {
    (T::kernels().tanh)(x);
}

/// x ← erf x, element by element, to 1.5 units in the last place. erf(±0) = ±0, erf(±∞) = ±1; NaN stays NaN.
///
/// erf x = 2/√π ∫₀ˣ e^(−t²) dt; Φ(x) = ½(1 + erf(x/√2)) is the normal distribution function, and x·Φ(x) is GELU.
///
/// Method: an odd polynomial up to 1; beyond, 1 − e^(−x²)·g(x) with a polynomial for g(x) = e^(x²)·erfc x.
pub fn erf<T: Real>(x: &mut [T]) {
    (T::kernels().erf)(x);
}

/// x ← x·Φ(x), element by element, with the normal distribution function Φ(x) = ½(1 + erf(x/√2)): the exact GELU. −∞ gives NaN,
/// since it is −∞·0.
///
/// ```
/// let mut x = [-1000.0_f64, -1.0, 0.0, 1.0, 1000.0];
/// linalg::kernels::gelu(&mut x);
/// assert_eq!([x[0], x[2], x[4]], [0.0, 0.0, 1000.0]);
/// assert!((x[3] + x[1] - 0.682_689_492_137_086).abs() < 1e-15); // Φ(1) − Φ(−1)
/// ```
///
/// Method: that of [`erf`], in one pass. Source: Hendrycks and Gimpel 2016.
pub fn gelu<T: Real>(x: &mut [T]) {
    (T::kernels().gelu)(x);
}

/// x ← (x·Φ(x))′ = Φ(x) + x·φ(x), element by element, with the normal density φ(x) = e^(−x²/2)/√(2π): the slope of [`gelu`].
///
/// ```
/// let mut x = [-1000.0_f64, 0.0, 1000.0];
/// linalg::kernels::gelu_slope(&mut x);
/// assert_eq!(x, [0.0, 0.5, 1.0]);
/// ```
///
/// Method: the tail of erf(x/√2) is e^(−x²/2) times something tame, so Φ and φ share one exponential.
pub fn gelu_slope<T: Real>(x: &mut [T]) {
    (T::kernels().gelu_slope)(x);
}

/// x ← softmax(x), in place: subtract the maximum, exponentiate, divide by the sum.
///
/// yᵢ = e^(xᵢ − max x) / Σⱼ e^(xⱼ − max x). A row of −∞ alone (everything masked) becomes zeros, by decision: there is
/// nothing to choose from. NaN or +∞ makes the row NaN.
///
/// ```
/// let mut x = [1000.0_f64, 1000.0, f64::NEG_INFINITY];
/// linalg::kernels::softmax(&mut x);
/// assert_eq!(x, [0.5, 0.5, 0.0]);
/// ```
pub fn softmax<T: Real>(x: &mut [T]) {
    (T::kernels().softmax)(x);
}

/// erf of one number, for [`Real::erf`].
pub(crate) use functions::erf as erf_of;
