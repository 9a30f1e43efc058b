//! `solutions/`: the learner's own Cargo project. It is created on the first run, and nothing of theirs is ever
//! overwritten: `reset` keeps a copy, and an update adds what is new.

use super::catalogue::Exercise;
use super::text::quoted;
use crate::failure::Failure;
use crate::files;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const BEGIN: &str = "# BEGIN grader: written by `cargo xtask exercises`";
const END: &str = "# END grader";

/// More than any exercise needs; a file larger than this was not written by a person.
const LARGEST: u64 = 1 << 20;

/// The learner's project.
pub(crate) struct Project {
    folder: PathBuf,
    /// How to name the folder to a person.
    shown: String,
}

/// What lies where a learner's file should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Text(String),
    Missing,
    /// It is there, but it is no text.
    NotText(String),
    /// It is there, but it cannot be read.
    Unreadable(String),
}

impl Project {
    /// Opens the project, creating what is not there yet: the whole of it, or new exercises.
    pub(crate) fn open(folder: Option<&Path>, exercises: &[&Exercise]) -> Result<Self, Failure> {
        let folder = Self::place(folder)?;
        let shown = folder.strip_prefix(files::root()).unwrap_or(&folder).display().to_string();
        let project = Project { folder, shown };
        match fs::symlink_metadata(&project.folder) {
            Ok(_) if project.folder.is_dir() => {
                // Made by hand, and empty: it is meant to be used. In place, since it may be a mount that cannot be renamed.
                if fs::read_dir(&project.folder).is_ok_and(|mut entries| entries.next().is_none()) {
                    project.furnish(&project.folder)?;
                }
            }
            Ok(_) => {
                return Err(Failure::usage(format!("{} exists and is not a folder", project.shown)));
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => project.create(exercises)?,
            Err(e) => return Err(Failure::ours(format!("cannot look at {}: {e}", project.shown))),
        }
        project.update(exercises)?;
        project.tidy(exercises);
        Ok(project)
    }

    /// A project at `folder` with somebody else's files in it: a person knows them as `origin`.
    pub(crate) fn desk(folder: &Path, origin: &Path) -> Self {
        Project { folder: folder.to_path_buf(), shown: origin.display().to_string() }
    }

    /// How to name the folder to a person.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Where the project is, or would be.
    pub(crate) fn place(folder: Option<&Path>) -> Result<PathBuf, Failure> {
        let Some(folder) = folder else { return Ok(files::root().join("solutions")) };
        std::path::absolute(folder)
            .map_err(|e| Failure::usage(format!("{} is no place for solutions: {e}", folder.display())))
    }

    /// Removes what a run left behind because it was killed: observations, and files that were not yet renamed to their places.
    /// What is younger may be in use.
    fn tidy(&self, exercises: &[&Exercise]) {
        const OLD: Duration = Duration::from_secs(24 * 3600);
        let run = self.folder.join(".grader/run");
        let mut folders: Vec<PathBuf> =
            exercises.iter().filter_map(|e| Some(self.file(e).parent()?.to_path_buf())).collect();
        folders.extend([self.folder.clone(), self.folder.join(".grader"), run.clone()]);
        folders.sort();
        folders.dedup();
        for folder in folders {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
                let ours = folder == run || is_temporary(&entry.file_name().to_string_lossy());
                if ours && age.is_some_and(|age| age > OLD) {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    /// Creates the project in a folder beside its place and renames it when it is complete.
    fn create(&self, exercises: &[&Exercise]) -> Result<(), Failure> {
        let failed = |e: io::Error| Failure::ours(format!("cannot create {}: {e}", self.shown));
        let name =
            self.folder.file_name().ok_or_else(|| Failure::usage("solutions need a folder with a name"))?;
        let mut temporary = name.to_os_string();
        temporary.push(format!(".{}.tmp", std::process::id()));
        let temporary = self.folder.with_file_name(temporary);
        fs::create_dir_all(&temporary).map_err(failed)?;
        let nascent = Project { folder: temporary.clone(), shown: self.shown.clone() };
        let made = nascent.furnish(&self.folder).and_then(|()| nascent.update(exercises)).and_then(|()| {
            match fs::rename(&temporary, &self.folder) {
                // somebody else was quicker: theirs is as good
                Err(_) if self.folder.is_dir() => Ok(()),
                done => done.map_err(failed),
            }
        });
        let _ = fs::remove_dir_all(&temporary);
        made
    }

    /// The files that do not belong to an exercise. `place` is where the project will be.
    fn furnish(&self, place: &Path) -> Result<(), Failure> {
        files::write(&self.folder.join("Cargo.toml"), &manifest(place))?;
        files::write(&self.folder.join(".gitignore"), "/.grader\n/target\n")?;
        self.seed_lock()
    }

    /// The versions that the workspace was built with: they are on this machine already.
    pub(crate) fn seed_lock(&self) -> Result<(), Failure> {
        files::write(&self.folder.join("Cargo.lock"), &files::read(&files::root().join("Cargo.lock"))?)
    }

    /// Adds exercises that have not been handed out yet, and brings the grader's own files up to date.
    fn update(&self, exercises: &[&Exercise]) -> Result<(), Failure> {
        for exercise in exercises {
            // A copy of each starter that was handed out: a file that is gone was deleted, and stays so.
            if !self.handed_out(exercise).exists() {
                let starter = exercise.starter()?;
                if fs::symlink_metadata(self.file(exercise)).is_err() {
                    files::write(&self.file(exercise), &starter)?;
                }
                files::write(&self.handed_out(exercise), &starter)?;
            }
            let program = self.folder.join(format!(".grader/bin/{}.rs", exercise.name()));
            files::update(&program, &exercise.program())?;
        }
        files::update(&self.folder.join(".cargo/config.toml"), &alias())?;
        let path = self.folder.join("Cargo.toml");
        let old = fs::read_to_string(&path).map_err(|e| {
            Failure::ours(format!("cannot read {}/Cargo.toml: {e}. {}", self.shown, self.how_to_renew()))
        })?;
        let new = with_programs(&old, &self.programs()?).ok_or_else(|| {
            Failure::ours(format!(
                "{}/Cargo.toml has lost the lines \"{BEGIN}\" and \"{END}\". {}",
                self.shown,
                self.how_to_renew()
            ))
        })?;
        if new == old { Ok(()) } else { files::write(&path, &new) }
    }

    fn how_to_renew(&self) -> String {
        format!(
            "Rename the folder {}, run `cargo xtask exercises` to create a new one, and copy your solutions back",
            self.shown
        )
    }

    /// The names of all programs that the grader has written, sorted.
    fn programs(&self) -> Result<Vec<String>, Failure> {
        let folder = self.folder.join(".grader/bin");
        let failed = |e: io::Error| Failure::ours(format!("cannot list {}: {e}", folder.display()));
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|e| e == "rs") {
                names.extend(path.file_stem().and_then(|s| s.to_str()).map(str::to_string));
            }
        }
        names.sort();
        Ok(names)
    }

    fn handed_out(&self, exercise: &Exercise) -> PathBuf {
        self.folder.join(format!(".grader/starters/{}.rs", exercise.id))
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the learner's file is.
    pub(crate) fn file(&self, exercise: &Exercise) -> PathBuf {
        self.folder.join(format!("{}.rs", exercise.id))
    }

    /// How to name the learner's file to a person.
    pub(crate) fn shown_file(&self, exercise: &Exercise) -> String {
        format!("{}/{}.rs", self.shown, exercise.id)
    }

    /// Rewrites the paths that the compiler and a panic mention to what a person calls the file.
    pub(crate) fn clean(&self, text: &str) -> String {
        let shown = format!("{}/", self.shown);
        // Windows takes both separators, and the compiler gives back a mixture.
        let written =
            [".grader/bin/../../", ".grader\\bin\\../../", ".grader/bin\\../../", ".grader\\bin/../../"];
        written.iter().fold(text.to_string(), |text, path| text.replace(path, &shown))
    }

    /// Reads the learner's file.
    pub(crate) fn source(&self, exercise: &Exercise) -> Source {
        let path = self.file(exercise);
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Source::Missing,
            Err(e) => return Source::Unreadable(e.to_string()),
        };
        // Opening a pipe or a device could wait for ever.
        if !metadata.is_file() {
            return Source::Unreadable("it is not a file".into());
        }
        if metadata.len() > LARGEST {
            return Source::NotText(format!("it has {} bytes", metadata.len()));
        }
        match fs::read(&path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Source::Text(text),
                Err(e) => {
                    let at = e.utf8_error().valid_up_to();
                    let line = e.as_bytes()[..at].split(|b| *b == b'\n').count();
                    Source::NotText(format!("line {line} is not UTF-8"))
                }
            },
            Err(e) => Source::Unreadable(e.to_string()),
        }
    }

    /// Whether the learner's file is still the starter (today's, or the one that was handed out).
    pub(crate) fn untouched(&self, exercise: &Exercise, text: &str) -> Result<bool, Failure> {
        let same = |starter: &str| text.trim_end().lines().eq(starter.trim_end().lines());
        let handed_out = fs::read_to_string(self.handed_out(exercise));
        Ok(same(&exercise.starter()?) || handed_out.is_ok_and(|s| same(&s)))
    }

    /// Puts the starter back. Whatever was there is kept; the answer says where.
    pub(crate) fn reset(&self, exercise: &Exercise) -> Result<Option<String>, Failure> {
        let file = self.file(exercise);
        let starter = exercise.starter()?;
        let mut kept = None;
        match self.source(exercise) {
            Source::Missing => {}
            Source::Text(text) if text == starter => return Ok(None),
            found => {
                let backup = self.free_backup(exercise)?;
                let (from, to) = (self.shown_file(exercise), format!("{}/{backup}", self.shown));
                let backup = self.folder.join(backup);
                if let Source::Text(text) = found {
                    files::write(&backup, &text)?;
                } else {
                    fs::rename(&file, &backup)
                        .map_err(|e| Failure::ours(format!("cannot move {from} to {to}: {e}")))?;
                }
                kept = Some(to);
            }
        }
        files::write(&file, &starter)?;
        files::write(&self.handed_out(exercise), &starter)?;
        Ok(kept)
    }

    /// A name for a backup that is not taken yet.
    fn free_backup(&self, exercise: &Exercise) -> Result<String, Failure> {
        let path = |n: u32| format!(".backup/{}.{n}.rs", exercise.id);
        let free = (1..10_000).find(|&n| fs::symlink_metadata(self.folder.join(path(n))).is_err());
        let free = path(free.ok_or_else(|| Failure::ours("there are 9,999 backups already"))?);
        if let Some(parent) = self.folder.join(&free).parent() {
            fs::create_dir_all(parent)
                .map_err(|e| Failure::ours(format!("cannot create {}: {e}", parent.display())))?;
        }
        Ok(free)
    }
}

/// Whether [`files::write`] gave a file this name, for a moment: `neuron.rs.4711.tmp`.
fn is_temporary(name: &str) -> bool {
    let number = name.strip_suffix(".tmp").and_then(|n| n.rsplit_once('.'));
    number.is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// `cargo xtask` in `solutions/` too: there, cargo looks for packages in the learner's own workspace.
///
/// A string, since cargo joins it with the workspace's alias of that form (lists would be appended to one another), and
/// splits it at blanks: where the path has one, the way up from `solutions/` itself must do.
fn alias() -> String {
    let manifest = files::root().join("Cargo.toml").to_string_lossy().into_owned();
    let manifest = if manifest.contains(char::is_whitespace) { "../Cargo.toml" } else { &manifest };
    let alias = format!("run --quiet --profile xtask --manifest-path {manifest} --package xtask --");
    format!("# Written by `cargo xtask exercises`.\n[alias]\nxtask = {}\n", quoted(&alias))
}

/// The manifest of a new project at `place`, without programs.
fn manifest(place: &Path) -> String {
    // Relative if it is where it usually is, so that the whole workspace can be moved.
    let root = files::root();
    let base = if place.parent() == Some(root.as_path()) { PathBuf::from("..") } else { root };
    format!(
        r#"# Your solutions: a project of your own, which updates never touch. Add what you like, except between the two
# marks at the end: that part the grader keeps up to date.

[package]
name = "solutions"
version = "0.1.0"
edition = "2024"
publish = false
autobins = false

[workspace]

[dependencies]
linalg = {{ path = {}, default-features = false }}
exercises = {{ path = {}, default-features = false }}

# What you build on is fast, what you write compiles quickly and checks its arithmetic.
[profile.dev]
opt-level = 1
debug = "line-tables-only"

[profile.dev.package."*"]
opt-level = 2
debug = false

{BEGIN}
{END}
"#,
        quoted(&base.join("linalg").to_string_lossy()),
        quoted(&base.join("book").join("exercises").to_string_lossy())
    )
}

/// The manifest with these programs between the marks. `None` if the marks are gone.
fn with_programs(manifest: &str, programs: &[String]) -> Option<String> {
    let (before, rest) = manifest.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    let program = |name| format!("[[bin]]\nname = \"{name}\"\npath = \".grader/bin/{name}.rs\"\n\n");
    let programs: String = programs.iter().map(program).collect();
    Some(format!("{before}{BEGIN}\n{programs}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_temporary_files_are_tidied_away() {
        assert!(is_temporary("neuron.rs.4711.tmp") && is_temporary("progress.toml.1.tmp"));
        for theirs in ["neuron.rs", "notes.tmp", "a.b.tmp", "neuron.rs..tmp", "neuron.rs.4711.tmp.rs"] {
            assert!(!is_temporary(theirs), "{theirs}");
        }
    }

    #[test]
    fn the_learners_part_of_the_manifest_stays() {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_string()).collect::<Vec<_>>();
        let own =
            manifest(Path::new("/elsewhere")).replace("[workspace]", "[workspace]\n# mine") + "# and this\n";
        let one = with_programs(&own, &names(&["neuron"])).unwrap();
        let two = with_programs(&one, &names(&["matmul", "neuron"])).unwrap();
        assert!(two.contains("# mine") && two.ends_with("# and this\n"));
        assert_eq!(two.matches("[[bin]]").count(), 2);
        assert_eq!(with_programs(&two, &names(&["neuron"])).unwrap(), one);
        toml::from_str::<toml::Table>(&two).unwrap();
        assert!(with_programs(&two.replace(END, ""), &[]).is_none());
    }
}
