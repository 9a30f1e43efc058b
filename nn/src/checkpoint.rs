//! Keeping a model: one file, written whole or not at all. Chapter: *A GPT in one sitting*.
//!
//! The format is safetensors: a header in JSON that says what lies where, then the numbers. The file holds everything that
//! training needs to go on as if nothing had happened: parameters, the optimiser's two moments, the best model so far, and, as
//! metadata, the settings, the seed, the step, the tokenizer and the fingerprint of the text.

use crate::Error;
use crate::data::Split;
use crate::gpt::Config;
use crate::tokenizer::Tokenizer;
use crate::train::{Best, Recipe, Trainer};
use calculus::tape::Entry;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, View};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// What a model was made from, besides its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// How text becomes tokens.
    pub tokenizer: Tokenizer,
    /// The fingerprint of the text; see [`fingerprint`](crate::corpus::fingerprint).
    pub corpus: u64,
    /// Which part of the text was held out.
    pub split: Split,
}

/// A model on its way, and what it was made from.
#[derive(Debug)]
pub struct Checkpoint {
    /// The model, the optimiser, and where they are.
    pub trainer: Trainer,
    /// The tokenizer and the text.
    pub origin: Origin,
}

/// What the file says besides numbers, as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    /// Counts the changes of this format.
    version: u32,
    config: Config,
    recipe: Recipe,
    seed: u64,
    step: u64,
    /// Step and loss of the best model, if there is one.
    best: Option<(u64, f64)>,
    origin: Origin,
}

const VERSION: u32 = 1;
/// A single key, so that the file's bytes do not depend on the order of a hash map.
const KEY: &str = "four-pillars";

/// The four groups of tensors. The last is there only if there is a best model.
const MODEL: &str = "model/";
const MEAN: &str = "adamw/mean/";
const SQUARE: &str = "adamw/square/";
const BEST: &str = "best/";

/// Numbers on their way into the file: little-endian, four bytes each.
struct Numbers<'a> {
    shape: &'a [usize],
    values: &'a [f32],
}

impl View for Numbers<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }
    fn shape(&self) -> &[usize] {
        self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        self.values.iter().flat_map(|x| x.to_le_bytes()).collect()
    }
    fn data_len(&self) -> usize {
        4 * self.values.len()
    }
}

/// The bytes of a checkpoint.
pub fn encode(trainer: &Trainer, origin: &Origin) -> Vec<u8> {
    let metadata = Metadata {
        version: VERSION,
        config: trainer.gpt.config(),
        recipe: trainer.recipe,
        seed: trainer.seed,
        step: trainer.step,
        best: trainer.best.as_ref().map(|best| (best.step, best.loss)),
        origin: origin.clone(),
    };
    let metadata = serde_json::to_string(&metadata).expect("these settings are JSON");
    let (mean, square) = trainer.adamw.moments();
    let mut groups = vec![(MODEL, trainer.params.values()), (MEAN, mean), (SQUARE, square)];
    groups.extend(trainer.best.as_ref().map(|best| (BEST, &best.values[..])));
    let mut tensors = Vec::new();
    for (group, values) in groups {
        for entry in trainer.params.entries() {
            let numbers = Numbers { shape: entry.shape.dims(), values: &values[entry.range.clone()] };
            tensors.push((format!("{group}{}", entry.name), numbers));
        }
    }
    let metadata = HashMap::from([(KEY.to_owned(), metadata)]);
    safetensors::serialize(tensors, Some(metadata)).expect("tensors of known shapes")
}

/// Writes a checkpoint. The file at `path` is the old one or the new one at every moment, never half of one: not when the disk
/// is full, not when the process is killed, not when the power fails.
///
/// # Errors
/// [`Error::Write`]; what was there before is untouched.
pub fn save(path: &Path, trainer: &Trainer, origin: &Origin) -> Result<(), Error> {
    replace(path, &encode(trainer, origin)).map_err(|source| Error::Write { path: path.to_owned(), source })
}

