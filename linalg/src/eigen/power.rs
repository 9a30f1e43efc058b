//! One eigenvector at a time: apply the matrix, normalise, repeat. Chapter: *Eigenvalues*.
//!
//! | function | a step is | what it finds | the error shrinks by a step |
//! |---|---|---|---|
//! | [`power`] | v ← A·v | the largest in size | \|λ₂/λ₁\| |
//! | [`inverse`] | v ← (A − σ)⁻¹·v | the nearest to a σ that you choose | \|λ₁ − σ\|/\|λ₂ − σ\| |
//! | [`rayleigh`] | the same, σ ← vᵀA·v each time | one of them | to its third power |
//!
//! All three are one loop with another step, and all three can be stepped by hand: the start vector is an argument.

use super::checked;
use crate::error::Error;
use crate::householder::power_of_two_for;
use crate::kernels::dot;
use crate::lu::Lu;
use crate::norms::{frobenius, norm_inf, norm2};
use crate::tensor::Mat;
use crate::view::View;

/// An eigenvalue with its vector, and how far they are from being a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// λ, as vᵀA·v: it has the sign that a length cannot show.
    pub value: f64,
    /// v, of length 1. Its sign is that of nobody's choice.
    pub vector: Vec<f64>,
    /// ‖A·v − λ·v‖. For a symmetric A an exact eigenvalue is at most this far from λ.
    pub residual: f64,
    /// Steps that were made.
    pub steps: usize,
}

/// The eigenvalue that is largest in size, by power iteration: v ← A·v/‖A·v‖.
///
/// A is a closure that writes A·v into its second argument: a matrix, a Hessian-vector product, a page rank. Ends when
/// ‖A·v − λ·v‖ ≤ `tolerance`·‖A·v‖. `start` has n numbers of any length and must have a part along the answer.
///
/// ```
/// use linalg::eigen::power;
///
/// // A = [[2, 1], [1, 2]]
/// let pair = power(|v, av| (av[0], av[1]) = (2.0 * v[0] + v[1], v[0] + 2.0 * v[1]), &[1.0, 0.0], 1e-12, 100)?;
/// assert!((pair.value - 3.0).abs() < 1e-15);
/// assert!((pair.vector[0] - pair.vector[1]).abs() < 1e-11); // along (1, 1)
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: one product a step; ln(1/tolerance)/ln|λ₁/λ₂| steps.
///
/// Accuracy: for a symmetric A, λ is off by about residual²/gap: it has twice as many digits as the vector.
///
/// # Errors
/// [`Error::NoConvergence`] after `cap` products, for certain where λ and −λ are both the largest; [`Error::NotFinite`] with the
/// place in A·v of an entry that is infinite or NaN; [`Error::Overflow`] if ‖A·v‖ is.
///
/// # Panics
/// If `start` is zero or has an entry that is not finite.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., sections 7.3.1 and 8.2.1.
// ANCHOR: power
#[track_caller]
pub fn power(
    mut apply: impl FnMut(&[f64], &mut [f64]),
    start: &[f64],
    tolerance: f64,
    cap: usize,
) -> Result<Pair, Error> {
    const NAME: &str = "power iteration";
    let mut v = start_vector(NAME, start);
    let mut image = vec![0.0; v.len()];
    for steps in 1..=cap {
        apply(&v, &mut image); // A·v
        let length = finite_length(NAME, &image)?;
        let value = dot(&v, &image); // vᵀA·v
        let residual = distance(&image, value, &v); // ‖A·v − λ·v‖
        if residual <= tolerance * length {
            return Ok(Pair { value, vector: v, residual, steps });
        }
        v = unit(&image);
    }
    Err(Error::NoConvergence { operation: NAME, iterations: cap, missing: 1 })
}
// ANCHOR_END: power

