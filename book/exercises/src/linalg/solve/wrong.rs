//! Eliminations that people write.

use super::{Singular, Spec};
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Answer = Result<Vec<f64>, Singular>;

/// What can be different from the right elimination.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy)]
struct Way {
    /// Which row divides in column k.
    pivot: fn(&Mat, usize) -> usize,
    /// Whether this pivot means that the matrix is singular.
    singular: fn(f64) -> bool,
    /// From which column on rows are exchanged, given k.
    exchange_from: fn(usize) -> usize,
    exchange_b: bool,
    eliminate_b: bool,
    sign: f64,
    /// The factor is looked up again for every column of the row.
    factor_again: bool,
    /// The last column that back substitution subtracts, given n.
    known: fn(usize) -> usize,
    /// The order in which the unknowns are substituted.
    upwards: bool,
}

fn largest(a: &Mat, k: usize) -> usize {
    (k..a.rows()).fold(k, |p, i| if a[[i, k]].abs() > a[[p, k]].abs() { i } else { p })
}

const RIGHT: Way = Way {
    pivot: largest,
    singular: |pivot| pivot == 0.0,
    exchange_from: |_| 0,
    exchange_b: true,
    eliminate_b: true,
    sign: 1.0,
    factor_again: false,
    known: |n| n,
    upwards: true,
};

fn by(way: Way, a: &Mat, b: &[f64]) -> Answer {
    let (mut a, mut x, n) = (a.clone(), b.to_vec(), b.len());
    for k in 0..n {
        let pivot = (way.pivot)(&a, k);
        if (way.singular)(a[[pivot, k]]) {
            return Err(Singular);
        }
        for j in (way.exchange_from)(k)..n {
            (a[[k, j]], a[[pivot, j]]) = (a[[pivot, j]], a[[k, j]]);
        }
        if way.exchange_b {
            x.swap(k, pivot);
        }
        for i in k + 1..n {
            let factor = a[[i, k]] / a[[k, k]];
            for j in k..n {
                let factor = if way.factor_again { a[[i, k]] / a[[k, k]] } else { factor };
                let above = a[[k, j]];
                a[[i, j]] -= way.sign * factor * above;
            }
            if way.eliminate_b {
                x[i] -= way.sign * factor * x[k];
            }
        }
    }
    let order: Vec<usize> = if way.upwards { (0..n).rev().collect() } else { (0..n).collect() };
    for i in order {
        for j in i + 1..(way.known)(n) {
            x[i] -= a[[i, j]] * x[j];
        }
        x[i] /= a[[i, i]];
    }
    Ok(x)
}

