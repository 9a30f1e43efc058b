//! Fits that people write.

use super::Spec;
use linalg::{Cholesky, Lu, Mat, Qr};

type Wrong = crate::spec::Wrong<Spec>;

fn column(b: &[f64]) -> Mat {
    Mat::new([b.len(), 1], b.to_vec())
}

/// (AᵀA + λI)⁻¹Aᵀb by Cholesky; NaN where that ends.
fn normal(a: &Mat, b: &[f64], ridge: f64) -> Vec<f64> {
    let n = a.cols();
    let at = a.transpose();
    let gram = at.matmul(a).zip_with(&Mat::eye(n), |g, e| g + ridge * e);
    let right = at.matmul(&column(b));
    Cholesky::new(gram.view()).map_or(vec![f64::NAN; n], |c| c.solve(&right).into_data())
}

/// The same by elimination, which notices less.
fn normal_by_lu(a: &Mat, b: &[f64], ridge: f64) -> Vec<f64> {
    let n = a.cols();
    let at = a.transpose();
    let gram = at.matmul(a).zip_with(&Mat::eye(n), |g, e| g + ridge * e);
    let right = at.matmul(&column(b));
    solve(&gram, &right).unwrap_or(vec![f64::NAN; n])
}

fn solve(a: &Mat, b: &Mat) -> Option<Vec<f64>> {
    Lu::new(a.view()).ok()?.solve(b).ok().map(Mat::into_data)
}

/// R·x = c.
fn back(r: &Mat, c: &[f64], drop: f64) -> Vec<f64> {
    let n = r.cols();
    let mut x = c[..n].to_vec();
    for i in (0..n).rev() {
        for j in i + 1..n {
            x[i] -= r[[i, j]] * x[j];
        }
        x[i] = if r[[i, i]].abs() <= drop { 0.0 } else { x[i] / r[[i, i]] };
    }
    x
}

fn parts(a: &Mat, b: &[f64]) -> (Mat, Vec<f64>) {
    let qr = Qr::new(a.view()).expect("finite");
    let mut c = column(b);
    qr.apply_qt(&mut c);
    (qr.r(), c.into_data())
}

/// So many steps along the negative gradient, each as long as the largest curvature allows.
fn descend(a: &Mat, b: &[f64], steps: usize) -> Vec<f64> {
    let at = a.transpose();
    let curvature: f64 = a.data().iter().map(|x| x * x).sum();
    let mut x = Mat::zeros([a.cols(), 1]);
    for _ in 0..steps {
        let rest = a.matmul(&x).zip_with(&column(b), |p, b| p - b);
        x = x.zip_with(&at.matmul(&rest), |x, g| x - g / curvature);
    }
    x.into_data()
}

/// Gram and Schmidt as the textbook has it, then R·x = Qᵀ·b.
fn by_gram_schmidt(a: &Mat, b: &[f64]) -> Vec<f64> {
    let (m, n) = (a.rows(), a.cols());
    let (mut q, mut r) = (Mat::zeros([m, n]), Mat::zeros([n, n]));
    for j in 0..n {
        let mut v: Vec<f64> = (0..m).map(|i| a[[i, j]]).collect();
        for k in 0..j {
            r[[k, j]] = (0..m).map(|i| q[[i, k]] * a[[i, j]]).sum();
            for i in 0..m {
                v[i] -= r[[k, j]] * q[[i, k]];
            }
        }
        r[[j, j]] = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        for i in 0..m {
            q[[i, j]] = v[i] / r[[j, j]];
        }
    }
    let c: Vec<f64> = (0..n).map(|k| (0..m).map(|i| q[[i, k]] * b[i]).sum()).collect();
    back(&r, &c, 0.0)
}

