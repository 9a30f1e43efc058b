//! Backward passes of the cross-entropy that people write.

use super::Spec;
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;
type Pair = crate::spec::Pair<Spec>;

fn softmax(z: &[f64]) -> Vec<f64> {
    let max = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e: Vec<f64> = z.iter().map(|z| (z - max).exp()).collect();
    let sum: f64 = e.iter().sum();
    e.iter().map(|e| e / sum).collect()
}

/// A gradient made entry by entry from the probabilities of its row: `f(p, class, label)`, divided by the number of samples.
fn by_entry(z: &Mat, y: &[usize], f: impl Fn(&[f64], usize, usize) -> f64) -> Mat {
    let p: Vec<Vec<f64>> = (0..z.rows()).map(|n| softmax(z.row(n))).collect();
    Mat::from_fn(z.rows(), z.cols(), |n, j| f(&p[n], j, y[n]) / z.rows() as f64)
}

fn one_hot(j: usize, label: usize) -> f64 {
    if j == label { 1.0 } else { 0.0 }
}

fn right(z: &Mat, y: &[usize]) -> Mat {
    by_entry(z, y, |p, j, label| p[j] - one_hot(j, label))
}

pub(super) fn pairs() -> Vec<Pair> {
    vec![
        Pair::new("sign-flipped", "forgot-mean", |z, y| right(z, y).map(|d| -d * z.rows() as f64)),
        Pair::new("forgot-one-hot", "forgot-mean", |z, y| {
            by_entry(z, y, |p, j, _| p[j]).map(|d| d * z.rows() as f64)
        }),
        Pair::new("only-the-label", "forgot-mean", |z, y| {
            by_entry(z, y, |p, j, label| if j == label { p[j] - 1.0 } else { 0.0 })
                .map(|d| d * z.rows() as f64)
        }),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "forgot-one-hot",
            |z, y| by_entry(z, y, |p, j, _| p[j]),
            "the probabilities divided by B: every logit is pushed down, in every sample",
            "Which class should be pushed up?",
        ),
        Wrong::new(
            "sign-flipped",
            |z, y| right(z, y).map(|d| -d),
            "a gradient with every sign turned round",
            "The right class has too little probability: should a descent step raise or lower its logit?",
        ),
        Wrong::new(
            "grad-of-probs",
            |z, y| by_entry(z, y, |p, j, label| -one_hot(j, label) / p[j]),
            "−1/p at the right class and 0 elsewhere",
            "That is the derivative in the probabilities. What lies between them and the logits?",
        ),
        Wrong::new(
            "double-softmax",
            |z, y| by_entry(z, y, |p, j, label| softmax(p)[j] - one_hot(j, label)),
            "a gradient whose probabilities went through the softmax twice: no class can be surer than e to 1",
            "What are the inputs of the loss, logits or probabilities?",
        ),
        Wrong::new(
            "forgot-mean",
            |z, y| right(z, y).map(|d| d * z.rows() as f64),
            "the gradient of the sum over the samples",
            "If the same batch came twice as long, every sample repeated: should the gradient double?",
        ),
        Wrong::new(
            "mean-over-classes",
            |z, y| right(z, y).map(|d| d / z.cols() as f64),
            "a gradient divided by the number of classes as well",
            "Over what does the task take the mean?",
        )
        .or(|z, y| right(z, y).map(|d| d * z.rows() as f64 / z.cols() as f64)),
        Wrong::new(
            "unstable",
            |z, y| {
                let mut dz = z.clone();
                for n in 0..z.rows() {
                    let sum: f64 = z.row(n).iter().map(|z| z.exp()).sum();
                    for (j, d) in dz.row_mut(n).iter_mut().enumerate() {
                        *d = (d.exp() / sum - one_hot(j, y[n])) / z.rows() as f64;
                    }
                }
                dz
            },
            "the formula as it stands, with exponentials that overflow",
            "What is exp(1000) in f64, and which number may be subtracted from a whole row?",
        )
        .show("logits near 1000"),
        Wrong::new(
            "softmax-over-samples",
            |z, y| {
                let t = z.transpose();
                let p: Vec<Vec<f64>> = (0..t.rows()).map(|j| softmax(t.row(j))).collect();
                Mat::from_fn(z.rows(), z.cols(), |n, j| (p[j][n] - one_hot(j, y[n])) / z.rows() as f64)
            },
            "a gradient whose softmax runs down the columns, over the samples",
            "Which numbers compete with one another: the classes of a sample, or the samples of a class?",
        ),
        Wrong::new(
            "label-off-by-one",
            |z, y| by_entry(z, y, |p, j, label| p[j] - one_hot(j + 1, label)),
            "a gradient whose labels count from 1",
            "Which column belongs to the label 0?",
        )
        .or(|z, y| by_entry(z, y, |p, j, label| p[j] - one_hot(j, label + 1))),
        Wrong::new(
            "only-the-label",
            |z, y| by_entry(z, y, |p, j, label| if j == label { p[j] - 1.0 } else { 0.0 }),
            "p − 1 at the right class and 0 elsewhere",
            "The probabilities of a sample sum to 1. If one rises, what do the others do?",
        ),
        Wrong::new(
            "squared-error",
            |z, y| by_entry(z, y, |p, j, label| 2.0 * (p[j] - one_hot(j, label))),
            "twice the right gradient: that of a squared distance between logits and targets",
            "Is there a square in the loss?",
        ),
        Wrong::new(
            "extra-jacobian",
            |z, y| {
                by_entry(z, y, |p, j, label| {
                    let d: Vec<f64> = (0..p.len()).map(|i| p[i] - one_hot(i, label)).collect();
                    let mean: f64 = p.iter().zip(&d).map(|(p, d)| p * d).sum();
                    p[j] * (d[j] - mean)
                })
            },
            "p − one-hot, sent through the derivative of the softmax once more",
            "Of what is p − one-hot the derivative: is there still a softmax below it?",
        ),
        Wrong::new(
            "one-maximum",
            |z, y| {
                let max = z.data().iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let e = z.map(|z| (z - max).exp());
                Mat::from_fn(z.rows(), z.cols(), |n, j| {
                    (e[[n, j]] / e.row(n).iter().sum::<f64>() - one_hot(j, y[n])) / z.rows() as f64
                })
            },
            "a gradient whose logits were shifted by the largest of all samples",
            "If one row lies 1000 below another, what is left of its exponentials?",
        )
        .show("logits near 1000"),
        Wrong::new(
            "clips",
            |z, y| by_entry(z, y, |p, j, label| p[j].clamp(1e-7, 1.0 - 1e-7) - one_hot(j, label)),
            "a gradient whose probabilities were kept away from 0 and 1, as some frameworks do in the loss",
            "How large should the gradient be where the softmax is sure and right?",
        )
        .or(|z, y| by_entry(z, y, |p, j, label| p[j].clamp(1e-8, 1.0 - 1e-8) - one_hot(j, label)))
        .or(|z, y| by_entry(z, y, |p, j, label| p[j].clamp(1e-6, 1.0 - 1e-6) - one_hot(j, label)))
        .or(|z, y| by_entry(z, y, |p, j, label| p[j].max(1e-7) - one_hot(j, label)))
        .show("sure and right"),
    ]
}
