//! One training step of a network with two layers.

use exercises::calculus::two_layers::{Grads, Net};
use linalg::Mat;

/// One step of gradient descent; `x` has the shape \[B, n\], `y` \[B, m\].
///
/// Backwards, each line of the forward pass gives the gradient of what it read: a product x·w gives xᵀ·d to w and d·wᵀ to x, a bias
/// collects d over the samples, and a gate hands d on where it was open.
pub fn train_step(net: &mut Net, x: &Mat, y: &Mat, rate: f64) -> Grads {
    let z = with_bias(x.matmul(&net.w1), &net.b1);
    let a = z.map(|z| z.max(0.0));
    let o = with_bias(a.matmul(&net.w2), &net.b2);

    let samples = x.rows() as f64;
    let off = o.zip_with(y, |o, y| o - y);
    let loss = off.data().iter().map(|d| d * d).sum::<f64>() / (2.0 * samples);

    let d_o = off.map(|d| d / samples);
    let d_a = d_o.matmul(&net.w2.transpose());
    let d_z = d_a.zip_with(&z, |d, z| if z > 0.0 { d } else { 0.0 });
    let grads = Grads {
        loss,
        w2: a.transpose().matmul(&d_o),
        b2: over_samples(&d_o),
        w1: x.transpose().matmul(&d_z),
        b1: over_samples(&d_z),
        x: d_z.matmul(&net.w1.transpose()),
    };

    let step = |w: &mut [f64], g: &[f64]| w.iter_mut().zip(g).for_each(|(w, g)| *w -= rate * g);
    step(net.w1.data_mut(), grads.w1.data());
    step(&mut net.b1, &grads.b1);
    step(net.w2.data_mut(), grads.w2.data());
    step(&mut net.b2, &grads.b2);
    grads
}

/// Adds b to every row.
fn with_bias(mut m: Mat, b: &[f64]) -> Mat {
    for i in 0..m.rows() {
        m.row_mut(i).iter_mut().zip(b).for_each(|(m, b)| *m += b);
    }
    m
}

/// The sum of all rows.
fn over_samples(m: &Mat) -> Vec<f64> {
    (0..m.cols()).map(|j| (0..m.rows()).map(|i| m[[i, j]]).sum()).collect()
}
