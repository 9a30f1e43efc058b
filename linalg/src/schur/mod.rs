//! Matrices without symmetry: real Schur form, complex eigenvalues, eigenvectors. Chapter: *Eigenvalues without symmetry*.
//!
//! | file | what it holds |
//! |---|---|
//! | `balance.rs` | a change of units that makes rows and columns about equally long |
//! | `hessenberg.rs` | mirrors: zeros below the first subdiagonal, mirror by mirror and in blocks |
//! | `francis.rs` | the iteration that makes most of that subdiagonal zero too |
//! | `multishift.rs` | the same for large matrices: many bulges at once, and a look at the corner |
//! | `block.rs` | what is left: 2×2 blocks, each a pair of complex eigenvalues |
//! | `vectors.rs` | eigenvectors of the triangle, by back substitution |
//! | `sensitivity.rs` | eigenvectors of the other side, and how easily an eigenvalue is moved |
//! | `reorder.rs` | the same eigenvalues in another order |
//! | `square.rs` | rows in memory |

mod balance;
mod block;
mod francis;
mod hessenberg;
mod multishift;
mod reorder;
mod sensitivity;
mod square;
mod vectors;

use crate::complex::Complex;
use crate::error::Error;
use crate::kernels::axpy;
use crate::norms::{frobenius, norm2};
use crate::par;
use crate::tensor::Mat;
use crate::view::View;
use francis::Goal;
pub use hessenberg::Hessenberg;
use hessenberg::{prepare, reduce};
pub use sensitivity::Sensitivity;
use square::Square;

/// A = Q·T·Qᵀ with an orthogonal Q and a *quasi-triangular* T: every real square matrix is a rotation away from one.
///
/// Shapes: all (n, n). On T's diagonal are the real eigenvalues, and 2×2 blocks \[\[a, b\], \[c, a\]\] with bc < 0 for the pairs
/// a ± i·√(−bc). What is above the diagonal is what distinguishes A from a symmetric matrix: see [`Self::departure`].
///
/// ```
/// use linalg::{Complex, Mat, Schur};
///
/// // A cyclic shift turns: its eigenvalues are the third roots of 1.
/// let a = Mat::from_rows(&[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
/// let schur = Schur::new(a.view())?;
/// assert!(schur.eigenvalues().iter().all(|z| (z.abs() - 1.0).abs() < 1e-14));
/// let back = schur.q.matmul(&schur.t).matmul(&schur.q.transpose());
/// assert!(a.data().iter().zip(back.data()).all(|(x, y)| (x - y).abs() < 1e-14));
/// assert!(schur.departure() < 1e-14); // it turns, but it distorts nothing
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: about 25n³ FLOP.
///
/// Accuracy: ‖A − QTQᵀ‖/‖A‖ and ‖QᵀQ − I‖ are a small multiple of n·2⁻⁵², at any scale of the entries. So the eigenvalues are exact for a
/// matrix that differs from A by rounding; how far that moves them is A's affair, not the method's. For a Jordan block of size n the answer
/// is (2⁻⁵²)^(1/n): two hundredths for n = 9.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., section 7.5; J. Francis, *The QR transformation*, The Computer Journal 4
/// (1961).
#[derive(Clone, Debug)]
pub struct Schur {
    /// Q, orthogonal.
    pub q: Mat,
    /// T, quasi-triangular, its 2×2 blocks in standard form.
    pub t: Mat,
}

