//! **gradcheck**: the witness that accepts right gradients and refuses wrong ones. Chapter: *Reverse mode*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! gradcheck {
    ($file:ident) => {
        |f, x, grad| $file::gradcheck(f, x, grad)
    };
}

/// The exercise.
pub struct Spec;

/// A claim: that `grad` is the gradient of `f` at `x`.
#[derive(Clone, Debug)]
pub struct Claim {
    formula: &'static str,
    f: fn(&[f64]) -> f64,
    x: Vec<f64>,
    grad: Vec<f64>,
}

fn relu(x: f64) -> f64 {
    x.max(0.0)
}

/// Squares with different weights, and products of neighbours.
fn quadratic(x: &[f64]) -> f64 {
    let squares: f64 = x.iter().enumerate().map(|(i, x)| (1 + i % 7) as f64 * x * x).sum();
    squares + x.windows(2).map(|w| w[0] * w[1]).sum::<f64>()
}

/// Its gradient.
fn of_quadratic(x: &[f64]) -> Vec<f64> {
    let at = |i: Option<usize>| i.and_then(|i| x.get(i)).copied().unwrap_or(0.0);
    let slope = |i: usize| 2.0 * (1 + i % 7) as f64 * x[i] + at(i.checked_sub(1)) + at(Some(i + 1));
    (0..x.len()).map(slope).collect()
}

impl Exercise for Spec {
    type Subject = fn(&dyn Fn(&[f64]) -> f64, &[f64], &[f64]) -> bool;
    type Input = Claim;

