//! **power iteration**: the eigenvalue that is largest in size, by multiplying again and again. Chapter: *Eigenvalues*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::{Mat, norm2};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! power {
    ($file:ident) => {
        $file::power
    };
}

/// A matrix, and how many steps to make.
pub struct Input {
    a: Mat,
    steps: usize,
    /// Whether one vector alone (with its opposite) is right.
    one: bool,
}

/// The exercise.
pub struct Spec;

/// size·uuᵀ/‖u‖² and a little of everything else: a dominant pair that is clear but not round.
fn spiked(seed: u64, n: usize, size: f64) -> Mat {
    let mut numbers = Numbers::new(seed);
    let (u, noise) = (numbers.vector(n), numbers.matrix(n, n));
    let squares: f64 = u.iter().map(|u| u * u).sum();
    Mat::from_fn(n, n, |i, j| size * u[i] * u[j] / squares + 0.1 * (noise[[i, j]] + noise[[j, i]]))
}

fn diagonal(d: &[f64]) -> Mat {
    Mat::from_fn(d.len(), d.len(), |i, j| if i == j { d[i] } else { 0.0 })
}

impl Exercise for Spec {
    type Subject = fn(&Mat, usize) -> (f64, Vec<f64>);
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let probe = |name, a: Mat, steps| Probe::new(name, Input { a, steps, one: true });
        let any = |name, a: Mat, steps| Probe::new(name, Input { a, steps, one: false });
        let negative = &["the eigenvalue is negative"];
        let far = &["the entries are near 1e200 or 1e-200"];
        let long = &["there are hundreds of steps"];
        let two = |a, b| Mat::from_rows(&[[a, b], [b, a]]);
        let chain = |size: f64| {
            Mat::from_rows(&[[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, -1.0]]).map(|x| x * size)
        };
        vec![
            probe("[[2, 1], [1, 2]]", two(2.0, 1.0), 60),
            probe("[[2, −1], [−1, 2]]", two(2.0, -1.0), 60),
            probe("diag(1, 2, 5)", diagonal(&[1.0, 2.0, 5.0]), 80),
            probe("diag(1, 5, 2)", diagonal(&[1.0, 5.0, 2.0]), 80),
            probe("diag(5, 1, 2)", diagonal(&[5.0, 1.0, 2.0]), 80),
            probe("diag(−5, 2, 1)", diagonal(&[-5.0, 2.0, 1.0]), 80).tags(negative),
            probe("[[1, −4], [−4, 1]]", two(1.0, -4.0), 90),
            probe("[[−1, −4], [−4, −1]]", two(-1.0, -4.0), 90).tags(negative),
            probe("one number", Mat::from_rows(&[[-3.5]]), 5).tags(negative),
            probe("one positive number", Mat::from_rows(&[[0.25]]), 3),
            probe("three rows", chain(1.0), 120),
            probe("five rows", spiked(11, 5, 6.0), 200),
            probe("five rows, negative", spiked(12, 5, -6.0), 201).tags(negative),
            probe("nine rows", spiked(13, 9, 20.0), 200),
            probe(
                "a vector that begins with 0",
                Mat::from_rows(&[[1.0, 0.0, 0.0], [0.0, 4.0, 1.5], [0.0, 1.5, 3.0]]),
                200,
            ),
            probe(
                "a vector that ends with 0",
                Mat::from_rows(&[[4.0, 1.5, 0.0], [1.5, 3.0, 0.0], [0.0, 0.0, 1.0]]),
                200,
            ),
            probe(
                "negative, the vector begins with 0",
                Mat::from_rows(&[[1.0, 0.0, 0.0], [0.0, -4.0, 1.5], [0.0, 1.5, -3.0]]),
                200,
            )
            .tags(negative),
            probe(
                "negative, the vector ends with 0",
                Mat::from_rows(&[[-4.0, 1.5, 0.0], [1.5, -3.0, 0.0], [0.0, 0.0, 1.0]]),
                200,
            )
            .tags(negative),
            probe(
                "two eigenvalues near each other",
                Mat::from_rows(&[[10.0, 0.5, 0.0], [0.5, 9.0, 0.25], [0.0, 0.25, 1.0]]),
                600,
            )
            .tags(long),
            probe("entries near 1000", chain(1000.0), 400).tags(long).magnitude(3000.0),
            probe("entries near 0.001", chain(0.001), 401).tags(long),
            probe("entries near 1e200", chain(1e200), 120).tags(far).magnitude(3e200),
            probe("entries near −1e200", chain(-1e200), 121).tags(far).magnitude(3e200),
            probe("entries near 1e-200", chain(1e-200), 120).tags(far),
            any("all zeros", Mat::zeros([3, 3]), 10),
            any("twice the identity", diagonal(&[2.0, 2.0, 2.0]), 30),
            any("diag(1, 4, 4, −2)", diagonal(&[1.0, 4.0, 4.0, -2.0]), 80),
        ]
    }

    fn observe(power: &Self::Subject, input: &Input, out: &mut Observer) {
        let Input { a, steps, one } = input;
        out.given("a", a);
        out.given("steps", *steps);
        let (value, v) = power(a, *steps);
        out.see("λ", value).within(1e-9, 0.0);
        out.see("length of v", norm2(&v)).within(1e-9, 0.0);
        if *one {
            out.columns("v", &Mat::new([v.len(), 1], v)).within(1e-9, 1e-9);
        } else {
            // Any vector of λ: what counts is that A stretches it by λ.
            let off = (0..a.rows()).map(|i| {
                let image: f64 = a.row(i).iter().zip(&v).map(|(a, v)| a * v).sum();
                (image - value * v.get(i).copied().unwrap_or(f64::NAN)).abs()
            });
            let largest =
                off.fold(0.0, |m: f64, x| if x.is_nan() || m.is_nan() { f64::NAN } else { m.max(x) });
            out.see("largest entry of |A·v − λ·v|", largest).within(0.0, 1e-9);
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
        crate::power!(starter)
    }
    fn solution() -> Self::Subject {
        crate::power!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
