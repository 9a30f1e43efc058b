//! Backward passes of layer normalisation that people write.

use super::{Gradients, Spec};
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

/// One row: x̂, σ and g = gamma·dy.
struct Row {
    normal: Vec<f64>,
    deviation: f64,
    g: Vec<f64>,
    dy: Vec<f64>,
    gamma: Vec<f64>,
    x: Vec<f64>,
}

fn mean(v: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = v.len() as f64;
    v.sum::<f64>() / n
}

impl Row {
    /// With the mean and the deviation that the caller makes.
    fn new(x: &[f64], gamma: &[f64], dy: &[f64], centre: f64, deviation: impl Fn(&[f64]) -> f64) -> Row {
        let centred: Vec<f64> = x.iter().map(|x| x - centre).collect();
        let deviation = deviation(&centred);
        Row {
            normal: centred.iter().map(|c| c / deviation).collect(),
            deviation,
            g: dy.iter().zip(gamma).map(|(d, g)| d * g).collect(),
            dy: dy.to_vec(),
            gamma: gamma.to_vec(),
            x: x.to_vec(),
        }
    }

    fn usual(x: &[f64], gamma: &[f64], dy: &[f64], eps: f64) -> Row {
        Row::new(x, gamma, dy, mean(x.iter().copied()), |c| (mean(c.iter().map(|c| c * c)) + eps).sqrt())
    }

    fn n(&self) -> f64 {
        self.g.len() as f64
    }

    /// The mean of some gradient, and that of its product with x̂.
    fn along(&self, g: &[f64]) -> (f64, f64) {
        (mean(g.iter().copied()), mean(g.iter().zip(&self.normal).map(|(g, n)| g * n)))
    }

    fn by(&self, d: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..self.g.len()).map(d).collect()
    }

    fn right(&self) -> Vec<f64> {
        let (one, normal) = self.along(&self.g);
        self.by(|j| (self.g[j] - one - self.normal[j] * normal) / self.deviation)
    }
}

/// A gradient in x by its row, and one in gamma and beta summed over the rows.
fn rows(
    (x, dy): (&Mat, &Mat),
    row: impl Fn(&[f64], &[f64]) -> Row,
    dx: impl Fn(&Row) -> Vec<f64>,
    sums: impl Fn(&[Row]) -> (Vec<f64>, Vec<f64>),
) -> Gradients {
    let rows: Vec<Row> = (0..x.rows()).map(|t| row(x.row(t), dy.row(t))).collect();
    let mut d = Mat::zeros([x.rows(), x.cols()]);
    for (t, row) in rows.iter().enumerate() {
        d.row_mut(t).copy_from_slice(&dx(row));
    }
    let (dgamma, dbeta) = sums(&rows);
    // no rows: as many zeros as there are channels
    let filled = |v: Vec<f64>| if rows.is_empty() { vec![0.0; x.cols()] } else { v };
    (d, filled(dgamma), filled(dbeta))
}

fn summed(rows: &[Row], of: impl Fn(&Row, usize) -> f64) -> Vec<f64> {
    let n = rows.first().map_or(0, |row| row.g.len());
    (0..n).map(|j| rows.iter().map(|row| of(row, j)).sum()).collect()
}

fn right_sums(rows: &[Row]) -> (Vec<f64>, Vec<f64>) {
    (summed(rows, |r, j| r.dy[j] * r.normal[j]), summed(rows, |r, j| r.dy[j]))
}

/// Mistakes in dx.
mod dx {
    use super::Row;

