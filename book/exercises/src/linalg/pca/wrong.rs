//! Principal components that people write.

use super::Spec;
use linalg::{Mat, Svd, SymmetricEigen};

type Wrong = crate::spec::Wrong<Spec>;

fn means(x: &Mat) -> Vec<f64> {
    (0..x.cols()).map(|j| (0..x.rows()).map(|i| x[[i, j]]).sum::<f64>() / x.rows() as f64).collect()
}

fn centred(x: &Mat) -> Mat {
    let mean = means(x);
    Mat::from_fn(x.rows(), x.cols(), |i, j| x[[i, j]] - mean[j])
}

fn svd(x: &Mat) -> Svd {
    Svd::new(x.view()).expect("finite data")
}

fn first_rows(m: &Mat, k: usize) -> Mat {
    Mat::from_fn(k.min(m.rows()), m.cols(), |i, j| m[[i, j]])
}

/// The first k rows of Vᵀ, and σ through `variance`.
fn components(x: &Mat, k: usize, variance: impl Fn(f64) -> f64) -> (Mat, Vec<f64>) {
    let svd = svd(x);
    (first_rows(&svd.vt, k), svd.s.iter().take(k).map(|&s| variance(s)).collect())
}

/// The k eigenvectors of the largest eigenvalues of a symmetric matrix, as rows.
fn largest(c: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let eigen = SymmetricEigen::new(c.view()).expect("symmetric");
    let n = c.rows();
    let vectors = Mat::from_fn(k.min(n), n, |i, j| eigen.vectors[[j, n - 1 - i]]);
    (vectors, eigen.values.iter().rev().take(k).copied().collect())
}

fn divisor(x: &Mat) -> f64 {
    (x.rows() - 1) as f64
}

fn rows_as_features(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let t = centred(&x.transpose());
    let n = divisor(&t).max(1.0);
    components(&t, k, |s| s * s / n)
}

fn rows_as_features_after_centring(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let c = centred(x);
    let n = divisor(x);
    largest(&c.matmul(&c.transpose()).map(|c| c / n), k)
}

fn smallest_first(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let c = centred(x);
    let n = divisor(x);
    let eigen = SymmetricEigen::new(c.transpose().matmul(&c).map(|c| c / n).view()).expect("symmetric");
    (Mat::from_fn(k, x.cols(), |i, j| eigen.vectors[[j, i]]), eigen.values[..k].to_vec())
}

fn scores(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let (c, n) = (centred(x), divisor(x));
    let (directions, variances) = components(&c, k, |s| s * s / n);
    (c.matmul(&directions.transpose()), variances)
}

fn row_means(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let n = divisor(x);
    components(&centred(&x.transpose()).transpose(), k, |s| s * s / n)
}

fn overall_mean(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let n = divisor(x);
    let mean = x.data().iter().sum::<f64>() / x.data().len() as f64;
    components(&x.map(|x| x - mean), k, |s| s * s / n)
}

fn standardised(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let (c, n) = (centred(x), divisor(x));
    let deviation = |j: usize| ((0..c.rows()).map(|i| c[[i, j]].powi(2)).sum::<f64>() / n).sqrt();
    let deviations: Vec<f64> = (0..c.cols()).map(deviation).collect();
    let unit = |i: usize, j: usize| if deviations[j] > 0.0 { c[[i, j]] / deviations[j] } else { 0.0 };
    components(&Mat::from_fn(c.rows(), c.cols(), unit), k, |s| s * s / n)
}

fn ratios(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let c = centred(x);
    let total: f64 = c.data().iter().map(|c| c * c).sum();
    components(&c, k, |s| s * s / total)
}

fn raw_moments(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let (mean, n) = (means(x), x.rows() as f64);
    let moments = x.transpose().matmul(x);
    let c = Mat::from_fn(x.cols(), x.cols(), |i, j| {
        let (i, j) = (i.min(j), i.max(j));
        (moments[[i, j]] / n - mean[i] * mean[j]) * (n / (n - 1.0))
    });
    largest(&c, k)
}

fn loadings(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let n = divisor(x);
    let (directions, variances) = components(&centred(x), k, |s| s * s / n);
    let scaled = Mat::from_fn(directions.rows(), x.cols(), |i, j| directions[[i, j]] * variances[i].sqrt());
    (scaled, variances)
}

fn one_a_column(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let n = divisor(x);
    let (directions, variances) = components(&centred(x), k, |s| s * s / n);
    (directions.transpose(), variances)
}

/// Takes the first k *rows* of a matrix with one eigenvector a column.
fn rows_of_v(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let (c, n) = (centred(x), divisor(x));
    let (vectors, variances) = largest(&c.transpose().matmul(&c).map(|c| c / n), x.cols());
    (first_rows(&vectors.transpose(), k), variances[..k].to_vec())
}

fn left_vectors(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let n = divisor(x);
    let svd = svd(&centred(x));
    let variances = svd.s.iter().take(k).map(|s| s * s / n).collect();
    (first_rows(&svd.u.transpose(), k), variances)
}

