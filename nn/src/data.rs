//! What is trained on, what is held out, and which example comes when. Chapter: *A GPT in one sitting*.
//!
//! A language model can lower its training loss by learning the text by heart. The part that it never trains on is the
//! only witness that it learned the language.

use crate::Error;
use calculus::tape::IGNORE;
use probability::random::{Purpose, stream};
use probability::uniform;
use std::ops::Range;

const BATCH: Purpose = Purpose::named("batch");

/// How a text is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Split {
    /// Every tenth block of 4,096 tokens is held out: right for a collection, whose end is unlike its beginning.
    Blocks,
    /// The last tenth is held out: nanoGPT's split, right for one long text.
    Tail,
}

/// The block of [`Split::Blocks`], in tokens.
pub const BLOCK: usize = 4096;

/// A text as tokens, divided into pieces to train on and pieces to judge by.
///
/// No example crosses from one piece into another, so not one held-out token is ever seen in training.
///
/// ```
/// use nn::data::{Dataset, Split};
///
/// let data = Dataset::new((0..100).collect(), Split::Tail, 8).unwrap();
/// assert_eq!((data.training_tokens(), data.held_out_tokens()), (90, 10));
/// ```
#[derive(Clone, Debug)]
pub struct Dataset {
    tokens: Vec<u32>,
    training: Vec<Range<usize>>,
    held_out: Vec<Range<usize>>,
    context: usize,
    /// How many examples the training part has: one for each place where a context and the token after it fit.
    examples: usize,
}

/// Examples for the model: `inputs` and `targets` are (batch, time), row-major, and `targets` is `inputs` one token later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// What the model sees.
    pub inputs: Vec<u32>,
    /// What it should have said at each place; [`IGNORE`] where there is nothing to say.
    pub targets: Vec<u32>,
    /// The number of rows.
    pub rows: usize,
}

impl Batch {
    /// How many targets count.
    pub fn counted(&self) -> usize {
        self.targets.iter().filter(|&&t| t != IGNORE).count()
    }

    fn clear(&mut self) {
        self.inputs.clear();
        self.targets.clear();
        self.rows = 0;
    }
}

impl Dataset {
    /// Divides a text for a model that sees `context` tokens.
    ///
    /// # Errors
    /// [`Error::EmptyText`], or [`Error::TextTooShort`] if a part has no room for one example.
    pub fn new(tokens: Vec<u32>, split: Split, context: usize) -> Result<Self, Error> {
        if tokens.is_empty() {
            return Err(Error::EmptyText);
        }
        let n = tokens.len();
        let (mut training, mut held_out) = (Vec::new(), Vec::new());
        match split {
            Split::Tail => {
                training.push(0..n - n / 10);
                held_out.push(n - n / 10..n);
            }
            Split::Blocks => {
                // Nine blocks in one piece, then one held out.
                for start in (0..n).step_by(10 * BLOCK) {
                    let middle = n.min(start + 9 * BLOCK);
                    let end = n.min(start + 10 * BLOCK);
                    training.push(start..middle);
                    if middle < end {
                        held_out.push(middle..end);
                    }
                }
            }
        }
        for (part, pieces) in [("training", &training), ("held-out", &held_out)] {
            let tokens = pieces.iter().map(Range::len).max().unwrap_or(0);
            if tokens <= context {
                return Err(Error::TextTooShort { part, tokens, needed: context + 1 });
            }
        }
        let examples = training.iter().map(|piece| piece.len().saturating_sub(context)).sum();
        Ok(Dataset { tokens, training, held_out, context, examples })
    }

    /// How many tokens one example has.
    pub fn context(&self) -> usize {
        self.context
    }

    /// How many tokens are trained on.
    pub fn training_tokens(&self) -> usize {
        self.training.iter().map(Range::len).sum()
    }

    /// How many tokens are held out.
    pub fn held_out_tokens(&self) -> usize {
        self.held_out.iter().map(Range::len).sum()
    }

    /// The examples of a step: `rows` random places in the training part.
    ///
    /// A pure function of (seed, step). So a resumed run sees what the uninterrupted one would have seen, and an evaluation in
    /// between changes nothing.
    // ANCHOR: batch
    pub fn batch(&self, seed: u64, step: u64, rows: usize, batch: &mut Batch) {
        batch.clear();
        batch.rows = rows;
        let mut random = stream(seed, BATCH, step);
        for _ in 0..rows {
            let place = uniform::sample_below(&mut random, self.examples as u64);
            let start = self.start(place as usize);
            let example = &self.tokens[start..=start + self.context];
            batch.inputs.extend_from_slice(&example[..self.context]);
            batch.targets.extend_from_slice(&example[1..]);
        }
    }
    // ANCHOR_END: batch

    /// Where example i of the training part begins.
    fn start(&self, mut i: usize) -> usize {
        for piece in &self.training {
            let examples = piece.len().saturating_sub(self.context);
            if i < examples {
                return piece.start + i;
            }
            i -= examples;
        }
        unreachable!("example {i} of {} does not exist", self.examples)
    }

    /// The held-out part, cut into windows that do not overlap: every token but the first of each piece is predicted once.
    pub fn windows(&self) -> Vec<Range<usize>> {
        let cut = |piece: &Range<usize>| {
            let last = piece.end - 1; // the last token is only a target
            (piece.start..last).step_by(self.context).map(move |start| start..last.min(start + self.context))
        };
        self.held_out.iter().flat_map(cut).collect()
    }

    /// Some windows as a batch. A window at the end of a piece may be short: it is filled up with targets that do not count.
    pub fn fill(&self, windows: &[Range<usize>], batch: &mut Batch) {
        batch.clear();
        batch.rows = windows.len();
        for window in windows {
            batch.inputs.extend_from_slice(&self.tokens[window.clone()]);
            batch.targets.extend_from_slice(&self.tokens[window.start + 1..=window.end]);
            let full = batch.inputs.len().next_multiple_of(self.context);
            batch.inputs.resize(full, 0);
            batch.targets.resize(full, IGNORE);
        }
    }
}
