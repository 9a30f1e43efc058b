//! Finite differences: a derivative from nothing but values. Chapter: *Derivatives by differences* (and *Reverse mode*, which checks
//! its tape with them).
//!
//! Move the input a little, see how far the output moves, divide. It needs no calculus and no access to the code of `f`,
//! which makes it the referee of everything else in this crate. It is never exact, and here is by how much. Taylor's
//! theorem around x, with f, f′, f″, f‴ as the size of the function and its derivatives nearby:
//!
//! ```text
//! forward   (f(x+h) − f(x)) / h      = f′ + h/2 · f″     + rounding of about 2ε·|f| / h
//! central   (f(x+h) − f(x−h)) / 2h   = f′ + h²/6 · f‴    + rounding of about  ε·|f| / h
//! ```
//!
//! The first error, *truncation*, wants a small step: the chord should be the tangent. The second, *rounding*, wants a large
//! one: f(x+h) and f(x−h) share their leading digits, the subtraction cancels exactly those, and what is left is divided by
//! a small number. Their sum is smallest where the two meet:
//!
//! | | best step | digits left of 16 |
//! |---|---|---|
//! | forward | h ≈ √ε ≈ 1.5e-8 | 8 |
//! | central | h ≈ ∛ε ≈ 6e-6 | 10 to 11 |
//!
//! In `f32` (ε = 1.2e-7) the same sum leaves 4 to 5 digits of a central difference: too few to tell a wrong gradient from a
//! rounded one. That is why gradients are *checked* in `f64`, whatever they are used in.
//!
//! More digits from values alone: [`crate::richardson`]. All digits, from a function that takes complex numbers: [`crate::complex`]. The
//! four formulas side by side: [`crate::formulas`].
//!
//! Source: Nocedal and Wright, *Numerical Optimization*, 2nd edition, section 8.1.

use linalg::{Mat, Tensor};

/// The step that balances truncation against rounding in a forward difference: √ε · max(1, |x|).
///
/// The factor max(1, |x|) keeps the step visible: next to 1e9 the neighbouring `f64` is 1.2e-7 away, and adding 1.5e-8
/// would not move it at all.
///
/// ```
/// use calculus::differences::forward_step;
///
/// assert_eq!(forward_step(0.5), 2.0_f64.powi(-26));
/// assert_eq!(forward_step(-1000.0), 1000.0 * 2.0_f64.powi(-26));
/// ```
pub fn forward_step(x: f64) -> f64 {
    f64::EPSILON.sqrt() * x.abs().max(1.0)
}

/// The step that balances truncation against rounding in a central difference: ∛ε · max(1, |x|).
///
/// ```
/// use calculus::differences::central_step;
///
/// assert!((central_step(0.5) - 6.06e-6).abs() < 1e-8);
/// ```
pub fn central_step(x: f64) -> f64 {
    f64::EPSILON.cbrt() * x.abs().max(1.0)
}

