//! Reverse mode: all derivatives of one number, in one sweep over a tape.

use exercises::calculus::tape::Node;

/// The derivative of number `out` with respect to each number of the tape.
///
/// Whoever reads a number stands behind it. Walking backwards, a number's derivative is therefore complete when its turn comes
/// to hand it on: all its readers have added their part.
pub fn backward(nodes: &[Node], out: usize) -> Vec<f64> {
    let mut d = vec![0.0; nodes.len()];
    d[out] = 1.0;
    for j in (0..=out).rev() {
        for edge in nodes[j].inputs() {
            d[edge.input] += edge.slope * d[j];
        }
    }
    d
}
