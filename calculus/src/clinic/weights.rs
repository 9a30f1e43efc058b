//! What arrives at each parameter, and what it does to it. Chapter: *The gradient clinic*.

use super::alarm::{Alarm, Fault};
use super::flow::Flow;
use super::register::Register;
use super::settings::Settings;
use super::summary::{norm, short};
use super::trace::Trace;
use crate::tape::{Entry, Grads, Info, ParamId, Params, Tape};
use linalg::{Real, Shape};
use std::panic::Location;

/// The last operation that read a parameter.
#[derive(Clone, Copy, Debug)]
struct Use {
    op: &'static str,
    node: usize,
    shape: Shape,
    location: &'static Location<'static>,
}

/// Norms of gradients and updates, parameter by parameter.
#[derive(Clone, Debug)]
pub(super) struct Weights<T> {
    uses: Vec<Option<Use>>,
    grads: Vec<f64>,
    before: Vec<T>,
    kept: bool,
    ratios: Vec<f64>,
    matrices: Vec<bool>,
}

/// Whether a parameter is none of our business.
fn frozen(entry: &Entry, settings: &Settings) -> bool {
    entry.range.is_empty() || settings.frozen.iter().any(|prefix| entry.name.starts_with(prefix.as_str()))
}

impl<T: Real> Weights<T> {
    pub(super) fn new(params: usize) -> Self {
        Weights {
            uses: vec![None; params],
            grads: vec![0.0; params],
            before: Vec::new(),
            kept: false,
            ratios: Vec::with_capacity(params),
            matrices: Vec::with_capacity(params),
        }
    }

    /// The norm of each parameter's gradient in the last examined step.
    pub(super) fn grads(&self) -> &[f64] {
        &self.grads
    }

    /// The norm of the whole gradient.
    pub(super) fn length(&self) -> f64 {
        self.grads.iter().map(|g| g * g).sum::<f64>().sqrt()
    }

    /// Who reads which parameter, and how long each gradient is.
    pub(super) fn measure(&mut self, tape: &Tape<'_, T>, grads: &Grads<T>) {
        let entries = tape.params().entries();
        self.uses.clear();
        self.uses.resize(entries.len(), None);
        for v in tape.vars() {
            for &input in tape.inputs(v) {
                if let Some(id) = tape.info(input).param {
                    let Info { op, shape, location, .. } = tape.info(v);
                    self.uses[id.index()] = Some(Use { op, node: v.index(), shape, location });
                }
            }
        }
        self.grads.clear();
        self.grads.extend(entries.iter().map(|e| norm(&grads.values()[e.range.clone()])));
    }

    /// An alarm about a parameter: its name, and the operation that reads it.
    pub(super) fn alarm(
        &self,
        param: usize,
        entry: &Entry,
        (fault, step, noticed): (Fault, u64, u64),
        evidence: String,
        cause: &'static str,
        trace: Option<Trace>,
    ) -> Alarm {
        let reader = self.uses.get(param).copied().flatten();
        Alarm {
            fault,
            step,
            noticed,
            place: entry.name.clone(),
            op: reader.map_or("param", |r| r.op),
            shape: Some(reader.map_or(entry.shape, |r| r.shape)),
            location: reader.map(|r| r.location),
            evidence,
            cause,
            trace,
        }
    }

