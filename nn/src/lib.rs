//! The four pillars composed: from a neuron to a GPT that trains and speaks.
//!
//! | module | what it teaches | chapter |
//! |---|---|---|
//! | [`neuron`] | one neuron that cannot learn, and one that can | neuron |
//! | [`tokenizer`], [`corpus`], [`data`] | from a text to examples, and which part is held out | gpt |
//! | [`init`], [`linear`], [`mlp`], [`norm`], [`embedding`] | layers: a few parameters and one forward function | gpt |
//! | [`attention`], [`cache`] | the place where tokens meet, for training and for generation | gpt |
//! | [`block`], [`gpt`], [`preset`] | the model, and sizes of it with a name | gpt |
//! | [`train`], [`evaluate`], [`checkpoint`] | how it learns, how it is judged, how it is kept | gpt |
//! | [`generate`] | how it writes | gpt |
//!
//! A layer registers its parameters in an [`init::Builder`] and keeps their names; its forward function is written once, for
//! training, for evaluation and for generation with a cache, in any precision.
#![forbid(unsafe_code)]

pub mod attention;
pub mod block;
pub mod cache;
#[cfg(feature = "native")]
pub mod checkpoint;
pub mod corpus;
pub mod data;
pub mod embedding;
mod error;
pub mod evaluate;
pub mod generate;
pub mod gpt;
pub mod init;
pub mod linear;
pub mod mlp;
pub mod neuron;
pub mod norm;
pub mod preset;
pub mod tokenizer;
pub mod train;

pub use error::Error;

#[cfg(doctest)]
#[doc = include_str!("../../book/src/spine/why.md")]
mod chapter_why {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/spine/neuron.md")]
mod chapter_neuron {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/spine/gpt.md")]
mod chapter_gpt {}
