//! Exercises of the first pillar.

pub mod matmul;
pub mod strides;
