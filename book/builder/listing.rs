//! Listings: code of the crates shown in the book by naming it, never by pasting it.
//!
//! In a chapter, on a line of its own:
//!
//! ```text
//! {{#listing ../../../linalg/src/view.rs:transpose}}
//! ```
//!
//! shows what lies between `// ANCHOR: transpose` and `// ANCHOR_END: transpose` of that file, shifted to the left margin,
//! anchors removed. Without a name after the colon it shows the whole file. The path starts at the chapter's folder.

use std::ops::RangeInclusive;

/// A piece of a source file, ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The lines, without anchors and common indentation; ends with a line break.
    pub(crate) code: String,
    /// The lines of the file that they are.
    pub(crate) lines: RangeInclusive<usize>,
}

/// What a directive asks for: a path, and an anchor in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directive<'a> {
    /// Relative to the chapter's folder.
    pub(crate) path: &'a str,
    /// The name of the anchor; none for the whole file.
    pub(crate) anchor: Option<&'a str>,
}

/// Reads a line of a chapter as a listing's directive.
///
/// Returns `None` for every other line, an error for one that tries to be a directive and is not.
pub(crate) fn directive(line: &str) -> Option<Result<Directive<'_>, String>> {
    let inside = line.trim().strip_prefix("{{#")?;
    let Some(inside) = inside.strip_suffix("}}") else {
        return Some(Err("a directive must end with }} on the same line, with nothing after it".into()));
    };
    let Some(target) = inside.strip_prefix("listing").filter(|rest| rest.starts_with(char::is_whitespace))
    else {
        let word = inside.split_whitespace().next().unwrap_or_default();
        return Some(Err(format!(
            "unknown directive `#{word}`; there are `#listing path:anchor`, `#touch name`, `#map`, `#output slug.name` and, in a line, `#value slug.name`"
        )));
    };
    let target = target.trim();
    if target.is_empty() || target.contains(char::is_whitespace) {
        return Some(Err(
            "a listing names one path, as in {{#listing ../../../linalg/src/view.rs:transpose}}".into(),
        ));
    }
    Some(Ok(match target.rsplit_once(':') {
        Some((path, anchor)) => Directive { path, anchor: Some(anchor) },
        None => Directive { path: target, anchor: None },
    }))
}

/// The name in an anchor's line: (`ANCHOR` or `ANCHOR_END`, name), behind whatever starts a comment in that language.
fn anchor(line: &str) -> Option<(&str, &str)> {
    let comment = line.trim().trim_start_matches(['/', '#', '-', '<', '!', '*', ';', '%']).trim_start();
    let (kind, rest) = comment.split_once(':')?;
    let name = rest.split_whitespace().next()?;
    matches!(kind, "ANCHOR" | "ANCHOR_END").then_some((kind, name))
}

/// Cuts the lines of an anchor out of a source text.
///
/// # Errors
///
/// What is wrong with the anchor: not there, opened twice, or never closed.
pub(crate) fn cut(source: &str, name: Option<&str>) -> Result<Listing, String> {
    let mut kept: Vec<(usize, &str)> = Vec::new();
    let (mut open, mut opened, mut closed) = (name.is_none(), name.is_none(), false);
    for (number, line) in source.lines().enumerate().map(|(at, line)| (at + 1, line)) {
        match anchor(line) {
            Some(("ANCHOR", found)) if Some(found) == name => {
                if opened {
                    return Err(format!("opens the anchor `{found}` a second time in line {number}"));
                }
                (open, opened) = (true, true);
            }
            Some(("ANCHOR_END", found)) if Some(found) == name => {
                if !open {
                    return Err(format!("closes the anchor `{found}` in line {number} without opening it"));
                }
                (open, closed) = (false, true);
            }
            None if open => kept.push((number, line)),
            Some(_) | None => {}
        }
    }
    if let Some(name) = name {
        if !opened {
            let others: Vec<_> = source
                .lines()
                .filter_map(anchor)
                .filter(|(kind, _)| *kind == "ANCHOR")
                .map(|(_, name)| name)
                .collect();
            let others = if others.is_empty() { "no anchors".into() } else { others.join(", ") };
            return Err(format!("has no anchor `{name}` (it has {others})"));
        }
        if !closed {
            return Err(format!("never closes the anchor `{name}`"));
        }
    }
    let blank = |line: &&(usize, &str)| line.1.trim().is_empty();
    let skip = kept.iter().take_while(blank).count();
    let keep = kept.len() - kept.iter().rev().take_while(blank).count();
    let Some(kept) = kept.get(skip..keep).filter(|kept| !kept.is_empty()) else {
        return Err(match name {
            Some(name) => format!("has nothing between the ends of the anchor `{name}`"),
            None => "is empty".into(),
        });
    };
    let indent =
        kept.iter().filter(|line| !blank(line)).map(|(_, line)| line.len() - line.trim_start().len()).min();
    let mut code = String::new();
    for (_, line) in kept {
        code.push_str(line.get(indent.unwrap_or(0)..).unwrap_or("").trim_end());
        code.push('\n');
    }
    Ok(Listing { code, lines: kept[0].0..=kept[kept.len() - 1].0 })
}

