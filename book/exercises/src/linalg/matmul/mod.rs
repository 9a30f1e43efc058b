//! **matmul**: the product of two matrices. Chapter: *Tensors and matmul*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! matmul {
    ($file:ident) => {
        $file::matmul
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&Mat, &Mat) -> Mat;
    type Input = (Mat, Mat);

    fn probes() -> Vec<Probe<(Mat, Mat)>> {
        let mut n = Numbers::new(2);
        let mut product = |m, k, c| (n.matrix(m, k), n.matrix(k, c));
        let oblong = &["the matrices are not square"];
        let (a, b) = product(3, 3, 3);
        vec![
            Probe::new("1×1 · 1×1", product(1, 1, 1)),
            Probe::new("2×2 · 2×2", product(2, 2, 2)),
            Probe::new("3×3 · 3×3", (a.clone(), b.clone())),
            Probe::new("identity · 3×3", (Mat::eye(3), b)),
            Probe::new("3×3 · identity", (a, Mat::eye(3))),
            Probe::new("2×3 · 3×4", product(2, 3, 4)).tags(oblong),
            Probe::new("4×3 · 3×2", product(4, 3, 2)).tags(oblong),
            Probe::new("1×4 · 4×1", product(1, 4, 1)).tags(oblong),
            Probe::new("4×1 · 1×3", product(4, 1, 3)).tags(oblong),
            Probe::new("2×0 · 0×3", product(2, 0, 3)).tags(oblong),
            Probe::new("7×11 · 11×5", product(7, 11, 5)).tags(oblong),
            // Blocked products go wrong at the edge of a block.
            Probe::new("33×34 · 34×35", product(33, 34, 35)).tags(oblong),
            Probe::new("3×261 · 261×2", product(3, 261, 2)).tags(oblong),
            Probe::new("67×3 · 3×71", product(67, 3, 71)).tags(oblong),
            Probe::new("NaN meets 0", {
                let a = [[0.5, 0.0], [-1.5, 2.5], [f64::NAN, 1.5]];
                let b = [[2.0, 0.0], [f64::NAN, 0.75]];
                (Mat::from_fn(3, 2, |i, k| a[i][k]), Mat::from_fn(2, 2, |k, j| b[k][j]))
            })
            .tags(&["a number is NaN", "the matrices are not square"]),
            Probe::new("numbers near 1e150", {
                let (a, b) = product(3, 3, 3);
                (a.map(|x| x * 1e150), b.map(|x| x * 1e150))
            })
            .magnitude(1e150),
            Probe::new("numbers near 1e-150", {
                let (a, b) = product(3, 3, 3);
                (a.map(|x| x * 1e-150), b.map(|x| x * 1e-150))
            }),
        ]
    }

    fn observe(matmul: &Self::Subject, (a, b): &Self::Input, out: &mut Observer) {
        out.given("a", a);
        out.given("b", b);
        let c = matmul(a, b);
        if a.data().iter().chain(b.data()).any(|x| x.is_nan()) {
            // NaN is right in some places: say in which, and compare the others.
            let places: Vec<usize> = (0..c.data().len()).filter(|&i| c.data()[i].is_nan()).collect();
            out.see("where c is NaN (places, row after row)", &places);
            out.see("c, with 0 for NaN", &c.map(|c| if c.is_nan() { 0.0 } else { c }));
            return;
        }
        // The order of summation is free: its error is bounded by the size of the terms, not of their sum.
        let largest = |m: &Mat| m.data().iter().fold(0.0_f64, |max, x| max.max(x.abs()));
        let size = largest(a) * largest(b) * a.cols() as f64;
        out.see("c", &c).within(1e-9, 1e-12 * size);
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
        crate::matmul!(starter)
    }
    fn solution() -> Self::Subject {
        crate::matmul!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