/// The eigenvalue of a symmetric A that is nearest to `shift`, by inverse iteration: v ← (A − σ)⁻¹·v, normalised.
///
/// (A − σ)⁻¹ has A's eigenvectors, with the eigenvalues 1/(λ − σ): what is nearest to σ is now by far the largest. Ends when
/// ‖A·v − λ·v‖ ≤ `tolerance`·‖A‖_F.
///
/// ```
/// use linalg::{Mat, eigen::inverse};
///
/// let a = Mat::from_rows(&[[2.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 2.0]]); // 2 − √2, 2, 2 + √2
/// let pair = inverse(a.view(), 1.9, &[1.0, 0.5, 0.25], 1e-14, 50)?;
/// assert!((pair.value - 2.0).abs() < 1e-14 && pair.steps < 15);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: one decomposition, 2n³/3 FLOP, then 4n² a step.
///
/// Accuracy: A − σ is nearly singular when σ is good, and the solution nearly all error. That error points along the eigenvector,
/// so it does no harm.
///
/// # Errors
/// [`Error::NotSquare`], [`Error::NotFinite`], [`Error::NotSymmetric`]; [`Error::NoConvergence`] after `cap` steps.
///
/// # Panics
/// If `start` has not n entries, is zero, or has an entry that is not finite; if `shift` is not finite.
///
/// Source: I. Ipsen, *Computing an eigenvector with inverse iteration*, SIAM Review 39 (1997); Parlett, *The Symmetric Eigenvalue
/// Problem*, section 4.2.
#[track_caller]
pub fn inverse(
    a: View<'_, f64>,
    shift: f64,
    start: &[f64],
    tolerance: f64,
    cap: usize,
) -> Result<Pair, Error> {
    const NAME: &str = "inverse iteration";
    assert!(shift.is_finite(), "{NAME}: the shift is {shift}");
    let a = Scaled::new(NAME, a, start)?;
    let mut lu = None;
    a.iterate(start, tolerance, cap, |_, v| match &mut lu {
        Some(lu) => solve(lu, v),
        none => {
            let (x, found) = a.solve_shifted(shift * a.scale, v)?;
            *none = Some(found);
            Ok(x)
        }
    })
}

/// An eigenpair of a symmetric A, by Rayleigh-quotient iteration: inverse iteration whose shift is vᵀA·v, anew in each step.
///
/// The quotient of a vector that is wrong by ε is wrong by ε², and inverse iteration multiplies ε by the distance of the shift: ε³ is
/// left. Three digits, nine, all. *Which* pair it finds depends on the start in no way that one would like to predict: run a few steps of
/// [`power`] or [`inverse`] first if it matters.
///
/// ```
/// use linalg::{Mat, eigen::rayleigh};
///
/// let a = Mat::from_rows(&[[2.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 2.0]]);
/// let pair = rayleigh(a.view(), &[1.0, 1.0, 1.0], 1e-15, 50)?;
/// assert!((pair.value - (2.0 + 2_f64.sqrt())).abs() < 1e-14 && pair.steps <= 5);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: a decomposition, 2n³/3 FLOP, a step.
///
/// # Errors
/// As [`inverse`].
///
/// # Panics
/// As [`inverse`].
///
/// Source: Parlett, *The Symmetric Eigenvalue Problem*, sections 4.6 to 4.9.
#[track_caller]
pub fn rayleigh(a: View<'_, f64>, start: &[f64], tolerance: f64, cap: usize) -> Result<Pair, Error> {
    const NAME: &str = "Rayleigh-quotient iteration";
    let a = Scaled::new(NAME, a, start)?;
    a.iterate(start, tolerance, cap, |quotient, v| Ok(a.solve_shifted(quotient, v)?.0))
}

/// A checked symmetric matrix, brought near 1: 1/(λ − σ) of numbers like 1e−300 would not exist.
struct Scaled {
    name: &'static str,
    matrix: Mat,
    scale: f64,
    norm: f64,
}

impl Scaled {
    #[track_caller]
    fn new(name: &'static str, a: View<'_, f64>, start: &[f64]) -> Result<Self, Error> {
        let scale = checked(name, a)?;
        let n = a.shape()[0];
        assert!(start.len() == n, "{name}: a start of length {} for A of {}", start.len(), a.shape());
        let matrix = Mat::from_fn(n, n, |i, j| a[[i, j]] * scale);
        let norm = frobenius(matrix.view());
        Ok(Scaled { name, matrix, scale, norm })
    }

