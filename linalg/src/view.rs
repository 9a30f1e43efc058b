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

/// One past the last address a view can reach; `None` if that is beyond all addresses.
fn extent(shape: &Shape, strides: &[usize; MAX_RANK]) -> Option<usize> {
    if shape.is_empty() {
        return Some(0);
    }
    shape.iter().zip(strides).try_fold(1_usize, |end, (n, s)| end.checked_add((n - 1).checked_mul(*s)?))
}

/// Row-major without gaps? An axis of length 1 is never stepped along, so its stride does not matter.
fn contiguous(shape: &Shape, strides: &[usize; MAX_RANK]) -> bool {
    let packed = shape.strides();
    shape.is_empty() || (0..shape.rank()).all(|axis| shape[axis] == 1 || strides[axis] == packed[axis])
}

// ANCHOR: address
#[track_caller]
#[inline]
fn address<const N: usize>(shape: &Shape, strides: &[usize; MAX_RANK], index: [usize; N]) -> usize {
    assert!(
        N == shape.rank() && index.iter().zip(shape.iter()).all(|(i, n)| i < n),
        "index {index:?} is outside shape {shape}"
    );
    index.iter().zip(strides).map(|(i, s)| i * s).sum()
}
// ANCHOR_END: address

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
        assert!(
            extent(&shape, &inline).is_some_and(|end| end <= data.len()),
            "shape {shape} with strides {strides:?} reaches beyond the {} elements of the slice",
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

    // ANCHOR: transpose
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
    // ANCHOR_END: transpose

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
        let start = if rest.is_empty() { 0 } else { i * self.strides[0] };
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
        let offset = if self.shape.is_empty() { 0 } else { start * self.strides[axis] };
        self.data = &self.data[offset..];
        self
    }

    /// How the storage is read, and how much of it is left: what [`ViewMut`] takes over.
    fn label(&self) -> (Shape, [usize; MAX_RANK], usize) {
        (self.shape, self.strides, self.data.len())
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
    ///
    /// ```
    /// use linalg::Tensor;
    ///
    /// let a = Tensor::from_rows(&[[1, 2, 3], [4, 5, 6]]);
    /// assert!(a.view().transpose().iter().eq(&[1, 4, 2, 5, 3, 6]));
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a T> + use<'a, T> {
        let View { data, shape, strides } = *self;
        let mut index = [0; MAX_RANK];
        let mut next = 0;
        (0..shape.len()).map(move |_| {
            let item = &data[next];
            // an odometer: the last axis turns fastest, and one that is full goes back to 0
            for axis in (0..shape.rank()).rev() {
                if index[axis] + 1 < shape[axis] {
                    index[axis] += 1;
                    next += strides[axis];
                    break;
                }
                next -= strides[axis] * index[axis];
                index[axis] = 0;
            }
            item
        })
    }
}

