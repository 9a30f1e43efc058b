//! Jacobians that people write.

use super::Spec;
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type F<'a> = &'a dyn Fn(&[f64]) -> Vec<f64>;

fn usual(x: f64) -> f64 {
    f64::EPSILON.cbrt() * x.abs().max(1.0)
}

/// All columns by central differences with the step of `step`; how an input is put back is `restore`.
fn columns(
    f: F<'_>,
    x: &[f64],
    step: impl Fn(f64) -> f64,
    restore: impl Fn(&mut [f64], usize),
) -> Vec<Vec<f64>> {
    let mut point = x.to_vec();
    (0..x.len())
        .map(|j| {
            let h = step(x[j]);
            point[j] = x[j] + h;
            let above = f(&point);
            point[j] = x[j] - h;
            let below = f(&point);
            restore(&mut point, j);
            let distance = (x[j] + h) - (x[j] - h);
            above.iter().zip(&below).map(|(a, b)| (a - b) / distance).collect()
        })
        .collect()
}

/// The same by forward differences.
fn forward(f: F<'_>, x: &[f64], step: impl Fn(f64) -> f64, put_back: bool) -> Mat {
    let mut point = x.to_vec();
    let mut all = Vec::new();
    for j in 0..x.len() {
        let h = (x[j] + step(x[j])) - x[j];
        let here = f(&point);
        point[j] = x[j] + h;
        all.push(f(&point).iter().zip(&here).map(|(a, b)| (a - b) / h).collect::<Vec<f64>>());
        if put_back {
            point[j] = x[j];
        }
    }
    matrix(f(x).len(), &all)
}

/// A matrix of m rows with these columns.
fn matrix(m: usize, columns: &[Vec<f64>]) -> Mat {
    Mat::from_fn(m, columns.len(), |i, j| columns[j][i])
}

fn with_step(f: F<'_>, x: &[f64], step: impl Fn(f64) -> f64) -> Mat {
    matrix(f(x).len(), &columns(f, x, step, |p, j| p[j] = x[j]))
}

fn right(f: F<'_>, x: &[f64]) -> Mat {
    with_step(f, x, usual)
}

/// The right matrix with each element looked at again.
fn changed(f: F<'_>, x: &[f64], change: impl Fn(&Mat, usize, usize) -> f64) -> Mat {
    let j = right(f, x);
    Mat::from_fn(j.rows(), j.cols(), |row, col| change(&j, row, col))
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = shapes();
    all.extend(steps());
    all
}

