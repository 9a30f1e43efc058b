//! `doctor`: what this machine has, and what it lacks, checked by doing it.

use super::child::{self, Ended};
use super::guard::{self, Allowance};
use super::project::Project;
use super::state::Store;
use super::text::{line, lines, object, wrap};
use crate::failure::Failure;
use crate::{files, tasks};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Finding {
    Good,
    /// Everything works, but the learner may want to know.
    Remark,
    Lacking,
}

struct Check {
    what: &'static str,
    finding: Finding,
    says: String,
}

fn check(what: &'static str, finding: Finding, says: impl Into<String>) -> Check {
    Check { what, finding, says: says.into() }
}

/// Examines the machine; says whether nothing is lacking.
pub(crate) fn examine(folder: Option<&Path>, json: bool) -> Result<bool, Failure> {
    let place = Project::place(folder)?;
    let checks = [
        compiler(),
        linker(),
        space(&place),
        solutions(&place),
        registry(&place),
        time_limit(),
        group(),
        writing(),
        memory(),
    ];
    for c in &checks {
        let word = match c.finding {
            Finding::Good => "good",
            Finding::Remark => "note",
            Finding::Lacking => "lacking",
        };
        if json {
            object(&json!({ "check": c.what, "finding": word, "says": c.says }));
            continue;
        }
        let mark = match c.finding {
            Finding::Good => '✓',
            Finding::Remark => '·',
            Finding::Lacking => '✗',
        };
        line(&format!("{mark} {word:7}  {}", c.what));
        lines(&wrap(&c.says, 60, "           "));
    }
    let lacking = checks.iter().filter(|c| c.finding == Finding::Lacking).count();
    if !json {
        let verdict =
            if lacking == 0 { "Nothing is lacking.".into() } else { format!("Lacking: {lacking}.") };
        line(&format!("\n{verdict}"));
    }
    Ok(lacking == 0)
}

fn compiler() -> Check {
    const WHAT: &str = "Rust compiler";
    const NEEDED: &str = env!("CARGO_PKG_RUST_VERSION");
    let output = Command::new(rustc()).arg("--version").current_dir(files::root()).output();
    let Ok(output) = output.map_err(|_| ()) else {
        return check(WHAT, Finding::Lacking, "rustc cannot be started: install Rust from https://rustup.rs");
    };
    let said = String::from_utf8_lossy(&output.stdout).trim().to_string();
    let found = said.split_whitespace().nth(1).unwrap_or_default();
    if version(found) >= version(NEEDED) {
        check(WHAT, Finding::Good, format!("{said} ({NEEDED} or later is needed)"))
    } else {
        check(WHAT, Finding::Lacking, format!("{said}; {NEEDED} or later is needed: rustup update"))
    }
}

/// Cargo says which one it uses; alone, the one on the path.
fn rustc() -> std::ffi::OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// `1.89.0-nightly` as numbers that compare.
fn version(text: &str) -> Vec<u32> {
    text.split('-').next().unwrap_or_default().split('.').map_while(|n| n.parse().ok()).collect()
}

/// Compiles and runs the smallest program there is.
fn linker() -> Check {
    let folder = std::env::temp_dir().join(format!("exercises-doctor-{}", std::process::id()));
    let found = match linked(&folder) {
        Ok(()) => check("linker", Finding::Good, "a program was compiled, linked and run"),
        Err(why) => check("linker", Finding::Lacking, why),
    };
    let _ = fs::remove_dir_all(&folder);
    found
}

fn linked(folder: &Path) -> Result<(), String> {
    let program = folder.join(format!("hello{}", std::env::consts::EXE_SUFFIX));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join("hello.rs"), "fn main() {}"))
        .map_err(|e| format!("{} cannot be written: {e}", folder.display()))?;
    let built = Command::new(rustc())
        .args(["hello.rs", "-o"])
        .arg(&program)
        .current_dir(folder)
        .output()
        .map_err(|e| format!("rustc cannot be started: {e}"))?;
    if !built.status.success() {
        let said = String::from_utf8_lossy(&built.stderr);
        let first = said.lines().find(|l| l.starts_with("error")).unwrap_or("rustc failed");
        return Err(format!("an empty program does not link: {first}. {}", remedy()));
    }
    if !Command::new(&program).status().is_ok_and(|s| s.success()) {
        return Err("a program links, but what comes out does not run".into());
    }
    Ok(())
}

fn remedy() -> &'static str {
    if cfg!(windows) {
        "Install the Visual Studio build tools (C++)"
    } else if cfg!(target_os = "macos") {
        "Run xcode-select --install"
    } else {
        "Install a C compiler (gcc or clang)"
    }
}

/// What is left on the disk, as `df` says it.
fn space(place: &Path) -> Check {
    const WHAT: &str = "disk space";
    const NEEDED: u64 = 1 << 20; // KiB: what the grader compiles takes about half of it
    let Some(existing) = place.ancestors().find(|p| p.is_dir()) else {
        return check(WHAT, Finding::Remark, "not checked: the folder has no parent");
    };
    let output = Command::new("df").arg("-Pk").arg(existing).stdin(Stdio::null()).output();
    let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    let free = text.lines().nth(1).and_then(|l| l.split_whitespace().nth(3)?.parse::<u64>().ok());
    match free {
        None => check(WHAT, Finding::Remark, "not checked on this platform; the grader needs about 1 GiB"),
        Some(kib) => {
            let finding = if kib >= NEEDED { Finding::Good } else { Finding::Lacking };
            let gib = kib as f64 / f64::from(1 << 20);
            check(WHAT, finding, format!("{gib:.1} GiB are free; the grader needs about 1 GiB"))
        }
    }
}

