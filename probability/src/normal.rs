//! The normal distribution: its density, its distribution function, and Box and Muller's way to draw from it.
//! Chapter: *Softmax and sampling*. The fast way is the [ziggurat](crate::ziggurat).

use crate::uniform;
use crate::ziggurat::Ziggurat;
use linalg::Real;
use rand::Rng;
use std::f64::consts::{E, PI, TAU};

/// The density of the standard normal law, φ(x) = e^(−x²/2) / √(2π).
///
/// ```
/// assert!((probability::normal::pdf(0.0) - 0.3989422804014327).abs() < 1e-16);
/// ```
pub fn pdf(x: f64) -> f64 {
    (-0.5 * x * x).exp() / TAU.sqrt()
}

/// The distribution function of the standard normal law, Φ(x) = P(Z ≤ x).
///
/// Near the centre by the series Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …), whose terms never cancel; in the tails by
/// [`upper_tail`], so that Φ(−20) = 2.75e-89 has its digits and is not what is left of ½ − ½.
///
/// ```
/// use probability::normal::cdf;
///
/// assert_eq!(cdf(0.0), 0.5);
/// assert!((cdf(1.959963984540054) - 0.975).abs() < 1e-15);
/// assert!((cdf(-20.0) / 2.753624118606234e-89 - 1.0).abs() < 1e-13);
/// ```
///
/// Source: Marsaglia, *Evaluating the normal distribution*, Journal of Statistical Software 11 (2004).
pub fn cdf(x: f64) -> f64 {
    if x < -2.0 {
        upper_tail(-x)
    } else if x > 2.0 {
        1.0 - upper_tail(x)
    } else {
        let (mut term, mut sum, mut n) = (x, x, 1.0);
        // |x| ≤ 2 needs fewer than 40 terms. (A NaN leaves at once and is returned.)
        while f64::abs(term) > 1e-17 * f64::abs(sum) {
            n += 2.0;
            term *= x * x / n;
            sum += term;
        }
        0.5 + pdf(x) * sum
    }
}

/// The upper tail P(Z > x) for x ≥ 2, by the continued fraction φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))).
///
/// Source: Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.2.14.
///
/// # Panics
/// If x < 2: the fraction converges too slowly there. [`cdf`] chooses for you.
pub fn upper_tail(x: f64) -> f64 {
    assert!(x >= 2.0, "upper_tail({x}): use 1 - cdf(x) below 2");
    // From the inside out. 160 levels give 15 digits at x = 2; further out fewer would do.
    let fraction = (1..=160).rev().fold(x, |inner, k| x + f64::from(k) / inner);
    pdf(x) / fraction
}

/// The entropy of a normal law with standard deviation σ: ½ ln(2πe σ²), in nats. Negative for σ < 0.242.
///
/// ```
/// assert!((probability::normal::entropy(1.0) - 1.4189385332046727).abs() < 1e-15);
/// ```
pub fn entropy(std: f64) -> f64 {
    0.5 * (TAU * E).ln() + std.ln()
}

/// Two independent standard normal numbers from two independent uniform ones in [0, 1).
///
/// In the plane the joint density e^(−r²/2) depends on the radius alone. So the angle is uniform, and half the squared
/// radius is exponential: r = √(−2 ln(1 − u₁)), θ = 2πu₂. It is 1 − u₁, not u₁, because u₁ may be 0 and ln 0 is −∞.
///
/// ```
/// use probability::normal::box_muller;
///
/// let (x, y) = box_muller(0.0, 0.7);
/// assert_eq!((x.abs(), y.abs()), (0.0, 0.0)); // the smallest u₁ is the centre, not infinity
/// let (x, y) = box_muller(0.6, 0.0);
/// assert_eq!((x, y), ((-2.0 * 0.4_f64.ln()).sqrt(), 0.0));
/// ```
///
/// The largest |x| it can give is √(−2 ln 2⁻⁵³) = 8.57, which a normal number exceeds once in 10¹⁷ draws.
///
/// Source: Box and Muller, *A note on the generation of random normal deviates*, Ann. Math. Statist. 29 (1958).
// ANCHOR: box_muller
pub fn box_muller(u1: f64, u2: f64) -> (f64, f64) {
    let radius = (-2.0 * (-u1).ln_1p()).sqrt(); // ln_1p(−u) is ln(1 − u), exact for small u too
    let (sin, cos) = (2.0 * PI * u2).sin_cos();
    (radius * cos, radius * sin)
}
// ANCHOR_END: box_muller

/// The next two standard normal numbers by [`box_muller`].
pub fn sample_pair(rng: &mut impl Rng) -> (f64, f64) {
    box_muller(uniform::sample(rng), uniform::sample(rng))
}

/// The next standard normal number, by the [ziggurat](crate::ziggurat).
///
/// ```
/// use probability::{normal, random::stream};
///
/// let mut rng = stream(42, "noise", 0);
/// let mean = (0..10_000).map(|_| normal::sample(&mut rng)).sum::<f64>() / 10_000.0;
/// assert!(mean.abs() < 0.062); // 6.2 standard errors
/// ```
#[inline]
pub fn sample(rng: &mut impl Rng) -> f64 {
    Ziggurat::standard().sample(rng)
}

/// Fills a slice with normal numbers of a given mean and standard deviation, by the [ziggurat](crate::ziggurat).
///
/// Cost: about one random word, one table look-up and one multiplication a number.
///
/// ```
/// use probability::{normal, random::stream};
///
/// let mut weights = [0.0_f32; 256];
/// normal::fill(&mut stream(42, "weights", 0), 0.0, 0.02, &mut weights);
/// assert!(weights.iter().all(|w| w.abs() < 0.2));
/// ```
pub fn fill<T: Real>(rng: &mut impl Rng, mean: f64, std: f64, out: &mut [T]) {
    let ziggurat = Ziggurat::standard();
    for x in out {
        *x = T::from_f64(mean + std * ziggurat.sample(rng));
    }
}
