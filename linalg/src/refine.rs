//! Iterative refinement: what a solution still lacks, solved for again. Chapter: *Solving: LU, Cholesky, QR*.
//!
//! A factorisation is dear and a residual is cheap. So factor carelessly, even in `f32`, where a processor is twice as fast and an
//! accelerator sixteen times; then compute b − A·x with care, solve for what is missing, and add it. Each round gains as many digits as
//! the careless factors have.

use crate::error::{Error, check_finite};
use crate::householder::power_of_two_for;
use crate::lu::{Factors, Lu, scaled_square};
use crate::norms::norm_inf;
use crate::simd::vectorise;
use crate::tensor::{Mat, Tensor};
use crate::view::View;

/// Σ xᵢ·yᵢ as if computed with twice the digits and rounded once.
///
/// The rounding error of a product is a number: fma(x, y, −x·y). So is that of a sum (Knuth). Both are collected beside the
/// sum and added at the end.
///
/// ```
/// use linalg::refine::dot2;
///
/// let (x, y) = ([1e16, 1.0, -1e16], [1.0, 1.0, 1.0]);
/// assert_eq!(linalg::dot(&x, &y), 0.0); // 1e16 + 1 is not a number that f64 has
/// assert_eq!(dot2(&x, &y), 1.0);
/// ```
///
/// Cost: 10 FLOP an element that wait for one another: about four times a plain dot product from memory.
///
/// Accuracy: |error| ≤ 2⁻⁵³·|x·y| + (n·2⁻⁵³)²·|x|·|y|, as long as no product over- or underflows.
///
/// # Panics
/// If the lengths differ.
///
/// Source: T. Ogita, S. Rump, S. Oishi, *Accurate Sum and Dot Product*, SIAM J. Sci. Comput. 26 (2005).
#[track_caller]
pub fn dot2(x: &[f64], y: &[f64]) -> f64 {
    assert!(x.len() == y.len(), "dot2: lengths {} and {} differ", x.len(), y.len());
    vectorise(
        #[inline(always)]
        || {
            let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
            for (x, y) in x.iter().zip(y) {
                let product = x * y;
                let new = sum + product;
                let part = new - sum;
                lost += (sum - (new - part)) + (product - part) + x.mul_add(*y, -product);
                sum = new;
            }
            sum + lost
        },
    )
}

/// b − A·x for one right side, each element with one rounding of its own: what [`dot2`] is for.
///
/// # Panics
/// If the shapes do not fit; the message names them and the caller's line.
#[track_caller]
pub fn residual(a: View<'_, f64>, x: &[f64], b: &[f64]) -> Vec<f64> {
    let shape = a.shape();
    assert!(
        shape.rank() == 2 && shape[1] == x.len() && shape[0] == b.len(),
        "residual: an A of {shape} does not go with {} unknowns and {} equations",
        x.len(),
        b.len()
    );
    // b − A·x = (−1, a₀, a₁, …)·(−b, −x₀, −x₁, …): one dot product, so that nothing is rounded before the difference.
    let mut right: Vec<f64> = x.iter().map(|x| -x).collect();
    right.push(0.0);
    let mut left = vec![0.0; x.len() + 1];
    (0..b.len())
        .map(|i| {
            left[..x.len()].iter_mut().zip(a.at(i).iter()).for_each(|(l, a)| *l = *a);
            (left[x.len()], right[x.len()]) = (1.0, b[i]);
            dot2(&left, &right)
        })
        .collect()
}

/// A solution, and how it was reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Refined {
    /// The solution.
    pub x: Vec<f64>,
    /// The size of each correction relative to x, ‖d‖∞/‖x‖∞: a factor of about κ·(precision of the factors) from one to the next.
    pub corrections: Vec<f64>,
    /// Whether factors in `f32` were enough ([`solve_mixed`] only).
    pub single: bool,
}

/// More rounds than any matrix needs whose corrections shrink by half or more.
const CAP: usize = 60;