/// The first row that has anything in column k, and row k if it has.
fn first_nonzero(a: &Mat, k: usize) -> usize {
    (k..a.rows()).find(|&i| a[[i, k]] != 0.0).unwrap_or(k)
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "no-pivot",
            |a, b| by(Way { pivot: |_, k| k, ..RIGHT }, a, b),
            "an elimination that divides by whatever is on the diagonal",
            "What does your first step do with [[0, 2], [4, 6]]?",
        )
        .or(|a, b| by(Way { pivot: |_, k| k, singular: |_| false, ..RIGHT }, a, b))
        .show("0 on the diagonal"),
        Wrong::new(
            "only-zeros",
            |a, b| by(Way { pivot: first_nonzero, ..RIGHT }, a, b),
            "an elimination that exchanges rows only where the diagonal is exactly 0",
            "How large are your factors when the pivot is 1e−17, and what is left of the other digits?",
        )
        .or(|a, b| by(Way { pivot: first_nonzero, singular: |_| false, ..RIGHT }, a, b))
        .show("1e−17 over 1"),
        Wrong::new(
            "pivot-signed-max",
            |a, b| {
                let pivot = |a: &Mat, k: usize| {
                    (k..a.rows()).fold(k, |p, i| if a[[i, k]] > a[[p, k]] { i } else { p })
                };
                by(Way { pivot, ..RIGHT }, a, b)
            },
            "an elimination whose pivot is the largest value",
            "Your search compared 1e−17 with −1: which of them can divide without harm?",
        )
        .or(|a, b| {
            let pivot =
                |a: &Mat, k: usize| (k..a.rows()).fold(k, |p, i| if a[[i, k]] > a[[p, k]] { i } else { p });
            by(Way { pivot, singular: |_| false, ..RIGHT }, a, b)
        })
        .show("1e−17 over −1"),
        Wrong::new(
            "pivot-from-top",
            |a, b| {
                let pivot = |a: &Mat, k: usize| {
                    (0..a.rows()).fold(0, |p, i| if a[[i, k]].abs() > a[[p, k]].abs() { i } else { p })
                };
                by(Way { pivot, ..RIGHT }, a, b)
            },
            "an elimination that looks for its pivot in finished rows too",
            "In step k, which rows have not been used as a pivot row yet?",
        ),
        Wrong::new(
            "rhs-not-swapped",
            |a, b| by(Way { exchange_b: false, ..RIGHT }, a, b),
            "an elimination that exchanges rows of A and leaves b as it is",
            "An equation has two sides. Which of yours moved?",
        ),
        Wrong::new(
            "rhs-not-eliminated",
            |a, b| by(Way { eliminate_b: false, ..RIGHT }, a, b),
            "an elimination that subtracts rows of A from each other, but not their right sides",
            "You subtracted one equation from another: what happened to the other side?",
        ),
        Wrong::new(
            "forward-only",
            |a, b| by(Way { known: |_| 0, ..RIGHT }, a, b),
            "an elimination that ends with a division by the diagonal",
            "After elimination, how many unknowns does the first equation have?",
        ),
        Wrong::new(
            "top-down",
            |a, b| by(Way { upwards: false, ..RIGHT }, a, b),
            "a back substitution that runs from the first unknown to the last",
            "Which equation of an upper triangle has only one unknown?",
        ),
        Wrong::new(
            "last-unknown-forgotten",
            |a, b| by(Way { known: |n| n.saturating_sub(1), ..RIGHT }, a, b),
            "a back substitution that never subtracts the last unknown",
            "When you look for the first unknown, which others are known already?",
        ),
        Wrong::new(
            "factor-read-late",
            |a, b| by(Way { factor_again: true, ..RIGHT }, a, b),
            "an elimination that computes a row's factor anew for every column",
            "After column k of a row has become 0, what is your factor for the next column?",
        ),
        Wrong::new(
            "adds",
            |a, b| by(Way { sign: -1.0, ..RIGHT }, a, b),
            "an elimination that adds the multiples of the pivot row",
            "Which number stands in column k below the pivot after your step?",
        ),
        Wrong::new(
            "half-exchanged",
            |a, b| by(Way { exchange_from: |k| k + 1, ..RIGHT }, a, b),
            "an elimination whose rows change places right of the pivot column only",
            "By which number does your step divide: the one that the search found?",
        ),
        Wrong::new(
            "threshold",
            |a, b| by(Way { singular: |pivot| pivot.abs() < 1e-12, ..RIGHT }, a, b),
            "an elimination that calls a matrix singular when a pivot is below 1e−12 or so",
            "Metres become picometres: does the matrix become singular?",
        )
        .or(|a, b| by(Way { singular: |pivot| pivot.abs() < 1e-10, ..RIGHT }, a, b))
        .or(|a, b| by(Way { singular: |pivot| pivot.abs() < 1e-9, ..RIGHT }, a, b))
        .or(|a, b| by(Way { singular: |pivot| pivot.abs() < f64::EPSILON, ..RIGHT }, a, b))
        .show("near 1e−150"),
        Wrong::new(
            "never-singular",
            |a, b| by(Way { singular: |_| false, ..RIGHT }, a, b),
            "an elimination that divides by a pivot of 0 and answers with infinities or NaN",
            "Every candidate for the pivot is 0: what can you answer?",
        )
        .show("one equation twice"),
        Wrong::new(
            "transposed",
            |a, b| by(RIGHT, &a.transpose(), b),
            "the solution of Aᵀ·x = b",
            "Is a[[i, j]] the factor of unknown i or of unknown j?",
        ),
        Wrong::new(
            "order-undone",
            |a, b| {
                // remembers the exchanges and undoes them in x, which never moved
                let mut x = by(RIGHT, a, b)?;
                let (mut work, n) = (a.clone(), b.len());
                let mut pivots = Vec::new();
                for k in 0..n {
                    let pivot = largest(&work, k);
                    for j in 0..n {
                        (work[[k, j]], work[[pivot, j]]) = (work[[pivot, j]], work[[k, j]]);
                    }
                    for i in k + 1..n {
                        let factor = work[[i, k]] / work[[k, k]];
                        for j in k..n {
                            let above = work[[k, j]];
                            work[[i, j]] -= factor * above;
                        }
                    }
                    pivots.push(pivot);
                }
                for k in (0..n).rev() {
                    x.swap(k, pivots[k]);
                }
                Ok(x)
            },
            "the right numbers, put back into the order in which the rows were",
            "You exchanged equations. Did any unknown get another name by that?",
        ),
        Wrong::new(
            "b-not-divided",
            |a, b| {
                let (mut a, mut x, n) = (a.clone(), b.to_vec(), b.len());
                for k in 0..n {
                    let pivot = largest(&a, k);
                    if a[[pivot, k]] == 0.0 {
                        return Err(Singular);
                    }
                    for j in 0..n {
                        (a[[k, j]], a[[pivot, j]]) = (a[[pivot, j]], a[[k, j]]);
                    }
                    x.swap(k, pivot);
                    // a one on the diagonal, for one side of the equation
                    let divisor = a[[k, k]];
                    for a in a.row_mut(k) {
                        *a /= divisor;
                    }
                    for i in k + 1..n {
                        let factor = a[[i, k]];
                        for j in k..n {
                            let above = a[[k, j]];
                            a[[i, j]] -= factor * above;
                        }
                        x[i] -= factor * x[k];
                    }
                }
                for i in (0..n).rev() {
                    for j in i + 1..n {
                        x[i] -= a[[i, j]] * x[j];
                    }
                }
                Ok(x)
            },
            "an elimination that divides rows of A by their pivots, but not their right sides",
            "Half of 2·x = 6 is x = … ?",
        ),
        Wrong::new(
            "searches-along-the-row",
            |a, b| {
                let pivot = |a: &Mat, k: usize| {
                    (k..a.cols()).fold(k, |p, j| if a[[k, j]].abs() > a[[k, p]].abs() { j } else { p })
                };
                by(Way { pivot, ..RIGHT }, a, b)
            },
            "an elimination that looks for the largest entry in a row, and then exchanges rows",
            "You exchange row k with another one. In which direction do their entries in column k lie?",
        )
        .or(|a, b| {
            let pivot = |a: &Mat, k: usize| {
                (k..a.cols()).fold(k, |p, j| if a[[k, j]].abs() > a[[k, p]].abs() { j } else { p })
            };
            by(Way { pivot, singular: |_| false, ..RIGHT }, a, b)
        }),
    ]
}
