//! **xent**: from logits and labels to the gradient of the mean cross-entropy. Chapter: *Reverse mode*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! xent {
    ($file:ident) => {
        $file::xent_backward
    };
}

/// The exercise.
pub struct Spec;

/// A batch.
#[derive(Clone, Debug)]
pub struct Batch {
    z: Mat,
    y: Vec<usize>,
}

fn batch(rows: &[&[f64]], y: &[usize]) -> Batch {
    Batch { z: Mat::from_rows(rows), y: y.to_vec() }
}

fn random(samples: usize, classes: usize, seed: u64) -> Batch {
    let mut numbers = Numbers::new(seed);
    let z = numbers.matrix(samples, classes);
    Batch { z, y: (0..samples).map(|_| numbers.below(classes)).collect() }
}

impl Exercise for Spec {
    type Subject = fn(&Mat, &[usize]) -> Mat;
    type Input = Batch;

    fn probes() -> Vec<Probe<Batch>> {
        let several = &["there is more than one sample"];
        vec![
            Probe::new("one sample, two classes", batch(&[&[0.5, -0.75]], &[0])).magnitude(0.75),
            Probe::new("one sample, the last of three classes", batch(&[&[1.5, 0.25, -0.5]], &[2]))
                .magnitude(1.5),
            Probe::new("two samples, three classes", random(2, 3, 1)).tags(several),
            Probe::new("three samples, five classes", random(3, 5, 2)).tags(several),
            Probe::new("seven samples, four classes", random(7, 4, 3)).tags(several),
            Probe::new("four samples, four classes", random(4, 4, 4)).tags(several),
            Probe::new("the same label for all", batch(&[&[0.5, 2.0, -1.5], &[-0.25, 0.75, 1.25]], &[1, 1]))
                .tags(several),
            Probe::new("ties", batch(&[&[0.75, 0.75, 0.75, 0.75]], &[3])),
            Probe::new("one class only", batch(&[&[2.5]], &[0])),
            Probe::new("sure and right", batch(&[&[12.0, -6.0, 0.5]], &[0])).magnitude(12.0),
            Probe::new("sure and wrong", batch(&[&[12.0, -6.0, 0.5]], &[1])).magnitude(12.0),
            Probe::new("logits near 1000", batch(&[&[1000.0, 1001.5, 998.0], &[0.5, 1.5, -2.0]], &[0, 2]))
                .tags(several)
                .magnitude(1000.0),
            Probe::new("logits near −1000", batch(&[&[-1000.0, -1001.5, -998.0]], &[1])).magnitude(1000.0),
        ]
    }

    fn observe(xent_backward: &Self::Subject, Batch { z, y }: &Batch, out: &mut Observer) {
        out.given("z", z);
        out.given("y", y);
        let dz = xent_backward(z, y);
        out.see("dz", &dz).within(1e-9, 1e-12);
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
        crate::xent!(starter)
    }
    fn solution() -> Self::Subject {
        crate::xent!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
    fn pairs() -> Vec<crate::spec::Pair<Self>> {
        wrong::pairs()
    }
}
