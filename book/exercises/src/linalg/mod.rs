//! Exercises of the first pillar.

pub mod broadcast;
pub mod compensated;
pub mod cosine;
pub mod intensity;
pub mod lstsq;
pub mod matmul;
pub mod norms;
pub mod pca;
pub mod power;
pub mod qr;
pub mod rank_k;
pub mod solve;
pub mod strides;
pub mod svd;
pub mod two_by_two;
