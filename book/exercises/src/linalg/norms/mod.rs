//! **norms**: how large a vector is, in three measures and at any size of its numbers. Chapter: *Tensors and matmul*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Which norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// The sum of the sizes.
    One,
    /// The length.
    Two,
    /// The largest size.
    Max,
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! norms {
    ($file:ident) => {
        $file::norm
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&[f64], Norm) -> f64;
    type Input = Vec<f64>;

    fn probes() -> Vec<Probe<Vec<f64>>> {
        const NAN: f64 = f64::NAN;
        let empty = &["the vector is empty"];
        let zero = &["all numbers are 0"];
        let large = &["a square is too large for an f64"];
        let small = &["the squares are too small for an f64"];
        let nan = &["a number is NaN"];
        let infinite = &["a number is infinite"];
        vec![
            Probe::new("[3, −4]", vec![3.0, -4.0]),
            Probe::new("[1, −1]", vec![1.0, -1.0]),
            Probe::new("[−5, 2]", vec![-5.0, 2.0]),
            Probe::new("one negative number", vec![-3.5]),
            Probe::new("three negative numbers", vec![-0.5, -2.5, -1.25]),
            Probe::new("the largest is the first", vec![4.5, -0.25, 0.5, 1.5]),
            Probe::new("ties", vec![2.5, -2.5, 0.5, -2.5, 2.5]),
            Probe::new("nothing", vec![]).tags(empty),
            Probe::new("zeros", vec![0.0, 0.0, 0.0]).tags(zero),
            Probe::new("a zero first", vec![0.0, -0.75, 0.0, 0.5]),
            Probe::new("seven numbers", Numbers::new(41).vector(7)),
            Probe::new("257 numbers", Numbers::new(43).vector(257)),
            Probe::new("near 1000", vec![1000.0, -1001.5, 998.0]).magnitude(1001.5),
            Probe::new("one of 1000 among small ones", vec![0.25, -1000.0, 0.0, 0.5]).magnitude(1000.0),
            Probe::new("near 1e−13", vec![-4e-13, 1.2e-12, 3e-13]),
            Probe::new("near 1e200", vec![3e200, -4e200, 1.2e201]).tags(large).magnitude(1.2e201),
            Probe::new("one of −1e200", vec![1.5, -2e200, 0.25]).tags(large).magnitude(2e200),
            Probe::new("1e308 twice", vec![-1e308, 1e308]).tags(large).magnitude(1e308),
            Probe::new("1e200, 3 and 1e−200", vec![1e-200, 3.0, 1e200]).tags(large).magnitude(1e200),
            Probe::new("near 1e−161", vec![3e-161, -4e-161]).tags(small),
            Probe::new("near 1e−300", vec![1.2e-299, 3e-300, -4e-300]).tags(small),
            Probe::new("near 1e−320", vec![-4e-320, 3e-320, 1.2e-319]).tags(small),
            Probe::new("the smallest number there is", vec![-5e-324]).tags(small),
            Probe::new("NaN in the middle", vec![1.5, NAN, -2.5]).tags(nan),
            Probe::new("NaN first", vec![NAN, 2.5, -0.5, 1.5]).tags(nan),
            Probe::new("NaN last", vec![-0.5, 2.5, NAN]).tags(nan),
            Probe::new("NaN and zeros", vec![0.0, NAN, 0.0, 0.0]).tags(nan),
            Probe::new("NaN alone", vec![NAN]).tags(nan),
            Probe::new("−∞ among others", vec![1.5, f64::NEG_INFINITY, 2.5]).tags(infinite),
            Probe::new("∞ and −∞", vec![f64::INFINITY, f64::NEG_INFINITY]).tags(infinite),
        ]
    }

    fn observe(norm: &Self::Subject, x: &Vec<f64>, out: &mut Observer) {
        out.given("x", x);
        let nan = x.iter().any(|x| x.is_nan());
        for (name, p) in [("L1", Norm::One), ("L2", Norm::Two), ("L∞", Norm::Max)] {
            let size = norm(x, p);
            if nan {
                out.text(name, if size.is_nan() { "NaN".to_string() } else { format!("{size:e}") });
            } else {
                // Relative: the absolute part is what rounding costs below 1e−307. One number alone costs nothing.
                out.see(name, size).within(1e-9, if x.len() == 1 { 0.0 } else { 1e-322 });
            }
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
        crate::norms!(starter)
    }
    fn solution() -> Self::Subject {
        crate::norms!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
