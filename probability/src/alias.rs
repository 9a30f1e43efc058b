//! The alias method: one of n outcomes in constant time. Chapter: *Softmax and sampling*.
//!
//! Pour the probabilities into n cells of equal size so that no cell holds more than two outcomes: its own and one
//! *alias*. A draw picks a cell and tosses its coin, whatever n is. Filling the cells costs n, once: worth it for many draws
//! from the same weights, such as corpus lines or negative samples, never for logits that change with every token.

use crate::Error;
use crate::categorical::check_uniform;
use crate::information::check_weights;
use crate::uniform;
use linalg::Real;
use rand::Rng;

/// A table for drawing from fixed weights.
///
/// ```
/// use probability::alias::Alias;
///
/// let table = Alias::new(&[1.0, 3.0])?;
/// // Cell 0 holds outcome 0 up to ½ and outcome 1 above; cell 1 is outcome 1 alone.
/// assert_eq!(table.from_uniform(0.2)?, 0);
/// assert_eq!(table.from_uniform(0.3)?, 1);
/// assert_eq!(table.from_uniform(0.7)?, 1);
/// # Ok::<(), probability::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// How much of a cell belongs to the outcome of its own number.
    own: Vec<f64>,
    /// To whom the rest belongs.
    alias: Vec<usize>,
}

impl Alias {
    /// Fills the cells: while some outcome has less than a cell's worth, the rest of its cell is given away by one that has
    /// more.
    ///
    /// Cost: O(n).
    ///
    /// Source: Vose, *A linear algorithm for generating random numbers with a given distribution*, IEEE Trans. Softw. Eng. 17
    /// (1991).
    ///
    /// # Errors
    /// No weights; a NaN or negative one; a sum of zero or infinity.
    pub fn new<T: Real>(weights: &[T]) -> Result<Self, Error> {
        let sum = check_weights(weights)?;
        let n = weights.len();
        // In units of a cell: these add up to n.
        let mut own: Vec<f64> = weights.iter().map(|w| w.to_f64() / sum * n as f64).collect();
        let mut alias: Vec<usize> = (0..n).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| own[i] < 1.0);
        while let (Some(&receiver), Some(&donor)) = (small.last(), large.last()) {
            small.pop();
            alias[receiver] = donor;
            own[donor] = (own[donor] + own[receiver]) - 1.0; // Vose's order: rounds least
            if own[donor] < 1.0 {
                large.pop();
                small.push(donor);
            }
        }
        // Only rounding leaves anybody over: their cells are full within an ε. A weight of 0 cannot be among them as
        // long as a donor is left; if all donors are used up, one of them is the safe alias.
        let heaviest =
            (0..n).max_by(|&a, &b| weights[a].to_f64().total_cmp(&weights[b].to_f64())).unwrap_or(0);
        for &i in &small {
            if weights[i] == T::ZERO {
                alias[i] = heaviest;
            } else {
                own[i] = 1.0;
            }
        }
        for &i in &large {
            own[i] = 1.0;
        }
        Ok(Alias { own, alias })
    }

    /// How many outcomes there are.
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// The outcome for a uniform number: u·n is the cell before the point and the coin after it.
    ///
    /// # Errors
    /// If u is outside [0, 1).
    #[inline]
    pub fn from_uniform(&self, u: f64) -> Result<usize, Error> {
        check_uniform(u)?;
        Ok(self.draw(u))
    }

    #[inline]
    fn draw(&self, u: f64) -> usize {
        let n = self.own.len();
        let place = u * n as f64;
        let cell = place as usize; // below n: for u at most 1 − 2⁻⁵³ the product never rounds up to n
        if place - (cell as f64) < self.own[cell] { cell } else { self.alias[cell] }
    }

    /// The next outcome.
    #[inline]
    pub fn sample(&self, rng: &mut impl Rng) -> usize {
        self.draw(uniform::sample(rng))
    }

    /// The probability of every outcome, read back from the cells.
    pub fn probabilities(&self) -> Vec<f64> {
        let mut p = vec![0.0; self.len()];
        for (cell, (&own, &alias)) in self.own.iter().zip(&self.alias).enumerate() {
            p[cell] += own;
            p[alias] += 1.0 - own;
        }
        p.iter().map(|p| p / self.len() as f64).collect()
    }
}
