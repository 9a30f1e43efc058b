//! A product of many matrices: how much it stretches, in which directions, at any depth. Chapter: *The flow of gradients*.
//!
//! Multiplied out, such a product is soon of no use. After some hundreds of layers its entries leave the range of the format, and long
//! before that its columns have all turned towards the one direction that grows most: what happens to the others is below the last
//! digit. The remedy is as old as the question: after each matrix take the stretch out, as a logarithm, and make the directions
//! orthogonal again.
//!
//! Source: Benettin, Galgani, Giorgilli, Strelcyn, *Lyapunov Characteristic Exponents for smooth dynamical systems*, Meccanica 15, 1980
//! ([`lyapunov`]); Loh, Gubernatis, Scalettar, Sugar, Scalapino, White, *Stable matrix-multiplication algorithms for low-temperature numerical
//! simulations of fermions*, in *Interacting Electrons in Reduced Dimensions*, 1989 ([`Product`]: its three factors).

use super::stack::normal;
use linalg::{Error, Mat, Qr, Svd, norm2};

/// J_L⋯J₂·J₁ as it stands, first matrix first in the list; the identity of size 0 for no matrices.
///
/// The definition, and a referee for shallow products. At depth it overflows, underflows, and has one right direction.
pub fn multiplied(jacobians: &[Mat]) -> Mat {
    let mut all = jacobians.iter();
    let first = all.next().cloned().unwrap_or_else(|| Mat::zeros([0, 0]));
    all.fold(first, |product, j| j.matmul(&product))
}

/// How long each of `directions` orthogonal directions has become after 0, 1, …, L matrices: Σ ln |rᵢᵢ|, from a QR decomposition a layer.
///
/// The first direction is any one: it turns towards the direction that grows most. The second is kept orthogonal to it, and so turns towards the one that
/// grows most among the rest. What is cut off at each layer, rᵢᵢ, is by how much the layer has lengthened direction i. Divided by the
/// number of layers the sums tend to the *Lyapunov exponents* of the product ([`exponents`]). With as many directions as the matrices
/// have columns the sum of a row is ln |det| of the product, exactly.
///
/// ```
/// use calculus::flow::lyapunov;
/// use linalg::Mat;
///
/// // 2,000 times the same matrix: neither 2²⁰⁰⁰ nor 0.5²⁰⁰⁰ is a number that f64 has
/// let layers = vec![Mat::from_rows(&[[2.0, 1.0], [0.0, 0.5]]); 2000];
/// let sums = lyapunov(&layers, 2)?;
/// let ln2 = 2.0_f64.ln();
/// assert!((sums[2000][0] / 2000.0 - ln2).abs() < 1e-3 && (sums[2000][1] / 2000.0 + ln2).abs() < 1e-3);
/// # Ok::<(), linalg::Error>(())
/// ```
///
/// −∞ for a direction that a matrix has made 0 (a ReLU has units that are shut), and for ever after.
///
/// Cost: 2n²k + 4nk² FLOP a matrix of size n, with k directions.
///
/// # Errors
/// [`Error::NotFinite`] if an entry of a matrix is infinite or NaN.
///
/// # Panics
/// If the matrices do not fit together, or one of them has fewer rows or columns than there are directions.
// ANCHOR: lyapunov
pub fn lyapunov(jacobians: &[Mat], directions: usize) -> Result<Vec<Vec<f64>>, Error> {
    let mut sums = vec![vec![0.0; directions]];
    let Some(first) = jacobians.first() else { return Ok(sums) };
    let start = Mat::from_fn(first.cols(), directions, |i, k| normal(7, k as u64, i as u64));
    let mut q = Qr::new(start.view())?.q();
    for (layer, j) in jacobians.iter().enumerate() {
        assert!(
            j.rows() >= directions && j.cols() >= directions,
            "lyapunov: layer {layer} of shape {} has no room for {directions} directions",
            j.shape()
        );
        let qr = Qr::new(j.matmul(&q).view())?;
        let r = qr.r_view();
        let stretched = |i: usize| sums[layer][i] + stretch(r.slice(1, i, i + 1).slice(0, 0, i + 1)).ln();
        let next = (0..directions).map(stretched).collect();
        sums.push(next);
        q = qr.q();
    }
    Ok(sums)
}
// ANCHOR_END: lyapunov

/// |rᵢᵢ|, the last of a column of R; 0 where nothing but rounding is left of the column.
fn stretch(column: linalg::View<'_, f64>) -> f64 {
    let column = column.to_tensor().into_data();
    let last = column.last().map_or(0.0, |r| r.abs());
    if last > NOTHING * norm2(&column) { last } else { 0.0 }
}

