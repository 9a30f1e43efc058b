//! The nearest orthogonal matrix, by matrix products alone. Chapter: *Optimisers*.
//!
//! A matrix M = U·Σ·Vᵀ turns, stretches and turns again ([`linalg::Svd`]). Its *polar factor* U·Vᵀ is the turning without the stretching. A
//! polynomial of odd powers, X·Xᵀ·…·X, acts on each singular value alone and leaves U and V as they are:
//!
//! ```text
//! a·X + b·(XXᵀ)·X + c·(XXᵀ)²·X  =  U·p(Σ)·Vᵀ,     p(σ) = a·σ + b·σ³ + c·σ⁵
//! ```
//!
//! Repeat a p that drives every σ in (0, 1] to about 1, and what is left is the polar factor: no decomposition, a handful of products.

use linalg::{Real, View, gemm};

/// The iteration, with its buffers: nothing is allocated once it has seen the largest matrix.
///
/// ```
/// use calculus::optim::NewtonSchulz;
/// use linalg::Mat;
///
/// // A turn by 90 degrees, stretched by 3 along one axis and by 1 along the other.
/// let m = Mat::from_rows(&[[0.0, -1.0], [3.0, 0.0]]);
/// let mut exact = NewtonSchulz::new(NewtonSchulz::<f64>::CONVERGENT, 15);
/// let turn = exact.orthogonalise(m.view()).to_tensor();
/// for (x, y) in turn.data().iter().zip(&[0.0, -1.0, 1.0, 0.0]) {
///     assert!((x - y).abs() < 1e-14);
/// }
/// ```
///
/// Source: Higham, *Functions of Matrices*, section 8.3 and problem 8.20; Bernstein and Newhouse, *Old optimizer, new norm*, 2024.
#[derive(Clone, Debug)]
pub struct NewtonSchulz<T> {
    /// a, b and c of the polynomial.
    pub coefficients: [f64; 3],
    /// How often it is applied.
    pub steps: usize,
    x: Vec<T>,
    next: Vec<T>,
    gram: Vec<T>,
    poly: Vec<T>,
}

impl<T: Real> NewtonSchulz<T> {
    /// Steep at 0: after five steps every singular value above 0.002 of the Frobenius norm is between 0.68 and 1.21 (one of 0.001 is at 0.47). It
    /// never settles at 1, and an optimiser does not mind. Source: Keller Jordan, *Muon: an optimizer for hidden layers in neural networks*, 2024.
    pub const MUON: [f64; 3] = [3.4445, -4.7750, 2.0315];

    /// Settles at 1 (p(1) = 1, p′(1) = p″(1) = 0: each step triples the digits), but makes small values only 15/8 as large a step.
    pub const CONVERGENT: [f64; 3] = [1.875, -1.25, 0.375];

    /// An iteration of `steps` polynomials.
    pub fn new(coefficients: [f64; 3], steps: usize) -> Self {
        NewtonSchulz { coefficients, steps, x: vec![], next: vec![], gram: vec![], poly: vec![] }
    }

    // ANCHOR: orthogonalise
    /// About U·Vᵀ for a matrix M = U·Σ·Vᵀ of any shape, at any scale. A matrix of zeros gives zeros, a NaN gives NaN.
    ///
    /// Cost, for r × c with r ≤ c: 4r²c + 2r³ FLOP a step; 2rc + 2r² numbers.
    ///
    /// # Panics
    /// If `m` is no matrix.
    #[track_caller]
    pub fn orthogonalise(&mut self, m: View<'_, T>) -> View<'_, T> {
        assert!(m.shape().rank() == 2, "orthogonalise: shape {} is not a matrix", m.shape());
        // X·Xᵀ is the smaller of the two products if X is wide.
        let tall = m.shape()[0] > m.shape()[1];
        let wide = if tall { m.transpose() } else { m };
        let (r, c) = (wide.shape()[0], wide.shape()[1]);
        self.x.resize(r * c, T::ZERO);
        self.next.resize(r * c, T::ZERO);
        self.gram.resize(r * r, T::ZERO);
        self.poly.resize(r * r, T::ZERO);
        self.load(wide); // of Frobenius norm 1, so that no singular value is above 1

        let [a, b, c5] = self.coefficients.map(T::from_f64);
        for _ in 0..self.steps {
            let x = View::new(&self.x, [r, c]);
            gemm(T::ONE, x, x.transpose(), T::ZERO, square(&mut self.gram, r)); // G = X·Xᵀ
            self.poly.copy_from_slice(&self.gram);
            let gram = View::new(&self.gram, [r, r]);
            gemm(c5, gram, gram, b, square(&mut self.poly, r)); // P = b·G + c·G²
            self.next.copy_from_slice(&self.x);
            let poly = View::new(&self.poly, [r, r]);
            gemm(T::ONE, poly, x, a, linalg::ViewMut::new(&mut self.next, [r, c])); // a·X + P·X
            std::mem::swap(&mut self.x, &mut self.next);
        }
        let out = View::new(&self.x, [r, c]);
        if tall { out.transpose() } else { out }
    }
    // ANCHOR_END: orthogonalise

    /// X ← M/‖M‖, in two divisions, so that no square overflows.
    fn load(&mut self, m: View<'_, T>) {
        for (x, &m) in self.x.iter_mut().zip(m.iter()) {
            *x = m;
        }
        let largest = linalg::norm_inf(&self.x);
        if largest == T::ZERO {
            return; // p(0) = 0
        }
        for x in &mut self.x {
            *x /= largest;
        }
        let length = linalg::norm2(&self.x);
        for x in &mut self.x {
            *x /= length;
        }
    }
}

fn square<T>(data: &mut [T], n: usize) -> linalg::ViewMut<'_, T> {
    linalg::ViewMut::new(data, [n, n])
}
