//! Tensors: numbers and a shape, owned. Chapter: *Tensors and matmul*.

use crate::gemm::gemm;
use crate::real::Real;
use crate::shape::Shape;
use crate::view::{View, ViewMut};
use std::ops::{Index, IndexMut};

/// A matrix is a tensor with two axes, in the precision one thinks in.
pub type Mat = Tensor<f64>;

/// An owned, row-major array of numbers.
///
/// The last axis is contiguous: element (i, j) of a matrix with n columns is `data[i·n + j]`. Copies happen only where
/// a method says so.
///
/// ```
/// use linalg::Tensor;
///
/// let a = Tensor::from_rows(&[[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(a[[1, 0]], 3.0);
/// assert_eq!(a.data(), [1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(a.matmul(&a).data(), [7.0, 10.0, 15.0, 22.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<T> {
    shape: Shape,
    data: Vec<T>,
}

impl<T> Tensor<T> {
    /// A tensor over numbers that are already there, in row-major order.
    ///
    /// # Panics
    /// If `data` does not hold exactly as many elements as `shape` wants.
    #[track_caller]
    pub fn new(shape: impl Into<Shape>, data: Vec<T>) -> Self {
        let shape = shape.into();
        assert!(
            data.len() == shape.len(),
            "shape {shape} wants {} elements, got {}",
            shape.len(),
            data.len()
        );
        Tensor { shape, data }
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The number of rows: the length of the first of two axes.
    ///
    /// # Panics
    /// If this is no matrix.
    #[track_caller]
    pub fn rows(&self) -> usize {
        assert!(self.shape.rank() == 2, "shape {} is not a matrix", self.shape);
        self.shape[0]
    }

    /// The number of columns: the length of the second of two axes.
    ///
    /// # Panics
    /// If this is no matrix.
    #[track_caller]
    pub fn cols(&self) -> usize {
        assert!(self.shape.rank() == 2, "shape {} is not a matrix", self.shape);
        self.shape[1]
    }

    /// All elements in row-major order.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// All elements in row-major order, to be written.
    pub fn data_mut(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The storage, without the shape.
    pub fn into_data(self) -> Vec<T> {
        self.data
    }

    /// The whole tensor as a view.
    pub fn view(&self) -> View<'_, T> {
        View::new(&self.data, self.shape)
    }

    /// The whole tensor as a view that may be written.
    pub fn view_mut(&mut self) -> ViewMut<'_, T> {
        ViewMut::new(&mut self.data, self.shape)
    }

    /// Row i of a matrix.
    ///
    /// # Panics
    /// If this is no matrix or has no row i.
    #[track_caller]
    pub fn row(&self, i: usize) -> &[T] {
        let (rows, cols) = (self.rows(), self.cols());
        assert!(i < rows, "row {i} is outside shape {}", self.shape);
        &self.data[i * cols..][..cols]
    }

    /// Row i of a matrix, to be written.
    ///
    /// # Panics
    /// If this is no matrix or has no row i.
    #[track_caller]
    pub fn row_mut(&mut self, i: usize) -> &mut [T] {
        let (rows, cols) = (self.rows(), self.cols());
        assert!(i < rows, "row {i} is outside shape {}", self.shape);
        &mut self.data[i * cols..][..cols]
    }

    /// The same numbers in the same order under another shape. A reshape moves nothing, so it cannot transpose.
    ///
    /// # Panics
    /// If the number of elements would change.
    #[track_caller]
    #[must_use]
    pub fn reshape(self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        assert!(self.shape.len() == shape.len(), "cannot reshape {} to {shape}", self.shape);
        Tensor { shape, data: self.data }
    }
}

