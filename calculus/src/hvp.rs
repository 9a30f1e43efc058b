//! The Hessian times a vector, without the Hessian. Chapter: *Reverse mode: the tape, read whole* (slug `wengert`).
//!
//! A gradient is a function, too. Along a direction v it changes by
//!
//! ```text
//! H·v = d/dε ∇f(x + ε·v)        H[i,j] = ∂²f/∂xᵢ∂xⱼ
//! ```
//!
//! which is one directional derivative of it: what dual numbers are for. So put x + v·ε on a tape of dual numbers, sweep backwards, and
//! read the second part of every gradient. One recording and one sweep, in numbers of two parts: *forward over reverse*. n × n second
//! derivatives are never there, so that a network of a million weights has its curvature measured too (Lanczos' method on [`products`]).
//!
//! Source: B. A. Pearlmutter, *Fast exact multiplication by the Hessian*, Neural Computation 6 (1994); Griewank and Walther,
//! *Evaluating Derivatives*, 2nd edition, section 5.

use crate::dual::Dual;
use crate::scalar::{Gradients, Tape, Var};
use linalg::{Real, Tensor};

/// H·v at x: how the gradient of `f` changes along v. Lengths n, n and n.
///
/// ```
/// use calculus::hvp::hvp;
///
/// // x²·y has the Hessian (2y, 2x; 2x, 0)
/// let hv = hvp(|p| p[0] * p[0] * p[1], &[3.0, 5.0], &[1.0, -2.0]);
/// assert_eq!(hv, [10.0 - 12.0, 6.0]);
/// ```
///
/// `f` records on the tape of its inputs, as it would on a tape of `f64`. A function to be used with both is generic:
///
/// ```
/// use calculus::scalar::Var;
/// use calculus::{hvp::hvp, vjp::gradient};
/// use linalg::Real;
///
/// fn f<'t, T: Real>(p: &[Var<'t, T>]) -> Var<'t, T> {
///     0.5 * p[0].tanh() * p[1]
/// }
/// assert_eq!(gradient(f, &[0.0, 4.0]), [2.0, 0.0]);
/// assert_eq!(hvp(f, &[0.0, 4.0], &[0.0, 1.0]), [0.5, 0.0]);
/// ```
///
/// Cost: one gradient in dual numbers, whatever n is. A product of duals is three multiplications, so about three times as many
/// operations as a gradient; 24 bytes an edge instead of 16. Exact to rounding.
///
/// # Panics
/// If `x` and `v` differ in length, or have none.
// ANCHOR: hvp
#[track_caller]
pub fn hvp<T: Real>(
    f: impl for<'t> FnOnce(&[Var<'t, Dual<T>>]) -> Var<'t, Dual<T>>,
    x: &[T],
    v: &[T],
) -> Vec<T> {
    check(x, v.len());
    let tape = Tape::default();
    let moving = |(&x, &v)| tape.var(Dual::new(x, v)); // x + v·ε
    let point: Vec<_> = x.iter().zip(v).map(moving).collect();
    let grads = f(&point).backward();
    point.iter().map(|&x| grads.wrt(x).d).collect()
}
// ANCHOR_END: hvp

/// All products with the Hessian of `f` at `x`: a closure that writes H·v over its second argument, for as many v as one likes. It keeps the
/// tape's memory from one to the next. That is the form in which Lanczos' method takes a matrix.
///
/// ```
/// use calculus::hvp::products;
/// use linalg::eigen::{Lanczos, Which};
///
/// // a bowl three times as steep along (1, 1) as along (1, −1)
/// let bowl = products(|p| (p[0] + p[1]).powi(2) * 0.75 + (p[0] - p[1]).powi(2) * 0.25, &[0.0, 0.0]);
/// let lanczos = Lanczos { pairs: 1, which: Which::Largest, tolerance: 1e-12, cap: 10, basis: None };
/// let sharpness = lanczos.run(bowl, &[1.0, 0.2])?.values[0];
/// assert!((sharpness - 3.0).abs() < 1e-12);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: as [`hvp`], for each product. It allocates a handle for each input, and nothing else after the first.
///
/// # Panics
/// If `x` is empty. The closure panics if either of its arguments is not as long as `x`.
pub fn products<T: Real>(
    mut f: impl for<'t> FnMut(&[Var<'t, Dual<T>>]) -> Var<'t, Dual<T>>,
    x: &[T],
) -> impl FnMut(&[T], &mut [T]) {
    check(x, x.len());
    let (mut tape, mut grads) = (Tape::default(), Gradients::default());
    move |v, hv| {
        check(x, v.len());
        check(x, hv.len());
        tape.clear();
        let point: Vec<_> = x.iter().zip(v).map(|(&x, &v)| tape.var(Dual::new(x, v))).collect();
        f(&point).backward_into(&mut grads);
        for (hv, &x) in hv.iter_mut().zip(&point) {
            *hv = grads.wrt(x).d;
        }
    }
}

/// The whole Hessian, shape (n, n): row i is the product with the i-th unit vector.
///
/// ```
/// let h = calculus::hvp::hessian(|p| p[0] * p[0] * p[1], &[3.0, 5.0]);
/// assert_eq!(h.data(), [10.0, 6.0, 6.0, 0.0]); // 2y, 2x, 2x, 0
/// ```
///
/// Cost: n products, so n gradients in dual numbers. [`crate::hyper::hessian`] needs n(n + 1)/2 evaluations of `f` and no tape. Rows and
/// columns are computed apart, so that h\[i,j\] and h\[j,i\] may differ in rounding.
pub fn hessian<T: Real>(
    f: impl for<'t> FnMut(&[Var<'t, Dual<T>>]) -> Var<'t, Dual<T>>,
    x: &[T],
) -> Tensor<T> {
    let n = x.len();
    let mut h = Tensor::zeros([n, n]);
    if n > 0 {
        let mut product = products(f, x);
        let mut unit = vec![T::ZERO; n];
        for i in 0..n {
            unit[i] = T::ONE;
            product(&unit, h.row_mut(i));
            unit[i] = T::ZERO;
        }
    }
    h
}

#[track_caller]
fn check<T>(x: &[T], numbers: usize) {
    assert!(!x.is_empty(), "hvp: a function of no numbers; it needs an input, whose tape it can record on");
    assert!(x.len() == numbers, "hvp: a point of {} numbers, a vector of {numbers}", x.len());
}
