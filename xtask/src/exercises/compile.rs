//! Compiles the learner's files. Each is a program of its own, so an error in one says nothing about another.

use super::catalogue::Exercise;
use super::child::{self, Ended, Limits};
use super::grade::Manner;
use super::guard;
use super::project::Project;
use crate::failure::Failure;
use crate::tasks;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
    /// Why there is no program, if the compiler objects to nothing.
    pub(crate) halt: Option<Halt>,
    /// How many bytes of errors there were; not all are kept.
    said: usize,
}

impl Program {
    fn is_settled(&self) -> bool {
        self.executable.is_some() || !self.errors.is_empty() || !self.signature.is_empty()
    }

    /// Room for so much more to say: a macro can make a million errors, and nobody reads them.
    fn has_room_for(&mut self, text: &str) -> bool {
        self.said += text.len();
        self.said <= MOST || self.said == text.len()
    }
}

/// Why a compiler that objects to nothing made no program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Halt {
    /// It was at it for too long, without a word.
    Silent(Duration),
    /// It had too much to say.
    Flood,
    /// It wanted too much memory.
    Memory,
    /// It crashed by itself, by this signal.
    Crashed(i32),
    /// The disk is full, somebody killed it, there is no linker: nothing that the file could do about it.
    Machine(String),
}

/// What cargo may say in one build. A thousand errors are a twentieth of it.
const OUTPUT: u64 = 16 << 20;

/// What is kept of the errors of one program.
const MOST: usize = 256 << 10;

/// How much longer than a small file a whole package may keep the compiler busy.
const PACKAGE: u32 = 10;

/// What cargo reported.
#[derive(Default)]
struct Report {
    programs: HashMap<String, Program>,
    /// Errors in packages that are not the learner's.
    elsewhere: Vec<String>,
    /// Cargo got as far as compiling.
    started: bool,
    /// What the learner's programs build on is there.
    ready: bool,
    /// It was stopped.
    stopped: Option<Halt>,
    stderr: String,
}

/// Compiles the programs of these exercises.
pub(crate) fn learners(
    project: &Project,
    exercises: &[&Exercise],
    manner: &Manner,
) -> Result<HashMap<String, Program>, Failure> {
    if exercises.is_empty() {
        return Ok(HashMap::new());
    }
    let target = project.folder().join(".grader/target");
    let build = |exercises: &[&Exercise], offline: bool| {
        let mut cargo = tasks::cargo();
        cargo.current_dir(project.folder()).args(["build", "--keep-going"]);
        if offline {
            cargo.arg("--offline");
        }
        cargo.arg("--target-dir").arg(&target);
        for exercise in exercises {
            cargo.args(["--bin", exercise.name()]);
        }
        let first = !target.exists();
        let silence = if first { manner.compiler * PACKAGE } else { manner.compiler };
        report(cargo, silence, manner, |text| project.clean(text))
    };
    // Everything that is needed was fetched when the judge was built. If a lock file from another time says otherwise,
    // take ours again; if that is not enough (dependencies of the learner's own), ask the network.
    let mut report = build(exercises, true)?;
    if !report.started && report.stopped.is_none() {
        let lock = project.folder().join("Cargo.lock");
        let old = fs::read_to_string(&lock);
        project.seed_lock()?;
        report = build(exercises, true)?;
        if !report.started {
            report = build(exercises, false)?;
        }
        if let (false, Ok(old)) = (report.started, old) {
            // The lock file was not to blame.
            crate::files::write(&lock, &old)?;
        }
    }
    if !report.elsewhere.is_empty() {
        return Err(Failure::ours(format!("the grader does not compile:\n{}", report.elsewhere.join("\n"))));
    }
    if !report.started || (report.stopped.is_some() && !report.ready) {
        let stopped = report.stopped.map(|h| match h {
            Halt::Silent(limit) => format!(
                "it said nothing for {} s and was stopped. Is another build at work there? On a slow machine, give it longer: \
                 --compile-limit\n",
                limit.as_secs()
            ),
            _ => "it was stopped, since what it said had no end\n".into(),
        });
        return Err(Failure::ours(format!(
            "cargo cannot build {}:\n{}{}",
            project.folder().display(),
            stopped.unwrap_or_default(),
            report.stderr.trim()
        )));
    }
    let mut programs = report.programs;
    let unsettled = |programs: &HashMap<String, Program>| -> Vec<&Exercise> {
        let settled = |e: &Exercise| programs.get(e.name()).is_some_and(Program::is_settled);
        exercises.iter().copied().filter(|e| !settled(e)).collect()
    };
    if report.stopped.is_some() && unsettled(&programs).len() > 1 {
        // One file of these keeps the compiler from the others. Alone, each shows what it is.
        for exercise in unsettled(&programs) {
            let mut alone = build(&[exercise], true)?;
            let program = alone.programs.remove(exercise.name()).unwrap_or_default();
            programs.insert(exercise.name().into(), explained(program, exercise.name(), &alone));
        }
    } else {
        let report = Report { programs: HashMap::new(), ..report };
        for exercise in unsettled(&programs) {
            let program = programs.remove(exercise.name()).unwrap_or_default();
            programs.insert(exercise.name().into(), explain(program, exercise.name(), &report));
        }
    }
    Ok(programs)
}