fn solutions(place: &Path) -> Check {
    const WHAT: &str = "solutions";
    let shown = place.display();
    let Ok(data) = fs::metadata(place) else {
        return check(WHAT, Finding::Good, format!("{shown} is not there yet: the first run creates it"));
    };
    if !data.is_dir() {
        return check(WHAT, Finding::Lacking, format!("{shown} is not a folder"));
    }
    let probe = place.join(format!(".doctor.{}", std::process::id()));
    let written = fs::write(&probe, "");
    let _ = fs::remove_file(&probe);
    if let Err(e) = written {
        return check(WHAT, Finding::Lacking, format!("{shown} cannot be written: {e}"));
    }
    if !place.join("Cargo.toml").is_file() {
        return check(
            WHAT,
            Finding::Lacking,
            format!("{shown} is no project of the grader's: it has no Cargo.toml"),
        );
    }
    let (progress, notice) = Store::of(place).look();
    if let Some(notice) = notice {
        return check(WHAT, Finding::Remark, notice);
    }
    let passed = progress.exercises.values().filter(|r| r.passed.is_some()).count();
    check(WHAT, Finding::Good, format!("{shown}, {passed} exercises have passed"))
}

/// Whether the grader can be built without a network.
fn registry(place: &Path) -> Check {
    const WHAT: &str = "packages, offline";
    let known = |folder: &Path| -> Result<(), String> {
        let mut cargo = tasks::cargo();
        cargo.current_dir(folder).args(["fetch", "--offline", "--locked", "--quiet"]).stdin(Stdio::null());
        let output = cargo.output().map_err(|e| e.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().find(|l| l.starts_with("error")).unwrap_or("cargo failed").to_string();
        if output.status.success() { Ok(()) } else { Err(first) }
    };
    let own = if place.join("Cargo.toml").is_file() { known(place) } else { Ok(()) };
    match known(&files::root()).and(own) {
        Ok(()) => {
            check(WHAT, Finding::Good, "everything that is needed was downloaded: no network is needed")
        }
        // Of packages for other systems, cargo fetch wants all; none is missed.
        Err(why) => check(
            WHAT,
            Finding::Remark,
            format!("not everything is here ({why}): `cargo fetch` downloads it while there is a network"),
        ),
    }
}

/// A program that sleeps, ended by its limit.
fn time_limit() -> Check {
    const WHAT: &str = "time limit";
    let start = Instant::now();
    match child::run(sleeper(), b"", Duration::from_millis(200), 1 << 16, 1 << 10) {
        Ok(o) if o.ended == Ended::TimeLimit && start.elapsed() < Duration::from_secs(5) => {
            check(WHAT, Finding::Good, "a program that sleeps was ended")
        }
        Ok(o) => check(WHAT, Finding::Lacking, format!("a program that sleeps ended by {:?}", o.ended)),
        Err(e) => check(WHAT, Finding::Remark, format!("not checked: {e}")),
    }
}

fn sleeper() -> Command {
    let mut command = Command::new(if cfg!(windows) { "ping" } else { "sleep" });
    command.args(if cfg!(windows) { &["-n", "30", "127.0.0.1"][..] } else { &["30"] });
    command
}

/// Whether what a program starts ends with it.
fn group() -> Check {
    const WHAT: &str = "process group";
    if cfg!(not(unix)) {
        return check(
            WHAT,
            Finding::Remark,
            "a program that is stopped ends with all it has started (taskkill /T); what it leaves behind when it ends by \
             itself goes on",
        );
    }
    let mut shell =
        guard::learner("sh".as_ref(), "/dev/null".as_ref(), Allowance { heap: 1 << 30, seconds: 10 });
    // Where there is a guard, not even another session is a place to hide.
    let hidden = if cfg!(target_os = "linux") { "setsid " } else { "" };
    shell.args(["-c", &format!("{hidden}sleep 30 & exit 0")]);
    let start = Instant::now();
    // The pipes stay open as long as the sleeper lives.
    match child::run(shell, b"", Duration::from_secs(10), 1 << 16, 1 << 10) {
        Ok(o) if o.ended == Ended::Code(0) && start.elapsed() < Duration::from_secs(2) => {
            check(WHAT, Finding::Good, "what a program leaves running ends with it")
        }
        Ok(_) => check(WHAT, Finding::Lacking, "what a program leaves running lives on"),
        Err(e) => check(WHAT, Finding::Remark, format!("not checked: {e}")),
    }
}

/// Whether a learner's code is kept from writing files.
fn writing() -> Check {
    const WHAT: &str = "files";
    if guard::confines() {
        return check(
            WHAT,
            Finding::Good,
            "your functions can write no file while they are graded (Landlock)",
        );
    }
    check(
        WHAT,
        Finding::Remark,
        "your functions can write files while they are graded: this system has no Landlock (Linux 5.13 or later has). Grade \
         only code that you trust",
    )
}

fn memory() -> Check {
    check(
        "memory limit",
        Finding::Good,
        "counted at the heap, by the program itself, so on every platform; --memory-limit sets it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare() {
        assert!(version("1.100.0") > version("1.89") && version("1.89.0") >= version("1.89"));
        assert!(version("1.88.0-nightly") < version("1.89") && version("") < version("1.0"));
    }
}
