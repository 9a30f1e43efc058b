//! `cargo xtask exercises`: the learner's loop.
//!
//! | module | does |
//! |---|---|
//! | [`args`] | what can be asked for |
//! | [`catalogue`] | which exercises there are, in which order, under which names |
//! | [`project`] | `solutions/`, the learner's own Cargo project |
//! | [`state`] | what is remembered from one run to the next |
//! | [`browse`] | the list, the current exercise, next and previous |
//! | [`compile`] | compiles the files, each on its own |
//! | [`child`] | runs a program within limits of time, memory and output |
//! | [`guard`](mod@guard) | the process that a learner's program is a child of: nothing that it starts outlives it |
//! | [`grade`] | one file to one verdict, with the help of the judge |
//! | [`verdict`] | the verdicts, their words and exit codes |
//! | [`assemble`] | a model made of the solved functions |
//! | [`report`], [`text`] | what a person, or a program, reads |
//! | [`reveal`] | the diff, and the solution after a pass |
//! | [`watch`], [`keys`] | an exercise graded at every save, by the keyboard |
//! | [`why`] | every probe, and the nearest mistakes |
//! | [`submissions`] | many folders of solutions: one table |
//! | [`export`] | all verdicts in one document |
//! | [`open`] | the editor and the browser |
//! | [`doctor`] | what this machine lacks |
//! | [`verify`], [`scaffold`] | for authors: is every exercise as it must be, the files of a new one |
//! | [`latency`] | how long it takes from a save to its verdict |
//! | [`mutants`] | whether changes made by a program to the solutions are rejected |

mod args;
mod assemble;
mod browse;
mod catalogue;
mod child;
mod compile;
mod doctor;
mod export;
mod grade;
mod guard;
mod keys;
mod latency;
mod mutants;
mod open;
mod project;
mod report;
mod reveal;
mod scaffold;
mod state;
mod submissions;
mod text;
mod verdict;
mod verify;
mod watch;
mod why;

pub(crate) use args::Cli;

use crate::failure::Failure;
use args::{Against, Command, Format, Jobs, Options};
use browse::{Shelf, Step};
use catalogue::{Catalogue, Exercise};
use grade::Manner;
use project::Project;
use state::Store;
use std::process::ExitCode;
use std::time::Duration;
use submissions::Graded;
use verdict::{Status, Verdict};

/// This program as a guard of another, if that is what it was started for. Nobody types that: it is no command.
pub(crate) fn guard() -> Option<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    (args.next()? == guard::WORD).then(|| guard::main(&args.collect::<Vec<_>>()))
}

/// The command, with its failures reported in the form that was asked for.
pub(crate) fn main(cli: &Cli) -> ExitCode {
    if cli.options.plain {
        text::be_plain();
    }
    match run(cli.command.as_ref(), &cli.options) {
        Ok(code) => code,
        Err(failure) if cli.options.json => {
            report::json_failure(&failure);
            ExitCode::from(failure.code)
        }
        Err(failure) => failure.report(),
    }
}

