//! Every rule on three valleys, each at the best of many learning rates.

use super::record::Record;
use calculus::dual::Dual;
use calculus::hyper::HyperDual;
use calculus::optim::{Adam, Lbfgs, Momentum, Nesterov, Newton, Sgd};
use calculus::tape::{Grads, Params};
use linalg::{Real, Tensor};
use std::fmt::Write as _;

#[derive(Clone, Copy)]
enum Valley {
    /// ½(x² + 10,000·y²)
    Straight,
    /// The same, turned by 30 degrees.
    Turned,
    /// Rosenbrock's, bent.
    Bent,
}

impl Valley {
    fn at<T: Real>(self, p: &[T]) -> T {
        let bowl = |x: T, y: T| T::from_f64(0.5) * (x * x + T::from_f64(10_000.0) * y * y);
        match self {
            Valley::Straight => bowl(p[0], p[1]),
            Valley::Turned => {
                let (c, s) = (T::from_f64(0.75_f64.sqrt()), T::from_f64(0.5));
                bowl(c * p[0] + s * p[1], c * p[1] - s * p[0])
            }
            Valley::Bent => {
                let (along, across) = (T::ONE - p[0], p[1] - p[0] * p[0]);
                along * along + T::from_f64(100.0) * across * across
            }
        }
    }
}

/// Where every rule starts.
const START: [f64; 2] = [-1.2, 1.0];

/// The value at which a rule has arrived, and the most steps it gets.
const GOAL: f64 = 1e-8;
const MOST: usize = 100_000;

type Rule<'a> = dyn FnMut(&mut Params<f64>, &Grads<f64>, f64) + 'a;

/// Steps until the value is below the goal for good (for the next 50 steps), if that happens.
fn steps(valley: Valley, rule: &mut Rule<'_>, rate: f64, most: usize) -> Option<usize> {
    let mut params = Params::new();
    params.add("x", Tensor::new([2], START.to_vec()), false);
    let mut grads = Grads::like(&params);
    let mut since = None;
    for step in 0..most + 50 {
        let g = calculus::dual::gradient(|x: &[Dual<f64>]| valley.at(x), params.values());
        let value = valley.at(params.values());
        if !value.is_finite() || value > 1e12 {
            return None;
        }
        since = if value < GOAL { since.or(Some(step)) } else { None };
        if since.is_some_and(|s| step - s >= 50) {
            return since;
        }
        grads.values_mut().copy_from_slice(&g);
        rule(&mut params, &grads, rate);
    }
    None
}

/// The best of learning rates a quarter of an octave apart.
fn best(valley: Valley, new: impl Fn(&Params<f64>) -> Box<Rule<'static>>) -> Option<usize> {
    let mut layout = Params::new();
    layout.add("x", Tensor::zeros([2]), false);
    let mut best = None;
    for k in -64..16 {
        let rate = 2.0_f64.powf(f64::from(k) / 4.0);
        let most = best.unwrap_or(MOST);
        best = steps(valley, &mut *new(&layout), rate, most).or(best);
    }
    best
}

pub(crate) fn run(record: &mut Record) {
    let valleys = [Valley::Straight, Valley::Turned, Valley::Bent];
    let mut table = format!("{:>20}{:>12}{:>12}{:>12}\n", "", "straight", "turned", "bent");
    let mut row = |name: &str, counts: [Option<usize>; 3]| {
        let shown = counts.map(|c| c.map_or("—".into(), |c| c.to_string()));
        let _ = writeln!(table, "{name:>20}{:>12}{:>12}{:>12}", shown[0], shown[1], shown[2]);
        println!("{name:>20}{:>12}{:>12}{:>12}", shown[0], shown[1], shown[2]);
    };
    println!("steps to {GOAL:e}, at the best learning rate of many");
    row("descent", valleys.map(|v| best(v, |_| Box::new(|p, g, lr| Sgd.step(p, g, lr)))));
    let momentum = |mu: f64| {
        move |v| {
            best(v, |p| {
                let mut rule = Momentum::new(p, mu);
                Box::new(move |p, g, lr| rule.step(p, g, lr))
            })
        }
    };
    row("momentum 0.9", valleys.map(momentum(0.9)));
    row(
        "Nesterov 0.9",
        valleys.map(|v| {
            best(v, |p| {
                let mut rule = Nesterov::new(p, 0.9);
                Box::new(move |p, g, lr| rule.step(p, g, lr))
            })
        }),
    );
    row(
        "Adam",
        valleys.map(|v| {
            best(v, |p| {
                let mut rule = Adam::new(p);
                Box::new(move |p, g, lr| rule.step(p, g, lr))
            })
        }),
    );
    row(
        "L-BFGS, evaluations",
        valleys.map(|v| {
            let mut x = START;
            let mut lbfgs = Lbfgs::new(2, 10);
            lbfgs.tolerance = 1e-4;
            let f = |x: &[f64], g: &mut [f64]| {
                g.copy_from_slice(&calculus::dual::gradient(|x: &[Dual<f64>]| v.at(x), x));
                v.at(x)
            };
            lbfgs.minimise(f, &mut x).ok().filter(|m| m.value < GOAL).map(|m| m.evaluations)
        }),
    );
    row(
        "Newton",
        valleys.map(|v| {
            let mut x = START;
            let newton = Newton { tolerance: 1e-4, ..Newton::default() };
            newton
                .minimise(|x: &[HyperDual<f64>]| v.at(x), &mut x)
                .ok()
                .filter(|m| m.value < GOAL)
                .map(|m| m.steps)
        }),
    );
    println!();
    record.text("valleys", &table, 0.1);
}
