//! What is wrong with a chapter although it builds.
//!
//! Everything here looks at the Markdown alone; what needs the built pages is in [`crate::check`].

use crate::breaks;
use crate::chapter::{self, Place};
use crate::problem::{Lines, Problem};
use crate::values;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use std::ops::Range;

/// A link of a chapter, for [`crate::check`] to follow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Where it leads.
    pub(crate) target: String,
    /// The line that it stands in.
    pub(crate) line: usize,
}

/// What a chapter holds, as far as checks are concerned.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What is wrong.
    pub(crate) problems: Vec<Problem>,
    /// Its links.
    pub(crate) links: Vec<Link>,
    /// The line of the first fence that rustdoc would run.
    pub(crate) doctest: Option<usize>,
}

/// Looks a chapter through.
pub(crate) fn lint(source: &str, place: &Place<'_>, private: &[String]) -> Findings {
    let lines = Lines::new(source);
    let mut findings = Findings::default();
    let mut headings = 0;
    let mut say = |at: usize, message: String| {
        findings.problems.push(Problem::new(place.file, lines.line(at), message));
    };
    let events: Vec<_> = Parser::new_ext(source, chapter::options()).into_offset_iter().collect();
    let mut code = false;
    for (i, (event, range)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            _ => {}
        }
        match event {
            Event::Text(_) if !code => {
                for (at, number) in values::unsourced(&source[range.clone()]) {
                    say(
                        range.start + at,
                        format!(
                            "{number} looks measured: let its example write it down and say {{{{#value slug.name}}}} \
                                 (book/README.md); what you chose yourself stands in `code` or a formula"
                        ),
                    );
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                let formula = if source[range.clone()].contains('$') {
                    " (or a formula that is no formula)"
                } else {
                    ""
                };
                say(
                    range.start,
                    format!("indented by four spaces, this is code without a language{formula}: use a fence"),
                );
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split([',', ' ']).filter(|word| !word.is_empty());
                match words.next() {
                    None => say(
                        range.start,
                        "a fence without a language: rustdoc would run it as Rust; say `text` at least"
                            .into(),
                    ),
                    Some("rust") => {
                        if !words.any(|word| word == "ignore" || word.starts_with("ignore-")) {
                            findings.doctest.get_or_insert(lines.line(range.start));
                        }
                        if let Some(at) = source[range.clone()].find("{{#") {
                            say(
                                range.start + at,
                                "a directive inside a rust fence: the chapter's doctest would see it".into(),
                            );
                        }
                    }
                    Some(_) => {}
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                findings.links.push(Link { target: dest_url.to_string(), line: lines.line(range.start) });
            }
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                let alone = i > 0 && events[i - 1].0 == Event::Start(Tag::Paragraph);
                if alone && title.is_empty() {
                    say(
                        range.start,
                        format!("the figure {dest_url} has no caption: its title, in quotes behind the path"),
                    );
                }
                let silent = events.get(i + 1).is_some_and(|(event, _)| *event == Event::End(TagEnd::Image));
                if silent {
                    say(range.start, format!("the image {dest_url} has no alternative text"));
                }
                if dest_url.contains("://") {
                    say(range.start, format!("the image {dest_url} comes over the network"));
                } else if let Some(file) =
                    place.follow(dest_url).filter(|file| !place.root.join(file).is_file())
                {
                    say(range.start, format!("no image {}", chapter::slashed(&file)));
                }
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                headings += 1;
                if headings == 2 {
                    say(range.start, "a second heading of the first level: a chapter has one title".into());
                }
            }
            Event::Start(Tag::BlockQuote(_)) => {
                if let Some((at, message)) = breaks::faults(source, range, place.root) {
                    say(at, message);
                }
            }
            _ => {}
        }
    }
    if headings == 0 {
        say(0, "no title: a chapter starts with `# ...`".into());
    }
    for (at, found) in private.iter().flat_map(|word| source.match_indices(word.as_str())) {
        say(at, format!("a path of somebody's machine: {found}"));
    }
    for (at, message) in commands(source, &events, place) {
        say(at, message);
    }
    findings.problems.sort();
    findings
}

/// Commands that the reader is told to run: the crates, examples and tests in them must exist.
fn commands(source: &str, events: &[(Event<'_>, Range<usize>)], place: &Place<'_>) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    let mut shell = false;
    for (event, range) in events {
        let text = match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                shell = matches!(info.split([',', ' ']).next(), Some("sh" | "bash" | "console"));
                continue;
            }
            Event::End(TagEnd::CodeBlock) => {
                shell = false;
                continue;
            }
            Event::Text(text) if shell => text,
            Event::Code(text) => text,
            _ => continue,
        };
        for line in text.lines() {
            let at = range.start + source[range.clone()].find(line.trim()).unwrap_or(0);
            faults.extend(command_fault(line, place).map(|message| (at, message)));
        }
    }
    faults
}

