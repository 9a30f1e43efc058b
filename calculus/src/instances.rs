//! Compiles the tape for both types here, once, instead of again in each of twenty tests and examples.
//!
//! Generic code is compiled where it is used. Without much optimisation the compiler takes an instance that it finds in a crate below,
//! so the operations, which are most of this crate, are named here: it halves the time of `cargo test -p calculus --no-run`. With
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

#[cfg(test)]
mod tests {
    /// The linker may merge equal functions, but not all of them.
    #[test]
    fn both_types_are_compiled() {
        let mut all: Vec<_> = super::addresses().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert!(all.len() > count / 2, "{} of {count}", all.len());
    }
}
