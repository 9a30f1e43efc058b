//! Exercises of the second pillar.

pub mod central;
pub mod dual;
pub mod grad_norms;
pub mod gradcheck;
pub mod jacobian;
pub mod residual;
pub mod tape;
pub mod xent;
