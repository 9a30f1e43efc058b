//! **qr**: a matrix as orthonormal columns times a triangle. Chapter: *Solving: LU, Cholesky, QR*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! qr {
    ($file:ident) => {
        $file::qr
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&Mat) -> (Mat, Mat);
    type Input = Mat;

    fn probes() -> Vec<Probe<Mat>> {
        let mut n = Numbers::new(23);
        let tall = &["there are more rows than columns"];
        let near = &["columns are nearly dependent"];
        let dependent = &["columns are dependent"];
        let (a, b) = (n.matrix(4, 2), n.matrix(5, 3));
        vec![
            Probe::new("1×1", Mat::from_rows(&[[-2.5]])),
            Probe::new("2×2", n.matrix(2, 2)),
            Probe::new("3×3", n.matrix(3, 3)),
            Probe::new("[3, 4]", Mat::from_rows(&[[3.0], [4.0]])).tags(tall),
            Probe::new("3×2", n.matrix(3, 2)).tags(tall),
            Probe::new("7×4", n.matrix(7, 4)).tags(tall),
            Probe::new("23×11", n.matrix(23, 11)).tags(tall),
            Probe::new(
                "3×3, upper triangular",
                Mat::from_rows(&[[2.0, -1.5, 0.5], [0.0, 4.0, 2.5], [0.0, 0.0, -0.5]]),
            ),
            Probe::new(
                "4×3, with zeros",
                Mat::from_rows(&[[0.0, 2.0, 0.5], [3.0, 0.0, -1.5], [0.0, 1.5, 0.0], [4.0, 0.0, 2.5]]),
            )
            .tags(tall),
            // Almost an axis already: the length of the column and its first entry are the same number.
            Probe::new("a column near e₁", Mat::from_rows(&[[1.0, 0.5], [1e-8, 2.0], [-2e-8, -1.5]]))
                .tags(&["a column is almost an axis"]),
            Probe::new("a column near −e₁", Mat::from_rows(&[[-1.0, 0.5], [1e-8, 2.0], [-2e-8, -1.5]]))
                .tags(&["a column is almost an axis"]),
            // Läuchli's matrix, made for AᵀA: 1 + ε² is 1.
            Probe::new(
                "1 over 1e−8",
                Mat::from_rows(&[[1.0, 1.0, 1.0], [1e-8, 0.0, 0.0], [0.0, 1e-8, 0.0], [0.0, 0.0, 1e-8]]),
            )
            .tags(near),
            Probe::new("Hilbert's 6×6", Mat::from_fn(6, 6, |i, j| 1.0 / (i + j + 1) as f64)).tags(near),
            Probe::new("Hilbert's 10×8", Mat::from_fn(10, 8, |i, j| 1.0 / (i + j + 1) as f64)).tags(near),
            Probe::new("a column of zeros", Mat::from_fn(4, 3, |i, j| if j == 1 { 0.0 } else { b[[i, j]] }))
                .tags(dependent),
            Probe::new(
                "the first column is zeros",
                Mat::from_fn(4, 3, |i, j| if j == 0 { 0.0 } else { b[[i, j]] }),
            )
            .tags(dependent),
            Probe::new("one column twice", Mat::from_fn(4, 3, |i, j| a[[i, j % 2]])).tags(dependent),
            Probe::new("near 1e160", n.matrix(4, 3).map(|x| x * 1e160)).tags(tall).magnitude(1e160),
            Probe::new("near 1e−170", n.matrix(4, 3).map(|x| x * 1e-170)).tags(tall),
            Probe::new("no columns", Mat::zeros([3, 0])),
        ]
    }

    fn observe(qr: &Self::Subject, a: &Mat, out: &mut Observer) {
        out.given("a", a);
        let (q, r) = qr(a);
        out.see("shape of q", q.shape().dims());
        out.see("shape of r", r.shape().dims());
        // Signs are free, and where columns are nearly dependent more than signs: judge what Q and R must satisfy.
        if q.shape().rank() != 2
            || r.shape().rank() != 2
            || q.cols() != r.rows()
            || q.rows() != a.rows()
            || r.cols() != a.cols()
        {
            return;
        }
        let size = a.data().iter().fold(0.0_f64, |max, x| max.max(x.abs()));
        let scale = if size == 0.0 { 1.0 } else { size };
        out.see("qᵀ·q", &q.transpose().matmul(&q)).within(0.0, 1e-12);
        out.see("q·r, divided by the largest entry of a", &q.matmul(&r.map(|x| x / scale)))
            .within(0.0, 1e-12);
        let below = Mat::from_fn(r.rows(), r.cols(), |i, j| if i > j { r[[i, j]] / scale } else { 0.0 });
        out.see("r below its diagonal, divided by the largest entry of a", &below).within(0.0, 1e-12);
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
        crate::qr!(starter)
    }
    fn solution() -> Self::Subject {
        crate::qr!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
