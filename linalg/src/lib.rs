//! Pillar 1: linear algebra that one can read and that a language model can run on.
//!
//! | module | what it teaches | chapter |
//! |---|---|---|
//! | [`shape`], [`tensor`], [`view`] | shape, strides, views, broadcasting | tensors |
//! | [`mechanics`], [`einsum`] | more labels for the same memory; sums of products over named axes | mechanics |
//! | [`sums`], [`moments`] | what rounding does to a sum, a dot product, a variance | floating |
//! | [`norms`] | how large a vector is, without overflow | tensors |
//! | [`triangular`], [`lu`], [`cholesky`] | systems of equations | solving |
//! | [`qr`], [`mirrors`], [`pivoted`] | Householder's mirrors, one by one, many at once, and in the order that shows the rank | solving |
//! | [`lstsq`](mod@lstsq), [`refine`] | the nearest answer, and the same answer with more digits | solving |
//! | [`cg`](mod@cg), [`condition`] | solving by products alone, and how far to trust a solution | solving |
//! | [`eigen`] | what a symmetric matrix does: stretch along orthogonal axes; some of its eigenpairs, or all | tensors, eigen |
//! | [`complex`], [`mod@schur`] | what a matrix without symmetry does: Schur form, complex eigenvalues, eigenvectors | powers |
//! | [`powers`], [`arnoldi`] | a matrix applied again and again; some eigenvalues of one that is never written down | powers |
//! | [`dimensions`] | what is different with a thousand axes: cosines, random projections, random spectra | dimensions |
//! | [`svd`] | any matrix: turn, stretch, turn; rank, the nearest matrix of lower rank, principal components | svd |
//! | `convert` | to and from nalgebra (feature `nalgebra`) | tensors |
//! | [`mod@gemm`] | matrix multiplication, from three loops to the hardware's limit | tensors |
//! | [`real`], [`kernels`] | the numbers, and the loops over slices that are worth vectorising | tensors |
//! | [`simd`], `peak` | vector instructions, and what the machine can do at most | tensors |
//! | [`roofline`], `bandwidth` | what a product can reach: operations, bytes, and how fast each of them goes | hardware |
//! | [`par`] | threads: when they help, when they hurt, and how they are kept awake | hardware |
//!
//! Everything works on [`View`]s of row-major storage: an owned [`Tensor`], a slice of somebody's arena and a
//! mapped file are the same to it.
#![deny(unsafe_code)]

pub mod arnoldi;
#[cfg(feature = "native")]
pub mod bandwidth;
pub mod cg;
pub mod cholesky;
pub mod complex;
pub mod condition;
#[cfg(feature = "nalgebra")]
pub mod convert;
pub mod dimensions;
mod display;
pub mod eigen;
pub mod einsum;
mod error;
pub mod gemm;
mod householder;
pub mod kernels;
pub mod lstsq;
pub mod lu;
pub mod mechanics;
pub mod mirrors;
pub mod moments;
pub mod norms;
pub mod par;
#[cfg(feature = "native")]
pub mod peak;
pub mod pivoted;
pub mod powers;
pub mod qr;
pub mod real;
pub mod refine;
pub mod roofline;
pub mod schur;
pub mod shape;
pub mod simd;
pub mod sums;
pub mod svd;
#[cfg(feature = "native")]
mod team;
pub mod tensor;
pub mod triangular;
pub mod view;

pub use cg::conjugate_gradient;
pub use cholesky::Cholesky;
pub use complex::Complex;
pub use eigen::SymmetricEigen;
pub use einsum::Einsum;
pub use error::Error;
pub use gemm::gemm;
pub use kernels::{axpy, dot};
pub use lstsq::{LeastSquares, lstsq, lstsq_min_norm};
pub use lu::Lu;
pub use norms::{frobenius, norm_inf, norm1, norm2};
pub use pivoted::PivotedQr;
pub use qr::Qr;
pub use real::Real;
pub use schur::{GeneralEigen, Hessenberg, Schur, Sensitivity, eigenvalues};
pub use shape::Shape;
pub use svd::Svd;
pub use tensor::{Mat, Tensor};
pub use view::{View, ViewMut};

#[cfg(doctest)]
#[doc = include_str!("../../book/src/spine/tensors.md")]
mod chapter_tensors {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/mechanics.md")]
mod chapter_mechanics {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/floating.md")]
mod chapter_floating {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/hardware.md")]
mod chapter_hardware {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/powers.md")]
mod chapter_powers {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/dimensions.md")]
mod chapter_dimensions {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/svd.md")]
mod chapter_svd {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/solving.md")]
mod chapter_solving {}

#[cfg(doctest)]
#[doc = include_str!("../../book/src/linalg/eigen.md")]
mod chapter_eigen {}
