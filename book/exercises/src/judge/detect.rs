//! What can be said about a mistake that has no name: relations between what came out and what was expected.

use super::compare::{self, Naming, Passing};
use super::{Case, show};
use crate::observe::{Check, Field, Seen, Trace, Value};

/// Two fields of numbers at the same place, with their probe.
struct Pair<'a> {
    probe: usize,
    name: &'a str,
    shape: &'a [usize],
    expected: &'a [f64],
    your_shape: &'a [usize],
    yours: &'a [f64],
    rel: f64,
    abs: f64,
}

impl Pair<'_> {
    fn near(&self, expected: f64, yours: f64) -> bool {
        compare::number::<Naming>(expected, yours, self.rel, self.abs) <= 1.0
    }

    fn right(&self) -> bool {
        self.shape == self.your_shape
            && self.expected.len() == self.yours.len()
            && self.expected.iter().zip(self.yours).all(|(&e, &y)| self.near(e, y))
    }
}

fn pairs<'a>(case: &'a Case, trace: &'a Trace) -> Vec<Pair<'a>> {
    let mut all = Vec::new();
    for (probe, (e, y)) in case.reference.passes[0].iter().zip(&trace.passes[0]).enumerate() {
        let (Seen::Fields(e), Seen::Fields(y)) = (e, y) else { continue };
        for (e, y) in e.iter().zip(y) {
            let Field {
                name,
                value: Value::Numbers { shape, data: expected },
                check: Check::Close { rel, abs },
            } = e
            else {
                continue;
            };
            let Value::Numbers { shape: your_shape, data: yours } = &y.value else { continue };
            if *name == y.name {
                all.push(Pair { probe, name, shape, expected, your_shape, yours, rel: *rel, abs: *abs });
            }
        }
    }
    all
}

/// Sentences about a trace that is neither right nor known. Each is a fact about the numbers, not a guess at the code.
///
/// `shown` is the probe whose numbers the reader will see.
pub(super) fn detect(case: &Case, trace: &Trace, shown: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let pairs = pairs(case, trace);
    let wrong: Vec<&Pair<'_>> = pairs.iter().filter(|p| !p.right()).collect();

    notes.extend(changing(case, trace));
    notes.extend(tagged(case, trace));
    notes.extend(too_large(case, &pairs));
    notes.extend(right_fields(&pairs));
    if !wrong.is_empty() {
        let relation = scaled(&pairs)
            .or_else(|| offset(&pairs))
            .or_else(|| {
                all(&wrong, transposed, "Every wrong result is the transpose of the right one.".to_string())
            })
            .or_else(|| {
                all(&wrong, reversed, "Every wrong result is the right one in reverse order.".to_string())
            })
            .or_else(|| shifted(&wrong))
            .or_else(|| {
                all(
                    &wrong,
                    permuted,
                    "Every wrong result holds the right numbers, in other places.".to_string(),
                )
            })
            .or_else(|| single_precision(&wrong));
        match relation {
            Some(relation) => notes.push(relation),
            None => notes.extend(until(&wrong, shown)),
        }
    }
    notes
}

fn all(wrong: &[&Pair<'_>], relation: fn(&Pair<'_>) -> bool, sentence: String) -> Option<String> {
    wrong.iter().all(|p| relation(p)).then_some(sentence)
}

/// Not the same on the same input.
fn changing(case: &Case, trace: &Trace) -> Option<String> {
    let [first, second] = &trace.passes;
    let at = first.iter().zip(second).position(|(a, b)| !compare::identical(a, b))?;
    Some(format!(
        "The same input gave two different results (probe \"{}\", run twice): something survives from call to call.",
        case.probes[at].name
    ))
}

/// The probes that fail are exactly those with one property.
fn tagged(case: &Case, trace: &Trace) -> Option<String> {
    let fails: Vec<bool> = case.reference.passes[0]
        .iter()
        .zip(&trace.passes[0])
        .map(|(e, y)| compare::seen::<Passing>(e, y) > 1.0)
        .collect();
    let tag = case
        .probes
        .iter()
        .flat_map(|p| p.tags)
        .find(|tag| case.probes.iter().zip(&fails).all(|(p, &fails)| p.tags.contains(tag) == fails))?;
    Some(format!("It fails exactly where {tag}."))
}

