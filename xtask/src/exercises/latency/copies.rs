//! A checkout with many exercises: the ones there are, and copies of them under other names.

use super::super::catalogue::Exercise;
use crate::failure::Failure;
use crate::files;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// The packages that the grader needs.
const MEMBERS: [&str; 3] = ["linalg", "book/exercises", "xtask"];

/// Lays out a checkout with `total` exercises. The answer: the id of each, and of the exercise that it is a copy of. What is there
/// already and has not changed is not touched, so that it need not be compiled again.
pub(super) fn lay_out(
    checkout: &Path,
    exercises: &[Exercise],
    total: usize,
) -> Result<Vec<(String, String)>, Failure> {
    let root = files::root();
    let failed =
        |e: io::Error| Failure::ours(format!("cannot copy the project to {}: {e}", checkout.display()));
    for member in MEMBERS {
        copy(&root.join(member), &checkout.join(member)).map_err(failed)?;
    }
    copy(&root.join("book/src"), &checkout.join("book/src")).map_err(failed)?;
    copy(&root.join(".cargo"), &checkout.join(".cargo")).map_err(failed)?;
    files::update(&checkout.join("Cargo.lock"), &files::read(&root.join("Cargo.lock"))?)?;
    files::update(&checkout.join("Cargo.toml"), &manifest(&files::read(&root.join("Cargo.toml"))?))?;

    let written: Vec<&Exercise> = exercises.iter().filter(|e| e.written).collect();
    let mut all: Vec<(String, String)> = written.iter().map(|e| (e.id.clone(), e.id.clone())).collect();
    let source = checkout.join("book/exercises/src");
    let (mut order, mut registry) = (files::read(&root.join("book/exercises/order.toml"))?, String::new());
    let mut modules: Vec<(String, String)> = Vec::new();
    let generations = (2..).flat_map(|n| written.iter().map(move |e| (n, *e)));
    for (n, e) in generations.take(total.saturating_sub(written.len())) {
        let (id, name) = (format!("{}_{n}", e.id), format!("{}_{n}", e.name()));
        for file in ["mod.rs", "starter.rs", "solution.rs", "wrong.rs", "hints.md"] {
            let text = files::read(&root.join("book/exercises/src").join(&e.id).join(file))?;
            files::update(&source.join(&id).join(file), &renamed(&text, e, n))?;
        }
        let _ = writeln!(
            order,
            "\n[[exercise]]\nid = \"{id}\"\nchapter = \"{}\"\nprerequisites = []\nminutes = {}\ndifficulty = {}",
            e.slug().unwrap_or_default(),
            e.minutes,
            e.difficulty
        );
        let _ = writeln!(registry, "    judge::entry::<{}::Spec>(\"{id}\"),", id.replace('/', "::"));
        let home = id.split_once('/').map_or("lib.rs".into(), |(topic, _)| format!("{topic}/mod.rs"));
        modules.push((home, format!("pub mod {name};\n")));
        all.push((id, e.id.clone()));
    }
    files::update(&checkout.join("book/exercises/order.toml"), &order)?;
    let mut homes: Vec<String> = modules.iter().map(|m| m.0.clone()).chain(["lib.rs".into()]).collect();
    homes.sort();
    homes.dedup();
    for home in homes {
        let mut text = files::read(&root.join("book/exercises/src").join(&home))?;
        if home == "lib.rs" {
            let list = text.find("pub const REGISTRY").and_then(|at| Some(at + text[at..].find("\n];")? + 1));
            let end = list.ok_or_else(|| Failure::ours("book/exercises/src/lib.rs has no REGISTRY"))?;
            text.insert_str(end, &registry);
        }
        text.extend(modules.iter().filter(|m| m.0 == home).map(|m| m.1.as_str()));
        files::update(&source.join(home), &text)?;
    }
    Ok(all)
}

/// The workspace with these members alone.
fn manifest(text: &str) -> String {
    let members = MEMBERS.map(|m| format!("\"{m}\"")).join(", ");
    let line = |l: &str| match l {
        _ if l.starts_with("members = ") => format!("members = [{members}]\n"),
        _ if l.starts_with("default-members = ") => String::new(),
        _ => format!("{l}\n"),
    };
    text.lines().map(line).collect()
}

/// A file of an exercise as its copy number `n` has it: another macro, another module.
fn renamed(text: &str, e: &Exercise, n: u32) -> String {
    let (name, path) = (e.name(), e.id.replace('/', "::"));
    let text = text
        .replace(&format!("macro_rules! {name} "), &format!("macro_rules! {name}_{n} "))
        .replace(&format!("crate::{name}!"), &format!("crate::{name}_{n}!"));
    ["exercises", "crate"]
        .iter()
        .fold(text, |text, from| text.replace(&format!("{from}::{path}::"), &format!("{from}::{path}_{n}::")))
}

/// Copies the files of a folder that differ from those that are there.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&path, &place)?;
        } else {
            let bytes = fs::read(&path)?;
            if fs::read(&place).ok().as_deref() != Some(&bytes) {
                fs::write(&place, bytes)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::super::catalogue::Catalogue;
    use super::*;

    #[test]
    fn a_copy_is_an_exercise_of_its_own() {
        let c = Catalogue::load().unwrap();
        let rope = c.find("kv_cache").unwrap();
        let text = "macro_rules! kv_cache {\n}\nuse exercises::nn::kv_cache::rope;\nuse crate::nn::rope::Spec;\ncrate::kv_cache!(x)";
        let copy = "macro_rules! kv_cache_3 {\n}\nuse exercises::nn::kv_cache_3::rope;\nuse crate::nn::rope::Spec;\ncrate::kv_cache_3!(x)";
        assert_eq!(renamed(text, rope, 3), copy);
        let few = manifest("[workspace]\nmembers = [\"a\", \"nn\"]\ndefault-members = [\"a\"]\nx = 1");
        assert_eq!(few, "[workspace]\nmembers = [\"linalg\", \"book/exercises\", \"xtask\"]\nx = 1\n");
    }
}
