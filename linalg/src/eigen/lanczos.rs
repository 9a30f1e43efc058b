//! A few eigenpairs of a matrix that nobody could store: Lanczos' method. Chapter: *Eigenvalues*.
//!
//! Power iteration keeps the last of the vectors v, A·v, A²·v, …, and forgets what the others knew. Lanczos keeps the space they
//! span, and asks for the best that is in it. For that it needs of A only what it *does*: a closure from v to A·v.

use super::SymmetricEigen;
use super::power::{finite_length, start_vector, unit};
use crate::error::Error;
use crate::gemm::gemm;
use crate::kernels::axpy;
use crate::norms::{norm_inf, norm2};
use crate::tensor::Mat;
use crate::view::View;

/// Which end of the spectrum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The largest eigenvalues (not in size: 1 comes before −5), the largest first.
    Largest,
    /// The smallest, the smallest first.
    Smallest,
}

/// What [`Lanczos::run`] found.
#[derive(Clone, Debug)]
pub struct Ritz {
    /// k eigenvalues, the outermost first.
    pub values: Vec<f64>,
    /// (n, k): column j belongs to `values[j]`, orthonormal.
    pub vectors: Mat,
    /// ‖A·v − λ·v‖ of each.
    pub residuals: Vec<f64>,
    /// Products with A that were made.
    pub products: usize,
}

/// What is wanted of an eigenproblem, and how much it may cost.
///
/// ```
/// use linalg::eigen::{Lanczos, Which};
///
/// // 100,000 × 100,000, with the diagonal 1, 1/2, 1/3, … and ones beside it in one place. As a table it would need 80 GB.
/// let n = 100_000;
/// let apply = |v: &[f64], av: &mut [f64]| {
///     for i in 0..n {
///         av[i] = v[i] / (i + 1) as f64;
///     }
///     av[0] += v[1];
///     av[1] += v[0];
/// };
/// let start: Vec<f64> = (0..n).map(|i| 1.0 + (i % 7) as f64).collect();
/// let lanczos = Lanczos { pairs: 2, which: Which::Largest, tolerance: 1e-10, cap: 200, basis: None };
/// let found = lanczos.run(apply, &start)?;
/// let root = (1.0 / 16.0 + 1.0_f64).sqrt(); // the 2 × 2 block has the eigenvalues 3/4 ± √(1/16 + 1)
/// assert!((found.values[0] - (0.75 + root)).abs() < 1e-12 && (found.values[1] - 1.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), linalg::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lanczos {
    /// How many pairs, k.
    pub pairs: usize,
    /// From which end.
    pub which: Which,
    /// A pair is found when ‖A·v − λ·v‖ is at most this times ‖A‖, as far as ‖A‖ has shown itself.
    pub tolerance: f64,
    /// The most products with A.
    pub cap: usize,
    /// How many vectors to keep at a time; `None`: 2k + 20. More of them mean fewer products and more memory.
    pub basis: Option<usize>,
}

const NAME: &str = "Lanczos";

