//! Decompositions that people write.

use super::{Spec, solution};
use linalg::{Mat, Svd, SymmetricEigen};

type Wrong = crate::spec::Wrong<Spec>;

fn eigen(a: &Mat) -> (Mat, Vec<f64>) {
    match SymmetricEigen::new(a.view()) {
        Ok(eigen) => (eigen.vectors, eigen.values),
        Err(_) => (Mat::full([a.rows(), a.rows()], f64::NAN), vec![f64::NAN; a.rows()]),
    }
}

/// The eigenvectors of AᵀA, those of the largest eigenvalue first, and the eigenvalues.
fn descending(a: &Mat) -> (Mat, Vec<f64>) {
    let n = a.cols();
    let (vectors, mut values) = eigen(&a.transpose().matmul(a));
    values.reverse();
    (Mat::from_fn(n, n, |i, j| vectors[[i, n - 1 - j]]), values)
}

/// U with column j divided by `by[j]`.
fn divided(av: &Mat, by: &[f64]) -> Mat {
    Mat::from_fn(av.rows(), av.cols(), |i, j| av[[i, j]] / by[j])
}

fn roots(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| v.sqrt()).collect()
}

/// A matrix that is not wide, decomposed.
fn tall(a: &Mat) -> Svd {
    let (v, values) = descending(a);
    let s = roots(&values);
    Svd { u: divided(&a.matmul(&v), &s), s, vt: v.transpose() }
}

/// Wide ones by transposition.
fn any(a: &Mat, tall: impl Fn(&Mat) -> Svd) -> Svd {
    if a.rows() >= a.cols() {
        return tall(a);
    }
    let Svd { u, s, vt } = tall(&a.transpose());
    Svd { u: vt.transpose(), s, vt: u.transpose() }
}

/// The same, of numbers near 1.
fn scaled(a: &Mat, svd: impl Fn(&Mat) -> Svd) -> Svd {
    let size = a.data().iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    let unit = svd(&a.map(|x| x / size));
    Svd { s: unit.s.iter().map(|s| s * size).collect(), ..unit }
}

/// A mistake by somebody who thought of sizes, of wide matrices, of both, of neither.
macro_rules! with {
    ($wrong:expr, $tall:expr) => {
        $wrong.or(|a| any(a, $tall)).or(|a| scaled(a, $tall)).or($tall)
    };
}

fn eigenvalues(a: &Mat) -> Svd {
    let (v, values) = descending(a);
    Svd { u: divided(&a.matmul(&v), &roots(&values)), s: values, vt: v.transpose() }
}

fn eigenvalues_divide(a: &Mat) -> Svd {
    let (v, values) = descending(a);
    Svd { u: divided(&a.matmul(&v), &values), s: values, vt: v.transpose() }
}

fn separately(a: &Mat) -> Svd {
    let (v, values) = descending(a);
    let (u, _) = descending(&a.transpose());
    let k = values.len().min(a.rows());
    let u = Mat::from_fn(a.rows(), k, |i, j| u[[i, j]]);
    let vt = Mat::from_fn(k, a.cols(), |i, j| v[[j, i]]);
    Svd { u, s: roots(&values[..k]), vt }
}

fn ascending(a: &Mat) -> Svd {
    let (v, values) = eigen(&a.transpose().matmul(a));
    let s = roots(&values);
    Svd { u: divided(&a.matmul(&v), &s), s, vt: v.transpose() }
}

fn values_alone_descend(a: &Mat) -> Svd {
    let Svd { u, mut s, vt } = ascending(a);
    s.reverse();
    Svd { u, s, vt }
}

fn signs_in_sigma(a: &Mat) -> Svd {
    let Svd { mut u, mut s, vt } = tall(a);
    for j in 0..s.len() {
        if u[[0, j]] < 0.0 {
            s[j] = -s[j];
            (0..u.rows()).for_each(|i| u[[i, j]] = -u[[i, j]]);
        }
    }
    Svd { u, s, vt }
}

fn v_for_vt(a: &Mat) -> Svd {
    let Svd { u, s, vt } = tall(a);
    Svd { u, s, vt: vt.transpose() }
}

fn u_not_divided(a: &Mat) -> Svd {
    let (v, values) = descending(a);
    Svd { u: a.matmul(&v), s: roots(&values), vt: v.transpose() }
}

fn u_divided_twice(a: &Mat) -> Svd {
    let (v, values) = descending(a);
    Svd { u: divided(&a.matmul(&v), &values), s: roots(&values), vt: v.transpose() }
}

