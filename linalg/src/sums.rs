//! Sums, and what rounding does to them. Chapter: *Floating point, and where sums go wrong*.
//!
//! | sum | error at most, in units of u·Σ\|xᵢ\| | cost, additions a number |
//! |---|---|---|
//! | [`running`] | n − 1 | 1 |
//! | [`pairwise`] | log₂ n, and a few | 1 |
//! | [`kahan`] | 2, and a few times n·u | 4 |
//! | [`neumaier`] | 1 of the *result*, and n²·u | 7 |
//! | [`exact`] | ½ of the result's last digit | as many as it takes |
//!
//! u is half of [`Real::EPSILON`]: 2⁻⁵³ for `f64`, 2⁻²⁴ for `f32`. It is what one rounding costs at most, relative to its result.
//! None of these loops may be reordered, and Rust reorders none. (A C compiler under `-ffast-math` removes the corrections.)

use crate::real::Real;

/// Σ xᵢ, one after the other.
///
/// ```
/// use linalg::sums::running;
///
/// assert_eq!(running(&[0.1, 0.2, 0.3]), 0.6000000000000001);
/// assert_eq!(running(&[0.3, 0.2, 0.1]), 0.6);
/// ```
///
/// Cost: n − 1 additions, each waiting for the one before.
///
/// Accuracy: the error is at most (n − 1)·u·Σ|xᵢ|: each number goes through up to n − 1 roundings.
///
/// Source: N. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., section 4.2; C.-P. Jeannerod and S. Rump,
/// SIAM J. Matrix Anal. Appl. 34 (2013), for the bound without terms of second order.
// ANCHOR: running
pub fn running<T: Real>(x: &[T]) -> T {
    x.iter().fold(T::ZERO, |sum, &x| sum + x)
}
// ANCHOR_END: running

/// From here on halves are added; below, one number after the other. A call costs more than a few additions.
const SHORT: usize = 8;

/// Σ xᵢ: the sum of one half, plus the sum of the other.
///
/// ```
/// use linalg::sums::{pairwise, running};
///
/// let ones = vec![1.0_f32; 20_000_000];
/// assert_eq!(running(&ones), 16_777_216.0); // 2²⁴ + 1 is no f32
/// assert_eq!(pairwise(&ones), 20_000_000.0);
/// ```
///
/// Cost: n − 1 additions, and n/8 calls.
///
/// Accuracy: the error is at most (7 + log₂(n/8))·u·Σ|xᵢ|, rounded up: so many roundings lie between a number and the result.
///
/// Source: N. Higham, *The accuracy of floating point summation*, SIAM J. Sci. Comput. 14 (1993).
// ANCHOR: pairwise
pub fn pairwise<T: Real>(x: &[T]) -> T {
    if x.len() <= SHORT {
        return running(x);
    }
    let (left, right) = x.split_at(x.len() / 2);
    pairwise(left) + pairwise(right)
}
// ANCHOR_END: pairwise

/// a + b as it is rounded, and what the rounding took away: the sum of both results is a + b *exactly*.
///
/// ```
/// use linalg::sums::two_sum;
///
/// assert_eq!(two_sum(1.0, 1e-20), (1.0, 1e-20)); // nothing is lost
/// assert_eq!(two_sum(1e-20, 1.0), (1.0, 1e-20)); // whichever is larger
/// ```
///
/// Cost: 6 additions.
///
/// Accuracy: exact, unless the sum overflows.
///
/// Source: D. Knuth, *The Art of Computer Programming*, vol. 2, section 4.2.2, theorem B.
// ANCHOR: two_sum
#[must_use]
pub fn two_sum<T: Real>(a: T, b: T) -> (T, T) {
    let sum = a + b;
    let b_there = sum - a; // what has arrived of b
    let a_there = sum - b_there; // and of a
    (sum, (a - a_there) + (b - b_there))
}
// ANCHOR_END: two_sum

/// Σ xᵢ; what each addition loses is given to the next number.
///
/// ```
/// use linalg::sums::kahan;
///
/// let mut x = vec![1e-16; 10_001];
/// x[0] = 1.0;
/// assert_eq!(x.iter().sum::<f64>(), 1.0); // ten thousand numbers, and not one of them counted
/// assert_eq!(kahan(&x), 1.000000000001);
/// ```
///
/// Cost: 4 additions a number.
///
/// Accuracy: the error is at most 2u·Σ|xᵢ|, and a few times n·u²·Σ|xᵢ|. It is a promise about the *sizes*: of 1, 1e100, 1, −1e100 it makes 0.
///
/// Source: W. Kahan, *Further remarks on reducing truncation errors*, Comm. ACM 8 (1965); the bound: Higham, section 4.3.
// ANCHOR: kahan
pub fn kahan<T: Real>(x: &[T]) -> T {
    let (mut sum, mut lost) = (T::ZERO, T::ZERO);
    for &x in x {
        let more = x - lost;
        let next = sum + more;
        lost = (next - sum) - more; // what arrived, minus what was sent
        sum = next;
    }
    sum
}
// ANCHOR_END: kahan

