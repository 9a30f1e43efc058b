//! Attention with a cache of keys and values.

use exercises::nn::kv_cache::rope;
use linalg::Mat;

/// What is kept of the tokens so far: keys as they were turned once, values as they came.
pub struct Cache {
    keys: Vec<Vec<f64>>,
    values: Vec<Vec<f64>>,
}

impl Cache {
    /// A cache that has seen nothing.
    pub fn new() -> Self {
        Cache { keys: vec![], values: vec![] }
    }

    /// Appends the new tokens and returns the attention's output for them.
    ///
    /// Token by token: at the moment a token asks, the cache holds exactly those it may see, so that no mask is needed.
    pub fn extend(&mut self, q: &Mat, k: &Mat, v: &Mat) -> Mat {
        let scale = 1.0 / (q.cols() as f64).sqrt();
        let mut out = Mat::zeros([q.rows(), v.cols()]);
        for t in 0..q.rows() {
            let position = self.keys.len();
            let (mut query, mut key) = (q.row(t).to_vec(), k.row(t).to_vec());
            rope(&mut query, position);
            rope(&mut key, position);
            self.keys.push(key);
            self.values.push(v.row(t).to_vec());

            let score =
                |key: &Vec<f64>| -> f64 { scale * query.iter().zip(key).map(|(q, k)| q * k).sum::<f64>() };
            let scores: Vec<f64> = self.keys.iter().map(score).collect();
            let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let weights: Vec<f64> = scores.iter().map(|s| (s - max).exp()).collect();
            let sum: f64 = weights.iter().sum();
            for (weight, value) in weights.iter().zip(&self.values) {
                for (o, v) in out.row_mut(t).iter_mut().zip(value) {
                    *o += weight / sum * v;
                }
            }
        }
        out
    }
}
