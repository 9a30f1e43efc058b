//! Normalisation layers: every token's vector gets the same length again. Chapter: *A GPT in one sitting*.

use crate::init::Builder;
use calculus::tape::{ParamId, Tape, Var};
use linalg::Real;

/// What is added to the variance before its root is taken: PyTorch's default for `nn.LayerNorm`.
pub const EPS: f64 = 1e-5;

/// Layer normalisation over the last axis: y = gain·(x − mean)/√(variance + 10⁻⁵), plus a bias if it has one.
///
/// Source: Ba, Kiros and Hinton 2016; without the bias, as nanoGPT has it, it is as good.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    gain: ParamId,
    bias: Option<ParamId>,
}

impl LayerNorm {
    /// Registers `name/gain`, which begins with ones, and if wanted `name/bias`, which begins with zeros.
    ///
    /// # Panics
    /// If the name is taken.
    #[track_caller]
    pub fn new<T: Real>(builder: &mut Builder<T>, name: &str, width: usize, bias: bool) -> Self {
        builder.scope(name, |b| LayerNorm {
            gain: b.constant("gain", [width], 1.0),
            bias: bias.then(|| b.constant("bias", [width], 0.0)),
        })
    }

    /// Applies the layer: (…, width) → (…, width).
    ///
    /// # Panics
    /// If the last axis of `x` is not `width` long.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<'_, T>, x: Var) -> Var {
        let gain = tape.param(self.gain);
        let bias = self.bias.map(|b| tape.param(b));
        tape.layernorm(x, gain, bias, EPS)
    }
}

/// Root-mean-square normalisation over the last axis: y = gain·x/√(mean of x² + 10⁻⁵).
///
/// Layer normalisation without the mean, and so without one of its two sums; Llama's. Source: Zhang and Sennrich 2019.
#[derive(Clone, Debug)]
pub struct RmsNorm {
    gain: ParamId,
}

impl RmsNorm {
    /// Registers `name/gain`, which begins with ones.
    ///
    /// # Panics
    /// If the name is taken.
    #[track_caller]
    pub fn new<T: Real>(builder: &mut Builder<T>, name: &str, width: usize) -> Self {
        builder.scope(name, |b| RmsNorm { gain: b.constant("gain", [width], 1.0) })
    }

    /// Applies the layer: (…, width) → (…, width).
    ///
    /// # Panics
    /// If the last axis of `x` is not `width` long.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<'_, T>, x: Var) -> Var {
        let gain = tape.param(self.gain);
        tape.rmsnorm(x, gain, EPS)
    }
}
