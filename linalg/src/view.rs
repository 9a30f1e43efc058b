//! Views: somebody else's numbers, seen through a shape and strides. Chapter: *Tensors and matmul*.
//!
//! Transposing, slicing and broadcasting change how an index becomes an address, never the numbers. So they cost nothing,
//! and the price is paid later, by whoever walks the memory in the wrong order.

use crate::shape::{MAX_RANK, Shape};
use crate::tensor::Tensor;
use std::ops::{Index, IndexMut};

/// Borrowed numbers with a shape and strides (counted in elements).
///
/// Element (i, j, …) lies at `data[i·stride₀ + j·stride₁ + …]`. A stride of 0 repeats: that is broadcasting.
///
/// ```
/// use linalg::{Tensor, View};
///
/// let a = Tensor::from_rows(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// let t = a.view().transpose();
/// assert_eq!(t.shape().dims(), [3, 2]);
/// assert_eq!(t[[2, 1]], 6.0);
/// assert_eq!(t.data().as_ptr(), a.data().as_ptr()); // nothing was copied
/// ```
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T> {
    data: &'a [T],
    shape: Shape,
    strides: [usize; MAX_RANK],
}

/// One past the last address a view can reach.
fn extent(shape: &Shape, strides: &[usize; MAX_RANK]) -> usize {
    if shape.len() == 0 {
        return 0;
    }
    1 + shape.iter().zip(strides).map(|(n, s)| (n - 1) * s).sum::<usize>()
}

fn contiguous(shape: &Shape, strides: &[usize; MAX_RANK]) -> bool {
    let packed = shape.strides();
    (0..shape.rank()).all(|axis| shape[axis] <= 1 || strides[axis] == packed[axis])
}

#[track_caller]
#[inline]
fn address<const N: usize>(shape: &Shape, strides: &[usize; MAX_RANK], index: [usize; N]) -> usize {
    assert!(
        N == shape.rank() && index.iter().zip(shape.iter()).all(|(i, n)| i < n),
        "index {index:?} is outside shape {shape}"
    );
    index.iter().zip(strides).map(|(i, s)| i * s).sum()
}