/// x where each column is divided by its length first.
fn unscaled(a: &Mat, b: &[f64]) -> Vec<f64> {
    let length: Vec<f64> =
        (0..a.cols()).map(|j| (0..a.rows()).map(|i| a[[i, j]].powi(2)).sum::<f64>().sqrt()).collect();
    let (r, c) = parts(&Mat::from_fn(a.rows(), a.cols(), |i, j| a[[i, j]] / length[j]), b);
    back(&r, &c, 0.0)
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "normal-equations",
            |a, b| normal(a, b, 0.0),
            "(AᵀA)⁻¹Aᵀb: right while the columns differ clearly, without a digit where they nearly do not",
            "The condition of A is κ. What is that of AᵀA?",
        )
        .or(|a, b| normal_by_lu(a, b, 0.0))
        .or(|a, b| {
            // with the inverse written out
            let at = a.transpose();
            let gram = at.matmul(a);
            let inverse = Lu::new(gram.view()).and_then(|lu| lu.solve(&Mat::eye(a.cols())));
            inverse.map_or(vec![f64::NAN; a.cols()], |inverse| inverse.matmul(&at.matmul(&column(b))).into_data())
        })
        .show("1 over 1e−8"),
        Wrong::new(
            "gram-schmidt",
            by_gram_schmidt,
            "a fit through a Q that Gram and Schmidt's first formula gives",
            "Compute QᵀQ for the columns that nearly agree: how far is it from the identity?",
        )
        .show("powers up to 8"),
        Wrong::new(
            "hidden-ridge",
            |a, b| normal(a, b, 1e-3),
            "coefficients of a fit that also wants to be small: they shrink as if 1e−3 or so had been added to the diagonal of AᵀA",
            "Who asked for small coefficients?",
        )
        .or(|a, b| normal(a, b, 1e-6))
        .or(|a, b| normal(a, b, 1e-8))
        .or(|a, b| normal_by_lu(a, b, 1e-3))
        .or(|a, b| normal_by_lu(a, b, 1e-6))
        .or(|a, b| normal_by_lu(a, b, 1e-8))
        .or(|a, b| normal(a, b, 1.0))
        .show("near 1e−5"),
        Wrong::new(
            "wrong-side",
            |a, b| {
                let gram = a.matmul(&a.transpose());
                let y = solve(&gram, &column(b)).unwrap_or(vec![f64::NAN; b.len()]);
                a.transpose().matmul(&column(&y)).into_data()
            },
            "Aᵀ(AAᵀ)⁻¹b, the formula for systems that are wider than high",
            "Which rank has A·Aᵀ when A is tall?",
        ),
        Wrong::new(
            "first-equations",
            |a, b| {
                let n = a.cols();
                let top = a.view().slice(0, 0, n).to_tensor();
                solve(&top, &column(&b[..n])).unwrap_or(vec![f64::NAN; n])
            },
            "the solution of the first n equations",
            "Change the last entry of b. Does your answer change?",
        ),
        Wrong::new(
            "b-not-rotated",
            |a, b| back(&parts(a, b).0, b, 0.0),
            "R·x = the first n entries of b",
            "A has been rotated into R. And b?",
        ),
        Wrong::new(
            "rotated-back",
            |a, b| {
                let qr = Qr::new(a.view()).expect("finite");
                let mut c = column(b);
                qr.apply_q(&mut c);
                back(&qr.r(), c.data(), 0.0)
            },
            "R·x = the first n entries of Q·b",
            "Which of the two, Q or Qᵀ, takes A to R?",
        ),
        Wrong::new(
            "diagonal-only",
            |a, b| {
                let (r, c) = parts(a, b);
                (0..a.cols()).map(|i| c[i] / r[[i, i]]).collect()
            },
            "the entries of Qᵀ·b, each divided by its diagonal entry of R",
            "How many unknowns has the first equation of R·x = c?",
        ),
        Wrong::new(
            "one-by-one",
            |a, b| {
                let (m, n) = (a.rows(), a.cols());
                (0..n)
                    .map(|j| {
                        let along: f64 = (0..m).map(|i| a[[i, j]] * b[i]).sum();
                        along / (0..m).map(|i| a[[i, j]].powi(2)).sum::<f64>()
                    })
                    .collect()
            },
            "coefficients each of which was fitted alone",
            "Two columns that overlap: who gets what both explain?",
        ),
        Wrong::new(
            "correlations",
            |a, b| a.transpose().matmul(&column(b)).into_data(),
            "Aᵀb",
            "Does your answer double when a column is halved?",
        ),
        Wrong::new(
            "unit-columns",
            unscaled,
            "coefficients for columns of length 1",
            "You made the columns equally long. What happened to their coefficients on the way back?",
        ),
        Wrong::new(
            "drops-columns",
            |a, b| {
                let (r, c) = parts(a, b);
                back(&r, &c, 1e-6)
            },
            "coefficients of 0 wherever a diagonal entry of R is below 1e−6 or so",
            "A column in other units has smaller entries. Does it explain less?",
        )
        .or(|a, b| {
            let (r, c) = parts(a, b);
            back(&r, &c, 1e-7)
        })
        .or(|a, b| {
            let (r, c) = parts(a, b);
            let largest = r.data().iter().fold(0.0_f64, |max, x| max.max(x.abs()));
            back(&r, &c, 1e-7 * largest)
        })
        .show("1 over 1e−8"),
        Wrong::new(
            "stopped-early",
            |a, b| descend(a, b, 1000),
            "a thousand steps downhill: near the answer where the valley is round",
            "How long is a step in the flattest direction of the valley?",
        )
        .or(|a, b| descend(a, b, 100))
        .or(|a, b| descend(a, b, 10_000)),
        Wrong::new(
            "centres-b",
            |a, b| {
                let mean = b.iter().sum::<f64>() / b.len().max(1) as f64;
                let b: Vec<f64> = b.iter().map(|b| b - mean).collect();
                let (r, c) = parts(a, &b);
                back(&r, &c, 0.0)
            },
            "coefficients for b minus its mean",
            "Which column of A gives back what you took from b?",
        ),
        Wrong::new(
            "semi-normal",
            |a, b| {
                let r = Qr::new(a.view()).expect("finite").r();
                let n = a.cols();
                let mut y = a.transpose().matmul(&column(b)).into_data();
                for i in 0..n {
                    for j in 0..i {
                        y[i] -= r[[j, i]] * y[j];
                    }
                    y[i] /= r[[i, i]];
                }
                back(&r, &y, 0.0)
            },
            "RᵀR·x = Aᵀb, with a good R",
            "Your R is right to the last digits. How many of them has Aᵀb for columns that nearly agree?",
        )
        .show("1 over 1e−8"),
    ]
}
