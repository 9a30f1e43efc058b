//! Is a parameter's gradient what flowed through its uses? A check that needs neither differences nor a second forward
//! pass. Chapter: *The gradient clinic*.
//!
//! A matrix product is linear in its weights: y = x·Wᵀ, so W = 2W doubles y. Euler's theorem for such functions says
//!
//! ```text
//! ⟨W, d_W⟩ = Σ over all uses ⟨y, d_y⟩
//! ```
//!
//! (the derivative of the loss in the direction in which W grows by a factor, reckoned on both sides of the
//! operation). The right side is seen while the walk passes by, the left one when it is over. If a use was lost or
//! counted twice, or somebody has added to the gradient afterwards, they differ, and their quotient says how. So do
//! all other operations that are linear in a parameter: an embedding, the gain of a normalisation, a scale. One
//! equation in place of one a weight: it can be satisfied by a wrong gradient, but not by chance.
//!
//! Source: Euler's homogeneous function theorem; any text on calculus, such as Courant, *Differential and Integral
//! Calculus*, volume 2, chapter 2.

use crate::tape::{Params, Seen};
use linalg::{Real, kernels};

/// Σ xᵢ·yᵢ, in pieces that are added in `f64`.
pub(super) fn dot<T: Real>(x: &[T], y: &[T]) -> f64 {
    x.chunks(4096).zip(y.chunks(4096)).map(|(x, y)| kernels::dot(x, y).to_f64()).sum()
}

/// The right side of the equation for one parameter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Account {
    /// Σ ⟨y, d_y⟩ over its uses.
    flowed: f64,
    /// Σ |y|·|d_y|: how large that could have been, and so what rounding may do to it.
    size: f64,
    /// How many uses there were.
    pub(super) uses: u32,
    /// A use that is not linear in the parameter (the addition of a bias, say): nothing can be said.
    unknown: bool,
}

/// What a parameter's gradient is, compared with what it should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Balance {
    pub(super) param: usize,
    /// ⟨W, d_W⟩ over Σ ⟨y, d_y⟩.
    pub(super) ratio: f64,
    pub(super) uses: u32,
}

/// The accounts of all parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct Audit {
    accounts: Vec<Account>,
    balances: Vec<Balance>,
}

impl Audit {
    pub(super) fn new(params: usize) -> Self {
        Audit { accounts: vec![Account::default(); params], balances: Vec::with_capacity(params) }
    }

    /// A new step.
    pub(super) fn clear(&mut self) {
        self.accounts.fill(Account::default());
    }

    /// One operation on the walk back, its value and its gradient, with their norms.
    // ANCHOR: see
    pub(super) fn see<T: Real>(&mut self, seen: &Seen<'_, T>, value: f64, grad: f64) {
        let op = seen.info(seen.var).op;
        for (i, &input) in seen.inputs().iter().enumerate() {
            let Some(id) = seen.info(input).param else { continue };
            let account = &mut self.accounts[id.index()];
            account.uses += 1;
            let linear = matches!(
                (op, i),
                ("linear" | "linear_onto" | "layernorm" | "rmsnorm", 1)
                    | ("linear" | "linear_onto" | "embedding" | "scale" | "reshape" | "div", 0)
                    | ("matmul" | "mul", _)
            );
            if !linear {
                account.unknown = true;
                continue;
            }
            let mut flowed = dot(seen.value(seen.var), seen.grad);
            if let (Some(&bias), "linear" | "linear_onto" | "layernorm") = (seen.inputs().get(2), op) {
                // y has a part that this parameter has no share in: a bias for each row, or the stream that it is added to
                let bias = seen.value(bias);
                flowed -= seen.grad.chunks(bias.len().max(1)).map(|row| dot(bias, row)).sum::<f64>();
            }
            account.flowed += flowed;
            account.size += value * grad;
        }
    }
    // ANCHOR_END: see

    /// Compares all accounts with the gradient. Gives those that do not balance, and how many could be compared.
    ///
    /// A factor below 1 that all of them share is none of our business: a limit on the norm, a mean over several
    /// batches. `clip` is the factor that is known.
    pub(super) fn close<T: Real>(
        &mut self,
        params: &Params<T>,
        grads: &[T],
        clip: f64,
    ) -> (&[Balance], usize) {
        self.balances.clear();
        // What rounding may do: a thousand units in the last place of the largest possible sum.
        let noise = |a: &Account| 1000.0 * T::EPSILON.to_f64() * a.size;
        for (param, (entry, account)) in params.entries().iter().zip(&self.accounts).enumerate() {
            if account.unknown || account.uses == 0 || account.flowed.abs() <= 20.0 * noise(account) {
                continue; // too little to divide by
            }
            let found = dot(&params.values()[entry.range.clone()], &grads[entry.range.clone()]);
            self.balances.push(Balance { param, ratio: found / account.flowed, uses: account.uses });
        }
        // Within a twentieth: that is what was asked of `noise`.
        let agree = |ratio: f64, factor: f64| (ratio / factor - 1.0).abs() < 0.05;
        let votes = |factor: f64| self.balances.iter().filter(|b| agree(b.ratio, factor)).count();
        let mut factor = if votes(clip) > votes(1.0) { clip } else { 1.0 };
        if votes(factor) == 0 {
            // a mean over several batches makes all shorter; nothing honest makes all longer
            let shared =
                self.balances.iter().map(|b| b.ratio).find(|&r| r > 0.0 && r < 0.95 * factor && votes(r) > 1);
            factor = shared.unwrap_or(factor);
        }
        let compared = self.balances.len();
        self.balances.retain(|b| !agree(b.ratio, factor));
        self.balances.iter_mut().for_each(|b| b.ratio /= factor);
        (&self.balances, compared)
    }
}
