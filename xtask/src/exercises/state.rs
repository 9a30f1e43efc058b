//! What is remembered from one run to the next: `solutions/.grader/progress.toml`.
//!
//! One exercise has one line, so that two versions of the file merge line by line; where both are kept, reading joins
//! them. It is only a memory: a verdict never depends on it, and whatever is wrong with it, grading goes on.

use super::text;
use super::verdict::{Status, Verdict};
use crate::failure::Failure;
use crate::files;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The version that is written, and the newest that can be read.
const VERSION: i64 = 1;

/// What is known of one exercise.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Record {
    /// The word of the last verdict.
    pub(crate) last: String,
    /// How often it was graded.
    pub(crate) graded: u64,
    /// When it first passed, as the clock said: `2026-05-17`.
    pub(crate) passed: Option<String>,
    /// The named mistakes that were met, the last one last.
    pub(crate) met: Vec<String>,
    /// The reference solution was asked for before it passed.
    pub(crate) shown: bool,
}

impl Record {
    /// The last verdict in words, as a listing has it.
    pub(crate) fn says(&self) -> String {
        match (Status::of(&self.last), self.met.last()) {
            (Some(Status::Named), Some(name)) => format!("wrong: {name}"),
            (Some(status), _) => status.says().to_string(),
            (None, _) => "not graded yet".to_string(),
        }
    }

    fn line(&self) -> String {
        let mut parts =
            vec![format!("last = {}", text::quoted(&self.last)), format!("graded = {}", self.graded)];
        if let Some(passed) = &self.passed {
            parts.push(format!("passed = {}", text::quoted(passed)));
        }
        if !self.met.is_empty() {
            let met: Vec<String> = self.met.iter().map(|m| text::quoted(m)).collect();
            parts.push(format!("met = [{}]", met.join(", ")));
        }
        if self.shown {
            parts.push("shown = true".into());
        }
        format!("{{ {} }}", parts.join(", "))
    }

    /// Two lines about one exercise: nothing that either knows is lost.
    fn join(&mut self, other: Record) {
        let (newer, older) =
            if other.graded > self.graded { (other, self.clone()) } else { (self.clone(), other) };
        let mut met = older.met;
        met.retain(|m| !newer.met.contains(m));
        met.extend(newer.met);
        *self = Record {
            last: newer.last,
            graded: newer.graded,
            // dates of this form sort as they follow one another
            passed: older.passed.into_iter().chain(newer.passed).min(),
            met,
            shown: older.shown || newer.shown,
        };
    }
}

/// All that is known, by the name of the exercise. Names that are not in the catalogue are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Progress {
    pub(crate) current: Option<String>,
    pub(crate) exercises: BTreeMap<String, Record>,
}

/// Why a file is not read.
#[derive(Debug, PartialEq)]
enum Refused {
    Newer(i64),
    Damaged { line: usize },
}

impl Progress {
    pub(crate) fn of(&self, name: &str) -> Option<&Record> {
        self.exercises.get(name)
    }

    pub(crate) fn passes(&self, name: &str) -> bool {
        self.of(name).is_some_and(|r| r.last == Status::Pass.word())
    }

    /// Takes a verdict down. A failure of the grader says nothing about the learner, so it changes nothing.
    pub(crate) fn take(&mut self, name: &str, verdict: &Verdict, today: &str) {
        let idle = matches!(verdict.status, Status::NotStarted | Status::Missing);
        if verdict.status == Status::GraderFailed || (idle && self.of(name).is_none()) {
            return;
        }
        let record = self.exercises.entry(name.into()).or_default();
        record.last = verdict.status.word().into();
        record.graded += u64::from(!idle);
        if verdict.status == Status::Pass {
            record.passed.get_or_insert_with(|| today.into());
        }
        if let (Status::Named, Some(mistake)) = (verdict.status, &verdict.name) {
            record.met.retain(|m| m != mistake);
            record.met.push(mistake.clone());
        }
    }

    /// "You met axis-swap before, in 3 exercises: …". Nothing, while the learner is still at the same mistake in the
    /// same place. Nothing of the exercise itself, if that is not the learner's `own` doing: its starter makes the mistake.
    pub(crate) fn history(&self, name: &str, mistake: &str, own: bool) -> Option<String> {
        let again = |n: &str, r: &Record| {
            n != name || r.last != Status::Named.word() || r.met.last().is_none_or(|m| m != mistake)
        };
        // One that was met together with another was met.
        let holds = |m: &String| m == mistake || m.split(" and ").any(|one| one == mistake);
        let known = self.exercises.iter().filter(|(_, r)| r.met.iter().any(holds));
        let before: Vec<&str> = known.filter(|(n, r)| again(n, r)).map(|(n, _)| n.as_str()).collect();
        match before[..] {
            [] => None,
            [one] if one == name => own.then(|| format!("You met {mistake} before, in this exercise.")),
            [one] => Some(format!("You met {mistake} before, in the exercise {one}.")),
            _ => Some(format!(
                "You met {mistake} before, in {} exercises: {}.",
                before.len(),
                before.join(", ")
            )),
        }
    }