/// The features that vary most, instead of directions.
fn picks_features(x: &Mat, k: usize) -> (Mat, Vec<f64>) {
    let (c, n) = (centred(x), divisor(x));
    let variance = |j: usize| (0..c.rows()).map(|i| c[[i, j]].powi(2)).sum::<f64>() / n;
    let mut order: Vec<usize> = (0..x.cols()).collect();
    order.sort_by(|&i, &j| variance(j).total_cmp(&variance(i)));
    let directions = Mat::from_fn(k, x.cols(), |i, j| f64::from(order[i] == j));
    (directions, order[..k].iter().map(|&j| variance(j)).collect())
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "rows-as-features",
            rows_as_features,
            "the components of the transpose, in which every sample is a feature",
            "How long is a direction: as long as there are samples, or as there are features?",
        )
        .or(rows_as_features_after_centring)
        .or(left_vectors),
        Wrong::new(
            "sigma-not-variance",
            |x, k| components(&centred(x), k, |s| s),
            "the right directions, with singular values for variances",
            "Your data are in metres. In which unit is a variance, and in which is a singular value?",
        ),
        Wrong::new(
            "deviations",
            |x, k| {
                let n = divisor(x);
                components(&centred(x), k, |s| s / n.sqrt())
            },
            "the right directions, with standard deviations for variances",
            "Your data are in metres. In which unit is a variance?",
        ),
        Wrong::new(
            "sums-of-squares",
            |x, k| components(&centred(x), k, |s| s * s),
            "the right directions, with variances that grow with the number of samples",
            "Take every sample twice. Should the variance double?",
        ),
        Wrong::new(
            "divides-by-n",
            |x, k| {
                let n = x.rows() as f64;
                components(&centred(x), k, |s| s * s / n)
            },
            "variances that are a mean of squares over all samples",
            "The mean was taken from the same samples. How many independent deviations are left?",
        ),
        Wrong::new(
            "divides-sigma-by-n",
            |x, k| {
                let n = divisor(x);
                components(&centred(x), k, |s| s / n)
            },
            "the right directions, with σ/(n − 1) for a variance",
            "Of what is a variance the mean?",
        ),
        Wrong::new(
            "smallest-first",
            smallest_first,
            "the k directions in which the data vary least",
            "In which order do your eigenvalues come?",
        ),
        Wrong::new(
            "scores",
            scores,
            "the data along the directions, in place of the directions",
            "What you returned has a row for every sample. What does the task ask for?",
        )
        .or(|x, k| {
            let (scores, variances) = scores(x, k);
            (scores.transpose(), variances)
        }),
        Wrong::new(
            "not-centred",
            |x, k| {
                let n = divisor(x);
                components(x, k, |s| s * s / n)
            },
            "the components of the data as they are: the first one points from the origin to their mean",
            "Shift all the data by the same vector. Should the directions in which they *vary* change?",
        )
        .or(|x, k| {
            let n = x.rows() as f64;
            components(x, k, |s| s * s / n)
        })
        .show("15 samples, 10 from the origin"),
        Wrong::new(
            "row-means",
            row_means,
            "the components of data from which every sample's own mean was taken",
            "Of which numbers is a mean to be taken: those of one sample, or those of one feature?",
        )
        .or(|x, k| {
            let n = divisor(x);
            components(&centred(&centred(x).transpose()).transpose(), k, |s| s * s / n)
        }),
        Wrong::new(
            "one-mean-for-all",
            overall_mean,
            "the components of data from which one mean, over all numbers, was taken",
            "A height and a weight have one mean?",
        ),
        Wrong::new(
            "standardised",
            standardised,
            "the components of data in which every feature was divided by its standard deviation",
            "Your result does not change when a feature is measured in millimetres. Does the covariance in the task?",
        ),
        Wrong::new(
            "ratios",
            ratios,
            "the right directions, with the shares that they have of the whole variance",
            "Do your variances change when all data are doubled?",
        )
        .or(|x, k| {
            let c = centred(x);
            let kept: f64 = svd(&c).s.iter().take(k).map(|s| s * s).sum();
            components(&c, k, |s| s * s / kept)
        }),
        Wrong::new(
            "raw-moments",
            raw_moments,
            "the covariance as a mean of products minus a product of means: right near the origin, noise far away from it",
            "At 1e7, how many digits has a product, and how many of them does your subtraction leave?",
        )
        .show("20 samples, 1e7 from the origin"),
        Wrong::new(
            "loadings",
            loadings,
            "directions whose lengths are standard deviations",
            "How long is a direction?",
        )
        .or(|x, k| {
            let n = divisor(x);
            let c = centred(x);
            let svd = svd(&c);
            let scaled = Mat::from_fn(k, x.cols(), |i, j| svd.vt[[i, j]] * svd.s[i]);
            (scaled, svd.s.iter().take(k).map(|s| s * s / n).collect())
        }),
        Wrong::new(
            "one-a-column",
            one_a_column,
            "one direction a column, where the task wants one a row",
            "Which shape does the task give?",
        ),
        Wrong::new(
            "rows-of-v",
            rows_of_v,
            "the first k rows of a matrix that holds an eigenvector in each column",
            "Multiply the covariance with your first direction: is it a multiple of it?",
        ),
        Wrong::new(
            "picks-features",
            picks_features,
            "the features that vary most, each as a direction of its own",
            "Two features that rise and fall together vary most along which line?",
        ),
        Wrong::new(
            "divides-by-features",
            |x, k| {
                let n = (x.cols() as f64 - 1.0).max(1.0);
                components(&centred(x), k, |s| s * s / n)
            },
            "variances that are divided by the number of features, less one",
            "Of how many squares is the variance along one direction a mean?",
        )
        .or(|x, k| {
            let n = x.cols() as f64;
            components(&centred(x), k, |s| s * s / n)
        }),
    ]
}
