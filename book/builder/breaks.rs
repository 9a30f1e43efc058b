//! *Break it* boxes: a change of one line, and the test that must notice it.
//!
//! ````text
//! > [!BREAK] Forget the gate
//! > What will the loss do?
//! >
//! > ```diff
//! > --- nn/src/neuron.rs
//! > -        let gate = if self.z > 0.0 { 1.0 } else { 0.0 };
//! > +        let gate = 1.0;
//! > ```
//! >
//! > `cargo test -p nn -- neuron::gate_is_closed` turns red.
//! ````
//!
//! The lines with `-`, without regard to their indentation, must occur exactly once in the file. `check` sees to that;
//! `break-it` applies every patch to a copy of the workspace and runs its test.

use crate::chapter;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use std::ops::Range;
use std::path::Path;

/// What a box asks the reader to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Patch {
    /// The file to change, relative to the workspace's root.
    pub(crate) file: String,
    /// The lines that go.
    pub(crate) old: Vec<String>,
    /// The lines that come in their place.
    pub(crate) new: Vec<String>,
    /// The command whose test turns red, in words.
    pub(crate) test: Vec<String>,
    /// What else the box sets in code: among it the names of tests.
    pub(crate) named: Vec<String>,
}

/// Is the quotation in `range` a box of this kind?
fn is_break(source: &str, range: &Range<usize>) -> bool {
    source[range.clone()]
        .lines()
        .next()
        .is_some_and(|line| line.trim_start_matches(['>', ' ']).starts_with("[!BREAK]"))
}

/// Reads a box; the error is what it lacks, at an offset of the source.
fn read(source: &str, range: &Range<usize>) -> Result<Patch, (usize, String)> {
    let fail = |message: &str| Err((range.start, format!("a *break it* box {message}")));
    let mut diffs: Vec<String> = Vec::new();
    let (mut tests, mut named) = (Vec::new(), Vec::new());
    let mut inside = false;
    for (event, at) in Parser::new_ext(source, chapter::options()).into_offset_iter() {
        if at.start < range.start || at.end > range.end {
            continue;
        }
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &*info == "diff" => {
                inside = true;
                diffs.push(String::new());
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => {
                if let Some(diff) = diffs.last_mut() {
                    diff.push_str(&text);
                }
            }
            Event::Code(code) if code.starts_with("cargo test ") => tests.push(code.to_string()),
            Event::Code(code) => named.push(code.rsplit("::").next().unwrap_or(&code).to_string()),
            _ => {}
        }
    }
    let [diff] = &diffs[..] else { return fail("has one fence of language `diff`") };
    let Some(test) = tests.first() else {
        return fail("names a test, as in `cargo test -p nn -- neuron::gate_is_closed`");
    };
    let mut patch = Patch {
        file: String::new(),
        old: Vec::new(),
        new: Vec::new(),
        test: test.split_whitespace().map(str::to_string).collect(),
        named,
    };
    for line in diff.lines() {
        if let Some(file) = line.strip_prefix("--- ") {
            patch.file = file.trim().trim_start_matches("a/").to_string();
        } else if line.starts_with("+++ ") || line.starts_with("@@") || line.trim().is_empty() {
            // a real diff's headers do no harm
        } else if let Some(old) = line.strip_prefix('-') {
            patch.old.push(old.to_string());
        } else if let Some(new) = line.strip_prefix('+') {
            patch.new.push(new.to_string());
        } else if !line.starts_with(' ') {
            return fail("has a line in its diff that starts with neither `-` nor `+`");
        }
    }
    if patch.file.is_empty() {
        return fail("names the file in its diff, as in `--- nn/src/neuron.rs`");
    }
    if patch.old.is_empty() {
        return fail("takes at least one line away (`-`)");
    }
    Ok(patch)
}

