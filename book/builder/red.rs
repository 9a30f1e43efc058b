//! `break-it`: applies the patch of every *break it* box and sees whether the promised test turns red.
//!
//! All of it happens in a copy of the workspace, kept between runs, with the target folder shared, so that Cargo builds no
//! dependency twice; the files that the reader and the author work on are never touched. For each box: the test must pass as things are, and fail, not merely refuse
//! to compile, with the patch.

use crate::breaks::{self, Patch};
use crate::build::{self, Layout};
use crate::chapter::{self, slashed};
use crate::problem::{Error, Lines, Problem};
use pulldown_cmark::{Event, Parser, Tag};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long one test may take, compilation included.
const LIMIT: Duration = Duration::from_secs(900);

/// One test is run for an instant: what counts is how soon it is compiled.
const QUICK: [&str; 3] =
    ["profile.dev.opt-level=0", "profile.dev.package.linalg.opt-level=1", "profile.dev.debug=false"];

/// A box and where it is.
struct Located {
    chapter: PathBuf,
    line: usize,
    patch: Patch,
}

/// Tries every box whose chapter's path contains `only`; returns how many kept their promise.
///
/// # Errors
///
/// [`Error::Sources`] with every box that does not; [`Error::Io`] if the copy cannot be made.
pub(crate) fn try_all(layout: &Layout, only: &str) -> Result<usize, Error> {
    let (boxes, mut problems) = boxes(layout, only)?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| layout.root.join("target"), PathBuf::from);
    let folder = layout.root.join(target).join("break-it");
    let copy = folder.join("workspace");
    if !boxes.is_empty() {
        mirror(&layout.root, &copy, &folder)?;
    }
    // First every test as things are, then every patch: a patch goes in as the one before it goes out, so that Cargo compiles once a box.
    let mut green = Vec::new();
    for located in &boxes {
        let start = Instant::now();
        match passing(&located.patch, &copy, &folder) {
            Ok(test) => green.push((located, test, start.elapsed())),
            Err(message) => problems.push(Problem::new(&located.chapter, located.line, message)),
        }
    }
    let mut kept = 0;
    for (Located { chapter, line, patch }, words, before) in green {
        let start = Instant::now();
        match failing(patch, &words, &copy, &folder) {
            Ok(()) => {
                kept += 1;
                let (test, took) = (patch.test.join(" "), (before + start.elapsed()).as_secs_f64());
                println!("{}:{line}: `{test}` turns red ({took:.1} s)", slashed(chapter));
            }
            Err(message) => problems.push(Problem::new(chapter, *line, message)),
        }
    }
    problems.sort();
    if problems.is_empty() { Ok(kept) } else { Err(Error::Sources(problems)) }
}

/// The boxes of all written chapters, and what is wrong with those that cannot be read.
fn boxes(layout: &Layout, only: &str) -> Result<(Vec<Located>, Vec<Problem>), Error> {
    let (mut boxes, mut problems) = (Vec::new(), Vec::new());
    for chapter in build::chapters(layout)?.into_iter().filter(|chapter| slashed(chapter).contains(only)) {
        let path = layout.root.join(&chapter);
        let source = fs::read_to_string(&path).map_err(Error::io(&path))?;
        let lines = Lines::new(&source);
        for (event, range) in Parser::new_ext(&source, chapter::options()).into_offset_iter() {
            if !matches!(event, Event::Start(Tag::BlockQuote(_))) {
                continue;
            }
            match breaks::patch(&source, &range) {
                None => {}
                Some(Ok(patch)) => {
                    boxes.push(Located { chapter: chapter.clone(), line: lines.line(range.start), patch });
                }
                Some(Err((at, message))) => problems.push(Problem::new(&chapter, lines.line(at), message)),
            }
        }
    }
    Ok((boxes, problems))
}

