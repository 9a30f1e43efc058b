//! **tape**: the backward sweep over a list of operations. Chapter: *Reverse mode*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use std::cell::Cell;
use std::fmt::Write;

/// One use of a number: which one was read, and the slope ∂reader/∂input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The place on the tape of the number that was read; smaller than that of its reader.
    pub input: usize,
    /// By how much the reader changes if the input changes by a little.
    pub slope: f64,
}

/// One number of a program: what it was computed from.
#[derive(Clone, Debug)]
pub struct Node {
    inputs: Vec<Edge>,
    asked: Cell<u32>,
}

impl Node {
    /// A number that was computed from these.
    pub fn new(inputs: Vec<Edge>) -> Self {
        Node { inputs, asked: Cell::new(0) }
    }

    /// What this number was computed from. A number that was used twice is listed twice.
    pub fn inputs(&self) -> &[Edge] {
        self.asked.set(self.asked.get().saturating_add(1));
        &self.inputs
    }
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! tape {
    ($file:ident) => {
        $file::backward
    };
}

/// The exercise.
pub struct Spec;

/// A tape, and which of its numbers is to be differentiated.
#[derive(Clone, Debug)]
pub struct Input {
    nodes: Vec<Node>,
    out: usize,
}

fn node(inputs: &[(usize, f64)]) -> Node {
    let inputs = inputs.iter().map(|&(input, slope)| Edge { input, slope }).collect();
    Node { inputs, asked: Cell::new(0) }
}

fn tape(nodes: &[&[(usize, f64)]], out: usize) -> Input {
    Input { nodes: nodes.iter().map(|n| node(n)).collect(), out }
}

/// `leaves` leaves, then nodes with one to three inputs among all earlier numbers, the same one twice at times.
fn random(leaves: usize, all: usize, out: usize, seed: u64) -> Input {
    let mut n = Numbers::new(seed);
    let inputs = |j: usize| -> Vec<(usize, f64)> {
        let count = if j < leaves { 0 } else { 1 + n.below(3) };
        (0..count).map(|_| (n.below(j), n.number())).collect()
    };
    Input { nodes: (0..all).map(inputs).map(|i| node(&i)).collect(), out }
}

/// A leaf and `steps` numbers, each computed from the one before by `edges` equal uses.
fn chain(steps: usize, edges: usize, slope: impl Fn(usize) -> f64) -> Input {
    let step = |j: usize| if j == 0 { node(&[]) } else { node(&vec![(j - 1, slope(j)); edges]) };
    Input { nodes: (0..=steps).map(step).collect(), out: steps }
}

impl Exercise for Spec {
    type Subject = fn(&[Node], usize) -> Vec<f64>;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let shared = &["a number is used more than once"];
        let inside = &["`out` is not the last number of the tape"];
        let both = &["a number is used more than once", "`out` is not the last number of the tape"];
        vec![
            Probe::new("y = 3·x", tape(&[&[], &[(0, 3.0)]], 1)),
            Probe::new("a product of two leaves", tape(&[&[], &[], &[(0, -2.5), (1, 4.0)]], 2)),
            Probe::new("a chain of three", tape(&[&[], &[(0, 2.0)], &[(1, -1.5)], &[(2, 0.25)]], 3)),
            Probe::new("x·x at x = 1.5", tape(&[&[], &[(0, 1.5), (0, 1.5)]], 1)).tags(shared),
            Probe::new("2·x + 5·x", tape(&[&[], &[(0, 2.0), (0, 5.0)]], 1)).tags(shared),
            Probe::new("x·x², then times 0.5", {
                tape(&[&[], &[(0, 3.0)], &[(0, 2.25), (1, 1.5)], &[(2, 0.5)]], 3)
            })
            .tags(shared),
            Probe::new("a diamond", {
                tape(&[&[], &[(0, 2.0)], &[(0, -3.0)], &[(1, 0.5), (2, 1.25)], &[(3, 4.0)]], 4)
            })
            .tags(shared),
            Probe::new("a weight used early and late", {
                // w·x, + b, relu, w·h, − 9, squared
                tape(
                    &[
                        &[],
                        &[],
                        &[],
                        &[(0, 3.0), (1, 2.0)],
                        &[(3, 1.0), (2, 1.0)],
                        &[(4, 1.0)],
                        &[(0, 5.0), (5, 2.0)],
                        &[(6, 1.0)],
                        &[(7, 2.0)],
                    ],
                    8,
                )
            })
            .tags(shared),
            Probe::new("a short path and a long path", {
                // 3 is read by the last number at once and through 4 and 5
                tape(
                    &[
                        &[],
                        &[],
                        &[(1, 2.5)],
                        &[(0, -1.5), (2, 0.5)],
                        &[(3, 2.0)],
                        &[(4, 3.0)],
                        &[(3, 0.75), (5, -2.0)],
                    ],
                    6,
                )
            })
            .tags(shared),
            Probe::new("the long path first", {
                tape(
                    &[
                        &[],
                        &[],
                        &[(1, 2.5)],
                        &[(0, -1.5), (2, 0.5)],
                        &[(3, 2.0)],
                        &[(4, 3.0)],
                        &[(5, -2.0), (3, 0.75)],
                    ],
                    6,
                )
            })
            .tags(shared),
            Probe::new("out in the middle", {
                tape(&[&[], &[], &[(0, 2.0), (1, -1.5)], &[(2, 3.0)], &[(2, 0.5), (3, 4.0)]], 3)
            })
            .tags(inside),
            Probe::new("out is a leaf", tape(&[&[], &[], &[(0, 2.0), (1, -1.5)]], 1)).tags(inside),
            Probe::new("one number", tape(&[&[]], 0)),
            Probe::new("numbers that are not used", {
                tape(&[&[], &[], &[(0, 0.5)], &[(1, 2.0)], &[(2, -4.0)]], 4)
            }),
            Probe::new("a closed gate", {
                tape(&[&[], &[(0, 2.0)], &[(1, 0.0)], &[(2, 3.0), (0, 1.25)]], 3)
            })
            .tags(shared),
            Probe::new("two paths that cancel", {
                tape(&[&[], &[(0, 2.0)], &[(0, 4.0)], &[(1, 2.0), (2, -1.0)]], 3)
            })
            .tags(shared),
            Probe::new("13 numbers", random(3, 13, 12, 4)).tags(shared),
            Probe::new("37 numbers, out = 33", random(5, 37, 33, 12)).tags(both),
            Probe::new(
                "slopes of 1e150 and 1e−150",
                chain(6, 1, |j| if j % 2 == 0 { 3e150 } else { 2e-150 }),
            ),
            Probe::new(
                "slopes of 1e−150 and 1e150",
                chain(6, 1, |j| if j % 2 == 0 { 2e-150 } else { 3e150 }),
            ),
            Probe::new("a chain of 400", chain(400, 1, |j| if j % 2 == 0 { -1.25 } else { 0.8125 })),
            Probe::new("y = y + y, 14 times", chain(14, 2, |_| 1.0)).tags(shared),
        ]
    }

