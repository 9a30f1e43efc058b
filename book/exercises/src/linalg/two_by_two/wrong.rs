//! Eigenvalues of 2×2 matrices that people write.

use super::{Spec, solution};

type Wrong = crate::spec::Wrong<Spec>;
type Matrix = [[f64; 2]; 2];

/// Two real numbers, the larger one first.
fn real(x: f64, y: f64) -> Matrix {
    [[x.max(y), 0.0], [x.min(y), 0.0]]
}

/// Scaled; `decides` is what is taken for the number below the root, `finish` what is made of mean, root and determinant.
fn with(
    m: Matrix,
    decides: impl Fn(f64, f64, f64, f64) -> f64,
    turn: impl Fn(f64, f64) -> Matrix,
    finish: impl Fn(f64, f64, f64) -> Matrix,
) -> Matrix {
    let size = m.iter().flatten().fold(0.0, |s: f64, x| s.max(x.abs()));
    if size == 0.0 {
        return m;
    }
    let [[a, b], [c, d]] = m.map(|row| row.map(|x| x / size));
    let decides = decides(a, b, c, d);
    let mean = 0.5 * (a + d);
    let found = if decides < 0.0 { turn(mean, decides) } else { finish(mean, decides.sqrt(), a * d - b * c) };
    found.map(|row| row.map(|x| x * size))
}

fn right(a: f64, b: f64, c: f64, d: f64) -> f64 {
    let half = 0.5 * (a - d);
    half * half + b * c
}

fn pair(mean: f64, decides: f64) -> Matrix {
    let im = (-decides).sqrt();
    [[mean, im], [mean, -im]]
}

fn stable(mean: f64, root: f64, det: f64) -> Matrix {
    let far = mean + root.copysign(mean);
    real(far, if far == 0.0 { 0.0 } else { det / far })
}

fn plain(mean: f64, root: f64, _: f64) -> Matrix {
    real(mean + root, mean - root)
}

/// The same mistake in the number below the root, by somebody who finishes carefully and by somebody who does not.
macro_rules! decided_by {
    ($decides:expr, $finish:ident) => {
        |m| with(m, $decides, pair, $finish)
    };
}

/// The same mistake about a turn, likewise.
macro_rules! turned_by {
    ($turn:expr, $finish:ident) => {
        |m| with(m, right, $turn, $finish)
    };
}

/// A right answer, rearranged.
fn then(m: Matrix, change: impl Fn(Matrix) -> Matrix) -> Matrix {
    change(solution::eigenvalues(m))
}

/// λ² − (a + d)λ + (ad − bc) as it stands.
fn by_trace(m: Matrix) -> Matrix {
    with(m, |a, b, c, d| 0.25 * ((a + d) * (a + d) - 4.0 * (a * d - b * c)), pair, stable)
}

fn singular_values([[a, b], [c, d]]: Matrix) -> Matrix {
    then([[a * a + c * c, a * b + c * d], [a * b + c * d, b * b + d * d]], |v| {
        v.map(|[re, _]| [re.max(0.0).sqrt(), 0.0])
    })
}

