//! Exercises of the first pillar.

pub mod cosine;
pub mod matmul;
pub mod norms;
pub mod strides;
