//! Ways back through residual networks that people write.

use super::{Block, Spec};
use linalg::Mat;

type Wrong = crate::spec::Wrong<Spec>;

fn times(w: &Mat, x: &[f64]) -> Vec<f64> {
    (0..w.rows()).map(|i| w.row(i).iter().zip(x).map(|(w, x)| w * x).sum()).collect()
}

fn transposed_times(w: &Mat, d: &[f64]) -> Vec<f64> {
    let mut g = vec![0.0; w.cols()];
    for i in 0..w.rows() {
        g.iter_mut().zip(w.row(i)).for_each(|(g, w)| *g += d[i] * w);
    }
    g
}

fn tanh(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.tanh()).collect()
}

/// a + s·b.
fn plus(a: &[f64], s: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + s * b).collect()
}

/// What each block was given, and behind the last one what came out.
fn forward(blocks: &[Block], x: &[f64]) -> Vec<Vec<f64>> {
    let mut h = vec![x.to_vec()];
    for b in blocks {
        let last = &h[h.len() - 1];
        let next = plus(last, b.scale, &times(&b.v, &tanh(&times(&b.u, last))));
        h.push(next);
    }
    h
}

/// scale·Uᵀ·(slope ∘ Vᵀ·g), with the slopes for the sums z = U·h.
fn branch(b: &Block, h: &[f64], g: &[f64], slope: impl Fn(f64) -> f64) -> Vec<f64> {
    let z = times(&b.u, h);
    let d: Vec<f64> =
        transposed_times(&b.v, g).iter().zip(&z).map(|(d, &z)| b.scale * d * slope(z)).collect();
    transposed_times(&b.u, &d)
}

fn usual(z: f64) -> f64 {
    1.0 - z.tanh().powi(2)
}

/// From the last block to the first: `step` makes the gradient in front of a block from block, its input, and the gradient behind it.
fn back(
    blocks: &[Block],
    x: &[f64],
    cotangent: &[f64],
    step: impl Fn(&Block, &[f64], &[f64]) -> Vec<f64>,
) -> Vec<f64> {
    let h = forward(blocks, x);
    blocks.iter().zip(&h).rev().fold(cotangent.to_vec(), |g, (b, h)| step(b, h, &g))
}

/// The right way back with other slopes.
fn sloped(blocks: &[Block], x: &[f64], c: &[f64], slope: impl Fn(f64) -> f64) -> Vec<f64> {
    back(blocks, x, c, |b, h, g| plus(g, 1.0, &branch(b, h, g, &slope)))
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = paths();
    all.extend(branches());
    all
}

