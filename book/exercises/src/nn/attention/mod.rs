//! **attention**: causal attention, one head. Chapter: *A GPT in one sitting*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! attention {
    ($file:ident) => {
        $file::attention
    };
}

/// The exercise.
pub struct Spec;

/// Queries, keys and values.
#[derive(Clone, Debug)]
pub struct Input {
    q: Mat,
    k: Mat,
    v: Mat,
}

/// `time` tokens, queries and keys of length `d`, values of length `dv`.
fn random(time: usize, d: usize, dv: usize, seed: u64) -> Input {
    let mut n = Numbers::new(seed);
    Input { q: n.matrix(time, d), k: n.matrix(time, d), v: n.matrix(time, dv) }
}

fn scaled(time: usize, d: usize, dv: usize, seed: u64, size: f64) -> Input {
    let x = random(time, d, dv, seed);
    Input { q: x.q.map(|a| a * size), ..x }
}

impl Exercise for Spec {
    type Subject = fn(&Mat, &Mat, &Mat) -> Mat;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let longer = &["there is more than one token"];
        vec![
            Probe::new("one token", random(1, 3, 2, 1)),
            Probe::new("two tokens, d = 1", random(2, 1, 2, 2)).tags(longer),
            Probe::new("two tokens", random(2, 3, 2, 3)).tags(longer),
            Probe::new("four tokens", random(4, 3, 5, 4)).tags(longer),
            Probe::new("five tokens, d = 8", random(5, 8, 2, 5)).tags(longer),
            Probe::new("three tokens, d = 16", random(3, 16, 4, 6)).tags(longer),
            Probe::new("as many tokens as dimensions", random(4, 4, 4, 7)).tags(longer),
            Probe::new("keys that are all the same", {
                let x = random(4, 2, 3, 8);
                Input { k: Mat::from_fn(4, 2, |_, j| [0.75, -1.25][j]), ..x }
            })
            .tags(longer),
            Probe::new("scores near 1000", scaled(4, 3, 2, 9, 300.0)).tags(longer).magnitude(1000.0),
            Probe::new("scores near −1000", {
                let x = scaled(3, 2, 4, 10, 1.0);
                Input { q: x.k.map(|a| -300.0 * a), ..x }
            })
            .tags(longer)
            .magnitude(1000.0),
            Probe::new("no tokens", random(0, 3, 2, 11)),
        ]
    }

    fn observe(attention: &Self::Subject, Input { q, k, v }: &Input, out: &mut Observer) {
        out.given("q", q);
        out.given("k", k);
        out.given("v", v);
        let y = attention(q, k, v);
        out.see("out", &y).within(1e-9, 1e-11);
    }
}

#[cfg(feature = "judge")]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::attention!(starter)
    }
    fn solution() -> Self::Subject {
        crate::attention!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
