//! Drift: the starter, which a learner gets, and the solution, which they compare with, offer the same under the same words.
//!
//! Accepted variants and wrong implementations are values of one Rust type, so that theirs cannot differ.

use super::tokens::tokens;

/// Something that a file offers.
#[derive(Debug, PartialEq)]
struct Item {
    /// `AdamW::step`, or `softmax`.
    name: String,
    /// Up to its body.
    signature: String,
    doc: String,
}

/// How a solution differs from its starter in what both offer; and how many items were compared.
pub(super) fn drift(starter: &str, solution: &str) -> (usize, Vec<String>) {
    let (given, solved) = (items(starter), items(solution));
    let mut complaints = Vec::new();
    if given.is_empty() {
        complaints.push("the starter offers nothing public".into());
    }
    for item in &given {
        let name = &item.name;
        let Some(other) = solved.iter().find(|o| o.name == *name) else {
            complaints.push(format!("the solution has no {name}"));
            continue;
        };
        if item.signature != other.signature {
            complaints.push(format!(
                "{name} differs: `{}` in the starter, `{}` in the solution",
                item.signature, other.signature
            ));
        }
        let (here, there) = (opening(&item.doc), opening(&other.doc));
        if here.is_empty() {
            complaints.push(format!("{name} says nothing about itself in the starter"));
        } else if here != there {
            complaints.push(format!("{name} is \"{here}\" in the starter and \"{there}\" in the solution"));
        }
    }
    let more = solved.iter().filter(|o| given.iter().all(|i| i.name != o.name));
    complaints
        .extend(more.map(|o| format!("the starter has no {}, which is public in the solution", o.name)));
    (given.len(), complaints)
}

/// The public items of a file that rustfmt has formatted, and the public methods and fields in them.
fn items(source: &str) -> Vec<Item> {
    let mut all = Vec::new();
    let (mut doc, mut within) = (String::new(), String::new());
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let bare = line.trim_start();
        if let Some(text) = bare.strip_prefix("///") {
            doc.extend([text.trim(), "\n"]);
            continue;
        }
        if bare.starts_with("#[") {
            continue; // an attribute stands between an item and what is said about it
        }
        if !line.starts_with(' ') && !line.is_empty() {
            within.clear();
        }
        if bare.starts_with("impl") || bare.starts_with("pub struct") || bare.starts_with("pub enum") {
            let header = tokens(bare);
            let named = header.iter().rev().find(|t| t.chars().all(char::is_alphanumeric) && *t != "where");
            within = named.cloned().unwrap_or_default() + "::";
        }
        if bare.starts_with("pub ") {
            let mut text = bare.to_string();
            while !text.contains(['{', ';', ',']) || open(&text) {
                let Some(more) = lines.next() else { break };
                text += more;
            }
            all.push(item(&text, &within, line.starts_with(' '), &doc));
        }
        doc.clear();
    }
    all
}

/// A list of arguments that is still open.
fn open(text: &str) -> bool {
    text.matches('(').count() > text.matches(')').count() && !text.contains('{')
}

fn item(text: &str, within: &str, inner: bool, doc: &str) -> Item {
    let mut signature = tokens(text);
    let body = signature.iter().position(|t| t == "{" || t == ";").unwrap_or(signature.len());
    signature.truncate(body);
    if signature.last().is_some_and(|t| t == ",") {
        signature.pop();
    }
    // a comma before a closing bracket is a matter of line length
    let comma = |i: usize| signature[i] == "," && signature.get(i + 1).is_some_and(|t| t == ")");
    let signature: Vec<&str> =
        (0..signature.len()).filter(|&i| !comma(i)).map(|i| signature[i].as_str()).collect();
    let keywords =
        ["pub", "const", "unsafe", "fn", "struct", "enum", "type", "static", "trait", "mod", "use"];
    let name = signature.iter().find(|t| !keywords.contains(t)).copied().unwrap_or_default();
    let name = if inner { format!("{within}{name}") } else { name.to_string() };
    Item { name, signature: signature.join(" "), doc: doc.trim().to_string() }
}

/// What a comment begins with: up to the first stop, colon or semicolon. What follows may explain more, in the solution.
fn opening(doc: &str) -> String {
    let text: String = doc.lines().take_while(|l| !l.is_empty()).collect::<Vec<_>>().join(" ");
    let mut quoted = false;
    let end = text.char_indices().find(|&(at, c)| {
        quoted ^= c == '`';
        let stop = text[at + c.len_utf8()..].chars().next().is_none_or(char::is_whitespace);
        !quoted && stop && ".:;".contains(c)
    });
    text[..end.map_or(text.len(), |e| e.0)].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTER: &str = "\
//! Momentum.

use exercises::Config;

/// What is remembered.
pub struct Momentum {
    n: usize,
}

impl Momentum {
    /// A fresh one for `n` weights.
    pub fn new(n: usize) -> Self {
        Momentum { n }
    }

    /// One step: changes `w`.
    pub fn step(&mut self, w: &mut [f64], g: &[f64]) {
        todo!(\"one loop\")
    }
}

/// The largest of `x`.
pub fn largest(x: &[f64]) -> f64 {
    todo!()
}
";

    #[test]
    fn a_solution_may_say_more_and_look_different() {
        let solution = STARTER
            .replace("n: usize,\n", "v: Vec<f64>, // velocities\n")
            .replace("is remembered.", "is remembered: the velocity.")
            .replace(
                "(&mut self, w: &mut [f64], g: &[f64])",
                "(\n        &mut self,\n        w: &mut [f64],\n        g: &[f64],\n    )",
            )
            .replace("changes `w`.", "changes `w`.\n    ///\n    /// In the direction of `v`.")
            + "\nfn helper() {}\n";
        assert_eq!(drift(STARTER, &solution), (4, vec![]));
        let names: Vec<String> = items(STARTER).into_iter().map(|i| i.name).collect();
        assert_eq!(names, ["Momentum", "Momentum::new", "Momentum::step", "largest"]);
    }

    #[test]
    fn each_drift_is_named() {
        for (from, to, says) in [
            ("pub fn largest", "fn largest", "the solution has no largest"),
            ("pub fn largest", "pub fn biggest", "the starter has no biggest"),
            (
                "x: &[f64]) -> f64",
                "x: &[f64]) -> f32",
                "largest differs: `pub fn largest ( x : & [ f64 ] ) -> f64`",
            ),
            ("pub fn step(&mut self", "pub fn step(&self", "Momentum::step differs"),
            (
                "The largest of `x`.",
                "The smallest of `x`.",
                "\"The largest of `x`\" in the starter and \"The smallest",
            ),
            ("    n: usize,", "    /// How many.\n    pub n: usize,", "the starter has no Momentum::n"),
            ("pub struct Momentum", "struct Momentum", "the solution has no Momentum"),
        ] {
            let (_, complaints) = drift(STARTER, &STARTER.replace(from, to));
            assert!(complaints.iter().any(|c| c.contains(says)), "{says}: {complaints:#?}");
        }
        let silent = STARTER.replace("/// The largest of `x`.\n", "");
        assert!(drift(&silent, STARTER).1[0].contains("says nothing about itself"));
        assert_eq!(drift("fn f() {}", "").1, ["the starter offers nothing public"]);
    }
}