/// [`explain`], where the report is of one program.
fn explained(program: Program, name: &str, report: &Report) -> Program {
    if program.is_settled() { program } else { explain(program, name, report) }
}

/// Why there is no program, as far as cargo says.
fn explain(mut program: Program, name: &str, report: &Report) -> Program {
    if program.halt.is_none() {
        program.halt = report.stopped.clone().or_else(|| failed(&report.stderr, name));
    }
    program
}

/// What cargo says of a compiler that ended without an error of its own.
fn failed(stderr: &str, name: &str) -> Option<Halt> {
    let (_, said) = stderr.split_once(&format!("(bin \"{name}\")"))?;
    let said = said.split("\nerror: could not compile").next().unwrap_or_default();
    let signal = said.split_once("(signal: ").and_then(|(_, s)| {
        let digits = s.find(|c: char| !c.is_ascii_digit())?;
        s[..digits].parse::<i32>().ok()
    });
    let starved = ["memory allocation of ", "out of memory"].iter().any(|words| stderr.contains(words));
    match signal {
        // Nobody does that to itself.
        Some(9 | 15) => Some(Halt::Machine(format!("cargo says{}", said.trim_end()))),
        Some(_) if starved => Some(Halt::Memory),
        Some(signal) => Some(Halt::Crashed(signal)),
        None => None,
    }
}

/// Whether an error is about the machine: none of these can come from what a file says.
fn is_of_the_machine(text: &str) -> bool {
    ["(os error ", "No space left on device", "Disk quota exceeded", "File too large", "linker `"]
        .iter()
        .any(|words| text.contains(words))
}

/// Compiles the judge, and says where it is.
pub(crate) fn judge(manner: &Manner) -> Result<PathBuf, Failure> {
    let mut cargo = tasks::cargo();
    cargo.args(["build", "--profile", "xtask", "--package", "exercises", "--bin", "judge"]);
    let mut report =
        report(cargo, manner.compiler * PACKAGE, &Manner { colour: false, ..*manner }, str::to_string)?;
    let judge = report.programs.remove("judge").unwrap_or_default();
    judge.executable.ok_or_else(|| {
        let mut said = report.elsewhere;
        said.extend(judge.errors);
        said.push(report.stderr.trim().to_string());
        Failure::ours(format!("the judge cannot be built:\n{}", said.join("\n")))
    })
}

/// Whether a file was there before. Some file systems know whole seconds only, or two of them.
fn is_older(path: &Path, start: SystemTime) -> bool {
    let Ok(written) = fs::metadata(path).and_then(|m| m.modified()) else { return true };
    let whole = written.duration_since(UNIX_EPOCH).is_ok_and(|t| t.subsec_nanos() == 0);
    let grain = if whole { Duration::from_secs(2) } else { Duration::from_millis(20) };
    start.duration_since(written).is_ok_and(|before| before > grain)
}

