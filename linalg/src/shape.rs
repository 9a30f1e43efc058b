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
    /// If there are more than [`MAX_RANK`] axes.
    #[track_caller]
    pub fn new(dims: &[usize]) -> Self {
        assert!(
            dims.len() <= MAX_RANK,
            "shape {dims:?} has {} axes; at most {MAX_RANK} are supported",
            dims.len()
        );
        let mut shape = Shape { rank: dims.len() as u8, dims: [0; MAX_RANK] };
        shape.dims[..dims.len()].copy_from_slice(dims);
        shape
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.rank as usize
    }

    /// The axis lengths, outermost first.
    pub fn dims(&self) -> &[usize] {
        &self.dims[..self.rank()]
    }

    /// The number of elements: the product of the axis lengths (1 for rank 0).
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.dims().iter().product()
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
    /// stretched, also to 0); a missing axis counts as 1. NumPy's rule.
    ///
    /// ```
    /// use linalg::Shape;
    ///
    /// let s = |d: &[usize]| Shape::new(d);
    /// assert_eq!(s(&[4, 1, 3]).broadcast(s(&[2, 1])), Some(s(&[4, 2, 3])));
    /// assert_eq!(s(&[0]).broadcast(s(&[1])), Some(s(&[0])));
    /// assert_eq!(s(&[2]).broadcast(s(&[2, 3])), None);
    /// ```
    pub fn broadcast(self, other: Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let mut out = Shape { rank: rank as u8, dims: [0; MAX_RANK] };
        for i in 0..rank {
            // i counts from the right
            let a = if i < self.rank() { self.dims[self.rank() - 1 - i] } else { 1 };
            let b = if i < other.rank() { other.dims[other.rank() - 1 - i] } else { 1 };
            out.dims[rank - 1 - i] = match (a, b) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => return None,
            };
        }
        Some(out)
    }
}

impl Deref for Shape {
    type Target = [usize];
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
