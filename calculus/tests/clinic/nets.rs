//! Two small networks, a way to train them, and places where a fault can be put.

use calculus::check::uniform;
use calculus::clinic::{Action, Clinic, Settings};
use calculus::optim::{AdamW, Sgd, clip_global_norm};
use calculus::tape::{Arena, Grads, ParamId, Params, Tape, Var};
use linalg::Tensor;

/// What a step learns from.
pub(super) struct Batch {
    /// Points, or nothing for the language model.
    pub x: Vec<f32>,
    /// Tokens, or nothing for the perceptron.
    pub ids: Vec<u32>,
    pub labels: Vec<u32>,
}

type Inside<'h> = &'h dyn Fn(&mut Tape<'_, f32>, u64, &'static str, usize, Var) -> Var;

#[allow(clippy::type_complexity)] // a hook for each moment of a step
/// Where a fault can be put. None of them does anything by itself.
#[derive(Clone, Copy)]
pub(super) struct Hooks<'h> {
    /// At a place (`linear`, `scores`, `hidden`) of a layer or block: another value in place of this one.
    pub inside: Inside<'h>,
    pub data: &'h dyn Fn(u64, &mut Batch),
    /// Before the forward pass.
    pub before: &'h dyn Fn(u64, &mut Params<f32>),
    pub zero: &'h dyn Fn(u64) -> bool,
    pub grads: &'h dyn Fn(u64, &Params<f32>, &mut Grads<f32>),
    /// After the update, with the weights before it.
    pub after: &'h dyn Fn(u64, &[f32], &mut Params<f32>),
    pub loss: Option<&'h dyn Fn(&mut Tape<'_, f32>, u64, Var, &[u32]) -> Var>,
    /// The factor of the learning rate.
    pub rate: &'h dyn Fn(u64) -> f64,
}

pub(super) const HEALTHY: Hooks<'static> = Hooks {
    inside: &|_, _, _, _, v| v,
    data: &|_, _| {},
    before: &|_, _| {},
    zero: &|_| true,
    grads: &|_, _, _| {},
    after: &|_, _, _| {},
    loss: None,
    rate: &|_| 1.0,
};

/// Numbers around 0 with a standard deviation.
pub(super) fn random(seed: u64, purpose: u64, n: usize, deviation: f64) -> Vec<f32> {
    (0..n as u64).map(|i| (3.0_f64.sqrt() * deviation * uniform(seed, purpose, i)) as f32).collect()
}

