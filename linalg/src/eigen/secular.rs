//! The secular equation: the eigenvalues of a diagonal matrix to which one direction was added. Chapter: *Eigenvalues*.
//!
//! D + z·zᵀ has the eigenvalues λ for which f(λ) = 1 + Σ zᵢ²/(dᵢ − λ) is 0. At each dᵢ f has a pole, between two poles it rises from −∞ to
//! ∞: so there is one root behind each dᵢ, and one knows where to look.

use super::NAME;
use crate::error::Error;
use crate::norms::norm2;
use crate::simd::vectorise;
use crate::tensor::Mat;

/// Steps allowed for one root; five are usual.
const STEPS: usize = 100;

/// Eigenvalues of D + z·zᵀ for `d` ascending and no entry of `z` 0, ascending, and the eigenvectors as rows.
///
/// The vector of λ is (D − λ)⁻¹z, by its formula zᵢ/(dᵢ − λ). Two things keep it exact where λ is so near to a dᵢ that their difference
/// has no digits left. Each root is computed as its *distance* from the nearest pole, so that no difference is ever rounded. And the
/// vectors are not taken of z but of the ẑ whose roots are exactly the computed ones; Löwner's formula gives it:
///
/// ẑᵢ² = Πⱼ (λⱼ − dᵢ) / Πⱼ (dⱼ − dᵢ), j ≠ i below.
///
/// ẑ differs from z by rounding, and vectors of an exact problem are orthogonal, however close two roots are.
///
/// Cost: about 7k² divisions.
///
/// Source: M. Gu, S. Eisenstat, *A divide-and-conquer algorithm for the symmetric tridiagonal eigenproblem*, SIAM J. Matrix Anal. Appl. 16
/// (1995); the steps: R.-C. Li, *Solving secular equations stably and efficiently*, LAPACK Working Note 89 (1994), "the middle way".
pub(super) fn decompose(d: &[f64], z: &[f64]) -> Result<(Vec<f64>, Mat), Error> {
    let k = d.len();
    let squares: Vec<f64> = z.iter().map(|z| z * z).collect();
    let mut rows = Mat::zeros([k, k]);
    let mut values = Vec::with_capacity(k);
    for j in 0..k {
        values.push(root(d, &squares, j, rows.row_mut(j))?);
    }
    // ANCHOR: lowner
    // Row j of `rows` holds dᵢ − λⱼ.
    let mut product = vec![1.0; k];
    for j in 0..k {
        let row = rows.row(j);
        vectorise(
            #[inline(always)]
            || {
                for i in 0..k {
                    product[i] *= row[i] / (if i == j { 1.0 } else { d[i] - d[j] });
                }
            },
        );
    }
    let z: Vec<f64> = product.iter().zip(z).map(|(p, z)| p.abs().sqrt().copysign(*z)).collect();
    for j in 0..k {
        let row = rows.row_mut(j);
        vectorise(
            #[inline(always)]
            || {
                for i in 0..k {
                    row[i] = z[i] / row[i];
                }
            },
        );
        let length = norm2(row);
        for x in row {
            *x /= length;
        }
    }
    // ANCHOR_END: lowner
    Ok((values, rows))
}

/// Root j, between d\[j\] and d\[j+1\]. Leaves dᵢ − λ in `delta`.
fn root(d: &[f64], squares: &[f64], j: usize, delta: &mut [f64]) -> Result<f64, Error> {
    let k = d.len();
    let last = j + 1 == k;
    // Where the root is relative to the middle says which pole is nearer: that one is the origin, and x = λ − origin.
    let width = if last { squares.iter().sum() } else { d[j + 1] - d[j] };
    let set = |delta: &mut [f64], origin: f64| {
        for (x, d) in delta.iter_mut().zip(d) {
            *x = d - origin;
        }
    };
    set(delta, d[j]);
    let half = 0.5 * width;
    let (below, above) = sums(delta, squares, j, half);
    let middle = 1.0 + below.0 + above.0;
    let mut origin = d[j];
    let (mut low, mut high, mut x);
    if last {
        (low, high) = (0.0, width);
        // the other poles as they look from the middle
        x = squares[j] / (middle + squares[j] / half);
    } else {
        let both = squares[j] + squares[j + 1];
        let others = middle + 2.0 * (squares[j] - squares[j + 1]) / width;
        if middle >= 0.0 {
            (low, high) = (0.0, half);
            x = smaller_root(others, others * width + both, squares[j] * width);
        } else {
            (low, high) = (-half, 0.0);
            origin = d[j + 1];
            set(delta, origin);
            x = smaller_root(others, both - others * width, -squares[j + 1] * width);
        }
    }
    // ANCHOR: root
    for _ in 0..STEPS {
        if !(low < x && x < high) {
            x = between(low, high);
        }
        let (below, above) = sums(delta, squares, j, x);
        let f = 1.0 + below.0 + above.0;
        let rounding = f64::EPSILON * (4.0 + 0.25 * k as f64) * (1.0 + above.0 - below.0);
        let next = if last {
            // all poles as one at the last: a + s/(d − λ) with the value and the slope of f
            let gap = delta[j] - x;
            x + gap * f / (f - gap * below.1)
        } else {
            // the poles below as one at d[j], those above as one at d[j+1]
            let (l, r) = (delta[j] - x, delta[j + 1] - x);
            let slope = below.1 + above.1;
            x + smaller_root(f - l * below.1 - r * above.1, (l + r) * f - l * r * slope, l * r * f)
        };
        if f.abs() <= rounding || next == x {
            for delta in delta {
                *delta -= x;
            }
            return Ok(origin + x);
        }
        if f < 0.0 {
            low = x;
        } else {
            high = x;
        }
        x = next;
    }
    // ANCHOR_END: root
    Err(Error::NoConvergence { operation: NAME, iterations: STEPS, missing: k - j })
}