impl Schur {
    /// Decomposes a matrix.
    ///
    /// # Errors
    /// [`Error::NotSquare`]; [`Error::NotFinite`]; [`Error::Overflow`] if an entry of T is beyond `f64::MAX`; [`Error::NoConvergence`] if
    /// the iteration reaches its cap, which no known matrix does.
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        let (a, scale) = prepare("schur", a)?;
        let (t, qt) = par::awake(a.n() >= par::LARGE, || decompose(a))?;
        let t = t.to_mat().map(|x| x / scale);
        if t.data().iter().any(|x| !x.is_finite()) {
            return Err(Error::Overflow { operation: "schur" });
        }
        Ok(Schur { q: qt.to_transposed(), t })
    }

    /// The eigenvalues, in the order of T's diagonal; the two of a pair together, the one with the positive imaginary part first.
    pub fn eigenvalues(&self) -> Vec<Complex> {
        read_off(self.t.rows(), |i, j| self.t[[i, j]])
    }

    /// Brings the eigenvalues into an order: `key` falls from the top of the diagonal to the bottom. A stays Q·T·Qᵀ.
    ///
    /// The first columns of Q then span what belongs to the first eigenvalues. Neighbours that are equal up to rounding may keep their
    /// order.
    ///
    /// ```
    /// use linalg::{Complex, Mat, Schur};
    ///
    /// let a = Mat::from_rows(&[[1.0, 7.0, 2.0], [0.0, -3.0, 5.0], [0.0, 0.0, 2.0]]);
    /// let mut schur = Schur::new(a.view())?;
    /// schur.sort_by(Complex::abs);
    /// let diagonal = [0, 1, 2].map(|i| schur.t[[i, i]]);
    /// assert!(diagonal.iter().zip([-3.0, 2.0, 1.0]).all(|(x, y)| (x - y).abs() < 1e-14));
    /// # Ok::<(), linalg::Error>(())
    /// ```
    ///
    /// Cost: 12n FLOP for each exchange of neighbours.
    pub fn sort_by(&mut self, key: impl Fn(Complex) -> f64) {
        let largest = crate::norms::norm_inf(self.t.data());
        let scale = if largest == 0.0 { 1.0 } else { crate::householder::power_of_two_for(largest) };
        let mut t = Square::scaled(self.t.view(), scale);
        let mut qt = Square::scaled(self.q.view().transpose(), 1.0);
        reorder::sort(&mut t, &mut qt, &|z| key(z.scale(1.0 / scale)));
        self.t = t.to_mat().map(|x| x / scale);
        self.q = qt.to_transposed();
    }

    /// Henrici's *departure from normality*: √(‖A‖² − Σ|λ|²) in the Frobenius norm, the length of what is above T's diagonal.
    ///
    /// 0 for matrices whose eigenvectors are at right angles (symmetric, orthogonal, any that commute with their transpose): of those the
    /// eigenvalues tell everything. The larger it is, the less they tell about the first powers.
    ///
    /// Source: P. Henrici, *Bounds for iterates, inverses, spectral variation and fields of values of non-normal matrices*, Numerische
    /// Mathematik 4 (1962).
    // ANCHOR: departure
    pub fn departure(&self) -> f64 {
        let n = self.t.rows();
        let mut above = Vec::new();
        for i in 0..n {
            let pair = i + 1 < n && self.t[[i + 1, i]] != 0.0;
            if pair {
                // a block [[a, b], [c, a]] has ‖block‖² − 2|λ|² = (|b| − |c|)²
                above.push(self.t[[i, i + 1]].abs() - self.t[[i + 1, i]].abs());
            }
            above.extend_from_slice(&self.t.row(i)[(i + 1 + usize::from(pair)).min(n)..]);
        }
        norm2(&above)
    }
    // ANCHOR_END: departure
}

/// Schur form of a matrix with entries near 1, and Qᵀ.
fn decompose(a: Square) -> Result<(Square, Square), Error> {
    let (mut h, mut qt) = reduce(a);
    iterate(&mut h, Some(&mut qt), Goal::Schur)?;
    Ok((h, qt))
}

/// The quicker of the two iterations.
fn iterate(h: &mut Square, qt: Option<&mut Square>, goal: Goal) -> Result<(), Error> {
    if h.n() <= multishift::SMALL { francis::iterate(h, qt, goal) } else { multishift::iterate(h, qt, goal) }
}

fn read_off(n: usize, t: impl Fn(usize, usize) -> f64) -> Vec<Complex> {
    let mut values = Vec::with_capacity(n);
    while values.len() < n {
        let k = values.len();
        if k + 1 < n && t(k + 1, k) != 0.0 {
            values.extend(block::eigenvalues([t(k, k), t(k, k + 1), t(k + 1, k), t(k + 1, k + 1)]));
        } else {
            values.push(Complex::real(t(k, k)));
        }
    }
    values
}

