//! The flow of gradients: one norm a node and step, in memory that is there already. Chapter: *The gradient clinic*.

use super::summary::norm;
use crate::tape::{Grads, Info, Layer, ParamId, Scope, Seen, Tape, Var};
use linalg::{Real, Shape};
use std::panic::Location;

/// What a node of the examined graph is.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The operation, or `param`, `input`, `constant`.
    pub op: &'static str,
    /// Which parameter, if it is one.
    pub param: Option<ParamId>,
    /// Where in the model; [`Tape::path`] spells it.
    pub scope: Scope,
    /// The outermost numbered place around it.
    pub layer: Option<Layer>,
    /// The lengths of the axes.
    pub shape: Shape,
    /// The line that called the operation.
    pub location: &'static Location<'static>,
}

/// How large a node's value and gain were when all was well: means of logarithms that fade.
#[derive(Clone, Copy, Debug, Default)]
struct Usual {
    value: Option<f64>,
    gain: Option<f64>,
}

impl Usual {
    /// Half of what is remembered is from the last three examined steps.
    const FADE: f64 = 0.8;

    fn learn(mean: &mut Option<f64>, x: f64) {
        if x > 0.0 && x.is_finite() {
            *mean = Some(mean.map_or(x.ln(), |m| Usual::FADE * m + (1.0 - Usual::FADE) * x.ln()));
        }
    }

    fn times(mean: Option<f64>, x: f64) -> Option<f64> {
        Some(x / mean?.exp())
    }
}

/// Norms of every value and every gradient of the last examined step, and of all gradients of many steps before.
///
/// A gradient is only whole for a moment, while the walk passes by ([`Tape::backward_observed`]). Here its length
/// stays. The memory is allocated when the first step is examined and then reused; a graph with another number of
/// nodes begins a new history.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    sites: Vec<Site>,
    values: Vec<f64>,
    grads: Vec<Option<f64>>,
    usual: Vec<Usual>,
    room: usize,
    /// The numbers of the steps, in the order of `rows`: a ring.
    steps: Vec<u64>,
    rows: Vec<f32>,
    taken: usize,
}

impl Flow {
    /// Room for the gradients of so many steps.
    pub fn new(room: usize) -> Self {
        Flow { room, ..Flow::default() }
    }

    /// The nodes of the last examined graph.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The norm of a value in the last examined step.
    pub fn value(&self, node: usize) -> f64 {
        self.values.get(node).copied().unwrap_or(f64::NAN)
    }

    /// The norm of a value's gradient in the last examined step; `None` where none arrived.
    pub fn grad(&self, node: usize) -> Option<f64> {
        self.grads.get(node).copied().flatten()
    }

    /// Whether every gradient of the last examined step is.
    pub(super) fn all_finite(&self) -> bool {
        self.grads.iter().flatten().all(|g| g.is_finite())
    }

    /// By how much an operation multiplied the gradient on its way back: the longest gradient among its inputs over
    /// its own. An input that others read, too, holds their gradients as well.
    pub fn gain<T: Real>(&self, tape: &Tape<'_, T>, v: Var) -> Option<f64> {
        let out = self.grad(v.index()).filter(|&d| d > 0.0)?;
        let inputs = tape.inputs(v).iter().filter(|i| tape.info(**i).param.is_none());
        let longest = inputs.filter_map(|i| self.grad(i.index())).reduce(f64::max)?;
        Some(longest / out)
    }

    /// The gradient norms of all remembered steps, oldest first, over all nodes that `which` picks: √Σ norm². One
    /// operation, one layer, one place: whatever a [`Site`] can tell apart.
    pub fn history(&self, which: impl Fn(&Site) -> bool) -> Vec<(u64, f64)> {
        let n = self.sites.len();
        let picked: Vec<usize> = (0..n).filter(|&i| which(&self.sites[i])).collect();
        let row = |slot: usize| {
            let norms = picked.iter().map(|&i| f64::from(self.rows[slot * n + i]));
            (self.steps[slot], norms.map(|x| x * x).sum::<f64>().sqrt())
        };
        let oldest = self.taken.saturating_sub(self.steps.len());
        (oldest..self.taken).map(|k| row(k % self.room.max(1))).collect()
    }