    /// Parameters that no gradient reaches. The one nearest to the loss is named: there the way is cut. `wall` is a
    /// node through which nothing flows for a reason that has been told already; what lies before it is not told again.
    pub(super) fn without_gradient(
        &mut self,
        tape: &Tape<'_, T>,
        flow: &Flow,
        wall: Option<usize>,
        settings: &Settings,
        register: &mut Register,
    ) {
        let entries = tape.params().entries();
        let node = |param: usize| self.uses[param].map(|u| u.node);
        // Before a wall nothing arrives, and right behind it a weight multiplies zeros.
        let behind = |node: usize| {
            let inputs = tape.vars().nth(node).map_or(&[][..], |v| tape.inputs(v));
            inputs.iter().any(|v| tape.info(*v).param.is_none() && flow.value(v.index()) == 0.0)
        };
        let excused = |node: usize| wall.is_some_and(|wall| node <= wall || behind(node));
        let starved = |&param: &usize| {
            self.grads[param] == 0.0
                && !frozen(&entries[param], settings)
                && !node(param).is_some_and(excused)
        };
        let count = (0..entries.len()).filter(starved).count();
        // Used ones by their place in the graph; one that is never read counts as the last of all.
        let nearest = (0..entries.len()).filter(starved).max_by_key(|&p| node(p).unwrap_or(usize::MAX));
        let Some(param) = nearest else { return };
        let Some(since) = register.suspect(Fault::NoGradient, param, settings.patience) else { return };
        let entry = &entries[param];
        let (what, cause) = match self.uses[param] {
            None => (
                "no operation reads it",
                "The layer is not called, or another parameter is used in its place",
            ),
            Some(reader) if flow.grad(reader.node).is_none() => (
                "what it goes into never reaches the loss",
                "A value was taken off the tape and put back as a constant, or the result is not used",
            ),
            Some(_) => {
                ("the gradient that arrives is exactly 0", "A factor of 0 above: a mask, a gate, a scale")
            }
        };
        let more =
            if count > 1 { format!(", and so for {} more before it", count - 1) } else { String::new() };
        let evidence = format!("the gradient of {} numbers is 0: {what}{more}", entry.range.len());
        let trace = tape.params().ids().nth(param).and_then(|id: ParamId| Trace::to_param(flow, tape, id));
        register.alarms.push(self.alarm(
            param,
            entry,
            (Fault::NoGradient, since, register.step),
            evidence,
            cause,
            trace,
        ));
    }

    /// Matrices whose rows are all the same and get the same gradient: they will stay the same.
    pub(super) fn identical_units(
        &self,
        params: &Params<T>,
        grads: &Grads<T>,
        settings: &Settings,
        register: &mut Register,
    ) {
        for (param, entry) in params.entries().iter().enumerate() {
            let (rows, cols) = match *entry.shape.dims() {
                [rows, cols] if rows > 1 && cols > 0 => (rows, cols),
                _ => continue,
            };
            let same = |x: &[T]| {
                let (first, rest) = x.split_at(cols);
                rest.chunks_exact(cols).all(|row| row == first) // in a healthy matrix the second row ends it
            };
            let (w, g) = (&params.values()[entry.range.clone()], &grads.values()[entry.range.clone()]);
            if frozen(entry, settings) || self.grads[param] == 0.0 || !same(w) || !same(g) {
                continue;
            }
            let Some(since) = register.suspect(Fault::IdenticalUnits, param, 1) else { continue };
            let evidence = format!("all {rows} rows are equal, and so are the {rows} rows of the gradient");
            let cause = "All weights of the layer began with the same number: begin with random ones";
            let alarm = self.alarm(
                param,
                entry,
                (Fault::IdenticalUnits, since, register.step),
                evidence,
                cause,
                None,
            );
            register.alarms.push(alarm);
        }
    }

    /// Remembers the weights, to see what the update does to them.
    pub(super) fn keep(&mut self, params: &Params<T>) {
        self.before.clear();
        self.before.extend_from_slice(params.values());
        self.kept = true;
    }

