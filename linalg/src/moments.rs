//! Mean and variance, number by number. Chapter: *Floating point, and where sums go wrong*.

use crate::real::Real;

/// The variance as a textbook has it, mean of the squares minus square of the mean: kept here to show what it does.
///
/// Both are nearly equal where the mean is far from 0, and their difference is what is left of their rounding errors. It can be negative.
///
/// ```
/// use linalg::moments::{Moments, variance_textbook};
///
/// let x = [1_000_000_000.0, 1_000_000_001.0, 1_000_000_002.0];
/// assert_eq!(variance_textbook(&x), 0.0); // two thirds
/// assert_eq!(Moments::of(&x).variance(), 2.0 / 3.0);
/// ```
///
/// Accuracy: the error is about n·u·mean². Relative to the variance that is n·u·(mean/deviation)².
///
/// Source: T. Chan, G. Golub, R. LeVeque, *Algorithms for computing the sample variance*, The American Statistician 37 (1983).
// ANCHOR: textbook
pub fn variance_textbook<T: Real>(x: &[T]) -> T {
    let (mut sum, mut squares) = (T::ZERO, T::ZERO);
    for &x in x {
        sum += x;
        squares += x * x;
    }
    let n = T::from_f64(x.len() as f64);
    squares / n - (sum / n) * (sum / n)
}
// ANCHOR_END: textbook

/// Count, mean and the sum of squared deviations of what was seen so far: one pass, nothing stored, nothing that cancels.
///
/// A new number moves the mean by its share of the distance, and adds the distance to the old mean times the distance to the new one;
/// both have the same sign, so the sum of squares never falls.
///
/// ```
/// use linalg::moments::Moments;
///
/// let mut m = Moments::of(&[1.0, 3.0]);
/// m.merge(Moments::of(&[5.0, 7.0])); // another worker's
/// assert_eq!((m.count(), m.mean(), m.variance()), (4, 4.0, 5.0));
/// ```
///
/// Cost: 4 additions, a multiplication and a division a number.
///
/// Accuracy: the variance is off by about n·u·(mean/deviation) of itself, in place of the square of that ratio.
///
/// Source: B. Welford, *Note on a method for calculating corrected sums of squares and products*, Technometrics 4 (1962);
/// merging: T. Chan, G. Golub, R. LeVeque, Stanford report CS-79-773 (1979).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments<T> {
    count: u64,
    mean: T,
    squares: T,
}

impl<T: Real> Moments<T> {
    /// Of all numbers of a slice.
    pub fn of(x: &[T]) -> Self {
        let mut moments = Moments::default();
        for &x in x {
            moments.push(x);
        }
        moments
    }

    // ANCHOR: moments
    /// One more number.
    pub fn push(&mut self, x: T) {
        self.count += 1;
        let before = x - self.mean;
        self.mean += before / T::from_f64(self.count as f64);
        self.squares += before * (x - self.mean);
    }

    /// The numbers that somebody else has seen.
    pub fn merge(&mut self, other: Self) {
        if self.count == 0 || other.count == 0 {
            *self = if self.count == 0 { other } else { *self };
            return;
        }
        let [a, b] = [self.count, other.count].map(|n| T::from_f64(n as f64));
        let apart = other.mean - self.mean;
        let share = b / (a + b);
        self.count += other.count;
        self.mean += apart * share;
        self.squares += other.squares + apart * apart * a * share;
    }
    // ANCHOR_END: moments

    /// How many numbers there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; 0 of none.
    pub fn mean(&self) -> T {
        self.mean
    }

    /// The mean of the squared deviations from the mean, never negative; NaN of none.
    pub fn variance(&self) -> T {
        self.squares / T::from_f64(self.count as f64)
    }
}
