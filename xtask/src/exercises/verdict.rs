//! The verdicts, their words and their exit codes.

use crate::failure;
use serde_json::{Value, json};

/// What can be said of one exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pass,
    Named,
    Wrong,
    Forged,
    DoesNotCompile,
    NotText,
    Unreadable,
    TimeLimit,
    MemoryLimit,
    OutputLimit,
    Panicked,
    StackOverflow,
    ExitedEarly,
    Crashed,
    NotStarted,
    Missing,
    GraderFailed,
}

impl Status {
    const ALL: [Status; 17] = [
        Status::Pass,
        Status::Named,
        Status::Wrong,
        Status::Forged,
        Status::DoesNotCompile,
        Status::NotText,
        Status::Unreadable,
        Status::TimeLimit,
        Status::MemoryLimit,
        Status::OutputLimit,
        Status::Panicked,
        Status::StackOverflow,
        Status::ExitedEarly,
        Status::Crashed,
        Status::NotStarted,
        Status::Missing,
        Status::GraderFailed,
    ];

    /// The word for programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Named => "named",
            Status::Wrong => "wrong",
            Status::Forged => "forged",
            Status::DoesNotCompile => "does-not-compile",
            Status::NotText => "not-text",
            Status::Unreadable => "unreadable",
            Status::TimeLimit => "time-limit",
            Status::MemoryLimit => "memory-limit",
            Status::OutputLimit => "output-limit",
            Status::Panicked => "panicked",
            Status::StackOverflow => "stack-overflow",
            Status::ExitedEarly => "exited-early",
            Status::Crashed => "crashed",
            Status::NotStarted => "not-started",
            Status::Missing => "missing",
            Status::GraderFailed => "grader-failed",
        }
    }

    /// The status that a word means.
    pub(crate) fn of(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.word() == word)
    }

    /// The words for a person.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Named | Status::Wrong => "wrong",
            Status::Forged => "forged observations",
            Status::DoesNotCompile => "does not compile",
            Status::NotText => "not a text file",
            Status::Unreadable => "cannot be read",
            Status::TimeLimit => "out of time",
            Status::MemoryLimit => "out of memory",
            Status::OutputLimit => "too much output",
            Status::Panicked => "panicked",
            Status::StackOverflow => "stack overflow",
            Status::ExitedEarly => "ended too early",
            Status::Crashed => "crashed",
            Status::NotStarted => "not started",
            Status::Missing => "file is missing",
            Status::GraderFailed => "the grader failed",
        }
    }

    /// The exit code of `run`.
    pub(crate) fn code(self) -> u8 {
        match self {
            Status::Pass => 0,
            Status::Named | Status::Wrong | Status::Forged => 1,
            Status::DoesNotCompile | Status::NotText | Status::Unreadable => 3,
            Status::TimeLimit | Status::MemoryLimit | Status::OutputLimit => 4,
            Status::Panicked | Status::StackOverflow | Status::ExitedEarly | Status::Crashed => 5,
            Status::NotStarted | Status::Missing => 6,
            Status::GraderFailed => failure::OURS,
        }
    }

    /// The mark and its colour (an SGR code) in a listing. The words always stand beside it.
    pub(crate) fn mark(self) -> (char, u8) {
        match self.code() {
            0 => ('✓', 32),
            6 => ('·', 90),
            1 => ('✗', 31),
            _ => ('!', 33),
        }
    }
}

/// One exercise's verdict with all its reasons.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) status: Status,
    /// The name of the mistake or of the accepted variant.
    pub(crate) name: Option<String>,
    /// The probe that decided.
    pub(crate) probe: Option<String>,
    /// What happened, in one sentence.
    pub(crate) summary: String,
    /// What else can be said about the numbers.
    pub(crate) notes: Vec<String>,
    /// What the probe fed in, line by line.
    pub(crate) given: Vec<String>,
    /// The numbers, line by line.
    pub(crate) evidence: Vec<String>,
    /// "Your outputs equal those of …".
    pub(crate) equals: Option<String>,
    /// One question.
    pub(crate) question: Option<String>,
    /// Where the learner met the same mistake before.
    pub(crate) history: Option<String>,
    /// What the compiler said.
    pub(crate) compiler: Option<String>,
    /// What the learner's code printed.
    pub(crate) printed: Option<String>,
    /// How long it ran.
    pub(crate) seconds: Option<f64>,
    /// All probes and the named mistakes nearby, as the judge wrote them.
    pub(crate) why: Option<Value>,
}

impl Verdict {
    pub(crate) fn new(status: Status, summary: impl Into<String>) -> Self {
        Verdict {
            status,
            name: None,
            probe: None,
            summary: summary.into(),
            notes: Vec::new(),
            given: Vec::new(),
            evidence: Vec::new(),
            equals: None,
            question: None,
            history: None,
            compiler: None,
            printed: None,
            seconds: None,
            why: None,
        }
    }

    /// Reads what the judge wrote. `None` if it is not a verdict.
    pub(crate) fn from_judge(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let text = |key: &str| value[key].as_str().map(str::to_string);
        let lines = |key: &str| -> Option<Vec<String>> {
            value[key].as_array()?.iter().map(|l| l.as_str().map(str::to_string)).collect()
        };
        Some(Verdict {
            status: Status::of(value["verdict"].as_str()?)?,
            name: text("name"),
            probe: text("probe"),
            summary: text("summary")?,
            notes: lines("notes")?,
            given: lines("given")?,
            evidence: lines("evidence")?,
            equals: text("equals"),
            question: text("question"),
            history: None,
            compiler: None,
            printed: None,
            seconds: None,
            why: value.get("why").filter(|w| w.is_object()).cloned(),
        })
    }

    /// The words for a listing: `wrong: frozen`.
    pub(crate) fn says(&self) -> String {
        match (&self.name, self.status) {
            (Some(name), Status::Named) => format!("wrong: {name}"),
            _ => self.status.says().to_string(),
        }
    }

    /// For programs.
    pub(crate) fn json(&self, id: &str) -> Value {
        json!({
            "exercise": id,
            "verdict": self.status.word(),
            "code": self.status.code(),
            "name": self.name,
            "probe": self.probe,
            "summary": self.summary,
            "notes": self.notes,
            "given": self.given,
            "evidence": self.evidence,
            "equals": self.equals,
            "question": self.question,
            "history": self.history,
            "compiler": self.compiler,
            "printed": self.printed,
            "seconds": self.seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_are_distinct() {
        for a in Status::ALL {
            assert_eq!(Status::of(a.word()), Some(a));
        }
        assert_eq!(Status::of("fine"), None);
        assert!(Status::ALL.iter().all(|s| (s.code() == 0) == (*s == Status::Pass)));
    }

    #[test]
    fn only_verdicts_are_verdicts() {
        for text in [
            "",
            "pass",
            "{}",
            r#"{"verdict":"pass"}"#,
            r#"{"verdict":"great","summary":"","notes":[],"given":[],"evidence":[]}"#,
        ] {
            assert!(Verdict::from_judge(text).is_none(), "{text}");
        }
    }
}
