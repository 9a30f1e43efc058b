//! `watch`, as somebody sits before it: through a pseudo-terminal, and through a pipe.
#![cfg(unix)]

mod common;

use common::{Learner, SOFTMAX, exercises};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, tcgetattr};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes, so that a failure is a failure and not a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Somebody who watches.
struct Desk {
    keyboard: File,
    terminal: OwnedFd,
    before: Termios,
    screen: Arc<Mutex<String>>,
    /// How much of the screen was read.
    read: usize,
    program: Child,
}

impl Desk {
    fn sit(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).and_then(|()| unlockpt(&master)).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let terminal = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let before = tcgetattr(&terminal).unwrap();
        let end = || Stdio::from(terminal.try_clone().unwrap());
        command.stdin(end()).stdout(end()).stderr(end()).env("TERM", "xterm").env("NO_COLOR", "1");
        let program = command.spawn().unwrap();
        let mut output = File::from(master.try_clone().unwrap());
        let screen = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&screen);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            let mut bytes = Vec::new();
            while let Ok(n @ 1..) = output.read(&mut buffer) {
                bytes.extend_from_slice(&buffer[..n]);
                *written.lock().unwrap() = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            }
        });
        Desk { keyboard: File::from(master), terminal, before, screen, read: 0, program }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Reads on until this appears; gives what was read.
    fn until(&mut self, words: &str) -> String {
        let start = Instant::now();
        loop {
            let screen = self.screen.lock().unwrap().clone();
            // What is being decoded may still change, but what follows a whole match does not.
            if let Some(at) = screen[self.read..].find(words) {
                let end = self.read + at + words.len();
                let text = screen[self.read..end].to_string();
                self.read = end;
                return text;
            }
            let ended =
                start.elapsed() > Duration::from_secs(3) && self.program.try_wait().unwrap().is_some();
            assert!(
                !ended && start.elapsed() < PATIENCE,
                "\"{words}\" does not appear after\n{}",
                &screen[self.read..]
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Reads everything that comes within a second.
    fn rest(&mut self) -> String {
        thread::sleep(Duration::from_secs(1));
        let screen = self.screen.lock().unwrap().clone();
        let text = screen[self.read..].to_string();
        self.read = screen.len();
        text
    }

    /// Presses keys, and reads on to the keys that follow a verdict.
    fn verdict(&mut self) -> String {
        self.until("\nKeys: ")
    }

    /// The exit code, after a check that the terminal is as it was.
    fn end(&mut self) -> i32 {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(10));
        };
        let now = tcgetattr(&self.terminal).unwrap();
        assert_eq!(now.local_modes, self.before.local_modes, "the terminal's modes");
        assert_eq!(now.output_modes, self.before.output_modes);
        status.code().expect("an exit code")
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Only a test that failed leaves one running.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Programs that stand in for an editor and a browser: they do nothing, at once.
fn equipped(mut command: Command) -> Command {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tools");
    fs::create_dir_all(&tools).unwrap();
    for name in ["my-editor", "xdg-open", "open"] {
        let tool = tools.join(name);
        if !tool.exists() {
            fs::write(&tool, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).env("EDITOR", "my-editor");
    command
}

/// A solution whose program never ends.
fn endless() -> String {
    let solution = exercises("solution.rs", "neuron");
    let at = solution.find(" {\n").unwrap() + 3;
    format!(
        "{}#[allow(clippy::empty_loop)]\nloop {{ std::hint::spin_loop(); if std::env::args().count() == 1000 {{ break; }} }}\n{}",
        &solution[..at],
        &solution[at..]
    )
}

/// Which process runs the solution: it may not write that down itself.
fn pid(learner: &Learner) -> Pid {
    let start = Instant::now();
    loop {
        if let Some(pid) = learner.running("neuron").first().and_then(|pid| Pid::from_raw(*pid)) {
            return pid;
        }
        assert!(start.elapsed() < PATIENCE, "the solution does not run");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_afternoon() {
    let learner = Learner::new();
    let solution = exercises("solution.rs", "neuron");
    let mut desk = Desk::sit(equipped(learner.command_within(600, &["watch"])));

    // The first open exercise, at once.
    let said = desk.verdict();
    assert!(said.contains("Current: neuron") && said.contains("Running neuron"), "{said}");
    assert!(said.contains("neuron: wrong: frozen") && said.contains("Who computes the gradient?"), "{said}");
    desk.rest();

    // Each key.
    desk.press("h");
    desk.until("neuron, hint 1 of 3");
    desk.press("h");
    desk.until("neuron, hint 2 of 3");
    desk.press("l");
    desk.until("Current (>): neuron");
    desk.press("w");
    desk.until("Running neuron");
    assert!(desk.verdict().contains(" probes: "));
    desk.press("d");
    desk.until("is the same as the starter");
    desk.press("o");
    desk.until("with my-editor");
    desk.press("b");
    desk.until("book/html/spine/neuron.html");
    desk.press("?");
    let said = desk.until("q  quit");
    for key in "nhlwdsrcobx?".chars() {
        assert!(said.contains(&format!("\n  {key}  ")), "{key} in\n{said}");
    }
    desk.press("z");
    desk.until("The key 'z' does nothing");
    // A folder's name is as long as it is.
    let narrow = desk.screen.lock().unwrap().replace(learner.0.to_str().unwrap(), "solutions");
    for l in narrow.lines() {
        assert!(l.chars().count() <= 60, "{} columns: {l}", l.chars().count());
    }

    // The solution asks once; another key is no answer.
    desk.press("s");
    desk.until("Press s again");
    desk.press("?");
    desk.until("q  quit");
    desk.press("s");
    desk.until("Press s again");
    desk.press("s");
    desk.until(solution.lines().find(|l| l.starts_with("pub fn")).unwrap());
    desk.rest();

    // A save that changes nothing runs nothing, whatever its time says.
    let starter = fs::read_to_string(learner.file("neuron")).unwrap();
    learner.write("neuron", &starter);
    assert_eq!(desk.rest(), "");
    desk.press("r");
    desk.until("Running neuron");
    assert!(desk.verdict().contains("wrong: frozen"), "r always runs");

    // A save while it runs: what runs is ended, and what counts is the newer file. Keys work meanwhile.
    learner.write("neuron", &endless());
    desk.until("Saved neuron");
    let loops = pid(&learner);
    desk.press("h");
    desk.until("neuron, hint 3 of 3");
    learner.write("neuron", &solution);
    desk.until("Saved neuron");
    desk.until("Stopping what runs");
    let said = desk.verdict();
    assert!(said.contains("neuron: pass") && !said.contains("limit"), "{said}");
    assert!(gone(loops), "it runs still");
    assert!(desk.until("quit").contains("n next"));

    // Next; reset asks too; the save of an editor that writes beside the file and renames.
    desk.press("n");
    let said = desk.verdict();
    assert!(said.contains("Current: ") && said.contains("not started"), "{said}");
    let second = said.lines().find_map(|l| l.strip_prefix("Running ")).unwrap();
    let second = second.strip_suffix(" ...").unwrap().to_string();
    let beside = learner.0.join("beside.tmp");
    fs::write(&beside, exercises("solution.rs", &second)).unwrap();
    fs::rename(&beside, learner.file(&second)).unwrap();
    desk.until(&format!("Saved {second}"));
    assert!(desk.verdict().contains("pass"));
    desk.press("x");
    desk.until("Press x again");
    desk.press("x");
    desk.until("is the starter again");
    assert!(desk.verdict().contains("not started"));
    assert!(learner.0.join(format!(".backup/{second}.1.rs")).exists());

    // Everything; and whoever saves another exercise works there now.
    desk.press("c");
    desk.until("Checking all");
    assert!(desk.verdict().contains("1 of "));
    let other = if second == SOFTMAX { "linalg/matmul" } else { SOFTMAX };
    learner.write(other, &exercises("solution.rs", other));
    desk.until(&format!("Saved {other}: now at this exercise"));
    assert!(desk.verdict().contains(&format!("{other}: pass")));

    desk.press("q");
    desk.until("Stopped watching.");
    assert_eq!(desk.end(), 0);
}

/// Whether a process has ended, or does so soon.
fn gone(pid: Pid) -> bool {
    (0..200).any(|_| {
        thread::sleep(Duration::from_millis(10));
        test_kill_process(pid).is_err()
    })
}

#[test]
fn every_way_out_gives_the_terminal_back() {
    let learner = Learner::new();
    learner.write("neuron", &endless());
    for (way, code) in [("\x03", 130), ("q", 0), ("\x04", 0), ("TERM", 143), ("INT", 130)] {
        // Far longer than this test: it is not the limit that ends what runs.
        let command = equipped(learner.command_within(600, &["watch", "neuron"]));
        let mut desk = Desk::sit(command);
        desk.until("Running neuron");
        let loops = pid(&learner);
        let signal = match way {
            "TERM" => Some(Signal::TERM),
            "INT" => Some(Signal::INT),
            _ => None,
        };
        let start = Instant::now();
        match signal {
            Some(signal) => kill_process(Pid::from_child(&desk.program), signal).unwrap(),
            None => desk.press(way),
        }
        desk.until("Stopped watching.");
        assert_eq!(desk.end(), code, "{way:?}");
        assert!(start.elapsed() < Duration::from_secs(20));
        assert!(gone(loops), "{way:?}: what ran runs still");
    }
}

#[test]
fn without_a_terminal_a_letter_and_enter() {
    let learner = Learner::new();
    let mut command = learner.command(&["watch", "neuron", "--plain"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"hint\n\nl\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    for words in
        ["each with Enter", "hint 1 of 3", "Current (>): neuron", "wrong: frozen", "Stopped watching."]
    {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    assert!(said.is_ascii(), "{said}");

    let (code, _, said) = learner.run(&["watch"]);
    assert!(code == 2 && said.contains("run --json"), "{said}");
    let (code, _, said) = learner.call(&["watch", "no-such-exercise-at-all"]);
    assert_eq!(code, 2, "{said}");
}
