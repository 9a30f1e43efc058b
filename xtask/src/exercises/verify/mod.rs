//! `verify`, for whoever writes exercises: every right answer passes, every wrong one fails under its own name; starters,
//! solutions, hints and chapters agree with one another.
//!
//! | check | asks |
//! |---|---|
//! | matrix | the judge: does each mistake fail under its own name? |
//! | starters | [`starters`]: do files pass through the grader as a learner's do? |
//! | drift | [`drift`]: do starter and solution offer the same? [`chapters`]: are boxes, commands and numbers of pages true? |
//! | links | [`links`]: does everything lead somewhere? |
//! | hints | [`hints`]: three steps, and nobody gives the solution away? |

mod chapters;
mod drift;
mod hints;
mod links;
mod starters;
mod tokens;

use super::catalogue::{Catalogue, Exercise};
use super::child::{self, Ended};
use super::compile;
use super::grade::{self, Manner};
use super::text::{line, lines, object, wrap};
use crate::failure::Failure;
use crate::files;
use chapters::Page;
use hints::Message;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The matrix of one exercise runs all its wrong implementations twice; none needs more than this.
const PATIENCE: Duration = Duration::from_secs(300);

/// More than this many bytes of complaints nobody reads.
const OUTPUT: usize = 4 << 20;

/// The checks, in their order.
const CHECKS: [&str; 5] = ["matrix", "starters", "drift", "links", "hints"];

/// Pages beside the chapters that speak of exercises.
const PAGES: [&str; 4] = ["README.md", "CONTRIBUTING.md", "book/README.md", "book/exercises/README.md"];

/// What is not as it must be.
struct Complaint {
    check: &'static str,
    /// An exercise or a file.
    about: String,
    says: String,
}

/// Everything that was found.
#[derive(Default)]
struct Report {
    complaints: Vec<Complaint>,
    /// How much each check has looked at: a check that saw nothing says nothing.
    seen: HashMap<&'static str, usize>,
}

impl Report {
    fn add(&mut self, check: &'static str, about: &str, seen: usize, says: Vec<String>) {
        *self.seen.entry(check).or_default() += seen;
        let complaint = |says| Complaint { check, about: about.into(), says };
        self.complaints.extend(says.into_iter().map(complaint));
    }
}

/// The matrix of one exercise.
#[derive(Default)]
struct Matrix {
    wrong: u64,
    rejected: u64,
    named: u64,
    pairs: u64,
    messages: Vec<Message>,
    complaints: Vec<String>,
}

/// Verifies all exercises and the pages, or `one` exercise; says whether there is nothing to complain about.
pub(crate) fn verify(
    catalogue: &Catalogue,
    one: Option<&Exercise>,
    manner: &Manner,
    json: bool,
) -> Result<bool, Failure> {
    let exercises = one.map_or(catalogue.all(), std::slice::from_ref);
    let judge = compile::judge(manner)?;
    let matrices = grade::parallel(exercises, manner.jobs, |e| matrix(&judge, e));
    let mut report = Report::default();
    for (e, m) in exercises.iter().zip(&matrices) {
        report.add("matrix", &e.id, m.wrong as usize, m.complaints.clone());
        texts(e, &m.messages, catalogue, &mut report)?;
    }
    if one.is_none() {
        pages(catalogue, &matrices, &mut report)?;
    }
    let all: Vec<&Exercise> = exercises.iter().collect();
    for (id, says) in starters::check(&all, manner)? {
        report.add("starters", &id, 0, vec![says]);
    }
    report.add("starters", "", 2 * all.len(), Vec::new());
    show(exercises, &matrices, &report, json);
    Ok(report.complaints.is_empty())
}

/// The kill-and-name matrix, in a process of its own: what a run asks of the heap is counted there.
fn matrix(judge: &Path, exercise: &Exercise) -> Matrix {
    let mut command = Command::new(judge);
    command.args([&exercise.id, "--verify"]);
    let broken = |why: String| Matrix { complaints: vec![why], ..Matrix::default() };
    let said = match child::run(command, b"", PATIENCE, OUTPUT as u64, OUTPUT) {
        Ok(said) if said.ended == Ended::Code(0) => said.stdout.text(),
        Ok(said) => {
            return broken(format!("the judge fails ({:?}): {}", said.ended, said.stderr.text().trim()));
        }
        Err(e) => return broken(format!("the judge cannot be run: {e}")),
    };
    parse(&said).unwrap_or_else(|| broken(format!("the judge says {said}")))
}

/// What the judge says about one exercise.
fn parse(said: &str) -> Option<Matrix> {
    let value: Value = serde_json::from_str(said).ok()?;
    let text = |v: &Value| v.as_str().map(str::to_string);
    let message = |m: &Value| {
        Some(Message {
            name: text(&m["name"])?,
            equals: text(&m["equals"])?,
            question: text(&m["question"])?,
        })
    };
    Some(Matrix {
        wrong: value["wrong"].as_u64()?,
        rejected: value["rejected"].as_u64()?,
        named: value["named"].as_u64()?,
        pairs: value["pairs"].as_u64()?,
        messages: value["mistakes"].as_array()?.iter().map(message).collect::<Option<_>>()?,
        complaints: value["complaints"].as_array()?.iter().map(text).collect::<Option<_>>()?,
    })
}

