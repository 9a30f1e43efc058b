//! Layouts that people compute, and addresses that they read.

use super::{Functions, Layout, Spec, solution};

type Wrong = crate::spec::Wrong<Spec>;

fn right() -> Functions {
    crate::strides!(solution)
}

/// A way of finding an element: which indices are inside, and where they lie.
trait Reader {
    fn inside(v: Layout, i: usize, j: usize) -> bool {
        i < v.shape[0] && j < v.shape[1]
    }
    fn address(v: Layout, i: usize, j: usize) -> usize {
        v.offset + i * v.strides[0] + j * v.strides[1]
    }
}

fn at<R: Reader>(data: &[f64], v: Layout, i: usize, j: usize) -> Option<f64> {
    R::inside(v, i, j).then(|| data[R::address(v, i, j)])
}

fn get<R: Reader>(data: &[f64], v: Layout, i: usize, j: usize) -> Option<f64> {
    if R::inside(v, i, j) { data.get(R::address(v, i, j)).copied() } else { None }
}

fn indices(v: Layout) -> impl Iterator<Item = (usize, usize)> {
    (0..v.shape[0]).flat_map(move |i| (0..v.shape[1]).map(move |j| (i, j)))
}

fn sum_at<R: Reader>(data: &[f64], v: Layout) -> f64 {
    indices(v).map(|(i, j)| at::<R>(data, v, i, j).unwrap()).sum()
}

fn sum_get<R: Reader>(data: &[f64], v: Layout) -> f64 {
    indices(v).filter_map(|(i, j)| get::<R>(data, v, i, j)).sum()
}

/// One way of finding elements, in different company: `data[…]` or `data.get(…)`, and a sum that shares it or does not.
fn family<R: Reader>(wrong: Wrong) -> Wrong {
    wrong
        .or(Functions { at: at::<R>, ..right() })
        .or(Functions { at: get::<R>, ..right() })
        .or(Functions { at: get::<R>, sum: sum_at::<R>, ..right() })
        .or(Functions { at: get::<R>, sum: sum_get::<R>, ..right() })
}

/// What a file does whose `at` and `sum` find elements in this way.
fn reads<R: Reader>() -> Functions {
    Functions { at: at::<R>, sum: sum_at::<R>, ..right() }
}

struct RowLength;
impl Reader for RowLength {
    fn address(v: Layout, i: usize, j: usize) -> usize {
        v.offset + i * v.shape[1] + j
    }
}

struct NextColumn;
impl Reader for NextColumn {
    fn address(v: Layout, i: usize, j: usize) -> usize {
        v.offset + i * v.strides[0] + j
    }
}

struct FromTheStart;
impl Reader for FromTheStart {
    fn address(v: Layout, i: usize, j: usize) -> usize {
        i * v.strides[0] + j * v.strides[1]
    }
}

struct Exchanged;
impl Reader for Exchanged {
    fn address(v: Layout, i: usize, j: usize) -> usize {
        v.offset + i * v.strides[1] + j * v.strides[0]
    }
}

struct BoundsExchanged;
impl Reader for BoundsExchanged {
    fn inside(v: Layout, i: usize, j: usize) -> bool {
        i < v.shape[1] && j < v.shape[0]
    }
}

struct EndIncluded;
impl Reader for EndIncluded {
    fn inside(v: Layout, i: usize, j: usize) -> bool {
        i <= v.shape[0] && j <= v.shape[1]
    }
}

struct Unbounded;
impl Reader for Unbounded {
    fn inside(_: Layout, _: usize, _: usize) -> bool {
        true
    }
}

struct RowsUnbounded;
impl Reader for RowsUnbounded {
    fn inside(v: Layout, _: usize, j: usize) -> bool {
        j < v.shape[1]
    }
}

struct ColumnsUnbounded;
impl Reader for ColumnsUnbounded {
    fn inside(v: Layout, i: usize, _: usize) -> bool {
        i < v.shape[0]
    }
}

/// Row-major strides for whatever shape there is now.
fn packed(v: Layout) -> Layout {
    Layout { strides: [v.shape[1], 1], ..v }
}

