//! What can go wrong while the book is built, always with the file and the line to look at.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Something wrong in a source of the book, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// The file, relative to the workspace's root.
    pub(crate) file: PathBuf,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// What is wrong, and what to do about it.
    pub(crate) message: String,
}

impl Problem {
    /// A problem at a line of a file.
    pub(crate) fn new(file: &Path, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), line, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// Why a command of this program gave up.
#[derive(Debug)]
pub(crate) enum Error {
    /// The sources of the book are at fault; every fault is listed.
    Sources(Vec<Problem>),
    /// A file or folder could not be read or written.
    Io(PathBuf, io::Error),
    /// mdBook refused: its own message.
    Renderer(String),
    /// The destination holds something that is not a built book, which a build would delete.
    NotABook(PathBuf),
}

impl Error {
    /// For `map_err`: an input or output error of `path`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::Io(path.to_path_buf(), error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sources(problems) => {
                for problem in problems {
                    writeln!(f, "{problem}")?;
                }
                let plural = if problems.len() == 1 { "problem" } else { "problems" };
                write!(f, "{} {plural}", problems.len())
            }
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Renderer(message) => write!(f, "mdBook: {message}"),
            Self::NotABook(path) => write!(
                f,
                "{} is not empty and is not a built book; a build replaces the whole folder, so name another one",
                path.display()
            ),
        }
    }
}

impl std::error::Error for Error {}

/// Turns byte offsets of a text into line numbers.
#[derive(Debug)]
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Finds the line starts of `text` once.
    pub(crate) fn new(text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { starts }
    }

    /// The line, counted from 1, that holds the byte at `offset`.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The offset at which the line that holds `offset` starts.
    pub(crate) fn start_of_line(&self, offset: usize) -> usize {
        self.starts[self.line(offset) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines() {
        let lines = Lines::new("ab\n\ncd");
        let found: Vec<_> = (0..6).map(|at| lines.line(at)).collect();
        assert_eq!(found, [1, 1, 1, 2, 3, 3]);
        assert_eq!(lines.start_of_line(5), 4);
        assert_eq!(lines.start_of_line(1), 0);
    }

    #[test]
    fn a_problem_reads_like_a_compiler_message() {
        let problem = Problem::new(Path::new("book/src/a.md"), 3, "no such anchor");
        assert_eq!(problem.to_string(), "book/src/a.md:3: no such anchor");
    }
}