/// The command that a box names, when it passes without the patch. Where the chapter has a test file of its own with the tests that the
/// box names, the command is narrowed to it.
fn passing(patch: &Patch, copy: &Path, folder: &Path) -> Result<Vec<String>, String> {
    if let Some(narrow) = narrowed(patch, copy)
        && let Ok(said) = green(&narrow, copy, folder)
    {
        // Of the tests of which the box speaks one must be among those that ran, or else the file is not the right one.
        let ran = |name: &String| tests(&said, "ok").any(|test| test == name.as_str());
        let spoken: Vec<&String> = patch.named.iter().filter(|name| is_test(name, patch, copy)).collect();
        if spoken.is_empty() || spoken.into_iter().any(ran) {
            return Ok(narrow);
        }
    }
    green(&patch.test, copy, folder).map(|_| patch.test.clone())
}

/// What a command says that runs at least one test and passes.
fn green(words: &[String], copy: &Path, folder: &Path) -> Result<String, String> {
    let test = words.join(" ");
    let (status, said) = run(words, copy, folder)?;
    if !status.success() {
        return Err(format!("`{test}` fails without the patch:\n{}", tail(&said)));
    }
    if passed(&said) == 0 {
        return Err(format!("`{test}` runs no test at all"));
    }
    Ok(said)
}

/// The patch applied, the same command must end with a red test; or else the whole of what the box says, if that passes without.
fn failing(patch: &Patch, words: &[String], copy: &Path, folder: &Path) -> Result<(), String> {
    let result = red(patch, words, copy, folder);
    if result.is_err() && words != patch.test {
        green(&patch.test, copy, folder)?;
        return red(patch, &patch.test, copy, folder);
    }
    result
}

/// `cargo test -p linalg -- solving` with `--test solving`, if there is such a file; or with the file that has the test of which the box speaks.
fn narrowed(patch: &Patch, copy: &Path) -> Option<Vec<String>> {
    let test = &patch.test;
    let dashes = test.iter().position(|word| word == "--")?;
    let package = test.iter().position(|word| word == "-p").and_then(|at| test.get(at + 1))?;
    let slug = test.get(dashes + 1)?.split("::").next()?;
    let chosen =
        test[..dashes].iter().any(|word| ["--test", "--lib", "--doc", "--example"].contains(&word.as_str()));
    if chosen {
        return None;
    }
    let folder = copy.join(package).join("tests");
    let filter = test[dashes + 1..].iter().filter_map(|word| word.rsplit_once("::")).map(|(_, name)| name);
    let heads: Vec<String> =
        patch.named.iter().map(String::as_str).chain(filter).map(|name| format!("fn {name}(")).collect();
    let holds = |name: &str| {
        let text = fs::read_to_string(folder.join(name).with_extension("rs")).unwrap_or_default();
        heads.iter().any(|head| text.contains(head))
    };
    let mut names: Vec<String> = fs::read_dir(&folder)
        .ok()?
        .flatten()
        .filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_string()))
        .collect();
    names.sort();
    // The chapter's own file if nothing speaks against it.
    let own = names.iter().position(|name| name == slug);
    let speaking = own.filter(|&at| holds(&names[at])).or_else(|| names.iter().position(|name| holds(name)));
    let name = names.swap_remove(speaking.or(own)?);
    let mut narrow = test.clone();
    narrow.splice(dashes..dashes, ["--test".to_string(), name.clone()]);
    // Asked for the whole workspace, Cargo takes dependencies as `cargo test --workspace` has left them. For one package it may compile
    // them anew, with fewer features.
    if packages_with_test(copy, &name) == 1 {
        let at = narrow.iter().position(|word| word == "-p")?;
        narrow.splice(at..at + 2, ["--workspace".to_string()]);
    }
    Some(narrow)
}

/// In how many folders, this one and all below it, there is such a test file.
fn packages_with_test(folder: &Path, name: &str) -> usize {
    let own = usize::from(folder.join("tests").join(name).with_extension("rs").is_file());
    let below = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    own + below.filter(|path| path.is_dir()).map(|path| packages_with_test(&path, name)).sum::<usize>()
}

