//! Newton's method for several variables. Chapter: *Optimisers*.
//!
//! Near x, f is a bowl with the Hessian H; Newton goes to its bottom at once, x − H⁻¹·g. In units of the eigenvectors that is a step of 1/λ
//! along each: the one learning rate that suits all of them. But where λ < 0 the same formula climbs. So H is first made positive, by as much
//! of the identity as it takes, and Cholesky's factorisation is what tells.

use super::minimum::{Minimum, NoMinimum};
use crate::hyper::HyperDual;
use linalg::{Cholesky, Mat, dot, norm_inf};

const NAME: &str = "Newton";

/// Newton's method: H by [hyper-duals](crate::hyper), H + τI = L·Lᵀ by [`Cholesky`], and half the step as long as f is not lower.
///
/// ```
/// use calculus::hyper::HyperDual;
/// use calculus::optim::Newton;
///
/// let mut x = [-1.2, 1.0];
/// let found = Newton::default().minimise(
///     |x| {
///         let (along, across) = (HyperDual::constant(1.0) - x[0], x[1] - x[0] * x[0]);
///         along * along + HyperDual::constant(100.0) * across * across
///     },
///     &mut x,
/// )?;
/// assert!((x[0] - 1.0).abs() < 1e-10 && (x[1] - 1.0).abs() < 1e-10);
/// assert!(found.steps < 25);
/// # Ok::<(), calculus::optim::NoMinimum>(())
/// ```
///
/// Source: Nocedal and Wright, *Numerical Optimization*, 2nd edition, algorithms 3.2 and 3.3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Newton {
    /// Done when no entry of the gradient is larger in size.
    pub tolerance: f64,
    /// The most steps.
    pub cap: usize,
}

impl Default for Newton {
    /// 10⁻¹⁰ and 100.
    fn default() -> Self {
        Newton { tolerance: 1e-10, cap: 100 }
    }
}

impl Newton {
    /// Walks down from `x`.
    ///
    /// Cost, for n numbers: n(n+1)/2 evaluations of `f` a step, each at three to six times the price of plain numbers, and n³/3 FLOP. Each
    /// step allocates its n × n matrices: this is for dozens of numbers, not for networks.
    ///
    /// # Errors
    /// [`NoMinimum`]; `x` then holds the best place so far. A saddle, where the gradient is 0 too, is returned like a minimum if it is met exactly.
    pub fn minimise(
        self,
        mut f: impl FnMut(&[HyperDual<f64>]) -> HyperDual<f64>,
        x: &mut [f64],
    ) -> Result<Minimum, NoMinimum> {
        let (mut steps, mut evaluations) = (0, 0);
        loop {
            let Local { value, gradient: g, hessian } = Local::new(&mut f, x);
            evaluations += 1;
            let gradient = norm_inf(&g);
            let finite = value.is_finite() && gradient.is_finite() && norm_inf(hessian.data()).is_finite();
            if !finite {
                return Err(NoMinimum::NotFinite { operation: NAME, steps, value });
            }
            if gradient <= self.tolerance {
                return Ok(Minimum { value, gradient, steps, evaluations });
            }
            if steps == self.cap {
                return Err(NoMinimum::TooManySteps { operation: NAME, steps, gradient });
            }
            // ANCHOR: step
            let down = Mat::new([g.len(), 1], g.iter().map(|g| -g).collect());
            let Some(d) = positive(&hessian).map(|l| l.solve(&down)) else {
                return Err(NoMinimum::NotFinite { operation: NAME, steps, value });
            };
            let slope = dot(&g, d.data());
            let mut at = |t: f64| -> (Vec<f64>, f64) {
                let place: Vec<f64> = x.iter().zip(d.data()).map(|(x, d)| x + t * d).collect();
                let point: Vec<_> = place.iter().map(|&x| HyperDual::constant(x)).collect();
                (place, f(&point).value)
            };
            // Half, until it is lower by a share of what the slope promised; at the bottom, by no more than rounding higher.
            let noise = 4.0 * f64::EPSILON * value.abs();
            let lower = (0..60).map(|k| 0.5_f64.powi(k)).find_map(|t| {
                evaluations += 1;
                let (place, found) = at(t);
                (found <= value + 1e-4 * t * slope + noise).then_some(place)
            });
            // ANCHOR_END: step
            let Some(place) = lower else {
                return Err(NoMinimum::LineSearch { operation: NAME, steps, slope, gradient });
            };
            x.copy_from_slice(&place);
            steps += 1;
        }
    }
}

// ANCHOR: positive
/// L of H + τI, with τ = 0 if that will do, else a τ that makes every curvature positive.
fn positive(hessian: &Mat) -> Option<Cholesky> {
    let n = hessian.rows();
    let size = norm_inf(hessian.data()).max(f64::MIN_POSITIVE);
    let least = (0..n).map(|i| hessian[[i, i]]).fold(f64::INFINITY, f64::min);
    let mut tau = if least > 0.0 { 0.0 } else { 1e-3 * size - least };
    // Beyond n times the largest entry every H + τI is positive.
    for _ in 0..80 {
        let shifted = Mat::from_fn(n, n, |i, j| hessian[[i, j]] + if i == j { tau } else { 0.0 });
        if let Ok(cholesky) = Cholesky::new(shifted.view()) {
            return Some(cholesky);
        }
        tau = (2.0 * tau).max(1e-3 * size);
    }
    None
}
// ANCHOR_END: positive

/// f and its first two derivatives at a place.
struct Local {
    value: f64,
    gradient: Vec<f64>,
    hessian: Mat,
}

impl Local {
    /// One evaluation for each pair of inputs; those of an input with itself give the gradient, too.
    fn new(f: &mut impl FnMut(&[HyperDual<f64>]) -> HyperDual<f64>, x: &[f64]) -> Self {
        let n = x.len();
        let mut point: Vec<_> = x.iter().map(|&x| HyperDual::constant(x)).collect();
        let mut all = Local { value: f(&point).value, gradient: vec![0.0; n], hessian: Mat::zeros([n, n]) };
        for i in 0..n {
            point[i].d1 = 1.0;
            for j in i..n {
                point[j].d2 = 1.0;
                let y = f(&point);
                point[j].d2 = 0.0;
                all.gradient[i] = y.d1;
                all.hessian[[i, j]] = y.d12;
                all.hessian[[j, i]] = y.d12;
            }
            point[i].d1 = 0.0;
        }
        all
    }
}
