//! Machines that break: what the learner's program runs in is killed, the compiler dies, hangs or floods, the disk is full, the
//! grader itself is killed in the middle of a write, its memory is no file. No verdict is ever a pass that was not earned, no file
//! of the learner's is lost or half written, and the grader's memory is whole.
#![cfg(unix)]

mod common;

use common::{Learner, SOFTMAX, exercises};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// In the environment of all that the grader starts.
const MARK: &str = "FAULTS_TEST";

/// Something nobody else waits for.
const LONG: &str = "4321.75";

fn right() -> String {
    exercises("solution.rs", SOFTMAX)
}

/// A softmax that never comes back.
fn endless() -> String {
    let right = right().replace("pub fn softmax", "fn right");
    format!(
        "{right}\npub fn softmax(z: &[f64]) -> Vec<f64> {{\n    while z.len() < 1000 {{}}\n    right(z)\n}}\n"
    )
}

/// The exit code, the verdict's word, and all that was said. Nothing here may wait for ever.
fn grade(command: &mut Command) -> (i32, String, String) {
    let mark = std::process::id().to_string();
    let mut child = command.env(MARK, mark).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it does not end: {command:?}");
        }
        sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let verdict: Value = out.lines().find_map(|l| serde_json::from_str(l).ok()).unwrap_or_default();
    let word = verdict["verdict"].as_str().unwrap_or_default().to_string();
    (output.status.code().unwrap_or(-1), word, out + &String::from_utf8_lossy(&output.stderr))
}

fn run(learner: &Learner, id: &str) -> (i32, String, String) {
    grade(&mut learner.command(&["--json", "run", id]))
}

fn memory(learner: &Learner) -> PathBuf {
    learner.0.join(".grader/progress.toml")
}

/// The memory is whole: it can be read, and knows this exercise.
fn knows(learner: &Learner, name: &str) {
    let text = fs::read_to_string(memory(learner)).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert!(table["exercises"].get(name).is_some(), "{text}");
    assert!(text.ends_with('\n'), "{text}");
}

fn kill(pid: i32) {
    Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
}

/// Waits for the program that runs the learner's softmax.
fn program(learner: &Learner) -> i32 {
    let start = Instant::now();
    loop {
        if let [pid, ..] = learner.running("softmax")[..] {
            return pid;
        }
        assert!(start.elapsed() < PATIENCE, "the solution does not run");
        sleep(Duration::from_millis(10));
    }
}

/// What the grader started and left running.
fn left_running() -> Vec<String> {
    let mark = format!("{MARK}={}", std::process::id());
    let mut left = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let of = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
        let ours = entry.file_name() != *std::process::id().to_string()
            && of("environ").split(|b| *b == 0).any(|v| v == mark.as_bytes());
        if ours {
            left.push(format!("{}: {}", entry.path().display(), String::from_utf8_lossy(&of("cmdline"))));
        }
    }
    left
}

/// Nothing runs any more, or it ends within a moment: a guard needs one to learn that the grader is gone.
fn nothing_runs() {
    let start = Instant::now();
    while !left_running().is_empty() && start.elapsed() < Duration::from_secs(5) {
        sleep(Duration::from_millis(10));
    }
    assert_eq!(left_running(), Vec::<String>::new());
}

