//! Generation: one character at a time, with what was computed before kept in caches.

use crate::model::{BLOCKS, Block, CONTEXT, HEADS, WIDTH};
use crate::ops::rmsnorm_row;
use crate::parts;
use crate::train::Training;
use calculus::tape::ParamId;
use exercises::nn::kv_cache::Extend;
use linalg::{Mat, kernels};
use probability::{categorical, random, uniform};

/// Less than 1 is bolder than the model.
const TEMPERATURE: f64 = 0.7;
/// So many characters at most are chosen from.
const TOP_K: usize = 20;
/// The share of the probability that is chosen from.
const TOP_P: f64 = 0.9;

/// A model that has read some text.
struct Reader<'a> {
    training: &'a Training,
    /// One for each head of each block.
    caches: Vec<Extend>,
    read: usize,
}

impl<'a> Reader<'a> {
    fn new(training: &'a Training) -> Self {
        Reader { training, caches: (0..BLOCKS * HEADS).map(|_| parts::cache()).collect(), read: 0 }
    }

    fn weights(&self, id: ParamId) -> Mat {
        self.training.params.view(id).to_tensor()
    }

    /// x·Wᵀ for one row.
    fn linear(&self, x: &[f64], id: ParamId) -> Vec<f64> {
        let x = Mat::new([1, x.len()], x.to_vec());
        parts::matmul(&x, &parts::transposed(&self.weights(id))).into_data()
    }

    fn norm(&self, x: &[f64], id: ParamId) -> Vec<f64> {
        rmsnorm_row(x, self.training.params.view(id).to_tensor().data())
    }

    fn attention(&mut self, x: &[f64], block: &Block, i: usize) -> Vec<f64> {
        let qkv = self.linear(&self.norm(x, block.norm1), block.qkv);
        let width = WIDTH / HEADS;
        let mut y = Vec::with_capacity(WIDTH);
        for h in 0..HEADS {
            let [q, k, v] = [0, 1, 2].map(|w| parts::columns(&qkv, 3 * WIDTH, w * WIDTH + h * width, width));
            y.extend((self.caches[i * HEADS + h])(&q, &k, &v).into_data());
        }
        self.linear(&y, block.out)
    }

    /// Reads one character; the scores of the next.
    fn read(&mut self, id: u32) -> Vec<f64> {
        let model = &self.training.model;
        let table = self.weights(model.table);
        let mut x = table.row(id as usize).to_vec();
        for (i, block) in model.blocks.iter().enumerate() {
            let h = self.attention(&x, block, i);
            kernels::axpy(1.0, &h, &mut x);
            let mut h = self.linear(&self.norm(&x, block.norm2), block.up);
            for h in &mut h {
                *h = h.max(0.0);
            }
            kernels::axpy(1.0, &self.linear(&h, block.down), &mut x);
        }
        self.read += 1;
        self.linear(&self.norm(&x, model.norm), model.table)
    }
}

/// The scores after a text, by way of the caches.
pub fn scores(training: &Training, ids: &[u32]) -> Vec<f64> {
    let mut reader = Reader::new(training);
    ids.iter().fold(Vec::new(), |_, &id| reader.read(id))
}

/// Goes on after `prompt` for so many characters.
///
/// When the context is full, the model forgets the first half of it and reads the second half again.
pub fn speak(training: &Training, prompt: &str, count: usize, seed: u64) -> String {
    let alphabet = training.alphabet();
    let mut ids: Vec<u32> =
        prompt.chars().filter_map(|c| Some(alphabet.binary_search(&c).ok()? as u32)).collect();
    if ids.is_empty() {
        ids.push(0);
    }
    let mut rng = random::stream(seed, "assembled/sample", 0);
    let mut reader = Reader::new(training);
    let mut z = ids.iter().fold(Vec::new(), |_, &id| reader.read(id));
    let mut text = String::new();
    for _ in 0..count {
        let p = parts::temperature(&z, TEMPERATURE);
        // A softmax of logarithms of probabilities gives the probabilities back.
        let logits: Vec<f64> = p.iter().map(|p| p.ln()).collect();
        let p = parts::top_p(&parts::top_k(&logits, TOP_K), TOP_P);
        let Ok(id) = categorical::from_uniform(&p, uniform::sample(&mut rng)) else { break };
        text.push(alphabet[id]);
        ids.push(id as u32);
        if reader.read == CONTEXT {
            reader = Reader::new(training);
            ids[ids.len() - CONTEXT / 2..ids.len() - 1].iter().for_each(|&id| {
                reader.read(id);
            });
        }
        z = reader.read(id as u32);
    }
    text
}
