//! Exercises of the first pillar.

pub mod matmul;
pub mod norms;
pub mod pca;
pub mod rank_k;
pub mod strides;
pub mod svd;