#[test]
fn what_is_killed_from_outside_does_not_pass() {
    let learner = Learner::new();
    learner.write(SOFTMAX, &endless());
    let victims: &[&str] = if cfg!(target_os = "linux") {
        &["the program", "its guard", "the grader"]
    } else {
        &["the program"]
    };
    for victim in victims {
        let mut command = learner.command_within(600, &["--json", "run", SOFTMAX]);
        command.env(MARK, std::process::id().to_string());
        let mut grader = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let runs = program(&learner);
        // Its probes have begun by then, or begin now: the verdict is the same.
        sleep(Duration::from_millis(50));
        let stat = fs::read_to_string(format!("/proc/{runs}/stat")).unwrap_or_default();
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        match *victim {
            "the program" => kill(runs),
            "its guard" => kill(parent.unwrap()),
            _ => grader.kill().unwrap(),
        }
        let output = grader.wait_with_output().unwrap();
        if *victim == "its guard" {
            // Nobody is left to end it at once; it would end itself, a little after its limit.
            kill(runs);
        }
        let said = String::from_utf8(output.stdout).unwrap();
        if *victim == "the grader" {
            assert_eq!((output.status.code(), said.as_str()), (None, ""));
        } else {
            assert_eq!(output.status.code(), Some(5), "{victim}: {said}");
            assert!(said.contains("\"verdict\":\"crashed\""), "{victim}: {said}");
        }
        nothing_runs();
        assert_eq!(fs::read_to_string(learner.file(SOFTMAX)).unwrap(), endless());
        knows(&learner, "softmax");
    }
}

/// A compiler that does something else when it is to compile softmax.
fn compiler(folder: &Path, does: &str) -> PathBuf {
    let wrapper = folder.join("compiler");
    let text =
        format!("#!/bin/sh\ncase \"$*\" in *\"--crate-name softmax \"*) {does} ;; esac\nexec \"$@\"\n");
    fs::write(&wrapper, text).unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    wrapper
}

#[test]
fn builds_that_break_are_nobodys_pass() {
    let learner = Learner::new();
    learner.run(&["run", "neuron"]);
    learner.write(SOFTMAX, &right());
    assert_eq!(run(&learner, SOFTMAX).0, 0);
    let hang = format!("exec sleep {LONG}");
    let cases = [
        ("killed", "kill -9 $$", 70, "grader-failed", "no fault of this file"),
        (
            "killed by the system, slowly",
            "sleep 0.2; kill -15 $$",
            70,
            "grader-failed",
            "no fault of this file",
        ),
        ("crashed", "kill -11 $$", 3, "does-not-compile", "itself crashed"),
        ("takes cargo with it", "kill -9 $PPID; exit 1", 70, "grader-failed", "did not say why"),
        ("says nothing and fails", "exit 101", 70, "grader-failed", "did not say why"),
        ("writes nothing and succeeds", "exit 0", 70, "grader-failed", "is not new"),
        ("hangs", hang.as_str(), 4, "time-limit", "did not come to an end"),
        ("floods", "exec yes 'and another line' >&2", 4, "output-limit", "had no end"),
        ("a full disk", "trap '' XFSZ; ulimit -f 0", 70, "grader-failed", ""),
    ];
    for (i, (name, does, exit, verdict, says)) in cases.into_iter().enumerate() {
        // Never compiled before.
        let text = format!("{}// {i}\n", right());
        learner.write(SOFTMAX, &text);
        let before = fs::read(memory(&learner)).unwrap();
        let limit = if name == "hangs" { "2" } else { "30" };
        let mut command = learner.command(&["--compile-limit", limit, "--json", "run", SOFTMAX]);
        let start = Instant::now();
        let (code, word, said) = grade(command.env("RUSTC_WRAPPER", compiler(&learner.0, does)));
        println!("{name:30} {word:16} exit {code:2}  {:.2} s", start.elapsed().as_secs_f64());
        assert_eq!((code, word.as_str()), (exit, verdict), "{name}: {said}");
        assert!(said.contains(says), "{name}: nothing about {says}: {said}");
        nothing_runs();
        assert_eq!(fs::read_to_string(learner.file(SOFTMAX)).unwrap(), text);
        knows(&learner, "neuron");
        assert!(
            exit != 70 || fs::read(memory(&learner)).unwrap() == before,
            "{name}: what failed was recorded"
        );
    }
    // No cargo, no compiler, no place for what is built.
    let before = fs::read(memory(&learner)).unwrap();
    for variable in ["CARGO", "RUSTC"] {
        let mut command = learner.command(&["--json", "run", SOFTMAX]);
        let (code, word, said) = grade(command.env(variable, "/no/such/program"));
        assert_eq!((code, word.as_str()), (70, ""), "{variable}: {said}");
        assert!(said.contains("/no/such/program") || said.contains("No such file"), "{said}");
    }
    let (target, kept) = (learner.0.join(".grader/target"), learner.0.join(".grader/kept"));
    fs::rename(&target, &kept).unwrap();
    fs::write(&target, "in the way").unwrap();
    let (code, word, said) = run(&learner, SOFTMAX);
    assert!(code == 70 && word != "pass", "{said}");
    fs::remove_file(&target).unwrap();
    fs::rename(&kept, &target).unwrap();
    assert_eq!(fs::read(memory(&learner)).unwrap(), before);
    // And all is well again.
    assert_eq!(run(&learner, SOFTMAX).0, 0);
}