    pub(super) fn no_variance(r: &Row) -> Vec<f64> {
        let (one, _) = r.along(&r.g);
        r.by(|j| (r.g[j] - one) / r.deviation)
    }
    pub(super) fn no_mean(r: &Row) -> Vec<f64> {
        let (_, normal) = r.along(&r.g);
        r.by(|j| (r.g[j] - r.normal[j] * normal) / r.deviation)
    }
    pub(super) fn neither(r: &Row) -> Vec<f64> {
        r.by(|j| r.g[j] / r.deviation)
    }
    pub(super) fn sums(r: &Row) -> Vec<f64> {
        let (one, normal) = r.along(&r.g);
        r.by(|j| (r.g[j] - r.n() * one - r.n() * r.normal[j] * normal) / r.deviation)
    }
    pub(super) fn no_gamma(r: &Row) -> Vec<f64> {
        let (one, normal) = r.along(&r.dy);
        r.by(|j| (r.dy[j] - one - r.normal[j] * normal) / r.deviation)
    }
    pub(super) fn gamma_last(r: &Row) -> Vec<f64> {
        let d = no_gamma(r);
        r.by(|j| r.gamma[j] * d[j])
    }
    pub(super) fn not_divided(r: &Row) -> Vec<f64> {
        let d = r.right();
        r.by(|j| d[j] * r.deviation)
    }
    pub(super) fn divided_twice(r: &Row) -> Vec<f64> {
        let d = r.right();
        r.by(|j| d[j] / r.deviation)
    }
    pub(super) fn added(r: &Row) -> Vec<f64> {
        let (one, normal) = r.along(&r.g);
        r.by(|j| (r.g[j] + one + r.normal[j] * normal) / r.deviation)
    }
    pub(super) fn along_x(r: &Row) -> Vec<f64> {
        let (one, _) = r.along(&r.g);
        let along = super::mean(r.g.iter().zip(&r.x).map(|(g, x)| g * x));
        r.by(|j| (r.g[j] - one - r.normal[j] * along) / r.deviation)
    }
    pub(super) fn along_y(r: &Row) -> Vec<f64> {
        let (one, normal) = r.along(&r.g);
        r.by(|j| (r.g[j] - one - r.gamma[j] * r.normal[j] * normal) / r.deviation)
    }
    pub(super) fn centred_unscaled(r: &Row) -> Vec<f64> {
        let (one, normal) = r.along(&r.g);
        r.by(|j| (r.g[j] - one - r.normal[j] * r.deviation * normal) / r.deviation)
    }
}

/// Mistakes in the gradients of gamma and beta.
mod sums {
    use super::{Row, right_sums, summed};

    type Sums = (Vec<f64>, Vec<f64>);

    pub(super) fn mean_over_tokens(rows: &[Row]) -> Sums {
        let (dgamma, dbeta) = right_sums(rows);
        let over = |v: Vec<f64>| v.iter().map(|d| d / rows.len() as f64).collect();
        (over(dgamma), over(dbeta))
    }
    pub(super) fn last_token(rows: &[Row]) -> Sums {
        right_sums(&rows[rows.len().saturating_sub(1)..])
    }
    pub(super) fn raw_x(rows: &[Row]) -> Sums {
        (summed(rows, |r, j| r.dy[j] * r.x[j]), right_sums(rows).1)
    }
    pub(super) fn centred(rows: &[Row]) -> Sums {
        (summed(rows, |r, j| r.dy[j] * r.normal[j] * r.deviation), right_sums(rows).1)
    }
    pub(super) fn swapped(rows: &[Row]) -> Sums {
        let (dgamma, dbeta) = right_sums(rows);
        (dbeta, dgamma)
    }
    pub(super) fn not_summed(rows: &[Row]) -> Sums {
        let flat = |of: fn(&Row, usize) -> f64| {
            rows.iter().flat_map(|r| (0..r.g.len()).map(move |j| of(r, j))).collect::<Vec<_>>()
        };
        (flat(|r, j| r.dy[j] * r.normal[j]), flat(|r, j| r.dy[j]))
    }
    pub(super) fn dgamma_not_summed(rows: &[Row]) -> Sums {
        (not_summed(rows).0, right_sums(rows).1)
    }
    pub(super) fn over_channels(rows: &[Row]) -> Sums {
        let per_row = |of: fn(&Row, usize) -> f64| {
            rows.iter().map(|r| (0..r.g.len()).map(|j| of(r, j)).sum()).collect::<Vec<f64>>()
        };
        (per_row(|r, j| r.dy[j] * r.normal[j]), per_row(|r, j| r.dy[j]))
    }
    pub(super) fn with_gamma(rows: &[Row]) -> Sums {
        (summed(rows, |r, j| r.g[j] * r.normal[j]), right_sums(rows).1)
    }
    pub(super) fn all_with_gamma(rows: &[Row]) -> Sums {
        (summed(rows, |r, j| r.g[j] * r.normal[j]), summed(rows, |r, j| r.g[j]))
    }
}

/// A subject with one of the mistakes in dx and one of those in the sums.
macro_rules! with {
    ($dx:path, $sums:path) => {
        |x, gamma, dy, eps| rows((x, dy), |x, dy| Row::usual(x, gamma, dy, eps), $dx, $sums)
    };
}

/// A subject whose row is another one.
macro_rules! row {
    (|$x:ident, $gamma:ident, $dy:ident, $eps:ident| $row:expr) => {
        |x, $gamma, dy, $eps| rows((x, dy), |$x, $dy| $row, Row::right, right_sums)
    };
}

