//! A vector times a Jacobian, and Jacobians row by row. Chapter: *Reverse mode: the tape, read whole* (slug `wengert`).
//!
//! A program with n inputs and m outputs has a Jacobian J\[i,j\] = ∂yᵢ/∂xⱼ, shape (m, n). Forward mode multiplies it by a direction of the
//! inputs, J·v, one pass; reverse mode by weights of the outputs, uᵀ·J, one sweep. Neither ever holds J. The unit vectors give columns of J in
//! the one case and rows in the other: so it is n passes against m sweeps, and the shorter side decides.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd edition, chapter 3.

use crate::scalar::{Gradients, Tape, Var};
use linalg::{Real, Tensor};

/// ∇f at x, in one recording and one sweep. Lengths n and n.
///
/// ```
/// let g = calculus::vjp::gradient(|p| p[0] * p[1].exp(), &[3.0, 0.0]);
/// assert_eq!(g, [1.0, 3.0]); // (eʸ, x·eʸ)
/// ```
///
/// Cost: recording, and one multiplication and addition an edge, whatever n is.
///
/// # Panics
/// If `x` is empty: a program finds its tape through its inputs.
#[track_caller]
pub fn gradient<T: Real>(f: impl for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>, x: &[T]) -> Vec<T> {
    let tape = Tape::default();
    let point = record(&tape, x);
    let grads = f(&point).backward();
    point.iter().map(|&x| grads.wrt(x)).collect()
}

/// uᵀ·J at x, a *vector-Jacobian product* (VJP): m weights of the outputs in, n slopes of the inputs out.
///
/// It is the gradient of the one number Σ uᵢ·yᵢ, with u held still.
///
/// ```
/// let back = calculus::vjp::vjp(|p| vec![p[0] * p[1], p[0] + p[1]], &[3.0, 5.0], &[10.0, 1.0]);
/// assert_eq!(back, [51.0, 31.0]); // 10·(5, 3) + 1·(1, 1)
/// ```
///
/// Cost: one recording and one sweep, whatever m and n are.
///
/// # Panics
/// If `x` is empty, or `u` has not one number for each output.
// ANCHOR: vjp
#[track_caller]
pub fn vjp<T: Real>(f: impl for<'t> FnOnce(&[Var<'t, T>]) -> Vec<Var<'t, T>>, x: &[T], u: &[T]) -> Vec<T> {
    let tape = Tape::default();
    let point = record(&tape, x);
    let y = f(&point);
    assert!(y.len() == u.len(), "vjp: {} outputs, {} weights", y.len(), u.len());
    let u: Vec<_> = u.iter().map(|&u| tape.var(u)).collect();
    let grads = tape.dot(&u, &y).backward();
    point.iter().map(|&x| grads.wrt(x)).collect()
}
// ANCHOR_END: vjp

/// The Jacobian, J\[i,j\] = ∂yᵢ/∂xⱼ, shape (m outputs, n inputs): sweep i gives row i.
///
/// ```
/// let j = calculus::vjp::jacobian(|p| vec![p[0] * p[1], p[0] + p[1]], &[3.0, 5.0]);
/// assert_eq!(j.data(), [5.0, 3.0, 1.0, 1.0]);
/// ```
///
/// Cost: one recording and m sweeps. [`crate::dual::jacobian`] needs n passes: take that one where n < m.
///
/// # Panics
/// If `x` is empty.
// ANCHOR: jacobian
#[track_caller]
pub fn jacobian<T: Real>(f: impl for<'t> FnOnce(&[Var<'t, T>]) -> Vec<Var<'t, T>>, x: &[T]) -> Tensor<T> {
    let tape = Tape::default();
    let point = record(&tape, x);
    let outputs = f(&point);
    let mut j = Tensor::zeros([outputs.len(), x.len()]);
    let mut grads = Gradients::default();
    for (i, y) in outputs.into_iter().enumerate() {
        y.backward_into(&mut grads);
        for (slope, &x) in j.row_mut(i).iter_mut().zip(&point) {
            *slope = grads.wrt(x);
        }
    }
    j
}
// ANCHOR_END: jacobian

#[track_caller]
fn record<'t, T: Real>(tape: &'t Tape<T>, x: &[T]) -> Vec<Var<'t, T>> {
    assert!(!x.is_empty(), "a function of no numbers; it needs an input, whose tape it can record on");
    x.iter().map(|&x| tape.var(x)).collect()
}
