//! Where the weights begin: registering parameters under names, with their first values. Chapter: *A GPT in one sitting*.
//!
//! How large the first values must be is derived in the chapter *Universal approximation*; see [`approximation::init`].

use approximation::init::{normal, residual_std};
use calculus::tape::{ParamId, Params};
use linalg::{Real, Shape, Tensor};

/// The standard deviation of a weight matrix before training.
///
/// Every matrix begins with 0.02, as in GPT-2. The matrices that write into the residual stream (two a block) begin with
/// 0.02/√(2·blocks): the stream is the sum of all that was written, and the variance of a sum of n independent terms grows
/// as n. Source: Radford et al. 2019, section 2.3; the same rule in nanoGPT's `model.py`.
///
/// ```
/// use nn::init::deviation;
///
/// assert_eq!(deviation(None), 0.02);
/// assert_eq!(deviation(Some(8)), 0.005); // 16 terms: a quarter each
/// ```
pub fn deviation(writes_to_residual_of: Option<usize>) -> f64 {
    match writes_to_residual_of {
        None => 0.02,
        Some(blocks) => residual_std(0.02, 2 * blocks),
    }
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