#[test]
fn a_full_disk_never_passes_what_is_wrong() {
    let learner = Learner::new();
    let half = right().replace("pub fn softmax", "fn right");
    let wrong = format!(
        "{half}\npub fn softmax(z: &[f64]) -> Vec<f64> {{\n    right(z).iter().map(|p| p / 2.0).collect()\n}}\n"
    );
    for (text, fair) in [(wrong, 1), (right(), 0)] {
        learner.write(SOFTMAX, &text);
        assert_eq!(run(&learner, SOFTMAX).0, fair);
        let mut failed = 0;
        for blocks in ["0", "1", "2", "4", "8", "64"] {
            let grader = learner.command(&["--json", "run", SOFTMAX]);
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]);
            shell.arg(grader.get_program()).args(grader.get_args());
            let (code, word, said) = grade(&mut shell);
            assert!(code == fair || code == 70, "{blocks} blocks: {code} {word}: {said}");
            assert_eq!(word == "pass", code == 0, "{said}");
            failed += i32::from(code == 70);
            assert_eq!(fs::read_to_string(learner.file(SOFTMAX)).unwrap(), text);
            knows(&learner, "softmax");
            let left = fs::read_dir(learner.0.join(".grader")).unwrap().flatten();
            let left: Vec<_> =
                left.map(|f| f.file_name()).filter(|n| n.to_string_lossy().ends_with(".tmp")).collect();
            assert!(left.is_empty(), "{left:?}");
        }
        assert!(failed > 0, "no limit was felt: this test tests nothing");
    }
    // Nobody can be told, and the exit code still says it.
    #[cfg(target_os = "linux")]
    {
        learner.run(&["run", "neuron"]);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = learner
            .command(&["--json", "run", "neuron"])
            .stdout(full)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.code().is_some_and(|c| c != 0), "{status}");
    }
}

