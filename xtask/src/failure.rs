//! Errors of ours: a message for a person and an exit code for a program.

use std::process::ExitCode;

/// The command line asked for something that is not there.
pub(crate) const USAGE: u8 = 2;
/// The grader's own fault (`EX_SOFTWARE` of sysexits.h): nothing is said about anybody's solution.
pub(crate) const OURS: u8 = 70;

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Failure { code: USAGE, message: message.into() }
    }

    pub(crate) fn ours(message: impl Into<String>) -> Self {
        Failure { code: OURS, message: message.into() }
    }

    /// Says it on standard error.
    pub(crate) fn report(self) -> ExitCode {
        anstream::eprintln!("\x1b[1;31merror\x1b[0m: {}", self.message);
        ExitCode::from(self.code)
    }
}
