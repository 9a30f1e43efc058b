//! Many folders at once, and the documents for machines.

mod common;

use common::{Learner, SOFTMAX, exercises};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A class of three: one solves, one errs, one hands in a file that is not Rust and leaves the rest out.
fn class() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("class");
    let _ = fs::remove_dir_all(&folder);
    let write = |who: &str, id: &str, text: &str| {
        let file = folder.join(who).join(format!("{id}.rs"));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    for who in ["ada", "bob"] {
        write(who, "neuron", &exercises("solution.rs", "neuron"));
        write(who, SOFTMAX, &exercises("solution.rs", SOFTMAX));
    }
    write("bob", "neuron", &exercises("starter.rs", "neuron"));
    write("bob", "linalg/matmul", &exercises("starter.rs", "linalg/matmul"));
    write("eve <&>", SOFTMAX, "println!(\"\u{1b}]]>\");");
    // A build script would run without limits, and what counts as ada's starter is no business of bob's.
    write("ada", "build", "fn main() { panic!() }");
    write("ada", &format!(".grader/starters/{SOFTMAX}"), &exercises("solution.rs", SOFTMAX));
    write("ada", SOFTMAX, &format!("{}// mine", exercises("solution.rs", SOFTMAX)));
    fs::create_dir_all(folder.join("nobody")).unwrap();
    folder
}

fn run(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("exercises").args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_class_has_one_table() {
    let class = class();
    let dir = class.to_str().unwrap();
    let before = listing(&class);
    let (code, out, said) = run(&["check-all", "--json", "--jobs", "2", "--solutions", dir]);
    assert_eq!(code, 6, "the first verdict that is no pass: ada has left exercises out\n{said}");
    assert!(said.contains("nobody holds no solutions: left out"), "{said}");
    let all: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(out.lines().count(), 1);
    let of = |who: usize, id: &str| {
        let verdicts = all["submissions"][who]["exercises"].as_array().unwrap();
        let v = verdicts.iter().find(|v| v["exercise"] == id).unwrap();
        v["name"].as_str().or(v["verdict"].as_str()).unwrap().to_string()
    };
    let passed: Vec<u64> = (0..3).map(|i| all["submissions"][i]["passed"].as_u64().unwrap()).collect();
    assert_eq!(passed, [2, 1, 0], "{all:#}");
    // A file that was compiled for ada never counts for bob or eve.
    assert_eq!(
        (of(0, "neuron"), of(1, "neuron"), of(2, "neuron")),
        ("pass".into(), "frozen".into(), "missing".into())
    );
    assert_eq!((of(1, SOFTMAX), of(2, SOFTMAX)), ("pass".into(), "does-not-compile".into()));
    assert_eq!((of(1, "linalg/matmul"), of(0, "linalg/matmul")), ("not-started".into(), "missing".into()));
    assert_eq!(all["mistakes"][0]["name"], "frozen");
    assert_eq!(listing(&class), before, "nothing is written into a submission");

    // The same, folder by folder and for a person.
    let [ada, bob] = ["ada", "bob"].map(|w| class.join(w).to_str().unwrap().to_string());
    let (code, out, _) = run(&["check-all", "--solutions", &ada, "--solutions", &bob]);
    assert_eq!(code, 6);
    assert!(
        out.starts_with("2 submissions, 3 of ") && out.contains("ada") && out.contains("1 wrong"),
        "{out}"
    );
    assert!(out.contains("frozen (neuron)") && out.lines().all(|l| l.chars().count() <= 60), "{out}");

    // Only where it makes sense.
    let (code, _, said) = run(&["run", "neuron", "--solutions", &ada, "--solutions", &bob]);
    assert!(code == 2 && said.contains("only check-all and export"), "{said}");
    let (code, _, said) = run(&["check-all", "--solutions", &ada, "--solutions", "/no/such/folder"]);
    assert!(code == 2 && said.contains("holds no solutions"), "{said}");

    // JUnit of a class: a suite each.
    let (code, xml, said) = run(&["export", "--format", "junit", "--solutions", dir]);
    assert_eq!(code, 0, "{said}");
    let suites = junit(&xml);
    assert_eq!(suites.children.len(), 3);
    assert!(suites.children[2].attributes["name"].ends_with("eve <&>"));
}

#[test]
fn documents_for_machines() {
    let learner = Learner::new();
    learner.write(SOFTMAX, &exercises("solution.rs", SOFTMAX));
    learner.write("probability/top_p", "pub fn nothing() -> f64 { \"\u{1}<&>\" }");
    let (code, _, xml) = learner.call(&["export", "--format", "junit"]);
    assert_eq!(code, 0, "{xml}");
    let suites = junit(&xml[..=xml.rfind('>').unwrap()]);
    let cases = &suites.children[0].children;
    let case = |name: &str| cases.iter().find(|c| c.attributes["name"] == name).unwrap();
    assert_eq!(case("softmax").children.len(), 0);
    assert_eq!(case("neuron").children[0].name, "failure");
    assert!(case("neuron").children[0].text.contains("Who computes the gradient?"));
    assert_eq!(case("top_p").children[0].name, "error");
    assert_eq!(case("matmul").children[0].name, "skipped");

    let (code, _, text) = learner.call(&["export", "--format", "json"]);
    assert_eq!(code, 0);
    let document: Value = serde_json::from_str(&text[..=text.rfind('}').unwrap()]).unwrap();
    let exercises = document["solutions"][0]["exercises"].as_array().unwrap();
    assert_eq!((exercises.len(), &document["solutions"][0]["passed"]), (cases.len(), &1.into()));
    assert_eq!(learner.call(&["export"]).0, 2);

    // However many at once: the same verdicts in the same order.
    let one = learner.run(&["check-all", "--jobs", "1"]);
    let eight = learner.run(&["check-all", "--jobs", "8"]);
    assert_eq!((one.0, untimed(one.1)), (eight.0, untimed(eight.1)));
    assert_eq!(learner.call(&["check-all", "--jobs", "0"]).0, 2);
}

/// Verdicts without the time they took.
fn untimed(mut verdicts: Vec<Value>) -> Vec<Value> {
    for verdict in verdicts.iter_mut().filter_map(Value::as_object_mut) {
        verdict.remove("seconds");
    }
    verdicts
}

/// Every file below a folder, with its length.
fn listing(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(listing(&path));
        } else {
            all.insert(path, entry.metadata().unwrap().len());
        }
    }
    all
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Element>,
    text: String,
}

