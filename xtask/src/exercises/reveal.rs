//! What a learner may look at: `diff`, and `solution`, which is free after a pass.

use super::browse::Shelf;
use super::catalogue::Exercise;
use super::project::{Project, Source};
use super::state::Store;
use super::text::{self, DIM, NORMAL, line, object};
use crate::failure::Failure;
use serde_json::json;
use similar::{ChangeTag, TextDiff};
use std::io::{self, IsTerminal};

/// Whether somebody may see the answer: it passed once, or they asked for it before.
pub(crate) fn earned(store: &Store, exercise: &Exercise) -> bool {
    store.read().of(exercise.name()).is_some_and(|r| r.passed.is_some() || r.shown)
}

/// The reference solution, and nothing else: it can be redirected into a file.
pub(crate) fn solution(shelf: &Shelf<'_>, exercise: &Exercise, yes: bool) -> Result<(), Failure> {
    if !earned(&shelf.store, exercise) && !yes {
        ask(exercise, shelf.json)?;
    }
    let solution = exercise.solution()?;
    if shelf.json {
        object(&json!({ "exercise": exercise.id, "solution": solution }));
    } else {
        text::verbatim(solution.trim_end());
    }
    // Asked once, never again. Where there is no project yet there is nothing to remember it in.
    if shelf.store.file().parent().is_some_and(std::path::Path::is_dir) {
        shelf.store.update(|p| {
            let passes = p.of(exercise.name()).is_some_and(|r| r.passed.is_some());
            if !passes {
                p.exercises.entry(exercise.name().into()).or_default().shown = true;
            }
        });
    }
    Ok(())
}

/// Asks once; without somebody to ask, says how to say yes.
fn ask(exercise: &Exercise, json: bool) -> Result<(), Failure> {
    let name = exercise.name();
    if json || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::usage(format!(
            "{name} does not pass yet. To see its solution all the same: cargo xtask exercises solution {name} --yes"
        )));
    }
    anstream::eprint!("{name} does not pass yet, and a hint may be all you need. Show the solution? [y/N] ");
    let mut answer = String::new();
    let _ = io::stdin().read_line(&mut answer);
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::usage(format!("not shown. A hint: cargo xtask exercises hint {name}")))
}

/// What the learner changed since the starter.
pub(crate) fn since_starter(exercise: &Exercise, project: &Project, json: bool) -> Result<(), Failure> {
    compare(&exercise.starter()?, "the starter", exercise, project, json)
}

/// How the learner's file differs from the reference.
pub(crate) fn beside_solution(
    shelf: &Shelf<'_>,
    exercise: &Exercise,
    project: &Project,
) -> Result<(), Failure> {
    if !earned(&shelf.store, exercise) {
        return Err(Failure::usage(format!(
            "{} does not pass yet: the comparison with the solution comes after that",
            exercise.name()
        )));
    }
    compare(&exercise.solution()?, "the solution", exercise, project, shelf.json)
}

fn compare(
    other: &str,
    what: &str,
    exercise: &Exercise,
    project: &Project,
    json: bool,
) -> Result<(), Failure> {
    let file = project.shown_file(exercise);
    let Source::Text(yours) = project.source(exercise) else {
        return Err(Failure::usage(format!("{file} is missing, or cannot be read as text")));
    };
    // Line ends differ between systems, not between people.
    let yours = yours.replace("\r\n", "\n");
    let diff = TextDiff::from_lines(other, &yours);
    let unified = diff.unified_diff().context_radius(3).header(what, &file).to_string();
    if json {
        object(
            &json!({ "exercise": exercise.id, "against": what, "same": unified.is_empty(), "diff": unified }),
        );
        return Ok(());
    }
    if unified.is_empty() {
        line(&format!("{file} is the same as {what}."));
        return Ok(());
    }
    let count = |tag| diff.iter_all_changes().filter(|c| c.tag() == tag).count();
    let (more, less) = (count(ChangeTag::Insert), count(ChangeTag::Delete));
    line(&format!("{DIM}{file} has {more} lines (+) that {what} has not, and lacks {less} (-){NORMAL}"));
    for l in unified.lines() {
        let colour = match l.as_bytes().first() {
            Some(b'+') => "\x1b[32m",
            Some(b'-') => "\x1b[31m",
            Some(b'@') => "\x1b[36m",
            _ => "",
        };
        line(&if colour.is_empty() { l.to_string() } else { format!("{colour}{l}{NORMAL}") });
    }
    Ok(())
}
