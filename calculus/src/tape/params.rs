//! Parameters in one flat named buffer, and gradients in another of the same layout. Chapter: *The tensor tape*.

use linalg::{Real, Shape, Tensor, View};
use std::ops::Range;

/// Names a parameter. A plain number: copy it, store it in your model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(u32);

impl ParamId {
    /// The place of the parameter in [`Params::entries`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What the flat buffer holds where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A name that is unique in its [`Params`], such as `block 3/attention/qkv`.
    pub name: String,
    /// The lengths of the axes.
    pub shape: Shape,
    /// Where the numbers lie in [`Params::values`].
    pub range: Range<usize>,
    /// Whether weight decay applies: yes for matrices, no for biases and gains (by the convention of GPT-2 and nanoGPT).
    pub decay: bool,
}

/// All parameters of a model: one buffer of numbers, and a list that says what lies where.
///
/// A model owns [`ParamId`]s, not tensors. That makes an optimiser one loop over [`Params::values_mut`], and a
/// checkpoint one list of [`Entry`] and one slice.
///
/// ```
/// use calculus::tape::Params;
/// use linalg::Tensor;
///
/// let mut params = Params::new();
/// let w = params.add("w", Tensor::from_rows(&[[1.0, 2.0], [3.0, 4.0]]), true);
/// let b = params.add("b", Tensor::zeros([2]), false);
/// assert_eq!(params.values(), [1.0, 2.0, 3.0, 4.0, 0.0, 0.0]);
/// assert_eq!(params.view(w)[[1, 0]], 3.0);
/// assert_eq!(params.find("b"), Some(b));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params<T> {
    values: Vec<T>,
    entries: Vec<Entry>,
}

impl<T: Real> Params<T> {
    /// No parameters yet.
    pub fn new() -> Self {
        Params { values: Vec::new(), entries: Vec::new() }
    }

    /// Appends a parameter with its initial value. `decay` says whether weight decay applies to it.
    ///
    /// # Panics
    /// If the name is taken.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value)] // an initial value has no further use
    pub fn add(&mut self, name: impl Into<String>, init: Tensor<T>, decay: bool) -> ParamId {
        let name = name.into();
        assert!(self.find(&name).is_none(), "there is a parameter named {name:?} already");
        let start = self.values.len();
        self.values.extend_from_slice(init.data());
        self.entries.push(Entry { name, shape: init.shape(), range: start..self.values.len(), decay });
        ParamId(self.entries.len() as u32 - 1)
    }

    /// How many numbers there are in all.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// All numbers, in the order in which the parameters were added.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All numbers, to be written: what an optimiser does.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// All numbers, to be written, and what lies where.
    pub(crate) fn split_mut(&mut self) -> (&mut [T], &[Entry]) {
        (&mut self.values, &self.entries)
    }

    /// What lies where.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Name, shape and place of one parameter.
    pub fn entry(&self, id: ParamId) -> &Entry {
        &self.entries[id.index()]
    }

    /// One parameter.
    pub fn view(&self, id: ParamId) -> View<'_, T> {
        let entry = self.entry(id);
        View::new(&self.values[entry.range.clone()], entry.shape)
    }

    /// The numbers of one parameter, to be written.
    pub fn get_mut(&mut self, id: ParamId) -> &mut [T] {
        let range = self.entries[id.index()].range.clone();
        &mut self.values[range]
    }

    /// The parameter of that name.
    pub fn find(&self, name: &str) -> Option<ParamId> {
        self.entries.iter().position(|e| e.name == name).map(|i| ParamId(i as u32))
    }

    /// All parameters, in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = ParamId> + use<T> {
        (0..self.entries.len() as u32).map(ParamId)
    }

    /// The same parameters in another type of number: f32 to f64 to check a model, f64 to dual numbers to differentiate
    /// its gradient. `f` gets the place in the flat buffer and the number.
    ///
    /// ```
    /// use calculus::tape::Params;
    /// use linalg::Tensor;
    ///
    /// let mut params = Params::new();
    /// params.add("w", Tensor::from_rows(&[[0.5_f32, 2.0]]), true);
    /// let precise: Params<f64> = params.map(|_, x| f64::from(x));
    /// assert_eq!(precise.values(), [0.5_f64, 2.0]);
    /// ```
    pub fn map<U: Real>(&self, mut f: impl FnMut(usize, T) -> U) -> Params<U> {
        Params {
            values: self.values.iter().enumerate().map(|(i, &x)| f(i, x)).collect(),
            entries: self.entries.clone(),
        }
    }
}

/// The gradient with respect to all parameters: the same length and layout as [`Params`].
///
/// [`Tape::backward`](super::Tape::backward) *adds* to it, so that several small batches make one large one. Call
/// [`Grads::zero`] between steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grads<T> {
    values: Vec<T>,
}

impl<T: Real> Grads<T> {
    /// Zeros, as many as `params` has numbers.
    pub fn like(params: &Params<T>) -> Self {
        Grads { values: vec![T::ZERO; params.len()] }
    }

    /// All numbers, laid out as [`Params::entries`] says.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All numbers, to be written: what clipping does.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// The gradient of one parameter.
    pub fn view<'a>(&'a self, params: &Params<T>, id: ParamId) -> View<'a, T> {
        let entry = params.entry(id);
        View::new(&self.values[entry.range.clone()], entry.shape)
    }

    /// Forgets the last step.
    pub fn zero(&mut self) {
        self.values.fill(T::ZERO);
    }
}
