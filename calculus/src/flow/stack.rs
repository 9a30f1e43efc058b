//! A stack of layers at its start: the Jacobian of each layer by hand, and the gradients by the tape. Chapter: *The flow of gradients*.

use crate::check::uniform;
use crate::tape::{Arena, Grads, Params, Tape, Var};
use linalg::{Mat, Real, norm2};
use std::f64::consts::TAU;

/// What stands behind the matrix of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// max(0, z).
    Relu,
    /// tanh z.
    Tanh,
    /// 1/(1 + e⁻ᶻ).
    Sigmoid,
}

impl Activation {
    /// All four.
    pub const ALL: [Activation; 4] =
        [Activation::Linear, Activation::Relu, Activation::Tanh, Activation::Sigmoid];

    /// φ(z).
    pub fn value(self, z: f64) -> f64 {
        match self {
            Activation::Linear => z,
            Activation::Relu => z.max_nan(0.0),
            Activation::Tanh => z.tanh(),
            Activation::Sigmoid => 1.0 / (1.0 + (-z).exp()),
        }
    }

    /// φ′(z); 0 at the kink of the ReLU, as the tape has it.
    pub fn slope(self, z: f64) -> f64 {
        match self {
            Activation::Linear => 1.0,
            Activation::Relu => f64::from(u8::from(z > 0.0)),
            Activation::Tanh => 1.0 - z.tanh().powi(2),
            Activation::Sigmoid => self.value(z) * self.value(-z),
        }
    }

    pub(super) fn on<T: Real>(self, tape: &mut Tape<'_, T>, z: Var) -> Var {
        match self {
            Activation::Linear => z,
            Activation::Relu => tape.relu(z),
            Activation::Tanh => tape.tanh(z),
            Activation::Sigmoid => tape.sigmoid(z),
        }
    }
}

/// What stands in front of the matrix of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// Nothing.
    None,
    /// (h − mean)/√(variance + ε).
    Layer,
    /// h/√(mean of squares + ε).
    Rms,
}

/// The ε of both norms, PyTorch's.
const EPS: f64 = 1e-5;

/// Layers at their start, before any training.
///
/// A layer is h ← φ(W·N(h)), or with a residual connection of scale s: h ← h + s·φ(W·N(h)). The entries of W are normal with standard
/// deviation gain/√width; N is a norm or nothing. No biases. All numbers depend on `seed` alone.
///
/// ```
/// use calculus::flow::{Activation, Stack};
///
/// let stack = Stack { depth: 48, gain: 0.8, activation: Activation::Tanh, ..Stack::default() };
/// let norms = stack.gradient_norms::<f64>();
/// assert_eq!(norms.len(), 49); // in front of each layer, and behind the last
/// assert!(norms[0] < 1e-4 * norms[48]); // 0.8⁴⁸ is 2e-5
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stack {
    /// The number of layers.
    pub depth: usize,
    /// Inputs and outputs of each.
    pub width: usize,
    /// The standard deviation of a weight, times √width.
    pub gain: f64,
    /// What stands behind each matrix.
    pub activation: Activation,
    /// What stands in front of each matrix.
    pub norm: Norm,
    /// `Some(s)`: the layer is s times as much, added to its input.
    pub residual: Option<f64>,
    /// Whether all layers have the same matrix: a recurrent network, unrolled.
    pub shared: bool,
    /// Which random numbers.
    pub seed: u64,
}

impl Default for Stack {
    /// 48 linear layers, 32 wide, of gain 1.
    fn default() -> Self {
        Stack {
            depth: 48,
            width: 32,
            gain: 1.0,
            activation: Activation::Linear,
            norm: Norm::None,
            residual: None,
            shared: false,
            seed: 1,
        }
    }
}

impl Stack {
    /// The matrix of a layer, counted from 0.
    pub fn weights(&self, layer: usize) -> Mat {
        let purpose = if self.shared { 1 } else { 1 + layer as u64 };
        let std = self.gain / (self.width as f64).sqrt();
        let normal = |i: usize| normal(self.seed, purpose, i as u64);
        Mat::from_fn(self.width, self.width, |i, j| std * normal(i * self.width + j))
    }

    /// What goes in: `width` standard normal numbers.
    pub fn input(&self) -> Vec<f64> {
        (0..self.width).map(|i| normal(self.seed, 0, i as u64)).collect()
    }

    /// A stand-in for the gradient of a loss behind the last layer: `width` more of them.
    pub fn cotangent(&self) -> Vec<f64> {
        (0..self.width).map(|i| normal(self.seed, 0, (self.width + i) as u64)).collect()
    }

