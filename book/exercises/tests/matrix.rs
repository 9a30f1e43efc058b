//! The kill-and-name matrix of every exercise, and that it is not blind.
//!
//! One test at a time: what a run asks of the heap is counted for the whole process.

use exercises::judge::{self, Case, matrix};
use std::sync::{Mutex, MutexGuard, PoisonError};

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All complaints about all exercises, so that one run shows them all.
#[test]
fn every_mistake_fails_under_its_own_name() {
    let _alone = alone();
    let mut complaints = Vec::new();
    let mut wrong = 0;
    for entry in exercises::REGISTRY {
        let m = matrix::check(entry.id, &(entry.case)());
        assert!(m.complaints.len() + m.named >= m.wrong, "{}: somebody is silent", entry.id);
        wrong += m.wrong;
        complaints.extend(m.complaints.into_iter().map(|c| format!("{}: {c}", entry.id)));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
    assert!(wrong > 85, "only {wrong} wrong implementations");
}

/// Each way to break an exercise is noticed.
#[test]
fn the_matrix_is_not_blind() {
    let _alone = alone();
    let broken = |change: &dyn Fn(&mut Case), says: &str| {
        let mut case = (judge::find("probability/softmax").unwrap().case)();
        change(&mut case);
        let m = matrix::check("probability/softmax", &case);
        assert!(m.complaints.iter().any(|c| c.contains(says)), "{says}: {:#?}", m.complaints);
        m
    };
    let m = broken(&|c| c.wrong[0].traces[0] = c.reference.clone(), "is judged");
    assert_eq!((m.rejected, m.named), (m.wrong - 1, m.wrong - 1));
    let m = broken(&|c| c.wrong[1].traces = c.wrong[0].traces.clone(), "tolerances from");
    assert!(m.rejected == m.wrong && m.named < m.wrong);
    broken(&|c| c.wrong[1].slug = c.wrong[0].slug, "is not unique");
    broken(&|c| c.wrong.truncate(3), "at least 4 should");
    broken(&|c| c.starter = c.reference.clone(), "the starter is judged");
    broken(&|c| c.reference = c.wrong[0].traces[0].clone(), "the solution");
    broken(&|c| c.wrong[0].question = "Well.", "question mark");
    broken(&|c| c.wrong[0].equals = "This.", "needs no stop");
    broken(&|c| c.wrong[0].show = Some("nowhere"), "no probe");
    broken(&|c| c.probes[1].name = c.probes[0].name.clone(), "two probes are called");
}
