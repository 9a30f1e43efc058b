//! `new`: the files of a new exercise. They compile; `verify` says what is still to be written.

use super::text::{line, object};
use crate::failure::Failure;
use crate::files;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// Creates an exercise in a checkout; `id` is `linalg/axis_swap`. Everything, or nothing.
pub(crate) fn create(checkout: Option<&Path>, id: &str, chapter: &str, json: bool) -> Result<(), Failure> {
    let root = checkout.map_or_else(|| files::root().join("book/exercises"), |c| c.join("book/exercises"));
    let (topic, name) = parts(id)?;
    if chapter.is_empty()
        || !chapter.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c))
    {
        return Err(Failure::usage(format!("`{chapter}` is no chapter's slug (reverse, gpt)")));
    }
    let folder = root.join("src").join(id);
    let module = root.join("src").join(topic).join("mod.rs");
    if !module.is_file() {
        return Err(Failure::usage(format!("there is no folder book/exercises/src/{topic} with a mod.rs")));
    }
    let order = files::read(&root.join("order.toml"))?;
    let taken = |line: &str| {
        line.strip_prefix("id = \"").is_some_and(|i| i.trim_end_matches('"').rsplit('/').next() == Some(name))
    };
    if order.lines().any(taken) || folder.exists() {
        return Err(Failure::usage(format!("there is an exercise `{name}` already")));
    }

    let registry = root.join("src/lib.rs");
    let path = id.replace('/', "::");
    let entry = format!("    judge::entry::<{path}::Spec>(\"{id}\"),\n");
    let lib = files::read(&registry)?;
    let end =
        lib.find("pub const REGISTRY")
            .and_then(|start| Some(start + lib[start..].find("\n];")? + 1))
            .ok_or_else(|| Failure::ours("book/exercises/src/lib.rs has no REGISTRY that ends with `];`"))?;
    let changed = [
        (module.clone(), with_module(&files::read(&module)?, name)),
        (registry, format!("{}{entry}{}", &lib[..end], &lib[end..])),
        (
            root.join("order.toml"),
            format!(
                "{}\n\n[[exercise]]\nid = \"{id}\"\nchapter = \"{chapter}\"\nprerequisites = [\"neuron\"]\n\
                 minutes = 20\ndifficulty = 2\n",
                order.trim_end()
            ),
        ),
    ];
    write(&folder, name, &changed)?;
    let made: Vec<String> = FILES.iter().map(|f| format!("book/exercises/src/{id}/{}", f.0)).collect();
    if json {
        object(&json!({ "exercise": id, "files": made }));
        return Ok(());
    }
    for f in &made {
        line(&format!("created  {f}"));
    }
    for f in [format!("src/{topic}/mod.rs"), "src/lib.rs".into(), "order.toml".into()] {
        line(&format!("changed  book/exercises/{f}"));
    }
    line("\nWhat each file holds: book/exercises/README.md");
    line(&format!("What is still missing: cargo xtask exercises verify {name}"));
    Ok(())
}

/// The room and the name.
fn parts(id: &str) -> Result<(&str, &str), Failure> {
    let word = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_lowercase())
            && w.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    // The name becomes a module and a macro.
    let reserved = [
        "fn", "mod", "use", "impl", "trait", "match", "loop", "move", "type", "vec", "assert", "panic",
        "todo",
    ];
    match id.split_once('/') {
        Some((topic, name)) if word(topic) && word(name) && !reserved.contains(&name) => Ok((topic, name)),
        _ => Err(Failure::usage(format!("`{id}` is no name for an exercise; linalg/axis_swap is one"))),
    }
}

/// The modules of a room, with one more, in their order.
fn with_module(text: &str, name: &str) -> String {
    let new = format!("pub mod {name};");
    let mut lines: Vec<&str> = text.lines().collect();
    let after = lines.iter().rposition(|l| l.starts_with("pub mod ") && *l < new.as_str());
    let first = lines.iter().position(|l| l.starts_with("pub mod ")).unwrap_or(lines.len());
    lines.insert(after.map_or(first, |i| i + 1), &new);
    lines.join("\n") + "\n"
}