/// Runs a cargo build and sorts what it says.
fn report(
    mut cargo: Command,
    silence: Duration,
    manner: &Manner,
    clean: impl Fn(&str) -> String,
) -> Result<Report, Failure> {
    let format = if manner.colour { "json-diagnostic-rendered-ansi" } else { "json" };
    cargo.args(["--quiet", "--message-format", format]);
    let keep = OUTPUT as usize;
    let limits =
        Limits { time: Duration::MAX, silence, output: OUTPUT, keep, stop: manner.stop, guard: true };
    let start = SystemTime::now();
    let outcome = child::run_within(&limits, guard::of(cargo), b"")
        .map_err(|e| Failure::ours(format!("cannot start cargo: {e}")))?;
    let mut report = Report {
        stderr: outcome.stderr.text(),
        stopped: match outcome.ended {
            Ended::TimeLimit => Some(Halt::Silent(silence)),
            Ended::OutputLimit => Some(Halt::Flood),
            Ended::Code(_) | Ended::Signal(_) => None,
        },
        ..Report::default()
    };
    for line in outcome.stdout.text().lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let reason = message["reason"].as_str().unwrap_or_default();
        report.started |= matches!(reason, "compiler-artifact" | "compiler-message" | "build-finished");
        let target = &message["target"];
        let is_program = target["kind"].as_array().is_some_and(|k| k.iter().any(|k| k == "bin"));
        let name = target["name"].as_str().unwrap_or_default();
        match reason {
            "compiler-artifact" if name == "exercises" && !is_program => report.ready = true,
            "compiler-artifact" if is_program => {
                if let Some(path) = message["executable"].as_str().map(PathBuf::from) {
                    let program = report.programs.entry(name.into()).or_default();
                    if message["fresh"] == false && is_older(&path, start) {
                        let said = format!("the compiler reports success, and {} is not new", path.display());
                        program.halt = Some(Halt::Machine(said));
                    } else {
                        program.executable = Some(path);
                    }
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
                if spans.is_none_or(Vec::is_empty) {
                    if program.is_settled() || program.halt.is_some() {
                        continue; // "aborting due to 2 previous errors"
                    }
                    if is_of_the_machine(&rendered) {
                        program.halt = Some(Halt::Machine(rendered));
                        continue;
                    }
                }
                if !program.has_room_for(&rendered) {
                    continue;
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
    for program in report.programs.values_mut().filter(|p| p.said > MOST) {
        let more = format!("… and more errors: {} bytes of them in all\n", program.said);
        let errors = if program.errors.is_empty() { &mut program.signature } else { &mut program.errors };
        errors.push(more);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compilers_fail_in_different_ways() {
        let said = |how: &str| {
            format!(
                "error: could not compile `solutions` (bin \"rope\") due to 1 previous error\n\
                 error: could not compile `solutions` (bin \"softmax\")\n\nCaused by:\n  \
                 process didn't exit successfully: `rustc --crate-name softmax` ({how})\n"
            )
        };
        assert_eq!(
            failed(&said("signal: 11, SIGSEGV: invalid memory reference"), "softmax"),
            Some(Halt::Crashed(11))
        );
        let starved = "memory allocation of 8589934592 bytes failed\n".to_string();
        assert_eq!(failed(&(starved + &said("signal: 6, SIGABRT")), "softmax"), Some(Halt::Memory));
        assert!(matches!(failed(&said("signal: 9, SIGKILL: kill"), "softmax"), Some(Halt::Machine(_))));
        assert_eq!(failed(&said("exit status: 101"), "softmax"), None);
        // what is said of another is not said of this
        assert_eq!(failed(&said("signal: 9, SIGKILL: kill"), "rope"), None);
        assert_eq!(failed("", "rope"), None);
    }

    #[test]
    fn a_machine_is_to_blame_for_a_full_disk_and_not_for_a_type() {
        assert!(is_of_the_machine("error: failed to write x.o: No space left on device (os error 28)"));
        assert!(is_of_the_machine("error: linker `cc` not found"));
        assert!(!is_of_the_machine("error: queries overflow the depth limit!"));
    }
}
