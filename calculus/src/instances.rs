//! Compiles the tape for both types here, once, instead of again in each of twenty tests and examples. Chapter: *The tensor tape*, which does
//! not need it.
//!
//! Generic code is compiled where it is used. Without much optimisation the compiler takes an instance that it finds in a crate below,
//! so the operations, which are most of this crate, are named here: that is a third of what `cargo test -p calculus --no-run` took. With
//! full optimisation every crate has instances of its own, and this file is left out.

use crate::optim::{AdamW, clip_global_norm};
use crate::tape::{Arena, Grads, Params, Tape};

macro_rules! addresses {
    ($t:ty) => {
        addresses![$t: Tape {
            record infer rehearse param backward backward_with grad memory places first_non_finite first_non_finite_gradient
            add sub mul div scale square sqrt exp ln sin tanh sigmoid relu silu gelu sum mean
            matmul linear linear_onto embedding layernorm rmsnorm softmax cross_entropy
        } AdamW { new step } Arena { new } Params { new } Grads { like zero }]
    };
    ($t:ty: $($of:ident { $($name:ident)+ })+) => {
        [$($($of::<$t>::$name as *const ()),+),+, clip_global_norm::<$t> as *const ()]
    };
}

/// The addresses of what is compiled here. Nobody needs them; but what has no address is not compiled.
pub fn addresses() -> impl Iterator<Item = *const ()> {
    addresses!(f32).into_iter().chain(addresses!(f64))
}
