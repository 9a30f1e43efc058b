//! The lint of hints and messages: three steps, each short, the first a question; and nobody gives the solution away.

use super::tokens::{code, given_away, pieces, tokens};

/// A hint is read while somebody is stuck: so many words, code not counted.
const WORDS: usize = 65;

/// Less than this says nothing.
const LEAST: usize = 8;

/// Code is printed as it stands, and a narrow window has so many columns.
const COLUMNS: usize = 60;

/// What the judge says about one mistake.
pub(super) struct Message {
    pub(super) name: String,
    /// Completes "Your outputs equal those of …".
    pub(super) equals: String,
    pub(super) question: String,
}

/// The hints of one exercise.
pub(super) fn hints(text: &str, solution: &str, starter: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut steps: Vec<(&str, String)> = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        match line.strip_prefix("# ").filter(|_| !fenced) {
            Some(level) => steps.push((level, String::new())),
            None => match steps.last_mut() {
                Some((_, body)) => body.extend([line, "\n"]),
                None if line.trim().is_empty() => {}
                None => complaints.push(format!("\"{line}\" stands before the first hint")),
            },
        }
        if fenced && !line.starts_with("```") && line.chars().count() > COLUMNS {
            complaints.push(format!("a line of code is longer than {COLUMNS} columns: {line}"));
        }
    }
    let levels: Vec<&str> = steps.iter().map(|s| s.0).collect();
    if levels != ["1", "2", "3"] {
        complaints.push(format!("the hints are called {levels:?} and not 1, 2, 3"));
    }
    for (level, body) in &steps {
        let prose: String = body.split("```").step_by(2).collect();
        let words = prose.split_whitespace().count();
        if words < LEAST {
            complaints.push(format!("hint {level} says too little: {words} words"));
        }
        if words > WORDS {
            complaints
                .push(format!("hint {level} has {words} words; {WORDS} can be read while one is stuck"));
        }
        if *level != "3" && body.contains("```") {
            complaints.push(format!("hint {level} shows a block of code; only the third may"));
        }
        if *level == "1" {
            complaints.extend(first(body));
        }
        if let Some(found) = given_away(&pieces(body), solution, starter) {
            complaints.push(format!("hint {level} gives a line of the solution away: {found}"));
        }
    }
    complaints
}

/// The first hint makes one think: it asks, and what it has in backquotes is a value or a name, not a statement.
fn first(body: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if !body.contains('?') {
        complaints.push("hint 1 asks nothing".into());
    }
    for piece in code(body) {
        if tokens(&piece)
            .iter()
            .any(|t| [";", "{", "let", "for", "if", "+=", "-=", "=>", "||"].contains(&t.as_str()))
        {
            complaints.push(format!("hint 1 shows code: {}", piece.trim()));
        }
    }
    complaints
}

/// What is said about one mistake: it asks, and it does not give the fix.
pub(super) fn message(message: &Message, solution: &str, starter: &str) -> Vec<String> {
    let Message { name, equals, question } = message;
    let mut complaints = Vec::new();
    if !question.ends_with('?') {
        complaints.push(format!("{name} asks nothing: \"{question}\""));
    }
    for text in [equals, question] {
        if text.trim().is_empty() {
            complaints.push(format!("{name} leaves a sentence empty"));
        }
        if let Some(found) = given_away(&pieces(text), solution, starter) {
            complaints.push(format!("{name} gives a line of the solution away: {found}"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLUTION: &str = "pub fn f(x: f64, y: f64) -> f64 {\n    let z = (x + y).sqrt();\n    z * z.abs() + x.max(y).min(3.0)\n}\n";
    const STARTER: &str = "pub fn f(x: f64, y: f64) -> f64 {\n    todo!()\n}\n";
    const GOOD: &str = "# 1\n\nTake two numbers on paper. What is the root of `x = 3`, and why?\n\n# 2\n\nTwo \
                        roots are one root: of which number do you take it here?\n\n# 3\n\n```rust\nlet z = …;\n```\n\n\
                        Then the product with its own size, which is where the sign comes from.\n";

    #[test]
    fn each_fault_of_a_hint_is_named() {
        assert_eq!(hints(GOOD, SOLUTION, STARTER), [""; 0]);
        let code = "```rust\nlet z = (x + y).sqrt();\n```";
        let long = format!("```rust\nlet z = {}…;\n```", "1 + ".repeat(20));
        for (from, to, says) in [
            ("# 3", "# 4", "and not 1, 2, 3"),
            ("# 1\n", "# 1\n\n# 1\n", "and not 1, 2, 3"),
            ("# 1\n", "Well.\n# 1\n", "before the first hint"),
            ("Two roots are one root: of which number do you take it here?", "", "says too little: 0"),
            ("Two roots", &"so many roots ".repeat(25), "can be read while one is stuck"),
            ("Two roots", "```rust\n…\n```\nTwo roots", "only the third may"),
            ("Two roots", "With `let z = (x + y).sqrt();` two roots", "hint 2 gives a line"),
            ("```rust\nlet z = …;\n```", code, "hint 3 gives a line of the solution away: let z"),
            ("```rust\nlet z = …;\n```", &long, "longer than 60 columns"),
            (", and why?", ".", "hint 1 asks nothing"),
            ("`x = 3`", "`x += 3;`", "hint 1 shows code: x += 3;"),
        ] {
            let bad = GOOD.replace(from, to);
            assert_ne!(bad, GOOD, "{from}");
            let found = hints(&bad, SOLUTION, STARTER);
            assert!(found.iter().any(|c| c.contains(says)), "{says}: {found:#?}");
        }
    }

    #[test]
    fn each_fault_of_a_message_is_named() {
        let check = |equals: &str, question: &str| {
            let m = Message { name: "frozen".into(), equals: equals.into(), question: question.into() };
            message(&m, SOLUTION, STARTER).join("; ")
        };
        assert_eq!(check("a step of 0", "Who computes `z`?"), "");
        let bare = check("a step of 0", "Should it be let z = (x + y).sqrt(); instead?");
        assert!(bare.contains("gives a line of the solution away"), "{bare}");
        assert!(check("a step of 0", "Compute `z`.").contains("asks nothing"));
        assert!(check(" ", "Why?").contains("leaves a sentence empty"));
        assert!(
            check("a step", "Why not `let z = (x + y).sqrt();`?")
                .contains("gives a line of the solution away")
        );
    }
}
