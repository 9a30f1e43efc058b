//! **dual**: numbers that carry their derivative with them. Chapter: *Forward mode: dual numbers*.

use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! dual {
    ($file:ident) => {
        $crate::calculus::dual::Parts {
            constant: $file::constant,
            variable: $file::variable,
            mul: $file::mul,
            div: $file::div,
            exp: $file::exp,
            ln: $file::ln,
            powi: $file::powi,
        }
    };
}

/// The exercise.
pub struct Spec;

/// A number and its derivative: value + d·ε, with ε² = 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual {
    /// The number itself.
    pub value: f64,
    /// How fast it changes when the input does.
    pub d: f64,
}

/// What the learner writes.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Parts {
    pub constant: fn(f64) -> Dual,
    pub variable: fn(f64) -> Dual,
    pub mul: fn(Dual, Dual) -> Dual,
    pub div: fn(Dual, Dual) -> Dual,
    pub exp: fn(Dual) -> Dual,
    pub ln: fn(Dual) -> Dual,
    pub powi: fn(Dual, i32) -> Dual,
}

/// One call, or a small program.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// `constant(x)`.
    Constant(f64),
    /// `variable(x)`.
    Variable(f64),
    /// `mul(a, b)`.
    Mul(Dual, Dual),
    /// `div(a, b)`.
    Div(Dual, Dual),
    /// `exp(a)`.
    Exp(Dual),
    /// `ln(a)`.
    Ln(Dual),
    /// `powi(a, n)`.
    Powi(Dual, i32),
    /// 3·x² · exp(x) / ln x.
    Program(f64),
}

impl Exercise for Spec {
    type Subject = Parts;
    type Input = Task;

    fn probes() -> Vec<Probe<Task>> {
        let n = |value, d| Dual { value, d };
        let zero = &["the number is 0"];
        vec![
            Probe::new("constant(2.5)", Task::Constant(2.5)),
            Probe::new("variable(2.5)", Task::Variable(2.5)),
            Probe::new("constant(0)", Task::Constant(0.0)).tags(zero),
            Probe::new("variable(0)", Task::Variable(0.0)).tags(zero),
            Probe::new("a product", Task::Mul(n(3.0, 0.5), n(-2.0, 1.75))),
            Probe::new("a product with a constant", Task::Mul(n(3.0, 0.0), n(-2.0, 1.75))),
            Probe::new("a square", Task::Mul(n(2.5, 1.5), n(2.5, 1.5))),
            Probe::new("a product with a zero that moves", Task::Mul(n(0.0, 0.5), n(-2.0, 1.75))).tags(zero),
            Probe::new("a quotient", Task::Div(n(3.0, 0.5), n(-2.0, 1.75))),
            Probe::new("a reciprocal", Task::Div(n(2.5, 0.0), n(4.0, 1.5))),
            Probe::new("half of it", Task::Div(n(3.5, -0.75), n(2.0, 0.0))),
            Probe::new("a quotient of numbers near 1e200", Task::Div(n(3e200, 5e199), n(2e200, -1.5e200)))
                .magnitude(1e200),
            Probe::new(
                "a quotient of numbers near 1e-200",
                Task::Div(n(3e-200, 5e-201), n(2e-200, -1.5e-200)),
            ),
            Probe::new("exp", Task::Exp(n(0.75, -2.5))),
            Probe::new("exp of what stands still", Task::Exp(n(0.75, 0.0))),
            Probe::new("ln", Task::Ln(n(2.5, -1.75))),
            Probe::new("ln near 0", Task::Ln(n(0.125, 0.5))),
            Probe::new("x³", Task::Powi(n(2.5, 1.5), 3)),
            Probe::new("x²", Task::Powi(n(-1.5, 0.75), 2)),
            Probe::new("x¹", Task::Powi(n(-1.5, 0.75), 1)),
            Probe::new("x⁰", Task::Powi(n(-1.5, 0.75), 0)),
            Probe::new("x⁻²", Task::Powi(n(2.5, 1.5), -2)),
            Probe::new("x² at 0", Task::Powi(n(0.0, 1.5), 2)).tags(zero),
            Probe::new("x¹ at 0", Task::Powi(n(0.0, 1.5), 1)).tags(zero),
            Probe::new("x⁰ at 0", Task::Powi(n(0.0, 1.5), 0)).tags(zero),
            Probe::new("3·x²·exp(x)/ln x at 1.5", Task::Program(1.5)),
            Probe::new("3·x²·exp(x)/ln x at 0.25", Task::Program(0.25)),
        ]
    }

    fn observe(parts: &Parts, task: &Task, out: &mut Observer) {
        let mut given = |name: &str, a: Dual| {
            out.given(format!("{name}.value"), a.value);
            out.given(format!("{name}.d"), a.d);
        };
        let y = match *task {
            Task::Constant(x) => (parts.constant)(x),
            Task::Variable(x) => (parts.variable)(x),
            Task::Mul(a, b) | Task::Div(a, b) => {
                given("a", a);
                given("b", b);
                if matches!(task, Task::Mul(..)) { (parts.mul)(a, b) } else { (parts.div)(a, b) }
            }
            Task::Exp(a) => {
                given("a", a);
                (parts.exp)(a)
            }
            Task::Ln(a) => {
                given("a", a);
                (parts.ln)(a)
            }
            Task::Powi(a, n) => {
                given("a", a);
                out.given("n", f64::from(n));
                (parts.powi)(a, n)
            }
            Task::Program(x) => {
                let x = (parts.variable)(x);
                let top = (parts.mul)((parts.mul)((parts.constant)(3.0), (parts.powi)(x, 2)), (parts.exp)(x));
                (parts.div)(top, (parts.ln)(x))
            }
        };
        out.see("value", y.value).within(1e-12, 1e-300);
        out.see("d", y.d).within(1e-12, 1e-300);
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
        crate::dual!(starter)
    }
    fn solution() -> Self::Subject {
        crate::dual!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
