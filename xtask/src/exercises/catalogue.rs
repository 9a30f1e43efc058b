//! Which exercises there are: `order.toml`, read and checked.

use crate::failure::Failure;
use crate::files;
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    exercise: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    chapter: String,
    prerequisites: Vec<String>,
    minutes: u32,
    difficulty: u32,
    part: Option<String>,
    graded: Option<String>,
}

/// One exercise.
pub(crate) struct Exercise {
    /// Its file in `solutions/` without `.rs`, and its folder in `book/exercises/src/`.
    pub(crate) id: String,
    /// The chapter's file, relative to the workspace, if it is written.
    pub(crate) chapter: Option<String>,
    pub(crate) prerequisites: Vec<String>,
    pub(crate) minutes: u32,
    pub(crate) difficulty: u32,
    /// The untouched starter is graded like any other code.
    pub(crate) at_once: bool,
    /// What its function does in the assembled model.
    pub(crate) part: Option<String>,
    /// Its chapter is written.
    pub(crate) written: bool,
}

impl Exercise {
    /// The last part of the id: unique, and the name of its program and macro.
    pub(crate) fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }

    /// What it is about: the first part of its id, or all of it where there is one part.
    pub(crate) fn topic(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }

    /// The chapter's name in commands: `reverse` of `book/src/spine/reverse.md`.
    pub(crate) fn slug(&self) -> Option<&str> {
        self.chapter.as_deref()?.rsplit('/').next()?.strip_suffix(".md")
    }

    fn file(&self, name: &str) -> PathBuf {
        files::root().join("book/exercises/src").join(&self.id).join(name)
    }

    /// What the learner begins with.
    pub(crate) fn starter(&self) -> Result<String, Failure> {
        files::read(&self.file("starter.rs"))
    }

    /// The reference.
    pub(crate) fn solution(&self) -> Result<String, Failure> {
        files::read(&self.file("solution.rs"))
    }

    /// A hint, 1 to 3.
    pub(crate) fn hint(&self, level: u8) -> Result<String, Failure> {
        let text = files::read(&self.file("hints.md"))?;
        let heading = format!("# {level}");
        let lines = text.lines().skip_while(|l| *l != heading).skip(1).take_while(|l| !l.starts_with("# "));
        let hint = lines.collect::<Vec<_>>().join("\n").trim().to_string();
        if hint.is_empty() {
            return Err(Failure::ours(format!("{} has no hint {level}", self.id)));
        }
        Ok(hint)
    }

    /// The program that runs the learner's file; it lies in `solutions/.grader/bin/`.
    pub(crate) fn program(&self) -> String {
        let (id, name) = (&self.id, self.name());
        let module = id.replace('/', "::");
        format!(
            "// Written by `cargo xtask exercises`: runs the probes on solutions/{id}.rs.\n\
             // Nothing here needs it, and it could reach into the grader.\n\
             #![forbid(unsafe_code)]\n\
             #[path = \"../../{id}.rs\"]\n\
             #[allow(dead_code)]\n\
             mod learner;\n\n\
             fn main() -> std::process::ExitCode {{\n    \
                 exercises::harness::main::<exercises::{module}::Spec>(exercises::{name}!(learner))\n\
             }}\n"
        )
    }
}

/// All exercises, in the learner's order.
pub(crate) struct Catalogue(Vec<Exercise>);

impl Catalogue {
    pub(crate) fn load() -> Result<Self, Failure> {
        let order = files::read(&files::root().join("book/exercises/order.toml"))?;
        let summary = files::read(&files::root().join("book/src/SUMMARY.md"))?;
        Self::parse(&order, |slug| {
            let path = linked(&summary, slug)?;
            let path = format!("book/src/{path}");
            files::root().join(&path).is_file().then_some(path)
        })
        .map_err(|e| Failure::ours(format!("book/exercises/order.toml: {e}")))
    }

    fn parse(order: &str, chapter: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let order: Order = toml::from_str(order).map_err(|e| e.to_string())?;
        let mut all: Vec<Exercise> = Vec::new();
        for item in order.exercise {
            for p in &item.prerequisites {
                if all.iter().all(|e| e.id != *p) {
                    return Err(format!("{} needs {p}, which does not come before it", item.id));
                }
            }
            let chapter = chapter(&item.chapter);
            let exercise = Exercise {
                written: chapter.is_some(),
                chapter,
                prerequisites: item.prerequisites,
                minutes: item.minutes,
                difficulty: item.difficulty,
                part: item.part,
                at_once: item.graded.is_some(),
                id: item.id,
            };
            if all.iter().any(|e| e.name() == exercise.name()) {
                return Err(format!("two exercises are called {}", exercise.name()));
            }
            all.push(exercise);
        }
        Ok(Catalogue(all))
    }

    pub(crate) fn all(&self) -> &[Exercise] {
        &self.0
    }

