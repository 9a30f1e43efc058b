//! From observations to a verdict.

use super::compare::{self, Naming, Passing};
use super::{Case, WrongCase, detect, show};
use crate::observe::{Check, Field, Seen, Trace, Value};
use crate::wire::{self, Stream};

/// How the learner's process ended, as the program that started it saw it.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// By itself, with this exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// It was stopped: out of time.
    TimeLimit,
    /// It was stopped: it printed too much.
    OutputLimit,
}

/// The verdicts that a run can earn. (Those that need no run, such as "not started", are the caller's.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Right on every probe, twice.
    Pass,
    /// A mistake that has a name.
    Named,
    /// A mistake without one.
    Wrong,
    /// It did not come back in time.
    TimeLimit,
    /// It wanted more memory than it may have.
    MemoryLimit,
    /// It printed too much.
    OutputLimit,
    /// It panicked.
    Panicked,
    /// It called itself too deeply.
    StackOverflow,
    /// It ended the process.
    ExitedEarly,
    /// It was ended by a signal.
    Crashed,
    /// Something else wrote into the grader's channel.
    Forged,
    /// The grader's own fault.
    GraderFailed,
}

impl Kind {
    /// The word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Pass => "pass",
            Kind::Named => "named",
            Kind::Wrong => "wrong",
            Kind::TimeLimit => "time-limit",
            Kind::MemoryLimit => "memory-limit",
            Kind::OutputLimit => "output-limit",
            Kind::Panicked => "panicked",
            Kind::StackOverflow => "stack-overflow",
            Kind::ExitedEarly => "exited-early",
            Kind::Crashed => "crashed",
            Kind::Forged => "forged",
            Kind::GraderFailed => "grader-failed",
        }
    }
}

/// A mistake with a name explains itself; what the probe fed in is shown beside it if a glance takes it in.
const GLANCE: usize = 12;

/// A tolerance below this stands for "relative" (it keeps the comparison with 0 defined): no reader can use it.
const NO_TOLERANCE: f64 = 1e-100;

/// A verdict with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Which one.
    pub kind: Kind,
    /// The name of the mistake, or of the accepted variant.
    pub name: Option<String>,
    /// The probe that decided.
    pub probe: Option<String>,
    /// What happened, in one sentence.
    pub summary: String,
    /// Relations between the numbers (for mistakes without a name).
    pub notes: Vec<String>,
    /// What the probe fed in: lines to be shown as they are.
    pub given: Vec<String>,
    /// What came out, and what was expected: lines to be shown as they are.
    pub evidence: Vec<String>,
    /// "Your outputs equal those of …".
    pub equals: Option<String>,
    /// One question.
    pub question: Option<String>,
}

impl Verdict {
    fn new(kind: Kind, summary: impl Into<String>) -> Self {
        Verdict {
            kind,
            name: None,
            probe: None,
            summary: summary.into(),
            notes: Vec::new(),
            given: Vec::new(),
            evidence: Vec::new(),
            equals: None,
            question: None,
        }
    }
}

/// Judges one run: `stream` is what the harness wrote, `ended` and `stderr` what was seen from outside; `key` is that of the seals.
pub fn give(case: &Case, stream: &Stream, ended: &Ended, stderr: &str, key: &str) -> Verdict {
    let mut verdict = if stream.forged {
        forged()
    } else if stream.ended && *ended == Ended::Code(0) {
        return judge(case, &stream.trace);
    } else {
        stopped(stream, ended, stderr, key)
    };
    if let Some((_, probe)) = stream.running.filter(|_| !stream.forged) {
        verdict.probe = case.probes.get(probe).map(|p| p.name.clone());
        verdict.given = given(case, probe);
    }
    verdict
}

fn forged() -> Verdict {
    Verdict::new(
        Kind::Forged,
        "Something other than the grader wrote into the grader's channel. Only what your function returns counts.",
    )
}

