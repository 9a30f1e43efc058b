//! How much of the crates the book shows, and whether it shows whole what it promises to (`book/core.toml`).
//!
//! A line of code counts: not blank, no comment or documentation, no `use` or `mod`, not part of what is compiled for tests alone. It is
//! shown if it lies between the ends of a `{{#listing}}` of some written chapter.

use crate::build::Layout;
use crate::chapter::{Place, slashed};
use crate::listing;
use crate::problem::{Error, Problem};
use crate::values::thousands;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What the book shows of the crates.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    /// A line for each crate, and one for the core.
    pub(crate) lines: Vec<String>,
    /// Modules that ought to be shown whole and are not.
    pub(crate) problems: Vec<Problem>,
}

/// `book/core.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Core {
    /// Modules of which the book shows every line, by their path in the workspace.
    modules: Vec<PathBuf>,
}

/// Measures what the listings of some chapters show.
///
/// # Errors
///
/// If a chapter or a source cannot be read.
pub(crate) fn measure(layout: &Layout, chapters: &[PathBuf]) -> Result<Coverage, Error> {
    let shown = shown(&layout.root, chapters)?;
    let none = BTreeSet::new();
    let mut coverage = Coverage::default();
    let mut files = BTreeMap::new();
    for krate in crates(&layout.root) {
        let mut paths = Vec::new();
        sources(&layout.root.join(&krate).join("src"), &mut paths);
        let (mut seen, mut all) = (0, 0);
        for path in paths {
            let text = fs::read_to_string(&path).map_err(Error::io(&path))?;
            let file = path.strip_prefix(&layout.root).unwrap_or(&path).to_path_buf();
            let code = code(&text);
            all += code.len();
            seen += code.intersection(shown.get(&file).unwrap_or(&none)).count();
            files.insert(file, code);
        }
        if all > 0 {
            let share = 100.0 * seen as f64 / all as f64;
            coverage.lines.push(format!(
                "{krate}: {} of {} lines, {share:.0} %",
                grouped(seen),
                grouped(all)
            ));
        }
    }

    let file = layout.book.join("core.toml");
    let (core, mut promised) = (read_core(layout, &file, &mut coverage.problems), 0);
    for (nth, module) in core.modules.iter().enumerate() {
        if core.modules[..nth].contains(module) {
            coverage.problems.push(Problem::new(&file, 1, format!("{} is named twice", slashed(module))));
            continue;
        }
        let Some(code) = files.get(module) else {
            let message = format!("{}: no crate has such a module", slashed(module));
            coverage.problems.push(Problem::new(&file, 1, message));
            continue;
        };
        promised += code.len();
        let missing: Vec<usize> = code.difference(shown.get(module).unwrap_or(&none)).copied().collect();
        if let Some(&first) = missing.first() {
            let message = format!(
                "the book promises to show this module whole (book/core.toml) and leaves out {}: list them in a chapter, folded if need be",
                spelled(&missing)
            );
            coverage.problems.push(Problem::new(module, first, message));
        }
    }
    if !core.modules.is_empty() {
        let (n, plural) = (core.modules.len(), if core.modules.len() == 1 { "" } else { "s" });
        coverage.lines.push(format!("shown whole: {n} module{plural} of {} lines", grouped(promised)));
    }
    Ok(coverage)
}

fn read_core(layout: &Layout, file: &Path, problems: &mut Vec<Problem>) -> Core {
    let Ok(text) = fs::read_to_string(layout.root.join(file)) else { return Core::default() };
    toml::from_str(&text).unwrap_or_else(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text[..at.min(text.len())].matches('\n').count();
        problems.push(Problem::new(file, line, error.message().to_string()));
        Core::default()
    })
}

