//! The matrix product. Chapter: *Tensors and matmul*.

use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, Shape, View, ViewMut, gemm};

impl<T: Real> Tape<'_, T> {
    /// C = A·B: (…, k)·(k, n) → (…, n). All leading axes of `a` are flattened into rows.
    ///
    /// ```
    /// use calculus::tape::{Arena, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let a = tape.constant([2, 2], &[1.0, 2.0, 3.0, 4.0]);
    /// let b = tape.constant([2, 1], &[1.0, 10.0]);
    /// let c = tape.matmul(a, b);
    /// assert_eq!(tape.value(c), [21.0, 43.0]);
    /// ```
    ///
    /// Cost: 2·m·k·n FLOP forward, twice that backward.
    ///
    /// # Panics
    /// If the inner dimensions differ; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn matmul(&mut self, a: Var, b: Var) -> Var {
        let op = const { &Op { name: "matmul", forward: forward::<T>, backward: backward::<T> } };
        let (sa, sb) = (self.shape(a), self.shape(b));
        assert!(
            sa.rank() >= 1 && sb.rank() == 2 && sa[sa.rank() - 1] == sb[0],
            "matmul: shapes {sa} and {sb} do not match; wanted (…, k) and (k, n)"
        );
        self.push(op, &[a, b], with_last(sa, sb[1]), Attrs::default(), &[], 0)
    }
}

/// The shape with its last axis replaced.
pub(super) fn with_last(mut shape: Shape, n: usize) -> Shape {
    let rank = shape.rank();
    let mut dims = [0; linalg::shape::MAX_RANK];
    dims[..rank].copy_from_slice(&shape);
    dims[rank - 1] = n;
    shape = Shape::new(&dims[..rank]);
    shape
}

/// The shape with all axes but the last flattened into one: (rows, columns).
pub(super) fn flat(shape: Shape) -> [usize; 2] {
    let (last, leading) = shape.split_last().expect("at least one axis");
    [leading.iter().product(), *last]
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let (sa, sc) = (flat(f.shape(0)), flat(f.out_shape()));
    let (a, b) = (View::new(f.input(0), sa), View::new(f.input(1), f.shape(1)));
    gemm(T::ONE, a, b, T::ZERO, ViewMut::new(f.out, sc));
}

// d_A = d_C·Bᵀ and d_B = Aᵀ·d_C: the only products whose shapes fit.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (sa, sb, sc) = (flat(b.shape(0)), b.shape(1), flat(b.out_shape()));
    let (va, vb, d_c) = (View::new(b.input(0), sa), View::new(b.input(1), sb), View::new(b.d_out(), sc));
    if let Some((d_a, beta)) = b.d_input(0) {
        gemm(T::ONE, d_c, vb.transpose(), beta, ViewMut::new(d_a, sa));
    }
    if let Some((d_b, beta)) = b.d_input(1) {
        gemm(T::ONE, va.transpose(), d_c, beta, ViewMut::new(d_b, sb));
    }
}
