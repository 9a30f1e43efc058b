//! A learner's day, from the first run to the last pass, with every accident on the way. (Tricks are in `hostile.rs`, broken
//! machines in `faults.rs`.)
//!
//! The real program on a folder of solutions of its own; what it builds is kept in the target folder, so that only the
//! first run of this test is slow.

mod common;

use common::{Learner, SOFTMAX, exercises, ids};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn from_the_first_run_to_the_last_pass() {
    let learner = Learner::new();
    let ids = ids();

    // Untouched: the neuron is graded and named, everything else waits. That is no failure of the grader.
    let (code, verdicts, said) = learner.run(&["--all"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(verdicts.len(), ids.len() + 1, "{said}");
    assert_eq!((&verdicts[0]["verdict"], &verdicts[0]["name"]), (&"named".into(), &"frozen".into()));
    for (id, v) in ids.iter().zip(&verdicts).skip(1) {
        assert_eq!((v["exercise"].as_str().unwrap(), &v["verdict"]), (id.as_str(), &"not-started".into()));
    }
    assert_eq!(verdicts[ids.len()]["next"], "neuron");
    assert_eq!(learner.run(&["--all", "check-all"]).0, 1);

    // The same for a person: plain, narrow, a word beside every mark, the next thing to do.
    let (code, _, said) = learner.call(&["--all"]);
    assert_eq!(code, 0);
    assert!(!said.contains('\x1b'), "colours went into a pipe");
    for line in said.lines().filter(|l| !l.contains(env!("CARGO_TARGET_TMPDIR"))) {
        assert!(line.chars().count() <= 60, "{} columns: {line}", line.chars().count());
    }
    for words in ["wrong: frozen", "not started", "Next: neuron", "Your outputs equal those of", "?"] {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }

    // One right, one wrong, one that does not compile: none hides another.
    learner.write("neuron", "pub fn backward( {");
    learner.write(SOFTMAX, &exercises("solution.rs", SOFTMAX));
    let transposed = exercises("solution.rs", "linalg/matmul").replace("b[[k, j]]", "b[[j, k]]");
    learner.write("linalg/matmul", &transposed);
    let (code, verdicts, said) = learner.run(&["--all"]);
    assert_eq!(code, 0, "{said}");
    let of = |id: &str| verdicts.iter().find(|v| v["exercise"] == id).unwrap();
    assert_eq!(of("neuron")["verdict"], "does-not-compile");
    assert!(of("neuron")["compiler"].as_str().unwrap().contains("neuron.rs:1:"), "{said}");
    assert_eq!(of(SOFTMAX)["verdict"], "pass");
    assert_eq!(of("linalg/matmul")["name"], "reads-b-transposed");
    assert_eq!(learner.run(&["--all", "check-all"]).0, 3);

    // Everything solved.
    for id in &ids {
        let (code, solution, _) = learner.run(&["solution", id, "--yes"]);
        assert_eq!(code, 0);
        learner.write(id, solution[0]["solution"].as_str().unwrap());
    }
    let (code, verdicts, said) = learner.run(&["--all", "check-all"]);
    assert_eq!(code, 0, "{said}");
    assert!(verdicts[..ids.len()].iter().all(|v| v["verdict"] == "pass"), "{said}");
    assert_eq!(verdicts[ids.len()]["next"], Value::Null);
}

#[test]
fn files_in_every_state_have_a_verdict() {
    let learner = Learner::new();
    let file = learner.file(SOFTMAX);
    let run = || {
        let (code, said, all) = learner.run(&["run", "softmax"]);
        assert_eq!(said.len(), 1, "{all}");
        (said[0]["verdict"].as_str().unwrap().to_string(), code)
    };
    let is = |verdict: &str, code: i32| assert_eq!(run(), (verdict.to_string(), code));
    is("not-started", 6);

    // Other line ends are not another text.
    learner.write(SOFTMAX, &exercises("starter.rs", SOFTMAX).replace('\n', "\r\n"));
    is("not-started", 6);

    fs::remove_file(&file).unwrap();
    is("missing", 6);
    is("missing", 6); // what was deleted stays deleted
    fs::create_dir(&file).unwrap();
    is("unreadable", 3);
    fs::remove_dir(&file).unwrap();
    fs::write(&file, [0xff, 0xfe, 0x00, 0x41]).unwrap();
    is("not-text", 3);
    fs::write(&file, vec![b' '; 3 << 20]).unwrap();
    is("not-text", 3);
    for text in [
        "",
        "Dear diary,",
        "\0\0\0",
        "pub fn softmax(",
        "pub fn softmax(z: &[f32]) -> f64 { 0.0 }",
        "fn softmax(z: &[f64]) -> Vec<f64> { vec![] }",
        "const A: u64 = { let mut i = 0; loop { i += 1; } };",
    ] {
        learner.write(SOFTMAX, text);
        is("does-not-compile", 3);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::read(&file).is_err() {
            is("unreadable", 3);
        }
        fs::remove_file(&file).unwrap();
        assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        is("unreadable", 3);
    }

    // Reset brings the starter back and keeps whatever was there.
    assert_eq!(learner.run(&["reset", "softmax"]).0, 0);
    is("not-started", 6);
    learner.write(SOFTMAX, "// work of an evening");
    let (_, said, _) = learner.run(&["reset", "softmax"]);
    // relative to the workspace, if it is inside
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(said[0]["kept"].as_str().unwrap());
    assert_eq!(fs::read_to_string(kept).unwrap(), "// work of an evening");
    let (_, said, _) = learner.run(&["reset", "softmax"]);
    assert_eq!(said[0]["kept"], Value::Null);
    is("not-started", 6);
}

#[test]
fn a_damaged_project_is_explained_or_mended() {
    let learner = Learner::new();
    learner.write(SOFTMAX, &exercises("solution.rs", SOFTMAX));
    let run = || learner.run(&["run", "softmax"]);
    assert_eq!(run().0, 0);

    // The grader's own files come back.
    fs::remove_dir_all(learner.0.join(".grader/bin")).unwrap();
    assert_eq!(run().0, 0);
    fs::write(learner.0.join("Cargo.lock"), "nonsense").unwrap();
    assert_eq!(run().0, 0);
    fs::remove_file(learner.0.join("Cargo.lock")).unwrap();
    assert_eq!(run().0, 0);

    // From inside the project too, where cargo knows another workspace.
    let mut inside = Command::new(env!("CARGO"));
    inside.args(["xtask", "exercises", "hint", "neuron"]).current_dir(&learner.0);
    let output = inside.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    // The learner's are not touched, but what is wrong with them is said.
    let manifest = learner.0.join("Cargo.toml");
    let right = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, right.replace("[dependencies]", "[depend")).unwrap();
    let (code, said, _) = run();
    assert!(code == 70 && said[0]["error"].as_str().unwrap().contains("Cargo.toml"), "{said:?}");
    fs::write(&manifest, "[package]\n").unwrap();
    let (code, said, _) = run();
    assert!(code == 70 && said[0]["error"].as_str().unwrap().contains("has lost the lines"), "{said:?}");
    fs::write(&manifest, &right).unwrap();
    assert_eq!(run().0, 0);

    // A file where the folder should be.
    let file = learner.0.join("a-file");
    fs::write(&file, "").unwrap();
    let (code, said, _) = Learner::at(file).run(&["run", "softmax"]);
    assert!(code == 2 && said[0]["error"].as_str().unwrap().contains("not a folder"), "{said:?}");
}

#[test]
fn usage_is_explained() {
    let learner = Learner::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("never-created"));
    let (code, _, said) = learner.call(&["run", "nueron"]);
    assert!(code == 2 && said.contains("did you mean `neuron`?"), "{said}");
    for args in [&["goto"][..], &["fly"], &["hint", "neuron", "--level", "4"], &["--time-limit", "0"]] {
        assert_eq!(learner.call(args).0, 2, "{args:?}");
    }
    let hints: Vec<String> =
        ["1", "2", "3"].map(|l| learner.call(&["hint", "neuron", "--level", l]).2).to_vec();
    assert!(hints[0] != hints[1] && !hints[0].contains("```") && hints[2].contains("```"), "{hints:?}");
    let (code, _, said) = learner.call(&["solution", "neuron"]);
    assert!(code == 2 && said.contains("solution neuron --yes"), "{said}");
    let (code, _, solution) = learner.call(&["solution", "neuron", "--yes"]);
    assert_eq!((code, solution), (0, exercises("solution.rs", "neuron")));
    assert!(!learner.0.exists());
}
