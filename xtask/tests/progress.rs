//! What is remembered, what it is used for, and that no accident to it costs a verdict or the memory itself.

mod common;

use common::{Learner, SOFTMAX, exercises};
use serde_json::Value;
use std::fs;
use std::path::Path;

const PROGRESS: &str = ".grader/progress.toml";

fn progress(learner: &Learner) -> toml::Table {
    toml::from_str(&fs::read_to_string(learner.0.join(PROGRESS)).unwrap()).unwrap()
}

/// Adds a line to the memory: the mistake was met in another exercise.
fn met_elsewhere(learner: &Learner, name: &str, mistake: &str) {
    let path = learner.0.join(PROGRESS);
    let text = fs::read_to_string(&path).unwrap();
    let line = format!(
        "{name} = {{ last = \"pass\", graded = 2, passed = \"2026-01-02\", met = [\"{mistake}\"] }}\n"
    );
    fs::write(path, text + &line).unwrap();
}

#[test]
fn a_memory_that_helps_and_never_decides() {
    let learner = Learner::new();
    let file = learner.0.join(PROGRESS);

    // Without a name: the first open one. A hint and a way follow it.
    let (code, said, all) = learner.run(&["run"]);
    assert_eq!(
        (code, &said[0]["exercise"], &said[0]["name"]),
        (1, &"neuron".into(), &"frozen".into()),
        "{all}"
    );
    assert_eq!(said[0]["history"], Value::Null);
    assert!(learner.call(&["hint"]).2.contains("neuron, hint 1 of 3"));

    // The same again is no news. The same elsewhere is.
    assert_eq!(learner.run(&["run"]).1[0]["history"], Value::Null);
    met_elsewhere(&learner, "rope", "frozen");
    let (_, said, _) = learner.run(&["run"]);
    assert_eq!(said[0]["history"], "You met frozen before, in the exercise rope.");
    assert!(learner.call(&["run"]).2.contains("You met frozen before"));
    let known = progress(&learner);
    let neuron = &known["exercises"]["neuron"];
    assert_eq!((neuron["graded"].as_integer(), neuron["last"].as_str()), (Some(4), Some("named")));

    // A pass is dated, the next open one is another, and the list knows without grading.
    learner.write("neuron", &exercises("solution.rs", "neuron"));
    assert_eq!(learner.run(&["run"]).0, 0);
    let date = progress(&learner)["exercises"]["neuron"]["passed"].as_str().unwrap().to_string();
    assert!(date.len() == 10 && date.starts_with("20"), "{date}");
    let (code, said, _) = learner.run(&["run"]);
    assert_eq!((code, &said[0]["exercise"]), (6, &SOFTMAX.into()));
    let (_, listed, _) = learner.run(&["list"]);
    assert_eq!((&listed[0]["last"], &listed[0]["passed"]), (&"pass".into(), &date.as_str().into()));
    let (_, todo, _) = learner.run(&["list", "--todo"]);
    assert_eq!(todo.len(), listed.len() - 2, "neuron and rope pass");
    let (_, softmaxes, _) = learner.run(&["list", "--topic", "prob"]);
    assert!(!softmaxes.is_empty());
    assert!(softmaxes.iter().all(|e| e["exercise"].as_str().unwrap().starts_with("probability/")));
    assert_eq!(learner.run(&["list", "--topic", "sampling"]).1.len(), softmaxes.len());
    let (code, _, said) = learner.call(&["list", "--topic", "algebra"]);
    assert!(code == 2 && said.contains("there are") && said.contains("linalg"), "{said}");

    // Forth and back, and not beyond the ends.
    assert_eq!(learner.run(&["goto", "top-p"]).1[0]["current"], "probability/top_p");
    assert_eq!(learner.run(&["run"]).1[0]["exercise"], "probability/top_p");
    let ids: Vec<&str> = listed.iter().map(|e| e["exercise"].as_str().unwrap()).collect();
    let here = ids.iter().position(|id| *id == "probability/top_p").unwrap();
    for id in ids[..here].iter().rev() {
        assert_eq!(&learner.run(&["prev"]).1[0]["current"], id);
    }
    let (code, _, said) = learner.call(&["prev"]);
    assert!(code == 0 && said.contains("neuron is the first exercise"), "{said}");
    assert_eq!(learner.run(&["next"]).1[0]["current"], SOFTMAX);
    let (_, _, said) = learner.call(&["list"]);
    assert!(
        said.contains("> probability/softmax") && said.contains("Current (>): probability/softmax"),
        "{said}"
    );
    assert!(said.lines().all(|l| l.chars().count() <= 60), "{said}");

    // Damaged, or from a newer version: said in one line, kept, and the verdict is what it was.
    let before = fs::read(&file).unwrap();
    for (text, suffix, says) in [
        ("version = 1\n<<<<<<< mine\n".to_string(), "damaged", "is damaged in line 2"),
        ("version = 9\n[[plan]]\n".to_string(), "newer", "has version 9"),
    ] {
        fs::write(&file, &text).unwrap();
        let (code, _, said) = learner.call(&["list"]);
        assert!(code == 0 && said.contains(says), "{said}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "a list changes nothing");
        // without a name: the memory is asked, fails, and is written anew
        let (code, verdict, said) = learner.run(&["run"]);
        assert_eq!((code, &verdict[0]["verdict"]), (0, &"pass".into()), "{said}");
        assert_eq!(said.lines().filter(|l| l.contains(says)).count(), 1, "{said}");
        let kept = file.with_file_name(format!("progress.toml.{suffix}.1"));
        assert_eq!(fs::read_to_string(kept).unwrap(), text);
        assert!(progress(&learner)["exercises"].get("neuron").is_some());
    }
    // Something that is no file: left alone, and grading works.
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let (code, _, said) = learner.run(&["run", "neuron"]);
    assert!(code == 0 && said.contains("progress is not recorded"), "{said}");
    fs::remove_dir(&file).unwrap();
    fs::write(&file, &before).unwrap();

    // A disk that is full: the old file stays, to the byte.
    #[cfg(unix)]
    {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_xtask")]);
        shell.args(["exercises", "--solutions"]).arg(&learner.0).args(["goto", "matmul"]);
        let output = shell.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.contains("progress is not recorded") {
            assert_eq!(fs::read(&file).unwrap(), before);
        } else {
            // a shell without this limit, or one that pipes count against
            assert!(!output.status.success() || fs::read(&file).unwrap() != before, "{said}");
        }
        let left = fs::read_dir(file.parent().unwrap()).unwrap();
        assert!(left.flatten().all(|f| !f.file_name().to_string_lossy().ends_with(".tmp")));
    }
}

/// A folder that was made by hand and is still empty is meant to be used.
#[test]
fn an_empty_folder_is_furnished() {
    let learner = Learner::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("by-hand"));
    let _ = fs::remove_dir_all(&learner.0);
    fs::create_dir_all(&learner.0).unwrap();
    let (code, _, said) = learner.run(&["reset", "neuron"]);
    assert_eq!(code, 0, "{said}");
    assert!(learner.0.join("Cargo.toml").exists());
    assert!(learner.0.join("Cargo.lock").exists() && learner.0.join(".grader").exists());
    // One with something in it that is no project stays as it is.
    fs::remove_dir_all(&learner.0).unwrap();
    fs::create_dir_all(&learner.0).unwrap();
    fs::write(learner.0.join("thesis.txt"), "mine").unwrap();
    assert_eq!(learner.run(&["reset", "neuron"]).0, 70);
    assert_eq!(fs::read_to_string(learner.0.join("thesis.txt")).unwrap(), "mine");
}

