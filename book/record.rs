//! Numbers that the book's prose shows, for the examples that compute them:
//! `#[path = "../../book/record.rs"] mod record;`
//!
//! An example says what it found; with `--values FILE` it writes that down, with the command, seed, settings and machine it comes from.
//! Chapters read the file (`{{#value slug.name}}`), and `cargo xtask figures --check` runs the example again and compares.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::fmt::Write as _;
use std::path::PathBuf;

/// What one example found.
pub struct Record {
    command: String,
    seed: Option<u64>,
    settings: String,
    values: Vec<String>,
    texts: Vec<String>,
}

impl Record {
    /// Of the example `slug` of a crate.
    pub fn new(krate: &str, slug: &str) -> Self {
        let command = format!("cargo run --release -p {krate} --example {slug}");
        Record { command, seed: None, settings: String::new(), values: Vec::new(), texts: Vec::new() }
    }

    /// Of a program that is no example, by the command that runs it.
    pub fn of(command: &str) -> Self {
        Record { command: command.into(), ..Record::new("", "") }
    }

    /// The seed of its random numbers.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// What was chosen, in a few words: sizes, steps, rates.
    pub fn settings(mut self, settings: &str) -> Self {
        self.settings = settings.into();
        self
    }

    /// A number that every machine finds, up to a relative error of `within` (absolute, where the number is 0).
    pub fn value(&mut self, name: &str, value: f64, within: f64) {
        assert!(value.is_finite(), "{name} is {value}: no number to show");
        self.values.push(format!("{}: {{ \"value\": {value:?}, \"within\": {within:?} }}", quoted(name)));
    }

    /// A number that only this machine finds: a time, a rate, a ratio of times.
    pub fn timing(&mut self, name: &str, value: f64) {
        assert!(value.is_finite(), "{name} is {value}: no number to show");
        // no more digits than a measurement has
        let value: f64 = format!("{value:.3e}").parse().unwrap_or(value);
        self.values.push(format!("{}: {{ \"value\": {value:?}, \"timing\": true }}", quoted(name)));
    }

    /// Lines that the page shows as they were printed. The numbers in them are compared like values.
    pub fn text(&mut self, name: &str, text: &str, within: f64) {
        self.texts.push(format!(
            "{}: {{ \"text\": {}, \"within\": {within:?} }}",
            quoted(name),
            quoted(text)
        ));
    }

    /// Lines with times in them, which only this machine would print.
    pub fn timed_text(&mut self, name: &str, text: &str) {
        self.texts.push(format!("{}: {{ \"text\": {}, \"timing\": true }}", quoted(name), quoted(text)));
    }

    /// Writes everything where the command line asks for it: `--values FILE`. Beside its place first, then renamed.
    pub fn write(&self) -> std::io::Result<()> {
        let mut args = std::env::args().skip_while(|arg| arg != "--values").skip(1);
        let Some(path) = args.next().map(PathBuf::from) else { return Ok(()) };
        let temporary = path.with_extension("tmp");
        std::fs::write(&temporary, self.json())?;
        std::fs::rename(&temporary, &path)?;
        println!("wrote {}", path.display());
        Ok(())
    }

    fn json(&self) -> String {
        let list =
            |all: &[String]| all.iter().map(|one| format!("\n    {one}")).collect::<Vec<_>>().join(",");
        let seed = self.seed.map_or("null".into(), |seed| seed.to_string());
        format!(
            "{{\n  \"command\": {},\n  \"seed\": {seed},\n  \"settings\": {},\n  \"machine\": {},\n  \"values\": {{{}\n  }},\n  \"texts\": {{{}\n  }}\n}}\n",
            quoted(&self.command),
            quoted(&self.settings),
            quoted(&machine()),
            list(&self.values),
            list(&self.texts),
        )
    }
}

/// Whether nobody reads the times of this run, because it is compared with an earlier one: a measurement may be short.
pub fn untimed() -> bool {
    std::env::args().any(|arg| arg == "--untimed")
}

/// The processor, as far as the system tells, and how many threads it runs.
fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let plural = if threads == 1 { "" } else { "s" };
    format!("{}, {threads} thread{plural}", name.unwrap_or(std::env::consts::ARCH))
}

/// A text as JSON has it.
fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            c if c < ' ' => {
                let _ = write!(json, "\\u{:04x}", c as u32);
            }
            c => json.push(c),
        }
    }
    json + "\""
}