    /// ∂(output)/∂(input) of each layer where the stack is at [`Stack::input`], first layer first.
    ///
    /// J = φ′(z)·W·N′(h), row i of W scaled by the slope of unit i; with a residual connection I + s·J. The norm's own Jacobian is
    /// N′ = (I − x̂x̂ᵀ/n)/r for the rms r and x̂ = h/r, and less the mean of each column for layer normalisation. Written out by hand: the
    /// tape is the judge of it, not its source.
    ///
    /// ```
    /// use calculus::flow::{Stack, pulled_back};
    /// use linalg::norm2;
    ///
    /// let stack = Stack { depth: 3, width: 4, ..Stack::default() };
    /// let by_hand = pulled_back(&stack.jacobians(), &stack.cotangent());
    /// let by_tape = stack.gradient_norms::<f64>();
    /// assert!((norm2(&by_hand[0]) - by_tape[0]).abs() < 1e-12);
    /// ```
    ///
    /// Cost: 4·depth·width² FLOP and depth·width² numbers.
    // ANCHOR: jacobians
    pub fn jacobians(&self) -> Vec<Mat> {
        let mut h = self.input();
        let n = self.width as f64;
        let layer = |layer| {
            let w = self.weights(layer);
            let (x, inverse) = self.normalised(&h);
            let z = w.matmul(&Mat::new([self.width, 1], x.clone())).into_data();
            let j = Mat::from_fn(self.width, self.width, |i, j| {
                let through_norm = match self.norm {
                    Norm::None => w[[i, j]],
                    Norm::Rms => (w[[i, j]] - z[i] * x[j] / n) * inverse,
                    Norm::Layer => (w[[i, j]] - w.row(i).iter().sum::<f64>() / n - z[i] * x[j] / n) * inverse,
                };
                let branch = self.activation.slope(z[i]) * through_norm;
                match self.residual {
                    None => branch,
                    Some(s) => f64::from(u8::from(i == j)) + s * branch,
                }
            });
            for (h, z) in h.iter_mut().zip(z) {
                *h = match self.residual {
                    None => self.activation.value(z),
                    Some(s) => *h + s * self.activation.value(z),
                };
            }
            j
        };
        (0..self.depth).map(layer).collect()
    }
    // ANCHOR_END: jacobians

    /// N(h), and one over the size that it divided by.
    fn normalised(&self, h: &[f64]) -> (Vec<f64>, f64) {
        let n = h.len() as f64;
        let mean = if self.norm == Norm::Layer { h.iter().sum::<f64>() / n } else { 0.0 };
        let inverse = match self.norm {
            Norm::None => 1.0,
            _ => 1.0 / (h.iter().map(|h| (h - mean).powi(2)).sum::<f64>() / n + EPS).sqrt(),
        };
        (h.iter().map(|h| (h - mean) * inverse).collect(), inverse)
    }

    /// ‖∂L/∂h‖ in front of each layer and behind the last, by the tape, in the format `T`; L is the last h times [`Stack::cotangent`].
    ///
    /// Cost: 6·depth·width² FLOP.
    pub fn gradient_norms<T: Real>(&self) -> Vec<f64> {
        self.gradients::<T>(1.0).iter().map(|g| norm2(g).to_f64()).collect()
    }

    /// ∂L/∂h in front of each layer and behind the last, by the tape, computed in `T` throughout; the loss is multiplied by `scale` before
    /// the walk back, as a *loss scale* does in mixed precision, and nothing is divided afterwards.
    // ANCHOR: gradients
    pub fn gradients<T: Real>(&self, scale: f64) -> Vec<Vec<T>> {
        let (params, mut arena) = (Params::new(), Arena::new());
        let mut tape = Tape::record(&params, &mut arena);
        let numbers = |x: &[f64], scale: f64| x.iter().map(|x| T::from_f64(x * scale)).collect::<Vec<T>>();
        let ones = tape.constant([self.width], &vec![T::ONE; self.width]);
        let mut h = tape.input([1, self.width], &numbers(&self.input(), 1.0));
        let mut all = vec![h];
        for layer in 0..self.depth {
            let w = tape.constant([self.width, self.width], &numbers(self.weights(layer).data(), 1.0));
            let x = match self.norm {
                Norm::None => h,
                Norm::Layer => tape.layernorm(h, ones, None, EPS),
                Norm::Rms => tape.rmsnorm(h, ones, EPS),
            };
            let z = tape.linear(x, w, None);
            let branch = self.activation.on(&mut tape, z);
            h = match self.residual {
                None => branch,
                Some(s) => {
                    let branch = tape.scale(branch, T::from_f64(s));
                    tape.add(h, branch)
                }
            };
            tape.retain(h); // or its gradient is not kept
            all.push(h);
        }
        tape.backward_with(h, &numbers(&self.cotangent(), scale), &mut Grads::like(&params));
        all.iter().map(|&h| tape.grad(h).to_vec()).collect()
    }
    // ANCHOR_END: gradients
}

/// The gradient in front of each layer and behind the last: g ← Jᵀ·g, from the last Jacobian to the first.
///
/// Cost: 2·width² FLOP a layer. No product of two matrices is ever formed: that is what makes reverse mode cheap.
///
/// # Panics
/// If the shapes do not match.
// ANCHOR: pulled_back
pub fn pulled_back(jacobians: &[Mat], cotangent: &[f64]) -> Vec<Vec<f64>> {
    let mut gradients = vec![cotangent.to_vec()];
    for j in jacobians.iter().rev() {
        let behind = &gradients[gradients.len() - 1];
        let g = Mat::new([1, behind.len()], behind.clone()).matmul(j); // gᵀ·J
        gradients.push(g.into_data());
    }
    gradients.reverse();
    gradients
}
// ANCHOR_END: pulled_back

/// A standard normal number that depends on its place alone: Box and Muller, *A Note on the Generation of Random Normal Deviates*, 1958.
pub(super) fn normal(seed: u64, purpose: u64, index: u64) -> f64 {
    let unit = |k: u64| f64::midpoint(uniform(seed, purpose, 2 * index + k), 1.0); // in [0, 1)
    (-2.0 * (1.0 - unit(0)).ln()).sqrt() * (TAU * unit(1)).cos()
}
