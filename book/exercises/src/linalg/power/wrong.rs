//! Power iterations that people write.

use super::Spec;
use linalg::{Mat, SymmetricEigen, norm_inf, norm1, norm2};

type Wrong = crate::spec::Wrong<Spec>;
type Outcome = (f64, Vec<f64>);

fn times(a: &Mat, v: &[f64]) -> Vec<f64> {
    (0..a.rows()).map(|i| dot(a.row(i), v)).collect()
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn over(x: &[f64], length: f64) -> Vec<f64> {
    x.iter().map(|x| x / length).collect()
}

fn roots(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i as f64 + 1.0).sqrt()).collect()
}

/// From any start, with any measure of length; at the end the quotient vᵀAv.
fn iterate(a: &Mat, steps: usize, start: &[f64], length: fn(&[f64]) -> f64) -> Outcome {
    let mut v = over(start, length(start));
    for _ in 0..steps {
        let image = times(a, &v);
        let size = length(&image);
        if size == 0.0 {
            return (0.0, v);
        }
        v = over(&image, size);
    }
    (dot(&v, &times(a, &v)), v)
}

/// Right until the last line, where λ is made of v and A·v.
fn with_value(a: &Mat, steps: usize, value: fn(&[f64], &[f64]) -> f64) -> Outcome {
    let (_, v) = iterate(a, steps, &roots(a.rows()), norm2);
    (value(&v, &times(a, &v)), v)
}