impl<'a, T> View<'a, T> {
    /// A row-major view of a whole slice.
    ///
    /// # Panics
    /// If the slice does not hold exactly `shape.len()` elements.
    #[track_caller]
    pub fn new(data: &'a [T], shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        assert!(
            data.len() == shape.len(),
            "shape {shape} wants {} elements, the slice has {}",
            shape.len(),
            data.len()
        );
        View { data, shape, strides: shape.strides() }
    }

    /// A view with explicit strides, one an axis.
    ///
    /// # Panics
    /// If an axis has no stride, or the last element would lie outside the slice.
    #[track_caller]
    pub fn with_strides(data: &'a [T], shape: impl Into<Shape>, strides: &[usize]) -> Self {
        let shape = shape.into();
        assert!(
            strides.len() == shape.rank(),
            "shape {shape} wants {} strides, got {strides:?}",
            shape.rank()
        );
        let mut inline = [0; MAX_RANK];
        inline[..strides.len()].copy_from_slice(strides);
        let end = extent(&shape, &inline);
        assert!(
            end <= data.len(),
            "shape {shape} with strides {strides:?} reaches element {end} of {}",
            data.len()
        );
        View { data, shape, strides: inline }
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The strides, one an axis, in elements.
    pub fn strides(&self) -> &[usize] {
        &self.strides[..self.shape.rank()]
    }

    /// The storage, from the view's first element on. Its order is the view's own only if [`Self::is_contiguous`].
    pub fn data(&self) -> &'a [T] {
        self.data
    }

    /// Whether the elements lie one after the other in row-major order.
    pub fn is_contiguous(&self) -> bool {
        contiguous(&self.shape, &self.strides)
    }

    /// The elements as a slice, if they lie in row-major order.
    pub fn as_slice(&self) -> Option<&'a [T]> {
        self.is_contiguous().then(|| &self.data[..self.shape.len()])
    }

    /// The same numbers with two axes exchanged. Nothing is copied.
    ///
    /// # Panics
    /// If an axis does not exist.
    #[track_caller]
    #[must_use]
    pub fn swap_axes(mut self, a: usize, b: usize) -> Self {
        let rank = self.shape.rank();
        assert!(a < rank && b < rank, "cannot swap axes {a} and {b} of shape {}", self.shape);
        let mut dims = [0; MAX_RANK];
        dims[..rank].copy_from_slice(&self.shape);
        dims.swap(a, b);
        self.strides.swap(a, b);
        self.shape = Shape::new(&dims[..rank]);
        self
    }

    /// Rows become columns: the last two axes exchanged.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[track_caller]
    #[must_use]
    pub fn transpose(self) -> Self {
        let rank = self.shape.rank();
        assert!(rank >= 2, "a transpose needs two axes, shape {} has {rank}", self.shape);
        self.swap_axes(rank - 2, rank - 1)
    }

    /// One entry of the outermost axis: row i of a matrix, sample i of a batch.
    ///
    /// # Panics
    /// If there is no axis, or `i` is outside it.
    #[track_caller]
    #[must_use]
    pub fn at(self, i: usize) -> Self {
        assert!(
            self.shape.rank() > 0 && i < self.shape[0],
            "index {i} is outside axis 0 of shape {}",
            self.shape
        );
        let rest = Shape::new(&self.shape[1..]);
        let mut strides = [0; MAX_RANK];
        strides[..rest.rank()].copy_from_slice(&self.strides[1..=rest.rank()]);
        let start = if rest.len() == 0 { 0 } else { i * self.strides[0] };
        View { data: &self.data[start..], shape: rest, strides }
    }

    /// The entries `start..end` of one axis.
    ///
    /// # Panics
    /// If the axis does not exist or the range does not fit.
    #[track_caller]
    #[must_use]
    pub fn slice(mut self, axis: usize, start: usize, end: usize) -> Self {
        let rank = self.shape.rank();
        assert!(
            axis < rank && start <= end && end <= self.shape[axis],
            "cannot slice {start}..{end} of axis {axis} of shape {}",
            self.shape
        );
        let mut dims = [0; MAX_RANK];
        dims[..rank].copy_from_slice(&self.shape);
        dims[axis] = end - start;
        self.shape = Shape::new(&dims[..rank]);
        let offset = if self.shape.len() == 0 { 0 } else { start * self.strides[axis] };
        self.data = &self.data[offset..];
        self
    }

    /// The view stretched to `shape`: axes of length 1, and missing ones, get stride 0. Nothing is copied.
    ///
    /// # Panics
    /// If the shapes do not broadcast; the message names both.
    #[track_caller]
    #[must_use]
    pub fn broadcast_to(self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        assert!(
            self.shape.broadcast(shape) == Some(shape),
            "shape {} does not broadcast to {shape}",
            self.shape
        );
        let mut strides = [0; MAX_RANK];
        let shift = shape.rank() - self.shape.rank();
        for axis in 0..self.shape.rank() {
            if self.shape[axis] == shape[axis + shift] {
                strides[axis + shift] = self.strides[axis];
            }
        }
        View { data: self.data, shape, strides }
    }

    /// All elements in row-major order of the *indices*, whatever the order in memory.
    pub fn iter(&self) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let View { data, shape, strides } = *self;
        let mut index = [0; MAX_RANK];
        let mut at = 0;
        (0..shape.len()).map(move |_| {
            let item = &data[at];
            // an odometer: the last axis turns fastest
            for axis in (0..shape.rank()).rev() {
                index[axis] += 1;
                at += strides[axis];
                if index[axis] < shape[axis] {
                    break;
                }
                at -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
            item
        })
    }
}

impl<T: Copy> View<'_, T> {
    /// An owned row-major copy.
    pub fn to_tensor(&self) -> Tensor<T> {
        Tensor::new(self.shape, self.iter().copied().collect())
    }
}

