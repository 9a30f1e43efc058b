//! The judge: observations in, a verdict out. The only place that knows what is right.

mod compare;
mod detect;
pub mod matrix;
mod show;
mod verdict;
mod why;

pub use compare::{Naming, Passing, apart, same};
pub use verdict::{Ended, Kind, Verdict, give};
pub use why::{Near, ProbeWhy, nearest, probes};

use crate::observe::{Trace, trace};
use crate::spec::Judged;

/// An exercise in the registry.
pub struct Entry {
    /// Its file in `solutions/`, without `.rs`: `linalg/matmul`.
    pub id: &'static str,
    /// Runs the reference, the accepted variants and the wrong implementations on the probes.
    pub case: fn() -> Case,
}

/// The registry's line for an exercise.
pub const fn entry<E: Judged>(id: &'static str) -> Entry {
    Entry { id, case: case::<E> }
}

/// Everything the judge needs to know of one exercise: no types of its own, only observations.
pub struct Case {
    /// The probes, in order.
    pub probes: Vec<ProbeInfo>,
    /// What the reference does.
    pub reference: Trace,
    /// What the untouched starter does.
    pub starter: Trace,
    /// What other right answers do.
    pub accepted: Vec<AcceptedCase>,
    /// What the mistakes with names do.
    pub wrong: Vec<WrongCase>,
    /// What two of them do at once.
    pub pairs: Vec<PairCase>,
}

/// A probe without its input.
pub struct ProbeInfo {
    /// Its name.
    pub name: String,
    /// What may explain a failure.
    pub tags: &'static [&'static str],
    /// How large its numbers are.
    pub magnitude: Option<f64>,
}

/// An accepted variant, run.
pub struct AcceptedCase {
    /// Its name.
    pub slug: &'static str,
    /// Its convention.
    pub note: &'static str,
    /// What it does.
    pub trace: Trace,
}

/// A wrong implementation, run.
pub struct WrongCase {
    /// Its name.
    pub slug: &'static str,
    /// Completes "Your outputs equal those of …".
    pub equals: &'static str,
    /// One question.
    pub question: &'static str,
    /// The probe that shows it best.
    pub show: Option<&'static str>,
    /// What its implementations do.
    pub traces: Vec<Trace>,
}

/// Two mistakes at once, run.
pub struct PairCase {
    /// Their names.
    pub slugs: [&'static str; 2],
    /// What the implementations do.
    pub traces: Vec<Trace>,
}

impl PairCase {
    /// The name of both: `no-gate and bias-frozen`.
    pub fn name(&self) -> String {
        self.slugs.join(" and ")
    }

    /// The two mistakes; nothing, if a name is unknown.
    fn both<'a>(&self, case: &'a Case) -> Option<[&'a WrongCase; 2]> {
        let of = |slug| case.wrong.iter().find(|w| w.slug == slug);
        Some([of(self.slugs[0])?, of(self.slugs[1])?])
    }
}

fn case<E: Judged>() -> Case {
    let probes = E::probes().into_iter();
    Case {
        probes: probes.map(|p| ProbeInfo { name: p.name, tags: p.tags, magnitude: p.magnitude }).collect(),
        reference: trace::<E>(&E::solution()),
        starter: trace::<E>(&E::starter()),
        accepted: E::accepted()
            .into_iter()
            .map(|a| AcceptedCase { slug: a.slug, note: a.note, trace: trace::<E>(&a.subject) })
            .collect(),
        wrong: E::wrong()
            .into_iter()
            .map(|w| WrongCase {
                slug: w.slug,
                equals: w.equals,
                question: w.question,
                show: w.show,
                traces: w.subjects.iter().map(trace::<E>).collect(),
            })
            .collect(),
        pairs: E::pairs()
            .into_iter()
            .map(|p| PairCase { slugs: p.slugs, traces: p.subjects.iter().map(trace::<E>).collect() })
            .collect(),
    }
}

/// The case of the exercise with this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    crate::REGISTRY.iter().find(|e| e.id == id)
}