/// What is left of a vector when others are taken out of it, relative to the whole: below this it is rounding.
const NOTHING: f64 = 1e-13;

/// The growth by layer of each direction, γᵢ: the slope of the sums of [`lyapunov`] over the last three quarters of the layers.
///
/// The first quarter is left out: there the directions have not yet turned to where they belong. −∞ where a direction died; NaN for no layers.
///
/// ```
/// use calculus::flow::exponents;
///
/// let sums: Vec<Vec<f64>> = (0..=40).map(|l| vec![3.0 + 0.5 * f64::from(l)]).collect();
/// assert_eq!(exponents(&sums), [0.5]);
/// ```
pub fn exponents(sums: &[Vec<f64>]) -> Vec<f64> {
    let (Some(last), layers) = (sums.last(), sums.len().saturating_sub(1)) else { return Vec::new() };
    let from = layers / 4;
    let slope = |(&end, &start): (&f64, &f64)| {
        if end == f64::NEG_INFINITY { end } else { (end - start) / (layers - from) as f64 }
    };
    last.iter().zip(&sums[from]).map(slope).collect()
}

/// The exponents of a product of endless many square matrices with independent normal entries of standard deviation gain/√width:
/// γᵢ = ln gain + ½·(ln(2/n) + ψ((n − i)/2)) for i = 0 … n − 1, with ψ the logarithmic derivative of Γ.
///
/// ```
/// use calculus::flow::gaussian_exponents;
///
/// let theory = gaussian_exponents(32, 1.0);
/// assert!((theory[0] + 1.0 / 64.0).abs() < 1e-3); // about −1/(2·width)
/// assert!(theory[31] < -2.3); // a factor of 10 a layer
/// ```
///
/// Why: whatever direction comes in, a normal matrix sends it to a normal vector, and its length to a χ with n degrees of freedom; what is
/// orthogonal to the first has n − 1 of them, and so on. γᵢ is the mean logarithm.
///
/// Source: C. M. Newman, *The distribution of Lyapunov exponents: exact results for random matrices*, Communications in Mathematical Physics 103, 1986.
pub fn gaussian_exponents(width: usize, gain: f64) -> Vec<f64> {
    // ψ(½) and ψ(1), then ψ(x + 1) = ψ(x) + 1/x
    const EULER: f64 = 0.577_215_664_901_532_9;
    let mut psi = vec![f64::NEG_INFINITY, -EULER - 2.0 * std::f64::consts::LN_2, -EULER]; // at 0, ½, 1
    for k in 3..=width {
        psi.push(psi[k - 2] + 2.0 / (k - 2) as f64);
    }
    let of = |i: usize| gain.ln() + 0.5 * ((2.0 / width as f64).ln() + psi[width - i]);
    (0..width).map(of).collect()
}

/// A product of matrices as Q·D·C: orthonormal columns, stretches, and rows of numbers near 1.
///
/// The singular values of a deep product, from the largest to the smallest, however far apart they are. The stretches D are kept as
/// logarithms. Each matrix is applied to Q alone; then the columns, the most stretched first, are made orthogonal again (Gram and Schmidt, each
/// column twice), and what that needs is multiplied into C. A column of which nothing is left belongs to a direction that the product maps
/// to 0. It is dropped.
///
/// ```
/// use calculus::flow::Product;
/// use linalg::Mat;
///
/// // Fifty times a stretch by 10 and 0.1, then a turn by 30°, and its opposite before the next stretch.
/// let (sin, cos) = 30_f64.to_radians().sin_cos();
/// let turned = Mat::from_rows(&[[10.0 * cos, -0.1 * sin], [10.0 * sin, 0.1 * cos]]);
/// let back = Mat::from_rows(&[[cos, sin], [-sin, cos]]);
/// let mut product = Product::new(2);
/// for _ in 0..50 {
///     product.push(&turned)?;
///     product.push(&back)?;
/// }
/// let log10: Vec<f64> = product.ln_singular_values()?.iter().map(|ln| ln / 10_f64.ln()).collect();
/// assert!((log10[0] - 50.0).abs() < 1e-12 && (log10[1] + 50.0).abs() < 1e-12); // a hundred decades apart
/// # Ok::<(), linalg::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Product {
    /// One row a column of Q.
    q: Vec<Vec<f64>>,
    /// ln D.
    ln: Vec<f64>,
    /// C: one row for each column of Q.
    c: Vec<Vec<f64>>,
    /// The shape of the product.
    shape: [usize; 2],
}

