//! Quizzes: a question on the page, and a sentence for every answer.
//!
//! ````text
//! ```quiz
//! question = "A matrix of shape [3, 5] is transposed. How far apart in memory are two neighbours in a row of the result?"
//!
//! [number]
//! answer = 5
//! why = "A row of the result is a column of the matrix, and one step down there is a whole row of 5."
//! otherwise = "Which way does a row of the result run through the strip?"
//! wrong = [{ value = 3, why = "That is how long the row is, not how far its elements lie apart." }]
//! ```
//!
//! ```rust,proof
//! let a = linalg::Mat::zeros([3, 5]);
//! assert_eq!(a.view().transpose().strides()[1], 5);
//! ```
//! ````
//!
//! A fence `rust,proof` directly behind a quiz is run with the chapter's other code, and it must assert the answer: so a
//! quiz cannot be wrong about the crates. It is folded away on the page.
//!
//! In place of `[number]` there can be `[[option]]` (text, why, and `right = true` for one or more), or `[trace]`: a table (`head`,
//! `rows`) in which a cell that begins with `?` is to be filled in, with one `hint` for each. Every text is Markdown of one paragraph.

use crate::maths::escape;
use serde::Deserialize;
use std::fmt::Write as _;
use std::ops::Range;

/// A quiz as its author writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quiz {
    question: String,
    /// Code that the question is about, and its language.
    code: Option<String>,
    #[serde(default = "rust")]
    language: String,
    #[serde(default)]
    option: Vec<Choice>,
    number: Option<Number>,
    trace: Option<Trace>,
}

