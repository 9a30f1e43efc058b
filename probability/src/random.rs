//! Random bits that are a *function*: (seed, purpose, step, index) → 64 bits. Chapter: *Softmax and sampling*.
//!
//! An ordinary generator is a bag that one reaches into: what comes out depends on how often everybody reached in before.
//! Two threads, a skipped batch or a resumed run change who draws what. A counter-based generator has no bag. It scrambles
//! a counter under a key, like a cipher, and any word of its output can be computed without the others:
//!
//! | word of the cipher | holds | so that |
//! |---|---|---|
//! | key 0 | the user's seed | runs with other seeds have nothing in common |
//! | key 1 | the purpose (`"batch"`, `"dropout"`, …) | adding dropout does not change the batches |
//! | counter 1 | the step | a run resumed at step 812 draws what the uninterrupted one drew there |
//! | counter 0 | the index / 4 | a thread can begin in the middle |
//!
//! The scrambler is Philox4x64 with ten rounds, the generator that NumPy offers as `np.random.Philox`.

use rand::{SeedableRng, TryRng};
use std::convert::Infallible;

/// What random numbers are for: a name, hashed to 64 bits.
///
/// Two purposes never share numbers, whatever the order in which the code asks for them.
///
/// ```
/// use probability::random::Purpose;
///
/// const BATCH: Purpose = Purpose::named("batch"); // hashed when compiling
/// assert_eq!(BATCH, Purpose::from("batch"));
/// assert_ne!(BATCH, Purpose::from("dropout"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Purpose(u64);

impl Purpose {
    /// The purpose with this name: its FNV-1a hash, h ← (h ⊕ byte) · 0x100000001b3.
    ///
    /// Source: Fowler, Noll, Vo, Eastlake, *The FNV Non-Cryptographic Hash Algorithm*, section 2.
    pub const fn named(name: &str) -> Self {
        let bytes = name.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
            i += 1;
        }
        Purpose(hash)
    }
}

impl From<&str> for Purpose {
    fn from(name: &str) -> Self {
        Purpose::named(name)
    }
}

/// Philox4x64-10: scrambles four words of counter under two words of key.
///
/// Each round multiplies two of the words by odd constants to 128 bits, xors the upper halves with the key and with the
/// other two words, and swaps. For a fixed key it is a bijection: two counters never give the same four words.
///
/// Cost: 20 multiplications of 64 × 64 bits, no memory, no branch.
///
/// Source: Salmon, Moraes, Dror, Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011, section 4.3.
// ANCHOR: philox
pub const fn philox(mut counter: [u64; 4], mut key: [u64; 2]) -> [u64; 4] {
    let mut round = 0;
    while round < 10 {
        let a = 0xd2e7_470e_e14c_6c93_u128 * counter[0] as u128;
        let b = 0xca5a_8263_9512_1157_u128 * counter[2] as u128;
        counter = [
            (b >> 64) as u64 ^ counter[1] ^ key[0],
            b as u64,
            (a >> 64) as u64 ^ counter[3] ^ key[1],
            a as u64,
        ];
        // The golden ratio and √3 − 1, as 64 bits after the point: no round sees the key of another.
        key[0] = key[0].wrapping_add(0x9e37_79b9_7f4a_7c15);
        key[1] = key[1].wrapping_add(0xbb67_ae85_84ca_a73b);
        round += 1;
    }
    counter
}
// ANCHOR_END: philox

/// The random word at a place: 64 bits, a pure function of its four arguments.
///
/// ```
/// use probability::random::{stream, word};
/// use rand::Rng;
///
/// // Word 5 of a stream, without the five before it.
/// let mut rng = stream(42, "dropout", 812);
/// let words: Vec<u64> = (0..6).map(|_| rng.next_u64()).collect();
/// assert_eq!(words[5], word(42, "dropout", 812, 5));
/// ```
///
/// Cost: one [`philox`], which makes four words: ask a [`stream`] for many.
pub fn word(seed: u64, purpose: impl Into<Purpose>, step: u64, index: u64) -> u64 {
    philox([index / 4, step, 0, 0], [seed, purpose.into().0])[(index % 4) as usize]
}

/// The random words of one purpose at one step: word(seed, purpose, step, 0), word(…, 1), …
///
/// ```
/// use probability::random::stream;
/// use rand::RngExt;
///
/// let mut rng = stream(42, "initialisation", 0);
/// let u: f64 = rng.random(); // everything that `rand` offers works on it
/// assert!((0.0..1.0).contains(&u));
/// ```
pub fn stream(seed: u64, purpose: impl Into<Purpose>, step: u64) -> Stream {
    Stream { key: [seed, purpose.into().0], step, index: 0, words: [0; 8] }
}

/// A generator that reads consecutive words of one (seed, purpose, step). Made by [`stream`].
///
/// It implements `rand`'s traits, so all of `rand` and `rand_distr` work on it. A step has 2⁶⁴ words and then repeats.
///
/// Not for secrets: Philox resists statistics, not adversaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u64; 2],
    step: u64,
    /// The next word to hand out.
    index: u64,
    /// The eight words around `index`; valid only where `index` is not a multiple of 8.
    words: [u64; 8],
}

impl Stream {
    /// The index of the next word.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Jumps to a word, forwards or backwards, at the cost of eight words.
    ///
    /// ```
    /// use probability::random::{stream, word};
    /// use rand::Rng;
    ///
    /// let mut rng = stream(1, "noise", 0);
    /// rng.seek(1_000_001);
    /// assert_eq!(rng.next_u64(), word(1, "noise", 0, 1_000_001));
    /// ```
    pub fn seek(&mut self, index: u64) {
        self.index = index;
        if !index.is_multiple_of(8) {
            self.refill();
        }
    }

    /// Computes the eight words around `index`. Two blocks at once: the rounds of one are a chain of multiplications, each
    /// waiting for the last, and in the pauses the processor does those of the other.
    #[inline]
    fn refill(&mut self) {
        let block = self.index / 8 * 2;
        let first = philox([block, self.step, 0, 0], self.key);
        let second = philox([block + 1, self.step, 0, 0], self.key);
        self.words[..4].copy_from_slice(&first);
        self.words[4..].copy_from_slice(&second);
    }

    #[inline]
    fn next(&mut self) -> u64 {
        let at = (self.index % 8) as usize;
        if at == 0 {
            self.refill();
        }
        self.index = self.index.wrapping_add(1);
        self.words[at]
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    /// The upper half of the next word; the lower half is dropped, so that one call is one index.
    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    /// Whole words, little-endian; the rest of the last one is dropped.
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl SeedableRng for Stream {
    /// The two words of the key, little-endian.
    type Seed = [u8; 16];

    fn from_seed(seed: [u8; 16]) -> Self {
        let key = u128::from_le_bytes(seed);
        Stream { key: [key as u64, (key >> 64) as u64], step: 0, index: 0, words: [0; 8] }
    }
}
