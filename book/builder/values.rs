//! Numbers with an origin: `{{#value tensors.walk_ratio .1}}` in a line, `{{#output tensors.walks}}` on a line of its own.
//!
//! They come from `book/results/SLUG.json`, which the example SLUG wrote (`book/record.rs`) when `cargo xtask figures` ran it. On the page
//! each carries where it comes from. `cargo xtask figures --check` runs the examples again and compares.

use crate::maths::escape;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What an example found, as it wrote it down.
#[derive(Debug, Deserialize)]
pub(crate) struct Results {
    /// The command that prints it.
    pub(crate) command: String,
    /// The seed of its random numbers.
    pub(crate) seed: Option<u64>,
    /// Sizes, steps, rates.
    pub(crate) settings: String,
    /// The machine that it ran on last.
    pub(crate) machine: String,
    /// The numbers.
    pub(crate) values: BTreeMap<String, Value>,
    /// Lines as they were printed.
    pub(crate) texts: BTreeMap<String, Text>,
}

/// A number of a [`Results`].
#[derive(Debug, Deserialize)]
pub(crate) struct Value {
    /// The number.
    #[serde(rename = "value")]
    pub(crate) number: f64,
    /// How far another machine may be off, relatively.
    pub(crate) within: Option<f64>,
    /// Whether it depends on the machine.
    #[serde(default)]
    pub(crate) timing: bool,
}

/// Printed lines of a [`Results`].
#[derive(Debug, Deserialize)]
pub(crate) struct Text {
    /// The lines.
    #[serde(rename = "text")]
    pub(crate) lines: String,
    /// How far the numbers in them may be off elsewhere, relatively.
    pub(crate) within: Option<f64>,
    /// Whether they depend on the machine.
    #[serde(default)]
    pub(crate) timing: bool,
}

/// Where the results of a slug are, relative to the root.
pub(crate) fn file(slug: &str) -> PathBuf {
    Path::new("book/results").join(slug).with_extension("json")
}

/// Reads the results of a slug.
///
/// # Errors
///
/// What is wrong, and what to do about it.
pub(crate) fn read(root: &Path, slug: &str) -> Result<Results, String> {
    let path = file(slug);
    let shown = path.display();
    let text = fs::read_to_string(root.join(&path))
        .map_err(|error| format!("{shown}: {error}; {}", writer(root, slug)))?;
    let results: Results = serde_json::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
    let silent = results.values.iter().find(|(_, v)| v.within.is_some() == v.timing).map(|(name, _)| name);
    let silent =
        silent.or(results.texts.iter().find(|(_, t)| t.within.is_some() == t.timing).map(|(name, _)| name));
    match silent {
        Some(name) => Err(format!("{shown}: {name} must have either a tolerance or `timing`")),
        None => Ok(results),
    }
}

/// What writes the results of a slug: an example, or else one of the programs of `nn`.
fn writer(root: &Path, slug: &str) -> String {
    let example = |krate: &&str| root.join(krate).join("examples").join(slug).with_extension("rs").is_file();
    if ["linalg", "calculus", "probability", "approximation", "nn"].iter().any(example) {
        return format!("`cargo xtask figures {slug}` writes it");
    }
    format!("no example is called {slug}: a run of `nn` writes it, with `--values {}`", file(slug).display())
}

/// A directive that asks for a number.
#[derive(Debug, PartialEq)]
pub(crate) struct Asked<'a> {
    /// Where it stands in the source.
    pub(crate) range: Range<usize>,
    /// The example.
    pub(crate) slug: &'a str,
    /// The number's name.
    pub(crate) name: &'a str,
    /// How to write it.
    format: &'a str,
}

/// Every `{{#value …}}` of a text.
pub(crate) fn asked(source: &str) -> Vec<Result<Asked<'_>, (usize, String)>> {
    const OPEN: &str = "{{#value ";
    let mut all = Vec::new();
    for (at, _) in source.match_indices(OPEN) {
        let inside = source[at + OPEN.len()..].split("}}").next().unwrap_or_default();
        let mut words = inside.split_whitespace();
        let name = words.next().and_then(|name| name.split_once('.'));
        all.push(match (name, words.next().unwrap_or_default(), words.next()) {
            (Some((slug, name)), format, None) if !inside.contains('\n') && form(1.0, format).is_some() => {
                Ok(Asked { range: at..at + OPEN.len() + inside.len() + 2, slug, name, format })
            }
            _ => Err((
                at,
                "a value is {{#value slug.name}} or {{#value slug.name FORMAT}}; FORMAT is .2 (decimals), 3 \
                           (significant digits), e1 (a power of ten), % or .1%"
                    .into(),
            )),
        });
    }
    all
}

