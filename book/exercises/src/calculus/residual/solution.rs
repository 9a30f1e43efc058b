//! The way back through a residual network.

use exercises::calculus::residual::Block;

/// ∂loss/∂x: at each block the gradient goes both ways, around and through, and the two are added.
pub fn vjp(blocks: &[Block], x: &[f64], cotangent: &[f64]) -> Vec<f64> {
    let mut h = x.to_vec();
    let mut tanhs = Vec::with_capacity(blocks.len());
    for Block { u, v, scale } in blocks {
        let t: Vec<f64> = (0..u.rows()).map(|k| dot(u.row(k), &h).tanh()).collect();
        for (i, h) in h.iter_mut().enumerate() {
            *h += scale * dot(v.row(i), &t);
        }
        tanhs.push(t);
    }
    let mut g = cotangent.to_vec();
    for (Block { u, v, scale }, t) in blocks.iter().zip(&tanhs).rev() {
        // through: Vᵀ, the slope of tanh, Uᵀ; all of it from the g that came in
        let mut through = vec![0.0; g.len()];
        for k in 0..u.rows() {
            let behind: f64 = (0..v.rows()).map(|i| v[[i, k]] * g[i]).sum();
            let d = scale * behind * (1.0 - t[k] * t[k]);
            through.iter_mut().zip(u.row(k)).for_each(|(through, u)| *through += d * u);
        }
        // around: 1
        g.iter_mut().zip(&through).for_each(|(g, through)| *g += through);
    }
    g
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
