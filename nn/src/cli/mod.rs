//! The command line: what the library does not know of. Files, threads, clocks, progress.

mod corpus;
mod generate;
mod info;
#[path = "../../../book/record.rs"]
mod record;
mod train;

use clap::{Parser, Subcommand};
use nn::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// Trains a GPT, lets it write, and shows what it is made of.
#[derive(Parser)]
#[command(name = "nn", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Train(train::Args),
    Generate(generate::Args),
    Info(info::Args),
    Corpus(corpus::Args),
}

/// Where a model is kept if nobody says otherwise.
const MODEL: &str = "gpt.safetensors";

/// Why a command stopped.
enum Stop {
    /// Something that the user should know.
    Error(Error),
    /// Whoever read our output has gone: nobody is left to tell.
    NobodyListens,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Error(error)
    }
}

impl From<io::Error> for Stop {
    /// An error of the standard output, the only one that is passed on like this.
    fn from(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Stop::NobodyListens,
            _ => Stop::Error(Error::Write { path: "the standard output".into(), source }),
        }
    }
}

/// Runs the command. Exit code 0 for success, 1 for an error, 2 for a command line that makes no sense.
pub(crate) fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Train(args) => train::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Info(args) => info::run(&args),
        Command::Corpus(args) => corpus::run(&args),
    };
    match result {
        Ok(()) | Err(Stop::NobodyListens) => ExitCode::SUCCESS,
        Err(Stop::Error(error)) => {
            // Not eprintln!, which would panic if nobody listens there either.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Makes the pool of threads that all parallel loops use. Without this, there is one a processor.
fn use_threads(threads: Option<u32>) {
    if let Some(n) = threads {
        // Fails only if there is a pool already; this is the first thing that a command does.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(n as usize).build_global();
    }
}

/// The command line, as the reader types it; without where the book keeps what it found.
fn command() -> String {
    let mut words = vec!["cargo run --release -p nn --".to_owned()];
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--values" => drop(args.next()),
            _ if arg.contains(' ') => words.push(format!("\"{arg}\"")),
            _ => words.push(arg),
        }
    }
    words.join(" ")
}

/// 804096 as 804,096.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes, for people.
fn bytes(n: usize) -> String {
    match n {
        0..1_000_000 => format!("{:.0} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}
