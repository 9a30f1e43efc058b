//! `nn info`: what a model is made of.

use super::{MODEL, Stop, bytes, grouped};
use nn::checkpoint;
use nn::preset::{self, PRESETS};
use nn::tokenizer::Tokenizer;
use nn::train::Trainer;
use serde_json::json;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;

/// Shows the configuration of a model, its parameters module by module, and the memory it needs.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The model, as `train` left it
    #[arg(long, value_name = "FILE", default_value = MODEL, conflicts_with = "preset")]
    checkpoint: PathBuf,
    /// A preset instead of a model: book, nanogpt-cpu, tiny, gpt-10m
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// List the presets
    #[arg(long, conflicts_with_all = ["preset", "checkpoint"])]
    presets: bool,
    /// Print one JSON object instead
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Stop> {
    let mut out = io::stdout();
    if args.presets {
        for preset in &PRESETS {
            writeln!(out, "{:12} {}", preset.name, preset.about)?;
        }
        return Ok(());
    }
    let (name, trainer, tokenizer) = if let Some(name) = &args.preset {
        let preset = preset::find(name)?;
        (name.clone(), Trainer::new(preset.model, preset.recipe, 1)?, None)
    } else {
        let checkpoint = checkpoint::load(&args.checkpoint)?;
        (args.checkpoint.display().to_string(), checkpoint.trainer, Some(checkpoint.origin))
    };
    let modules = modules(&trainer);
    let memory = Memory::of(&trainer);
    if args.json {
        let config = trainer.gpt().config();
        let parts: serde_json::Map<_, _> =
            modules.iter().map(|(name, n)| (name.clone(), (*n).into())).collect();
        let line = json!({
            "name": name, "config": config, "recipe": trainer.recipe(), "seed": trainer.seed(), "step": trainer.steps(),
            "parameters": trainer.params().len(), "modules": parts, "origin": tokenizer,
            "bytes": { "training": memory.training, "activations": memory.activations, "generation": memory.model, "cache": memory.cache },
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    let mut text = format!("{name}\n");
    let config = trainer.gpt().config();
    let _ = writeln!(
        text,
        "  {} blocks, {} heads, {} wide, context {}, {} tokens",
        config.blocks, config.heads, config.width, config.context, config.vocab
    );
    if let Some(origin) = &tokenizer {
        let kind = match &origin.tokenizer {
            Tokenizer::Byte => "bytes".to_owned(),
            Tokenizer::Char(alphabet) => {
                format!("characters {:?}", alphabet.chars().iter().collect::<String>())
            }
        };
        let _ = writeln!(text, "  tokens are {kind}; text {:016x}", origin.corpus);
        let _ =
            write!(text, "  seed {}, step {} of {}", trainer.seed(), trainer.steps(), trainer.recipe().steps);
        let _ = writeln!(text, "; the kept model is that of step {}", trainer.kept_step());
    }
    let _ = writeln!(text, "\n{:>12}  parameters", grouped(trainer.params().len()));
    for (module, n) in &modules {
        let share = 100.0 * *n as f64 / trainer.params().len() as f64;
        let _ = writeln!(text, "{:>12}  {share:>4.1} %  {module}", grouped(*n));
    }
    let _ = write!(
        text,
        "\n{:>12}  to train: parameters, gradients and AdamW's two moments\n\
         {:>12}  to train: activations and their gradients, {} tokens a step\n\
         {:>12}  to generate: parameters\n\
         {:>12}  to generate: keys and values of a full context\n",
        bytes(memory.training),
        bytes(memory.activations),
        trainer.recipe().batch * config.context,
        bytes(memory.model),
        bytes(memory.cache)
    );
    out.write_all(text.as_bytes())?;
    Ok(())
}

/// The parameters of the model's parts, equal blocks taken together.
fn modules(trainer: &Trainer) -> Vec<(String, usize)> {
    let mut modules: Vec<(String, usize)> = Vec::new();
    let blocks = trainer.gpt().config().blocks;
    for entry in trainer.params().entries() {
        let mut parts = entry.name.split('/');
        let first = parts.next().unwrap_or_default();
        let name = match parts.next() {
            Some(second) if first.starts_with("block ") => format!("{blocks} × {second}"),
            _ => first.to_owned(),
        };
        match modules.iter_mut().find(|(known, _)| *known == name) {
            Some((_, n)) => *n += entry.shape.len(),
            None => modules.push((name, entry.shape.len())),
        }
    }
    modules
}

/// Bytes.
struct Memory {
    training: usize,
    activations: usize,
    model: usize,
    cache: usize,
}

impl Memory {
    fn of(trainer: &Trainer) -> Self {
        let (config, number) = (trainer.gpt().config(), size_of::<f32>());
        let model = number * trainer.params().len();
        Memory {
            training: 4 * model,
            activations: trainer.memory().peak(),
            model,
            cache: 2 * number * config.blocks * config.context * config.width,
        }
    }
}
