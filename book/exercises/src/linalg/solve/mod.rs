//! **solve**: a system of equations, by elimination with row exchanges. Chapter: *Solving: LU, Cholesky, QR*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// The matrix has no inverse: in some column nothing is left to divide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Singular;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! solve {
    ($file:ident) => {
        $file::solve
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&Mat, &[f64]) -> Result<Vec<f64>, Singular>;
    type Input = (Mat, Vec<f64>);

    fn probes() -> Vec<Probe<(Mat, Vec<f64>)>> {
        let mut n = Numbers::new(11);
        // Well-conditioned, and no row where it belongs: a diagonal of 9 and more, rows moved up by `shift`.
        let mut shifted = |size: usize, shift: usize| {
            let noise = n.matrix(size, size);
            let a = Mat::from_fn(size, size, |i, j| {
                let i = (i + shift) % size;
                noise[[i, j]] + if i == j { 9.0 + size as f64 } else { 0.0 }
            });
            (a, n.vector(size))
        };
        let rows = |rows: &[&[f64]], b: &[f64]| (Mat::from_rows(rows), b.to_vec());
        let exchange = &["a row must be exchanged"];
        let tiny = &["a row must be exchanged", "the entry on the diagonal is tiny"];
        let singular = &["the matrix is singular"];
        vec![
            Probe::new("1×1", rows(&[&[-2.5]], &[5.0])),
            Probe::new("2×2", rows(&[&[4.0, 1.5], &[-2.0, 3.0]], &[2.5, -7.5])),
            Probe::new("0 on the diagonal", rows(&[&[0.0, 2.0], &[4.0, 6.0]], &[3.0, -5.0])).tags(exchange),
            Probe::new("0 over −3", rows(&[&[0.0, 2.0], &[-3.0, 0.5]], &[1.5, 2.25])).tags(exchange),
            Probe::new("3×3", shifted(3, 0)),
            Probe::new(
                "3×3, upper triangular",
                rows(&[&[2.0, -1.5, 0.5], &[0.0, 4.0, 2.5], &[0.0, 0.0, -0.5]], &[1.5, -2.0, 3.0]),
            ),
            Probe::new(
                "3×3, lower triangular",
                rows(&[&[4.0, 0.0, 0.0], &[-1.5, 3.0, 0.0], &[2.0, 0.5, 2.5]], &[1.5, -2.0, 3.0]),
            ),
            Probe::new("3×3, rows moved", shifted(3, 1)).tags(exchange),
            Probe::new(
                "a 0 that elimination makes",
                rows(&[&[2.0, 4.0, -2.0], &[1.0, 2.0, 3.0], &[-0.5, 1.5, 0.5]], &[2.0, -3.0, 1.5]),
            )
            .tags(exchange),
            Probe::new("1e−17 over 1", rows(&[&[1e-17, 1.0], &[1.0, 1.0]], &[2.0, 5.0])).tags(tiny),
            Probe::new("1e−17 over −1", rows(&[&[1e-17, 1.0], &[-1.0, 1.0]], &[2.0, 5.0])).tags(tiny),
            Probe::new(
                "1e−17 in the second step",
                rows(&[&[3.0, 0.5, -1.5], &[0.0, 1e-17, 2.0], &[0.0, -1.5, 0.5]], &[1.5, 2.5, -0.5]),
            )
            .tags(tiny),
            Probe::new(
                "the largest of the row is not in the column",
                rows(&[&[0.0, 5.0, 1.5], &[0.0, 1.5, 2.5], &[2.0, -0.5, 0.5]], &[2.5, -1.5, 3.0]),
            )
            .tags(exchange),
            Probe::new("5×5, rows moved by 2", shifted(5, 2)).tags(exchange),
            Probe::new("12×12, rows moved by 7", shifted(12, 7)).tags(exchange),
            Probe::new("diagonal 2.5 and 1e−13", rows(&[&[2.5, 0.0], &[0.0, 1e-13]], &[5.0, 3e-13])),
            Probe::new("near 1e150", {
                let (a, b) = shifted(3, 2);
                (a.map(|x| x * 1e150), b.iter().map(|x| x * 1e150).collect())
            })
            .tags(exchange)
            .magnitude(1e150),
            Probe::new("near 1e−150", {
                let (a, b) = shifted(3, 2);
                (a.map(|x| x * 1e-150), b.iter().map(|x| x * 1e-150).collect())
            })
            .tags(exchange),
            Probe::new("one equation twice", rows(&[&[1.0, 2.0], &[2.0, 4.0]], &[3.0, 5.0])).tags(singular),
            Probe::new("one equation twice, and consistent", rows(&[&[1.0, 2.0], &[2.0, 4.0]], &[3.0, 6.0]))
                .tags(singular),
            Probe::new(
                "singular in the second step of three",
                rows(&[&[1.0, 2.0, 3.0], &[2.0, 4.0, 0.5], &[-1.0, -2.0, 2.5]], &[1.5, 2.5, -0.5]),
            )
            .tags(singular),
            Probe::new("zeros", (Mat::zeros([3, 3]), vec![0.0; 3])).tags(singular),
            Probe::new("1×1, zero", rows(&[&[0.0]], &[1.5])).tags(singular),
            Probe::new("no equations", (Mat::zeros([0, 0]), vec![])),
        ]
    }

    fn observe(solve: &Self::Subject, (a, b): &Self::Input, out: &mut Observer) {
        out.given("a", a);
        out.given("b", b);
        match solve(a, b) {
            Ok(x) => {
                out.text("answer", "Ok");
                out.see("x", &x);
            }
            Err(Singular) => out.text("answer", "Err(Singular)"),
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
        crate::solve!(starter)
    }
    fn solution() -> Self::Subject {
        crate::solve!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
