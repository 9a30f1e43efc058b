//! Exercises of the second pillar.

pub mod central;
pub mod dual;
pub mod gradcheck;
pub mod jacobian;
pub mod momentum;
pub mod tape;
pub mod warmup_cosine;
pub mod xent;
