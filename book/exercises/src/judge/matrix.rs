//! The kill-and-name matrix: every right answer passes, every mistake fails under its own name, and no two of them are
//! so close that a rounding error could exchange their names.

use super::{Case, Ended, Kind, Naming, Passing, Verdict, apart, give, same};
use crate::observe::{Seen, Trace, Value};
use crate::wire::Stream;
use std::collections::HashSet;

/// The distance that any two wrong implementations, and each from the reference, must keep, in tolerances.
const APART: f64 = 100.0;

/// An exercise has at least so many mistakes with names.
const ENOUGH: usize = 4;

/// What the matrix of one exercise shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// How many wrong implementations there are.
    pub wrong: usize,
    /// How many of them do not pass.
    pub rejected: usize,
    /// How many of them fail under their own name, with evidence.
    pub named: usize,
    /// How many implementations of two mistakes at once there are: they fail under both names, or there is a complaint.
    pub pairs: usize,
    /// Everything that is not as it must be.
    pub complaints: Vec<String>,
}

/// The verdict on a run that came to its end.
pub fn verdict(case: &Case, trace: &Trace) -> Verdict {
    let stream = Stream { begun: true, trace: trace.clone(), running: None, ended: true, forged: false };
    give(case, &stream, &Ended::Code(0), "", "")
}

/// Checks one exercise.
pub fn check(id: &str, case: &Case) -> Matrix {
    let mut matrix = Matrix::default();
    right(id, case, &mut matrix.complaints);
    wrong(case, &mut matrix);
    pairs(case, &mut matrix);
    distances(case, &mut matrix.complaints);
    reference(case, &mut matrix.complaints);
    words(case, &mut matrix.complaints);
    matrix
}

/// The reference and the accepted variants pass, the starter does not.
fn right(id: &str, case: &Case, complaints: &mut Vec<String>) {
    let v = verdict(case, &case.reference);
    if v.kind != Kind::Pass {
        complaints.push(format!("the solution is judged {v:?}"));
    }
    for a in &case.accepted {
        let v = verdict(case, &a.trace);
        if v.kind != Kind::Pass || v.name.as_deref() != Some(a.slug) {
            complaints.push(format!("the accepted variant {} is judged {v:?}", a.slug));
        }
    }
    let v = verdict(case, &case.starter);
    let fits = if id == "neuron" {
        // the starter that is graded at once
        v.kind == Kind::Named && v.name.as_deref() == Some("frozen")
    } else {
        matches!(v.kind, Kind::Panicked | Kind::Wrong | Kind::Named)
    };
    if !fits {
        complaints.push(format!("the starter is judged {v:?}"));
    }
}

/// Each mistake fails under its own name.
fn wrong(case: &Case, matrix: &mut Matrix) {
    if case.wrong.len() < ENOUGH {
        let n = case.wrong.len();
        matrix.complaints.push(format!("{n} mistakes have names; at least {ENOUGH} should"));
    }
    for w in &case.wrong {
        for (i, trace) in w.traces.iter().enumerate() {
            let v = verdict(case, trace);
            let named = v.kind == Kind::Named && v.name.as_deref() == Some(w.slug);
            matrix.wrong += 1;
            matrix.rejected += usize::from(v.kind != Kind::Pass);
            matrix.named += usize::from(named && !v.evidence.is_empty());
            if !named {
                matrix.complaints.push(format!("{} (implementation {i}) is judged {v:?}", w.slug));
            } else if v.evidence.is_empty() {
                matrix.complaints.push(format!("{} (implementation {i}) has no evidence", w.slug));
            }
        }
    }
}

/// Two mistakes at once fail under both names.
fn pairs(case: &Case, matrix: &mut Matrix) {
    for p in &case.pairs {
        let name = p.name();
        if p.both(case).is_none() || p.slugs[0] == p.slugs[1] {
            matrix.complaints.push(format!("{name}: these are not the names of two mistakes"));
        }
        for (i, trace) in p.traces.iter().enumerate() {
            let v = verdict(case, trace);
            matrix.pairs += 1;
            if v.kind != Kind::Named || v.name.as_deref() != Some(&name) || v.evidence.is_empty() {
                matrix.complaints.push(format!("{name} (implementation {i}) is judged {v:?}"));
            }
        }
    }
}

