//! Backward passes of attention that people write.

use super::solution::attention_backward as right;
use super::{Gradients, Spec};
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

fn root(q: &Mat) -> f64 {
    1.0 / (q.cols() as f64).sqrt()
}

/// For each row, a number made of its weights and their gradients.
fn by_row(p: &Mat, dp: &Mat, f: impl Fn(&[f64], &[f64]) -> f64) -> Vec<f64> {
    (0..p.rows()).map(|t| f(p.row(t), dp.row(t))).collect()
}

fn weighted(p: &[f64], dp: &[f64]) -> f64 {
    p.iter().zip(dp).map(|(p, d)| p * d).sum()
}

/// dS before the scale, entry by entry: `f(weight, its gradient, the weighted sum of its row)`.
fn softmax_back(p: &Mat, dp: &Mat, f: impl Fn(f64, f64, f64) -> f64) -> Mat {
    let means = by_row(p, dp, weighted);
    Mat::from_fn(p.rows(), p.cols(), |t, s| f(p[[t, s]], dp[[t, s]], means[t]))
}

fn right_ds(p: &Mat, dp: &Mat) -> Mat {
    softmax_back(p, dp, |p, d, mean| p * (d - mean))
}

/// Everything right but for dS, which comes without its scale.
fn with_ds(x: [&Mat; 5], scale: f64, ds: impl Fn(&Mat, &Mat) -> Mat) -> Gradients {
    let [q, k, v, p, dout] = x;
    let ds = ds(p, &dout.matmul(&v.transpose())).map(|d| scale * d);
    (ds.matmul(k), ds.transpose().matmul(q), p.transpose().matmul(dout))
}

fn scores(q: &Mat, k: &Mat) -> Mat {
    q.matmul(&k.transpose()).map(|s| s * root(q))
}

/// A softmax of the scores where `seen`, zeros elsewhere.
fn again(q: &Mat, k: &Mat, seen: fn(usize, usize) -> bool) -> Mat {
    super::weights(q, k, seen)
}

mod ds {
    use super::{Mat, softmax_back};

    pub(super) fn diagonal(p: &Mat, dp: &Mat) -> Mat {
        softmax_back(p, dp, |p, d, _| p * (1.0 - p) * d)
    }
    pub(super) fn skipped(_: &Mat, dp: &Mat) -> Mat {
        dp.clone()
    }
    pub(super) fn skipped_where_seen(p: &Mat, dp: &Mat) -> Mat {
        softmax_back(p, dp, |p, d, _| if p > 0.0 { d } else { 0.0 })
    }
    pub(super) fn no_mean(p: &Mat, dp: &Mat) -> Mat {
        softmax_back(p, dp, |p, d, _| p * d)
    }
    pub(super) fn mean_alone(p: &Mat, dp: &Mat) -> Mat {
        softmax_back(p, dp, |p, d, mean| p * d - mean)
    }
    pub(super) fn no_weight(p: &Mat, dp: &Mat) -> Mat {
        softmax_back(p, dp, |_, d, mean| d - mean)
    }
    pub(super) fn flipped(p: &Mat, dp: &Mat) -> Mat {
        softmax_back(p, dp, |p, d, mean| p * (mean - d))
    }
    pub(super) fn twice(p: &Mat, dp: &Mat) -> Mat {
        softmax_back(p, dp, |p, d, mean| p * (p * d - mean))
    }
    pub(super) fn plain_sum(p: &Mat, dp: &Mat) -> Mat {
        Mat::from_fn(p.rows(), p.cols(), |t, s| p[[t, s]] * (dp[[t, s]] - dp.row(t).iter().sum::<f64>()))
    }
    pub(super) fn plain_mean(p: &Mat, dp: &Mat) -> Mat {
        let n = p.cols() as f64;
        Mat::from_fn(p.rows(), p.cols(), |t, s| p[[t, s]] * (dp[[t, s]] - dp.row(t).iter().sum::<f64>() / n))
    }
    pub(super) fn weighted_mean_over(p: &Mat, dp: &Mat) -> Mat {
        let n = p.cols() as f64;
        softmax_back(p, dp, |p, d, mean| p * (d - mean / n))
    }
    pub(super) fn over_queries(p: &Mat, dp: &Mat) -> Mat {
        super::right_ds(&p.transpose(), &dp.transpose()).transpose()
    }
}

