//! Layer normalisation. Chapter: *The tensor tape*.

use super::elementwise::{LANES, PARALLEL_COSTLY, accumulate, sum_lanes, sum_of, vectorise};
use super::matmul::flat;
use crate::tape::{Attrs, Backward, Forward, Op, Scratch, Tape, Var};
use linalg::{Real, Shape, par};

impl<T: Real> Tape<'_, T> {
    /// Layer normalisation over the last axis: y = gain·(x − mean)/√(variance + eps) + bias.
    ///
    /// The variance divides by n, not n − 1. Without `bias`, as nanoGPT has it, nothing is added. Source: Ba, Kiros and
    /// Hinton 2016.
    ///
    /// ```
    /// # use calculus::tape::{Arena, Params, Tape};
    /// # let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// # let mut tape = Tape::record(&params, &mut arena);
    /// let x = tape.constant([1, 2], &[10.0, 14.0]);
    /// let gain = tape.constant([2], &[1.0, 5.0]);
    /// let y = tape.layernorm(x, gain, None, 0.0);
    /// assert_eq!(tape.value(y), [-1.0, 5.0]);
    /// ```
    ///
    /// # Panics
    /// If `gain` or `bias` is not a vector as long as the last axis; the message names both shapes and the caller's line.
    #[track_caller]
    pub fn layernorm(&mut self, x: Var, gain: Var, bias: Option<Var>, eps: f64) -> Var {
        let op = const { &Op { name: "layernorm", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(x);
        check_gain("layernorm", shape, self.shape(gain));
        let [rows, n] = flat(shape);
        let attrs = Attrs { f: [eps, 0.0], ..Attrs::default() };
        // Mean and 1/σ of each row; and backward's sums over each block of rows.
        let scratch = Scratch { kept: 2 * rows, workspace: 2 * n * rows.div_ceil(BLOCK) };
        match bias {
            None => self.push(op, &[x, gain], shape, attrs, &[], scratch),
            Some(bias) => {
                check_gain("layernorm", shape, self.shape(bias));
                self.push(op, &[x, gain, bias], shape, attrs, &[], scratch)
            }
        }
    }
}

/// How many rows one thread takes at a time.
pub(super) const BLOCK: usize = 32;

#[track_caller]
pub(super) fn check_gain(op: &str, shape: Shape, gain: Shape) {
    assert!(
        shape.rank() >= 1 && gain.dims() == &shape[shape.rank() - 1..],
        "{op}: shapes {shape} and {gain} do not match; wanted (…, n) and (n)"
    );
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let [_, n] = flat(f.shape(0));
    if n == 0 {
        return;
    }
    let (x, gain) = (f.input(0), f.input(1));
    let bias = if f.arity() == 3 { f.input(2) } else { &[] };
    let (per_n, eps) = (T::from_f64(1.0 / n as f64), T::from_f64(f.attrs.f[0]));
    let stats = &mut *f.scratch;
    let parallel = x.len() >= PARALLEL_COSTLY;
    par::for_each_chunks([&mut *f.out, stats], [BLOCK * n, BLOCK * 2], parallel, |i, [y, stats]| {
        let x = &x[i * BLOCK * n..][..y.len()];
        vectorise!({
            let (stats, _) = stats.as_chunks_mut::<2>();
            for ((x, y), stats) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)).zip(stats) {
                let mean = sum_of(x, x, |x, _| x) * per_n;
                // Again over the row: Σx² − n·mean² would lose all digits where the mean is large.
                let variance = sum_of(x, x, |x, _| (x - mean) * (x - mean)) * per_n;
                let inverse = T::ONE / (variance + eps).sqrt();
                *stats = [mean, inverse];
                for ((y, &x), &g) in y.iter_mut().zip(x).zip(gain) {
                    *y = (x - mean) * inverse * g;
                }
                for (y, &b) in y.iter_mut().zip(bias) {
                    *y += b;
                }
            }
        });
    });
}

