//! Links: what hints, tasks and comments point at is there. Files, headings, chapters, and names of our crates.

use super::super::catalogue::Catalogue;
use super::chapters::Page;
use super::tokens::{code, tokens};
use crate::files;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// What of a text leads nowhere; and how much of it was followed.
pub(super) fn links(page: &Page, catalogue: &Catalogue) -> (usize, Vec<String>) {
    let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
    let rust = Path::new(&page.path).extension().is_some_and(|e| e == "rs");
    let text = if rust { comments(&page.text) } else { page.text.clone() };
    let mut found: Vec<Result<(), String>> = Vec::new();
    found.extend(targets(&text).into_iter().filter_map(|t| follow(t, &page.path, folder)));
    let pieces = code(&text);
    found.extend(pieces.iter().filter(|p| is_path(p)).filter_map(|p| file(p, folder, catalogue)));
    found.extend(pieces.iter().flat_map(|p| ours(p)).map(|path| offered(&path)));
    (found.len(), found.into_iter().filter_map(Result::err).collect())
}

/// The title of its chapter, as an exercise's own file has it, is the chapter's.
pub(super) fn title(module: &str, chapter: &str, summary: &str) -> Option<String> {
    let path = chapter.strip_prefix("book/src/").unwrap_or(chapter);
    let wanted = summary.lines().find_map(|l| {
        let (title, rest) = l.trim().trim_start_matches("- ").strip_prefix('[')?.split_once("](")?;
        (rest.strip_suffix(')')? == path).then_some(title)
    })?;
    let head = comments(module).lines().take_while(|l| !l.is_empty()).collect::<Vec<_>>().join(" ");
    (!head.contains(&format!("Chapter: *{wanted}*")))
        .then(|| format!("mod.rs does not say \"Chapter: *{wanted}*\", where {chapter} is its chapter"))
}

/// The comments of a Rust file, without what marks them.
fn comments(source: &str) -> String {
    let mut text = String::new();
    for line in source.lines() {
        if let Some(comment) = line.trim_start().strip_prefix("//") {
            text += comment.trim_start_matches(['/', '!']).trim_start();
        }
        text.push('\n');
    }
    text
}

/// The targets of Markdown's links, outside code.
fn targets(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2).flat_map(|part| part.split('`').step_by(2));
    prose.flat_map(|part| part.split("](").skip(1)).filter_map(|rest| rest.split(')').next()).collect()
}

/// Follows a link; a name of Rust is rustdoc's business.
fn follow(target: &str, here: &str, folder: &Path) -> Option<Result<(), String>> {
    if target.starts_with("https://") || target.contains("::") {
        return None;
    }
    if target.contains("://") {
        return Some(Err(format!("{target}: a link leads to https:// or to a file")));
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(p, a)| (p, Some(a)));
    let path = if path.is_empty() { PathBuf::from(here) } else { straight(&folder.join(path)) };
    let full = files::root().join(&path);
    if !full.exists() {
        return Some(Err(format!("{target}: there is no {}", slashed(&path))));
    }
    let there = fs::read_to_string(full).unwrap_or_default();
    let dead = anchor.filter(|a| !there.lines().filter_map(|l| l.strip_prefix('#')).any(|l| slug(l) == *a));
    Some(dead.map_or(Ok(()), |a| Err(format!("{target}: {} has no heading #{a}", slashed(&path)))))
}

/// A heading as a link writes it.
fn slug(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// A path as texts write it, on every system.
fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// The path without `..`.
fn straight(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = out.pop(),
            part => out.push(part),
        }
    }
    out
}

/// `book/exercises/README.md`: with a slash, and the ending of a file of ours, or of a folder.
fn is_path(piece: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-./".contains(c) || "README".contains(c);
    let ends = [".rs", ".md", ".toml", ".svg", "/"].iter().any(|e| piece.ends_with(e));
    ends && piece.contains('/') && !piece.starts_with('/') && piece.chars().all(plain)
}

/// Folders that a text may start from, beside its own: every room has the same doors.
const ROOMS: [&str; 9] =
    ["", "book/exercises", "book", "linalg", "calculus", "probability", "approximation", "nn", "xtask"];

/// A file, named from here, from a room or from the top.
fn file(piece: &str, folder: &Path, catalogue: &Catalogue) -> Option<Result<(), String>> {
    if let Some(path) = piece.strip_prefix("solutions/") {
        // made on the first run
        let id = path.strip_suffix(".rs")?;
        let known = catalogue.all().iter().any(|e| e.id == id);
        return Some(if known { Ok(()) } else { Err(format!("`{piece}`: there is no exercise {id}")) });
    }
    let there = |from: &Path| files::root().join(from).join(piece).exists();
    let there = there(folder) || ROOMS.iter().any(|room| there(Path::new(room)));
    Some(if there { Ok(()) } else { Err(format!("`{piece}` is nowhere")) })
}

