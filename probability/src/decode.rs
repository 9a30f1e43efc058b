//! Decoding: from the logits of a language model to the next token. Chapter: *Softmax and sampling*.
//!
//! The order is that of most servers: temperature, then top-k, then top-p. It matters. Top-p after the temperature counts
//! mass that the temperature has already moved: the hotter, the more tokens the same p lets through.

use crate::Error;
use crate::categorical::{check_uniform, stride, total};
use crate::cut::{Candidate, EMPTY, Histogram, k_largest, nucleus};
use crate::softmax::{largest, minus_infinity};
use crate::temperature::{arg_max, check_temperature, temperature};
use crate::top_k::{check_top_k, top_k};
use crate::top_p::{check_top_p, top_p};
use crate::uniform;
use linalg::{Real, kernels};
use rand::Rng;

/// The settings of a request, with the names and meanings that APIs give them.
///
/// ```
/// use probability::Decoding;
///
/// let settings = Decoding { temperature: 0.7, top_p: 0.9, ..Decoding::default() };
/// assert_eq!(settings.top_k, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decoding {
    /// 0: always the most likely token. 1: the model as trained. More: flatter.
    pub temperature: f64,
    /// Only so many of the most likely tokens; `None` for all.
    pub top_k: Option<usize>,
    /// Only the most likely tokens that together hold this share of the mass; 1 for all.
    pub top_p: f64,
}

impl Default for Decoding {
    /// The model's own distribution: temperature 1, no top-k, top-p 1.
    fn default() -> Self {
        Decoding { temperature: 1.0, top_k: None, top_p: 1.0 }
    }
}

impl Decoding {
    /// Always the most likely token.
    pub fn greedy() -> Self {
        Decoding { temperature: 0.0, ..Decoding::default() }
    }

    fn check(&self) -> Result<(), Error> {
        check_temperature(self.temperature)?;
        self.top_k.map_or(Ok(()), check_top_k)?;
        check_top_p(self.top_p)
    }

    /// The distribution from which a token is drawn, step by step: what [`Decoder`] computes fast.
    ///
    /// ```
    /// use probability::Decoding;
    ///
    /// let settings = Decoding { temperature: 2.0, top_k: Some(2), top_p: 1.0 };
    /// let p = settings.distribution(&[2.0, 0.0, 1.0])?;
    /// assert_eq!(p[1], 0.0);
    /// assert!((p[0] / p[2] - 0.5_f64.exp()).abs() < 1e-15);
    /// # Ok::<(), probability::Error>(())
    /// ```
    ///
    /// # Errors
    /// A setting outside its range; no logits, a NaN, +∞, or −∞ alone.
    // ANCHOR: readable
    pub fn distribution(&self, logits: &[f64]) -> Result<Vec<f64>, Error> {
        self.check()?;
        let kept = match self.top_k {
            Some(k) => top_k(logits, k)?, // the temperature keeps the order: before or after is the same
            None => logits.to_vec(),
        };
        top_p(&temperature(&kept, self.temperature)?, self.top_p)
    }
    // ANCHOR_END: readable
}

/// Draws tokens, and owns the buffers it needs for that: after the first call with a vocabulary it allocates nothing.
///
/// Keep one for each thread of generation; it remembers nothing from token to token.
///
/// ```
/// use probability::{Decoder, Decoding};
///
/// let mut decoder = Decoder::<f32>::new(Decoding { temperature: 0.7, top_k: Some(2), top_p: 1.0 })?;
/// let logits = [1.0, 3.0, -2.0, 2.5];
/// assert_eq!(decoder.sample(&logits, 0.0)?, 1); // u decides: the same u, the same token
/// assert_eq!(decoder.sample(&logits, 0.9)?, 3);
/// assert_eq!(decoder.probabilities(&logits)?[0], 0.0);
/// # Ok::<(), probability::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<T> {
    settings: Decoding,
    /// The weights of the tokens in question: of those that top-k left, or of all. (k or vocabulary)
    weights: Vec<T>,
    /// Those among which a filter seeks; after top-k, those it left. (up to the vocabulary)
    candidates: Vec<Candidate<T>>,
    /// Whose weights they are, in ascending order; empty if all tokens are in question. (k or 0)
    tokens: Vec<usize>,
    /// For top-p.
    histogram: Box<Histogram>,
    /// What [`Self::probabilities`] hands out. (vocabulary)
    dense: Vec<T>,
}

impl<T: Real> Decoder<T> {
    /// A decoder with these settings.
    ///
    /// # Errors
    /// A setting outside its range: temperature negative or not finite, top-k 0, top-p outside 0 to 1.
    pub fn new(settings: Decoding) -> Result<Self, Error> {
        settings.check()?;
        Ok(Decoder {
            settings,
            weights: Vec::new(),
            candidates: Vec::new(),
            tokens: Vec::new(),
            histogram: Box::new(EMPTY),
            dense: Vec::new(),
        })
    }

    /// The settings.
    pub fn settings(&self) -> Decoding {
        self.settings
    }