/// The run did not reach its end.
fn stopped(stream: &Stream, ended: &Ended, stderr: &str, key: &str) -> Verdict {
    /// Windows' `STATUS_STACK_OVERFLOW`.
    const STACK_OVERFLOW: i32 = 0xC000_00FD_u32 as i32;
    match ended {
        Ended::TimeLimit => Verdict::new(Kind::TimeLimit, "It did not come back in time and was stopped."),
        Ended::OutputLimit => Verdict::new(Kind::OutputLimit, "It printed without end and was stopped."),
        // Both are said by Rust's runtime just before it aborts.
        Ended::Signal(_) | Ended::Code(_) if stderr.contains("has overflowed its stack") => {
            Verdict::new(Kind::StackOverflow, "It called itself until the stack was full.")
        }
        Ended::Code(STACK_OVERFLOW) => {
            Verdict::new(Kind::StackOverflow, "It called itself until the stack was full.")
        }
        Ended::Signal(_) | Ended::Code(_)
            if stderr.contains("memory allocation of") && *ended != Ended::Code(0) =>
        {
            Verdict::new(Kind::MemoryLimit, "It asked for more memory than an exercise may have.")
        }
        // It ended well, and all that it wrote down is gone.
        Ended::Code(0) if !stream.begun => forged(),
        Ended::Code(_) if !stream.begun => {
            Verdict::new(Kind::GraderFailed, format!("The harness failed: {}", stderr.trim()))
        }
        Ended::Code(code)
            if *code == i32::from(crate::harness::FAULT) && wire::faults(stderr, key).is_some() =>
        {
            let why = wire::faults(stderr, key).unwrap_or_default();
            Verdict::new(Kind::GraderFailed, format!("The harness failed: {why}"))
        }
        Ended::Code(code) => Verdict::new(
            Kind::ExitedEarly,
            format!("Your code ended the process (exit code {code}) before all probes had run."),
        ),
        Ended::Signal(signal) => {
            Verdict::new(Kind::Crashed, format!("The process was ended by signal {signal}."))
        }
    }
}

/// All probes were run, twice: is it right, or a mistake with a name, or neither?
pub(super) fn judge(case: &Case, trace: &Trace) -> Verdict {
    let all = case.probes.len();
    if trace.passes.iter().any(|p| p.len() != all) {
        return Verdict::new(Kind::GraderFailed, "The number of observations is not the number of probes.");
    }
    if compare::same::<Passing>(&case.reference, trace) {
        return Verdict::new(Kind::Pass, format!("Right on all {all} probes."));
    }
    if let Some(accepted) = case.accepted.iter().find(|a| compare::same::<Passing>(&a.trace, trace)) {
        let mut verdict = Verdict::new(Kind::Pass, format!("Right on all {all} probes. {}", accepted.note));
        verdict.name = Some(accepted.slug.into());
        return verdict;
    }
    let failing = |i: usize| failing(case, trace, i);
    let first = (0..all).find(|&i| failing(i)).unwrap_or(0);

    if let Some(wrong) = case.wrong.iter().find(|w| names(&w.traces, trace)) {
        let at = shown(case, wrong).filter(|&i| failing(i)).unwrap_or(first);
        let mut verdict = Verdict::new(Kind::Named, "A mistake with a name.");
        verdict.name = Some(wrong.slug.into());
        verdict.probe = Some(case.probes[at].name.clone());
        verdict.given = given(case, at);
        if verdict.given.len() > GLANCE {
            verdict.given.clear();
        }
        verdict.evidence = differences(case, trace, at);
        verdict.equals = Some(format!("Your outputs equal those of {}.", wrong.equals));
        verdict.question = Some(wrong.question.into());
        return verdict;
    }

    if let Some(pair) = case.pairs.iter().find(|p| names(&p.traces, trace))
        && let Some(both) = pair.both(case)
    {
        let mut verdict = two(case, trace, both);
        verdict.name = Some(pair.name());
        return verdict;
    }

    let panics: Vec<usize> =
        (0..all).filter(|&i| matches!(trace.passes[0][i], Seen::Panicked { .. })).collect();
    let mut verdict = match panics.len() {
        0 => Verdict::new(Kind::Wrong, "Not the expected numbers."),
        n => Verdict::new(Kind::Panicked, format!("On {n} of {all} probes.")),
    };
    let at = panics.first().copied().unwrap_or(first);
    verdict.probe = Some(case.probes[at].name.clone());
    verdict.notes = detect::detect(case, trace, at);
    verdict.given = given(case, at);
    verdict.evidence = differences(case, trace, at);
    let count = (0..all).filter(|&i| failing(i)).count();
    if count > panics.len() {
        verdict.notes.push(format!("{count} of {all} probes fail."));
    }
    verdict
}

/// Where a mistake is best seen.
fn shown(case: &Case, wrong: &WrongCase) -> Option<usize> {
    wrong.show.and_then(|name| case.probes.iter().position(|p| p.name == name))
}

