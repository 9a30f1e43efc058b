//! Directions first, then their dot product.

/// The cosine of the angle between `x` and `y`.
pub fn cosine(x: &[f64], y: &[f64]) -> Option<f64> {
    let (u, v) = (direction(x)?, direction(y)?);
    let dot: f64 = u.iter().zip(&v).map(|(a, b)| a * b).sum();
    Some(dot.clamp(-1.0, 1.0)) // rounding may leave 1.0000000000000002
}

/// x at length 1. Divided by its largest size first, so that no square overflows, and the largest is 1.
fn direction(x: &[f64]) -> Option<Vec<f64>> {
    if x.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let largest = x.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest == 0.0 {
        return None; // zeros, or nothing
    }
    let scaled: Vec<f64> = x.iter().map(|v| v / largest).collect();
    let length = scaled.iter().map(|v| v * v).sum::<f64>().sqrt();
    Some(scaled.into_iter().map(|v| v / length).collect())
}

/// The row of `store` that points most nearly the way `query` does.
pub fn nearest(store: &[Vec<f64>], query: &[f64]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (i, row) in store.iter().enumerate() {
        let Some(score) = cosine(row, query) else { continue };
        // `is_none_or`, not a start at 0: all cosines may be negative
        if best.is_none_or(|(_, most)| score > most) {
            best = Some((i, score));
        }
    }
    best.map(|(i, _)| i)
}