/// Σ xᵢ; what the additions lose is added up on its own and put back at the end.
///
/// ```
/// use linalg::sums::{kahan, neumaier};
///
/// let x = [1.0, 1e100, 1.0, -1e100];
/// assert_eq!((kahan(&x), neumaier(&x)), (0.0, 2.0));
/// ```
///
/// Cost: 7 additions a number, and no branch.
///
/// Accuracy: the error is at most u·|Σ xᵢ| + n²·u²·Σ|xᵢ|, as of a running sum in twice as many digits that is rounded at the end.
/// The losses are a running sum themselves: from n·u near 1 on, 20 million numbers in `f32`, [`kahan`] is better.
///
/// Source: A. Neumaier, Z. Angew. Math. Mech. 54 (1974); in this form, with the bound: T. Ogita, S. Rump, S. Oishi, *Accurate sum and dot
/// product*, SIAM J. Sci. Comput. 26 (2005), algorithm 4.4.
// ANCHOR: neumaier
pub fn neumaier<T: Real>(x: &[T]) -> T {
    let (mut sum, mut lost) = (T::ZERO, T::ZERO);
    for &x in x {
        let (next, error) = two_sum(sum, x);
        sum = next;
        lost += error;
    }
    sum + lost
}
// ANCHOR_END: neumaier

/// Σ xᵢ, rounded once: the number nearest to the exact sum. The only sum here that no order of the numbers changes.
///
/// A list of numbers, none of which reaches into the digits of another, holds the exact sum so far; each new number goes through it by
/// [`two_sum`] and leaves what it cannot add.
///
/// ```
/// use linalg::sums::exact;
///
/// assert_eq!(exact(&[0.1; 10]), 1.0);
/// assert_eq!(exact(&[1e308, 1.0, -1e308]), 1.0);
/// assert_eq!(exact(&[0.1, 0.2, 0.3]), exact(&[0.3, 0.1, 0.2]));
/// ```
///
/// Cost: 6 additions a number and a list entry; the list is rarely longer than three.
///
/// Accuracy: correctly rounded, ties to even, if no partial sum overflows. With an infinity or a NaN: what [`running`] gives.
///
/// Source: J. Shewchuk, *Adaptive precision floating-point arithmetic and fast robust geometric predicates*, Discrete Comput. Geom. 18
/// (1997), section 2; the rounding at the end is that of Python's `math.fsum`.
// ANCHOR: exact
pub fn exact(x: &[f64]) -> f64 {
    let mut parts: Vec<f64> = Vec::new(); // ascending in size
    for &x in x {
        let (mut rest, mut kept) = (x, 0);
        for i in 0..parts.len() {
            let (sum, error) = two_sum(rest, parts[i]);
            if error != 0.0 {
                parts[kept] = error;
                kept += 1;
            }
            rest = sum;
        }
        parts.truncate(kept);
        parts.push(rest);
    }
    if parts.iter().any(|part| !part.is_finite()) {
        return running(x);
    }
    // From the largest down: the first part that does not fit any more decides how the rest is rounded.
    let mut sum = parts.pop().unwrap_or(0.0);
    while let Some(part) = parts.pop() {
        let (next, error) = two_sum(sum, part);
        sum = next;
        if error != 0.0 {
            // Exactly half of the last digit, and more of the same sign below it: then up, not to even.
            if let Some(below) = parts.last()
                && (*below > 0.0) == (error > 0.0)
            {
                let further = sum + 2.0 * error;
                if further - sum == 2.0 * error {
                    sum = further;
                }
            }
            break;
        }
    }
    sum
}
// ANCHOR_END: exact

/// Σ xᵢ·yᵢ as if in twice as many digits, rounded at the end: the products lose nothing, and what their sums lose is put back.
///
/// A fused multiply-add computes a·b − p with one rounding. With p the rounded product that difference is a number of its own, so it
/// comes out exactly.
///
/// ```
/// use linalg::{dot, sums::dot_compensated};
///
/// let (x, y) = ([1e10, 3.0, -1e10], [1e10, 5.0, 1e10]);
/// assert_eq!(dot(&x, &y), 0.0);
/// assert_eq!(dot_compensated(&x, &y), 15.0);
/// ```
///
/// Cost: a fused multiply-add, 8 additions and a multiplication a pair. Where the target does not guarantee the instruction, `mul_add`
/// is a library call, and slow.
///
/// Accuracy: the error is at most u·|x·y| + n²·u²·Σ|xᵢ·yᵢ|, while no product is below 1e−290 or overflows.
///
/// # Panics
/// If the lengths differ.
///
/// Source: T. Ogita, S. Rump, S. Oishi, *Accurate sum and dot product*, SIAM J. Sci. Comput. 26 (2005), algorithm 5.3 and
/// proposition 5.5.
// ANCHOR: dot
#[track_caller]
pub fn dot_compensated(x: &[f64], y: &[f64]) -> f64 {
    assert!(x.len() == y.len(), "dot: lengths {} and {} differ", x.len(), y.len());
    let (mut sum, mut lost) = (0.0, 0.0);
    for (&x, &y) in x.iter().zip(y) {
        let product = x * y;
        let (next, error) = two_sum(sum, product);
        sum = next;
        lost += error + x.mul_add(y, -product);
    }
    sum + lost
}
// ANCHOR_END: dot
