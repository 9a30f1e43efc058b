//! Broadcasting: which shapes go together, and how a small tensor poses as a large one.

/// The shape that two shapes are broadcast to, or `None` if they do not go together.
///
/// `i` counts the axes from the right, where both shapes begin.
pub fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let length = |shape: &[usize], i: usize| if i < shape.len() { shape[shape.len() - 1 - i] } else { 1 };
    let mut common = Vec::with_capacity(rank);
    for i in (0..rank).rev() {
        common.push(match (length(a, i), length(b, i)) {
            (m, n) if m == n => m,
            (1, n) => n,
            (m, 1) => m,
            _ => return None,
        });
    }
    Some(common)
}

/// The strides, one for each axis of `to`, with which a tensor of the given shape and strides is read as one of shape `to`.
///
/// A step along a stretched axis goes nowhere.
pub fn stretch(shape: &[usize], strides: &[usize], to: &[usize]) -> Vec<usize> {
    let missing = to.len() - shape.len();
    let kept = |axis: usize| if shape[axis] == to[axis + missing] { strides[axis] } else { 0 };
    (0..to.len()).map(|axis| if axis < missing { 0 } else { kept(axis - missing) }).collect()
}
