//! What a matrix product asks of a machine, and how long that takes at least.

/// The operations of a product of shapes (m, k) and (k, n).
pub fn flop([m, k, n]: [usize; 3]) -> f64 {
    2.0 * m as f64 * k as f64 * n as f64
}

/// The bytes that it moves.
pub fn bytes([m, k, n]: [usize; 3], size: usize, beta: f64) -> f64 {
    let [m, k, n] = [m, k, n].map(|x| x as f64);
    let visits_of_c = if beta == 0.0 { 1.0 } else { 2.0 };
    size as f64 * (m * k + k * n + visits_of_c * m * n)
}

/// The seconds that it takes at least.
pub fn seconds(shape: [usize; 3], size: usize, beta: f64, flops: f64, bandwidth: f64) -> f64 {
    (flop(shape) / flops).max(bytes(shape, size, beta) / bandwidth)
}

/// The smallest number of rows m ≥ 1 at which a product with a (k, n) matrix, beta = 0, spends at least as long on arithmetic as on
/// transport; `None` if there is no such number.
///
/// Every row brings arithmetic and traffic of its own; the matrix is fetched once, before the first. Rows have to earn that back, and they
/// can only if a row's arithmetic takes longer than its traffic.
pub fn batch(k: usize, n: usize, size: usize, flops: f64, bandwidth: f64) -> Option<usize> {
    let once = size as f64 * k as f64 * n as f64 / bandwidth;
    let row = flop([1, k, n]) / flops - size as f64 * (k + n) as f64 / bandwidth;
    if row <= 0.0 {
        return None;
    }
    Some((once / row).ceil().max(1.0) as usize)
}
