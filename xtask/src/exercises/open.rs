//! `open`: the learner's file in their editor, or the chapter's page in a browser.

use super::catalogue::Exercise;
use super::project::Project;
use super::text::{line, object};
use crate::failure::Failure;
use crate::files;
use serde_json::json;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The learner's file.
pub(crate) fn file(exercise: &Exercise, project: &Project, json: bool) -> Result<(), Failure> {
    let path = project.file(exercise);
    if !path.exists() {
        return Err(Failure::usage(format!(
            "{} is not there any more; `cargo xtask exercises reset {}` brings the starter back",
            project.shown_file(exercise),
            exercise.name()
        )));
    }
    let editor = ["VISUAL", "EDITOR"].iter().filter_map(env::var_os).find(|e| !e.is_empty());
    open(&path, editor.as_ref(), &project.shown_file(exercise), json)
}

/// The page of its chapter.
pub(crate) fn chapter(exercise: &Exercise, json: bool) -> Result<(), Failure> {
    let Some(chapter) = &exercise.chapter else {
        return Err(Failure::usage(format!("the chapter of {} is not written yet", exercise.id)));
    };
    let page = page(chapter);
    let path = files::root().join(&page);
    if !path.is_file() {
        return Err(Failure::usage(format!(
            "{page} is not there: `cargo xtask book` builds the book. Its source is {chapter}"
        )));
    }
    open(&path, None, &page, json)
}

/// `book/src/spine/neuron.md` becomes `book/html/spine/neuron.html`.
fn page(chapter: &str) -> String {
    let path = chapter.strip_prefix("book/src/").unwrap_or(chapter);
    format!("book/html/{}.html", path.strip_suffix(".md").unwrap_or(path))
}

/// Opens a file with a program, or with whatever the system takes for it.
fn open(path: &Path, program: Option<&OsString>, shown: &str, json: bool) -> Result<(), Failure> {
    let mut command = match program {
        // "code --wait" is a program and an option; a path with blanks is a program alone.
        Some(editor) if PathBuf::from(editor).is_file() => Command::new(editor),
        Some(editor) => {
            let editor = editor.to_string_lossy();
            let mut words = editor.split_whitespace();
            let mut command = Command::new(words.next().unwrap_or_default());
            command.args(words);
            command
        }
        None => opener(),
    };
    command.arg(path);
    let name = command.get_program().to_string_lossy().into_owned();
    if json {
        object(&json!({ "opened": shown, "with": name }));
    } else {
        line(&format!("Opening {shown} with {name}"));
    }
    let hint = if program.is_some() { "" } else { "; set EDITOR to the program you like" };
    let status = command.status().map_err(|e| {
        Failure::usage(format!("cannot start {name}: {e}{hint}. The file is {}", path.display()))
    })?;
    if status.success() { Ok(()) } else { Err(Failure::usage(format!("{name} ended with {status}{hint}"))) }
}

fn opener() -> Command {
    if cfg!(windows) {
        // an empty title first: `start` takes the first quoted argument for one
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn chapters_have_pages() {
        assert_eq!(super::page("book/src/spine/neuron.md"), "book/html/spine/neuron.html");
    }
}
