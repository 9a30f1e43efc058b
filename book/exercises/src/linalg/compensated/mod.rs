//! **compensated**: what is asked for, in one line. Chapter: *its title*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! compensated {
    ($file:ident) => {
        $file::compensated
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&[f64]) -> Vec<f64>;
    type Input = Vec<f64>;

    fn probes() -> Vec<Probe<Vec<f64>>> {
        vec![
            Probe::new("three numbers", vec![1.5, -2.5, 0.75]),
            Probe::new("nine numbers", Numbers::new(1).vector(9)),
            Probe::new("none", vec![]),
        ]
    }

    fn observe(subject: &Self::Subject, x: &Vec<f64>, out: &mut Observer) {
        out.given("x", x);
        out.see("y", &subject(x));
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
        crate::compensated!(starter)
    }
    fn solution() -> Self::Subject {
        crate::compensated!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
