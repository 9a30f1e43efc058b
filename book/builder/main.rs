//! Builds, serves and checks the book; `cargo xtask book` runs it.
//!
//! mdBook is a library here, with what it lacks added around it: formulas, listings from the crates, figures inside the
//! page, boxes. Nothing needs to be installed and nothing is fetched. How to write a chapter: `book/README.md`.
#![forbid(unsafe_code)]

mod breaks;
mod build;
mod chapter;
mod check;
mod coverage;
mod figure;
mod fonts;
mod glance;
mod letters;
mod lint;
mod listing;
mod map;
mod mathml;
mod maths;
mod pages;
mod pasted;
mod problem;
mod quiz;
mod red;
mod serve;
mod touch;
mod values;
mod warnings;

use clap::{Parser, Subcommand};
use problem::Error;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Builds the book.
#[derive(Parser)]
#[command(name = "book", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the book as HTML
    Build {
        /// Open it in the browser
        #[arg(long)]
        open: bool,
        /// Where to write it [default: book/html]
        #[arg(long, value_name = "DIR")]
        dest: Option<PathBuf>,
        /// Let touchable figures look up what was recorded, even where they could be computed
        #[arg(long)]
        recorded: bool,
    },
    /// Look for dead links, stale listings, untested chapters, anything fetched; say how much of the crates is shown
    Check,
    /// Apply the patch of every *break it* box to a copy, and see whether its test turns red
    BreakIt {
        /// Only chapters whose path contains this
        #[arg(default_value = "")]
        chapter: String,
    },
    /// Show the book while it is written: build again at every change, and reload the page
    Serve {
        /// The port on 127.0.0.1; 0 takes a free one
        #[arg(long, default_value_t = 4000)]
        port: u16,
        /// Open it in the browser
        #[arg(long)]
        open: bool,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Error> {
    let layout = build::Layout::here();
    match command {
        Command::Build { open, dest, recorded } => {
            let destination = dest.unwrap_or_else(|| layout.html());
            let report = build::build_with(&layout, &destination, recorded)?;
            tell(&report);
            let first = destination.join("index.html");
            println!(
                "{} chapters in {:.2} s: {}",
                report.chapters.len(),
                report.took.as_secs_f64(),
                first.display()
            );
            if open {
                open_in_browser(first.as_os_str());
            }
        }
        Command::Check => {
            let check::Checked { chapters, links, coverage } = check::check(&layout)?;
            println!("what the book shows of the crates:");
            for line in coverage {
                println!("  {line}");
            }
            println!("{chapters} chapters and {links} links: nothing is wrong");
        }
        Command::BreakIt { chapter } => {
            println!("{} boxes keep their promise", red::try_all(&layout, &chapter)?);
        }
        Command::Serve { port, open } => serve::serve(&layout, port, |url| {
            if open {
                open_in_browser(OsStr::new(url));
            }
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what is odd about a book that was built all the same.
fn tell(report: &build::Report) {
    match &report.touch {
        Some(touch::Origin::Computed(by)) => println!("touchable figures are computed on the page (by {by})"),
        Some(touch::Origin::Recorded(why)) => println!("touchable figures show recorded numbers: {why}"),
        None => {}
    }
    for problem in &report.missing {
        eprintln!("note: {problem}");
    }
    for warning in &report.warnings {
        eprintln!("warning: {warning}");
    }
}

/// Hands a page to the system's own opener; failing that, its path has been printed.
fn open_in_browser(page: &OsStr) {
    let (program, first): (&str, &[&str]) = if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    if let Err(error) = std::process::Command::new(program).args(first).arg(page).spawn() {
        eprintln!("cannot open a browser ({program}: {error})");
    }
}
