//! The definition: a loop for every letter.

use crate::real::Real;
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::view::View;

// ANCHOR: plain
/// Every operand gets a label over *all* letters. One that it lacks has stride 0, so that stepping along it goes nowhere; one that it
/// has twice has the sum of both strides, so that stepping along it follows the diagonal.
fn label<T>(letters: usize, operand: &View<'_, T>, axes: &[usize]) -> Vec<usize> {
    let mut strides = vec![0; letters];
    for (&letter, stride) in axes.iter().zip(operand.strides()) {
        strides[letter] += stride;
    }
    strides
}

/// Result\[first letters\] = Σ over the other letters of the product of all operands.
///
/// `lengths`: of every letter. `kept`: how many of them, from the first on, are the axes of the result. `axes`: the letters of each
/// operand's axes.
pub(super) fn sum_of_products<T: Real>(
    lengths: &[usize],
    kept: usize,
    operands: &[View<'_, T>],
    axes: &[&[usize]],
) -> Tensor<T> {
    let (outer, inner) = lengths.split_at(kept);
    let shape = Shape::new(outer);
    let labels: Vec<Vec<usize>> =
        operands.iter().zip(axes).map(|(v, axes)| label(lengths.len(), v, axes)).collect();
    let mut data = Vec::with_capacity(shape.len());
    let mut index = vec![0; lengths.len()];
    for _ in 0..shape.len() {
        let mut sum = T::ZERO;
        for _ in 0..inner.iter().product() {
            let mut product = T::ONE;
            for (operand, strides) in operands.iter().zip(&labels) {
                let address: usize = index.iter().zip(strides).map(|(i, s)| i * s).sum();
                product *= operand.data()[address];
            }
            sum += product;
            advance(&mut index[kept..], inner);
        }
        data.push(sum);
        advance(&mut index[..kept], outer);
    }
    Tensor::new(shape, data)
}
// ANCHOR_END: plain

/// The next index, the last axis turning fastest; after the last one, the first again.
fn advance(index: &mut [usize], lengths: &[usize]) {
    for (i, n) in index.iter_mut().zip(lengths).rev() {
        *i += 1;
        if *i < *n {
            return;
        }
        *i = 0;
    }
}
