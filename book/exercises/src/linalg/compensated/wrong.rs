//! What people write.

use super::Spec;

type Wrong = crate::spec::Wrong<Spec>;

pub(super) fn wrong() -> Vec<Wrong> {
    vec![Wrong::new(
        "unchanged",
        |x| x.to_vec(),
        "a function that returns what it was given",
        "Which line of yours changes a number?",
    )]
}
