//! `cargo xtask figures`: runs the examples that draw the book's figures and write down its numbers (`book/results/SLUG.json`).
//!
//! With `--check` nothing is written: the examples run again, and what every machine must find is compared with what the book says. Times
//! are not compared; that they have an origin is enough. An example that takes minutes says `// figures: slow` and is left to `--slow`.

use crate::failure::Failure;
use crate::files;
use crate::tasks::cargo;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// What to run, and whether to write.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these chapters' examples
    slugs: Vec<String>,
    /// Write nothing: compare with what is written
    #[arg(long)]
    check: bool,
    /// Also examples that take minutes
    #[arg(long)]
    slow: bool,
}

/// An example that has something for the book.
struct Example {
    krate: String,
    slug: String,
    slow: bool,
}

const CRATES: [&str; 5] = ["linalg", "calculus", "probability", "approximation", "nn"];

/// Everything that takes seconds.
pub(crate) fn check() -> Result<ExitCode, Failure> {
    run(&Args { slugs: Vec::new(), check: true, slow: false })
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let root = files::root();
    let all = find(&root);
    if let Some(stranger) = args.slugs.iter().find(|slug| all.iter().all(|e| e.slug != **slug)) {
        let known: Vec<_> = all.iter().map(|e| e.slug.as_str()).collect();
        return Err(Failure {
            code: 2,
            message: format!("no example {stranger} has figures or numbers: there are {}", known.join(", ")),
        });
    }
    let (figures, results) = (root.join("book/src/figures"), root.join("book/results"));
    let scratch = std::env::temp_dir().join(format!("four-pillars-figures-{}", std::process::id()));
    let mut faults = Vec::new();
    let built = if args.check && args.slugs.is_empty() { Some(build(&root)?) } else { None };
    for example in &all {
        let asked = args.slugs.contains(&example.slug);
        if !asked && (!args.slugs.is_empty() || (example.slow && !args.slow)) {
            continue;
        }
        let into = if args.check { scratch.clone() } else { figures.clone() };
        let values = if args.check { &scratch } else { &results }.join(&example.slug).with_extension("json");
        for folder in [&into, values.parent().unwrap_or(&into)] {
            fs::create_dir_all(folder).map_err(|e| Failure::ours(format!("{}: {e}", folder.display())))?;
        }
        let begin = Instant::now();
        let mut command = if let Some(folder) = &built {
            Command::new(folder.join(&example.slug).with_extension(std::env::consts::EXE_EXTENSION))
        } else {
            let mut command = cargo();
            command.args(["run", "--quiet", "-p", &example.krate, "--example", &example.slug]);
            // Times are those of optimised code; everything else is the same in both profiles.
            if !args.check {
                command.arg("--release");
            }
            command.arg("--");
            command
        };
        // Times are not compared, so an example need not take them with care.
        if args.check {
            command.arg("--untimed");
        }
        command.current_dir(&root).arg("--figures").arg(&into).arg("--values").arg(&values);
        let ran = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
        let ran = ran.map_err(|e| Failure::ours(format!("cannot start cargo: {e}")))?;
        // the building of the example included
        let doing = if args.check { "checked" } else { "wrote" };
        println!("{doing} {} in {:.1} s", example.slug, begin.elapsed().as_secs_f64());
        if !ran.success() {
            faults.push(format!("{}: the example fails ({ran})", example.slug));
        } else if args.check {
            compare(
                &results.join(&example.slug).with_extension("json"),
                &values,
                &example.slug,
                &mut faults,
            )?;
            compare_figures(&figures, &scratch, &mut faults)?;
            let _ = fs::remove_dir_all(&scratch);
        }
    }
    let _ = fs::remove_dir_all(&scratch);
    if faults.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure { code: 1, message: faults.join("\n") })
}

/// Builds all examples as the tests do: one crate at a time, Cargo would choose other features and compile the libraries again.
fn build(root: &Path) -> Result<PathBuf, Failure> {
    let status =
        cargo().args(["build", "--quiet", "--workspace", "--examples"]).stdin(Stdio::null()).status();
    if !status.map_err(|e| Failure::ours(format!("cannot start cargo: {e}")))?.success() {
        return Err(Failure { code: 1, message: "the examples do not compile".into() });
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Ok(root.join(target).join("debug/examples"))
}

/// Every example that uses `book/plot.rs` or `book/record.rs`.
fn find(root: &Path) -> Vec<Example> {
    let mut found = Vec::new();
    for krate in CRATES {
        let Ok(entries) = fs::read_dir(root.join(krate).join("examples")) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let file = if path.is_dir() { path.join("main.rs") } else { path.clone() };
            let (Ok(text), Some(slug)) = (fs::read_to_string(&file), path.file_stem()) else { continue };
            if text.contains("/book/plot.rs") || text.contains("/book/record.rs") {
                let slug = slug.to_string_lossy().into_owned();
                found.push(Example { krate: krate.into(), slug, slow: text.contains("// figures: slow") });
            }
        }
    }
    found
}

