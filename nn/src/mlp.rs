//! The multi-layer perceptron. Chapter: *A GPT in one sitting*.

use crate::init::Builder;
use crate::linear::Linear;
use calculus::tape::{Tape, Var};
use linalg::Real;

/// What bends between two linear layers. Without it they would be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// max(0, x).
    Relu,
    /// The hyperbolic tangent.
    Tanh,
    /// x·Φ(x), with Φ the distribution function of the normal distribution: GPT's.
    Gelu,
}

impl Activation {
    /// Applies it to every number.
    #[track_caller]
    pub fn forward<T: Real>(self, tape: &mut Tape<'_, T>, x: Var) -> Var {
        match self {
            Activation::Relu => tape.relu(x),
            Activation::Tanh => tape.tanh(x),
            Activation::Gelu => tape.gelu(x),
        }
    }
}

/// Linear layers with an activation between each two of them (none after the last): (…, first) → (…, last).
///
/// In a GPT it is the place where a token thinks by itself: `[d, 4·d, d]`, applied to each position alone. Two thirds
/// of a block's weights are here.
///
/// ```
/// use calculus::tape::{Arena, Tape};
/// use nn::{init::Builder, mlp::{Activation, Mlp}};
///
/// // PyTorch: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
/// let mut builder = Builder::<f32>::new(1);
/// let mlp = Mlp::new(&mut builder, "mlp", &[784, 128, 10], Activation::Relu, true, &[0.05, 0.12]);
/// let params = builder.finish();
/// assert_eq!(params.len(), 784 * 128 + 128 + 128 * 10 + 10);
///
/// let mut arena = Arena::new();
/// let mut tape = Tape::infer(&params, &mut arena);
/// let images = tape.constant([2, 784], &[0.5; 2 * 784]);
/// let logits = mlp.forward(&mut tape, images);
/// assert_eq!(tape.shape(logits).dims(), [2, 10]);
/// ```
#[derive(Clone, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
    activation: Activation,
}

impl Mlp {
    /// Registers the layers as `name/0`, `name/1`, …; `deviations` has one entry for each.
    ///
    /// # Panics
    /// If there are fewer than two sizes, or not one deviation a layer, or the name is taken.
    #[track_caller]
    pub fn new<T: Real>(
        builder: &mut Builder<T>,
        name: &str,
        sizes: &[usize],
        activation: Activation,
        bias: bool,
        deviations: &[f64],
    ) -> Self {
        assert!(
            sizes.len() >= 2 && deviations.len() == sizes.len() - 1,
            "mlp: {} sizes need {} deviations, got {}",
            sizes.len(),
            sizes.len().saturating_sub(1),
            deviations.len()
        );
        let layer = |b: &mut Builder<T>, i: usize| {
            Linear::new(b, &i.to_string(), sizes[i], sizes[i + 1], bias, deviations[i])
        };
        let layers = builder.scope(name, |b| (0..deviations.len()).map(|i| layer(b, i)).collect());
        Mlp { layers, activation }
    }

    /// Applies all layers.
    ///
    /// # Panics
    /// If the last axis of `x` is not as long as the first layer has inputs.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<'_, T>, x: Var) -> Var {
        let (last, x) = self.up_to_the_last(tape, x);
        last.forward(tape, x)
    }

    /// `stream` + all layers of `x`: see [`Linear::forward_onto`].
    ///
    /// # Panics
    /// If the shapes do not match.
    #[track_caller]
    pub fn forward_onto<T: Real>(&self, tape: &mut Tape<'_, T>, stream: Var, x: Var) -> Var {
        let (last, x) = self.up_to_the_last(tape, x);
        last.forward_onto(tape, stream, x)
    }

    /// The last layer, and what it is given.
    #[track_caller]
    fn up_to_the_last<T: Real>(&self, tape: &mut Tape<'_, T>, mut x: Var) -> (&Linear, Var) {
        let (last, others) = self.layers.split_last().expect("there are at least two sizes");
        for layer in others {
            x = layer.forward(tape, x);
            x = self.activation.forward(tape, x);
        }
        (last, x)
    }
}
