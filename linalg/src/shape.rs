//! Shapes: how long each axis is, and nothing else. Chapter: *Tensors and matmul*.

use std::fmt;
use std::ops::Deref;

/// The largest number of axes a tensor may have. (batch, head, time, channel) are four; six leave room.
pub const MAX_RANK: usize = 6;

/// The lengths of a tensor's axes, outermost first, stored inline.
///
/// A `Shape` is `Copy` and lives on the stack: asking for a shape never allocates.
///
/// ```
/// use linalg::Shape;
///
/// let shape = Shape::new(&[2, 3, 4]);
/// assert_eq!(shape.len(), 24); // elements
/// assert_eq!(shape.rank(), 3); // axes
/// assert_eq!(shape[1], 3);
/// assert_eq!(shape.strides(), [12, 4, 1, 0, 0, 0]);
/// assert_eq!(shape.to_string(), "[2, 3, 4]");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Shape {
    rank: u8,
    dims: [usize; MAX_RANK],
}

impl Shape {
    /// A shape with the given axis lengths. `&[]` is the shape of a single number.
    ///
    /// # Panics
    /// If there are more than [`MAX_RANK`] axes, or more elements than an address can count: the product of the
    /// lengths (of those that are not 0) must not exceed `isize::MAX`. After this check no stride, no length and no
    /// address inside a shape can overflow.
    #[track_caller]
    pub fn new(dims: &[usize]) -> Self {
        assert!(
            dims.len() <= MAX_RANK,
            "shape {dims:?} has {} axes; at most {MAX_RANK} are supported",
            dims.len()
        );
        let mut shape = Shape { rank: dims.len() as u8, dims: [0; MAX_RANK] };
        shape.dims[..dims.len()].copy_from_slice(dims);
        // Zeros are left out, or [usize::MAX, usize::MAX, 0] would slip through and its strides overflow.
        let most = dims.iter().filter(|&&n| n != 0).try_fold(1_usize, |most, &n| most.checked_mul(n));
        assert!(
            most.is_some_and(|most| isize::try_from(most).is_ok()),
            "shape {dims:?} has more elements than an address can count"
        );
        shape
    }

    /// The number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.rank as usize
    }

    /// The axis lengths, outermost first.
    #[inline]
    pub fn dims(&self) -> &[usize] {
        &self.dims[..self.rank()]
    }

    /// The number of elements: the product of the axis lengths (1 for rank 0).
    ///
    /// It hides the `len` of the slice that a shape dereferences to; that one is [`Self::rank`].
    #[inline]
    pub fn len(&self) -> usize {
        self.dims().iter().product()
    }

    /// Whether there is no element: some axis has length 0.
    ///
    /// ```
    /// use linalg::Shape;
    ///
    /// assert!(Shape::new(&[3, 0]).is_empty());
    /// assert!(!Shape::new(&[]).is_empty()); // a single number
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.dims().contains(&0)
    }

    /// Row-major strides: how many elements to step over when an index grows by one.
    ///
    /// stride\[i\] = Π dims\[i+1..\]; the last axis is contiguous. Unused places are 0.
    pub fn strides(&self) -> [usize; MAX_RANK] {
        let mut strides = [0; MAX_RANK];
        let mut step = 1;
        for axis in (0..self.rank()).rev() {
            strides[axis] = step;
            step *= self.dims[axis];
        }
        strides
    }

    /// The shape that two operands broadcast to, or `None` where they do not.
    ///
    /// Axes are aligned at the *right*; of each aligned pair the lengths must be equal or one of them 1 (which is
    /// stretched, also to 0); a missing axis counts as 1. NumPy's rule
    /// (<https://numpy.org/doc/stable/user/basics.broadcasting.html>).
    ///
    /// ```
    /// use linalg::Shape;
    ///
    /// let s = |d: &[usize]| Shape::new(d);
    /// assert_eq!(s(&[4, 1, 3]).broadcast(s(&[2, 1])), Some(s(&[4, 2, 3])));
    /// assert_eq!(s(&[0]).broadcast(s(&[1])), Some(s(&[0])));
    /// assert_eq!(s(&[2]).broadcast(s(&[2, 3])), None);
    /// ```
    ///
    /// # Panics
    /// If the shapes fit but the result has too many elements (see [`Shape::new`]).
    // ANCHOR: broadcast
    #[track_caller]
    pub fn broadcast(self, other: Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let mut dims = [1; MAX_RANK];
        for i in 1..=rank {
            // i counts from the right; an axis that one of them lacks has length 1
            let length = |s: &Shape| s.rank().checked_sub(i).map_or(1, |axis| s.dims[axis]);
            dims[rank - i] = match (length(&self), length(&other)) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => return None,
            };
        }
        Some(Shape::new(&dims[..rank]))
    }
    // ANCHOR_END: broadcast
}

impl Deref for Shape {
    type Target = [usize];
    #[inline]
    fn deref(&self) -> &[usize] {
        self.dims()
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    #[track_caller]
    fn from(dims: [usize; N]) -> Self {
        Shape::new(&dims)
    }
}

impl From<&[usize]> for Shape {
    #[track_caller]
    fn from(dims: &[usize]) -> Self {
        Shape::new(dims)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.dims())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.dims())
    }
}
