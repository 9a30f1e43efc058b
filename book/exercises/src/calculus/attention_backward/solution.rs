//! The backward pass of attention, one head.

use linalg::Mat;

/// dL/dq, dL/dk and dL/dv: the three steps of the forward pass, in reverse.
///
/// out = P·V is a product. So is S = Q·Kᵀ/√d, whose second factor is transposed. Between them a softmax by rows:
/// dS = P∘(dP − Σ P∘dP). Where P is 0, dS is 0: a mask needs no line of its own.
pub fn attention_backward(q: &Mat, k: &Mat, v: &Mat, p: &Mat, dout: &Mat) -> (Mat, Mat, Mat) {
    let scale = 1.0 / (q.cols() as f64).sqrt();
    let dv = p.transpose().matmul(dout);
    let mut ds = dout.matmul(&v.transpose());
    for t in 0..p.rows() {
        let weights = p.row(t);
        let mean: f64 = weights.iter().zip(ds.row(t)).map(|(p, dp)| p * dp).sum();
        for (d, weight) in ds.row_mut(t).iter_mut().zip(weights) {
            *d = scale * weight * (*d - mean);
        }
    }
    (ds.matmul(k), ds.transpose().matmul(q), dv)
}
