//! `cargo xtask`: what one does with this workspace, in one place.
//!
//! It runs the other packages and links none of them, so that it compiles in seconds. Exit codes of what it runs are
//! passed on.
#![forbid(unsafe_code)]

mod exercises;
mod failure;
mod figures;
mod files;
mod tasks;

use clap::{Args, Parser, Subcommand};
use failure::Failure;
use std::ffi::OsString;
use std::process::ExitCode;

/// What one does with this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Grade your solutions and list them, with the next thing to do
    Exercises(exercises::Cli),
    /// Build the book, open it, serve it while you write, or check it
    Book(Book),
    /// Run the examples that draw the book's figures and write down its numbers
    Figures(figures::Args),
    /// Measure: release code, a table or one JSON object a line
    #[command(disable_help_flag = true)]
    Bench(Rest),
    /// Run every check that a change must pass
    Verify,
}

#[derive(Args)]
#[allow(clippy::struct_excessive_bools)] // flags of a command line
struct Book {
    /// Open it in the browser, built or served
    #[arg(long, conflicts_with_all = ["check", "break_it"])]
    open: bool,
    /// Serve it on this machine and rebuild it when a file changes
    #[arg(long, group = "other")]
    serve: bool,
    /// Look for dead links, stale listings, untested chapters
    #[arg(long, group = "other")]
    check: bool,
    /// Apply the patch of every *break it* box to a copy and see its test turn red
    #[arg(long, group = "other")]
    break_it: bool,
    #[command(flatten)]
    rest: Rest,
}

#[derive(Args)]
struct Rest {
    /// Passed on as they are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

fn main() -> ExitCode {
    if let Some(code) = exercises::guard() {
        return code;
    }
    let cli = Cli::parse();
    let result = match cli.task {
        Task::Exercises(cli) => return exercises::main(&cli),
        Task::Book(book) => {
            let asked = [(book.serve, "serve"), (book.check, "check"), (book.break_it, "break-it")];
            let command = asked.iter().find(|a| a.0).map_or("build", |a| a.1);
            match tasks::book(command, book.open, &book.rest.args) {
                // Whether a number is stale, only its example can say.
                Ok(ExitCode::SUCCESS) if book.check => figures::check(),
                result => result,
            }
        }
        Task::Figures(args) => figures::run(&args),
        Task::Bench(rest) => tasks::bench(&rest.args),
        Task::Verify => tasks::verify(),
    };
    result.unwrap_or_else(Failure::report)
}
