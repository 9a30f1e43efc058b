//! Some eigenvalues of a matrix that is never written down. Chapter: *Eigenvalues without symmetry*.
//!
//! x, Ax, A²x, … lean towards the largest eigenvalues, and all of them together hold far more than the last one, which is all that the power
//! method keeps. Arnoldi keeps an orthonormal basis of them. What A does within that basis is a small Hessenberg matrix, whose eigenvalues
//! (the *Ritz values*) are those of A where the basis has been good enough. When the basis is full, the best directions are kept, and
//! it goes on from there: that is the restart.

use crate::complex::Complex;
use crate::error::Error;
use crate::gemm::gemm;
use crate::kernels::{axpy, dot};
use crate::norms::norm2;
use crate::schur::{GeneralEigen, Schur};
use crate::tensor::Mat;

/// What to look for, and when to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arnoldi {
    /// How many eigenvalues, the largest in size first. One more may come, if the last is half of a pair.
    pub wanted: usize,
    /// How many basis vectors at most; at least `wanted` + 2 are taken, and no more than n.
    pub basis: usize,
    /// ‖A·v − λ·v‖ allowed, relative to the largest Ritz value.
    pub tolerance: f64,
    /// Restarts at most.
    pub restarts: usize,
}

/// Eigenvalues and vectors that [`Arnoldi::run`] found.
#[derive(Clone, Debug)]
pub struct Ritz {
    /// λ, the largest in size first; pairs together, the positive imaginary part first.
    pub values: Vec<Complex>,
    /// The vectors, shape (n, number of values), in the form of [`GeneralEigen::vectors`].
    pub vectors: Mat,
    /// ‖A·v − λ·v‖ of each, as the small matrix has it.
    pub residuals: Vec<f64>,
    /// How often A was applied.
    pub products: usize,
}

impl Default for Arnoldi {
    fn default() -> Self {
        Arnoldi { wanted: 1, basis: 20, tolerance: 1e-10, restarts: 100 }
    }
}

impl Arnoldi {
    /// Finds the largest eigenvalues of the linear map `apply(x, y)`, which writes A·x to y.
    ///
    /// ```
    /// use linalg::arnoldi::Arnoldi;
    ///
    /// // The largest eigenvalue of diag(1, 2, …, 100), from a start that holds a bit of all.
    /// let scale = |x: &[f64], y: &mut [f64]| (0..100).for_each(|i| y[i] = (i + 1) as f64 * x[i]);
    /// let found = Arnoldi::default().run(scale, &[1.0; 100])?;
    /// assert!((found.values[0].re - 100.0).abs() < 1e-7);
    /// assert!(found.products < 200);
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// The start vector must have a part along what is sought; random numbers do. Breakdown is good news: the basis is closed under
    /// A, its Ritz values are exact. If there are too few of them, the search goes on along a coordinate axis.
    ///
    /// Cost: one product a step, and 8n·`basis` FLOP to make its result orthogonal, twice: once is not enough for 16 digits.
    ///
    /// Accuracy: the residuals are those of the small matrix, right up to a few roundings of ‖A‖.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the start (row 0) or a product (row: its number) has an entry that is infinite or NaN;
    /// [`Error::NoConvergence`] after the last restart; [`Error::Overflow`].
    ///
    /// # Panics
    /// If `start` is empty or all zeros, or nothing is wanted.
    ///
    /// Source: W. Arnoldi, *The principle of minimized iterations*, Quarterly of Applied Mathematics 9 (1951); the restart: G. W. Stewart,
    /// *A Krylov–Schur algorithm for large eigenproblems*, SIAM J. Matrix Anal. Appl. 23 (2002).
    #[track_caller]
    pub fn run(&self, mut apply: impl FnMut(&[f64], &mut [f64]), start: &[f64]) -> Result<Ritz, Error> {
        let n = start.len();
        finite(0, start)?;
        let length = norm2(start);
        assert!(length > 0.0, "arnoldi: the start, a vector of length {n}, has no direction");
        assert!(self.wanted > 0, "arnoldi: no eigenvalue is wanted");
        let wanted = self.wanted.min(n);
        let most = self.basis.max(wanted + 2).min(n);
        // One basis vector a row, and one more for what sticks out of the basis.
        let mut v = Mat::zeros([most + 1, n]);
        v.row_mut(0).iter_mut().zip(start).for_each(|(v, x)| *v = x / length);
        let mut h = Mat::zeros([most + 1, most]);
        let (mut kept, mut products) = (0, 0);
        for restart in 0..=self.restarts {
            for j in kept..most {
                products += 1;
                extend(&mut v, &mut h, j, products, &mut apply)?;
            }
            let small = h.view().slice(0, 0, most);
            let mut schur = Schur::new(small)?;
            schur.sort_by(Complex::abs);
            // What A·V sticks out of the basis: h[most] times the new vector.
            let coupling = Mat::from_fn(1, most, |_, j| h[[most, j]]).matmul(&schur.q);
            let eigen = GeneralEigen::new(schur.t.view())?;
            let (values, residuals, y) = largest(&eigen, &coupling, wanted);
            let size = values[0].abs().max(f64::MIN_POSITIVE);
            let missing = residuals.iter().filter(|&&r| r > self.tolerance * size).count();
            if missing == 0 || most == n {
                let y = schur.q.matmul(&y);
                let mut vectors = Mat::zeros([n, y.cols()]);
                gemm(1.0, v.view().slice(0, 0, most).transpose(), y.view(), 0.0, vectors.view_mut());
                return Ok(Ritz { values, vectors, residuals, products });
            }
            if restart == self.restarts {
                return Err(Error::NoConvergence { operation: "arnoldi", iterations: products, missing });
            }
            // Keep the leading half of what is spare, and no half of a pair.
            kept = (wanted + (most - wanted) / 2).min(most - 1);
            if schur.t[[kept, kept - 1]] != 0.0 {
                kept = if kept + 1 < most { kept + 1 } else { kept - 1 };
            }
            let mut leading = Mat::zeros([kept, n]);
            let q = schur.q.view().slice(1, 0, kept);
            gemm(1.0, q.transpose(), v.view().slice(0, 0, most), 0.0, leading.view_mut());
            let beyond = v.row(most).to_vec();
            v.data_mut()[..kept * n].copy_from_slice(leading.data());
            v.row_mut(kept).copy_from_slice(&beyond);
            h = Mat::from_fn(most + 1, most, |i, j| {
                if j >= kept || i > kept {
                    0.0
                } else if i == kept {
                    coupling[[0, j]]
                } else {
                    schur.t[[i, j]]
                }
            });
        }
        unreachable!("the last restart returns")
    }
}

