//! `verify --mutants`: small changes to the reference solutions, made by a program; does every one of them fail?
//!
//! The named mistakes are those that people make. This is the floor beneath them: [`cargo-mutants`](https://mutants.rs) swaps operators and
//! replaces results, and each changed solution is graded as a learner's file would be. A change that passes is either no mistake (the
//! function still computes the same) or a hole in the probes; [`HARMLESS`] says which are known to be the former, and why.

use super::catalogue::{Catalogue, Exercise};
use super::grade::{self, Manner};
use super::submissions::Desk;
use super::text::{line, note, object};
use super::verdict::Status;
use crate::failure::Failure;
use crate::{files, tasks};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::ErrorKind;

/// Changes that leave a right solution right: exercise, what is changed (a part of its description), why it does not matter.
const HARMLESS: [(&str, &str, &str); 8] = [
    ("neuron", "13:19: `>` becomes `>=`", "the slope at the kink: accepted, with a note"),
    ("calculus/activations", "15:18: `>` becomes `>=`", "the slope at the kink: accepted, with a note"),
    ("calculus/two_layers", "21:44: `>` becomes `>=`", "the slope at the kink: accepted, with a note"),
    ("calculus/clip", "7:13: `>` becomes `>=`", "at norm = max the factor is 1"),
    (
        "calculus/grad_norms",
        "29:66: `+=` becomes `-=`",
        "turns a gradient round, and its length is what is asked for",
    ),
    ("linalg/solve", "19:32: `>` becomes `>=`", "of two pivots of the same size either will do"),
    ("linalg/solve", "18:20: `+` becomes `*`", "compares the first candidate with itself"),
    (
        "linalg/two_by_two",
        "16:16: `<` becomes `<=`",
        "the root of 0 is both the imaginary part and the difference",
    ),
];

/// One change of one solution.
struct Mutant {
    /// "12:9: replace * with +".
    what: String,
    text: String,
}

/// Grades every mutant; says whether all fail that should.
pub(crate) fn verify(catalogue: &Catalogue, manner: &Manner, json: bool) -> Result<bool, Failure> {
    let exercises: Vec<&Exercise> = catalogue.all().iter().filter(|e| e.written).collect();
    let mut mutants = list(&exercises)?;
    let most = mutants.values().map(Vec::len).max().unwrap_or(0);
    let desk = Desk::open(&exercises)?;
    let (mut killed, mut refused, mut survivors) = (0, 0, Vec::new());
    // One sheet holds the n-th change of every exercise that has one.
    for n in 0..most {
        let sheet: Vec<(&Exercise, Mutant)> =
            exercises.iter().filter_map(|e| Some((*e, mutants.get_mut(&e.id)?.pop()?))).collect();
        note(&format!("sheet {} of {most}: {} changed solutions", n + 1, sheet.len()));
        let project = desk.fresh()?;
        for (exercise, mutant) in &sheet {
            files::write(&project.file(exercise), &mutant.text)?;
        }
        let some: Vec<&Exercise> = sheet.iter().map(|(e, _)| *e).collect();
        let verdicts = grade::grade(&project, &some, manner)?;
        for ((exercise, mutant), verdict) in sheet.into_iter().zip(verdicts) {
            match verdict.status {
                Status::DoesNotCompile => refused += 1,
                Status::Pass => survivors.push((exercise.id.clone(), mutant.what)),
                Status::GraderFailed => return Err(Failure::ours(verdict.summary)),
                _ => killed += 1,
            }
        }
    }
    let known = |id: &str, what: &str| HARMLESS.iter().find(|h| h.0 == id && what.contains(h.1)).map(|h| h.2);
    let (harmless, open): (Vec<_>, Vec<_>) =
        survivors.into_iter().partition(|(id, what)| known(id, what).is_some());
    let total = killed + harmless.len() + open.len();
    if json {
        let survived: Vec<Value> =
            open.iter().map(|(id, what)| json!({ "exercise": id, "change": what })).collect();
        object(
            &json!({ "mutants": total, "killed": killed, "harmless": harmless.len(), "not_compiled": refused,
            "survived": survived }),
        );
    } else {
        for (id, what) in &harmless {
            line(&format!("· harmless  {id}: {what}: {}", known(id, what).unwrap_or_default()));
        }
        for (id, what) in &open {
            line(&format!("✗ passes    {id}: {what}"));
        }
        line(&format!(
            "{total} mutants, {killed} rejected, {} harmless, {} pass; {refused} more did not compile",
            harmless.len(),
            open.len()
        ));
    }
    Ok(open.is_empty())
}