fn u_from_the_left(a: &Mat) -> Svd {
    // Aᵀ·v: the shapes agree only for square matrices
    let (v, values) = descending(a);
    if a.rows() != a.cols() {
        return tall(a);
    }
    let s = roots(&values);
    Svd { u: divided(&a.transpose().matmul(&v), &s), s, vt: v.transpose() }
}

fn full_u(a: &Mat) -> Svd {
    let Svd { u, s, vt } = tall(a);
    let Ok(qr) = linalg::Qr::new(u.view()) else { return Svd { u, s, vt } };
    let mut full = qr.q_full();
    for i in 0..u.rows() {
        full.row_mut(i)[..u.cols()].copy_from_slice(u.row(i));
    }
    Svd { u: full, s, vt }
}

fn swapped(a: &Mat) -> Svd {
    let Svd { u, s, vt } = tall(a);
    Svd { u: vt.transpose(), s, vt: u.transpose() }
}

fn wide_not_swapped_back(a: &Mat) -> Svd {
    if a.rows() < a.cols() { tall(&a.transpose()) } else { tall(a) }
}

fn centred(a: &Mat) -> Svd {
    let mean = |j: usize| (0..a.rows()).map(|i| a[[i, j]]).sum::<f64>() / a.rows() as f64;
    tall(&Mat::from_fn(a.rows(), a.cols(), |i, j| a[[i, j]] - mean(j)))
}

fn over_the_samples(a: &Mat) -> Svd {
    let svd = tall(a);
    let root = (a.rows() as f64 - 1.0).sqrt();
    Svd { s: svd.s.iter().map(|s| s / root).collect(), ..svd }
}

fn eigen_of_a(a: &Mat) -> Svd {
    let n = a.cols();
    if a.rows() != n {
        return tall(a);
    }
    let symmetric = a.zip_with(&a.transpose(), |x, y| 0.5 * (x + y));
    let (vectors, values) = eigen(&symmetric);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| values[j].total_cmp(&values[i]));
    let v = Mat::from_fn(n, n, |i, j| vectors[[i, order[j]]]);
    Svd { u: v.clone(), s: order.iter().map(|&i| values[i]).collect(), vt: v.transpose() }
}

