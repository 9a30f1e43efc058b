//! **broadcast**: which shapes go together, and what a stretched axis does to the strides. Chapter: *Tensor mechanics: shapes,
//! strides, views*.

use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// From shape, strides and the shape wanted to the strides for it.
pub type Stretch = fn(&[usize], &[usize], &[usize]) -> Vec<usize>;

/// What the learner's file holds.
#[derive(Clone, Copy)]
pub struct Functions {
    /// The common shape.
    pub broadcast: fn(&[usize], &[usize]) -> Option<Vec<usize>>,
    /// The strides with which a smaller tensor is read as a larger one.
    pub stretch: Stretch,
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! broadcast {
    ($file:ident) => {
        $crate::linalg::broadcast::Functions { broadcast: $file::broadcast, stretch: $file::stretch }
    };
}

/// The exercise.
pub struct Spec;

/// What is asked.
#[derive(Clone, Debug)]
pub enum Input {
    /// Two shapes.
    Shapes(Vec<usize>, Vec<usize>),
    /// Shape, strides, and the shape to be read as.
    Stretch(Vec<usize>, Vec<usize>, Vec<usize>),
}

/// All addresses of a walk, or what is wrong with the strides.
fn walk(shape: &[usize], strides: &[usize]) -> Vec<usize> {
    let count: usize = shape.iter().product();
    (0..count)
        .map(|mut nth| {
            let mut address = 0_usize;
            for (n, stride) in shape.iter().zip(strides).rev() {
                address = address.wrapping_add((nth % n).wrapping_mul(*stride));
                nth /= n;
            }
            address
        })
        .collect()
}

impl Exercise for Spec {
    type Subject = Functions;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let shapes = |name, a: &[usize], b: &[usize]| Probe::new(name, Input::Shapes(a.to_vec(), b.to_vec()));
        let stretch = |name, shape: &[usize], strides: &[usize], to: &[usize]| {
            Probe::new(name, Input::Stretch(shape.to_vec(), strides.to_vec(), to.to_vec()))
        };
        let ranks = &["the shapes differ in their number of axes"];
        let none = &["the shapes do not go together"];
        let zero = &["an axis has length 0"];
        let gaps = &["the smaller tensor does not lie row after row"];
        vec![
            shapes("[3] and [3]", &[3], &[3]),
            shapes("[1] and [4]", &[1], &[4]),
            shapes("[4] and [1]", &[4], &[1]),
            shapes("[2] and [3]", &[2], &[3]).tags(none),
            shapes("[4] and [2]", &[4], &[2]).tags(none),
            shapes("[2, 3] and [3]", &[2, 3], &[3]).tags(ranks),
            shapes("[3] and [2, 3]", &[3], &[2, 3]).tags(ranks),
            shapes("[2] and [2, 3]", &[2], &[2, 3]).tags(none),
            shapes("[5, 1] and [5]", &[5, 1], &[5]).tags(ranks),
            shapes("[3, 1] and [1, 4]", &[3, 1], &[1, 4]),
            shapes("[4, 1, 3] and [2, 1]", &[4, 1, 3], &[2, 1]).tags(ranks),
            shapes("[6, 1] and [7, 1, 5]", &[6, 1], &[7, 1, 5]).tags(ranks),
            shapes("[2, 3, 4] and [3, 1]", &[2, 3, 4], &[3, 1]).tags(ranks),
            shapes("[2, 3, 4] and [2, 1, 5]", &[2, 3, 4], &[2, 1, 5]).tags(none),
            shapes("[2, 3, 4] and [5, 3, 4]", &[2, 3, 4], &[5, 3, 4]).tags(none),
            shapes("[2, 3, 4] and [2, 6, 4]", &[2, 3, 4], &[2, 6, 4]).tags(none),
            shapes("[6, 4] and [4, 6]", &[6, 4], &[4, 6]).tags(none),
            shapes("[4, 6] and [24]", &[4, 6], &[24]).tags(none),
            shapes("a single number and [2, 3]", &[], &[2, 3]).tags(ranks),
            shapes("[5] and a single number", &[5], &[]).tags(ranks),
            shapes("two single numbers", &[], &[]),
            shapes("[1, 3] and [3]", &[1, 3], &[3]).tags(ranks),
            shapes("[1, 1, 1] and [1]", &[1, 1, 1], &[1]).tags(ranks),
            shapes("[0] and [1]", &[0], &[1]).tags(zero),
            shapes("[1] and [0]", &[1], &[0]).tags(zero),
            shapes("[0] and [0]", &[0], &[0]).tags(zero),
            shapes("[0] and [3]", &[0], &[3])
                .tags(&["an axis has length 0", "the shapes do not go together"]),
            shapes("[3] and [0]", &[3], &[0])
                .tags(&["an axis has length 0", "the shapes do not go together"]),
            shapes("[2, 0] and [2, 1]", &[2, 0], &[2, 1]).tags(zero),
            shapes("[4, 0, 3] and [1, 1]", &[4, 0, 3], &[1, 1]).tags(zero),
            shapes("six axes and two", &[2, 1, 4, 1, 3, 5], &[7, 1, 1]).tags(ranks),
            stretch("a row as three", &[4], &[1], &[3, 4]),
            stretch("a column as five", &[3, 1], &[1, 1], &[3, 5]),
            stretch("as it is", &[3, 4], &[4, 1], &[3, 4]),
            stretch("a transposed matrix as two", &[4, 3], &[1, 4], &[2, 4, 3]).tags(gaps),
            stretch("a number as a matrix", &[], &[], &[2, 3]),
            stretch("[2, 1, 3] as [4, 2, 5, 3]", &[2, 1, 3], &[3, 3, 1], &[4, 2, 5, 3]),
            stretch("a column of a wider matrix, as four", &[3, 1], &[7, 1], &[3, 4]).tags(gaps),
            stretch("every second number of a row, as three", &[5], &[2], &[3, 5]).tags(gaps),
            stretch("a row that is shown again", &[3, 4], &[0, 1], &[2, 3, 4]).tags(gaps),
            stretch("[3, 3] as [3, 3, 3]", &[3, 3], &[3, 1], &[3, 3, 3]),
            stretch("[1, 1] as [6, 7]", &[1, 1], &[9, 5], &[6, 7]).tags(gaps),
        ]
    }

    fn observe(f: &Functions, input: &Input, out: &mut Observer) {
        match input {
            Input::Shapes(a, b) => {
                out.text("the shapes", format!("{a:?} and {b:?}"));
                out.text(
                    "go together as",
                    match (f.broadcast)(a, b) {
                        Some(shape) => format!("{shape:?}"),
                        None => "nothing".to_string(),
                    },
                );
            }
            Input::Stretch(shape, strides, to) => {
                out.text("shape, strides, wanted", format!("{shape:?}, {strides:?}, {to:?}"));
                let got = (f.stretch)(shape, strides, to);
                out.see("how many strides", got.len()).exactly();
                if got.len() == to.len() {
                    // Where an axis has length 1, no address depends on its stride, and any will do.
                    out.see("addresses, row by row", &walk(to, &got)).exactly();
                }
            }
        }
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
        crate::broadcast!(starter)
    }
    fn solution() -> Self::Subject {
        crate::broadcast!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
