//! Starters and solutions on a learner's own path: handed out, compiled, run and judged.

use super::super::catalogue::Exercise;
use super::super::compile;
use super::super::grade::{self, Manner};
use super::super::project::Project;
use super::super::submissions::Desk;
use super::super::verdict::{Status, Verdict};
use crate::failure::Failure;
use crate::files;

/// What somebody who has not written anything yet cannot help: arguments that nobody reads.
const EXPECTED: &str = "unused_variables";

/// Grades the files as they are handed out, then the solutions. The answer: the id of an exercise, and a complaint.
pub(super) fn check(exercises: &[&Exercise], manner: &Manner) -> Result<Vec<(String, String)>, Failure> {
    let desk = Desk::open(exercises)?;
    let project = desk.fresh()?;
    let mut complaints = Vec::new();
    let verdicts = grade::grade(&project, exercises, manner)?;
    compiles("starter", &project, exercises, manner, &mut complaints)?;
    for (e, v) in exercises.iter().zip(&verdicts) {
        complaints.extend(untouched(v, e.at_once).map(|c| (e.id.clone(), c)));
    }
    for e in exercises {
        files::write(&project.file(e), &e.solution()?)?;
    }
    compiles("solution", &project, exercises, manner, &mut complaints)?;
    for (e, v) in exercises.iter().zip(grade::grade(&project, exercises, manner)?) {
        if v.status != Status::Pass {
            complaints.push((e.id.clone(), format!("the solution is judged {}: {}", v.says(), v.summary)));
        }
    }
    Ok(complaints)
}

/// Compiles, and collects what the compiler says.
fn compiles(
    what: &str,
    project: &Project,
    exercises: &[&Exercise],
    manner: &Manner,
    complaints: &mut Vec<(String, String)>,
) -> Result<(), Failure> {
    let mut programs = compile::learners(project, exercises, &Manner { colour: false, ..*manner })?;
    for e in exercises {
        let program = programs.remove(e.name()).unwrap_or_default();
        if program.executable.is_none() {
            let said = [program.errors, program.signature].concat().join("\n");
            complaints.push((e.id.clone(), format!("the {what} does not compile: {said}")));
        }
        complaints.extend(warned(what, &program.warnings).map(|c| (e.id.clone(), c)));
    }
    Ok(())
}

/// What the compiler warns of, apart from the expected.
fn warned(what: &str, warnings: &[(String, String)]) -> impl Iterator<Item = String> {
    let unexpected = warnings.iter().filter(move |w| what != "starter" || w.0 != EXPECTED);
    unexpected.map(move |(lint, said)| format!("the {what} compiles with a warning ({lint}): {said}"))
}

/// What is wrong with the verdict on an untouched starter.
fn untouched(verdict: &Verdict, at_once: bool) -> Option<String> {
    let wanted = if at_once { Status::Named } else { Status::NotStarted };
    (verdict.status != wanted).then(|| {
        let wanted = if at_once { "a mistake with a name" } else { "not started" };
        format!("the untouched starter is judged \"{}\" and not \"{wanted}\"", verdict.says())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_untouched_file_has_one_right_verdict() {
        let says = |status, at_once| untouched(&Verdict::new(status, ""), at_once);
        assert_eq!(says(Status::NotStarted, false), None);
        assert_eq!(says(Status::Named, true), None);
        for (status, at_once) in [
            (Status::Named, false),
            (Status::NotStarted, true),
            (Status::Pass, false),
            (Status::DoesNotCompile, true),
        ] {
            assert!(says(status, at_once).unwrap().contains(status.says()), "{status:?}");
        }
    }

    #[test]
    fn warnings_are_faults() {
        let warning = |lint: &str| [(lint.to_string(), "warning: so".to_string())];
        assert_eq!(warned("starter", &warning("unused_variables")).count(), 0);
        assert!(
            warned("starter", &warning("unused_imports"))
                .next()
                .unwrap()
                .contains("(unused_imports): warning: so")
        );
        assert_eq!(warned("solution", &warning("unused_variables")).count(), 1);
    }
}
