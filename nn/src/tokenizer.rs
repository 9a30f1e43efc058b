//! From text to numbers and back. Chapter: *A GPT in one sitting*.
//!
//! A model does not see letters. It sees row numbers of a table. Two tokenizers, both exact (what was encoded decodes to
//! itself, byte for byte):
//!
//! | tokenizer | vocabulary | knows | a token is |
//! |---|---|---|---|
//! | byte | 256 | every text | one byte of UTF-8: `ä` is two tokens |
//! | char | the letters that occur in a text | only these | one Unicode scalar value |

use crate::Error;

/// Turns text into token ids and back.
///
/// ```
/// use nn::tokenizer::Tokenizer;
///
/// let chars = Tokenizer::chars("banana");
/// assert_eq!(chars.vocab(), 3); // a, b, n: sorted
/// assert_eq!(chars.encode("ban").unwrap(), [1, 0, 2]);
/// assert_eq!(chars.decode(&[2, 0]).unwrap(), "na");
/// let error = chars.encode("bank").unwrap_err();
/// assert!(error.to_string().contains("'k' (number 3 of the text)"));
///
/// // Bytes know everything, and spend two tokens on what ASCII does not have.
/// assert_eq!(Tokenizer::Byte.encode("ä").unwrap(), [0xc3, 0xa4]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Tokenizer {
    /// Token i is the byte i.
    Byte,
    /// Token i is the i-th character of a sorted alphabet.
    Char(Alphabet),
}

/// The characters of a text, sorted, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "native", serde(from = "String", into = "String"))]
pub struct Alphabet(Vec<char>);

impl From<String> for Alphabet {
    /// The characters of a text, sorted, each once.
    fn from(text: String) -> Self {
        // A set of bits would be smaller; sorting a million characters takes 10 ms, once.
        let mut alphabet: Vec<char> = text.chars().collect();
        alphabet.sort_unstable();
        alphabet.dedup();
        Alphabet(alphabet)
    }
}

impl From<Alphabet> for String {
    fn from(alphabet: Alphabet) -> Self {
        alphabet.0.into_iter().collect()
    }
}

impl Alphabet {
    /// The characters of the alphabet, in order.
    pub fn chars(&self) -> &[char] {
        &self.0
    }
}

impl Tokenizer {
    /// The character tokenizer whose alphabet is that of `text`.
    pub fn chars(text: &str) -> Self {
        Tokenizer::Char(text.to_owned().into())
    }

    /// How many different tokens there are.
    pub fn vocab(&self) -> usize {
        match self {
            Tokenizer::Byte => 256,
            Tokenizer::Char(alphabet) => alphabet.0.len(),
        }
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// [`Error::UnknownChar`] names the first character that the alphabet does not have.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        match self {
            Tokenizer::Byte => Ok(text.bytes().map(u32::from).collect()),
            Tokenizer::Char(Alphabet(alphabet)) => text
                .chars()
                .enumerate()
                .map(|(at, char)| match alphabet.binary_search(&char) {
                    Ok(id) => Ok(id as u32),
                    Err(_) => Err(Error::UnknownChar { char, at, alphabet: alphabet.len() }),
                })
                .collect(),
        }
    }

    /// The text of some tokens. Bytes that are not UTF-8 become U+FFFD, as in [`String::from_utf8_lossy`].
    ///
    /// # Errors
    /// [`Error::UnknownToken`] if an id is outside the vocabulary.
    pub fn decode(&self, ids: &[u32]) -> Result<String, Error> {
        let (mut text, mut decoder) = (String::new(), self.decoder());
        for &id in ids {
            decoder.push(id, &mut text)?;
        }
        decoder.finish(&mut text);
        Ok(text)
    }

    /// A decoder that takes one token at a time: for printing while the model still writes.
    pub fn decoder(&self) -> Decoder<'_> {
        Decoder { tokenizer: self, pending: Vec::new() }
    }
}

/// Decodes a stream of tokens, and never prints half a character.
///
/// One character can be four tokens. Printing each token as it comes would send half a character to the terminal, so
/// the decoder keeps bytes back until they make a character, or cannot become one any more.
///
/// ```
/// use nn::tokenizer::Tokenizer;
///
/// let (mut decoder, mut text) = (Tokenizer::Byte.decoder(), String::new());
/// decoder.push(0xc3, &mut text).unwrap();
/// assert_eq!(text, ""); // the first half of an ä: wait
/// decoder.push(0xa4, &mut text).unwrap();
/// assert_eq!(text, "ä");
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<'t> {
    tokenizer: &'t Tokenizer,
    pending: Vec<u8>,
}

impl Decoder<'_> {
    /// Takes one token and appends to `text` what is certain now.
    ///
    /// # Errors
    /// [`Error::UnknownToken`] if the id is outside the vocabulary.
    pub fn push(&mut self, id: u32, text: &mut String) -> Result<(), Error> {
        let unknown = || Error::UnknownToken { id, vocab: self.tokenizer.vocab() };
        match self.tokenizer {
            Tokenizer::Char(Alphabet(alphabet)) => text.push(*alphabet.get(id as usize).ok_or_else(unknown)?),
            Tokenizer::Byte => {
                self.pending.push(u8::try_from(id).map_err(|_| unknown())?);
                self.flush(text);
            }
        }
        Ok(())
    }

    /// Ends the stream: what is still kept back is half a character and becomes U+FFFD.
    pub fn finish(&mut self, text: &mut String) {
        if !self.pending.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            self.pending.clear();
        }
    }

    fn flush(&mut self, text: &mut String) {
        loop {
            match str::from_utf8(&self.pending) {
                Ok(valid) => {
                    text.push_str(valid);
                    self.pending.clear();
                    return;
                }
                Err(error) => {
                    let (good, rest) = self.pending.split_at(error.valid_up_to());
                    text.push_str(str::from_utf8(good).expect("valid up to here"));
                    let Some(bad) = error.error_len() else {
                        // The beginning of a character: its other bytes may follow.
                        self.pending = rest.to_vec();
                        return;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.pending = rest[bad..].to_vec();
                }
            }
        }
    }
}
