//! For whoever looks after the exercises or the machine: `verify`, `new`, `doctor`, and the help.

mod common;

use common::{Learner, SOFTMAX, ids};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const CHECKS: [&str; 5] = ["matrix", "starters", "drift", "links", "hints"];

#[test]
fn verify_counts_every_mistake() {
    let nobody = Learner::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("never-created"));
    let (code, all, said) = nobody.run(&["verify"]);
    assert_eq!(code, 0, "{said}");
    let all = &all[0];
    let [wrong, rejected, named] = ["wrong", "rejected", "named"].map(|k| all[k].as_u64().unwrap());
    assert!(wrong > 85 && rejected == wrong && named == wrong, "{all}");
    assert_eq!(all["exercises"], ids().len());
    assert_eq!(all["complaints"], Value::Array(Vec::new()));
    for check in CHECKS {
        let found = &all["checks"][check];
        assert!(
            found["looked_at"].as_u64().unwrap() >= ids().len() as u64 && found["complaints"] == 0,
            "{all}"
        );
    }

    // One exercise, in words.
    let (code, _, said) = nobody.call(&["verify", SOFTMAX]);
    assert_eq!(code, 0, "{said}");
    for check in CHECKS {
        assert!(said.lines().any(|l| l.starts_with(&format!("✓ good  {check} "))), "{said}");
    }
    let last = said.lines().last().unwrap();
    let wrong: usize = last.split(' ').nth(2).unwrap().parse().unwrap();
    assert_eq!(last, format!("1 exercise, {wrong} wrong, {wrong} rejected, {wrong} named"));
    assert!(wrong > 10 && !said.contains("linalg/"), "{said}");
    assert!(!nobody.0.exists());
}

#[test]
fn doctors_see_what_is_there() {
    let nobody = Learner::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("never-created"));
    let (code, checks, said) = nobody.run(&["doctor"]);
    assert_eq!(code, 0, "{said}");
    let of = |what: &str| checks.iter().find(|c| c["check"] == what).unwrap()["finding"].clone();
    for what in ["Rust compiler", "linker", "solutions", "time limit", "memory limit"] {
        assert_eq!(of(what), "good", "{what}: {said}");
    }
    let (_, _, said) = nobody.call(&["doctor"]);
    assert!(said.ends_with("Nothing is lacking.\n") && said.contains("✓ good     linker"), "{said}");

    // Without a compiler, and with a folder that is none: named, and no other verdict is spoilt.
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("a-file");
    fs::write(&file, "").unwrap();
    let output = Learner::at(file).command(&["doctor"]).env("RUSTC", "no-such-rustc").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for words in [
        "✗ lacking  Rust compiler",
        "✗ lacking  linker",
        "✗ lacking  solutions",
        "✓ good     time limit",
        "Lacking: 3",
    ] {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

/// In a copy of what an exercise needs: it compiles, and what is missing is said.
#[test]
fn a_new_exercise_compiles_and_is_not_finished() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let desk = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkout");
    let _ = fs::remove_dir_all(&desk);
    copy(&root.join("linalg"), &desk.join("linalg"));
    copy(&root.join("book/exercises"), &desk.join("book/exercises"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let few = manifest.lines().map(|l| match l {
        _ if l.starts_with("members = ") => "members = [\"linalg\", \"book/exercises\"]",
        _ if l.starts_with("default-members = ") => "",
        _ => l,
    });
    fs::write(desk.join("Cargo.toml"), few.collect::<Vec<_>>().join("\n")).unwrap();
    fs::copy(root.join("Cargo.lock"), desk.join("Cargo.lock")).unwrap();

    let nobody = Learner::at(desk.join("solutions"));
    let new = |id: &str, chapter: &str| {
        nobody.call(&["new", id, "--chapter", chapter, "--checkout", desk.to_str().unwrap()])
    };
    let (code, _, said) = new("linalg/axis_swap", "tensors");
    assert!(code == 0 && said.contains("created  book/exercises/src/linalg/axis_swap/wrong.rs"), "{said}");
    for (id, chapter, says) in [
        ("linalg/axis_swap", "tensors", "already"),
        ("calculus/matmul", "tensors", "already"),
        ("nowhere/thing", "tensors", "no folder"),
        ("Axis", "tensors", "is no name"),
        ("linalg/other", "../x", "slug"),
    ] {
        let before = fs::read_to_string(desk.join("book/exercises/order.toml")).unwrap();
        let (code, _, said) = new(id, chapter);
        assert!(code == 2 && said.contains(says), "{id}: {said}");
        assert_eq!(fs::read_to_string(desk.join("book/exercises/order.toml")).unwrap(), before);
    }

    let cargo = |args: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(args).current_dir(&desk).env("CARGO_TARGET_DIR", desk.with_extension("built"));
        let output = cargo.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let (done, out, said) = cargo(&[
        "run",
        "--quiet",
        "--offline",
        "--profile=xtask",
        "--package",
        "exercises",
        "--bin",
        "judge",
        "--",
        "linalg/axis_swap",
        "--verify",
    ]);
    assert!(done, "{said}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&found["wrong"], &found["named"]), (&1.into(), &1.into()), "{found}");
    assert!(found["complaints"].to_string().contains("at least 4 should"), "{found}");
    // As the learner's program links it, without answers, and without a warning.
    let (done, _, said) = cargo(&["check", "--offline", "--package", "exercises", "--no-default-features"]);
    assert!(done && !said.contains("axis_swap"), "{said}");
}

/// The help fits 80 columns, and names every command in a line of its own.
#[test]
fn help_can_be_read() {
    let nobody = Learner::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("never-created"));
    let (code, _, help) = nobody.call(&["--help"]);
    assert_eq!(code, 0);
    let commands = "list watch run why check-all export next prev goto hint diff assemble open solution reset doctor verify new";
    for command in commands.split(' ') {
        assert!(
            help.lines().any(|l| l.trim_start().starts_with(&format!("{command} "))),
            "{command}\n{help}"
        );
        let (code, _, own) = nobody.call(&[command, "--help"]);
        assert_eq!(code, 0);
        assert!(own.lines().all(|l| l.chars().count() <= 80), "{own}");
    }
    assert!(help.lines().all(|l| l.chars().count() <= 80), "{help}");
    for words in ["70  the grader failed", "NO_COLOR", "--plain", "without grading"] {
        assert!(help.contains(words), "{words}\n{help}");
    }
}
