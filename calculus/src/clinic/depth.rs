//! What happens to a gradient from layer to layer. Chapter: *The gradient clinic*.

use super::alarm::Fault;
use super::flow::Flow;
use super::register::Register;
use super::settings::Settings;
use super::summary::short;
use super::trace::Trace;
use crate::tape::{Layer, Scope, Tape, Var};
use linalg::Real;

/// The last value of each layer that a gradient has reached, sorted by family and number.
#[derive(Clone, Debug, Default)]
pub(super) struct Depth {
    ends: Vec<(Scope, usize, usize)>,
}

impl Depth {
    /// Compares the gradients that arrive at the ends of all layers of each family.
    pub(super) fn look<T: Real>(
        &mut self,
        tape: &Tape<'_, T>,
        flow: &Flow,
        settings: &Settings,
        register: &mut Register,
    ) {
        self.ends.clear();
        for (node, site) in flow.sites().iter().enumerate() {
            let Some(Layer { family, number }) = site.layer else { continue };
            if site.param.is_some() || flow.grad(node).is_none() {
                continue;
            }
            match self.ends.iter_mut().find(|(f, n, _)| (*f, *n) == (family, number)) {
                Some((_, _, end)) => *end = node, // a later one
                None => self.ends.push((family, number, node)),
            }
        }
        self.ends.sort_unstable();
        for family in self.ends.chunk_by(|a, b| a.0 == b.0) {
            if family.len() >= 3 {
                judge(family, tape, flow, settings, register);
            }
        }
    }
}

fn judge<T: Real>(
    family: &[(Scope, usize, usize)],
    tape: &Tape<'_, T>,
    flow: &Flow,
    settings: &Settings,
    register: &mut Register,
) {
    let grad = |i: usize| flow.grad(family[i].2).unwrap_or(0.0);
    let layers = family.len();
    if (0..layers).any(|i| grad(i) == 0.0) {
        return; // cut, not faded: that is another fault
    }
    // Layer i turns the gradient at its own end into that at the end of layer i − 1.
    let gain = |i: usize| grad(i - 1) / grad(i);
    let total = grad(0) / grad(layers - 1);
    if !total.is_finite() {
        return; // beyond the format: told by what made it so
    }
    let each = total.powf(1.0 / (layers - 1) as f64);
    let by_gain = |a: &usize, b: &usize| gain(*a).total_cmp(&gain(*b));
    let (least, most) = ((1..layers).min_by(by_gain), (1..layers).max_by(by_gain));
    let (Some(least), Some(most)) = (least, most) else { return };
    let (fault, layer, cause) = if total > settings.depth || gain(most) > settings.layer {
        let cause = "Weights too large for the number of inputs: compare their deviation with 1/√inputs, or normalise";
        (Fault::GrowingThroughDepth, most, cause)
    } else if total < 1.0 / settings.depth {
        let cause = "Weights too small, or an activation of small slope (a sigmoid has 1/4): start larger, or add a way around";
        (Fault::VanishingThroughDepth, least, cause)
    } else {
        return;
    };
    let node = family[layer].2;
    let Some(since) = register.suspect(fault, family[0].2, settings.patience) else { return };
    let evidence = format!(
        "from the last of {layers} layers to the first the gradient goes from {} to {}, {} times a layer; here it is {} times",
        short(grad(layers - 1)),
        short(grad(0)),
        short(each),
        short(gain(layer))
    );
    let v: Option<Var> = tape.vars().nth(node);
    let first = tape.vars().nth(family[0].2);
    if let (Some(v), Some(first)) = (v, first) {
        let trace = Some(Trace::new(flow, tape, first));
        register.raise(tape, v, (fault, since), evidence, cause, trace);
    }
}
