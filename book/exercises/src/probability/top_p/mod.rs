//! **`top_p`**: the nucleus of a distribution. Chapter: *Softmax and sampling*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! top_p {
    ($file:ident) => {
        $file::top_p
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn(&[f64], f64) -> Vec<f64>;
    type Input = (Vec<f64>, f64);

    fn probes() -> Vec<Probe<Self::Input>> {
        // Sums of these are exact: whether the mass reaches the threshold is no matter of rounding.
        let four = || vec![0.125, 0.5, 0.125, 0.25];
        let tie = &["equal probabilities meet the threshold"];
        let exact = &["the mass reaches the threshold exactly"];
        let whole = &["the threshold is 1 or more"];
        let mut n = Numbers::new(17);
        vec![
            Probe::new("four tokens, 0.6", (four(), 0.6)),
            Probe::new("five tokens, 0.8", (vec![0.25, 0.0625, 0.5, 0.0625, 0.125], 0.8)),
            Probe::new("one token is enough", (vec![0.25, 0.125, 0.625], 0.4)),
            Probe::new("one token of 0.95, 0.9", (vec![0.03, 0.95, 0.02], 0.9)),
            Probe::new("exactly 0.75", (four(), 0.75)).tags(exact),
            Probe::new("exactly 0.5", (four(), 0.5)).tags(exact),
            // Again the sums are exact: 0.75 is less, if only by the last bit.
            Probe::new("0.75 and one bit more", (four(), 0.75_f64.next_up())),
            Probe::new("a tie at the threshold", (vec![0.125, 0.25, 0.25, 0.125, 0.25], 0.4)).tags(tie),
            Probe::new("a tie below the first", (vec![0.1875, 0.1875, 0.4375, 0.1875], 0.6)).tags(tie),
            Probe::new("all tied", (vec![0.125; 8], 0.3)).tags(tie),
            Probe::new("seven tokens, 0.3", (n.distribution(7), 0.3)),
            Probe::new("eleven tokens, 0.9", (n.distribution(11), 0.9)),
            Probe::new("forty-one tokens, 0.55", (n.distribution(41), 0.55)),
            // Sorts that are not stable keep the order of a few equals, by chance. Of many they do not.
            Probe::new("sixty-four tokens of four sizes, 0.6", {
                ((0..64).map(|i| [3.0, 7.0, 1.0, 5.0][(i + i / 8) % 4] / 256.0).collect(), 0.6)
            })
            .tags(tie),
            Probe::new("a threshold of 0.05", (four(), 0.05)),
            Probe::new("a threshold of 0", (four(), 0.0)),
            Probe::new("a threshold of 1", (four(), 1.0)).tags(whole),
            Probe::new("a threshold of 1.5", (vec![0.375, 0.125, 0.5], 1.5)).tags(whole),
            Probe::new("a threshold of 1 and a tail of 1e-20", (vec![0.25, 1e-20, 0.75, 3e-20], 1.0))
                .tags(whole),
            Probe::new("a tail of 1e-20, 0.9", (vec![1e-20, 0.25, 3e-20, 0.75], 0.9)),
            Probe::new("one certain token", (vec![0.0, 0.0, 1.0], 0.9)),
            Probe::new("a single token", (vec![1.0], 0.3)),
            Probe::new("no tokens", (vec![], 0.9)),
        ]
    }

    fn observe(top_p: &Self::Subject, (p, threshold): &Self::Input, out: &mut Observer) {
        out.given("p", p);
        out.given("threshold", *threshold);
        let kept = top_p(p, *threshold);
        let tokens: Vec<usize> = (0..kept.len()).filter(|&i| kept[i] != 0.0).collect();
        out.see("the tokens that can be drawn", &tokens);
        out.see("kept", &kept).within(1e-9, 0.0);
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
        crate::top_p!(starter)
    }
    fn solution() -> Self::Subject {
        crate::top_p!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
