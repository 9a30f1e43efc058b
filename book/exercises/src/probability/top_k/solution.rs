//! Top-k sampling: the distribution.

/// The probabilities of the logits `z`, if only the `k` largest may be drawn.
///
/// What is sorted is the list of token numbers, so each probability can go to where its logit came from. The sort is stable: among
/// equals the lower number stays in front. The first token in that order has the largest logit, the one that softmax has to
/// subtract.
pub fn top_k(z: &[f64], k: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..z.len()).collect();
    order.sort_by(|&i, &j| z[j].total_cmp(&z[i]));
    order.truncate(k); // more than there are is no mistake

    let mut p = vec![0.0; z.len()];
    let Some(&first) = order.first() else { return p };
    let max = z[first];
    if max == f64::NEG_INFINITY {
        return p; // all masked
    }
    for &i in &order {
        p[i] = (z[i] - max).exp();
    }
    let sum: f64 = p.iter().sum();
    for p in &mut p {
        *p /= sum;
    }
    p
}
