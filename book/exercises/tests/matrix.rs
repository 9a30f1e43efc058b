//! The kill-and-name matrix: every right answer passes, every mistake fails under its own name, and no two of them are
//! so close that a rounding error could exchange their names.

use exercises::judge::{self, Case, Ended, Kind, Naming, Passing, Verdict};
use exercises::observe::{Seen, Trace, Value};
use exercises::wire::Stream;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The distance that any two wrong implementations, and each from the reference, must keep, in tolerances.
const APART: f64 = 100.0;

fn verdict(case: &Case, trace: &Trace) -> Verdict {
    let stream = Stream { begun: true, trace: trace.clone(), running: None, ended: true, forged: false };
    judge::give(case, &stream, &Ended::Code(0), "")
}

/// Collects all complaints about all exercises, so that one run shows them all.
///
/// One test at a time: what a run asks of the heap is counted for the whole process.
fn for_all(check: impl Fn(&str, &Case, &mut Vec<String>)) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut complaints = Vec::new();
    for entry in exercises::REGISTRY {
        let mut own = Vec::new();
        check(entry.id, &(entry.case)(), &mut own);
        complaints.extend(own.into_iter().map(|c| format!("{}: {c}", entry.id)));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn right_answers_pass() {
    for_all(|_, case, complain| {
        let v = verdict(case, &case.reference);
        if v.kind != Kind::Pass {
            complain.push(format!("the solution is judged {v:?}"));
        }
        for a in &case.accepted {
            let v = verdict(case, &a.trace);
            if v.kind != Kind::Pass || v.name.as_deref() != Some(a.slug) {
                complain.push(format!("the accepted variant {} is judged {v:?}", a.slug));
            }
        }
    });
}

#[test]
fn starters_do_not_pass() {
    for_all(|id, case, complain| {
        let v = verdict(case, &case.starter);
        let fits = if id == "neuron" {
            v.kind == Kind::Named && v.name.as_deref() == Some("frozen")
        } else {
            matches!(v.kind, Kind::Panicked | Kind::Wrong | Kind::Named)
        };
        if !fits {
            complain.push(format!("the starter is judged {v:?}"));
        }
    });
}

#[test]
fn every_mistake_fails_under_its_own_name() {
    for_all(|_, case, complain| {
        if case.wrong.len() < 4 {
            complain.push(format!("{} mistakes have names; at least four should", case.wrong.len()));
        }
        for w in &case.wrong {
            for (i, trace) in w.traces.iter().enumerate() {
                let v = verdict(case, trace);
                if v.kind != Kind::Named || v.name.as_deref() != Some(w.slug) {
                    complain.push(format!("{} (implementation {i}) is judged {v:?}", w.slug));
                } else if v.evidence.is_empty() {
                    complain.push(format!("{} (implementation {i}) has no evidence", w.slug));
                }
            }
        }
    });
}

#[test]
fn mistakes_are_far_apart() {
    for_all(|_, case, complain| {
        // The reference and the accepted variants, then every implementation of every mistake.
        let right = std::iter::once(("the reference", &case.reference))
            .chain(case.accepted.iter().map(|a| (a.slug, &a.trace)));
        let wrong = || case.wrong.iter().flat_map(|w| w.traces.iter().map(move |t| (w.slug, t)));
        for (name, trace) in right {
            for (slug, other) in wrong() {
                let d = judge::apart::<Passing>(trace, other);
                if d < APART {
                    complain.push(format!("{slug} is only {d:.1} tolerances from {name}"));
                }
            }
        }
        for (a, trace) in wrong() {
            for (b, other) in wrong() {
                let d = judge::apart::<Naming>(trace, other);
                if a != b && d < APART {
                    complain.push(format!("{b} is only {d:.1} tolerances from {a}"));
                }
            }
        }
    });
}

/// A reference that panics, gives NaN or changes from run to run cannot judge anybody.
#[test]
fn references_are_sound() {
    for_all(|_, case, complain| {
        for (probe, seen) in case.probes.iter().zip(&case.reference.passes[0]) {
            match seen {
                Seen::Panicked { message, place } => {
                    complain.push(format!("the solution panics on \"{}\" at {place}: {message}", probe.name));
                }
                Seen::Fields(fields) => {
                    if fields.is_empty() {
                        complain.push(format!("nothing is observed on \"{}\"", probe.name));
                    }
                    for f in fields {
                        if matches!(&f.value, Value::Numbers { data, .. } if data.iter().any(|x| x.is_nan()))
                        {
                            complain.push(format!("{} of \"{}\" is NaN in the solution", f.name, probe.name));
                        }
                    }
                }
            }
        }
        if !judge::same::<Passing>(&case.reference, &case.reference) {
            complain.push("the solution does not equal itself".into());
        }
    });
}

#[test]
fn names_are_unique_and_messages_keep_their_form() {
    for_all(|_, case, complain| {
        let mut seen = HashSet::new();
        for name in case.wrong.iter().map(|w| w.slug).chain(case.accepted.iter().map(|a| a.slug)) {
            if !seen.insert(name)
                || name.chars().any(|c| !c.is_ascii_lowercase() && c != '-' && !c.is_ascii_digit())
            {
                complain.push(format!("the name {name} is not unique or not like-this"));
            }
        }
        let mut seen = HashSet::new();
        for p in &case.probes {
            if !seen.insert(&p.name) {
                complain.push(format!("two probes are called \"{}\"", p.name));
            }
        }
        for w in &case.wrong {
            if w.question.matches('?').count() == 0 || !w.question.ends_with('?') {
                complain.push(format!("{}: the question must end with a question mark", w.slug));
            }
            if w.equals.ends_with(['.', '?', '!']) {
                complain.push(format!("{}: \"{}\" completes a sentence and needs no stop", w.slug, w.equals));
            }
            if let Some(show) = w.show.filter(|s| case.probes.iter().all(|p| p.name != *s)) {
                complain.push(format!("{}: there is no probe \"{show}\"", w.slug));
            }
            // the probe that is shown must show something
            if let Some(at) = w.show.and_then(|s| case.probes.iter().position(|p| p.name == s)) {
                let v = verdict(case, &w.traces[0]);
                if v.probe.as_deref() != Some(case.probes[at].name.as_str()) {
                    complain.push(format!("{} is right on \"{}\"", w.slug, case.probes[at].name));
                }
            }
        }
    });
}
