//! `export`: all verdicts in one document, for machines that keep marks or draw dashboards.

use super::catalogue::Exercise;
use super::submissions::Graded;
use super::verdict::{Status, Verdict};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// One JSON document.
pub(crate) fn json(all: &[Graded], exercises: &[&Exercise]) -> String {
    let folders: Vec<Value> = all
        .iter()
        .map(|g| {
            let verdicts: Vec<Value> =
                exercises.iter().zip(&g.verdicts).map(|(e, v)| v.json(&e.id)).collect();
            json!({ "folder": g.folder, "passed": g.passed(), "of": exercises.len(), "exercises": verdicts })
        })
        .collect();
    format!("{:#}", json!({ "version": 1, "solutions": folders }))
}

/// What an exercise is to JUnit.
enum Outcome {
    Passed,
    /// It ran and is wrong.
    Failure,
    /// It could not be judged to the end.
    Error,
    /// There is nothing to judge.
    Skipped,
}

fn outcome(verdict: &Verdict) -> Outcome {
    match verdict.status.code() {
        0 => Outcome::Passed,
        1 => Outcome::Failure,
        6 => Outcome::Skipped,
        _ => Outcome::Error,
    }
}

/// JUnit's XML: testsuites, testsuite, testcase with failure, error or skipped.
///
/// Two schemas are in use, that of Jenkins' xUnit plugin (junit-10.xsd) and that of Ant's reports (JUnit.xsd of Windy Road), and this
/// document obeys both: no attributes on the outermost element, and for each suite all that Ant's demands, in its order.
pub(crate) fn junit(all: &[Graded], exercises: &[&Exercise], now: &str) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (id, g) in all.iter().enumerate() {
        let verdicts: Vec<&Verdict> = g.verdicts.iter().collect();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" package=\"exercises\" id=\"{id}\" timestamp=\"{now}\" hostname=\"localhost\" {}>\n    \
             <properties/>",
            escape(&g.folder),
            counts(&verdicts)
        );
        for (e, v) in exercises.iter().zip(&g.verdicts) {
            testcase(&mut xml, e, v);
        }
        xml += "    <system-out/>\n    <system-err/>\n  </testsuite>\n";
    }
    xml + "</testsuites>"
}

fn counts(verdicts: &[&Verdict]) -> String {
    let count = |of: fn(&Outcome) -> bool| verdicts.iter().filter(|v| of(&outcome(v))).count();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        verdicts.len(),
        count(|o| matches!(o, Outcome::Failure)),
        count(|o| matches!(o, Outcome::Error)),
        count(|o| matches!(o, Outcome::Skipped)),
        // not sum(): of nothing that is −0.0, and neither schema knows a sign
        verdicts.iter().filter_map(|v| v.seconds).fold(0.0, |all, s| all + s)
    )
}

fn testcase(xml: &mut String, exercise: &Exercise, verdict: &Verdict) {
    let element = match outcome(verdict) {
        Outcome::Passed => None,
        Outcome::Failure => Some("failure"),
        Outcome::Error => Some("error"),
        Outcome::Skipped => Some("skipped"),
    };
    let _ = write!(
        xml,
        "    <testcase name=\"{}\" classname=\"{}\" time=\"{:.3}\"",
        escape(exercise.name()),
        escape(exercise.topic()),
        verdict.seconds.unwrap_or(0.0)
    );
    let Some(element) = element else {
        *xml += "/>\n";
        return;
    };
    let message = escape(&verdict.says());
    if element == "skipped" {
        let _ = writeln!(xml, "><skipped message=\"{message}\"/></testcase>");
        return;
    }
    let kind = if verdict.status == Status::Named { "named" } else { verdict.status.word() };
    let _ = writeln!(
        xml,
        ">\n      <{element} message=\"{message}\" type=\"{kind}\">{}</{element}>\n    </testcase>",
        escape(&details(verdict))
    );
}

/// The reasons, as `run` shows them.
fn details(verdict: &Verdict) -> String {
    let mut parts = vec![verdict.summary.clone()];
    parts.extend(verdict.notes.iter().cloned());
    parts.extend(verdict.compiler.clone());
    parts.extend(verdict.probe.as_ref().map(|p| format!("On the probe \"{p}\":")));
    parts.extend(verdict.given.iter().chain(&verdict.evidence).cloned());
    parts.extend(verdict.equals.clone());
    parts.extend(verdict.question.clone());
    parts.join("\n")
}

/// Text in XML 1.0, which has no place for most control characters, escaped or not.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c < ' ' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_the_document() {
        assert_eq!(escape("a<b> & \"c\"\0\x1b"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}\u{fffd}");
    }
}