/// Improves x = solve(b) until the corrections stop shrinking: r = b − A·x with doubled precision, d = solve(r), x ← x + d.
///
/// `solve` is any approximate solver with A of shape (n, n), such as factors in a lower precision.
///
/// ```
/// use linalg::{Lu, Mat, refine::refine};
///
/// let hilbert = Mat::from_fn(8, 8, |i, j| 1.0 / (i + j + 1) as f64); // condition 3e10
/// let b: Vec<f64> = (0..8).map(|i| hilbert.row(i).iter().sum()).collect();
/// let lu = Lu::new(hilbert.view())?;
/// let one = refine(hilbert.view(), &b, |r| Ok(lu.solve(&Mat::new([8, 1], r.to_vec()))?.into_data()))?;
/// assert!(one.corrections.last() < Some(&1e-15)); // all digits that A and b determine as they stand
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: for each round one solution and 10n² FLOP.
///
/// Accuracy: every digit of x, up to the last one or two, if κ times the precision of the factors is clearly below 1.
///
/// # Errors
/// What `solve` says; [`Error::NotFinite`] for A or b; [`Error::NotReached`] if the corrections stop shrinking above 2⁻⁴⁸: then the
/// factors are too coarse for this condition.
///
/// # Panics
/// If the shapes do not fit; the message names them and the caller's line.
///
/// Source: N. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., chapter 12.
// ANCHOR: refine
#[track_caller]
pub fn refine(
    a: View<'_, f64>,
    b: &[f64],
    mut solve: impl FnMut(&[f64]) -> Result<Vec<f64>, Error>,
) -> Result<Refined, Error> {
    check_finite("refine", a)?;
    check_finite("refine", View::new(b, [b.len(), 1]))?;
    let mut x = solve(b)?;
    let mut corrections = Vec::new();
    for _ in 0..CAP {
        let d = solve(&residual(a, &x, b))?;
        let size = norm_inf(&x);
        let change = if norm_inf(&d) == 0.0 { 0.0 } else { norm_inf(&d) / size };
        // also where something is NaN: no progress
        let shrinks = change < 0.5 * corrections.last().copied().unwrap_or(f64::INFINITY);
        if shrinks {
            x.iter_mut().zip(&d).for_each(|(x, d)| *x += d);
            corrections.push(change);
        }
        if !shrinks || change <= f64::EPSILON / 2.0 {
            break;
        }
    }
    match corrections.last() {
        Some(&last) if last <= 16.0 * f64::EPSILON => Ok(Refined { x, corrections, single: false }),
        last => Err(Error::NotReached {
            operation: "refine",
            iterations: corrections.len(),
            residual: last.copied().unwrap_or(f64::INFINITY),
        }),
    }
}
// ANCHOR_END: refine

/// Solves A·x = b with factors in `f32` and residuals in doubled precision; with factors in `f64` where those are not enough.
///
/// ```
/// use linalg::{Mat, refine::solve_mixed};
///
/// let a = Mat::from_fn(9, 9, |i, j| if i == j { 9.0 } else { 1.0 / (1 + i + 2 * j) as f64 });
/// let b: Vec<f64> = (0..9).map(|i| a.row(i).iter().sum()).collect();
/// let answer = solve_mixed(a.view(), &b)?;
/// assert!(answer.single && answer.x.iter().all(|x| (x - 1.0).abs() < 4e-16));
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: 2n³/3 FLOP in `f32`, and a round for every seven digits or fewer, 12n² each.
///
/// # Errors
/// As [`Lu::new`], [`Lu::solve`] and [`refine`].
///
/// # Panics
/// If b has not n entries; the message names both and the caller's line.
///
/// Source: A. Buttari and others, *Mixed Precision Iterative Refinement Techniques for the Solution of Dense Linear Systems*, Int. J. High
/// Perform. Comput. Appl. 21 (2007); the fall back to `f64` as in LAPACK's `dsgesv`.
#[track_caller]
pub fn solve_mixed(a: View<'_, f64>, b: &[f64]) -> Result<Refined, Error> {
    let (scaled, scale) = scaled_square("solve_mixed", a)?;
    let n = scaled.rows();
    assert!(b.len() == n, "solve_mixed: an A of {} does not go with {} equations", scaled.shape(), b.len());
    check_finite("solve_mixed", View::new(b, [n, 1]))?;
    let right = power_of_two(b);
    let b: Vec<f64> = b.iter().map(|b| b * right).collect();
    let finished = |mut refined: Refined, single| {
        for x in &mut refined.x {
            *x = *x / right * scale;
        }
        let finite = norm_inf(&refined.x).is_finite();
        if finite {
            Ok(Refined { single, ..refined })
        } else {
            Err(Error::Overflow { operation: "solve_mixed" })
        }
    };

    let factors = Factors::new(scaled.map(|x| x as f32));
    let by_single = refine(scaled.view(), &b, |r| {
        // Near 1 first: a residual of 1e-40 has no digits in f32.
        let near = power_of_two(r);
        let x = factors.solve(&Tensor::new([n, 1], r.iter().map(|r| (r * near) as f32).collect()))?;
        Ok(x.data().iter().map(|&x| f64::from(x) / near).collect())
    });
    if let Ok(refined) = by_single {
        return finished(refined, true);
    }
    let lu = Lu::new(scaled.view())?;
    let by_double = refine(scaled.view(), &b, |r| Ok(lu.solve(&Mat::new([n, 1], r.to_vec()))?.into_data()))?;
    finished(by_double, false)
}

/// A power of two that brings the largest entry near 1; 1 for zeros.
fn power_of_two(x: &[f64]) -> f64 {
    let largest = norm_inf(x);
    if largest == 0.0 || !largest.is_finite() { 1.0 } else { power_of_two_for(largest) }
}
