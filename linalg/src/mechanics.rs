//! More labels for the same memory: axes in any order, diagonals, every k-th entry, windows that overlap, and the reshape that can be
//! had without a copy. Chapter: *Tensor mechanics: shapes, strides, views*.
//!
//! Everything here is arithmetic on shape and strides. What no label can say is a copy, and a copy has to be asked for by name
//! ([`View::to_tensor`]).

use crate::shape::{MAX_RANK, Shape};
use crate::view::View;

impl<'a, T> View<'a, T> {
    /// The same numbers with the axes in another order: axis k of the result is axis `axes[k]` of this view. Nothing is copied.
    ///
    /// ```
    /// use linalg::Tensor;
    ///
    /// let heads = Tensor::new([2, 3, 4], (0..24).collect()); // (time, head, channel)
    /// let view = heads.view().permute(&[1, 0, 2]); // (head, time, channel)
    /// assert_eq!((view.shape().dims(), view.strides()), (&[3, 2, 4][..], &[4, 12, 1][..]));
    /// ```
    ///
    /// # Panics
    /// If `axes` is not each axis once.
    #[track_caller]
    #[must_use]
    pub fn permute(self, axes: &[usize]) -> Self {
        let rank = self.shape().rank();
        let once = (0..rank).all(|axis| axes.contains(&axis));
        assert!(axes.len() == rank && once, "{axes:?} are not the axes of shape {}, each once", self.shape());
        let pick = |from: &[usize]| axes.iter().map(|&axis| from[axis]).collect::<Vec<_>>();
        View::with_strides(self.data(), &pick(&self.shape())[..], &pick(self.strides()))
    }

    /// Where the indices of two axes are equal: both axes leave, and one that goes along the diagonal comes last. Nothing is copied,
    /// since a step along both is one step by the sum of their strides.
    ///
    /// ```
    /// use linalg::Mat;
    ///
    /// let a = Mat::from_rows(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert!(a.view().diagonal(0, 1).iter().eq(&[1.0, 5.0]));
    /// ```
    ///
    /// # Panics
    /// If there are no two such axes.
    // ANCHOR: diagonal
    #[track_caller]
    #[must_use]
    pub fn diagonal(self, a: usize, b: usize) -> Self {
        let shape = self.shape();
        assert!(a != b && a.max(b) < shape.rank(), "shape {shape} has no two axes {a} and {b}");
        let others = (0..shape.rank()).filter(|&axis| axis != a && axis != b);
        let (mut dims, mut strides): (Vec<_>, Vec<_>) =
            others.map(|axis| (shape[axis], self.strides()[axis])).unzip();
        dims.push(shape[a].min(shape[b]));
        strides.push(self.strides()[a] + self.strides()[b]);
        View::with_strides(self.data(), &dims[..], &strides)
    }
    // ANCHOR_END: diagonal

    /// Every k-th entry of an axis, the first included: NumPy's `a[::k]`.
    ///
    /// ```
    /// use linalg::View;
    ///
    /// assert!(View::new(&[0, 1, 2, 3, 4, 5, 6], [7]).step(0, 3).iter().eq(&[0, 3, 6]));
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist or k is 0.
    #[track_caller]
    #[must_use]
    pub fn step(self, axis: usize, k: usize) -> Self {
        let shape = self.shape();
        assert!(
            axis < shape.rank() && k > 0,
            "cannot take every {k}-th entry of axis {axis} of shape {shape}"
        );
        let (mut dims, mut strides) = (shape.to_vec(), self.strides().to_vec());
        dims[axis] = dims[axis].div_ceil(k);
        // of one entry the stride does not matter, and k times it might not exist
        strides[axis] = if dims[axis] > 1 { strides[axis] * k } else { 0 };
        View::with_strides(self.data(), &dims[..], &strides)
    }

    /// All runs of `length` neighbours along an axis: the axis now counts the windows, and a new last axis goes through one.
    ///
    /// Neighbouring windows share all their numbers but one, and still nothing is copied: both axes have the *same* stride.
    ///
    /// ```
    /// use linalg::View;
    ///
    /// let days = [1.0, 2.0, 4.0, 8.0, 16.0];
    /// let windows = View::new(&days, [5]).windows(0, 3);
    /// assert_eq!(windows.to_tensor().data(), [1.0, 2.0, 4.0, 2.0, 4.0, 8.0, 4.0, 8.0, 16.0]);
    /// assert_eq!(windows.strides(), [1, 1]);
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, `length` is 0 or beyond the axis, or there are [`MAX_RANK`] axes already.
    // ANCHOR: windows
    #[track_caller]
    #[must_use]
    pub fn windows(self, axis: usize, length: usize) -> Self {
        let shape = self.shape();
        assert!(
            axis < shape.rank() && (1..=shape[axis]).contains(&length),
            "no windows of {length} along axis {axis} of shape {shape}"
        );
        let (mut dims, mut strides) = (shape.to_vec(), self.strides().to_vec());
        dims[axis] -= length - 1;
        dims.push(length);
        strides.push(strides[axis]);
        View::with_strides(self.data(), &dims[..], &strides)
    }
    // ANCHOR_END: windows