    #[allow(clippy::too_many_lines)] // one list, to be read from the top
    fn probes() -> Vec<Probe<Claim>> {
        let mut all = Vec::new();
        let mut claims = |formula, f: fn(&[f64]) -> f64, x: &[f64], tags, claims: &[(&str, &[f64])]| {
            for (name, grad) in claims {
                let claim = Claim { formula, f, x: x.to_vec(), grad: grad.to_vec() };
                all.push(Probe::new(*name, claim).tags(tags));
            }
        };
        let not_finite = &["something is not finite"];
        let length = &["the gradient has another length than x"];
        let kink = &["x lies at a kink"];
        let zero = &["a slope is 0"];
        let large = &["x is large"];
        let x_is_zero = &["x is 0"];
        let small_or_large = &["the slopes are far from 1"];

        claims(
            "x₀²·x₁ + 3·x₂",
            |x| x[0] * x[0] * x[1] + 3.0 * x[2],
            &[1.5, -2.0, 0.5],
            &[],
            &[
                ("right", &[-6.0, 2.25, 3.0]),
                ("the opposite sign", &[6.0, -2.25, -3.0]),
                ("twice as large", &[-12.0, 4.5, 6.0]),
                ("half as large", &[-3.0, 1.125, 1.5]),
                ("element 0 is wrong", &[-6.5, 2.25, 3.0]),
                ("element 1 is wrong", &[-6.0, 2.5, 3.0]),
                ("element 2 is wrong", &[-6.0, 2.25, 2.75]),
                ("only element 0 is right", &[-6.0, 0.5, 0.75]),
                ("only element 2 is right", &[-1.5, 0.5, 3.0]),
                ("two elements exchanged", &[2.25, -6.0, 3.0]),
                ("one sign is wrong", &[-6.0, -2.25, 3.0]),
                ("element 0 was forgotten", &[0.0, 2.25, 3.0]),
                ("all zeros", &[0.0, 0.0, 0.0]),
                ("0.2 % too large", &[-6.012, 2.2545, 3.006]),
                ("0.2 % too small", &[-5.988, 2.2455, 2.994]),
            ],
        );
        claims(
            "x₀²·x₁ + 3·x₂",
            |x| x[0] * x[0] * x[1] + 3.0 * x[2],
            &[1.5, -2.0, 0.5],
            not_finite,
            &[
                ("element 1 is NaN", &[-6.0, f64::NAN, 3.0]),
                ("element 1 is ∞", &[-6.0, f64::INFINITY, 3.0]),
                ("element 2 is −∞", &[-6.0, 2.25, f64::NEG_INFINITY]),
            ],
        );
        claims(
            "x₀²·x₁ + 3·x₂",
            |x| x[0] * x[0] * x[1] + 3.0 * x[2],
            &[1.5, -2.0, 0.5],
            length,
            &[
                ("one element is missing", &[-6.0, 2.25]),
                ("one element too many", &[-6.0, 2.25, 3.0, 0.0]),
                ("no elements for three", &[]),
            ],
        );
        let e = 2.25_f64.exp();
        claims(
            "exp(5·x₀)·x₁",
            |x| (5.0 * x[0]).exp() * x[1],
            &[0.45, -1.5],
            &[],
            &[
                ("strongly curved, right", &[-7.5 * e, e]),
                ("strongly curved, 0.2 % too large", &[-7.515 * e, e]),
                ("strongly curved, 0.2 % too small", &[-7.485 * e, e]),
            ],
        );
        claims(
            "x₀²",
            |x| x[0] * x[0],
            &[0.02],
            &[],
            &[
                ("near a minimum, right", &[0.04]),
                ("near a minimum, 0.3 % too large", &[0.04012]),
                ("near a minimum, wrong sign", &[-0.04]),
            ],
        );
        claims(
            "1e-7·(x₀² + x₁)",
            |x| 1e-7 * (x[0] * x[0] + x[1]),
            &[1.5, 2.0],
            small_or_large,
            &[
                ("slopes near 1e-7, right", &[3e-7, 1e-7]),
                ("slopes near 1e-7, zeros claimed", &[0.0, 0.0]),
                ("slopes near 1e-7, one is wrong", &[3e-7, 1.1e-7]),
            ],
        );
        let x = [-1.3, 0.7, 2.1, 0.9, -1.7];
        let product = |x: &[f64]| 1e9 * x.iter().product::<f64>();
        let right: Vec<f64> = x.iter().map(|x_i| product(&x) / x_i).collect();
        let mut one = right.clone();
        one[3] *= 1.003;
        claims(
            "1e9·x₀·x₁·x₂·x₃·x₄",
            product,
            &x,
            small_or_large,
            &[("slopes near 1e9, right", &right), ("slopes near 1e9, one is wrong", &one)],
        );
        claims(
            "1e4·x₀ + x₁²",
            |x| 1e4 * x[0] + x[1] * x[1],
            &[0.5, 2.0],
            &[],
            &[
                ("a large and a small slope, right", &[1e4, 4.0]),
                ("a large and a small slope, the small one is wrong", &[1e4, 4.4]),
            ],
        );
        claims(
            "x₀² (x₁ does nothing)",
            |x| x[0] * x[0],
            &[1.5, 0.7],
            zero,
            &[("a slope of 0, right", &[3.0, 0.0]), ("a slope of 0, wrong", &[3.0, 0.01])],
        );
        claims(
            "Π (1.7·xᵢ)·(1/xᵢ)",
            |x| x.iter().map(|x| (x * 1.7) * (1.0 / x)).product(),
            &[0.3, 1.41, -0.77, 2.3, 0.59, -1.37],
            zero,
            &[
                ("slopes of 0 and rounding, right", &[0.0; 6]),
                ("slopes of 0 and rounding, wrong", &[0.0, 0.0, 0.0, 0.0, 0.02, 0.0]),
            ],
        );
        claims(
            "max(0, x₀)·x₁ + x₁",
            |x| relu(x[0]) * x[1] + x[1],
            &[0.0, 2.0],
            kink,
            &[
                ("a kink, 0 claimed", &[0.0, 1.0]),
                ("a kink, the right slope claimed", &[2.0, 1.0]),
                ("a kink, a number between", &[0.6, 1.0]),
                ("a kink, above both slopes", &[3.0, 1.0]),
                ("a kink, below both slopes", &[-1.0, 1.0]),
                ("a kink, and another element is wrong", &[0.0, 1.5]),
            ],
        );
        claims(
            "−|x₀|",
            |x| -x[0].abs(),
            &[0.0],
            kink,
            &[
                ("a kink downwards, 0 claimed", &[0.0]),
                ("a kink downwards, 0.7 claimed", &[0.7]),
                ("a kink downwards, −1.5 claimed", &[-1.5]),
            ],
        );
        claims(
            "max(x₀, x₁)",
            |x| x[0].max(x[1]),
            &[0.7, 0.7],
            kink,
            &[
                ("a maximum of equals, (1, 0) claimed", &[1.0, 0.0]),
                ("a maximum of equals, (2, −1) claimed", &[2.0, -1.0]),
            ],
        );
        claims(
            "max(0, x₀)",
            |x| relu(x[0]),
            &[-0.5],
            &[],
            &[("a closed gate, right", &[0.0]), ("a closed gate, wrong", &[1.0])],
        );
        claims(
            "exp(x₀) + x₁",
            |x| x[0].exp() + x[1],
            &[0.0, 0.0],
            x_is_zero,
            &[("x = 0, right", &[1.0, 1.0]), ("x = 0, wrong", &[1.0, 0.9])],
        );
        claims(
            "3·x₀",
            |x| 3.0 * x[0],
            &[1e12],
            large,
            &[("x = 1e12, right", &[3.0]), ("x = 1e12, wrong", &[3.1])],
        );
        claims(
            "0.001·x₀ + x₁³",
            |x| 1e-3 * x[0] + x[1].powi(3),
            &[1e6, 0.5],
            large,
            &[
                ("a large and a small x, right", &[1e-3, 0.75]),
                ("a large and a small x, the slope of the small one is wrong", &[1e-3, 0.8]),
            ],
        );
        claims("3·x₀", |x| 3.0 * x[0], &[-1e12], large, &[("x = −1e12, right", &[3.0])]);
        claims("ln x₀", |x| x[0].ln(), &[-1.0], not_finite, &[("f is NaN", &[-1.0])]);
        claims("1/x₀²", |x| 1.0 / (x[0] * x[0]), &[0.0], not_finite, &[("f is infinite", &[0.0])]);
        claims("7", |_| 7.0, &[], &[], &[("nothing to check", &[])]);

        let mut n = Numbers::new(23);
        for size in [5, 41] {
            let x = n.vector(size);
            let right = of_quadratic(&x);
            let mut one = right.clone();
            one[size - 3] *= 1.003;
            let mut turned = right.clone();
            turned.rotate_left(1);
            let formula = "Σ cᵢ·xᵢ² + Σ xᵢ·xᵢ₊₁";
            claims(
                formula,
                quadratic,
                &x,
                &[],
                &[
                    (&format!("{size} elements, right"), &right),
                    (&format!("{size} elements, element {} is 0.3 % too large", size - 3), &one),
                    (&format!("{size} elements, one place too early"), &turned),
                ],
            );
        }
        all
    }

    fn observe(gradcheck: &Self::Subject, claim: &Claim, out: &mut Observer) {
        out.given("f", claim.formula);
        out.given("x", &claim.x);
        out.given("grad", &claim.grad);
        let accepted = gradcheck(&claim.f, &claim.x, &claim.grad);
        out.see("the claim is", if accepted { "accepted" } else { "refused" });
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
        crate::gradcheck!(starter)
    }
    fn solution() -> Self::Subject {
        crate::gradcheck!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
