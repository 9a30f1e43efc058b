//! Units that say nothing: dead behind a rectifier, saturated at a flat end, and rows in which nothing may be seen.
//! Chapter: *The gradient clinic*.

use super::alarm::Fault;
use super::flow::Flow;
use super::provenance::{MASKED, width};
use super::register::Register;
use super::settings::Settings;
use super::summary::{Summary, short};
use super::trace::place;
use crate::tape::Tape;
use linalg::Real;
use std::fmt::Write as _;

/// For each unit of each rectifier: in how many examined steps in a row it has been silent.
#[derive(Clone, Debug, Default)]
pub(super) struct Units {
    /// By node: where its units begin in `silent`.
    starts: Vec<(usize, usize)>,
    silent: Vec<u32>,
}

/// Below which input a rectifier lets nothing through, neither value nor gradient.
fn shut(op: &str) -> Option<f64> {
    match op {
        "relu" => Some(0.0),
        "gelu" => Some(-4.0), // the slope is below 1e-3 from there on
        "silu" => Some(-8.0),
        _ => None,
    }
}

/// Beyond which output an activation is flat: the middle of its range, and how far away.
fn flat_beyond(op: &str) -> Option<(f64, f64)> {
    match op {
        "tanh" => Some((0.0, 0.99)),
        "sigmoid" => Some((0.5, 0.49)),
        _ => None,
    }
}

impl Units {
    /// Looks at all rectifiers. Gives the last node, in creation order, whose units are *all* dead: nothing flows
    /// through it.
    pub(super) fn dead<T: Real>(
        &mut self,
        tape: &Tape<'_, T>,
        settings: &Settings,
        register: &mut Register,
    ) -> Option<usize> {
        let mut wall = None;
        for v in tape.vars() {
            let Some(threshold) = shut(tape.info(v).op) else { continue };
            let x = tape.inputs(v)[0];
            let n = width(tape.shape(x));
            if n == 0 || tape.value(x).is_empty() {
                continue;
            }
            let silent = self.of(v.index(), n);
            silence(tape.value(x), T::from_f64(threshold), silent);
            if silent.iter().all(|&times| times > 0) {
                wall = Some(v.index());
            }
            let dead = silent.iter().filter(|&&times| times >= settings.patience).count();
            let now = silent.iter().filter(|&&times| times > 0).count();
            if (now as f64) < settings.dead * n as f64 {
                continue;
            }
            let since = register.suspect(Fault::DeadUnits, v.index(), settings.patience);
            let Some(since) = since.filter(|_| dead as f64 >= settings.dead * n as f64) else { continue };
            let rows = tape.value(x).len() / n;
            let s = Summary::of(tape.value(x));
            let mut evidence = format!(
                "{dead} of {n} units are silent for all {rows} rows; what goes in is {} to {}",
                short(s.min),
                short(s.max)
            );
            // The bias of the layer before, if it has one: the usual suspect.
            let bias = tape.inputs(x).get(2).filter(|_| tape.info(x).op == "linear");
            if let Some(&bias) = bias {
                let b = Summary::of(tape.value(bias));
                let _ =
                    write!(evidence, ", and {} is {} to {}", place(tape, bias), short(b.min), short(b.max));
            }
            let cause = "A step that was too long has pushed the biases down, or the inputs have moved: no gradient brings them back";
            register.raise(tape, v, (Fault::DeadUnits, since), evidence, cause, None);
        }
        wall
    }

    /// The counters of a node's units.
    fn of(&mut self, node: usize, n: usize) -> &mut [u32] {
        let known = self.starts.iter().find(|(at, _)| *at == node).map(|(_, start)| *start);
        let start = known.filter(|start| start + n <= self.silent.len()).unwrap_or_else(|| {
            self.starts.retain(|(at, _)| *at != node);
            self.starts.push((node, self.silent.len()));
            self.silent.resize(self.silent.len() + n, 0);
            self.silent.len() - n
        });
        &mut self.silent[start..][..n]
    }
}

