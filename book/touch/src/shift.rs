//! One fit, two ways to compute it, and days that are counted from ever further back. Chapter: *Solving: LU, Cholesky, QR*.

use crate::{Figure, Input};
use linalg::{Cholesky, Mat, lstsq};

/// The same points, later and later.
pub const FIGURE: Figure = Figure {
    name: "shift",
    caption: "24 daily values, a curve through them by QR (solid), and the same curve by the normal equations (dashed).",
    question: "The points stay as they are; only the day from which days are counted moves back. At the start the two curves agree. What will the dashed one do?",
    answers: &[
        (
            "Nothing: the best curve does not depend on how days are numbered.",
            "The best curve does not. What sixteen digits can find of it does.",
        ),
        (
            "It drifts away from the points a little with every step.",
            "For a long time there is nothing to see: a fit has digits to spare. They are lost all the same.",
        ),
        (
            "It stays where it is for long, leaves the points within a few steps, and then there is none.",
            "Yes. The spare digits hide the loss until they are used up; then κ² is beyond what a number can hold.",
        ),
    ],
    inputs: &[
        Input {
            label: "number of the first day, as a power of ten",
            range: [0.0, 5.0],
            step: 0.25,
            start: 1.0,
            recorded: &[0.0, 1.0, 2.0, 2.5, 3.0, 3.25, 3.5, 3.75, 4.0, 4.25, 4.5, 4.75, 5.0],
            names: &[],
        },
        Input {
            label: "curve",
            range: [0.0, 2.0],
            step: 1.0,
            start: 1.0,
            recorded: &[0.0, 1.0, 2.0],
            names: &["line", "parabola", "cubic"],
        },
    ],
    compute,
};

/// Daily values: a slow wave, and what a week does to it.
const VALUES: [f64; 24] = [
    -8.2, -7.1, -7.4, -5.0, -4.4, -1.9, -2.3, 0.6, 1.1, 3.4, 2.9, 4.8, 5.1, 6.9, 5.8, 7.2, 6.4, 6.6, 5.0,
    5.3, 3.1, 3.2, 0.4, -0.7,
];

/// The condition; how far the two curves are apart; 1 if there is only one; then the points, the curve by QR, and the other one.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[power, degree] = inputs else { return Vec::new() };
    let first = 10_f64.powf(power).round();
    let a = Mat::from_fn(VALUES.len(), degree as usize + 2, |i, j| (first + i as f64).powi(j as i32));
    let b = Mat::new([VALUES.len(), 1], VALUES.to_vec());
    let Ok(fit) = lstsq(a.view(), &b) else { return Vec::new() };
    let at = a.transpose();
    let normal = Cholesky::new(at.matmul(&a).view()).map(|cholesky| cholesky.solve(&at.matmul(&b)));
    let by_qr = a.matmul(&fit.x);
    let by_normal = normal.as_ref().map_or(by_qr.clone(), |x| a.matmul(x));
    let apart = by_qr.zip_with(&by_normal, |x, y| (x - y).abs());
    let mut numbers =
        vec![fit.condition, linalg::norm_inf(apart.data()), f64::from(u8::from(normal.is_err()))];
    for values in [&b, &by_qr, &by_normal] {
        numbers.extend(values.data());
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashed_curve_stays_long_and_then_leaves() {
        assert!(compute(&[1.0, 1.0])[1] < 1e-9);
        assert!(compute(&[3.0, 1.0])[1] < 1e-2);
        let far = compute(&[5.0, 1.0]);
        assert!(far[1] > 0.5 || far[2] == 1.0);
    }
}