/// Whether some test of the package has that name. A box sets other words in code, too, among them functions.
fn is_test(name: &str, patch: &Patch, copy: &Path) -> bool {
    fn holds(folder: &Path, head: &str) -> bool {
        fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return holds(&path, head);
            }
            path.extension().is_some_and(|end| end == "rs")
                && fs::read_to_string(&path).is_ok_and(|text| {
                    let lines: Vec<&str> = text.lines().map(str::trim).collect();
                    let marked = |at: usize| {
                        lines[..at].iter().rev().take_while(|l| l.starts_with("#[")).any(|l| *l == "#[test]")
                    };
                    (0..lines.len()).any(|at| lines[at].starts_with(head) && marked(at))
                })
        })
    }
    let package = patch.test.iter().position(|word| word == "-p").and_then(|at| patch.test.get(at + 1));
    package.is_some_and(|package| {
        ["tests", "src"].iter().any(|part| holds(&copy.join(package).join(part), &format!("fn {name}(")))
    })
}

/// The patch applied, the command must end with a red test; the file is put back.
fn red(patch: &Patch, words: &[String], copy: &Path, folder: &Path) -> Result<(), String> {
    let file = copy.join(&patch.file);
    let text = fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", patch.file))?;
    let patched = patch.apply(&text)?;
    let test = words.join(" ");
    fs::write(&file, patched).map_err(|error| format!("{}: {error}", file.display()))?;
    let outcome = run(words, copy, folder);
    fs::write(&file, &text).map_err(|error| format!("{}: {error}", file.display()))?;
    let (status, said) = outcome?;
    if status.success() {
        return Err(format!("`{test}` stays green with the patch applied to {}", patch.file));
    }
    if !said.contains("test result: FAILED") {
        return Err(format!("with the patch, `{test}` fails otherwise than by a red test:\n{}", tail(&said)));
    }
    // Where the box names tests of this run, one of them is the one that turns red.
    let failed = |name: &&String| tests(&said, "FAILED").any(|test| test == name.as_str());
    let known = |name: &&String| failed(name) || tests(&said, "ok").any(|test| test == name.as_str());
    let named: Vec<&String> = patch.named.iter().filter(known).collect();
    if !named.is_empty() && !named.iter().any(failed) {
        let reds: Vec<&str> = tests(&said, "FAILED").collect();
        return Err(format!("with the patch, other tests than the named ones turn red: {}", reds.join(", ")));
    }
    Ok(())
}

