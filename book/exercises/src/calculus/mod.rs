//! Exercises of the second pillar.

pub mod xent;
