//! **strides**: transposing and slicing without moving a number. Chapter: *Tensors and matmul*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};
use linalg::Mat;

/// How the numbers of a slice are read as a matrix: element (i, j) lies at
/// `data[offset + i·strides[0] + j·strides[1]]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How many rows, how many columns.
    pub shape: [usize; 2],
    /// How many numbers further the next row is, and the next column.
    pub strides: [usize; 2],
    /// Where the element (0, 0) lies.
    pub offset: usize,
}

/// What the learner's file holds.
#[derive(Clone, Copy)]
pub struct Functions {
    /// The layout of a fresh matrix.
    pub row_major: fn(usize, usize) -> Layout,
    /// One element.
    pub at: fn(&[f64], Layout, usize, usize) -> Option<f64>,
    /// Rows and columns exchanged.
    pub transpose: fn(Layout) -> Layout,
    /// Some of the rows.
    pub rows: fn(Layout, usize, usize) -> Layout,
    /// The sum of all elements.
    pub sum: fn(&[f64], Layout) -> f64,
}

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! strides {
    ($file:ident) => {
        $crate::linalg::strides::Functions {
            row_major: $file::row_major,
            at: $file::at,
            transpose: $file::transpose,
            rows: $file::rows,
            sum: $file::sum,
        }
    };
}

/// The exercise.
pub struct Spec;

/// A matrix in a slice, and which of its rows to take.
#[derive(Clone, Debug)]
pub struct Input {
    data: Vec<f64>,
    v: Layout,
    rows: (usize, usize),
}

fn see(out: &mut Observer, what: &str, v: Layout) {
    out.see(format!("{what}: shape"), &v.shape[..]);
    out.see(format!("{what}: strides"), &v.strides[..]);
    out.see(format!("{what}: offset"), v.offset);
}

impl Exercise for Spec {
    type Subject = Functions;
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        let mut n = Numbers::new(29);
        let mut matrix = |numbers, shape, strides, offset, rows| Input {
            data: n.vector(numbers),
            v: Layout { shape, strides, offset },
            rows,
        };
        let part = &["the matrix is a part of the slice"];
        let turned = &["the matrix does not lie row after row in memory"];
        let both = &["the matrix does not lie row after row in memory", "the matrix is a part of the slice"];
        let repeated =
            &["the matrix does not lie row after row in memory", "a number is shown more than once"];
        let empty = &["the matrix has no elements"];
        vec![
            Probe::new("2×3, fresh", matrix(6, [2, 3], [3, 1], 0, (1, 2))),
            Probe::new("3×3, fresh", matrix(9, [3, 3], [3, 1], 0, (1, 3))),
            Probe::new("5×2, fresh", matrix(10, [5, 2], [2, 1], 0, (2, 4))),
            Probe::new("a 3×4 matrix, transposed", matrix(12, [4, 3], [1, 4], 0, (1, 3))).tags(turned),
            Probe::new("rows 2 to 4 of 6×3", matrix(18, [3, 3], [3, 1], 6, (1, 3))).tags(part),
            Probe::new("columns 1 and 2 of 3×5", matrix(15, [3, 2], [5, 1], 1, (1, 3))).tags(both),
            Probe::new("every second column of 4×7", matrix(28, [4, 4], [7, 2], 0, (2, 3))).tags(both),
            Probe::new("columns 1 and 2 of 4×5, transposed", matrix(20, [2, 4], [1, 5], 1, (1, 2)))
                .tags(both),
            Probe::new("every third row of 8×3", matrix(24, [3, 3], [9, 1], 0, (0, 2))).tags(both),
            Probe::new("one row, shown four times", matrix(3, [4, 3], [0, 1], 0, (1, 4))).tags(repeated),
            Probe::new("one column, shown five times", matrix(2, [2, 5], [1, 0], 0, (1, 2))).tags(repeated),
            Probe::new("column 0 of 3×2, shown twice", matrix(6, [3, 2], [2, 0], 0, (1, 3))).tags(repeated),
            Probe::new("windows of 4 in a row of 7", matrix(7, [4, 4], [1, 1], 0, (1, 3))).tags(repeated),
            Probe::new("the diagonal of 4×4, as a column", matrix(16, [4, 1], [5, 1], 0, (1, 3))).tags(both),
            Probe::new("1×1", matrix(1, [1, 1], [1, 1], 0, (0, 1))),
            Probe::new("1×5 inside a slice of 11", matrix(11, [1, 5], [5, 1], 3, (0, 1))).tags(part),
            Probe::new("the last row again: no rows", matrix(6, [3, 2], [2, 1], 0, (3, 3))),
            Probe::new("0×3", matrix(5, [0, 3], [3, 1], 2, (0, 0))).tags(empty),
            Probe::new("3×0", matrix(5, [3, 0], [0, 1], 2, (1, 3))).tags(empty),
            Probe::new("29×31 in 32×33, transposed", matrix(1056, [31, 29], [1, 33], 35, (4, 28))).tags(both),
        ]
    }

    fn observe(f: &Functions, Input { data, v, rows: (from, to) }: &Input, out: &mut Observer) {
        out.given("data", data);
        out.given("shape", &v.shape[..]);
        out.given("strides", &v.strides[..]);
        out.given("offset", v.offset);
        out.given("from, to", &[*from, *to][..]);
        let [m, n] = v.shape;

        see(out, &format!("row_major({m}, {n})"), (f.row_major)(m, n));
        see(out, "transpose", (f.transpose)(*v));
        see(out, "rows", (f.rows)(*v, *from, *to));

        let mut missing = 0_usize;
        let seen = Mat::from_fn(m, n, |i, j| {
            (f.at)(data, *v, i, j).unwrap_or_else(|| {
                missing += 1;
                0.0
            })
        });
        out.see("at, inside", &seen);
        out.see("at, inside: how many are None", missing);
        let outside = [(m, 0), (0, n), (m + 1, 0), (0, n + 1), (m, n)];
        let found: Vec<String> = outside
            .iter()
            .filter_map(|&(i, j)| Some(format!("({i}, {j}) is {}", (f.at)(data, *v, i, j)?)))
            .collect();
        out.text("at, outside", if found.is_empty() { "None".to_string() } else { found.join(", ") });

        let sum = out.allocating("bytes that sum asked for", 2.0, || (f.sum)(data, *v));
        out.see("sum", sum).within(1e-9, 1e-10);
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
        crate::strides!(starter)
    }
    fn solution() -> Self::Subject {
        crate::strides!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
