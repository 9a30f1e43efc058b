//! Causal self-attention: the only place where a token learns of the others. Chapter: *A GPT in one sitting*.
//!
//! | what | for |
//! |---|---|
//! | [`attend`] | reading: one head, a few lines of mathematics in a few lines of Rust |
//! | [`causal_attention`] | training: all heads of all sequences at once, with a backward twin, as one operation of the tape |
//! | [`CausalSelfAttention`] | the layer: the same operation between two linear maps, or with a cache in generation |
//!
//! A test holds the first two equal.

use crate::cache::LayerCache;
use crate::init::{Builder, reading, writing};
use crate::linear::Linear;
use approximation::gain::Activation as Gain;
use calculus::tape::{Attrs, Backward, Forward, Op, Scratch, Tape, Var};
use linalg::{Real, Tensor, View, ViewMut, gemm, kernels, par};
use std::ops::Range;

/// One head of causal attention: yᵢ = Σⱼ wᵢⱼ·vⱼ with wᵢ = softmax over j ≤ i of qᵢ·kⱼ/√d.
///
/// `q` and `k` are (time, d), `v` is (time, anything). Token i asks with the query qᵢ; each token j up to i holds up a key
/// kⱼ; the better key and query agree, the more of vⱼ goes into the answer. The sum ends at i: nobody sees the future.
///
/// ```
/// use linalg::Tensor;
/// use nn::attention::attend;
///
/// // Queries that agree with no key more than with another: the answer is the mean of everything so far.
/// let v = Tensor::from_rows(&[[8.0], [4.0], [0.0]]);
/// let y = attend(&Tensor::zeros([3, 2]), &Tensor::zeros([3, 2]), &v);
/// assert_eq!(y.data(), [8.0, 6.0, 4.0]);
/// ```
///
/// Cost: 2·time²·d FLOP for the half of the scores that is not masked, as much again for the sums.
///
/// # Panics
/// If the shapes do not fit.
///
/// Source: Vaswani et al. 2017, section 3.2.1.
// ANCHOR: attend
pub fn attend<T: Real>(q: &Tensor<T>, k: &Tensor<T>, v: &Tensor<T>) -> Tensor<T> {
    let scale = T::from_f64(1.0 / (q.cols() as f64).sqrt());
    let mut y = Tensor::zeros([q.rows(), v.cols()]);
    for i in 0..q.rows() {
        let score = |j| kernels::dot(q.row(i), k.row(j)) * scale;
        let mut weights: Vec<T> = (0..=i).map(score).collect();
        kernels::softmax(&mut weights);
        for (j, &weight) in weights.iter().enumerate() {
            kernels::axpy(weight, v.row(j), y.row_mut(i));
        }
    }
    y
}
// ANCHOR_END: attend

/// The layer: queries, keys and values from one linear map, attention in several heads, and a linear map back.
#[derive(Clone, Debug)]
pub struct CausalSelfAttention {
    qkv: Linear,
    out: Linear,
    heads: usize,
}

impl CausalSelfAttention {
    /// Registers `name/qkv` and `name/out`, without biases, for a model of so many blocks.
    ///
    /// # Panics
    /// If `heads` does not divide `width`, or the name is taken.
    #[track_caller]
    pub fn new<T: Real>(
        builder: &mut Builder<T>,
        name: &str,
        width: usize,
        heads: usize,
        blocks: usize,
    ) -> Self {
        assert!(
            heads > 0 && width.is_multiple_of(heads),
            "attention: {heads} heads do not divide width {width}"
        );
        builder.scope(name, |b| CausalSelfAttention {
            qkv: Linear::new(b, "qkv", width, 3 * width, false, reading(width)),
            out: Linear::new(b, "out", width, width, false, writing(Gain::Linear, width, blocks)),
            heads,
        })
    }

    // ANCHOR: layer
    /// `stream` + what `x` hears, each (batch, time, width). With a cache, batch is 1 and `x` holds only the new tokens: the keys and
    /// values of the earlier ones are in the cache, and the new ones are added to it.
    ///
    /// # Panics
    /// If the shape does not fit, the cache has no room, or there is a cache and the tape records.
    #[track_caller]
    pub fn forward_onto<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        stream: Var,
        x: Var,
        cache: Option<&mut LayerCache<T>>,
    ) -> Var {
        let qkv = self.qkv.forward(tape, x);
        let y = match cache {
            None => causal_attention(tape, qkv, self.heads),
            Some(cache) => cache.attention(tape, qkv, self.heads),
        };
        self.out.forward_onto(tape, stream, y)
    }
    // ANCHOR_END: layer
}

/// Queries are taken 64 at a time, and a block of queries never looks at later keys: for long sequences that saves nearly
/// half of the work.
const QUERIES: usize = 64;

/// How many multiply-adds are worth waking another thread for.
pub(crate) const PARALLEL: usize = 1 << 20;

