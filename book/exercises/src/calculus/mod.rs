//! Exercises of the second pillar.

pub mod tape;
pub mod xent;
