//! **kv_cache**: what a model keeps while it generates. Chapter: *A GPT in one sitting*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Turns the pairs of `x`, in place, by the angles that belong to `position` (base 100).
pub fn rope(x: &mut [f64], position: usize) {
    let d = x.len();
    for i in 0..d / 2 {
        let (sin, cos) = (position as f64 * 100_f64.powf(-2.0 * i as f64 / d as f64)).sin_cos();
        let (u, v) = (x[2 * i], x[2 * i + 1]);
        (x[2 * i], x[2 * i + 1]) = (u * cos - v * sin, u * sin + v * cos);
    }
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! kv_cache {
    ($file:ident) => {
        || {
            let mut cache = $file::Cache::new();
            Box::new(move |q: &$crate::Mat, k: &$crate::Mat, v: &$crate::Mat| cache.extend(q, k, v))
        }
    };
}

/// An empty cache: calling it appends tokens.
pub type Extend = Box<dyn FnMut(&Mat, &Mat, &Mat) -> Mat>;

/// The exercise.
pub struct Spec;

/// Pieces of one sequence, in order.
#[derive(Clone, Debug)]
pub struct Input {
    pieces: Vec<[Mat; 3]>,
}

/// The same, with the queries of one piece multiplied by `size`.
fn with_loud(piece: usize, size: f64, mut x: Input) -> Input {
    x.pieces[piece][0] = x.pieces[piece][0].map(|q| q * size);
    x
}

fn pieces(lengths: &[usize], d: usize, dv: usize, seed: u64) -> Input {
    let mut n = Numbers::new(seed);
    Input { pieces: lengths.iter().map(|&l| [n.matrix(l, d), n.matrix(l, d), n.matrix(l, dv)]).collect() }
}

impl Exercise for Spec {
    type Subject = fn() -> Extend;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let past = &["the cache is not empty"];
        let prompt = &["a piece has more than one token"];
        let both = &["the cache is not empty", "a piece has more than one token"];
        vec![
            Probe::new("one token", pieces(&[1], 2, 3, 1)),
            Probe::new("two tokens, one by one", pieces(&[1, 1], 2, 3, 2)).tags(past),
            Probe::new("four tokens, one by one", pieces(&[1, 1, 1, 1], 4, 3, 3)).tags(past),
            Probe::new("a prompt of three", pieces(&[3], 4, 2, 4)).tags(prompt),
            Probe::new("a prompt of three, then two tokens", pieces(&[3, 1, 1], 4, 2, 5)).tags(both),
            Probe::new("a token, then three at once", pieces(&[1, 3], 2, 5, 6)).tags(both),
            Probe::new("two, three, one, two", pieces(&[2, 3, 1, 2], 6, 4, 7)).tags(both),
            Probe::new("an empty piece in between", pieces(&[2, 0, 1], 4, 3, 8)).tags(both),
            Probe::new("twelve tokens, one by one", pieces(&[1; 12], 8, 2, 9)).tags(past),
            Probe::new(
                "scores near 1000, then small ones",
                with_loud(0, 400.0, pieces(&[3, 1, 1], 4, 3, 10)),
            )
            .tags(both)
            .magnitude(1000.0),
            Probe::new("scores near −1000", {
                let mut x = pieces(&[1, 1], 4, 2, 11);
                x.pieces[0][0] = x.pieces[0][1].map(|k| -300.0 * k);
                x
            })
            .tags(past)
            .magnitude(1000.0),
        ]
    }

    fn observe(new: &Self::Subject, Input { pieces }: &Input, out: &mut Observer) {
        let mut extend = new();
        for (i, [q, k, v]) in pieces.iter().enumerate() {
            if i < 3 {
                out.given(format!("q of piece {}", i + 1), q);
                out.given(format!("k of piece {}", i + 1), k);
                out.given(format!("v of piece {}", i + 1), v);
            }
            let y = extend(q, k, v);
            out.see(format!("out of piece {}", i + 1), &y).within(1e-9, 1e-11);
        }
    }
}

// The learner's file has no trait implementations.
#[cfg(feature = "judge")]
#[allow(clippy::new_without_default)]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables, unused_imports, dead_code, clippy::new_without_default)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::kv_cache!(starter)
    }
    fn solution() -> Self::Subject {
        crate::kv_cache!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
