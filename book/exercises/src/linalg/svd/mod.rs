//! **svd**: turn, stretch, turn, by the eigenvectors of AᵀA. Chapter: *The singular value decomposition*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::{Mat, Svd};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! svd {
    ($file:ident) => {
        $file::svd
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&Mat) -> Svd;
    type Input = Mat;

    fn probes() -> Vec<Probe<Mat>> {
        let tall = &["there are more rows than columns"];
        let wide = &["there are more columns than rows"];
        let large = &["a square is too large for an f64"];
        let small = &["the squares are too small for an f64"];
        let mut n = Numbers::new(51);
        // Diagonals that stand out keep the singular values apart, and away from 0.
        let mut apart = |rows: usize, cols: usize| {
            let m = n.matrix(rows, cols);
            Mat::from_fn(rows, cols, |i, j| m[[i, j]] + if i == j { 4.0 + 3.5 * i as f64 } else { 0.0 })
        };
        vec![
            Probe::new("2×2, a scale for each axis", Mat::from_rows(&[[2.0, 0.0], [0.0, -5.0]])),
            Probe::new("2×2", Mat::from_rows(&[[1.5, 2.0], [-0.5, 3.0]])),
            Probe::new("1×1, negative", Mat::from_rows(&[[-2.5]])),
            Probe::new("3×3", apart(3, 3)),
            Probe::new(
                "3×3, symmetric",
                Mat::from_rows(&[[2.0, -1.5, 0.5], [-1.5, -4.0, 0.25], [0.5, 0.25, 7.5]]),
            ),
            Probe::new("4×2", apart(4, 2)).tags(tall),
            Probe::new("5×3", apart(5, 3)).tags(tall),
            Probe::new("3×1", Mat::from_rows(&[[2.0], [-3.5], [0.5]])).tags(tall),
            Probe::new("2×4", apart(2, 4)).tags(wide),
            Probe::new("3×5", apart(3, 5)).tags(wide),
            Probe::new("1×3", Mat::from_rows(&[[-2.0, 1.5, 0.5]])).tags(wide),
            Probe::new("9×7", apart(9, 7)).tags(tall),
            Probe::new("6×11", apart(6, 11)).tags(wide),
            Probe::new("4×3, numbers near 1e170", apart(4, 3).map(|x| x * 1e170))
                .tags(large)
                .magnitude(1e170),
            Probe::new("3×3, numbers near 1e−170", apart(3, 3).map(|x| x * 1e-170)).tags(small),
        ]
    }

    fn observe(svd: &Self::Subject, a: &Mat, out: &mut Observer) {
        out.given("a", a);
        let Svd { u, s, vt } = svd(a);
        let shape = |m: &Mat| format!("{}", m.shape());
        out.text("shapes of u, s, vt", format!("{}, [{}], {}", shape(&u), s.len(), shape(&vt)));
        out.see("s", &s[..]).within(1e-8, 0.0);
        let k = s.len();
        if u.shape().rank() != 2 || vt.shape().rank() != 2 || u.cols() != k || vt.rows() != k {
            return; // no product to speak of
        }
        // Judged by what they must satisfy: the product, and right angles. Relative to the size of the numbers.
        let size = a.data().iter().fold(0.0_f64, |size, x| size.max(x.abs()));
        let us = Mat::from_fn(u.rows(), k, |i, j| u[[i, j]] * (s[j] / size));
        out.see("u · diag(s) · vt, divided by the largest number of a", &us.matmul(&vt)).within(0.0, 1e-8);
        out.see("uᵀ · u", &u.transpose().matmul(&u)).within(0.0, 1e-8);
        out.see("vt · vtᵀ", &vt.matmul(&vt.transpose())).within(0.0, 1e-8);
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
        crate::svd!(starter)
    }
    fn solution() -> Self::Subject {
        crate::svd!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
