//! Where the eigenvalues of random matrices lie. Chapter: *High dimensions*.
//!
//! One draw of a large random matrix shows what all of them do. Nobody chose a single entry, and yet the eigenvalues end at a sharp edge:
//!
//! | matrix, n large, entries independent, mean 0 | its | fill | edge |
//! |---|---|---|---|
//! | symmetric, variance σ²/n | eigenvalues | [`Semicircle`] | ±2σ |
//! | XᵀX/n of n rows and γn columns, variance σ² | eigenvalues | [`MarchenkoPastur`] | σ²(1 ± √γ)² |
//! | square, variance σ²/n | eigenvalues | [`CircularLaw`] | a circle of radius σ |
//! | square, variance σ²/n | singular values | the root of a [`MarchenkoPastur`] with γ = 1 | 2σ |

use std::f64::consts::PI;

/// The eigenvalues of a symmetric matrix with independent entries of mean 0 and variance r²/(4n).
///
/// Density 2/(πr²)·√(r² − x²) on \[−r, r\].
///
/// ```
/// use linalg::dimensions::Semicircle;
///
/// let law = Semicircle::of_entries(100, 0.1); // 100×100, standard deviation 1/√100
/// assert_eq!(law.radius, 2.0);
/// assert!((law.cdf(0.0) - 0.5).abs() < 1e-15);
/// ```
///
/// Source: E. Wigner, *On the distribution of the roots of certain symmetric matrices*, Ann. Math. 67 (1958).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Semicircle {
    /// r, the edge.
    pub radius: f64,
}

impl Semicircle {
    /// The law for an n×n symmetric matrix whose entries have this standard deviation.
    pub fn of_entries(n: usize, std: f64) -> Self {
        Semicircle { radius: 2.0 * std * (n as f64).sqrt() }
    }

    /// The density at x.
    pub fn density(&self, x: f64) -> f64 {
        let x = x / self.radius;
        if x.abs() >= 1.0 { 0.0 } else { 2.0 / (PI * self.radius) * ((1.0 - x) * (1.0 + x)).sqrt() }
    }

    /// The share of eigenvalues up to x: ½ + (x√(1 − x²) + arcsin x)/π, in units of the radius.
    pub fn cdf(&self, x: f64) -> f64 {
        let x = (x / self.radius).clamp(-1.0, 1.0);
        (0.5 + (x * ((1.0 - x) * (1.0 + x)).sqrt() + x.asin()) / PI).clamp(0.0, 1.0)
    }
}

/// The eigenvalues of a sample covariance, when the true one is σ² times the identity: n samples of γn independent numbers.
///
/// Density √((b − x)(x − a))/(2πσ²γx) on \[a, b\] with a, b = σ²(1 ∓ √γ)²; for γ > 1 there is a share 1 − 1/γ at exactly 0 on top.
///
/// A hundred dimensions and two hundred samples: every true variance is 1, and the measured ones range from 0.09 to 2.9.
///
/// ```
/// use linalg::dimensions::MarchenkoPastur;
///
/// let law = MarchenkoPastur::of_shape(200, 100, 1.0);
/// let (low, high) = law.edges();
/// assert!((low - 0.0858).abs() < 1e-4 && (high - 2.9142).abs() < 1e-4);
/// // the largest singular value of a square matrix with entries of variance 1/n: √4 = 2
/// assert_eq!(MarchenkoPastur { ratio: 1.0, variance: 1.0 }.edges().1.sqrt(), 2.0);
/// ```
///
/// Source: V. Marčenko, L. Pastur, *Distribution of eigenvalues for some sets of random matrices*, Math. USSR-Sbornik 1 (1967).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarchenkoPastur {
    /// γ, columns over rows: dimensions over samples.
    pub ratio: f64,
    /// σ², the true variance of every entry.
    pub variance: f64,
}

impl MarchenkoPastur {
    /// The law for XᵀX/rows, with entries of X of standard deviation `std`.
    ///
    /// # Panics
    /// If there are no rows or no columns.
    #[track_caller]
    pub fn of_shape(rows: usize, columns: usize, std: f64) -> Self {
        assert!(
            rows > 0 && columns > 0,
            "MarchenkoPastur: a matrix of shape [{rows}, {columns}] has no spectrum"
        );
        MarchenkoPastur { ratio: columns as f64 / rows as f64, variance: std * std }
    }

