//! **cosine**: how much two vectors point the same way, and which of many does so most. Chapter: *High dimensions*.

use crate::numbers::Numbers;
use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! cosine {
    ($file:ident) => {
        ($file::cosine, $file::nearest)
    };
}

/// The exercise.
pub struct Spec;

/// What a probe asks for.
#[derive(Clone, Debug)]
pub enum Input {
    /// The cosine of two vectors.
    Pair(Vec<f64>, Vec<f64>),
    /// The nearest row of a store.
    Search(Vec<Vec<f64>>, Vec<f64>),
    /// Vectors and multiples of themselves: no cosine may be beyond 1.
    Multiples(Vec<Vec<f64>>),
}

impl Exercise for Spec {
    type Subject = (fn(&[f64], &[f64]) -> Option<f64>, fn(&[Vec<f64>], &[f64]) -> Option<usize>);
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        const NAN: f64 = f64::NAN;
        const INF: f64 = f64::INFINITY;
        let nowhere = &["a vector points nowhere"];
        let large = &["a square is too large for an f64"];
        let small = &["the squares are too small for an f64"];
        let opposite = &["the vectors point away from each other"];
        let search = &["a row is searched for"];
        let pair = |name: &str, x: &[f64], y: &[f64]| Probe::new(name, Input::Pair(x.to_vec(), y.to_vec()));
        let find = |name: &str, store: &[&[f64]], query: &[f64]| {
            Probe::new(name, Input::Search(store.iter().map(|row| row.to_vec()).collect(), query.to_vec()))
                .tags(search)
        };
        let mut numbers = Numbers::new(61);
        let mut long = |n: usize| (numbers.vector(n), numbers.vector(n));
        let (seven, thousand) = (long(7), long(1001));
        // all positive, as after a ReLU: far from the origin in every entry
        let shifted: Vec<f64> = seven.1.iter().map(|y| y + 4.0).collect();
        let rows: Vec<Vec<f64>> = (0..9).map(|_| long(5).0).collect();
        vec![
            pair("[3, 4] and [4, 3]", &[3.0, 4.0], &[4.0, 3.0]),
            pair("[1.5, 2] and [−4, 3]", &[1.5, 2.0], &[-4.0, 3.0]),
            pair("[3, 4] and [−6, −8]", &[3.0, 4.0], &[-6.0, -8.0]).tags(opposite),
            pair("[2, −1, 0.5] and [−1, 2.5, 3]", &[2.0, -1.0, 0.5], &[-1.0, 2.5, 3.0]).tags(opposite),
            pair("[2.5] and [7]", &[2.5], &[7.0]),
            pair("[2.5] and [−7]", &[2.5], &[-7.0]).tags(opposite),
            pair("seven numbers", &seven.0, &seven.1),
            pair("seven numbers, and seven positive ones", &seven.0, &shifted),
            pair("1,001 numbers", &thousand.0, &thousand.1),
            pair("one axis and another", &[0.0, 2.5, 0.0], &[0.0, 0.0, -1.5]),
            pair("equal numbers", &[2.0, 2.0, 2.0], &[5.0, 5.0, 5.0]),
            pair("[3, 4] and zeros", &[3.0, 4.0], &[0.0, 0.0]).tags(nowhere),
            pair("zeros and [3, 4]", &[0.0, -0.0], &[3.0, 4.0]).tags(nowhere),
            pair("zeros twice", &[0.0; 3], &[0.0; 3]).tags(nowhere),
            pair("nothing", &[], &[]).tags(nowhere),
            pair("a NaN in x", &[1.5, NAN, 2.0], &[1.0, 2.0, 3.0]).tags(nowhere),
            pair("a NaN in y", &[1.5, 2.0], &[NAN, 3.0]).tags(nowhere),
            pair("an infinity in x", &[INF, 2.0], &[1.5, 3.0]).tags(nowhere),
            pair("−∞ in y, and ∞", &[1.5, 2.0], &[-INF, INF]).tags(nowhere),
            pair("a NaN among zeros", &[0.0, NAN], &[1.5, 3.0]).tags(nowhere),
            pair("near 1e−5", &[3e-5, 4e-5], &[4e-5, 3e-5]),
            pair("near 1e−13", &[3e-13, -4e-13], &[4e-13, 3e-13 / 7.0]),
            pair("near 1e100", &[3e100, 4e100], &[4e100, 3e100]).tags(large).magnitude(4e100),
            pair("near 1e−90", &[3e-90, 4e-90], &[4e-90, 3e-90]).tags(small),
            pair("near 1e200", &[3e200, -4e200], &[4e200, 3.5e200]).tags(large).magnitude(4e200),
            pair("near 1e−200", &[3e-200, 4e-200], &[4e-200, -3.5e-200]).tags(small),
            pair("1e200 and 1e−200", &[3e200, 4e200], &[4e-200, 3e-200]).tags(large).magnitude(4e200),
            pair("near 1e308", &[1.5e308, 1e308], &[1e308, -1.25e308]).tags(large).magnitude(1.5e308),
            pair("near 1e−161", &[3e-161, 4e-161], &[4e-161, 3e-161]).tags(small),
            pair("near 1e−320", &[3e-320, 4e-320], &[4e-320, 3e-320]).tags(small),
            pair("one large entry each, in different places", &[1e250, 2.0], &[3.0, 4e-250]).tags(large),
            Probe::new(
                "sixty vectors, each with itself and with multiples",
                Input::Multiples((0..60).map(|n| long(2 + n).0).collect()),
            ),
            find("three rows", &[&[1.0, 0.5], &[0.5, 3.0], &[-2.0, 1.0]], &[0.25, 2.0]),
            find("a long row, and a better one", &[&[9.0, 40.0], &[0.75, 0.5], &[-3.0, 2.0]], &[2.0, 1.25]),
            find("a near row, and a better one", &[&[2.0, 3.5], &[20.0, 31.0], &[2.5, 3.0]], &[2.0, 3.0]),
            find("an opposite row", &[&[1.0, 2.0], &[-30.0, -10.0], &[2.0, -1.0]], &[3.0, 1.0]),
            find("all rows point away", &[&[-1.0, -2.5], &[-3.0, 0.25], &[-2.0, -2.0]], &[3.0, 1.0]),
            find("the best row is the first", &[&[5.0, 4.5], &[1.0, 3.0], &[2.0, -1.0]], &[1.0, 1.0]),
            find("ties", &[&[0.5, -2.0], &[2.0, 0.0], &[8.0, 0.0], &[4.0, 0.0]], &[3.0, 0.0]),
            find("nine rows", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>(), &seven.0[..5]),
            find("one row", &[&[-2.0, 5.0]], &[3.0, 1.0]),
            find(
                "rows of zeros between",
                &[&[0.0, 0.0], &[1.0, -2.0], &[0.0, 0.0], &[2.0, 0.5]],
                &[1.0, 1.5],
            )
            .tags(nowhere),
            find(
                "a row of zeros, and all others point away",
                &[&[-1.0, -2.0], &[0.0, 0.0], &[-3.0, 1.0]],
                &[2.0, 1.0],
            )
            .tags(nowhere),
            find("a row with a NaN first", &[&[NAN, 1.0], &[1.0, -2.0], &[2.0, 1.5]], &[2.0, 1.0])
                .tags(nowhere),
            find(
                "rows with NaN and ∞ last",
                &[&[1.0, -2.0], &[2.0, 1.5], &[NAN, 1.0], &[INF, INF]],
                &[2.0, 1.0],
            )
            .tags(nowhere),
            find("only zeros", &[&[0.0, 0.0], &[0.0, 0.0]], &[2.0, 1.0]).tags(nowhere),
            find("a query of zeros", &[&[1.0, 2.0], &[2.0, 1.0]], &[0.0, 0.0]).tags(nowhere),
            find("a query with a NaN", &[&[1.0, 2.0], &[2.0, 1.0]], &[1.0, NAN]).tags(nowhere),
            find("no rows", &[], &[2.0, 1.0]).tags(nowhere),
            find(
                "rows of very different sizes",
                &[&[1e-170, 3e-170], &[2e180, 1.5e180], &[1.0, -1.0]],
                &[2.0, 1.0],
            ),
            find(
                "tiny rows, and the best is the tiniest",
                &[&[1e-9, 2e-9], &[2e-12, 1e-12]],
                &[2e-9, 1.25e-9],
            ),
        ]
    }

    fn observe((cosine, nearest): &Self::Subject, input: &Input, out: &mut Observer) {
        match input {
            Input::Pair(x, y) => {
                out.given("x", x);
                out.given("y", y);
                match cosine(x, y) {
                    Some(c) if c.is_nan() => out.text("cosine", "Some(NaN)"),
                    Some(c) => {
                        out.see("cosine", c);
                    }
                    None => out.text("cosine", "None"),
                }
            }
            Input::Search(store, query) => {
                for (i, row) in store.iter().enumerate() {
                    out.given(format!("row {i}"), row);
                }
                out.given("query", query);
                out.text("nearest", format!("{:?}", nearest(store, query)));
            }
            Input::Multiples(all) => {
                let mut beyond = 0;
                for x in all {
                    for factor in [1.0, 3.0, 0.1, -1.0, -7.0] {
                        let y: Vec<f64> = x.iter().map(|v| factor * v).collect();
                        beyond += usize::from(cosine(x, &y).is_some_and(|c| c.abs() > 1.0));
                    }
                }
                out.text("some cosine is beyond 1 or −1", if beyond > 0 { "yes" } else { "no" });
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
        crate::cosine!(starter)
    }
    fn solution() -> Self::Subject {
        crate::cosine!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