/// Causal attention of all heads: (batch, time, 3·d) → (batch, time, d), as one operation of the tape.
///
/// The last axis of `qkv` holds queries, keys and values, in this order; within each, head h has the columns from
/// h·d/heads on. The scale is 1/√(d/heads).
///
/// Cost: 4·batch·time²·d FLOP forward (half of it for long sequences), 3 times that backward. It does not keep the weights,
/// batch·heads·time² numbers: the backward pass computes them again, one block of queries after the other. That is one product more, and
/// no memory that grows with the square of the time. Source: Dao et al. 2022 (FlashAttention), section 3.1.
///
/// Threads share the sequences of a batch.
///
/// # Panics
/// If the shape is not (batch, time, 3·d) with `heads` a divisor of d; the message names the caller's line.
#[track_caller]
pub fn causal_attention<T: Real>(tape: &mut Tape<'_, T>, qkv: Var, heads: usize) -> Var {
    let op = const { &Op { name: "causal_attention", forward: forward::<T>, backward: backward::<T> } };
    let shape = tape.shape(qkv);
    assert!(
        shape.rank() == 3 && heads > 0 && shape[2].is_multiple_of(3 * heads),
        "causal_attention: shape {shape} is not (batch, time, 3·d) with {heads} heads that divide d"
    );
    let [batch, time, d] = [shape[0], shape[1], shape[2] / 3];
    // Each sequence has a piece of its own: that is what makes the work divisible. A head after the other uses it.
    let block = time.min(QUERIES) * time;
    let piece = if tape.recording() { 2 * block } else { block };
    let scratch = Scratch { kept: 0, workspace: batch * piece };
    let attrs = Attrs { n: [heads as u32, 0, 0, 0], ..Attrs::default() };
    tape.push(op, &[qkv], [batch, time, d], attrs, &[], scratch)
}

/// The packed queries, keys and values of one sequence, seen head by head without a copy.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'a, T> {
    /// (time, 3·d)
    qkv: &'a [T],
    time: usize,
    d: usize,
    heads: usize,
}

impl<'a, T: Real> Packed<'a, T> {
    pub(crate) fn new(qkv: &'a [T], time: usize, heads: usize) -> Self {
        Packed { qkv, time, d: qkv.len() / (3 * time.max(1)), heads }
    }

    /// Queries (part 0), keys (1) or values (2) of a head: (time, d/heads).
    pub(crate) fn part(self, part: usize, head: usize) -> View<'a, T> {
        let width = self.d / self.heads;
        let start = part * self.d + head * width;
        View::with_strides(&self.qkv[start..], [self.time, width], &[3 * self.d, 1])
    }

    /// Some rows of the same part of another array that is packed alike.
    fn part_mut<'g>(
        self,
        other: &'g mut [T],
        part: usize,
        head: usize,
        rows: Range<usize>,
    ) -> ViewMut<'g, T> {
        let width = self.d / self.heads;
        let start = rows.start * 3 * self.d + part * self.d + head * width;
        ViewMut::with_strides(&mut other[start..], [rows.len(), width], &[3 * self.d, 1])
    }
}

/// One head, the fast way. The last query may see all keys, the one before it all but one, and so on: with a cache there
/// are more keys than queries. `y` gets the answers (queries, d), `p` the weights: (queries, keys), or, where it has room for less,
/// one block of queries after the other, in the same place.
// ANCHOR: head
pub(crate) fn head_forward<T: Real>(
    q: View<'_, T>,
    k: View<'_, T>,
    v: View<'_, T>,
    p: &mut [T],
    mut y: ViewMut<'_, T>,
) {
    let (queries, keys) = (q.shape()[0], k.shape()[0]);
    let (past, all) = (keys - queries, p.len() == queries * keys);
    for start in (0..queries).step_by(QUERIES) {
        let n = QUERIES.min(queries - start);
        let seen = past + start + n; // no query of this block sees more keys
        let rows = &mut p[if all { start * keys } else { 0 }..][..n * keys];
        weigh(q.slice(0, start, start + n), k.slice(0, 0, seen), rows);
        let weights = View::with_strides(rows, [n, seen], &[keys, 1]);
        gemm(T::ONE, weights, v.slice(0, 0, seen), T::ZERO, y.reborrow().slice(0, start, start + n));
    }
}
// ANCHOR_END: head

/// The weights of a block of queries, the last of which sees all of `k`, as rows that may be longer than that.
fn weigh<T: Real>(q: View<'_, T>, k: View<'_, T>, rows: &mut [T]) {
    let ([n, d], seen) = ([q.shape()[0], q.shape()[1]], k.shape()[0]);
    let (step, scale) = (rows.len() / n, T::from_f64(1.0 / (d as f64).sqrt()));
    gemm(scale, q, k.transpose(), T::ZERO, ViewMut::with_strides(&mut *rows, [n, seen], &[step, 1]));
    // ANCHOR: mask
    for (i, row) in rows.chunks_exact_mut(step).enumerate() {
        let place = seen - n + i;
        let end = place + 1;
        let (visible, future) = row.split_at_mut(end);
        kernels::softmax(visible);
        future.fill(T::ZERO);
    }
    // ANCHOR_END: mask
}