    // ANCHOR: iterate
    /// The loop: look at the pair that v makes, leave if it is good enough, take a step. `step` gets vᵀA·v and v.
    #[track_caller]
    fn iterate(
        &self,
        start: &[f64],
        tolerance: f64,
        cap: usize,
        mut step: impl FnMut(f64, &[f64]) -> Result<Vec<f64>, Error>,
    ) -> Result<Pair, Error> {
        let mut v = start_vector(self.name, start);
        for steps in 0..=cap {
            let image: Vec<f64> = (0..v.len()).map(|i| dot(self.matrix.row(i), &v)).collect();
            let value = dot(&v, &image);
            let residual = distance(&image, value, &v);
            if residual <= tolerance * self.norm {
                let (value, residual) = (value / self.scale, residual / self.scale);
                return Ok(Pair { value, vector: v, residual, steps });
            }
            if steps < cap {
                v = unit(&step(value, &v)?);
            }
        }
        Err(Error::NoConvergence { operation: self.name, iterations: cap, missing: 1 })
    }
    // ANCHOR_END: iterate

    /// (A − σ)⁻¹·v and the decomposition. A shift that *is* an eigenvalue leaves a zero pivot; then one beside it is taken, as far
    /// away as rounding would have put it.
    fn solve_shifted(&self, shift: f64, v: &[f64]) -> Result<(Vec<f64>, Lu), Error> {
        let nudge = f64::EPSILON * self.norm;
        let mut outcome = Err(Error::Overflow { operation: self.name });
        for shift in [shift, shift + nudge, shift - nudge] {
            let mut shifted = self.matrix.clone();
            for i in 0..v.len() {
                shifted[[i, i]] -= shift;
            }
            let lu = Lu::new(shifted.view())?;
            match solve(&lu, v) {
                Ok(x) => return Ok((x, lu)),
                Err(error) => outcome = Err(error),
            }
        }
        outcome
    }
}

fn solve(lu: &Lu, v: &[f64]) -> Result<Vec<f64>, Error> {
    let x = lu.solve(&Mat::new([v.len(), 1], v.to_vec()))?.into_data();
    if x.iter().all(|x| x.is_finite()) {
        Ok(x)
    } else {
        Err(Error::Overflow { operation: "inverse iteration" })
    }
}

/// The start, of length 1.
#[track_caller]
pub(super) fn start_vector(name: &str, start: &[f64]) -> Vec<f64> {
    let largest = norm_inf(start);
    assert!(
        largest > 0.0 && largest.is_finite(),
        "{name}: the largest entry of the start vector is {largest}"
    );
    unit(start)
}

/// x/‖x‖, for an x that is not 0. Brought near 1 first: next to the ends of the range a quotient has few digits.
pub(super) fn unit(x: &[f64]) -> Vec<f64> {
    let scale = power_of_two_for(norm_inf(x));
    let mut x: Vec<f64> = x.iter().map(|x| x * scale).collect();
    let length = norm2(&x);
    for x in &mut x {
        *x /= length;
    }
    x
}

/// ‖x‖, or the error that says where it went wrong.
pub(super) fn finite_length(operation: &'static str, x: &[f64]) -> Result<f64, Error> {
    if let Some((row, &entry)) = x.iter().enumerate().find(|(_, x)| !x.is_finite()) {
        return Err(Error::NotFinite { operation, row, col: 0, entry });
    }
    let length = norm2(x);
    if length.is_finite() { Ok(length) } else { Err(Error::Overflow { operation }) }
}

/// ‖x − λ·v‖.
fn distance(x: &[f64], value: f64, v: &[f64]) -> f64 {
    let difference: Vec<f64> = x.iter().zip(v).map(|(x, v)| x - value * v).collect();
    norm2(&difference)
}
