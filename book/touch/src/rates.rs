//! What is left of an error by each step, for every eigenvalue at once. Chapter: *Optimisers*.

use crate::{Figure, Input};
use calculus::optim::quadratic::{Rule, Tuned, factor, limit, tuned};

/// The factor against the eigenvalue; the reader sets the rule, the spread of the eigenvalues, the learning rate and the momentum.
pub const FIGURE: Figure = Figure {
    name: "rates",
    caption: "How much of an error is left by each step, against the eigenvalue of its direction; the largest is 1. The band holds the eigenvalues of the bowl, the ring is the slowest of them.",
    question: "The eigenvalues lie between 0.01 and 1. At a learning rate of 1 without momentum the slowest direction keeps 0.99 of its error a step. You set the momentum to 0.9 and leave the rate. How much does that direction keep now?",
    answers: &[
        (
            "About 0.9: the momentum takes the place of the factor.",
            "Nearly. The factor belongs to two steps at once: a pair of roots whose product is 0.9. Each of them has the size √0.9.",
        ),
        (
            "0.99 as before: the gradient is as small as it was.",
            "The gradient is, but the velocity adds up ten of them. What holds it back is no longer the curvature but the friction.",
        ),
        (
            "√0.9, which is 0.949.",
            "Yes, and so do all the others: the line is level over the whole band. Six digits take 262 steps in place of 1,375.",
        ),
        (
            "More than 1: a rate of 1 with momentum 0.9 acts like a rate of 10.",
            "It does along level ground. But momentum also bears more: 2(1 + 0.9) instead of 2, before the direction of eigenvalue 1 flies off.",
        ),
    ],
    inputs: &[
        Input {
            label: "rule",
            range: [0.0, 1.0],
            step: 1.0,
            start: 0.0,
            recorded: &[0.0, 1.0],
            names: &["momentum", "Nesterov"],
        },
        Input {
            label: "largest eigenvalue over the smallest",
            range: [0.0, 2.0],
            step: 1.0,
            start: 1.0,
            recorded: &[0.0, 1.0, 2.0],
            names: &["10", "100", "1,000"],
        },
        Input {
            label: "learning rate",
            range: [0.1, 4.0],
            step: 0.1,
            start: 1.0,
            recorded: &[0.5, 1.0, 1.3, 1.9, 2.0, 2.1, 3.3, 3.7, 4.0],
            names: &[],
        },
        Input {
            label: "momentum",
            range: [0.0, 0.95],
            step: 0.05,
            start: 0.0,
            recorded: &[0.0, 0.5, 0.65, 0.8, 0.9],
            names: &[],
        },
    ],
    compute,
};

/// Points on the curve, over three decades of eigenvalues.
const POINTS: u32 = 91;

/// To a ten-thousandth: a page shows no more.
fn short(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

/// The slowest factor of the band and its eigenvalue; the largest rate at this momentum; the best rate, momentum and factor; then the factor for
/// eigenvalues from 0.001 to 1, evenly on a logarithmic axis.
fn compute(inputs: &[f64]) -> Vec<f64> {
    let &[rule, spread, rate, mu] = inputs else { return Vec::new() };
    let rule = if rule < 0.5 { Rule::Momentum } else { Rule::Nesterov };
    let kappa = 10.0_f64.powi(spread as i32 + 1);
    let lambda = |k: u32| 10.0_f64.powf(-3.0 + 3.0 * f64::from(k) / f64::from(POINTS - 1));
    let all: Vec<(f64, f64)> = (0..POINTS).map(|k| (lambda(k), factor(rule, rate, mu, lambda(k)))).collect();
    let inside = all.iter().filter(|(l, _)| *l >= 1.0 / kappa - 1e-9);
    let (at, worst) = inside.copied().fold((1.0, 0.0), |w, x| if x.1 > w.1 + 1e-9 { x } else { w });
    let Tuned { rate: best, mu: best_mu, factor: best_factor } = tuned(rule, 1.0 / kappa, 1.0);
    let head = [worst, at, limit(rule, mu, 1.0), best, best_mu, best_factor];
    head.into_iter().chain(all.iter().map(|x| x.1)).map(short).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the question, its replies and the chapter say.
    #[test]
    fn the_curve_says_what_the_page_says() {
        let plain = compute(&[0.0, 1.0, 1.0, 0.0]);
        assert_eq!((plain[0], plain[1], plain[2]), (0.99, 0.01, 2.0));
        let ball = compute(&[0.0, 1.0, 1.0, 0.9]);
        assert_eq!((ball[0], ball[2]), (0.9487, 3.8));
        let steps = |factor: f64| (1e6_f64.ln() / -factor.ln()).round();
        assert_eq!((steps(0.99), steps(0.9_f64.sqrt())), (1375.0, 262.0));
        // level over the whole band
        assert!(ball[6 + 30..].iter().all(|f| (f - 0.9487).abs() < 1e-9));
        // the best settings, and their factor where they are set
        let [rate, mu, factor] = [3, 4, 5].map(|i| plain[i]);
        assert!(
            (rate - 3.3058).abs() < 1e-4 && (mu - 0.6694).abs() < 1e-4 && (factor - 9.0 / 11.0).abs() < 1e-4
        );
        assert!((compute(&[0.0, 1.0, rate, mu])[0] - factor).abs() < 0.02);
        assert_eq!(plain.len(), 6 + 91);
    }
}