    fn parse(source: &str) -> Result<Self, Refused> {
        let mut progress = Progress::default();
        let mut version = None;
        for (i, line) in source.lines().enumerate() {
            let damaged = Refused::Damaged { line: i + 1 };
            let Ok(mut table) = toml::from_str::<toml::Table>(line) else { return Err(damaged) };
            // A section's heading reads as an empty table in a table.
            if table.keys().eq(["exercises"]) {
                continue;
            }
            let Some((key, value)) = table.iter_mut().next() else { continue };
            match (key.as_str(), value) {
                ("version", toml::Value::Integer(v)) if *v > VERSION => return Err(Refused::Newer(*v)),
                ("version", toml::Value::Integer(v)) if *v > 0 => version = Some(*v),
                ("current", toml::Value::String(name)) => progress.current = Some(name.clone()),
                (name, value @ toml::Value::Table(_)) if version.is_some() => {
                    let Ok(record) = value.clone().try_into::<Record>() else { return Err(damaged) };
                    match progress.exercises.get_mut(name) {
                        Some(known) => known.join(record),
                        None => drop(progress.exercises.insert(name.into(), record)),
                    }
                }
                _ => return Err(damaged),
            }
        }
        version.map(|_| progress).ok_or(Refused::Damaged { line: 1 })
    }

    fn write(&self) -> String {
        let mut text = format!(
            "# What `cargo xtask exercises` remembers. Yours alone: it is sent nowhere, and deleting it costs no solution.\n\
             version = {VERSION}\n"
        );
        if let Some(current) = &self.current {
            let _ = writeln!(text, "current = {}", text::quoted(current));
        }
        text += "\n[exercises]\n";
        for (name, record) in &self.exercises {
            let bare = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let key = if bare { name.clone() } else { text::quoted(name) };
            let _ = writeln!(text, "{key} = {}", record.line());
        }
        text
    }
}

/// Where it is kept.
pub(crate) struct Store {
    file: PathBuf,
    /// What is wrong with it was said.
    said: AtomicBool,
}

/// What was found there.
struct Found {
    progress: Progress,
    /// One line, if something is wrong with it.
    notice: Option<String>,
    /// It must be put aside before another takes its place.
    aside: Option<&'static str>,
    /// Nobody knows what it is: leave it alone.
    locked_out: bool,
}

