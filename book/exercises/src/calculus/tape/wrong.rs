//! Backward sweeps that people write.

use super::solution::backward;
use super::{Edge, Node, Spec};
use std::collections::VecDeque;

type Wrong = crate::spec::Wrong<Spec>;

/// Zeros, and 1 at `out`.
fn seeded(nodes: &[Node], out: usize) -> Vec<f64> {
    let mut d = vec![0.0; nodes.len()];
    d[out] = 1.0;
    d
}

/// From `out` to the front: `hand(derivative of the input, slope, derivative of the reader)`.
fn sweep(nodes: &[Node], out: usize, hand: impl Fn(&mut f64, f64, f64)) -> Vec<f64> {
    let mut d = seeded(nodes, out);
    for j in (0..=out).rev() {
        let upstream = d[j];
        for e in nodes[j].inputs() {
            hand(&mut d[e.input], e.slope, upstream);
        }
    }
    d
}

/// In the order given.
fn visit(nodes: &[Node], out: usize, order: impl Iterator<Item = usize>) -> Vec<f64> {
    let mut d = seeded(nodes, out);
    for j in order {
        for e in nodes[j].inputs() {
            d[e.input] += e.slope * d[j];
        }
    }
    d
}

/// The right sweep over the edges that are chosen.
fn chosen(nodes: &[Node], out: usize, choose: impl Fn(&[Edge]) -> Vec<Edge>) -> Vec<f64> {
    let mut d = seeded(nodes, out);
    for j in (0..=out).rev() {
        for e in choose(nodes[j].inputs()) {
            d[e.input] += e.slope * d[j];
        }
    }
    d
}

/// The right sweep, but a derivative below `least` hands nothing on.
fn from_size(nodes: &[Node], out: usize, least: f64) -> Vec<f64> {
    let mut d = seeded(nodes, out);
    for j in (0..=out).rev() {
        if d[j].abs() >= least {
            for e in nodes[j].inputs() {
                d[e.input] += e.slope * d[j];
            }
        }
    }
    d
}

/// Every path from `out` down, one after the other.
fn every_path(nodes: &[Node], j: usize, part: f64, d: &mut [f64]) {
    d[j] += part;
    for e in nodes[j].inputs() {
        every_path(nodes, e.input, part * e.slope, d);
    }
}

/// Depth first; a node that has been met is not entered again.
fn depth_first(nodes: &[Node], j: usize, d: &mut [f64], met: &mut [bool]) {
    if met[j] {
        return;
    }
    met[j] = true;
    for e in nodes[j].inputs() {
        d[e.input] += e.slope * d[j];
        depth_first(nodes, e.input, d, met);
    }
}

/// Breadth first; a node enters the queue once.
fn breadth_first(nodes: &[Node], out: usize) -> Vec<f64> {
    let mut d = seeded(nodes, out);
    let (mut queue, mut met) = (VecDeque::from([out]), vec![false; nodes.len()]);
    met[out] = true;
    while let Some(j) = queue.pop_front() {
        for e in nodes[j].inputs() {
            d[e.input] += e.slope * d[j];
            if !met[e.input] {
                met[e.input] = true;
                queue.push_back(e.input);
            }
        }
    }
    d
}

/// Derivatives *with respect to* one number, from the front to the end.
fn forward_mode(nodes: &[Node], from: usize) -> Vec<f64> {
    let mut t = seeded(nodes, from);
    for j in 0..nodes.len() {
        if j != from {
            t[j] = nodes[j].inputs().iter().map(|e| e.slope * t[e.input]).sum();
        }
    }
    t
}

