//! One file to one verdict: read it, compile it, run it within limits, let the judge look at what it did.

use super::catalogue::Exercise;
use super::child::{self, Ended, Limits, Outcome};
use super::compile::{self, Halt, Program};
use super::guard::{self, Allowance};
use super::project::{Project, Source};
use super::verdict::{Status, Verdict};
use crate::failure::Failure;
use serde_json::{Value, json};
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::resume_unwind;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How to grade.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// What one exercise may take.
    pub(crate) time: Duration,
    /// Bytes.
    pub(crate) heap: u64,
    /// How long the compiler may say nothing.
    pub(crate) compiler: Duration,
    /// How many run at the same time.
    pub(crate) jobs: usize,
    /// What the compiler says comes in colour.
    pub(crate) colour: bool,
    /// Every probe is wanted, not only the first that fails.
    pub(crate) why: bool,
    /// Set as soon as nobody wants to know any more; what runs is then ended.
    pub(crate) stop: Option<&'static AtomicBool>,
}

/// A learner's program may print this much; a person reads far less.
const OUTPUT: u64 = 1 << 20;

/// The judge says more than a learner's program, and all of it counts.
const JUDGED: u64 = 16 << 20;

/// Grades exercises, in their order.
pub(crate) fn grade(
    project: &Project,
    exercises: &[&Exercise],
    manner: &Manner,
) -> Result<Vec<Verdict>, Failure> {
    let mut verdicts: Vec<Option<Verdict>> = Vec::new();
    for exercise in exercises {
        verdicts.push(before(project, exercise)?);
    }
    let ready: Vec<&Exercise> =
        exercises.iter().zip(&verdicts).filter(|(_, v)| v.is_none()).map(|(e, _)| *e).collect();
    if !ready.is_empty() {
        child::no_core_files();
        announce(project);
        let judge = compile::judge(manner)?;
        let mut programs = compile::learners(project, &ready, manner)?;
        let work: Vec<(&Exercise, Program)> =
            ready.iter().map(|e| (*e, programs.remove(e.name()).unwrap_or_default())).collect();
        let mut results = parallel(&work, manner.jobs, |(exercise, program)| {
            after(project, exercise, program, &judge, manner)
        })
        .into_iter();
        for verdict in verdicts.iter_mut().filter(|v| v.is_none()) {
            *verdict = results.next().transpose()?;
        }
    }
    Ok(verdicts.into_iter().flatten().collect())
}

/// Does something with each item, some at the same time; the answers come in the order of the items.
pub(crate) fn parallel<T: Sync, R: Send>(items: &[T], jobs: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        while let Some((i, item)) = {
            let i = next.fetch_add(1, Ordering::Relaxed);
            items.get(i).map(|item| (i, item))
        } {
            done.push((i, work(item)));
        }
        done
    };
    let mut all: Vec<(usize, R)> = thread::scope(|s| {
        let workers: Vec<_> = (0..jobs.clamp(1, items.len().max(1))).map(|_| s.spawn(worker)).collect();
        let join = |w: thread::ScopedJoinHandle<'_, _>| w.join().unwrap_or_else(|p| resume_unwind(p));
        workers.into_iter().flat_map(join).collect()
    });
    all.sort_by_key(|(i, _)| *i);
    all.into_iter().map(|(_, r)| r).collect()
}

/// The first time takes a while; say so.
fn announce(project: &Project) {
    if !project.folder().join(".grader/target").exists() {
        anstream::eprintln!("Building the grader. This happens once and takes about a minute …");
    }
}

/// What can be said without compiling.
fn before(project: &Project, exercise: &Exercise) -> Result<Option<Verdict>, Failure> {
    let file = project.shown_file(exercise);
    let name = exercise.name();
    let way_back =
        format!("`cargo xtask exercises reset {name}` puts the starter there and keeps what it finds.");
    Ok(match project.source(exercise) {
        Source::Text(text) if !exercise.at_once && project.untouched(exercise, &text)? => {
            Some(Verdict::new(Status::NotStarted, format!("{file} is still the starter.")))
        }
        Source::Text(_) => None,
        Source::Missing => {
            Some(Verdict::new(Status::Missing, format!("The file is not there any more. {way_back}")))
        }
        Source::NotText(why) => {
            Some(Verdict::new(Status::NotText, format!("The file is not Rust: {why}. {way_back}")))
        }
        Source::Unreadable(why) => {
            Some(Verdict::new(Status::Unreadable, format!("The file cannot be read: {why}. {way_back}")))
        }
    })
}

