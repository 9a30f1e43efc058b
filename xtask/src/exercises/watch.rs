//! `watch`: one exercise, graded at every save; single keys do the rest, also while it runs.
//!
//! Files are looked at, not listened to: the bytes of the current file twenty times a second, the other two dozen by time
//! and length twice a second. That costs less than one percent of a core and is right where events are not: in network folders, in
//! containers, with editors that write a new file and rename it, with clocks that count whole seconds. And it is the
//! only way to know that a save has changed nothing.
//!
//! Everything is a line, printed once, in the order in which it happens: a screen reader can follow it.

use super::browse::Shelf;
use super::catalogue::Exercise;
use super::grade::{self, Manner};
use super::keys::{Input, Keys};
use super::project::{Project, Source};
use super::text::{self, BOLD, DIM, NORMAL, line, lines, wrap};
use super::verdict::{Status, Verdict};
use super::{open, remember, report, reveal, why};
use crate::failure::Failure;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, Scope};
use std::time::{Duration, Instant, SystemTime};

/// How often there is a look at the keys and the current file.
const TICK: Duration = Duration::from_millis(50);

/// How often there is a look at the other files.
const OTHERS: Duration = Duration::from_millis(500);

/// How long a file must stay as it is before it counts as saved: some editors empty it first.
const SETTLED: Duration = Duration::from_millis(40);

/// The same for a file that is not there: others remove it first.
const GONE: Duration = Duration::from_millis(600);

/// How long quitting waits for what runs.
const FAREWELL: Duration = Duration::from_secs(2);

const KEYS: [(char, &str); 13] = [
    ('n', "the next exercise"),
    ('h', "a hint; once more: a clearer one"),
    ('l', "the list"),
    ('w', "why: every probe"),
    ('d', "what you changed since the starter"),
    ('s', "the solution: free after a pass"),
    ('r', "run again"),
    ('c', "check all"),
    ('o', "open your file"),
    ('b', "open the chapter"),
    ('x', "start again; your file is kept"),
    ('?', "these keys"),
    ('q', "quit"),
];

/// Ends what runs.
static STOP: AtomicBool = AtomicBool::new(false);

/// What can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    Run,
    Why,
    CheckAll,
}

/// What became of it: one verdict an exercise.
struct Done<'a> {
    job: Job,
    exercises: Vec<&'a Exercise>,
    verdicts: Result<Vec<Verdict>, Failure>,
}

/// Watches until `q`, the end of the input, or a signal.
pub(crate) fn watch(
    shelf: &Shelf<'_>,
    exercise: Option<&Exercise>,
    folder: Option<&Path>,
    manner: &Manner,
) -> Result<ExitCode, Failure> {
    if shelf.json {
        return Err(Failure::usage("watch speaks to people; for programs there is `run --json`"));
    }
    let Some(exercise) = exercise.or_else(|| shelf.open_one()) else {
        return Err(Failure::usage("all exercises pass: say which one you mean"));
    };
    let mut all = shelf.listed.clone();
    if !all.iter().any(|e| e.id == exercise.id) {
        all.push(exercise);
    }
    let project = Project::open(folder, &all)?;
    let signal = signals();
    text::be_narrow();
    thread::scope(|scope| {
        // Dropped before the scope waits for its threads, by a panic too.
        let mut keys = Keys::open();
        let (sender, done) = mpsc::channel();
        let mut watch = Watch {
            shelf,
            project: &project,
            folder,
            manner: Manner { stop: Some(&STOP), ..*manner },
            exercise,
            files: Files::new(&project, all),
            running: None,
            queued: None,
            hint: 0,
            asked: None,
            scope,
            sender,
        };
        let how = if keys.by_line() { " (each with Enter)" } else { "" };
        line(&format!("Watching your files. Keys{how}: ? shows them, q quits."));
        watch.stand_at(exercise)?;
        let code = watch.serve(&mut keys, &done, &signal);
        watch.leave(&done);
        let left = watch.running.is_some();
        drop(keys);
        line("Stopped watching.");
        if left {
            // The compiler, most likely: it ends by itself and harms nobody.
            std::process::exit(i32::from(code));
        }
        Ok(ExitCode::from(code))
    })
}

struct Watch<'scope, 'a, 'env> {
    shelf: &'a Shelf<'a>,
    project: &'a Project,
    folder: Option<&'a Path>,
    manner: Manner,
    exercise: &'a Exercise,
    files: Files<'a>,
    running: Option<Job>,
    /// What runs as soon as that has ended.
    queued: Option<Job>,
    /// How clear the last hint was.
    hint: u8,
    /// The key that wants to be pressed twice, and was pressed once.
    asked: Option<char>,
    scope: &'scope Scope<'scope, 'env>,
    sender: Sender<Done<'a>>,
}

