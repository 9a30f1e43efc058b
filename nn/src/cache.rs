//! The KV cache: what makes the thousandth token as cheap as the first. Chapter: *A GPT in one sitting*.
//!
//! Attention is causal. So the keys and values of a token depend on nothing that comes later, and can be kept. Without a
//! cache, generating n tokens runs the model over 1 + 2 + … + n of them.

use crate::attention::{PARALLEL, Packed, head_forward};
use calculus::tape::{Tape, Var};
use linalg::{Real, View, ViewMut, par};

/// The keys and values of all blocks, for one sequence. Made by [`Gpt::cache`](crate::gpt::Gpt::cache).
///
/// Size: 2·blocks·context·width numbers, all allocated at once.
#[derive(Clone, Debug)]
pub struct KvCache<T> {
    /// One entry a block.
    pub(crate) layers: Vec<LayerCache<T>>,
}

impl<T: Real> KvCache<T> {
    pub(crate) fn new(blocks: usize, context: usize, width: usize) -> Self {
        KvCache { layers: (0..blocks).map(|_| LayerCache::new(context, width)).collect() }
    }

    /// How many tokens it holds: the position of the next one.
    pub fn len(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.len)
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tokens it has room for.
    pub fn context(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.context)
    }

    /// Forgets all tokens, or all but the first `len`: for another continuation of the same beginning.
    pub fn truncate(&mut self, len: usize) {
        for layer in &mut self.layers {
            layer.len = layer.len.min(len);
        }
    }

    /// The attention weights of the last call, (new tokens, all tokens): row i says how much the i-th new token took from each.
    ///
    /// # Panics
    /// If there is no such block or head, or nothing was computed yet.
    pub fn weights(&self, block: usize, head: usize) -> View<'_, T> {
        let layer = &self.layers[block];
        let [new, keys, width] = layer.last;
        let piece = new * (keys + width);
        View::new(&layer.scratch[head * piece..][..new * keys], [new, keys])
    }
}

/// The keys and values of one block.
#[derive(Clone, Debug)]
pub struct LayerCache<T> {
    /// (context, width) each; the first `len` rows are in use. Head h has the columns from h·width/heads on.
    keys: Vec<T>,
    values: Vec<T>,
    len: usize,
    context: usize,
    /// For each head: the weights of the last call, and its answers.
    scratch: Vec<T>,
    /// New tokens, all tokens and width of a head in the last call.
    last: [usize; 3],
}

impl<T: Real> LayerCache<T> {
    fn new(context: usize, width: usize) -> Self {
        let zeros = vec![T::ZERO; context * width];
        LayerCache { keys: zeros.clone(), values: zeros, len: 0, context, scratch: Vec::new(), last: [0; 3] }
    }

    // ANCHOR: cached
    /// Attention of new tokens, `qkv` (1, new, 3·d), to all tokens so far: (1, new, d).
    #[track_caller]
    pub(crate) fn attention(&mut self, tape: &mut Tape<'_, T>, qkv: Var, heads: usize) -> Var {
        let shape = tape.shape(qkv);
        let [batch, new, d] = [shape[0], shape[1], shape[2] / 3];
        assert!(batch == 1, "a cache holds one sequence, the input {shape} has {batch}");
        assert!(
            self.len + new <= self.context,
            "{new} tokens after {} do not fit into a cache of {}",
            self.len,
            self.context
        );
        tape.compute([1, new, d], |values, out| {
            let qkv = values.value(qkv);
            for (t, row) in qkv.chunks_exact(3 * d).enumerate() {
                let at = (self.len + t) * d;
                self.keys[at..][..d].copy_from_slice(&row[d..2 * d]);
                self.values[at..][..d].copy_from_slice(&row[2 * d..]);
            }
            self.len += new;
            let (keys, width) = (self.len, d / heads);
            let piece = new * (keys + width);
            self.last = [new, keys, width];
            // Grows up to the context, then never again.
            self.scratch.resize(self.scratch.len().max(heads * piece), T::ZERO);
            let scratch = &mut self.scratch[..heads * piece];
            let packed = Packed::new(qkv, new, heads);
            par::for_each_chunk(&mut *scratch, piece, new * keys * d >= PARALLEL, |h, scratch| {
                let (p, y) = scratch.split_at_mut(new * keys);
                let k = View::with_strides(&self.keys[h * width..], [keys, width], &[d, 1]);
                let v = View::with_strides(&self.values[h * width..], [keys, width], &[d, 1]);
                head_forward(packed.part(0, h), k, v, p, ViewMut::new(y, [new, width]));
            });
            // The heads' answers side by side: each thread had a place of its own for them.
            for (h, scratch) in scratch.chunks_exact(piece).enumerate() {
                for (row, answer) in out.chunks_exact_mut(d).zip(scratch[new * keys..].chunks_exact(width)) {
                    row[h * width..][..width].copy_from_slice(answer);
                }
            }
        })
    }
    // ANCHOR_END: cached
}