    /// The token that these logits and this uniform number choose.
    ///
    /// The tokens that survive the filters are laid end to end in the order of their ids; u is the dart.
    ///
    /// Cost, for n tokens: two scans to the arg max (temperature 0, or one token kept); two scans and k exponentials with
    /// top-k; else n exponentials, and two scans more with top-p.
    ///
    /// # Errors
    /// No logits, a NaN, +∞, or −∞ alone; u outside [0, 1).
    pub fn sample(&mut self, logits: &[T], u: f64) -> Result<usize, Error> {
        check_uniform(u)?;
        if self.is_greedy() {
            return arg_max(logits);
        }
        self.weigh(logits)?;
        let at = stride(&self.weights, u);
        Ok(if self.tokens.is_empty() { at } else { self.tokens[at] })
    }

    /// The next token, with the next uniform number of a generator. Greedy decoding takes one too, so that changing the
    /// temperature does not shift what later draws see.
    ///
    /// # Errors
    /// No logits, a NaN, +∞, or −∞ alone.
    pub fn sample_with(&mut self, logits: &[T], rng: &mut impl Rng) -> Result<usize, Error> {
        self.sample(logits, uniform::sample(rng))
    }

    /// The distribution from which [`Self::sample`] draws: the same as [`Decoding::distribution`], in the precision of T.
    ///
    /// # Errors
    /// No logits, a NaN, +∞, or −∞ alone.
    pub fn probabilities(&mut self, logits: &[T]) -> Result<&[T], Error> {
        self.dense.clear();
        if self.is_greedy() {
            let top = arg_max(logits)?;
            self.dense.resize(logits.len(), T::ZERO);
            self.dense[top] = T::ONE;
            return Ok(&self.dense);
        }
        self.weigh(logits)?;
        self.dense.resize(logits.len(), T::ZERO);
        let sum = T::from_f64(total(&self.weights));
        for (at, &w) in self.weights.iter().enumerate() {
            let token = if self.tokens.is_empty() { at } else { self.tokens[at] };
            self.dense[token] = w / sum;
        }
        Ok(&self.dense)
    }

    /// Whether only one token can be drawn. A temperature so small that it is 0 in T counts as 0.
    fn is_greedy(&self) -> bool {
        T::from_f64(self.settings.temperature) == T::ZERO
            || self.settings.top_k == Some(1)
            || self.settings.top_p == 0.0
    }

    /// Fills `weights` (and `tokens`) with those that survive the filters; what top-p removes has weight 0.
    // ANCHOR: weigh
    fn weigh(&mut self, logits: &[T]) -> Result<(), Error> {
        let max = largest(logits)?;
        if max == minus_infinity() {
            return Err(Error::AllMasked);
        }
        self.load_top_k(logits);
        // Never infinite in T: -inf / inf would be NaN.
        let t = T::from_f64(self.settings.temperature.min(1e30));
        for z in &mut self.weights {
            *z = (*z - max) / t;
        }
        kernels::exp(&mut self.weights);
        self.cut_top_p();
        Ok(())
    }
    // ANCHOR_END: weigh

    /// Loads the k largest logits and whose they are, or all of them.
    fn load_top_k(&mut self, logits: &[T]) {
        // Any filter may need room for the whole vocabulary: taken now, so that no later call allocates.
        self.weights.clear();
        self.weights.reserve(logits.len());
        self.candidates.clear();
        self.candidates.reserve(logits.len());
        self.tokens.clear();
        match self.settings.top_k {
            Some(k) if k < logits.len() => {
                self.tokens.reserve(k);
                k_largest(logits, k, &mut self.candidates);
                self.weights.extend(self.candidates.iter().map(|c| c.0));
                self.tokens.extend(self.candidates.iter().map(|c| c.1));
            }
            _ => self.weights.extend_from_slice(logits),
        }
    }

    /// Sets the weights outside the nucleus to zero.
    fn cut_top_p(&mut self) {
        if self.settings.top_p < 1.0 {
            let cut = nucleus(&self.weights, self.settings.top_p, &mut self.histogram, &mut self.candidates);
            cut.apply(&mut self.weights);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No buffer moves or grows after the first token of a vocabulary, whatever the logits.
    #[test]
    fn allocates_nothing_after_the_first_token() {
        let n = 2000;
        let mut rng = crate::random::stream(1, "allocation", 0);
        for top_k in [None, Some(40), Some(1500), Some(5000)] {
            for top_p in [0.3, 0.999, 1.0] {
                let mut decoder = Decoder::<f32>::new(Decoding { temperature: 0.9, top_k, top_p }).unwrap();
                let buffers = |d: &Decoder<f32>| {
                    (
                        (d.weights.as_ptr(), d.weights.capacity()),
                        (d.candidates.as_ptr(), d.candidates.capacity()),
                        (d.tokens.as_ptr(), d.tokens.capacity()),
                    )
                };
                decoder.sample(&vec![0.0; n], 0.5).unwrap();
                let first = buffers(&decoder);
                for round in 0..20 {
                    let mut z = vec![0.0_f32; n];
                    crate::normal::fill(&mut rng, 0.0, 3.0, &mut z);
                    match round % 4 {
                        0 => z.sort_by(f32::total_cmp), // every value passes the floor of top-k
                        1 => z.fill(1.0),               // every value is in the crossing step of top-p
                        2 => z[..n / 2].fill(f32::NEG_INFINITY),
                        _ => {}
                    }
                    decoder.sample_with(&z, &mut rng).unwrap();
                    assert_eq!(buffers(&decoder), first, "top-k {top_k:?}, top-p {top_p}, round {round}");
                }
            }
        }
    }
}
