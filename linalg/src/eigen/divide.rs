//! Divide and conquer: cut three diagonals in the middle, solve the halves, mend the cut. Chapter: *Eigenvalues*.
//!
//! A rotation of QL works on two rows. A cut that is mended works on whole matrices: its time goes into one product for each
//! merge, which runs at the hardware's limit. And much of it need not be done at all: wherever the cut did not change a pair, it stays.

use super::padded::Padded;
use super::rotations::Basis;
use super::{ql, secular};
use crate::error::Error;
use crate::gemm::gemm;
use crate::householder::power_of_two_for;
use crate::norms::norm_inf;
use crate::tensor::Mat;

/// Up to so many rows are done by QL.
pub(super) const SMALL: usize = 32;

/// Eigenvalues in no particular order, and the vectors, one a row.
pub(super) struct Part {
    pub(super) values: Vec<f64>,
    pub(super) rows: Mat,
}

/// Decomposes the symmetric tridiagonal matrix with `d` on the diagonal and `e` beside it.
///
/// Cost: 4n³/3 FLOP in products if nothing deflates, usually less than half of that; n² numbers of memory for each of the halves.
///
/// Source: J. Cuppen, *A divide and conquer method for the symmetric tridiagonal eigenproblem*, Numer. Math. 36 (1981); J. Dongarra,
/// D. Sorensen, SIAM J. Sci. Stat. Comput. 8 (1987), for deflation; [`secular`] for the rest.
pub(super) fn decompose(d: &mut [f64], e: &[f64]) -> Result<Part, Error> {
    let n = d.len();
    // Where an entry is nothing beside its neighbours there are several problems, and no cut to be mended.
    let ends: Vec<usize> = (1..n).filter(|&m| ql::negligible(d, e, m - 1)).chain([n]).collect();
    if ends.len() > 1 {
        let starts = [0].iter().chain(&ends);
        let part = |(&from, &to): (&usize, &usize)| connected(&mut d[from..to], &e[from..to - 1]);
        return Ok(side_by_side(&starts.zip(&ends).map(part).collect::<Result<Vec<_>, _>>()?));
    }
    connected(d, e)
}

/// The same, if no entry of `e` is negligible.
fn connected(d: &mut [f64], e: &[f64]) -> Result<Part, Error> {
    let n = d.len();
    if n <= SMALL {
        return by_ql(d, e);
    }
    // ANCHOR: cut
    // T = (left, right) + |ρ|·u·uᵀ, where u has a 1 on either side of the cut (the second with ρ's sign).
    let middle = n / 2;
    let (left, right) = d.split_at_mut(middle);
    let rho = e[middle - 1];
    left[middle - 1] -= rho.abs();
    right[0] -= rho.abs();
    let left = decompose(left, &e[..middle - 1])?;
    let right = decompose(right, &e[middle..])?;
    // ANCHOR_END: cut
    mend([left, right], rho)
}

fn by_ql(d: &mut [f64], e: &[f64]) -> Result<Part, Error> {
    let mut basis = Basis::new(Padded::identity(d.len()));
    ql::diagonalise(d, &mut e.to_vec(), &mut basis)?;
    let mut rows = Mat::zeros([d.len(), d.len()]);
    for k in 0..d.len() {
        rows.row_mut(k).copy_from_slice(basis.row(k));
    }
    Ok(Part { values: d.to_vec(), rows })
}

fn side_by_side(parts: &[Part]) -> Part {
    let n = parts.iter().map(|p| p.values.len()).sum();
    let (mut values, mut rows) = (Vec::with_capacity(n), Mat::zeros([n, n]));
    for part in parts {
        let (from, size) = (values.len(), part.values.len());
        for i in 0..size {
            rows.row_mut(from + i)[from..from + size].copy_from_slice(part.rows.row(i));
        }
        values.extend(&part.values);
    }
    Part { values, rows }
}

/// Which half of its entries a vector needs.
#[derive(Clone, Copy, PartialEq)]
enum Half {
    Left,
    Right,
    Both,
}

