//! Moving through the exercises: `list`, `next`, `prev`, `goto`, and which one is meant when none is named.

use super::catalogue::{Catalogue, Exercise};
use super::project::Project;
use super::report;
use super::state::{Progress, Record, Store};
use super::text::{BOLD, DIM, NORMAL, fit, line, object, wrap};
use crate::failure::Failure;
use serde_json::json;
use std::path::Path;

/// The exercises of this run, and what is known of them.
pub(crate) struct Shelf<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) listed: Vec<&'a Exercise>,
    pub(crate) store: Store,
    pub(crate) json: bool,
}

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Next,
    Prev,
}

impl<'a> Shelf<'a> {
    /// The named exercise; else the current one; else the first open one whose prerequisites pass.
    pub(crate) fn pick(&self, name: Option<&str>) -> Result<&'a Exercise, Failure> {
        if let Some(name) = name {
            return self.catalogue.find(name);
        }
        let progress = self.store.read();
        let chosen = self.current(&progress).or_else(|| self.first_open(&progress));
        chosen.ok_or_else(|| Failure::usage("all exercises pass: say which one you mean"))
    }

    /// Where to work: the current exercise if it is open, else the first open one, else the current one.
    pub(crate) fn open_one(&self) -> Option<&'a Exercise> {
        let progress = self.store.read();
        let current = self.current(&progress);
        current.filter(|e| !progress.passes(e.name())).or_else(|| self.first_open(&progress)).or(current)
    }

    fn current(&self, progress: &Progress) -> Option<&'a Exercise> {
        let name = progress.current.as_deref()?;
        self.catalogue.all().iter().find(|e| e.name() == name)
    }

    /// A prerequisite that is not listed cannot be asked for.
    fn first_open(&self, progress: &Progress) -> Option<&'a Exercise> {
        let ready = |e: &Exercise| {
            self.listed.iter().filter(|p| e.prerequisites.contains(&p.id)).all(|p| progress.passes(p.name()))
        };
        self.listed.iter().copied().find(|e| !progress.passes(e.name()) && ready(e))
    }

    /// Makes another exercise the current one.
    pub(crate) fn goto(&self, exercise: &Exercise, folder: Option<&Path>) -> Result<(), Failure> {
        let project = Project::open(folder, &[exercise])?;
        self.store.update(|p| p.current = Some(exercise.name().into()));
        self.show(exercise, &project, None);
        Ok(())
    }

    /// One on, or one back, in the order of the list.
    pub(crate) fn step(&self, step: Step, folder: Option<&Path>) -> Result<(), Failure> {
        let progress = self.store.read();
        let Some(first) = self.listed.first() else {
            return Err(Failure::usage("no exercise is listed yet"));
        };
        let Some(from) = self.current(&progress) else {
            // Nowhere yet: the first open one is where one stands.
            return self.goto(self.first_open(&progress).unwrap_or(first), folder);
        };
        let at = self.listed.iter().position(|e| e.id == from.id);
        let to = match (at, step) {
            (Some(at), Step::Next) => self.listed.get(at + 1),
            (Some(at), Step::Prev) => at.checked_sub(1).and_then(|i| self.listed.get(i)),
            (None, _) => Some(first),
        };
        if let Some(to) = to {
            return self.goto(to, folder);
        }
        let project = Project::open(folder, &[from])?;
        let end = if step == Step::Next { "the last" } else { "the first" };
        self.show(from, &project, Some(&format!("{} is {end} exercise.", from.id)));
        Ok(())
    }

    fn show(&self, exercise: &Exercise, project: &Project, remark: Option<&str>) {
        let progress = self.store.look().0;
        let record = progress.of(exercise.name()).cloned().unwrap_or_default();
        if self.json {
            object(
                &json!({ "current": exercise.id, "file": project.shown_file(exercise), "last": record.last }),
            );
            return;
        }
        if let Some(remark) = remark {
            line(remark);
        }
        line(&format!("{BOLD}Current: {}{NORMAL} ({})", exercise.id, record.says()));
        report::way(exercise, project);
    }

    /// What there is, with what is known of it.
    pub(crate) fn list(&self, topic: Option<&str>, todo: bool) -> Result<(), Failure> {
        let progress = self.store.read();
        let chosen = self.on(topic)?;
        let open = |e: &&&Exercise| !todo || !progress.passes(e.name());
        let chosen: Vec<&Exercise> = chosen.iter().filter(open).copied().collect();
        let is_current = |e: &Exercise| progress.current.as_deref() == Some(e.name());
        if self.json {
            for e in chosen {
                let record = progress.of(e.name()).cloned().unwrap_or_default();
                object(&json!({ "exercise": e.id, "chapter": e.chapter, "prerequisites": e.prerequisites,
                    "minutes": e.minutes, "difficulty": e.difficulty, "current": is_current(e),
                    "last": record.last, "graded": record.graded, "passed": record.passed, "met": record.met }));
            }
            return Ok(());
        }
        for e in &chosen {
            let says = progress.of(e.name()).map_or_else(|| "not graded yet".into(), Record::says);
            let mark = if is_current(e) { '>' } else { ' ' };
            let row =
                format!("{mark} {} level {} {:>3} min  {says}", fit(&e.id, 23), e.difficulty, e.minutes);
            line(fit(&row, 60).trim_end());
            for part in wrap(&format!("after {}", e.prerequisites.join(", ")), 58, "    ") {
                if !e.prerequisites.is_empty() {
                    line(&format!("{DIM}{part}{NORMAL}"));
                }
            }
        }
        if chosen.is_empty() {
            line(if todo { "Nothing is left to do here." } else { "No exercise is listed yet." });
        }
        if let Some(current) = self.current(&progress) {
            line(&format!("\nCurrent (>): {}", current.id));
        }
        if topic.is_none() && !todo {
            report::waiting(self.catalogue, &self.listed);
        }
        Ok(())
    }

    /// The listed exercises on a topic: a room of the house or a chapter, or a part of its name.
    fn on(&self, topic: Option<&str>) -> Result<Vec<&'a Exercise>, Failure> {
        let Some(topic) = topic else { return Ok(self.listed.clone()) };
        let wanted = topic.trim().to_lowercase();
        let with = |fits: &dyn Fn(&str) -> bool| -> Vec<&'a Exercise> {
            self.listed.iter().copied().filter(|e| fits(e.topic()) || e.slug().is_some_and(fits)).collect()
        };
        let exact = with(&|t| t == wanted);
        let found =
            if exact.is_empty() { with(&|t| !wanted.is_empty() && t.contains(&wanted)) } else { exact };
        if found.is_empty() {
            let mut topics: Vec<&str> =
                self.listed.iter().flat_map(|e| std::iter::once(e.topic()).chain(e.slug())).collect();
            topics.sort_unstable();
            topics.dedup();
            return Err(Failure::usage(format!(
                "there is no topic `{topic}`; there are {}",
                topics.join(", ")
            )));
        }
        Ok(found)
    }
}
