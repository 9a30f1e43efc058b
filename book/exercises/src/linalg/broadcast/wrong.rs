//! Broadcasting as people write it.

use super::{Functions, Spec, Stretch, solution};

type Wrong = crate::spec::Wrong<Spec>;

fn right() -> Functions {
    Functions { broadcast: solution::broadcast, stretch: solution::stretch }
}

fn shapes(broadcast: fn(&[usize], &[usize]) -> Option<Vec<usize>>) -> Functions {
    Functions { broadcast, ..right() }
}

fn strides(stretch: Stretch) -> Functions {
    Functions { stretch, ..right() }
}

fn one_pair(m: usize, n: usize) -> Option<usize> {
    match (m, n) {
        (m, n) if m == n => Some(m),
        (1, n) => Some(n),
        (m, 1) => Some(m),
        _ => None,
    }
}

/// The usual walk from the right, with another rule for a pair.
fn by(a: &[usize], b: &[usize], pair: impl Fn(usize, usize) -> Option<usize>) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let length = |shape: &[usize], i: usize| if i < shape.len() { shape[shape.len() - 1 - i] } else { 1 };
    (0..rank).rev().map(|i| pair(length(a, i), length(b, i))).collect()
}

fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

fn wrong_shapes() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "left-aligned",
            shapes(|a, b| {
                let length = |shape: &[usize], i: usize| shape.get(i).copied().unwrap_or(1);
                (0..a.len().max(b.len())).map(|i| one_pair(length(a, i), length(b, i))).collect()
            }),
            "shapes that were written one below the other flush left",
            "Which axis of `[2, 3]` does the only axis of `[3]` belong to?",
        )
        .show("[2, 3] and [3]"),
        Wrong::new(
            "keeps-min-rank",
            shapes(|a, b| {
                let mut common: Vec<usize> = a
                    .iter()
                    .rev()
                    .zip(b.iter().rev())
                    .map(|(&m, &n)| one_pair(m, n))
                    .collect::<Option<_>>()?;
                common.reverse();
                Some(common)
            }),
            "a result with as many axes as the shorter shape: the leading axes of the longer one are gone",
            "When one of two iterators has ended, what does `zip` do with the rest of the other?",
        )
        .show("[2, 3] and [3]"),
        Wrong::new(
            "first-decides-the-rank",
            shapes(|a, b| {
                let shift = b.len().saturating_sub(a.len());
                let common = solution::broadcast(a, b)?;
                Some(common[shift..].to_vec())
            }),
            "a result with as many axes as the first shape",
            "What is the result if the second shape is the longer one?",
        )
        .show("[3] and [2, 3]"),
        Wrong::new(
            "same-rank-only",
            shapes(|a, b| if a.len() == b.len() { solution::broadcast(a, b) } else { None }),
            "a rule that refuses shapes with different numbers of axes",
            "A bias of shape `[3]` is added to a batch of shape `[2, 3]`: what is at the left of the 3?",
        ),
        Wrong::new(
            "maximum",
            shapes(|a, b| by(a, b, |m, n| Some(m.max(n)))),
            "the larger of two lengths, whatever they are",
            "What should become of 2 and 3?",
        ),
        Wrong::new(
            "zero-axis",
            shapes(|a, b| by(a, b, |m, n| if m == n || m == 1 || n == 1 { Some(m.max(n)) } else { None })),
            "a rule under which an axis of length 1 makes one of length 0 longer",
            "One number for each of no rows: how many numbers is that?",
        ),
        Wrong::new(
            "zero-wins",
            shapes(|a, b| by(a, b, |m, n| if m == 0 || n == 0 { Some(0) } else { one_pair(m, n) })),
            "a rule under which an axis of length 0 goes together with any other",
            "Is 3 equal to 0, or is one of them 1?",
        ),
        Wrong::new(
            "zero-refused",
            shapes(|a, b| by(a, b, |m, n| if m == 0 || n == 0 { None } else { one_pair(m, n) })),
            "a rule that refuses every axis of length 0",
            "A batch may be empty. What does the rule say about equal lengths?",
        ),
        Wrong::new(
            "second-stretches-only",
            shapes(|a, b| by(a, b, |m, n| if m == n || n == 1 { Some(m) } else { None })),
            "a rule under which only the second shape is stretched",
            "If `[4]` goes with `[1]`, what about `[1]` with `[4]`?",
        ),
        Wrong::new(
            "first-stretches-only",
            shapes(|a, b| by(a, b, |m, n| if m == n || m == 1 { Some(n) } else { None })),
            "a rule under which only the first shape is stretched",
            "If `[1]` goes with `[4]`, what about `[4]` with `[1]`?",
        ),
        Wrong::new(
            "one-mismatch-forgiven",
            shapes(|a, b| by(a, b, |m, n| Some(one_pair(m, n).unwrap_or(m)))),
            "the first shape's length wherever two lengths do not go together",
            "What should become of 2 and 3?",
        )
        .or(shapes(|a, b| by(a, b, |m, n| Some(if m == 1 { n } else { m })))),
        Wrong::new(
            "multiples",
            shapes(|a, b| {
                by(a, b, |m, n| match (m.min(n), m.max(n)) {
                    (0, 0 | 1) => Some(0),
                    (0, _) => None,
                    (s, l) if l.is_multiple_of(s) => Some(l),
                    _ => None,
                })
            }),
            "a rule that repeats a shorter axis until it is as long as the other",
            "Which single length may be stretched?",
        ),
        Wrong::new(
            "same-count",
            shapes(|a, b| {
                let count = |shape: &[usize]| shape.iter().product::<usize>();
                solution::broadcast(a, b).or_else(|| (count(a) == count(b)).then(|| a.to_vec()))
            }),
            "a rule that also accepts shapes with equally many elements",
            "Is element (0, 5) of a 4×6 matrix the same place in a 6×4 matrix?",
        ),
        Wrong::new(
            "reversed",
            shapes(|a, b| {
                let mut common = solution::broadcast(a, b)?;
                common.reverse();
                Some(common)
            }),
            "a result whose axes stand in the opposite order",
            "You walked from the right. Which axis did you write down first?",
        ),
        Wrong::new(
            "leading-ones-lost",
            shapes(|a, b| {
                let common = solution::broadcast(a, b)?;
                let ones = common.iter().take_while(|&&n| n == 1).count();
                Some(common[ones..].to_vec())
            }),
            "a result without the axes of length 1 at its left",
            "How many axes does the longer shape have?",
        )
        .show("[1, 3] and [3]"),
        Wrong::new(
            "numbers-refused",
            shapes(|a, b| if a.is_empty() || b.is_empty() { None } else { solution::broadcast(a, b) }),
            "a rule under which a single number goes with nothing",
            "What does `x + 1.0` do to a tensor?",
        )
        .or(shapes(|a, b| if a.is_empty() == b.is_empty() { solution::broadcast(a, b) } else { None }))
        .show("a single number and [2, 3]"),
        Wrong::new(
            "either-side",
            shapes(|a, b| {
                let length = |shape: &[usize], i: usize| shape.get(i).copied().unwrap_or(1);
                let left = || (0..a.len().max(b.len())).map(|i| one_pair(length(a, i), length(b, i))).collect();
                solution::broadcast(a, b).or_else(left)
            }),
            "a rule that tries the other side where the shapes do not go together on the right",
            "A 3×3 table and a row of 3: how would a reader know which of the two sides it was?",
        ),
        Wrong::new(
            "squeezed",
            shapes(|a, b| {
                let squeeze = |shape: &[usize]| shape.iter().copied().filter(|&n| n != 1).collect::<Vec<_>>();
                let (x, y) = (squeeze(a), squeeze(b));
                if x == y {
                    return Some(if a.len() >= b.len() { a.to_vec() } else { b.to_vec() });
                }
                solution::broadcast(a, b)
            }),
            "a rule under which two shapes are the same if they are so without their axes of length 1",
            "A column of 5 and a row of 5: is every element of the one the partner of one element of the other?",
        )
        .show("[5, 1] and [5]"),
        Wrong::new(
            "last-pair-decides",
            shapes(|a, b| {
                if let (Some(&m), Some(&n)) = (a.last(), b.last()) {
                    one_pair(m, n)?;
                }
                by(a, b, |m, n| Some(one_pair(m, n).unwrap_or(m.max(n))))
            }),
            "a rule that looks only at the last pair of lengths",
            "`[2, 3, 4]` and `[5, 3, 4]`: which pair did you not look at?",
        ),
    ]
}

