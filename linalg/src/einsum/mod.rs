//! Sums of products, written down with names for axes. Chapter: *Tensor mechanics: shapes, strides, views*.
//!
//! | expression | what it is |
//! |---|---|
//! | `ij,jk->ik` | a matrix product |
//! | `bij,bjk->bik` | one for each entry of a batch |
//! | `bqhd,bkhd->bhqk` | the scores of attention, heads still inside the rows |
//! | `ij->ji` | a transpose |
//! | `ii->` | the sum of the diagonal |
//! | `i,j->ij` | every product of two vectors |
//! | `wk,k->w` | a convolution, if the first operand is [`View::windows`](crate::View::windows) |
//!
//! `parse.rs` reads the text, `plain.rs` is the definition in loops, `product.rs` finds the matrix product inside.

mod parse;
mod plain;
mod product;

use crate::error::Error;
use crate::real::Real;
use crate::tensor::Tensor;
use crate::view::View;

/// A sum of products over named axes: `"bij,bjk->bik"` is C\[b,i,k\] = Σⱼ A\[b,i,j\]·B\[b,j,k\].
///
/// Each operand gives every one of its axes a letter, in order. Axes with one letter go together, and have one length: a length of 1
/// is *not* stretched, so that nothing is broadcast that nobody named. A letter that the result lacks is summed over. A letter that
/// one operand has twice reads its diagonal. Spaces do not count.
///
/// ```
/// use linalg::{Einsum, Mat};
///
/// let a = Mat::from_rows(&[[1.0, 2.0], [3.0, 4.0]]);
/// let b = Mat::from_rows(&[[5.0, 6.0], [7.0, 8.0]]);
/// let (a, b) = (a.view(), b.view());
/// let einsum = |text: &str| Einsum::new(text);
/// assert_eq!(einsum("ij,jk->ik")?.run(&[a, b]).data(), [19.0, 22.0, 43.0, 50.0]);
/// assert_eq!(einsum("ij,ij->")?.run(&[a, b]).data(), [70.0]); // all products, summed
/// assert_eq!(einsum("ii->")?.run(&[a]).data(), [5.0]); // the trace
/// assert!(einsum("ij,jk->iq").unwrap_err().to_string().contains("no operand has the axis 'q'"));
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// The expression is text, and text comes from people: a bad one is an [`Error`]. Operands that do not fit are a mistake of the
/// program, and panic.
///
/// Source: the `einsum` of NumPy (<https://numpy.org/doc/stable/reference/generated/numpy.einsum.html>), without its ellipsis and
/// with the arrow required; the summation convention: A. Einstein, *Die Grundlage der allgemeinen Relativitätstheorie*, Annalen der
/// Physik 49 (1916), § 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Einsum {
    /// As it was written.
    expression: String,
    /// The letters: those of the result in its order, then those that are summed over. Axes below are numbers of letters.
    letters: Vec<char>,
    /// For each operand, the letter of each of its axes.
    operands: Vec<Vec<usize>>,
    /// How many of the letters the result has.
    kept: usize,
}

impl Einsum {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`Error::Einsum`] with the place and the reason: a character that is no letter, no arrow or two of them, an axis of the result
    /// that no operand has, or that the result has twice, or more than [`MAX_RANK`](crate::shape::MAX_RANK) axes in one place.
    pub fn new(expression: &str) -> Result<Self, Error> {
        parse::parse(expression)
    }

    /// The sum of products of the given operands, by matrix products wherever there are any inside.
    ///
    /// Operands are taken up from left to right, two at a time. Where the order matters, write the brackets: two calls.
    ///
    /// Cost: of two operands, 2 FLOP for each combination of the letters, at the speed of [`gemm`](crate::gemm()) if axes remain on both
    /// sides. An operand is copied only if its axes of the result, or its axes of the sum, do not [reshape](View::reshape)
    /// into one; the result is copied only if its order is not that of the product.
    ///
    /// Accuracy: that of a sum in some order: the error is at most about k·2⁻⁵³·Σ|a·b| for k products in `f64`.
    ///
    /// # Panics
    /// If the number of operands or an operand's number of axes is not that of the expression, or one letter has two lengths; the
    /// message names the letter and both shapes. If something in between has more than [`MAX_RANK`](crate::shape::MAX_RANK) axes.
    #[track_caller]
    #[must_use]
    pub fn run<T: Real>(&self, operands: &[View<'_, T>]) -> Tensor<T> {
        self.lengths(operands);
        product::run(self, operands)
    }

    /// The same by the definition alone: loops over all letters, an address for each operand. Slow, to be read and to check with.
    ///
    /// Cost: the product of the lengths of all letters, times the number of operands.
    ///
    /// # Panics
    /// As [`Self::run`].
    #[track_caller]
    #[must_use]
    pub fn run_plain<T: Real>(&self, operands: &[View<'_, T>]) -> Tensor<T> {
        let lengths = self.lengths(operands);
        let letters: Vec<&[usize]> = self.operands.iter().map(Vec::as_slice).collect();
        plain::sum_of_products(&lengths, self.kept, operands, &letters)
    }

    /// How long the axis of each letter is, after looking whether all operands agree.
    #[track_caller]
    fn lengths<T>(&self, operands: &[View<'_, T>]) -> Vec<usize> {
        let (text, wants) = (&self.expression, self.operands.len());
        assert!(operands.len() == wants, "einsum \"{text}\" has {wants} operands, got {}", operands.len());
        let mut found: Vec<Option<(usize, usize)>> = vec![None; self.letters.len()]; // (length, operand)
        for (nth, (operand, letters)) in operands.iter().zip(&self.operands).enumerate() {
            let shape = operand.shape();
            assert!(
                shape.rank() == letters.len(),
                "einsum \"{text}\": operand {nth} has {} letters and shape {shape}",
                letters.len()
            );
            for (&letter, &n) in letters.iter().zip(shape.iter()) {
                let &mut (length, first) = found[letter].get_or_insert((n, nth));
                assert!(
                    length == n,
                    "einsum \"{text}\": axis {} is {length} in operand {first} of shape {} and {n} in operand {nth} of shape {shape}",
                    self.letters[letter],
                    operands[first].shape()
                );
            }
        }
        found.into_iter().map(|length| length.expect("every letter stands in an operand").0).collect()
    }
}