pub(super) fn wrong() -> Vec<Wrong> {
    let mut all = layouts();
    all.extend(readers());
    all
}

fn layouts() -> Vec<Wrong> {
    vec![
        Wrong::new(
            "col-major",
            Functions {
                row_major: |rows, cols| Layout { shape: [rows, cols], strides: [1, rows], offset: 0 },
                ..right()
            },
            "a fresh matrix that lies column after column, as in Fortran",
            "After element (0, 0), which element comes next in memory?",
        ),
        Wrong::new(
            "rows-for-cols",
            Functions {
                row_major: |rows, cols| Layout { shape: [rows, cols], strides: [rows, 1], offset: 0 },
                ..right()
            },
            "a fresh matrix whose rows are as far apart as there are rows",
            "A row holds how many numbers?",
        )
        .show("2×3, fresh"),
        Wrong::new(
            "empty-as-one",
            Functions {
                row_major: |rows, cols| Layout { shape: [rows, cols], strides: [cols.max(1), 1], offset: 0 },
                ..right()
            },
            "a fresh matrix in which rows of no numbers still lie one number apart, as NumPy has it",
            "What does the task say about an axis of length 0?",
        )
        .show("3×0"),
        Wrong::new(
            "strides-reversed",
            Functions {
                row_major: |rows, cols| Layout { shape: [rows, cols], strides: [1, cols], offset: 0 },
                ..right()
            },
            "a fresh matrix with the stride of its rows in the place of the other one",
            "Which of the two strides takes you one row down?",
        ),
        Wrong::new(
            "shape-only",
            Functions { transpose: |v| Layout { shape: [v.shape[1], v.shape[0]], ..v }, ..right() },
            "a transpose that exchanges the lengths of the axes and steps through memory as before",
            "In the new matrix, how far in memory is one step down?",
        ),
        Wrong::new(
            "strides-only",
            Functions { transpose: |v| Layout { strides: [v.strides[1], v.strides[0]], ..v }, ..right() },
            "a transpose that exchanges the strides and keeps the shape",
            "How many rows does the transpose of a 2×3 matrix have?",
        ),
        Wrong::new(
            "reshaped",
            Functions { transpose: |v| packed(Layout { shape: [v.shape[1], v.shape[0]], ..v }), ..right() },
            "a reshape: the numbers in their old order, cut into rows of another length",
            "Which number stands below the first one in the transpose, and where does it lie?",
        ),
        Wrong::new(
            "unit-stride",
            Functions {
                transpose: |v| Layout {
                    shape: [v.shape[1], v.shape[0]],
                    strides: [1, v.shape[1]],
                    offset: v.offset,
                },
                ..right()
            },
            "a transpose that is right only for a matrix that lies row after row",
            "What are the strides of a matrix that has been transposed twice?",
        )
        .show("a 3×4 matrix, transposed"),
        Wrong::new(
            "offset-lost",
            Functions { transpose: |v| Layout { offset: 0, ..solution::transpose(v) }, ..right() },
            "a transpose that begins at the start of the slice",
            "Element (0, 0) stays where it is in a transpose. Where is that?",
        )
        .show("rows 2 to 4 of 6×3"),
        Wrong::new(
            "always-the-first",
            Functions { rows: |v, from, to| Layout { shape: [to - from, v.shape[1]], ..v }, ..right() },
            "a slice with the right number of rows that always begins at row 0",
            "Where in memory does row `from` begin?",
        ),
        Wrong::new(
            "rows-as-numbers",
            Functions {
                rows: |v, from, to| Layout { offset: v.offset + from, ..solution::rows(v, from, to) },
                ..right()
            },
            "a slice that begins `from` numbers further on",
            "How many numbers lie between the beginnings of two rows?",
        ),
        Wrong::new(
            "rows-of-cols",
            Functions {
                rows: |v, from, to| Layout {
                    offset: v.offset + from * v.shape[1],
                    ..solution::rows(v, from, to)
                },
                ..right()
            },
            "a slice that is right only where a row ends where the next one begins",
            "Which of the five numbers says how far the next row is?",
        )
        .show("columns 1 and 2 of 3×5"),
        Wrong::new(
            "column-stride",
            Functions {
                rows: |v, from, to| Layout {
                    offset: v.offset + from * v.strides[1],
                    ..solution::rows(v, from, to)
                },
                ..right()
            },
            "a slice that begins `from` columns further on",
            "Which of the two strides takes you one row down?",
        )
        .show("every second column of 4×7"),
        Wrong::new(
            "offset-replaced",
            Functions {
                rows: |v, from, to| Layout { offset: from * v.strides[0], ..solution::rows(v, from, to) },
                ..right()
            },
            "a slice that is right only if the matrix begins at the start of the slice",
            "The matrix may itself be a slice of another one: where does its row 0 begin?",
        )
        .show("rows 2 to 4 of 6×3"),
        Wrong::new(
            "end-included",
            Functions {
                rows: |v, from, to| Layout {
                    shape: [to - from + 1, v.shape[1]],
                    ..solution::rows(v, from, to)
                },
                ..right()
            },
            "a slice that includes the row `to`",
            "How many rows should there be if `from` and `to` are equal?",
        ),
        Wrong::new(
            "end-as-length",
            Functions {
                rows: |v, from, to| Layout { shape: [to, v.shape[1]], ..solution::rows(v, from, to) },
                ..right()
            },
            "a slice of `to` rows",
            "How many rows lie from row 2 up to but without row 5?",
        ),
        Wrong::new(
            "rows-repacked",
            Functions { rows: |v, from, to| packed(solution::rows(v, from, to)), ..right() },
            "a slice that begins at the right place and then steps as if it were a fresh matrix",
            "Taking fewer rows, does the next row come nearer?",
        )
        .show("columns 1 and 2 of 3×5"),
    ]
}