/// The language to highlight a file in, by its extension.
pub(crate) fn language(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rs" => "rust",
        "py" => "python",
        "toml" => "toml",
        "json" => "json",
        "sh" => "sh",
        "md" => "markdown",
        _ => "text",
    }
}

/// A fenced block of `code`, with a fence longer than any inside it.
pub(crate) fn fenced(code: &str, language: &str) -> String {
    let longest = code
        .lines()
        .map(|line| line.trim_start().trim_start_matches(['/', '!', ' ']))
        .map(|line| line.len() - line.trim_start_matches('`').len())
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{code}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
use std::fmt;

impl View {
    // ANCHOR: transpose
    /// Swaps two axes.
    fn transpose(&self) {
        // ANCHOR: inner
        swap();
        // ANCHOR_END: inner
    }
    // ANCHOR_END: transpose
}
";

    #[test]
    fn an_anchor_is_cut_out_dedented_and_without_other_anchors() {
        let listing = cut(SOURCE, Some("transpose")).unwrap();
        assert_eq!(listing.code, "/// Swaps two axes.\nfn transpose(&self) {\n    swap();\n}\n");
        assert_eq!(listing.lines, 5..=10);
        assert_eq!(cut(SOURCE, Some("inner")).unwrap(), Listing { code: "swap();\n".into(), lines: 8..=8 });
    }

    #[test]
    fn a_whole_file() {
        let listing = cut(SOURCE, None).unwrap();
        assert_eq!(listing.lines, 1..=12);
        assert!(!listing.code.contains("ANCHOR"));
        assert!(listing.code.starts_with("use std::fmt;\n\nimpl View {\n"));
    }

    #[test]
    fn what_is_wrong_with_an_anchor_is_said() {
        let wrong = |source: &str, name| cut(source, Some(name)).unwrap_err();
        assert_eq!(wrong(SOURCE, "nosuch"), "has no anchor `nosuch` (it has transpose, inner)");
        assert_eq!(wrong("fn f() {}\n", "f"), "has no anchor `f` (it has no anchors)");
        assert_eq!(wrong("// ANCHOR: f\nx\n", "f"), "never closes the anchor `f`");
        assert_eq!(wrong("// ANCHOR_END: f\n", "f"), "closes the anchor `f` in line 1 without opening it");
        assert_eq!(
            wrong("// ANCHOR: f\nx\n// ANCHOR: f\n", "f"),
            "opens the anchor `f` a second time in line 3"
        );
        assert_eq!(
            wrong("// ANCHOR: f\n\n// ANCHOR_END: f\n", "f"),
            "has nothing between the ends of the anchor `f`"
        );
    }

    #[test]
    fn anchors_of_other_languages() {
        assert_eq!(anchor("# ANCHOR: py"), Some(("ANCHOR", "py")));
        assert_eq!(anchor("<!-- ANCHOR_END: md -->"), Some(("ANCHOR_END", "md")));
        assert_eq!(anchor("// the ANCHOR: of it all"), None);
        assert_eq!(anchor("let x = 1;"), None);
    }

    #[test]
    fn directives() {
        assert_eq!(directive("plain text"), None);
        assert_eq!(
            directive("{{#listing ../a.rs:b}}"),
            Some(Ok(Directive { path: "../a.rs", anchor: Some("b") }))
        );
        assert_eq!(
            directive("  {{#listing ../a.rs}}  "),
            Some(Ok(Directive { path: "../a.rs", anchor: None }))
        );
        for bad in
            ["{{#include ../a.rs}}", "{{#listing}}", "{{#listing a.rs b.rs}}", "{{#listing a.rs}} and more"]
        {
            assert!(matches!(directive(bad), Some(Err(_))), "{bad}");
        }
    }

    #[test]
    fn a_fence_is_longer_than_those_inside() {
        assert_eq!(fenced("let x = 1;\n", "rust"), "```rust\nlet x = 1;\n```");
        assert!(fenced("/// ```\n/// f();\n/// ```\n", "rust").starts_with("````rust\n"));
    }
}