impl Lanczos {
    /// Runs from a start vector of n numbers, which should have a part along every vector that is wanted: random numbers have.
    ///
    /// The basis V grows by A·(its last vector), made orthogonal to *all* the others, twice. (Lanczos' three-term recurrence leaves out
    /// those that would be 0 without rounding; with rounding, the vectors then turn back to what was found already, and the same
    /// eigenvalue appears again and again.) VᵀAV is a small matrix; its eigenpairs are the best that the space has. When the
    /// basis is full, its best vectors are kept, and it grows again from there (thick restart).
    ///
    /// Where the space turns out to be closed under A, its pairs are exact, and a fresh direction goes on. One start vector shows one
    /// direction of each eigenvalue, however often that occurs: the others come from such a fresh direction or, later, from rounding. So
    /// a multiple eigenvalue may be listed once where it should be twice.
    ///
    /// Cost: with m vectors in the basis, 8·m·n FLOP beside each product; (m + 1)·n numbers.
    ///
    /// Accuracy: residual as asked for, but not below a few times n·2⁻⁵²·‖A‖; vectors orthonormal to a few 2⁻⁵². An eigenvalue is off by
    /// at most its residual, and by residual²/gap where it has a gap.
    ///
    /// # Errors
    /// [`Error::NoConvergence`] after `cap` products, with the number of pairs that are missing; [`Error::NotFinite`] for an entry of a
    /// product that is infinite or NaN.
    ///
    /// # Panics
    /// If more than n pairs are asked for; if the start is zero or not finite; if `basis` is not beyond `pairs`.
    ///
    /// Source: K. Wu, H. Simon, *Thick-restart Lanczos method for large symmetric eigenvalue problems*, SIAM J. Matrix Anal. Appl. 22
    /// (2000); Parlett, *The Symmetric Eigenvalue Problem*, chapter 13.
    #[track_caller]
    pub fn run(self, mut apply: impl FnMut(&[f64], &mut [f64]), start: &[f64]) -> Result<Ritz, Error> {
        let (n, k) = (start.len(), self.pairs);
        assert!(k <= n, "{NAME}: {k} pairs of a matrix of shape [{n}, {n}]");
        if k == 0 {
            return Ok(Ritz { values: vec![], vectors: Mat::zeros([n, 0]), residuals: vec![], products: 0 });
        }
        let size = self.basis.unwrap_or(2 * k + 20).min(n);
        assert!(
            size > k || size == n,
            "{NAME}: a basis of {size} vectors for {k} pairs; take at least {}",
            k + 1
        );
        let mut basis = Space::new(size, &start_vector(NAME, start));
        let mut products = 0;
        loop {
            while basis.filled < size {
                if products == self.cap {
                    let missing = if basis.filled == 0 { k } else { k - basis.best(self)?.found };
                    return Err(Error::NoConvergence { operation: NAME, iterations: products, missing });
                }
                products += 1;
                basis.grow(&mut apply)?;
            }
            let best = basis.best(self)?;
            if best.found == k || size == n {
                return Ok(basis.pairs(k, &best, products));
            }
            // Half of what is left over is kept as well: the next ones in line.
            basis.restart(k + (size - k) / 2, &best);
        }
    }
}

/// An orthonormal basis, and the matrix as it looks from inside.
struct Space {
    /// (m + 1, n): a vector a row, `filled` of them done; in the next row the direction in which the space grows.
    rows: Mat,
    /// VᵀAV, shape (m, m).
    inside: Mat,
    filled: usize,
    /// How far A leads out of the space: ‖A·v − V·Vᵀ·A·v‖ for the last v.
    outside: f64,
    /// The longest A·v so far: what "small" is measured by.
    largest: f64,
    fresh: usize,
}

/// The eigenpairs of the matrix inside, the wanted ones first.
struct Best {
    values: Vec<f64>,
    /// Row i: the coordinates of vector i.
    coordinates: Mat,
    residuals: Vec<f64>,
    /// How many of the first k are good enough, in a row.
    found: usize,
}

impl Space {
    fn new(size: usize, start: &[f64]) -> Self {
        let mut rows = Mat::zeros([size + 1, start.len()]);
        rows.row_mut(0).copy_from_slice(start);
        Space { rows, inside: Mat::zeros([size, size]), filled: 0, outside: 0.0, largest: 0.0, fresh: 0 }
    }

    /// One more vector, and where A takes it.
    // ANCHOR: grow
    fn grow(&mut self, apply: &mut impl FnMut(&[f64], &mut [f64])) -> Result<(), Error> {
        let (n, last) = (self.rows.cols(), self.filled);
        self.filled += 1;
        let mut image = vec![0.0; n];
        apply(self.rows.row(last), &mut image);
        self.largest = self.largest.max(finite_length(NAME, &image)?);
        let inside = self.remove_all_inside(&mut image);
        for (i, x) in inside.into_iter().enumerate() {
            self.inside[[i, last]] = x;
            self.inside[[last, i]] = x;
        }
        self.outside = norm2(&image);
        if self.outside > 10.0 * f64::EPSILON * self.largest {
            self.rows.row_mut(last + 1).copy_from_slice(&unit(&image));
        } else {
            self.outside = 0.0; // A leads nowhere new: the space is closed
            self.start_afresh();
        }
        Ok(())
    }