/// The root of c·x² − a·x + b that is smaller in size, or whatever comes out where there is none: the caller has an interval.
fn smaller_root(c: f64, a: f64, b: f64) -> f64 {
    let root = (a * a - 4.0 * b * c).abs().sqrt();
    if a <= 0.0 { (a - root) / (2.0 * c) } else { 2.0 * b / (a + root) }
}

/// A number inside an interval that has 0 at most as an end: in the middle of the *exponents*, since a root can be next to 0.
fn between(low: f64, high: f64) -> f64 {
    if low == 0.0 {
        high / 16.0
    } else if high == 0.0 {
        low / 16.0
    } else {
        (low * high).sqrt().copysign(low)
    }
}

/// Σ sᵢ/(δᵢ − x) with its derivative, over the poles up to j (all terms negative), and over those behind (all positive).
fn sums(delta: &[f64], squares: &[f64], j: usize, x: f64) -> ((f64, f64), (f64, f64)) {
    let (near, far) = delta.split_at(j + 1);
    let (s, t) = squares.split_at(j + 1);
    vectorise(
        #[inline(always)]
        || (sum(near, s, x), sum(far, t, x)),
    )
}

#[inline(always)]
fn sum(delta: &[f64], squares: &[f64], x: f64) -> (f64, f64) {
    const LANES: usize = 8;
    let (mut total, mut slope) = ([0.0; LANES], [0.0; LANES]);
    let (deltas, rest) = delta.as_chunks::<LANES>();
    let (chunks, rest_squares) = squares.as_chunks::<LANES>();
    for (delta, s) in deltas.iter().zip(chunks) {
        for i in 0..LANES {
            let inverse = 1.0 / (delta[i] - x);
            let term = s[i] * inverse;
            total[i] += term;
            slope[i] += term * inverse;
        }
    }
    for (i, (delta, s)) in rest.iter().zip(rest_squares).enumerate() {
        let inverse = 1.0 / (delta - x);
        total[i] += s * inverse;
        slope[i] += s * inverse * inverse;
    }
    let fold = |x: [f64; LANES]| ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
    (fold(total), fold(slope))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Poles and weights that differ by sixteen orders of magnitude: the roots interlace, and the vectors are orthonormal.
    #[test]
    fn roots_interlace_and_vectors_are_orthonormal() {
        let weight = |seed: usize, i: usize| 10_f64.powi(-((seed * 7 + i * i * 3 + i * seed) as i32 % 15));
        for k in [1, 2, 3, 10, 33] {
            for seed in 0..40 {
                let mut d = vec![0.0];
                for i in 1..k {
                    d.push(d[i - 1] + 0.1 * weight(seed, i).max(1e-13));
                }
                let z: Vec<f64> =
                    (0..k).map(|i| weight(seed + 1, i) * if i % 3 == 0 { -1.0 } else { 1.0 }).collect();
                let (values, rows) = decompose(&d, &z).unwrap();
                for j in 0..k {
                    let end = d.get(j + 1).copied().unwrap_or(d[j] + z.iter().map(|z| z * z).sum::<f64>());
                    assert!(d[j] <= values[j] && values[j] <= end * (1.0 + 1e-15), "k = {k}, seed {seed}");
                    for i in 0..=j {
                        let dot: f64 = rows.row(i).iter().zip(rows.row(j)).map(|(x, y)| x * y).sum();
                        assert!((dot - f64::from(i == j)).abs() < 1e-14, "k = {k}, seed {seed}: {dot:e}");
                    }
                    // (D + z·zᵀ)·v = λ·v
                    let v = rows.row(j);
                    let along: f64 = v.iter().zip(&z).map(|(v, z)| v * z).sum();
                    let size = d[k - 1] + z.iter().map(|z| z * z).sum::<f64>();
                    for i in 0..k {
                        let residual = d[i] * v[i] + z[i] * along - values[j] * v[i];
                        assert!(residual.abs() < 1e-14 * size, "k = {k}, seed {seed}: {residual:e}");
                    }
                }
            }
        }
    }
}
