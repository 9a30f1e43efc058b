//! Tasks that are other programs of the workspace.

use crate::failure::Failure;
use crate::files;
use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode, ExitStatus};

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(files::root());
    command
}

/// The exit code of a program, in the shell's convention where a signal ended it.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(u8::MAX);
    }
    status.code().map_or(1, |c| u8::try_from(c).unwrap_or(1))
}

fn run<S: AsRef<OsStr>>(args: &[&str], rest: &[S]) -> Result<ExitCode, Failure> {
    let status = cargo().args(args).args(rest).status();
    let status = status.map_err(|e| Failure::ours(format!("cannot start cargo: {e}")))?;
    Ok(ExitCode::from(code(status)))
}

/// `cargo xtask book`: the book's own program, which links mdBook so that this one need not.
pub(crate) fn book(command: &str, open: bool, rest: &[OsString]) -> Result<ExitCode, Failure> {
    let mut args = vec!["run", "--quiet", "--profile", "xtask", "--package", "book", "--", command];
    if open {
        args.push("--open");
    }
    run(&args, rest)
}

/// `cargo xtask bench`: always release code.
pub(crate) fn bench(rest: &[OsString]) -> Result<ExitCode, Failure> {
    run(&["run", "--quiet", "--release", "--package", "nn", "--bin", "bench", "--"], rest)
}

/// `cargo xtask verify`: everything, even after a failure, so that one run shows all there is to mend.
pub(crate) fn verify() -> Result<ExitCode, Failure> {
    const CHECKS: [(&str, &[&str]); 8] = [
        ("formatting", &["fmt", "--all", "--check"]),
        ("lints", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]),
        ("tests", &["test", "--workspace", "--quiet"]),
        (
            "accuracy at every size",
            &["test", "--release", "--quiet", "--package", "linalg", "--test", "sweep", "--", "--ignored"],
        ),
        (
            "exercises without answers",
            &["check", "--quiet", "--package", "exercises", "--no-default-features"],
        ),
        ("book", &["run", "--quiet", "--profile", "xtask", "--package", "book", "--", "check"]),
        ("break it", &["run", "--quiet", "--profile", "xtask", "--package", "book", "--", "break-it"]),
        ("numbers", &["xtask", "figures", "--check", "--slow"]),
    ];
    let mut failed = Vec::new();
    for (name, args) in CHECKS {
        anstream::println!("\x1b[1m{name}\x1b[0m: cargo {}", args.join(" "));
        let status = cargo().args(args).status();
        if !status.map_err(|e| Failure::ours(format!("cannot start cargo: {e}")))?.success() {
            failed.push(name);
        }
    }
    if failed.is_empty() {
        println!("all {} checks passed", CHECKS.len());
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure { code: 1, message: format!("failed: {}", failed.join(", ")) })
}
