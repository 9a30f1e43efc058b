//! **`log_sum_exp`**: the logarithm of softmax's denominator, at any size of the scores. Chapter: *Softmax and sampling*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! log_sum_exp {
    ($file:ident) => {
        $file::log_sum_exp
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&[f64]) -> f64;
    type Input = Vec<f64>;

    fn probes() -> Vec<Probe<Vec<f64>>> {
        const MASKED: f64 = f64::NEG_INFINITY;
        const INF: f64 = f64::INFINITY;
        const NAN: f64 = f64::NAN;
        let masked = &["a logit is masked (−∞)"];
        let all_masked = &["a logit is masked (−∞)", "all logits are masked (−∞)"];
        let infinite = &["a logit is +∞"];
        let nan = &["a logit is NaN"];
        vec![
            Probe::new("two logits", vec![0.5, 2.0]).magnitude(2.0),
            Probe::new("three logits", vec![1.25, -0.75, 2.5]).magnitude(2.5),
            Probe::new("two negative logits", vec![-0.5, -2.0]).magnitude(2.0),
            Probe::new("one logit", vec![-3.5]),
            Probe::new("ties", vec![0.75, -1.25, 0.75, -1.25]),
            Probe::new("ascending", vec![-1.5, 0.25, 2.75, 3.5, 5.0]),
            Probe::new("descending", vec![5.0, 3.5, 2.75, 0.25, -1.5, -2.0]),
            Probe::new("logarithms of 0.25 and 0.75", vec![0.25_f64.ln(), 0.75_f64.ln()]),
            Probe::new("nine logits", Numbers::new(29).vector(9)),
            Probe::new("tiny logits", vec![1e-300, -1e-300, 2e-300, 0.0]),
            Probe::new("one masked", vec![0.5, MASKED, 1.5]).tags(masked),
            Probe::new("the first masked", vec![MASKED, 0.5, 1.5, -2.5]).tags(masked),
            Probe::new("the first two masked", vec![MASKED, MASKED, 2.5, -0.5, 1.25]).tags(masked),
            Probe::new("the last two masked", vec![-0.25, 0.5, 1.5, MASKED, MASKED]).tags(masked),
            Probe::new("all masked", vec![MASKED; 3]).tags(all_masked),
            Probe::new("a single logit, masked", vec![MASKED]).tags(all_masked),
            Probe::new("no logits", vec![]),
            Probe::new("near 40", vec![39.0, 40.5, 38.25]).magnitude(40.5),
            Probe::new("near 1000", vec![1000.0, 1001.5, 998.0]).magnitude(1001.5),
            Probe::new("near −1000", vec![-1000.0, -1001.5, -998.0]).magnitude(1001.5),
            Probe::new("[−1000, 0]", vec![-1000.0, 0.0]).magnitude(1000.0),
            Probe::new("[0, 0, 2000]", vec![0.0, 0.0, 2000.0]).magnitude(2000.0),
            Probe::new("20 apart, near 0", vec![-18.5, 0.0, -20.0]),
            Probe::new("20 apart, near −1000", vec![-1020.0, -1000.0, -1018.5]).magnitude(1020.0),
            Probe::new("±1e308", vec![-1e308, 1e308]).magnitude(1e308),
            Probe::new("257 logits", Numbers::new(31).vector(257)),
            Probe::new("1000 equal logits", vec![-0.125; 1000]),
            // More than any block that a sum may be cut into.
            Probe::new("2500 logits", Numbers::new(47).vector(2500)),
            Probe::new("one +∞", vec![0.5, INF, -1.5]).tags(infinite),
            Probe::new("two +∞ and a masked one", vec![INF, MASKED, INF]).tags(infinite),
            Probe::new("a NaN among numbers", vec![0.5, NAN, 1.5]).tags(nan),
            Probe::new("a NaN first", vec![NAN, 0.5, 1.5, -0.5]).tags(nan),
            Probe::new("a single NaN", vec![NAN]).tags(nan),
            Probe::new("a NaN among masked ones", vec![MASKED, NAN, MASKED]).tags(nan),
            Probe::new("a NaN and +∞", vec![INF, NAN]).tags(nan),
            Probe::new("+∞ behind a NaN", vec![NAN, INF, 0.5]).tags(nan),
        ]
    }

    fn observe(log_sum_exp: &Self::Subject, z: &Vec<f64>, out: &mut Observer) {
        out.given("z", z);
        let y = log_sum_exp(z);
        if z.iter().any(|z| z.is_nan()) {
            // A NaN among numbers is a failure in every exercise, so here it is seen as a word.
            out.text("log_sum_exp", if y.is_nan() { "NaN".to_string() } else { y.to_string() });
        } else {
            // Tight, so that a term of e^(−20) beside 1000 still counts.
            out.see("log_sum_exp", y).within(1e-12, 1e-12);
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
        crate::log_sum_exp!(starter)
    }
    fn solution() -> Self::Subject {
        crate::log_sum_exp!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