/// Two mistakes at once: each with a probe on which it shows, if there are two, and with its question.
fn two(case: &Case, trace: &Trace, both: [&WrongCase; 2]) -> Verdict {
    let fails = |i: usize| failing(case, trace, i);
    // Where this mistake alone would fail too, and best of all where the other would not.
    let place = |of: &WrongCase, other: &WrongCase, taken: Option<usize>| {
        let alone = |w: &WrongCase, i: usize| w.traces.iter().any(|t| failing(case, t, i));
        let may = |i: &usize| fails(*i) && taken != Some(*i) && alone(of, *i);
        let all = || (0..case.probes.len()).filter(may);
        let best = shown(case, of).filter(may).filter(|&i| !alone(other, i));
        best.or_else(|| all().find(|&i| !alone(other, i))).or_else(|| all().next())
    };
    let [one, other] = both;
    let first = place(one, other, None).or_else(|| (0..case.probes.len()).find(|&i| fails(i))).unwrap_or(0);
    let mut verdict = Verdict::new(Kind::Named, "Two mistakes with names at once.");
    verdict.probe = Some(case.probes[first].name.clone());
    verdict.given = given(case, first);
    if verdict.given.len() > GLANCE {
        verdict.given.clear();
    }
    verdict.evidence = differences(case, trace, first);
    if let Some(second) = place(other, one, Some(first)) {
        verdict.evidence.push(format!("and on \"{}\":", case.probes[second].name));
        verdict.evidence.extend(differences(case, trace, second));
    }
    verdict.equals = Some(format!(
        "Your outputs equal those of two mistakes at once: {}; and {}.",
        one.equals, other.equals
    ));
    verdict.question = Some(format!("{} And: {}", one.question, other.question));
    verdict
}

/// Equal to one of them on all probes. A panic may be part of a mistake, but a name needs some numbers too.
fn names(wrong: &[Trace], trace: &Trace) -> bool {
    let came_back = trace.passes[0].iter().any(|s| matches!(s, Seen::Fields(_)));
    came_back && wrong.iter().any(|w| compare::same::<Naming>(w, trace))
}

/// Wrong in this run over the probes. What did not run is not wrong.
fn fails(case: &Case, trace: &Trace, pass: usize, probe: usize) -> bool {
    let yours = trace.passes[pass].get(probe);
    yours.is_some_and(|y| compare::seen::<Passing>(&case.reference.passes[pass][probe], y) > 1.0)
}

/// Wrong in one of the two runs.
pub(super) fn failing(case: &Case, trace: &Trace, probe: usize) -> bool {
    (0..2).any(|pass| fails(case, trace, pass, probe))
}

/// What the probe feeds in.
pub(super) fn given(case: &Case, probe: usize) -> Vec<String> {
    case.reference.given.get(probe).into_iter().flatten().flat_map(show::field).collect()
}

/// Where a run differs from the reference on one probe: each field once, at its first wrong element, and in full if it
/// is small.
pub(super) fn differences(case: &Case, trace: &Trace, probe: usize) -> Vec<String> {
    let pass = usize::from(!fails(case, trace, 0, probe));
    let again = if pass == 1 { " (the second time)" } else { "" };
    let (expected, yours) = (&case.reference.passes[pass][probe], &trace.passes[pass][probe]);
    let (Seen::Fields(expected), Seen::Fields(yours)) = (expected, yours) else {
        return match yours {
            Seen::Panicked { message, place } => {
                vec![format!("panicked at {place}{again}:"), format!("  {}", message.replace('\n', "\n  "))]
            }
            Seen::Fields(_) => Vec::new(),
        };
    };
    let mut lines = Vec::new();
    for (i, e) in expected.iter().enumerate() {
        match yours.iter().find(|y| y.name == e.name) {
            None => lines.push(format!("{}: nothing was observed{again}", e.name)),
            Some(y) if compare::field::<Passing>(e, y) > 1.0 => lines.extend(difference(e, y, again)),
            Some(_) => {}
        }
        if i > 3 && lines.len() > 8 {
            break;
        }
    }
    for y in yours.iter().filter(|y| expected.iter().all(|e| e.name != y.name)) {
        lines.extend(show::field(y));
    }
    lines
}

