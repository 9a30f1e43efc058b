//! The text that a model learns from when nobody names another: this project's own. Chapter: *A GPT in one sitting*.
//!
//! It is a snapshot, kept in `nn/corpus/corpus.txt` and changed only by `cargo run -p nn -- corpus`. The living sources would not
//! do: an edited comment would change the model that the book talks about.

use crate::Error;

/// A text and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// Its name in messages: `this project's own text`, or the file that was given.
    pub name: String,
    /// The text.
    pub text: String,
    /// Its fingerprint, kept in checkpoints.
    pub hash: u64,
}

impl Corpus {
    /// The snapshot of this project's book and sources that is built into the program.
    pub fn embedded() -> Self {
        let text = include_str!("../corpus/corpus.txt");
        Corpus {
            name: "this project's own text".into(),
            text: text.into(),
            hash: fingerprint(text.as_bytes()),
        }
    }

    /// A text from elsewhere.
    ///
    /// # Errors
    /// [`Error::EmptyText`].
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Result<Self, Error> {
        let (name, text) = (name.into(), text.into());
        if text.is_empty() {
            return Err(Error::EmptyText);
        }
        let hash = fingerprint(text.as_bytes());
        Ok(Corpus { name, text, hash })
    }

    /// A text from a file.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::NotUtf8`] with the place of the first bad byte, or [`Error::EmptyText`].
    #[cfg(feature = "native")]
    pub fn read(path: &std::path::Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let text = String::from_utf8(bytes)
            .map_err(|error| Error::NotUtf8 { path: path.into(), at: error.utf8_error().valid_up_to() })?;
        Corpus::new(path.display().to_string(), text)
    }
}

/// FNV-1a of some bytes: h ← (h ⊕ byte)·0x100000001b3, modulo 2⁶⁴.
///
/// It notices a text that was edited or mistaken for another; it is no protection against somebody who wants to be mistaken.
/// Source: Fowler, Noll, Vo, Eastlake, *The FNV Non-Cryptographic Hash Algorithm*, section 2.
///
/// ```
/// use nn::corpus::fingerprint;
///
/// assert_eq!(fingerprint(b""), 0xcbf29ce484222325);
/// assert_eq!(fingerprint(b"foobar"), 0x85944171f73967e8); // the authors' own test vector
/// ```
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}