#[test]
fn answers_are_free_once_they_are_earned() {
    let learner = Learner::new();
    let (code, _, said) = learner.call(&["solution", "softmax"]);
    assert!(code == 2 && said.contains("cargo xtask exercises solution softmax --yes"), "{said}");
    let (code, _, said) = learner.call(&["diff", "softmax", "--against", "solution"]);
    assert!(code == 2 && said.contains("comes after that"), "{said}");

    // Nothing changed yet; then what was changed, and nothing else.
    let (code, said, _) = learner.run(&["diff", "softmax"]);
    assert_eq!((code, &said[0]["same"]), (0, &true.into()));
    let solution = exercises("solution.rs", SOFTMAX);
    learner.write(SOFTMAX, &solution.replace('\n', "\r\n"));
    let (_, _, said) = learner.call(&["diff", "softmax"]);
    assert!(said.contains("-    todo!") && said.contains("@@") && !said.contains("-pub fn"), "{said}");

    assert_eq!(learner.run(&["run", "softmax"]).0, 0);
    assert_eq!(learner.call(&["solution", "softmax"]).2, solution);
    let (_, said, _) = learner.run(&["diff", "softmax", "--against", "solution"]);
    assert_eq!(said[0]["same"], true);

    // Asked for once with --yes, it is not asked again.
    assert_eq!(
        learner.call(&["solution", "top-p", "--yes"]).2,
        exercises("solution.rs", "probability/top_p")
    );
    assert_eq!(learner.call(&["solution", "top-p"]).0, 0);

    // Everything back to the beginning, and nothing lost.
    learner.write("neuron", "// an evening");
    let (code, said, _) = learner.run(&["reset", "--all"]);
    assert_eq!(code, 0);
    let kept: Vec<&Value> = said.iter().filter(|r| r["kept"] != Value::Null).collect();
    assert_eq!(kept.len(), 2, "{said:?}");
    assert_eq!(fs::read_to_string(learner.0.join(".backup/neuron.1.rs")).unwrap(), "// an evening");
    assert_eq!(learner.run(&["diff", "neuron"]).1[0]["same"], true);
    assert_eq!(learner.call(&["reset"]).0, 2);
}

#[cfg(unix)]
#[test]
fn files_open_in_the_editor_of_the_learner() {
    let learner = Learner::new();
    let with = |editor: &str, args: &[&str]| {
        let output = learner.command(args).env("EDITOR", editor).output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), said)
    };
    let (code, said) = with("head -n 1", &["open", "neuron"]);
    assert!(code == 0 && said.contains("//! The neuron"), "{said}");
    let (code, said) = with("no-such-editor", &["open", "neuron"]);
    assert!(
        code == 2 && said.contains("cannot start no-such-editor") && said.contains("neuron.rs"),
        "{said}"
    );
    fs::remove_file(learner.file("neuron")).unwrap();
    let (code, said) = with("cat", &["open", "neuron"]);
    assert!(code == 2 && said.contains("reset neuron"), "{said}");
    // The page is there if the book was built; if not, the way to it is said.
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/html/spine/neuron.html");
    if !page.exists() {
        let (code, said) = with("cat", &["open", "neuron", "--book"]);
        assert!(code == 2 && said.contains("`cargo xtask book` builds the book"), "{said}");
    }
}