impl<T, const N: usize> Index<[usize; N]> for View<'_, T> {
    type Output = T;
    #[track_caller]
    fn index(&self, index: [usize; N]) -> &T {
        &self.data[address(&self.shape, &self.strides, index)]
    }
}

/// Like [`View`], but the numbers may be written. Two elements never share an address.
#[derive(Debug)]
pub struct ViewMut<'a, T> {
    data: &'a mut [T],
    shape: Shape,
    strides: [usize; MAX_RANK],
}

impl<'a, T> ViewMut<'a, T> {
    /// A row-major view of a whole slice.
    ///
    /// # Panics
    /// If the slice does not hold exactly `shape.len()` elements.
    #[track_caller]
    pub fn new(data: &'a mut [T], shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        assert!(
            data.len() == shape.len(),
            "shape {shape} wants {} elements, the slice has {}",
            shape.len(),
            data.len()
        );
        ViewMut { data, shape, strides: shape.strides() }
    }

    /// A view with explicit strides, one an axis.
    ///
    /// # Panics
    /// If the last element would lie outside the slice, or two elements could share an address (sorted by stride, each
    /// axis must step over all that the smaller ones span).
    #[track_caller]
    pub fn with_strides(data: &'a mut [T], shape: impl Into<Shape>, strides: &[usize]) -> Self {
        let view = View::with_strides(&*data, shape, strides);
        let (shape, strides) = (view.shape, view.strides);
        let mut axes: [(usize, usize); MAX_RANK] =
            std::array::from_fn(|i| if i < shape.rank() { (strides[i], shape[i]) } else { (0, 1) });
        axes.sort_unstable();
        let mut span = 0;
        for (stride, n) in axes {
            if n > 1 {
                assert!(
                    stride > span,
                    "strides {:?} of shape {shape} give two elements one address",
                    &strides[..shape.rank()]
                );
                span += (n - 1) * stride;
            }
        }
        ViewMut { data, shape, strides }
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The strides, one an axis, in elements.
    pub fn strides(&self) -> &[usize] {
        &self.strides[..self.shape.rank()]
    }

    /// The storage, from the view's first element on.
    pub fn data_mut(&mut self) -> &mut [T] {
        self.data
    }

    /// A shorter loan of the same view.
    pub fn reborrow(&mut self) -> ViewMut<'_, T> {
        ViewMut { data: self.data, shape: self.shape, strides: self.strides }
    }

    /// The same numbers, read only.
    pub fn as_view(&self) -> View<'_, T> {
        View { data: self.data, shape: self.shape, strides: self.strides }
    }

    /// The same numbers with two axes exchanged. Nothing is copied.
    ///
    /// # Panics
    /// If an axis does not exist.
    #[track_caller]
    #[must_use]
    pub fn swap_axes(self, a: usize, b: usize) -> Self {
        let swapped = View { data: &*self.data, shape: self.shape, strides: self.strides }.swap_axes(a, b);
        let (shape, strides) = (swapped.shape, swapped.strides);
        ViewMut { data: self.data, shape, strides }
    }

    /// Rows become columns: the last two axes exchanged.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[track_caller]
    #[must_use]
    pub fn transpose(self) -> Self {
        let rank = self.shape.rank();
        assert!(rank >= 2, "a transpose needs two axes, shape {} has {rank}", self.shape);
        self.swap_axes(rank - 2, rank - 1)
    }
}

impl<T, const N: usize> Index<[usize; N]> for ViewMut<'_, T> {
    type Output = T;
    #[track_caller]
    fn index(&self, index: [usize; N]) -> &T {
        &self.data[address(&self.shape, &self.strides, index)]
    }
}

impl<T, const N: usize> IndexMut<[usize; N]> for ViewMut<'_, T> {
    #[track_caller]
    fn index_mut(&mut self, index: [usize; N]) -> &mut T {
        &mut self.data[address(&self.shape, &self.strides, index)]
    }
}