pub(super) fn pairs() -> Vec<Pair> {
    let mut all = Vec::new();
    // Mistakes in dx and in the sums are made independently.
    macro_rules! pairs {
        ($($one:literal $dx:path),*; $sums:tt) => { $(pairs!(@ $one $dx; $sums);)* };
        (@ $one:literal $dx:path; [$($other:literal $sums:path),*]) => {
            $(all.push(Pair::new($one, $other, with!($dx, $sums)));)*
        };
    }
    pairs!(
        "forgot-variance-path" dx::no_variance, "forgot-mean-path" dx::no_mean, "statistics-stand-still" dx::neither,
        "gamma-missing" dx::no_gamma, "gamma-last" dx::gamma_last, "sum-not-mean" dx::sums;
        ["mean-over-tokens" sums::mean_over_tokens, "last-token-only" sums::last_token, "raw-x" sums::raw_x,
         "dgamma-not-divided" sums::centred, "dgamma-not-summed" sums::not_summed]
    );
    all
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = of_dx();
    all.extend(of_sums());
    all.extend(of_statistics());
    all
}

fn of_dx() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "forgot-variance-path",
            with!(dx::no_variance, right_sums),
            "a dx without the path through the variance: its rows sum to 0, but their product with x̂ does not",
            "If all deviations from the mean double, what does y do?",
        ),
        Wrong::new(
            "forgot-mean-path",
            with!(dx::no_mean, right_sums),
            "a dx without the path through the mean: its rows do not sum to 0",
            "If all channels of a token grow by the same amount, what does y do?",
        ),
        Wrong::new(
            "statistics-stand-still",
            with!(dx::neither, right_sums),
            "a dx for which mean and deviation are fixed numbers",
            "When one channel of a token moves, what else moves?",
        ),
        Wrong::new(
            "sum-not-mean",
            with!(dx::sums, right_sums),
            "corrections that are n times as large as they should be",
            "What is the slope of a mean of n numbers in one of them?",
        ),
        Wrong::new(
            "gamma-missing",
            with!(dx::no_gamma, right_sums),
            "a dx that never looks at gamma",
            "If one gain is 0, can its channel's dy still matter?",
        ),
        Wrong::new(
            "gamma-last",
            with!(dx::gamma_last, right_sums),
            "a dx that is multiplied by gamma at the end, behind both corrections",
            "On the way back, which comes first: the gain or the normalisation?",
        ),
        Wrong::new(
            "not-divided",
            with!(dx::not_divided, right_sums),
            "a dx that is not divided by the deviation",
            "If x is measured in other units, a thousand times as large: what happens to its gradient?",
        ),
        Wrong::new(
            "divided-twice",
            with!(dx::divided_twice, right_sums),
            "a dx divided by the variance",
            "How often is x divided by σ on its way to y?",
        ),
        Wrong::new(
            "corrections-added",
            with!(dx::added, right_sums),
            "a dx to which both corrections are added",
            "Should dx have more of the two directions in it, or nothing?",
        ),
        Wrong::new(
            "along-x",
            with!(dx::along_x, right_sums),
            "a dx whose second correction measures g along x, not along x̂",
            "Which direction does the normalisation take out of a token: that of x?",
        ),
        Wrong::new(
            "along-y",
            with!(dx::along_y, right_sums),
            "a dx whose second correction points along gamma·x̂, the output without its beta",
            "Which direction does the normalisation take out: one before the gain, or one behind it?",
        ),
        Wrong::new(
            "not-normalised",
            with!(dx::centred_unscaled, right_sums),
            "a dx whose second correction points along x − mean",
            "How long is the direction along which you subtract?",
        ),
    ]
}

fn of_sums() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "dgamma-not-summed",
            with!(Row::right, sums::dgamma_not_summed),
            "a dgamma with a number for each channel of each token",
            "How many numbers does gamma have, and how many tokens read each of them?",
        )
        .or(with!(Row::right, sums::not_summed))
        .show("2×3"),
        Wrong::new(
            "over-channels",
            with!(Row::right, sums::over_channels),
            "sums over the channels of each token",
            "Which of the two axes is missing in gamma?",
        )
        .show("2×3"),
        Wrong::new(
            "last-token-only",
            with!(Row::right, sums::last_token),
            "gradients of gamma and beta that only remember the last token",
            "Every token reads gamma. What do several uses of one number do to its gradient?",
        )
        .show("2×3"),
        Wrong::new(
            "mean-over-tokens",
            with!(Row::right, sums::mean_over_tokens),
            "gradients of gamma and beta divided by the number of tokens",
            "Does the layer take a mean over the tokens, or does the loss?",
        )
        .show("2×3"),
        Wrong::new(
            "raw-x",
            with!(Row::right, sums::raw_x),
            "a dgamma made with x",
            "By what is gamma multiplied in the forward pass?",
        ),
        Wrong::new(
            "dgamma-not-divided",
            with!(Row::right, sums::centred),
            "a dgamma made with x − mean",
            "By what is gamma multiplied in the forward pass?",
        ),
        Wrong::new(
            "gamma-in-dgamma",
            with!(Row::right, sums::with_gamma),
            "a dgamma that is multiplied by gamma",
            "y is linear in gamma. Can its slope depend on gamma?",
        )
        .or(with!(Row::right, sums::all_with_gamma)),
        Wrong::new(
            "dgamma-and-dbeta-swapped",
            with!(Row::right, sums::swapped),
            "dbeta in the place of dgamma, and the other way round",
            "Which of the two is added, and so has the slope 1?",
        ),
    ]
}