    /// Where the density begins and ends.
    pub fn edges(&self) -> (f64, f64) {
        let root = self.ratio.sqrt();
        (self.variance * (1.0 - root).powi(2), self.variance * (1.0 + root).powi(2))
    }

    /// The share of eigenvalues that are exactly 0: with fewer samples than dimensions, 1 − 1/γ.
    pub fn at_zero(&self) -> f64 {
        (1.0 - 1.0 / self.ratio).max(0.0)
    }

    /// The density at x, without the share at 0. Infinite at x = 0 for γ = 1.
    pub fn density(&self, x: f64) -> f64 {
        let (a, b) = self.edges();
        if x < a || x > b {
            0.0
        } else {
            ((b - x) * (x - a)).sqrt() / (2.0 * PI * self.variance * self.ratio * x)
        }
    }

    /// The share of eigenvalues up to x.
    ///
    /// With x = σ²(1 + γ + 2√γ·cos φ) the integral over the density becomes (2/π)∫ sin²φ/(1 + γ + 2√γ·cos φ) dφ, which is elementary.
    ///
    /// Accuracy: 10⁻¹⁵/γ.
    pub fn cdf(&self, x: f64) -> f64 {
        let (a, b) = self.edges();
        if x < a || x >= b {
            return if x < 0.0 {
                0.0
            } else if x < a {
                self.at_zero()
            } else {
                1.0
            };
        }
        let (sum, twice) = (1.0 + self.ratio, 2.0 * self.ratio.sqrt());
        let phi = ((x / self.variance - sum) / twice).clamp(-1.0, 1.0).acos();
        let gap = (1.0 - self.ratio).abs();
        let rho = (1.0 - self.ratio.sqrt()).abs() / (1.0 + self.ratio.sqrt());
        // the share above x
        let above =
            (sum * phi - twice * phi.sin() - 2.0 * gap * (rho * (0.5 * phi).tan()).atan()) / (twice * twice);
        (1.0 - 2.0 / PI * above).clamp(self.at_zero(), 1.0)
    }
}

/// The eigenvalues of a square matrix with independent entries of mean 0 and variance r²/n: evenly over a disc of radius r in the complex plane.
///
/// ```
/// use linalg::dimensions::CircularLaw;
///
/// let law = CircularLaw::of_entries(64, 0.125); // 64×64, standard deviation 1/√64
/// assert_eq!((law.radius, law.radial_cdf(0.5)), (1.0, 0.25)); // a quarter within half of the radius
/// ```
///
/// Source: V. Girko, *Circular law*, Theory Probab. Appl. 29 (1984); in this generality T. Tao, V. Vu, M. Krishnapur, *Random matrices: universality of
/// ESDs and the circular law*, Ann. Probab. 38 (2010).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CircularLaw {
    /// r, the spectral radius that large matrices tend to.
    pub radius: f64,
}

impl CircularLaw {
    /// The law for an n×n matrix whose entries have this standard deviation.
    pub fn of_entries(n: usize, std: f64) -> Self {
        CircularLaw { radius: std * (n as f64).sqrt() }
    }

    /// The density at re + i·im, per unit of area: 1/(πr²) inside.
    pub fn density(&self, re: f64, im: f64) -> f64 {
        if re.hypot(im) > self.radius { 0.0 } else { 1.0 / (PI * self.radius * self.radius) }
    }

    /// The share of eigenvalues of size at most s: (s/r)².
    pub fn radial_cdf(&self, s: f64) -> f64 {
        (s / self.radius).clamp(0.0, 1.0).powi(2)
    }
}

/// The largest gap between the shares that were counted and those that a law expects: the statistic of Kolmogorov and Smirnov.
///
/// ```
/// use linalg::dimensions::spectra::largest_gap;
///
/// // four numbers where a uniform law would have them; the counting steps from k/4 to (k + 1)/4 at each
/// assert_eq!(largest_gap(&[0.875, 0.125, 0.375, 0.625], |x| x), 0.125);
/// ```
///
/// 0 of no values. Cost: a sort.
pub fn largest_gap(values: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    sorted.iter().enumerate().fold(0.0, |gap: f64, (k, &x)| {
        let share = cdf(x);
        gap.max(share - k as f64 / n).max((k + 1) as f64 / n - share)
    })
}
