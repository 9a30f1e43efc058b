//! `nn train`: from a text to a file with a model.

use super::record::Record;
use super::{MODEL, Stop, bytes, command, grouped, use_threads};
use calculus::clinic::Settings;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nn::Error;
use nn::checkpoint::{self, Checkpoint, Origin};
use nn::corpus::Corpus;
use nn::data::{Dataset, Split};
use nn::gpt::Config;
use nn::preset::{self, PRESETS};
use nn::tokenizer::Tokenizer;
use nn::train::{Report, Trainer};
use serde_json::json;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Trains a GPT on a text and keeps it in a file.
///
/// Without --corpus the text is this project's own. The file is safe to kill: `--resume` goes on from the last save, and
/// ends with the same bits as an uninterrupted run.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Size of the model and way to train it: book, nanogpt-cpu, tiny, gpt-10m [default: book]
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// A UTF-8 text to learn from; its last tenth is held out
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// What a token is [default: the preset's choice]
    #[arg(long, value_enum)]
    tokenizer: Option<TokenizerKind>,
    /// Where everything random comes from [default: 1]
    #[arg(long)]
    seed: Option<u64>,
    /// How many steps to make [default: the preset's]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// How many threads to use; the result is the same with any number [default: one a processor]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Print one JSON object a line instead of progress
    #[arg(long)]
    json: bool,
    /// Go on with the run in the --out file, with its settings
    #[arg(long)]
    resume: bool,
    /// Write the results down for the book, with their command, seed and machine (book/results/)
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// Watch the gradients: every 20th step (or N) is examined, and what is wrong is said. The result is the same to the bit
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "20", value_parser = clap::value_parser!(u64).range(1..))]
    clinic: Option<u64>,
    /// The file to keep the model in
    #[arg(long, value_name = "FILE", default_value = MODEL)]
    out: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum TokenizerKind {
    /// 256 tokens that spell every text
    Byte,
    /// One token for each character of the text
    Char,
}

pub(super) fn run(args: &Args) -> Result<(), Stop> {
    use_threads(args.threads);
    let corpus = match &args.corpus {
        None => Corpus::embedded(),
        Some(path) => Corpus::read(path)?,
    };
    let Checkpoint { mut trainer, origin } =
        if args.resume { resume(args, &corpus)? } else { begin(args, &corpus)? };
    if let Some(every) = args.clinic {
        trainer.watch(Settings { every, ..Settings::default() });
    }
    let tokens = origin.tokenizer.encode(&corpus.text)?;
    let data = Dataset::new(tokens, origin.split, trainer.gpt().config().context)?;
    if !args.resume {
        keep_the_old_one(&args.out)?;
        // Now, not after minutes of work, is the time to learn that the file cannot be written.
        checkpoint::save(&args.out, &trainer, &origin)?;
    }

    let begin = Instant::now();
    let mut show = Show::new(args.json, &trainer);
    show.begin(&trainer, &data, &corpus);
    while !trainer.done() {
        let start = Instant::now();
        let report = trainer.step(&data);
        let seconds = start.elapsed().as_secs_f64();
        show.news(&mut trainer)?; // before an error: it says more
        let report = report?;
        let held_out = trainer.judgement_is_due().then(|| trainer.judge(&data));
        show.step(&report, seconds, held_out)?;
        if held_out.is_some()
            && !trainer.done()
            && let Err(error) = checkpoint::save(&args.out, &trainer, &origin)
        {
            // The file still holds the last state. There may be room again when it is needed.
            show.warn(&format!("{error}. Going on without saving"));
        }
    }
    checkpoint::save(&args.out, &trainer, &origin)?;
    let held_out = trainer.evaluate(&data);
    let seconds = begin.elapsed().as_secs_f64();
    show.end(&trainer, held_out, seconds, &args.out)?;
    if args.values.is_some() {
        write_down(&trainer, held_out, seconds)?;
    }
    Ok(())
}

/// What the book says about this run. Other processors round otherwise, and a training makes a loss of that in the third digit.
fn write_down(trainer: &Trainer, held_out: f64, seconds: f64) -> Result<(), Stop> {
    let Config { vocab, context, blocks, heads, width } = trainer.gpt().config();
    let mut record = Record::of(&command()).seed(trainer.seed()).settings(&format!(
        "{} steps; {blocks} blocks, {heads} heads, {width} wide, {vocab} tokens, context {context}",
        trainer.recipe().steps
    ));
    record.value("held_out", held_out, 1e-2);
    record.value("perplexity", held_out.exp(), 3e-2);
    record.value("parameters", trainer.params().len() as f64, 0.0);
    record.value("steps", trainer.steps() as f64, 0.0);
    record.timing("minutes", seconds / 60.0);
    record.write()?;
    Ok(())
}

