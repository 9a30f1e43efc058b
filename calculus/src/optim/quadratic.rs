//! How fast descent is, said by eigenvalues. Chapter: *Optimisers*.
//!
//! Near its lowest point a loss is a bowl with the Hessian H. Along an eigenvector of eigenvalue λ the gradient of an error e is λ·e, so every rule that
//! is linear in the gradient multiplies that error, with what it remembers, by one small matrix a step. The spectral radius of that matrix is the
//! *factor*: how much of the error is left by each step, in the long run. Below 1 it shrinks; the slowest λ sets the pace.
//!
//! | rule | matrix on (error, memory) | its eigenvalues z |
//! |---|---|---|
//! | descent | 1 − ηλ | itself |
//! | momentum | \[1 − ηλ, −ημ; λ, μ\] | z² − (1 + μ − ηλ)·z + μ = 0 |
//! | Nesterov | \[1 − ηλ(1 + μ), −ημ²; λ, μ\] | z² − (1 + μ)(1 − ηλ)·z + μ(1 − ηλ) = 0 |
//!
//! Sources: Polyak 1964, section 2; Nesterov, *Introductory Lectures on Convex Optimization*, section 2.2; Recht and Wright, *Optimization for Data
//! Analysis*, chapter 4; Goh, *Why Momentum Really Works*, Distill 2017.

/// A rule that is linear in the gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// [`Sgd`](super::Sgd) with exact gradients: the momentum is not used.
    Descent,
    /// [`Momentum`](super::Momentum).
    Momentum,
    /// [`Nesterov`](super::Nesterov).
    Nesterov,
}

// ANCHOR: factor
/// How much of an error along an eigenvalue `lambda` is left by each step, in the long run.
///
/// ```
/// use calculus::optim::quadratic::{Rule, factor};
///
/// assert_eq!(factor(Rule::Descent, 0.5, 0.0, 1.0), 0.5);
/// assert_eq!(factor(Rule::Descent, 0.5, 0.0, 4.0), 1.0); // the border, 2/λ
/// // Momentum turns where it would overshoot: √μ for a whole range of eigenvalues.
/// let (a, b) = (factor(Rule::Momentum, 0.1, 0.81, 1.0), factor(Rule::Momentum, 0.1, 0.81, 30.0));
/// assert!((a - 0.9).abs() < 1e-15 && (b - 0.9).abs() < 1e-15);
/// ```
pub fn factor(rule: Rule, rate: f64, mu: f64, lambda: f64) -> f64 {
    let x = 1.0 - rate * lambda;
    match rule {
        Rule::Descent => x.abs(),
        Rule::Momentum => largest_root(x + mu, mu),
        Rule::Nesterov => largest_root((1.0 + mu) * x, mu * x),
    }
}

/// The size of the larger root of z² − trace·z + det.
fn largest_root(trace: f64, det: f64) -> f64 {
    let d = trace * trace / 4.0 - det;
    // A complex pair has two roots of the same size, whose product is `det`.
    if d < 0.0 { det.sqrt() } else { trace.abs() / 2.0 + d.sqrt() }
}
// ANCHOR_END: factor

/// A learning rate, a momentum, and the factor of the slowest eigenvalue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuned {
    /// The learning rate.
    pub rate: f64,
    /// The momentum.
    pub mu: f64,
    /// How much of the error is left by each step, in the long run.
    pub factor: f64,
}

impl Tuned {
    /// Steps until the error is smaller by a factor of `by`.
    ///
    /// ```
    /// use calculus::optim::quadratic::tuned;
    /// use calculus::optim::quadratic::Rule::{Descent, Momentum};
    ///
    /// // A bowl 10,000 times as steep across as along, and six digits:
    /// let steps = |rule| tuned(rule, 1.0, 1e4).steps(1e6).round();
    /// assert_eq!((steps(Descent), steps(Momentum)), (69_078.0, 691.0));
    /// ```
    pub fn steps(self, by: f64) -> f64 {
        by.ln() / -self.factor.ln()
    }
}

// ANCHOR: tuned
/// The best setting for eigenvalues from `least` to `largest`, both positive; κ is their quotient.
///
/// | rule | rate | momentum | factor |
/// |---|---|---|---|
/// | descent | 2/(λ₁ + λₙ) | | (κ − 1)/(κ + 1) |
/// | momentum | (2/(√λ₁ + √λₙ))² | ((√κ − 1)/(√κ + 1))² | (√κ − 1)/(√κ + 1) |
/// | Nesterov | 4/(3λₙ + λ₁) | (√(3κ + 1) − 2)/(√(3κ + 1) + 2) | 1 − 2/√(3κ + 1) |
///
/// Source of the last row: Lessard, Recht and Packard, *Analysis and Design of Optimization Algorithms via Integral Quadratic Constraints*, SIAM
/// J. Optim. 26 (2016), table 1.
pub fn tuned(rule: Rule, least: f64, largest: f64) -> Tuned {
    let (kappa, root) = (largest / least, (largest / least).sqrt());
    match rule {
        Rule::Descent => {
            Tuned { rate: 2.0 / (least + largest), mu: 0.0, factor: (kappa - 1.0) / (kappa + 1.0) }
        }
        Rule::Momentum => {
            let factor = (root - 1.0) / (root + 1.0);
            Tuned { rate: (2.0 / (least.sqrt() + largest.sqrt())).powi(2), mu: factor * factor, factor }
        }
        Rule::Nesterov => {
            let root = (3.0 * kappa + 1.0).sqrt();
            let mu = (root - 2.0) / (root + 2.0);
            Tuned { rate: 4.0 / (3.0 * largest + least), mu, factor: 1.0 - 2.0 / root }
        }
    }
}
// ANCHOR_END: tuned

/// The largest learning rate that does not drive an error along `lambda` away: 2/λ, 2(1 + μ)/λ, and for Nesterov 2(1 + μ)/((1 + 2μ)λ).
///
/// ```
/// use calculus::optim::quadratic::{Rule, factor, limit};
///
/// for rule in [Rule::Descent, Rule::Momentum, Rule::Nesterov] {
///     let at = limit(rule, 0.9, 5.0);
///     assert!((factor(rule, at, 0.9, 5.0) - 1.0).abs() < 1e-12);
/// }
/// ```
pub fn limit(rule: Rule, mu: f64, lambda: f64) -> f64 {
    match rule {
        Rule::Descent => 2.0 / lambda,
        Rule::Momentum => 2.0 * (1.0 + mu) / lambda,
        Rule::Nesterov => 2.0 * (1.0 + mu) / ((1.0 + 2.0 * mu) * lambda),
    }
}