    /// The exercise that a person means: its name, its path, or a part of it that no other has.
    pub(crate) fn find(&self, wanted: &str) -> Result<&Exercise, Failure> {
        let wanted = wanted.trim().replace('-', "_").to_lowercase();
        let wanted = wanted.strip_suffix(".rs").unwrap_or(&wanted);
        let wanted = wanted.strip_prefix("solutions/").unwrap_or(wanted);
        if let Some(exact) = self.0.iter().find(|e| e.id == wanted || e.name() == wanted) {
            return Ok(exact);
        }
        let close: Vec<&Exercise> =
            self.0.iter().filter(|e| !wanted.is_empty() && e.id.contains(wanted)).collect();
        match close[..] {
            [one] => Ok(one),
            [] => {
                let nearest = self
                    .0
                    .iter()
                    .map(|e| (strsim::normalized_damerau_levenshtein(wanted, e.name()), e))
                    .max_by(|a, b| a.0.total_cmp(&b.0))
                    .filter(|(likeness, _)| *likeness > 0.4);
                let guess = nearest.map_or_else(
                    || "`cargo xtask exercises list` shows them all".to_string(),
                    |(_, e)| format!("did you mean `{}`?", e.name()),
                );
                Err(Failure::usage(format!("there is no exercise `{wanted}`; {guess}")))
            }
            _ => {
                let names: Vec<&str> = close.iter().map(|e| e.id.as_str()).collect();
                Err(Failure::usage(format!("`{wanted}` could be any of {}", names.join(", "))))
            }
        }
    }
}

/// The path under which SUMMARY.md links a chapter. A draft has an empty link, so it is not found.
fn linked(summary: &str, slug: &str) -> Option<String> {
    let file = format!("{slug}.md");
    summary.split("](").skip(1).find_map(|rest| {
        let path = rest.split(')').next()?;
        (path == file || path.ends_with(&format!("/{file}"))).then(|| path.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = r#"
        [[exercise]]
        id = "neuron"
        chapter = "neuron"
        prerequisites = []
        minutes = 10
        difficulty = 1
        graded = "at-once"
        [[exercise]]
        id = "linalg/matmul"
        chapter = "tensors"
        prerequisites = ["neuron"]
        minutes = 10
        difficulty = 1
        [[exercise]]
        id = "probability/top_p"
        chapter = "sampling"
        prerequisites = []
        minutes = 10
        difficulty = 1
    "#;

    fn catalogue() -> Catalogue {
        Catalogue::parse(ORDER, |slug| (slug != "sampling").then(|| slug.to_string())).unwrap()
    }

    #[test]
    fn names_are_found() {
        let c = catalogue();
        for (wanted, id) in [
            ("neuron", "neuron"),
            ("neu", "neuron"),
            ("matmul", "linalg/matmul"),
            ("linalg", "linalg/matmul"),
            ("top-p", "probability/top_p"),
            ("Top_P", "probability/top_p"),
            ("solutions/linalg/matmul.rs", "linalg/matmul"),
        ] {
            assert_eq!(c.find(wanted).unwrap().id, id, "{wanted}");
        }
        for (wanted, says) in [
            ("nueron", "did you mean `neuron`?"),
            ("matmull", "did you mean `matmul`?"),
            ("zzz", "shows them all"),
            ("l", "could be any of"),
            ("", "there is no exercise"),
        ] {
            let failure = c.find(wanted).err().unwrap();
            assert!(failure.code == 2 && failure.message.contains(says), "{wanted}: {}", failure.message);
        }
    }

    #[test]
    fn the_order_is_checked() {
        assert!(!catalogue().all()[2].written);
        let late = ORDER.replace("prerequisites = []", r#"prerequisites = ["linalg/matmul"]"#);
        assert!(Catalogue::parse(&late, |_| None).err().unwrap().contains("does not come before it"));
        let twice = ORDER.replace("probability/top_p", "probability/matmul");
        assert!(
            Catalogue::parse(&twice, |_| None).err().unwrap().contains("two exercises are called matmul")
        );
        assert!(Catalogue::parse("[[exercise]]\nid = 3", |_| None).is_err());
    }

    #[test]
    fn drafts_are_not_written() {
        let summary = "- [A](spine/neuron.md)\n- [B]()\n- [C](spine/tensors.md)";
        assert_eq!(linked(summary, "tensors").as_deref(), Some("spine/tensors.md"));
        assert_eq!(linked(summary, "sampling"), None);
        assert_eq!(linked(summary, "ensors"), None);
    }

    #[test]
    fn the_real_order_loads() {
        let c = Catalogue::load().unwrap();
        assert_eq!(c.all()[0].id, "neuron");
        for e in c.all() {
            e.starter().unwrap();
            e.solution().unwrap();
            (1..=3).for_each(|level| drop(e.hint(level).unwrap()));
        }
    }
}