/// A new model.
fn begin(args: &Args, corpus: &Corpus) -> Result<Checkpoint, Error> {
    let preset = match &args.preset {
        None => &PRESETS[0],
        Some(name) => preset::find(name)?,
    };
    let byte_tokens = match args.tokenizer {
        None => preset.bytes,
        Some(kind) => matches!(kind, TokenizerKind::Byte),
    };
    let tokenizer = if byte_tokens { Tokenizer::Byte } else { Tokenizer::chars(&corpus.text) };
    let split = if args.corpus.is_some() { Split::Tail } else { Split::Blocks };
    let config = Config { vocab: tokenizer.vocab(), ..preset.model };
    let mut recipe = preset.recipe;
    if let Some(steps) = args.steps {
        recipe.steps = steps;
        recipe.warmup = recipe.warmup.min(steps);
    }
    let trainer = Trainer::new(config, recipe, args.seed.unwrap_or(1))?;
    Ok(Checkpoint { trainer, origin: Origin { tokenizer, corpus: corpus.hash, split } })
}

/// The run in the file, if it is the one that the flags describe.
fn resume(args: &Args, corpus: &Corpus) -> Result<Checkpoint, Error> {
    let checkpoint = checkpoint::load(&args.out)?;
    let Checkpoint { trainer, origin } = &checkpoint;
    if origin.corpus != corpus.hash {
        return Err(Error::OtherCorpus { expected: origin.corpus, found: corpus.hash });
    }
    if args.preset.is_some() || args.tokenizer.is_some() {
        let same_tokenizer = match args.tokenizer {
            Some(TokenizerKind::Byte) => origin.tokenizer == Tokenizer::Byte,
            Some(TokenizerKind::Char) => origin.tokenizer != Tokenizer::Byte,
            None => true,
        };
        if !same_tokenizer {
            return Err(Error::OtherSettings { reason: "--tokenizer".into() });
        }
    }
    if let Some(name) = &args.preset {
        let (preset, found) = (preset::find(name)?, trainer.gpt().config());
        let expected = Config { vocab: found.vocab, ..preset.model };
        if found != expected {
            let reason = format!("it holds {found:?}, preset {name} is {expected:?}");
            return Err(Error::OtherShape { reason });
        }
    }
    let other = |name: &str, found: u64, given: Option<u64>| match given {
        Some(given) if given != found => {
            Err(Error::OtherSettings { reason: format!("its --{name} is {found}, not {given}") })
        }
        _ => Ok(()),
    };
    other("seed", trainer.seed(), args.seed)?;
    other("steps", trainer.recipe().steps, args.steps)?;
    Ok(checkpoint)
}

/// A new run does not destroy the model of an older one.
fn keep_the_old_one(out: &Path) -> Result<(), Error> {
    if !out.is_file() {
        return Ok(());
    }
    let mut previous = out.as_os_str().to_owned();
    previous.push(".previous");
    fs::rename(out, &previous).map_err(|source| Error::Write { path: out.to_owned(), source })?;
    let _ = writeln!(
        io::stderr(),
        "{} was there already; it is now {}",
        out.display(),
        Path::new(&previous).display()
    );
    Ok(())
}

/// Tells what happens: to people on the standard error, to programs on the standard output.
struct Show {
    json: bool,
    bar: ProgressBar,
    tokens: usize,
    held_out: Option<f64>,
}

