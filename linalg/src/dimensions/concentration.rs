//! Random vectors with many entries: all equally long, equally far apart, at right angles. Chapter: *High dimensions*.
//!
//! One reason for all three. A squared length is a sum of d squares; a sum of d independent numbers grows like d, its spread only like √d. So
//! the length √d has a spread of about 0.7, whatever d is: relative to itself it becomes a constant.

use std::f64::consts::PI;

/// Γ((d + 1)/2) / Γ(d/2), of which everything below is made. About √(d/2).
///
/// From d = 128 on by Stirling's series. Below that, r(d)·r(d + 1) = d/2 leads down to it, and keeps the digits.
///
/// Source: the series is that of F. Tricomi and A. Erdélyi, *The asymptotic expansion of a ratio of gamma functions*, Pacific J. Math. 1 (1951).
fn gamma_ratio(d: usize) -> f64 {
    let start = d.max(128);
    let x = 1.0 / start as f64;
    let coefficients =
        [869.0 / 65536.0, -399.0 / 8192.0, -21.0 / 2048.0, 5.0 / 128.0, 1.0 / 32.0, -1.0 / 4.0, 1.0];
    let series = coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let last = (0.5 * start as f64).sqrt() * series;
    (d..start).rev().fold(last, |above, d| 0.5 * d as f64 / above)
}

/// The mean length of a vector of `d` independent standard normal numbers: √2·Γ((d + 1)/2)/Γ(d/2), a little less than √d.
///
/// ```
/// use linalg::dimensions::concentration::{length_spread, mean_length};
///
/// assert!((mean_length(1) - 0.7978845608).abs() < 1e-10); // √(2/π)
/// assert!((mean_length(768) - 27.70).abs() < 0.01); // √768 = 27.71
/// assert!((length_spread(768) - 0.707).abs() < 0.001); // and nearly all within 2 of that
/// ```
///
/// Accuracy: 13 digits. Source: N. Johnson, S. Kotz, N. Balakrishnan, *Continuous Univariate Distributions* 1, chapter 18 (the law of χ).
pub fn mean_length(d: usize) -> f64 {
    if d == 0 { 0.0 } else { std::f64::consts::SQRT_2 * gamma_ratio(d) }
}

/// The standard deviation of that length: √(d − mean²). It tends to √½ and not to infinity.
///
/// Accuracy: an absolute error of d·10⁻¹⁵, since two numbers near d are subtracted.
pub fn length_spread(d: usize) -> f64 {
    (d as f64 - mean_length(d).powi(2)).max(0.0).sqrt()
}

/// The density at `t` of the cosine between two random directions in `d` dimensions: proportional to (1 − t²)^((d − 3)/2).
///
/// Its mean is 0 and its standard deviation exactly 1/√d.
///
/// ```
/// use linalg::dimensions::concentration::cosine_density;
///
/// assert!((cosine_density(3, 0.2) - 0.5).abs() < 1e-15); // Archimedes: on a sphere every slice of one thickness has one area
/// assert!(cosine_density(768, 0.0) > 11.0 && cosine_density(768, 0.3) < 1e-14);
/// ```
///
/// Accuracy: 12 digits. Source: R. Muirhead, *Aspects of Multivariate Statistical Theory*, section 1.5.
///
/// # Panics
/// If `d` < 2: on a line there are two directions.
#[track_caller]
pub fn cosine_density(d: usize, t: f64) -> f64 {
    assert!(d >= 2, "cosine_density: {d} dimensions; there is no angle below 2");
    if !(-1.0..=1.0).contains(&t) {
        return 0.0;
    }
    gamma_ratio(d - 1) / PI.sqrt() * ((1.0 - t) * (1.0 + t)).powf(0.5 * (d as f64 - 3.0))
}