impl Store {
    /// The memory of a folder of solutions. It need not exist.
    pub(crate) fn of(solutions: &Path) -> Self {
        Store { file: solutions.join(".grader/progress.toml"), said: AtomicBool::new(false) }
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What is known, and in one line what is wrong with the file, if anything is.
    pub(crate) fn look(&self) -> (Progress, Option<String>) {
        let Found { progress, notice, aside, .. } = self.find();
        let kept =
            aside.map_or(String::new(), |s| format!(" (the next run keeps it aside as progress.toml.{s}.N)"));
        (progress, notice.map(|n| n + &kept))
    }

    /// What is known. A file that cannot be read is mentioned, and then counts as empty.
    pub(crate) fn read(&self) -> Progress {
        let (progress, notice) = self.look();
        if let Some(notice) = notice {
            self.say(&notice);
        }
        progress
    }

    /// One line in one run is enough.
    fn say(&self, notice: &str) {
        if !self.said.swap(true, Ordering::Relaxed) {
            text::note(notice);
        }
    }

    fn find(&self) -> Found {
        let found = |progress| Found { progress, notice: None, aside: None, locked_out: false };
        let bad = |why: String, aside: &'static str| Found {
            notice: Some(format!("{} {why}", self.file.display())),
            aside: Some(aside),
            ..found(Progress::default())
        };
        // Reading a pipe or a device could wait for ever.
        if fs::metadata(&self.file).is_ok_and(|m| !m.is_file()) {
            let found = bad("cannot be read: it is not a file".into(), "damaged");
            return Found { aside: None, locked_out: true, ..found };
        }
        let source = match fs::read(&self.file) {
            Ok(bytes) => String::from_utf8(bytes),
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return found(Progress::default());
            }
            Err(e) => {
                let found = bad(format!("cannot be read: {e}"), "damaged");
                return Found { aside: None, locked_out: true, ..found };
            }
        };
        let Ok(source) = source else { return bad("is not UTF-8".into(), "damaged") };
        match Progress::parse(&source) {
            Ok(progress) => found(progress),
            Err(Refused::Newer(v)) => {
                bad(format!("has version {v}; this program knows up to {VERSION}"), "newer")
            }
            Err(Refused::Damaged { line }) => bad(format!("is damaged in line {line}"), "damaged"),
        }
    }

    /// Changes what is known. If that fails, one line says so; the old file is then as it was.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Progress)) {
        if let Err(failure) = self.try_update(change) {
            self.say(&format!("progress is not recorded: {}", failure.message));
        }
    }

    fn try_update(&self, change: impl FnOnce(&mut Progress)) -> Result<(), Failure> {
        let _lock = self.lock()?;
        let found = self.find();
        if found.locked_out {
            return Err(Failure::ours(found.notice.unwrap_or_default()));
        }
        let mut progress = found.progress.clone();
        change(&mut progress);
        if progress == found.progress {
            return Ok(());
        }
        if let Some(suffix) = found.aside {
            let kept = self.put_aside(suffix)?;
            let what = found.notice.unwrap_or_default();
            self.say(&format!("{what}; it is kept as {kept}, and a new one begins"));
        }
        files::write(&self.file, &progress.write())
    }

    /// One program at a time: whoever comes second adds to what the first has written. Nobody waits for long.
    fn lock(&self) -> Result<Option<File>, Failure> {
        let path = self.file.with_extension("lock");
        // So could opening one.
        let taken = fs::metadata(&path).is_ok_and(|m| !m.is_file());
        let Some(file) = (!taken).then(|| File::create(path).ok()).flatten() else { return Ok(None) };
        for _ in 0..100 {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
                // a file system that knows no locks
                Err(TryLockError::Error(_)) => return Ok(None),
            }
        }
        Err(Failure::ours("another run has held the file for two seconds"))
    }

    /// Renames the file to a name that is not taken; the answer is that name.
    fn put_aside(&self, suffix: &str) -> Result<String, Failure> {
        for n in 1..1000 {
            let name = format!("progress.toml.{suffix}.{n}");
            let to = self.file.with_file_name(&name);
            if fs::symlink_metadata(&to).is_err() {
                return fs::rename(&self.file, &to)
                    .map(|()| name)
                    .map_err(|e| Failure::ours(format!("cannot rename {}: {e}", self.file.display())));
            }
        }
        Err(Failure::ours("there are 999 files that were kept aside already"))
    }
}

/// The date in UTC.
pub(crate) fn today() -> String {
    date(SystemTime::now())
}

