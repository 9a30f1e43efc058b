//! One block of a transformer: listen to the others, then think alone. Chapter: *A GPT in one sitting*.

use crate::attention::CausalSelfAttention;
use crate::cache::LayerCache;
use crate::gpt::Config;
use crate::init::{Builder, reading, writing};
use crate::mlp::{Activation, Mlp};
use crate::norm::LayerNorm;
use approximation::gain::Activation as Gain;
use calculus::tape::{Tape, Var};
use linalg::Real;

/// x ← x + attention(norm(x)), then x ← x + mlp(norm(x)): (batch, time, width) → (batch, time, width).
///
/// The norms are *before* the two parts ("pre-norm") and not on the way through: from the last block down to the embedding
/// there is a path of additions alone, along which the gradient arrives undiminished. Source: Radford et al. 2019, section 2.3;
/// Xiong et al. 2020.
#[derive(Clone, Debug)]
pub struct Block {
    norm_1: LayerNorm,
    attention: CausalSelfAttention,
    norm_2: LayerNorm,
    mlp: Mlp,
}

impl Block {
    /// Registers block `i` of a model.
    ///
    /// # Panics
    /// If it is there already.
    #[track_caller]
    pub fn new<T: Real>(builder: &mut Builder<T>, i: usize, config: &Config) -> Self {
        let (d, blocks) = (config.width, config.blocks);
        let deviations = [reading(d), writing(Gain::Gelu, 4 * d, blocks)];
        builder.scope(&format!("block {i}"), |b| Block {
            norm_1: LayerNorm::new(b, "norm 1", d, false),
            attention: CausalSelfAttention::new(b, "attention", d, config.heads, blocks),
            norm_2: LayerNorm::new(b, "norm 2", d, false),
            mlp: Mlp::new(b, "mlp", &[d, 4 * d, d], Activation::Gelu, false, &deviations),
        })
    }

    /// Applies the block. For the cache see [`CausalSelfAttention::forward_onto`].
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<'_, T>, x: Var, cache: Option<&mut LayerCache<T>>) -> Var {
        // ANCHOR: block
        tape.enter("attention");
        let normed = self.norm_1.forward(tape, x);
        let x = self.attention.forward_onto(tape, x, normed, cache); // x + what it heard
        tape.leave();

        tape.enter("mlp");
        let normed = self.norm_2.forward(tape, x);
        let x = self.mlp.forward_onto(tape, x, normed); // x + what it thought
        tape.leave();
        x
        // ANCHOR_END: block
    }
}
