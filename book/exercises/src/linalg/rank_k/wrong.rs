//! Approximations of lower rank that people write.

use super::{Spec, solution};
use linalg::{Mat, Svd};

type Wrong = crate::spec::Wrong<Spec>;

fn svd(a: &Mat) -> Svd {
    Svd::new(a.view()).expect("finite numbers")
}

/// Σ w(p, σₚ)·uₚ·vₚᵀ over all p.
fn weighted(a: &Mat, weight: impl Fn(usize, f64) -> f64) -> Mat {
    let Svd { u, s, vt } = svd(a);
    Mat::from_fn(a.rows(), a.cols(), |i, j| {
        s.iter().enumerate().map(|(p, &s)| weight(p, s) * u[[i, p]] * vt[[p, j]]).sum()
    })
}

fn kept(p: usize, k: usize) -> f64 {
    if p < k { 1.0 } else { 0.0 }
}

fn largest_entries(a: &Mat, count: usize) -> Mat {
    let mut sizes: Vec<f64> = a.data().iter().map(|x| x.abs()).collect();
    sizes.sort_by(|x, y| y.total_cmp(x));
    match sizes.get(count) {
        Some(&bound) => a.map(|x| if x.abs() > bound { x } else { 0.0 }),
        None => a.clone(),
    }
}

/// The k rows with the largest lengths, as they are.
fn longest(a: &Mat, k: usize) -> Mat {
    let length = |i: usize| a.row(i).iter().map(|x| x.abs()).fold(0.0, f64::max);
    let mut order: Vec<usize> = (0..a.rows()).collect();
    order.sort_by(|&i, &j| length(j).total_cmp(&length(i)));
    Mat::from_fn(
        a.rows(),
        a.cols(),
        |i, j| if order[..k.min(a.rows())].contains(&i) { a[[i, j]] } else { 0.0 },
    )
}

/// Around the mean of every column, as principal components would.
fn around_the_mean(a: &Mat, k: usize, add_back: bool) -> Mat {
    let mean: Vec<f64> =
        (0..a.cols()).map(|j| (0..a.rows()).map(|i| a[[i, j]] / a.rows() as f64).sum()).collect();
    let centred = Mat::from_fn(a.rows(), a.cols(), |i, j| a[[i, j]] - mean[j]);
    let low = solution::rank_k(&centred, k);
    Mat::from_fn(a.rows(), a.cols(), |i, j| low[[i, j]] + if add_back { mean[j] } else { 0.0 })
}

/// Right shape, but the third factor read as V.
fn vt_as_v(a: &Mat, k: usize) -> Mat {
    let Svd { u, s, vt } = svd(a);
    Mat::from_fn(a.rows(), a.cols(), |i, j| {
        (0..k.min(s.len())).map(|p| s[p] * u[[i, p]] * vt[[j % vt.rows(), p]]).sum()
    })
}

fn u_by_rows(a: &Mat, k: usize) -> Mat {
    let Svd { u, s, vt } = svd(a);
    Mat::from_fn(a.rows(), a.cols(), |i, j| {
        (0..k.min(s.len())).map(|p| s[p] * u[[p, i % u.cols()]] * vt[[p, j]]).sum()
    })
}

