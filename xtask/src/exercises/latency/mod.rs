//! `verify --latency`: how long a learner waits, from a save to its verdict.
//!
//! What is measured is what they type, `cargo xtask exercises run NAME`, from the moment the file is written to the end of the
//! program. Each file holds the reference solution, which has to pass every probe; before each run one line of its code changes.
//! Everything is warm: compiled before, as for somebody who is at work. No part of the tests, since a figure of a busy machine
//! means nothing.

mod copies;

use super::catalogue::{Catalogue, Exercise};
use super::child::{self, Ended};
use super::text::{line, note, object};
use crate::failure::Failure;
use crate::{files, tasks};
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// So many exercises the book will have.
const MANY: usize = 60;

/// A save: half of them are judged within so many seconds, and 95 of 100.
const SAVE: (f64, f64) = (0.5, 1.0);

/// All exercises, of which one has changed, or each: always within so many seconds.
const CHECK_ONE: f64 = 10.0;
const CHECK_ALL: f64 = 15.0;

/// Nothing that is measured here takes longer; building a checkout may.
const PATIENCE: Duration = Duration::from_secs(1200);
const OUTPUT: usize = 4 << 20;

/// Measures; says whether everything was quick enough.
pub(crate) fn measure(catalogue: &Catalogue, json: bool) -> Result<bool, Failure> {
    let failed = |e: io::Error| Failure::ours(format!("cannot prepare the measurement: {e}"));
    let (folder, _lock) = files::workplace("latency")
        .map_err(failed)?
        .ok_or_else(|| Failure::usage("a measurement is running already: wait for it to end"))?;
    if load().is_some_and(|l| l > 1.5) {
        note(&format!(
            "the machine is busy (load {:.2}): the figures will be too high",
            load().unwrap_or(0.0)
        ));
    }
    let written: Vec<&Exercise> = catalogue.all().iter().filter(|e| e.written).collect();
    let ids: Vec<(String, String)> = written.iter().map(|e| (e.id.clone(), e.id.clone())).collect();
    let mut table = Table { json, good: true };

    let here = Class::new(files::root(), None, folder.join("solutions"), &ids)?;
    table.saves(&here, 7)?;

    note(&format!("building a checkout with {MANY} exercises"));
    let checkout = folder.join("checkout");
    let ids = copies::lay_out(&checkout, catalogue.all(), MANY)?;
    let many = Class::new(checkout, Some(folder.join("built")), folder.join("solutions-of-many"), &ids)?;
    table.saves(&many, 3)?;
    let mut one = Vec::new();
    for n in 0..5 {
        many.save(&ids[n * 11 % ids.len()].0)?;
        one.push(many.run(&["check-all"])?);
    }
    table.row(&format!("check-all of {}, one changed", ids.len()), &one, None, Some(CHECK_ONE));
    let mut all = Vec::new();
    for _ in 0..3 {
        ids.iter().try_for_each(|id| many.save(&id.0))?;
        all.push(many.run(&["check-all"])?);
    }
    table.row(&format!("check-all of {}, all changed", ids.len()), &all, None, Some(CHECK_ALL));
    Ok(table.good)
}

/// A folder with all exercises solved, and the checkout that grades it.
struct Class<'a> {
    checkout: PathBuf,
    /// Where the checkout's programs are built, if not at the usual place.
    built: Option<PathBuf>,
    solutions: PathBuf,
    ids: &'a [(String, String)],
}

impl<'a> Class<'a> {
    /// Solves everything, and grades it once: from then on it is warm.
    fn new(
        checkout: PathBuf,
        built: Option<PathBuf>,
        solutions: PathBuf,
        ids: &'a [(String, String)],
    ) -> Result<Self, Failure> {
        let class = Class { checkout, built, solutions, ids };
        if !class.solutions.join("Cargo.toml").exists() {
            let (_, ended, said) = class.run_any(&["reset", "--all"])?;
            if ended != Ended::Code(0) {
                return Err(Failure::ours(format!("no folder of solutions ({ended:?}):\n{said}")));
            }
        }
        for (id, _) in ids {
            let solution = class.checkout.join("book/exercises/src").join(id).join("solution.rs");
            files::update(&class.file(id), &edited(&files::read(&solution)?, 0))?;
        }
        class.run(&["check-all"])?;
        Ok(class)
    }

    fn file(&self, id: &str) -> PathBuf {
        self.solutions.join(format!("{id}.rs"))
    }

    /// Changes one line of an exercise.
    fn save(&self, id: &str) -> Result<(), Failure> {
        let text = files::read(&self.file(id))?;
        let next = saved(&text).map_or(1, |n| n + 1);
        // as an editor does
        fs::write(self.file(id), edited(&text, next))
            .map_err(|e| Failure::ours(format!("cannot save {id}: {e}")))
    }

    /// Types a command; all that it grades must pass. How many seconds it took.
    fn run(&self, args: &[&str]) -> Result<f64, Failure> {
        let (seconds, ended, said) = self.run_any(args)?;
        if ended != Ended::Code(0) {
            let text: String = said.chars().take(2000).collect();
            return Err(Failure::ours(format!("{} does not pass ({ended:?}):\n{text}", args.join(" "))));
        }
        Ok(seconds)
    }

