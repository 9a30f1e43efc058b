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
    notes.extend(right_fields(case, trace));
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

/// Some results are right on every probe, others are not: numbers, words and costs alike.
fn right_fields(case: &Case, trace: &Trace) -> Option<String> {
    struct Tally<'a> {
        of: &'a str,
        seen: usize,
        wrong: usize,
    }
    let mut names: Vec<Tally<'_>> = Vec::new();
    for (e, y) in case.reference.passes[0].iter().zip(&trace.passes[0]) {
        // A probe without results, after a panic, leaves all of them open.
        let (Seen::Fields(e), Seen::Fields(y)) = (e, y) else { return None };
        for e in e {
            let right = y.iter().any(|y| y.name == e.name && compare::field::<Naming>(e, y) <= 1.0);
            let at = names.iter().position(|n| n.of == e.name).unwrap_or_else(|| {
                names.push(Tally { of: &e.name, seen: 0, wrong: 0 });
                names.len() - 1
            });
            names[at].seen += 1;
            names[at].wrong += usize::from(!right);
        }
    }
    // What only one probe asks for says little, if it is right.
    let right: Vec<&str> = names.iter().filter(|n| n.wrong == 0 && n.seen > 1).map(|n| n.of).collect();
    let wrong: Vec<&str> = names.iter().filter(|n| n.wrong > 0).map(|n| n.of).collect();
    (!right.is_empty() && !wrong.is_empty())
        .then(|| format!("Right on every probe: {}. Wrong on some: {}.", right.join(", "), wrong.join(", ")))
}