/// The right slopes in the wrong place, or only some of them.
fn shapes() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "transposed",
            |f, x| {
                let j = right(f, x);
                Mat::from_fn(j.cols(), j.rows(), |a, b| j[[b, a]])
            },
            "a matrix with a row for each input and a column for each output",
            "For three outputs of one input, how many rows should there be?",
        ),
        Wrong::new(
            "columns-as-rows",
            |f, x| {
                let (m, n) = (f(x).len(), x.len());
                Mat::new([m, n], columns(f, x, usual, |p, j| p[j] = x[j]).concat())
            },
            "the columns, one after the other, in memory that is read row after row",
            "Which two elements of J lie side by side in memory?",
        )
        .show("3×4"),
        Wrong::new(
            "vjp-of-ones",
            |f, x| {
                let j = right(f, x);
                Mat::from_fn(1, j.cols(), |_, col| (0..j.rows()).map(|row| j[[row, col]]).sum())
            },
            "one row, the sum of all rows: how the sum of the outputs changes",
            "Two outputs that move against each other: what is left of them in your result?",
        )
        .or(|f, x| changed(f, x, |j, _, col| (0..j.rows()).map(|row| j[[row, col]]).sum()))
        .show("2×3, linear"),
        Wrong::new(
            "jvp-of-ones",
            |f, x| changed(f, x, |j, row, _| (0..j.cols()).map(|col| j[[row, col]]).sum()),
            "what comes out when all inputs move at once",
            "While output i is watched, how many inputs may move?",
        )
        .or(|f, x| {
            let j = right(f, x);
            Mat::from_fn(j.rows(), 1, |row, _| (0..j.cols()).map(|col| j[[row, col]]).sum())
        })
        .show("2×3, linear"),
        Wrong::new(
            "first-output-only",
            |f, x| {
                let j = right(f, x);
                Mat::from_fn(j.rows().min(1), j.cols(), |row, col| j[[row, col]])
            },
            "the gradient of the first output",
            "How many outputs does f have, and how many of them did you look at?",
        )
        .or(|f, x| changed(f, x, |j, row, col| if row == 0 { j[[row, col]] } else { 0.0 }))
        .or(|f, x| changed(f, x, |j, _, col| j[[0, col]])),
        Wrong::new(
            "diagonal-only",
            |f, x| changed(f, x, |j, row, col| if row == col { j[[row, col]] } else { 0.0 }),
            "a matrix in which only output i of input i was looked at",
            "Does the second output notice the first input?",
        )
        .show("two inputs, two outputs"),
        Wrong::new(
            "lower-half",
            |f, x| changed(f, x, |j, row, col| if row >= col { j[[row, col]] } else { 0.0 }),
            "a matrix without the elements above its diagonal",
            "Is an output deaf to all later inputs?",
        )
        .or(|f, x| changed(f, x, |j, row, col| if row <= col { j[[row, col]] } else { 0.0 }))
        .show("two inputs, two outputs"),
        Wrong::new(
            "square",
            |f, x| {
                let j = right(f, x);
                Mat::from_fn(x.len(), x.len(), |row, col| if row < j.rows() { j[[row, col]] } else { 0.0 })
            },
            "a matrix with as many rows as inputs, whatever f returns",
            "How many numbers does f return?",
        )
        .or(|f, x| {
            let j = right(f, x);
            Mat::from_fn(j.rows(), j.rows(), |row, col| if col < j.cols() { j[[row, col]] } else { 0.0 })
        }),
        Wrong::new(
            "as-many-rows-as-columns",
            |f, x| changed(f, x, |j, row, col| if row < j.cols() { j[[row, col]] } else { 0.0 }),
            "a matrix of which only as many rows were filled as there are inputs",
            "How many outputs does your inner loop visit?",
        )
        .show("three outputs of one input"),
        Wrong::new(
            "forgets-m",
            |f, x| if x.is_empty() { Mat::zeros([0, 0]) } else { right(f, x) },
            "a matrix whose rows were counted on the first column, so that without inputs there are none",
            "A function without inputs returns three numbers. How many rows has its Jacobian?",
        )
        .or(|f, x| {
            let j = right(f, x);
            if j.rows() == 0 || j.cols() == 0 { Mat::zeros([0, 0]) } else { j }
        })
        .show("no inputs, three outputs"),
    ]
}

