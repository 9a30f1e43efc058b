//! Everything about one run: each probe, and how near it comes to each mistake that has a name.

use super::compare::{self, Naming};
use super::{Case, verdict};
use crate::observe::Trace;

/// What one probe showed.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeWhy {
    /// Its name.
    pub name: String,
    /// Right in both runs; nothing, if the run never came so far.
    pub right: Option<bool>,
    /// What it feeds in (where it fails).
    pub given: Vec<String>,
    /// Where it differs (where it fails).
    pub evidence: Vec<String>,
}

/// How near a run is to a named mistake.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// The mistake's name, or those of two at once.
    pub slug: String,
    /// Completes "the outputs of …".
    pub equals: String,
    /// On how many probes the two are the same.
    pub agrees: usize,
    /// On how many of those where the run is wrong: only these tell mistakes apart.
    pub agrees_wrong: usize,
}

/// All probes of a run, in order.
pub fn probes(case: &Case, trace: &Trace) -> Vec<ProbeWhy> {
    let probe = |i: usize| {
        let ran = trace.passes[0].len() > i;
        let fails = ran && verdict::failing(case, trace, i);
        let lines = |text: Vec<String>| if fails { text } else { Vec::new() };
        ProbeWhy {
            name: case.probes[i].name.clone(),
            right: ran.then_some(!fails),
            given: lines(verdict::given(case, i)),
            evidence: lines(if fails { verdict::differences(case, trace, i) } else { Vec::new() }),
        }
    };
    (0..case.probes.len()).map(probe).collect()
}

/// The named mistakes that do what this run does on some probe where it is wrong: the nearest first.
pub fn nearest(case: &Case, trace: &Trace) -> Vec<Near> {
    let yours = &trace.passes[0];
    let wrong: Vec<bool> = (0..yours.len()).map(|i| verdict::failing(case, trace, i)).collect();
    let near = |t: &Trace| {
        let same = |i: &usize| compare::seen::<Naming>(&t.passes[0][*i], &yours[*i]) <= 1.0;
        let same: Vec<usize> = (0..yours.len()).filter(same).collect();
        (same.iter().filter(|&&i| wrong[i]).count(), same.len())
    };
    let one = case.wrong.iter().map(|w| (w.slug.to_string(), w.equals.to_string(), &w.traces));
    let two = case.pairs.iter().filter_map(|p| {
        let [a, b] = p.both(case)?;
        Some((p.name(), format!("two mistakes at once: {}; and {}", a.equals, b.equals), &p.traces))
    });
    let mut all: Vec<Near> = one
        .chain(two)
        .filter_map(|(slug, equals, traces)| {
            let (agrees_wrong, agrees) = traces.iter().map(near).max()?;
            (agrees_wrong > 0).then_some(Near { slug, equals, agrees, agrees_wrong })
        })
        .collect();
    all.sort_by_key(|n| std::cmp::Reverse((n.agrees_wrong, n.agrees)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::find;
    use crate::observe::trace;
    use crate::probability::softmax::{Spec, solution::softmax};

    #[test]
    fn half_a_mistake_is_near_and_no_more() {
        let case = (find("probability/softmax").unwrap().case)();
        // Without a maximum, and something of its own where all is masked.
        let half: fn(&[f64]) -> Vec<f64> = |z| {
            if z.iter().all(|z| z.is_infinite()) && !z.is_empty() {
                return vec![7.0; z.len()];
            }
            let e: Vec<f64> = z.iter().map(|z| z.exp()).collect();
            let sum: f64 = e.iter().sum();
            e.iter().map(|e| e / sum).collect()
        };
        let yours = trace::<Spec>(&half);
        let probes = probes(&case, &yours);
        let wrong = probes.iter().filter(|p| p.right == Some(false)).count();
        assert!(wrong > 2 && probes.iter().all(|p| (p.right == Some(true)) == p.evidence.is_empty()));
        let near = nearest(&case, &yours);
        let masked = 2; // the probes where all is masked
        let agrees = (near[0].agrees_wrong, near[0].agrees);
        assert_eq!(agrees, (wrong - masked, probes.len() - masked), "{near:?}");
        assert!(near.iter().all(|n| n.agrees < probes.len()));

        assert!(nearest(&case, &trace::<Spec>(&(softmax as fn(&[f64]) -> Vec<f64>))).is_empty());
        for w in &case.wrong {
            let near = nearest(&case, &w.traces[0]);
            assert_eq!((near[0].slug.as_str(), near[0].agrees), (w.slug, case.probes.len()));
        }
    }

    #[test]
    fn what_never_ran_is_not_wrong() {
        let case = (find("probability/softmax").unwrap().case)();
        let mut cut = case.reference.clone();
        cut.passes[0].truncate(3);
        cut.passes[1].clear();
        let probes = probes(&case, &cut);
        assert_eq!(probes[2].right, Some(true));
        assert!(probes[3..].iter().all(|p| p.right.is_none()));
        assert!(nearest(&case, &cut).is_empty());
    }
}
