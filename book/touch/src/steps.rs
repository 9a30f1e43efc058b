//! The error of a measured slope, by its step: four formulas, two formats. Chapter: *Derivatives by differences*.

use crate::{Figure, Input};
use calculus::complex::Complex;
use calculus::dual::derivative;
use calculus::formulas::{Formula, Function, errors};
use linalg::Real;

/// The curve of one formula, function and format; the reader moves a step along it.
pub const FIGURE: Figure = Figure {
    name: "steps",
    caption: "The error of a measured slope against the step, both axes logarithmic: each line across is a factor of 100. The ring is the step you set, the cross the best one of this curve.",
    question: "In f64, with the central formula, the error at a step of 10⁻² is about 10⁻⁵. You make the step ten thousand million times smaller, 10⁻¹². What will the error be?",
    answers: &[
        (
            "About 10⁻²⁵: two digits of error for each digit of step.",
            "That is the truncation alone. But the values of f have errors of 10⁻¹⁶ themselves, and they are divided by the step.",
        ),
        (
            "About 10⁻¹⁶: no slope in f64 can be more exact.",
            "The quotient would be rounded no worse than that. The difference above the line has lost its digits before it gets there.",
        ),
        (
            "About 10⁻⁵ again: no better than where I came from.",
            "Yes: some 10⁻¹⁶ of rounding, divided by 10⁻¹², is 10⁻⁴ or a little less. In between lies a step that is a million times better than both.",
        ),
    ],
    inputs: &[
        Input {
            label: "function",
            range: [0.0, 2.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0, 2.0],
            names: &["exp(x)·sin(x) at 1", "tanh(50x) at 0.01", "a straight line, 3x + 1 at 1"],
        },
        Input {
            label: "formula",
            range: [0.0, 3.0],
            step: 1.0,
            start: 1.0,
            recorded: &[0.0, 1.0, 2.0, 3.0],
            names: &["forward", "central", "extrapolated", "complex step"],
        },
        Input {
            label: "format",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["f64", "f32"],
        },
        Input {
            label: "log₁₀ of the step",
            range: [-16.0, 0.0],
            step: 0.5,
            start: -2.0,
            recorded: &[-16.0, -14.0, -12.0, -10.0, -8.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0],
            names: &[],
        },
    ],
    compute,
};

/// Decades of steps, and steps in each.
const DECADES: u32 = 16;
const EACH: u32 = 2;

struct Swing;
impl Function for Swing {
    fn at<T: Real>(&self, x: T) -> T {
        x.exp() * x.sin()
    }
}

struct Steep;
impl Function for Steep {
    fn at<T: Real>(&self, x: T) -> T {
        (x * T::from_f64(50.0)).tanh()
    }
}

struct Line;
impl Function for Line {
    fn at<T: Real>(&self, x: T) -> T {
        x * T::from_f64(3.0) + T::ONE
    }
}

fn curve<T: Real>(f: &impl Function, x: f64, formula: Formula) -> Vec<f64>
where
    Complex<T>: Real,
{
    // The slope at the place as this format has it, exact to the last digit of f64.
    let x = T::from_f64(x).to_f64();
    let exact = derivative(|x| f.at(x), x);
    // to a thousandth of a decade: a page shows no more
    let log = |(_, error): (f64, f64)| ((error / exact.abs()).max(1e-17).log10() * 1000.0).round() / 1000.0;
    errors::<T>(formula, f, x, exact, DECADES, EACH).into_iter().map(log).collect()
}

/// log₁₀ of the relative error for steps of 1, 10^−0.5, 10⁻¹ … 10⁻¹⁶; −17 stands for none at all.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[function, formula, format, _] = inputs else { return Vec::new() };
    let Some(&formula) = Formula::ALL.get(formula as usize) else { return Vec::new() };
    match (function as usize, format as usize) {
        (0, 0) => curve::<f64>(&Swing, 1.0, formula),
        (0, _) => curve::<f32>(&Swing, 1.0, formula),
        (1, 0) => curve::<f64>(&Steep, 0.01, formula),
        (1, _) => curve::<f32>(&Steep, 0.01, formula),
        (_, 0) => curve::<f64>(&Line, 1.0, formula),
        _ => curve::<f32>(&Line, 1.0, formula),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(inputs: [f64; 4]) -> f64 {
        compute(&inputs).into_iter().fold(0.0, f64::min)
    }

    /// What the question, its replies and the chapter say.
    #[test]
    fn the_curves_say_what_the_page_says() {
        let central = compute(&[0.0, 1.0, 0.0, 0.0]);
        assert_eq!(central.len(), 33);
        assert!((central[4] + 5.0).abs() < 0.6, "at 1e-2: {}", central[4]);
        assert!((central[24] + 4.7).abs() < 1.0, "at 1e-12: {}", central[24]);
        assert!(best([0.0, 1.0, 0.0, 0.0]) < -10.5);
        // f32 leaves five digits at best, the complex step all seven
        assert!(best([0.0, 1.0, 1.0, 0.0]) > -7.0 && best([0.0, 3.0, 1.0, 0.0]) < -6.5);
        assert!(best([0.0, 3.0, 0.0, 0.0]) < -15.0);
        // a line has no truncation: the longest step is as good as any
        assert!(compute(&[2.0, 1.0, 0.0, 0.0])[0] < -15.0);
    }
}