// With x̂ = (x − mean)/σ and ŷ = gain·d_y:
//     d_x = (ŷ − mean(ŷ) − x̂·mean(ŷ·x̂))/σ.
// The two means are what flows through the row's mean and its variance: d_x has no part along 1 and along x̂, the two
// directions that the normalisation takes out of x.
//
// Gain and bias are read by every row, so their gradients are sums over rows. Each block of rows makes a sum of its own,
// and the blocks are added in order: the same bits whichever thread took which block.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let [rows, n] = flat(b.shape(0));
    if n == 0 {
        return;
    }
    let (x, gain, d_y) = (b.input(0), b.input(1), b.d_out());
    let per_n = T::from_f64(1.0 / n as f64);
    let (stats, sums) = (&*b.scratch(), b.workspace());
    let block = |i: usize, sums: &mut [T], mut d_x: Option<(&mut [T], T)>| {
        let range = i * BLOCK..rows.min((i + 1) * BLOCK);
        sums.fill(T::ZERO);
        let (d_gain, d_bias) = sums.split_at_mut(n);
        vectorise!({
            for r in range.clone() {
                let (x, d_y) = (&x[r * n..][..n], &d_y[r * n..][..n]);
                let [mean, inverse] = [stats[2 * r], stats[2 * r + 1]];
                for (d, &d_y) in d_bias.iter_mut().zip(d_y) {
                    *d += d_y;
                }
                let (along_one, along_x) = project(x, d_y, gain, d_gain, |x| (x - mean) * inverse);
                if let Some((d_x, beta)) = &mut d_x {
                    let d_x = &mut d_x[(r - range.start) * n..][..n];
                    let (a, c) = (along_one * per_n, along_x * per_n);
                    let d = |x, d_y, g| (d_y * g - a - (x - mean) * inverse * c) * inverse;
                    add_row((d_x, *beta), x, d_y, gain, d);
                }
            }
        });
    };
    let parallel = x.len() >= PARALLEL_COSTLY;
    if let Some((d_x, beta)) = b.d_input(0) {
        par::for_each_chunks([d_x, sums], [BLOCK * n, 2 * n], parallel, |i, [d_x, sums]| {
            block(i, sums, Some((d_x, beta)));
        });
    } else {
        par::for_each_chunk(sums, 2 * n, parallel, |i, sums| block(i, sums, None));
    }
    add_blocks(b, 1, sums, 2 * n, 0);
    if b.arity() == 3 {
        add_blocks(b, 2, sums, 2 * n, n);
    }
}

/// One row: adds d_y·x̂ to `d_gain`, and returns Σ gain·d_y and Σ gain·d_y·x̂, where x̂ = `normal`(x).
#[inline(always)]
pub(super) fn project<T: Real>(
    x: &[T],
    d_y: &[T],
    gain: &[T],
    d_gain: &mut [T],
    normal: impl Fn(T) -> T,
) -> (T, T) {
    let ((xs, x_rest), (d_ys, d_y_rest)) = (x.as_chunks::<LANES>(), d_y.as_chunks::<LANES>());
    let ((gains, gain_rest), (d_gains, d_gain_rest)) =
        (gain.as_chunks::<LANES>(), d_gain.as_chunks_mut::<LANES>());
    let (mut ones, mut normals) = ([T::ZERO; LANES], [T::ZERO; LANES]);
    for (((x, d_y), gain), d_gain) in xs.iter().zip(d_ys).zip(gains).zip(d_gains) {
        for l in 0..LANES {
            let (x, g) = (normal(x[l]), d_y[l] * gain[l]);
            d_gain[l] += d_y[l] * x;
            ones[l] += g;
            normals[l] += g * x;
        }
    }
    for l in 0..x_rest.len() {
        let (x, g) = (normal(x_rest[l]), d_y_rest[l] * gain_rest[l]);
        d_gain_rest[l] += d_y_rest[l] * x;
        ones[l] += g;
        normals[l] += g * x;
    }
    (sum_lanes(ones), sum_lanes(normals))
}

/// One row: d_x ← d(x, d_y, gain) + beta·d_x.
#[inline(always)]
pub(super) fn add_row<T: Real>(
    (d_x, beta): (&mut [T], T),
    x: &[T],
    d_y: &[T],
    gain: &[T],
    d: impl Fn(T, T, T) -> T,
) {
    let row = d_x.iter_mut().zip(x).zip(d_y).zip(gain);
    if beta == T::ZERO {
        row.for_each(|(((d_x, &x), &d_y), &g)| *d_x = d(x, d_y, g));
    } else {
        row.for_each(|(((d_x, &x), &d_y), &g)| *d_x = d(x, d_y, g) + beta * *d_x);
    }
}

/// Adds the sums of all blocks of rows, which lie at `offset` in each `width` numbers, to the gradient of input i.
pub(super) fn add_blocks<T: Real>(
    b: &mut Backward<'_, T>,
    i: usize,
    sums: &[T],
    width: usize,
    offset: usize,
) {
    let Some((d, beta)) = b.d_input(i) else { return };
    if beta == T::ZERO {
        d.fill(T::ZERO);
    }
    let n = d.len();
    for block in sums.chunks_exact(width) {
        let sums = &block[offset..][..n];
        accumulate((&mut *d, T::ONE), sums, sums, |s, _| s);
    }
}