/// The slug and the name of an `{{#output slug.name}}` line.
pub(crate) fn output(line: &str) -> Option<(&str, &str)> {
    line.trim().strip_prefix("{{#output ")?.strip_suffix("}}")?.trim().split_once('.')
}

/// The HTML of a number: what it is, and where it comes from when one asks.
///
/// # Errors
///
/// What is wrong, and what to do about it.
pub(crate) fn html(root: &Path, asked: &Asked<'_>) -> Result<String, String> {
    let (shown, origin) = shown(root, asked)?;
    Ok(format!("<span class=\"value\" title=\"{}\">{shown}</span>", escape(&origin)))
}

/// A number as it is written, and where it comes from.
fn shown(root: &Path, asked: &Asked<'_>) -> Result<(String, String), String> {
    let results = read(root, asked.slug)?;
    let Some(value) = results.values.get(asked.name) else {
        let known: Vec<_> = results.values.keys().map(String::as_str).collect();
        return Err(format!(
            "{} has no value `{}`: there are {}",
            file(asked.slug).display(),
            asked.name,
            known.join(", ")
        ));
    };
    Ok((form(value.number, asked.format).unwrap_or_default(), results.origin(value.timing)))
}

/// A text without markup, an image's description, with its numbers filled in.
///
/// # Errors
///
/// What is wrong, and what to do about it.
pub(crate) fn plain(root: &Path, text: &str) -> Result<String, String> {
    let mut filled = String::new();
    let mut at = 0;
    for asked in asked(text) {
        let asked = asked.map_err(|(_, message)| message)?;
        let shown = shown(root, &asked)?.0;
        filled.push_str(&text[at..asked.range.start]);
        filled.push_str(&shown.replace(" · 10<sup>", "e").replace("</sup>", ""));
        at = asked.range.end;
    }
    Ok(filled + &text[at..])
}

impl Results {
    /// Where its numbers come from, in a line.
    fn origin(&self, timing: bool) -> String {
        let mut origin = self.command.clone();
        if let Some(seed) = self.seed {
            let _ = write!(origin, " (seed {seed})");
        }
        if !self.settings.is_empty() {
            let _ = write!(origin, "; {}", self.settings);
        }
        if timing {
            let _ = write!(origin, "; measured on {}", self.machine);
        }
        origin
    }
}

/// The Markdown of printed lines.
///
/// # Errors
///
/// What is wrong, and what to do about it.
pub(crate) fn lines(root: &Path, slug: &str, name: &str) -> Result<String, String> {
    let results = read(root, slug)?;
    let Some(Text { lines, timing, .. }) = results.texts.get(name) else {
        let known: Vec<_> = results.texts.keys().map(String::as_str).collect();
        return Err(format!("{} has no text `{name}`: there are {}", file(slug).display(), known.join(", ")));
    };
    let origin = escape(&results.origin(*timing));
    Ok(format!(
        "<div class=\"output\" title=\"{origin}\">\n\n```text\n{}\n```\n\n</div>",
        lines.trim_end_matches('\n')
    ))
}

/// A number as the prose has it, if the format is one.
fn form(x: f64, format: &str) -> Option<String> {
    let number = |s: &str| s.parse::<usize>().ok().filter(|&n| n <= 17);
    let plain = if let Some(decimals) = format.strip_suffix('%') {
        let decimals = if decimals.is_empty() { 0 } else { number(decimals.strip_prefix('.')?)? };
        format!("{:.decimals$} %", 100.0 * x)
    } else if let Some(decimals) = format.strip_prefix('.') {
        format!("{x:.*}", number(decimals)?)
    } else if let Some(decimals) = format.strip_prefix('e') {
        return power(x, number(decimals)?);
    } else if format.is_empty() {
        format!("{x}")
    } else {
        let digits = number(format).filter(|&n| n > 0)?;
        let size = if x == 0.0 {
            0
        } else {
            format!("{:.*e}", digits - 1, x.abs()).split_once('e')?.1.parse::<i32>().ok()?
        };
        let decimals = (digits as i32 - 1 - size).max(0) as usize;
        let unit = 10_f64.powi((size + 1 - digits as i32).max(0));
        format!(
            "{:.decimals$}",
            (x / unit).round_ties_even() * unit * f64::from(decimals == 0) + x * f64::from(decimals > 0)
        )
    };
    Some(thousands(&plain, 5).replace('-', "−"))
}