/// Reads the document and holds it to both schemas of JUnit that are in use, Jenkins' and Ant's: which element may stand where,
/// with which attributes, and counts that are true. What comes back has the test cases alone.
fn junit(xml: &str) -> Element {
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    assert!(
        body.chars().all(|c| c >= ' ' || c == '\n' || c == '\t'),
        "a character that XML 1.0 has no place for"
    );
    let mut rest = body;
    let mut root = element(&mut rest);
    assert_eq!(rest.trim(), "");
    assert_eq!(root.name, "testsuites");
    allowed(&root, &[]);
    for (id, suite) in root.children.iter_mut().enumerate() {
        assert_eq!(suite.name, "testsuite");
        let counted = ["tests", "failures", "errors", "skipped", "time"];
        allowed(suite, &[&["name", "package", "id", "timestamp", "hostname"], &counted[..]].concat());
        assert_eq!(suite.attributes["id"], id.to_string());
        let pattern: String =
            suite.attributes["timestamp"].chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(pattern, "0000-00-00T00:00:00");
        let names: Vec<&str> = suite.children.iter().map(|c| c.name.as_str()).collect();
        let [first, cases @ .., last, end] = &names[..] else { panic!("{names:?}") };
        assert_eq!([*first, *last, *end], ["properties", "system-out", "system-err"]);
        assert!(cases.iter().all(|c| *c == "testcase"), "{cases:?}");
        suite.children.retain(|c| c.name == "testcase");
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for case in &suite.children {
            allowed(case, &["name", "classname", "time"]);
            decimal(&case.attributes["time"]);
            assert!(case.children.len() <= 1);
            for what in &case.children {
                assert!(["failure", "error", "skipped"].contains(&what.name.as_str()), "{}", what.name);
                let with_type = ["message", "type"];
                allowed(what, if what.name == "skipped" { &with_type[..1] } else { &with_type });
                assert!(what.children.is_empty());
                *found.entry(&what.name).or_default() += 1;
            }
        }
        let count = |key: &str| suite.attributes[key].parse::<usize>().unwrap();
        decimal(&suite.attributes["time"]);
        assert_eq!(count("tests"), suite.children.len());
        for (kind, key) in [("failure", "failures"), ("error", "errors"), ("skipped", "skipped")] {
            assert_eq!(count(key), found.get(kind).copied().unwrap_or(0), "{key}");
        }
    }
    root
}

/// Seconds: digits, a point, digits; no exponent, no sign.
fn decimal(text: &str) {
    let (whole, part) = text.split_once('.').expect("a point");
    assert!([whole, part].iter().all(|d| !d.is_empty() && d.chars().all(|c| c.is_ascii_digit())), "{text}");
}

fn allowed(e: &Element, names: &[&str]) {
    let found: Vec<&str> = e.attributes.keys().map(String::as_str).collect();
    let mut names = names.to_vec();
    names.sort_unstable();
    assert_eq!(found, names, "attributes of {}", e.name);
}

/// One element: start tag, children and text, end tag.
fn element(rest: &mut &str) -> Element {
    *rest = rest.trim_start().strip_prefix('<').expect("an element");
    let (tag, after) = rest.split_once('>').expect("the end of a tag");
    *rest = after;
    let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |t| (t, true));
    let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut e = Element { name: name.into(), ..Element::default() };
    while !attributes.trim().is_empty() {
        let (key, after) = attributes.trim_start().split_once("=\"").expect("name=\"value\"");
        let (value, after) = after.split_once('"').expect("a closing quote");
        assert!(e.attributes.insert(key.into(), unescape(value)).is_none(), "{key} twice");
        attributes = after;
    }
    if empty {
        return e;
    }
    loop {
        let at = rest.find('<').expect("an end tag");
        e.text += &unescape(&rest[..at]);
        *rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("</") {
            *rest =
                after.strip_prefix(name).and_then(|r| r.strip_prefix('>')).expect("the tag that was opened");
            break;
        }
        e.children.push(element(rest));
    }
    e
}

fn unescape(text: &str) -> String {
    for part in text.split('&').skip(1) {
        assert!(["lt;", "gt;", "amp;", "quot;"].iter().any(|e| part.starts_with(e)), "a bare &: {part}");
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
