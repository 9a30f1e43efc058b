//! **clip**: a gradient made shorter, all tensors together. Chapter: *The gradient clinic*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! clip {
    ($file:ident) => {
        $file::clip
    };
}

/// The exercise.
pub struct Spec;

/// A gradient in several tensors, and the limit.
#[derive(Clone, Debug)]
pub struct Input {
    grads: Vec<Vec<f64>>,
    max: f64,
}

fn input(grads: &[&[f64]], max: f64) -> Input {
    Input { grads: grads.iter().map(|g| g.to_vec()).collect(), max }
}

fn random(lengths: &[usize], size: f64, max: f64, seed: u64) -> Input {
    let mut numbers = Numbers::new(seed);
    let mut tensor = |n: &usize| numbers.vector(*n).into_iter().map(|g| size * g).collect();
    Input { grads: lengths.iter().map(&mut tensor).collect(), max }
}

impl Exercise for Spec {
    type Subject = fn(&mut [Vec<f64>], f64) -> f64;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let long = &["the gradient is longer than max"];
        let short = &["the gradient is shorter than max"];
        let broken = &["a number is NaN or infinite"];
        vec![
            Probe::new("one tensor, [3, 4], max 2", input(&[&[3.0, 4.0]], 2.0)).tags(long),
            Probe::new("two tensors, [3] and [4], max 2", input(&[&[3.0], &[4.0]], 2.0)).tags(long),
            Probe::new("[3] and [4], max 3.5", input(&[&[3.0], &[4.0]], 3.5)).tags(long),
            Probe::new("[3] and [4], max 8", input(&[&[3.0], &[4.0]], 8.0)).tags(short),
            Probe::new("[0.3] and [−0.4], max 1", input(&[&[0.3], &[-0.4]], 1.0)).tags(short),
            Probe::new("[0.6] and [0.7], max 0.85", input(&[&[0.6], &[0.7]], 0.85)).tags(long),
            Probe::new("exactly max", input(&[&[3.0, 4.0]], 5.0)),
            Probe::new("zeros", input(&[&[0.0, 0.0], &[0.0]], 1.0)).tags(short),
            Probe::new("one number, −7, max 2", input(&[&[-7.0]], 2.0)).tags(long),
            Probe::new("one long tensor, one short", input(&[&[0.25, -0.5], &[12.0, 5.0, -1.5]], 2.5))
                .tags(long),
            Probe::new("three tensors", random(&[2, 5, 3], 1.0, 1.5, 11)).tags(long),
            Probe::new("five tensors, max 0.1", random(&[4, 2, 7, 3, 6], 1.0, 0.1, 12)).tags(long),
            Probe::new("many tensors, just too long", random(&[3, 4, 5, 6], 1.0, 7.0, 13)).tags(long),
            Probe::new("an empty tensor", input(&[&[], &[1.5, -2.5], &[]], 1.5)).tags(long),
            Probe::new("nothing", input(&[], 1.5)).tags(short),
            Probe::new("numbers near 1e−4, max 1e−4", random(&[3, 4], 1e-4, 1e-4, 14))
                .tags(long)
                .magnitude(1e-4),
            Probe::new("numbers near 1e6, max 1", random(&[3, 4], 1e6, 1.0, 15)).tags(long).magnitude(1e6),
            Probe::new("numbers near 1e30, max 1", random(&[3, 4], 1e30, 1.0, 17)).tags(long).magnitude(1e30),
            Probe::new("numbers near 1e6, max 1e9", random(&[3, 4], 1e6, 1e9, 16)).tags(short).magnitude(1e6),
            Probe::new("a NaN in the second tensor", input(&[&[30.0, 4.0], &[f64::NAN, 2.0]], 2.0))
                .tags(broken),
            Probe::new(
                "an infinity in the second tensor",
                input(&[&[30.0, 4.0], &[f64::INFINITY, 2.0]], 2.0),
            )
            .tags(broken),
            Probe::new("−∞ alone", input(&[&[f64::NEG_INFINITY]], 2.0)).tags(broken),
        ]
    }

    fn observe(clip: &Self::Subject, Input { grads, max }: &Input, out: &mut Observer) {
        for (i, tensor) in grads.iter().enumerate() {
            out.given(format!("tensor {i}"), tensor);
        }
        out.given("max", *max);
        let mut after = grads.clone();
        let norm = clip(&mut after, *max);
        if grads.iter().flatten().all(|g| g.is_finite()) {
            for (i, tensor) in after.iter().enumerate() {
                out.see(format!("tensor {i} clipped"), tensor).within(1e-9, 1e-15);
            }
            out.see("norm", norm).within(1e-9, 1e-15);
        } else {
            // A NaN is never equal to a NaN: as words it is.
            out.text("clipped", format!("{after:?}"));
            out.text("norm", norm);
        }
    }
}

#[cfg(feature = "judge")]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables, clippy::ptr_arg)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::clip!(starter)
    }
    fn solution() -> Self::Subject {
        crate::clip!(solution)
    }
    fn accepted() -> Vec<crate::spec::Accepted<Self>> {
        wrong::accepted()
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