/// The forward difference, (f(x+h) − f(x)) / h.
///
/// Its truncation error is h/2·f″(x): exact for straight lines only. It divides by the distance from x to x+h *as
/// rounded*, so that the rounding of x+h costs nothing.
///
/// ```
/// use calculus::differences::{forward, forward_step};
///
/// let slope = forward(|x| x * x, 3.0, forward_step(3.0));
/// assert!((slope - 6.0).abs() < 1e-6);
/// ```
///
/// Cost: two calls of `f`. NaN where the step is too small to move x, and where `f` is NaN.
pub fn forward(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> f64 {
    let right = x + h;
    (f(right) - f(x)) / (right - x)
}

/// The central difference, (f(x+h) − f(x−h)) / 2h.
///
/// The terms in f″ are the same on both sides and cancel, so the truncation error is h²/6·f‴(x): exact for parabolas too. It
/// divides by the distance between the two points *as rounded*, so that the rounding of x ± h costs nothing.
///
/// ```
/// use calculus::differences::{central, central_step};
///
/// let slope = central(f64::exp, 1.0, central_step(1.0));
/// assert!((slope - 1.0_f64.exp()).abs() < 1e-9);
/// ```
///
/// Cost: two calls of `f`. NaN where the step is too small to move x, and where `f` is NaN (ln within a step of 0). At a kink it
/// is the mean of the two one-sided slopes: ½ for ReLU at 0, which no framework returns.
// ANCHOR: central
pub fn central(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> f64 {
    let (left, right) = (x - h, x + h);
    (f(right) - f(left)) / (right - left)
}
// ANCHOR_END: central

/// The step that balances truncation against rounding in a second difference: ε^(1/4) · max(1, |x|), 1.2e-4 near 1.
///
/// Twice as far on the logarithmic scale as one would like: the rounding is divided by h² here.
pub fn second_step(x: f64) -> f64 {
    f64::EPSILON.sqrt().sqrt() * x.abs().max(1.0)
}

/// The second difference, (f(x+h) − 2·f(x) + f(x−h)) / h²: the second derivative f″(x).
///
/// Truncation h²/12·f⁗, rounding of about 4ε·|f|/h². Their sum is smallest near h = ⁴√(48ε·|f|/|f⁗|), where half of the digits are left:
/// 8 of 16. With the step that suits a first derivative, 6e-6, it has 5.
///
/// ```
/// use calculus::differences::{second, second_step};
///
/// assert!((second(f64::exp, 1.0, second_step(1.0)) - 1.0_f64.exp()).abs() < 1e-6);
/// assert!(second(f64::exp, 1.0, 1e-12).abs() > 1e3 || second(f64::exp, 1.0, 1e-12) == 0.0); // noise over 1e-24
/// ```
///
/// Cost: three calls of `f`. NaN where the step is too small to move x, and where `f` is NaN.
pub fn second(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> f64 {
    let (left, right) = (x - h, x + h);
    // Each side with its own distance: x + h and x − h are rounded differently.
    let (to_left, to_right) = (x - left, right - x);
    let middle = f(x);
    ((f(right) - middle) / to_right - (middle - f(left)) / to_left) / (0.5 * (right - left))
}

/// The gradient of a function of many numbers, ∂f/∂xᵢ for each i, by central differences with [`central_step`].
///
/// ```
/// use calculus::differences::gradient;
///
/// let g = gradient(|x| x[0] * x[0] * x[1], &[3.0, 5.0]);
/// assert!((g[0] - 30.0).abs() < 1e-8 && (g[1] - 9.0).abs() < 1e-8);
/// ```
///
/// Cost: 2n calls of `f` for n numbers. That price is why nobody trains this way: one gradient of a model with 800,000
/// parameters is 1,600,000 forward passes.
pub fn gradient(mut f: impl FnMut(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    let mut point = x.to_vec();
    (0..x.len())
        .map(|i| {
            let slope = central(
                |xi| {
                    point[i] = xi;
                    f(&point)
                },
                x[i],
                central_step(x[i]),
            );
            // Put the number back as it was. Subtracting h again would leave a rounding error for the next column.
            point[i] = x[i];
            slope
        })
        .collect()
}

/// The Jacobian, J\[i,j\] = ∂fᵢ/∂xⱼ, shape (m outputs, n inputs), by central differences with [`central_step`].
///
/// ```
/// use calculus::differences::jacobian;
///
/// // polar to cartesian: (r, φ) ↦ (r·cos φ, r·sin φ)
/// let j = jacobian(|p| vec![p[0] * p[1].cos(), p[0] * p[1].sin()], &[2.0, 0.0]);
/// let exact = [[1.0, 0.0], [0.0, 2.0]];
/// for i in 0..2 {
///     for k in 0..2 {
///         assert!((j[[i, k]] - exact[i][k]).abs() < 1e-9);
///     }
/// }
/// ```
///
/// Cost: 2n + 1 calls of `f`, a column for each pair (the odd one tells m).
///
/// # Panics
/// If `f` does not always return the same number of outputs.
// ANCHOR: jacobian
#[track_caller]
pub fn jacobian(mut f: impl FnMut(&[f64]) -> Vec<f64>, x: &[f64]) -> Mat {
    let mut point = x.to_vec();
    let m = f(&point).len();
    let mut j: Mat = Tensor::zeros([m, x.len()]);
    for col in 0..x.len() {
        let h = central_step(x[col]);
        let (left, right) = (x[col] - h, x[col] + h);
        point[col] = right;
        let above = f(&point);
        point[col] = left;
        let below = f(&point);
        point[col] = x[col];
        assert!(
            above.len() == m && below.len() == m,
            "jacobian: f returned {m} outputs at first, then {} and {}",
            above.len(),
            below.len()
        );
        for row in 0..m {
            j[[row, col]] = (above[row] - below[row]) / (right - left);
        }
    }
    j
}
// ANCHOR_END: jacobian

/// One step size, and how far each difference was from the true derivative with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepError {
    /// The step.
    pub h: f64,
    /// |forward difference − f′|.
    pub forward: f64,
    /// |central difference − f′|.
    pub central: f64,
}

/// The error of both differences for steps from 1 down to 1e-15, four a decade, given the true derivative.
///
/// On logarithmic axes each is a U: truncation on the right (slope 1 forward, 2 central), rounding on the left (slope −1).
///
/// ```
/// use calculus::differences::u_curve;
///
/// let curve = u_curve(f64::exp, 1.0, 1.0_f64.exp());
/// let best = curve.iter().min_by(|a, b| a.central.total_cmp(&b.central)).unwrap();
/// assert!(best.h > 1e-7 && best.h < 1e-4); // near ∛ε = 6e-6
/// assert!(curve[0].central > 0.1); // too long a step: the chord is not the tangent
/// assert!(curve.last().unwrap().central > 0.01); // too short a step: rounding is all that is left
/// ```
///
/// Cost: four calls of `f` for each of the 61 steps.
pub fn u_curve(mut f: impl FnMut(f64) -> f64, x: f64, exact: f64) -> Vec<StepError> {
    (0..=60)
        .map(|quarter| {
            let h = 10_f64.powf(-f64::from(quarter) / 4.0);
            StepError {
                h,
                forward: (forward(&mut f, x, h) - exact).abs(),
                central: (central(&mut f, x, h) - exact).abs(),
            }
        })
        .collect()
}