/// Counts one more silence for each column in which no row is above the threshold, and begins anew for the others.
///
/// In a healthy layer a few rows suffice to see every unit fire once, and the rest need not be read.
// ANCHOR: silence
fn silence<T: Real>(x: &[T], threshold: T, silent: &mut [u32]) {
    const FIRED: u32 = 1 << 31;
    let mut quiet = silent.len();
    for row in x.chunks_exact(silent.len()) {
        for (times, &x) in silent.iter_mut().zip(row) {
            let quiet_here = x <= threshold; // false for a NaN: that unit is ill, but not silent
            if *times & FIRED == 0 && !quiet_here {
                *times |= FIRED;
                quiet -= 1;
            }
        }
        if quiet == 0 {
            break;
        }
    }
    for times in silent {
        *times = if *times & FIRED == 0 { times.saturating_add(1).min(FIRED - 1) } else { 0 };
    }
}
// ANCHOR_END: silence

/// Which share of the outputs is at an end of the range. A few thousand of them tell it to a percent.
fn at_the_ends<T: Real>(y: &[T], (middle, far): (f64, f64)) -> f64 {
    let stride = (y.len() / 4096).max(1) | 1;
    let ends = y.iter().step_by(stride).filter(|y| (y.to_f64() - middle).abs() > far).count();
    ends as f64 / y.len().div_ceil(stride).max(1) as f64
}

/// Which share of a softmax's rows gives everything to one of several that it could choose from.
fn one_sided<T: Real>(x: &[T], y: &[T], n: usize) -> f64 {
    let stride = (y.len() / n / 256).max(1) | 1;
    let rows = x.chunks_exact(n).zip(y.chunks_exact(n)).step_by(stride);
    let choices = |x: &[T]| x.iter().filter(|x| x.to_f64() > MASKED).count();
    let (sharp, all) = rows.filter(|(x, _)| choices(x) > 1).fold((0_u32, 0_u32), |(sharp, all), (_, y)| {
        (sharp + u32::from(y.iter().any(|y| y.to_f64() > 0.999)), all + 1)
    });
    f64::from(sharp) / f64::from(all.max(1))
}

/// Looks at activations with flat ends. To be at an end is no fault by itself (a gate may be shut): what counts is
/// that the gradient does not pass.
pub(super) fn saturated<T: Real>(
    tape: &Tape<'_, T>,
    flow: &Flow,
    settings: &Settings,
    register: &mut Register,
) {
    for v in tape.vars() {
        let (op, y) = (tape.info(v).op, tape.value(v));
        let share = match (flat_beyond(op), op) {
            (Some(ends), _) => at_the_ends(y, ends),
            (None, "softmax") => one_sided(tape.value(tape.inputs(v)[0]), y, width(tape.shape(v)).max(1)),
            _ => continue,
        };
        let passes = flow.gain(tape, v).unwrap_or(1.0);
        if share < settings.saturated || passes > 0.1 {
            continue;
        }
        let Some(since) = register.suspect(Fault::SaturatedUnits, v.index(), settings.patience) else {
            continue;
        };
        let x = Summary::of(tape.value(tape.inputs(v)[0]));
        let evidence = format!(
            "{:.0} % of the {} at an end; what goes in is {} to {}, and {} of the gradient passes",
            100.0 * share,
            if op == "softmax" { "rows are" } else { "outputs are" },
            short(x.min),
            short(x.max),
            short(passes)
        );
        let cause = "Weights too large for the number of inputs, scores without their root, or inputs that were not normalised";
        register.raise(tape, v, (Fault::SaturatedUnits, since), evidence, cause, None);
    }
}

/// Looks for rows of a softmax that are zero throughout: this tape's answer to a row in which everything is masked,
/// where others give NaN.
pub(super) fn masked_rows<T: Real>(tape: &Tape<'_, T>, register: &mut Register) {
    for v in tape.vars().filter(|&v| tape.info(v).op == "softmax") {
        let n = width(tape.shape(v)).max(1);
        let mut rows = tape.value(v).chunks_exact(n);
        let Some(row) = rows.position(|row| row.iter().all(|&p| p == T::ZERO)) else { continue };
        let Some(since) = register.suspect(Fault::MaskedRow, v.index(), 1) else { continue };
        let all = tape.value(v).chunks_exact(n).filter(|row| row.iter().all(|&p| p == T::ZERO)).count();
        let evidence = format!(
            "row {row}, {n} long, is masked throughout: zeros go out ({all} such rows of {})",
            tape.value(v).len() / n
        );
        let cause = "A query that may look at nothing: padding, or a mask that ends one place too early";
        register.raise(tape, v, (Fault::MaskedRow, since), evidence, cause, None);
    }
}