impl<T: Copy> View<'_, T> {
    /// An owned row-major copy: one pass over the elements, a single `memcpy` if they are in order already.
    pub fn to_tensor(&self) -> Tensor<T> {
        if let Some(slice) = self.as_slice() {
            return Tensor::new(self.shape, slice.to_vec());
        }
        let mut data = Vec::with_capacity(self.shape.len());
        self.append_to(&mut data);
        Tensor::new(self.shape, data)
    }

    /// Axis by axis down to the last one, which is a plain loop with one stride.
    fn append_to(self, out: &mut Vec<T>) {
        match (self.shape.dims(), self.strides()) {
            ([], _) => out.push(self.data[0]),
            (&[n], &[0]) => out.resize(out.len() + n, self.data[0]),
            (&[n], &[1]) => out.extend_from_slice(&self.data[..n]),
            (&[rows, n], &[stride, 1]) if stride >= n => {
                self.data.chunks(stride).take(rows).for_each(|row| out.extend_from_slice(&row[..n]));
            }
            (&[n], &[stride]) => out.extend(self.data.iter().step_by(stride).take(n)),
            (&[n, ..], _) => (0..n).for_each(|i| self.at(i).append_to(out)),
        }
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
///
/// ```
/// use linalg::{Tensor, View};
///
/// let mut a = Tensor::<f64>::zeros([2, 3]);
/// let ones = [1.0; 2];
/// a.view_mut().slice(1, 1, 3).assign(View::new(&ones, [2])); // broadcast over the rows
/// assert_eq!(a.data(), [0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
/// ```
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
    /// If the last element would lie outside the slice, or two elements could share an address. The test is the usual
    /// sufficient one: sorted by stride, each axis must step over all that the smaller ones span. It refuses a few
    /// interleavings that would be harmless, such as shape \[3, 2\] with strides \[2, 3\].
    #[track_caller]
    pub fn with_strides(data: &'a mut [T], shape: impl Into<Shape>, strides: &[usize]) -> Self {
        let view = View::with_strides(&*data, shape, strides);
        let (shape, strides) = (view.shape, view.strides);
        if shape.is_empty() {
            return ViewMut { data, shape, strides }; // no two elements, nothing to share
        }
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

    /// Whether the elements lie one after the other in row-major order.
    pub fn is_contiguous(&self) -> bool {
        contiguous(&self.shape, &self.strides)
    }

    /// The elements as a slice to be written, if they lie in row-major order.
    pub fn as_slice_mut(&mut self) -> Option<&mut [T]> {
        self.is_contiguous().then(|| &mut self.data[..self.shape.len()])
    }

    /// The same numbers with two axes exchanged. Nothing is copied.
    ///
    /// # Panics
    /// If an axis does not exist.
    #[track_caller]
    #[must_use]
    pub fn swap_axes(self, a: usize, b: usize) -> Self {
        let label = self.as_view().swap_axes(a, b).label();
        self.relabelled(label)
    }

    /// Rows become columns: the last two axes exchanged.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[track_caller]
    #[must_use]
    pub fn transpose(self) -> Self {
        let label = self.as_view().transpose().label();
        self.relabelled(label)
    }

    /// One entry of the outermost axis, as [`View::at`].
    ///
    /// # Panics
    /// If there is no axis, or `i` is outside it.
    #[track_caller]
    #[must_use]
    pub fn at(self, i: usize) -> Self {
        let label = self.as_view().at(i).label();
        self.relabelled(label)
    }

    /// The entries `start..end` of one axis, as [`View::slice`].
    ///
    /// # Panics
    /// If the axis does not exist or the range does not fit.
    #[track_caller]
    #[must_use]
    pub fn slice(self, axis: usize, start: usize, end: usize) -> Self {
        let label = self.as_view().slice(axis, start, end).label();
        self.relabelled(label)
    }

    /// The first `i` entries of the outermost axis, and the others: two views that may be written at the same time.
    ///
    /// ```
    /// use linalg::Mat;
    ///
    /// let mut a = Mat::zeros([3, 2]);
    /// let (mut above, mut below) = a.view_mut().split_rows(1);
    /// (above[[0, 1]], below[[0, 0]]) = (1.0, 2.0);
    /// assert_eq!(a.data(), [0.0, 1.0, 2.0, 0.0, 0.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If there are fewer entries, or if they do not lie one behind the other, as the rows of a transposed matrix.
    #[track_caller]
    pub fn split_rows(self, i: usize) -> (Self, Self) {
        let (shape, strides) = (self.shape, self.strides);
        assert!(shape.rank() > 0 && i <= shape[0], "split_rows: shape {shape} has no {i} rows");
        let furthest: usize =
            (1..shape.rank()).map(|axis| shape[axis].saturating_sub(1) * strides[axis]).sum();
        assert!(
            furthest < strides[0] || shape[0] < 2 || shape.is_empty(),
            "split_rows: the rows of shape {shape} with strides {:?} lie between one another",
            &strides[..shape.rank()]
        );
        let end = self.data.len();
        let (above, below) = self.data.split_at_mut(end.min(i * strides[0]));
        let with = |data, n| {
            let mut dims = [0; MAX_RANK];
            dims[..shape.rank()].copy_from_slice(&shape);
            dims[0] = n;
            ViewMut { data, shape: Shape::new(&dims[..shape.rank()]), strides }
        };
        (with(above, i), with(below, shape[0] - i))
    }

    /// Looks at the same numbers through a label that a [`View`] of them was given. Exchanging axes and leaving elements
    /// out keep what [`Self::with_strides`] made sure of: distinct elements have distinct addresses. (Broadcasting
    /// would not, so a `ViewMut` cannot do it.)
    fn relabelled(self, (shape, strides, len): (Shape, [usize; MAX_RANK], usize)) -> Self {
        let start = self.data.len() - len; // a view's storage always runs to the same end
        ViewMut { data: &mut self.data[start..], shape, strides }
    }
}

impl<T: Copy> ViewMut<'_, T> {
    /// Overwrites every element with that of `source`, which is broadcast to this shape.
    ///
    /// # Panics
    /// If the shape of `source` does not broadcast to this one; the message names both.
    #[track_caller]
    pub fn assign(&mut self, source: View<'_, T>) {
        let source = source.broadcast_to(self.shape);
        self.reborrow().fill_from(source);
    }

    fn fill_from(mut self, source: View<'_, T>) {
        match (self.shape.dims(), self.strides[0]) {
            ([0, ..], _) => {}
            // a single number, or one element along an axis whose stride therefore does not matter
            ([], _) | ([_], 0) => self.data[0] = source.data[0],
            ([_], stride) => {
                self.data.iter_mut().step_by(stride).zip(source.iter()).for_each(|(to, from)| *to = *from);
            }
            (&[n, ..], _) => (0..n).for_each(|i| self.reborrow().at(i).fill_from(source.at(i))),
        }
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