/// A subject with another dS.
macro_rules! ds {
    ($ds:path) => {
        |q, k, v, p, dout| with_ds([q, k, v, p, dout], root(q), $ds)
    };
}

pub(super) fn pairs() -> Vec<Pair> {
    let mut all = Vec::new();
    // The scale has nothing to do with the softmax.
    macro_rules! without_scale {
        ($($slug:literal $ds:path),*) => {
            $(all.push(Pair::new("no-scale", $slug, |q, k, v, p, dout| with_ds([q, k, v, p, dout], 1.0, $ds)));)*
        };
    }
    without_scale!(
        "diagonal-jacobian" ds::diagonal, "softmax-skipped" ds::skipped, "forgot-the-others" ds::no_mean,
        "sign-flipped" ds::flipped, "plain-sum" ds::plain_sum, "softmax-over-queries" ds::over_queries
    );
    // Nor has dV.
    macro_rules! with_dv {
        ($($slug:literal $ds:path),*) => {
            $(all.push(Pair::new("weights-not-transposed", $slug, |q, k, v, p, dout| {
                let (dq, dk, _) = with_ds([q, k, v, p, dout], root(q), $ds);
                (dq, dk, p.matmul(dout))
            }));)*
        };
    }
    with_dv!("diagonal-jacobian" ds::diagonal, "softmax-skipped" ds::skipped, "forgot-the-others" ds::no_mean);
    all.push(Pair::new("no-scale", "weights-not-transposed", |q, k, v, p, dout| {
        let (dq, dk, _) = with_ds([q, k, v, p, dout], 1.0, right_ds);
        (dq, dk, p.matmul(dout))
    }));
    all.push(Pair::new("no-scale", "dk-not-transposed", |q, k, v, p, dout| {
        let ds = right_ds(p, &dout.matmul(&v.transpose()));
        (ds.matmul(k), ds.matmul(q), p.transpose().matmul(dout))
    }));
    all
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = of_the_softmax();
    all.extend(of_the_products());
    all.extend(of_the_mask());
    all
}

fn of_the_softmax() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "diagonal-jacobian",
            ds!(ds::diagonal),
            "a softmax whose weights do not compete: p·(1 − p) for each by itself",
            "When one score rises, what happens to the weights of the other keys?",
        ),
        Wrong::new(
            "softmax-skipped",
            ds!(ds::skipped),
            "gradients for which scores and weights are the same thing",
            "Which function lies between the scores and the weights?",
        )
        .or(ds!(ds::skipped_where_seen)),
        Wrong::new(
            "forgot-the-others",
            ds!(ds::no_mean),
            "a softmax of which only the numerator moves",
            "What does a row of your dS sum to, and what must it sum to?",
        ),
        Wrong::new(
            "mean-outside",
            ds!(ds::mean_alone),
            "p·dP from which the sum of the row is taken without its own weight",
            "A masked key has p = 0. What is your dS there?",
        ),
        Wrong::new(
            "weight-missing",
            ds!(ds::no_weight),
            "a dS that is not multiplied by the weights",
            "How much can a score still matter when its weight is nearly 0?",
        ),
        Wrong::new(
            "sign-flipped",
            ds!(ds::flipped),
            "a dS with every sign turned round",
            "A key whose value pushes the loss up: should its score get a positive gradient or a negative one?",
        ),
        Wrong::new(
            "weights-twice",
            ds!(ds::twice),
            "a dS in which dP was multiplied by the weights once too often",
            "What is dP before the softmax has been touched?",
        ),
        Wrong::new(
            "plain-sum",
            ds!(ds::plain_sum),
            "a dS from which the plain sum of the row's dP is taken",
            "By how much do the other weights fall when one score rises: all by the same amount?",
        )
        .or(ds!(ds::plain_mean)),
        Wrong::new(
            "mean-of-products",
            ds!(ds::weighted_mean_over),
            "a dS whose correction is divided by the number of keys",
            "The weights sum to 1. Does their weighted mean need another divisor?",
        ),
        Wrong::new(
            "own-value",
            |q, k, v, p, dout| {
                let dp = dout.matmul(&v.transpose());
                let own = |t: usize| -> f64 { dout.row(t).iter().zip(v.row(t)).map(|(d, v)| d * v).sum() };
                let ds = Mat::from_fn(p.rows(), p.cols(), |t, s| root(q) * p[[t, s]] * (dp[[t, s]] - own(t)));
                (ds.matmul(k), ds.transpose().matmul(q), p.transpose().matmul(dout))
            },
            "a dS from which the product of dout with the token's own value is taken",
            "The sum of p·dP over a row is dout times something. What has the row's query gathered?",
        ),
        Wrong::new(
            "softmax-over-queries",
            ds!(ds::over_queries),
            "a softmax that runs down the columns on its way back",
            "Which numbers sum to 1: the weights of a query, or those of a key?",
        ),
    ]
}

