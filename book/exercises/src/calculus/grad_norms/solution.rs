//! The length of the gradient at every layer.

use exercises::Mat;
use exercises::calculus::grad_norms::Activation;

/// The matrix of one layer, shape (outputs, inputs): normal numbers of standard deviation gain/√inputs.
pub fn weights(outputs: usize, inputs: usize, gain: f64, normals: &[f64]) -> Mat {
    let std = gain / (inputs as f64).sqrt();
    Mat::from_fn(outputs, inputs, |i, j| std * normals[i * inputs + j])
}

/// ‖∂loss/∂h‖ in front of each layer, first layer first, and behind the last.
pub fn grad_norms(layers: &[Mat], activation: Activation, x: &[f64], cotangent: &[f64]) -> Vec<f64> {
    // forward: the sums of each layer are what the way back will ask for
    let mut h = x.to_vec();
    let mut sums = Vec::with_capacity(layers.len());
    for w in layers {
        let z: Vec<f64> = (0..w.rows()).map(|i| w.row(i).iter().zip(&h).map(|(w, h)| w * h).sum()).collect();
        h = z.iter().map(|&z| value(activation, z)).collect();
        sums.push(z);
    }
    // back: through the activation first, then through the transposed matrix
    let mut g = cotangent.to_vec();
    let mut norms = vec![length(&g)];
    for (w, z) in layers.iter().zip(&sums).rev() {
        let mut before = vec![0.0; w.cols()];
        for i in 0..w.rows() {
            let d = g[i] * slope(activation, z[i]);
            before.iter_mut().zip(w.row(i)).for_each(|(b, w)| *b += d * w);
        }
        g = before;
        norms.push(length(&g));
    }
    norms.reverse();
    norms
}

fn value(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Linear => z,
        Activation::Relu => z.max(0.0),
        Activation::Tanh => z.tanh(),
    }
}

fn slope(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Linear => 1.0,
        Activation::Relu => f64::from(u8::from(z > 0.0)),
        Activation::Tanh => 1.0 - z.tanh().powi(2),
    }
}

/// √Σg², by way of the largest: the square of 1e-200 is not a number that f64 has.
fn length(g: &[f64]) -> f64 {
    let largest = g.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    largest * g.iter().map(|g| (g / largest).powi(2)).sum::<f64>().sqrt()
}