impl Patch {
    /// The file with the patch applied; the new lines get the indentation of the old.
    ///
    /// # Errors
    ///
    /// Why the patch does not apply.
    pub(crate) fn apply(&self, text: &str) -> Result<String, String> {
        let lines: Vec<&str> = text.lines().collect();
        let same = |at: usize| {
            self.old
                .iter()
                .enumerate()
                .all(|(i, old)| lines.get(at + i).is_some_and(|line| line.trim() == old.trim()))
        };
        let places: Vec<usize> = (0..lines.len()).filter(|&at| same(at)).collect();
        let [at] = places[..] else {
            let first = self.old[0].trim();
            return Err(match places.len() {
                0 => format!("{} has no line `{first}`", self.file),
                n => format!("{} has the line `{first}` {n} times; take its neighbours along", self.file),
            });
        };
        let width = |line: &str| line.len() - line.trim_start().len();
        let (here, there) = (width(lines[at]), width(&self.old[0]));
        let mut patched = String::with_capacity(text.len());
        let mut put = |line: &str| {
            patched.push_str(line);
            patched.push('\n');
        };
        lines[..at].iter().for_each(|line| put(line));
        for new in &self.new {
            let indent = (width(new) + here).saturating_sub(there);
            put(format!("{}{}", " ".repeat(indent), new.trim_start()).trim_end());
        }
        lines[at + self.old.len()..].iter().for_each(|line| put(line));
        Ok(patched)
    }
}

/// The patch of the box in `range`; none if that is another quotation.
pub(crate) fn patch(source: &str, range: &Range<usize>) -> Option<Result<Patch, (usize, String)>> {
    is_break(source, range).then(|| read(source, range))
}

/// What is wrong with the quotation in `range`, if it is a box of this kind.
pub(crate) fn faults(source: &str, range: &Range<usize>, root: &Path) -> Option<(usize, String)> {
    let patch = match patch(source, range)? {
        Ok(patch) => patch,
        Err(fault) => return Some(fault),
    };
    let fault = match std::fs::read_to_string(root.join(&patch.file)) {
        Err(error) => Some(format!("cannot read {}: {error}", patch.file)),
        Ok(text) => patch.apply(&text).err(),
    };
    fault.map(|message| (range.start, format!("a *break it* box does not apply: {message}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: &str = "# T\n\n> [!BREAK] Title\n> What?\n>\n> ```diff\n> --- nn/src/a.rs\n> -let gate = 0.0;\n> +let gate = 1.0;\n> ```\n>\n\
                       > `cargo test -p nn -- a::b` turns red.\n\nafter\n";

    fn box_of(source: &str) -> Result<Patch, (usize, String)> {
        let range = Parser::new_ext(source, chapter::options())
            .into_offset_iter()
            .find_map(|(event, range)| matches!(event, Event::Start(Tag::BlockQuote(_))).then_some(range))
            .unwrap();
        patch(source, &range).unwrap()
    }

    #[test]
    fn a_box_is_read() {
        let patch = box_of(BOX).unwrap();
        assert_eq!(
            (patch.file.as_str(), &patch.old[..], &patch.new[..]),
            ("nn/src/a.rs", &["let gate = 0.0;".to_string()][..], &["let gate = 1.0;".to_string()][..])
        );
        assert_eq!(patch.test.join(" "), "cargo test -p nn -- a::b");
    }

    #[test]
    fn a_patch_keeps_the_indentation_and_applies_once() {
        let patch = box_of(BOX).unwrap();
        assert_eq!(patch.apply("{\n    let gate = 0.0;\n}\n").unwrap(), "{\n    let gate = 1.0;\n}\n");
        assert_eq!(patch.apply("{}\n").unwrap_err(), "nn/src/a.rs has no line `let gate = 0.0;`");
        let twice = patch.apply("let gate = 0.0;\nlet gate = 0.0;\n").unwrap_err();
        assert!(twice.contains("2 times"), "{twice}");
    }

    #[test]
    fn what_a_box_lacks_is_said() {
        for (cut, message) in [
            ("> --- nn/src/a.rs\n", "names the file"),
            ("> -let gate = 0.0;\n", "takes at least one line away"),
            ("`cargo test -p nn -- a::b`", "names a test"),
            ("diff", "has one fence"),
        ] {
            let error = box_of(&BOX.replace(cut, "")).unwrap_err();
            assert!(error.1.contains(message), "{cut:?}: {error:?}");
        }
    }

    #[test]
    fn other_quotations_are_left_alone() {
        assert_eq!(patch("> [!RUN]\n> x\n", &(0..13)), None);
    }
}