impl<'scope, 'a: 'scope> Watch<'scope, 'a, '_> {
    /// The loop. The answer is the exit code.
    fn serve(&mut self, keys: &mut Keys, done: &Receiver<Done<'a>>, signal: &Signal) -> u8 {
        loop {
            if let Some(code) = signal.came() {
                return code;
            }
            while let Ok(done) = done.try_recv() {
                self.finish(done);
            }
            if self.files.saved(self.project, self.exercise) {
                line(&format!("\n{BOLD}Saved {}{NORMAL}", self.exercise.id));
                self.start(Job::Run);
            } else if let Some(other) = self.files.elsewhere(self.project, self.exercise) {
                line(&format!("\n{BOLD}Saved {}: now at this exercise{NORMAL}", other.id));
                if let Err(failure) = self.stand_at(other) {
                    complain(&failure);
                }
            }
            match keys.wait(TICK) {
                Input::Nothing => {}
                Input::End => {
                    // Whoever pipes keys in wants to see what they did.
                    if keys.by_line() && self.running.is_some() && !STOP.load(Ordering::Relaxed) {
                        if let Ok(done) = done.recv_timeout(TICK) {
                            self.finish(done);
                        }
                        continue;
                    }
                    return 0;
                }
                Input::Key('q' | 'Q' | '\x04') => return 0,
                Input::Key('\x03') => return 130,
                Input::Key(key) => {
                    if let Err(failure) = self.press(key.to_ascii_lowercase(), keys) {
                        complain(&failure);
                    }
                }
            }
        }
    }

    /// Makes an exercise the current one and runs it.
    fn stand_at(&mut self, exercise: &'a Exercise) -> Result<(), Failure> {
        self.exercise = exercise;
        (self.hint, self.asked) = (0, None);
        self.shelf.goto(exercise, self.folder)?;
        self.start(Job::Run);
        Ok(())
    }

    /// Runs something now, or as soon as what runs has been ended.
    fn start(&mut self, job: Job) {
        if self.running.is_some() {
            if !STOP.swap(true, Ordering::Relaxed) {
                line("Stopping what runs ...");
            }
            self.queued = Some(job);
            return;
        }
        STOP.store(false, Ordering::Relaxed);
        self.running = Some(job);
        self.files.take_note(self.project, self.exercise);
        let exercises = if job == Job::CheckAll { self.shelf.listed.clone() } else { vec![self.exercise] };
        match job {
            Job::CheckAll => line(&format!("Checking all {} exercises ...", exercises.len())),
            Job::Run | Job::Why => line(&format!("Running {} ...", self.exercise.id)),
        }
        let (project, sender) = (self.project, self.sender.clone());
        let manner = Manner { why: job == Job::Why, ..self.manner };
        self.scope.spawn(move || {
            let graded = catch_unwind(AssertUnwindSafe(|| grade::grade(project, &exercises, &manner)));
            let verdicts = graded.unwrap_or_else(|_| Err(Failure::ours("the grader panicked")));
            // Nobody listens any more when the watch has ended.
            let _ = sender.send(Done { job, exercises, verdicts });
        });
    }

    /// Says what came out, or forgets it because something newer is wanted.
    fn finish(&mut self, done: Done<'a>) {
        self.running = None;
        if STOP.swap(false, Ordering::Relaxed) {
            if let Some(job) = self.queued.take() {
                self.start(job);
            }
            return;
        }
        let mut verdicts = match done.verdicts {
            Ok(verdicts) => verdicts,
            Err(failure) => return complain(&failure),
        };
        remember(self.shelf, &done.exercises, &mut verdicts);
        line("");
        match (done.job, &done.exercises[..], &verdicts[..]) {
            (Job::Run, [exercise], [verdict]) => report::one(exercise, verdict, self.project, false),
            (Job::Why, [exercise], [verdict]) => why::show(exercise, verdict, self.project, false),
            _ => report::all(self.shelf.catalogue, &done.exercises, &verdicts, self.project, false),
        }
        let here = done.exercises.iter().zip(&verdicts).find(|(e, _)| e.id == self.exercise.id);
        let keys = match here {
            Some((_, v)) if v.status == Status::Pass => "n next, d diff, s solution, ? all keys, q quit",
            _ => "h hint, w why, r run again, ? all keys, q quit",
        };
        line(&format!("\n{DIM}Keys: {keys}{NORMAL}"));
    }

    /// What a key does.
    fn press(&mut self, key: char, keys: &Keys) -> Result<(), Failure> {
        let asked = self.asked.take() == Some(key);
        let (shelf, project, exercise) = (self.shelf, self.project, self.exercise);
        match key {
            'n' => {
                let at = shelf.listed.iter().position(|e| e.id == exercise.id);
                match shelf.listed.get(at.map_or(0, |i| i + 1)) {
                    Some(next) => self.stand_at(next)?,
                    None => line(&format!("{} is the last exercise.", exercise.id)),
                }
            }
            'h' => {
                self.hint = (self.hint + 1).min(3);
                report::hint(exercise, self.hint, false)?;
            }
            'l' => shelf.list(None, false)?,
            'w' => self.start(Job::Why),
            'd' => reveal::since_starter(exercise, project, false)?,
            's' if asked || reveal::earned(&shelf.store, exercise) => {
                reveal::solution(shelf, exercise, true)?;
            }
            's' => {
                line("It does not pass yet, and a hint (h) may be enough.");
                line("Press s again to see the solution all the same.");
                self.asked = Some('s');
            }
            'r' => self.start(Job::Run),
            'c' => self.start(Job::CheckAll),
            'o' => keys.aside(|| open::file(exercise, project, false))?,
            'b' => keys.aside(|| open::chapter(exercise, false))?,
            // The file changes, and so it is run.
            'x' if asked => report::reset(exercise, project, project.reset(exercise)?.as_deref(), false),
            'x' => {
                line("Press x again to put the starter back.");
                line("What your file holds now is kept in a copy.");
                self.asked = Some('x');
            }
            '?' => {
                for (key, does) in KEYS {
                    line(&format!("  {key}  {does}"));
                }
            }
            key if key.is_whitespace() => {}
            key => line(&format!("The key {key:?} does nothing; ? shows those that do.")),
        }
        Ok(())
    }