impl Show {
    fn new(json: bool, trainer: &Trainer) -> Self {
        let target = if json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(trainer.recipe().steps), target);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} steps, {eta} left, {msg}");
        bar.set_style(style.expect("a template that indicatif knows").progress_chars("█▌ "));
        bar.set_position(trainer.steps());
        bar.reset_eta();
        let tokens = trainer.recipe().batch * trainer.gpt().config().context;
        Show { json, bar, tokens, held_out: None }
    }

    fn begin(&self, trainer: &Trainer, data: &Dataset, corpus: &Corpus) {
        if self.json {
            return;
        }
        let Config { vocab, context, blocks, heads, width } = trainer.gpt().config();
        let mut err = io::stderr();
        let _ = writeln!(
            err,
            "text      {}: {} tokens to learn from, {} held out\n\
             model     {} parameters: {blocks} blocks, {heads} heads, {width} wide, {vocab} tokens, context {context}\n\
             training  {} steps of {} tokens, {} thread(s), seed {}",
            corpus.name,
            grouped(data.training_tokens()),
            grouped(data.held_out_tokens()),
            grouped(trainer.params().len()),
            grouped(trainer.recipe().steps as usize),
            self.tokens,
            linalg::par::threads(),
            trainer.seed(),
        );
        let memory = trainer.memory();
        let _ = writeln!(
            err,
            "memory    {} for parameters, gradients and moments; in each step {} more:\n          \
             {} of values, {} of scratch, {} of workspace, {} of gradients ({} if each had its own place)",
            bytes(4 * size_of::<f32>() * trainer.params().len()),
            bytes(memory.peak()),
            bytes(memory.values),
            bytes(memory.scratch),
            bytes(memory.workspace),
            bytes(memory.gradients),
            bytes(memory.apart),
        );
        if trainer.steps() > 0 {
            let _ = writeln!(err, "resuming  after step {}", trainer.steps());
        }
    }

    fn step(&mut self, report: &Report, seconds: f64, held_out: Option<f64>) -> Result<(), Stop> {
        if self.json {
            let mut line = json!({
                "step": report.step,
                "loss": report.loss,
                "step_ms": seconds * 1e3,
                "tokens_per_s": self.tokens as f64 / seconds,
            });
            if let Some(loss) = held_out {
                line["heldout_loss"] = loss.into();
            }
            writeln!(io::stdout(), "{line}")?;
            return Ok(());
        }
        self.held_out = held_out.or(self.held_out);
        let judged = self.held_out.map_or(String::new(), |loss| format!(", held-out {loss:.3}"));
        self.bar.set_message(format!("loss {:.3}{judged}", report.loss));
        self.bar.set_position(report.step);
        if let Some(loss) = held_out {
            self.say(&format!(
                "step {:>5}  loss {:.4}  held-out {loss:.4}  {:>4.0} ms/step",
                report.step,
                report.loss,
                seconds * 1e3
            ));
        }
        Ok(())
    }

    fn end(&self, trainer: &Trainer, held_out: f64, seconds: f64, out: &Path) -> Result<(), Stop> {
        self.bar.finish_and_clear();
        if self.json {
            let line = json!({
                "done": true,
                "step": trainer.steps(),
                "kept_step": trainer.kept_step(),
                "heldout_loss": held_out,
                "seconds": seconds,
                "parameters": trainer.params().len(),
                "threads": linalg::par::threads(),
                "seed": trainer.seed(),
            });
            writeln!(io::stdout(), "{line}")?;
            return Ok(());
        }
        let early = if trainer.stopped_early() { ", stopped early" } else { "" };
        let mut stdout = io::stdout();
        writeln!(
            stdout,
            "held-out loss {held_out:.4} nats a token (perplexity {:.2}) after step {}{early}; {seconds:.0} s",
            held_out.exp(),
            trainer.kept_step(),
        )?;
        let model =
            if out == Path::new(MODEL) { String::new() } else { format!(" --checkpoint {}", out.display()) };
        writeln!(
            stdout,
            "kept in {} ({}). Let it write:\n  cargo run --release -p nn -- generate{model}",
            out.display(),
            bytes(fs::metadata(out).map_or(0, |m| m.len() as usize)),
        )?;
        Ok(())
    }

    /// What the clinic says, if it was asked.
    fn news(&self, trainer: &mut Trainer) -> Result<(), Stop> {
        for alarm in trainer.news() {
            if self.json {
                let line = json!({
                    "alarm": alarm.fault.to_string(),
                    "step": alarm.step,
                    "noticed": alarm.noticed,
                    "place": alarm.place,
                    "op": alarm.op,
                    "evidence": alarm.evidence,
                    "cause": alarm.cause,
                });
                writeln!(io::stdout(), "{line}")?;
            } else {
                self.say(&format!("clinic: {alarm}"));
            }
        }
        Ok(())
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(io::stderr(), "{line}");
        });
    }

    fn warn(&self, line: &str) {
        self.say(&format!("warning: {line}"));
    }
}
