//! Listings that were pasted instead of included: they would stay as they are when the code moves on.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// So many lines in a row are no coincidence.
const LINES: usize = 6;

/// Every run of lines in the workspace's sources, and the file that has it.
pub(crate) struct Sources(HashMap<String, PathBuf>);

impl Sources {
    /// Reads the sources of all crates of a workspace.
    pub(crate) fn read(root: &Path) -> Self {
        let mut runs = HashMap::new();
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            let krate = entry.path();
            if krate.join("Cargo.toml").is_file() {
                for folder in ["src", "examples", "tests"] {
                    add(&krate.join(folder), root, &mut runs);
                }
            }
        }
        Self(runs)
    }

    /// The file that a piece of code was pasted from.
    fn origin(&self, code: &str) -> Option<&PathBuf> {
        runs(code).into_iter().find_map(|run| self.0.get(&run))
    }
}

fn add(folder: &Path, root: &Path, all: &mut HashMap<String, PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            add(&path, root, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let file = path.strip_prefix(root).unwrap_or(&path);
            all.extend(runs(&text).into_iter().map(|run| (run, file.to_path_buf())));
        }
    }
}

/// All runs of lines that say something, without regard to indentation. In documentation an example begins with `///`.
fn runs(code: &str) -> Vec<String> {
    let lines: Vec<&str> = code
        .lines()
        .map(|line| line.trim().trim_start_matches('/').trim_start_matches("# ").trim())
        .filter(|line| line.len() > 1)
        .collect();
    lines.windows(LINES).map(|run| run.join("\n")).collect()
}

/// Fences of a chapter that were pasted from a source: where, and from which.
pub(crate) fn find<'s>(chapter: &str, sources: &'s Sources) -> Vec<(usize, &'s Path)> {
    let mut found = Vec::new();
    let mut fence: Option<(usize, String)> = None;
    for (event, range) in Parser::new_ext(chapter, crate::chapter::options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if info.starts_with("rust") => {
                fence = Some((range.start, String::new()));
            }
            Event::Text(text) => {
                if let Some((_, code)) = &mut fence {
                    code.push_str(&text);
                }
            }
            Event::End(_) => {
                if let Some((at, code)) = fence.take() {
                    found.extend(sources.origin(&code).map(|file| (at, file.as_path())));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_lines_in_a_row_are_recognised_at_any_indentation() {
        let lines = ["let a = 1;", "let b = 2;", "let c = a + b;", "let d = c;", "let e = d;", "let f = e;"];
        let source =
            Sources(runs(&lines.join("\n    ")).into_iter().map(|run| (run, "x.rs".into())).collect());
        let chapter = |code: &[&str]| format!("# T\n\n```rust\n{}\n```\n", code.join("\n\n  "));
        assert_eq!(find(&chapter(&lines), &source), [(5, Path::new("x.rs"))]);
        assert!(find(&chapter(&lines[..5]), &source).is_empty());
        assert!(find(&chapter(&lines).replace("```rust", "```text"), &source).is_empty());
    }
}