/// Runs a command of ours in the copy, with a limit; returns what it said.
fn run(words: &[String], copy: &Path, folder: &Path) -> Result<(ExitStatus, String), String> {
    let log = folder.join("output.txt");
    let explain = |error: std::io::Error| format!("`{}`: {error}", words.join(" "));
    let output = File::create(&log).map_err(explain)?;
    let errors = output.try_clone().map_err(explain)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut child = Command::new(cargo)
        .arg(&words[1])
        .args(QUICK.iter().flat_map(|setting| ["--config", setting]))
        .args(&words[2..])
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", folder.parent().unwrap_or(folder))
        // A patch changes one line: what was compiled around it is kept, whatever the caller thinks of that.
        .env("CARGO_INCREMENTAL", "1")
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(explain)?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(explain)? {
            let said = fs::read(&log).map_err(explain)?;
            return Ok((status, String::from_utf8_lossy(&said).into_owned()));
        }
        if start.elapsed() > LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("`{}` takes longer than {} s", words.join(" "), LIMIT.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The names, without modules, of the tests with an outcome.
fn tests<'a>(said: &'a str, outcome: &'a str) -> impl Iterator<Item = &'a str> {
    said.lines().filter_map(move |line| {
        let (name, found) = line.strip_prefix("test ")?.split_once(" ... ")?;
        (found == outcome).then(|| name.rsplit("::").next().unwrap_or(name))
    })
}

/// How many tests have passed, over all of the command's targets.
fn passed(said: &str) -> usize {
    said.lines()
        .filter_map(|line| line.strip_prefix("test result: ok. "))
        .filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok())
        .sum()
}

/// The last lines of an output.
fn tail(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// Makes `copy` hold what the workspace holds; a file that is the same already keeps its time, so that Cargo lets it be.
fn mirror(root: &Path, copy: &Path, skip: &Path) -> Result<(), Error> {
    fs::create_dir_all(copy).map_err(Error::io(copy))?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root).map_err(Error::io(root))? {
        let entry = entry.map_err(Error::io(root))?;
        let name = entry.file_name();
        let from = entry.path();
        let hidden = name.to_string_lossy().starts_with('.') && name != ".cargo";
        let made = ["target", "solutions", "html"].iter().any(|made| name == *made)
            || from.join("CACHEDIR.TAG").is_file();
        if hidden || made || from == skip {
            continue;
        }
        let to = copy.join(&name);
        if from.is_dir() {
            mirror(&from, &to, skip)?;
        } else {
            let content = fs::read(&from).map_err(Error::io(&from))?;
            if fs::read(&to).ok().as_ref() != Some(&content) {
                fs::write(&to, content).map_err(Error::io(&to))?;
            }
        }
        names.insert(name);
    }
    for entry in fs::read_dir(copy).map_err(Error::io(copy))?.flatten() {
        let path = entry.path();
        if !names.contains(&entry.file_name()) {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(Error::io(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAPTER: &str = "# T\n\n> [!BREAK]\n> ```diff\n> --- toy/src/lib.rs\n> -    a + b\n> +    a - b\n> ```\n> `cargo test -p toy -- adds` turns red.\n";

    fn workspace(name: &str, chapter: &str) -> Layout {
        let root = std::env::temp_dir().join(format!("book-red-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for (path, text) in [
            ("Cargo.toml", "[workspace]\nmembers = [\"toy\"]\nresolver = \"3\"\n"),
            ("toy/Cargo.toml", "[package]\nname = \"toy\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            (
                "toy/src/lib.rs",
                "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n#[test]\nfn adds() {\n    assert_eq!(add(2, 2), 4);\n}\n#[test]\nfn blind() {}\n",
            ),
            ("book/src/SUMMARY.md", "# Summary\n\n- [T](t.md)\n"),
            ("book/src/t.md", chapter),
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        Layout { root, book: "book".into() }
    }

    /// Each runs Cargo on a crate of nine lines: a second or two, hence one test for all.
    #[test]
    fn a_promise_is_kept_or_named_as_broken() {
        let tries = |name: &str, chapter: &str| {
            let layout = workspace(name, chapter);
            let folder = layout.root.join("work");
            let copy = folder.join("workspace");
            let (boxes, problems) = boxes(&layout, "").unwrap();
            assert_eq!(problems, []);
            mirror(&layout.root, &copy, &folder).unwrap();
            let patch = &boxes[0].patch;
            let result =
                passing(patch, &copy, &folder).and_then(|words| failing(patch, &words, &copy, &folder));
            let untouched = fs::read_to_string(layout.root.join("toy/src/lib.rs")).unwrap();
            assert!(untouched.contains("a + b"));
            assert_eq!(fs::read_to_string(copy.join("toy/src/lib.rs")).unwrap(), untouched);
            fs::remove_dir_all(&layout.root).unwrap();
            result
        };
        assert_eq!(tries("kept", CHAPTER), Ok(()));
        let green = tries("green", &CHAPTER.replace("-- adds", "-- blind")).unwrap_err();
        assert!(green.contains("stays green"), "{green}");
        let none = tries("none", &CHAPTER.replace("-- adds", "-- nosuch")).unwrap_err();
        assert!(none.contains("runs no test at all"), "{none}");
        let other = tries("other", &CHAPTER.replace("-- adds` turns", "` and `blind` turns")).unwrap_err();
        assert!(other.contains("other tests than the named ones turn red: adds"), "{other}");
        let torn = tries("torn", &CHAPTER.replace("a - b", "a ~ b")).unwrap_err();
        assert!(torn.contains("otherwise than by a red test"), "{torn}");
    }
}