/// What needs a run.
fn after(
    project: &Project,
    exercise: &Exercise,
    program: &Program,
    judge: &Path,
    manner: &Manner,
) -> Result<Verdict, Failure> {
    let Some(executable) = &program.executable else {
        return does_not_compile(project, exercise, program);
    };
    let key = key();
    let observations = Observations::create(project, exercise, &key)?;
    let start = Instant::now();
    let outcome = run(project, executable, &observations, &key, manner)
        .map_err(|e| Failure::ours(format!("cannot run {}: {e}", executable.display())))?;
    let seconds = start.elapsed().as_secs_f64();
    let mut verdict = ask(judge, exercise, &observations, &key, &outcome, manner.why)?;
    verdict.seconds = Some(seconds);
    for line in verdict.evidence.iter_mut().chain(&mut verdict.notes) {
        *line = project.clean(line);
    }
    verdict.why = verdict.why.map(|why| cleaned(project, why));
    verdict.summary = match verdict.status {
        Status::TimeLimit => format!("{} (limit: {} s)", verdict.summary, manner.time.as_secs()),
        Status::MemoryLimit => format!("{} (limit: {} MiB)", verdict.summary, manner.heap >> 20),
        Status::OutputLimit => format!("{} (limit: {} MiB)", verdict.summary, OUTPUT >> 20),
        _ => project.clean(&verdict.summary),
    };
    verdict.printed = printed(&outcome).map(|p| project.clean(&p));
    Ok(verdict)
}

fn does_not_compile(project: &Project, exercise: &Exercise, program: &Program) -> Result<Verdict, Failure> {
    let mut verdict =
        Verdict::new(Status::DoesNotCompile, format!("{} does not compile.", project.shown_file(exercise)));
    if !program.errors.is_empty() {
        verdict.compiler = Some(program.errors.join("\n"));
    } else if !program.signature.is_empty() {
        verdict.summary = format!(
            "What {} offers is not what the exercise asks for: another name, another type, or no `pub`.",
            project.shown_file(exercise)
        );
        verdict.compiler = Some(program.signature.join("\n"));
        verdict.evidence = vec!["asked for:".into()];
        let starter = exercise.starter()?;
        let public = starter.lines().filter(|l| l.trim_start().starts_with("pub "));
        verdict.evidence.extend(public.map(|l| format!("  {}", l.trim_end_matches('{').trim())));
    } else {
        (verdict.status, verdict.summary) = halted(program.halt.as_ref());
    }
    Ok(verdict)
}

/// There is no program, and nothing in the learner's file that the compiler objects to.
fn halted(halt: Option<&Halt>) -> (Status, String) {
    match halt {
        Some(Halt::Silent(limit)) => (
            Status::TimeLimit,
            format!("The compiler did not come to an end: no word from it for {} s.", limit.as_secs()),
        ),
        Some(Halt::Flood) => {
            (Status::OutputLimit, "The compiler's messages had no end, and it was stopped.".into())
        }
        Some(Halt::Memory) => (Status::MemoryLimit, "The compiler ran out of memory on this file.".into()),
        Some(Halt::Crashed(signal)) => (
            Status::DoesNotCompile,
            format!("The compiler itself crashed on this file (signal {signal}). What did you add last?"),
        ),
        Some(Halt::Machine(says)) => (
            Status::GraderFailed,
            format!("The compiler could not do its work, and that is no fault of this file:\n{says}"),
        ),
        None => (Status::GraderFailed, "Cargo made no program of this file and did not say why.".into()),
    }
}

/// The file that observations go to. It is gone when this is.
struct Observations(std::path::PathBuf);