/// The files of one exercise.
fn texts(
    e: &Exercise,
    messages: &[Message],
    catalogue: &Catalogue,
    report: &mut Report,
) -> Result<(), Failure> {
    let folder = format!("book/exercises/src/{}", e.id);
    let read = |file: &str| files::read(&files::root().join(&folder).join(file));
    let (starter, solution, hints) = (e.starter()?, e.solution()?, read("hints.md")?);
    let (items, mut says) = drift::drift(&starter, &solution);
    if !starter.starts_with("//! ") {
        says.push("the starter does not begin with the task (//!)".into());
    }
    report.add("drift", &e.id, items, says);
    report.add("hints", &e.id, 3, hints::hints(&hints, &solution, &starter));
    for m in messages {
        report.add("hints", &e.id, 1, hints::message(m, &solution, &starter));
    }
    for file in ["hints.md", "starter.rs", "solution.rs", "mod.rs", "wrong.rs"] {
        let (seen, says) =
            links::links(&Page { path: format!("{folder}/{file}"), text: read(file)? }, catalogue);
        report.add("links", &e.id, seen, says.into_iter().map(|s| format!("{file}: {s}")).collect());
    }
    if let Some(chapter) = &e.chapter {
        let summary = files::read(&files::root().join("book/src/SUMMARY.md"))?;
        report.add(
            "links",
            &e.id,
            1,
            links::title(&read("mod.rs")?, chapter, &summary).into_iter().collect(),
        );
    }
    for (file, text) in [("hints.md", hints), ("starter.rs", starter), ("solution.rs", solution)] {
        let (seen, says) = chapters::commands(&Page { path: file.into(), text }, catalogue);
        report.add("drift", &e.id, seen, says);
    }
    Ok(())
}

/// The chapters, and the pages beside them.
fn pages(catalogue: &Catalogue, matrices: &[Matrix], report: &mut Report) -> Result<(), Failure> {
    let page = |path: String| Ok(Page { text: files::read(&files::root().join(&path))?, path });
    let summary = files::read(&files::root().join("book/src/SUMMARY.md"))?;
    let linked = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let paths = linked.filter(|p| !p.is_empty()).map(|p| format!("book/src/{p}"));
    let written: Vec<Page> =
        paths.filter(|p| files::root().join(p).is_file()).map(page).collect::<Result<_, Failure>>()?;
    let (seen, says) = chapters::boxes(&written, catalogue);
    report.add("drift", "", seen, Vec::new());
    for (about, says) in says {
        report.add("drift", &about, 0, vec![says]);
    }
    let mistakes: HashMap<&str, usize> =
        catalogue.all().iter().zip(matrices).map(|(e, m)| (e.name(), m.messages.len())).collect();
    let beside: Vec<Page> = PAGES.iter().map(|p| page((*p).into())).collect::<Result<_, Failure>>()?;
    for p in written.iter().chain(&beside) {
        for (seen, says) in
            [chapters::commands(p, catalogue), chapters::counts(p, catalogue.all(), &mistakes)]
        {
            report.add("drift", &p.path, seen, says);
        }
    }
    for p in &beside {
        let (seen, says) = links::links(p, catalogue);
        report.add("links", &p.path, seen, says);
    }
    Ok(())
}

/// For a person or for a program.
fn show(exercises: &[Exercise], matrices: &[Matrix], report: &Report, json: bool) {
    let sum = |of: fn(&Matrix) -> u64| matrices.iter().map(of).sum::<u64>();
    let (wrong, rejected, named) = (sum(|m| m.wrong), sum(|m| m.rejected), sum(|m| m.named));
    let pairs = sum(|m| m.pairs);
    let of = |check: &str| report.complaints.iter().filter(|c| c.check == check).count();
    if json {
        let complaints: Vec<Value> = report
            .complaints
            .iter()
            .map(|c| json!({ "check": c.check, "exercise": c.about, "says": c.says }))
            .collect();
        let checks: serde_json::Map<String, Value> = CHECKS
            .iter()
            .map(|c| ((*c).into(), json!({ "looked_at": report.seen.get(c), "complaints": of(c) })))
            .collect();
        object(&json!({ "exercises": exercises.len(), "wrong": wrong, "rejected": rejected, "named": named,
            "pairs": pairs, "checks": checks, "complaints": complaints }));
        return;
    }
    let mark = |good: bool| if good { "✓ good" } else { "✗ bad " };
    let complain = |c: &Complaint| lines(&wrap(&format!("{}: {}", c.check, c.says), 78, "        "));
    for (e, m) in exercises.iter().zip(matrices) {
        let own = || report.complaints.iter().filter(|c| c.about == e.id);
        line(&format!("{}  {:24} {:>3} wrong", mark(own().next().is_none()), e.id, m.wrong));
        own().for_each(complain);
    }
    let elsewhere = report.complaints.iter().filter(|c| exercises.iter().all(|e| e.id != c.about));
    for c in elsewhere {
        line(&format!("{}  {}", mark(false), c.about));
        complain(c);
    }
    for check in CHECKS {
        let n = report.seen.get(check).copied().unwrap_or(0);
        line(&format!("{}  {check:24} {n:>3} looked at, {} complaints", mark(of(check) == 0), of(check)));
    }
    line(&format!("{pairs} implementations of two mistakes at once"));
    let (n, s) = (exercises.len(), if exercises.len() == 1 { "" } else { "s" });
    line(&format!("{n} exercise{s}, {wrong} wrong, {rejected} rejected, {named} named"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_answer_of_the_judge_counts() {
        let whole = r#"{"wrong":2,"rejected":1,"named":1,"pairs":0,"complaints":["so"],
            "mistakes":[{"name":"frozen","equals":"a step of 0","question":"Why?"}]}"#;
        let m = parse(whole).unwrap();
        assert_eq!((m.wrong, m.rejected, m.named, m.messages.len()), (2, 1, 1, 1));
        for (from, to) in
            [("2", "\"2\""), ("\"so\"", "3"), ("\"Why?\"", "null"), ("\"mistakes\"", "\"names\"")]
        {
            assert!(parse(&whole.replace(from, to)).is_none(), "{from}");
        }
        assert!(parse("").is_none());
    }
}
