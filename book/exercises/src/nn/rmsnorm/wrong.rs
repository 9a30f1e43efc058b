//! Normalisations that people write.

use super::Spec;
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn mean_square(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64
}

fn variance(x: &[f64]) -> f64 {
    let mean = mean(x);
    x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / x.len() as f64
}

/// Each number of a row divided by what `size` says of the row, times the gain of its column.
fn over(x: &Mat, gain: &[f64], size: impl Fn(&[f64]) -> f64) -> Mat {
    by_row(x, |row| {
        let size = size(row);
        row.iter().zip(gain).map(|(x, g)| g * x / size).collect()
    })
}

/// Each row replaced by what `f` makes of it.
fn by_row(x: &Mat, f: impl Fn(&[f64]) -> Vec<f64>) -> Mat {
    let mut y = x.clone();
    for t in 0..x.rows() {
        y.row_mut(t).copy_from_slice(&f(x.row(t)));
    }
    y
}

fn rms(x: &[f64], eps: f64) -> f64 {
    (mean_square(x) + eps).sqrt()
}

fn right(x: &Mat, gain: &[f64], eps: f64) -> Mat {
    over(x, gain, |row| rms(row, eps))
}

/// The length of a row that was divided by its largest size m, times m; eps is added in between.
fn scaled_with_eps(x: &[f64], eps: f64) -> f64 {
    let m = x.iter().fold(0.0, |m: f64, v| if v.is_nan() { *v } else { m.max(v.abs()) });
    let scaled: Vec<f64> = x.iter().map(|v| v / m).collect();
    m * rms(&scaled, eps)
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("no-gain", "no-eps", |x, _, _| over(x, &vec![1.0; x.cols()], |row| rms(row, 0.0))),
        Pair::new("no-gain", "sum-not-mean", |x, _, eps| {
            over(x, &vec![1.0; x.cols()], |row| (row.iter().map(|x| x * x).sum::<f64>() + eps).sqrt())
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "layernorm",
            |x, g, eps| {
                by_row(x, |row| {
                    let (mean, std) = (mean(row), (variance(row) + eps).sqrt());
                    row.iter().zip(g).map(|(x, g)| g * (x - mean) / std).collect()
                })
            },
            "a layer normalisation: the mean was subtracted",
            "What should become of a token whose numbers are all 2.5?",
        )
        .show("a constant token"),
        Wrong::new(
            "centred",
            |x, g, eps| {
                by_row(x, |row| {
                    let (mean, rms) = (mean(row), rms(row, eps));
                    row.iter().zip(g).map(|(x, g)| g * (x - mean) / rms).collect()
                })
            },
            "numbers without their mean, divided by the rms with it",
            "Where in the formula does a mean of x occur, without a square?",
        )
        .show("a constant token"),
        Wrong::new(
            "standard-deviation",
            |x, g, eps| over(x, g, |row| (variance(row) + eps).sqrt()),
            "numbers divided by their standard deviation",
            "A token whose numbers are all 2.5 has no deviation. Is it small?",
        )
        .or(|x, g, eps| over(x, g, |row| ((mean_square(row) - mean(row) * mean(row)) + eps).sqrt()))
        .show("a constant token"),
        Wrong::new(
            "sum-not-mean",
            |x, g, eps| over(x, g, |row| (row.iter().map(|x| x * x).sum::<f64>() + eps).sqrt()),
            "numbers divided by the length of their token",
            "If a token had twice as many channels, all of the same size: should each of its results become smaller?",
        ),
        Wrong::new(
            "mean-of-the-root",
            |x, g, eps| {
                over(x, g, |row| (row.iter().map(|x| x * x).sum::<f64>() + eps).sqrt() / row.len() as f64)
            },
            "numbers divided by length / d",
            "Does your mean stand under the root or outside it?",
        )
        .or(|x, g, eps| {
            over(x, g, |row| row.iter().map(|x| x * x).sum::<f64>().sqrt() / row.len() as f64 + eps)
        }),
        Wrong::new(
            "no-eps",
            |x, g, _| over(x, g, |row| rms(row, 0.0)),
            "a normalisation without eps",
            "What is the rms of a token of zeros?",
        )
        .or(|x, g, _| over(x, g, |row| if mean_square(row) == 0.0 { 1.0 } else { rms(row, 0.0) }))
        .show("near 1e−3"),
        Wrong::new(
            "no-root",
            |x, g, eps| over(x, g, |row| mean_square(row) + eps),
            "numbers divided by the mean of their squares",
            "If a token doubles, should its result halve?",
        ),
        Wrong::new(
            "eps-outside",
            |x, g, eps| over(x, g, |row| rms(row, 0.0) + eps),
            "a normalisation with eps behind the root",
            "Where the numbers are 0, how large is your denominator: eps or √eps?",
        )
        .show("near 1e−3"),
        Wrong::new(
            "eps-as-floor",
            |x, g, eps| over(x, g, |row| mean_square(row).max(eps).sqrt()),
            "a normalisation that uses eps where the mean is smaller than it, and nowhere else",
            "Does the formula choose between the mean and eps?",
        )
        .or(|x, g, eps| {
            let floor = |ms: f64| if ms < eps { eps } else { ms };
            over(x, g, |row| floor(mean_square(row)).sqrt())
        })
        .show("near 1e−3"),
        Wrong::new(
            "rms-floor",
            |x, g, eps| over(x, g, |row| rms(row, 0.0).max(eps)),
            "an rms that is never smaller than eps, and does not feel it otherwise",
            "Is eps a bound in the formula, or a summand?",
        )
        .show("near 1e−3"),
        Wrong::new(
            "eps-in-the-sum",
            |x, g, eps| {
                over(x, g, |row| ((row.iter().map(|x| x * x).sum::<f64>() + eps) / row.len() as f64).sqrt())
            },
            "a normalisation whose eps was divided by d as well",
            "Which is added first, eps or the division by d?",
        )
        .show("a large eps"),
        Wrong::new(
            "eps-to-each",
            |x, g, eps| {
                over(x, g, |row| {
                    (row.iter().map(|x| x * x + eps).sum::<f64>() + eps).sqrt() / (row.len() as f64).sqrt()
                })
            },
            "a normalisation that adds eps to every square, and once more",
            "How often does eps occur in the formula?",
        )
        .show("a large eps"),
        Wrong::new(
            "eps-squared",
            |x, g, eps| over(x, g, |row| (mean_square(row) + eps * eps).sqrt()),
            "a normalisation with the square of eps",
            "Is eps a size, or a mean of squares?",
        )
        .show("a large eps"),
        Wrong::new(
            "fixed-eps",
            |x, g, _| right(x, g, 1e-5),
            "a normalisation with one and the same eps, whatever was asked for",
            "Which argument does your result not depend on?",
        )
        .or(|x, g, _| right(x, g, 1e-6))
        .or(|x, g, _| right(x, g, 1e-8))
        .or(|x, g, _| right(x, g, 1e-12))
        .show("a large eps"),
        Wrong::new(
            "eps-behind",
            |x, g, eps| {
                by_row(x, |row| {
                    let rms = rms(row, 0.0);
                    row.iter().zip(g).map(|(x, g)| g * x / rms + eps).collect()
                })
            },
            "eps added to the result",
            "In what order does Rust compute a / b + c?",
        )
        .or(|x, g, eps| {
            by_row(x, |row| {
                let rms = rms(row, 0.0);
                row.iter().zip(g).map(|(x, g)| (x / rms + eps) * g).collect()
            })
        }),
        Wrong::new(
            "one-plus-gain",
            |x, g, eps| right(x, &g.iter().map(|g| 1.0 + g).collect::<Vec<_>>(), eps),
            "a normalisation that multiplies by 1 + gain, as models do that store gain − 1",
            "What should a gain of 0 leave of its channel?",
        )
        .show("gains of 1 and of 0"),
        Wrong::new(
            "no-gain",
            |x, _, eps| over(x, &vec![1.0; x.cols()], |row| rms(row, eps)),
            "a normalisation without gains",
            "Which argument does your result not depend on?",
        ),
        Wrong::new(
            "gain-first",
            |x, g, eps| {
                by_row(x, |row| {
                    let row: Vec<f64> = row.iter().zip(g).map(|(x, g)| g * x).collect();
                    let rms = rms(&row, eps);
                    row.iter().map(|x| x / rms).collect()
                })
            },
            "numbers that got their gains before they were normalised",
            "If all gains double, should the result stay the same?",
        ),
        Wrong::new(
            "gain-as-bias",
            |x, g, eps| {
                by_row(x, |row| {
                    let rms = rms(row, eps);
                    row.iter().zip(g).map(|(x, g)| x / rms + g).collect()
                })
            },
            "gains that were added",
            "What should become of a token of zeros?",
        )
        .show("a token of zeros"),
        Wrong::new(
            "gain-by-token",
            |x, g, eps| {
                let y = over(x, &vec![1.0; x.cols()], |row| rms(row, eps));
                Mat::from_fn(x.rows(), x.cols(), |t, j| y[[t, j]] * g[t])
            },
            "gains that belong to tokens instead of channels",
            "How many gains are there: as many as rows or as columns?",
        )
        .or(|x, g, eps| {
            let y = over(x, &vec![1.0; x.cols()], |row| rms(row, eps));
            Mat::from_fn(x.rows(), x.cols(), |t, j| y[[t, j]] * g[t % g.len()])
        }),
        Wrong::new(
            "over-tokens",
            |x, g, eps| {
                let size: Vec<f64> = (0..x.cols())
                    .map(|j| rms(&(0..x.rows()).map(|t| x[[t, j]]).collect::<Vec<_>>(), eps))
                    .collect();
                Mat::from_fn(x.rows(), x.cols(), |t, j| g[j] * x[[t, j]] / size[j])
            },
            "a normalisation down the columns: of a channel over all tokens",
            "While a model writes, can a token already know the ones that follow it?",
        ),
        Wrong::new(
            "over-everything",
            |x, g, eps| {
                let size = rms(x.data(), eps);
                over(x, g, |_| size)
            },
            "one rms for all tokens together",
            "If one token becomes larger, should the others become smaller?",
        )
        .show("tokens of very different size"),
        Wrong::new(
            "first-token",
            |x, g, eps| {
                let size = if x.rows() == 0 { 1.0 } else { rms(x.row(0), eps) };
                over(x, g, |_| size)
            },
            "every token divided by the rms of the first",
            "How many rms are there in three tokens?",
        )
        .or(|x, g, eps| {
            let size = rms(x.row(0), eps);
            over(x, g, |_| size)
        }),
        Wrong::new(
            "sum-goes-on",
            |x, g, eps| {
                let mut sum = 0.0;
                let mut y = x.clone();
                for t in 0..x.rows() {
                    sum += x.row(t).iter().map(|x| x * x).sum::<f64>();
                    let size = (sum / x.cols() as f64 + eps).sqrt();
                    y.row_mut(t).iter_mut().zip(g).for_each(|(y, g)| *y *= g / size);
                }
                y
            },
            "a sum of squares that goes on from token to token",
            "With which sum does your second token begin?",
        ),
        Wrong::new(
            "divides-by-tokens",
            |x, g, eps| {
                let n = x.rows() as f64;
                over(x, g, |row| (row.iter().map(|x| x * x).sum::<f64>() / n + eps).sqrt())
            },
            "a mean over as many numbers as there are tokens",
            "How many squares did you add up?",
        ),
        Wrong::new(
            "d-minus-one",
            |x, g, eps| {
                over(x, g, |row| {
                    (row.iter().map(|x| x * x).sum::<f64>() / (row.len() as f64 - 1.0) + eps).sqrt()
                })
            },
            "a sum of squares divided by d − 1",
            "Was a mean estimated here, for which one number had to be paid?",
        ),
        Wrong::new(
            "multiplies",
            |x, g, eps| over(x, g, |row| 1.0 / rms(row, eps)),
            "numbers multiplied by their rms",
            "If a token doubles, should its result become four times as large?",
        ),
        Wrong::new(
            "mean-size",
            |x, g, eps| over(x, g, |row| row.iter().map(|x| x.abs()).sum::<f64>() / row.len() as f64 + eps),
            "numbers divided by the mean of their sizes",
            "What do the letters of RMS stand for?",
        )
        .or(|x, g, eps| {
            over(x, g, |row| (row.iter().map(|x| x.abs()).sum::<f64>() / row.len() as f64 + eps).sqrt())
        }),
        Wrong::new(
            "square-of-the-mean",
            |x, g, eps| over(x, g, |row| (mean(row) * mean(row) + eps).sqrt()),
            "numbers divided by the size of their mean",
            "Of [3, −3], what is the square of the mean, and what is the mean of the squares?",
        ),
        Wrong::new(
            "overwrites",
            |x, g, eps| {
                let mut y = x.clone();
                for t in 0..x.rows() {
                    for j in 0..x.cols() {
                        let size = rms(y.row(t), eps);
                        y[[t, j]] *= g[j] / size;
                    }
                }
                y
            },
            "an rms that is taken anew for every channel, from a token that is already half changed",
            "When the second channel is divided, what stands in the first?",
        ),
        Wrong::new(
            "padded",
            |x, g, eps| {
                over(x, g, |row| {
                    let d = row.len().next_power_of_two() as f64;
                    (row.iter().map(|x| x * x).sum::<f64>() / d + eps).sqrt()
                })
            },
            "a mean over d rounded up to a power of two",
            "How many channels has a token of five, and by how many did you divide?",
        )
        .show("2×3"),
        Wrong::new(
            "small-is-zero",
            |x, g, eps| {
                let mut y = right(x, g, eps);
                (0..x.rows()).filter(|&t| mean_square(x.row(t)) < eps).for_each(|t| y.row_mut(t).fill(0.0));
                y
            },
            "a normalisation that calls a token zero if its mean square is below eps",
            "Does the formula stop to hold where eps is the larger summand?",
        )
        .show("near 1e−3"),
        Wrong::new(
            "small-stays",
            |x, g, eps| {
                let mut y = right(x, g, eps);
                for t in (0..x.rows()).filter(|&t| mean_square(x.row(t)) < eps) {
                    y.row_mut(t).copy_from_slice(x.row(t));
                }
                y
            },
            "a normalisation that leaves a token as it is if its mean square is below eps",
            "Does the formula stop to hold where eps is the larger summand?",
        )
        .show("near 1e−3"),
        Wrong::new(
            "leaves-nan-alone",
            |x, g, eps| {
                let mut y = right(x, g, eps);
                for t in (0..x.rows()).filter(|&t| rms(x.row(t), eps).is_nan() && x.cols() > 0) {
                    y.row_mut(t).copy_from_slice(x.row(t));
                }
                y
            },
            "a normalisation that leaves out the tokens whose rms is NaN",
            "Half of a token is NaN, the other half looks healthy: who will notice?",
        )
        .show("a NaN in one token"),
        Wrong::new(
            "nan-left-out",
            |x, g, eps| {
                let y = right(&x.map(|x| if x.is_nan() { 0.0 } else { x }), g, eps);
                Mat::from_fn(x.rows(), x.cols(), |t, j| if x[[t, j]].is_nan() { f64::NAN } else { y[[t, j]] })
            },
            "an rms of those numbers that are not NaN",
            "Half of a token is NaN, the other half looks healthy: who will notice?",
        )
        .or(|x, g, eps| right(&x.map(|x| if x.is_nan() { 0.0 } else { x }), g, eps))
        .show("a NaN in one token"),
        Wrong::new(
            "clamps",
            |x, g, eps| right(&x.map(|x| x.clamp(-65504.0, 65504.0)), g, eps),
            "a normalisation of numbers cut off at 65504, the largest of half precision",
            "If one number of a token is 1e100 and another 2e100, do they have the same share of it?",
        )
        .or(|x, g, eps| right(&x.map(|x| x.clamp(-1e4, 1e4)), g, eps))
        .show("near 1e100"),
        Wrong::new(
            "shape-lost",
            |x, g, eps| if x.data().is_empty() { Mat::zeros([0, 0]) } else { right(x, g, eps) },
            "a normalisation that gives back 0×0 where there is nothing to do",
            "Two tokens without channels: how many rows should come back?",
        )
        .show("no tokens"),
        Wrong::new(
            "gain-twice",
            |x, g, eps| right(x, &g.iter().map(|g| g * g).collect::<Vec<_>>(), eps),
            "a normalisation that applies its gains twice",
            "What should a gain of −1 do to the sign of its channel?",
        )
        .show("gains of 1 and of 0"),
        Wrong::new(
            "relative-eps",
            |x, g, eps| over(x, g, |row| (mean_square(row) * (1.0 + eps)).sqrt()),
            "a normalisation whose eps is a share of the mean square",
            "What is a share of nothing?",
        )
        .show("a token of zeros"),
        Wrong::new(
            "without-the-last",
            |x, g, eps| {
                let mut y = right(x, g, eps);
                if let Some(last) = x.rows().checked_sub(1) {
                    y.row_mut(last).copy_from_slice(x.row(last));
                }
                y
            },
            "a normalisation that leaves the last token out",
            "Up to which row does your loop run?",
        ),
        Wrong::new(
            "scaled-eps",
            |x, g, eps| over(x, g, |row| scaled_with_eps(row, eps)),
            "a normalisation that first divides a token by its largest number and adds eps then",
            "Is eps still as large as it was, compared with your mean, after you have divided every number?",
        )
        .or(|x, g, eps| {
            over(x, g, |row| if row.iter().all(|v| *v == 0.0) { 1.0 } else { scaled_with_eps(row, eps) })
        })
        .show("near 1e−3"),
        Wrong::new(
            "eps-from-a-floor",
            |x, g, eps| right(x, g, eps.max(1e-12)),
            "a normalisation whose eps never falls below a bound of its own",
            "What is your rms of a token of zeros if eps is 1e-20?",
        )
        .or(|x, g, eps| right(x, g, eps.max(f64::EPSILON)))
        .or(|x, g, eps| right(x, g, eps.max(1e-10)))
        .or(|x, g, eps| right(x, g, eps.max(1e-8)))
        .or(|x, g, eps| right(x, g, eps.max(f64::from(f32::EPSILON))))
        .show("near 1e−9, eps 1e−20"),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::solution::{self, rmsnorm};
    use super::*;
    use crate::judge::{Passing, apart};
    use crate::observe::trace;
    use crate::spec::Exercise;

    fn passes(what: &str, subject: <Spec as Exercise>::Subject) {
        let reference = trace::<Spec>(&(crate::rmsnorm!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_normalisations_pass() {
        passes("one reciprocal a token", |x, g, eps| {
            by_row(x, |row| {
                let inverse = 1.0 / rms(row, eps);
                row.iter().zip(g).map(|(x, g)| x * inverse * g).collect()
            })
        });
        passes("d·x² under one root", |x, g, eps| {
            over(x, g, |row| {
                let d = row.len() as f64;
                ((row.iter().map(|x| x * x).sum::<f64>() + d * eps) / d).sqrt()
            })
        });
        passes("each square divided by d", |x, g, eps| {
            over(x, g, |row| {
                let d = row.len() as f64;
                (row.iter().rev().map(|x| x * x / d).sum::<f64>() + eps).sqrt()
            })
        });
        passes("the squares scaled, as a long token in f32 needs it", |x, g, eps| {
            over(x, g, |row| {
                let m = row.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
                let scaled: Vec<f64> = row.iter().map(|x| x / m).collect();
                // a NaN in the row comes through the mean
                m * (mean_square(&scaled) + eps / m / m).sqrt()
            })
        });
        passes("element by element, the rms anew each time", |x, g, eps| {
            Mat::from_fn(x.rows(), x.cols(), |t, j| g[j] * (x[[t, j]] / rms(x.row(t), eps)))
        });
        passes("token by token", |x, g, eps| {
            by_row(x, |row| rmsnorm(&Mat::from_fn(1, row.len(), |_, j| row[j]), g, eps).data().to_vec())
        });
    }
}