fn difference(expected: &Field, yours: &Field, again: &str) -> Vec<String> {
    let name = &expected.name;
    match (&expected.value, &yours.value, expected.check) {
        (
            Value::Numbers { shape, data: e },
            Value::Numbers { shape: your_shape, data: y },
            Check::Close { rel, abs },
        ) => {
            if shape != your_shape || e.len() != y.len() {
                return vec![format!("{name} has shape {your_shape:?}, expected {shape:?}{again}")];
            }
            let Some(at) = (0..e.len()).find(|&i| compare::number::<Passing>(e[i], y[i], rel, abs) > 1.0)
            else {
                return Vec::new();
            };
            let place = show::place(name, shape, at);
            let tolerance = rel * e[at].abs() + abs;
            let w = place.chars().count().max("expected".len());
            let mut lines = vec![
                format!("{place:w$} = {}{again}", show::number(y[at])),
                format!("{:w$}   {}", "expected", show::number(e[at])),
            ];
            if tolerance >= NO_TOLERANCE && e[at].is_finite() {
                lines.push(format!("{:w$}   {tolerance:.1e}", "within"));
            }
            if (2..=36).contains(&e.len()) {
                for (whose, value) in [("yours", &yours.value), ("expected", &expected.value)] {
                    lines.push(format!("{name}, {whose}:"));
                    lines.extend(show::value(value).into_iter().map(|l| format!("  {l}")));
                }
            }
            lines
        }
        (Value::Cost(e), Value::Cost(y), Check::AtMost { factor }) => vec![format!(
            "{name}: {}, expected at most {}{again}",
            show::number(*y),
            show::number((e * factor).ceil())
        )],
        (e, y, _) => {
            vec![format!(
                "{name}: {}, expected {}{again}",
                show::value(y).join(" "),
                show::value(e).join(" ")
            )]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::find;
    use crate::linalg::matmul::{Spec as Matmul, solution::matmul};
    use crate::observe::trace;
    use crate::probability::softmax::Spec as Softmax;
    use linalg::Mat;

    #[test]
    fn a_mistake_with_a_name_shows_its_input_too() {
        for entry in crate::REGISTRY {
            let case = (entry.case)();
            for wrong in &case.wrong {
                let v = judge(&case, &wrong.traces[0]);
                let probe = case.probes.iter().position(|p| Some(&p.name) == v.probe.as_ref()).unwrap();
                let all = given(&case, probe);
                let fits = all.len() <= GLANCE;
                assert_eq!(v.given, if fits { all } else { Vec::new() }, "{}: {}", entry.id, wrong.slug);
            }
        }
    }

    #[test]
    fn two_mistakes_at_once_keep_both_names() {
        let case = (find("neuron").unwrap().case)();
        // written another way than the declared pair is
        let both: fn(&mut [f64], &mut f64, &[f64], f64, f64) = |w, _, x, dy, lr| {
            for i in 0..w.len() {
                w[i] -= x[i] * (dy * lr);
            }
        };
        let v = judge(&case, &trace::<crate::neuron::Spec>(&both));
        assert_eq!((v.kind, v.name.as_deref()), (Kind::Named, Some("no-gate and bias-frozen")), "{v:#?}");
        for slug in ["no-gate", "bias-frozen"] {
            let wrong = case.wrong.iter().find(|w| w.slug == slug).unwrap();
            assert!(v.question.as_ref().unwrap().contains(wrong.question), "{v:#?}");
            assert!(v.equals.as_ref().unwrap().contains(wrong.equals), "{v:#?}");
        }
        assert_eq!(v.probe.as_deref(), Some("a closed gate"));
        assert!(v.evidence.contains(&"and on \"one weight\":".to_string()), "{v:#?}");
        // A mistake alone is never called two, and what is neither has no name.
        for wrong in &case.wrong {
            assert_eq!(judge(&case, &wrong.traces[0]).name.as_deref(), Some(wrong.slug));
        }
        let third: fn(&mut [f64], &mut f64, &[f64], f64, f64) = |w, b, x, dy, lr| {
            for i in 0..w.len() {
                w[i] -= x[i] * (dy * lr);
            }
            *b += 1e-3;
        };
        assert_eq!(judge(&case, &trace::<crate::neuron::Spec>(&third)).kind, Kind::Wrong);
    }

    #[test]
    fn two_blocks_with_their_names() {
        let case = (find("linalg/matmul").unwrap().case)();
        let late: fn(&Mat, &Mat) -> Mat = |a, b| {
            let c = matmul(a, b);
            if c.rows() == 2 { c.map(|x| x + 0.125) } else { c }
        };
        let v = judge(&case, &trace::<Matmul>(&late));
        let at = |line: &str| v.evidence.iter().position(|l| l == line).unwrap_or_else(|| panic!("{v:#?}"));
        assert!(at("c, yours:") < at("c, expected:"));
        assert!(
            v.given[0].starts_with("a = ") && v.evidence.iter().any(|l| l.starts_with("within")),
            "{v:#?}"
        );
    }

    #[test]
    fn no_tolerance_that_nobody_can_use() {
        let case = (find("probability/softmax").unwrap().case)();
        // where 0 is expected, the tolerance is the smallest number that is not 0, more or less
        let leaks: fn(&[f64]) -> Vec<f64> = |z| {
            let right = crate::probability::softmax::solution::softmax(z);
            right.into_iter().map(|p| if p == 0.0 { 1e-20 } else { p }).collect()
        };
        let v = judge(&case, &trace::<Softmax>(&leaks));
        assert_eq!(v.kind, Kind::Wrong);
        assert!(v.evidence.iter().any(|l| l.starts_with("expected")), "{v:#?}");
        assert!(v.evidence.iter().all(|l| !l.starts_with("within")), "{v:#?}");
    }
}
