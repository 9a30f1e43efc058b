//! The command line as a person sees it: what is typed, every word of the answer, the exit code.
//!
//! The answers lie in `snapshots/`. When words change on purpose, read the difference that the failing test prints, then write it
//! down with `INSTA_UPDATE=always cargo test -p xtask --test snapshots`.
//!
//! What differs between machines and versions is taken out: times, dates, paths, process numbers, the compiler's own words.
#![cfg(target_os = "linux")]

mod common;

use common::{Learner, SOFTMAX, exercises};
use std::fmt::Write as _;

/// A learner's session, line by line.
struct Session(Learner, String);

impl Session {
    fn new() -> Self {
        Session(Learner::new(), String::new())
    }

    /// What is typed after `cargo xtask exercises`.
    fn types(&mut self, words: &str) -> &mut Self {
        let args: Vec<&str> = words.split_whitespace().collect();
        let (code, _, said) = self.0.call(&args);
        let dot = if words.is_empty() { "" } else { " " };
        write!(self.1, "$ cargo xtask exercises{dot}{words}\n{}\n[exit {code}]\n\n", said.trim_end())
            .unwrap();
        self
    }

    /// What an editor does to softmax.
    fn saves(&mut self, what: &str, text: &str) -> &mut Self {
        self.0.write(SOFTMAX, text);
        writeln!(self.1, "# saves {SOFTMAX}.rs: {what}").unwrap();
        self
    }

    /// The whole transcript, the same on every machine.
    fn transcript(&self) -> String {
        let here = self.0.0.to_str().unwrap();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_str().unwrap();
        // What lies below the checkout is shown from there on: so does this folder if the target folder does.
        let below = here.strip_prefix(root).map_or(here, |path| path.trim_start_matches('/'));
        let mut text = String::new();
        let (mut fails, mut compiler) = (false, false);
        for line in
            self.1.replace(here, "solutions").replace(below, "solutions").replace(root, "CHECKOUT").lines()
        {
            // Rustc's words: it may change them.
            fails = (fails || line.ends_with("does not compile.")) && !line.starts_with('[');
            if fails && line.starts_with("error") && !compiler {
                text += "(what the compiler says)\n";
                compiler = true;
            }
            compiler &= !line.starts_with('[');
            // Said by whichever test is the first of all.
            if !compiler && !line.starts_with("Building the grader. ") {
                text += line.trim_end();
                text += "\n";
            }
        }
        text
    }
}

/// Compares, with the numbers of this day and this machine taken out.
macro_rules! same {
    ($session:expr) => {
        insta::with_settings!({filters => vec![
            (r"\d{4}-\d\d-\d\d[T-]?[\d:-]*Z?", "DATE"),
            (r"\b\d+\.\d+ s\b", "TIME s"),
            (r"thread '(\w+)' \(\d+\)", "thread '$1' (ID)"),
            (r"allocation of \d+ bytes", "allocation of SO MANY bytes"),
            (r"and \d+ lines more", "and SO MANY lines more"),
        ], omit_expression => true}, { insta::assert_snapshot!($session.transcript()) })
    };
}

fn softmax(first: &str) -> String {
    let right = exercises("solution.rs", SOFTMAX).replace("pub fn softmax", "fn right");
    format!(
        "{right}\n#[allow(warnings)]\npub fn softmax(z: &[f64]) -> Vec<f64> {{\n    {first}\n    right(z)\n}}\n"
    )
}

#[test]
fn a_first_day() {
    let mut s = Session::new();
    s.types("").types("run").types("hint").types("goto soft").types("run").types("hint --level 2");
    let naive = "pub fn softmax(z: &[f64]) -> Vec<f64> {\n    let e: Vec<f64> = z.iter().map(|z| z.exp()).collect();\n    \
                 let s: f64 = e.iter().sum();\n    e.iter().map(|e| e / s).collect()\n}\n";
    s.saves("exp, and divide", naive).types("run softmax").types("why soft").types("solution softmax");
    s.saves("the solution", &exercises("solution.rs", SOFTMAX));
    s.types("run softmax").types("list --topic probability").types("list --todo").types("next").types("prev");
    s.types("reset softmax").types("diff softmax").types("run softmax");
    same!(s);
}

#[test]
fn every_kind_of_verdict() {
    let mut s = Session::new();
    s.saves("half a line", "pub fn softmax(").types("run softmax");
    for (what, first) in [
        ("a wrong number that has no name", "if z.len() == 4 { return vec![0.25, 0.25, 0.3, 0.2]; }"),
        ("a loop", "if z.len() > 1 { loop {} }"),
        ("a vector without end", "let mut v = vec![1u8]; loop { v.extend_from_within(..); }"),
        ("a flood", "loop { println!(\"still here\"); }"),
        ("a panic", "if z.len() > 1 { let i = 7; return vec![z[i]]; }"),
        (
            "a recursion",
            "fn deep(n: u64) -> u64 { if n == u64::MAX { 0 } else { deep(n + 1) + n } } if deep(z.len() as u64) == 3 { return vec![]; }",
        ),
        ("exit", "std::process::exit(0);"),
    ] {
        s.saves(what, &softmax(first)).types("run softmax");
    }
    std::fs::remove_file(s.0.file(SOFTMAX)).unwrap();
    s.types("run softmax");
    same!(s);
}

#[test]
fn words_that_mean_nothing() {
    let mut s = Session::new();
    s.types("run softmux")
        .types("run nrm")
        .types("run o")
        .types("hint neuron --level 9")
        .types("lst")
        .types("list --topic cooking");
    s.types("goto").types("export --format xml").types("solution neuron").types("--help");
    same!(s);
}