/// Writes all; if something fails, takes everything back.
fn write(folder: &Path, name: &str, changed: &[(PathBuf, String)]) -> Result<(), Failure> {
    let mut old: Vec<(&Path, String)> = Vec::new();
    let mut all = || {
        for (file, text) in FILES {
            files::write(&folder.join(file), &text.replace("NAME", name))?;
        }
        for (path, text) in changed {
            let before = files::read(path)?;
            files::write(path, text)?;
            old.push((path, before));
        }
        Ok(())
    };
    let done = all();
    if done.is_err() {
        let _ = fs::remove_dir_all(folder);
        for (path, text) in old {
            let _ = files::write(path, &text);
        }
    }
    done
}

/// The five files, about a function that doubles numbers: to be replaced, but a shape that compiles.
const FILES: [(&str, &str); 5] = [
    (
        "mod.rs",
        r#"//! **NAME**: what is asked for, in one line. Chapter: *its title*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! NAME {
    ($file:ident) => {
        $file::NAME
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&[f64]) -> Vec<f64>;
    type Input = Vec<f64>;

    fn probes() -> Vec<Probe<Vec<f64>>> {
        vec![
            Probe::new("three numbers", vec![1.5, -2.5, 0.75]),
            Probe::new("nine numbers", Numbers::new(1).vector(9)),
            Probe::new("none", vec![]),
        ]
    }

    fn observe(subject: &Self::Subject, x: &Vec<f64>, out: &mut Observer) {
        out.given("x", x);
        out.see("y", &subject(x));
    }
}

#[cfg(feature = "judge")]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::NAME!(starter)
    }
    fn solution() -> Self::Subject {
        crate::NAME!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
"#,
    ),
    (
        "starter.rs",
        "//! NAME: the task.\n\n/// What the function returns.\npub fn NAME(x: &[f64]) -> Vec<f64> {\n    todo!(\"what is to be done\")\n}\n",
    ),
    (
        "solution.rs",
        "//! NAME: the task.\n\n/// What the function returns.\npub fn NAME(x: &[f64]) -> Vec<f64> {\n    x.iter().map(|x| 2.0 * x).collect()\n}\n",
    ),
    (
        "wrong.rs",
        r#"//! What people write.

use super::Spec;

type Wrong = crate::spec::Wrong<Spec>;

pub(super) fn wrong() -> Vec<Wrong> {
    vec![Wrong::new(
        "unchanged",
        |x| x.to_vec(),
        "a function that returns what it was given",
        "Which line of yours changes a number?",
    )]
}
"#,
    ),
    ("hints.md", "# 1\n\nAsks.\n\n# 2\n\nPoints.\n\n# 3\n\nShows a line of code.\n"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert_eq!(parts("linalg/axis_swap").unwrap(), ("linalg", "axis_swap"));
        for id in [
            "",
            "axis",
            "linalg/",
            "linalg/Axis",
            "linalg/a-b",
            "linalg/a/b",
            "../x",
            "linalg/vec",
            "linalg/1a",
        ] {
            assert_eq!(parts(id).err().unwrap().code, 2, "{id}");
        }
    }

    #[test]
    fn modules_keep_their_order() {
        let text = "//! Doc.\n\npub mod b;\npub mod d;\n";
        assert_eq!(with_module(text, "c"), "//! Doc.\n\npub mod b;\npub mod c;\npub mod d;\n");
        assert_eq!(with_module(text, "a"), "//! Doc.\n\npub mod a;\npub mod b;\npub mod d;\n");
        assert_eq!(with_module(text, "e"), "//! Doc.\n\npub mod b;\npub mod d;\npub mod e;\n");
    }
}
