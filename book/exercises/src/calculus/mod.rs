//! Exercises of the second pillar.

pub mod activations;
pub mod attention_backward;
pub mod central;
pub mod clip;
pub mod dual;
pub mod grad_norms;
pub mod gradcheck;
pub mod jacobian;
pub mod layernorm_backward;
pub mod matmul_backward;
pub mod momentum;
pub mod residual;
pub mod tape;
pub mod two_layers;
pub mod warmup_cosine;
pub mod xent;