pub(super) fn wrong() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "overwrite-grad",
            |nodes, out| sweep(nodes, out, |d, slope, upstream| *d = slope * upstream),
            "a sweep in which the last use that hands something on erases what the others have given",
            "If x changes in x·x, in how many places does it act?",
        )
        .show("x·x at x = 1.5"),
        Wrong::new(
            "forward-order",
            |nodes, out| visit(nodes, out, 0..=out),
            "a sweep from the front of the tape: only the inputs of `out` itself receive anything",
            "When node 1 hands its derivative on, who has given it one?",
        )
        .or(|nodes, out| visit(nodes, out, 0..nodes.len()))
        .show("a chain of three"),
        Wrong::new(
            "forward-mode",
            |nodes, _| forward_mode(nodes, 0),
            "forward mode: how all numbers change with one of them",
            "Your numbers say what moves if one input moves. Which question was asked?",
        )
        .or(forward_mode)
        .show("a product of two leaves"),
        Wrong::new(
            "exponential-walk",
            |nodes, out| {
                let mut d = vec![0.0; nodes.len()];
                every_path(nodes, out, 1.0, &mut d);
                d
            },
            "a walk along every path from `out` to the leaves, one by one: the numbers are right",
            "Each of 14 numbers uses the one before twice: how many paths lead to the first?",
        )
        .show("y = y + y, 14 times"),
        Wrong::new(
            "searches-readers",
            |nodes, out| {
                let mut d = seeded(nodes, out);
                for i in (0..out).rev() {
                    for j in i + 1..=out {
                        let part: f64 =
                            nodes[j].inputs().iter().filter(|e| e.input == i).map(|e| e.slope * d[j]).sum();
                        d[i] += part;
                    }
                }
                d
            },
            "a sweep in which each number asks all later ones whether they read it: the numbers are right",
            "A node knows what it reads. Who should begin the conversation?",
        )
        .or(|nodes, out| {
            let mut d = seeded(nodes, out);
            for i in (0..out).rev() {
                for j in 0..nodes.len() {
                    let part: f64 =
                        nodes[j].inputs().iter().filter(|e| e.input == i).map(|e| e.slope * d[j]).sum();
                    d[i] += part;
                }
            }
            d
        })
        .show("a chain of 400"),
        Wrong::new(
            "no-seed",
            |nodes, out| {
                nodes[..=out].iter().for_each(|n| {
                    n.inputs();
                });
                vec![0.0; nodes.len()]
            },
            "a sweep that hands on nothing but zeros",
            "If `out` itself grows by a little, by how much does `out` grow?",
        ),
        Wrong::new(
            "seeds-everything",
            |nodes, out| {
                let mut d = vec![1.0; nodes.len()];
                for j in (0..=out).rev() {
                    for e in nodes[j].inputs() {
                        d[e.input] += e.slope * d[j];
                    }
                }
                d
            },
            "the derivatives of the sum of all numbers, `out` and those before it",
            "Of which number do you know the derivative before the sweep begins?",
        )
        .or(|nodes, _| {
            let mut d = vec![1.0; nodes.len()];
            for j in (0..nodes.len()).rev() {
                for e in nodes[j].inputs() {
                    d[e.input] += e.slope * d[j];
                }
            }
            d
        }),
        Wrong::new(
            "ignores-out",
            |nodes, _| backward(nodes, nodes.len() - 1),
            "the derivatives of the last number of the tape, whichever was asked for",
            "What do you use `out` for?",
        )
        .show("out in the middle"),
        Wrong::new(
            "sweeps-from-the-end",
            |nodes, out| {
                let mut d = seeded(nodes, out);
                d[nodes.len() - 1] = 1.0;
                for j in (0..nodes.len()).rev() {
                    for e in nodes[j].inputs() {
                        d[e.input] += e.slope * d[j];
                    }
                }
                d
            },
            "the derivatives of the last number of the tape and of number `out`, added up",
            "What can a number that was computed later do to `out`?",
        )
        .show("out in the middle"),
        Wrong::new(
            "depth-first",
            |nodes, out| {
                let mut d = seeded(nodes, out);
                depth_first(nodes, out, &mut d, &mut vec![false; nodes.len()]);
                d
            },
            "a depth-first walk that marks what it has met: a number hands on what it holds when it is met first",
            "When is a number's derivative complete?",
        )
        .show("a short path and a long path"),
        Wrong::new(
            "breadth-first",
            breadth_first,
            "a breadth-first walk: a number hands on what it holds when its turn in the queue comes",
            "A number is reached by a short path and by a long one. When is its derivative complete?",
        )
        .show("a short path and a long path"),
        Wrong::new(
            "queues-again",
            |nodes, out| {
                let (mut d, mut queue) = (seeded(nodes, out), VecDeque::from([out]));
                while let Some(j) = queue.pop_front() {
                    for e in nodes[j].inputs() {
                        d[e.input] += e.slope * d[j];
                        queue.push_back(e.input);
                    }
                }
                d
            },
            "a walk that hands on all that a number holds each time somebody reaches it, the old parts once more",
            "A number has handed 3 on and now receives 2 more. What is left to be handed on?",
        )
        .or(|nodes, out| {
            fn again(nodes: &[Node], j: usize, d: &mut [f64]) {
                for e in nodes[j].inputs() {
                    d[e.input] += e.slope * d[j];
                    again(nodes, e.input, d);
                }
            }
            let mut d = seeded(nodes, out);
            again(nodes, out, &mut d);
            d
        })
        .show("a short path and a long path"),
        Wrong::new(
            "ignores-upstream",
            |nodes, out| sweep(nodes, out, |d, slope, _| *d += slope),
            "a sum of slopes: what a number does to its readers, not to `out`",
            "y changes 3 times as fast as x, and z twice as fast as y. How fast does z change with x?",
        )
        .show("a chain of three"),
        Wrong::new(
            "adds-along",
            |nodes, out| sweep(nodes, out, |d, slope, upstream| *d += slope + upstream),
            "a sweep that adds the slopes along a path",
            "y changes 3 times as fast as x, and z twice as fast as y. How fast does z change with x?",
        )
        .show("a chain of three"),
        Wrong::new(
            "ignores-slope",
            |nodes, out| sweep(nodes, out, |d, _, upstream| *d += upstream),
            "a sweep that hands on the derivative as it is: it counts the paths to `out`",
            "If y = 3·x and y grows by 1, by how much has x grown?",
        ),
        Wrong::new(
            "each-input-once",
            |nodes, out| {
                chosen(nodes, out, |edges| {
                    let mut some: Vec<Edge> = Vec::new();
                    for e in edges {
                        if some.iter().all(|s| s.input != e.input) {
                            some.push(*e);
                        }
                    }
                    some
                })
            },
            "a sweep in which a number that a node uses twice counts once",
            "x·x grows by how much if x = 1.5 grows by a little, and each of the two uses by itself?",
        )
        .or(|nodes, out| {
            chosen(nodes, out, |edges| {
                let mut some: Vec<Edge> = Vec::new();
                for e in edges {
                    some.retain(|s| s.input != e.input);
                    some.push(*e);
                }
                some
            })
        })
        .show("x·x at x = 1.5"),
        Wrong::new(
            "first-input-only",
            |nodes, out| chosen(nodes, out, |edges| edges.iter().take(1).copied().collect()),
            "a sweep that follows only the first input of each node",
            "A product has how many factors that can change?",
        )
        .show("a product of two leaves"),
        Wrong::new(
            "out-keeps-it",
            |nodes, out| visit(nodes, out, (0..out).rev()),
            "a sweep that begins below `out`: its derivative stays with itself",
            "Which values does `(0..out).rev()` take?",
        ),
        Wrong::new(
            "leaves-only",
            |nodes, out| {
                let mut d = backward(nodes, out);
                for (d, n) in d.iter_mut().zip(nodes) {
                    if !n.inputs().is_empty() {
                        *d = 0.0;
                    }
                }
                d
            },
            "derivatives for the leaves alone, which is what PyTorch keeps by default",
            "The derivative of `out` with respect to itself is what?",
        )
        .or(|nodes, out| {
            let mut d = seeded(nodes, out);
            for j in (0..=out).rev() {
                if nodes[j].inputs().is_empty() {
                    continue;
                }
                let upstream = std::mem::take(&mut d[j]);
                for e in nodes[j].inputs() {
                    d[e.input] += e.slope * upstream;
                }
            }
            d
        }),
        Wrong::new(
            "short",
            |nodes, out| {
                let mut d = backward(nodes, out);
                d.truncate(out + 1);
                d
            },
            "the derivatives with respect to the numbers up to `out`, and none for those after it",
            "How many numbers does the tape have?",
        ),
        Wrong::new(
            "averages",
            |nodes, out| {
                let mut readers = vec![0_u32; nodes.len()];
                let mut d = seeded(nodes, out);
                for n in &nodes[..=out] {
                    n.inputs().iter().for_each(|e| readers[e.input] += 1);
                }
                for j in (0..=out).rev() {
                    d[j] /= f64::from(readers[j].max(1));
                    for e in nodes[j].inputs() {
                        d[e.input] += e.slope * d[j];
                    }
                }
                d
            },
            "a sweep that takes the mean of what the readers of a number say",
            "If two readers each pass a change of 1 on to `out`, how much arrives there?",
        )
        .show("x·x at x = 1.5"),
        Wrong::new(
            "stops-at-zero",
            |nodes, out| {
                let mut d = seeded(nodes, out);
                for j in (0..=out).rev() {
                    if d[j] == 0.0 {
                        break;
                    }
                    for e in nodes[j].inputs() {
                        d[e.input] += e.slope * d[j];
                    }
                }
                d
            },
            "a sweep that ends at the first number whose derivative is 0",
            "If `out` does not depend on number 7, does that say anything about number 6?",
        )
        .show("numbers that are not used"),
        Wrong::new(
            "position-for-place",
            |nodes, out| {
                let mut d = seeded(nodes, out);
                for j in (0..=out).rev() {
                    for (k, e) in nodes[j].inputs().iter().enumerate() {
                        d[k] += e.slope * d[j];
                    }
                }
                d
            },
            "a sweep that gives the part of a node's first input to number 0, that of its second to number 1",
            "Who says which number of the tape was read?",
        )
        .show("a chain of three"),
        Wrong::new(
            "upstream-spoilt",
            |nodes, out| {
                let mut d = seeded(nodes, out);
                for j in (0..=out).rev() {
                    for e in nodes[j].inputs() {
                        d[j] *= e.slope;
                        d[e.input] += d[j];
                    }
                }
                d
            },
            "a sweep that multiplies the reader's own derivative by the slope before it hands it on",
            "After the first input has had its part, what does the second one receive?",
        )
        .or(|nodes, out| {
            let mut d = seeded(nodes, out);
            for j in (0..=out).rev() {
                let mut upstream = d[j];
                for e in nodes[j].inputs() {
                    upstream *= e.slope;
                    d[e.input] += upstream;
                }
            }
            d
        })
        .show("a product of two leaves"),
        Wrong::new(
            "tiny-stays-behind",
            |nodes, out| from_size(nodes, out, 1e-12),
            "a sweep in which very small derivatives count as 0 and are not handed on",
            "A number of 2e-150 meets a slope of 3e150: how much arrives?",
        )
        .or(|nodes, out| from_size(nodes, out, 1e-8))
        .or(|nodes, out| from_size(nodes, out, f64::EPSILON))
        .show("slopes of 1e−150 and 1e150"),
        Wrong::new(
            "doubled",
            |nodes, out| {
                chosen(nodes, out, |edges| match edges {
                    [a, b] if a.input == b.input => vec![*a, *a],
                    _ => edges.to_vec(),
                })
            },
            "a sweep that takes one slope twice where a node reads the same number twice",
            "In 2·x + 5·x, by how much does each of the two uses change the sum?",
        )
        .or(|nodes, out| {
            chosen(nodes, out, |edges| match edges {
                [a, b] if a.input == b.input => vec![*b, *b],
                _ => edges.to_vec(),
            })
        })
        .or(|nodes, out| {
            chosen(nodes, out, |edges| {
                let first = |e: &Edge| *edges.iter().find(|f| f.input == e.input).unwrap_or(e);
                edges.iter().map(first).collect()
            })
        })
        .show("2·x + 5·x"),
    ]
}