/// Compares two results: the names are the same, and so are all numbers that do not depend on the machine.
fn compare(written: &Path, now: &Path, slug: &str, faults: &mut Vec<String>) -> Result<(), Failure> {
    let read = |path: &Path| -> Result<Option<Value>, Failure> {
        let Ok(text) = fs::read_to_string(path) else { return Ok(None) };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|e| Failure { code: 1, message: format!("{}: {e}", path.display()) })
    };
    let (written, now) = match (read(written)?, read(now)?) {
        (None, None) => return Ok(()), // only figures
        (Some(written), Some(now)) => (written, now),
        _ => {
            faults.push(format!("book/results/{slug}.json: `cargo xtask figures {slug}` was not run"));
            return Ok(());
        }
    };
    for (kind, field) in [("values", "value"), ("texts", "text")] {
        let empty = serde_json::Map::new();
        let (old, new) =
            (written[kind].as_object().unwrap_or(&empty), now[kind].as_object().unwrap_or(&empty));
        for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
            let (Some(old), Some(new)) = (old.get(name), new.get(name)) else {
                faults.push(format!("book/results/{slug}.json: {name} is on one side only"));
                continue;
            };
            let within = new["within"].as_f64();
            if old["within"].as_f64() != within {
                faults.push(format!("book/results/{slug}.json: {name} has another tolerance now"));
            } else if let Some(within) = within.filter(|&within| !agree(&old[field], &new[field], within)) {
                faults.push(format!(
                    "book/results/{slug}.json: {name} is stale: the book says {}, the crates say {} (tolerance {within:e})",
                    old[field], new[field]
                ));
            }
        }
    }
    Ok(())
}

/// Two numbers, or two texts word by word.
fn agree(old: &Value, new: &Value, within: f64) -> bool {
    let close = |old: f64, new: f64| (old - new).abs() <= within * if old == 0.0 { 1.0 } else { old.abs() };
    match (old, new) {
        (Value::String(old), Value::String(new)) => {
            let (old, new): (Vec<_>, Vec<_>) =
                (old.split_whitespace().collect(), new.split_whitespace().collect());
            old.len() == new.len()
                && old.iter().zip(new).all(|(old, new)| match (old.parse::<f64>(), new.parse::<f64>()) {
                    (Ok(old), Ok(new)) => close(old, new) || old == new || (old.is_nan() && new.is_nan()),
                    _ => *old == new,
                })
        }
        _ => old.as_f64().zip(new.as_f64()).is_some_and(|(old, new)| close(old, new)),
    }
}

/// The figures that were drawn just now are those of the book; one that shows times says so in a comment.
fn compare_figures(written: &Path, now: &Path, faults: &mut Vec<String>) -> Result<(), Failure> {
    let entries = fs::read_dir(now).map_err(|e| Failure::ours(format!("{}: {e}", now.display())))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let (Some(name), true) = (path.file_name(), path.extension().is_some_and(|e| e == "svg")) else {
            continue;
        };
        let name = name.to_string_lossy();
        let (Ok(new), old) = (fs::read_to_string(&path), fs::read_to_string(written.join(&*name))) else {
            continue;
        };
        match old {
            Err(_) => {
                faults.push(format!("book/src/figures/{name}: not there; `cargo xtask figures` draws it"));
            }
            Ok(old) if !new.contains("<!-- measured -->") && !drawn_alike(&old, &new) => {
                faults.push(format!("book/src/figures/{name} is stale: the crates draw another"));
            }
            Ok(_) if numbers(now, &name) && !numbers(written, &name) => {
                faults.push(format!("book/src/figures/{name}: its numbers are not beside it; `cargo xtask figures` writes them"));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// Whether the numbers of a figure lie beside it.
fn numbers(folder: &Path, figure: &str) -> bool {
    folder.join(figure).with_extension("json").is_file()
}

/// The same drawing, up to a tenth of a unit in every number: where one of another machine's roundings falls.
fn drawn_alike(old: &str, new: &str) -> bool {
    let split = |c: char| !(c.is_ascii_digit() || c == '.' || c == '-');
    let marks = |text: &str| text.chars().filter(|c| split(*c)).collect::<String>();
    let numbers = |text: &str| text.split(split).filter_map(|n| n.parse::<f64>().ok()).collect::<Vec<_>>();
    let (a, b) = (numbers(old), numbers(new));
    old == new
        || (marks(old) == marks(new)
            && a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.15))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_by_more_than_its_tolerance_is_stale() {
        assert!(agree(&json!(1.0), &json!(1.0 + 1e-9), 1e-8) && !agree(&json!(1.0), &json!(1.1), 1e-8));
        assert!(agree(&json!(0.0), &json!(1e-9), 1e-8) && !agree(&json!(0.0), &json!(1e-7), 1e-8));
        assert!(agree(&json!("a 1.0 b\n2"), &json!("a 1.000001  b 2"), 1e-5));
        assert!(!agree(&json!("a 1.0 b"), &json!("a 1.0 c"), 1e-5));
        assert!(drawn_alike("M0.1 2.0", "M0.2 2.0") && !drawn_alike("M0.1 2.0", "M0.1 3.0"));
    }

    /// The check sees a number that the crates no longer give, one that has vanished, and one whose tolerance moved.
    #[test]
    fn a_stale_number_is_found() {
        let folder = std::env::temp_dir().join(format!("figures-test-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (old, new) = (folder.join("old.json"), folder.join("new.json"));
        let write = |path: &Path, loss: f64, time: f64| {
            let text = json!({ "values": { "loss": { "value": loss, "within": 1e-6 }, "time": { "value": time, "timing": true } }, "texts": {} });
            fs::write(path, text.to_string()).unwrap();
        };
        let mut faults = Vec::new();
        write(&old, 1.25, 3.0);
        write(&new, 1.25, 4.0);
        compare(&old, &new, "t", &mut faults).unwrap();
        assert_eq!(faults, [""; 0]);
        write(&new, 1.26, 3.0);
        compare(&old, &new, "t", &mut faults).unwrap();
        assert!(faults[0].contains("loss is stale: the book says 1.25, the crates say 1.26"), "{faults:?}");
        fs::write(&new, json!({ "values": {}, "texts": {} }).to_string()).unwrap();
        compare(&old, &new, "t", &mut faults).unwrap();
        assert!(faults[1].contains("loss is on one side only"), "{faults:?}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
