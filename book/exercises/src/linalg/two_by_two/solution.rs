//! The eigenvalues of a 2×2 matrix, to the last digits.

/// The eigenvalues of `[[a, b], [c, d]]`, each as real and imaginary part.
///
/// The entries are divided by the largest one first, so that no square leaves the range. For a pair, the root is the imaginary part. For two
/// real ones, only the one further from 0 comes from the formula: there sizes are added. The other is the determinant over it, since their
/// product is the determinant.
pub fn eigenvalues([[a, b], [c, d]]: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let size = [a, b, c, d].into_iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    if size == 0.0 {
        return [[0.0; 2]; 2];
    }
    let [a, b, c, d] = [a, b, c, d].map(|x| x / size);
    let (mean, half) = (0.5 * (a + d), 0.5 * (a - d));
    let decides = half * half + b * c;
    if decides < 0.0 {
        let im = size * (-decides).sqrt();
        return [[size * mean, im], [size * mean, -im]];
    }
    let far = mean + decides.sqrt().copysign(mean);
    let near = if far == 0.0 { 0.0 } else { (a * d - b * c) / far };
    [[size * far.max(near), 0.0], [size * far.min(near), 0.0]]
}
