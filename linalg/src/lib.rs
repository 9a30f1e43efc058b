//! Pillar 1: linear algebra that one can read and that a language model can run on.
//!
//! | module | what it teaches | chapter |
//! |---|---|---|
//! | [`shape`], [`tensor`], [`view`] | shape, strides, views, broadcasting | tensors |
//! | [`norms`] | how large a vector is, without overflow | tensors |
//! | [`triangular`], [`lu`], [`cholesky`] | systems of equations | solving (to come) |
//! | [`qr`] | Householder's mirrors, orthogonal times triangular | tensors |
//! | [`eigen`] | what a symmetric matrix does: stretch along orthogonal axes; some of its eigenpairs, or all | tensors, eigen |
//! | `convert` | to and from nalgebra (feature `nalgebra`) | tensors |
//! | [`mod@gemm`] | matrix multiplication, from three loops to the hardware's limit | tensors |
//! | [`real`], [`kernels`] | the numbers, and the loops over slices that are worth vectorising | tensors |
//! | [`simd`], [`par`], `peak` | vector instructions, threads, and what the machine can do at most | tensors |
//!
//! Everything works on [`View`]s of row-major storage: an owned [`Tensor`], a slice of somebody's arena and a
//! mapped file are the same to it.
#![deny(unsafe_code)]

pub mod cholesky;
#[cfg(feature = "nalgebra")]
pub mod convert;
mod display;
pub mod eigen;
mod error;
pub mod gemm;
mod householder;
pub mod kernels;
pub mod lu;
pub mod norms;
pub mod par;
#[cfg(feature = "native")]
pub mod peak;
pub mod qr;
pub mod real;
pub mod shape;
pub mod simd;
pub mod tensor;
pub mod triangular;
pub mod view;

pub use cholesky::Cholesky;
pub use eigen::SymmetricEigen;
pub use error::Error;
pub use gemm::gemm;
pub use kernels::{axpy, dot};
pub use lu::Lu;
pub use norms::{frobenius, norm_inf, norm1, norm2};
pub use qr::Qr;
pub use real::Real;
pub use shape::Shape;
pub use tensor::{Mat, Tensor};
pub use view::{View, ViewMut};

#[cfg(doctest)]
#[doc = include_str!("../../book/src/spine/tensors.md")]
mod chapter_tensors {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/eigen.md")]
mod chapter_eigen {}