fn readers() -> Vec<Wrong> {
    vec![
        family::<RowLength>(
            Wrong::new(
                "shape-for-strides",
                reads::<RowLength>(),
                "an `at` that goes one row length further for each row: right only where the numbers lie row after row",
                "In a transposed matrix, how far is it to the next column?",
            )
            .show("a 3×4 matrix, transposed"),
        ),
        family::<NextColumn>(
            Wrong::new(
                "next-number",
                reads::<NextColumn>(),
                "an `at` for which the next column is always the next number",
                "Which of the two strides did you never look at?",
            )
            .show("every second column of 4×7"),
        ),
        family::<FromTheStart>(
            Wrong::new(
                "from-the-start",
                reads::<FromTheStart>(),
                "an `at` that counts from the beginning of the slice",
                "Where does element (0, 0) of a part of a matrix lie?",
            )
            .show("rows 2 to 4 of 6×3"),
        ),
        family::<Exchanged>(
            Wrong::new(
                "strides-exchanged",
                reads::<Exchanged>(),
                "an `at` that takes the column stride for a step down",
                "Which stride belongs to i?",
            )
            .show("3×3, fresh"),
        ),
        family::<BoundsExchanged>(Wrong::new(
            "bounds-exchanged",
            reads::<BoundsExchanged>(),
            "an `at` that compares i with the number of columns: right for square matrices alone",
            "The largest i of a 2×3 matrix is what?",
        )),
        family::<EndIncluded>(Wrong::new(
            "one-too-many",
            reads::<EndIncluded>(),
            "an `at` that also answers for one row and one column beyond the last",
            "A matrix with 3 columns has a column 3?",
        )),
        family::<Unbounded>(Wrong::new(
            "any-address",
            reads::<Unbounded>(),
            "an `at` that gives a number wherever the slice has one",
            "Beyond the end of row 0 there is a number. Does it belong to row 0?",
        )),
        family::<RowsUnbounded>(Wrong::new(
            "rows-unbounded",
            reads::<RowsUnbounded>(),
            "an `at` that checks the column and not the row",
            "If the matrix is a part of a larger one, what lies below its last row?",
        )),
        family::<ColumnsUnbounded>(Wrong::new(
            "columns-unbounded",
            reads::<ColumnsUnbounded>(),
            "an `at` that checks the row and not the column",
            "Beyond the end of row 0 there is a number. Does it belong to row 0?",
        )),
        Wrong::new(
            "assumes-contiguous",
            Functions {
                sum: |data, v| data[v.offset..v.offset + v.shape[0] * v.shape[1]].iter().sum(),
                ..right()
            },
            "a sum over a stretch of memory as long as the matrix has elements",
            "After the last element of a row, is the next place in memory always the next row's?",
        )
        .or(Functions {
            sum: |data, v| data.iter().skip(v.offset).take(v.shape[0] * v.shape[1]).sum(),
            ..right()
        })
        .or(Functions { sum: |data, v| data.iter().take(v.shape[0] * v.shape[1]).sum(), ..right() })
        .show("columns 1 and 2 of 3×5"),
        Wrong::new(
            "sums-the-slice",
            Functions { sum: |data, _| data.iter().sum(), ..right() },
            "a sum of everything in the slice",
            "Do all numbers of the slice belong to the matrix?",
        )
        .or(Functions { sum: |data, v| data[v.offset..].iter().sum(), ..right() })
        .show("rows 2 to 4 of 6×3"),
        Wrong::new(
            "copied",
            Functions {
                sum: |data, v| {
                    let fresh: Vec<f64> =
                        indices(v).filter_map(|(i, j)| solution::at(data, v, i, j)).collect();
                    fresh.iter().sum()
                },
                ..right()
            },
            "a sum that first copies the matrix into fresh memory",
            "After the sum is known, who still needs the copy?",
        )
        .or(Functions {
            sum: |data, v| {
                let all = data.to_vec();
                solution::sum(&all, v)
            },
            ..right()
        })
        .or(Functions {
            sum: |data, v| {
                let mut fresh = Vec::with_capacity(v.shape[0] * v.shape[1]);
                fresh.extend(indices(v).filter_map(|(i, j)| solution::at(data, v, i, j)));
                fresh.iter().sum()
            },
            ..right()
        })
        .show("29×31 in 32×33, transposed"),
        Wrong::new(
            "row-slices",
            Functions {
                sum: |data, v| {
                    (0..v.shape[0])
                        .map(|i| {
                            let start = v.offset + i * v.strides[0];
                            data[start..start + v.shape[1]].iter().sum::<f64>()
                        })
                        .sum()
                },
                ..right()
            },
            "a sum that finds each row where it begins and then takes the numbers side by side",
            "In a transposed matrix, what lies beside the first element of a row?",
        )
        .or(Functions {
            sum: |data, v| {
                let row = |i| data.iter().skip(v.offset + i * v.strides[0]).take(v.shape[1]);
                (0..v.shape[0]).map(|i| row(i).sum::<f64>()).sum()
            },
            ..right()
        })
        .show("every second column of 4×7"),
        Wrong::new(
            "hasty-shortcut",
            Functions {
                sum: |data, v| {
                    if v.strides[0] == v.shape[1] {
                        data[v.offset..v.offset + v.shape[0] * v.shape[1]].iter().sum()
                    } else {
                        solution::sum(data, v)
                    }
                },
                ..right()
            },
            "a sum with a shortcut for matrices without gaps, which is taken by others as well",
            "Which of the five numbers did you look at before you took the shortcut, and which not?",
        )
        .or(Functions {
            sum: |data, v| {
                if v.strides[1] == 1 {
                    data.iter().skip(v.offset).take(v.shape[0] * v.shape[1]).sum()
                } else {
                    solution::sum(data, v)
                }
            },
            ..right()
        })
        .show("column 0 of 3×2, shown twice"),
        Wrong::new(
            "one-stride",
            Functions {
                sum: |data, v| {
                    let step = v.strides[1].max(1);
                    data.iter().skip(v.offset).step_by(step).take(v.shape[0] * v.shape[1]).sum()
                },
                ..right()
            },
            "a sum that goes on by the column stride, from the first element to the last",
            "At the end of a row, how far is it to the beginning of the next one?",
        )
        .show("columns 1 and 2 of 3×5"),
    ]
}