/// The names of our crates in a piece of code: `linalg::dot`.
fn ours(piece: &str) -> Vec<Vec<String>> {
    let all = tokens(piece);
    let mut paths = Vec::new();
    for (i, word) in all.iter().enumerate() {
        let named = |w: &str| w.starts_with(|c: char| c.is_ascii_alphabetic());
        let first = i == 0 || !["::", "."].contains(&all[i - 1].as_str());
        if first && ["linalg", "exercises"].contains(&word.as_str()) {
            let mut path = vec![word.clone()];
            path.extend(
                all[i + 1..]
                    .chunks(2)
                    .take_while(|c| c.len() == 2 && c[0] == "::" && named(&c[1]))
                    .map(|c| c[1].clone()),
            );
            if path.len() > 1 {
                paths.push(path);
            }
        }
    }
    paths
}

/// Whether the file of a module offers the name: `exercises::nn::kv_cache::rope` is in `nn/kv_cache/mod.rs`.
fn offered(path: &[String]) -> Result<(), String> {
    let written = path.join("::");
    let source = if path[0] == "linalg" { "linalg/src" } else { "book/exercises/src" };
    let (mut place, mut at) = (files::root().join(source), 1);
    while at < path.len() && (place.join(&path[at]).is_dir()) {
        place.push(&path[at]);
        at += 1;
    }
    let Some(name) = path.get(at) else { return Ok(()) };
    let files = [place.join("lib.rs"), place.join("mod.rs")];
    let text: String = files.iter().filter_map(|f| fs::read_to_string(f).ok()).collect();
    let public = |line: &str| line.trim_start().starts_with("pub ") && tokens(line).contains(name);
    if text.lines().any(public) { Ok(()) } else { Err(format!("`{written}`: no such name")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> (usize, Vec<String>) {
        links(&Page { path: path.into(), text: text.into() }, &Catalogue::load().unwrap())
    }

    #[test]
    fn sound_links_are_followed() {
        let hints = "book/exercises/src/nn/rope/hints.md";
        for good in [
            "[how](../../../README.md)",
            "[how](../../../README.md#adding-an-exercise)",
            "[first](#1)",
            "see `solutions/nn/rope.rs`",
            "see `src/spec.rs`, or so",
            "see `book/exercises/README.md`",
            "`linalg::dot(q, k)`",
            "```rust\nuse exercises::nn::kv_cache::rope;\n```",
        ] {
            assert_eq!(check(hints, good), (1, vec![]), "{good}");
        }
        for nothing in ["[paper](https://arxiv.org/abs/1706.03762)", "`m/n` and `x[i](y)`", "`xs.len()/`"] {
            assert_eq!(check(hints, nothing), (0, vec![]), "{nothing}");
        }
        // Code is no comment, and a name of Rust is rustdoc's business.
        assert_eq!(
            check("book/exercises/src/nn/mod.rs", "let x = a[i](y);\n/// [`A`](crate::A)"),
            (0, vec![])
        );
    }

    #[test]
    fn dead_links_are_named() {
        let hints = "book/exercises/src/nn/rope/hints.md";
        for (bad, says) in [
            ("[how](../../README.md)", "there is no book/exercises/src/README.md"),
            ("[how](../../../README.md#nowhere)", "has no heading #nowhere"),
            ("[how](http://example.org)", "leads to https://"),
            ("see `solutions/nn/ropes.rs`", "there is no exercise nn/ropes"),
            ("see `src/specs.rs`", "`src/specs.rs` is nowhere"),
            ("`linalg::dott(q, k)`", "`linalg::dott`: no such name"),
            (
                "```rust\nuse exercises::nn::kv_cache::ropes;\n```",
                "`exercises::nn::kv_cache::ropes`: no such name",
            ),
        ] {
            let (_, complaints) = check(hints, bad);
            assert!(complaints.len() == 1 && complaints[0].contains(says), "{bad}: {complaints:?}");
        }
        let (_, complaints) = check("book/exercises/src/nn/mod.rs", "/// See `src/specs.rs`.");
        assert_eq!(complaints, ["`src/specs.rs` is nowhere"]);
    }

    #[test]
    fn a_file_names_its_chapter() {
        let summary = "# S\n\n- [The neuron](spine/neuron.md)\n- [Draft]()\n";
        let says = |module: &str| title(module, "book/src/spine/neuron.md", summary);
        assert_eq!(says("//! **neuron**: x. Chapter: *The\n//! neuron*.\n"), None);
        assert!(
            says("//! **neuron**: x. Chapter: *The nerve*.\n").unwrap().contains("Chapter: *The neuron*")
        );
        assert!(says("//! **neuron**.\n\n// Chapter: *The neuron*").is_some());
    }
}