fn run(command: Option<&Command>, options: &Options) -> Result<ExitCode, Failure> {
    let catalogue = Catalogue::load()?;
    let folder = match (&options.solutions[..], command) {
        ([one], _) => Some(one.as_path()),
        ([], _) | (_, Some(Command::CheckAll(_) | Command::Export { .. })) => None,
        _ => return Err(Failure::usage("only check-all and export take more than one --solutions")),
    };
    let json = options.json;
    let shelf = Shelf {
        catalogue: &catalogue,
        listed: catalogue.all().iter().filter(|e| options.all || e.written).collect(),
        store: Store::of(&Project::place(folder)?),
        json,
    };
    let manner = Manner {
        time: Duration::from_secs(options.time_limit),
        heap: options.memory_limit << 20,
        compiler: Duration::from_secs(options.compile_limit),
        jobs: Jobs::default().get(),
        colour: text::colour(json),
        why: false,
        stop: None,
    };
    let open = |exercise: &Exercise| Project::open(folder, &[exercise]);
    match command {
        Some(Command::List { topic, todo }) => shelf.list(topic.as_deref(), *todo)?,
        Some(Command::Next) => shelf.step(Step::Next, folder)?,
        Some(Command::Prev) => shelf.step(Step::Prev, folder)?,
        Some(Command::Goto { name }) => shelf.goto(catalogue.find(name)?, folder)?,
        Some(Command::Hint { name, level }) => report::hint(shelf.pick(name.get())?, *level, json)?,
        Some(Command::Solution { name, yes }) => reveal::solution(&shelf, shelf.pick(name.get())?, *yes)?,
        Some(Command::Diff { name, against }) => {
            let exercise = shelf.pick(name.get())?;
            match against {
                Against::Starter => reveal::since_starter(exercise, &open(exercise)?, json)?,
                Against::Solution => reveal::beside_solution(&shelf, exercise, &open(exercise)?)?,
            }
        }
        Some(Command::Open { name, book }) => {
            let exercise = shelf.pick(name.get())?;
            if *book { open::chapter(exercise, json)? } else { open::file(exercise, &open(exercise)?, json)? }
        }
        Some(Command::Reset { name }) => {
            let exercises = match name {
                Some(name) => vec![catalogue.find(name)?],
                None => catalogue.all().iter().filter(|e| e.written).collect(),
            };
            let project = Project::open(folder, &exercises)?;
            for exercise in exercises {
                report::reset(exercise, &project, project.reset(exercise)?.as_deref(), json);
            }
        }
        Some(Command::Run(name)) => {
            let exercise = shelf.pick(name.get())?;
            let project = open(exercise)?;
            let verdicts = graded(&shelf, &project, &[exercise], &manner)?;
            report::one(exercise, &verdicts[0], &project, json);
            return Ok(ExitCode::from(verdicts[0].status.code()));
        }
        Some(Command::Why(name)) => {
            let exercise = shelf.pick(name.get())?;
            let project = open(exercise)?;
            let verdicts = graded(&shelf, &project, &[exercise], &Manner { why: true, ..manner })?;
            why::show(exercise, &verdicts[0], &project, json);
            return Ok(ExitCode::from(verdicts[0].status.code()));
        }
        Some(Command::Watch(name)) => {
            let exercise = name.get().map(|n| catalogue.find(n)).transpose()?;
            return watch::watch(&shelf, exercise, folder, &manner);
        }
        Some(Command::Assemble { quick }) => {
            let project = Project::open(folder, &shelf.listed)?;
            let verdicts = graded(&shelf, &project, &shelf.listed, &manner)?;
            return assemble::assemble(&project, &shelf.listed, &verdicts, *quick, json);
        }
        Some(Command::Doctor) => {
            let well = doctor::examine(folder, json)?;
            return Ok(ExitCode::from(u8::from(!well)));
        }
        Some(Command::Verify { latency: true, .. }) => {
            let good = latency::measure(&catalogue, json)?;
            return Ok(ExitCode::from(u8::from(!good)));
        }
        Some(Command::Verify { mutants: true, jobs, .. }) => {
            let manner = Manner { jobs: jobs.get(), colour: false, ..manner };
            let good = mutants::verify(&catalogue, &manner, json)?;
            return Ok(ExitCode::from(u8::from(!good)));
        }
        Some(Command::Verify { name, jobs, .. }) => {
            let manner = Manner { jobs: jobs.get(), colour: false, ..manner };
            let one = name.as_deref().map(|name| catalogue.find(name)).transpose()?;
            let good = verify::verify(&catalogue, one, &manner, json)?;
            return Ok(ExitCode::from(u8::from(!good)));
        }
        Some(Command::New { id, chapter, checkout }) => {
            scaffold::create(checkout.as_deref(), id, chapter, json)?;
        }
        None => {
            let project = Project::open(folder, &shelf.listed)?;
            let verdicts = graded(&shelf, &project, &shelf.listed, &manner)?;
            report::all(&catalogue, &shelf.listed, &verdicts, &project, json);
            return Ok(ExitCode::from(fault(&verdicts)));
        }
        Some(Command::CheckAll(jobs)) => {
            let manner = Manner { jobs: jobs.get(), ..manner };
            if let Some(folders) = submissions::find(&options.solutions, catalogue.all())? {
                let all = submissions::grade(&folders, &shelf.listed, &Manner { colour: false, ..manner })?;
                submissions::report(&all, &shelf.listed, json);
                let verdicts: Vec<Verdict> = all.into_iter().flat_map(|g| g.verdicts).collect();
                return Ok(ExitCode::from(decisive(&verdicts)));
            }
            let project = Project::open(folder, &shelf.listed)?;
            let verdicts = graded(&shelf, &project, &shelf.listed, &manner)?;
            report::all(&catalogue, &shelf.listed, &verdicts, &project, json);
            return Ok(ExitCode::from(decisive(&verdicts)));
        }
        Some(Command::Export { format, jobs }) => {
            let manner = Manner { jobs: jobs.get(), colour: false, ..manner };
            let all = if let Some(folders) = submissions::find(&options.solutions, catalogue.all())? {
                submissions::grade(&folders, &shelf.listed, &manner)?
            } else {
                let project = Project::open(folder, &shelf.listed)?;
                let verdicts = graded(&shelf, &project, &shelf.listed, &manner)?;
                vec![Graded { folder: project.shown().into(), verdicts }]
            };
            let document = match format {
                Format::Json => export::json(&all, &shelf.listed),
                Format::Junit => export::junit(&all, &shelf.listed, &state::now()),
            };
            text::verbatim(&document);
            return Ok(ExitCode::from(all.iter().map(|g| fault(&g.verdicts)).max().unwrap_or(0)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Grades, remembers, and says what was met before.
fn graded(
    shelf: &Shelf<'_>,
    project: &Project,
    exercises: &[&Exercise],
    manner: &Manner,
) -> Result<Vec<Verdict>, Failure> {
    let mut verdicts = grade::grade(project, exercises, manner)?;
    remember(shelf, exercises, &mut verdicts);
    Ok(verdicts)
}

/// Takes verdicts down, and adds what was met before.
fn remember(shelf: &Shelf<'_>, exercises: &[&Exercise], verdicts: &mut [Verdict]) {
    shelf.store.update(|progress| {
        for (exercise, verdict) in exercises.iter().zip(&mut *verdicts) {
            let mistake = verdict.name.as_deref().filter(|_| verdict.status == Status::Named);
            verdict.history = mistake.and_then(|m| progress.history(exercise.name(), m, !exercise.at_once));
        }
        let today = state::today();
        for (exercise, verdict) in exercises.iter().zip(&*verdicts) {
            progress.take(exercise.name(), verdict, &today);
        }
    });
}

/// The exit code of a check: the grader's own failure, else the first verdict that is not a pass.
fn decisive(verdicts: &[Verdict]) -> u8 {
    let first = verdicts.iter().map(|v| v.status.code()).find(|c| *c != 0);
    fault(verdicts).max(first.unwrap_or(0))
}

/// The exit code of a look around: only the grader's own failure counts.
fn fault(verdicts: &[Verdict]) -> u8 {
    if verdicts.iter().any(|v| v.status == Status::GraderFailed) { Status::GraderFailed.code() } else { 0 }
}
