//! The backward pass of a matrix product.

use linalg::Mat;

/// dL/dA and dL/dB, from A, B and dL/dC.
///
/// A\[i, k\] meets B\[k, j\] for every j and goes into C\[i, j\]: dA\[i, k\] = Σⱼ dC\[i, j\]·B\[k, j\]. So each factor gets the other one,
/// transposed, on the side where it stood.
pub fn matmul_backward(a: &Mat, b: &Mat, dc: &Mat) -> (Mat, Mat) {
    (dc.matmul(&b.transpose()), a.transpose().matmul(dc))
}
