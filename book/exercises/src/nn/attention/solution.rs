//! Causal attention, one head.

use linalg::Mat;

/// What each token gathers from itself and those before it: a weighted mean of their values.
///
/// The scores of later tokens are never computed, so that no mask is needed.
pub fn attention(q: &Mat, k: &Mat, v: &Mat) -> Mat {
    let scale = 1.0 / (q.cols() as f64).sqrt();
    let mut out = Mat::zeros([q.rows(), v.cols()]);
    for t in 0..q.rows() {
        let score =
            |s: usize| -> f64 { scale * q.row(t).iter().zip(k.row(s)).map(|(q, k)| q * k).sum::<f64>() };
        let scores: Vec<f64> = (0..=t).map(score).collect();
        let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = scores.iter().map(|s| (s - max).exp()).collect();
        let sum: f64 = weights.iter().sum();
        for s in 0..=t {
            for (o, v) in out.row_mut(t).iter_mut().zip(v.row(s)) {
                *o += weights[s] / sum * v;
            }
        }
    }
    out
}
