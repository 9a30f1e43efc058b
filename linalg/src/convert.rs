//! To and from nalgebra, where a Rust reader comes from. Chapter: *Tensors and matmul*.
//!
//! nalgebra stores a matrix column by column, this crate row by row. So an owned conversion copies and reorders; a
//! *view* need not: the same storage with strides (1, rows) is the same matrix.

use crate::tensor::Tensor;
use crate::view::View;
use nalgebra::{DMatrix, DVector, Scalar};

/// A nalgebra matrix seen through strides (1, rows). Nothing is copied.
///
/// ```
/// use linalg::View;
/// use nalgebra::dmatrix;
///
/// let m = dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0];
/// let v = View::from(&m);
/// assert_eq!(v.strides(), [1, 2]);
/// assert_eq!(v[[1, 2]], 6.0);
/// assert_eq!(v.data().as_ptr(), m.as_ptr());
/// ```
impl<'a, T: Scalar> From<&'a DMatrix<T>> for View<'a, T> {
    fn from(m: &'a DMatrix<T>) -> Self {
        View::with_strides(m.as_slice(), [m.nrows(), m.ncols()], &[1, m.nrows()])
    }
}

/// A row-major copy of shape \[rows, columns\].
///
/// ```
/// use linalg::Tensor;
/// use nalgebra::dmatrix;
///
/// let a = Tensor::from(&dmatrix![1.0, 2.0; 3.0, 4.0]);
/// assert_eq!(a.data(), [1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(a.to_dmatrix(), dmatrix![1.0, 2.0; 3.0, 4.0]);
/// ```
impl<T: Scalar + Copy> From<&DMatrix<T>> for Tensor<T> {
    fn from(m: &DMatrix<T>) -> Self {
        View::from(m).to_tensor()
    }
}

/// A copy with one axis.
impl<T: Scalar + Copy> From<&DVector<T>> for Tensor<T> {
    fn from(v: &DVector<T>) -> Self {
        Tensor::new([v.len()], v.as_slice().to_vec())
    }
}

impl<T: Scalar + Copy> View<'_, T> {
    /// A column-major copy for nalgebra.
    ///
    /// # Panics
    /// If this is no matrix.
    #[track_caller]
    pub fn to_dmatrix(&self) -> DMatrix<T> {
        let shape = self.shape();
        assert!(shape.rank() == 2, "a DMatrix has two axes, shape {shape} has {}", shape.rank());
        DMatrix::from_row_iterator(shape[0], shape[1], self.iter().copied())
    }

    /// A copy of a tensor with one axis for nalgebra.
    ///
    /// # Panics
    /// If there is not exactly one axis.
    #[track_caller]
    pub fn to_dvector(&self) -> DVector<T> {
        let shape = self.shape();
        assert!(shape.rank() == 1, "a DVector has one axis, shape {shape} has {}", shape.rank());
        DVector::from_iterator(shape[0], self.iter().copied())
    }
}

impl<T: Scalar + Copy> Tensor<T> {
    /// A column-major copy for nalgebra.
    ///
    /// # Panics
    /// If this is no matrix.
    #[track_caller]
    pub fn to_dmatrix(&self) -> DMatrix<T> {
        self.view().to_dmatrix()
    }

    /// A copy of a tensor with one axis for nalgebra.
    ///
    /// # Panics
    /// If there is not exactly one axis.
    #[track_caller]
    pub fn to_dvector(&self) -> DVector<T> {
        self.view().to_dvector()
    }
}
