//! Rust as a list of words and signs: what two pieces of code have in common, whatever their blanks and comments.

/// So many words and signs in a row are a line of somebody's code, and no idiom any more.
const RUN: usize = 12;

/// A whole line counts from this length on: `return p;` belongs to nobody.
const LINE: usize = 8;

/// Signs that are one although they have several characters; the longer ones first.
const SIGNS: [&str; 21] = [
    "..=", "<<=", ">>=", "::", "->", "=>", "..", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=",
    "%=", "^=", "|=", "&=",
];

/// The words and signs of a piece of code, without comments. Text and numbers are one word each.
pub(super) fn tokens(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(comment) = rest.strip_prefix("//") {
            rest = &comment[comment.find('\n').unwrap_or(comment.len())..];
            continue;
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |c| c.1);
            continue;
        } else if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
            continue;
        } else if first == '"' {
            text(rest)
        } else if first.is_ascii_digit() {
            number(rest)
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else {
            SIGNS.iter().find(|s| rest.starts_with(**s)).map_or(first.len_utf8(), |s| s.len())
        };
        all.push(rest[..length].to_string());
        rest = &rest[length..];
    }
    all
}

/// How long the text in quotes is that begins here.
fn text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// How long the number is that begins here: `1e-6` is one, `0..=t` begins with one, `1.abs()` too.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let part = match b {
            b'.' => next.is_ascii_digit(),
            b'-' | b'+' => bytes[at - 1] == b'e' && next.is_ascii_digit(),
            _ => b.is_ascii_alphanumeric() || b == b'_',
        };
        if !part {
            break;
        }
        at += 1;
    }
    at
}

/// What a text gives away of a solution: the run of words and signs, or the line, that both have. What the starter hands out
/// is no secret.
pub(super) fn given_away(pieces: &[String], solution: &str, starter: &str) -> Option<String> {
    let (secret, known) = (tokens(solution), tokens(starter));
    let holds = |all: &[String], part: &[String]| all.windows(part.len()).any(|w| w == part);
    let lines: Vec<Vec<String>> =
        solution.lines().map(tokens).filter(|l| l.len() >= LINE && is_statement(l)).collect();
    for piece in pieces.iter().map(|p| tokens(p)) {
        let run = piece.windows(RUN).find(|run| holds(&secret, run) && !holds(&known, run));
        let line = || lines.iter().find(|l| holds(&piece, l) && !holds(&known, l)).map(Vec::as_slice);
        if let Some(found) = run.or_else(line) {
            return Some(found.join(" "));
        }
    }
    None
}

/// The head of a loop, of a function or of a case is a shape, and a shape may be shown; a line that does something is code.
fn is_statement(line: &[String]) -> bool {
    line.last().is_some_and(|l| l != "{") && line[0] != "use"
}

/// The code in a Markdown text: what stands in fences, and what stands in backquotes.
pub(super) fn code(markdown: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for (i, part) in markdown.split("```").enumerate() {
        if i % 2 == 1 {
            // without the language
            pieces.push(part.split_once('\n').map_or("", |p| p.1).to_string());
        } else {
            pieces.extend(part.split('`').skip(1).step_by(2).map(str::to_string));
        }
    }
    pieces
}

/// Everything in a text that could be code: its code, and all of it, since a line may stand there without backquotes.
pub(super) fn pieces(markdown: &str) -> Vec<String> {
    let mut all = code(markdown);
    all.push(markdown.replace('`', " "));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_taken_apart() {
        let said =
            tokens("let x: f64 = 1e-6*y[i].abs(); // why\nfor j in (0..=t).rev() { s += \"a \\\" b\"; }");
        let expected =
            "let x : f64 = 1e-6 * y [ i ] . abs ( ) ; for j in ( 0 ..= t ) . rev ( ) { s += \"a \\\" b\" ; }";
        assert_eq!(said.join(" "), expected);
        assert_eq!(tokens("a /* b */ :: c"), ["a", "::", "c"]);
        assert_eq!(tokens("2.0 * x.1"), ["2.0", "*", "x", ".", "1"]);
        assert_eq!(tokens("“z − m”, […]").join(" "), "“ z − m ” , [ … ]");
        assert_eq!(code("a `b` c\n```rust\nd;\n```\n`e`"), ["b", "d;\n", "e"]);
    }

    #[test]
    fn what_is_given_away_is_found() {
        let solution = "pub fn f(x: &[f64]) -> f64 {\n    let max = x.iter().copied().fold(f64::MIN, f64::max);\n    \
                        for i in 0..x.len() {\n    y[i] = (z - m).exp();\n    }\n}\n";
        let starter = "pub fn f(x: &[f64]) -> f64 {\n    todo!()\n}\n";
        let gives = |text: &str| given_away(&code(text), solution, starter);
        // a run, though it is broken differently and named differently around
        let found = gives("```rust\nlet m =\n  x.iter()\n    .copied().fold(f64::MIN, g);\n```");
        assert_eq!(found.as_deref(), Some("= x . iter ( ) . copied ( ) . fold"));
        // a whole line that is shorter than a run
        assert!(gives("Try `y[i] = (z - m).exp();` first.").is_some());
        for harmless in [
            "```rust\npub fn f(x: &[f64]) -> f64 {\n    …\n}\n```", // the starter has it
            "```rust\nfor i in 0..x.len() {\n    // here\n}\n```",  // a shape
            "What is `(z - m).exp()` at most?",                     // a part of a line
            "let max = x.iter().copied().fold(f64::MIN, f64::max);", // no code at all
            "```rust\nlet max = x.iter().fold(…, f64::max);\n```",  // with a hole
        ] {
            assert_eq!(gives(harmless), None, "{harmless}");
        }
    }
}
