//! **lstsq**: the coefficients whose predictions are nearest. Chapter: *Solving: LU, Cholesky, QR*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! lstsq {
    ($file:ident) => {
        $file::lstsq
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&Mat, &[f64]) -> Vec<f64>;
    type Input = (Mat, Vec<f64>);

    fn probes() -> Vec<Probe<(Mat, Vec<f64>)>> {
        let mut n = Numbers::new(31);
        let near = &["columns are nearly dependent"];
        let tall = &["there are more equations than unknowns"];
        let mut random = |m: usize, k: usize| (n.matrix(m, k), n.vector(m));
        // b = A·(x₀, x₁, …), so that a right answer is known to the last digits that the condition leaves.
        let exact = |a: Mat, x: &[f64]| {
            let b = (0..a.rows()).map(|i| a.row(i).iter().zip(x).map(|(a, x)| a * x).sum()).collect();
            (a, b)
        };
        let powers = |rows: usize, cols: usize| {
            Mat::from_fn(rows, cols, move |i, j| (i as f64 / (rows - 1) as f64).powi(j as i32))
        };
        vec![
            Probe::new("one number, one equation", (Mat::from_rows(&[[2.5]]), vec![-5.0])),
            Probe::new("the mean of four", (Mat::full([4, 1], 1.0), vec![1.5, -2.5, 4.0, 0.25])).tags(tall),
            Probe::new(
                "a line through three points",
                (Mat::from_rows(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), vec![1.0, 2.0, 4.0]),
            )
            .tags(tall),
            Probe::new("2×2", (Mat::from_rows(&[[0.5, 2.0], [4.0, -1.5]]), vec![3.0, -2.5])),
            Probe::new("3×3", random(3, 3)),
            Probe::new("5×2", random(5, 2)).tags(tall),
            Probe::new("7×4", random(7, 4)).tags(tall),
            Probe::new("31×9", random(31, 9)).tags(tall),
            Probe::new("columns of other units", {
                let (a, b) = random(8, 3);
                let units = [1e6, 1.0, 1e-5];
                (Mat::from_fn(8, 3, |i, j| a[[i, j]] * units[j]), b)
            })
            .tags(tall),
            Probe::new("near 1e−5", {
                let (a, b) = random(6, 3);
                (a.map(|x| x * 1e-5), b)
            })
            .tags(tall),
            Probe::new(
                "b orthogonal to A",
                (Mat::from_rows(&[[1.0, 2.0], [1.0, -2.0], [1.0, 0.0]]), vec![1.5, 1.5, -3.0]),
            )
            .tags(tall),
            Probe::new("years", {
                let a = Mat::from_fn(11, 3, |i, j| (2015.0 + i as f64).powi(j as i32));
                exact(a, &[8.0, -0.5, 0.25])
            })
            .tags(near),
            Probe::new("powers up to 8", exact(powers(21, 9), &[1.0; 9])).tags(near),
            Probe::new(
                "1 over 1e−8",
                exact(
                    Mat::from_rows(&[[1.0, 1.0, 1.0], [1e-8, 0.0, 0.0], [0.0, 1e-8, 0.0], [0.0, 0.0, 1e-8]]),
                    &[1.5, -2.5, 4.0],
                ),
            )
            .tags(near),
            Probe::new(
                "nearly the same column",
                exact(
                    Mat::from_fn(6, 2, |i, j| {
                        1.0 + i as f64 * 0.25 + if j == 1 && i % 2 == 0 { 1e-7 } else { 0.0 }
                    }),
                    &[2.0, -3.0],
                ),
            )
            .tags(near),
            Probe::new("no unknowns", (Mat::zeros([3, 0]), vec![1.5, 0.5, -2.5])),
        ]
    }

    fn observe(lstsq: &Self::Subject, (a, b): &Self::Input, out: &mut Observer) {
        out.given("a", a);
        out.given("b", b);
        let x = lstsq(a, b);
        if x.len() != a.cols() {
            return out.see("number of coefficients", x.len()).exactly();
        }
        // The predictions are determined to the last digits, the coefficients as well as the columns are independent. Each
        // coefficient is shown as its share of a prediction, so that units do not matter.
        let size = b.iter().fold(0.0_f64, |max, b| max.max(b.abs()));
        let shares: Vec<f64> = x
            .iter()
            .enumerate()
            .map(|(j, x)| x * (0..a.rows()).map(|i| a[[i, j]].abs()).fold(0.0, f64::max) / size)
            .collect();
        out.see("x, each times the largest entry of its column, divided by the largest of b", &shares)
            .within(1e-6, 1e-6);
        let predictions: Vec<f64> =
            (0..a.rows()).map(|i| a.row(i).iter().zip(&x).map(|(a, x)| a * x).sum::<f64>() / size).collect();
        out.see("a·x, divided by the largest of b", &predictions).within(0.0, 1e-10);
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
        crate::lstsq!(starter)
    }
    fn solution() -> Self::Subject {
        crate::lstsq!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