    /// Ends what runs, and waits for it a little.
    fn leave(&mut self, done: &Receiver<Done<'a>>) {
        STOP.store(true, Ordering::Relaxed);
        if self.running.is_some() && done.recv_timeout(FAREWELL).is_ok() {
            self.running = None;
        }
    }
}

/// A failure ends no watch.
fn complain(failure: &Failure) {
    lines(&wrap(&format!("error: {}", failure.message), text::width(), ""));
}

/// What the files held when they were last looked at.
struct Files<'a> {
    /// The current one, as it was run.
    run: Source,
    /// The current one, if it is no longer that: what it holds now, and since when.
    fresh: Option<(Source, Instant)>,
    others: Vec<Other<'a>>,
    looked: Instant,
}

struct Other<'a> {
    exercise: &'a Exercise,
    /// Read again only if one of them changes.
    stamp: Option<(Option<SystemTime>, u64)>,
    held: Source,
}

impl<'a> Files<'a> {
    fn new(project: &Project, exercises: Vec<&'a Exercise>) -> Self {
        let note = |exercise| {
            let stamp = stamp(project, exercise);
            Other { exercise, stamp, held: project.source(exercise) }
        };
        Files {
            run: Source::Missing,
            fresh: None,
            others: exercises.into_iter().map(note).collect(),
            looked: Instant::now(),
        }
    }

    /// The current file is run as it is now.
    fn take_note(&mut self, project: &Project, exercise: &Exercise) {
        self.run = project.source(exercise);
        self.fresh = None;
        if let Some(known) = self.others.iter_mut().find(|o| o.exercise.id == exercise.id) {
            known.stamp = stamp(project, exercise);
            known.held.clone_from(&self.run);
        }
    }

    /// Whether the current file holds something new, and has done so for a moment.
    fn saved(&mut self, project: &Project, exercise: &Exercise) -> bool {
        let now = project.source(exercise);
        if now == self.run {
            self.fresh = None;
            return false;
        }
        match &self.fresh {
            Some((held, since)) if *held == now => {
                since.elapsed() >= if now == Source::Missing { GONE } else { SETTLED }
            }
            _ => {
                self.fresh = Some((now, Instant::now()));
                false
            }
        }
    }

    /// The one other file that was saved. Where there are more, nobody typed: a branch was changed, say.
    fn elsewhere(&mut self, project: &Project, current: &Exercise) -> Option<&'a Exercise> {
        if self.looked.elapsed() < OTHERS {
            return None;
        }
        let mut saved = Vec::new();
        for other in self.others.iter_mut().filter(|o| o.exercise.id != current.id) {
            let now = stamp(project, other.exercise);
            if now == other.stamp {
                continue;
            }
            other.stamp = now;
            let held = project.source(other.exercise);
            // Removed, or not yet renamed to its place: nobody works there.
            if held != other.held && held != Source::Missing {
                saved.push(other.exercise);
                other.held = held;
            }
        }
        self.looked = Instant::now();
        if let [one] = saved[..] { Some(one) } else { None }
    }
}

/// When a file was written, as far as the system says so, and its length.
fn stamp(project: &Project, exercise: &Exercise) -> Option<(Option<SystemTime>, u64)> {
    let data = fs::metadata(project.file(exercise)).ok()?;
    Some((data.modified().ok(), data.len()))
}

/// What asks this program to end.
struct Signal(#[cfg(unix)] std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl Signal {
    /// The exit code, in the shell's convention.
    #[cfg(unix)]
    fn came(&self) -> Option<u8> {
        let number = self.0.load(Ordering::Relaxed);
        (number != 0).then(|| u8::try_from(128 + number).unwrap_or(u8::MAX))
    }

    /// Nothing is to be given back where no terminal was changed.
    #[cfg(not(unix))]
    fn came(&self) -> Option<u8> {
        None
    }
}

#[cfg(unix)]
fn signals() -> Signal {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let came = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        // One that cannot be caught ends the program as it always did.
        let _ = signal_hook::flag::register_usize(signal, came.clone(), signal as usize);
    }
    Signal(came)
}

#[cfg(not(unix))]
fn signals() -> Signal {
    Signal()
}
