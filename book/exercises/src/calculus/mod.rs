//! Exercises of the second pillar.

pub mod central;
pub mod clip;
pub mod dual;
pub mod gradcheck;
pub mod jacobian;
pub mod tape;
pub mod xent;