/// The eigenvalues of any real square matrix, in no particular order; the two of a complex pair together, the one with the positive
/// imaginary part first.
///
/// ```
/// use linalg::{Complex, Mat, eigenvalues};
///
/// let quarter_turn = Mat::from_rows(&[[0.0, -1.0], [1.0, 0.0]]);
/// assert_eq!(eigenvalues(quarter_turn.view())?, [Complex::new(0.0, 1.0), Complex::new(0.0, -1.0)]);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// Cost: about 10n³ FLOP.
///
/// Accuracy: as for [`Schur`], of the balanced matrix.
///
/// # Errors
/// As [`Schur::new`].
pub fn eigenvalues(a: View<'_, f64>) -> Result<Vec<Complex>, Error> {
    let (mut a, scale) = prepare("eigenvalues", a)?;
    balance::balance(&mut a);
    let rescale = rescale(&mut a);
    let (mut h, _) = reduce(a);
    iterate(&mut h, None, Goal::Eigenvalues)?;
    let values = read_off(h.n(), |i, j| h[[i, j]]).into_iter().map(|z| z.scale(1.0 / rescale)).collect();
    unscaled("eigenvalues", values, scale)
}

/// Balancing may have made all entries small: near 1 again.
fn rescale(a: &mut Square) -> f64 {
    let largest = (0..a.n()).map(|i| crate::norms::norm_inf(a.row(i))).fold(0.0, f64::max);
    let scale = if largest == 0.0 { 1.0 } else { crate::householder::power_of_two_for(largest) };
    for i in 0..a.n() {
        for x in a.row_mut(i) {
            *x *= scale;
        }
    }
    scale
}

fn unscaled(operation: &'static str, values: Vec<Complex>, scale: f64) -> Result<Vec<Complex>, Error> {
    let values: Vec<Complex> = values.into_iter().map(|z| Complex::new(z.re / scale, z.im / scale)).collect();
    if values.iter().any(|z| !z.re.is_finite() || !z.im.is_finite()) {
        return Err(Error::Overflow { operation });
    }
    Ok(values)
}

/// What a matrix does from both sides, one or two rows a vector; the left ones only if they were asked for.
struct Sides {
    values: Vec<Complex>,
    right: Mat,
    left: Mat,
}

/// Eigenvalues and eigenvectors of D·A·D⁻¹, for D with `units` on its diagonal and an A that is balanced.
fn sides(mut a: Square, units: &[f64], both: bool) -> Result<Sides, Error> {
    let scale = rescale(&mut a);
    let (t, qt) = decompose(a)?;
    let n = t.n();
    let values: Vec<Complex> =
        read_off(n, |i, j| t[[i, j]]).into_iter().map(|z| z.scale(1.0 / scale)).collect();
    let right = in_units(&vectors::of_triangle(&t), &qt, &values, units);
    let left = if both {
        let left = vectors::left_of_triangle(&t);
        let inverse: Vec<f64> = units.iter().map(|unit| 1.0 / unit).collect();
        in_units(&left, &qt, &values, &inverse)
    } else {
        Mat::zeros([0, n])
    };
    Ok(Sides { values, right, left })
}

/// D·Q·X with every vector at length 1, computed as the transpose: one vector a row.
fn in_units(x: &Mat, qt: &Square, values: &[Complex], units: &[f64]) -> Mat {
    let n = qt.n();
    let mut rows = Mat::zeros([n, n]);
    crate::gemm(1.0, x.view(), qt.part([0, n], [0, n]), 0.0, rows.view_mut());
    let mut k = 0;
    while k < n {
        let count = if values[k].im == 0.0 { 1 } else { 2 };
        let vector = &mut rows.data_mut()[k * n..(k + count) * n];
        for part in vector.chunks_exact_mut(n) {
            for (x, unit) in part.iter_mut().zip(units) {
                *x *= unit;
            }
        }
        let length = norm2(vector);
        for x in &mut *vector {
            *x /= length;
        }
        k += count;
    }
    rows
}

fn conjugates(values: &[Complex]) -> Vec<Complex> {
    values.iter().map(|z| Complex::new(z.re, -z.im)).collect()
}

/// The largest ‖A·v − λ·v‖.
fn worst_residual(a: &Square, values: &[Complex], rows: &Mat) -> f64 {
    let n = a.n();
    let mut residuals = Mat::zeros([n, n]);
    crate::gemm(1.0, rows.view(), a.part([0, n], [0, n]).transpose(), 0.0, residuals.view_mut());
    let mut worst = 0.0_f64;
    let mut k = 0;
    while k < n {
        let Complex { re, im } = values[k];
        let count = if im == 0.0 { 1 } else { 2 };
        for part in 0..count {
            axpy(-re, rows.row(k + part), residuals.row_mut(k + part));
        }
        if count == 2 {
            // λ·(x + iy) has the parts re·x − im·y and re·y + im·x
            axpy(im, rows.row(k + 1), residuals.row_mut(k));
            axpy(-im, rows.row(k), residuals.row_mut(k + 1));
        }
        worst = worst.max(norm2(&residuals.data()[k * n..(k + count) * n]));
        k += count;
    }
    worst
}