fn rust() -> String {
    "rust".into()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    text: String,
    #[serde(default)]
    right: bool,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Number {
    answer: f64,
    /// How far off an answer may be.
    #[serde(default)]
    within: f64,
    unit: Option<String>,
    why: String,
    /// For every other number.
    otherwise: String,
    #[serde(default)]
    wrong: Vec<Foreseen>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Foreseen {
    value: f64,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trace {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    #[serde(default)]
    within: f64,
    /// One for each cell to be filled in, row after row.
    hint: Vec<String>,
    why: String,
}

impl Trace {
    /// The cells to be filled in, row after row.
    fn blanks(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flatten().filter_map(|cell| cell.strip_prefix('?'))
    }
}

/// Reads a quiz; an error comes with its place in the text.
pub(crate) fn read(text: &str) -> Result<Quiz, (Range<usize>, String)> {
    let quiz: Quiz = toml::from_str(text)
        .map_err(|e| (e.span().unwrap_or(0..0), format!("a quiz that cannot be read: {}", e.message())))?;
    quiz.fault().map_or(Ok(quiz), |message| Err((0..0, format!("a quiz {message}"))))
}

impl Quiz {
    fn fault(&self) -> Option<String> {
        let kinds = [!self.option.is_empty(), self.number.is_some(), self.trace.is_some()];
        if kinds.iter().filter(|&&there| there).count() != 1 {
            return Some("has one kind of answer: [[option]], [number] or [trace]".into());
        }
        let mut sentences: Vec<&str> = vec![&self.question];
        sentences.extend(self.option.iter().flat_map(|o| [o.text.as_str(), o.why.as_str()]));
        if let Some(n) = &self.number {
            sentences.extend([n.why.as_str(), n.otherwise.as_str()]);
            sentences.extend(n.wrong.iter().map(|w| w.why.as_str()));
            if !n.answer.is_finite() || n.within.is_nan() || n.within < 0.0 {
                return Some("has a finite answer, and is within something that is not negative".into());
            }
            if let Some(w) = n.wrong.iter().find(|w| (w.value - n.answer).abs() <= n.within) {
                return Some(format!("calls {} wrong, which is within what it calls right", w.value));
            }
        }
        if let Some(t) = &self.trace {
            sentences.push(&t.why);
            sentences.extend(t.hint.iter().map(String::as_str));
            if t.rows.iter().any(|row| row.len() != t.head.len()) {
                return Some("has a row that is not as long as its head".into());
            }
            if let Some(bad) = t.blanks().find(|b| b.parse::<f64>().is_err()) {
                return Some(format!("asks for `{bad}`, which is no number"));
            }
            if t.blanks().count() == 0 || t.blanks().count() != t.hint.len() {
                return Some("has one hint for every cell that begins with `?`, and at least one".into());
            }
        }
        if !self.option.is_empty() && (self.option.len() < 2 || !self.option.iter().any(|o| o.right)) {
            return Some("has at least two options, and one of them is right".into());
        }
        sentences.iter().any(|s| s.trim().is_empty()).then(|| "has an empty sentence".into())
    }

    /// A name that stays while the question does, wherever it stands: a reader's answer is kept under it.
    pub(crate) fn id(&self) -> String {
        // FNV-1a: the same in every version of Rust
        let hash = self.question.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("quiz-{hash:016x}")
    }

    /// What a proof has to speak of: the answers, if they are numbers.
    fn answers(&self) -> Vec<f64> {
        let number = self.number.iter().map(|n| n.answer);
        let cells = self.trace.iter().flat_map(Trace::blanks).filter_map(|b| b.parse().ok());
        number.chain(cells).collect()
    }

    /// Why code is no proof of this quiz.
    pub(crate) fn unproven(&self, proof: &str) -> Option<String> {
        if !proof.contains("assert") {
            return Some("a proof asserts something".into());
        }
        let written: Vec<f64> = proof
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
            .filter_map(|word| {
                word.replace('_', "").trim_end_matches("f64").trim_end_matches("f32").parse().ok()
            })
            .collect();
        let missing = self.answers().into_iter().find(|a| !written.contains(a))?;
        Some(format!("the quiz's answer {missing} does not stand in its proof"))
    }

    /// The quiz as HTML. `inline` turns Markdown of one paragraph into HTML.
    pub(crate) fn html(&self, id: &str, inline: &mut dyn FnMut(&str) -> String) -> String {
        let mut html = format!(
            "<form class=\"quiz\" id=\"{id}\" data-kind=\"{}\"><fieldset>\n<legend>{}</legend>\n",
            if self.number.is_some() {
                "number"
            } else if self.trace.is_some() {
                "trace"
            } else {
                "choice"
            },
            inline(&self.question)
        );
        if let Some(code) = &self.code {
            let code = escape(code.trim_end());
            let _ = writeln!(
                html,
                "<pre><code class=\"language-{}\">{code}</code></pre>",
                escape(&self.language)
            );
        }
        let mut replies = String::new();
        let mut reply = |attributes: &str, head: &str, why: &str| {
            let _ = writeln!(replies, "<li{attributes}>{head}<span class=\"why\">{why}</span></li>");
        };
        let several = self.option.iter().filter(|o| o.right).count() > 1;
        for (i, option) in self.option.iter().enumerate() {
            let kind = if several { "checkbox" } else { "radio" };
            let text = inline(&option.text);
            // A formula alone is no name to every screen reader.
            let name = if option.text.contains('$') {
                format!(" aria-label=\"{}\"", escape(&spoken(&option.text)))
            } else {
                String::new()
            };
            let _ = writeln!(
                html,
                "<label class=\"option\"><input type=\"{kind}\" name=\"{id}\" value=\"{i}\"{name}> <span>{text}</span></label>"
            );
            let right = if option.right { " data-right" } else { "" };
            let word = if option.right { "Right" } else { "Not this one" };
            let head = format!("<span class=\"about\">{text}</span> <strong>{word}.</strong> ");
            reply(&format!(" data-option=\"{i}\"{right}"), &head, &inline(&option.why));
        }
        if let Some(n) = &self.number {
            let unit = n.unit.as_deref().map(&mut *inline).unwrap_or_default();
            let _ = writeln!(
                html,
                "<label class=\"number\">Your number <input type=\"text\" inputmode=\"decimal\" autocomplete=\"off\" name=\"{id}\"> {unit}</label>"
            );
            let right = format!(" data-value=\"{}\" data-within=\"{}\" data-right", n.answer, n.within);
            let head = format!("<span class=\"about\">{} {unit}</span> <strong>Right.</strong> ", n.answer);
            reply(&right, &head, &inline(&n.why));
            for w in &n.wrong {
                let head = format!(
                    "<span class=\"about\">{} {unit}</span> <strong>Not this one.</strong> ",
                    w.value
                );
                let within = format!(" data-value=\"{}\" data-within=\"{}\"", w.value, n.within);
                reply(&within, &head, &inline(&w.why));
            }
            let head = "<span class=\"about\">Any other number</span> <strong>Not this one.</strong> ";
            reply(" data-otherwise", head, &inline(&n.otherwise));
        }
        if let Some(t) = &self.trace {
            html.push_str("<div class=\"scroll\"><table><thead><tr>");
            for cell in &t.head {
                let _ = write!(html, "<th scope=\"col\">{}</th>", inline(cell));
            }
            html.push_str("</tr></thead>\n<tbody>\n");
            let mut nth = 0;
            for (i, row) in t.rows.iter().enumerate() {
                html.push_str("<tr>");
                for (j, cell) in row.iter().enumerate() {
                    if let Some(value) = cell.strip_prefix('?') {
                        let _ = write!(
                            html,
                            "<td><input type=\"text\" inputmode=\"decimal\" autocomplete=\"off\" data-cell=\"{nth}\" aria-label=\"row {}, {}\"></td>",
                            i + 1,
                            escape(&t.head[j].replace(['$', '`'], ""))
                        );
                        let about = format!(
                            "<span class=\"about\">Row {}, {}: {}</span> ",
                            i + 1,
                            inline(&t.head[j]),
                            escape(value)
                        );
                        let cell = format!(
                            " data-cell=\"{nth}\" data-value=\"{value}\" data-within=\"{}\"",
                            t.within
                        );
                        reply(&cell, &about, &inline(&t.hint[nth]));
                        nth += 1;
                    } else {
                        let _ = write!(html, "<td>{}</td>", inline(cell));
                    }
                }
                html.push_str("</tr>\n");
            }
            html.push_str("</tbody></table></div>\n");
            reply(" data-right", "<strong>Right.</strong> ", &inline(&t.why));
        }
        let _ = write!(
            html,
            "<button type=\"button\" class=\"check\">Check</button>\n<p class=\"reply\" role=\"status\"></p>\n\
             <details class=\"replies\"><summary>Answers</summary><ul>\n{replies}</ul></details>\n</fieldset></form>"
        );
        html
    }
}

/// Markdown with formulas as one might read it aloud.
fn spoken(text: &str) -> String {
    text.replace("^{", " to the power ")
        .replace('^', " to the power ")
        .replace(['$', '{', '}', '`', '*', '\\'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        read(text).unwrap().html("quiz-1", &mut escape)
    }

    const NUMBER: &str = "question = 'How far?'\n[number]\nanswer = 5\nwithin = 0.5\nwhy = 'So.'\notherwise = 'Look.'\n\
        wrong = [{ value = 3, why = 'The length.' }]\n";
    const CHOICE: &str = "question = 'Which?'\n[[option]]\ntext = 'a < b'\nwhy = 'No.'\n[[option]]\ntext = 'b'\nright = true\nwhy = 'Yes.'\n";
    const TRACE: &str = "question = 'Fill in.'\n[trace]\nhead = ['step', 'y']\nrows = [['1', '?0.5'], ['2', '?-1']]\nhint = ['Half.', 'Minus.']\nwhy = 'So.'\n";

    #[test]
    fn every_option_has_its_sentence() {
        let page = html(CHOICE);
        assert!(page.contains("<input type=\"radio\" name=\"quiz-1\" value=\"1\"> <span>b</span>"), "{page}");
        assert!(page.contains("<li data-option=\"0\"><span class=\"about\">a &lt; b</span>"), "{page}");
        assert!(page.contains("<li data-option=\"1\" data-right>") && page.contains("Yes."), "{page}");
        let formula = html(&CHOICE.replace("'b'", "'$10^{-4}$'"));
        assert!(formula.contains("aria-label=\"10 to the power -4\""), "{formula}");
        let both = html(&CHOICE.replace("why = 'No.'", "why = 'No.'\nright = true"));
        assert!(both.contains("type=\"checkbox\""), "{both}");
    }

    #[test]
    fn numbers_and_tables() {
        let page = html(NUMBER);
        assert!(page.contains("data-value=\"5\" data-within=\"0.5\" data-right"), "{page}");
        assert!(
            page.contains("data-value=\"3\" data-within=\"0.5\">") && page.contains("data-otherwise"),
            "{page}"
        );
        let page = html(TRACE);
        assert!(page.contains("data-cell=\"1\" aria-label=\"row 2, y\""), "{page}");
        assert!(page.contains("<li data-cell=\"1\" data-value=\"-1\" data-within=\"0\">"), "{page}");
    }

    #[test]
    fn a_proof_speaks_of_the_answer() {
        let quiz = read(NUMBER).unwrap();
        assert_eq!(quiz.unproven("assert_eq!(f(), 5);"), None);
        assert_eq!(quiz.unproven("assert!((f() - 5.0_f64).abs() < 0.1);"), None);
        assert!(quiz.unproven("assert_eq!(f(), 15);").unwrap().contains("answer 5"));
        assert!(quiz.unproven("let x = 5;").unwrap().contains("asserts"));
        let trace = read(TRACE).unwrap();
        assert_eq!(trace.unproven("assert_eq!([a, b], [0.5, -1.0]);"), None);
        assert!(trace.unproven("assert_eq!(a, 0.5);").unwrap().contains("answer -1"));
        assert_eq!(read(CHOICE).unwrap().unproven("assert!(true);"), None);
    }

    #[test]
    fn faults_are_named() {
        for (text, from, to, says) in [
            (CHOICE, "right = true\n", "", "one of them is right"),
            (CHOICE, "why = 'No.'", "why = ' '", "empty sentence"),
            (CHOICE, "why = 'No.'\n", "", "missing field `why`"),
            (CHOICE, "text = 'b'", "txt = 'b'", "unknown field `txt`"),
            (
                CHOICE,
                "[[option]]\ntext = 'b'",
                "[number]\nanswer = 1\notherwise = 'x'\ntext = 'b'",
                "unknown field",
            ),
            (NUMBER, "value = 3", "value = 5.25", "within what it calls right"),
            (NUMBER, "answer = 5", "answer = nan", "finite"),
            (TRACE, "?0.5", "?half", "no number"),
            (TRACE, "'Half.', ", "", "one hint for every cell"),
            (TRACE, "['1', '?0.5']", "['1', '?0.5', '']", "not as long as its head"),
            ("question = 'x'\n", "", "", "one kind of answer"),
            ("question = 'x\n", "", "", "cannot be read"),
        ] {
            let text = text.replacen(from, to, 1);
            let (_, message) = read(&text).unwrap_err();
            assert!(message.contains(says), "{text}\n{message}");
        }
    }

    #[test]
    fn an_unreadable_line_is_known() {
        let (at, _) = read("question = 'x'\n[number]\nanswer = five\n").unwrap_err();
        assert_eq!("question = 'x'\n[number]\nanswer = five\n"[..at.start].matches('\n').count(), 2);
    }
}
