//! `why`: every probe with its numbers, and how near the named mistakes come.

mod common;

use common::{Learner, SOFTMAX, exercises};

/// The words, wherever the lines were broken.
fn flat(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_probe_and_how_sure() {
    let learner = Learner::new();

    // A mistake with a name: equal on all, and the next one is not.
    let (code, said, all) = learner.run(&["why", "neuron"]);
    assert_eq!(code, 1, "{all}");
    let why = &said[0]["why"];
    let probes = why["probes"].as_array().unwrap();
    let near = why["nearest"].as_array().unwrap();
    assert_eq!((&near[0]["name"], &near[0]["agrees"]), (&"frozen".into(), &probes.len().into()));
    assert!(near[1..].iter().all(|n| n["agrees"].as_u64().unwrap() < probes.len() as u64));
    for p in probes {
        let numbers = !p["evidence"].as_array().unwrap().is_empty();
        assert_eq!(p["right"] == false, numbers, "{p}");
    }
    let (code, _, said) = learner.call(&["why", "neuron"]);
    assert_eq!(code, 1);
    let words_of = flat(&said);
    for words in [
        "16 probes: ",
        "fail one weight",
        "pass a closed gate",
        "Equal to frozen on all 16 probes",
        "Who computes",
    ] {
        assert!(words_of.contains(words), "{words} is missing in\n{said}");
    }
    assert!(said.contains("On the probe \"one weight\", given:") && said.contains("Seen:"), "{said}");

    // Two mistakes at once have no name of their own; what is near is said, and no more than that.
    let right = exercises("solution.rs", SOFTMAX).replace("pub fn softmax", "fn right");
    let two = format!(
        "{right}\npub fn softmax(z: &[f64]) -> Vec<f64> {{\n    if z.len() == 1 {{ return vec![0.0]; }}\n    \
         if z.iter().any(|z| z.abs() > 700.0 && z.is_finite()) {{ return vec![f64::NAN; z.len()]; }}\n    right(z)\n}}\n"
    );
    learner.write(SOFTMAX, &two);
    let (code, _, said) = learner.call(&["why", "softmax"]);
    assert!(code == 1 && flat(&said).contains("No named mistake does what yours does on"), "{said}");
    assert!(!said.contains("Your outputs equal"), "{said}");

    // What did not run is not called wrong.
    let late = two.replace("if z.len() == 1 { return vec![0.0]; }", "if z.len() == 1 { loop {} }");
    learner.write(SOFTMAX, &late);
    let (code, said, _) = learner.run(&["why", "softmax"]);
    assert_eq!((code, &said[0]["probe"]), (4, &"one logit".into()));
    let probes = said[0]["why"]["probes"].as_array().unwrap();
    assert_eq!((&probes[1]["right"], &probes[2]["right"]), (&true.into(), &serde_json::Value::Null));
    assert!(learner.call(&["why", "softmax"]).2.contains("2 pass, 0 fail, 17 not run"));

    // A pass, and a file that does not compile, have a verdict and nothing to explain.
    learner.write(SOFTMAX, &exercises("solution.rs", SOFTMAX));
    let (code, _, said) = learner.call(&["why", "softmax"]);
    assert!(code == 0 && said.contains("19 probes: 19 pass, 0 fail"), "{said}");
    learner.write(SOFTMAX, "pub fn");
    assert_eq!(learner.call(&["why", "softmax"]).0, 3);
}

/// Words beside every mark; with --plain nothing beyond ASCII, and NO_COLOR is kept to.
#[test]
fn plain_is_plain() {
    let learner = Learner::new();
    for args in [&["why", "neuron"][..], &["run", "neuron"], &["list"], &[], &["hint", "neuron"]] {
        let (_, _, said) = learner.call(&[&["--plain"], args].concat());
        assert!(said.is_ascii(), "{args:?}: {said}");
        let (_, _, marked) = learner.call(args);
        assert!(!marked.contains('\x1b'), "{args:?}");
    }
    let (_, _, said) = learner.call(&["--plain", "run", "neuron"]);
    assert!(said.starts_with("x neuron: wrong: frozen"), "{said}");
}
