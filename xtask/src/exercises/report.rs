//! What a person reads (at most 60 columns for a listing, no colour needed), or a program (one JSON object a line).

use super::catalogue::{Catalogue, Exercise};
use super::project::Project;
use super::text::{BOLD, DIM, NORMAL, fit, fold, line, lines, object, prose, width, wrap};
use super::verdict::{Status, Verdict};
use crate::failure::Failure;
use serde_json::json;

pub(crate) fn json_failure(failure: &Failure) {
    object(&json!({ "error": failure.message, "code": failure.code }));
}

/// How many exercises are not listed because their chapter is not written.
pub(crate) fn waiting(catalogue: &Catalogue, listed: &[&Exercise]) {
    let more = catalogue.all().len() - listed.len();
    if more > 0 {
        let (noun, verb) = if more == 1 {
            ("exercise", "waits for its chapter")
        } else {
            ("exercises", "wait for their chapters")
        };
        line(&format!("{DIM}{more} more {noun} {verb} (--all shows them){NORMAL}"));
    }
}

/// All verdicts, and the next thing to do.
pub(crate) fn all(
    catalogue: &Catalogue,
    listed: &[&Exercise],
    verdicts: &[Verdict],
    project: &Project,
    json: bool,
) {
    let passed = verdicts.iter().filter(|v| v.status == Status::Pass).count();
    let next = listed.iter().zip(verdicts).find(|(_, v)| v.status != Status::Pass);
    if json {
        for (e, v) in listed.iter().zip(verdicts) {
            object(&v.json(&e.id));
        }
        let next = next.map(|(e, _)| e.id.as_str());
        object(&json!({ "done": true, "passed": passed, "exercises": listed.len(), "next": next }));
        return;
    }
    let count = format!("{passed} of {} pass", listed.len());
    line(&format!("{BOLD}Exercises{NORMAL}{count:>51}"));
    line("");
    for (e, v) in listed.iter().zip(verdicts) {
        let (mark, colour) = v.status.mark();
        line(&format!(
            "\x1b[{colour}m{mark}{NORMAL} {} \x1b[{colour}m{}{NORMAL} {DIM}{:>3} min{NORMAL}",
            fit(&e.id, 23),
            fit(&v.says(), 26),
            e.minutes
        ));
    }
    waiting(catalogue, listed);
    line("");
    let Some((exercise, verdict)) = next else {
        line(if listed.is_empty() { "No exercise is listed yet." } else { "All pass." });
        return;
    };
    line(&format!("{BOLD}Next: {}{NORMAL}", exercise.id));
    way(exercise, project);
    if let Some(equals) = &verdict.equals {
        line("");
        short_evidence(verdict);
        lines(&wrap(equals, 60, "  "));
        for l in wrap(verdict.question.as_deref().unwrap_or_default(), 60, "  ") {
            line(&format!("{BOLD}{l}{NORMAL}"));
        }
    }
}

/// The way to a pass.
pub(crate) fn way(exercise: &Exercise, project: &Project) {
    if let Some(chapter) = &exercise.chapter {
        line(&format!("  read   {chapter}"));
    }
    line(&format!("  edit   {}", project.shown_file(exercise)));
    line(&format!("  then   cargo xtask exercises run {}", exercise.name()));
    line(&format!("  stuck  cargo xtask exercises hint {}", exercise.name()));
}

/// The probe and its first numbers.
fn short_evidence(verdict: &Verdict) {
    if let Some(probe) = &verdict.probe {
        line(&format!("  On \"{probe}\":"));
    }
    for l in verdict.evidence.iter().take(2) {
        line(&format!("    {l}"));
    }
}

/// One verdict in full.
pub(crate) fn one(exercise: &Exercise, verdict: &Verdict, project: &Project, json: bool) {
    if json {
        object(&verdict.json(&exercise.id));
        return;
    }
    let (mark, colour) = verdict.status.mark();
    line(&format!("\x1b[1;{colour}m{mark} {}: {}{NORMAL}", exercise.id, verdict.says()));
    let paragraph = |text: &str| {
        line("");
        lines(&wrap(text, width(), ""));
    };
    if let Some(printed) = &verdict.printed {
        line("");
        line(&format!("{DIM}Your code printed (each probe is run twice):{NORMAL}"));
        printed.lines().for_each(|l| line(&format!("{DIM}  | {l}{NORMAL}")));
    }
    if verdict.status != Status::Named {
        paragraph(&verdict.summary);
    }
    for note in &verdict.notes {
        lines(&wrap(note, width(), ""));
    }
    if let Some(compiler) = &verdict.compiler {
        line("");
        line(compiler.trim_end());
    }
    if verdict.probe.is_some() || !verdict.evidence.is_empty() {
        line("");
        probe(verdict.probe.as_deref(), &verdict.given, &verdict.evidence);
    }
    if let Some(equals) = &verdict.equals {
        paragraph(equals);
    }
    if let Some(history) = &verdict.history {
        paragraph(history);
    }
    if let Some(question) = &verdict.question {
        line("");
        for l in wrap(question, width(), "") {
            line(&format!("{BOLD}{l}{NORMAL}"));
        }
    }
    if verdict.status != Status::Pass {
        line("");
        line(&format!("{DIM}{}{NORMAL}", project.shown_file(exercise)));
        line(&format!("{DIM}cargo xtask exercises hint {}{NORMAL}", exercise.name()));
    }
}

/// What a probe fed in, and what came out.
pub(crate) fn probe(name: Option<&str>, given: &[String], evidence: &[String]) {
    let indented = |all: &[String]| {
        all.iter().flat_map(|l| l.lines()).for_each(|l| lines(&fold(&format!("  {l}"), width())));
    };
    if let Some(name) = name {
        line(&format!("On the probe \"{name}\"{}", if given.is_empty() { ":" } else { ", given:" }));
    }
    indented(given);
    if !given.is_empty() && !evidence.is_empty() {
        line("Seen:");
    }
    indented(evidence);
}

/// A hint.
pub(crate) fn hint(exercise: &Exercise, level: u8, json: bool) -> Result<(), Failure> {
    let text = exercise.hint(level)?;
    if json {
        object(&json!({ "exercise": exercise.id, "level": level, "hint": text }));
        return Ok(());
    }
    line(&format!("{BOLD}{}, hint {level} of 3{NORMAL}\n", exercise.id));
    lines(&prose(text.trim_end(), width()));
    if level < 3 {
        line(&format!("\n{DIM}cargo xtask exercises hint {} --level {}{NORMAL}", exercise.name(), level + 1));
    }
    Ok(())
}

/// What `reset` did.
pub(crate) fn reset(exercise: &Exercise, project: &Project, kept: Option<&str>, json: bool) {
    let file = project.shown_file(exercise);
    if json {
        object(&json!({ "exercise": exercise.id, "file": file, "kept": kept }));
        return;
    }
    line(&format!("{file} is the starter again."));
    if let Some(kept) = kept {
        line(&format!("What it held is in {kept}."));
    }
}
