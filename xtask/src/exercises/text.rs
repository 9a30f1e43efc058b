//! Lines for a person: broken at blanks, in colour or not, with or without symbols beyond ASCII.

use serde_json::Value;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) const BOLD: &str = "\x1b[1m";
pub(crate) const DIM: &str = "\x1b[90m";
pub(crate) const NORMAL: &str = "\x1b[0m";

static ASCII: AtomicBool = AtomicBool::new(false);
static NARROW: AtomicBool = AtomicBool::new(false);

/// How wide our own sentences may be; numbers and what the compiler says stay as they are.
pub(crate) fn width() -> usize {
    if NARROW.load(Ordering::Relaxed) { 60 } else { 78 }
}

/// 60 columns, from here on.
pub(crate) fn be_narrow() {
    NARROW.store(true, Ordering::Relaxed);
}

/// No colours, and no symbols beyond ASCII, from here on.
pub(crate) fn be_plain() {
    ASCII.store(true, Ordering::Relaxed);
    anstream::ColorChoice::Never.write_global();
}

/// Whether what the compiler says should come in colour.
pub(crate) fn colour(json: bool) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    !json && !unwanted && !ASCII.load(Ordering::Relaxed) && std::io::stdout().is_terminal()
}

/// One line. Whoever closes the pipe (`| head`) has read enough.
pub(crate) fn line(text: &str) {
    let _ = writeln!(anstream::stdout(), "{}", spelled(text));
}

pub(crate) fn lines(texts: &[String]) {
    for text in texts {
        line(text);
    }
}

/// A remark that is no result: on standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", spelled(&format!("note: {text}")));
}

/// One line for programs: never in colour.
pub(crate) fn object(value: &Value) {
    let _ = writeln!(std::io::stdout(), "{value}");
}

/// A document, word for word: whoever reads it is no terminal.
pub(crate) fn verbatim(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A string in TOML, whose escapes are those of JSON.
pub(crate) fn quoted(text: &str) -> String {
    // TOML wants this one escaped as well
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn spelled(text: &str) -> String {
    if ASCII.load(Ordering::Relaxed) { ascii(text) } else { text.to_string() }
}

/// Symbols spelled out; letters, of whatever script, are words of the learner's and stay.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if c.is_ascii() => out.push(c),
            '✓' => out.push('+'),
            '✗' | '×' => out.push('x'),
            '·' | '⋅' => out.push('*'),
            '−' | '–' | '—' | '─' => out.push('-'),
            '…' => out.push_str("..."),
            '≤' => out.push_str("<="),
            '≥' => out.push_str(">="),
            '≠' => out.push_str("!="),
            '≈' => out.push_str("~="),
            '←' => out.push_str("<-"),
            '→' => out.push_str("->"),
            '√' => out.push_str("sqrt"),
            '∞' => out.push_str("inf"),
            '∈' => out.push_str("in"),
            '“' | '”' | '„' => out.push('"'),
            '‘' | '’' | '′' => out.push('\''),
            '⁻' => out.push_str("^-"),
            '₀'..='₉' => out.push(char::from(b'0' + (c as u32 - '₀' as u32) as u8)),
            'ᵀ' => out.push_str("^T"),
            'ᵢ' => out.push_str("_i"),
            'ⱼ' => out.push_str("_j"),
            '²' => out.push_str("^2"),
            '³' => out.push_str("^3"),
            'α'..='ω' | 'Α'..='Ω' => out.push_str(greek(c)),
            _ if c.is_alphanumeric() => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

fn greek(c: char) -> &'static str {
    const NAMES: [&str; 25] = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
        "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi",
        "omega",
    ];
    let small = c.to_lowercase().next().unwrap_or(c) as u32;
    NAMES.get(small.wrapping_sub('α' as u32) as usize).copied().unwrap_or("?")
}

/// Text broken at blanks so that no line is longer than `width`, each with `indent` before it.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut current = String::new();
        for word in paragraph.split_whitespace() {
            let longer = indent.chars().count() + current.chars().count() + 1 + word.chars().count();
            if !current.is_empty() && longer > width {
                lines.push(format!("{indent}{current}"));
                current.clear();
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(format!("{indent}{current}"));
    }
    lines
}

/// One line broken at blanks so that none is longer than `width`; the blanks within are kept, and what follows is indented.
pub(crate) fn fold(text: &str, width: usize) -> Vec<String> {
    const INDENT: &str = "      ";
    let (mut lines, mut rest) = (Vec::new(), text.to_string());
    while let Some((end, next)) = rest.char_indices().nth(width) {
        let start = rest.len() - rest.trim_start().len();
        // A word that is too long stays whole.
        let within = rest.get(start..end + next.len_utf8()).and_then(|r| r.rfind(' '));
        let blank = within.or_else(|| rest[start..].find(' '));
        let Some(at) = blank.map(|b| start + b) else { break };
        let after = format!("{INDENT}{}", rest[at..].trim_start());
        lines.push(rest[..at].trim_end().to_string());
        rest = after;
    }
    lines.push(rest);
    lines
}

/// Markdown whose paragraphs are broken to `width`; code keeps its lines.
pub(crate) fn prose(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut code = false;
    for l in text.lines() {
        let fence = l.trim_start().starts_with("```");
        if code || fence || l.trim().is_empty() {
            lines.extend(wrap(&std::mem::take(&mut paragraph).join(" "), width, ""));
            lines.push(l.into());
            code ^= fence;
        } else {
            paragraph.push(l);
        }
    }
    lines.extend(wrap(&paragraph.join(" "), width, ""));
    lines
}

/// At most `width` characters.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return format!("{text:width$}");
    }
    let cut: String = text.chars().take(width - 1).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_at_blanks() {
        let lines = wrap("one two three four", 10, "  ");
        assert_eq!(lines, ["  one two", "  three", "  four"]);
        assert_eq!(wrap("a-very-long-word b", 5, ""), ["a-very-long-word", "b"]);
        assert_eq!(
            prose("a\nb c\n\n```\nx  y z\n```\nd\n", 3,),
            ["a b", "c", "", "```", "x  y z", "```", "d"]
        );
        assert_eq!(fold("  a = [1  2  3]", 12), ["  a = [1  2", "      3]"]);
        assert_eq!(fold("much-too-long-a-word b", 10), ["much-too-long-a-word", "      b"]);
        assert_eq!(fold("ééé éé", 6), ["ééé éé"]);
        assert_eq!(fold("éé …", 3), ["éé", "      …"]);
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("ab", 4), "ab  ");
    }

    #[test]
    fn symbols_are_spelled_out() {
        assert_eq!(ascii("✓ 2×3 · 3×4, dy = −3 …"), "+ 2x3 * 3x4, dy = -3 ...");
        assert_eq!(ascii("θ ≤ π, Ω₀, Ärger ☃"), "theta <= pi, omega0, Ärger ?");
    }
}