/// The probability that the cosine between two random directions in `d` dimensions is `t` or more.
///
/// ½·I(1 − t²; (d − 1)/2, ½) for t ≥ 0, with the regularised incomplete beta function I. At most e^(−d·t²/2).
///
/// ```
/// use linalg::dimensions::concentration::cosine_tail;
///
/// assert!((cosine_tail(2, 0.5) - 1.0 / 3.0).abs() < 1e-14); // 60° to either side of 360°
/// assert!((cosine_tail(3, 0.5) - 0.25).abs() < 1e-14);
/// assert!(cosine_tail(768, 0.3) < 1e-15);
/// ```
///
/// Cost: about √d steps of a continued fraction. Accuracy: 11 digits, in the far tail too.
///
/// Source: the fraction is 26.5.8 of M. Abramowitz, I. Stegun, *Handbook of Mathematical Functions*, in the order of evaluation of W. Lentz (1976);
/// the bound is lemma 2.2 of K. Ball, *An elementary introduction to modern convex geometry* (1997).
///
/// # Panics
/// If `d` < 2.
#[track_caller]
pub fn cosine_tail(d: usize, t: f64) -> f64 {
    assert!(d >= 2, "cosine_tail: {d} dimensions; there is no angle below 2");
    if t.is_nan() || t >= 1.0 {
        return if t.is_nan() { t } else { 0.0 };
    }
    if t < 0.0 {
        return if t <= -1.0 { 1.0 } else { 1.0 - cosine_tail(d, -t) };
    }
    let (a, b, x) = (0.5 * (d as f64 - 1.0), 0.5, (1.0 - t) * (1.0 + t));
    // xᵃ·(1 − x)ᵇ / B(a, b), of which both forms below are a multiple
    let front = x.powf(a) * t * gamma_ratio(d - 1) / PI.sqrt();
    if x < (a + 1.0) / (a + b + 2.0) {
        0.5 * front * beta_fraction(a, b, x) / a
    } else {
        0.5 - 0.5 * front * beta_fraction(b, a, t * t) / b
    }
}

/// The continued fraction of the incomplete beta function, evaluated from the front.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    // In the half where it is used it needs about √max(a, b) steps.
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            value *= c * d;
            step = c * d;
        }
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The best cosine to expect by chance: among `n` random directions in `d` dimensions, one reaches this.
///
/// The t with n·[`cosine_tail`]\(d, t\) = 1. For large d about √(2·ln n / d): a store has to grow exponentially before strangers come near.
///
/// ```
/// use linalg::dimensions::concentration::best_by_chance;
///
/// // A million random vectors of 1,536 numbers, and the nearest of them is at 83 degrees:
/// assert!((best_by_chance(1536, 1e6) - 0.121).abs() < 0.001);
/// // in 3 dimensions it would be at 0.1 degrees.
/// assert!(best_by_chance(3, 1e6) > 0.999_99);
/// ```
///
/// Cost: 60 tails.
///
/// # Panics
/// If `d` < 2, or `n` is less than 2 or NaN.
#[track_caller]
pub fn best_by_chance(d: usize, n: f64) -> f64 {
    assert!(d >= 2 && n >= 2.0, "best_by_chance: {n} vectors in {d} dimensions; both must be at least 2");
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if n * cosine_tail(d, middle) > 1.0 { low = middle } else { high = middle }
    }
    low
}

/// How much further the farthest is than the nearest, relative to the nearest: (max − min) / min.
///
/// Where this is small, "the nearest" says little: a little noise in the query picks another one. `None` of no distances. Infinite where the
/// nearest is at 0 and another is not; 0 where all are.
///
/// ```
/// use linalg::dimensions::concentration::contrast;
///
/// assert_eq!(contrast(&[2.0, 1.0, 4.0]), Some(3.0));
/// assert_eq!(contrast(&[]), None);
/// ```
///
/// Cost: 2n comparisons. A NaN among the distances gives NaN.
///
/// Source: K. Beyer, J. Goldstein, R. Ramakrishnan, U. Shaft, *When is "nearest neighbor" meaningful?*, ICDT 1999.
// ANCHOR: contrast
pub fn contrast(distances: &[f64]) -> Option<f64> {
    if distances.iter().any(|d| d.is_nan()) {
        return Some(f64::NAN);
    }
    let nearest = distances.iter().copied().reduce(f64::min)?;
    let farthest = distances.iter().copied().reduce(f64::max)?;
    Some(if farthest == nearest { 0.0 } else { (farthest - nearest) / nearest })
}
// ANCHOR_END: contrast
