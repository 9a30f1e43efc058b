//! The affine layer, where a language model spends its time. Chapter: *A GPT in one sitting*.

use super::elementwise::{PARALLEL, accumulate, vectorise};
use super::matmul::{flat, with_last};
use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, View, ViewMut, gemm, par};

impl<T: Real> Tape<'_, T> {
    /// y = x·Wᵀ + b: (…, in) → (…, out), with W stored as (out, in) and b as (out), as in PyTorch's `nn.Linear`.
    ///
    /// Row j of W is the weight vector of output j, so each row lies in one piece. The transpose costs nothing: the matrix
    /// product reads W through strides.
    ///
    /// ```
    /// use calculus::tape::{Arena, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([1, 2], &[1.0, 2.0]);
    /// let w = tape.constant([3, 2], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    /// let b = tape.constant([3], &[0.5, 0.5, 0.5]);
    /// let y = tape.linear(x, w, Some(b));
    /// assert_eq!(tape.value(y), [1.5, 2.5, 3.5]);
    /// ```
    ///
    /// Cost: 2·rows·in·out FLOP forward, twice that backward.
    ///
    /// # Panics
    /// If the shapes do not match; the message names them and the caller's line.
    #[track_caller]
    pub fn linear(&mut self, x: Var, w: Var, b: Option<Var>) -> Var {
        let op = const { &Op { name: "linear", forward: forward::<T>, backward: backward::<T> } };
        let (sx, sw) = (self.shape(x), self.shape(w));
        assert!(
            sx.rank() >= 1 && sw.rank() == 2 && sx[sx.rank() - 1] == sw[1],
            "linear: input {sx} and weight {sw} do not match; wanted (…, in) and (out, in)"
        );
        let out = with_last(sx, sw[0]);
        match b {
            None => self.push(op, &[x, w], out, Attrs::default(), &[], 0),
            Some(b) => {
                let sb = self.shape(b);
                assert!(
                    sb.dims() == [sw[0]],
                    "linear: weight {sw} and bias {sb} do not match; wanted (out, in) and (out)"
                );
                self.push(op, &[x, w, b], out, Attrs::default(), &[], 0)
            }
        }
    }

    /// y = base + x·Wᵀ: a linear layer that writes into a residual stream. [`Tape::linear`] and [`Tape::add`] as one leaf: the
    /// product is added where it is made, so that it takes no memory of its own.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let stream = tape.constant([1, 2], &[10.0, 20.0]);
    /// let x = tape.constant([1, 3], &[1.0, 2.0, 3.0]);
    /// let w = tape.constant([2, 3], &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    /// let y = tape.linear_onto(stream, x, w);
    /// assert_eq!(tape.value(y), [11.0, 25.0]);
    /// ```
    ///
    /// Cost: that of the linear layer.
    ///
    /// # Panics
    /// If the shapes do not match; the message names them and the caller's line.
    #[track_caller]
    pub fn linear_onto(&mut self, base: Var, x: Var, w: Var) -> Var {
        let op =
            const { &Op { name: "linear_onto", forward: forward_onto::<T>, backward: backward_onto::<T> } };
        let (sb, sx, sw) = (self.shape(base), self.shape(x), self.shape(w));
        assert!(
            sx.rank() >= 1 && sw.rank() == 2 && sx[sx.rank() - 1] == sw[1] && sb == with_last(sx, sw[0]),
            "linear_onto: base {sb}, input {sx} and weight {sw} do not match; wanted (…, out), (…, in) and (out, in)"
        );
        self.push(op, &[x, w, base], sb, Attrs::default(), &[], 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let (sx, sy) = (flat(f.shape(0)), flat(f.out_shape()));
    let (x, w) = (View::new(f.input(0), sx), View::new(f.input(1), f.shape(1)));
    // The bias goes in first and the product is added to it: no extra pass over y.
    let mut beta = T::ZERO;
    if f.arity() == 3 && sy[1] > 0 {
        let bias = f.input(2);
        f.out.chunks_exact_mut(sy[1]).for_each(|row| row.copy_from_slice(bias));
        beta = T::ONE;
    }
    gemm(T::ONE, x, w.transpose(), beta, ViewMut::new(f.out, sy));
}

// With y = x·Wᵀ + b: d_x = d_y·W, d_W = d_yᵀ·x, and b, read by every row, gets the sum over rows.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    backward_product(b);
    if b.arity() == 3 {
        let d_y = b.d_out();
        if let Some((d_b, beta)) = b.d_input(2) {
            sum_rows(d_y, d_b, beta);
        }
    }
}

fn forward_onto<T: Real>(f: &mut Forward<'_, T>) {
    let (sx, sy) = (flat(f.shape(0)), flat(f.out_shape()));
    let (x, w) = (View::new(f.input(0), sx), View::new(f.input(1), f.shape(1)));
    f.out.copy_from_slice(f.input(2));
    gemm(T::ONE, x, w.transpose(), T::ONE, ViewMut::new(f.out, sy));
}

// The base gets the gradient as it is.
fn backward_onto<T: Real>(b: &mut Backward<'_, T>) {
    backward_product(b);
    let d_y = b.d_out();
    if let Some(d_base) = b.d_input(2) {
        accumulate(d_base, d_y, d_y, |d_y, _| d_y);
    }
}

fn backward_product<T: Real>(b: &mut Backward<'_, T>) {
    let (sx, sw, sy) = (flat(b.shape(0)), b.shape(1), flat(b.out_shape()));
    let (x, w, d_y) = (View::new(b.input(0), sx), View::new(b.input(1), sw), View::new(b.d_out(), sy));
    if let Some((d_x, beta)) = b.d_input(0) {
        gemm(T::ONE, d_y, w, beta, ViewMut::new(d_x, sx));
    }
    if let Some((d_w, beta)) = b.d_input(1) {
        gemm(T::ONE, d_y.transpose(), x, beta, ViewMut::new(d_w, sw));
    }
}

/// sums ← Σ over rows + beta·sums. Threads share the columns, so that each sum is made by one thread, in order.
fn sum_rows<T: Real>(rows: &[T], sums: &mut [T], beta: T) {
    const COLUMNS: usize = 64;
    if beta == T::ZERO {
        sums.fill(T::ZERO);
    }
    let n = sums.len();
    par::for_each_chunk(sums, COLUMNS, rows.len() >= PARALLEL, |i, sums| {
        vectorise!({
            for row in rows.chunks_exact(n) {
                let row = &row[i * COLUMNS..][..sums.len()];
                for (s, &x) in sums.iter_mut().zip(row) {
                    *s += x;
                }
            }
        });
    });
}
