//! Where the weights begin: registering parameters under names, with their first values. Chapter: *A GPT in one sitting*.
//!
//! How large first values must be is derived in the chapter *Universal approximation*. Three kinds of matrices in a
//! transformer, three rules:
//!
//! | matrix | standard deviation | so that |
//! |---|---|---|
//! | table of embeddings | [`TABLE`] = 0.02 | the first loss is near ln(vocabulary): a model that knows nothing claims nothing |
//! | reads from the stream | [`reading`] = gain/√inputs | what was normalised to length 1 keeps it |
//! | writes to the stream | [`writing`] | all blocks together begin as loud as the embeddings that they add to |
//!
//! The last rule is worth most. GPT-2 begins every matrix with 0.02 and divides those that write by √(2·blocks). At width 768
//! that is about what these rules say. At width 128 its reading matrices begin four times too quiet: preset `nanogpt-cpu` on
//! "tiny Shakespeare", seed 1, ended with a held-out loss of 1.908; with these rules it ends with 1.738.

use approximation::gain::{Activation, critical};
use approximation::init::{fan_in_std, normal, residual_std};
use calculus::tape::{ParamId, Params};
use linalg::{Real, Shape, Tensor};
use std::f64::consts::SQRT_2;

/// The standard deviation of a table of embeddings, GPT-2's. Source: Radford et al. 2018, section 4.1.
pub const TABLE: f64 = 0.02;

/// The standard deviation of a matrix that reads what a normalisation gives it: 1/√inputs.
///
/// ```
/// assert!((nn::init::reading(256) - 1.0 / 16.0).abs() < 1e-12);
/// ```
pub fn reading(inputs: usize) -> f64 {
    fan_in_std(critical(Activation::Linear), inputs)
}

/// The standard deviation of a matrix that writes to the residual stream of a model of so many blocks.
///
/// A sum of n independent terms is √n times as long as one. So each of the 2·blocks branches begins with 1/√(2·blocks) of the
/// length of the stream that it is added to: √2·0.02 in each number, a token and a position.
///
/// ```
/// use approximation::gain::Activation;
///
/// let one = nn::init::writing(Activation::Linear, 256, 1);
/// assert!((one - 0.02 / 16.0).abs() < 1e-12); // √2·0.02/√256, over √2 for the two branches of the only block
/// assert!((nn::init::writing(Activation::Linear, 256, 4) - one / 2.0).abs() < 1e-12);
/// ```
pub fn writing(after: Activation, inputs: usize, blocks: usize) -> f64 {
    residual_std(SQRT_2 * TABLE * fan_in_std(critical(after), inputs), 2 * blocks)
}

/// Collects a model's parameters: names from scopes, first values from a seed.
///
/// The random numbers of a parameter depend on the seed and on its *name*. So a layer added to a model leaves the first
/// values of all others as they were.
///
/// ```
/// use nn::init::Builder;
///
/// let mut builder = Builder::<f32>::new(42);
/// let weight = builder.scope("block 0", |b| b.scope("mlp", |b| b.normal("up", [8, 2], 0.02)));
/// let params = builder.finish();
/// assert_eq!(params.entry(weight).name, "block 0/mlp/up");
/// assert!(params.view(weight).iter().all(|w| w.abs() < 0.2));
/// ```
#[derive(Clone, Debug)]
pub struct Builder<T> {
    params: Params<T>,
    path: String,
    seed: u64,
}

impl<T: Real> Builder<T> {
    /// No parameters yet.
    pub fn new(seed: u64) -> Self {
        Builder { params: Params::new(), path: String::new(), seed }
    }

    /// The parameters, in the order in which they were registered.
    pub fn finish(self) -> Params<T> {
        self.params
    }

    /// Registers everything that `build` registers under `name/`.
    pub fn scope<R>(&mut self, name: &str, build: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.path.len();
        self.path.push_str(name);
        self.path.push('/');
        let result = build(self);
        self.path.truncate(before);
        result
    }

    /// A weight matrix or table: normally distributed with mean 0. Weight decay applies to it.
    ///
    /// # Panics
    /// If the name is taken.
    #[track_caller]
    pub fn normal(&mut self, name: &str, shape: impl Into<Shape>, deviation: f64) -> ParamId {
        let name = format!("{}{name}", self.path);
        let values = normal(shape, deviation, self.seed, &format!("init {name}"));
        self.params.add(name, values, true)
    }

    /// A gain or a bias: the same number everywhere. Weight decay does not apply to it.
    ///
    /// # Panics
    /// If the name is taken.
    #[track_caller]
    pub fn constant(&mut self, name: &str, shape: impl Into<Shape>, value: f64) -> ParamId {
        let name = format!("{}{name}", self.path);
        self.params.add(name, Tensor::full(shape, T::from_f64(value)), false)
    }
}