fn u_by_qr(a: &Mat) -> Svd {
    let (v, values) = descending(a);
    let Ok(qr) = linalg::Qr::new(a.matmul(&v).view()) else { return tall(a) };
    Svd { u: qr.q(), s: roots(&values), vt: v.transpose() }
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        with!(
            Wrong::new(
                "eigenvalues-not-roots",
                |a| scaled(a, |a| any(a, eigenvalues)),
                "a decomposition with the eigenvalues of AᵀA in place of σ",
                "A stretches a vector by σ. By how much does AᵀA stretch it?",
            ),
            eigenvalues
        )
        .or(|a| scaled(a, |a| any(a, eigenvalues_divide)))
        .or(|a| any(a, eigenvalues_divide))
        .or(eigenvalues_divide),
        with!(
            Wrong::new(
                "independent-signs",
                |a| scaled(a, separately),
                "U from AAᵀ and V from AᵀA: each orthogonal, and yet the product is not A",
                "Nobody told the second decomposition which of the two signs the first one had chosen. Can U be had from V instead?",
            ),
            separately
        ),
        with!(
            Wrong::new(
                "ascending",
                |a| scaled(a, |a| any(a, ascending)),
                "a decomposition with the smallest singular value first",
                "In which order does `SymmetricEigen` give the eigenvalues, and in which does the task want σ?",
            ),
            ascending
        ),
        with!(
            Wrong::new(
                "values-alone-descend",
                |a| scaled(a, |a| any(a, values_alone_descend)),
                "σ in descending order, with vectors in ascending order",
                "You moved the values. Who moved their vectors?",
            ),
            values_alone_descend
        ),
        with!(
            Wrong::new(
                "negative-sigma",
                |a| scaled(a, |a| any(a, signs_in_sigma)),
                "a decomposition in which the first entry of every uᵢ is positive, and some σ are negative for it",
                "How long is A·vᵢ, and can a length be negative?",
            ),
            signs_in_sigma
        ),
        with!(
            Wrong::new(
                "v-for-vt",
                |a| scaled(a, |a| any(a, v_for_vt)),
                "a decomposition that returns V where Vᵀ is asked for",
                "In your third factor, is a singular vector a row or a column?",
            ),
            v_for_vt
        ),
        with!(
            Wrong::new(
                "u-not-divided",
                |a| scaled(a, |a| any(a, u_not_divided)),
                "A·V in place of U",
                "How long are the columns of your U?",
            ),
            u_not_divided
        ),
        with!(
            Wrong::new(
                "u-divided-twice",
                |a| scaled(a, |a| any(a, u_divided_twice)),
                "a U whose columns were divided by σ²",
                "How long are the columns of your U?",
            ),
            u_divided_twice
        ),
        with!(
            Wrong::new(
                "u-by-the-transpose",
                |a| scaled(a, |a| any(a, u_from_the_left)),
                "a U computed with Aᵀ·V, where the shapes allow it",
                "V lives in the space that A takes vectors from. What does Aᵀ take?",
            ),
            u_from_the_left
        ),
        with!(
            Wrong::new(
                "full-u",
                |a| scaled(a, |a| any(a, full_u)),
                "a U completed to a square matrix",
                "How many columns of U does the product with Σ use?",
            ),
            full_u
        ),
        with!(
            Wrong::new(
                "swapped",
                |a| scaled(a, |a| any(a, swapped)),
                "U and V in each other's place: the decomposition of Aᵀ",
                "Which of the two lives in the space of A's columns?",
            ),
            swapped
        ),
        Wrong::new(
            "wide-not-swapped-back",
            |a| scaled(a, wide_not_swapped_back),
            "a decomposition that is right for tall matrices, and that of the transpose for wide ones",
            "You transposed a wide matrix, and decomposed it. Of which matrix are these the factors?",
        )
        .or(wide_not_swapped_back)
        .show("2×4"),
        Wrong::new(
            "wide-by-ata",
            |a| scaled(a, tall),
            "a decomposition that gives n singular values to every matrix, also to one with fewer rows",
            "AᵀA of a 2×4 matrix is 4×4. How many of its eigenvalues can be different from 0?",
        )
        .or(tall)
        .show("2×4"),
        Wrong::new(
            "squares-lost",
            |a| any(a, tall),
            "a decomposition of the numbers as they are: right until a square is 0 or infinite",
            "σ grows with A. Is there a multiple of A whose squares are harmless?",
        )
        .show("4×3, numbers near 1e170"),
        with!(
            Wrong::new(
                "centred",
                |a| scaled(a, |a| any(a, centred)),
                "the decomposition of A with the mean of every column subtracted",
                "Who asked for a mean? What does A do to a vector, and what does your matrix do to it?",
            ),
            centred
        ),
        with!(
            Wrong::new(
                "over-the-samples",
                |a| scaled(a, |a| any(a, over_the_samples)),
                "singular values divided by √(m − 1), as for a standard deviation",
                "Are the rows samples here, or is A a map?",
            ),
            over_the_samples
        ),
        with!(
            Wrong::new(
                "eigen-of-a",
                |a| scaled(a, |a| any(a, eigen_of_a)),
                "the eigen-decomposition of A itself (its symmetric part) where A is square",
                "An eigenvalue can be negative. Is −4 a stretch by −4?",
            ),
            eigen_of_a
        ),
        Wrong::new(
            "one-by-one-positive",
            |a| {
                let Svd { mut u, s, vt } = solution::svd(a);
                for j in 0..s.len() {
                    if u[[0, j]] < 0.0 {
                        (0..u.rows()).for_each(|i| u[[i, j]] = -u[[i, j]]);
                    }
                }
                Svd { u, s, vt }
            },
            "a decomposition whose uᵢ were given a sign of their own, without their vᵢ",
            "Turn uᵢ around. What has to happen for σᵢ·uᵢ·vᵢᵀ to stay as it was?",
        ),
        Wrong::new(
            "scale-kept",
            |a| {
                let size = a.data().iter().fold(0.0_f64, |size, x| size.max(x.abs()));
                any(&a.map(|x| x / size), tall)
            },
            "the decomposition of A divided by its largest number",
            "You made the numbers smaller. Of which matrix are these the singular values?",
        ),
        with!(
            Wrong::new(
                "u-by-qr",
                |a| scaled(a, |a| any(a, u_by_qr)),
                "a U made orthonormal anew, whose signs are those of another decomposition",
                "The columns of A·V stand at right angles already. What is missing for them to be U, and what may not change?",
            ),
            u_by_qr
        ),
    ]
}
