//! **rank_k**: the nearest matrix of lower rank. Chapter: *The singular value decomposition*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! rank_k {
    ($file:ident) => {
        $file::rank_k
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&Mat, usize) -> Mat;
    type Input = (Mat, usize);

    fn probes() -> Vec<Probe<(Mat, usize)>> {
        let mut n = Numbers::new(71);
        let mut apart = |rows: usize, cols: usize| {
            let m = n.matrix(rows, cols);
            // rows and columns of sizes of their own, so that no two σ are close
            Mat::from_fn(rows, cols, |i, j| m[[i, j]] * (1.0 + i as f64) / (1.0 + 0.5 * j as f64))
        };
        let all = &["k is min(m, n) or more"];
        let none = &["k is 0"];
        let oblong = &["the matrix is not square"];
        let outer =
            Mat::from_rows(&[[2.0, -1.0, 0.5], [4.0, -2.0, 1.0], [-6.0, 3.0, -1.5], [1.0, -0.5, 0.25]]);
        vec![
            Probe::new("a scale for each axis, k = 1", (Mat::from_rows(&[[2.0, 0.0], [0.0, 5.0]]), 1)),
            Probe::new("2×2, k = 1", (Mat::from_rows(&[[3.0, 1.0], [1.0, 2.0]]), 1)),
            Probe::new("3×3, k = 1", (apart(3, 3), 1)),
            Probe::new("3×3, k = 2", (apart(3, 3), 2)),
            Probe::new("5×3, k = 1", (apart(5, 3), 1)).tags(oblong),
            Probe::new("5×4, k = 2", (apart(5, 4), 2)).tags(oblong),
            Probe::new("3×6, k = 1", (apart(3, 6), 1)).tags(oblong),
            Probe::new("4×7, k = 3", (apart(4, 7), 3)).tags(oblong),
            Probe::new("4×3 of rank 1, k = 1", (outer.clone(), 1)).tags(oblong),
            Probe::new("4×3 of rank 1, k = 2", (outer, 2)).tags(oblong),
            Probe::new("3×3, k = 3", (apart(3, 3), 3)).tags(all),
            Probe::new("3×2, k = 9", (apart(3, 2), 9)).tags(all),
            Probe::new("2×3, k = 3", (apart(2, 3), 3)).tags(all),
            Probe::new("4×3, k = 0", (apart(4, 3), 0)).tags(none),
            Probe::new("zeros, k = 1", (Mat::zeros([3, 2]), 1)),
            Probe::new("11×9, k = 4", (apart(11, 9), 4)).tags(oblong),
            Probe::new("numbers near 1e200, k = 1", (apart(3, 4).map(|x| x * 1e200), 1)).magnitude(1e200),
        ]
    }

    fn observe(rank_k: &Self::Subject, (a, k): &Self::Input, out: &mut Observer) {
        out.given("a", a);
        out.given("k", *k);
        let size = a.data().iter().fold(0.0_f64, |size, x| size.max(x.abs()));
        out.see("the nearest matrix", &rank_k(a, *k)).within(0.0, 1e-9 * size + 1e-300);
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
        crate::rank_k!(starter)
    }
    fn solution() -> Self::Subject {
        crate::rank_k!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
