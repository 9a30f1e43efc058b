//! **`top_k`**: a softmax of the k largest logits. Chapter: *Softmax and sampling*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! top_k {
    ($file:ident) => {
        $file::top_k
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&[f64], usize) -> Vec<f64>;
    type Input = (Vec<f64>, usize);

    fn probes() -> Vec<Probe<Self::Input>> {
        const MASKED: f64 = f64::NEG_INFINITY;
        let four = || vec![0.5, -2.5, 1.75, -0.75];
        let tie = &["equal logits meet at place k"];
        let masked = &["a logit is masked (−∞)"];
        let all_masked = &["a logit is masked (−∞)", "all logits are masked (−∞)"];
        let all = &["k is as large as the number of tokens, or larger"];
        let none = &["k is 0"];
        let mut n = Numbers::new(43);
        // Five values among 300 logits: every place is a tie.
        let steps = |seed: u64| {
            let mut n = Numbers::new(seed);
            (0..300).map(|_| n.below(5) as f64 * 0.75 - 1.25).collect::<Vec<f64>>()
        };
        vec![
            Probe::new("four tokens, k = 2", (four(), 2)),
            Probe::new("five tokens, k = 3", (vec![-1.25, 2.0, 0.25, -4.5, 1.5], 3)),
            Probe::new("four tokens, k = 1", (four(), 1)),
            Probe::new("a large negative logit, k = 2", (vec![0.5, -9.0, -0.25, 2.0], 2)),
            Probe::new("four negative logits, k = 2", (vec![-2.0, -3.5, -0.5, -1.5], 2)),
            Probe::new("a logit of 0 is the largest", (vec![-2.0, -0.5, 0.0, -1.5, -3.0], 2)),
            Probe::new("a logit of 0 is the second largest", (vec![0.0, -0.5, 1.5, -1.5], 3)),
            Probe::new("a tie at place k", (vec![0.5, -1.25, 1.5, 0.5, 0.5, 2.5], 3)).tags(tie),
            Probe::new("a tie at place 1, k = 1", (vec![-0.5, 1.5, 0.25, 1.5], 1)).tags(tie),
            Probe::new("a tie among the kept", (vec![1.5, -0.25, 1.5, 0.25, -2.0], 3)),
            Probe::new("all tied", (vec![-0.75; 8], 3)).tags(tie),
            Probe::new("seven tokens, k = 4", (n.vector(7), 4)),
            Probe::new("forty-one tokens, k = 10", (n.vector(41), 10)),
            Probe::new("300 tokens, many ties, k = 47", (steps(3), 47)).tags(tie),
            Probe::new("2100 tokens, k = 1100", (Numbers::new(53).vector(2100), 1100)),
            Probe::new("all but one", (four(), 3)),
            Probe::new("as many as there are", (four(), 4)).tags(all),
            Probe::new("more than there are", (vec![0.5, 2.0, -1.25], 10)).tags(all),
            Probe::new("k = usize::MAX", (vec![0.25, 2.5], usize::MAX)).tags(all),
            Probe::new("k = 0", (four(), 0)).tags(none),
            Probe::new("a single token, k = 1", (vec![-3.5], 1)).tags(all),
            Probe::new("no tokens, k = 3", (vec![], 3)).tags(all),
            Probe::new("no tokens, k = 0", (vec![], 0))
                .tags(&["k is as large as the number of tokens, or larger", "k is 0"]),
            Probe::new("one masked, k = 2", (vec![MASKED, -1.5, 0.25, -0.5], 2)).tags(masked),
            Probe::new("fewer unmasked than k", (vec![-1.5, MASKED, 0.25, MASKED, MASKED], 4)).tags(masked),
            Probe::new("all masked, k = 2", (vec![MASKED; 3], 2)).tags(all_masked),
            Probe::new("near 1000, k = 2", (vec![1000.0, 998.0, 1001.5], 2)).magnitude(1001.5),
            Probe::new("near −1000, k = 2", (vec![-1001.5, -1000.0, -998.0, -1000.5], 2)).magnitude(1001.5),
            Probe::new("[−1000, 0, 1000], k = 2", (vec![-1000.0, 0.0, 1000.0], 2)).magnitude(1000.0),
            Probe::new("600 apart, k = 2", (vec![-300.0, 300.0, -300.5], 2)).magnitude(300.0),
            Probe::new("near −1e12, k = 2", (vec![-1e12 - 2.0, -1e12, -1e12 - 1.5], 2)).magnitude(1e12),
            Probe::new("close to the last digit", (vec![1.5, 1.5 + 4e-16, 1.5 - 4e-16], 1)),
            Probe::new("tiny logits, k = 2", (vec![-2e-300, 1e-300, -1e-300], 2)),
        ]
    }

    fn observe(top_k: &Self::Subject, (z, k): &Self::Input, out: &mut Observer) {
        out.given("z", z);
        out.given("k", *k);
        let p = top_k(z, *k);
        let tokens: Vec<usize> = (0..p.len()).filter(|&i| p[i] != 0.0).collect();
        out.see("the tokens that can be drawn", &tokens);
        out.see("p", &p).within(1e-9, 1e-300);
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
        crate::top_k!(starter)
    }
    fn solution() -> Self::Subject {
        crate::top_k!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
