//! Broadcasting: which shapes go together, and how a small tensor poses as a large one.
//!
//! The rule, as NumPy and PyTorch have it:
//!
//! * The axes of two shapes are aligned at the *right*. The shorter shape is filled up with axes of length 1 at the left.
//! * Two aligned lengths go together if they are equal, or if one of them is 1; that one is stretched to the other, which may be 0.
//! * If any pair does not, the shapes do not go together at all.
//!
//! `[4, 1, 3]` and `[2, 1]` give `[4, 2, 3]`. A shape without axes, `[]`, is that of a single number.

/// The shape that two shapes are broadcast to, or `None` if they do not go together.
pub fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    todo!("pair by pair, from the right")
}

/// The strides, one for each axis of `to`, with which a tensor of the given shape and strides is read as one of shape `to`.
///
/// Element (i, j, …) of the result lies at i·strides[0] + j·strides[1] + …, and nothing is copied: an axis that was stretched shows
/// the same numbers at each of its indices. It holds that `shape` and `to` are broadcast to `to`.
pub fn stretch(shape: &[usize], strides: &[usize], to: &[usize]) -> Vec<usize> {
    todo!("one stride for each axis of `to`")
}