/// Eigenvalues and eigenvectors of any real square matrix: A·vₖ = λₖ·vₖ.
///
/// Shapes: A (n, n), n eigenvalues, vectors (n, n). Where λₖ is real, column k is vₖ. Where λₖ and λₖ₊₁ are a pair, column k is the real
/// part of vₖ and column k+1 its imaginary part; vₖ₊₁ is the conjugate. Every vector has length 1 (over both parts). [`Self::vector`]
/// hands them out one by one.
///
/// ```
/// use linalg::{GeneralEigen, Mat};
///
/// let a = Mat::from_rows(&[[0.9, 5.0], [0.0, 0.8]]);
/// let eigen = GeneralEigen::new(a.view())?;
/// let [(v, _), (w, _)] = [eigen.vector(0), eigen.vector(1)];
/// // Eigenvalues 0.9 and 0.8, and two eigenvectors that point almost the same way.
/// assert!((eigen.values[0].re - 0.9).abs() < 1e-15);
/// assert!((v[0] * w[0] + v[1] * w[1]).abs() > 0.999);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// A matrix may lack eigenvectors (a *defective* one: \[\[1, 1\], \[0, 1\]\] has one direction that is only stretched, not two). Then a
/// vector comes twice, up to rounding, and each is right by its residual.
///
/// Cost: about 25n³ FLOP for the Schur form, up to 4n³ for the vectors.
///
/// Accuracy: ‖A·v − λ·v‖/‖A‖ is a small multiple of n·2⁻⁵². Balancing changes units by powers of two first, which often makes eigenvalues
/// of badly scaled matrices more accurate. Where that spoils a residual, the old units are taken.
///
/// Source: Golub & Van Loan, *Matrix Computations*, 4th ed., sections 7.5 and 7.6.4; LAPACK's `dgeev` and `dtrevc`.
#[derive(Clone, Debug)]
pub struct GeneralEigen {
    /// λ, in no particular order; pairs together, the positive imaginary part first.
    pub values: Vec<Complex>,
    /// The vectors, one or two columns each.
    pub vectors: Mat,
}

impl GeneralEigen {
    /// Decomposes a matrix.
    ///
    /// # Errors
    /// As [`Schur::new`].
    pub fn new(a: View<'_, f64>) -> Result<Self, Error> {
        let (a, scale) = prepare("eigenvectors", a)?;
        let mut balanced = a.clone();
        let units = balance::balance(&mut balanced);
        let mut found = par::awake(a.n() >= par::LARGE, || sides(balanced, &units, false))?;
        if units.iter().any(|&unit| unit != 1.0) {
            // In other units an error that was small may be large. Then the old units are the better ones.
            let allowed = 25.0 * a.n() as f64 * f64::EPSILON * frobenius(a.part([0, a.n()], [0, a.n()]));
            if worst_residual(&a, &found.values, &found.right) > allowed {
                let ones = vec![1.0; units.len()];
                found = sides(a, &ones, false)?;
            }
        }
        let Sides { values, right, .. } = found;
        Ok(GeneralEigen { values: unscaled("eigenvectors", values, scale)?, vectors: right.transpose() })
    }

    /// Real and imaginary part of the eigenvector of `values[k]`.
    ///
    /// # Panics
    /// If there is no eigenvalue k.
    #[track_caller]
    pub fn vector(&self, k: usize) -> (Vec<f64>, Vec<f64>) {
        vector(&self.values, &self.vectors, k)
    }
}

/// Real and imaginary part of vector k of those that columns hold.
#[track_caller]
fn vector(values: &[Complex], columns: &Mat, k: usize) -> (Vec<f64>, Vec<f64>) {
    assert!(k < values.len(), "vector {k} of {} was asked for", values.len());
    let column = |j: usize, sign: f64| (0..values.len()).map(|i| sign * columns[[i, j]]).collect();
    let im = values[k].im;
    if im > 0.0 {
        (column(k, 1.0), column(k + 1, 1.0))
    } else if im < 0.0 {
        (column(k - 1, 1.0), column(k, -1.0))
    } else {
        (column(k, 1.0), vec![0.0; values.len()])
    }
}
