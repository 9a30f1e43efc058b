//! **pca**: the directions in which data vary most. Chapter: *The singular value decomposition*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! pca {
    ($file:ident) => {
        $file::pca
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&Mat, usize) -> (Mat, Vec<f64>);
    type Input = (Mat, usize);

    fn probes() -> Vec<Probe<(Mat, usize)>> {
        let mut n = Numbers::new(61);
        let few = &["there are fewer samples than features"];
        let far = &["the data are far from the origin"];
        // Every feature varies on a scale of its own, so that no two variances are close; then mixed, so that no axis is a direction.
        let mut data = |samples: usize, features: usize, offset: f64| {
            let (x, mix) = (n.matrix(samples, features), n.matrix(features, features));
            let scaled = Mat::from_fn(samples, features, |i, j| x[[i, j]] / f64::from(1 << (2 * j)));
            let mixed = scaled.matmul(&linalg::Qr::new(mix.view()).expect("finite").q());
            Mat::from_fn(samples, features, |i, j| mixed[[i, j]] + offset * (1.0 + 0.25 * j as f64))
        };
        vec![
            Probe::new(
                "five points near a line",
                (Mat::from_rows(&[[2.0, 1.0], [4.0, 2.5], [6.0, 2.5], [8.0, 4.5], [10.0, 4.5]]), 1),
            ),
            Probe::new("the same, both directions", {
                (Mat::from_rows(&[[2.0, 1.0], [4.0, 2.5], [6.0, 2.5], [8.0, 4.5], [10.0, 4.5]]), 2)
            }),
            Probe::new("12 samples of 4 features, k = 1", (data(12, 4, 0.0), 1)),
            Probe::new("12 samples of 4 features, k = 2", (data(12, 4, 1.0), 2)),
            Probe::new("9 samples of 3 features, k = 3", (data(9, 3, -2.0), 3)),
            Probe::new("3 samples of 5 features, k = 2", (data(3, 5, 0.5), 2)).tags(few),
            Probe::new("4 samples of 7 features, k = 1", (data(4, 7, 0.5), 1)).tags(few),
            Probe::new("two samples, k = 1", (Mat::from_rows(&[[1.0, 5.0, 2.0], [3.0, 4.5, 2.5]]), 1))
                .tags(few),
            Probe::new("one feature", (Mat::from_rows(&[[3.0], [5.5], [-1.0], [0.5]]), 1)),
            Probe::new(
                "a feature that is always 7",
                (Mat::from_rows(&[[1.5, 7.0, 0.5], [2.5, 7.0, -0.5], [-4.0, 7.0, 0.25], [0.5, 7.0, 2.0]]), 2),
            ),
            Probe::new("15 samples, 10 from the origin", (data(15, 3, 10.0), 2)).tags(far),
            Probe::new("20 samples, 1e7 from the origin", (data(20, 3, 1e7), 2)).tags(far).magnitude(1e7),
            Probe::new("31 samples of 6 features, k = 4", (data(31, 6, 2.0), 4)),
        ]
    }

    fn observe(pca: &Self::Subject, (x, k): &Self::Input, out: &mut Observer) {
        out.given("x", x);
        out.given("k", *k);
        let before = x.clone();
        let (directions, variances) = pca(x, *k);
        out.untouched("x", before.data(), x.data());
        out.text("shape of the directions", directions.shape());
        if directions.shape().rank() == 2 {
            // Far from the origin the data themselves have fewer digits.
            let digits = if x.data().iter().any(|x| x.abs() > 1e6) { 1e-5 } else { 1e-8 };
            out.columns(
                "directions (here one a column, the largest number positive)",
                &directions.transpose(),
            )
            .within(0.0, digits);
            out.see("variances", &variances[..]).within(digits, 0.0);
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
        crate::pca!(starter)
    }
    fn solution() -> Self::Subject {
        crate::pca!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
