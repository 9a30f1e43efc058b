//! Exercises of the second pillar.

pub mod activations;
pub mod central;
pub mod dual;
pub mod gradcheck;
pub mod jacobian;
pub mod tape;
pub mod two_layers;
pub mod xent;