// ANCHOR: replace
/// Replaces a file's content in one step: written beside it, made safe on the disk, renamed.
///
/// # Errors
/// Whatever the operating system says. The file is then as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this names no file"));
    };
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a directory"));
    }
    // In the same folder, because only within a file system is a rename one step. The process in the name keeps two runs apart.
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = path.with_file_name(partial);
    let write = || {
        let mut file = File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&partial, path)
    };
    let result = write();
    if result.is_err() {
        let _ = fs::remove_file(&partial); // the error that matters is the first one
    }
    result
}
// ANCHOR_END: replace

/// Reads a checkpoint.
///
/// # Errors
/// [`Error::Read`] if there is no such file; [`Error::BrokenCheckpoint`] if it is something else, or half of one;
/// [`Error::OtherShape`] if its tensors do not fit its own description.
pub fn load(path: &Path) -> Result<Checkpoint, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    decode(&bytes, path)
}

/// Reads the bytes of a checkpoint; `path` is for messages.
///
/// # Errors
/// As [`load`].
pub fn decode(bytes: &[u8], path: &Path) -> Result<Checkpoint, Error> {
    let broken = |reason: String| Error::BrokenCheckpoint { path: path.to_owned(), reason };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| broken(e.to_string()))?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| broken(e.to_string()))?;
    let metadata = header.metadata().as_ref().and_then(|m| m.get(KEY)).ok_or_else(|| {
        broken(
            "it is a safetensors file, but not one of this program's: it does not say what model it holds"
                .into(),
        )
    })?;
    let metadata: Metadata =
        serde_json::from_str(metadata).map_err(|e| broken(format!("its description cannot be read: {e}")))?;
    let Metadata { version, config, recipe, seed, step, best, origin } = metadata;
    if version != VERSION {
        return Err(broken(format!("it is of format {version}, and this program reads format {VERSION}")));
    }
    if origin.tokenizer.vocab() != config.vocab {
        let reason =
            format!("its tokenizer has {} tokens, its model {}", origin.tokenizer.vocab(), config.vocab);
        return Err(Error::OtherShape { reason });
    }
    config.check()?;
    recipe.check()?;

    // Before a model of the described size is built: is there a model of this size in the file?
    let of_group = |group: &str| {
        let sizes = tensors.iter().filter(|(name, _)| name.starts_with(group));
        sizes.map(|(_, tensor)| tensor.shape().iter().product::<usize>()).sum::<usize>()
    };
    let (found, expected) = (of_group(MODEL), config.parameters());
    if found != expected {
        let reason = format!("{config:?} has {expected} parameters, the file holds {found}");
        return Err(Error::OtherShape { reason });
    }
    let mut trainer = Trainer::new(config, recipe, seed)?;
    let entries = trainer.params.entries().to_vec();
    read(&tensors, MODEL, &entries, trainer.params.values_mut())?;
    let (mean, square) = trainer.adamw.moments_mut();
    read(&tensors, MEAN, &entries, mean)?;
    read(&tensors, SQUARE, &entries, square)?;
    if let Some((step, loss)) = best {
        let mut values = vec![0.0; trainer.params.len()];
        read(&tensors, BEST, &entries, &mut values)?;
        trainer.best = Some(Best { step, loss, values });
    }
    trainer.step = step;
    trainer.adamw.steps = step;
    Ok(Checkpoint { trainer, origin })
}

/// Copies one group of tensors to its place.
fn read(tensors: &SafeTensors<'_>, group: &str, entries: &[Entry], values: &mut [f32]) -> Result<(), Error> {
    for entry in entries {
        let name = format!("{group}{}", entry.name);
        let other = |what: String| Error::OtherShape { reason: format!("tensor {name:?} {what}") };
        let tensor: TensorView<'_> = tensors.tensor(&name).map_err(|_| other("is missing".into()))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != entry.shape.dims() {
            return Err(other(format!(
                "is {:?} {:?}, the model wants F32 {}",
                tensor.dtype(),
                tensor.shape(),
                entry.shape
            )));
        }
        let (numbers, _) = tensor.data().as_chunks::<4>();
        for (value, bytes) in values[entry.range.clone()].iter_mut().zip(numbers) {
            *value = f32::from_le_bytes(*bytes);
        }
    }
    Ok(())
}