    /// Looks at what the optimiser has done. `well`: the gradient is so short that nothing has to move.
    pub(super) fn updates(
        &mut self,
        params: &Params<T>,
        well: bool,
        settings: &Settings,
        register: &mut Register,
    ) {
        if !std::mem::take(&mut self.kept) {
            return;
        }
        let entries = params.entries();
        self.ratios.clear();
        self.matrices.clear();
        self.matrices.extend(entries.iter().map(|e| e.shape.rank() >= 2));
        for entry in entries {
            let (new, old) = (&params.values()[entry.range.clone()], &mut self.before[entry.range.clone()]);
            let length = norm(old);
            old.iter_mut().zip(new).for_each(|(old, &new)| *old = new - *old);
            let moved = norm(old);
            // A vector of biases begins at 0, and its first updates are as long as itself: there is no band for that.
            let ratio = if moved == 0.0 || length > 0.0 { moved / length } else { f64::INFINITY };
            self.ratios.push(if moved == 0.0 { 0.0 } else { ratio });
        }
        let step = register.step;
        let still =
            |p: &usize| self.ratios[*p] == 0.0 && self.grads[*p] > 0.0 && !frozen(&entries[*p], settings);
        let resting = (0..entries.len()).filter(still).count();
        let fed =
            (0..entries.len()).filter(|&p| self.grads[p] > 0.0 && !frozen(&entries[p], settings)).count();
        for (param, entry) in entries.iter().enumerate() {
            if !norm(&params.values()[entry.range.clone()]).is_finite() {
                let Some(since) = register.suspect(Fault::BadUpdate, param, 1) else { continue };
                let evidence = format!(
                    "finite before the update, not after it; the gradient has norm {}",
                    short(self.grads[param])
                );
                let cause =
                    "The optimiser: a division by √v + eps with both 0, or a step that exceeds the format";
                let alarm = self.alarm(param, entry, (Fault::BadUpdate, since, step), evidence, cause, None);
                register.alarms.push(alarm);
            } else if still(&param) {
                if well {
                    continue;
                }
                if resting == fed && fed > 1 && param > (0..entries.len()).find(still).unwrap_or(0) {
                    continue; // nothing moves at all: once is enough
                }
                let Some(since) = register.suspect(Fault::NoUpdate, param, settings.patience) else {
                    continue;
                };
                let which = if resting == fed && fed > 1 {
                    format!(" (nor does any other of {fed})")
                } else {
                    String::new()
                };
                let evidence = format!(
                    "its gradient has norm {}, and not one of {} numbers has changed{which}",
                    short(self.grads[param]),
                    entry.range.len()
                );
                let cause = "The optimiser does not know it, its learning rate is 0, or the step is below the rounding of the weights";
                let alarm = self.alarm(param, entry, (Fault::NoUpdate, since, step), evidence, cause, None);
                register.alarms.push(alarm);
            } else if entry.shape.rank() >= 2 && !frozen(entry, settings) {
                self.band(param, entry, settings, register);
            }
        }
    }

    /// Whether the update of a matrix is within the band.
    fn band(&self, param: usize, entry: &Entry, settings: &Settings, register: &mut Register) {
        let ratio = self.ratios[param];
        let [low, high] = settings.update;
        let others =
            |&p: &usize| p != param && self.matrices[p] && self.ratios[p] > 0.0 && self.ratios[p].is_finite();
        let larger = (0..self.ratios.len()).filter(others).filter(|&p| self.ratios[p] > 1e4 * ratio).count();
        let lags = larger * 2 > (0..self.ratios.len()).filter(others).count();
        let (fault, cause) = if ratio > high && ratio.is_finite() {
            let cause = "The learning rate is too high for weights of this size; a warm-up, or smaller steps for this layer";
            (Fault::UpdateTooLarge, cause)
        } else if self.grads[param] > 0.0 && (ratio < low || lags) {
            let cause = "The learning rate of this layer is too low, or hardly any gradient arrives";
            (Fault::UpdateTooSmall, cause)
        } else {
            return;
        };
        if fault == Fault::UpdateTooSmall && register.holds(Fault::VanishingThroughDepth) {
            return; // told already, with its reason
        }
        // Weights that are replaced by something longer than themselves need no second look.
        let patience = if ratio > 4.0 * high { 1 } else { settings.patience };
        let Some(since) = register.suspect(fault, param, patience) else { return };
        // Where all layers leap, the one that leaps furthest speaks for all.
        let leaping = |p: &usize| self.matrices[*p] && self.ratios[*p] > high && self.ratios[*p].is_finite();
        let further = (0..self.ratios.len()).filter(leaping).any(|p| self.ratios[p] > ratio);
        if fault == Fault::UpdateTooLarge && further {
            return;
        }
        let more = match (0..self.ratios.len()).filter(leaping).count().saturating_sub(1) {
            more if fault == Fault::UpdateTooLarge && more > 0 => {
                format!(" (too long for {more} other matrices as well)")
            }
            _ => String::new(),
        };
        let evidence = format!(
            "the update is {} times as long as the weights, {} to {} is usual{more}",
            short(ratio),
            short(low),
            short(high)
        );
        let alarm = self.alarm(param, entry, (fault, since, register.step), evidence, cause, None);
        register.alarms.push(alarm);
    }
}
