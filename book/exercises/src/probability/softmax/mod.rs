//! **softmax**: scores become probabilities, at any size of the scores. Chapter: *Softmax and sampling*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! softmax {
    ($file:ident) => {
        $file::softmax
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&[f64]) -> Vec<f64>;
    type Input = Vec<f64>;

    fn probes() -> Vec<Probe<Vec<f64>>> {
        const MASKED: f64 = f64::NEG_INFINITY;
        let masked = &["a logit is masked (−∞)"];
        let all_masked = &["a logit is masked (−∞)", "all logits are masked (−∞)"];
        vec![
            Probe::new("three logits", vec![1.0, 2.5, 0.5]).magnitude(2.5),
            Probe::new("two negative logits", vec![-0.5, -2.0]).magnitude(2.0),
            Probe::new("one logit", vec![-3.5]),
            Probe::new("ties", vec![0.75, -1.25, 0.75, -1.25]),
            Probe::new("nine logits", Numbers::new(5).vector(9)),
            Probe::new("one masked", vec![0.5, MASKED, 1.5]).tags(masked),
            Probe::new("all masked", vec![MASKED; 3]).tags(all_masked),
            Probe::new("one logit, masked", vec![MASKED]).tags(all_masked),
            Probe::new("no logits", vec![]),
            Probe::new("near 40", vec![39.0, 40.5, 38.25]).magnitude(40.5),
            Probe::new("near 1000", vec![1000.0, 1001.5, 998.0]).magnitude(1001.5),
            Probe::new("near −1000", vec![-1000.0, -1001.5, -998.0]).magnitude(1001.5),
            Probe::new("near −1e10", vec![-1e10, -1e10 - 1.5, -1e10 + 2.0]).magnitude(1e10),
            Probe::new("−1e300 twice", vec![-1e300; 2]).magnitude(1e300),
            Probe::new("[−1000, 0]", vec![-1000.0, 0.0]).magnitude(1000.0),
            Probe::new("[0, 0, 2000]", vec![0.0, 0.0, 2000.0]).magnitude(2000.0),
            Probe::new("one masked, one near 1000", vec![MASKED, 1000.0, 999.5])
                .magnitude(1000.0)
                .tags(masked),
            Probe::new("257 logits", Numbers::new(7).vector(257)),
            Probe::new("600 apart", vec![-300.0, 300.0, 299.0]).magnitude(300.0),
        ]
    }

    fn observe(softmax: &Self::Subject, z: &Vec<f64>, out: &mut Observer) {
        out.given("z", z);
        let p = softmax(z);
        // Relative: a probability of 1e-260 has as many right digits as one of 0.3. Where 0 is expected, it is 0.
        out.see("p", &p).within(1e-9, 0.0);
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
        crate::softmax!(starter)
    }
    fn solution() -> Self::Subject {
        crate::softmax!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