// Workspace, for each sequence: the weights of a block. A head's answers go straight to its columns.
fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let (shape, heads) = (f.out_shape(), f.attrs.n[0] as usize);
    let [batch, time, d] = [shape[0], shape[1], shape[2]];
    if f.out.is_empty() {
        return;
    }
    let (qkv, width) = (f.input(0), d / heads);
    let piece = f.workspace.len() / batch;
    let parallel = batch * time * time * d >= PARALLEL;
    par::for_each_chunks([&mut *f.out, &mut *f.workspace], [time * d, piece], parallel, |b, [out, p]| {
        let packed = Packed::new(&qkv[b * time * 3 * d..][..time * 3 * d], time, heads);
        let p = &mut p[..time.min(QUERIES) * time];
        for h in 0..heads {
            let y = ViewMut::with_strides(&mut out[h * width..], [time, width], &[d, 1]);
            head_forward(packed.part(0, h), packed.part(1, h), packed.part(2, h), p, y);
        }
    });
}

// With S = scale·Q·Kᵀ, P = softmax(S) by rows, Y = P·V:
//     d_V = Pᵀ·d_Y,  d_P = d_Y·Vᵀ,  d_S = P∘(d_P − Σ P∘d_P),  d_Q = scale·d_S·K,  d_K = scale·d_Sᵀ·Q.
// Where the mask is, P is 0, so d_S is too: the gradient needs no mask of its own.
fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (shape, heads) = (b.out_shape(), b.attrs.n[0] as usize);
    let [batch, time, d] = [shape[0], shape[1], shape[2]];
    let (qkv, d_y, workspace) = (b.input(0), b.d_out(), b.workspace());
    let Some((d_qkv, beta)) = b.d_input(0) else { return };
    if d_y.is_empty() {
        return;
    }
    let width = d / heads;
    let piece = workspace.len() / batch;
    let parallel = batch * time * time * d >= PARALLEL;
    par::for_each_chunks([d_qkv, workspace], [time * 3 * d, piece], parallel, |b, [d_qkv, room]| {
        let packed = Packed::new(&qkv[b * time * 3 * d..][..time * 3 * d], time, heads);
        for h in 0..heads {
            let d_y = View::with_strides(&d_y[b * time * d + h * width..], [time, width], &[d, 1]);
            head_backward(packed, h, d_y, (d_qkv, beta), room);
        }
    });
}

/// The gradients of one head, into its columns of `d_qkv`: a row of it holds d_q of all heads, then d_k, then d_v. `room` is for the weights of
/// a block, and for their gradient.
fn head_backward<T: Real>(
    packed: Packed<'_, T>,
    head: usize,
    d_y: View<'_, T>,
    (d_qkv, beta): (&mut [T], T),
    room: &mut [T],
) {
    let (q, k, v) = (packed.part(0, head), packed.part(1, head), packed.part(2, head));
    let [time, width] = [q.shape()[0], q.shape()[1]];
    let scale = T::from_f64(1.0 / (width as f64).sqrt());
    let (d_s, p) = room.split_at_mut(room.len() / 2);
    // From the last block, which sees all keys and so writes all of d_k and d_v, to the first; the others add to them.
    let blocks = time.div_ceil(QUERIES);
    for start in (0..blocks).rev().map(|block| block * QUERIES) {
        let n = QUERIES.min(time - start);
        let seen = start + n;
        let first = if seen == time { beta } else { T::ONE };
        let p = &mut p[..n * seen];
        weigh(q.slice(0, start, seen), k.slice(0, 0, seen), p);
        let weights = View::new(&*p, [n, seen]);
        let d_y = d_y.slice(0, start, seen);
        gemm(T::ONE, weights.transpose(), d_y, first, packed.part_mut(d_qkv, 2, head, 0..seen));
        let d_s = &mut d_s[..n * seen];
        gemm(T::ONE, d_y, v.slice(0, 0, seen).transpose(), T::ZERO, ViewMut::new(d_s, [n, seen]));
        for (p, d_s) in p.chunks_exact(seen).zip(d_s.chunks_exact_mut(seen)) {
            let mean = kernels::dot(p, d_s);
            for (d_s, &p) in d_s.iter_mut().zip(p) {
                *d_s = p * (*d_s - mean);
            }
        }
        let d_s = View::new(d_s, [n, seen]);
        gemm(scale, d_s, k.slice(0, 0, seen), beta, packed.part_mut(d_qkv, 0, head, start..seen));
        gemm(
            scale,
            d_s.transpose(),
            q.slice(0, start, seen),
            first,
            packed.part_mut(d_qkv, 1, head, 0..seen),
        );
    }
}