    /// Measures every value of a graph. The nodes' gradients are forgotten.
    pub(super) fn forward<T: Real>(&mut self, tape: &Tape<'_, T>) {
        let known = self.sites.len();
        self.sites.clear();
        self.values.clear();
        for v in tape.vars() {
            let Info { op, param, shape, scope, location } = tape.info(v);
            let layer = tape.layer(scope);
            // A reshape is its input under another name.
            let value = match tape.inputs(v) {
                [x] if op == "reshape" => self.values[x.index()],
                _ => norm(tape.value(v)),
            };
            self.sites.push(Site { op, param, scope, layer, shape, location });
            self.values.push(value);
        }
        let n = self.sites.len();
        self.grads.clear();
        self.grads.resize(n, None);
        if n != known {
            self.usual.clear();
            self.usual.resize(n, Usual::default());
            self.steps.clear();
            self.steps.reserve(self.room);
            self.taken = 0;
            self.rows.clear();
            self.rows.resize(n * self.room, 0.0);
        }
    }

    /// Walks back and measures every gradient on the way; `see` is shown each, with the norms of the value
    /// and of the gradient.
    // ANCHOR: backward
    pub(super) fn backward<T: Real>(
        &mut self,
        tape: &mut Tape<'_, T>,
        loss: Var,
        grads: &mut Grads<T>,
        mut see: impl FnMut(&Seen<'_, T>, f64, f64),
    ) {
        tape.backward_observed(loss, grads, |seen| {
            let (at, length) = (seen.var.index(), norm(seen.grad));
            self.grads[at] = Some(length);
            see(seen, self.values[at], length);
        });
    }
    // ANCHOR_END: backward

    /// Puts the last step into the history.
    pub(super) fn remember(&mut self, step: u64) {
        if self.room == 0 {
            return;
        }
        let (n, slot) = (self.sites.len(), self.taken % self.room);
        for (kept, grad) in self.rows[slot * n..][..n].iter_mut().zip(&self.grads) {
            *kept = grad.unwrap_or(0.0) as f32;
        }
        if slot < self.steps.len() {
            self.steps[slot] = step;
        } else {
            self.steps.push(step);
        }
        self.taken += 1;
    }

    /// All was well in this step: so large are things usually.
    pub(super) fn learn<T: Real>(&mut self, tape: &Tape<'_, T>) {
        for v in tape.vars() {
            let gain = self.gain(tape, v);
            let (usual, value) = (&mut self.usual[v.index()], self.values[v.index()]);
            Usual::learn(&mut usual.value, value);
            Usual::learn(&mut usual.gain, gain.unwrap_or(0.0));
        }
    }

    /// The first thing that is not as usual: in creation order a value that is `factor` times as large as it was, or,
    /// if there is none, on the way back an operation that multiplies the gradient by `factor` times as much. With the
    /// number by which it departs.
    ///
    /// The same idea as in the hunt for a NaN. What comes later may only pass on what came before.
    // ANCHOR: departure
    pub(super) fn departure<T: Real>(&self, tape: &Tape<'_, T>, factor: f64) -> Option<Departure> {
        let large = |times: Option<f64>| times.filter(|&t| t >= factor);
        let value = |v: &Var| {
            let times = large(Usual::times(self.usual.get(v.index())?.value, self.value(v.index())))?;
            Some(Departure { var: *v, times, backward: false })
        };
        let gain = |v: &Var| {
            let times = large(Usual::times(self.usual.get(v.index())?.gain, self.gain(tape, *v)?))?;
            Some(Departure { var: *v, times, backward: true })
        };
        tape.vars().find_map(|v| value(&v)).or_else(|| tape.vars().rev().find_map(|v| gain(&v)))
    }
    // ANCHOR_END: departure
}

/// Where a step first differs from those before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Departure {
    pub(super) var: Var,
    /// How many times as large as usual.
    pub(super) times: f64,
    /// Whether it is the gain of the walk back, and not the value.
    pub(super) backward: bool,
}
