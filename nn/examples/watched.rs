//! What the gradient clinic costs a GPT: training steps with and without it, taking turns. Chapter: *The gradient clinic*.
//!
//!     cargo run --release -p nn --example watched [-- ROUNDS]

use calculus::clinic::Settings;
use nn::Error;
use nn::data::{Dataset, Split};
use nn::preset;
use nn::train::{Recipe, Trainer};
use std::time::Instant;

/// Steps in a row of each kind: one of them is examined where every 10th is.
const BLOCK: usize = 10;

fn main() -> Result<(), Error> {
    let rounds: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(9);
    let preset = preset::find("nanogpt-cpu")?;
    let vocab = preset.model.vocab as u32;
    let text = (0..200_000_u32).map(|i| i.wrapping_mul(i) % 1009 % vocab).collect();
    let data = Dataset::new(text, Split::Tail, preset.model.context)?;
    let recipe = Recipe { steps: 1_000_000, ..preset.recipe };
    let mut kinds = [("off", 0), ("every 10th step", 10), ("every step", 1)]
        .map(|(name, every)| (name, every, Trainer::new(preset.model, recipe, 1), vec![]));
    for round in 0..=rounds {
        for (_, every, trainer, times) in &mut kinds {
            let Ok(trainer) = trainer else { continue };
            if round == 0 && *every > 0 {
                trainer.watch(Settings { every: *every, ..Settings::default() });
            }
            let start = Instant::now();
            for _ in 0..BLOCK {
                trainer.step(&data)?;
            }
            // The first round warms up.
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3 / BLOCK as f64);
            }
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_unstable_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let off = median(&mut kinds[0].3);
    println!(
        "{}, {} threads, median of {rounds} rounds of {BLOCK} steps",
        preset.name,
        linalg::par::threads()
    );
    for (name, _, trainer, times) in &mut kinds {
        let ms = median(times);
        let said = trainer.as_mut().map_or(0, |t| t.news().len());
        println!("{name:16}{ms:9.2} ms a step{:+8.2} %   {said} alarms", 100.0 * (ms / off - 1.0));
    }
    Ok(())
}
