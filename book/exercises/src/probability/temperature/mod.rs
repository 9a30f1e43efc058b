//! **temperature**: softmax with a knob, down to zero. Chapter: *Softmax and sampling*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! temperature {
    ($file:ident) => {
        $file::temperature
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&[f64], f64) -> Vec<f64>;
    type Input = (Vec<f64>, f64);

    fn probes() -> Vec<Probe<Self::Input>> {
        const MASKED: f64 = f64::NEG_INFINITY;
        let three = || vec![0.5, 2.0, -1.25];
        let zero = &["the temperature is 0"];
        let zero_ties = &["the temperature is 0", "several logits are the largest"];
        let masked = &["a logit is masked (−∞)"];
        let all_masked = &["a logit is masked (−∞)", "all logits are masked (−∞)"];
        let zero_all_masked = &["the temperature is 0", "all logits are masked (−∞)"];
        vec![
            Probe::new("three logits, t = 1", (three(), 1.0)),
            Probe::new("three logits, t = 0.5", (three(), 0.5)),
            Probe::new("three logits, t = 2", (three(), 2.0)),
            Probe::new("two negative logits, t = 0.75", (vec![-0.5, -2.0], 0.75)),
            Probe::new("one logit, t = 3", (vec![-3.5], 3.0)),
            Probe::new("ties, t = 0.25", (vec![0.75, -1.25, 0.75, -1.25], 0.25)),
            Probe::new("nine logits, t = 0.7", (Numbers::new(37).vector(9), 0.7)),
            Probe::new("101 logits, t = 1.3", (Numbers::new(41).vector(101), 1.3)),
            Probe::new("four logits, t = 0.01", (vec![0.5, 2.0, 1.75, 1.875], 0.01)),
            Probe::new("three logits, t = 300", (three(), 300.0)),
            Probe::new("three logits, t = 0.995", (three(), 0.995)),
            Probe::new("three logits, t = 1.000001", (three(), 1.000_001)),
            Probe::new("three logits, t = 0", (three(), 0.0)).tags(zero),
            Probe::new("four negative logits, t = 0", (vec![-2.0, -3.5, -0.5, -1.5], 0.0)).tags(zero),
            Probe::new("a largest logit of 0, t = 0", (vec![-2.0, 0.0, -0.5, -1.5, -3.5], 0.0)).tags(zero),
            Probe::new("one logit, t = 0", (vec![-3.5], 0.0)).tags(zero),
            Probe::new("ties, t = 0", (vec![-1.25, 0.75, -1.25, 0.75, 0.75], 0.0)).tags(zero_ties),
            Probe::new("no logits, t = 0.5", (vec![], 0.5)),
            Probe::new("no logits, t = 0", (vec![], 0.0)).tags(zero),
            Probe::new("one masked, t = 2", (vec![0.5, MASKED, 1.5, -0.25], 2.0)).tags(masked),
            Probe::new("the first masked, t = 0", (vec![MASKED, -1.5, -0.25, MASKED], 0.0)).tags(zero),
            Probe::new("all masked, t = 0.5", (vec![MASKED; 3], 0.5)).tags(all_masked),
            Probe::new("all masked, t = 0", (vec![MASKED; 3], 0.0)).tags(zero_all_masked),
            Probe::new("near 1000, t = 0.5", (vec![1000.0, 1001.5, 998.0], 0.5)).magnitude(1001.5),
            Probe::new("near −1000, t = 0.5", (vec![-1000.0, -1001.5, -998.0], 0.5)).magnitude(1001.5),
            Probe::new("[−1000, 1000], t = 400", (vec![-1000.0, 1000.0], 400.0)).magnitude(1000.0),
            Probe::new("[0, 900, 0], t = 0.5", (vec![0.0, 900.0, 0.0], 0.5)).magnitude(900.0),
            Probe::new("[0, 0, 2000], t = 1000", (vec![0.0, 0.0, 2000.0], 1000.0)).magnitude(2000.0),
            Probe::new("near 50, t = 0.05", (vec![50.0, 49.875, 50.25], 0.05)).magnitude(50.25),
            // z/t is ∞ for both, and ∞ − ∞ is NaN
            Probe::new("near 1000, t = 1e-306", (vec![999.0, 1000.0], 1e-306)),
            Probe::new("tiny logits, t = 2e-300", (vec![3e-300, 1e-300, -2e-300], 2e-300)),
            // 1/t is ∞
            Probe::new("t = 1e-310", (vec![0.5, -0.25, 0.25], 1e-310)),
            Probe::new("±1e300, t = 1e300", (vec![1e300, -1e300, 0.0, 2e300], 1e300)).magnitude(2e300),
            Probe::new("one masked, t = 1e300", (vec![0.5, -4.0, MASKED], 1e300)).tags(masked),
        ]
    }

    fn observe(temperature: &Self::Subject, (z, t): &Self::Input, out: &mut Observer) {
        out.given("z", z);
        out.given("t", *t);
        let p = temperature(z, *t);
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
        crate::temperature!(starter)
    }
    fn solution() -> Self::Subject {
        crate::temperature!(solution)
    }
    fn accepted() -> Vec<crate::spec::Accepted<Self>> {
        wrong::accepted()
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
