//! **central**: the central difference, divided by the distance that is really there. Chapter: *Derivatives by differences*.

use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! central {
    ($file:ident) => {
        |f, x, h| $file::central(f, x, h)
    };
}

/// The exercise.
pub struct Spec;

/// A function, a place and a step.
#[derive(Clone, Debug)]
pub struct Place {
    formula: &'static str,
    f: fn(f64) -> f64,
    x: f64,
    h: f64,
}

impl Exercise for Spec {
    type Subject = fn(&dyn Fn(f64) -> f64, f64, f64) -> f64;
    type Input = Place;

    fn probes() -> Vec<Probe<Place>> {
        let place =
            |name: &str, formula, f: fn(f64) -> f64, x, h| Probe::new(name, Place { formula, f, x, h });
        let kink = &["x lies at a kink"];
        let rounded = &["x + h and x − h are clearly rounded"];
        let stuck = &["x + h is rounded to x"];
        vec![
            place("a parabola", "3·x² − x", |x| (3.0 * x - 1.0) * x, 1.5, 0.25),
            place("a parabola, falling", "3·x² − x", |x| (3.0 * x - 1.0) * x, -2.0, 0.5),
            place("a cube", "x³", |x| x * x * x, 1.5, 0.5),
            place("a cube, a shorter step", "x³", |x| x * x * x, 1.5, 0.125),
            place("a straight line, falling", "2.5 − 4·x", |x| 2.5 - 4.0 * x, 0.75, 0.25),
            place("a constant", "7", |_| 7.0, 1.5, 0.25),
            place("an even function at 0", "x² + 2", |x| x * x + 2.0, 0.0, 0.25),
            place("exp, a long step", "exp(x)", f64::exp, 0.75, 1.5),
            place("sin", "sin(x)", f64::sin, -2.25, 0.0625),
            place("1/x between its poles", "1/x", |x| 1.0 / x, -0.75, 0.5),
            place("a small step", "exp(2·x)", |x| (2.0 * x).exp(), 0.3, 1e-3),
            place("a step to the left", "x³", |x| x * x * x, 1.5, -0.25),
            place("max(0, x) at 0", "max(0, x)", |x| x.max(0.0), 0.0, 0.25).tags(kink),
            place("|x| + x² near 0", "|x| + x²", |x| x.abs() + x * x, 0.125, 0.5).tags(kink),
            // 2⁵² and more: the neighbours of x are 1.2e-7 and 1.9e-6 away, and a factor of 4 rounds nothing
            place("x = 1e9, h = 1e-6", "4·x", |x| 4.0 * x, 1e9, 1e-6).tags(rounded),
            place("x = −1e10, h = 5e-6", "4·x", |x| 4.0 * x, -1e10, 5e-6).tags(rounded),
            place("x = 0.3, h = 1e-15", "4·x", |x| 4.0 * x, 0.3, 1e-15).tags(rounded),
            place("x = 1, h = 3e-16", "4·x", |x| 4.0 * x, 1.0, 3e-16).tags(rounded),
            place("x = 1e-5, h = 1e-18", "4·x", |x| 4.0 * x, 1e-5, 1e-18).tags(rounded),
            place("x = 1e9, h = 1e-9", "4·x", |x| 4.0 * x, 1e9, 1e-9).tags(stuck),
            place("x = 1, h = 0", "4·x", |x| 4.0 * x, 1.0, 0.0).tags(stuck),
            place("x near 1e6", "0.001·x²", |x| 1e-3 * x * x, 1_234_567.5, 16.0).magnitude(1e6),
            place("a tiny function", "1e-9·x³", |x| 1e-9 * x * x * x, 2.5, 0.5),
        ]
    }

    fn observe(central: &Self::Subject, place: &Place, out: &mut Observer) {
        out.given("f(x)", place.formula);
        out.given("x", place.x);
        out.given("h", place.h);
        let slope = central(&place.f, place.x, place.h);
        // Where the points coincide there is nothing to divide by, and NaN is the answer.
        if place.x + place.h == place.x {
            out.see(
                "an answer",
                if slope.is_nan() { "none (NaN)".to_owned() } else { format!("{slope}") }.as_str(),
            );
        } else {
            out.see("slope", slope).within(1e-9, 1e-18);
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
        crate::central!(starter)
    }
    fn solution() -> Self::Subject {
        crate::central!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
