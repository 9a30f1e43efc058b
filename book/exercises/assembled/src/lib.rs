//! A small GPT made of the functions that a learner wrote: `cargo xtask exercises assemble`.
//! Chapter: *A GPT in one sitting*.
//!
//! | module | holds |
//! |---|---|
//! | [`parts`] | one place for each exercise, and what the crates put there while it is open |
//! | [`ops`] | four operations of the tape whose forward and backward functions call the parts |
//! | [`model`] | the GPT: two blocks, two heads, rotary positions |
//! | [`train`] | text, schedule, clipping, steps, the loss on held-out text |
//! | [`speak`] | generation with the cache |
//!
//! Everything is f64, since that is what the exercises are written in, and small enough for three plain loops.
#![forbid(unsafe_code)]

pub mod model;
pub mod ops;
pub mod parts;
pub mod speak;
pub mod train;

pub use parts::Parts;

use std::io::{self, Write};
use std::process::ExitCode;
use train::{Settings, Training};

/// Trains the model made of these parts, and lets it speak. `quick` is for tests: a few steps instead of a minute.
pub fn main(parts: Parts) -> ExitCode {
    let quick = std::env::args().any(|a| a == "--quick");
    let settings = if quick { Settings { steps: 20, ..Settings::default() } } else { Settings::default() };
    match show(parts, &settings, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("assemble: {e}");
            ExitCode::FAILURE
        }
    }
}

/// The whole performance, line by line.
///
/// # Errors
/// If `out` cannot be written to, or the gradient of the assembled model is refused by the gradient check.
pub fn show(parts: Parts, settings: &Settings, out: &mut impl Write) -> io::Result<()> {
    parts.install();
    let mut training = Training::new(settings);
    writeln!(
        out,
        "\nA GPT with {} parameters, {} characters, a context of {}.",
        training.parameters(),
        training.alphabet().len(),
        model::CONTEXT
    )?;
    if training.gradient_is_right() {
        writeln!(out, "Your witness agrees: the gradient of the last norm's gain is right.\n")?;
    } else {
        return Err(io::Error::other("the gradient check refuses the gradient of this model"));
    }
    writeln!(out, "{:>6}  {:>8}  {:>8}", "step", "loss", "held out")?;
    let mut line = |step: usize, loss: Option<f64>, held_out: f64| {
        let loss = loss.map_or("-".to_string(), |loss| format!("{loss:.3}"));
        writeln!(out, "{step:>6}  {loss:>8}  {held_out:>8.3}").and_then(|()| out.flush())
    };
    let mut loss = None;
    for step in 0..settings.steps {
        if step % settings.report == 0 {
            line(step, loss, training.held_out())?;
        }
        let now = training.step(step);
        if !now.is_finite() {
            return Err(io::Error::other(format!("the loss of step {step} is {now}")));
        }
        loss = Some(now);
    }
    line(settings.steps, loss, training.held_out())?;
    writeln!(out, "\nWhat it writes after \"{}\":\n", settings.prompt.escape_debug())?;
    let text = speak::speak(&training, &settings.prompt, settings.sample, settings.seed);
    for line in format!("{}{text}", settings.prompt).lines() {
        writeln!(out, "  | {line}")?;
    }
    Ok(())
}