fn unscaled([[a, b], [c, d]]: Matrix) -> Matrix {
    let decides = right(a, b, c, d);
    let mean = 0.5 * (a + d);
    if decides < 0.0 { pair(mean, decides) } else { stable(mean, decides.sqrt(), a * d - b * c) }
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "no-turns",
            turned_by!(|mean, _| [[mean + f64::NAN, 0.0], [mean - f64::NAN, 0.0]], stable),
            "the root of a negative number, taken: NaN where the matrix turns",
            "Which way does a quarter turn leave any direction where it was?",
        )
        .or(turned_by!(|_, _| [[f64::NAN; 2]; 2], stable))
        .or(turned_by!(|mean, _| [[mean + f64::NAN, 0.0], [mean - f64::NAN, 0.0]], plain))
        .show("a quarter turn"),
        Wrong::new(
            "real-part-only",
            turned_by!(|mean, _| real(mean, mean), stable),
            "the real parts of the eigenvalues: a turn is reported as two equal numbers",
            "A quarter turn applied four times changes nothing. What would a matrix with two eigenvalues 0 have done?",
        )
        .or(turned_by!(|mean, _| real(mean, mean), plain))
        .show("a quarter turn"),
        Wrong::new(
            "size-of-the-pair",
            turned_by!(|mean, decides| real(mean.hypot((-decides).sqrt()), mean.hypot((-decides).sqrt())), stable),
            "the sizes of the two of a pair in place of the pair",
            "The size says by how much a turn stretches. Where in your result is by how far it turns?",
        )
        .or(turned_by!(|mean, decides| real(mean.hypot((-decides).sqrt()), mean.hypot((-decides).sqrt())), plain))
        .show("a quarter turn"),
        Wrong::new(
            "root-as-real",
            turned_by!(|mean, decides| real(mean + (-decides).sqrt(), mean - (-decides).sqrt()), stable),
            "the formula with the size of what is below the root: turns become stretches",
            "Add up the squares of your two numbers for a quarter turn. What does the matrix times itself have on its diagonal?",
        )
        .or(turned_by!(|mean, decides| real(mean + (-decides).sqrt(), mean - (-decides).sqrt()), plain))
        .show("a quarter turn"),
        Wrong::new(
            "sign-of-bc",
            decided_by!(|a, b, c, d| 0.25 * (a - d) * (a - d) - b * c, stable),
            "the formula with − bc below the root: turns and stretches exchanged",
            "For [[0, 1], [1, 0]], which exchanges two axes, what is below your root?",
        )
        .or(decided_by!(|a, b, c, d| 0.25 * (a - d) * (a - d) - b * c, plain)),
        Wrong::new(
            "as-if-symmetric",
            decided_by!(|a, b, _, d| 0.25 * (a - d) * (a - d) + b * b, plain),
            "the formula for symmetric matrices, with b² in place of bc",
            "Change c alone: which of your numbers notices?",
        )
        .or(decided_by!(|a, b, _, d| 0.25 * (a - d) * (a - d) + b * b, stable)),
        Wrong::new(
            "as-if-symmetric-below",
            decided_by!(|a, _, c, d| 0.25 * (a - d) * (a - d) + c * c, plain),
            "the formula for symmetric matrices, with c² in place of bc",
            "Change b alone: which of your numbers notices?",
        )
        .or(decided_by!(|a, _, c, d| 0.25 * (a - d) * (a - d) + c * c, stable)),
        Wrong::new(
            "sum-in-the-root",
            decided_by!(|a, b, c, d| 0.25 * (a + d) * (a + d) + b * c, plain),
            "the formula with a + d below the root as well",
            "Add 1 to both a and d. By how much must each eigenvalue move, and what happens to your root?",
        )
        .or(decided_by!(|a, b, c, d| 0.25 * (a + d) * (a + d) + b * c, stable)),
        Wrong::new(
            "difference-not-halved",
            decided_by!(|a, b, c, d| (a - d) * (a - d) + b * c, plain),
            "the formula with (a − d)² below the root, not halved",
            "For a diagonal matrix, are your two numbers its diagonal?",
        )
        .or(decided_by!(|a, b, c, d| (a - d) * (a - d) + b * c, stable)),
        Wrong::new(
            "root-not-halved",
            decided_by!(|a, b, c, d| (a - d) * (a - d) + 4.0 * b * c, plain),
            "the mean plus and minus a root twice as large as it should be",
            "For a diagonal matrix, are your two numbers its diagonal?",
        )
        .or(decided_by!(|a, b, c, d| (a - d) * (a - d) + 4.0 * b * c, stable)),
        Wrong::new(
            "bc-quartered",
            decided_by!(|a, b, c, d| 0.25 * ((a - d) * (a - d) + b * c), plain),
            "the formula with a quarter of bc below the root",
            "For [[0, 1], [1, 0]], what are the two numbers by which nothing but a sign changes?",
        )
        .or(decided_by!(|a, b, c, d| 0.25 * ((a - d) * (a - d) + b * c), stable)),
        Wrong::new(
            "by-trace-and-determinant",
            by_trace,
            "the quadratic formula on trace and determinant: a slow turn cancels away",
            "For [[1, ε], [−ε, 1]], what is (a + d)² − 4(ad − bc) in f64, and what should be left of it?",
        )
        .or(|m| with(m, |a, b, c, d| 0.25 * ((a + d) * (a + d) - 4.0 * (a * d - b * c)), pair, plain))
        .show("a slow turn"),
        Wrong::new(
            "cancels",
            |m| with(m, right, pair, plain),
            "mean plus and minus root: of two eigenvalues far apart, the small one has no right digits",
            "For [[1e9, 1], [1, 0]], mean and root agree in how many digits?",
        )
        .show("1e9 above 0"),
        Wrong::new(
            "larger-by-plus",
            |m| {
                with(m, right, pair, |mean, root, det| {
                    let first = mean + root;
                    real(first, if first == 0.0 { mean - root } else { det / first })
                })
            },
            "mean + root, and the determinant over it: it cancels where the mean is negative",
            "For which sign of the mean does mean + root subtract?",
        )
        .show("−1e9 above 0"),
        Wrong::new(
            "squares-leave-the-range",
            unscaled,
            "the formula on the entries as they come: right until a square is no f64",
            "If every entry is multiplied by s, what happens to the eigenvalues?",
        )
        .or(|m| {
            let [[a, b], [c, d]] = m;
            let decides = right(a, b, c, d);
            let mean = 0.5 * (a + d);
            if decides < 0.0 {
                return pair(mean, decides);
            }
            let far = mean + decides.sqrt().copysign(mean);
            real(far, if far == 0.0 { 0.0 } else { a * (d / far) - b * (c / far) })
        })
        .show("two real ones near 1e200"),
        Wrong::new(
            "zero-over-zero",
            |m| with(m, right, pair, |mean, root, det| {
                let far = mean + root.copysign(mean);
                [[far.max(det / far), 0.0], [if far == 0.0 { det / far } else { far.min(det / far) }, 0.0]]
            }),
            "the determinant over the larger eigenvalue, also where that is 0",
            "Apart from zeros, which matrices have no eigenvalue but 0?",
        )
        .or(|m| {
            if m == [[0.0; 2]; 2] {
                return [[0.0, 0.0], [f64::NAN, 0.0]];
            }
            with(m, right, pair, |mean, root, det| {
                let far = mean + root.copysign(mean);
                [[far.max(det / far), 0.0], [if far == 0.0 { det / far } else { far.min(det / far) }, 0.0]]
            })
        })
        .or(|m| {
            let size = m.iter().flatten().fold(0.0, |s: f64, x| s.max(x.abs()));
            if size == 0.0 {
                return [[f64::NAN, 0.0]; 2];
            }
            solution::eigenvalues(m)
        })
        .show("nothing after two steps"),
        Wrong::new(
            "negative-first",
            |m| then(m, |[p, q]| if p[1] > 0.0 { [q, p] } else { [p, q] }),
            "pairs with the negative imaginary part first",
            "Which of the two does the task want first?",
        )
        .show("a quarter turn"),
        Wrong::new(
            "twice-the-same",
            |m| then(m, |[p, q]| if p[1] > 0.0 { [p, p] } else { [p, q] }),
            "pairs whose two numbers are the same",
            "The coefficients of the matrix are real. What must the sum of the two be?",
        )
        .show("a quarter turn"),
        Wrong::new(
            "smaller-first",
            |m| then(m, |[p, q]| if p[1] > 0.0 { [p, q] } else { [q, p] }),
            "real eigenvalues with the smaller number first",
            "Which of the two does the task want first?",
        ),
        Wrong::new(
            "ordered-by-size",
            |m| then(m, |[p, q]| if p[1] > 0.0 || p[0].abs() >= q[0].abs() { [p, q] } else { [q, p] }),
            "real eigenvalues ordered by size without the sign",
            "Which is the larger number, −5 or 2?",
        )
        .show("the larger in size is negative"),
        Wrong::new(
            "the-diagonal",
            |[[a, _], [_, d]]| real(a, d),
            "the diagonal of the matrix",
            "For which matrices are the eigenvalues on the diagonal?",
        )
        .or(|[[a, _], [_, d]]| [[a, 0.0], [d, 0.0]]),
        Wrong::new(
            "small-is-zero",
            |m| with(m, |a, b, c, d| { let x = right(a, b, c, d); if x.abs() < 1e-12 { 0.0 } else { x } }, pair, stable),
            "the formula, with a small number below the root taken for 0",
            "Twice a root: how large is the root of 1e−18, beside your limit?",
        )
        .or(|m| with(m, |a, b, c, d| { let x = right(a, b, c, d); if x.abs() < 1e-12 { 0.0 } else { x } }, pair, plain))
        .or(|m| with(m, |a, b, c, d| { let x = right(a, b, c, d); if x.abs() < f64::EPSILON { 0.0 } else { x } }, pair, stable))
        .or(|m| with(m, |a, b, c, d| { let x = right(a, b, c, d); if x.abs() < 1e-10 { 0.0 } else { x } }, pair, stable))
        .show("a slow turn"),
        Wrong::new(
            "turn-not-scaled-back",
            |m| {
                let size = m.iter().flatten().fold(0.0, |s: f64, x| s.max(x.abs()));
                then(m, |v| v.map(|[re, im]| [re, if im == 0.0 { 0.0 } else { im / size }]))
            },
            "pairs whose real part was multiplied by the size again, and whose imaginary part was not",
            "You divided all entries by the size. Which of your two results has heard of that?",
        )
        .show("a turn"),
        Wrong::new(
            "triangle-as-it-stands",
            |m| if m[1][0] == 0.0 { [[m[0][0], 0.0], [m[1][1], 0.0]] } else { solution::eigenvalues(m) },
            "a triangle's diagonal, in the order in which it stands there",
            "You treat a triangle apart. Do its two numbers come in the order that the task wants?",
        )
        .or(|m| if m[1][0] == 0.0 || m[0][1] == 0.0 { [[m[0][0], 0.0], [m[1][1], 0.0]] } else { solution::eigenvalues(m) })
        .show("upper triangle, the smaller number above"),
        Wrong::new(
            "singular-values",
            singular_values,
            "the singular values: how far the matrix stretches a circle",
            "A shear [[1, 1], [0, 1]] makes an ellipse of a circle. Which directions does it leave on their line?",
        ),
    ]
}
