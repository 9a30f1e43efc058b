//! The loss on text that was never trained on. Chapter: *A GPT in one sitting*.

use crate::data::{Batch, Dataset};
use crate::gpt::Gpt;
use calculus::tape::{Arena, Params, Tape};
use linalg::Real;
use std::ops::Range;

// ANCHOR: evaluate
/// The mean cross-entropy in nats a token over some windows of the held-out part, `rows` of them at a time.
///
/// Every target counts the same, also those of a short window at the end. Each window begins with an empty memory, so the
/// mean is over tokens with 1, 2, …, context tokens before them: as in training, and a little worse than a model that always
/// sees a full context.
///
/// Cost: a third of a training step on as many tokens.
pub fn evaluate<T: Real>(
    gpt: &Gpt,
    params: &Params<T>,
    arena: &mut Arena<T>,
    data: &Dataset,
    windows: &[Range<usize>],
    rows: usize,
) -> f64 {
    let (mut batch, mut sum, mut count) = (Batch::default(), 0.0, 0);
    for windows in windows.chunks(rows) {
        data.fill(windows, &mut batch);
        let mut tape = Tape::infer(params, arena);
        let loss = gpt.loss(&mut tape, &batch.inputs, &batch.targets, batch.rows);
        sum += tape.item(loss).to_f64() * batch.counted() as f64;
        count += batch.counted();
    }
    sum / count as f64
}
// ANCHOR_END: evaluate
