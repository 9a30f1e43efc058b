//! `cargo xtask exercises`: the learner's loop.
//!
//! | module | does |
//! |---|---|
//! | [`catalogue`] | which exercises there are, in which order, under which names |
//! | [`project`] | `solutions/`, the learner's own Cargo project |
//! | [`compile`] | compiles the files, each on its own |
//! | [`child`] | runs a program within limits of time, memory and output |
//! | [`grade`] | one file to one verdict, with the help of the judge |
//! | [`verdict`] | the verdicts, their words and exit codes |
//! | [`report`] | what a person, or a program, reads |

mod catalogue;
mod child;
mod compile;
mod grade;
mod project;
mod report;
mod verdict;

use crate::failure::Failure;
use catalogue::{Catalogue, Exercise};
use clap::{Args, Subcommand};
use grade::Limits;
use project::Project;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = false,
    after_help = "Without a command: grade everything and list it (exit code 0, unless the grader itself fails).\n\
        `run` and `check-all` exit with the verdict: 0 pass, 1 wrong, 2 usage, 3 does not compile,\n\
        4 over a limit (time, memory, output), 5 panicked or ended early, 6 not started, 70 the grader failed."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// One JSON object a line, for programs
    #[arg(long, global = true)]
    json: bool,
    /// Where your solutions are
    #[arg(long, global = true, value_name = "FOLDER")]
    solutions: Option<PathBuf>,
    /// Seconds that one exercise may run
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    time_limit: u64,
    /// Memory that one exercise may take from the heap, in MiB
    #[arg(long, global = true, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=65536))]
    memory_limit: u64,
    /// Also exercises whose chapter is not written yet
    #[arg(long, global = true)]
    all: bool,
}

#[derive(Subcommand)]
enum Command {
    /// List the exercises without grading them
    List,
    /// Grade one exercise and say why
    Run {
        /// Its name, or a part of it that no other has
        name: String,
    },
    /// Grade everything and exit with the first verdict that is not a pass
    CheckAll,
    /// A hint: the first asks, the second points, the third shows a line of code
    Hint {
        /// Its name, or a part of it that no other has
        name: String,
        /// Which of the three
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
        level: u8,
    },
    /// Begin again: the starter comes back, your file is kept beside it
    Reset {
        /// Its name, or a part of it that no other has
        name: String,
    },
    /// Print the reference solution
    Solution {
        /// Its name, or a part of it that no other has
        name: String,
    },
}

/// The command, with its failures reported in the form that was asked for.
pub(crate) fn main(cli: &Cli) -> ExitCode {
    match run(cli) {
        Ok(code) => code,
        Err(failure) if cli.json => {
            report::json_failure(&failure);
            ExitCode::from(failure.code)
        }
        Err(failure) => failure.report(),
    }
}

fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    let catalogue = Catalogue::load()?;
    let limits = Limits { time: Duration::from_secs(cli.time_limit), heap: cli.memory_limit << 20 };
    let listed: Vec<&Exercise> = catalogue.all().iter().filter(|e| cli.all || e.written).collect();
    match &cli.command {
        Some(Command::Hint { name, level }) => report::hint(catalogue.find(name)?, *level, cli.json)?,
        Some(Command::Solution { name }) => report::solution(catalogue.find(name)?, cli.json)?,
        Some(Command::List) => report::list(&catalogue, &listed, cli.json),
        Some(Command::Reset { name }) => {
            let exercise = catalogue.find(name)?;
            let project = Project::open(cli.solutions.as_deref(), &[exercise])?;
            report::reset(exercise, &project, project.reset(exercise)?.as_deref(), cli.json);
        }
        Some(Command::Run { name }) => {
            let exercise = catalogue.find(name)?;
            let project = Project::open(cli.solutions.as_deref(), &[exercise])?;
            let verdicts = grade::grade(&project, &[exercise], &limits, report::colour(cli.json))?;
            let verdict = &verdicts[0];
            report::one(exercise, verdict, &project, cli.json);
            return Ok(ExitCode::from(verdict.status.code()));
        }
        None | Some(Command::CheckAll) => {
            let project = Project::open(cli.solutions.as_deref(), &listed)?;
            let verdicts = grade::grade(&project, &listed, &limits, report::colour(cli.json))?;
            report::all(&catalogue, &listed, &verdicts, &project, cli.json);
            let failed = verdicts.iter().find(|v| v.status == verdict::Status::GraderFailed);
            let first = verdicts.iter().find(|v| v.status.code() != 0);
            let decisive = if cli.command.is_some() { failed.or(first) } else { failed };
            return Ok(decisive.map_or(ExitCode::SUCCESS, |v| ExitCode::from(v.status.code())));
        }
    }
    Ok(ExitCode::SUCCESS)
}