fn matrix(params: &mut Params<f32>, name: &str, shape: [usize; 2], deviation: f64, seed: u64) -> ParamId {
    let purpose = name.bytes().fold(7_u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
    let values = Tensor::new(shape, random(seed, purpose, shape[0] * shape[1], deviation));
    params.add(name, values, true)
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Act {
    Relu,
    Gelu,
    Tanh,
}

impl Act {
    fn on(self, t: &mut Tape<'_, f32>, x: Var) -> Var {
        match self {
            Act::Relu => t.relu(x),
            Act::Gelu => t.gelu(x),
            Act::Tanh => t.tanh(x),
        }
    }
}

pub(super) enum Net {
    Mlp { layers: Vec<[ParamId; 2]>, act: Act },
    Gpt { table: ParamId, positions: ParamId, blocks: Vec<Block>, gain: ParamId, act: Act },
}

pub(super) struct Block {
    gains: [ParamId; 2],
    qkv: [ParamId; 3],
    out: ParamId,
    up: ParamId,
    down: ParamId,
}

pub(super) const INPUTS: usize = 8;
pub(super) const CLASSES: usize = 4;
pub(super) const ROWS: usize = 64;
pub(super) const WORDS: usize = 11;
pub(super) const TIME: usize = 24;
const WIDTH: usize = 16;

impl Net {
    /// Layers of 32 between 8 inputs and 4 classes; `gain` times 1/√inputs.
    pub(super) fn mlp(params: &mut Params<f32>, depth: usize, act: Act, gain: f64, seed: u64) -> Self {
        let layers = (0..depth).map(|i| {
            let inputs = if i == 0 { INPUTS } else { 32 };
            let outputs = if i + 1 == depth { CLASSES } else { 32 };
            let deviation = gain / (inputs as f64).sqrt();
            let w = matrix(params, &format!("layer {i}/weight"), [outputs, inputs], deviation, seed);
            [w, params.add(format!("layer {i}/bias"), Tensor::zeros([outputs]), false)]
        });
        Net::Mlp { layers: layers.collect(), act }
    }

    pub(super) fn gpt(params: &mut Params<f32>, blocks: usize, act: Act, seed: u64) -> Self {
        let d = WIDTH;
        let table = matrix(params, "tokens", [WORDS, d], 0.1, seed);
        let positions = matrix(params, "positions", [TIME, d], 0.1, seed);
        let reading = 1.0 / (d as f64).sqrt();
        let writing = 0.2 / (d as f64).sqrt();
        let blocks = (0..blocks).map(|i| {
            let gain =
                |p: &mut Params<f32>, k| p.add(format!("block {i}/norm {k}"), Tensor::full([d], 1.0), false);
            let gains = [gain(params, 1), gain(params, 2)];
            let mut add = |name: &str, shape, deviation| {
                matrix(params, &format!("block {i}/{name}"), shape, deviation, seed)
            };
            Block {
                gains,
                qkv: ["q", "k", "v"].map(|n| add(&format!("attention/{n}"), [d, d], reading)),
                out: add("attention/out", [d, d], writing),
                up: add("mlp/up", [4 * d, d], reading),
                down: add("mlp/down", [d, 4 * d], 0.5 * writing),
            }
        });
        let blocks = blocks.collect();
        Net::Gpt { table, positions, blocks, gain: params.add("norm", Tensor::full([d], 1.0), false), act }
    }

    pub(super) fn batch(&self, seed: u64, step: u64) -> Batch {
        match self {
            // four clouds
            Net::Mlp { .. } => {
                let centres = random(seed, 900, CLASSES * INPUTS, 1.0);
                let mut x = random(seed, 1000 + step, ROWS * INPUTS, 0.7);
                let labels: Vec<u32> =
                    (0..ROWS as u32).map(|r| (r * 7 + step as u32) % CLASSES as u32).collect();
                for (row, &label) in x.chunks_mut(INPUTS).zip(&labels) {
                    row.iter_mut().zip(&centres[label as usize * INPUTS..]).for_each(|(x, c)| *x += c);
                }
                Batch { x, ids: vec![], labels }
            }
            // the next word follows from the last two
            Net::Gpt { .. } => {
                let mut words = vec![(seed * 5 + step * 3) as u32 % 11, (step * 7) as u32 % 11];
                while words.len() < TIME + 1 {
                    let [a, b] = [words[words.len() - 2], words[words.len() - 1]];
                    words.push((2 * a + b + 1) % WORDS as u32);
                }
                Batch { x: vec![], ids: words[..TIME].to_vec(), labels: words[1..].to_vec() }
            }
        }
    }

    fn logits(&self, t: &mut Tape<'_, f32>, step: u64, batch: &Batch, hooks: &Hooks<'_>) -> Var {
        match self {
            Net::Mlp { layers, act } => {
                let mut y = t.constant([batch.labels.len(), INPUTS], &batch.x);
                for (i, layer) in layers.iter().enumerate() {
                    t.enter_nth("layer", i);
                    let [w, b] = layer.map(|id| t.param(id));
                    y = t.linear(y, w, Some(b));
                    y = (hooks.inside)(t, step, "linear", i, y);
                    if i + 1 < layers.len() {
                        y = act.on(t, y);
                        y = (hooks.inside)(t, step, "hidden", i, y);
                    }
                    t.leave();
                }
                y
            }
            Net::Gpt { table, positions, blocks, gain, act } => {
                let (words, places) = (t.param(*table), t.param(*positions));
                let x = t.embedding(words, &batch.ids);
                let ids: Vec<u32> = (0..TIME as u32).collect();
                let p = t.embedding(places, &ids);
                let mut x = t.add(x, p);
                for (i, block) in blocks.iter().enumerate() {
                    t.enter_nth("block", i);
                    t.enter("attention");
                    let gain = t.param(block.gains[0]);
                    let y = t.layernorm(x, gain, None, 1e-5);
                    let [q, k, v] = block.qkv.map(|w| {
                        let w = t.param(w);
                        t.linear(y, w, None)
                    });
                    let scores = t.linear(q, k, None); // q·kᵀ
                    let scores = t.scale(scores, 1.0 / (WIDTH as f32).sqrt());
                    let mask: Vec<f32> = (0..TIME * TIME)
                        .map(|at| if at % TIME > at / TIME { f32::NEG_INFINITY } else { 0.0 })
                        .collect();
                    let mask = t.constant([TIME, TIME], &mask);
                    let mask = (hooks.inside)(t, step, "mask", i, mask);
                    let scores = t.add(scores, mask);
                    let scores = (hooks.inside)(t, step, "scores", i, scores);
                    let weights = if t.info(scores).op == "div" { scores } else { t.softmax(scores) };
                    let y = t.matmul(weights, v);
                    let out = t.param(block.out);
                    let y = t.linear(y, out, None);
                    x = t.add(x, y);
                    t.leave();
                    t.enter("mlp");
                    let gain = t.param(block.gains[1]);
                    let y = t.layernorm(x, gain, None, 1e-5);
                    let up = t.param(block.up);
                    let y = t.linear(y, up, None);
                    let y = act.on(t, y);
                    let y = (hooks.inside)(t, step, "hidden", i, y);
                    let down = t.param(block.down);
                    let y = t.linear(y, down, None);
                    x = t.add(x, y);
                    t.leave();
                    t.leave();
                }
                let gain = t.param(*gain);
                let x = t.layernorm(x, gain, None, 1e-5);
                let words = t.param(*table);
                t.linear(x, words, None)
            }
        }
    }
}

pub(super) struct Run {
    pub clinic: Clinic<f32>,
    pub losses: Vec<f64>,
    pub stopped: Option<u64>,
}

pub(super) fn train(
    net: &Net,
    mut params: Params<f32>,
    steps: u64,
    seed: u64,
    settings: Settings,
    hooks: Hooks<'_>,
) -> Run {
    let mut clinic = Clinic::new(&params, settings);
    let (mut arena, mut grads, mut adamw) = (Arena::new(), Grads::like(&params), AdamW::new(&params));
    let (mut losses, mut stopped) = (vec![], None);
    for step in 0..steps {
        let mut batch = net.batch(seed, step);
        (hooks.data)(step, &mut batch);
        (hooks.before)(step, &mut params);
        if (hooks.zero)(step) {
            grads.zero();
        }
        let mut t = Tape::record(&params, &mut arena);
        let logits = net.logits(&mut t, step, &batch, &hooks);
        t.enter("loss");
        let loss = match hooks.loss {
            None => t.cross_entropy(logits, &batch.labels),
            Some(loss) => loss(&mut t, step, logits, &batch.labels),
        };
        t.leave();
        clinic.backward(step, &mut t, loss, &mut grads);
        (hooks.grads)(step, &params, &mut grads);
        let norm = clip_global_norm(&mut grads, 1.0);
        losses.push(f64::from(t.item(loss)));
        match clinic.judge(&mut t, &grads, norm) {
            Action::Stop => {
                stopped = Some(step);
                break;
            }
            Action::Skip => continue,
            Action::Report => {}
        }
        let before = params.values().to_vec();
        let rate = (hooks.rate)(step);
        match net {
            Net::Mlp { .. } => Sgd.step(&mut params, &grads, 0.05 * rate),
            Net::Gpt { .. } => adamw.step(&mut params, &grads, 3e-3 * rate),
        }
        (hooks.after)(step, &before, &mut params);
        clinic.updated(&params);
    }
    Run { clinic, losses, stopped }
}