    fn run_any(&self, args: &[&str]) -> Result<(f64, Ended, String), Failure> {
        let mut cargo: Command = tasks::cargo();
        cargo.current_dir(&self.checkout).args(["xtask", "exercises", "--plain", "--solutions"]);
        cargo.arg(&self.solutions).args(args);
        if let Some(built) = &self.built {
            cargo.env("CARGO_TARGET_DIR", built);
        }
        let start = Instant::now();
        let out = child::run(cargo, b"", PATIENCE, OUTPUT as u64, OUTPUT)
            .map_err(|e| Failure::ours(format!("cannot start cargo: {e}")))?;
        Ok((start.elapsed().as_secs_f64(), out.ended, out.stdout.text() + &out.stderr.text()))
    }
}

const MARK: &str = "let _saved = ";

/// The number of the last save.
fn saved(source: &str) -> Option<u32> {
    source.split_once(MARK)?.1.split_once("_u32;")?.0.parse().ok()
}

/// The source after save number `n`: a line in the body of its first public function says so, and has to be compiled.
fn edited(source: &str, n: u32) -> String {
    let line = format!("{MARK}{n}_u32;");
    if let Some(old) = saved(source) {
        return source.replace(&format!("{MARK}{old}_u32;"), &line);
    }
    let mut out = String::new();
    let (mut within, mut done) = (false, false);
    for l in source.lines() {
        out.extend([l, "\n"]);
        within |= l.trim_start().starts_with("pub fn ");
        if within && !done && l.ends_with('{') {
            out.extend(["    ", &line, "\n"]);
            done = true;
        }
    }
    out
}

/// The table, row by row as it is measured.
struct Table {
    json: bool,
    good: bool,
}

impl Table {
    /// So many saves of each exercise.
    fn saves(&mut self, class: &Class<'_>, times: usize) -> Result<(), Failure> {
        let mut all = Vec::new();
        for (id, original) in class.ids {
            let mut seconds = Vec::new();
            for _ in 0..times {
                class.save(id)?;
                seconds.push(class.run(&["run", id])?);
            }
            if id == original && class.built.is_none() {
                self.row(id, &seconds, None, None);
            }
            all.extend(seconds);
        }
        self.row(&format!("a save, {} exercises", class.ids.len()), &all, Some(SAVE.0), Some(SAVE.1));
        Ok(())
    }

    /// One row; the bars are for the median and, of many runs, the 95th percentile, of few, the slowest.
    fn row(&mut self, what: &str, seconds: &[f64], median: Option<f64>, most: Option<f64>) {
        let (half, high, worst) =
            (percentile(seconds, 50), percentile(seconds, 95), percentile(seconds, 100));
        let good = median.is_none_or(|m| half <= m) && most.is_none_or(|m| high <= m);
        self.good &= good;
        if self.json {
            object(
                &json!({ "what": what, "runs": seconds.len(), "median": half, "p95": high, "worst": worst,
                "median_at_most": median, "p95_at_most": most, "good": good, "load": load().map_or(Value::Null, Value::from) }),
            );
            return;
        }
        let bar = match (median, most) {
            (Some(m), Some(p)) => format!("at most {m:.1} and {p:.1}"),
            (_, Some(p)) => format!("at most {p:.0}"),
            _ => String::new(),
        };
        let mark = if good { "✓" } else { "✗ too slow:" };
        let bar = if bar.is_empty() { bar } else { format!("  {mark} {bar}") };
        line(&format!("{what:30} {:3} runs {half:6.2} s  95% {high:5.2} s{bar}", seconds.len()));
    }
}

/// The smallest of the numbers that so many of a hundred do not exceed.
fn percentile(numbers: &[f64], of_hundred: usize) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * of_hundred).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

/// How many programs wanted to run in the last minute, where the system says so.
fn load() -> Option<f64> {
    fs::read_to_string(Path::new("/proc/loadavg")).ok()?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_save_changes_a_line_of_code() {
        let c = Catalogue::load().unwrap();
        for e in c.all() {
            let solution = e.solution().unwrap();
            let first = edited(&solution, 1);
            let second = edited(&first, 2);
            assert_eq!(
                (saved(&solution), saved(&first), saved(&second)),
                (None, Some(1), Some(2)),
                "{}",
                e.id
            );
            let changed = first.lines().zip(second.lines()).filter(|(a, b)| a != b).count();
            assert_eq!((changed, first.lines().count()), (1, solution.lines().count() + 1), "{}", e.id);
        }
    }

    #[test]
    fn percentiles_are_numbers_that_were_measured() {
        let n: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!([50, 95, 100].map(|p| percentile(&n, p)), [10.0, 19.0, 20.0]);
        assert_eq!([50, 95].map(|p| percentile(&[3.0], p)), [3.0, 3.0]);
        assert_eq!(percentile(&[3.0, 1.0, 2.0], 95), 3.0);
    }
}
