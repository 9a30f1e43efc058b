//! Eigenvectors of a triangle: back substitution, one vector an eigenvalue. Chapter: *Eigenvalues without symmetry*.
//!
//! (T − λ)·x = 0 has a zero on the diagonal, at λ's own place k. So x_k = 1 is free, everything below is 0, and what is above follows from
//! the bottom up. Where λ comes twice, a second zero is met on the way: it is replaced by a number as small as rounding, and x by something
//! huge, which after normalisation is the first vector again. A matrix that lacks eigenvectors says so by giving one twice.

use super::block::eigenvalues;
use super::square::Square;
use crate::complex::Complex;
use crate::kernels::dot;
use crate::tensor::Mat;

/// Divisors are at least this (T is scaled to numbers near 1), ...
const LEAST: f64 = 1e-150;
/// ... and a vector that has grown beyond this is made shorter before it is used: 1e100·4n/1e−150 is a number.
const LONG: f64 = 1e100;

/// The eigenvectors of a quasi-triangular T with entries near 1, one a *row*: for a complex pair the real part in one row and the imaginary
/// part in the next, for the eigenvalue with the positive imaginary part. Entry i of row k is 0 for i beyond λ's own block.
///
/// Cost: n³/3 FLOP for real eigenvalues, 2n³/3 for complex ones.
pub(super) fn of_triangle(t: &Square) -> Mat {
    let n = t.n();
    let mut x = Mat::zeros([n, n]);
    let mut k = 0;
    while k < n {
        if k + 1 < n && t[[k + 1, k]] != 0.0 {
            let (re, im) = x.data_mut()[k * n..(k + 2) * n].split_at_mut(n);
            complex_vector(t, k, re, im);
            k += 2;
        } else {
            let row = x.row_mut(k);
            row[k] = 1.0;
            let lambda = Complex::real(t[[k, k]]);
            substitute(t, k, lambda, row, None);
            k += 1;
        }
    }
    x
}

/// The left eigenvectors of T, uᴴ·T = λ·uᴴ, packed as by [`of_triangle`]. Entry i of row k is 0 for i before λ's own block.
///
/// Tᵀ·u = λ̄·u, and Tᵀ is a lower triangle. Read from its last row and column to the first it is an upper one again, with the same blocks. So
/// the same substitution finds the conjugate of u, backwards.
// ANCHOR: left
pub(super) fn left_of_triangle(t: &Square) -> Mat {
    let n = t.n();
    let mut flipped = Square::zeros(n);
    for i in 0..n {
        for j in 0..n {
            flipped[[i, j]] = t[[n - 1 - j, n - 1 - i]];
        }
    }
    let x = of_triangle(&flipped);
    let mut left = Mat::zeros([n, n]);
    let mut k = 0;
    while k < n {
        // a pair's real part is its first row on either side
        let pair = k + 1 < n && t[[k + 1, k]] != 0.0;
        for i in 0..n {
            if pair {
                left[[k, i]] = x[[n - 2 - k, n - 1 - i]];
                left[[k + 1, i]] = -x[[n - 1 - k, n - 1 - i]];
            } else {
                left[[k, i]] = x[[n - 1 - k, n - 1 - i]];
            }
        }
        k += 1 + usize::from(pair);
    }
    left
}
// ANCHOR_END: left

/// The vector of the complex pair at rows k and k+1, for the eigenvalue with the positive imaginary part.
fn complex_vector(t: &Square, k: usize, re: &mut [f64], im: &mut [f64]) {
    let [a, b, c, d] = [t[[k, k]], t[[k, k + 1]], t[[k + 1, k]], t[[k + 1, k + 1]]];
    let lambda = eigenvalues([a, b, c, d])[0];
    // (a − λ)x + by = 0 with a − λ = −ωi: the larger of x and y is 1, or i.
    if b.abs() >= c.abs() {
        re[k] = 1.0;
        im[k + 1] = lambda.im / b;
    } else {
        re[k] = -lambda.im / c;
        im[k + 1] = 1.0;
    }
    substitute(t, k, lambda, re, Some(im));
}

/// The rows above k, from the bottom up.
// ANCHOR: substitute
fn substitute(t: &Square, k: usize, lambda: Complex, re: &mut [f64], mut im: Option<&mut [f64]>) {
    let n = t.n();
    let least = (f64::EPSILON * (lambda.re.abs() + lambda.im.abs())).max(LEAST);
    let last = if im.is_some() { k + 2 } else { k + 1 };
    let mut i = k;
    while i > 0 {
        i -= 1;
        let double = i > 0 && t[[i, i - 1]] != 0.0;
        // what the entries below have added up to, in row i and, for a block of two, in the row above
        let sum = |row: usize, re: &[f64], im: Option<&[f64]>| {
            let row = &t.row(row)[i + 1..last];
            Complex::new(dot(row, &re[i + 1..last]), im.map_or(0.0, |im| dot(row, &im[i + 1..last])))
        };
        let low = -sum(i, re, im.as_deref());
        if double {
            let high = -sum(i - 1, re, im.as_deref());
            let block = [[t[[i - 1, i - 1]], t[[i - 1, i]]], [t[[i, i - 1]], t[[i, i]]]];
            let [x, y] = solve_block(block, lambda, [high, low], least);
            (re[i - 1], re[i]) = (x.re, y.re);
            if let Some(im) = im.as_deref_mut() {
                (im[i - 1], im[i]) = (x.im, y.im);
            }
            i -= 1;
        } else {
            let x = low / at_least(Complex::real(t[[i, i]]) - lambda, least);
            re[i] = x.re;
            if let Some(im) = im.as_deref_mut() {
                im[i] = x.im;
            }
        }
        let here = i..(i + 2).min(n);
        let im_largest = im.as_deref().map_or(0.0, |im| largest(&im[here.clone()]));
        let grown = largest(&re[here]).max(im_largest);
        if grown > LONG {
            re[..last].iter_mut().for_each(|x| *x /= grown);
            if let Some(im) = im.as_deref_mut() {
                im[..last].iter_mut().for_each(|x| *x /= grown);
            }
        }
    }
}
// ANCHOR_END: substitute

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m: f64, x| m.max(x.abs()))
}

fn at_least(z: Complex, least: f64) -> Complex {
    if z.re.abs() + z.im.abs() < least { Complex::real(least) } else { z }
}

/// (B − λ)·x = r for a 2×2 block, with the larger divisor first.
fn solve_block(
    [[a, b], [c, d]]: [[f64; 2]; 2],
    lambda: Complex,
    [r0, r1]: [Complex; 2],
    least: f64,
) -> [Complex; 2] {
    let (p, q) = (Complex::real(a) - lambda, Complex::real(d) - lambda);
    if p.abs() >= c.abs() {
        let p = at_least(p, least);
        let factor = Complex::real(c) / p;
        let y = (r1 - factor * r0) / at_least(q - factor.scale(b), least);
        [(r0 - y.scale(b)) / p, y]
    } else {
        let factor = p.scale(1.0 / c);
        let y = (r0 - factor * r1) / at_least(Complex::real(b) - factor * q, least);
        [(r1 - q * y).scale(1.0 / c), y]
    }
}
