//! The linear layer. Chapter: *A GPT in one sitting*.

use crate::init::Builder;
use calculus::tape::{ParamId, Tape, Var};
use linalg::Real;

/// y = x·Wᵀ + b: (…, inputs) → (…, outputs). PyTorch's `nn.Linear`.
///
/// A layer owns no numbers. It owns the names of its parameters; the numbers are in [`Params`](calculus::tape::Params), and the
/// tape finds them there.
///
/// ```
/// use calculus::tape::{Arena, Tape};
/// use nn::{init::Builder, linear::Linear};
///
/// let mut builder = Builder::<f64>::new(1);
/// let layer = Linear::new(&mut builder, "layer", 3, 2, true, 0.02);
/// let params = builder.finish();
/// let mut arena = Arena::new();
/// let mut tape = Tape::record(&params, &mut arena);
/// let x = tape.constant([4, 3], &[1.0; 12]);
/// let y = layer.forward(&mut tape, x);
/// assert_eq!(tape.shape(y).dims(), [4, 2]);
/// ```
///
/// Cost: 2·rows·inputs·outputs FLOP forward, twice that backward.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: ParamId,
    bias: Option<ParamId>,
}

impl Linear {
    /// Registers `name/weight`, (outputs, inputs), and if wanted `name/bias`, (outputs), which begins with zeros.
    ///
    /// # Panics
    /// If the name is taken.
    #[track_caller]
    pub fn new<T: Real>(
        builder: &mut Builder<T>,
        name: &str,
        inputs: usize,
        outputs: usize,
        bias: bool,
        deviation: f64,
    ) -> Self {
        builder.scope(name, |b| Linear {
            weight: b.normal("weight", [outputs, inputs], deviation),
            bias: bias.then(|| b.constant("bias", [outputs], 0.0)),
        })
    }

    /// Applies the layer.
    ///
    /// # Panics
    /// If the last axis of `x` is not as long as the layer has inputs; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<'_, T>, x: Var) -> Var {
        let weight = tape.param(self.weight);
        let bias = self.bias.map(|b| tape.param(b));
        tape.linear(x, weight, bias)
    }

    /// `stream` + the layer of `x`: how a block writes into the residual stream. Without a bias it is one operation, which keeps
    /// only the sum.
    ///
    /// # Panics
    /// If the shapes do not match; the message names them and the caller's line.
    #[track_caller]
    pub fn forward_onto<T: Real>(&self, tape: &mut Tape<'_, T>, stream: Var, x: Var) -> Var {
        if self.bias.is_some() {
            let y = self.forward(tape, x);
            return tape.add(stream, y);
        }
        let weight = tape.param(self.weight);
        tape.linear_onto(stream, x, weight)
    }
}
