//! **compensated**: a sum that keeps what its additions lose. Chapter: *Floating point, and where sums go wrong*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! compensated {
    ($file:ident) => {
        $file::sum
    };
}

/// The exercise.
pub struct Spec;

/// The numbers, and how they are told where there are too many to be shown.
#[derive(Clone, Debug)]
pub struct Input {
    x: Vec<f64>,
    told: Option<&'static str>,
}

impl Exercise for Spec {
    type Subject = fn(&[f64]) -> f64;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let short = |name, x: &[f64]| Probe::new(name, Input { x: x.to_vec(), told: None });
        let long = |name, x: Vec<f64>| Probe::new(name, Input { x, told: Some(name) });
        let lost = &["a number is too small to change the sum so far"];
        let larger = &["a number is larger than the sum so far"];
        let many = |first: &[f64], x: f64, n: usize| [first, &vec![x; n]].concat();
        vec![
            short("[0.1, 0.2, 0.3]", &[0.1, 0.2, 0.3]),
            short("nothing", &[]),
            short("one number", &[-2.75]),
            short("seven numbers", &Numbers::new(61).vector(7)),
            short("1e16, 3 and −1e16", &[1e16, 3.0, -1e16]).tags(lost),
            short("1e16, 1, 1 and −1e16", &[1e16, 1.0, 1.0, -1e16]).tags(lost),
            short("−1e16, 1, 1 and 1e16", &[-1e16, 1.0, 1.0, 1e16]).tags(lost),
            short("−1e16, −1, −1 and 1e16", &[-1e16, -1.0, -1.0, 1e16]).tags(lost),
            short("1e16, −1e16 and 3", &[1e16, -1e16, 3.0]),
            short("3, 1e16 and −1e16", &[3.0, 1e16, -1e16]).tags(larger),
            short("3, −1e16 and 1e16", &[3.0, -1e16, 1e16]).tags(larger),
            short("−3, 1e16 and −1e16", &[-3.0, 1e16, -1e16]).tags(larger),
            short("1, 1e100, 1 and −1e100", &[1.0, 1e100, 1.0, -1e100]).tags(larger),
            short("1, 1e−17 and −1", &[1.0, 1e-17, -1.0]).tags(lost),
            short("0.3, −0.1, −0.2", &[0.3, -0.1, -0.2]),
            short("16777217 and 0.5", &[16_777_217.0, 0.5]),
            short("1e−300 and 1e−301", &[1e-300, 1e-301, -3e-301]),
            short("257 numbers", &Numbers::new(67).vector(257)),
            long("1, then 1e−16 ten thousand times", many(&[1.0], 1e-16, 10_000)).tags(lost),
            long("−1, then −1e−16 ten thousand times", many(&[-1.0], -1e-16, 10_000)).tags(lost),
            long("1e−16 ten thousand times, then 1", [vec![1e-16; 10_000], vec![1.0]].concat()),
            long(
                "1e16, then 0.3125 two thousand times, then −1e16",
                [many(&[1e16], 0.3125, 2000), vec![-1e16]].concat(),
            )
            .tags(lost),
            long("0.1, a hundred thousand times", vec![0.1; 100_000]),
            long(
                "1e10, ten tenths and −1e10, a hundred times over",
                (0..100).flat_map(|_| many(&many(&[1e10], 0.1, 10), -1e10, 1)).collect(),
            )
            .tags(lost),
        ]
    }

    fn observe(sum: &Self::Subject, input: &Input, out: &mut Observer) {
        match input.told {
            Some(told) => out.text("x", told.to_string()),
            None => out.given("x", &input.x),
        }
        out.see("sum", sum(&input.x)).within(1e-15, 0.0);
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
