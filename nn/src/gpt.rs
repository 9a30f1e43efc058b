//! A GPT: everything in this crate, put together. Chapter: *A GPT in one sitting*.

use crate::Error;
use crate::block::Block;
use crate::cache::KvCache;
use crate::embedding::Embedding;
use crate::init::Builder;
use crate::norm::LayerNorm;
use calculus::tape::{Params, Tape, Var};
use linalg::Real;

/// The size of a GPT.
///
/// ```
/// use nn::gpt::Config;
///
/// let config = Config { vocab: 65, context: 64, blocks: 4, heads: 4, width: 128 };
/// assert_eq!(config.parameters(), 804_096);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "native", serde(deny_unknown_fields))]
pub struct Config {
    /// How many different tokens there are.
    pub vocab: usize,
    /// How many tokens the model can look back on.
    pub context: usize,
    /// How many blocks lie on one another.
    pub blocks: usize,
    /// How many heads the attention of a block has.
    pub heads: usize,
    /// How many numbers a token is made of.
    pub width: usize,
}

impl Config {
    /// How many numbers such a model consists of: two tables, 12·width² a block in four matrices, and the gains.
    pub fn parameters(&self) -> usize {
        let Config { vocab, context, blocks, width: d, .. } = *self;
        (vocab + context) * d + blocks * (12 * d * d + 2 * d) + d
    }

    /// Whether such a model can exist, and has fewer than 2³⁶ numbers.
    ///
    /// # Errors
    /// [`Error::Setting`] says what is wrong.
    pub fn check(&self) -> Result<(), Error> {
        let sizes = [self.vocab, self.context, self.blocks, self.heads, self.width];
        let fail = |why: &str| Err(Error::Setting { message: format!("no such model: {self:?}: {why}") });
        if sizes.contains(&0) {
            return fail("no size may be 0");
        }
        // In floating point, where a product of absurd sizes cannot overflow.
        let [vocab, context, blocks, _, d] = sizes.map(|n| n as f64);
        if (vocab + context + 12.0 * blocks * d) * d > 2.0_f64.powi(36) {
            return fail("it would have more than 2^36 parameters");
        }
        if !self.width.is_multiple_of(self.heads) {
            return fail("the width must be a multiple of the heads");
        }
        Ok(())
    }
}

/// A decoder-only transformer as GPT-2's, without biases: learned positions, pre-norm blocks, exact GELU, and one table
/// for reading and writing tokens.
///
/// ```
/// use calculus::tape::{Arena, Tape};
/// use nn::gpt::{Config, Gpt};
///
/// let config = Config { vocab: 10, context: 8, blocks: 2, heads: 2, width: 16 };
/// let (gpt, params) = Gpt::new::<f32>(config, 42);
/// assert_eq!(params.len(), config.parameters());
///
/// let mut arena = Arena::new();
/// let mut tape = Tape::record(&params, &mut arena);
/// let logits = gpt.forward(&mut tape, &[1, 2, 3, 4, 5, 6], 2, None); // two sequences of three tokens
/// assert_eq!(tape.shape(logits).dims(), [2, 3, 10]);
/// let loss = tape.cross_entropy(logits, &[2, 3, 4, 5, 6, 7]);
/// assert!((tape.item(loss) - 10_f32.ln()).abs() < 0.1); // before training, every token is as likely as another
/// ```
///
/// Source: Radford et al. 2019; the choices without bias and with tied tables are nanoGPT's.
#[derive(Clone, Debug)]
pub struct Gpt {
    config: Config,
    tokens: Embedding,
    positions: Embedding,
    blocks: Vec<Block>,
    norm: LayerNorm,
    /// 0, 1, 2, …: the ids of the positions.
    places: Vec<u32>,
}

impl Gpt {
    /// A model and its parameters, with first values from a seed.
    ///
    /// # Panics
    /// If [`Config::check`] fails.
    #[track_caller]
    pub fn new<T: Real>(config: Config, seed: u64) -> (Self, Params<T>) {
        if let Err(error) = config.check() {
            panic!("{error}");
        }
        let mut b = Builder::new(seed);
        let gpt = Gpt {
            config,
            tokens: Embedding::new(&mut b, "tokens", config.vocab, config.width),
            positions: Embedding::new(&mut b, "positions", config.context, config.width),
            blocks: (0..config.blocks).map(|i| Block::new(&mut b, i, &config)).collect(),
            norm: LayerNorm::new(&mut b, "norm", config.width, false),
            places: (0..config.context as u32).collect(),
        };
        (gpt, b.finish())
    }

    /// The model's size.
    pub fn config(&self) -> Config {
        self.config
    }

    /// An empty cache for one sequence.
    pub fn cache<T: Real>(&self) -> KvCache<T> {
        KvCache::new(self.config.blocks, self.config.context, self.config.width)
    }

    /// Token ids, (batch, time), to logits, (batch, time, vocab): row t says what comes after token t.
    ///
    /// With a cache, batch is 1 and `ids` holds only the tokens that are not in the cache yet.
    ///
    /// # Panics
    /// If `batch` does not divide the number of ids, there are more tokens than positions, an id is outside the vocabulary, or
    /// there is a cache and the tape records.
    #[track_caller]
    // ANCHOR: forward
    pub fn forward<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        ids: &[u32],
        batch: usize,
        mut cache: Option<&mut KvCache<T>>,
    ) -> Var {
        let past = cache.as_ref().map_or(0, |cache| cache.len());
        let (time, width) = (self.time(ids, batch, past), self.config.width);

        let tokens = self.tokens.forward(tape, ids);
        let tokens = tape.reshape(tokens, [batch, time, width]);
        let positions = self.positions.forward(tape, &self.places[past..past + time]);
        let mut x = tape.add(tokens, positions);
        for (i, block) in self.blocks.iter().enumerate() {
            tape.enter_nth("block", i);
            let layer = cache.as_deref_mut().map(|cache| &mut cache.layers[i]);
            x = block.forward(tape, x, layer);
            tape.leave();
        }
        let x = self.norm.forward(tape, x);
        self.tokens.logits(tape, x)
    }
    // ANCHOR_END: forward

    /// The mean cross-entropy in nats of the targets, (batch, time); see [`Gpt::forward`].
    #[track_caller]
    pub fn loss<T: Real>(&self, tape: &mut Tape<'_, T>, ids: &[u32], targets: &[u32], batch: usize) -> Var {
        let logits = self.forward(tape, ids, batch, None);
        tape.enter("loss");
        let loss = tape.cross_entropy(logits, targets);
        tape.leave();
        loss
    }

    #[track_caller]
    fn time(&self, ids: &[u32], batch: usize, past: usize) -> usize {
        assert!(
            batch > 0 && !ids.is_empty() && ids.len().is_multiple_of(batch),
            "gpt: {} ids are not a batch of {batch} sequences",
            ids.len()
        );
        let time = ids.len() / batch;
        assert!(
            past + time <= self.config.context,
            "gpt: {time} tokens after {past} exceed the context of {}",
            self.config.context
        );
        time
    }
}
