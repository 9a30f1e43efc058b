//! Everything a user can do wrong, with a name. Chapter: *A GPT in one sitting*.
//!
//! What a *programmer* does wrong (a shape that does not fit) panics at the line that did it. What a *user* can cause, a file, a
//! flag, a full disk, is a value of this type, and its message says what was wrong and what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a command, a file or a prompt could not be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read.
    Read {
        /// Which one.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file could not be written. What was there before is untouched.
    Write {
        /// Which one.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A text is not UTF-8.
    NotUtf8 {
        /// Which file.
        path: PathBuf,
        /// The first byte that is not.
        at: usize,
    },
    /// A text has no characters at all.
    EmptyText,
    /// A text is too short to train on and to hold out a part.
    TextTooShort {
        /// `training` or `held-out`.
        part: &'static str,
        /// How many tokens that part has in its longest piece.
        tokens: usize,
        /// How many it needs: one context and the token after it.
        needed: usize,
    },
    /// A character that the tokenizer's alphabet does not have.
    UnknownChar {
        /// The character.
        char: char,
        /// Its place in the text, counted in characters.
        at: usize,
        /// How many characters the alphabet has.
        alphabet: usize,
    },
    /// A token that the vocabulary does not have.
    UnknownToken {
        /// The token.
        id: u32,
        /// How many the vocabulary has.
        vocab: usize,
    },
    /// A preset of that name does not exist.
    UnknownPreset {
        /// The name that was asked for.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// A setting that no model can have.
    Setting {
        /// What is wrong, and what is allowed.
        message: String,
    },
    /// A setting of the decoder outside its range, or logits that nothing can be drawn from.
    Decoding(probability::Error),
    /// More tokens than the model has positions.
    ContextTooLong {
        /// How many tokens there are.
        tokens: usize,
        /// How many the model can see.
        context: usize,
    },
    /// A checkpoint that is no checkpoint, or half of one.
    BrokenCheckpoint {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A checkpoint of another model than the one asked for, or one whose tensors do not fit its own description.
    OtherShape {
        /// What differs, with both values.
        reason: String,
    },
    /// A run cannot be continued with other settings than it was begun with.
    OtherSettings {
        /// What differs, with both values.
        reason: String,
    },
    /// A run cannot be continued on another text than it was begun on.
    OtherCorpus {
        /// The hash of the text in the checkpoint.
        expected: u64,
        /// The hash of the text that was given.
        found: u64,
    },
    /// The loss or the gradient is not a finite number any more.
    Diverged {
        /// The step, counted from 0.
        step: u64,
        /// Where the first bad number came from, as far as it is known.
        cause: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Read { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Error::Write { path, source } => write!(
                f,
                "cannot write {}: {source}; what was there before is untouched. Free some space, or choose another place \
                 with --out",
                path.display()
            ),
            Error::NotUtf8 { path, at } => write!(
                f,
                "{} is not UTF-8 text: byte {at} begins no character. Convert it first (iconv -t utf-8)",
                path.display()
            ),
            Error::EmptyText => write!(f, "the text is empty; there is nothing to learn from"),
            Error::TextTooShort { part, tokens, needed } => write!(
                f,
                "the text is too short: its {part} part has only {tokens} tokens in one piece, and one example needs {needed}. \
                 Give a longer text"
            ),
            Error::UnknownChar { char, at, alphabet } => write!(
                f,
                "character {char:?} (number {at} of the text) is not among the {alphabet} characters that the model was \
                 trained with. Leave it out, or train a model with byte tokens, which know every character"
            ),
            Error::UnknownToken { id, vocab } => {
                write!(f, "token {id} is outside the vocabulary of {vocab}")
            }
            Error::UnknownPreset { name, known } => {
                write!(f, "there is no preset {name:?}; there are: {}", known.join(", "))
            }
            Error::Setting { message } => write!(f, "{message}"),
            Error::Decoding(error) => write!(f, "the next token cannot be drawn: {error}"),
            Error::ContextTooLong { tokens, context } => write!(
                f,
                "{tokens} tokens do not fit into the model's context of {context}. Shorten the prompt, or train a model with a \
                 longer context"
            ),
            Error::BrokenCheckpoint { path, reason } => write!(
                f,
                "{} is not a checkpoint that can be used: {reason}. Train again, or take a copy of it",
                path.display()
            ),
            Error::OtherShape { reason } => write!(f, "the checkpoint is of another model: {reason}"),
            Error::OtherSettings { reason } => write!(
                f,
                "the checkpoint was begun with other settings: {reason}. Leave the flag out, or begin anew without --resume"
            ),
            Error::OtherCorpus { expected, found } => write!(
                f,
                "the checkpoint was trained on another text (hash {expected:016x}, this one has {found:016x}). Give the same \
                 --corpus, or begin anew without --resume"
            ),
            Error::Diverged { step, cause } => write!(
                f,
                "step {step}: the loss is not finite any more ({cause}). Lower the learning rate and begin anew; the last \
                 checkpoint is from before"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Read { source, .. } | Error::Write { source, .. } => Some(source),
            Error::Decoding(error) => Some(error),
            _ => None,
        }
    }
}

impl From<probability::Error> for Error {
    fn from(error: probability::Error) -> Self {
        Error::Decoding(error)
    }
}
