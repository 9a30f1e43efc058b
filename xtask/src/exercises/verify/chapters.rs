//! What pages say about exercises is so: boxes stand in the chapter of `order.toml`, commands are commands, numbers are true.

use super::super::args::{Cli, Command};
use super::super::catalogue::{Catalogue, Exercise};
use clap::Parser;
use clap::error::ErrorKind;
use std::collections::HashMap;

/// A text that people read.
pub(super) struct Page {
    /// Its file, from the top folder on.
    pub(super) path: String,
    pub(super) text: String,
}

/// An exercise box of a chapter: the exercises in its title, and its own text.
struct Shown {
    names: Vec<String>,
    text: String,
}

fn shown(page: &Page) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut within = false;
    for line in page.text.lines() {
        if let Some(title) = line.strip_prefix("> [!EXERCISE]") {
            let names = title.split(',').map(|n| n.trim().to_string()).collect();
            all.push(Shown { names, text: String::new() });
            within = true;
        } else if let Some(text) = line.strip_prefix('>').filter(|_| within) {
            if let Some(last) = all.last_mut() {
                last.text += text;
                last.text.push(' ');
            }
        } else {
            within = false;
        }
    }
    all
}

/// Each exercise has its box in its own chapter, and each box an exercise. Also says how many boxes there are.
pub(super) fn boxes(chapters: &[Page], catalogue: &Catalogue) -> (usize, Vec<(String, String)>) {
    let mut complaints = Vec::new();
    let mut found: Vec<(&str, &str)> = Vec::new();
    for page in chapters {
        for name in shown(page).into_iter().flat_map(|b| b.names) {
            let wanted = name.replace('-', "_");
            match catalogue.all().iter().find(|e| e.id == wanted || e.name() == wanted) {
                None => complaints
                    .push((page.path.clone(), format!("there is no exercise \"{name}\" for its box"))),
                Some(e) if e.chapter.as_deref() != Some(&page.path) => {
                    let place = e.chapter.as_deref().unwrap_or("a chapter that is not written");
                    complaints.push((page.path.clone(), format!("the box of {} belongs to {place}", e.id)));
                }
                Some(e) if found.contains(&(&e.id, &page.path)) => {
                    complaints.push((page.path.clone(), format!("{} has two boxes", e.id)));
                }
                Some(e) => found.push((&e.id, &page.path)),
            }
        }
    }
    for e in catalogue.all().iter().filter(|e| e.written) {
        if !found.iter().any(|f| f.0 == e.id) {
            let chapter = e.chapter.as_deref().unwrap_or_default();
            complaints.push((e.id.clone(), format!("{chapter} has no box > [!EXERCISE] {}", e.name())));
        }
    }
    (found.len(), complaints)
}

/// The command line as somebody types it.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct Typed {
    #[command(flatten)]
    cli: Cli,
}

/// Every command that a page writes is understood, and names one exercise. Also says how many there are.
pub(super) fn commands(page: &Page, catalogue: &Catalogue) -> (usize, Vec<String>) {
    let mut complaints = Vec::new();
    let mut seen = 0;
    for rest in page.text.split("cargo xtask exercises").skip(1) {
        let end = rest.find(|c: char| "\n`#|&><,;:()[]\"…".contains(c)).unwrap_or(rest.len());
        let words: Vec<&str> = rest[..end].split_whitespace().map(|w| w.trim_end_matches('.')).collect();
        seen += 1;
        let written = format!("`cargo xtask exercises {}`", words.join(" "));
        match Typed::try_parse_from(&words) {
            Ok(typed) => {
                let name = typed.cli.command.as_ref().and_then(named).filter(|n| !placeholder(n));
                if let Some(failure) = name.and_then(|n| catalogue.find(n).err()) {
                    complaints.push(format!("{written}: {}", failure.message));
                }
            }
            Err(e) if e.kind() == ErrorKind::DisplayHelp => {}
            Err(e) => {
                let why = e.to_string();
                complaints.push(format!("{written}: {}", why.lines().next().unwrap_or_default()));
            }
        }
    }
    (seen, complaints)
}

/// NAME stands for a name.
fn placeholder(name: &str) -> bool {
    name.contains(char::is_uppercase)
}

/// The exercise that a command names.
fn named(command: &Command) -> Option<&str> {
    match command {
        Command::Run(name)
        | Command::Why(name)
        | Command::Watch(name)
        | Command::Hint { name, .. }
        | Command::Diff { name, .. }
        | Command::Open { name, .. }
        | Command::Solution { name, .. } => name.get(),
        Command::Goto { name } => Some(name),
        Command::Reset { name } => name.as_deref(),
        _ => None,
    }
}