/// NaN or infinity from some size of the numbers on, and never below.
fn too_large(case: &Case, pairs: &[Pair<'_>]) -> Option<String> {
    let broken = |probe: usize| {
        pairs
            .iter()
            .filter(|p| p.probe == probe)
            .any(|p| p.expected.iter().all(|x| x.is_finite()) && p.yours.iter().any(|x| !x.is_finite()))
    };
    let sized: Vec<(f64, bool)> =
        case.probes.iter().enumerate().filter_map(|(i, p)| Some((p.magnitude?, broken(i)))).collect();
    let least = sized.iter().filter(|s| s.1).map(|s| s.0).reduce(f64::min)?;
    let clean = sized.iter().all(|&(size, broken)| broken == (size >= least));
    clean.then(|| format!("NaN or infinity appears from numbers of size {} on.", show::number(least)))
}

/// Some fields are right on every probe, others are not.
fn right_fields(pairs: &[Pair<'_>]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for p in pairs {
        if !names.contains(&p.name) {
            names.push(p.name);
        }
    }
    let (right, wrong): (Vec<&str>, Vec<&str>) =
        names.iter().partition(|&&name| pairs.iter().filter(|p| p.name == name).all(Pair::right));
    (!right.is_empty() && !wrong.is_empty())
        .then(|| format!("Right on every probe: {}. Wrong on some: {}.", right.join(", "), wrong.join(", ")))
}

/// One factor between every number and the expected one.
fn scaled(pairs: &[Pair<'_>]) -> Option<String> {
    let one = |pairs: &[&Pair<'_>]| -> Option<f64> {
        let biggest = |p: &&&Pair<'_>| p.expected.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let widest = pairs
            .iter()
            .filter(|p| p.shape == p.your_shape)
            .max_by(|a, b| biggest(a).total_cmp(&biggest(b)))?;
        let at = (0..widest.expected.len())
            .max_by(|&i, &j| widest.expected[i].abs().total_cmp(&widest.expected[j].abs()))?;
        let factor = widest.yours[at] / widest.expected[at];
        if !factor.is_finite() || factor == 0.0 || (factor - 1.0).abs() < 1e-6 {
            return None;
        }
        let numbers: usize = pairs.iter().map(|p| p.expected.iter().filter(|&&x| x != 0.0).count()).sum();
        let fits = pairs.iter().all(|p| {
            p.shape == p.your_shape
                && p.expected.iter().zip(p.yours).all(|(&e, &y)| {
                    compare::number::<Passing>(e * factor, y, p.rel.max(1e-9), p.abs * factor.abs()) <= 1.0
                })
        });
        (fits && numbers > 1).then_some(factor)
    };
    let everything: Vec<&Pair<'_>> = pairs.iter().collect();
    if let Some(factor) = one(&everything) {
        return Some(if (factor + 1.0).abs() < 1e-9 {
            "Every number has the opposite sign.".into()
        } else {
            format!("Every number is {} times the expected one.", show::number(round(factor)))
        });
    }
    // one factor a probe: a missing division by a length that changes with the probe
    let mut factors = Vec::new();
    for probe in 0..=pairs.last()?.probe {
        let of_probe: Vec<&Pair<'_>> = pairs.iter().filter(|p| p.probe == probe).collect();
        if of_probe.iter().all(|p| p.right()) {
            continue;
        }
        factors.push(show::number(round(one(&of_probe)?)));
    }
    (factors.len() > 1).then(|| {
        factors.truncate(4);
        format!("On each wrong probe there is one factor to the expected numbers: {} …", factors.join(", "))
    })
}

fn round(x: f64) -> f64 {
    format!("{x:.6e}").parse().unwrap_or(x)
}

/// One difference between every number and the expected one.
fn offset(pairs: &[Pair<'_>]) -> Option<String> {
    let first = pairs.iter().find(|p| !p.yours.is_empty() && !p.expected.is_empty())?;
    let shift = first.yours[0] - first.expected[0];
    if !shift.is_finite() || shift.abs() < 1e-9 {
        return None;
    }
    let numbers: usize = pairs.iter().map(|p| p.expected.len()).sum();
    let fits = pairs.iter().all(|p| {
        p.shape == p.your_shape
            && p.expected
                .iter()
                .zip(p.yours)
                .all(|(&e, &y)| compare::number::<Passing>(e + shift, y, 1e-9, 1e-9 * shift.abs()) <= 1.0)
    });
    (fits && numbers > 2)
        .then(|| format!("Every number is off by the same amount, {}.", show::number(round(shift))))
}

fn transposed(p: &Pair<'_>) -> bool {
    let &[rows, cols] = p.shape else { return false };
    let swapped = [cols, rows];
    (p.your_shape == swapped || p.your_shape == p.shape)
        && p.yours.len() == p.expected.len()
        && (0..rows).all(|i| (0..cols).all(|j| p.near(p.expected[i * cols + j], p.yours[j * rows + i])))
}

fn reversed(p: &Pair<'_>) -> bool {
    p.expected.len() > 1
        && p.yours.len() == p.expected.len()
        && p.expected.iter().rev().zip(p.yours).all(|(&e, &y)| p.near(e, y))
}

/// The right numbers, some places further on.
fn shifted(wrong: &[&Pair<'_>]) -> Option<String> {
    let by = |p: &Pair<'_>, k: isize| {
        let n = p.expected.len();
        let overlap = n.saturating_sub(k.unsigned_abs());
        overlap >= 2
            && p.yours.len() == n
            && (0..n).all(|i| {
                let from = i as isize - k;
                from < 0 || from >= n as isize || p.near(p.expected[from as usize], p.yours[i])
            })
    };
    let k = [1, -1, 2, -2].into_iter().find(|&k| wrong.iter().all(|p| by(p, k)))?;
    let (places, where_to) =
        (if k.abs() == 1 { "place" } else { "places" }, if k > 0 { "late" } else { "early" });
    Some(format!("Every wrong result is the right one, {} {places} too {where_to}.", k.abs()))
}

fn permuted(p: &Pair<'_>) -> bool {
    if p.expected.len() < 2 || p.yours.len() != p.expected.len() {
        return false;
    }
    let sorted = |x: &[f64]| {
        let mut x = x.to_vec();
        x.sort_by(f64::total_cmp);
        x
    };
    sorted(p.expected).iter().zip(sorted(p.yours)).all(|(&e, y)| p.near(e, y))
}

/// Right to seven digits, and no number needs more than an f32.
fn single_precision(wrong: &[&Pair<'_>]) -> Option<String> {
    let small = wrong.iter().all(|p| {
        p.shape == p.your_shape
            && p.expected
                .iter()
                .zip(p.yours)
                .all(|(&e, &y)| compare::number::<Passing>(e, y, 1e-4, p.abs.max(1e-6)) <= 1.0)
    });
    small.then(|| {
        "Every number is right to a few digits only, as if it had passed through f32 or a step of finite size."
            .into()
    })
}

/// Right at the beginning, wrong from some place on.
fn until(wrong: &[&Pair<'_>], shown: usize) -> Option<String> {
    let p = wrong.iter().find(|p| p.probe == shown && p.shape == p.your_shape && p.expected.len() > 1)?;
    let good: Vec<bool> = p.expected.iter().zip(p.yours).map(|(&e, &y)| p.near(e, y)).collect();
    let first_bad = good.iter().position(|g| !g)?;
    if first_bad > 0 && good[first_bad..].iter().all(|g| !g) {
        let at = show::place(p.name, p.shape, first_bad);
        return Some(format!("On the probe below, all is right before {at} and wrong from there on."));
    }
    None
}
