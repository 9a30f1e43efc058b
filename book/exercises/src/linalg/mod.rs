//! Exercises of the first pillar.

pub mod matmul;
pub mod norms;
pub mod power;
pub mod strides;