fn of_the_products() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "scores-for-probs",
            |q, k, v, p, dout| {
                let (dq, dk, _) = right(q, k, v, p, dout);
                (dq, dk, scores(q, k).transpose().matmul(dout))
            },
            "a dv made with the scores",
            "By what was each value multiplied in the forward pass?",
        )
        .or(|q, k, v, p, dout| {
            let (dq, dk, _) = right(q, k, v, p, dout);
            let seen = scores(q, k).zip_with(p, |s, p| if p > 0.0 { s } else { 0.0 });
            (dq, dk, seen.transpose().matmul(dout))
        }),
        Wrong::new(
            "weights-not-transposed",
            |q, k, v, p, dout| {
                let (dq, dk, _) = right(q, k, v, p, dout);
                (dq, dk, p.matmul(dout))
            },
            "a dv in which every key collects what its own query has gathered",
            "Which queries have used the value of key 0?",
        )
        .show("two tokens"),
        Wrong::new(
            "dk-not-transposed",
            |q, k, v, p, dout| {
                let (dq, _, dv) = right(q, k, v, p, dout);
                let ds = right_ds(p, &dout.matmul(&v.transpose())).map(|d| d * root(q));
                (dq, ds.matmul(q), dv)
            },
            "a dk that is summed over keys",
            "Which queries have looked at key 0?",
        )
        .show("two tokens"),
        Wrong::new(
            "dq-transposed",
            |q, k, v, p, dout| {
                let (_, dk, dv) = right(q, k, v, p, dout);
                let ds = right_ds(p, &dout.matmul(&v.transpose())).map(|d| d * root(q));
                (ds.transpose().matmul(k), dk, dv)
            },
            "a dq that is summed over queries",
            "Which keys has query 0 looked at?",
        )
        .show("two tokens"),
        Wrong::new(
            "queries-and-keys-swapped",
            |q, k, v, p, dout| {
                let (dq, dk, dv) = right(q, k, v, p, dout);
                (dk, dq, dv)
            },
            "dq in the place of dk, and the other way round",
            "There can be more keys than queries. Which shape does dq have?",
        ),
        Wrong::new(
            "own-vectors",
            |q, k, v, p, dout| {
                let ds = right_ds(p, &dout.matmul(&v.transpose())).map(|d| d * root(q));
                (ds.matmul(q), ds.transpose().matmul(k), p.transpose().matmul(dout))
            },
            "a dq made of queries and a dk made of keys",
            "What is the slope of q·k in q?",
        ),
        Wrong::new(
            "no-scale",
            |q, k, v, p, dout| with_ds([q, k, v, p, dout], 1.0, right_ds),
            "a dq and a dk without the division by √d",
            "What stands between Q·Kᵀ and the softmax?",
        )
        .show("two tokens"),
        Wrong::new(
            "wrong-scale",
            |q, k, v, p, dout| with_ds([q, k, v, p, dout], root(q) * root(q), right_ds),
            "a dq and a dk divided by d",
            "How often did the forward pass divide by √d?",
        )
        .show("two tokens"),
        Wrong::new(
            "scale-of-values",
            |q, k, v, p, dout| with_ds([q, k, v, p, dout], root(v), right_ds),
            "a dq and a dk scaled by the length of the values",
            "The products of which vectors were divided?",
        )
        .show("two tokens"),
        Wrong::new(
            "scales-one",
            |q, k, v, p, dout| {
                let (dq, dk, dv) = right(q, k, v, p, dout);
                (dq, dk.map(|d| d / root(q)), dv)
            },
            "a scale in one of dq and dk, and not in the other",
            "The scores are divided by √d. Through which of the two does that pass?",
        )
        .or(|q, k, v, p, dout| {
            let (dq, dk, dv) = right(q, k, v, p, dout);
            (dq.map(|d| d / root(q)), dk, dv)
        })
        .show("two tokens"),
        Wrong::new(
            "scales-values",
            |q, k, v, p, dout| {
                let (dq, dk, dv) = right(q, k, v, p, dout);
                (dq, dk, dv.map(|d| d * root(q)))
            },
            "a dv that is divided by √d",
            "Do the values pass through the scores?",
        )
        .show("two tokens"),
        Wrong::new(
            "last-query-only",
            |q, k, v, p, dout| {
                let last = p.rows().wrapping_sub(1);
                let keep = |x: &Mat| {
                    Mat::from_fn(x.rows(), x.cols(), |t, j| if t == last { x[[t, j]] } else { 0.0 })
                };
                let (dq, ..) = right(q, k, v, p, dout);
                let (_, dk, dv) = right(q, k, v, &keep(p), &keep(dout));
                (dq, dk, dv)
            },
            "a dk and a dv that only remember the last query",
            "Every query adds something to each key that it sees. What stands there when the next one comes?",
        )
        .or(|q, k, v, p, dout| {
            let last = p.rows().wrapping_sub(1);
            let keep =
                |x: &Mat| Mat::from_fn(x.rows(), x.cols(), |t, j| if t == last { x[[t, j]] } else { 0.0 });
            let (dq, dk, _) = right(q, k, v, p, dout);
            let (_, _, dv) = right(q, k, v, &keep(p), &keep(dout));
            (dq, dk, dv)
        })
        .show("two tokens"),
        Wrong::new(
            "ignores-upstream",
            |q, k, v, p, dout| right(q, k, v, p, &dout.map(|_| 1.0)),
            "gradients that never look at dout",
            "If dout doubles, what should happen to your answer?",
        ),
    ]
}