    /// The fewest (length, stride) pairs, outermost first, that walk the same addresses in the same order.
    ///
    /// An axis of length 1 is never stepped along and drops out. Two neighbours become one where stepping along the outer is the
    /// same as running the inner one to its end: s₀ = n₁·s₁.
    ///
    /// ```
    /// use linalg::Tensor;
    ///
    /// let a = Tensor::new([2, 3, 4], vec![0; 24]);
    /// assert_eq!(a.view().runs(), [(24, 1)]);
    /// assert_eq!(a.view().slice(2, 0, 3).runs(), [(6, 4), (3, 1)]);
    /// ```
    // ANCHOR: runs
    pub fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::with_capacity(MAX_RANK);
        for (&n, &stride) in self.shape().iter().zip(self.strides()) {
            match runs.last_mut() {
                _ if n == 1 => {}
                Some((outer, step)) if *step == n * stride => (*outer, *step) = (*outer * n, stride),
                _ => runs.push((n, stride)),
            }
        }
        runs
    }
    // ANCHOR_END: runs

    /// The same numbers in the same order under another shape, or `None` where no strides can say it and the numbers would have to
    /// move.
    ///
    /// PyTorch's `view` fails where this gives `None`; its `reshape` copies there, and says nothing.
    ///
    /// ```
    /// use linalg::Tensor;
    ///
    /// let a = Tensor::new([4, 6], (0..24).collect());
    /// let part = a.view().slice(1, 0, 4); // four columns of six
    /// assert_eq!(part.reshape([4, 2, 2]).unwrap().strides(), [6, 2, 1]); // cutting an axis is always possible
    /// assert!(part.reshape([16]).is_none()); // one axis would need two strides
    /// assert!(a.view().transpose().reshape([24]).is_none());
    /// ```
    ///
    /// Cost: a few operations an axis.
    ///
    /// # Panics
    /// If the number of elements would change.
    // ANCHOR: reshape
    #[track_caller]
    #[must_use]
    pub fn reshape(self, shape: impl Into<Shape>) -> Option<Self> {
        let shape = shape.into();
        assert!(self.shape().len() == shape.len(), "cannot reshape {} to {shape}", self.shape());
        let mut strides = shape.strides();
        if shape.is_empty() {
            return Some(View::with_strides(self.data(), shape, &strides[..shape.rank()]));
        }
        let mut axis = shape.rank();
        // Innermost first: each run is cut into as many of the new axes as fill it exactly.
        for (mut left, mut step) in self.runs().into_iter().rev() {
            while left > 1 {
                axis -= 1;
                if left % shape[axis] != 0 {
                    return None; // this axis would begin in one run and end in the next
                }
                strides[axis] = step;
                step *= shape[axis];
                left /= shape[axis];
            }
        }
        Some(View::with_strides(self.data(), shape, &strides[..shape.rank()]))
    }
    // ANCHOR_END: reshape
}

// ANCHOR: line_loads
/// A model of a processor's cache, small enough to be read: it holds some lines of memory, and for a new one it drops that which was
/// not used for the longest time.
///
/// A real cache has less choice which line to drop, and memory that fetches ahead.
///
/// Source: R. Mattson et al., *Evaluation techniques for storage hierarchies*, IBM Systems Journal 9 (1970), for the model.
#[derive(Clone, Debug)]
pub struct LineCache {
    line: usize,
    kept: usize,
    /// The line that was used last is at the end.
    held: Vec<usize>,
}

impl LineCache {
    /// An empty cache with room for `kept` lines of `line` elements each.
    ///
    /// # Panics
    /// If either is 0.
    #[track_caller]
    pub fn new(line: usize, kept: usize) -> Self {
        assert!(line > 0 && kept > 0, "a cache of {kept} lines of {line} elements holds nothing");
        LineCache { line, kept, held: Vec::new() }
    }

    /// Reads one place; whether its line had to be delivered.
    pub fn read(&mut self, address: usize) -> bool {
        let wanted = address / self.line;
        let found = self.held.iter().position(|&line| line == wanted);
        if let Some(at) = found {
            self.held.remove(at);
        } else if self.held.len() == self.kept {
            self.held.remove(0);
        }
        self.held.push(wanted);
        found.is_none()
    }

    /// The lines that are held, the one that will be dropped next in front.
    pub fn held(&self) -> &[usize] {
        &self.held
    }
}

/// How many lines are delivered when a view is walked in the order of its indices, its first element at the beginning of a line.
///
/// ```
/// use linalg::{Tensor, mechanics::line_loads};
///
/// let a = Tensor::new([8, 8], vec![0.0; 64]);
/// assert_eq!(line_loads(&a.view(), 4, 2), 16); // each line once
/// assert_eq!(line_loads(&a.view().transpose(), 4, 2), 64); // dropped before its neighbours are asked for
/// assert_eq!(line_loads(&a.view().transpose(), 4, 8), 16); // room for a column of lines
/// ```
///
/// Cost: at most `kept` comparisons an element.
///
/// # Panics
/// If `line` or `kept` is 0.
#[track_caller]
pub fn line_loads<T>(view: &View<'_, T>, line: usize, kept: usize) -> usize {
    let mut cache = LineCache::new(line, kept);
    addresses(view).filter(|&address| cache.read(address)).count()
}
// ANCHOR_END: line_loads

/// Where each element lies, counted from the view's first, in the order of the indices.
///
/// ```
/// use linalg::{Tensor, mechanics::addresses};
///
/// let a = Tensor::new([2, 3], vec![0.0; 6]);
/// assert!(addresses(&a.view().transpose()).eq([0, 3, 1, 4, 2, 5]));
/// ```
pub fn addresses<T>(view: &View<'_, T>) -> impl Iterator<Item = usize> + use<T> {
    let (shape, strides) = (view.shape(), view.strides().to_vec());
    (0..shape.len()).map(move |mut nth| {
        let mut address = 0;
        for axis in (0..shape.rank()).rev() {
            address += nth % shape[axis] * strides[axis];
            nth /= shape[axis];
        }
        address
    })
}