fn wrong_strides() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "as-if-copied",
            strides(|_, _, to| row_major(to)),
            "the strides of a fresh tensor of the new shape: they lead beyond the numbers that there are",
            "After a step along the stretched axis, where should you be?",
        )
        .show("a row as three"),
        Wrong::new(
            "ones-keep-their-stride",
            strides(|shape, strides, to| {
                let missing = to.len() - shape.len();
                [vec![0; missing], strides.to_vec()].concat()
            }),
            "strides of 0 for the axes that are new, and the old ones for those that were stretched",
            "A column is read as five columns. How far is it from one to the next?",
        )
        .show("a column as five"),
        Wrong::new(
            "strides-left-aligned",
            strides(|shape, strides, to| {
                (0..to.len())
                    .map(|axis| match shape.get(axis) {
                        Some(&n) if n == to[axis] => strides[axis],
                        _ => 0,
                    })
                    .collect()
            }),
            "strides that were aligned at the left",
            "Which axis of `[3, 4]` does the only axis of `[4]` belong to?",
        )
        .or(strides(|shape, strides, to| {
            let mut all = strides.to_vec();
            all.resize(to.len(), 0);
            for (stride, n) in all.iter_mut().zip(shape) {
                if *n == 1 {
                    *stride = 0;
                }
            }
            all
        }))
        .show("a row as three"),
        Wrong::new(
            "assumes-row-after-row",
            strides(|shape, _, to| solution::stretch(shape, &row_major(shape), to)),
            "strides that were worked out from the shape alone",
            "The tensor may be transposed already, or a part of another. Which argument says so?",
        )
        .show("a transposed matrix as two"),
        Wrong::new(
            "shape-not-extended",
            strides(|shape, strides, to| {
                let missing = to.len() - shape.len();
                (0..shape.len()).map(|a| if shape[a] == to[a + missing] { strides[a] } else { 0 }).collect()
            }),
            "strides for the old axes alone",
            "How many axes does the result have?",
        ),
        Wrong::new(
            "all-zero",
            strides(|_, _, to| vec![0; to.len()]),
            "strides of 0 on every axis: the first number, everywhere",
            "Which axes were not stretched?",
        ),
        Wrong::new(
            "ones-for-zeros",
            strides(|shape, strides, to| {
                let missing = to.len() - shape.len();
                (0..to.len())
                    .map(|axis| match axis.checked_sub(missing) {
                        Some(a) if shape[a] == to[axis] => strides[a],
                        _ => 1,
                    })
                    .collect()
            }),
            "strides of 1 for the stretched axes",
            "Along a stretched axis, is the next number another one?",
        )
        .show("a column as five"),
        Wrong::new(
            "inside-out",
            strides(|shape, strides, to| solution::stretch(shape, strides, to).into_iter().rev().collect()),
            "strides in the opposite order",
            "You walked from the right. Which axis did you write down first?",
        ),
        Wrong::new(
            "matched-by-length",
            strides(|shape, strides, to| {
                let mut from = 0;
                let mut all = vec![0; to.len()];
                for (&n, &stride) in shape.iter().zip(strides) {
                    if let Some(at) = (from..to.len()).find(|&axis| to[axis] == n) {
                        all[at] = stride;
                        from = at + 1;
                    }
                }
                all
            }),
            "strides that went to the first axis of the right length, from the left",
            "`[3, 3]` is read as `[3, 3, 3]`. Which of the three axes is the new one?",
        )
        .show("[3, 3] as [3, 3, 3]"),
        Wrong::new(
            "zeros-inherited",
            strides(|shape, strides, to| {
                let missing = to.len() - shape.len();
                let fresh = row_major(shape);
                (0..to.len())
                    .map(|axis| match axis.checked_sub(missing) {
                        Some(a) if shape[a] == to[axis] && strides[a] == 0 => fresh[a],
                        Some(a) if shape[a] == to[axis] => strides[a],
                        _ => 0,
                    })
                    .collect()
            }),
            "strides in which a 0 that was there before is taken for a stride that is missing",
            "Something that was stretched once may be stretched again. What did its stride of 0 mean?",
        )
        .show("a row that is shown again"),
    ]
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = wrong_shapes();
    all.extend(wrong_strides());
    all
}
