//! L-BFGS: curvature learned from the last few steps. Chapter: *Optimisers*.
//!
//! Newton's step is −H⁻¹·g, and nobody has H. But each step s moved the gradient by y, and for a quadratic y = H·s. From the last few pairs one
//! can build a matrix that agrees with all of them, and never write it down: two passes over the pairs multiply a vector by it.

use super::line_search::{Trial, Wolfe};
use super::minimum::{Minimum, NoMinimum};
use linalg::{axpy, dot, norm_inf, norm1};

const NAME: &str = "L-BFGS";

/// The minimiser, with all its memory: (2·history + 4)·n numbers. Nothing is allocated after [`Lbfgs::new`].
///
/// For a function whose gradient is exact: all of the data, no dropout, f64. The noise of a mini-batch between two gradients would be taken
/// for curvature.
///
/// ```
/// use calculus::optim::Lbfgs;
///
/// // Rosenbrock's bent valley, lowest at (1, 1).
/// let f = |x: &[f64], g: &mut [f64]| {
///     let across = x[1] - x[0] * x[0];
///     g[0] = -2.0 * (1.0 - x[0]) - 400.0 * x[0] * across;
///     g[1] = 200.0 * across;
///     (1.0 - x[0]).powi(2) + 100.0 * across * across
/// };
/// let mut x = [-1.2, 1.0];
/// let found = Lbfgs::new(2, 10).minimise(f, &mut x)?;
/// assert!((x[0] - 1.0).abs() < 1e-7 && (x[1] - 1.0).abs() < 1e-7);
/// assert!(found.evaluations < 60);
/// # Ok::<(), calculus::optim::NoMinimum>(())
/// ```
///
/// Sources: Nocedal and Wright, *Numerical Optimization*, 2nd edition, algorithms 7.4 and 7.5; Liu and Nocedal 1989.
#[derive(Clone, Debug)]
pub struct Lbfgs {
    /// Done when no entry of the gradient is larger in size.
    pub tolerance: f64,
    /// The most steps.
    pub cap: usize,
    /// When a step will do.
    pub wolfe: Wolfe,
    pairs: Pairs,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    trial: Vec<f64>,
    trial_gradient: Vec<f64>,
}

impl Lbfgs {
    /// For `n` numbers, remembering the last `history` steps (5 to 20 are usual; 0 is gradient descent with a line search). Tolerance 10⁻⁸, at
    /// most 1,000 steps.
    pub fn new(n: usize, history: usize) -> Self {
        let zeros = vec![0.0; n];
        Lbfgs {
            tolerance: 1e-8,
            cap: 1000,
            wolfe: Wolfe::default(),
            pairs: Pairs::new(n, history),
            gradient: zeros.clone(),
            direction: zeros.clone(),
            trial: zeros.clone(),
            trial_gradient: zeros,
        }
    }

    /// Walks down from `x`. `f` gives the value and writes the gradient. Nothing is remembered from an earlier call.
    ///
    /// Cost: 4·history·n FLOP a step beside f, which is usually computed once a step.
    ///
    /// # Errors
    /// [`NoMinimum`]; `x` then holds the best place so far.
    ///
    /// # Panics
    /// If `x` has not as many numbers as were announced.
    #[track_caller]
    pub fn minimise(
        &mut self,
        mut f: impl FnMut(&[f64], &mut [f64]) -> f64,
        x: &mut [f64],
    ) -> Result<Minimum, NoMinimum> {
        let n = self.gradient.len();
        assert!(x.len() == n, "{NAME}: made for {n} numbers, started from {}", x.len());
        self.pairs.forget();
        let (mut evaluations, mut steps) = (1, 0);
        let mut value = f(x, &mut self.gradient);
        loop {
            let gradient = norm_inf(&self.gradient);
            if !(value.is_finite() && gradient.is_finite()) {
                return Err(NoMinimum::NotFinite { operation: NAME, steps, value });
            }
            if gradient <= self.tolerance {
                return Ok(Minimum { value, gradient, steps, evaluations });
            }
            if steps == self.cap {
                return Err(NoMinimum::TooManySteps { operation: NAME, steps, gradient });
            }
            match self.step(&mut f, x, value, &mut evaluations) {
                Some(found) => value = found.value,
                // The memory may be what misleads: once more, straight down.
                None if self.pairs.filled > 0 => self.pairs.forget(),
                None => {
                    let slope = -dot(&self.gradient, &self.gradient);
                    return Err(NoMinimum::LineSearch { operation: NAME, steps, slope, gradient });
                }
            }
            steps += 1;
        }
    }