fn of_the_mask() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "mask-leaks",
            |q, k, v, _, dout| right(q, k, v, &again(q, k, |_, _| true), dout),
            "gradients made with weights that were computed anew, and without a mask",
            "A query could not see a later key. Can it have a gradient for it?",
        )
        .or(|q, k, v, p, dout| {
            let (dq, dk, _) = right(q, k, v, &again(q, k, |_, _| true), dout);
            (dq, dk, p.transpose().matmul(dout))
        })
        .show("two tokens"),
        Wrong::new(
            "strict-mask",
            |q, k, v, p, dout| {
                let p = Mat::from_fn(p.rows(), p.cols(), |t, s| if s < t { p[[t, s]] } else { 0.0 });
                right(q, k, v, &p, dout)
            },
            "gradients for which no query has looked at its own key, or at a later one",
            "Which of the weights in a row are really 0?",
        ),
        Wrong::new(
            "always-causal",
            |q, k, v, _, dout| right(q, k, v, &again(q, k, |t, s| s <= t), dout),
            "gradients with a causal mask, whatever `p` says",
            "From where do you know which keys a query could see?",
        )
        .or(|q, k, v, p, dout| {
            let ds = right_ds(p, &dout.matmul(&v.transpose())).map(|d| d * root(q));
            let ds = Mat::from_fn(ds.rows(), ds.cols(), |t, s| if s <= t { ds[[t, s]] } else { 0.0 });
            (ds.matmul(k), ds.transpose().matmul(q), p.transpose().matmul(dout))
        })
        .show("no mask"),
    ]
}
