//! **residual**: a gradient on its way back through blocks that add to their input. Chapter: *The flow of gradients*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! residual {
    ($file:ident) => {
        $file::vjp
    };
}

/// The exercise.
pub struct Spec;

/// h ← h + scale·V·tanh(U·h).
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Shape (hidden, width).
    pub u: Mat,
    /// Shape (width, hidden).
    pub v: Mat,
    /// How much of the branch is added.
    pub scale: f64,
}

/// Blocks, what goes in, and the gradient behind the last one.
pub struct Input {
    blocks: Vec<Block>,
    x: Vec<f64>,
    cotangent: Vec<f64>,
}

/// Random blocks with the given numbers of hidden units.
fn random(width: usize, hidden: &[usize], scale: f64, seed: u64) -> Input {
    let mut n = Numbers::new(seed);
    let blocks = hidden
        .iter()
        .map(|&m| Block {
            u: n.matrix(m, width).map(|x| 0.3 * x),
            v: n.matrix(width, m).map(|x| 0.4 * x),
            scale,
        })
        .collect();
    Input { blocks, x: n.vector(width), cotangent: n.vector(width) }
}

impl Exercise for Spec {
    type Subject = fn(&[Block], &[f64], &[f64]) -> Vec<f64>;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let several = &["there is more than one block"];
        let square = &["U and V are square"];
        let scaled = &["the scale is not 1"];
        let none = &["there are no blocks"];
        let mut silent = random(3, &[4, 2], 1.0, 21);
        for block in &mut silent.blocks {
            block.v = block.v.map(|_| 0.0);
        }
        let mut tiny = random(3, &[2, 4], 1.0, 22);
        for c in &mut tiny.cotangent {
            *c *= 1e-200;
        }
        let mut differently = random(3, &[2, 4, 3, 5], 1.0, 23);
        for (block, scale) in differently.blocks.iter_mut().zip([0.5, -1.5, 2.5, 0.25]) {
            block.scale = scale;
        }
        let one = Input {
            blocks: vec![Block { u: Mat::from_rows(&[[0.5]]), v: Mat::from_rows(&[[1.5]]), scale: 1.0 }],
            x: vec![0.8],
            cotangent: vec![-2.5],
        };
        vec![
            Probe::new("one number, one block", one),
            Probe::new("one block", random(2, &[3], 1.0, 1)),
            Probe::new("one block of half the size", random(2, &[3], 0.5, 2)).tags(scaled),
            Probe::new("two blocks", random(3, &[2, 4], 1.0, 3)).tags(several),
            Probe::new("two square blocks", random(3, &[3, 3], 1.0, 4)).tags(square),
            Probe::new("three blocks", random(2, &[4, 3, 5], 1.0, 5)).tags(several),
            Probe::new("blocks of different scale", differently).tags(several),
            Probe::new("a narrow bottleneck", random(5, &[1, 2], 1.0, 6)).tags(several),
            Probe::new("branches that are silent", silent).tags(several),
            Probe::new("no blocks", random(4, &[], 1.0, 7)).tags(none),
            Probe::new("a cotangent near 1e-200", tiny).tags(several),
            Probe::new("24 blocks of scale 0.2", random(4, &[3; 24], 0.2, 8)).tags(several),
        ]
    }

    fn observe(vjp: &Self::Subject, input: &Input, out: &mut Observer) {
        let Input { blocks, x, cotangent } = input;
        for (l, block) in blocks.iter().enumerate().take(2) {
            out.given(format!("U of block {l}"), &block.u);
            out.given(format!("V of block {l}"), &block.v);
            out.given(format!("scale of block {l}"), block.scale);
        }
        out.given("blocks", blocks.len());
        out.given("x", x);
        out.given("cotangent", cotangent);
        out.see("∂loss/∂x", &vjp(blocks, x, cotangent)).within(1e-9, 1e-215);
    }
}

#[cfg(feature = "judge")]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::residual!(starter)
    }
    fn solution() -> Self::Subject {
        crate::residual!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