/// "Eighteen exercises" are all that there are, those of a part of the book, or the chapter's own; "fifteen known mistakes", in an exercise's box, are those
/// that it names. Also says how many numbers there are.
pub(super) fn counts(
    page: &Page,
    exercises: &[Exercise],
    mistakes: &HashMap<&str, usize>,
) -> (usize, Vec<String>) {
    let written = exercises.iter().filter(|e| e.written).count();
    let here = exercises.iter().filter(|e| e.chapter.as_deref() == Some(&page.path)).count();
    let mut parts: HashMap<&str, usize> = HashMap::new();
    for part in exercises.iter().filter(|e| e.written).filter_map(|e| e.chapter.as_deref()?.rsplit_once('/'))
    {
        *parts.entry(part.0).or_default() += 1;
    }
    let mut complaints = Vec::new();
    let all = numbers_of(&page.text, &["exercises"]);
    for n in &all {
        let known = *n == written || parts.values().any(|part| n == part) || (*n == here && here > 0);
        if !known {
            complaints.push(format!("{n} exercises: there are {written}, and {here} belong to this page"));
        }
    }
    let mut seen = all.len();
    for b in shown(page) {
        let [name] = &b.names[..] else { continue };
        let Some(&known) = mistakes.get(name.replace('-', "_").as_str()) else { continue };
        for n in numbers_of(&b.text, &["known", "mistakes"]) {
            seen += 1;
            if n != known {
                complaints.push(format!("{n} known mistakes: {name} names {known}"));
            }
        }
    }
    (seen, complaints)
}

/// The numbers that stand before these words.
fn numbers_of(text: &str, what: &[&str]) -> Vec<usize> {
    let bare = |w: &str| w.trim_matches(|c: char| !c.is_alphanumeric() && c != '-').to_lowercase();
    let words: Vec<String> = text.split_whitespace().map(bare).collect();
    words.windows(what.len() + 1).filter(|w| w[1..] == *what).filter_map(|w| number(&w[0])).collect()
}

/// A number below a hundred, in words or in digits.
fn number(word: &str) -> Option<usize> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let small = |w: &str| SMALL.iter().position(|s| *s == w);
    let tens = |w: &str| TENS.iter().position(|t| *t == w).map(|t| 10 * (t + 2));
    let composed = || word.split_once('-').and_then(|(t, s)| Some(tens(t)? + small(s)?));
    word.parse().ok().or_else(|| small(word)).or_else(|| tens(word)).or_else(composed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, text: &str) -> Page {
        Page { path: path.into(), text: text.into() }
    }

    #[test]
    fn boxes_stand_in_their_chapters() {
        let c = Catalogue::load().unwrap();
        let neuron = "book/src/spine/neuron.md";
        let says = |path: &str, text: &str| -> String {
            boxes(&[page(path, text)], &c).1.into_iter().map(|c| c.1 + "\n").collect()
        };
        let good = boxes(&[page(neuron, "# T\n\n> [!EXERCISE] neuron\n> Mend it.\n")], &c);
        assert!(good.0 == 1 && good.1.iter().all(|c| c.0 != "neuron" && c.0 != neuron));
        assert!(says(neuron, "> [!EXERCISE] nuron").contains("no exercise \"nuron\""));
        assert!(
            says(neuron, "> [!EXERCISE] neuron, softmax")
                .contains("probability/softmax belongs to book/src/spine/sampling.md")
        );
        assert!(
            says(neuron, "> [!EXERCISE] neuron\n\n> [!EXERCISE] neuron").contains("neuron has two boxes")
        );
        assert!(says(neuron, "").contains("neuron.md has no box > [!EXERCISE] neuron"));
        assert!(
            says("book/src/spine/sampling.md", "> [!EXERCISE] top-p, softmax")
                .contains("no box > [!EXERCISE] top_k")
        );
    }

    #[test]
    fn commands_are_commands() {
        let c = Catalogue::load().unwrap();
        for good in [
            "`cargo xtask exercises` creates",
            "cargo xtask exercises     # your workbook: x",
            "cargo xtask exercises | book | bench",
            "`cargo xtask exercises run top-p`",
            "`cargo xtask exercises solution NAME --yes`",
            "`cargo xtask exercises new PILLAR/NAME --chapter SLUG`",
            "`cargo xtask exercises --help`",
            "run `cargo xtask exercises hint neuron --level 3`.",
        ] {
            assert_eq!(commands(&page("", good), &c), (1, vec![]), "{good}");
        }
        for (bad, says) in [
            ("cargo xtask exercises run nuron", "no exercise `nuron`; did you mean `neuron`?"),
            ("cargo xtask exercises solution norm", "could be any of linalg/norms, nn/rmsnorm"),
            ("`cargo xtask exercises grade neuron`", "unrecognized subcommand"),
            ("cargo xtask exercises hint neuron --level 4", "invalid value"),
            ("cargo xtask exercises run neuron --fast", "unexpected argument"),
        ] {
            let (_, complaints) = commands(&page("", bad), &c);
            assert!(complaints.len() == 1 && complaints[0].contains(says), "{bad}: {complaints:?}");
        }
    }

    #[test]
    fn numbers_are_true() {
        let c = Catalogue::load().unwrap();
        let n = c.all().len();
        let mistakes = HashMap::from([("neuron", 7)]);
        let says = |text: &str| counts(&page("book/src/spine/neuron.md", text), c.all(), &mistakes);
        assert_eq!(says(&format!("Its {n} exercises, one exercise, many exercises.")), (1, vec![]));
        assert!(says("Ninety-nine\nexercises.").1[0].contains("99 exercises"));
        assert_eq!(says("> [!EXERCISE] neuron\n> Seven known\n> mistakes wait.").1, [""; 0]);
        assert!(says("> [!EXERCISE] neuron\n> Eight known mistakes.").1[0].contains("neuron names 7"));
        let words = ["zero", "nineteen", "twenty", "forty-two", "17", "dozens"].map(number);
        assert_eq!(words, [Some(0), Some(19), Some(20), Some(42), Some(17), None]);
    }
}