/// Date and time in UTC, to the second: `2026-11-24T08:30:00`.
pub(crate) fn now() -> String {
    let now = SystemTime::now();
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()) % 86_400;
    format!("{}T{:02}:{:02}:{:02}", date(now), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The Gregorian date: days are counted from 1 March of the year 0, so that a leap day ends its year, and months from March
/// on are (153·m + 2)/5 days in (Hinnant, "chrono-compatible low-level date algorithms").
fn date(now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", 400 * era + year + carry)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A memory in a folder of its own, which goes with it.
    struct Temporary(Store, PathBuf);

    impl std::ops::Deref for Temporary {
        type Target = Store;
        fn deref(&self) -> &Store {
            &self.0
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.1);
        }
    }

    fn store(name: &str) -> Temporary {
        let folder = std::env::temp_dir().join(format!("progress-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join(".grader")).unwrap();
        Temporary(Store::of(&folder), folder)
    }

    fn verdict(status: Status, name: Option<&str>) -> Verdict {
        Verdict { name: name.map(str::to_string), ..Verdict::new(status, "") }
    }

    fn sample() -> Progress {
        let mut p = Progress { current: Some("rope".into()), ..Progress::default() };
        p.take("softmax", &verdict(Status::Named, Some("axis-swap")), "2026-01-01");
        p.take("softmax", &verdict(Status::Named, Some("no-max")), "2026-01-02");
        p.take("softmax", &verdict(Status::Pass, None), "2026-01-03");
        p.take("softmax", &verdict(Status::Pass, None), "2026-01-04");
        p.take("rope", &verdict(Status::Named, Some("axis-swap")), "2026-01-04");
        p
    }

    #[test]
    fn what_is_written_is_read() {
        let p = sample();
        assert_eq!(Progress::parse(&p.write()).unwrap(), p);
        toml::from_str::<toml::Table>(&p.write()).unwrap();
        let softmax = p.of("softmax").unwrap();
        assert_eq!((softmax.graded, softmax.passed.as_deref()), (4, Some("2026-01-03")));
        assert_eq!(softmax.met, ["axis-swap", "no-max"]);
    }

    #[test]
    fn lines_of_two_versions_are_joined() {
        let one = sample();
        let mut two = one.clone();
        two.take("softmax", &verdict(Status::Named, Some("axis-swap")), "2026-01-05");
        two.take("matmul", &verdict(Status::Pass, None), "2026-01-05");
        for (a, b) in [(&one, &two), (&two, &one)] {
            // as a merge that keeps the lines of both leaves it
            let both = a.write() + &b.write();
            let joined = Progress::parse(&both).unwrap();
            let softmax = joined.of("softmax").unwrap();
            assert_eq!((softmax.graded, softmax.last.as_str()), (5, "named"));
            assert_eq!(softmax.passed.as_deref(), Some("2026-01-03"));
            assert_eq!(softmax.met, ["no-max", "axis-swap"]);
            assert!(joined.passes("matmul"));
        }
    }

    #[test]
    fn mistakes_are_remembered() {
        let mut p = sample();
        assert_eq!(
            p.history("tape", "no-max", true).unwrap(),
            "You met no-max before, in the exercise softmax."
        );
        assert_eq!(
            p.history("tape", "axis-swap", true).unwrap(),
            "You met axis-swap before, in 2 exercises: rope, softmax."
        );
        assert_eq!(p.history("tape", "new-to-you", true), None);
        p.take("neuron", &verdict(Status::Named, Some("frozen")), "");
        p.take("neuron", &verdict(Status::Wrong, None), "");
        assert!(p.history("neuron", "frozen", true).is_some());
        assert_eq!(p.history("neuron", "frozen", false), None, "the starter's doing");
        // Still at it: no need to say so. After another verdict it is "before".
        assert_eq!(
            p.history("rope", "axis-swap", true).unwrap(),
            "You met axis-swap before, in the exercise softmax."
        );
        p.take("rope", &verdict(Status::Wrong, None), "");
        assert!(p.history("rope", "axis-swap", true).unwrap().contains("2 exercises"));
    }

    #[test]
    fn a_failure_of_the_grader_leaves_no_trace() {
        let mut p = sample();
        p.take("softmax", &verdict(Status::GraderFailed, None), "2026-01-09");
        p.take("tape", &verdict(Status::NotStarted, None), "2026-01-09");
        assert_eq!(p, sample());
    }

    #[test]
    fn what_cannot_be_read_is_kept_aside() {
        for (i, (text, suffix)) in [
            (&b"version = 1\nsoftmax = {"[..], "damaged"),
            (b"", "damaged"),
            (b"\xff\xfe", "damaged"),
            (b"version = 1\nsoftmax = { last = 3 }", "damaged"),
            (b"version = 1\n<<<<<<< mine\n", "damaged"),
            (b"version = 2\nsoftmax = [1]", "newer"),
        ]
        .into_iter()
        .enumerate()
        {
            let store = store(&format!("aside-{i}"));
            fs::write(&store.file, text).unwrap();
            assert_eq!(store.look().0, Progress::default());
            assert_eq!(fs::read(&store.file).unwrap(), text, "reading changes nothing");
            for n in 1..=2 {
                fs::write(&store.file, text).unwrap();
                store.update(|p| p.current = Some("rope".into()));
                let kept = store.file.with_file_name(format!("progress.toml.{suffix}.{n}"));
                assert_eq!(fs::read(kept).unwrap(), text);
                assert_eq!(
                    store.look(),
                    (Progress { current: Some("rope".into()), ..Progress::default() }, None)
                );
            }
        }
    }

    #[test]
    fn a_write_that_fails_keeps_the_old_file() {
        let store = store("full");
        store.update(|p| *p = sample());
        let old = fs::read(&store.file).unwrap();
        // what the temporary file would be called is taken by a folder
        let taken = store.file.with_file_name(format!("progress.toml.{}.tmp", std::process::id()));
        fs::create_dir(&taken).unwrap();
        store.update(|p| p.current = None);
        assert_eq!(fs::read(&store.file).unwrap(), old);
        fs::remove_dir(&taken).unwrap();
        store.update(|p| p.current = None);
        assert_eq!(store.look().0.current, None);
        // something that is no file at all is left alone
        fs::remove_file(&store.file).unwrap();
        fs::create_dir(&store.file).unwrap();
        store.update(|p| *p = sample());
        assert!(store.file.is_dir() && store.look().1.unwrap().contains("cannot be read"));
    }

    #[test]
    fn runs_at_the_same_time_add_up() {
        let store = store("crowd");
        thread::scope(|s| {
            for i in 0..8 {
                let store = &store;
                s.spawn(move || {
                    store.update(|p| p.take(&format!("e{i}"), &verdict(Status::Pass, None), "2026-01-01"));
                });
            }
        });
        assert_eq!(store.look().0.exercises.len(), 8);
    }

    #[test]
    fn dates() {
        let day = |n: u64| date(UNIX_EPOCH + Duration::from_secs(n * 86_400 + 5));
        for (n, text) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_453, "2025-12-31"),
            (20_454, "2026-01-01"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(day(n), text);
        }
    }
}