/// Seen from the eigenvectors of the halves, T is D + ρ·z·zᵀ, with z = Vᵀu. Where z is 0, a pair of the half is one of the whole.
fn mend(halves: [Part; 2], rho: f64) -> Result<Part, Error> {
    let m = halves[0].values.len();
    let Part { values: mut d, mut rows } = side_by_side(&halves);
    drop(halves); // two quarters of the memory that the product needs
    let n = d.len();
    let root = 2_f64.sqrt(); // u has the length √2
    let mut z: Vec<f64> = (0..n)
        .map(|i| if i < m { rows[[i, m - 1]] / root } else { rho.signum() * rows[[i, m]] / root })
        .collect();
    // near 1, whatever the size of this part of the matrix
    let scale = power_of_two_for(norm_inf(&d).max(rho.abs()));
    for d in &mut d {
        *d *= scale;
    }
    let rho = 2.0 * rho.abs() * scale;

    let mut half: Vec<Half> = (0..n).map(|i| if i < m { Half::Left } else { Half::Right }).collect();
    let (kept, done) = deflate(&mut d, &mut z, rho, &mut rows, &mut half);
    let k = kept.len();
    let weights: Vec<f64> = kept.iter().map(|&i| z[i] * rho.sqrt()).collect();
    let poles: Vec<f64> = kept.iter().map(|&i| d[i]).collect();
    let (mut values, inner) = secular::decompose(&poles, &weights)?;

    // ANCHOR: product
    // The new vectors are combinations of the old ones. Old ones that live in one half only are left out of the other half's product.
    let mut mended = Mat::zeros([n, n]);
    for (other, from, to) in [(Half::Right, 0, m), (Half::Left, m, n)] {
        let used: Vec<usize> = (0..k).filter(|&i| half[kept[i]] != other).collect();
        let factors = Mat::from_fn(k, used.len(), |j, i| inner[[j, used[i]]]);
        let mut old = Mat::zeros([used.len(), to - from]);
        for (i, &at) in used.iter().enumerate() {
            old.row_mut(i).copy_from_slice(&rows.row(kept[at])[from..to]);
        }
        gemm(1.0, factors.view(), old.view(), 0.0, mended.view_mut().slice(0, 0, k).slice(1, from, to));
    }
    // ANCHOR_END: product
    for (i, &at) in done.iter().enumerate() {
        mended.row_mut(k + i).copy_from_slice(rows.row(at));
        values.push(d[at]);
    }
    for x in &mut values {
        *x /= scale;
    }
    Ok(Part { values, rows: mended })
}

/// Sorts the pairs into those that the cut changes, ascending, and those that it does not.
///
/// Two reasons why one stays: z has nothing there; or two d are so close that, in the plane of their two vectors, a rotation may choose one
/// that has nothing of z. Both within rounding of the whole.
fn deflate(
    d: &mut [f64],
    z: &mut [f64],
    rho: f64,
    rows: &mut Mat,
    half: &mut [Half],
) -> (Vec<usize>, Vec<usize>) {
    let n = d.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| d[i].total_cmp(&d[j]));
    let small = 8.0 * f64::EPSILON * norm_inf(d).max(norm_inf(z));
    let (mut kept, mut done): (Vec<usize>, Vec<usize>) = (Vec::with_capacity(n), Vec::new());
    for i in order {
        if rho * z[i].abs() <= small {
            done.push(i);
            continue;
        }
        if let Some(&p) = kept.last() {
            let length = z[p].hypot(z[i]);
            let (c, s) = (z[i] / length, z[p] / length);
            if ((d[i] - d[p]) * c * s).abs() <= small {
                (z[p], z[i]) = (0.0, length);
                rotate(rows, p, i, c, s);
                if half[p] != half[i] {
                    (half[p], half[i]) = (Half::Both, Half::Both);
                }
                (d[p], d[i]) = (d[p] * c * c + d[i] * s * s, d[p] * s * s + d[i] * c * c);
                kept.pop();
                done.push(p);
            }
        }
        kept.push(i);
    }
    (kept, done)
}

/// Rows p and i ← c·p − s·i and s·p + c·i.
fn rotate(rows: &mut Mat, p: usize, i: usize, c: f64, s: f64) {
    let n = rows.cols();
    let (first, second) = rows.data_mut().split_at_mut(p.max(i) * n);
    let (first, second) = (&mut first[p.min(i) * n..][..n], &mut second[..n]);
    let (p, i) = if p < i { (first, second) } else { (second, first) };
    for (x, y) in p.iter_mut().zip(i) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}