/// What happens to the two paths.
fn paths() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "branch-alone",
            |blocks, x, c| back(blocks, x, c, |b, h, g| branch(b, h, g, usual)),
            "the gradient that came through the branches, and through nothing else",
            "If a branch is silent, V = 0: what does the loss do when h moves?",
        ),
        Wrong::new(
            "around-alone",
            |_, _, c| c.to_vec(),
            "the cotangent, as it was",
            "h moves a little: does the branch notice?",
        ),
        Wrong::new(
            "around-twice",
            |blocks, x, c| back(blocks, x, c, |b, h, g| plus(g, 1.0, &plus(g, 1.0, &branch(b, h, g, usual)))),
            "a gradient that takes the way around twice",
            "If a branch is silent, V = 0: by what does your block multiply the gradient?",
        )
        .show("branches that are silent"),
        Wrong::new(
            "through-twice",
            |blocks, x, c| back(blocks, x, c, |b, h, g| plus(g, 2.0, &branch(b, h, g, usual))),
            "a gradient that takes the way through the branch twice",
            "How often does h enter the branch?",
        ),
        Wrong::new(
            "averaged",
            |blocks, x, c| {
                back(blocks, x, c, |b, h, g| {
                    plus(g, 1.0, &branch(b, h, g, usual)).iter().map(|g| 0.5 * g).collect()
                })
            },
            "the mean of the two ways",
            "Forward the two are added. Where does your factor come from?",
        ),
        Wrong::new(
            "subtracted",
            |blocks, x, c| back(blocks, x, c, |b, h, g| plus(g, -1.0, &branch(b, h, g, usual))),
            "the way around less the way through",
            "Forward the branch is added. What is the slope of a sum?",
        ),
        Wrong::new(
            "around-all-at-once",
            |blocks, x, c| plus(c, 1.0, &back(blocks, x, c, |b, h, g| branch(b, h, g, usual))),
            "one way around the whole network, and one through all branches",
            "With two blocks: can a gradient go around the one and through the other?",
        )
        .show("two blocks"),
        Wrong::new(
            "branches-side-by-side",
            |blocks, x, c| {
                let h = forward(blocks, x);
                blocks.iter().zip(&h).fold(c.to_vec(), |g, (b, h)| plus(&g, 1.0, &branch(b, h, c, usual)))
            },
            "the cotangent, and what each branch makes of it on its own",
            "With two blocks: does the first branch not feed the second one?",
        )
        .show("two blocks"),
        Wrong::new(
            "first-block-skipped",
            |blocks, x, c| {
                let h = forward(blocks, x);
                blocks
                    .iter()
                    .zip(&h)
                    .skip(1)
                    .rev()
                    .fold(c.to_vec(), |g, (b, h)| plus(&g, 1.0, &branch(b, h, &g, usual)))
            },
            "the gradient behind the first block",
            "How many blocks does your way back pass, if there is one?",
        ),
        Wrong::new(
            "last-block-skipped",
            |blocks, x, c| {
                let (h, last) = (forward(blocks, x), blocks.len().saturating_sub(1));
                let all = blocks[..last].iter().zip(&h).rev();
                all.fold(c.to_vec(), |g, (b, h)| plus(&g, 1.0, &branch(b, h, &g, usual)))
            },
            "a way back that begins behind the last block but one",
            "Behind which block does the cotangent stand?",
        )
        .show("two blocks"),
        Wrong::new(
            "opposite",
            |blocks, x, c| sloped(blocks, x, c, usual).iter().map(|g| -g).collect(),
            "the gradient with its sign turned round",
            "Without any block: what is your gradient, and what is the cotangent?",
        ),
        Wrong::new(
            "first-block-first",
            |blocks, x, c| {
                let h = forward(blocks, x);
                blocks.iter().zip(&h).fold(c.to_vec(), |g, (b, h)| plus(&g, 1.0, &branch(b, h, &g, usual)))
            },
            "a way back that meets the first block first",
            "The loss stands behind the last block. Which block does its gradient meet first?",
        )
        .show("two blocks"),
        Wrong::new(
            "in-place",
            |blocks, x, c| {
                back(blocks, x, c, |b, h, g| {
                    // each element is updated from a g of which the elements before it have been updated
                    let z = times(&b.u, h);
                    let mut g = g.to_vec();
                    for j in 0..g.len() {
                        let behind = transposed_times(&b.v, &g);
                        let add: f64 =
                            (0..z.len()).map(|k| b.scale * behind[k] * usual(z[k]) * b.u[[k, j]]).sum();
                        g[j] += add;
                    }
                    g
                })
            },
            "a gradient that is read again while it is being written",
            "When the second element is computed, which first element does it see?",
        )
        .or(|blocks, x, c| {
            back(blocks, x, c, |b, h, g| {
                // hidden unit by hidden unit
                let z = times(&b.u, h);
                let mut g = g.to_vec();
                for k in 0..z.len() {
                    let behind: f64 = (0..g.len()).map(|i| b.v[[i, k]] * g[i]).sum();
                    let d = b.scale * behind * usual(z[k]);
                    g.iter_mut().zip(b.u.row(k)).for_each(|(g, u)| *g += d * u);
                }
                g
            })
        })
        .show("one block"),
        Wrong::new(
            "forward-derivative",
            |blocks, x, c| {
                let h = forward(blocks, x);
                blocks.iter().zip(&h).fold(c.to_vec(), |d, (b, h)| {
                    let z = times(&b.u, h);
                    let inner: Vec<f64> =
                        times(&b.u, &d).iter().zip(&z).map(|(d, &z)| d * usual(z)).collect();
                    plus(&d, b.scale, &times(&b.v, &inner))
                })
            },
            "how the output moves when x moves along the cotangent",
            "Does the cotangent stand in front of the first block, or behind the last?",
        )
        .or(|blocks, x, c| {
            back(blocks, x, c, |b, h, g| {
                let z = times(&b.u, h);
                let inner: Vec<f64> = times(&b.u, g).iter().zip(&z).map(|(d, &z)| d * usual(z)).collect();
                plus(g, b.scale, &times(&b.v, &inner))
            })
        }),
    ]
}

