//! **rope**: positions as rotations. Chapter: *A GPT in one sitting*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! rope {
    ($file:ident) => {
        $file::rope
    };
}

/// The exercise.
pub struct Spec;

/// A vector at a position.
#[derive(Clone, Debug)]
pub struct Input {
    x: Vec<f64>,
    position: usize,
    base: f64,
}

fn at(position: usize, base: f64, x: &[f64]) -> Input {
    Input { x: x.to_vec(), position, base }
}

fn random(position: usize, base: f64, d: usize, seed: u64) -> Input {
    Input { x: Numbers::new(seed).vector(d), position, base }
}

impl Exercise for Spec {
    type Subject = fn(&mut [f64], usize, f64);
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let wide = &["there is more than one pair"];
        let moved = &["the position is not 0"];
        let both = &["there is more than one pair", "the position is not 0"];
        vec![
            Probe::new("one pair, position 1", at(1, 10_000.0, &[2.0, 0.5])).tags(moved),
            Probe::new("one pair, position 3", at(3, 10_000.0, &[0.5, -1.5])).tags(moved),
            Probe::new("position 0", at(0, 10_000.0, &[0.5, -1.5, 2.0, 0.25])).tags(wide),
            Probe::new("two pairs, position 1", at(1, 10_000.0, &[2.0, 0.5, -1.5, 0.75])).tags(both),
            Probe::new("two pairs, position 2, base 100", at(2, 100.0, &[0.5, 1.5, -0.25, 2.5])).tags(both),
            Probe::new("three pairs", random(5, 10_000.0, 6, 1)).tags(both),
            Probe::new("four pairs", random(7, 500.0, 8, 2)).tags(both),
            Probe::new("eight pairs", random(11, 10_000.0, 16, 3)).tags(both),
            Probe::new("position 1000", random(1000, 10_000.0, 8, 4)).tags(both),
            Probe::new("nothing", at(3, 10_000.0, &[])),
        ]
    }

    fn observe(rope: &Self::Subject, Input { x, position, base }: &Input, out: &mut Observer) {
        out.given("x", x);
        out.given("position", *position);
        out.given("base", *base);
        let mut y = x.clone();
        rope(&mut y, *position, *base);
        out.see("rotated", &y).within(1e-9, 1e-10);
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
        crate::rope!(starter)
    }
    fn solution() -> Self::Subject {
        crate::rope!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
