//! The program, from outside: what it prints, what it refuses, what it leaves behind.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of this test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nn-program-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program in a folder, with arguments separated by spaces.
fn nn(folder: &Folder, args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nn"));
    command.current_dir(&folder.0).args(args.split_whitespace());
    command
}

fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that must fail in an orderly way; gives its message.
fn fail(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let message = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{command:?}: {message}");
    assert!(message.contains("error: ") && !message.contains("panicked"), "{message}");
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
    message
}

/// A text of some rhyme and little reason.
fn verses(lines: usize) -> Vec<u8> {
    let words = ["one", "shoe", "three", "door", "hive", "sticks", "heaven", "gate"];
    (0..lines).flat_map(|i| format!("{i} and {}\n", words[i * i % 8]).into_bytes()).collect()
}

fn json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[test]
fn it_trains_tells_and_writes() {
    let folder = Folder::new("trains");
    folder.file("verses.txt", &verses(500));
    let output = succeed(&mut nn(&folder, "train --preset tiny --corpus verses.txt --steps 60 --json"));
    let lines: Vec<_> = output.lines().map(json).collect();
    assert_eq!(lines.len(), 61);
    for (i, line) in lines[..60].iter().enumerate() {
        assert_eq!(line["step"], i as u64 + 1);
        for number in ["loss", "step_ms", "tokens_per_s"] {
            assert!(line[number].as_f64().is_some_and(|x| x > 0.0), "{line}");
        }
        // Judged every 50 steps, and at the end.
        assert_eq!(line.get("heldout_loss").is_some(), [50, 60].contains(&(i + 1)), "{line}");
    }
    let last = &lines[60];
    assert_eq!(last["done"], true);
    assert!(last["seconds"].as_f64().unwrap() > 0.0);
    let (before, after) = (lines[0]["loss"].as_f64().unwrap(), last["heldout_loss"].as_f64().unwrap());
    assert!(after < before - 1.0, "{before} to {after}");
    assert_eq!(folder.names(), ["gpt.safetensors", "verses.txt"]);

    let write = |args: &str| succeed(&mut nn(&folder, &format!("generate --tokens 40 {args}")));
    let text = write("--prompt 12 --seed 3");
    assert!(text.starts_with("12") && text.ends_with('\n') && text.chars().count() <= 43, "{text:?}");
    assert_eq!(text, write("--prompt 12 --seed 3"));
    assert_ne!(text, write("--prompt 12 --seed 4"));
    assert_eq!(write("--temperature 0 --seed 1"), write("--temperature 0 --seed 2"));
    write("--top-k 3 --top-p 0.5 --threads 2");

    let info = succeed(&mut nn(&folder, "info"));
    assert!(info.contains("2 blocks, 2 heads, 32 wide") && info.contains("step 60 of 60"), "{info}");
    let info = json(&succeed(&mut nn(&folder, "info --json")));
    let modules = info["modules"].as_object().unwrap();
    let sum: u64 = modules.values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(info["parameters"], sum);
}

#[test]
fn what_the_book_shows_is_written_down_with_its_command() {
    let folder = Folder::new("values");
    folder.file("verses.txt", &verses(500));
    let read = |name: &str| json(&fs::read_to_string(folder.path(name)).unwrap());
    succeed(&mut nn(
        &folder,
        "train --preset tiny --corpus verses.txt --steps 5 --seed 3 --values train.json",
    ));
    let train = read("train.json");
    let command = "cargo run --release -p nn -- train --preset tiny --corpus verses.txt --steps 5 --seed 3";
    assert_eq!((&train["command"], &train["seed"]), (&command.into(), &3.into()));
    assert!(train["values"]["held_out"]["value"].as_f64().is_some_and(|loss| loss > 0.0), "{train}");
    assert_eq!(train["values"]["minutes"]["timing"], true);

    let text = succeed(&mut nn(&folder, "generate --prompt 12 --tokens 40 --values text.json"));
    let lines = read("text.json")["texts"]["lines"]["text"].as_str().unwrap().to_owned();
    assert!(lines.starts_with("12") && text.starts_with(&lines), "{lines:?} in {text:?}");
}

