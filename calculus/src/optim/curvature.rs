//! What the Hessian of a loss does to a vector, and its largest eigenvalue. Chapter: *Optimisers*.
//!
//! A network of n parameters has a Hessian of n² entries. What [Lanczos' method](linalg::eigen::Lanczos) asks for is a product, H·v: how the gradient
//! changes when the parameters move along v. Dual numbers answer that about any program, the tape included: give each parameter its entry of v
//! as derivative, record, walk back, and the derivative of the gradient is H·v, exact to rounding (*forward over reverse*).

use crate::dual::Dual;
use crate::tape::{Arena, Grads, Params, Tape, Var};
use linalg::eigen::{Lanczos, Ritz, Which};
use linalg::{Error, Real};

/// A loss, written once for every kind of number: f64 to be minimised, duals to be differentiated twice.
///
/// It holds its data and the ids of its parameters. All of the data: a mini-batch has a curvature of its own.
pub trait Objective {
    /// Records the loss, one number.
    fn loss<T: Real>(&self, tape: &mut Tape<'_, T>) -> Var;

    /// The loss and its gradient.
    fn gradient<T: Real>(&self, params: &Params<T>, arena: &mut Arena<T>, grads: &mut Grads<T>) -> T {
        let mut tape = Tape::record(params, arena);
        let loss = self.loss(&mut tape);
        let value = tape.item(loss);
        grads.zero();
        tape.backward(loss, grads);
        value
    }
}

/// Products with the Hessian of an [`Objective`] at one place, and the memory for them.
///
/// ```
/// use calculus::optim::{Curvature, Objective};
/// use calculus::tape::{ParamId, Params, Tape, Var};
/// use linalg::{Real, Tensor};
///
/// /// The sum of all w⁴, whose Hessian is diagonal: 12·w².
/// struct Fourth(ParamId);
/// impl Objective for Fourth {
///     fn loss<T: Real>(&self, tape: &mut Tape<'_, T>) -> Var {
///         let w = tape.param(self.0);
///         let square = tape.square(w);
///         let fourth = tape.square(square);
///         tape.sum(fourth)
///     }
/// }
///
/// let mut params = Params::new();
/// let w = params.add("w", Tensor::new([2], vec![1.0, 2.0]), true);
/// let mut curvature = Curvature::new(&params);
/// let mut hv = [0.0; 2];
/// curvature.product(&Fourth(w), &[1.0, 1.0], &mut hv);
/// assert_eq!(hv, [12.0, 48.0]);
/// let top = curvature.largest(&Fourth(w), 1, 1e-8)?;
/// assert!((top.values[0] - 48.0).abs() < 1e-9);
/// # Ok::<(), linalg::Error>(())
/// ```
#[derive(Debug)]
pub struct Curvature {
    params: Params<Dual<f64>>,
    grads: Grads<Dual<f64>>,
    arena: Arena<Dual<f64>>,
    start: Vec<f64>,
}

impl Curvature {
    /// At these parameters.
    pub fn new(params: &Params<f64>) -> Self {
        let params = params.map(|_, x| Dual::constant(x));
        let start = (0..params.len()).map(|i| crate::check::uniform(1, 7, i as u64)).collect();
        Curvature { grads: Grads::like(&params), params, arena: Arena::new(), start }
    }

    /// Moves to other values of the same parameters.
    ///
    /// # Panics
    /// If there are more or fewer of them.
    #[track_caller]
    pub fn move_to(&mut self, params: &Params<f64>) {
        super::adamw::same_length(self.params.len(), params.len());
        for (mine, &x) in self.params.values_mut().iter_mut().zip(params.values()) {
            *mine = Dual::constant(x);
        }
    }

    // ANCHOR: product
    /// hv ← H·v.
    ///
    /// Cost: one gradient on dual numbers, three to four times that of plain ones. Nothing is allocated after the first product.
    ///
    /// # Panics
    /// If `v` or `hv` has another length than the parameters.
    #[track_caller]
    pub fn product(&mut self, objective: &impl Objective, v: &[f64], hv: &mut [f64]) {
        super::adamw::same_length(self.params.len(), v.len());
        super::adamw::same_length(self.params.len(), hv.len());
        for (w, &v) in self.params.values_mut().iter_mut().zip(v) {
            w.d = v;
        }
        objective.gradient(&self.params, &mut self.arena, &mut self.grads);
        for (hv, g) in hv.iter_mut().zip(self.grads.values()) {
            *hv = g.d;
        }
    }
    // ANCHOR_END: product

    // ANCHOR: largest
    /// The `pairs` largest eigenvalues of the Hessian, with their vectors; the first is the *sharpness*.
    ///
    /// The next call starts from the vector that this one found: while a run moves slowly, a handful of products is enough.
    ///
    /// # Errors
    /// [`Error::NoConvergence`] after 1,000 products; [`Error::NotFinite`] where a second derivative is infinite or NaN.
    pub fn largest(
        &mut self,
        objective: &impl Objective,
        pairs: usize,
        tolerance: f64,
    ) -> Result<Ritz, Error> {
        let lanczos = Lanczos { pairs, which: Which::Largest, tolerance, cap: 1000, basis: None };
        let start = std::mem::take(&mut self.start);
        let found = lanczos.run(|v, hv| self.product(objective, v, hv), &start);
        self.start = start;
        if let Ok(found) = &found {
            // A little of the old start stays in: an eigenvector alone would see no other.
            for (i, x) in self.start.iter_mut().enumerate() {
                *x = found.vectors[[i, 0]] + 1e-3 * crate::check::uniform(1, 7, i as u64);
            }
        }
        found
    }
    // ANCHOR_END: largest
}