/// Slopes that were measured badly.
fn steps() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "not-restored",
            |f, x| matrix(f(x).len(), &columns(f, x, |x| 1e-4 * x.abs().max(1.0), |_, _| {})),
            "a matrix of which each column is measured with all earlier inputs still moved",
            "When the second input is measured, where is the first one?",
        )
        .or(|f, x| matrix(f(x).len(), &columns(f, x, usual, |_, _| {})))
        .or(|f, x| matrix(f(x).len(), &columns(f, x, |x| 1e-5 * x.abs().max(1.0), |_, _| {})))
        .or(|f, x| matrix(f(x).len(), &columns(f, x, |x| 1e-3 * x.abs().max(1.0), |_, _| {})))
        .or(|f, x| {
            // all moved up, each by one step; compared with the place where nothing has moved
            let (mut point, here) = (x.to_vec(), f(x));
            let mut all = Vec::new();
            for j in 0..x.len() {
                let h = usual(x[j]);
                point[j] += h;
                all.push(f(&point).iter().zip(&here).map(|(a, b)| (a - b) / h).collect::<Vec<f64>>());
            }
            matrix(here.len(), &all)
        })
        .show("two inputs in one wave"),
        Wrong::new(
            "forgot-two",
            |f, x| changed(f, x, |j, row, col| 2.0 * j[[row, col]]),
            "differences over two steps, divided by one",
            "How far apart are your two points?",
        ),
        Wrong::new(
            "halved",
            |f, x| changed(f, x, |j, row, col| 0.5 * j[[row, col]]),
            "differences over one step, divided by two",
            "How far apart are your two points?",
        ),
        Wrong::new(
            "sign-flipped",
            |f, x| changed(f, x, |j, row, col| -j[[row, col]]),
            "the values at the left less those at the right, over a positive distance",
            "Does your slope of a rising line rise?",
        ),
        Wrong::new(
            "not-divided",
            |f, x| {
                let step = |x: f64| 1e-6 * x.abs().max(1.0);
                let j = with_step(f, x, step);
                Mat::from_fn(j.rows(), j.cols(), |row, col| j[[row, col]] * 2.0 * step(x[col]))
            },
            "the differences of the outputs alone",
            "What happens to your numbers if the step is halved, and what should happen?",
        )
        .or(|f, x| {
            let j = right(f, x);
            Mat::from_fn(j.rows(), j.cols(), |row, col| j[[row, col]] * 2.0 * usual(x[col]))
        }),
        Wrong::new(
            "fixed-step",
            |f, x| with_step(f, x, |_| 1e-6),
            "a matrix measured with the same step for all inputs",
            "In floating point, what is 1e12 + 1e-6?",
        )
        .or(|f, x| with_step(f, x, |_| 1e-5))
        .or(|f, x| with_step(f, x, |_| 1e-7))
        .or(|f, x| with_step(f, x, |_| 1e-8))
        .or(|f, x| with_step(f, x, |_| f64::EPSILON.cbrt()))
        .or(|f, x| forward(f, x, |_| 1e-6, true))
        .or(|f, x| forward(f, x, |_| 1e-7, true))
        .or(|f, x| forward(f, x, |_| 1e-8, true))
        .show("an input of −1e12"),
        Wrong::new(
            "largest-step",
            |f, x| {
                let size = x.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
                with_step(f, x, |_| f64::EPSILON.cbrt() * size)
            },
            "a matrix measured with one step, which grows with the largest input",
            "One input is 1e10 and the other 0.5: how far does your step move the small one?",
        )
        .or(|f, x| {
            let size = x.iter().map(|x| x * x).sum::<f64>().sqrt();
            with_step(f, x, |_| f64::EPSILON.cbrt() * size.max(1.0))
        })
        .show("an input of 1e10 beside one of 0.5"),
        Wrong::new(
            "no-step-at-zero",
            |f, x| with_step(f, x, |x| f64::EPSILON.cbrt() * x.abs()),
            "a matrix measured with a step that is a part of the input",
            "How long is your step if the input is 0?",
        )
        .or(|f, x| with_step(f, x, |x| 1e-6 * x))
        .or(|f, x| with_step(f, x, |x| 1e-5 * x))
        .or(|f, x| forward(f, x, |x| 1e-8 * x, true))
        .show("x₁ = 0"),
        Wrong::new(
            "short-step",
            |f, x| with_step(f, x, |x| 1e-13 * x.abs().max(1.0)),
            "a matrix measured with a step so short that rounding is most of it",
            "f has an error of 1e-16. By what do you divide it?",
        )
        .or(|f, x| with_step(f, x, |x| 1e-14 * x.abs().max(1.0)))
        .or(|f, x| with_step(f, x, |x| 1e-15 * x.abs().max(1.0)))
        .show("strongly curved"),
        Wrong::new(
            "long-step",
            |f, x| with_step(f, x, |x| 1e-2 * x.abs().max(1.0)),
            "a matrix measured with a step so long that the slopes change on the way",
            "By how much does the slope itself change on the length of your step?",
        )
        .or(|f, x| with_step(f, x, |x| 1e-1 * x.abs().max(1.0)))
        .or(|f, x| with_step(f, x, |x| 1e-3 * x.abs().max(1.0)))
        .or(|f, x| forward(f, x, |x| 1e-3 * x.abs().max(1.0), true))
        .or(|f, x| forward(f, x, |x| 1e-4 * x.abs().max(1.0), true))
        .or(|f, x| forward(f, x, |x| 1e-2 * x.abs().max(1.0), true))
        .show("strongly curved"),
    ]
}

/// Other careful people: with other steps.
#[cfg(test)]
mod tests {
    use super::super::solution;
    use super::*;
    use crate::judge::{Passing, apart};
    use crate::observe::trace;
    use crate::spec::Exercise;

    fn passes(what: &str, subject: <Spec as Exercise>::Subject) {
        let reference = trace::<Spec>(&(crate::jacobian!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_jacobians_pass() {
        passes("forward differences", |f, x| forward(f, x, |x| f64::EPSILON.sqrt() * x.abs().max(1.0), true));
        passes("h = 1e-5", |f, x| with_step(f, x, |x| 1e-5 * x.abs().max(1.0)));
        passes("h = 1e-6", |f, x| with_step(f, x, |x| 1e-6 * x.abs().max(1.0)));
        passes("h = 1e-6 + 1e-6·|x|", |f, x| with_step(f, x, |x| 1e-6 + 1e-6 * x.abs()));
        passes("put back by subtraction", |f, x| {
            matrix(f(x).len(), &columns(f, x, usual, |p, j| p[j] += usual(x[j])))
        });
    }
}
