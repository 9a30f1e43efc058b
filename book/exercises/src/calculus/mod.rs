//! Exercises of the second pillar.

pub mod gradcheck;
pub mod tape;
pub mod xent;
