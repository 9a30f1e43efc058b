//! Adam with decoupled weight decay. Chapter: *A GPT in one sitting*.

use crate::ops::elementwise::{CHUNK, PARALLEL, vectorise};
use crate::tape::{Entry, Grads, Params};
use linalg::{Real, par};

/// AdamW: every parameter moves by about the learning rate, in the direction of its averaged gradient.
///
/// ```text
/// w ← w − lr·weight_decay·w                  only where Entry::decay says so
/// m ← beta1·m + (1 − beta1)·g                the mean of the gradient
/// v ← beta2·v + (1 − beta2)·g²               the mean of its square
/// w ← w − lr·m̂/(√v̂ + eps)                    m̂ = m/(1 − beta1ᵗ), v̂ = v/(1 − beta2ᵗ)
/// ```
///
/// m and v start at 0 and are too small at first; the divisors, which tend to 1, correct exactly that. The decay acts
/// on the weight directly. Added to the gradient (the "L2" of plain Adam) it would be divided by √v̂ too, and weights with
/// large gradients would hardly decay. PyTorch's `AdamW`, term by term. Sources: Kingma and Ba 2015, algorithm 1;
/// Loshchilov and Hutter 2019, algorithm 2.
///
/// ```
/// use calculus::optim::AdamW;
/// use calculus::tape::{Grads, Params};
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// params.add("w", Tensor::full([2], 1.0_f64), false);
/// let mut grads = Grads::like(&params);
/// grads.values_mut().copy_from_slice(&[1e-4, -1e4]);
/// let mut adamw = AdamW::new(&params);
/// adamw.step(&mut params, &grads, 0.1);
/// // The first step has length lr whatever the gradient's size: only its sign matters.
/// assert!((params.values()[0] - 0.9).abs() < 1e-4 && (params.values()[1] - 1.1).abs() < 1e-4);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW<T> {
    /// How much of the mean gradient survives a step.
    pub beta1: f64,
    /// How much of the mean squared gradient survives a step.
    pub beta2: f64,
    /// Keeps the division finite where the gradient was always 0.
    pub eps: f64,
    /// How fast weights decay, in units of the learning rate.
    pub weight_decay: f64,
    /// How many steps were made.
    pub steps: u64,
    m: Vec<T>,
    v: Vec<T>,
}

impl<T: Real> AdamW<T> {
    /// PyTorch's defaults: beta 0.9 and 0.999, eps 1e-8, weight decay 0.01. Change the fields as you like.
    pub fn new(params: &Params<T>) -> Self {
        let zeros = vec![T::ZERO; params.len()];
        AdamW {
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.01,
            steps: 0,
            m: zeros.clone(),
            v: zeros,
        }
    }

    /// One step.
    ///
    /// Cost: reads 4 and writes 3 numbers a parameter, once; it runs at the speed of memory.
    ///
    /// # Panics
    /// If `params` or `grads` has another length than the parameters this was made for.
    #[track_caller]
    pub fn step(&mut self, params: &mut Params<T>, grads: &Grads<T>, lr: f64) {
        self.step_where(params, grads, lr, |_| true);
    }

    /// One step of the entries that are `chosen`; the others, and their moments, stay as they are. For two optimisers that share a model, as
    /// [`Muon`](super::Muon) wants it.
    ///
    /// # Panics
    /// As [`Self::step`].
    #[track_caller]
    pub fn step_where(
        &mut self,
        params: &mut Params<T>,
        grads: &Grads<T>,
        lr: f64,
        chosen: impl Fn(&Entry) -> bool + Sync,
    ) {
        same_length(params.len(), grads.values().len());
        same_length(params.len(), self.m.len());
        self.steps += 1;
        let t = self.steps as f64;
        // Everything that is the same for all parameters is computed once, in f64.
        let rule = Rule {
            b1: T::from_f64(self.beta1),
            b2: T::from_f64(self.beta2),
            a1: T::from_f64(1.0 - self.beta1),
            a2: T::from_f64(1.0 - self.beta2),
            step: T::from_f64(lr / (1.0 - self.beta1.powf(t))),
            root: T::from_f64(1.0 / (1.0 - self.beta2.powf(t)).sqrt()),
            eps: T::from_f64(self.eps),
        };
        let (keep, decayed) = (T::ONE, T::from_f64(1.0 - lr * self.weight_decay));
        let (values, entries) = params.split_mut();
        let state = [values, &mut self.m, &mut self.v];
        let parallel = grads.values().len() >= PARALLEL;
        // Chunks of the flat buffer, whatever lies in them; inside, the pieces of the entries that decay and that do not.
        par::for_each_chunks(state, [CHUNK; 3], parallel, |i, [w, m, v]| {
            let (start, end) = (i * CHUNK, i * CHUNK + w.len());
            let first = entries.partition_point(|e| e.range.end <= start);
            for entry in entries[first..].iter().take_while(|e| e.range.start < end) {
                if !chosen(entry) {
                    continue;
                }
                let (from, to) = (entry.range.start.max(start), entry.range.end.min(end));
                let (at, g) = (from - start..to - start, &grads.values()[from..to]);
                let (w, m, v) = (&mut w[at.clone()], &mut m[at.clone()], &mut v[at]);
                vectorise!(rule.apply(w, m, v, g, if entry.decay { decayed } else { keep }));
            }
        });
    }

    /// The mean gradient and the mean squared gradient, for a checkpoint (with [`Self::steps`]).
    pub fn moments(&self) -> (&[T], &[T]) {
        (&self.m, &self.v)
    }

    /// The mean gradient and the mean squared gradient, from a checkpoint.
    pub fn moments_mut(&mut self) -> (&mut [T], &mut [T]) {
        (&mut self.m, &mut self.v)
    }
}

/// The numbers that are the same for all parameters in one step.
struct Rule<T> {
    b1: T,
    b2: T,
    a1: T,
    a2: T,
    step: T,
    root: T,
    eps: T,
}

impl<T: Real> Rule<T> {
    /// One loop over parameters, both moments and gradients; `keep` is what the decay leaves of a weight.
    #[inline(always)]
    fn apply(&self, w: &mut [T], m: &mut [T], v: &mut [T], g: &[T], keep: T) {
        let Rule { b1, b2, a1, a2, step, root, eps } = *self;
        for (((w, m), v), &g) in w.iter_mut().zip(m).zip(v).zip(g) {
            *m = b1 * *m + a1 * g;
            *v = b2 * *v + a2 * g * g;
            *w = *w * keep - step * *m / (v.sqrt() * root + eps);
        }
    }
}

#[track_caller]
pub(super) fn same_length(params: usize, other: usize) {
    assert!(
        params == other,
        "optimiser: {params} parameters, but gradients or state for {other}; make them after the last Params::add"
    );
}