/// All changes of all solutions, by exercise.
fn list(exercises: &[&Exercise]) -> Result<BTreeMap<String, Vec<Mutant>>, Failure> {
    let mut command = tasks::cargo();
    command.args(["mutants", "--list", "--json", "--package", "exercises"]);
    for exercise in exercises {
        command.arg("--file").arg(format!("book/exercises/src/{}/solution.rs", exercise.id));
    }
    let missing =
        || Failure::usage("`cargo mutants` does not run: `cargo install cargo-mutants --locked` installs it");
    let output = command.output().map_err(|e| match e.kind() {
        ErrorKind::NotFound => missing(),
        _ => Failure::ours(format!("cannot start cargo: {e}")),
    })?;
    if !output.status.success() {
        return Err(missing());
    }
    let odd =
        |what: &str| Failure::ours(format!("`cargo mutants --list --json` speaks another language: {what}"));
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).map_err(|e| odd(&e.to_string()))?;
    let mut mutants = BTreeMap::<String, Vec<Mutant>>::new();
    for value in &all {
        let file = value["file"].as_str().ok_or_else(|| odd("no file"))?.replace('\\', "/");
        let id = file.trim_start_matches("book/exercises/src/").trim_end_matches("/solution.rs");
        let exercise = exercises.iter().find(|e| e.id == id).ok_or_else(|| odd(&file))?;
        let mutant = apply(value, &exercise.solution()?).ok_or_else(|| odd("no span"))?;
        mutants.entry(exercise.id.clone()).or_default().push(mutant);
    }
    Ok(mutants)
}

/// A solution with one change.
fn apply(value: &Value, solution: &str) -> Option<Mutant> {
    let at = |end: &str| {
        let place = &value["span"][end];
        offset(solution, place["line"].as_u64()?, place["column"].as_u64()?)
    };
    let (start, end) = (at("start")?, at("end")?);
    let replacement = value["replacement"].as_str()?;
    // A function's whole body is replaced by a value, anything else by itself.
    let old = solution.get(start..end)?;
    let new =
        if value["genre"] == "FnValue" { format!("{{ {replacement} }}") } else { replacement.to_string() };
    let text = [&solution[..start], &new, &solution[end..]].concat();
    let shown: String = old.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect();
    let place = &value["span"]["start"];
    let what = format!("{}:{}: `{shown}` becomes `{replacement}`", place["line"], place["column"]);
    Some(Mutant { what, text })
}

/// Where a line and a column, both from 1 on and the latter in characters, lie in a text.
fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let line = usize::try_from(line.checked_sub(1)?).ok()?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let column = usize::try_from(column.checked_sub(1)?).ok()?;
    text[start..].char_indices().map(|(at, _)| start + at).chain([text.len()]).nth(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_goes_where_its_span_says() {
        let solution = "/// λ·x\nfn f(x: f64) -> f64 {\n    /* λ */ x * 2.0\n}\n";
        let value = json!({ "span": { "start": { "line": 3, "column": 15 }, "end": { "line": 3, "column": 16 } },
            "replacement": "+", "genre": "BinaryOperator" });
        let mutant = apply(&value, solution).unwrap();
        assert!(mutant.text.contains("x + 2.0"), "{}", mutant.text);
        assert_eq!(mutant.what, "3:15: `*` becomes `+`");
        assert_eq!(offset("ab\nc", 2, 2), Some(4));
        assert_eq!(offset("ab\nc", 0, 1), None);
    }
}
