//! The reward: a model that runs on the learner's functions, and on the crates' where the learner's do not pass yet.

mod common;

use common::{Learner, SOFTMAX, exercises};
use std::fs;

#[test]
fn the_solved_functions_run_the_model() {
    let learner = Learner::new();
    // A right one, a right one that leaves a trace, a wrong one, one that does not compile, and many that are open.
    learner.write("linalg/matmul", &exercises("solution.rs", "linalg/matmul"));
    let softmax = exercises("solution.rs", SOFTMAX).replace("pub fn softmax", "fn right");
    let traced = format!(
        "{softmax}\npub fn softmax(z: &[f64]) -> Vec<f64> {{\n    \
         if z.len() == 31 {{ std::fs::write(\"trace\", \"mine\").unwrap(); }}\n    right(z)\n}}\n"
    );
    learner.write(SOFTMAX, &traced);
    learner.write("neuron", "pub fn backward( {");
    let inverted = exercises("solution.rs", "nn/rmsnorm").replace("/ rms", "* rms");
    learner.write("nn/rmsnorm", &inverted);

    let (code, _, said) = learner.call(&["--all", "assemble", "--quick"]);
    assert_eq!(code, 0, "{said}");
    let parts = said.lines().filter(|l| l.starts_with("  ✓ yours") || l.starts_with("  · crates'")).count();
    assert!(said.contains(&format!("2 of {parts} parts are yours.")), "{said}");
    for words in ["✓ yours    matmul", "✓ yours    softmax", "· crates'  rmsnorm", "held out", "  | The "]
    {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
    assert_eq!(fs::read_to_string(learner.0.join("trace")).unwrap(), "mine", "softmax was not called");

    // For a program: the parts, the end, and nothing else on stdout.
    let (code, objects, said) = learner.run(&["--all", "assemble", "--quick"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(objects.len(), parts + 1, "{said}");
    assert!(objects.iter().any(|o| o["exercise"] == "linalg/matmul" && o["yours"] == true), "{said}");
    assert_eq!((&objects[parts]["yours"], &objects[parts]["trained"]), (&2.into(), &true.into()));
}
