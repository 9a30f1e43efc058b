//! What the clinic says, and what is done about it. Chapter: *The gradient clinic*.

use super::trace::Trace;
use linalg::Shape;
use std::fmt;
use std::panic::Location;

/// Everything that the clinic can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// x/0, or a row of no variance normalised without an epsilon.
    DivisionByZero,
    /// ln 0.
    LogOfZero,
    /// ln of a negative number.
    LogOfNegative,
    /// The root of a negative number.
    RootOfNegative,
    /// A result too large for the format.
    Overflow,
    /// A row of a softmax in which nothing may be looked at.
    MaskedRow,
    /// 0·∞ or ∞ − ∞.
    Indeterminate,
    /// A batch, an input or a constant that holds a NaN.
    BadData,
    /// A parameter that is not finite before the step began.
    BadParameter,
    /// A finite value whose derivative is not: the root at 0.
    InfiniteSlope,
    /// An update that made a weight infinite or NaN.
    BadUpdate,
    /// The gradient buffer was not emptied before the walk.
    StaleGradient,
    /// A parameter's gradient holds each use twice.
    CountedTwice,
    /// A parameter's gradient disagrees with what flowed through its uses.
    WrongGradient,
    /// No gradient arrives at a parameter.
    NoGradient,
    /// A gradient arrives and the weights stay as they are.
    NoUpdate,
    /// Updates too long for the weights they change.
    UpdateTooLarge,
    /// Updates too short to matter.
    UpdateTooSmall,
    /// Units of a rectifier that are silent for every input.
    DeadUnits,
    /// Units at the flat ends of their activation: hardly any gradient passes.
    SaturatedUnits,
    /// Units that are copies of one another, and get copies of one gradient.
    IdenticalUnits,
    /// A gradient that jumps.
    Explosion,
    /// A gradient that grows from layer to layer.
    GrowingThroughDepth,
    /// A gradient that shrinks from layer to layer.
    VanishingThroughDepth,
    /// A loss that jumps while no operation behaves otherwise than before.
    LossSpike,
    /// A loss that stays at the logarithm of the number of classes.
    LossStuck,
}

impl Fault {
    /// Whether the step's numbers cannot be used: something in it is not finite.
    pub fn breaks_the_step(self) -> bool {
        use Fault::{
            BadData, BadParameter, BadUpdate, DivisionByZero, Indeterminate, InfiniteSlope, LogOfNegative,
            LogOfZero, Overflow, RootOfNegative,
        };
        matches!(
            self,
            DivisionByZero
                | LogOfZero
                | LogOfNegative
                | RootOfNegative
                | Overflow
                | Indeterminate
                | BadData
                | BadParameter
                | InfiniteSlope
                | BadUpdate
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::DivisionByZero => "division by zero",
            Fault::LogOfZero => "logarithm of zero",
            Fault::LogOfNegative => "logarithm of a negative number",
            Fault::RootOfNegative => "root of a negative number",
            Fault::Overflow => "overflow",
            Fault::MaskedRow => "a row fully masked",
            Fault::Indeterminate => "zero times infinity, or infinity minus infinity",
            Fault::BadData => "NaN in the data",
            Fault::BadParameter => "a parameter that is not finite",
            Fault::InfiniteSlope => "an infinite slope",
            Fault::BadUpdate => "an update that is not finite",
            Fault::StaleGradient => "a gradient left over",
            Fault::CountedTwice => "a weight counted twice",
            Fault::WrongGradient => "a wrong gradient",
            Fault::NoGradient => "no gradient",
            Fault::NoUpdate => "no update",
            Fault::UpdateTooLarge => "updates too large",
            Fault::UpdateTooSmall => "updates too small",
            Fault::DeadUnits => "dead units",
            Fault::SaturatedUnits => "saturated units",
            Fault::IdenticalUnits => "identical units",
            Fault::Explosion => "exploding gradient",
            Fault::GrowingThroughDepth => "gradient growing through depth",
            Fault::VanishingThroughDepth => "gradient vanishing through depth",
            Fault::LossSpike => "loss spike",
            Fault::LossStuck => "loss stuck",
        })
    }
}

/// One diagnosis: what, where, since when, the numbers that show it, and what usually does that.
///
/// Printed it is one sentence: `step 812: a row fully masked: block 3/attention, softmax, [4, 6, 64, 64],
/// src/model.rs:112; …`.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// What is wrong.
    pub fault: Fault,
    /// The step in which it began.
    pub step: u64,
    /// The step in which it was certain. Later than `step` where a single look does not suffice.
    pub noticed: u64,
    /// Where in the model: a place, or the name of a parameter. Empty at the top.
    pub place: String,
    /// The operation, or `param`, `constant`, `input`.
    pub op: &'static str,
    /// The shape of what is wrong.
    pub shape: Option<Shape>,
    /// The line that called the operation.
    pub location: Option<&'static Location<'static>>,
    /// The numbers.
    pub evidence: String,
    /// What usually does that.
    pub cause: &'static str,
    /// The way of the gradient from the loss to this place, where that explains something.
    pub trace: Option<Trace>,
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: {}: ", self.step, self.fault)?;
        if !self.place.is_empty() {
            write!(f, "{}, ", self.place)?;
        }
        f.write_str(self.op)?;
        if let Some(shape) = self.shape {
            write!(f, ", {shape}")?;
        }
        if let Some(location) = self.location {
            write!(f, ", {}:{}", location.file(), location.line())?;
        }
        write!(f, "; {}. {}", self.evidence, self.cause)
    }
}

/// What to do with the step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Go on, and tell.
    #[default]
    Report,
    /// Leave the weights as they are in this step, and tell.
    Skip,
    /// Stop training.
    Stop,
}
