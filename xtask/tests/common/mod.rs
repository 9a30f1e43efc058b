//! A learner at the keyboard: what the tests of the command line share.

#![allow(dead_code)] // no test uses all of it

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) const SOFTMAX: &str = "probability/softmax";

/// A folder of solutions; there is one at a time, so that its dependencies are compiled once.
pub(crate) struct Learner(pub(crate) PathBuf, #[allow(dead_code)] Option<MutexGuard<'static, ()>>);

static ONE: Mutex<()> = Mutex::new(());

impl Learner {
    /// A folder as a newcomer has it: nothing. What was compiled in an earlier test comes back.
    pub(crate) fn new() -> Self {
        // A test that failed has left nothing that the next one uses.
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("solutions");
        let built = folder.with_extension("built");
        let _ = fs::rename(folder.join(".grader/target"), &built);
        let _ = fs::remove_dir_all(&folder);
        let learner = Learner(folder, Some(one));
        let (code, _, said) = learner.run(&["list", "--all"]);
        assert_eq!(code, 0, "{said}");
        assert!(!learner.0.exists(), "a list needs no folder");
        learner.run(&["reset", "neuron"]);
        let _ = fs::rename(&built, learner.0.join(".grader/target"));
        learner
    }

    /// The exit code, the JSON objects, and all that was said.
    pub(crate) fn run(&self, args: &[&str]) -> (i32, Vec<Value>, String) {
        self.call(&[&["--json"], args].concat())
    }

    /// The same without `--json`.
    pub(crate) fn call(&self, args: &[&str]) -> (i32, Vec<Value>, String) {
        let output = self.command(args).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let objects = out.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
        (output.status.code().unwrap(), objects, out + &String::from_utf8_lossy(&output.stderr))
    }

    /// The program, ready to start.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_within(3, args)
    }

    /// The same, with so many seconds for an exercise.
    pub(crate) fn command_within(&self, seconds: u32, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(["exercises", "--time-limit", &seconds.to_string()])
            .args(["--memory-limit", "200", "--solutions"])
            .arg(&self.0)
            .args(args)
            .env_remove("VISUAL")
            .env_remove("EDITOR");
        command
    }

    /// A folder elsewhere: nobody creates or clears it.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Learner(folder, None)
    }

    pub(crate) fn write(&self, id: &str, text: &str) {
        let file = self.file(id);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn file(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.rs"))
    }

    /// The processes that run a program of this folder's.
    pub(crate) fn running(&self, name: &str) -> Vec<i32> {
        let built = self.0.join(".grader/target");
        let output = Command::new("ps").args(["-axww", "-o", "pid=,args="]).output().unwrap();
        let all = String::from_utf8_lossy(&output.stdout).into_owned();
        let ours = all.lines().filter_map(|l| l.trim_start().split_once(' ')).filter(|(_, program)| {
            let program = Path::new(program.trim_start());
            program.starts_with(&built) && program.ends_with(name)
        });
        ours.filter_map(|(pid, _)| pid.parse().ok()).collect()
    }

    /// Writes a file and grades it.
    pub(crate) fn grade(&self, id: &str, text: &str) -> (i32, Value) {
        self.write(id, text);
        let (code, objects, said) = self.run(&["run", id]);
        assert_eq!(objects.len(), 1, "{said}");
        (code, objects[0].clone())
    }
}

/// A file of an exercise.
pub(crate) fn exercises(file: &str, id: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/exercises/src");
    fs::read_to_string(root.join(id).join(file)).unwrap()
}

/// All exercises, in order.
pub(crate) fn ids() -> Vec<String> {
    let order = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/exercises/order.toml");
    let order: toml::Table = toml::from_str(&fs::read_to_string(order).unwrap()).unwrap();
    order["exercise"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_string()).collect()
}
