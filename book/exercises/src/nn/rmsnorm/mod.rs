//! **rmsnorm**: every token's vector brought to the same size. Chapter: *A GPT in one sitting*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! rmsnorm {
    ($file:ident) => {
        $file::rmsnorm
    };
}

/// The exercise.
pub struct Spec;

/// Tokens and gains.
#[derive(Clone, Debug)]
pub struct Input {
    x: Mat,
    gain: Vec<f64>,
    eps: f64,
}

fn given(rows: &[&[f64]], gain: &[f64], eps: f64) -> Input {
    let x = Mat::from_fn(rows.len(), gain.len(), |t, j| rows[t][j]);
    Input { x, gain: gain.to_vec(), eps }
}

/// Random tokens, each number multiplied by `size`.
fn random(tokens: usize, channels: usize, size: f64, eps: f64, seed: u64) -> Input {
    let mut n = Numbers::new(seed);
    Input { x: n.matrix(tokens, channels).map(|x| x * size), gain: n.vector(channels), eps }
}

impl Exercise for Spec {
    type Subject = fn(&Mat, &[f64], f64) -> Mat;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let many = &["there is more than one token"];
        let zeros = &["a token is all zeros", "there is more than one token"];
        let felt = &["eps is not small against the mean of the squares"];
        let felt_by_many =
            &["eps is not small against the mean of the squares", "there is more than one token"];
        let nan = &["a number is NaN", "there is more than one token"];
        let mut different = random(4, 3, 1.0, 1e-5, 9);
        for (t, size) in [1e-2, 1e3, 1.0, 1e-4].into_iter().enumerate() {
            different.x.row_mut(t).iter_mut().for_each(|x| *x *= size);
        }
        let mut ill = random(4, 3, 1.0, 1e-5, 10);
        ill.x[[2, 1]] = f64::NAN;
        vec![
            Probe::new("one token, two channels", given(&[&[3.0, -0.5]], &[0.5, 2.0], 1e-5)),
            Probe::new("2×3", random(2, 3, 1.0, 1e-5, 1)).tags(many),
            Probe::new("3×2", random(3, 2, 1.0, 1e-5, 2)).tags(many),
            Probe::new("4×4", random(4, 4, 1.0, 1e-6, 3)).tags(many),
            Probe::new("a constant token", given(&[&[2.5, 2.5, 2.5]], &[0.5, -1.5, 2.0], 1e-5)),
            Probe::new("one channel", given(&[&[-2.5], &[0.5], &[3.5]], &[1.5], 1e-5)).tags(many),
            Probe::new(
                "gains of 1 and of 0",
                given(&[&[0.5, -1.5, 2.0, 0.25]], &[1.0, 0.0, 1.0, -1.0], 1e-5),
            ),
            Probe::new(
                "a token of zeros",
                given(
                    &[&[0.5, -1.5, 2.0, 0.25], &[0.0; 4], &[1.5, 0.75, -2.5, 3.0]],
                    &[0.5, 2.0, -1.5, 0.75],
                    1e-5,
                ),
            )
            .tags(zeros),
            Probe::new("a large eps", random(1, 5, 1.0, 0.5, 4)).tags(felt),
            Probe::new("near 1e−3", random(2, 4, 1e-3, 1e-5, 5)).tags(felt_by_many),
            Probe::new("near 1e−3, eps 1e−6", random(2, 5, 1e-3, 1e-6, 6)).tags(felt_by_many),
            Probe::new("near 1e−4, eps 1e−8", random(3, 5, 1e-4, 1e-8, 12)).tags(felt_by_many),
            Probe::new("near 1e−9, eps 1e−20", random(2, 3, 1e-9, 1e-20, 16)).tags(felt_by_many),
            Probe::new("near 1e−300", random(2, 3, 1e-300, 1e-5, 7)).tags(felt_by_many),
            Probe::new("tokens of very different size", different).tags(many),
            Probe::new("near 1000", random(3, 4, 1000.0, 1e-5, 8)).tags(many).magnitude(3000.0),
            Probe::new("near 1e100", random(2, 3, 1e100, 1e-5, 11)).tags(many).magnitude(3e100),
            Probe::new("7×37", random(7, 37, 1.0, 1e-5, 13)).tags(many),
            Probe::new("a NaN in one token", ill).tags(nan),
            Probe::new("no tokens", random(0, 3, 1.0, 1e-5, 14)),
            Probe::new("no channels", random(2, 0, 1.0, 1e-5, 15)).tags(many),
        ]
    }

    fn observe(rmsnorm: &Self::Subject, Input { x, gain, eps }: &Input, out: &mut Observer) {
        out.given("x", x);
        out.given("gain", gain);
        out.given("eps", *eps);
        let y = rmsnorm(x, gain, *eps);
        if x.data().iter().any(|x| x.is_nan()) {
            // NaN is right in some places: say in which, and compare the others.
            let places: Vec<usize> = (0..y.data().len()).filter(|&i| y.data()[i].is_nan()).collect();
            out.see("where y is NaN (places, row after row)", &places);
            out.see("y, with 0 for NaN", &y.map(|y| if y.is_nan() { 0.0 } else { y })).within(1e-9, 1e-310);
        } else {
            // Relative: small tokens have as many right digits as others.
            out.see("y", &y).within(1e-9, 1e-310);
        }
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
        crate::rmsnorm!(starter)
    }
    fn solution() -> Self::Subject {
        crate::rmsnorm!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