#[test]
fn killed_and_resumed_it_ends_with_the_same_bits_on_any_number_of_threads() {
    let folder = Folder::new("killed");
    folder.file("verses.txt", &verses(500));
    let train = "train --preset tiny --corpus verses.txt --seed 5 --steps 140 --json";
    succeed(&mut nn(&folder, &format!("{train} --threads 1 --out whole")));

    // Killed without warning somewhere after step 60: between two saves, or in the middle of one.
    let mut child =
        nn(&folder, &format!("{train} --threads 2 --out killed")).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        if json(&line)["step"] == 60 {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_ne!(fs::read(folder.path("killed")).unwrap(), fs::read(folder.path("whole")).unwrap());

    let output =
        succeed(&mut nn(&folder, "train --resume --corpus verses.txt --json --threads 2 --out killed"));
    let first = json(output.lines().next().unwrap());
    assert!(first["step"].as_u64().unwrap() > 50, "{first}: it did not begin anew");
    assert!(fs::read(folder.path("killed")).unwrap() == fs::read(folder.path("whole")).unwrap());

    // Resuming what is finished changes nothing.
    succeed(&mut nn(&folder, "train --resume --corpus verses.txt --out killed"));
    assert!(fs::read(folder.path("killed")).unwrap() == fs::read(folder.path("whole")).unwrap());
}

#[test]
fn a_new_run_keeps_the_old_model() {
    let folder = Folder::new("previous");
    folder.file("verses.txt", &verses(500));
    for steps in [1, 2] {
        let train = format!("train --preset tiny --corpus verses.txt --steps {steps} --out m");
        succeed(&mut nn(&folder, &train));
    }
    assert_eq!(folder.names(), ["m", "m.previous", "verses.txt"]);
    let steps = |file: &str| {
        json(&succeed(&mut nn(&folder, &format!("info --json --checkpoint {file}"))))["step"].clone()
    };
    assert_eq!((steps("m.previous"), steps("m")), (1.into(), 2.into()));
}

#[test]
fn texts_that_are_no_texts_are_refused() {
    let folder = Folder::new("texts");
    let mut latin = verses(100);
    latin[700] = 0xe4; // an ä of another age
    folder.file("empty", b"");
    folder.file("latin", &latin);
    folder.file("short", &verses(5));
    let train = |file: &str| fail(&mut nn(&folder, &format!("train --preset tiny --corpus {file}")));
    assert!(train("missing").contains("cannot read missing: "));
    assert!(train("empty").contains("the text is empty"));
    assert!(train("latin").contains("latin is not UTF-8 text: byte 700 "));
    assert!(train("short").contains("the text is too short: its held-out part has only "));
    assert!(train(".").contains("cannot read .: "));
    assert_eq!(folder.names(), ["empty", "latin", "short"], "nothing was written");
}

#[test]
fn an_unwritable_place_is_told_before_training() {
    let folder = Folder::new("unwritable");
    for place in ["no/such/folder", "."] {
        // With two billion steps to make, only an early check can end this test.
        let message =
            fail(&mut nn(&folder, &format!("train --preset tiny --steps 2000000000 --out {place}")));
        assert!(message.contains(&format!("cannot write {place}: ")), "{message}");
    }
    assert!(folder.names().is_empty());
}

/// A limit on the size of files is a disk that is full for one process alone.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_last_model() {
    let folder = Folder::new("full");
    folder.file("verses.txt", &verses(500));
    succeed(&mut nn(&folder, "train --preset tiny --corpus verses.txt --steps 1 --out m"));
    let before = fs::read(folder.path("m")).unwrap();
    for command in ["--resume", "--steps 3"] {
        let script = format!(
            "trap '' XFSZ; ulimit -f 100; exec {} train {command} --preset tiny --corpus verses.txt --out {}",
            env!("CARGO_BIN_EXE_nn"),
            if command == "--resume" { "m" } else { "other" }
        );
        let message = fail(Command::new("sh").current_dir(&folder.0).args(["-c", &script]));
        assert!(message.contains("cannot write ") && message.contains("is untouched"), "{message}");
    }
    assert!(fs::read(folder.path("m")).unwrap() == before);
    assert_eq!(folder.names(), ["m", "verses.txt"], "and no half of one");
}