impl Product {
    /// The identity of size `width`: the product of no matrices.
    pub fn new(width: usize) -> Self {
        let eye: Vec<Vec<f64>> =
            (0..width).map(|i| (0..width).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        Product { q: eye.clone(), ln: vec![0.0; width], c: eye, shape: [width, width] }
    }

    /// One matrix more, from the left.
    ///
    /// Cost: 2n²r + 4nr² FLOP for n × n and r directions that are alive.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if an entry is infinite or NaN.
    ///
    /// # Panics
    /// If `j` has not as many columns as the product has rows.
    // ANCHOR: push
    #[track_caller]
    pub fn push(&mut self, j: &Mat) -> Result<(), Error> {
        assert!(j.cols() == self.shape[0], "product: {} times {:?} does not fit", j.shape(), self.shape);
        check_finite(j)?;
        let apply = |q: &Vec<f64>| j.matmul(&Mat::new([q.len(), 1], q.clone())).into_data();
        let mut rest: Vec<Vec<f64>> = self.q.iter().map(apply).collect();
        let whole: Vec<f64> = rest.iter().map(|x| norm2(x)).collect();
        let mut waiting: Vec<usize> = (0..rest.len()).collect();
        let mut next = Product { q: vec![], ln: vec![], c: vec![], shape: [j.rows(), self.shape[1]] };
        let mut found: Vec<Vec<f64>> = vec![]; // how much of each old column lies along each new direction
        loop {
            // Nothing but rounding is left of these.
            waiting.retain(|&k| norm2(&rest[k]) > NOTHING * whole[k]);
            // The most stretched of what is left.
            let stretched = |k: usize| self.ln[k] + norm2(&rest[k]).ln();
            let Some(&k) = waiting.iter().max_by(|&&a, &&b| stretched(a).total_cmp(&stretched(b))) else {
                break;
            };
            let mut direction = rest[k].clone();
            for (q, found) in next.q.iter().zip(&mut found) {
                found[k] += take_out(q, &mut direction); // a second time: the first one has left rounding
            }
            let length = norm2(&direction);
            for x in &mut direction {
                *x /= length;
            }
            let mut along = vec![0.0; rest.len()];
            for &other in &waiting {
                along[other] = take_out(&direction, &mut rest[other]);
            }
            waiting.retain(|&other| other != k);
            next.ln.push(self.ln[k] + length.ln());
            next.q.push(direction);
            found.push(along);
        }
        for (i, along) in found.iter().enumerate() {
            let mut row = vec![0.0; self.shape[1]];
            for (k, along) in along.iter().enumerate() {
                let share = along * (self.ln[k] - next.ln[i]).exp();
                row.iter_mut().zip(&self.c[k]).for_each(|(row, c)| *row += share * c);
            }
            next.c.push(row);
        }
        *self = next;
        Ok(())
    }
    // ANCHOR_END: push

    /// ln σ of the product, descending, min(rows, columns) of them; −∞ for those that are 0, or more than 290 powers of ten below the largest.
    ///
    /// Each σ comes with a small relative error of its own, also the smallest: the rows of D·C differ in size by any factor, and
    /// [`Svd::jacobi`] does not mix them.
    ///
    /// # Errors
    /// As [`Svd::jacobi`].
    pub fn ln_singular_values(&self) -> Result<Vec<f64>, Error> {
        let [rows, cols] = self.shape;
        let mut ln = vec![f64::NEG_INFINITY; rows.min(cols)];
        let top = self.ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if top > f64::NEG_INFINITY {
            let graded = Mat::from_fn(cols, self.ln.len(), |j, i| self.c[i][j] * (self.ln[i] - top).exp());
            for (ln, s) in ln.iter_mut().zip(Svd::jacobi(graded.view())?.s) {
                *ln = s.ln() + top;
            }
        }
        Ok(ln)
    }
}

/// x ← x − q·(qᵀx); returns qᵀx.
fn take_out(q: &[f64], x: &mut [f64]) -> f64 {
    let along = linalg::dot(q, x);
    linalg::axpy(-along, q, x);
    along
}

fn check_finite(j: &Mat) -> Result<(), Error> {
    match j.data().iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::NotFinite {
            operation: "product",
            row: at / j.cols(),
            col: at % j.cols(),
            entry: j.data()[at],
        }),
    }
}
