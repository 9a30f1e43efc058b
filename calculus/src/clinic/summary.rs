//! What a million numbers look like in one line, and their length. Chapter: *The gradient clinic*.

use crate::ops::elementwise::{PARALLEL, vectorise};
use crate::optim::clip::sum_of_squares;
use linalg::{Real, kernels, par};
use std::fmt;

/// Smallest, largest and length of a tensor's finite numbers, and how many are not.
///
/// ```
/// use calculus::clinic::Summary;
///
/// let s = Summary::of(&[3.0, 0.0, f64::NEG_INFINITY, -4.0]);
/// assert_eq!((s.min, s.max, s.norm, s.infinite), (-4.0, 3.0, 5.0, 1));
/// assert_eq!(s.to_string(), "-4.00 to 3.00, norm 5.00; 1 of 4 infinite");
/// ```
///
/// Cost: one pass, plainly written: it is for the moment when something is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many numbers there are.
    pub len: usize,
    /// The smallest finite one; +∞ if there is none.
    pub min: f64,
    /// The largest finite one; −∞ if there is none.
    pub max: f64,
    /// √Σ x² of the finite ones.
    pub norm: f64,
    /// How many are NaN.
    pub nan: usize,
    /// How many are ±∞.
    pub infinite: usize,
}

impl Summary {
    /// Of all numbers of a slice.
    pub fn of<T: Real>(x: &[T]) -> Self {
        let (mut min, mut max, mut squares) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
        let (mut nan, mut infinite) = (0, 0);
        for x in x.iter().map(|x| x.to_f64()) {
            if x.is_finite() {
                (min, max, squares) = (min.min(x), max.max(x), squares + x * x);
            } else if x.is_nan() {
                nan += 1;
            } else {
                infinite += 1;
            }
        }
        Summary { len: x.len(), min, max, norm: squares.sqrt(), nan, infinite }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { len, min, max, norm, nan, infinite } = *self;
        if nan + infinite < len {
            write!(f, "{} to {}, norm {}", short(min), short(max), short(norm))?;
        } else {
            write!(f, "no finite number")?;
        }
        for (count, what) in [(nan, "NaN"), (infinite, "infinite")] {
            if count > 0 {
                write!(f, "; {count} of {len} {what}")?;
            }
        }
        Ok(())
    }
}

/// Three significant digits: 0.0123, 61.4, 1.20e9.
pub(super) fn short(x: f64) -> String {
    match x.abs() {
        0.0 => "0".into(),
        1e-3..10.0 => format!("{x:.*}", if x.abs() < 0.1 { 4 } else { 2 }),
        10.0..1000.0 => format!("{x:.1}"),
        1000.0..1e6 => format!("{x:.0}"),
        size if size.is_finite() => format!("{x:.2e}"),
        _ => format!("{x}"),
    }
}

/// √Σ x², at the speed of memory: the one number that is taken of every tensor of a step that is examined.
///
/// Squares are summed by [`kernels::dot`] in pieces of 4096, and the pieces in `f64`. A piece whose squares overflow
/// or all but vanish in the tensor's own format is done again in `f64`, so the norm of finite numbers of an `f32`
/// tensor is finite.
// ANCHOR: norm
pub(super) fn norm<T: Real>(x: &[T]) -> f64 {
    const PIECE: usize = 4096;
    let piece = |x: &[T]| {
        let fast = kernels::dot(x, x).to_f64();
        if fast > 1e-30 && fast.is_finite() { fast } else { vectorise!(sum_of_squares(x)) }
    };
    // A fixed number of parts, added in order: the same bits with any number of threads.
    const PARTS: usize = 16;
    let size = x.len().div_ceil(PARTS).next_multiple_of(PIECE);
    let mut sums = [0.0; PARTS];
    par::for_each_chunk(&mut sums, 1, x.len() >= PARALLEL, |i, sum| {
        let part = &x[(i * size).min(x.len())..((i + 1) * size).min(x.len())];
        sum[0] = part.chunks(PIECE).map(piece).sum::<f64>();
    });
    sums.iter().sum::<f64>().sqrt()
}
// ANCHOR_END: norm

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_survives_what_a_sum_of_squares_does_not() {
        for (x, want) in [(1e30_f32, 1e30 * 100.0), (1e-30, 1e-28), (0.0, 0.0), (2.0, 200.0)] {
            let got = norm(&vec![x; 10_000]);
            assert!((got - want).abs() <= 1e-5 * want, "{x}: {got}");
        }
        assert_eq!(norm::<f64>(&[]), 0.0);
        assert!(norm(&[1.0, f64::NAN]).is_nan() && norm(&[1.0, f64::NEG_INFINITY]).is_infinite());
        let x: Vec<f32> = (0..300_000).map(|i| (i as f32).sin()).collect();
        let exact = x.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        assert!((norm(&x) / exact - 1.0).abs() < 1e-6);
    }

    #[test]
    fn three_digits_at_every_size() {
        let all = [0.0, 0.01234, 0.5, 3.25159, 61.44, 1234.5, 1.2e9, -5e-7, f64::INFINITY].map(short);
        assert_eq!(all, ["0", "0.0123", "0.50", "3.25", "61.4", "1234", "1.20e9", "-5.00e-7", "inf"]);
    }
}
