//! Pillar 4: what a network can represent, what it costs, and why depth needs care.
//!
//! | module | what it teaches | chapter |
//! |---|---|---|
//! | [`hats`] | a ReLU network that *is* the broken line through given points, written down without training | universal approximation |
//! | [`bumps`] | a sigmoid network built from steps, the units of Cybenko's theorem | universal approximation |
//! | [`measure`] | the largest error between the knots, and the rate at which it falls with the width | universal approximation |
//! | [`gain`] | how gradients grow or shrink through depth, and the gain that keeps them alive | universal approximation |
//! | [`init`] | initial weights, derived from the gain; what `nn` uses | universal approximation |
#![forbid(unsafe_code)]

pub mod bumps;
pub mod gain;
pub mod hats;
pub mod init;
pub mod measure;

#[cfg(doctest)]
#[doc = include_str!("../../book/src/spine/approximation.md")]
mod chapter_approximation {}