    /// x ← x − V·Vᵀx, and Vᵀx. Twice: the first time leaves the rounding errors of what it removes.
    fn remove_all_inside(&self, x: &mut [f64]) -> Vec<f64> {
        let mut total = vec![0.0; self.filled];
        for _ in 0..2 {
            let v = self.rows.view().slice(0, 0, self.filled);
            let mut part = Mat::zeros([1, self.filled]);
            gemm(1.0, View::new(&*x, [1, x.len()]), v.transpose(), 0.0, part.view_mut());
            for (i, &p) in part.data().iter().enumerate() {
                axpy(-p, self.rows.row(i), x);
                total[i] += p;
            }
        }
        total
    }
    // ANCHOR_END: grow

    /// A direction that has nothing to do with the others: from a fixed sequence without pattern, the multiples i²·φ modulo 1.
    fn start_afresh(&mut self) {
        let (n, next) = (self.rows.cols(), self.filled);
        if next == n {
            return; // there is no other direction
        }
        for _ in 0..100 {
            self.fresh += 1;
            let turn = |i: usize| (((i + self.fresh) as f64).powi(2) * 0.618_033_988_749_894_9).fract() - 0.5;
            let mut x = unit(&(0..n).map(turn).collect::<Vec<_>>());
            self.remove_all_inside(&mut x);
            // Nearly all of it was inside already? Then the next one; in n dimensions with room left that hardly ever happens.
            if norm2(&x) > 1e-6 {
                let mut x = unit(&x);
                self.remove_all_inside(&mut x); // `unit` has made the errors larger, too
                self.rows.row_mut(next).copy_from_slice(&unit(&x));
                return;
            }
        }
    }

    fn best(&self, wanted: Lanczos) -> Result<Best, Error> {
        let m = self.filled;
        let inner = SymmetricEigen::new(self.inside.view().slice(0, 0, m).slice(1, 0, m))?;
        let column = |i: usize| if wanted.which == Which::Largest { m - 1 - i } else { i };
        let values: Vec<f64> = (0..m).map(|i| inner.values[column(i)]).collect();
        let coordinates = Mat::from_fn(m, m, |i, j| inner.vectors[[j, column(i)]]);
        // A·V·s = V·(VᵀAV)·s + outside·(last coordinate of s)·(the next direction)
        let residuals: Vec<f64> = (0..m).map(|i| self.outside * coordinates[[i, m - 1]].abs()).collect();
        let enough = wanted.tolerance * self.largest.max(norm_inf(&values));
        let found = residuals.iter().take(wanted.pairs).take_while(|&&r| r <= enough).count();
        Ok(Best { values, coordinates, residuals, found })
    }

    /// The first `count` vectors, in n coordinates, one a row.
    fn outer(&self, count: usize, best: &Best) -> Mat {
        let mut rows = Mat::zeros([count, self.rows.cols()]);
        let v = self.rows.view().slice(0, 0, self.filled);
        gemm(1.0, best.coordinates.view().slice(0, 0, count), v, 0.0, rows.view_mut());
        rows
    }

    // ANCHOR: restart
    /// Keeps the best `count` vectors and the direction that comes next. From inside, A is then diagonal.
    fn restart(&mut self, count: usize, best: &Best) {
        let (kept, next) = (self.outer(count, best), self.rows.row(self.filled).to_vec());
        for i in 0..count {
            self.rows.row_mut(i).copy_from_slice(kept.row(i));
        }
        self.rows.row_mut(count).copy_from_slice(&next);
        self.inside.data_mut().fill(0.0);
        for i in 0..count {
            self.inside[[i, i]] = best.values[i];
        }
        self.filled = count;
    }
    // ANCHOR_END: restart

    fn pairs(&self, k: usize, best: &Best, products: usize) -> Ritz {
        let vectors = self.outer(k, best).transpose();
        Ritz { values: best.values[..k].to_vec(), vectors, residuals: best.residuals[..k].to_vec(), products }
    }
}
