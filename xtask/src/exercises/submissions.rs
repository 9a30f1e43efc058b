//! `check-all` over many folders of solutions: a teacher's hundred submissions, one table, one JSON.
//!
//! Nothing is written into a submission. Its files are copied, one submission after another, to a desk: a project in the
//! target folder, whose dependencies are compiled once for all of them.

use super::catalogue::Exercise;
use super::grade::{self, Manner};
use super::project::Project;
use super::text::{self, BOLD, NORMAL, fit, line, lines, object, wrap};
use super::verdict::{Status, Verdict};
use crate::failure::Failure;
use crate::files;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What one folder earned.
pub(crate) struct Graded {
    /// How to name the folder.
    pub(crate) folder: String,
    pub(crate) verdicts: Vec<Verdict>,
}

impl Graded {
    pub(crate) fn passed(&self) -> usize {
        self.verdicts.iter().filter(|v| v.status == Status::Pass).count()
    }
}

/// The folders that are meant, if they are more than one project: several were given, or one that holds folders of solutions.
pub(crate) fn find(given: &[PathBuf], exercises: &[Exercise]) -> Result<Option<Vec<PathBuf>>, Failure> {
    let is_one = |p: &Path| {
        p.join("Cargo.toml").exists() || exercises.iter().any(|e| p.join(format!("{}.rs", e.id)).exists())
    };
    let mut all = Vec::new();
    for folder in given {
        if is_one(folder) {
            all.push(folder.clone());
            continue;
        }
        let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
        let (mut inside, mut empty): (Vec<PathBuf>, Vec<PathBuf>) =
            entries.filter(|p| p.is_dir() && !hidden(p)).partition(|p| is_one(p));
        inside.sort();
        empty.sort();
        if !inside.is_empty() {
            // Nobody disappears from the table in silence.
            for p in &empty {
                text::note(&format!("{} holds no solutions: left out", p.display()));
            }
        }
        if inside.is_empty() && given.len() > 1 {
            return Err(Failure::usage(format!("{} holds no solutions", folder.display())));
        }
        all.extend(inside);
    }
    let one = given.len() == 1 && (all.is_empty() || all == given);
    Ok((!one && !all.is_empty()).then_some(all))
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'))
}

/// Grades one folder after another, the exercises of each at the same time.
pub(crate) fn grade(
    folders: &[PathBuf],
    exercises: &[&Exercise],
    manner: &Manner,
) -> Result<Vec<Graded>, Failure> {
    let desk = Desk::open(exercises)?;
    let mut all = Vec::new();
    for (i, folder) in folders.iter().enumerate() {
        let shown = folder.display().to_string();
        text::note(&format!("grading {shown} ({} of {})", i + 1, folders.len()));
        let verdicts = desk.lay(folder).and_then(|project| grade::grade(&project, exercises, manner));
        // One submission that cannot be graded does not cost the others their verdicts.
        let verdicts = verdicts.unwrap_or_else(|failure| {
            exercises.iter().map(|_| Verdict::new(Status::GraderFailed, failure.message.clone())).collect()
        });
        all.push(Graded { folder: shown, verdicts });
    }
    Ok(all)
}

/// Where submissions are graded, one at a time.
pub(crate) struct Desk<'a> {
    folder: PathBuf,
    exercises: &'a [&'a Exercise],
    /// Held as long as this lives.
    _lock: File,
}

impl<'a> Desk<'a> {
    pub(crate) fn open(exercises: &'a [&'a Exercise]) -> Result<Self, Failure> {
        let failed = |e: io::Error| Failure::ours(format!("cannot prepare a desk for submissions: {e}"));
        let (folder, lock) = files::workplace("submissions").map_err(failed)?.ok_or_else(|| {
            Failure::usage("submissions are being graded already: wait for that run to end")
        })?;
        Ok(Desk { folder: folder.join("desk"), exercises, _lock: lock })
    }

    /// Puts the files of one submission on the desk, and takes those of the one before away.
    fn lay(&self, submission: &Path) -> Result<Project, Failure> {
        let failed = |e: io::Error| Failure::ours(format!("cannot copy {}: {e}", submission.display()));
        // What the one before left, even in the grader's own files, must not meet this one.
        self.renew()?;
        self.clear_files().map_err(failed)?;
        copy(submission, &self.folder).map_err(failed)?;
        // Cargo would compile and run it, without limits.
        let script = self.folder.join("build.rs");
        if script.exists() {
            fs::remove_file(script).map_err(failed)?;
        }
        // What a starter was when it was handed out: unchanged since then is "not started".
        let starters = submission.join(".grader/starters");
        if starters.is_dir() {
            copy(&starters, &self.folder.join(".grader/starters")).map_err(failed)?;
        }
        self.forget().map_err(failed)?;
        Ok(Project::desk(&self.folder, submission))
    }

    /// A project as a newcomer has it.
    pub(crate) fn fresh(&self) -> Result<Project, Failure> {
        let failed = |e: io::Error| Failure::ours(format!("cannot clear {}: {e}", self.folder.display()));
        self.renew()?;
        self.forget().map_err(failed)?;
        Ok(Project::desk(&self.folder, &self.folder))
    }

    /// Cargo looks at times, which can be coarse. What the last submission was compiled to must never count for this one.
    fn forget(&self) -> io::Result<()> {
        for profile in fs::read_dir(self.folder.join(".grader/target")).into_iter().flatten().flatten() {
            for print in fs::read_dir(profile.path().join(".fingerprint")).into_iter().flatten().flatten() {
                if print.file_name().to_string_lossy().starts_with("solutions-") {
                    fs::remove_dir_all(print.path())?;
                }
            }
        }
        Ok(())
    }

    /// A new project around what was compiled before.
    fn renew(&self) -> Result<(), Failure> {
        let failed = |e: io::Error| Failure::ours(format!("cannot renew {}: {e}", self.folder.display()));
        let (built, beside) = (self.folder.join(".grader/target"), self.folder.with_extension("built"));
        if built.exists() {
            remove(&beside).and_then(|()| fs::rename(&built, &beside)).map_err(failed)?;
        }
        remove(&self.folder).map_err(failed)?;
        Project::open(Some(&self.folder), self.exercises)?;
        if beside.exists() {
            fs::rename(&beside, &built).map_err(failed)?;
        }
        Ok(())
    }

    /// Removes what a learner writes.
    fn clear_files(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if !hidden(&path) && (path.is_dir() || path.extension().is_some_and(|e| e == "rs")) {
                remove(&path)?;
            }
        }
        remove(&self.folder.join(".grader/starters"))
    }
}