/// One step: A times basis vector j, made orthogonal to the basis, is the next one.
// ANCHOR: extend
fn extend(
    v: &mut Mat,
    h: &mut Mat,
    j: usize,
    product: usize,
    apply: &mut impl FnMut(&[f64], &mut [f64]),
) -> Result<(), Error> {
    let mut w = vec![0.0; v.cols()];
    apply(v.row(j), &mut w);
    finite(product, &w)?;
    let before = norm2(&w);
    for _ in 0..2 {
        for i in 0..=j {
            let part = dot(v.row(i), &w);
            axpy(-part, v.row(i), &mut w);
            h[[i, j]] += part;
        }
    }
    let length = norm2(&w);
    if length > 10.0 * f64::EPSILON * before {
        h[[j + 1, j]] = length;
        v.row_mut(j + 1).iter_mut().zip(&w).for_each(|(v, w)| *v = w / length);
    } else {
        // Breakdown: nothing sticks out. Any direction at right angles goes on, with no link to what is there.
        h[[j + 1, j]] = 0.0;
        let next = elsewhere(v, j + 1);
        v.row_mut(j + 1).copy_from_slice(&next);
    }
    Ok(())
}
// ANCHOR_END: extend

/// A unit vector at right angles to the first `count` rows: what is left of the axis that they hold least of. Zeros if they hold all.
fn elsewhere(v: &Mat, count: usize) -> Vec<f64> {
    let n = v.cols();
    let mut held = vec![0.0; n];
    for i in 0..count {
        held.iter_mut().zip(v.row(i)).for_each(|(sum, x)| *sum += x * x);
    }
    let mut w = vec![0.0; n];
    if count < n {
        let axis = (0..n).min_by(|&i, &j| held[i].total_cmp(&held[j])).unwrap_or(0);
        w[axis] = 1.0;
        for _ in 0..2 {
            for i in 0..count {
                axpy(-dot(v.row(i), &w), v.row(i), &mut w);
            }
        }
        let length = norm2(&w);
        for x in &mut w {
            *x /= length;
        }
    }
    w
}

/// The largest eigenvalues of the small matrix, how far each is from one of A, and its vector in the Schur basis.
fn largest(eigen: &GeneralEigen, coupling: &Mat, wanted: usize) -> (Vec<Complex>, Vec<f64>, Mat) {
    let m = eigen.values.len();
    // pairs stay together: sort by the first of each
    let mut groups: Vec<(usize, usize)> = Vec::new();
    let mut k = 0;
    while k < m {
        let count = if eigen.values[k].im == 0.0 { 1 } else { 2 };
        groups.push((k, count));
        k += count;
    }
    groups.sort_by(|a, b| eigen.values[b.0].abs().total_cmp(&eigen.values[a.0].abs()));
    let mut order = Vec::new();
    let mut residuals = Vec::new();
    for (k, count) in groups {
        if order.len() >= wanted {
            break;
        }
        let sum = |j: usize| (0..m).map(|i| coupling[[0, i]] * eigen.vectors[[i, j]]).sum::<f64>();
        let residual = (k..k + count).map(sum).fold(0.0, f64::hypot);
        for j in k..k + count {
            order.push(j);
            residuals.push(residual);
        }
    }
    let values = order.iter().map(|&k| eigen.values[k]).collect();
    (values, residuals, Mat::from_fn(m, order.len(), |i, j| eigen.vectors[[i, order[j]]]))
}

fn finite(row: usize, x: &[f64]) -> Result<(), Error> {
    match x.iter().enumerate().find(|(_, x)| !x.is_finite()) {
        Some((col, &entry)) => Err(Error::NotFinite { operation: "arnoldi", row, col, entry }),
        None => Ok(()),
    }
}
