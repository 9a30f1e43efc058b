//! `nn corpus`: takes a new snapshot of this project's own text.

use super::{Stop, grouped};
use nn::Error;
use nn::checkpoint;
use nn::corpus::fingerprint;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Takes a new snapshot of the book and the crates' sources as the text that `train` learns from by default.
///
/// For maintainers, in a checkout: models trained on the old snapshot can then not be resumed on the new one.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The root of the checkout
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    root: PathBuf,
}

/// Where the text comes from, in this order; within a folder by name. The exercises are left out: they hold solutions.
const FOLDERS: [(&str, &str); 8] = [
    ("book/src", "md"),
    ("linalg", "rs"),
    ("calculus", "rs"),
    ("probability", "rs"),
    ("approximation", "rs"),
    ("nn", "rs"),
    ("xtask", "rs"),
    ("book/builder", "rs"),
];

pub(super) fn run(args: &Args) -> Result<(), Stop> {
    let mut text = String::new();
    for (folder, extension) in FOLDERS {
        let mut files = Vec::new();
        collect(&args.root.join(folder), extension, &mut files)?;
        files.sort();
        for path in files {
            let content =
                fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
            let name = path.strip_prefix(&args.root).unwrap_or(&path);
            // Forward slashes and plain line ends on every system: the snapshot is the same wherever it is taken.
            let name: Vec<_> = name.iter().map(OsStr::to_string_lossy).collect();
            let content = content.replace("\r\n", "\n");
            for piece in ["=== ", &name.join("/"), " ===\n", &content, "\n"] {
                text.push_str(piece);
            }
        }
    }
    let path = args.root.join("nn/corpus/corpus.txt");
    checkpoint::replace(&path, text.as_bytes())
        .map_err(|source| Error::Write { path: path.clone(), source })?;
    writeln!(
        io::stdout(),
        "{}: {} bytes, fingerprint {:016x}",
        path.display(),
        grouped(text.len()),
        fingerprint(text.as_bytes())
    )?;
    Ok(())
}

/// All files with that extension below a folder, except in build outputs.
fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.is_dir() {
            if path.file_name() != Some(OsStr::new("target")) {
                collect(&path, extension, files)?;
            }
        } else if path.extension() == Some(OsStr::new(extension)) {
            files.push(path);
        }
    }
    Ok(())
}
