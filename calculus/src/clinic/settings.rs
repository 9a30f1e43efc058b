//! From when on something is worth a word. Chapter: *The gradient clinic*.

use super::alarm::Action;

/// How often the clinic looks, what it calls unusual, and what is done then.
///
/// A threshold is a trade: a lower one names a fault earlier, and calls more healthy runs ill. These were chosen so
/// that ten healthy runs of four kinds of models raise nothing (`calculus/tests/clinic.rs`); change them as you like.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Every how many steps all values, gradients and updates are measured. Loss and gradient norm are looked at in
    /// every step. 0: never, the clinic is off.
    pub every: u64,
    /// How many examined steps [`Flow`](super::Flow) remembers.
    pub history: usize,
    /// In how many examined steps in a row something that grows slowly must be seen before it is said.
    pub patience: u32,
    /// What to do with a step whose numbers cannot be used.
    pub on_broken: Action,
    /// What to do about everything else.
    pub on_suspicion: Action,
    /// Parameters whose names begin so are left alone: frozen on purpose.
    pub frozen: Vec<String>,
    /// A gradient this many times as long as the median of the last 32 is an explosion, if it is also 4 times longer
    /// than any before.
    pub explosion: f64,
    /// From the last layer to the first, a gradient may grow by this factor, or shrink by it.
    pub depth: f64,
    /// A layer may make the gradient longer by this factor.
    pub layer: f64,
    /// Which share of a layer's units may be dead.
    pub dead: f64,
    /// Which share of a layer's outputs may be at the ends.
    pub saturated: f64,
    /// The length of an update over that of the weights: from here to there is well. The rule of thumb is 1e-3
    /// (Karpathy, *CS231n: Neural Networks Part 3*, "Ratio of weights:updates").
    pub update: [f64; 2],
    /// For how many steps a loss may stay within 1.5 % of the logarithm of the number of classes.
    pub stuck: u64,
    /// A quantity this many times larger than usual is where a jump comes from.
    pub departure: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            every: 20,
            history: 256,
            patience: 3,
            on_broken: Action::Stop,
            on_suspicion: Action::Report,
            frozen: Vec::new(),
            explosion: 20.0,
            depth: 1e4,
            layer: 100.0,
            dead: 0.5,
            saturated: 0.9,
            update: [1e-8, 0.5],
            stuck: 100,
            departure: 8.0,
        }
    }
}