fn plain_length(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// A part of the image that is 0 or 1, depending on its place.
fn axis(n: usize, at: usize) -> Vec<f64> {
    (0..n).map(|i| if i == at { 1.0 } else { 0.0 }).collect()
}

/// `steps` products, nothing divided on the way.
fn raw(a: &Mat, steps: usize) -> Vec<f64> {
    (0..steps).fold(roots(a.rows()), |v, _| times(a, &v))
}

fn stops_early(a: &Mat, steps: usize, enough: f64) -> Outcome {
    let start = roots(a.rows());
    let mut v = over(&start, norm2(&start));
    let mut before = f64::INFINITY;
    for _ in 0..steps {
        let image = times(a, &v);
        let value = dot(&v, &image);
        let size = norm2(&image);
        if size == 0.0 {
            return (0.0, v);
        }
        v = over(&image, size);
        if (value - before).abs() < enough {
            break;
        }
        before = value;
    }
    (dot(&v, &times(a, &v)), v)
}

/// Entry i of the image replaces entry i of v before entry i + 1 is computed.
fn in_place(a: &Mat, steps: usize) -> Outcome {
    let start = roots(a.rows());
    let mut v = over(&start, norm2(&start));
    for _ in 0..steps {
        for i in 0..v.len() {
            v[i] = dot(a.row(i), &v);
        }
        let size = norm2(&v);
        if size == 0.0 {
            return (0.0, over(&start, norm2(&start)));
        }
        v = over(&v, size);
    }
    (dot(&v, &times(a, &v)), v)
}

/// The sums of a product begin where those of the product before it ended.
fn keeps_adding(a: &Mat, steps: usize) -> Outcome {
    let start = roots(a.rows());
    let mut v = over(&start, norm2(&start));
    let mut image = vec![0.0; v.len()];
    for _ in 0..steps {
        for (sum, x) in image.iter_mut().zip(times(a, &v)) {
            *sum += x;
        }
        let size = norm2(&image);
        if size == 0.0 {
            return (0.0, v);
        }
        v = over(&image, size);
    }
    (dot(&v, &times(a, &v)), v)
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "lost-sign",
            |a, steps| with_value(a, steps, |_, image| norm2(image)),
            "the length of A·v in place of the eigenvalue: its size is right, its sign is gone",
            "Can a length tell a stretch by 5 from a stretch by −5?",
        )
        .show("diag(−5, 2, 1)"),
        Wrong::new(
            "starts-on-an-axis",
            |a, steps| iterate(a, steps, &axis(a.rows(), 0), norm2),
            "a power iteration that starts from (1, 0, 0, …)",
            "Which eigenvectors of a diagonal matrix can your start ever see?",
        )
        .or(|a, steps| iterate(a, steps, &axis(a.rows(), a.rows() - 1), norm2))
        .show("diag(1, 2, 5)"),
        Wrong::new(
            "starts-with-ones",
            |a, steps| iterate(a, steps, &vec![1.0; a.rows()], norm2),
            "a power iteration that starts from (1, 1, …, 1)",
            "What does [[2, −1], [−1, 2]] make of (1, 1)?",
        )
        .show("[[2, −1], [−1, 2]]"),
        Wrong::new(
            "never-normalised",
            |a, steps| {
                let v = raw(a, steps);
                (dot(&v, &times(a, &v)) / dot(&v, &v), v)
            },
            "the product A·A·…·v as it comes: its direction is right, its length is that of |λ| to the power of the steps",
            "How long is your v after 400 steps of a matrix that stretches by 1000?",
        )
        .or(|a, steps| {
            let v = raw(a, steps);
            (dot(&v, &times(a, &v)), v)
        }),
        Wrong::new(
            "normalised-at-the-end",
            |a, steps| {
                let v = raw(a, steps);
                let v = over(&v, norm2(&v));
                (dot(&v, &times(a, &v)), v)
            },
            "a vector that is divided by its length once, after the last product: it has overflowed or vanished by then",
            "How large is 3000 to the power of 400?",
        )
        .or(|a, steps| {
            let v = raw(a, steps);
            let size = norm2(&v);
            let v = if size == 0.0 { axis(a.rows(), 0) } else { over(&v, size) };
            (dot(&v, &times(a, &v)), v)
        })
        .show("entries near 1000"),
        Wrong::new(
            "largest-is-one",
            |a, steps| {
                let (_, v) = iterate(a, steps, &roots(a.rows()), norm_inf);
                (dot(&v, &times(a, &v)) / dot(&v, &v), v)
            },
            "a vector that is scaled so that its largest entry is 1",
            "Which norm of your vector is 1, and which one does the task name?",
        )
        .or(|a, steps| iterate(a, steps, &roots(a.rows()), norm_inf)),
        Wrong::new(
            "sums-to-one",
            |a, steps| {
                let (_, v) = iterate(a, steps, &roots(a.rows()), norm1);
                (dot(&v, &times(a, &v)) / dot(&v, &v), v)
            },
            "a vector whose entries sum to 1 in size, like a distribution",
            "Which norm of your vector is 1, and which one does the task name?",
        )
        .or(|a, steps| iterate(a, steps, &roots(a.rows()), norm1)),
        Wrong::new(
            "plain-length",
            |a, steps| iterate(a, steps, &roots(a.rows()), plain_length),
            "a power iteration that squares its entries to measure them: beyond 1e154 a square is infinite, below 1e-162 it is 0",
            "What is 1e200 times 1e200 in an f64?",
        )
        .show("entries near 1e200"),
        Wrong::new(
            "divides-by-zero",
            |a, steps| {
                let mut v = over(&roots(a.rows()), norm2(&roots(a.rows())));
                for _ in 0..steps {
                    let image = times(a, &v);
                    v = over(&image, norm2(&image));
                }
                (dot(&v, &times(a, &v)), v)
            },
            "a power iteration that divides by the length of A·v even when it is 0",
            "What does a matrix of zeros make of your vector, and what is 0/0?",
        )
        .show("all zeros"),
        Wrong::new(
            "quotient-of-first-entries",
            |a, steps| with_value(a, steps, |v, image| image[0] / v[0]),
            "entry 0 of A·v divided by entry 0 of v",
            "What does your quotient say where the eigenvector has a 0?",
        )
        .or(|a, steps| with_value(a, steps, |v, image| if v[0] == 0.0 { 0.0 } else { image[0] / v[0] }))
        .show("a vector that begins with 0"),
        Wrong::new(
            "squared-length",
            |a, steps| with_value(a, steps, |_, image| dot(image, image)),
            "the squared length of A·v: the square of the eigenvalue",
            "In which unit do you measure: that of A, or that of A·A?",
        ),
        Wrong::new(
            "value-after-dividing",
            |a, steps| with_value(a, steps, |v, image| {
                let size = norm2(image);
                if size == 0.0 { 0.0 } else { dot(v, &over(image, size)) }
            }),
            "v times A·v after that was divided by its length: 1 or −1, whatever the matrix",
            "Where did the size of A·v go before you looked at it?",
        ),
        Wrong::new(
            "largest-signed",
            |a, _| {
                let Ok(e) = SymmetricEigen::new(a.view()) else { return (f64::NAN, vec![]) };
                let n = a.rows();
                (e.values[n - 1], (0..n).map(|i| e.vectors[[i, n - 1]]).collect())
            },
            "the largest eigenvalue, where the task asks for the one that is largest in size",
            "Of −5 and 2, which one wins when a matrix is applied again and again?",
        )
        .show("diag(−5, 2, 1)"),
        Wrong::new(
            "stops-early",
            |a, steps| stops_early(a, steps, 1e-6),
            "a power iteration that stops when λ hardly moves: λ has twice as many right digits as v then",
            "When λ has six digits, how many has the vector?",
        )
        .or(|a, steps| stops_early(a, steps, 1e-8))
        .or(|a, steps| stops_early(a, steps, 1e-9))
        .or(|a, steps| stops_early(a, steps, 1e-10))
        .show("two eigenvalues near each other"),
        Wrong::new(
            "fixed-number-of-steps",
            |a, _| iterate(a, 100, &roots(a.rows()), norm2),
            "a power iteration that makes the same number of steps whatever it is told",
            "What becomes of your result when `steps` grows from 100 to 600?",
        )
        .or(|a, _| iterate(a, 10, &roots(a.rows()), norm2))
        .or(|a, _| iterate(a, 20, &roots(a.rows()), norm2))
        .or(|a, _| iterate(a, 50, &roots(a.rows()), norm2))
        .show("two eigenvalues near each other"),
        Wrong::new(
            "in-place",
            in_place,
            "a product that reads entries of v which it has already replaced",
            "When you compute entry 1 of A·v, is entry 0 of v still the old one?",
        ),
        Wrong::new(
            "keeps-adding",
            keeps_adding,
            "products that are added to those before, in a buffer that is never cleared",
            "What is in your buffer when the second product begins?",
        ),
        Wrong::new(
            "sign-of-one-entry",
            |a, steps| with_value(a, steps, |v, image| norm2(image).copysign(v[0] * image[0])),
            "the length of A·v, with a sign that is read off entry 0",
            "Which sign has a change of an entry that is 0?",
        )
        .or(|a, steps| with_value(a, steps, |v, image| if v[0] * image[0] < 0.0 { -norm2(image) } else { norm2(image) }))
        .or(|a, steps| {
            with_value(a, steps, |v, image| {
                let last = v.len() - 1;
                norm2(image).copysign(v[last] * image[last])
            })
        })
        .show("negative, the vector begins with 0"),
        Wrong::new(
            "all-positive",
            |a, steps| {
                let mut v = over(&roots(a.rows()), norm2(&roots(a.rows())));
                for _ in 0..steps {
                    let image: Vec<f64> = times(a, &v).iter().map(|x| x.abs()).collect();
                    let size = norm2(&image);
                    if size == 0.0 {
                        return (0.0, v);
                    }
                    v = over(&image, size);
                }
                (dot(&v, &times(a, &v)), v)
            },
            "a vector whose entries are made positive at every step",
            "Can an eigenvector have entries of both signs?",
        ),
    ]
}
