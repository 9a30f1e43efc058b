//! What can be asked for.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::thread;

const CODES: &str = "\
Without a command: grade everything, list it, say what comes next;
exit code 0 unless the grader itself fails.

NAME is a name or a part of it that no other has. Without NAME, a
command takes the current exercise (see next, prev, goto), or else
the first open one.

`run` and `check-all` exit with the verdict:
   0  pass                      4  over a limit (time, memory, output)
   1  wrong                     5  panicked, or ended early
   2  usage                     6  not started
   3  does not compile         70  the grader failed

NO_COLOR turns colours off, as --plain does.";

#[derive(Args)]
#[command(max_term_width = 80, after_help = CODES)]
#[allow(clippy::struct_excessive_bools)] // flags of a command line
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// What every command understands.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools)]
pub(crate) struct Options {
    /// One JSON object a line, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No colours, no symbols beyond ASCII
    #[arg(long, global = true)]
    pub(crate) plain: bool,
    /// Your solutions (check-all, export: several times,
    /// or a folder of such folders)
    #[arg(long, global = true, value_name = "DIR", verbatim_doc_comment)]
    pub(crate) solutions: Vec<PathBuf>,
    /// Seconds for one exercise
    #[arg(long, global = true, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) time_limit: u64,
    /// MiB of heap for one exercise
    #[arg(long, global = true, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=65536))]
    pub(crate) memory_limit: u64,
    /// Seconds of the compiler's silence
    #[arg(long, global = true, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) compile_limit: u64,
    /// Also exercises whose chapter is not written yet
    #[arg(long, global = true)]
    pub(crate) all: bool,
}

/// Which exercise.
#[derive(Args)]
pub(crate) struct Name {
    /// Its name, or a part of it that no other has
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

impl Name {
    pub(crate) fn get(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the exercises and what is known of them, without grading
    List {
        /// Only this pillar (linalg) or chapter (reverse)
        #[arg(long)]
        topic: Option<String>,
        /// Only what does not pass yet
        #[arg(long)]
        todo: bool,
    },
    /// Grade the first open exercise at every save; keys do the rest
    Watch(Name),
    /// Grade one exercise and say why
    Run(Name),
    /// Grade one exercise and show every probe
    Why(Name),
    /// Grade everything; exit with the first verdict that is no pass
    CheckAll(Jobs),
    /// Grade everything and print one document
    Export {
        /// Which document
        #[arg(long, value_enum)]
        format: Format,
        #[command(flatten)]
        jobs: Jobs,
    },
    /// Go on to the next exercise in the list
    Next,
    /// Go back to the one before
    Prev,
    /// Make an exercise the current one
    Goto {
        /// Its name, or a part of it that no other has
        name: String,
    },
    /// A hint: the first asks, the second points, the third shows code
    Hint {
        #[command(flatten)]
        name: Name,
        /// Which of the three
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
        level: u8,
    },
    /// Show what you changed
    Diff {
        #[command(flatten)]
        name: Name,
        /// starter, solution (after a pass)
        #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = true, default_value_t = Against::Starter)]
        against: Against,
    },
    /// Train a small GPT made of your own functions, and let it speak
    Assemble {
        /// A few steps only
        #[arg(long)]
        quick: bool,
    },
    /// Open your file in your editor
    Open {
        #[command(flatten)]
        name: Name,
        /// The chapter's page instead
        #[arg(long)]
        book: bool,
    },
    /// Print the reference solution: free once you pass
    Solution {
        #[command(flatten)]
        name: Name,
        /// Yes, although it does not pass yet
        #[arg(long)]
        yes: bool,
    },
    /// What this machine has, and what it lacks
    Doctor,
    /// For authors: every mistake fails under its own name
    Verify {
        /// This exercise alone, without the pages that speak of it
        #[arg(conflicts_with_all = ["latency", "mutants"])]
        name: Option<String>,
        #[command(flatten)]
        jobs: Jobs,
        /// Measure instead: from a save to its verdict
        #[arg(long)]
        latency: bool,
        /// Instead: what `cargo mutants` changes must fail
        #[arg(long, conflicts_with = "latency")]
        mutants: bool,
    },
    /// For authors: the files of a new exercise
    New {
        /// Its folder and name: linalg/axis_swap
        id: String,
        /// Its chapter, as in SUMMARY.md: reverse
        #[arg(long, value_name = "SLUG")]
        chapter: String,
        /// Another checkout
        #[arg(long, value_name = "DIR", hide = true)]
        checkout: Option<PathBuf>,
    },
    /// Begin again: the starter comes back, your file is kept
    Reset {
        /// Its name, or a part of it that no other has
        #[arg(required_unless_present = "all")]
        name: Option<String>,
    },
}

/// How many at once.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct Jobs {
    /// How many at a time; one a core, if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl Jobs {
    pub(crate) fn get(self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }
}

/// A kind of document.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Json,
    Junit,
}

/// The other side of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Against {
    Starter,
    Solution,
}
