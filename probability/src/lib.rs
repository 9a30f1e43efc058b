//! Pillar 3: randomness, distributions, information, and how a language model chooses its next word.
//!
//! | module | what it teaches | chapter |
//! |---|---|---|
//! | [`random`] | random bits as a function of (seed, purpose, step, index) | sampling |
//! | [`uniform`] | numbers in [0, 1) and below n, exact at the edges | sampling |
//! | [`softmax`](mod@softmax) | scores become probabilities, without overflow; log-sum-exp | sampling |
//! | [`information`] | entropy, cross-entropy, KL divergence | sampling |
//! | [`categorical`], [`alias`] | one of n outcomes: by a walk, and in constant time | sampling |
//! | [`exponential`], [`normal`], [`ziggurat`] | inverse transform, Box and Muller, rejection in layers | sampling |
//! | [`temperature`], [`top_k`], [`top_p`] | the knobs of an API, each in a few lines | sampling |
//! | [`decode`] | the knobs together, fast, without allocation | sampling |
//!
//! Every sampler has a core that takes its random bits or uniform numbers as arguments, so that it can be tested at
//! exact places, and a `sample` that takes any generator of `rand`.
#![forbid(unsafe_code)]

pub mod alias;
#[cfg(feature = "native")]
pub mod bench;
pub mod categorical;
mod cut;
pub mod decode;
mod error;
pub mod exponential;
pub mod information;
pub mod normal;
pub mod random;
pub mod softmax;
pub mod temperature;
pub mod top_k;
pub mod top_p;
pub mod uniform;
pub mod ziggurat;

pub use decode::{Decoder, Decoding};
pub use error::Error;
pub use information::{cross_entropy, entropy, kl};
pub use softmax::{log_softmax, log_sum_exp, softmax};

#[cfg(doctest)]
#[doc = include_str!("../../book/src/spine/sampling.md")]
struct SamplingChapter;
