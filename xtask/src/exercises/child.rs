//! Runs a program that may loop, flood, fork or never end: within limits, and without leaving anything behind.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What is kept of a learner's stream: its beginning for the reader, its end for the grader.
pub(crate) const HEAD: usize = 16 << 10;
const TAIL: usize = 4 << 10;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Code(i32),
    #[cfg_attr(not(unix), allow(dead_code))]
    Signal(i32),
    TimeLimit,
    OutputLimit,
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) ended: Ended,
    pub(crate) stdout: Captured,
    pub(crate) stderr: Captured,
}

/// What was kept of a stream.
#[derive(Debug, Default, Clone)]
pub(crate) struct Captured {
    /// How long its beginning may be.
    room: usize,
    head: Vec<u8>,
    tail: Vec<u8>,
    total: u64,
}

impl Captured {
    fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = (self.room - self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.tail.extend_from_slice(&bytes[room..]);
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    /// The text, with a notice where something was left out.
    pub(crate) fn text(&self) -> String {
        let left_out = self.total - (self.head.len() + self.tail.len()) as u64;
        let head = String::from_utf8_lossy(&self.head);
        let tail = String::from_utf8_lossy(&self.tail);
        if left_out == 0 {
            format!("{head}{tail}")
        } else {
            format!("{head}\n… {left_out} bytes …\n{tail}")
        }
    }
}

/// What a program may take before it is ended.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    /// From its start.
    pub(crate) time: Duration,
    /// Without a word from it.
    pub(crate) silence: Duration,
    /// Bytes on both streams together,
    pub(crate) output: u64,
    /// of which so many are kept of each.
    pub(crate) keep: usize,
    /// Set as soon as nobody wants to know any more: then the answer is an error of the kind `Interrupted`.
    pub(crate) stop: Option<&'a AtomicBool>,
    /// It is a guard, which is told to end and then ends what it guards.
    pub(crate) guard: bool,
}

/// How long a guard may take to end what it guards.
const GRACE: Duration = Duration::from_millis(350);

/// How long a pipe is waited for that somebody else keeps open.
const LATE: Duration = Duration::from_millis(100);

/// Runs a program to its end, or to one of its limits: so much time, so many bytes of output, of which the first `keep` are
/// kept. `input` becomes its standard input, which then ends.
pub(crate) fn run(
    command: Command,
    input: &[u8],
    time: Duration,
    output: u64,
    keep: usize,
) -> io::Result<Outcome> {
    run_within(&Limits { time, silence: time, output, keep, stop: None, guard: false }, command, input)
}

/// The same with all limits.
pub(crate) fn run_within(limits: &Limits<'_>, mut command: Command, input: &[u8]) -> io::Result<Outcome> {
    let stopped = || limits.stop.is_some_and(|s| s.load(Ordering::Relaxed));
    if stopped() {
        return Err(io::ErrorKind::Interrupted.into());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own: whatever it starts ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let start = Instant::now();
    let mut child = command.spawn()?;
    let printed = Arc::new(AtomicU64::new(0));
    let (closed, closes) = mpsc::channel();
    let stdout = drain(child.stdout.take(), &printed, limits.keep, &closed);
    let stderr = drain(child.stderr.take(), &printed, limits.keep, &closed);
    drop(closed);
    if let Some(mut stdin) = child.stdin.take() {
        // Orders are shorter than a pipe is long; a program that does not read them has ended, and says so otherwise.
        let _ = stdin.write_all(input);
    }
    let mut nap = Duration::from_micros(500);
    let (mut heard, mut last_word) = (0, start);
    let ended = loop {
        if let Some(status) = child.try_wait()? {
            break ended(status);
        }
        let so_far = printed.load(Ordering::Relaxed);
        if so_far != heard {
            (heard, last_word) = (so_far, Instant::now());
        }
        let over = if start.elapsed() > limits.time || last_word.elapsed() > limits.silence {
            Some(Ended::TimeLimit)
        } else if so_far > limits.output {
            Some(Ended::OutputLimit)
        } else {
            None
        };
        if over.is_some() || stopped() {
            if limits.guard {
                dismiss(&mut child)?;
            }
            kill(&mut child);
            child.wait()?;
        }
        match over {
            Some(over) => break over,
            None if stopped() => return Err(io::ErrorKind::Interrupted.into()),
            None => {}
        }
        // A program that ends closes its pipes: no need to sleep on.
        if closes.recv_timeout(nap) == Err(mpsc::RecvTimeoutError::Disconnected) {
            thread::sleep(nap.min(Duration::from_millis(1)));
        }
        nap = (nap * 2).min(Duration::from_millis(10));
    };
    // What it left running would hold the pipes open.
    kill_group(child.id());
    let patience = Instant::now() + LATE;
    while closes.recv_timeout(patience.saturating_duration_since(Instant::now())).is_ok() {}
    // It may have printed too much and ended before anybody looked.
    let flooded = printed.load(Ordering::Relaxed) > limits.output && ended != Ended::TimeLimit;
    let take = |kept: &Mutex<Captured>| kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (stdout, stderr) = (take(&stdout), take(&stderr));
    Ok(Outcome { ended: if flooded { Ended::OutputLimit } else { ended }, stdout, stderr })
}

/// Reads a pipe to its end in a thread and keeps little of it; says when it is at the end. A pipe that stays open, because
/// something escaped the group, keeps nobody waiting: what it held until then counts.
fn drain(
    pipe: Option<impl Read + Send + 'static>,
    printed: &Arc<AtomicU64>,
    room: usize,
    closed: &Sender<()>,
) -> Arc<Mutex<Captured>> {
    let kept = Arc::new(Mutex::new(Captured { room, ..Captured::default() }));
    let (filled, printed, closed) = (Arc::clone(&kept), Arc::clone(printed), closed.clone());
    if let Some(mut pipe) = pipe {
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            loop {
                match pipe.read(&mut buffer) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Ok(0) | Err(_) => break,
                    Ok(n) => {
                        filled.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..n]);
                        printed.fetch_add(n as u64, Ordering::Relaxed);
                    }
                }
            }
            let _ = closed.send(());
        });
    }
    kept
}

