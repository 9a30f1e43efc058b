//! `nn generate`: a model writes.

use super::record::Record;
use super::{MODEL, Stop, command, use_threads};
use nn::Error;
use nn::checkpoint;
use nn::generate::Generator;
use nn::tokenizer::Tokenizer;
use probability::Decoding;
use std::io::{self, Write};
use std::path::PathBuf;

/// Lets a trained model continue a text.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The model, as `train` left it
    #[arg(long, value_name = "FILE", default_value = MODEL)]
    checkpoint: PathBuf,
    /// The text to continue [default: a line break]
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// How many tokens to write
    #[arg(long, value_name = "N", default_value_t = 500)]
    tokens: usize,
    /// 0: always the likeliest token; 1: as trained; more: wilder
    #[arg(long, value_name = "T", default_value_t = 0.8)]
    temperature: f64,
    /// Choose among so many of the likeliest tokens [default: all]
    #[arg(long, value_name = "K")]
    top_k: Option<usize>,
    /// Choose among the likeliest tokens that together hold this share
    #[arg(long, value_name = "P", default_value_t = 1.0)]
    top_p: f64,
    /// Where everything random comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads to use [default: one a processor]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Write the first lines down for the book, with their command and seed (book/results/)
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<(), Stop> {
    use_threads(args.threads);
    let checkpoint = checkpoint::load(&args.checkpoint)?;
    let (gpt, params) = (checkpoint.trainer.gpt(), checkpoint.trainer.kept());
    let tokenizer = &checkpoint.origin.tokenizer;
    let prompt = match &args.prompt {
        Some(prompt) => tokenizer.encode(prompt)?,
        None => vec![beginning(tokenizer)],
    };
    let decoding = Decoding { temperature: args.temperature, top_k: args.top_k, top_p: args.top_p };
    let mut generator = Generator::new(gpt, &params, &prompt, decoding, args.seed)?;

    let (mut out, mut decoder, mut text) = (io::stdout(), tokenizer.decoder(), String::new());
    let mut written = args.prompt.clone().unwrap_or_default();
    if let Some(prompt) = &args.prompt {
        out.write_all(prompt.as_bytes())?;
    }
    for _ in 0..args.tokens {
        decoder.push(generator.next_token()?, &mut text)?;
        // At once: the reader watches the model write.
        out.write_all(text.as_bytes())?;
        out.flush()?;
        written.push_str(&text);
        text.clear();
    }
    decoder.finish(&mut text);
    writeln!(out, "{text}")?;
    if args.values.is_some() {
        let lines: Vec<&str> = written.lines().take(4).collect();
        let mut record = Record::of(&command()).seed(args.seed);
        record.text("lines", &lines.join("\n"), 0.0);
        record.write()?;
    }
    Ok(())
}

/// What a text begins with when nobody says how: a line break, or the first character where there is none.
fn beginning(tokenizer: &Tokenizer) -> u32 {
    let line_break: Result<Vec<u32>, Error> = tokenizer.encode("\n");
    line_break.map_or(0, |ids| ids[0])
}