/// One factor between every number and the expected one; on all probes, or one on each.
fn scaled(pairs: &[Pair<'_>]) -> Option<String> {
    let everything: Vec<&Pair<'_>> = pairs.iter().collect();
    if let Some(factor) = factor(&everything).filter(|_| count(&everything) > 1) {
        return Some(if (factor + 1.0).abs() < 1e-9 {
            "Every number has the opposite sign.".into()
        } else {
            format!("Every number is {} times the expected one.", show::number(round(factor)))
        });
    }
    // A division by a length is missing, say, and the length changes from probe to probe.
    let (mut factors, mut telling) = (Vec::new(), 0);
    for probe in 0..=pairs.last()?.probe {
        let of_probe: Vec<&Pair<'_>> = pairs.iter().filter(|p| p.probe == probe).collect();
        if of_probe.iter().all(|p| p.right()) {
            continue;
        }
        factors.push(show::number(round(factor(&of_probe)?)));
        // between two single numbers there always is a factor
        telling += usize::from(count(&of_probe) > 1);
    }
    (telling > 1).then(|| {
        factors.truncate(4);
        format!("On each wrong probe there is one factor to the expected numbers: {} …", factors.join(", "))
    })
}

/// How many numbers are not expected to be 0.
fn count(pairs: &[&Pair<'_>]) -> usize {
    pairs.iter().map(|p| p.expected.iter().filter(|&&x| x != 0.0).count()).sum()
}

/// The factor that turns all expected numbers into yours, if there is one and it is not 1.
fn factor(pairs: &[&Pair<'_>]) -> Option<f64> {
    if pairs.iter().any(|p| p.shape != p.your_shape || p.expected.len() != p.yours.len()) {
        return None;
    }
    // The largest number says it most precisely.
    let numbers = || pairs.iter().flat_map(|p| p.expected.iter().zip(p.yours));
    let (&e, &y) = numbers().max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))?;
    let factor = y / e;
    if !factor.is_finite() || factor == 0.0 || (factor - 1.0).abs() < 1e-6 {
        return None;
    }
    let fits = pairs.iter().all(|p| {
        p.expected.iter().zip(p.yours).all(|(&e, &y)| {
            compare::number::<Passing>(e * factor, y, p.rel.max(1e-9), p.abs * factor.abs()) <= 1.0
        })
    });
    fits.then_some(factor)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::find;
    use crate::linalg::matmul::{self, solution::matmul};
    use crate::linalg::norms::{self, solution::norm};
    use crate::neuron::{self, solution::backward};
    use crate::observe::trace;
    use crate::probability::softmax::{self, solution::softmax};
    use linalg::Mat;
    use std::cell::Cell;

    fn of_softmax(subject: fn(&[f64]) -> Vec<f64>) -> String {
        let case = (find("probability/softmax").unwrap().case)();
        detect(&case, &trace::<softmax::Spec>(&subject), 0).join(" ")
    }
    fn of_matmul(subject: fn(&Mat, &Mat) -> Mat) -> String {
        let case = (find("linalg/matmul").unwrap().case)();
        detect(&case, &trace::<matmul::Spec>(&subject), 2).join(" ")
    }

    #[test]
    fn factors_and_signs() {
        assert!(of_softmax(|z| softmax(z).iter().map(|p| 3.0 * p).collect()).contains("3 times"));
        assert!(of_softmax(|z| softmax(z).iter().map(|p| -p).collect()).contains("opposite sign"));
        assert!(of_matmul(|a, b| matmul(a, b).map(|x| x / a.cols().max(1) as f64)).contains("one factor"));
        assert!(of_softmax(|z| softmax(z).iter().map(|p| p + 0.25).collect()).contains("same amount, 0.25"));
    }

    #[test]
    fn orders() {
        assert!(of_matmul(|a, b| matmul(a, b).transpose()).contains("transpose"));
        assert!(of_softmax(|z| softmax(z).into_iter().rev().collect()).contains("reverse order"));
        let sorted = of_softmax(|z| {
            let mut p = softmax(z);
            p.sort_by(f64::total_cmp);
            p
        });
        assert!(sorted.contains("in other places"), "{sorted}");
        // Row by row, one place to the right.
        let late = of_matmul(|a, b| {
            let mut c = matmul(a, b);
            let n = c.data().len();
            if n > 0 {
                c.data_mut().rotate_right(1);
            }
            c
        });
        assert!(late.contains("1 place too late"), "{late}");
    }

    #[test]
    fn where_it_fails() {
        let square = of_matmul(|a, b| {
            if a.rows() == b.cols() && a.rows() == a.cols() { matmul(a, b) } else { Mat::zeros([1, 1]) }
        });
        assert!(square.contains("exactly where the matrices are not square"), "{square}");
        let large = of_softmax(|z| {
            if z.iter().any(|z| z.is_finite() && z.abs() > 800.0) {
                vec![f64::NAN; z.len()]
            } else {
                softmax(z)
            }
        });
        assert!(large.contains("from numbers of size 1000 on"), "{large}");
        let early = of_matmul(|a, b| {
            let mut c = matmul(a, b);
            for (i, x) in c.data_mut().iter_mut().enumerate().skip(4) {
                *x += 10.0 + (i * i) as f64;
            }
            c
        });
        assert!(early.contains("right before c[1, 1]"), "{early}");
        let single = of_softmax(|z| softmax(z).iter().map(|&p| f64::from(p as f32)).collect());
        assert!(single.contains("a few digits only"), "{single}");
    }

    #[test]
    fn fields_and_repetitions() {
        let case = (find("neuron").unwrap().case)();
        let bias: <neuron::Spec as crate::spec::Exercise>::Subject = |w, b, x, dy, lr| {
            backward(w, b, x, dy, lr);
            *b *= 1.5;
        };
        let notes = detect(&case, &trace::<neuron::Spec>(&bias), 0).join(" ");
        assert!(notes.contains("Right on every probe: w. Wrong on some: b"), "{notes}");

        // what is compared as a word can be wrong too
        let case = (find("linalg/norms").unwrap().case)();
        let deaf: <norms::Spec as crate::spec::Exercise>::Subject = |x, p| match p {
            norms::Norm::Max => x.iter().fold(0.0, |m: f64, x| m.max(x.abs())),
            norms::Norm::Two => 1.5 * norm(x, p),
            norms::Norm::One => norm(x, p),
        };
        let notes = detect(&case, &trace::<norms::Spec>(&deaf), 0).join(" ");
        assert!(notes.contains("Right on every probe: L1. Wrong on some: L2, L∞"), "{notes}");

        thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });
        let changing = of_softmax(|z| {
            CALLS.set(CALLS.get() + 1);
            softmax(z).iter().map(|p| p + f64::from(CALLS.get())).collect()
        });
        assert!(changing.contains("two different results"), "{changing}");
    }
}