impl Observations {
    fn create(project: &Project, exercise: &Exercise, key: &str) -> Result<Self, Failure> {
        // Not the whole key: the name of a file is no secret.
        let path = project.folder().join(format!(".grader/run/{}-{}", exercise.name(), &key[..8]));
        let failed = |e: std::io::Error| Failure::ours(format!("cannot create {}: {e}", path.display()));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::File::create_new(&path).map_err(failed)?;
        Ok(Observations(path))
    }
}

impl Drop for Observations {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// 128 bits that nobody can guess, from the source that seeds the standard library's hash maps.
fn key() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}

fn run(
    project: &Project,
    executable: &Path,
    observations: &Observations,
    key: &str,
    manner: &Manner,
) -> std::io::Result<Outcome> {
    let allowance = Allowance { heap: manner.heap, seconds: manner.time.as_secs() };
    let mut command = guard::learner(executable, &observations.0, allowance);
    command.current_dir(project.folder()).env("RUST_BACKTRACE", "0");
    let orders = format!("{}\n{key}\n{}\n{}\n", observations.0.display(), allowance.heap, allowance.seconds);
    let limits = Limits {
        time: manner.time,
        silence: manner.time,
        output: OUTPUT,
        keep: child::HEAD,
        stop: manner.stop,
        guard: true,
    };
    child::run_within(&limits, command, orders.as_bytes()).map(past_the_guard)
}

/// The last line of defence says so by signals: it wrote too much, or it ran for too long on all cores.
fn past_the_guard(outcome: Outcome) -> Outcome {
    #[cfg(unix)]
    {
        use rustix::process::Signal;
        let ended = match outcome.ended {
            Ended::Signal(s) if s == Signal::XFSZ.as_raw() => Ended::OutputLimit,
            Ended::Signal(s) if s == Signal::XCPU.as_raw() => Ended::TimeLimit,
            other => other,
        };
        Outcome { ended, ..outcome }
    }
    #[cfg(not(unix))]
    outcome
}

/// The same with every text cleaned.
fn cleaned(project: &Project, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(project.clean(&text)),
        Value::Array(items) => items.into_iter().map(|v| cleaned(project, v)).collect(),
        Value::Object(items) => items.into_iter().map(|(k, v)| (k, cleaned(project, v))).collect(),
        other => other,
    }
}

/// Lets the judge look at what was observed.
fn ask(
    judge: &Path,
    exercise: &Exercise,
    observations: &Observations,
    key: &str,
    outcome: &Outcome,
    why: bool,
) -> Result<Verdict, Failure> {
    let (ended, code) = match outcome.ended {
        Ended::Code(code) => ("code", code),
        Ended::Signal(signal) => ("signal", signal),
        Ended::TimeLimit => ("time", 0),
        Ended::OutputLimit => ("output", 0),
    };
    let orders = json!({ "key": key, "ended": ended, "code": code, "stderr": outcome.stderr.text(),
        "why": why });
    let mut command = Command::new(judge);
    command.arg(&exercise.id).arg(&observations.0);
    let said =
        child::run(command, orders.to_string().as_bytes(), Duration::from_secs(60), JUDGED, JUDGED as usize)
            .map_err(|e| Failure::ours(format!("cannot run the judge: {e}")))?;
    let verdict = (said.ended == Ended::Code(0)).then(|| Verdict::from_judge(&said.stdout.text())).flatten();
    Ok(verdict.unwrap_or_else(|| {
        let why = said.stderr.text();
        Verdict::new(
            Status::GraderFailed,
            format!("The judge gave no verdict ({:?}). {}", said.ended, why.trim()),
        )
    }))
}

/// What the learner's code printed.
fn printed(outcome: &Outcome) -> Option<String> {
    const MOST: usize = 40;
    const WIDEST: usize = 200;
    let mut lines: Vec<String> = Vec::new();
    for text in [outcome.stdout.text(), outcome.stderr.text()] {
        for line in text.lines() {
            let cut: String = line.chars().take(WIDEST).collect();
            lines.push(if cut.len() < line.len() { format!("{cut} …") } else { cut });
        }
    }
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("… and {more} lines more"));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
