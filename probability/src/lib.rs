//! Pillar 3: randomness, distributions, information, and how a language model chooses its next word.
//!
//! | module | what it teaches | chapter |
//! |---|---|---|
//! | [`random`] | random bits as a function of (seed, purpose, step, index) | sampling |
//! | [`uniform`] | numbers in [0, 1) and below n, exact at the edges | sampling |
//!
//! Every sampler has a core that takes its random bits or uniform numbers as arguments, so that it can be tested at
//! exact places, and a `sample` that takes any generator of `rand`.
#![forbid(unsafe_code)]

pub mod random;
pub mod uniform;