/// What is wrong with one command line, if it runs Cargo on a crate of ours.
fn command_fault(line: &str, place: &Place<'_>) -> Option<String> {
    let words: Vec<&str> = line.trim().trim_start_matches("$ ").split_whitespace().collect();
    if words.first() != Some(&"cargo") {
        return None;
    }
    if let [_, "xtask", "exercises", "run" | "hint" | "solution" | "reset", name, ..] = words[..] {
        return exercise_fault(name, place).map(|message| format!("`{}`: {message}", line.trim()));
    }
    let ours = words.split(|word| *word == "--").next().unwrap_or_default();
    let after = |flags: &[&str]| {
        ours.iter().position(|word| flags.contains(word)).and_then(|at| ours.get(at + 1)).copied()
    };
    let package = after(&["-p", "--package"])?;
    if package.contains('<') || package.contains("...") {
        return None; // a placeholder
    }
    let folder =
        if package == "exercises" { place.root.join("book/exercises") } else { place.root.join(package) };
    if !folder.join("Cargo.toml").is_file() {
        return Some(format!("`{}`: there is no crate {package}", line.trim()));
    }
    let example = after(&["--example"])?;
    let exists = folder.join("examples").join(format!("{example}.rs")).is_file()
        || folder.join("examples").join(example).join("main.rs").is_file();
    (!exists).then(|| format!("`{}`: {package} has no example {example}", line.trim()))
}

/// Is there an exercise of that name? They are named by their path or by its last part.
fn exercise_fault(name: &str, place: &Place<'_>) -> Option<String> {
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None; // NAME, <name>: a placeholder
    }
    let order = std::fs::read_to_string(place.root.join("book/exercises/order.toml")).ok()?;
    let wanted = name.replace('-', "_");
    let mut ids =
        order.lines().filter_map(|line| line.strip_prefix("id = ")).map(|id| id.trim().trim_matches('"'));
    let known = ids.any(|id| id == wanted || id.rsplit('/').next() == Some(&wanted));
    (!known).then(|| format!("there is no exercise {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn problems(source: &str) -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let place = Place { root, file: Path::new("book/src/spine/a.md") };
        let findings = lint(source, &place, &["/somewhere/private/".to_string()]);
        findings.problems.iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
    }

    #[test]
    fn each_fault_is_named_with_its_line() {
        for (source, expected) in [
            ("# T\n\n```\nx\n```\n", "3: a fence without a language"),
            (
                "# T\n\n    $$ x $$\n",
                "3: indented by four spaces, this is code without a language (or a formula",
            ),
            ("# T\n\n```rust\n{{#include a.rs}}\n```\n", "4: a directive inside a rust fence"),
            ("# T\n\n![](../figures/x.svg)\n", "3: no image book/src/figures/x.svg"),
            ("# T\n\n![](../figures/x.svg)\n", "3: the image ../figures/x.svg has no alternative text"),
            (
                "# T\n\n![a](https://example.org/x.png)\n",
                "3: the image https://example.org/x.png comes over the network",
            ),
            ("# T\n\n# U\n", "3: a second heading"),
            ("text\n", "1: no title"),
            ("# T\n\nIt takes 31.4 ms.\n", "3: 31.4 looks measured"),
            ("# T\n\n| a |\n|---|\n| 1.234 |\n", "5: 1.234 looks measured"),
            ("# T\n\nsee /somewhere/private/a.rs\n", "3: a path of somebody's machine"),
            (
                "# T\n\n`cargo xtask exercises run nosuch`\n",
                "3: `cargo xtask exercises run nosuch`: there is no exercise nosuch",
            ),
            ("# T\n\n`cargo test -p nosuch`\n", "3: `cargo test -p nosuch`: there is no crate nosuch"),
            (
                "# T\n\n```sh\ncargo run -p linalg --example nosuch\n```\n",
                "4: `cargo run -p linalg --example nosuch`: linalg has no example nosuch",
            ),
        ] {
            let found = problems(source);
            assert!(found.iter().any(|problem| problem.starts_with(expected)), "{source:?}: {found:?}");
        }
    }

    #[test]
    fn a_sound_chapter_has_no_faults() {
        let source = "# T\n\nText with `code`, $x$ `cargo test -p linalg -- view`, `cargo xtask exercises run NAME` and `cargo xtask exercises run relu-net`.\n\n```rust\nlet x = 1;\n```\n\n```text\n{{#listing a.rs:b}}\n```\n";
        assert_eq!(problems(source), [""; 0]);
    }

    #[test]
    fn links_and_doctests_are_found() {
        let source = "# T\n\n[a](b.md#c)\n\n```rust,ignore\nx\n```\n\n```rust,no_run\ny\n```\n";
        let place = Place { root: Path::new("."), file: Path::new("book/src/a.md") };
        let findings = lint(source, &place, &[]);
        assert_eq!(findings.links, [Link { target: "b.md#c".into(), line: 3 }]);
        assert_eq!(findings.doctest, Some(9));
    }
}