/// 1.2 · 10⁻⁵ in HTML.
fn power(x: f64, decimals: usize) -> Option<String> {
    let text = format!("{x:.decimals$e}");
    let (digits, exponent) = text.split_once('e')?;
    Some(format!("{} · 10<sup>{}</sup>", digits.replace('-', "−"), exponent.replace('-', "−")))
}

/// Commas in a number of so many digits and more before the point.
pub(crate) fn thousands(number: &str, least: usize) -> String {
    let end = number.find(['.', ' ']).unwrap_or(number.len());
    let (whole, rest) = number.split_at(end);
    let digits = whole.trim_start_matches('-');
    if digits.len() < least {
        return number.into();
    }
    let mut text = whole[..whole.len() - digits.len()].to_string();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// Numbers in a sentence that look measured: three significant digits with a point, or a unit of time or speed behind them. The
/// author's own choices are short, or in `code` and formulas.
pub(crate) fn unsourced(text: &str) -> Vec<(usize, &str)> {
    const UNITS: [&str; 9] = ["ns", "µs", "ms", "GFLOP", "MFLOP", "GB/s", "MB/s", "tokens/s", "FLOP/s"];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|i| at + i) {
        let length = text[start..]
            .find(|c: char| !(c.is_ascii_digit() || ".,".contains(c)))
            .unwrap_or(text.len() - start);
        let number = text[start..start + length].trim_end_matches(['.', ',']);
        at = start + length.max(1);
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || "_-–/#".contains(c)) {
            continue; // a name, a range of pages, a version
        }
        let after = &text[start + number.len()..];
        let unit = after.trim_start_matches([' ', '\u{a0}']);
        let timed = UNITS.iter().any(|u| {
            unit.strip_prefix(u).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        });
        let digits = number.chars().filter(char::is_ascii_digit).skip_while(|&c| c == '0').count();
        let precise = number.matches('.').count() == 1 && digits >= 3;
        if timed || precise {
            found.push((start, number));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_asked() {
        for (x, format, expected) in [
            (0.25, "", "0.25"),
            (-1.5, ".2", "−1.50"),
            (1234.5678, "3", "1230"),
            (0.012345, "3", "0.0123"),
            (9.996, "3", "10.0"),
            (12345.0, "", "12,345"),
            (1.234e-5, "e1", "1.2 · 10<sup>−5</sup>"),
            (0.256, "%", "26 %"),
            (0.256, ".1%", "25.6 %"),
            (0.0, "2", "0.0"),
        ] {
            assert_eq!(form(x, format).as_deref(), Some(expected), "{x} {format}");
        }
        assert_eq!(form(1.0, "two"), None);
        assert_eq!(form(1.0, "0"), None);
    }

    #[test]
    fn directives_are_found_and_bad_ones_named() {
        let all = asked("a {{#value t.ratio .1}}, {{#value t.n}}");
        let found: Vec<_> = all.iter().map(|a| a.as_ref().unwrap()).collect();
        assert_eq!((found[0].slug, found[0].name, found[0].format), ("t", "ratio", ".1"));
        assert_eq!((found[1].range.clone(), found[1].format), (25..39, ""));
        for bad in ["{{#value ratio}}", "{{#value t.ratio two}}", "{{#value t.a .1 x}}"] {
            assert!(asked(bad)[0].is_err(), "{bad}");
        }
        assert_eq!(output("{{#output t.walks}}"), Some(("t", "walks")));
    }

    #[test]
    fn measured_numbers_are_told_from_chosen_ones() {
        let found = |text: &'static str| unsourced(text).into_iter().map(|(_, n)| n).collect::<Vec<_>>();
        assert_eq!(found("The loss falls to 1.233 in 40 ms, 12.5 times as fast."), ["1.233", "40", "12.5"]);
        assert_eq!(
            found("At 0.9, 0.05 and 1,024 units of 3 layers; section 4.1.2, v0.25.1, in 1997."),
            [""; 0]
        );
        assert_eq!(found("some 3 msgs and 5 milliseconds"), [""; 0]);
    }
}