/// What happens within a branch.
fn branches() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "no-slope",
            |blocks, x, c| sloped(blocks, x, c, |_| 1.0),
            "a way back through both matrices and no tanh",
            "What stands between U and V?",
        ),
        Wrong::new(
            "one-minus-z-squared",
            |blocks, x, c| sloped(blocks, x, c, |z| 1.0 - z * z),
            "a way back with 1 − z² for the slope of tanh z",
            "The slope of a tanh is never negative. What is yours at z = 2?",
        ),
        Wrong::new(
            "tanh-squared",
            |blocks, x, c| sloped(blocks, x, c, |z| z.tanh().powi(2)),
            "a way back with tanh² z for the slope of tanh z",
            "How steep is tanh at 0, and how steep is yours?",
        ),
        Wrong::new(
            "slope-of-the-slope",
            |blocks, x, c| sloped(blocks, x, c, |z| usual(z.tanh())),
            "a way back with the slope taken at tanh z",
            "At which number does the forward pass evaluate the tanh?",
        ),
        Wrong::new(
            "one-minus-tanh",
            |blocks, x, c| sloped(blocks, x, c, |z| 1.0 - z.tanh()),
            "a way back with 1 − tanh z for the slope of tanh z",
            "tanh is as steep at −1 as at 1. Is your slope?",
        ),
        Wrong::new(
            "scale-forgotten",
            |blocks, x, c| {
                back(blocks, x, c, |b, h, g| {
                    plus(g, 1.0, &branch(&Block { scale: 1.0, ..b.clone() }, h, g, usual))
                })
            },
            "a way back on which every branch has the scale 1",
            "What is your gradient when the scale is 0?",
        )
        .show("one block of half the size"),
        Wrong::new(
            "scale-twice",
            |blocks, x, c| back(blocks, x, c, |b, h, g| plus(g, b.scale, &branch(b, h, g, usual))),
            "a way back on which a branch is scaled at its end and at its beginning",
            "How often is the branch multiplied by its scale on the way forward?",
        )
        .show("one block of half the size"),
        Wrong::new(
            "scale-forgotten-forward",
            |blocks, x, c| {
                let plain: Vec<Block> = blocks.iter().map(|b| Block { scale: 1.0, ..b.clone() }).collect();
                let h = forward(&plain, x);
                blocks
                    .iter()
                    .zip(&h)
                    .rev()
                    .fold(c.to_vec(), |g, (b, h)| plus(&g, 1.0, &branch(b, h, &g, usual)))
            },
            "slopes from a forward pass in which every branch has the scale 1",
            "What was the second block given, if the first one has the scale 0.5?",
        )
        .show("blocks of different scale"),
        Wrong::new(
            "scales-everything",
            |blocks, x, c| {
                back(blocks, x, c, |b, h, g| {
                    let one = branch(&Block { scale: 1.0, ..b.clone() }, h, g, usual);
                    plus(g, 1.0, &one).iter().map(|g| b.scale * g).collect()
                })
            },
            "a way back on which the scale multiplies the way around as well",
            "What is your gradient when the scale is 0, and what is h then?",
        )
        .show("one block of half the size"),
        Wrong::new(
            "all-at-the-input",
            |blocks, x, c| back(blocks, x, c, |b, _, g| plus(g, 1.0, &branch(b, x, g, usual))),
            "a way back whose slopes were all taken at x",
            "What was the second block given: x?",
        )
        .show("two blocks"),
        Wrong::new(
            "slopes-behind",
            |blocks, x, c| {
                let h = forward(blocks, x);
                blocks
                    .iter()
                    .zip(&h[1..])
                    .rev()
                    .fold(c.to_vec(), |g, (b, h)| plus(&g, 1.0, &branch(b, h, &g, usual)))
            },
            "a way back whose slopes were taken at what came out of each block",
            "Which h did U multiply on the way forward: the one before the sum, or the one after it?",
        ),
        Wrong::new(
            "forward-without-sum",
            |blocks, x, c| {
                let mut h = vec![x.to_vec()];
                for b in blocks {
                    let next = times(&b.v, &tanh(&times(&b.u, &h[h.len() - 1])));
                    h.push(next.iter().map(|n| b.scale * n).collect());
                }
                blocks
                    .iter()
                    .zip(&h)
                    .rev()
                    .fold(c.to_vec(), |g, (b, h)| plus(&g, 1.0, &branch(b, h, &g, usual)))
            },
            "slopes from a forward pass that replaced h where it should add to it",
            "After one silent block, V = 0: what is your h?",
        )
        .show("two blocks"),
        Wrong::new(
            "same-slopes-for-all",
            |blocks, x, c| {
                // one list that each block overwrites: the last one's inputs are left
                let h = forward(blocks, x);
                let last = if blocks.is_empty() { &h[0] } else { &h[blocks.len() - 1] };
                blocks.iter().rev().fold(c.to_vec(), |g, b| plus(&g, 1.0, &branch(b, last, &g, usual)))
            },
            "a way back whose slopes were all taken where the last block was",
            "How many vectors does your forward pass keep?",
        )
        .show("two blocks"),
        Wrong::new(
            "ones",
            |blocks, x, c| sloped(blocks, x, &vec![1.0; c.len()], usual),
            "the gradient of the sum of all outputs",
            "Does your gradient change when the cotangent does?",
        ),
    ]
}

/// Other careful people.
#[cfg(test)]
mod tests {
    use super::super::solution;
    use super::*;
    use crate::judge::{Passing, apart};
    use crate::observe::trace;
    use crate::spec::Exercise;

    fn passes(what: &str, subject: <Spec as Exercise>::Subject) {
        let reference = trace::<Spec>(&(crate::residual!(solution) as <Spec as Exercise>::Subject));
        assert!(apart::<Passing>(&reference, &trace::<Spec>(&subject)) <= 1.0, "{what}");
    }

    #[test]
    fn other_right_ways_pass() {
        passes("through and around", |blocks, x, c| sloped(blocks, x, c, usual));
        passes("the slope of tanh as 1/cosh²", |blocks, x, c| sloped(blocks, x, c, |z| z.cosh().powi(-2)));
        passes("whole Jacobians, multiplied from the left", |blocks, x, c| {
            back(blocks, x, c, |b, h, g| {
                let z = times(&b.u, h);
                let j = Mat::from_fn(h.len(), h.len(), |i, j| {
                    let through: f64 = (0..z.len()).map(|k| b.v[[i, k]] * usual(z[k]) * b.u[[k, j]]).sum();
                    f64::from(u8::from(i == j)) + b.scale * through
                });
                transposed_times(&j, g)
            })
        });
    }
}
