//! What a person reads (at most 60 columns for a listing, no colour needed), or a program (one JSON object a line).

use super::catalogue::{Catalogue, Exercise};
use super::project::Project;
use super::verdict::{Status, Verdict};
use crate::failure::Failure;
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[90m";
const PLAIN: &str = "\x1b[0m";

/// Whether what the compiler says should come in colour.
pub(crate) fn colour(json: bool) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    !json && !unwanted && std::io::stdout().is_terminal()
}

pub(crate) fn json_failure(failure: &Failure) {
    object(&json!({ "error": failure.message, "code": failure.code }));
}

/// One line. Whoever closes the pipe (`| head`) has read enough.
fn line(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

fn lines(texts: &[String]) {
    for text in texts {
        line(text);
    }
}

/// One line for programs: never in colour.
fn object(value: &Value) {
    let _ = writeln!(std::io::stdout(), "{value}");
}

/// Text broken at blanks so that no line is longer than `width`, each with `indent` before it.
fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut current = String::new();
        for word in paragraph.split_whitespace() {
            let longer = indent.chars().count() + current.chars().count() + 1 + word.chars().count();
            if !current.is_empty() && longer > width {
                lines.push(format!("{indent}{current}"));
                current.clear();
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(format!("{indent}{current}"));
    }
    lines
}

/// At most `width` characters.
fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return format!("{text:width$}");
    }
    let cut: String = text.chars().take(width - 1).collect();
    format!("{cut}…")
}

/// The exercises without verdicts.
pub(crate) fn list(catalogue: &Catalogue, listed: &[&Exercise], json: bool) {
    if json {
        for e in listed {
            object(&json!({ "exercise": e.id, "chapter": e.chapter, "prerequisites": e.prerequisites,
                        "minutes": e.minutes, "difficulty": e.difficulty }));
        }
        return;
    }
    for e in listed {
        let stars = "*".repeat(e.difficulty as usize);
        line(&format!("{} {stars:5} {:>3} min", fit(&e.id, 26), e.minutes));
        for part in wrap(&format!("after {}", e.prerequisites.join(", ")), 58, "    ") {
            if !e.prerequisites.is_empty() {
                line(&format!("{DIM}{part}{PLAIN}"));
            }
        }
    }
    waiting(catalogue, listed);
}

/// How many exercises are not listed because their chapter is not written.
fn waiting(catalogue: &Catalogue, listed: &[&Exercise]) {
    let more = catalogue.all().len() - listed.len();
    if more > 0 {
        let (noun, verb) = if more == 1 {
            ("exercise", "waits for its chapter")
        } else {
            ("exercises", "wait for their chapters")
        };
        line(&format!("{DIM}{more} more {noun} {verb} (--all shows them){PLAIN}"));
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
    line(&format!("{BOLD}Exercises{PLAIN}{count:>51}"));
    line("");
    for (e, v) in listed.iter().zip(verdicts) {
        let (mark, colour) = v.status.mark();
        line(&format!(
            "\x1b[{colour}m{mark}{PLAIN} {} \x1b[{colour}m{}{PLAIN} {DIM}{:>3} min{PLAIN}",
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
    line(&format!("{BOLD}Next: {}{PLAIN}", exercise.id));
    if let Some(chapter) = &exercise.chapter {
        line(&format!("  read   {chapter}"));
    }
    line(&format!("  edit   {}", project.shown_file(exercise)));
    line(&format!("  then   cargo xtask exercises run {}", exercise.name()));
    line(&format!("  stuck  cargo xtask exercises hint {}", exercise.name()));
    if let Some(equals) = &verdict.equals {
        line("");
        short_evidence(verdict);
        lines(&wrap(equals, 60, "  "));
        for l in wrap(verdict.question.as_deref().unwrap_or_default(), 60, "  ") {
            line(&format!("{BOLD}{l}{PLAIN}"));
        }
    }
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
    const WIDTH: usize = 78;
    let (mark, colour) = verdict.status.mark();
    line(&format!("\x1b[1;{colour}m{mark} {}: {}{PLAIN}", exercise.id, verdict.says()));
    let paragraph = |text: &str| {
        line("");
        lines(&wrap(text, WIDTH, ""));
    };
    if let Some(printed) = &verdict.printed {
        line("");
        line(&format!("{DIM}Your code printed (each probe is run twice):{PLAIN}"));
        printed.lines().for_each(|l| line(&format!("{DIM}  | {l}{PLAIN}")));
    }
    if verdict.status != Status::Named {
        paragraph(&verdict.summary);
    }
    for note in &verdict.notes {
        lines(&wrap(note, WIDTH, ""));
    }
    if let Some(compiler) = &verdict.compiler {
        line("");
        line(compiler.trim_end());
    }
    if verdict.probe.is_some() || !verdict.evidence.is_empty() {
        line("");
        if let Some(probe) = &verdict.probe {
            line(&format!("On the probe \"{probe}\":"));
        }
        verdict.evidence.iter().flat_map(|e| e.lines()).for_each(|l| line(&format!("  {l}")));
    }
    if let Some(equals) = &verdict.equals {
        paragraph(equals);
    }
    if let Some(question) = &verdict.question {
        line("");
        for l in wrap(question, WIDTH, "") {
            line(&format!("{BOLD}{l}{PLAIN}"));
        }
    }
    if verdict.status != Status::Pass {
        line("");
        line(&format!("{DIM}{}{PLAIN}", project.shown_file(exercise)));
        line(&format!("{DIM}cargo xtask exercises hint {}{PLAIN}", exercise.name()));
    }
}

/// A hint.
pub(crate) fn hint(exercise: &Exercise, level: u8, json: bool) -> Result<(), Failure> {
    let text = exercise.hint(level)?;
    if json {
        object(&json!({ "exercise": exercise.id, "level": level, "hint": text }));
        return Ok(());
    }
    line(&format!("{BOLD}{}, hint {level} of 3{PLAIN}\n\n{text}", exercise.id));
    if level < 3 {
        line(&format!("\n{DIM}cargo xtask exercises hint {} --level {}{PLAIN}", exercise.name(), level + 1));
    }
    Ok(())
}

/// The reference solution, and nothing else: it can be redirected into a file.
pub(crate) fn solution(exercise: &Exercise, json: bool) -> Result<(), Failure> {
    let text = exercise.solution()?;
    if json {
        object(&json!({ "exercise": exercise.id, "solution": text }));
    } else {
        line(text.trim_end());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_at_blanks() {
        let lines = wrap("one two three four", 10, "  ");
        assert_eq!(lines, ["  one two", "  three", "  four"]);
        assert_eq!(wrap("a-very-long-word b", 5, ""), ["a-very-long-word", "b"]);
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("ab", 4), "ab  ");
    }
}
