//! Matrix products that people write.

use super::Spec;
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

/// C\[i, j\] = Σₖ term(i, k, j).
fn product(a: &Mat, b: &Mat, term: impl Fn(usize, usize, usize) -> f64) -> Mat {
    Mat::from_fn(a.rows(), b.cols(), |i, j| (0..a.cols()).map(|k| term(i, k, j)).sum())
}

fn right(a: &Mat, b: &Mat) -> Mat {
    product(a, b, |i, k, j| a[[i, k]] * b[[k, j]])
}

/// Tiles of `TILE` terms; each writes what it has found over what was there.
fn last_tile<const TILE: usize>(a: &Mat, b: &Mat) -> Mat {
    let mut c = Mat::zeros([a.rows(), b.cols()]);
    for start in (0..a.cols()).step_by(TILE) {
        let end = a.cols().min(start + TILE);
        c = Mat::from_fn(a.rows(), b.cols(), |i, j| (start..end).map(|k| a[[i, k]] * b[[k, j]]).sum());
    }
    c
}

/// The three lengths: A is m×k, B is k×n.
const M: usize = 0;
const K: usize = 1;
const N: usize = 2;

/// Three loops of the given lengths. The result has the right shape, or that of the two outer loops.
fn lengths<const I: usize, const J: usize, const P: usize, const RIGHT: bool>(a: &Mat, b: &Mat) -> Mat {
    let of = [a.rows(), a.cols(), b.cols()];
    let mut c = Mat::zeros(if RIGHT { [of[M], of[N]] } else { [of[I], of[J]] });
    for i in 0..of[I] {
        for j in 0..of[J] {
            let mut sum = 0.0;
            for k in 0..of[P] {
                sum += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = sum;
        }
    }
    c
}

/// Adds loops with wrong lengths to the variants of a mistake.
macro_rules! lengths {
    ($wrong:expr; $($i:ident $j:ident $k:ident),* $(,)?) => {
        $wrong$(.or(lengths::<$i, $j, $k, true>).or(lengths::<$i, $j, $k, false>))*
    };
}

/// The sum of those terms whose factors are not left out.
fn without(a: &Mat, b: &Mat, out: fn(f64, f64) -> bool) -> Mat {
    product(a, b, |i, k, j| {
        let (x, y) = (a[[i, k]], b[[k, j]]);
        if out(x, y) { 0.0 } else { x * y }
    })
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("output-transposed", "skips-last", |a, b| {
            let terms = a.cols().saturating_sub(1);
            Mat::from_fn(b.cols(), a.rows(), |j, i| (0..terms).map(|k| a[[i, k]] * b[[k, j]]).sum())
        }),
        Pair::new("output-transposed", "last-term-only", |a, b| {
            let last = a.cols().checked_sub(1);
            Mat::from_fn(b.cols(), a.rows(), |j, i| last.map_or(0.0, |k| a[[i, k]] * b[[k, j]]))
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "reads-b-transposed",
            |a, b| product(a, b, |i, k, j| a[[i, k]] * b.data()[j * a.cols() + k]),
            "A·Bᵀ (they agree where B is symmetric)",
            "When j grows by one, how far does the next number of B lie in memory?",
        )
        .or(|a, b| product(a, b, |i, k, j| a[[i, k]] * b[[j, k]])),
        Wrong::new(
            "reads-a-transposed",
            |a, b| product(a, b, |i, k, j| a.data()[k * a.rows() + i] * b[[k, j]]),
            "Aᵀ·B (they agree where A is symmetric)",
            "Which of i and k walks along a row of A?",
        )
        .or(|a, b| product(a, b, |i, k, j| a[[k, i]] * b[[k, j]])),
        Wrong::new(
            "output-transposed",
            |a, b| right(a, b).transpose(),
            "(A·B)ᵀ",
            "Which index of the result follows the rows of A?",
        )
        .or(|a, b| right(a, b).transpose().reshape([a.rows(), b.cols()])),
        Wrong::new(
            "swapped",
            |a, b| {
                assert!(b.cols() == a.rows(), "shapes {} and {} do not match", b.shape(), a.shape());
                right(b, a)
            },
            "B·A",
            "Does it matter which of two linear maps is applied first?",
        ),
        Wrong::new(
            "hadamard",
            |a, b| Mat::from_fn(a.rows(), b.cols(), |i, j| a[[i, j]] * b[[i, j]]),
            "the elementwise product, NumPy's `a * b`",
            "How many numbers of A does one number of the result depend on?",
        ),
        Wrong::new(
            "wrong-stride",
            |a, b| product(a, b, |i, k, j| a.data()[i * b.cols() + k] * b[[k, j]]),
            "a product that steps through A with the row length of another matrix: right for square ones alone",
            "A row of A has how many entries?",
        )
        .show("4×3 · 3×2"),
        lengths!(
            Wrong::new(
                "wrong-length",
                lengths::<M, K, K, true>,
                "a product with a loop as long as another one should be: right for square matrices alone",
                "Of the lengths of A and B, m×k and k×n, which belongs to i, which to j, which to k?",
            );
            M M K, N N K, K N K, N K K, K K K, N M K, K M K,
            M N M, M N N, M M M, N N N, M K M, M K N, K N N, K N M, N N M, M M N, K K M, K K N, N K M, N K N, K M M, K M N,
            N M M, N M N,
        )
        .or(lengths::<M, K, K, false>)
        .show("2×3 · 3×4"),
        Wrong::new(
            "last-term-only",
            |a, b| {
                let mut c = Mat::zeros([a.rows(), b.cols()]);
                for i in 0..a.rows() {
                    for j in 0..b.cols() {
                        for k in 0..a.cols() {
                            c[[i, j]] = a[[i, k]] * b[[k, j]];
                        }
                    }
                }
                c
            },
            "a product that keeps only the last term of every sum",
            "What happens to c[i, j] when k moves on?",
        ),
        Wrong::new(
            "skips-last",
            |a, b| {
                let terms = a.cols().saturating_sub(1);
                Mat::from_fn(a.rows(), b.cols(), |i, j| (0..terms).map(|k| a[[i, k]] * b[[k, j]]).sum())
            },
            "a product whose sums end one term early",
            "Which values does `0..n - 1` take?",
        )
        .show("2×2 · 2×2"),
        Wrong::new(
            "running-sum",
            |a, b| {
                let mut c = Mat::zeros([a.rows(), b.cols()]);
                for i in 0..a.rows() {
                    let mut sum = 0.0;
                    for j in 0..b.cols() {
                        for k in 0..a.cols() {
                            sum += a[[i, k]] * b[[k, j]];
                        }
                        c[[i, j]] = sum;
                    }
                }
                c
            },
            "a product where each number of a row still holds the sum of those before it",
            "When should the sum be 0 again?",
        )
        .or(|a, b| {
            let mut sum = 0.0;
            let mut c = Mat::zeros([a.rows(), b.cols()]);
            for i in 0..a.rows() {
                for j in 0..b.cols() {
                    for k in 0..a.cols() {
                        sum += a[[i, k]] * b[[k, j]];
                    }
                    c[[i, j]] = sum;
                }
            }
            c
        }),
        Wrong::new(
            "last-tile-only",
            last_tile::<64>,
            "a product in tiles of k, of which only the last is left in the result",
            "What stands in c[i, j] when the second tile begins, and what when it ends?",
        )
        .or(last_tile::<4>)
        .or(last_tile::<8>)
        .or(last_tile::<16>)
        .or(last_tile::<32>)
        .or(last_tile::<128>)
        .or(last_tile::<256>)
        .show("3×261 · 261×2"),
        Wrong::new(
            "leaves-zeros-out",
            |a, b| without(a, b, |x, _| x == 0.0),
            "a product that leaves out the terms with a factor of 0, also where the other factor is NaN",
            "What is 0 · NaN in floating point?",
        )
        .or(|a, b| without(a, b, |_, y| y == 0.0))
        .or(|a, b| without(a, b, |x, y| x == 0.0 || y == 0.0))
        .show("NaN meets 0"),
    ]
}