#[test]
fn checkpoints_that_do_not_fit_are_refused() {
    let folder = Folder::new("checkpoints");
    folder.file("verses.txt", &verses(500));
    folder.file("other.txt", &verses(501));
    succeed(&mut nn(&folder, "train --preset tiny --corpus verses.txt --steps 4 --out m"));
    let good = fs::read(folder.path("m")).unwrap();
    folder.file("half", &good[..good.len() / 2]);
    folder.file("poem", b"Shall I compare thee to a summer's day?");

    for file in ["half", "poem", "verses.txt"] {
        for command in
            ["generate --checkpoint", "info --checkpoint", "train --resume --corpus verses.txt --out"]
        {
            let message = fail(&mut nn(&folder, &format!("{command} {file}")));
            assert!(message.contains(&format!("{file} is not a checkpoint that can be used: ")), "{message}");
        }
    }
    let resume = |args: &str| fail(&mut nn(&folder, &format!("train --resume --out m {args}")));
    assert!(resume("--corpus other.txt").contains("trained on another text (hash "));
    assert!(resume("").contains("trained on another text"));
    assert!(resume("--corpus verses.txt --preset nanogpt-cpu").contains("of another model"));
    assert!(resume("--corpus verses.txt --seed 2").contains("its --seed is 1, not 2"));
    assert!(resume("--corpus verses.txt --steps 5").contains("its --steps is 4, not 5"));
    assert!(resume("--corpus verses.txt --tokenizer char").contains("other settings"));
    assert!(fail(&mut nn(&folder, "train --resume --out nothing")).contains("cannot read nothing: "));
    assert!(fail(&mut nn(&folder, "generate --checkpoint nothing")).contains("cannot read nothing: "));
    assert!(fs::read(folder.path("m")).unwrap() == good);
}

#[test]
fn questions_without_an_answer_get_one() {
    let folder = Folder::new("questions");
    folder.file("verses.txt", &verses(500));
    assert!(
        fail(&mut nn(&folder, "train --preset gpt-5"))
            .contains("there are: book, nanogpt-cpu, tiny, gpt-10m")
    );
    assert!(
        fail(&mut nn(&folder, "info --preset gpt-5")).contains("there are: book, nanogpt-cpu, tiny, gpt-10m")
    );

    succeed(&mut nn(&folder, "train --preset tiny --corpus verses.txt --steps 1 --tokenizer char"));
    let generate = |args: &[&str]| fail(nn(&folder, "generate").args(args));
    let long = "one and ".repeat(5);
    assert!(generate(&["--prompt", &long]).contains("40 tokens do not fit into the model's context of 32"));
    assert!(generate(&["--prompt", "one & one"]).contains("character '&' (number 4 of the text)"));
    assert!(generate(&["--prompt", ""]).contains("the prompt is empty"));
    assert!(generate(&["--temperature=-1"]).contains("temperature is -1"));
    assert!(generate(&["--top-p", "1.5"]).contains("top_p is 1.5"));
    assert!(generate(&["--top-k", "0"]).contains("top_k is 0"));

    // A command line that makes no sense is clap's to explain, with code 2.
    for args in ["", "tain", "train --threads 0", "train --steps 0", "generate --tokens many"] {
        assert_eq!(nn(&folder, args).output().unwrap().status.code(), Some(2), "{args}");
    }
}

#[test]
fn nobody_listens_and_nobody_panics() {
    let folder = Folder::new("pipe");
    let mut child = nn(&folder, "train --preset tiny --steps 100000 --json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_snapshot_of_our_own_text_is_taken_in_a_fixed_order() {
    let folder = Folder::new("corpus");
    let put = |name: &str, content: &str| {
        let path = folder.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    assert!(fail(&mut nn(&folder, "corpus")).contains("cannot read ./book/src: "));
    for crate_ in ["linalg", "calculus", "probability", "approximation", "nn", "xtask"] {
        put(&format!("{crate_}/src/lib.rs"), &format!("// {crate_}\r\n"));
    }
    put("book/builder/main.rs", "// builder\n");
    put("book/src/b.md", "second");
    put("book/src/a/z.md", "first");
    put("linalg/target/x.rs", "no source");
    put("linalg/src/notes.txt", "no source");
    assert!(fail(&mut nn(&folder, "corpus")).contains("cannot write ./nn/corpus/corpus.txt"));
    fs::create_dir(folder.path("nn/corpus")).unwrap();
    succeed(&mut nn(&folder, "corpus"));
    let text = fs::read_to_string(folder.path("nn/corpus/corpus.txt")).unwrap();
    assert!(text.starts_with("=== book/src/a/z.md ===\nfirst\n=== book/src/b.md ===\nsecond\n=== linalg/src/lib.rs ===\n// linalg\n\n"), "{text}");
    assert!(!text.contains("no source") && !text.contains('\r') && text.contains("// builder"));
    assert!(Path::new(&folder.0).join("nn/corpus").read_dir().unwrap().count() == 1);
}