/// Mistakes keep their distance from what is right and from one another.
fn distances(case: &Case, complaints: &mut Vec<String>) {
    // The reference and the accepted variants, then every implementation of every mistake and of two at once.
    let right = std::iter::once(("the reference", &case.reference))
        .chain(case.accepted.iter().map(|a| (a.slug, &a.trace)));
    let single = case.wrong.iter().map(|w| (w.slug.to_string(), &w.traces));
    let wrong: Vec<(String, &Trace)> = single
        .chain(case.pairs.iter().map(|p| (p.name(), &p.traces)))
        .flat_map(|(name, traces)| traces.iter().map(move |t| (name.clone(), t)))
        .collect();
    for (name, trace) in right {
        for (slug, other) in &wrong {
            let d = apart::<Passing>(trace, other);
            if d < APART {
                complaints.push(format!("{slug} is only {d:.1} tolerances from {name}"));
            }
        }
    }
    for (a, trace) in &wrong {
        for (b, other) in &wrong {
            let d = apart::<Naming>(trace, other);
            if a != b && d < APART {
                complaints.push(format!("{b} is only {d:.1} tolerances from {a}"));
            }
        }
    }
}

/// A reference that panics, gives NaN or changes from run to run cannot judge anybody.
fn reference(case: &Case, complaints: &mut Vec<String>) {
    for (probe, seen) in case.probes.iter().zip(&case.reference.passes[0]) {
        match seen {
            Seen::Panicked { message, place } => {
                complaints.push(format!("the solution panics on \"{}\" at {place}: {message}", probe.name));
            }
            Seen::Fields(fields) => {
                if fields.is_empty() {
                    complaints.push(format!("nothing is observed on \"{}\"", probe.name));
                }
                for f in fields {
                    if matches!(&f.value, Value::Numbers { data, .. } if data.iter().any(|x| x.is_nan())) {
                        complaints.push(format!("{} of \"{}\" is NaN in the solution", f.name, probe.name));
                    }
                }
            }
        }
    }
    if !same::<Passing>(&case.reference, &case.reference) {
        complaints.push("the solution does not equal itself".into());
    }
}

/// Names are unique and messages keep their form.
fn words(case: &Case, complaints: &mut Vec<String>) {
    let mut seen = HashSet::new();
    for name in case.wrong.iter().map(|w| w.slug).chain(case.accepted.iter().map(|a| a.slug)) {
        if !seen.insert(name)
            || name.chars().any(|c| !c.is_ascii_lowercase() && c != '-' && !c.is_ascii_digit())
        {
            complaints.push(format!("the name {name} is not unique or not like-this"));
        }
    }
    let mut seen = HashSet::new();
    for p in &case.probes {
        if !seen.insert(&p.name) {
            complaints.push(format!("two probes are called \"{}\"", p.name));
        }
    }
    for w in &case.wrong {
        if w.question.matches('?').count() == 0 || !w.question.ends_with('?') {
            complaints.push(format!("{}: the question must end with a question mark", w.slug));
        }
        if w.equals.ends_with(['.', '?', '!']) {
            complaints.push(format!("{}: \"{}\" completes a sentence and needs no stop", w.slug, w.equals));
        }
        if let Some(show) = w.show.filter(|s| case.probes.iter().all(|p| p.name != *s)) {
            complaints.push(format!("{}: there is no probe \"{show}\"", w.slug));
        }
        // the probe that is shown must show something
        if let Some(at) = w.show.and_then(|s| case.probes.iter().position(|p| p.name == s)) {
            let v = verdict(case, &w.traces[0]);
            if v.probe.as_deref() != Some(case.probes[at].name.as_str()) {
                complaints.push(format!("{} is right on \"{}\"", w.slug, case.probes[at].name));
            }
        }
    }
}