fn of_statistics() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "variance-of-a-sample",
            row!(|x, gamma, dy, eps| Row::new(x, gamma, dy, mean(x.iter().copied()), |c| {
                (c.iter().map(|c| c * c).sum::<f64>() / (c.len() as f64 - 1.0) + eps).sqrt()
            })),
            "a normalisation whose variance is divided by n − 1, the default of `torch.var`",
            "By what does the task divide the sum of squares?",
        )
        .or(row!(|x, gamma, dy, eps| Row::new(x, gamma, dy, mean(x.iter().copied()), |c| {
            (c.iter().map(|c| c * c).sum::<f64>() / (c.len() as f64 - 1.0).max(1.0) + eps).sqrt()
        })))
        .show("one token, three channels"),
        Wrong::new(
            "eps-outside",
            row!(|x, gamma, dy, eps| Row::new(x, gamma, dy, mean(x.iter().copied()), |c| {
                mean(c.iter().map(|c| c * c)).sqrt() + eps
            })),
            "a normalisation that adds eps to the deviation",
            "Is eps under the root?",
        )
        .show("a large eps"),
        Wrong::new(
            "eps-missing",
            row!(|x, gamma, dy, _eps| Row::new(x, gamma, dy, mean(x.iter().copied()), |c| {
                mean(c.iter().map(|c| c * c)).sqrt()
            })),
            "a normalisation without eps",
            "What is the deviation of a token whose channels are all the same?",
        )
        .show("a large eps"),
        Wrong::new(
            "not-centred",
            row!(|x, gamma, dy, eps| Row::new(x, gamma, dy, 0.0, |c| (mean(c.iter().map(|c| c * c)) + eps)
                .sqrt())),
            "the gradient of a normalisation that forgets to subtract the mean from x",
            "Is that x̂ still the same when every channel grows by 1?",
        ),
        Wrong::new(
            "variance-by-difference",
            row!(|x, gamma, dy, eps| {
                let centre = mean(x.iter().copied());
                let variance = mean(x.iter().map(|x| x * x)) - centre * centre;
                Row::new(x, gamma, dy, centre, |_| (variance + eps).sqrt())
            }),
            "a variance computed as the mean of the squares minus the square of the mean",
            "How many digits are left when two numbers near 1e12 are subtracted?",
        )
        .or(row!(|x, gamma, dy, eps| {
            let centre = mean(x.iter().copied());
            let variance = (mean(x.iter().map(|x| x * x)) - centre * centre).max(0.0);
            Row::new(x, gamma, dy, centre, |_| (variance + eps).sqrt())
        }))
        .show("tokens near 1e6"),
        Wrong::new(
            "over-tokens",
            |x, gamma, dy, eps| {
                // batch normalisation: each channel by itself, over the tokens
                let (xt, dyt) = (x.transpose(), dy.transpose());
                let rows: Vec<Row> = (0..xt.rows())
                    .map(|j| Row::usual(xt.row(j), &vec![gamma[j]; x.rows()], dyt.row(j), eps))
                    .collect();
                let mut d = Mat::zeros([x.rows(), x.cols()]);
                for (j, row) in rows.iter().enumerate() {
                    for (t, value) in row.right().into_iter().enumerate() {
                        d[[t, j]] = value;
                    }
                }
                let dgamma =
                    rows.iter().map(|r| r.dy.iter().zip(&r.normal).map(|(d, n)| d * n).sum()).collect();
                (d, dgamma, rows.iter().map(|r| r.dy.iter().sum()).collect())
            },
            "a normalisation over the tokens, channel by channel: that of a batch, not of a layer",
            "Whose mean is it: a token's, or a channel's?",
        )
        .show("2×3"),
    ]
}