/// As long as A: every σ that is kept grows.
fn same_length(a: &Mat, k: usize) -> Mat {
    let s = svd(a).s;
    let k = k.min(s.len());
    let square = |s: &[f64]| linalg::norm2(s);
    let (all, part) = (square(&s), square(&s[..k]));
    let factor = if part > 0.0 { all / part } else { 0.0 };
    solution::rank_k(a, k).map(|x| x * factor)
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "forgot-sigma",
            |a, k| weighted(a, |p, _| kept(p, k)),
            "a sum of uᵢ·vᵢᵀ, every direction with weight 1",
            "With all terms, what does your sum give: A, or something that stretches nothing?",
        ),
        Wrong::new(
            "sigma-squared",
            |a, k| weighted(a, |p, s| kept(p, k) * s * s),
            "a sum in which every direction is stretched twice",
            "Into how many of the three factors did you multiply σ?",
        ),
        Wrong::new(
            "root-of-sigma",
            |a, k| weighted(a, |p, s| kept(p, k) * s.sqrt()),
            "a sum with the square roots of σ",
            "Half of the stretch, the root, goes to each of two factors, and you have put it into how many?",
        ),
        Wrong::new(
            "k-plus-one",
            |a, k| weighted(a, |p, s| kept(p, k + 1) * s),
            "a matrix of rank k + 1",
            "How many terms does your sum have when k is 0?",
        ),
        Wrong::new(
            "k-minus-one",
            |a, k| weighted(a, |p, s| kept(p + 1, k) * s),
            "a matrix of rank k − 1",
            "How many terms does your sum have when k is 1?",
        ),
        Wrong::new(
            "only-one-term",
            |a, k| weighted(a, |p, s| if p + 1 == k { s } else { 0.0 }),
            "one term of the sum, number k, where there should be k of them",
            "Which rank has your result when k is 2?",
        ),
        Wrong::new(
            "smallest-kept",
            |a, k| {
                let count = a.rows().min(a.cols());
                weighted(a, |p, s| if p + k >= count { s } else { 0.0 })
            },
            "the k directions that A stretches least",
            "In which order does `s` come, and which of its ends did you keep?",
        ),
        Wrong::new(
            "keeps-the-rest",
            |a, k| weighted(a, |p, s| if p >= k { s } else { 0.0 }),
            "A without its k largest directions: what an approximation of rank k leaves over",
            "You set k of the σ to 0. Which ones?",
        ),
        Wrong::new(
            "removes-k",
            |a, k| {
                let count = a.rows().min(a.cols());
                weighted(a, |p, s| kept(p + k, count) * s)
            },
            "A without its k smallest directions",
            "Is k the number of directions to keep, or of those to drop?",
        ),
        Wrong::new(
            "truncates-rows",
            |a, k| Mat::from_fn(a.rows(), a.cols(), |i, j| if i < k { a[[i, j]] } else { 0.0 }),
            "the first k rows of A, and zeros",
            "Your rank is right. Is the first row more important than the last?",
        )
        .or(longest),
        Wrong::new(
            "truncates-columns",
            |a, k| Mat::from_fn(a.rows(), a.cols(), |i, j| if j < k { a[[i, j]] } else { 0.0 }),
            "the first k columns of A, and zeros",
            "Your rank is right. Is the first column more important than the last?",
        ),
        Wrong::new(
            "largest-entries",
            |a, k| largest_entries(a, k * a.rows().max(a.cols())),
            "A with its largest entries kept, the others zero",
            "Few entries and low rank are two ways to be simple. Which rank has the identity, which has a matrix full of ones?",
        )
        .or(largest_entries)
        .or(|a, k| largest_entries(a, k * (a.rows() + a.cols()))),
        Wrong::new(
            "around-the-mean",
            |a, k| around_the_mean(a, k, true),
            "an approximation of A around the mean of its rows, as principal components would do it",
            "Which rank has what you added at the end?",
        )
        .or(|a, k| around_the_mean(a, k, false)),
        Wrong::new(
            "vt-read-as-v",
            vt_as_v,
            "a sum in which vᵢ was read from a column of Vᵀ",
            "What does the t in `vt` mean for the place of v₁?",
        ),
        Wrong::new(
            "u-read-by-rows",
            u_by_rows,
            "a sum in which uᵢ was read from a row of U",
            "Where in `u` is the vector that A·v₁ points along?",
        ),
        Wrong::new(
            "transposed",
            |a, k| solution::rank_k(a, k).transpose(),
            "the transpose of the nearest matrix",
            "Which index belongs to u, and which to v?",
        ),
        Wrong::new(
            "as-long-as-a",
            same_length,
            "the nearest matrix, made longer until its sum of squares is that of A",
            "The error stands at right angles to Aₖ. So which of the two has to be longer, A or Aₖ?",
        ),
        Wrong::new(
            "stops-at-k",
            |a, k| {
                let Svd { u, s, vt } = svd(a);
                Mat::from_fn(a.rows(), a.cols(), |i, j| (0..k).map(|p| s[p] * u[[i, p]] * vt[[p, j]]).sum())
            },
            "a sum of k terms, also where there are fewer",
            "How many singular values has a 3×2 matrix?",
        )
        .show("3×2, k = 9"),
        Wrong::new(
            "shares",
            |a, k| {
                let total: f64 = svd(a).s.iter().sum();
                weighted(a, |p, s| if total > 0.0 { kept(p, k) * s / total } else { 0.0 })
            },
            "a sum in which every direction has its share of all σ for a weight",
            "Double A. Does your result double?",
        ),
        Wrong::new(
            "scores-alone",
            |a, k| {
                let Svd { u, s, .. } = svd(a);
                Mat::from_fn(a.rows(), k.min(s.len()), |i, p| s[p] * u[[i, p]])
            },
            "U·Σ, cut after k columns",
            "Which shape has A, and which has your result?",
        )
        .or(|a, k| {
            let Svd { s, vt, .. } = svd(a);
            Mat::from_fn(k.min(s.len()), a.cols(), |p, j| s[p] * vt[[p, j]])
        }),
    ]
}
