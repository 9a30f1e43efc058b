//! The GPT: characters, two blocks of attention and a hidden layer, and the same table of characters at the end.

use crate::ops;
use calculus::tape::{ParamId, Params, Tape, Var};
use linalg::Tensor;
use probability::{normal, random};

/// Numbers a character.
pub const WIDTH: usize = 32;
/// Heads of attention.
pub const HEADS: usize = 2;
/// Blocks.
pub const BLOCKS: usize = 2;
/// Characters that the model sees in training.
pub const CONTEXT: usize = 32;

/// The weights of a block, by name.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// The gain of the norm before attention.
    pub norm1: ParamId,
    /// Query, key and value: (3·width, width).
    pub qkv: ParamId,
    /// What attention adds: (width, width).
    pub out: ParamId,
    /// The gain of the norm before the hidden layer.
    pub norm2: ParamId,
    /// The hidden layer: (4·width, width).
    pub up: ParamId,
    /// What it adds: (width, 4·width).
    pub down: ParamId,
}

/// Where each weight lies.
#[derive(Clone, Debug)]
pub struct Model {
    /// One row a character.
    pub table: ParamId,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// The gain of the last norm.
    pub norm: ParamId,
}

impl Model {
    /// A model for so many characters. A matrix that reads has variance 1/inputs; one that writes is smaller by √(2·blocks).
    pub fn new(params: &mut Params<f64>, characters: usize, seed: u64) -> Self {
        let mut rng = random::stream(seed, "assembled/init", 0);
        let mut matrix = |params: &mut Params<f64>, name: String, [rows, cols]: [usize; 2], std: f64| {
            let data = (0..rows * cols).map(|_| std * normal::sample(&mut rng)).collect();
            params.add(name, Tensor::new([rows, cols], data), true)
        };
        let gain =
            |params: &mut Params<f64>, name: String| params.add(name, Tensor::full([WIDTH], 1.0), false);
        let table = matrix(params, "table".into(), [characters, WIDTH], 1.0 / (WIDTH as f64).sqrt());
        let (d, hidden, quiet) = (WIDTH, 4 * WIDTH, 1.0 / (2.0 * BLOCKS as f64).sqrt());
        let read = 1.0 / (d as f64).sqrt();
        let blocks = (0..BLOCKS)
            .map(|i| Block {
                norm1: gain(params, format!("{i}/norm1")),
                qkv: matrix(params, format!("{i}/qkv"), [3 * d, d], read),
                out: matrix(params, format!("{i}/out"), [d, d], quiet * read),
                norm2: gain(params, format!("{i}/norm2")),
                up: matrix(params, format!("{i}/up"), [hidden, d], (2.0_f64).sqrt() * read),
                down: matrix(params, format!("{i}/down"), [d, hidden], quiet / (hidden as f64).sqrt()),
            })
            .collect();
        Model { table, blocks, norm: gain(params, "norm".into()) }
    }

    /// The scores of the next character at every place: (batch·time, characters).
    pub fn logits(&self, tape: &mut Tape<'_, f64>, ids: &[u32], time: usize) -> Var {
        let table = tape.param(self.table);
        let mut x = tape.embedding(table, ids);
        for block in &self.blocks {
            let [norm1, qkv, out, norm2, up, down] =
                [block.norm1, block.qkv, block.out, block.norm2, block.up, block.down]
                    .map(|id| tape.param(id));
            let h = ops::rmsnorm(tape, x, norm1);
            let h = ops::linear(tape, h, qkv);
            let h = ops::attention(tape, h, time, HEADS);
            let h = ops::linear(tape, h, out);
            x = tape.add(x, h);
            let h = ops::rmsnorm(tape, x, norm2);
            let h = ops::linear(tape, h, up);
            let h = tape.relu(h);
            let h = ops::linear(tape, h, down);
            x = tape.add(x, h);
        }
        let norm = tape.param(self.norm);
        let x = ops::rmsnorm(tape, x, norm);
        ops::linear(tape, x, table)
    }

    /// The mean cost of each next character.
    pub fn loss(&self, tape: &mut Tape<'_, f64>, ids: &[u32], targets: &[u32], time: usize) -> Var {
        let logits = self.logits(tape, ids, time);
        ops::cross_entropy(tape, logits, targets)
    }
}
