//! Configurations with a name. Chapter: *A GPT in one sitting*.

use crate::Error;
use crate::gpt::Config;
use crate::train::Recipe;

/// A size of model and a way to train it that go well together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// What `--preset` calls it.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Whether a token is a byte; otherwise it is a character of the text.
    pub bytes: bool,
    /// The size of the model. `vocab` is that of the tokenizer, once the text is known.
    pub model: Config,
    /// The way to train it.
    pub recipe: Recipe,
}

const NANOGPT: Recipe = Recipe {
    batch: 12,
    steps: 2000,
    warmup: 100,
    peak: 1e-3,
    floor: 1e-4,
    beta1: 0.9,
    beta2: 0.99,
    weight_decay: 0.1,
    clip: 1.0,
    evaluate_every: 250,
    patience: None,
};

/// All presets; the first is the default.
pub const PRESETS: [Preset; 4] = [
    Preset {
        name: "book",
        about: "learns to write like this project's own text, in a few minutes on two cores",
        bytes: true,
        model: Config { vocab: 256, context: 128, blocks: 4, heads: 4, width: 128 },
        recipe: Recipe { steps: 2500, evaluate_every: 250, patience: Some(750), ..NANOGPT },
    },
    Preset {
        name: "nanogpt-cpu",
        about: "nanoGPT's setting for a computer without an accelerator: characters, 0.8 million parameters",
        bytes: false,
        model: Config { vocab: 65, context: 64, blocks: 4, heads: 4, width: 128 },
        recipe: NANOGPT,
    },
    Preset {
        name: "tiny",
        about: "a model that learns little, in seconds: to try things out",
        bytes: true,
        model: Config { vocab: 256, context: 32, blocks: 2, heads: 2, width: 32 },
        recipe: Recipe {
            batch: 8,
            steps: 200,
            warmup: 20,
            peak: 3e-3,
            floor: 3e-4,
            evaluate_every: 50,
            ..NANOGPT
        },
    },
    Preset {
        name: "gpt-10m",
        about: "ten million parameters: an hour or more on two cores",
        bytes: false,
        model: Config { vocab: 65, context: 256, blocks: 6, heads: 6, width: 384 },
        recipe: Recipe { batch: 8, steps: 5000, patience: Some(1500), ..NANOGPT },
    },
];

/// The preset of that name.
///
/// # Errors
/// [`Error::UnknownPreset`] lists those that there are.
///
/// ```
/// use nn::preset;
///
/// assert_eq!(preset::find("nanogpt-cpu").unwrap().model.parameters(), 804_096);
/// assert!(preset::find("gpt-5").unwrap_err().to_string().contains("nanogpt-cpu"));
/// ```
pub fn find(name: &str) -> Result<&'static Preset, Error> {
    PRESETS.iter().find(|preset| preset.name == name).ok_or_else(|| Error::UnknownPreset {
        name: name.to_owned(),
        known: PRESETS.iter().map(|preset| preset.name).collect(),
    })
}