    fn observe(backward: &Self::Subject, Input { nodes, out: which }: &Input, out: &mut Observer) {
        out.given("nodes", nodes.len());
        out.given("out", *which);
        for (j, n) in nodes.iter().enumerate().take(14) {
            let mut text = String::from(if n.inputs.is_empty() { "a leaf" } else { "inputs" });
            for (k, e) in n.inputs.iter().enumerate() {
                let comma = if k == 0 { "" } else { "," };
                // 3e150, not 151 digits
                let far = e.slope != 0.0 && !(1e-5..1e16).contains(&e.slope.abs());
                let slope = if far { format!("{:e}", e.slope) } else { e.slope.to_string() };
                let _ = write!(text, "{comma} {} (slope {slope})", e.input);
            }
            out.given(format!("node {j}"), text.as_str());
        }
        let nodes = nodes.clone();
        let d = backward(&nodes, *which);
        out.see("d", &d).within(1e-9, 1e-12);
        // Whoever reads a tape by places asks a few times for each node. Asking less than needed is no merit: what it spoils is
        // seen in the numbers.
        let asked: f64 = nodes.iter().map(|n| f64::from(n.asked.get())).sum();
        let needed = which + 1;
        out.cost(format!("calls of inputs(), {needed} needed"), asked.max(needed as f64), 10.0);
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
        crate::tape!(starter)
    }
    fn solution() -> Self::Subject {
        crate::tape!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
