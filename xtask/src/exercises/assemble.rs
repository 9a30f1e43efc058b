//! `assemble`: a GPT made of the functions that pass. The program lies in `solutions/.grader/assemble/`, a project beside the
//! learner's: what it needs is compiled only by those who ask for it.

use super::catalogue::Exercise;
use super::project::Project;
use super::text::{BOLD, NORMAL, fit, line, note, object};
use super::verdict::{Status, Verdict};
use crate::failure::Failure;
use crate::files;
use crate::tasks;
use serde_json::json;
use std::fmt::Write;
use std::io;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Ten times what the slowest right functions need.
const LONGEST: Duration = Duration::from_secs(20 * 60);

/// Builds the model and runs it, in full view.
pub(crate) fn assemble(
    project: &Project,
    exercises: &[&Exercise],
    verdicts: &[Verdict],
    quick: bool,
    json: bool,
) -> Result<ExitCode, Failure> {
    if let Some(failed) = verdicts.iter().find(|v| v.status == Status::GraderFailed) {
        return Err(Failure::ours(failed.summary.clone()));
    }
    let parts: Vec<(&Exercise, bool)> = exercises
        .iter()
        .zip(verdicts)
        .filter(|(e, _)| e.part.is_some())
        .map(|(e, v)| (*e, v.status == Status::Pass))
        .collect();
    let yours: Vec<&Exercise> = parts.iter().filter(|p| p.1).map(|p| p.0).collect();
    list(&parts, json);
    note("building it takes a minute or two, the first time");
    let program = build(project, &yours)?;
    let mut command = Command::new(program);
    command.current_dir(project.folder()).stdin(Stdio::null()).args(quick.then_some("--quick"));
    if json {
        // What it says is for a person.
        command.stdout(io::stderr());
    }
    let start = Instant::now();
    let child = command.spawn().map_err(|e| Failure::ours(format!("cannot run the model: {e}")))?;
    let status = wait(child).map_err(|e| Failure::ours(format!("cannot wait for the model: {e}")))?;
    last(yours.len(), parts.len(), status.is_some_and(|s| s.success()), start.elapsed(), json);
    Ok(ExitCode::from(match status {
        None => Status::TimeLimit.code(),
        Some(status) if status.success() => 0,
        Some(_) => Status::Panicked.code(),
    }))
}

/// Which parts are the learner's.
fn list(parts: &[(&Exercise, bool)], json: bool) {
    let yours = parts.iter().filter(|p| p.1).count();
    if !json {
        line(&format!("{BOLD}{yours} of {} parts are yours{NORMAL}\n", parts.len()));
    }
    for (exercise, yours) in parts {
        let part = exercise.part.as_deref().unwrap_or_default();
        if json {
            object(&json!({ "exercise": exercise.id, "part": part, "yours": yours }));
        } else {
            let whose = if *yours { "\x1b[32m✓ yours  \x1b[0m" } else { "\x1b[90m· crates'\x1b[0m" };
            line(&format!("  {whose}  {}  {part}", fit(exercise.name(), 12)));
        }
    }
}

/// How the model fared.
fn last(yours: usize, of: usize, trained: bool, time: Duration, json: bool) {
    if json {
        object(&json!({ "yours": yours, "of": of, "trained": trained, "seconds": time.as_secs_f64() }));
    } else if trained {
        line(&format!("\n{BOLD}{yours} of {of} parts are yours.{NORMAL} ({} s)", time.as_secs()));
    } else {
        line("\nThe model did not come to its end.");
    }
}

/// The end of a child, or `None` if it had to be stopped.
fn wait(mut child: Child) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > LONGEST {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Writes and compiles the program.
fn build(project: &Project, yours: &[&Exercise]) -> Result<std::path::PathBuf, Failure> {
    let folder = project.folder().join(".grader/assemble");
    files::update(&folder.join("Cargo.toml"), &manifest())?;
    files::update(&folder.join("src/main.rs"), &program(yours))?;
    files::update(&folder.join("Cargo.lock"), &files::read(&files::root().join("Cargo.lock"))?)?;
    let target = project.folder().join(".grader/target");
    let mut cargo = tasks::cargo();
    cargo.current_dir(&folder).args(["build", "--quiet", "--target-dir"]).arg(&target);
    let output =
        cargo.stdin(Stdio::null()).output().map_err(|e| Failure::ours(format!("cannot start cargo: {e}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::ours(format!("the assembled model does not compile:\n{}", said.trim())));
    }
    Ok(target.join("debug").join(format!("assemble{}", std::env::consts::EXE_SUFFIX)))
}

fn manifest() -> String {
    let root = files::root();
    let path = |folder: &str| serde_json::Value::from(root.join(folder).to_string_lossy().as_ref());
    format!(
        "# Written by `cargo xtask exercises assemble`.\n\
         [package]\nname = \"assemble\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n\
         [dependencies]\n\
         assembled = {{ path = {}, default-features = false }}\n\
         exercises = {{ path = {}, default-features = false }}\n\
         linalg = {{ path = {}, default-features = false }}\n\n\
         [profile.dev]\nopt-level = 2\ndebug = \"line-tables-only\"\n\n\
         [profile.dev.package.\"*\"]\nopt-level = 2\ndebug = false\n",
        path("book/exercises/assembled"),
        path("book/exercises"),
        path("linalg"),
    )
}

/// A module for each solved file, and a field for each module.
fn program(yours: &[&Exercise]) -> String {
    let mut text = "// Written by `cargo xtask exercises assemble`.\n".to_string();
    for exercise in yours {
        let _ = writeln!(
            text,
            "#[path = \"../../../{}.rs\"]\n#[allow(dead_code)]\nmod {};",
            exercise.id,
            exercise.name()
        );
    }
    text += "\nfn main() -> std::process::ExitCode {\n    assembled::main(assembled::Parts {\n";
    for exercise in yours {
        let _ = writeln!(text, "        {0}: Some(exercises::{0}!({0})),", exercise.name());
    }
    text += "        ..assembled::Parts::default()\n    })\n}\n";
    text
}