impl<T: Copy> Tensor<T> {
    /// A tensor with the same number everywhere.
    ///
    /// # Panics
    /// If the shape wants more bytes than an address can count.
    #[track_caller]
    pub fn full(shape: impl Into<Shape>, value: T) -> Self {
        let shape = shape.into();
        assert!(
            shape.len().checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok()),
            "shape {shape} wants {} elements of {} bytes: more than an address can count",
            shape.len(),
            size_of::<T>()
        );
        Tensor { shape, data: vec![value; shape.len()] }
    }

    /// A matrix from its rows.
    ///
    /// # Panics
    /// If the rows differ in length.
    #[track_caller]
    pub fn from_rows<R: AsRef<[T]>>(rows: &[R]) -> Self {
        let cols = rows.first().map_or(0, |r| r.as_ref().len());
        let mut data = Vec::with_capacity(rows.len() * cols);
        for (i, row) in rows.iter().enumerate() {
            let row = row.as_ref();
            assert!(row.len() == cols, "row {i} has {} entries, row 0 has {cols}", row.len());
            data.extend_from_slice(row);
        }
        Tensor { shape: Shape::new(&[rows.len(), cols]), data }
    }

    /// A matrix whose entry (i, j) is `f(i, j)`; `f` is called row by row.
    ///
    /// ```
    /// use linalg::Mat;
    ///
    /// let hilbert = Mat::from_fn(2, 3, |i, j| 1.0 / (i + j + 1) as f64);
    /// assert_eq!(hilbert.row(1), [1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0]);
    /// ```
    #[track_caller]
    pub fn from_fn(rows: usize, cols: usize, mut f: impl FnMut(usize, usize) -> T) -> Self {
        let shape = Shape::new(&[rows, cols]);
        let mut data = Vec::with_capacity(shape.len());
        for i in 0..rows {
            data.extend((0..cols).map(|j| f(i, j)));
        }
        Tensor { shape, data }
    }

    /// A new tensor of the same shape with `f` applied to every element.
    #[must_use]
    pub fn map<U>(&self, f: impl FnMut(T) -> U) -> Tensor<U> {
        Tensor { shape: self.shape, data: self.data.iter().copied().map(f).collect() }
    }

    /// `f` of two tensors, element by element, after broadcasting both to a common shape (see [`Shape::broadcast`]).
    ///
    /// # Panics
    /// If the shapes do not broadcast; the message names both and the caller's line.
    ///
    /// ```
    /// use linalg::Tensor;
    ///
    /// let batch = Tensor::from_rows(&[[1.0, 2.0], [3.0, 4.0]]);
    /// let bias = Tensor::new([2], vec![10.0, 20.0]);
    /// assert_eq!(batch.zip_with(&bias, |x, b| x + b).data(), [11.0, 22.0, 13.0, 24.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn zip_with<U: Copy, V>(&self, other: &Tensor<U>, mut f: impl FnMut(T, U) -> V) -> Tensor<V> {
        if self.shape == other.shape {
            // the common case: one plain loop, which the compiler can vectorise
            let data = self.data.iter().zip(&other.data).map(|(&x, &y)| f(x, y)).collect();
            return Tensor { shape: self.shape, data };
        }
        let Some(shape) = self.shape.broadcast(other.shape) else {
            panic!("shapes {} and {} do not broadcast", self.shape, other.shape)
        };
        let (a, b) = (self.view().broadcast_to(shape), other.view().broadcast_to(shape));
        Tensor { shape, data: a.iter().zip(b.iter()).map(|(&x, &y)| f(x, y)).collect() }
    }

    /// An owned transpose: a copy, in the new order. [`View::transpose`] relabels without one.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[track_caller]
    #[must_use]
    pub fn transpose(&self) -> Self {
        self.view().transpose().to_tensor()
    }
}

impl<T: Real> Tensor<T> {
    /// A tensor of zeros.
    #[track_caller]
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        Tensor::full(shape, T::ZERO)
    }

    /// The n×n identity matrix.
    #[track_caller]
    pub fn eye(n: usize) -> Self {
        Tensor::from_fn(n, n, |i, j| if i == j { T::ONE } else { T::ZERO })
    }

    /// The matrix product, C\[i,j\] = Σₖ A\[i,k\]·B\[k,j\].
    ///
    /// # Panics
    /// If the inner dimensions differ; the message names both shapes and the caller's line.
    #[track_caller]
    #[must_use]
    pub fn matmul(&self, other: &Tensor<T>) -> Tensor<T> {
        let (a, b) = (self.shape, other.shape);
        assert!(a.rank() == 2 && b.rank() == 2 && a[1] == b[0], "matmul: shapes {a} and {b} do not match");
        let mut c = Tensor::zeros([a[0], b[1]]);
        gemm(T::ONE, self.view(), other.view(), T::ZERO, c.view_mut());
        c
    }
}

impl<T, const N: usize> Index<[usize; N]> for Tensor<T> {
    type Output = T;
    #[track_caller]
    #[inline]
    fn index(&self, index: [usize; N]) -> &T {
        &self.data[self.address(index)]
    }
}

impl<T, const N: usize> IndexMut<[usize; N]> for Tensor<T> {
    #[track_caller]
    #[inline]
    fn index_mut(&mut self, index: [usize; N]) -> &mut T {
        let at = self.address(index);
        &mut self.data[at]
    }
}

impl<T> Tensor<T> {
    #[track_caller]
    #[inline]
    fn address<const N: usize>(&self, index: [usize; N]) -> usize {
        // By hand: where little is inlined, as in tests and in a learner's build, a chain of iterators makes dozens of calls an element.
        let dims = self.shape.dims();
        let (mut at, mut axis) = (0, 0);
        let known = dims.len() == N;
        while known && axis < N && index[axis] < dims[axis] {
            at = at * dims[axis] + index[axis]; // Horner's rule: (i·n₁ + j)·n₂ + k …
            axis += 1;
        }
        assert!(known && axis == N, "index {index:?} is outside shape {}", self.shape);
        at
    }
}
