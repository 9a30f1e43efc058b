//! Backward passes of a product that people write.

use super::Spec;
use super::solution::matmul_backward as right;
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

fn ones(like: &Mat) -> Mat {
    Mat::from_fn(like.rows(), like.cols(), |_, _| 1.0)
}

fn zeros(like: &Mat) -> Mat {
    Mat::zeros([like.rows(), like.cols()])
}

/// The same numbers in the shape of another matrix.
fn in_shape(x: Mat, like: &Mat) -> Mat {
    x.reshape([like.rows(), like.cols()])
}

fn times(a: &Mat, b: &Mat) -> Mat {
    a.zip_with(b, |a, b| a * b)
}

fn over(d: &Mat, n: usize) -> Mat {
    d.map(|d| d / n as f64)
}

/// The last row of A with the last row of dC: what is left if `=` stands for `+=`.
fn last_row(a: &Mat, b: &Mat, dc: &Mat) -> Mat {
    let last = a.rows().wrapping_sub(1);
    Mat::from_fn(b.rows(), b.cols(), |k, j| if a.rows() == 0 { 0.0 } else { a[[last, k]] * dc[[last, j]] })
}

fn last_column(a: &Mat, b: &Mat, dc: &Mat) -> Mat {
    let last = b.cols().wrapping_sub(1);
    Mat::from_fn(a.rows(), a.cols(), |i, k| if b.cols() == 0 { 0.0 } else { dc[[i, last]] * b[[k, last]] })
}

fn first_column(a: &Mat, b: &Mat, dc: &Mat) -> Mat {
    Mat::from_fn(a.rows(), a.cols(), |i, k| if b.cols() == 0 { 0.0 } else { dc[[i, 0]] * b[[k, 0]] })
}