    // ANCHOR: step
    /// One step along −(what stands for H⁻¹)·g; the last place asked of `f` becomes `x`.
    fn step(
        &mut self,
        f: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
        x: &mut [f64],
        value: f64,
        evaluations: &mut usize,
    ) -> Option<Trial> {
        let d = &mut self.direction;
        d.iter_mut().zip(&self.gradient).for_each(|(d, g)| *d = -g);
        self.pairs.multiply(d);
        // Without a pair the direction has no length worth the name; with one, 1 is Newton's own step.
        let first = if self.pairs.filled == 0 { (1.0 / norm1(d)).min(1.0) } else { 1.0 };
        let slope = dot(&self.gradient, d);
        let phi = |t: f64| {
            *evaluations += 1;
            self.trial.copy_from_slice(x);
            axpy(t, d, &mut self.trial);
            let value = f(&self.trial, &mut self.trial_gradient);
            (value, dot(&self.trial_gradient, d))
        };
        let found = self.wolfe.search(phi, value, slope, first)?;
        self.pairs.learn(&self.trial, x, &self.trial_gradient, &self.gradient);
        x.copy_from_slice(&self.trial);
        std::mem::swap(&mut self.gradient, &mut self.trial_gradient);
        Some(found)
    }
    // ANCHOR_END: step
}

/// The last pairs of a step s and the change y of the gradient over it, in a ring.
#[derive(Clone, Debug)]
struct Pairs {
    n: usize,
    /// (history, n) each.
    s: Vec<f64>,
    y: Vec<f64>,
    /// 1/(sᵀy).
    rho: Vec<f64>,
    /// Scratch of [`Self::multiply`].
    alpha: Vec<f64>,
    filled: usize,
    /// Where the next pair goes.
    next: usize,
    /// sᵀy/yᵀy of the newest: about 1 over the curvature.
    scale: f64,
}

impl Pairs {
    fn new(n: usize, history: usize) -> Self {
        let table = vec![0.0; n * history];
        let list = vec![0.0; history];
        Pairs {
            n,
            s: table.clone(),
            y: table,
            rho: list.clone(),
            alpha: list,
            filled: 0,
            next: 0,
            scale: 1.0,
        }
    }

    fn forget(&mut self) {
        (self.filled, self.next, self.scale) = (0, 0, 1.0);
    }

    /// Takes up the newest pair, unless it shows no curvature. (By Wolfe's second condition it does, up to rounding.)
    fn learn(&mut self, x: &[f64], old_x: &[f64], g: &[f64], old_g: &[f64]) {
        let history = self.rho.len();
        if history == 0 {
            return;
        }
        let row = self.next * self.n..(self.next + 1) * self.n;
        let (s, y) = (&mut self.s[row.clone()], &mut self.y[row]);
        for i in 0..self.n {
            s[i] = x[i] - old_x[i];
            y[i] = g[i] - old_g[i];
        }
        let (sy, yy) = (dot(s, y), dot(y, y));
        if sy <= f64::EPSILON * yy {
            return;
        }
        self.rho[self.next] = 1.0 / sy;
        self.scale = sy / yy;
        self.next = (self.next + 1) % history;
        self.filled = (self.filled + 1).min(history);
    }

    // ANCHOR: two_loops
    /// d ← (what stands for H⁻¹)·d: from the newest pair to the oldest, and back.
    fn multiply(&mut self, d: &mut [f64]) {
        let (n, history) = (self.n, self.rho.len().max(1));
        let slot = |age: usize| (self.next + history - 1 - age) % history;
        let row = |i: usize| i * n..(i + 1) * n;
        for i in (0..self.filled).map(slot) {
            self.alpha[i] = self.rho[i] * dot(&self.s[row(i)], d);
            axpy(-self.alpha[i], &self.y[row(i)], d);
        }
        for d in &mut *d {
            *d *= self.scale;
        }
        for i in (0..self.filled).rev().map(slot) {
            let beta = self.rho[i] * dot(&self.y[row(i)], d);
            axpy(self.alpha[i] - beta, &self.s[row(i)], d);
        }
    }
    // ANCHOR_END: two_loops
}
