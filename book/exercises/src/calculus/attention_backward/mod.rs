//! **attention_backward**: what comes back through attention, one head. Chapter: *The tensor tape*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! attention_backward {
    ($file:ident) => {
        $file::attention_backward
    };
}

/// The exercise.
pub struct Spec;

/// The gradients in q, k and v.
pub type Gradients = (Mat, Mat, Mat);

/// What forward used and made, and the gradient that arrives.
#[derive(Clone, Debug)]
pub struct Input {
    q: Mat,
    k: Mat,
    v: Mat,
    p: Mat,
    dout: Mat,
}

/// The weights of a forward pass: a softmax over the keys that a query may see; zeros where it sees none.
fn weights(q: &Mat, k: &Mat, seen: impl Fn(usize, usize) -> bool) -> Mat {
    let scale = 1.0 / (q.cols() as f64).sqrt();
    let mut p = Mat::zeros([q.rows(), k.rows()]);
    for t in 0..q.rows() {
        let score =
            |s: usize| -> f64 { scale * q.row(t).iter().zip(k.row(s)).map(|(q, k)| q * k).sum::<f64>() };
        let visible: Vec<usize> = (0..k.rows()).filter(|&s| seen(t, s)).collect();
        let max = visible.iter().map(|&s| score(s)).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = visible.iter().map(|&s| (score(s) - max).exp()).sum();
        for s in visible {
            p[[t, s]] = (score(s) - max).exp() / sum;
        }
    }
    p
}

/// `queries` and `keys`, vectors of length `d`, values of length `dv`, a mask.
fn random(
    [queries, keys, d, dv]: [usize; 4],
    size: f64,
    seed: u64,
    seen: impl Fn(usize, usize) -> bool,
) -> Input {
    let mut n = Numbers::new(seed);
    // Scores of ordinary size: where a softmax is certain, all gradients are nearly 0 and hide mistakes.
    let (q, k, v) = (n.matrix(queries, d).map(|x| x * size), n.matrix(keys, d), n.matrix(keys, dv));
    let p = weights(&q, &k, seen);
    Input { q, k, v, p, dout: n.matrix(queries, dv) }
}

fn causal(t: usize, s: usize) -> bool {
    s <= t
}

impl Exercise for Spec {
    type Subject = fn(&Mat, &Mat, &Mat, &Mat, &Mat) -> Gradients;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let longer = &["there is more than one token"];
        let other = &["the mask is not the causal one", "there is more than one token"];
        let across = &["there are more keys than queries", "the mask is not the causal one"];
        vec![
            Probe::new("one token", random([1, 1, 3, 2], 0.5, 1, causal)),
            Probe::new("two tokens, all of length 1", random([2, 2, 1, 1], 0.5, 2, causal)).tags(longer),
            Probe::new("two tokens", random([2, 2, 3, 2], 0.5, 3, causal)).tags(longer),
            Probe::new("four tokens", random([4, 4, 3, 5], 0.5, 4, causal)).tags(longer),
            Probe::new("five tokens, d = 8", random([5, 5, 8, 2], 0.25, 5, causal)).tags(longer),
            Probe::new("as many tokens as dimensions", random([4, 4, 4, 4], 0.25, 6, causal)).tags(longer),
            Probe::new("no mask", random([3, 3, 2, 4], 0.5, 7, |_, _| true)).tags(other),
            Probe::new("a key that nobody sees", random([4, 4, 2, 3], 0.5, 8, |t, s| s <= t && s != 1))
                .tags(other),
            Probe::new("a query that sees nothing", random([3, 3, 2, 4], 0.5, 9, |t, s| t != 1 && s <= t))
                .tags(other),
            Probe::new("three queries, five keys", random([3, 5, 2, 4], 0.5, 10, |_, _| true)).tags(across),
            Probe::new("a gradient of one entry", {
                let x = random([4, 4, 2, 3], 0.5, 11, causal);
                Input { dout: Mat::from_fn(4, 3, |t, j| if (t, j) == (2, 1) { 2.5 } else { 0.0 }), ..x }
            })
            .tags(longer),
            Probe::new("nine tokens", random([9, 9, 4, 6], 0.25, 12, causal)).tags(longer),
            Probe::new("no tokens", random([0, 0, 3, 2], 0.5, 13, causal)),
        ]
    }

    fn observe(backward: &Self::Subject, Input { q, k, v, p, dout }: &Input, out: &mut Observer) {
        for (name, x) in [("q", q), ("k", k), ("v", v), ("p", p), ("dout", dout)] {
            out.given(name, x);
        }
        let (dq, dk, dv) = backward(q, k, v, p, dout);
        out.see("dq", &dq).within(1e-9, 1e-11);
        out.see("dk", &dk).within(1e-9, 1e-11);
        out.see("dv", &dv).within(1e-9, 1e-11);
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
        crate::attention_backward!(starter)
    }
    fn solution() -> Self::Subject {
        crate::attention_backward!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
