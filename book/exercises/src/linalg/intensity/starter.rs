//! What a matrix product asks of a machine, and how long that takes at least.
//!
//! C ← A·B + beta·C, shapes (m, k)·(k, n) → (m, n), elements of `size` bytes.
//!
//! * Operations: the multiplications and additions of A·B, one of each for every i, j and p. (What beta costs is not counted.)
//! * Bytes: every matrix crosses the border once for each use of it. A and B are fetched, C is written; where beta is not 0, C is fetched,
//!   too. A routine for products never reads C where beta is 0.
//! * A machine does `flops` operations and moves `bandwidth` bytes in a second, both at the same time.
//!
//! Shapes may be so large that the counts do not fit into 64 bits.

/// The operations of a product of shapes (m, k) and (k, n).
pub fn flop([m, k, n]: [usize; 3]) -> f64 {
    todo!("how many multiplications and additions?")
}

/// The bytes that it moves.
pub fn bytes([m, k, n]: [usize; 3], size: usize, beta: f64) -> f64 {
    todo!("A, B and C, each as often as it crosses the border")
}

/// The seconds that it takes at least.
pub fn seconds(shape: [usize; 3], size: usize, beta: f64, flops: f64, bandwidth: f64) -> f64 {
    todo!("two ceilings")
}

/// The smallest number of rows m ≥ 1 at which a product with a (k, n) matrix, beta = 0, spends at least as long on arithmetic as on
/// transport; `None` if there is no such number.
pub fn batch(k: usize, n: usize, size: usize, flops: f64, bandwidth: f64) -> Option<usize> {
    todo!("which of the two times grows faster with m, and from where?")
}
