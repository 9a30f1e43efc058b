//! Compiles the learner's files. Each is a program of its own, so an error in one says nothing about another.

use super::catalogue::Exercise;
use super::project::Project;
use crate::failure::Failure;
use crate::tasks;
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What became of one program.
#[derive(Default)]
pub(crate) struct Program {
    /// Where it is, if it compiled.
    pub(crate) executable: Option<PathBuf>,
    /// What the compiler said, as it says it, with file names that a person knows.
    pub(crate) errors: Vec<String>,
    /// Errors outside the learner's file: a function has another name, another type, or is not public.
    pub(crate) signature: Vec<String>,
    /// What it warned of: the name of the lint, and what was said.
    pub(crate) warnings: Vec<(String, String)>,
}

/// What cargo reported.
#[derive(Default)]
struct Report {
    programs: HashMap<String, Program>,
    /// Errors in packages that are not the learner's.
    elsewhere: Vec<String>,
    /// Cargo got as far as compiling.
    started: bool,
    stderr: String,
}

/// Compiles the programs of these exercises.
pub(crate) fn learners(
    project: &Project,
    exercises: &[&Exercise],
    colour: bool,
) -> Result<HashMap<String, Program>, Failure> {
    if exercises.is_empty() {
        return Ok(HashMap::new());
    }
    let build = |offline: bool| {
        let mut cargo = tasks::cargo();
        cargo.current_dir(project.folder()).args(["build", "--keep-going"]);
        if offline {
            cargo.arg("--offline");
        }
        cargo.arg("--target-dir").arg(project.folder().join(".grader/target"));
        for exercise in exercises {
            cargo.args(["--bin", exercise.name()]);
        }
        report(cargo, colour, |text| project.clean(text))
    };
    // Everything that is needed was fetched when the judge was built. If a lock file from another time says otherwise,
    // take ours again; if that is not enough (dependencies of the learner's own), ask the network.
    let mut report = build(true)?;
    if !report.started {
        project.seed_lock()?;
        report = build(true)?;
    }
    if !report.started {
        report = build(false)?;
    }
    if !report.started {
        return Err(Failure::ours(format!(
            "cargo cannot build {}:\n{}",
            project.folder().display(),
            report.stderr.trim()
        )));
    }
    if !report.elsewhere.is_empty() {
        return Err(Failure::ours(format!("the grader does not compile:\n{}", report.elsewhere.join("\n"))));
    }
    Ok(report.programs)
}

/// Compiles the judge, and says where it is.
pub(crate) fn judge() -> Result<PathBuf, Failure> {
    let mut cargo = tasks::cargo();
    cargo.args(["build", "--profile", "xtask", "--package", "exercises", "--bin", "judge"]);
    let mut report = report(cargo, false, str::to_string)?;
    let judge = report.programs.remove("judge").unwrap_or_default();
    judge.executable.ok_or_else(|| {
        let mut said = report.elsewhere;
        said.extend(judge.errors);
        said.push(report.stderr.trim().to_string());
        Failure::ours(format!("the judge cannot be built:\n{}", said.join("\n")))
    })
}

/// Runs a cargo build and sorts what it says.
fn report(mut cargo: Command, colour: bool, clean: impl Fn(&str) -> String) -> Result<Report, Failure> {
    let format = if colour { "json-diagnostic-rendered-ansi" } else { "json" };
    cargo.args(["--quiet", "--message-format", format]).stdin(Stdio::null());
    let output = cargo.output().map_err(|e| Failure::ours(format!("cannot start cargo: {e}")))?;
    let mut report =
        Report { stderr: String::from_utf8_lossy(&output.stderr).into_owned(), ..Report::default() };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let reason = message["reason"].as_str().unwrap_or_default();
        report.started |= matches!(reason, "compiler-artifact" | "compiler-message" | "build-finished");
        let target = &message["target"];
        let is_program = target["kind"].as_array().is_some_and(|k| k.iter().any(|k| k == "bin"));
        let name = target["name"].as_str().unwrap_or_default();
        match reason {
            "compiler-artifact" if is_program => {
                if let Some(path) = message["executable"].as_str() {
                    report.programs.entry(name.into()).or_default().executable = Some(path.into());
                }
            }
            "compiler-message" => {
                let said = &message["message"];
                let rendered = clean(said["rendered"].as_str().unwrap_or_default());
                if !said["level"].as_str().is_some_and(|l| l.starts_with("error")) {
                    // "2 warnings emitted" belongs to no lint
                    if let Some(lint) = said["code"]["code"].as_str().filter(|_| is_program) {
                        let program = report.programs.entry(name.into()).or_default();
                        program.warnings.push((lint.into(), rendered));
                    }
                    continue;
                }
                if !is_program {
                    report.elsewhere.push(rendered);
                    continue;
                }
                let program = report.programs.entry(name.into()).or_default();
                let spans = said["spans"].as_array();
                if spans.is_none_or(Vec::is_empty)
                    && !(program.errors.is_empty() && program.signature.is_empty())
                {
                    continue; // "aborting due to 2 previous errors"
                }
                let primary = spans.and_then(|spans| spans.iter().find(|s| s["is_primary"] == true));
                let file = primary.and_then(|s| s["file_name"].as_str()).unwrap_or_default();
                if file.starts_with(".grader") && !file.contains("..") {
                    program.signature.push(clean(&plainly(said)));
                } else {
                    program.errors.push(rendered);
                }
            }
            _ => {}
        }
    }
    Ok(report)
}

/// An error and its notes without the lines of code: that code is ours.
fn plainly(said: &Value) -> String {
    let mut text = format!("error: {}", said["message"].as_str().unwrap_or_default());
    for child in said["children"].as_array().into_iter().flatten() {
        let ours = child["spans"].as_array().is_some_and(|s| !s.is_empty());
        let note = child["message"].as_str().unwrap_or_default();
        if !ours && !note.starts_with("this error originates") {
            for line in note.lines() {
                text += "\n  ";
                text += line;
            }
        }
    }
    text
}