/// Removes a file, a link or a folder, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

/// Copies the Rust files of a folder and of those in it. A link could lead anywhere, and is not followed.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    const LARGEST: u64 = 2 << 20;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let place = to.join(entry.file_name());
        if kind.is_dir() && !hidden(&path) && entry.file_name() != "target" {
            copy(&path, &place)?;
        } else if kind.is_file()
            && path.extension().is_some_and(|e| e == "rs")
            && entry.metadata()?.len() <= LARGEST
        {
            fs::create_dir_all(to)?;
            fs::write(&place, fs::read(&path)?)?;
        }
    }
    Ok(())
}

/// One table, or one JSON object.
pub(crate) fn report(all: &[Graded], exercises: &[&Exercise], json: bool) {
    let mistakes = mistakes(all, exercises);
    let passed: usize = all.iter().map(Graded::passed).sum();
    if json {
        let folders: Vec<_> = all
            .iter()
            .map(|g| {
                let verdicts: Vec<_> =
                    exercises.iter().zip(&g.verdicts).map(|(e, v)| v.json(&e.id)).collect();
                json!({ "folder": g.folder, "passed": g.passed(), "exercises": verdicts })
            })
            .collect();
        let mistakes: Vec<_> = mistakes
            .iter()
            .map(|(n, name, exercise)| json!({ "exercise": exercise, "name": name, "submissions": n }))
            .collect();
        object(&json!({ "submissions": folders, "passed": passed, "of": all.len() * exercises.len(),
            "mistakes": mistakes }));
        return;
    }
    line(&format!(
        "{BOLD}{} submissions, {passed} of {} pass{NORMAL}\n",
        all.len(),
        all.len() * exercises.len()
    ));
    for g in all {
        let name =
            Path::new(&g.folder).file_name().map_or_else(|| g.folder.clone(), |n| n.to_string_lossy().into());
        line(&format!("{} {:>2} of {} pass", fit(&name, 30), g.passed(), exercises.len()));
        let mut counts: BTreeMap<u8, (usize, &str)> = BTreeMap::new();
        for v in g.verdicts.iter().filter(|v| v.status != Status::Pass) {
            counts.entry(v.status as u8).or_insert((0, v.status.says())).0 += 1;
        }
        let wrong = counts.remove(&(Status::Named as u8)).map_or(0, |c| c.0)
            + counts.remove(&(Status::Wrong as u8)).map_or(0, |c| c.0);
        let mut words = if wrong > 0 { vec![format!("{wrong} wrong")] } else { Vec::new() };
        words.extend(counts.values().map(|(n, says)| format!("{n} {says}")));
        if !words.is_empty() {
            lines(&wrap(&words.join(", "), 60, "    "));
        }
    }
    if !mistakes.is_empty() {
        line("\nNamed mistakes, the most frequent first:");
        for (n, name, exercise) in mistakes.iter().take(10) {
            line(&format!("  {n:>3}  {name} ({exercise})"));
        }
    }
}

/// How many submissions have which named mistake.
fn mistakes(all: &[Graded], exercises: &[&Exercise]) -> Vec<(usize, String, String)> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (e, v) in all.iter().flat_map(|g| exercises.iter().zip(&g.verdicts)) {
        if let (Status::Named, Some(name)) = (v.status, &v.name) {
            *counts.entry((e.id.clone(), name.clone())).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().map(|((e, name), n)| (n, name, e)).collect();
    counts.sort_by_key(|c| std::cmp::Reverse(c.0));
    counts
}