fn ended(status: ExitStatus) -> Ended {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ended::Signal(signal);
    }
    Ended::Code(status.code().unwrap_or(-1))
}

/// Asks a guard to end what it guards, and then itself.
fn dismiss(child: &mut Child) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let start = Instant::now();
        while child.try_wait()?.is_none() && start.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}

fn kill(child: &mut Child) {
    kill_group(child.id());
    let _ = child.kill();
}

#[cfg(unix)]
fn kill_group(group: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(windows)]
fn kill_group(process: u32) {
    // Ends what the process started too, as long as it is still there itself.
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &process.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(not(any(unix, windows)))]
fn kill_group(_: u32) {}

/// No core files: a stack overflow is an everyday event here.
pub(crate) fn no_core_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, time: Duration, output: u64) -> Outcome {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, b"hello\n", time, output, HEAD).unwrap()
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn programs_end_in_different_ways() {
        let out = shell("cat; echo oops >&2; exit 3", LONG, 1000);
        assert_eq!(out.ended, Ended::Code(3));
        assert_eq!((out.stdout.text(), out.stderr.text()), ("hello\n".into(), "oops\n".into()));
        assert_eq!(shell("kill -9 $$", LONG, 1000).ended, Ended::Signal(9));
        assert_eq!(shell("sleep 60", Duration::from_millis(200), 1000).ended, Ended::TimeLimit);
        assert_eq!(shell("while :; do echo flood; done", LONG, 100_000).ended, Ended::OutputLimit);
        assert_eq!(shell("printf %2000d 7", LONG, 1000).ended, Ended::OutputLimit);
    }

    fn limits(stop: &AtomicBool) -> Limits<'_> {
        Limits { time: LONG, silence: LONG, output: 1000, keep: HEAD, stop: Some(stop), guard: false }
    }

    #[test]
    fn one_that_says_nothing_for_long_is_ended() {
        let within = |script: &str| {
            let silence = Duration::from_millis(300);
            let limits = Limits { time: LONG, silence, output: 1000, keep: HEAD, stop: None, guard: false };
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            run_within(&limits, command, b"").unwrap()
        };
        let talks = within("for i in 1 2 3 4 5 6; do echo $i; sleep 0.1; done");
        assert_eq!((talks.ended, talks.stdout.text().lines().count()), (Ended::Code(0), 6));
        let silent = within("echo 1; sleep 60");
        assert_eq!((silent.ended, silent.stdout.text().as_str()), (Ended::TimeLimit, "1\n"));
    }

    /// Out of the group, and with the pipes in its hands: a minute later it would end by itself.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_escapes_keeps_nobody_waiting() {
        let start = Instant::now();
        let out = shell("echo first; setsid sleep 3 & exit 0", LONG, 1000);
        assert_eq!((out.ended, out.stdout.text().as_str()), (Ended::Code(0), "first\n"));
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }

    #[test]
    fn what_nobody_wants_to_know_is_ended() {
        let mut command = Command::new("sleep");
        command.arg("60");
        let stop = AtomicBool::new(false);
        let start = Instant::now();
        thread::scope(|s| {
            s.spawn(|| {
                thread::sleep(Duration::from_millis(100));
                stop.store(true, Ordering::Relaxed);
            });
            let run = run_within(&limits(&stop), command, b"");
            assert_eq!(run.unwrap_err().kind(), io::ErrorKind::Interrupted);
        });
        assert!((Duration::from_millis(100)..Duration::from_secs(10)).contains(&start.elapsed()));
        // Not even started.
        let run = run_within(&limits(&stop), Command::new("no-such-program"), b"");
        assert_eq!(run.unwrap_err().kind(), io::ErrorKind::Interrupted);
    }

    #[test]
    fn nothing_is_left_running() {
        // The grandchild holds the pipes and would outlive its parent by a minute.
        let start = Instant::now();
        let out = shell("sleep 60 & echo $!; exit 0", LONG, 1000);
        assert_eq!(out.ended, Ended::Code(0));
        assert!(start.elapsed() < Duration::from_secs(10));
        let pid: i32 = out.stdout.text().trim().parse().unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        for _ in 0..200 {
            if rustix::process::test_kill_process(pid).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        // Without anybody to reap it, a killed process stays a zombie; one that runs is a failure.
        let status =
            std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
        assert!(status.is_empty() || status.contains(") Z"), "{status}");
    }

    #[test]
    fn long_outputs_keep_both_ends() {
        let mut kept = Captured { room: HEAD, ..Captured::default() };
        for i in 0..100_000 {
            kept.push(format!("{i}\n").as_bytes());
        }
        let text = kept.text();
        assert!(text.starts_with("0\n1\n") && text.ends_with("99999\n") && text.contains("bytes …"));
        assert!(text.len() < 2 * (HEAD + 2 * TAIL));
    }
}