/// The crates that teach: all of the workspace's folders but those that only run the others.
fn crates(root: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "xtask" && name != "book")
        .collect();
    names.sort();
    names
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The lines, by file, that some chapter lists. A listing that is wrong shows nothing; that it is wrong is said elsewhere.
fn shown(root: &Path, chapters: &[PathBuf]) -> Result<BTreeMap<PathBuf, BTreeSet<usize>>, Error> {
    let mut shown: BTreeMap<PathBuf, BTreeSet<usize>> = BTreeMap::new();
    for chapter in chapters {
        let path = root.join(chapter);
        let text = fs::read_to_string(&path).map_err(Error::io(&path))?;
        let place = Place { root, file: chapter };
        let mut fenced = false;
        for line in text.lines() {
            let line = line.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
            fenced ^= line.starts_with("```");
            let Some(Ok(directive)) = listing::directive(line).filter(|_| !fenced) else { continue };
            let Some(file) = place.follow(directive.path) else { continue };
            let Ok(source) = fs::read_to_string(root.join(&file)) else { continue };
            if let Ok(cut) = listing::cut(&source, directive.anchor) {
                shown.entry(file).or_default().extend(cut.lines);
            }
        }
    }
    Ok(shown)
}

/// The numbers of the lines of code.
fn code(source: &str) -> BTreeSet<usize> {
    let lines: Vec<&str> = source.lines().collect();
    let mut code = BTreeSet::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        let next = if line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(doctest)]") {
            item_end(&lines, at)
        } else if is_import(line) {
            at + 1 + lines[at..].iter().take_while(|line| !line.trim_end().ends_with(';')).count()
        } else if line.starts_with("/*") {
            at + 1 + lines[at..].iter().take_while(|line| !line.contains("*/")).count()
        } else {
            if !line.is_empty() && !line.starts_with("//") {
                code.insert(at + 1);
            }
            at + 1
        };
        at = next;
    }
    code
}

/// `use …` or `mod …;`, whoever may see it.
fn is_import(line: &str) -> bool {
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')').map_or("", |(_, rest)| rest).trim_start(),
        Some(rest) => rest.trim_start(),
        None => line,
    };
    line.starts_with("use ") || (line.starts_with("mod ") && line.ends_with(';'))
}

/// Behind an item with its attributes, as rustfmt writes it: what it opens it closes at its own indentation.
fn item_end(lines: &[&str], start: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut at = start;
    while at < lines.len() && (lines[at].trim().starts_with("#[") || lines[at].trim().starts_with("//")) {
        at += 1;
    }
    let Some(head) = lines.get(at) else { return lines.len() };
    let depth = indent(head);
    if head.trim_end().ends_with([';', '}']) {
        return at + 1;
    }
    let ends = |line: &&str| indent(line) == depth && matches!(line.trim().chars().next(), Some('}' | ')'));
    let length = lines[at + 1..].iter().position(|line| ends(line) || line.trim_end() == ";");
    length.map_or(lines.len(), |length| at + 2 + length)
}

/// 1, 2, 3, 7 as "lines 1–3 and 7".
fn spelled(lines: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &line in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => runs.push((line, line)),
        }
    }
    let runs: Vec<String> =
        runs.iter().map(|&(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).collect();
    match &runs[..] {
        [] => String::new(),
        [one] => format!("line{} {one}", if lines.len() == 1 { "" } else { "s" }),
        [first @ .., last] => format!("lines {} and {last}", first.join(", ")),
    }
}

fn grouped(n: usize) -> String {
    thousands(&n.to_string(), 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_what_surrounds_it() {
        let source = "\
//! About.

use std::fmt;
pub(crate) use a::{
    b, c,
};
mod inner;

/// A function.
pub fn f() -> u32 {
    // why
    1 // what
}

/* a long
   comment */
#[cfg(test)]
mod tests {
    #[test]
    fn t() {}
}

#[cfg(test)]
use x::y;
#[cfg(doctest)]
#[doc = include_str!(\"a.md\")]
struct Chapter;

pub mod outer {
    const N: usize = 1;
}
";
        assert_eq!(code(source).into_iter().collect::<Vec<_>>(), [10, 12, 13, 29, 30, 31]);
    }

    #[test]
    fn missing_lines_are_spelled_out() {
        assert_eq!(spelled(&[4]), "line 4");
        assert_eq!(spelled(&[4, 5]), "lines 4–5");
        assert_eq!(spelled(&[1, 2, 3, 7, 9, 10]), "lines 1–3, 7 and 9–10");
        assert_eq!(grouped(5102), "5,102");
    }
}
