//! The broken line through given points, as a network with one hidden layer.

use exercises::approximation::relu_net::Net;

/// The broken line through the points (xs[i], ys[i]).
///
/// The unit that wakes at xs[i] cannot stop the earlier ones: it can only add to their slope. So its weight is the *change* of
/// slope there.
pub fn relu_net(xs: &[f64], ys: &[f64]) -> Net {
    let mut net = Net { knots: vec![], weights: vec![], bias: ys[0] };
    let mut slope = 0.0;
    for i in 0..xs.len() - 1 {
        let next = (ys[i + 1] - ys[i]) / (xs[i + 1] - xs[i]);
        net.knots.push(xs[i]);
        net.weights.push(next - slope);
        slope = next;
    }
    net
}
