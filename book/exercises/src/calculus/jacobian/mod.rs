//! **jacobian**: all slopes of a function with many inputs and many outputs. Chapter: *Derivatives by differences*.

use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! jacobian {
    ($file:ident) => {
        |f, x| $file::jacobian(f, x)
    };
}

/// The exercise.
pub struct Spec;

/// A function and a place.
#[derive(Clone, Debug)]
pub struct Place {
    formula: &'static str,
    f: fn(&[f64]) -> Vec<f64>,
    x: Vec<f64>,
}

/// Three outputs of four inputs, each of which feeds all outputs in another way.
fn mixed(x: &[f64]) -> Vec<f64> {
    vec![
        x[0] * x[1] + x[2].sin() - 0.5 * x[3] * x[3],
        (0.5 * x[0]).exp() - x[1] * x[3] + 1.5 * x[2],
        x[0] * x[0] * x[3] + x[1] * x[2],
    ]
}

fn polar(x: &[f64]) -> Vec<f64> {
    vec![x[0] * x[1].cos(), x[0] * x[1].sin()]
}

/// Five outputs of two inputs.
fn tall(x: &[f64]) -> Vec<f64> {
    vec![2.5 * x[0], x[0] * x[1], x[1] * x[1], x[1].exp(), -1.5 * x[0] + 0.25 * x[1]]
}

impl Exercise for Spec {
    type Subject = fn(&dyn Fn(&[f64]) -> Vec<f64>, &[f64]) -> linalg::Mat;
    type Input = Place;

    fn probes() -> Vec<Probe<Place>> {
        let place = |name: &str, formula, f: fn(&[f64]) -> Vec<f64>, x: &[f64]| {
            Probe::new(name, Place { formula, f, x: x.to_vec() })
        };
        let oblong = &["there are not as many outputs as inputs"];
        let large = &["an element of x is large"];
        let at_zero = &["an element of x is 0"];
        let empty = &["there are no inputs or no outputs", "there are not as many outputs as inputs"];
        vec![
            place("one input, one output", "(x₀³)", |x| vec![x[0] * x[0] * x[0]], &[1.5]),
            place("two inputs, two outputs", "(x₀·cos x₁, x₀·sin x₁)", polar, &[2.5, 0.75]),
            place(
                "2×3, linear",
                "(2x₀ − 3x₁ + 0.5x₂, 4x₁ + 1.5x₂)",
                |x| vec![2.0 * x[0] - 3.0 * x[1] + 0.5 * x[2], 4.0 * x[1] + 1.5 * x[2]],
                &[0.5, -1.5, 2.25],
            )
            .tags(oblong),
            place(
                "one output of three inputs",
                "(x₀·x₁·x₂)",
                |x| vec![x[0] * x[1] * x[2]],
                &[1.5, -2.0, 0.75],
            )
            .tags(oblong),
            place(
                "three outputs of one input",
                "(x₀², 3x₀, sin x₀)",
                |x| vec![x[0] * x[0], 3.0 * x[0], x[0].sin()],
                &[0.75],
            )
            .tags(oblong),
            place(
                "3×4",
                "(x₀x₁ + sin x₂ − x₃²/2, exp(x₀/2) − x₁x₃ + 1.5x₂, x₀²x₃ + x₁x₂)",
                mixed,
                &[1.25, -0.75, 2.5, 1.75],
            )
            .tags(oblong),
            place("5×2", "(2.5x₀, x₀x₁, x₁², exp x₁, −1.5x₀ + x₁/4)", tall, &[-1.5, 0.625]).tags(oblong),
            place(
                "an input that does nothing",
                "(x₀², 2x₀·x₂)",
                |x| vec![x[0] * x[0], 2.0 * x[0] * x[2]],
                &[1.5, 0.7, -2.5],
            )
            .tags(oblong),
            place("an output that is constant", "(7, x₀·x₁)", |x| vec![7.0, x[0] * x[1]], &[1.5, -2.5]),
            // Each output looks at the distance of neighbours: whoever leaves an input moved is seen in the next column.
            place(
                "neighbours multiplied",
                "(x₀x₁, x₁x₂, x₂x₃, x₃x₀)",
                |x| (0..4).map(|i| x[i] * x[(i + 1) % 4]).collect(),
                &[2.5, -1.5, 0.75, 3.25],
            ),
            place(
                "x₁ = 0",
                "(sin x₀ + x₁, x₀·x₁ + exp x₁)",
                |x| vec![x[0].sin() + x[1], x[0] * x[1] + x[1].exp()],
                &[0.75, 0.0],
            )
            .tags(at_zero),
            place(
                "all inputs are 0",
                "(x₀ + 2x₁, exp(3x₀) − x₁)",
                |x| vec![x[0] + 2.0 * x[1], (3.0 * x[0]).exp() - x[1]],
                &[0.0, 0.0],
            )
            .tags(at_zero),
            // Steep in both inputs at once: a first input that is left moved by a millionth shows in the second column.
            place(
                "two inputs in one wave",
                "(sin(60x₀ + 50x₁), x₀ − x₁)",
                |x| vec![(60.0 * x[0] + 50.0 * x[1]).sin(), x[0] - x[1]],
                &[0.3, 0.69],
            ),
            // Large outputs and small ones apart: the noise of the one would drown the slopes of the other.
            place(
                "an input of 1e10 beside one of 0.5",
                "(3x₀, sin(3x₁), x₁²)",
                |x| vec![3.0 * x[0], (3.0 * x[1]).sin(), x[1] * x[1]],
                &[1e10, 0.5],
            )
            .tags(large)
            .magnitude(1e10),
            place("an input of −1e12", "(3x₀, −0.5x₀)", |x| vec![3.0 * x[0], -0.5 * x[0]], &[-1e12])
                .tags(large)
                .magnitude(1e12),
            place(
                "strongly curved",
                "(exp(6x₀)·x₁, sin(10x₁))",
                |x| vec![(6.0 * x[0]).exp() * x[1], (10.0 * x[1]).sin()],
                &[0.45, -1.5],
            ),
            place(
                "a kink beside a smooth output",
                "(|x₀|, x₀ + 2x₁)",
                |x| vec![x[0].abs(), x[0] + 2.0 * x[1]],
                &[-1.5, 2.5],
            ),
            place("no inputs, three outputs", "(1, 2, 3)", |_| vec![1.0, 2.0, 3.0], &[]).tags(empty),
            place("two inputs, no outputs", "()", |_| vec![], &[1.5, -0.5]).tags(empty),
            place("nothing at all", "()", |_| vec![], &[]).tags(empty),
        ]
    }

    fn observe(jacobian: &Self::Subject, place: &Place, out: &mut Observer) {
        out.given("f", place.formula);
        out.given("x", &place.x);
        let j = jacobian(&place.f, &place.x);
        // An empty matrix prints nothing, so its shape is said on its own.
        out.see("shape", j.shape().dims()).exactly();
        out.see("J", &j).within(1e-6, 1e-6);
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
        crate::jacobian!(starter)
    }
    fn solution() -> Self::Subject {
        crate::jacobian!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
