//! What the clinic finds when a step's gradient is complete. Chapter: *The gradient clinic*.

use super::Clinic;
use super::alarm::{Alarm, Fault};
use super::provenance::width;
use super::summary::{norm, short};
use super::trace::Trace;
use crate::tape::{Entry, Grads, Params, Tape, Var};
use linalg::Real;
use std::fmt::Write as _;

impl<T: Real> Clinic<T> {
    /// Whether somebody forgot to empty the buffer.
    pub(super) fn left_over(&mut self, params: &Params<T>, grads: &Grads<T>) {
        let old = norm(grads.values());
        if old == 0.0 {
            return;
        }
        let Some(since) = self.register.suspect(Fault::StaleGradient, 0, 1) else { return };
        let length = |e: &&Entry| norm(&grads.values()[e.range.clone()]);
        let dirty = params.entries().iter().filter(|e| length(e) > 0.0).count();
        let Some(longest) = params.entries().iter().max_by(|a, b| length(a).total_cmp(&length(b))) else {
            return;
        };
        let evidence = format!(
            "before the walk the buffer holds a gradient of norm {}, in {dirty} of {} parameters, most of it here",
            short(old),
            params.entries().len()
        );
        self.register.alarms.push(Alarm {
            fault: Fault::StaleGradient,
            step: since,
            noticed: self.register.step,
            place: longest.name.clone(),
            op: "backward",
            shape: Some(longest.shape),
            location: None,
            evidence,
            cause: "Nobody called Grads::zero since the last update, so old gradients are added to new ones",
            trace: None,
        });
    }

    /// Loss and gradient beside those of the last steps; if one of them jumps, where the jump begins.
    pub(super) fn jumps(&mut self, tape: &mut Tape<'_, T>, loss: Var, norm: f64) {
        let value = tape.item(loss).to_f64();
        let spike = self.losses.spike(value);
        let explosion = self.norms.explosion(norm, self.settings.explosion);
        // A wall, and a layer stuck at its ends, are told as such.
        if !(spike || explosion) || self.wall.is_some() || self.register.holds(Fault::SaturatedUnits) {
            return;
        }
        if !self.examining {
            // Now it is worth the time.
            self.flow.forward(tape);
            let mut scratch = Grads::like(tape.params());
            self.flow.backward(tape, loss, &mut scratch, |_, _, _| {});
        }
        let departure = self.flow.departure(tape, self.settings.departure);
        let at = departure.map_or(loss, |d| d.var);
        let info = tape.info(at);
        let is_data = matches!(info.op, "constant" | "input");
        let fault = if explosion && at != loss || !spike { Fault::Explosion } else { Fault::LossSpike };
        let Some(mut since) = self.register.suspect(fault, at.index(), 1) else { return };
        if departure.is_some_and(|d| d.var != loss) {
            since = self.departed.map_or(since, |(began, _)| began); // it may have taken a few steps to show
        }
        let mut evidence = format!(
            "loss {}, before {}; gradient norm {}, before {}",
            short(value),
            short(self.losses.median()),
            short(norm),
            short(self.norms.median())
        );
        if let Some(d) = departure.filter(|d| d.var != loss) {
            let what = if d.backward {
                "the first operation that multiplies the gradient"
            } else {
                "the first value"
            };
            let than = if d.backward { "times as much as usual" } else { "times as large as usual" };
            let _ = write!(evidence, "; here is {what} {} {than}", short(d.times));
        } else {
            evidence += "; everything before the loss is as usual";
        }
        let cause = match (is_data, info.param, at == loss) {
            (true, _, _) => "This batch is on another scale: an outlier, or data that were not normalised",
            (_, Some(_), _) => {
                "The last updates were too long for these weights: clip the gradient, or lower the learning rate"
            }
            (_, _, true) => "The targets of this batch: wrong labels, or examples of a kind not seen before",
            _ if departure.is_some_and(|d| d.backward) => {
                "This operation has come near a place where it is steep"
            }
            _ => {
                "It has grown on its way through the layers before, a little in each: clip the gradient, or lower the rate"
            }
        };
        // Of a parameter, the operation that reads it.
        let reader = tape.vars().find(|v| info.param.is_some() && tape.inputs(*v).contains(&at));
        let trace = Some(Trace::new(&self.flow, tape, at));
        self.register.raise(tape, reader.unwrap_or(at), (fault, since), evidence, cause, trace);
    }

    /// Euler's identity for all parameters.
    pub(super) fn balance(&mut self, tape: &Tape<'_, T>, grads: &Grads<T>, norm: f64) {
        let clip = if norm > 0.0 { self.weights.length() / norm } else { 1.0 };
        let (balances, compared) = self.audit.close(tape.params(), grads.values(), clip);
        let all = compared > 1 && balances.len() == compared;
        // If it is so for all, once is enough.
        for balance in &balances[..if all { 1 } else { balances.len() }] {
            let twice = (balance.ratio - 2.0).abs() < 0.1;
            let fault = if twice { Fault::CountedTwice } else { Fault::WrongGradient };
            let Some(since) = self.register.suspect(fault, balance.param, 1) else { continue };
            let entry = &tape.params().entries()[balance.param];
            let evidence = format!(
                "along the weights the gradient is {} times what flowed through {} of it{}",
                short(balance.ratio),
                if balance.uses == 1 { "the only use".into() } else { format!("all {} uses", balance.uses) },
                if all { ", and so for all other parameters" } else { "" }
            );
            let cause = match (twice, balance.uses) {
                (true, 1) => {
                    "Something has added it once more: a second walk, or a backward function that does"
                }
                (true, _) => {
                    "The tape adds up the uses of a shared weight by itself, and somebody did it again"
                }
                _ => "A backward function is wrong, or the gradient was changed before it was judged",
            };
            let alarm = self.weights.alarm(
                balance.param,
                entry,
                (fault, since, self.register.step),
                evidence,
                cause,
                None,
            );
            self.register.alarms.push(alarm);
        }
    }

    /// Whether the loss is what guessing gives, and stays so.
    pub(super) fn stuck(&mut self, tape: &Tape<'_, T>) {
        let step = self.register.step;
        let Some(node) = tape.vars().rev().find(|&v| tape.info(v).op == "cross_entropy") else { return };
        let classes = width(tape.shape(tape.inputs(node)[0])) as f64;
        let (guess, median) = (classes.ln(), self.losses.median());
        if classes < 2.0 || self.losses.len() < 8 || (median / guess - 1.0).abs() > 0.015 {
            self.near = None;
            return;
        }
        let since = *self.near.get_or_insert(step.saturating_sub(self.losses.len() as u64));
        if step - since < self.settings.stuck || self.register.suspect(Fault::LossStuck, 0, 1).is_none() {
            return;
        }
        let evidence = format!(
            "for {} steps the loss is {}, and a guess among {classes} classes costs ln {classes} = {}; the gradient has norm {}",
            step - since,
            short(median),
            short(guess),
            short(self.norms.median())
        );
        let cause = if self.norms.median() < 1e-7 {
            "Hardly any gradient arrives: look at the layers below"
        } else {
            "The labels do not belong to the inputs (shuffled on their own?), or the learning rate is far too low"
        };
        self.register.raise(tape, node, (Fault::LossStuck, since), evidence, cause, None);
    }
}