/// Starts it, and kills it after so long.
fn cut_off(learner: &Learner, args: &[&str], after: Duration) {
    let mut command = learner.command(args);
    command.env(MARK, std::process::id().to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    sleep(after);
    let _ = child.kill();
    child.wait().unwrap();
}

#[test]
fn a_grader_that_is_killed_leaves_everything_whole() {
    let learner = Learner::new();
    learner.run(&["run", "neuron"]);
    learner.write(SOFTMAX, &right());
    learner.run(&["run", "softmax"]);
    let starter = exercises("starter.rs", "neuron");

    // While it puts a starter in the place of somebody's work.
    let mut replaced = 0;
    for i in 0..40_u32 {
        let work = format!("// evening {i}\n{}", "// and what came of it\n".repeat(2000));
        learner.write("neuron", &work);
        cut_off(&learner, &["reset", "neuron"], Duration::from_micros(500) * i);
        let now = fs::read_to_string(learner.file("neuron")).unwrap();
        if now == starter {
            replaced += 1;
            let backups = fs::read_dir(learner.0.join(".backup")).unwrap().flatten();
            let kept =
                backups.filter(|b| fs::read_to_string(b.path()).is_ok_and(|text| text == work)).count();
            assert!(kept > 0, "evening {i} is lost");
        } else {
            assert_eq!(now, work, "half of each");
        }
    }
    learner.run(&["reset", "neuron"]);
    println!("{replaced} of 40 were replaced before they were killed");

    // While it writes its memory.
    for i in 0..40_u32 {
        let name = ["neuron", "softmax"][i as usize % 2];
        cut_off(&learner, &["goto", name], Duration::from_micros(400) * i);
        knows(&learner, "neuron");
        knows(&learner, "softmax");
    }

    // While it compiles, runs, judges and remembers.
    for i in 0..12_u32 {
        let text = format!("{}// {i}\n", right());
        learner.write(SOFTMAX, &text);
        cut_off(&learner, &["run", "softmax"], Duration::from_millis(35) * i);
        assert_eq!(fs::read_to_string(learner.file(SOFTMAX)).unwrap(), text);
        knows(&learner, "neuron");
        knows(&learner, "softmax");
    }
    nothing_runs();
    let (code, _, said) = run(&learner, SOFTMAX);
    assert!(code == 0 && !said.contains("damaged"), "{said}");
}

#[test]
fn a_memory_that_is_no_file_costs_no_verdict() {
    let learner = Learner::new();
    learner.write(SOFTMAX, &right());
    assert_eq!(run(&learner, SOFTMAX).0, 0);
    let (file, elsewhere) = (memory(&learner), learner.0.join("elsewhere.toml"));
    let good = fs::read_to_string(&file).unwrap();
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    let shapes = [
        "a folder",
        "a pipe",
        "a link",
        "a link to nowhere",
        "a link to itself",
        "a link to a device",
        "nothing in it",
        "half of it",
        "nobody may read it",
        "nobody may write it",
    ];
    for what in shapes {
        fs::remove_file(&file).or_else(|_| fs::remove_dir(&file)).unwrap();
        match what {
            "a folder" => fs::create_dir(&file).unwrap(),
            "a pipe" => assert!(Command::new("mkfifo").arg(&file).status().unwrap().success()),
            "a link" => fs::write(&elsewhere, &good).and_then(|()| symlink(&elsewhere, &file)).unwrap(),
            "a link to nowhere" => symlink("/no/such/file", &file).unwrap(),
            "a link to itself" => symlink(&file, &file).unwrap(),
            "a link to a device" => symlink("/dev/zero", &file).unwrap(),
            "nothing in it" => fs::write(&file, "").unwrap(),
            "half of it" => fs::write(&file, &good[..good.len() / 2]).unwrap(),
            _ => fs::write(&file, &good).unwrap(),
        }
        match what {
            "nobody may read it" => mode(0o000),
            "nobody may write it" => mode(0o400),
            _ => {}
        }
        let (code, word, said) = run(&learner, SOFTMAX);
        assert_eq!((code, word.as_str()), (0, "pass"), "{what}: {said}");
        let (code, word, said) = run(&learner, "neuron");
        assert_eq!((code, word.as_str()), (1, "named"), "{what}: {said}");
        assert_eq!(fs::read_to_string(learner.file(SOFTMAX)).unwrap(), right());
        match what {
            "a link" => {
                assert!(fs::symlink_metadata(&file).unwrap().is_symlink());
                assert!(
                    fs::read_to_string(&elsewhere).unwrap().contains("neuron = "),
                    "what it leads to is written"
                );
            }
            "a link to a device" => {
                assert!(fs::metadata("/dev/zero").unwrap().file_type().is_char_device());
                assert!(fs::symlink_metadata(&file).unwrap().is_symlink(), "left alone");
            }
            "half of it" => {
                let kept = file.with_file_name("progress.toml.damaged.2");
                assert_eq!(fs::read_to_string(kept).unwrap(), good[..good.len() / 2]);
            }
            _ => {}
        }
    }
}
