//! Generation: the model continues a text, one token at a time. Chapter: *A GPT in one sitting*.

use crate::Error;
use crate::cache::KvCache;
use crate::gpt::Gpt;
use calculus::tape::{Arena, Params, Tape};
use linalg::Real;
use probability::random::{Purpose, word};
use probability::uniform::unit;
use probability::{Decoder, Decoding};

const TOKEN: Purpose = Purpose::named("token");

/// Writes on, token by token.
///
/// ```
/// use nn::generate::Generator;
/// use nn::gpt::{Config, Gpt};
/// use probability::Decoding;
///
/// let config = Config { vocab: 10, context: 8, blocks: 1, heads: 2, width: 16 };
/// let (gpt, params) = Gpt::new::<f32>(config, 42);
/// let write = |seed| {
///     let mut generator = Generator::new(&gpt, &params, &[1, 2, 3], Decoding::default(), seed).unwrap();
///     (0..20).map(|_| generator.next_token().unwrap()).collect::<Vec<u32>>()
/// };
/// assert_eq!(write(1), write(1)); // the same seed, the same text
/// assert_ne!(write(1), write(2));
/// ```
///
/// The text may become longer than the model's context. When the cache is full, the older half of what the model sees is
/// forgotten, and the newer half is read again at its new positions (the keys in the cache know the old ones). That costs
/// one pass over half a context every half context: the price of a token stays the same for ever.
#[derive(Debug)]
pub struct Generator<'m, T: 'static> {
    gpt: &'m Gpt,
    params: &'m Params<T>,
    arena: Arena<T>,
    cache: KvCache<T>,
    decoder: Decoder<T>,
    /// What the model sees: the tokens in the cache, then those that it has not read yet.
    seen: Vec<u32>,
    seed: u64,
    written: u64,
}

impl<'m, T: Real> Generator<'m, T> {
    /// Reads a prompt.
    ///
    /// # Errors
    /// [`Error::ContextTooLong`] if the prompt has more tokens than the model has positions, [`Error::UnknownToken`] if one is
    /// outside its vocabulary, [`Error::Setting`] if it is empty, [`Error::Decoding`] if a setting is outside its range.
    pub fn new(
        gpt: &'m Gpt,
        params: &'m Params<T>,
        prompt: &[u32],
        decoding: Decoding,
        seed: u64,
    ) -> Result<Self, Error> {
        let config = gpt.config();
        if prompt.is_empty() {
            return Err(Error::Setting {
                message: "the prompt is empty; a model needs something to continue".into(),
            });
        }
        if prompt.len() > config.context {
            return Err(Error::ContextTooLong { tokens: prompt.len(), context: config.context });
        }
        if let Some(&id) = prompt.iter().find(|&&id| id as usize >= config.vocab) {
            return Err(Error::UnknownToken { id, vocab: config.vocab });
        }
        let mut seen = Vec::with_capacity(config.context + 1);
        seen.extend_from_slice(prompt);
        Ok(Generator {
            gpt,
            params,
            arena: Arena::new(),
            cache: gpt.cache(),
            decoder: Decoder::new(decoding)?,
            seen,
            seed,
            written: 0,
        })
    }

    /// The next token. It is drawn with random number `(seed, "token", n, 0)`, n counting the tokens written so far.
    ///
    /// # Errors
    /// [`Error::Decoding`] if the model's logits are not numbers.
    // ANCHOR: next
    pub fn next_token(&mut self) -> Result<u32, Error> {
        if self.seen.len() > self.gpt.config().context {
            self.forget();
        }
        let mut tape = Tape::infer(self.params, &mut self.arena);
        let new = &self.seen[self.cache.len()..];
        let logits = self.gpt.forward(&mut tape, new, 1, Some(&mut self.cache));
        let vocab = self.gpt.config().vocab;
        let last = &tape.value(logits)[(new.len() - 1) * vocab..];

        let u = unit(word(self.seed, TOKEN, self.written, 0));
        let token = self.decoder.sample(last, u)? as u32;
        self.seen.push(token);
        self.written += 1;
        Ok(token)
    }
    // ANCHOR_END: next

    /// Forgets the older half of what the model sees, and the cache, whose keys were made for other positions.
    fn forget(&mut self) {
        let keep = (self.gpt.config().context / 2).max(1);
        self.seen.drain(..self.seen.len() - keep);
        self.cache.truncate(0);
    }
}
