//! Decompositions that people write.

use super::Spec;
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;

fn column(a: &Mat, j: usize) -> Vec<f64> {
    (0..a.rows()).map(|i| a[[i, j]]).collect()
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Gram and Schmidt, dividing by the largest entry first; `classical` takes the products with the column as it came.
fn gram_schmidt(a: &Mat, classical: bool, rounds: usize, length: fn(&[f64]) -> f64) -> (Mat, Mat) {
    let (m, n) = (a.rows(), a.cols());
    let (mut q, mut r) = (Mat::zeros([m, n]), Mat::zeros([n, n]));
    for j in 0..n {
        let mut v = column(a, j);
        for _ in 0..rounds {
            let before = v.clone();
            for i in 0..j {
                let axis = column(&q, i);
                let along = dot(&axis, if classical { &before } else { &v });
                r[[i, j]] += along;
                v.iter_mut().zip(&axis).for_each(|(v, q)| *v -= along * q);
            }
        }
        r[[j, j]] = length(&v);
        for i in 0..m {
            q[[i, j]] = v[i] / r[[j, j]];
        }
    }
    (q, r)
}

fn plain(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

fn careful(v: &[f64]) -> f64 {
    linalg::norm2(v)
}

/// What can be different from the right mirrors.
#[derive(Clone, Copy)]
struct Way {
    /// What is added to the first entry, given it and the length.
    shift: fn(f64, f64) -> f64,
    length: fn(&[f64]) -> f64,
    /// How many columns get a mirror.
    mirrors: fn(usize) -> usize,
    /// A zero vector is divided by its length too.
    divides_by_zero: bool,
    /// The factor of v·vᵀ.
    factor: f64,
    last_first: bool,
}

const RIGHT: Way = Way {
    shift: |first, length| length.copysign(first),
    length: careful,
    mirrors: |n| n,
    divides_by_zero: false,
    factor: 2.0,
    last_first: true,
};

fn mirror(v: &[f64], factor: f64, b: &mut Mat, top: usize) {
    for j in 0..b.cols() {
        let product: f64 = (0..v.len()).map(|i| v[i] * b[[top + i, j]]).sum();
        for i in 0..v.len() {
            b[[top + i, j]] -= factor * product * v[i];
        }
    }
}

/// The full Q and R, and the thin ones.
fn by(way: Way, a: &Mat, full: bool) -> (Mat, Mat) {
    let (m, n) = (a.rows(), a.cols());
    let mut r = a.clone();
    let mut vs = Vec::new();
    for k in 0..(way.mirrors)(n) {
        let mut v: Vec<f64> = (k..m).map(|i| r[[i, k]]).collect();
        let length = (way.length)(&v);
        if length != 0.0 || way.divides_by_zero {
            v[0] += (way.shift)(v[0], length);
            let length = (way.length)(&v);
            if length != 0.0 || way.divides_by_zero {
                for x in &mut v {
                    *x /= length;
                }
            }
        }
        mirror(&v, way.factor, &mut r, k);
        vs.push(v);
    }
    let width = if full { m } else { n };
    let mut q = Mat::from_fn(m, width, |i, j| if i == j { 1.0 } else { 0.0 });
    let order: Vec<usize> =
        if way.last_first { (0..vs.len()).rev().collect() } else { (0..vs.len()).collect() };
    for k in order {
        mirror(&vs[k], way.factor, &mut q, k);
    }
    (q, Mat::from_fn(width, n, |i, j| if i <= j { r[[i, j]] } else { 0.0 }))
}

fn thin(way: Way, a: &Mat) -> (Mat, Mat) {
    by(way, a, false)
}

/// R from AᵀA, Q = A·R⁻¹; NaN where the root of a negative number is asked for.
fn by_cholesky(a: &Mat) -> (Mat, Mat) {
    let n = a.cols();
    let gram = a.transpose().matmul(a);
    let mut r = Mat::zeros([n, n]);
    for j in 0..n {
        for i in 0..=j {
            let known: f64 = (0..i).map(|k| r[[k, i]] * r[[k, j]]).sum();
            let rest = gram[[i, j]] - known;
            r[[i, j]] = if i == j { rest.sqrt() } else { rest / r[[i, i]] };
        }
    }
    let mut q = a.clone();
    for i in 0..a.rows() {
        for j in 0..n {
            let known: f64 = (0..j).map(|k| q[[i, k]] * r[[k, j]]).sum();
            q[[i, j]] = (q[[i, j]] - known) / r[[j, j]];
        }
    }
    (q, r)
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "classical-gram-schmidt",
            |a| gram_schmidt(a, true, 1, careful),
            "Gram and Schmidt's orthogonalisation, with all products taken before the first subtraction",
            "Your columns are orthogonal while A's are clearly independent. What is left of a column that almost is a sum of the others?",
        )
        .or(|a| gram_schmidt(a, true, 1, plain))
        .show("1 over 1e−8"),
        Wrong::new(
            "modified-gram-schmidt",
            |a| gram_schmidt(a, false, 1, careful),
            "Gram and Schmidt's orthogonalisation, one subtraction after the other",
            "How many digits are left of a column once almost all of it has been subtracted?",
        )
        .or(|a| gram_schmidt(a, false, 1, plain))
        .show("Hilbert's 10×8"),
        Wrong::new(
            "twice-is-not-always-enough",
            |a| gram_schmidt(a, true, 2, careful),
            "an orthogonalisation made twice: right, until a column is a sum of the others exactly",
            "Which direction do you normalise when nothing is left of a column?",
        )
        .or(|a| gram_schmidt(a, false, 2, careful))
        .or(|a| gram_schmidt(a, true, 2, plain))
        .or(|a| gram_schmidt(a, false, 2, plain))
        .show("a column of zeros"),
        Wrong::new(
            "by-cholesky",
            by_cholesky,
            "a decomposition that takes R from AᵀA",
            "A has entries of 1 and 1e−8. Which number is 1 + 1e−16 in an f64?",
        )
        .show("1 over 1e−8"),
        Wrong::new(
            "householder-cancels",
            |a| thin(Way { shift: |_, length| -length, ..RIGHT }, a),
            "mirrors whose vector is x − ‖x‖·e₁, whatever the sign of x₁",
            "A column is almost e₁ already. What remains of its first entry when its length is subtracted?",
        )
        .or(|a| thin(Way { shift: |_, length| -length, length: plain, ..RIGHT }, a))
        .show("a column near e₁"),
        Wrong::new(
            "cancels-always",
            |a| thin(Way { shift: |first, length| -length.copysign(first), ..RIGHT }, a),
            "mirrors that send each column to the nearer of the two goals",
            "The goal is close to x. How many digits has the difference of the two?",
        )
        .or(|a| thin(Way { shift: |first, length| -length.copysign(first), length: plain, ..RIGHT }, a))
        .show("a column near −e₁"),
        Wrong::new(
            "cancels-below-zero",
            |a| thin(Way { shift: |_, length| length, ..RIGHT }, a),
            "mirrors whose vector is x + ‖x‖·e₁, whatever the sign of x₁",
            "The first entry is −1 and the length is 1: what is their sum?",
        )
        .or(|a| thin(Way { shift: |_, length| length, length: plain, ..RIGHT }, a))
        .show("a column near −e₁"),
        Wrong::new(
            "signum-of-zero",
            |a| thin(Way { shift: |first, length| if first > 0.0 { length } else if first < 0.0 { -length } else { 0.0 }, ..RIGHT }, a),
            "mirrors that stay where they are when the first entry is 0",
            "What is the sign of 0, and where does your mirror send [0, 3]?",
        )
        .show("4×3, with zeros"),
        Wrong::new(
            "overflows",
            |a| thin(Way { length: plain, ..RIGHT }, a),
            "mirrors whose lengths are roots of sums of squares as they stand",
            "Which number is the square of 1e160, and that of 1e−170?",
        )
        .show("near 1e160"),
        Wrong::new(
            "zero-over-zero",
            |a| thin(Way { divides_by_zero: true, ..RIGHT }, a),
            "mirrors that divide a zero column by its length",
            "What does a column of zeros need a mirror for?",
        )
        .or(|a| thin(Way { divides_by_zero: true, length: plain, ..RIGHT }, a))
        .show("the first column is zeros"),
        Wrong::new(
            "last-column",
            |a| thin(Way { mirrors: |n| n.saturating_sub(1), ..RIGHT }, a),
            "mirrors for all columns but the last: enough for a square matrix alone",
            "In a tall matrix, what is below the diagonal of the last column?",
        ),
        Wrong::new(
            "projects",
            |a| thin(Way { factor: 1.0, ..RIGHT }, a),
            "projections, I − v·vᵀ, where mirrors are meant",
            "Applied twice, a mirror changes nothing. Does yours?",
        ),
        Wrong::new(
            "mirrors-in-order",
            |a| thin(Way { last_first: false, ..RIGHT }, a),
            "a Q whose mirrors act on the identity in the order in which they were found",
            "R came from A by mirror 0, then mirror 1. Which one must come off first on the way back?",
        ),
        Wrong::new(
            "not-normalised",
            |a| {
                let (mut q, mut r) = gram_schmidt(a, false, 1, careful);
                let n = a.cols();
                for j in 0..n {
                    let length = r[[j, j]];
                    for i in 0..a.rows() {
                        q[[i, j]] *= length;
                    }
                    for k in j..n {
                        r[[j, k]] /= length;
                    }
                }
                (q, r)
            },
            "orthogonal columns of any length, and a triangle with ones on its diagonal",
            "How long is the first column of your Q?",
        ),
        Wrong::new(
            "r-transposed",
            |a| {
                let (q, r) = thin(RIGHT, a);
                (q, r.transpose())
            },
            "the right Q with a lower triangle",
            "How much of the first column of Q is in the last column of A, and where does R keep that?",
        ),
        Wrong::new(
            "q-transposed",
            |a| {
                let (q, r) = thin(RIGHT, a);
                (q.transpose(), r)
            },
            "the right R with the transpose of Q",
            "Which shape has a matrix whose columns are as long as those of A?",
        ),
        Wrong::new(
            "full",
            |a| by(RIGHT, a, true),
            "the full Q with m columns, and an R with m rows",
            "How many columns of Q does the product with R's nonzero rows use?",
        ),
        Wrong::new(
            "diagonal-only",
            |a| {
                let (q, r) = thin(RIGHT, a);
                (q, Mat::from_fn(r.rows(), r.cols(), |i, j| if i == j { r[[i, j]] } else { 0.0 }))
            },
            "the right Q with nothing but the diagonal of R",
            "You subtracted something from the second column. Where is it written down how much?",
        ),
        Wrong::new(
            "diagonal-always-positive",
            |a| {
                let (q, r) = thin(RIGHT, a);
                (q, Mat::from_fn(r.rows(), r.cols(), |i, j| if i == j { r[[i, j]].abs() } else { r[[i, j]] }))
            },
            "the right Q, and an R whose diagonal holds lengths, all of them positive",
            "To which of its two goals did your mirror send the column?",
        ),
        Wrong::new(
            "whole-column",
            |a| {
                let (m, n) = (a.rows(), a.cols());
                let mut r = a.clone();
                let mut q = Mat::eye(m);
                for k in 0..n {
                    let mut v = column(&r, k);
                    let length = careful(&v);
                    if length == 0.0 {
                        continue;
                    }
                    v[k] += length.copysign(v[k]);
                    let length = careful(&v);
                    for x in &mut v {
                        *x /= length;
                    }
                    mirror(&v, 2.0, &mut r, 0);
                    // Q ← Q·H
                    let mut t = q.transpose();
                    mirror(&v, 2.0, &mut t, 0);
                    q = t.transpose();
                }
                (q.view().slice(1, 0, n).to_tensor(), Mat::from_fn(n, n, |i, j| if i <= j { r[[i, j]] } else { 0.0 }))
            },
            "mirrors that are built from whole columns, with what is above the diagonal",
            "Which rows of the triangle are finished when mirror k is applied, and does it leave them alone?",
        ),
    ]
}
