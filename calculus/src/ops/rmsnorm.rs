//! Root-mean-square normalisation. Chapter: *A GPT in one sitting*.

use super::elementwise::{PARALLEL_COSTLY, sum_of, vectorise};
use super::layernorm::{BLOCK, add_blocks, add_row, check_gain, project};
use super::matmul::flat;
use crate::tape::{Attrs, Backward, Forward, Op, Scratch, Tape, Var};
use linalg::{Real, par};

impl<T: Real> Tape<'_, T> {
    /// Root-mean-square normalisation over the last axis: y = gain·x/√(mean(x²) + eps).
    ///
    /// Layer normalisation without the mean; Llama's. Source: Zhang and Sennrich 2019.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([1, 2], &[3.0, 3.0]);
    /// let gain = tape.constant([2], &[1.0, 5.0]);
    /// let y = tape.rmsnorm(x, gain, 0.0);
    /// assert_eq!(tape.value(y), [1.0, 5.0]);
    /// ```
    ///
    /// # Panics
    /// If `gain` is not a vector as long as the last axis; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn rmsnorm(&mut self, x: Var, gain: Var, eps: f64) -> Var {
        let op = const { &Op { name: "rmsnorm", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(x);
        check_gain("rmsnorm", shape, self.shape(gain));
        let [rows, n] = flat(shape);
        let attrs = Attrs { f: [eps, 0.0], ..Attrs::default() };
        // 1/rms of each row; and backward's sums over each block of rows.
        let scratch = Scratch { kept: rows, workspace: n * rows.div_ceil(BLOCK) };
        self.push(op, &[x, gain], shape, attrs, &[], scratch)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let [_, n] = flat(f.shape(0));
    if n == 0 {
        return;
    }
    let (x, gain) = (f.input(0), f.input(1));
    let (per_n, eps) = (T::from_f64(1.0 / n as f64), T::from_f64(f.attrs.f[0]));
    let stats = &mut *f.scratch;
    let parallel = x.len() >= PARALLEL_COSTLY;
    par::for_each_chunks([&mut *f.out, stats], [BLOCK * n, BLOCK], parallel, |i, [y, stats]| {
        let x = &x[i * BLOCK * n..][..y.len()];
        vectorise!({
            for ((x, y), stat) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)).zip(stats) {
                let inverse = T::ONE / (sum_of(x, x, |x, _| x * x) * per_n + eps).sqrt();
                *stat = inverse;
                for ((y, &x), &g) in y.iter_mut().zip(x).zip(gain) {
                    *y = x * inverse * g;
                }
            }
        });
    });
}

// With x̂ = x/rms and ŷ = gain·d_y: d_x = (ŷ − x̂·mean(ŷ·x̂))/rms.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let [rows, n] = flat(b.shape(0));
    if n == 0 {
        return;
    }
    let (x, gain, d_y) = (b.input(0), b.input(1), b.d_out());
    let per_n = T::from_f64(1.0 / n as f64);
    let (stats, sums) = (&*b.scratch(), b.workspace());
    let block = |i: usize, d_gain: &mut [T], mut d_x: Option<(&mut [T], T)>| {
        let range = i * BLOCK..rows.min((i + 1) * BLOCK);
        d_gain.fill(T::ZERO);
        vectorise!({
            for r in range.clone() {
                let (x, d_y, inverse) = (&x[r * n..][..n], &d_y[r * n..][..n], stats[r]);
                let (_, along_x) = project(x, d_y, gain, d_gain, |x| x * inverse);
                if let Some((d_x, beta)) = &mut d_x {
                    let d_x = &mut d_x[(r - range.start) * n..][..n];
                    let c = along_x * per_n;
                    add_row((d_x, *beta), x, d_y, gain, |x, d_y, g| (d_y * g - x * inverse * c) * inverse);
                }
            }
        });
    };
    let parallel = x.len() >= PARALLEL_COSTLY;
    if let Some((d_x, beta)) = b.d_input(0) {
        par::for_each_chunks([d_x, sums], [BLOCK * n, n], parallel, |i, [d_x, sums]| {
            block(i, sums, Some((d_x, beta)));
        });
    } else {
        par::for_each_chunk(sums, n, parallel, |i, sums| block(i, sums, None));
    }
    add_blocks(b, 1, sums, n, 0);
}
