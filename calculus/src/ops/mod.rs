//! The operations of the tape, one a file: a method of [`Tape`], a forward function and its backward twin side by side.
//! Chapter: *The tensor tape*.
//!
//! | kind | operations |
//! |---|---|
//! | matrix products | [`matmul`](Tape::matmul), [`linear`](Tape::linear) |
//! | with broadcasting | [`add`](Tape::add), [`sub`](Tape::sub), [`mul`](Tape::mul), [`div`](Tape::div), [`scale`](Tape::scale) |
//! | element by element | [`relu`](Tape::relu), [`gelu`](Tape::gelu), [`silu`](Tape::silu), [`tanh`](Tape::tanh), [`sigmoid`](Tape::sigmoid), [`exp`](Tape::exp), [`ln`](Tape::ln), [`sin`](Tape::sin), [`sqrt`](Tape::sqrt), [`square`](Tape::square) |
//! | over the last axis | [`softmax`](Tape::softmax), [`layernorm`](Tape::layernorm), [`rmsnorm`](Tape::rmsnorm) |
//! | to a single number | [`sum`](Tape::sum), [`mean`](Tape::mean), [`cross_entropy`](Tape::cross_entropy) |
//! | data | [`embedding`](Tape::embedding), [`reshape`](Tape::reshape) |
//!
//! Each backward function computes one thing: the transposed Jacobian times the gradient that arrives. The Jacobian
//! itself is never formed; for an element-wise operation on a million numbers it would have a million million entries,
//! nearly all zero.

mod add;
mod broadcast;
mod cross_entropy;
mod div;
pub mod elementwise;
mod embedding;
mod exp;
mod gelu;
mod layernorm;
mod linear;
mod ln;
mod matmul;
mod mul;
mod relu;
mod reshape;
mod rmsnorm;
mod scale;
mod sigmoid;
mod silu;
mod sin;
mod softmax;
mod sqrt;
mod square;
mod sub;
mod sum;
mod tanh;

#[cfg(doc)]
use crate::tape::Tape;
