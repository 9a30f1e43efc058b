//! **matmul_backward**: what comes back through a matrix product. Chapter: *The tensor tape*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! matmul_backward {
    ($file:ident) => {
        $file::matmul_backward
    };
}

/// The exercise.
pub struct Spec;

/// Two matrices, and the gradient that arrives at their product.
#[derive(Clone, Debug)]
pub struct Input {
    a: Mat,
    b: Mat,
    dc: Mat,
}

fn random(m: usize, k: usize, n: usize, seed: u64) -> Input {
    let mut numbers = Numbers::new(seed);
    Input { a: numbers.matrix(m, k), b: numbers.matrix(k, n), dc: numbers.matrix(m, n) }
}

impl Exercise for Spec {
    type Subject = fn(&Mat, &Mat, &Mat) -> (Mat, Mat);
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let oblong = &["the matrices are not square"];
        let empty = &["a length is 0", "the matrices are not square"];
        let square = random(3, 3, 3, 4);
        vec![
            Probe::new("1×1 · 1×1", random(1, 1, 1, 1)),
            Probe::new("2×2 · 2×2", random(2, 2, 2, 2)),
            Probe::new("3×3 · 3×3", square.clone()),
            Probe::new("identity · 3×3", Input { a: Mat::eye(3), ..square.clone() }),
            Probe::new(
                "a gradient of one entry",
                Input { dc: Mat::from_fn(3, 3, |i, j| if (i, j) == (0, 2) { 2.5 } else { 0.0 }), ..square },
            ),
            Probe::new("2×3 · 3×4", random(2, 3, 4, 5)).tags(oblong),
            Probe::new("4×3 · 3×2", random(4, 3, 2, 6)).tags(oblong),
            Probe::new("4×4 · 4×2", random(4, 4, 2, 7)).tags(oblong),
            Probe::new("2×5 · 5×5", random(2, 5, 5, 8)).tags(oblong),
            Probe::new("5×2 · 2×5", random(5, 2, 5, 13)).tags(oblong),
            Probe::new("1×4 · 4×1", random(1, 4, 1, 9)).tags(oblong),
            Probe::new("4×1 · 1×3", random(4, 1, 3, 10)).tags(oblong),
            Probe::new("17×9 · 9×13", random(17, 9, 13, 11)).tags(oblong),
            Probe::new("2×0 · 0×3", random(2, 0, 3, 12)).tags(empty),
            Probe::new("0×2 · 2×3", random(0, 2, 3, 12)).tags(empty),
            Probe::new("2×3 · 3×0", random(2, 3, 0, 12)).tags(empty),
            Probe::new("a gradient near 1e150", {
                let x = random(3, 2, 4, 14);
                Input { dc: x.dc.map(|d| d * 1e150), ..x }
            })
            .tags(oblong)
            .magnitude(1e150),
        ]
    }

    fn observe(matmul_backward: &Self::Subject, Input { a, b, dc }: &Input, out: &mut Observer) {
        out.given("a", a);
        out.given("b", b);
        out.given("dc", dc);
        let (da, db) = matmul_backward(a, b, dc);
        out.see("da", &da).within(1e-9, 1e-11);
        out.see("db", &db).within(1e-9, 1e-11);
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
        crate::matmul_backward!(starter)
    }
    fn solution() -> Self::Subject {
        crate::matmul_backward!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
