//! Top-p, or nucleus sampling.

/// The distribution `p`, cut to its nucleus.
///
/// What is sorted is the list of token numbers, so each probability can go back to where it came from. The sort is stable:
/// among equals the lower number stays in front.
pub fn top_p(p: &[f64], threshold: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[j].total_cmp(&p[i]));

    let mut kept = vec![0.0; p.len()];
    let mut mass = 0.0;
    for i in order {
        kept[i] = p[i];
        mass += p[i];
        // Asked after the token was added: the one that crosses the line belongs to the nucleus. A threshold of 1 must not be
        // left to the sum, which rounds to 1 before the last small token has come.
        if mass >= threshold && threshold < 1.0 {
            break;
        }
    }
    for x in &mut kept {
        *x /= mass;
    }
    kept
}