fn first_row(a: &Mat, b: &Mat, dc: &Mat) -> Mat {
    Mat::from_fn(b.rows(), b.cols(), |k, j| if a.rows() == 0 { 0.0 } else { a[[0, k]] * dc[[0, j]] })
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("swapped", "mean-over-rows", |a, b, dc| {
            let (da, db) = right(a, b, dc);
            (over(&db, a.rows()), da)
        }),
        Pair::new("output-transposed", "mean-over-rows", |a, b, dc| {
            let (da, db) = right(a, b, dc);
            (da.transpose(), over(&db, a.rows()).transpose())
        }),
        Pair::new("weights-as-in-linear", "mean-over-rows", |a, b, dc| {
            let (da, db) = right(a, b, dc);
            (da, over(&db, a.rows()).transpose())
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "no-transpose",
            |a, b, dc| (dc.matmul(b), a.matmul(dc)),
            "dC·B and A·dC: products that exist for square matrices alone",
            "Over which index of C does an entry of A have to collect, and where does that index stand in B?",
        )
        .or(|a, b, dc| (dc.matmul(b), right(a, b, dc).1))
        .or(|a, b, dc| (right(a, b, dc).0, a.matmul(dc)))
        .show("2×2 · 2×2"),
        Wrong::new(
            "read-as-transposed",
            |a, b, dc| {
                let (bt, at) = (in_shape(b.clone(), &b.transpose()), in_shape(a.clone(), &a.transpose()));
                (dc.matmul(&bt), at.matmul(dc))
            },
            "products with a B and an A that were given another shape where they should be transposed",
            "Which entry of B stands at [0, 1] after your change of shape?",
        )
        .or(|a, b, dc| (dc.matmul(&in_shape(b.clone(), &b.transpose())), right(a, b, dc).1))
        .or(|a, b, dc| (right(a, b, dc).0, in_shape(a.clone(), &a.transpose()).matmul(dc)))
        .show("2×3 · 3×4"),
        Wrong::new(
            "swapped",
            |a, b, dc| {
                let (da, db) = right(a, b, dc);
                (db, da)
            },
            "dB where dA belongs, and dA where dB belongs",
            "Which shape has the gradient of A?",
        ),
        Wrong::new(
            "output-transposed",
            |a, b, dc| {
                let (da, db) = right(a, b, dc);
                (da.transpose(), db.transpose())
            },
            "both gradients transposed",
            "You will subtract the gradient from the matrix. What shape must it have?",
        )
        .or(|a, b, dc| {
            let (da, db) = right(a, b, dc);
            (in_shape(da.transpose(), a), in_shape(db.transpose(), b))
        })
        .or(|a, b, dc| (right(a, b, dc).0.transpose(), right(a, b, dc).1)),
        Wrong::new(
            "weights-as-in-linear",
            |a, b, dc| (right(a, b, dc).0, dc.transpose().matmul(a)),
            "a right dA, and the dB of a layer that stores its weights as (out, in)",
            "Does the task multiply by B or by its transpose?",
        )
        .or(|a, b, dc| (right(a, b, dc).0, in_shape(dc.transpose().matmul(a), b))),
        Wrong::new(
            "gradient-transposed",
            |a, b, dc| {
                let dct = dc.transpose();
                (dct.matmul(&b.transpose()), a.transpose().matmul(&dct))
            },
            "products with the transpose of dC",
            "Which entry of dC belongs to row i of A?",
        )
        .or(|a, b, dc| {
            let dct = in_shape(dc.transpose(), dc);
            (dct.matmul(&b.transpose()), a.transpose().matmul(&dct))
        }),
        Wrong::new(
            "ignores-upstream",
            |a, b, dc| right(a, b, &ones(dc)),
            "gradients that never look at dC: as if the loss were the sum of all entries",
            "If dC doubles, what should happen to your answer?",
        ),
        Wrong::new(
            "times-input",
            |a, b, dc| {
                let (da, db) = right(a, b, dc);
                (times(&da, a), times(&db, b))
            },
            "gradients that are multiplied by the matrix they belong to",
            "C is linear in A. Can its slope in A depend on A?",
        )
        .or(|a, b, dc| (times(&right(a, b, dc).0, a), right(a, b, dc).1)),
        Wrong::new(
            "overwrites",
            |a, b, dc| (last_column(a, b, dc), last_row(a, b, dc)),
            "gradients in which only the last of all contributions is left",
            "An entry of A acts on a whole row of C. How many contributions come back to it?",
        )
        .or(|a, b, dc| (right(a, b, dc).0, last_row(a, b, dc)))
        .or(|a, b, dc| (last_column(a, b, dc), right(a, b, dc).1)),
        Wrong::new(
            "mean-over-rows",
            |a, b, dc| (right(a, b, dc).0, over(&right(a, b, dc).1, a.rows())),
            "a dB divided by the number of rows of A",
            "Who takes the mean over the batch: the product, or the loss above it?",
        )
        .or(|a, b, dc| {
            let (da, db) = right(a, b, dc);
            (over(&da, a.rows()), over(&db, a.rows()))
        })
        .show("2×2 · 2×2"),
        Wrong::new(
            "only-one-moves",
            |a, b, dc| (right(a, b, dc).0, zeros(b)),
            "a gradient for one of the two matrices, and zeros for the other",
            "Which of the two matrices is a weight, and which is what the layer below made?",
        )
        .or(|a, b, dc| (zeros(a), right(a, b, dc).1)),
        Wrong::new(
            "forward-for-gradient",
            |a, b, _| right(a, b, &a.matmul(b)),
            "products with C where dC belongs",
            "Does the way back multiply what went up, or what comes down?",
        ),
        Wrong::new(
            "first-only",
            |a, b, dc| (first_column(a, b, dc), first_row(a, b, dc)),
            "gradients made from the first column, or the first row, of dC alone",
            "Through how many entries of C does one entry of A act?",
        )
        .or(|a, b, dc| (first_column(a, b, dc), right(a, b, dc).1))
        .or(|a, b, dc| (right(a, b, dc).0, first_row(a, b, dc))),
        Wrong::new(
            "mean-over-columns",
            |a, b, dc| (over(&right(a, b, dc).0, b.cols()), right(a, b, dc).1),
            "a dA divided by the number of columns of B",
            "If every column of B came twice, should the gradient of A stay as it is?",
        )
        .show("2×2 · 2×2"),
        Wrong::new(
            "hands-it-on",
            |_, _, dc| (dc.clone(), dc.clone()),
            "dC itself, for both",
            "By what is an entry of A multiplied on its way into C?",
        ),
    ]
}
