//! A sorter of two layers with two heads each: the model whose attention the chapter's touchable figure shows. Its weights are recorded, for a page
//! has no time to train.
//!
//!     cargo run --release -p nn --example gpt -- --weights nn/examples/gpt/sorter.f32

use super::sort::{DIGITS, Sorter};
use nn::gpt::Config;

/// Half as wide as the sorter with one head, and twice as deep. `book/touch/src/attention.rs` has the same numbers.
pub(crate) const CONFIG: Config = Config { vocab: 11, context: 2 * DIGITS, blocks: 2, heads: 2, width: 16 };
const STEPS: u64 = 1200;

/// Trains it and writes its weights where the command line says: `--weights FILE`; f32, the lowest byte first. Tells whether it was asked to.
pub(crate) fn write() -> std::io::Result<bool> {
    let mut args = std::env::args().skip_while(|arg| arg != "--weights");
    let (Some(_), Some(file)) = (args.next(), args.next()) else { return Ok(false) };
    let sorter = train();
    let bytes: Vec<u8> = sorter.params.values().iter().flat_map(|&w| (w as f32).to_le_bytes()).collect();
    std::fs::write(&file, &bytes)?;
    println!("sorts {} of 200 right; {} bytes in {file}", sorter.right(), bytes.len());
    Ok(true)
}

/// The same data and the same seed as the sorter with one head.
pub(crate) fn train() -> Sorter {
    Sorter::train(CONFIG, STEPS, |_, _, _| {})
}
