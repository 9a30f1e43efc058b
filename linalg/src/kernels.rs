//! Loops over slices that are worth making fast: the vocabulary in which everything above is written.
//! Chapter: *Tensors and matmul*.

use crate::gemm::Tile;
use crate::real::Real;

/// The loops over slices of `T` that this machine runs best.
///
/// Each entry has a portable version ([`Kernels::PORTABLE`]), which is its specification.
#[derive(Clone, Copy)]
pub struct Kernels<T: 'static> {
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
    /// x ← e^(x − m) for a given m; returns the sum of the results. The inner loop of a softmax.
    pub exp_sub_sum: fn(&mut [T], T) -> T,
    /// The innermost loop of a matrix product; see [`gemm`](crate::gemm).
    pub tile: Tile<T>,
}

impl<T: Real> Kernels<T> {
    /// One plain loop each.
    pub const PORTABLE: Kernels<T> = Kernels {
        dot: |x, y| x.iter().zip(y).fold(T::ZERO, |s, (&a, &b)| s + a * b),
        sum: |x| x.iter().fold(T::ZERO, |s, &a| s + a),
        max: |x| x.iter().fold(T::from_f64(f64::NEG_INFINITY), |m, &a| m.max_nan(a)),
        axpy: |a, x, y| y.iter_mut().zip(x).for_each(|(y, &x)| *y += a * x),
        exp: |x| x.iter_mut().for_each(|x| *x = x.exp()),
        tanh: |x| x.iter_mut().for_each(|x| *x = x.tanh()),
        erf: |x| x.iter_mut().for_each(|x| *x = x.erf()),
        exp_sub_sum: |x, m| {
            let mut sum = T::ZERO;
            for x in x {
                *x = (*x - m).exp();
                sum += *x;
            }
            sum
        },
        tile: Tile::PORTABLE,
    };
}

macro_rules! tables {
    ($t:ident, $detect:ident, $avx512:ident, $avx2:ident) => {
        #[cfg(target_arch = "x86_64")]
        static $avx512: Kernels<$t> = Kernels { tile: crate::gemm::x86::$avx512, ..Kernels::PORTABLE };
        #[cfg(target_arch = "x86_64")]
        static $avx2: Kernels<$t> = Kernels { tile: crate::gemm::x86::$avx2, ..Kernels::PORTABLE };

        impl Kernels<$t> {
            /// All tables that this machine can run, the best first, the portable one last.
            pub fn available() -> Vec<&'static Kernels<$t>> {
                let mut all: Vec<&'static Kernels<$t>> = Vec::new();
                #[cfg(target_arch = "x86_64")]
                {
                    if is_x86_feature_detected!("avx512f") {
                        all.push(&$avx512);
                    }
                    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                        all.push(&$avx2);
                    }
                }
                all.push(const { &Kernels::PORTABLE });
                all
            }
        }

        /// The best table for this machine (the processor's answer is remembered by the standard library).
        pub(crate) fn $detect() -> &'static Kernels<$t> {
            #[cfg(target_arch = "x86_64")]
            {
                if is_x86_feature_detected!("avx512f") {
                    return &$avx512;
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    return &$avx2;
                }
            }
            const { &Kernels::PORTABLE }
        }
    };
}

tables!(f32, detect_f32, AVX512_F32, AVX2_F32);
tables!(f64, detect_f64, AVX512_F64, AVX2_F64);

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

/// x ← eˣ, element by element.
pub fn exp<T: Real>(x: &mut [T]) {
    (T::kernels().exp)(x);
}

/// x ← tanh x, element by element.
pub fn tanh<T: Real>(x: &mut [T]) {
    (T::kernels().tanh)(x);
}

/// x ← erf x, element by element.
pub fn erf<T: Real>(x: &mut [T]) {
    (T::kernels().erf)(x);
}

/// x ← softmax(x), in place: subtract the maximum, exponentiate, divide by the sum.
///
/// A row of −∞ alone (everything masked) becomes zeros, by decision: there is nothing to choose from. NaN stays NaN.
pub fn softmax<T: Real>(x: &mut [T]) {
    let m = max(x);
    if m == T::from_f64(f64::NEG_INFINITY) {
        x.fill(T::ZERO);
        return;
    }
    let sum = (T::kernels().exp_sub_sum)(x, m);
    for x in x {
        *x /= sum;
    }
}

/// erf of one number (placeholder accuracy: series and continued fraction).
pub(crate) fn erf_f64(x: f64) -> f64 {
    let t = x.abs();
    if t > 6.0 {
        return if x.is_nan() { x } else { x.signum() };
    }
    if t < 3.0 {
        let (mut term, mut sum, mut n) = (t, t, 0.0);
        while f64::abs(term) > 1e-17 * f64::abs(sum) {
            n += 1.0;
            term *= -t * t / n;
            sum += term / (2.0 * n + 1.0);
            if n > 200.0 {
                break;
            }
        }
        return x.signum() * sum * std::f64::consts::FRAC_2_SQRT_PI;
    }
    let mut f = 0.0;
    for n in (1..=60).rev() {
        f = n as f64 / 2.0 / (t + f);
    }
    x.signum() * (1.0 - (-t * t).exp() / ((t + f) * std::f64::consts::PI.sqrt()))
}
