//! The figures that a reader can touch: what they compute, and what they let one change.
//!
//! A figure is a function from a few numbers, which the reader sets, to a list of numbers, which the page draws. It calls the
//! crates of the book and nothing else. Where a WebAssembly toolchain is at hand the page runs it as it is (`wasm.rs`); elsewhere the
//! book holds what it gave at a grid of inputs, and the page looks it up.
#![deny(unsafe_code)]

pub mod angles;
pub mod attention;
pub mod checkpoints;
pub mod depth;
pub mod descent;
pub mod ellipse;
pub mod flow;
pub mod hats;
pub mod knobs;
pub mod orbit;
pub mod picture;
pub mod places;
pub mod power;
pub mod ranks;
pub mod rates;
pub mod roofline;
pub mod shift;
pub mod spectrum;
pub mod steps;
pub mod tape;
pub mod walk;
pub mod ward;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

/// Something the reader sets.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// What it is called on the page.
    pub label: &'static str,
    /// The smallest and the largest value.
    pub range: [f64; 2],
    /// The step of the slider where the figure is computed.
    pub step: f64,
    /// Where it stands at first.
    pub start: f64,
    /// The values at which the figure is recorded, in ascending order.
    pub recorded: &'static [f64],
    /// Names of the values 0, 1, 2 …, if it is a choice and no slider.
    pub names: &'static [&'static str],
}

/// A figure that can be touched.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// What a chapter calls it.
    pub name: &'static str,
    /// What is below it.
    pub caption: &'static str,
    /// What the reader is asked before anything moves.
    pub question: &'static str,
    /// What can be answered, and what is said to that.
    pub answers: &'static [(&'static str, &'static str)],
    /// What can be set.
    pub inputs: &'static [Input],
    /// The numbers to draw.
    pub compute: fn(&[f64]) -> Vec<f64>,
}

/// All figures; the place of one is its number in the compiled module.
pub const FIGURES: &[Figure] = &[
    ellipse::FIGURE,
    depth::FIGURE,
    knobs::FIGURE,
    hats::FIGURE,
    tape::FIGURE,
    descent::FIGURE,
    attention::FIGURE,
    walk::FIGURE,
    orbit::FIGURE,
    angles::FIGURE,
    spectrum::FIGURE,
    ranks::FIGURE,
    power::FIGURE,
    steps::FIGURE,
    places::FIGURE,
    rates::FIGURE,
    ward::FIGURE,
    // a new one goes here, on a line of its own
    roofline::FIGURE,
    flow::FIGURE,
    shift::FIGURE,
    checkpoints::FIGURE,
];

impl Figure {
    /// Every combination of recorded inputs, the last input changing fastest, with what the figure gives there.
    pub fn record(&self) -> Vec<Vec<f64>> {
        let total: usize = self.inputs.iter().map(|input| input.recorded.len()).product();
        let at = |mut nth: usize| {
            let mut values = vec![0.0; self.inputs.len()];
            for (value, input) in values.iter_mut().zip(self.inputs).rev() {
                *value = input.recorded[nth % input.recorded.len()];
                nth /= input.recorded.len();
            }
            values
        };
        (0..total).map(|nth| (self.compute)(&at(nth))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_can_be_recorded_and_asks_first() {
        for figure in FIGURES {
            assert!(figure.answers.len() >= 2 && figure.question.ends_with('?'), "{}", figure.name);
            for input in figure.inputs {
                let inside = |x: f64| (input.range[0]..=input.range[1]).contains(&x);
                assert!(input.recorded.iter().all(|&x| inside(x)) && inside(input.start), "{}", input.label);
                assert!(
                    input.recorded.is_sorted() && input.recorded.contains(&input.start),
                    "{}",
                    input.label
                );
                assert!(input.names.is_empty() || input.names.len() == input.range[1] as usize + 1);
            }
            let all = figure.record();
            assert!(all.len() <= 1000, "{} has {} recordings", figure.name, all.len());
            for numbers in &all {
                assert_eq!(numbers.len(), all[0].len(), "{}", figure.name);
                assert!(numbers.iter().all(|x| x.is_finite()), "{}", figure.name);
            }
        }
    }
}
